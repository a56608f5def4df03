//! Parameter updates: the optimizers' rules run on the host, where their moments are kept.

use dfdx::tensor::{Cuda, Gradients};

use crate::nn::buffer::Buffer;
use crate::nn::device::Error;
use crate::nn::graph::Param;
use crate::nn::optim::UpdateOp;

impl UpdateOp for Cuda {
    fn take_gradients(gradients: &mut Gradients<f32, Cuda>, param: &Param<Cuda>) -> Option<Buffer> {
        // A parameter that no output depends on has no gradient; asking for it makes one of zeros, which moves nothing
        // but what decays.
        gradients.get_or_alloc_mut(&param.node).ok()?;
        Some(gradients.get(&param.node).as_vec().into())
    }

    fn update(device: &Cuda, param: &mut Param<Cuda>, change: impl FnOnce(&mut [f32])) -> Result<(), Error> {
        let mut numbers = param.to_vec();
        change(&mut numbers);
        param.set(device, numbers)
    }
}
