//! Differentiable ops: one trait for each family, one implementation for each device.
//!
//! On `Cpu` an op is fused arithmetic on slices (see `kernel/`) that records its own backward op on dfdx's tape. The
//! tests compare fused ops with compositions of dfdx's own (`composed/`).

pub mod attention;
pub mod batch_norm;
pub mod column_embedding;
#[cfg(test)]
pub mod composed;
pub mod conv;
mod conv_pool;
pub mod conv_transpose;
pub mod dense;
#[cfg(test)]
pub mod differences;
pub mod dropout;
pub mod embedding;
pub mod gradient;
pub mod join;
pub mod latent;
pub mod layer_norm;
pub mod recurrent;
pub mod resample;
pub mod slice;
pub mod slope;

use super::boltzmann::BoltzmannOp;
use super::device::Device;
use super::loss::LossOp;
use super::optim::update::UpdateOp;
use attention::AttentionOp;
use batch_norm::BatchNormOp;
use column_embedding::ColumnEmbeddingOp;
use conv::ConvOp;
use conv_transpose::ConvTransposeOp;
use dense::DenseOp;
use dropout::DropoutOp;
use embedding::EmbeddingOp;
use gradient::GradientOp;
use join::JoinOp;
use latent::LatentOp;
use layer_norm::LayerNormOp;
use resample::ResampleOp;
use slice::SliceOp;
use slope::SlopeOp;

/// Declares [`Backend`] and its blanket implementation from one list of traits.
macro_rules! backend {
    ($($op:path),* $(,)?) => {
        /// A device with every op that layers and losses need. Each family adds its trait here.
        pub trait Backend: Device $(+ $op)* {}

        impl<D: Device $(+ $op)*> Backend for D {}
    };
}

backend! {
    AttentionOp,
    BatchNormOp,
    BoltzmannOp,
    ColumnEmbeddingOp,
    ConvOp,
    ConvTransposeOp,
    DenseOp,
    DropoutOp,
    EmbeddingOp,
    GradientOp,
    JoinOp,
    LatentOp,
    LayerNormOp,
    LossOp,
    ResampleOp,
    SliceOp,
    SlopeOp,
    UpdateOp,
    recurrent::RecurrentOps,
}
