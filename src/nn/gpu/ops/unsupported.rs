//! Families of ops that the GPU does not have yet.

use crate::nn::boltzmann::{BoltzmannOp, Rbm};
use crate::nn::device::Error;
use crate::nn::gpu::device::Gpu;
use crate::nn::graph::{Pass, Var};
use crate::nn::init::Stream;
use crate::nn::kernel::attention::Attention;
use crate::nn::kernel::recurrent::Recurrence;
use crate::nn::ops::attention::{Attended, AttentionOp};
use crate::nn::ops::recurrent::{CarriedState, RecurrentOps, RecurrentWeights};
use crate::preset::Visible;

fn unsupported<T>(what: &str) -> Result<T, Error> {
    Err(Error::Unsupported(what.to_owned()))
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
