//! Gradients between the host and the tape.

use crate::nn::buffer::Buffer;
use crate::nn::device::{Device, Error};
use crate::nn::gpu::device::Gpu;
use crate::nn::gpu::tape::{add_gradient, take_gradient};
use crate::nn::gradients::Gradients;
use crate::nn::graph::{Pass, Var};
use crate::nn::ops::gradient::GradientOp;

impl GradientOp for Gpu {
    fn set_gradient(pass: &mut Pass<Gpu>, output: &Var<Gpu>, upstream: Buffer) -> Result<(), Error> {
        let (node, upstream) = (output.node.clone(), pass.device.upload(upstream)?);
        pass.record(move |gradients| add_gradient(gradients, &node, upstream));
        Ok(())
    }

    fn gradient(gradients: &mut Gradients<Gpu>, of: &Var<Gpu>) -> Result<Option<Vec<f32>>, Error> {
        take_gradient(gradients, &of.node)?.map(|gradient| gradient.to_host()).transpose()
    }
}
