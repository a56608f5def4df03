//! Families of ops that the GPU does not have yet.

use crate::nn::boltzmann::{BoltzmannOp, Rbm};
use crate::nn::device::Error;
use crate::nn::gpu::device::Gpu;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::init::Stream;
use crate::nn::kernel::attention::Attention;
use crate::nn::kernel::conv::Conv;
use crate::nn::kernel::conv_window::Window;
use crate::nn::kernel::recurrent::Recurrence;
use crate::nn::ops::attention::{Attended, AttentionOp};
use crate::nn::ops::batch_norm::{BatchNorm, BatchNormOp};
use crate::nn::ops::conv::ConvOp;
use crate::nn::ops::conv_transpose::ConvTransposeOp;
use crate::nn::ops::layer_norm::LayerNormOp;
use crate::nn::ops::recurrent::{CarriedState, RecurrentOps, RecurrentWeights};
use crate::preset::{Activation, Visible};

fn unsupported<T>(what: &str) -> Result<T, Error> {
    Err(Error::Unsupported(what.to_owned()))
}

impl ConvOp for Gpu {
    fn conv2d(
        _: &mut Pass<Gpu>,
        _: &Var<Gpu>,
        _: &Param<Gpu>,
        _: Option<&Param<Gpu>>,
        _: Conv,
        _: Activation,
        _: bool,
    ) -> Result<Var<Gpu>, Error> {
        unsupported("convolution")
    }

    fn max_pool2d(_: &mut Pass<Gpu>, _: &Var<Gpu>, _: Window) -> Result<Var<Gpu>, Error> {
        unsupported("max-pooling")
    }
}

impl ConvTransposeOp for Gpu {
    fn conv2d_transpose(
        _: &mut Pass<Gpu>,
        _: &Var<Gpu>,
        _: &Param<Gpu>,
        _: Option<&Param<Gpu>>,
        _: Conv,
        _: Activation,
    ) -> Result<Var<Gpu>, Error> {
        unsupported("transposed convolution")
    }
}

impl BatchNormOp for Gpu {
    fn batch_norm(
        _: &mut Pass<Gpu>,
        _: &Var<Gpu>,
        _: BatchNorm<Gpu>,
        _: Activation,
    ) -> Result<Var<Gpu>, Error> {
        unsupported("batch normalization")
    }
}

impl LayerNormOp for Gpu {
    fn layer_norm(
        _: &mut Pass<Gpu>,
        _: &Var<Gpu>,
        _: &Param<Gpu>,
        _: &Param<Gpu>,
        _: f32,
    ) -> Result<Var<Gpu>, Error> {
        unsupported("layer normalization")
    }

    fn group_norm(
        _: &mut Pass<Gpu>,
        _: &Var<Gpu>,
        _: &Param<Gpu>,
        _: &Param<Gpu>,
        _: usize,
        _: f32,
    ) -> Result<Var<Gpu>, Error> {
        unsupported("group normalization")
    }
}

impl AttentionOp for Gpu {
    fn attention(_: &mut Pass<Gpu>, _: [&Var<Gpu>; 3], _: Attention) -> Result<Attended<Gpu>, Error> {
        unsupported("attention")
    }
}

impl RecurrentOps for Gpu {
    fn recurrent(
        _: &mut Pass<Gpu>,
        _: &Var<Gpu>,
        _: RecurrentWeights<Gpu>,
        _: &Recurrence,
        _: Option<&CarriedState<Gpu>>,
    ) -> Result<(Var<Gpu>, CarriedState<Gpu>), Error> {
        unsupported("a recurrent layer")
    }
}

impl BoltzmannOp for Gpu {
    type Machine = Rbm;

    fn machine(&self, _: Visible, _: usize, _: usize, _: Stream) -> Result<Rbm, Error> {
        unsupported("a Boltzmann machine")
    }
}
