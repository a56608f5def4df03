//! Gradients between the host and the tape: a saliency map sets one and reads another.

use dfdx::tensor::Cpu;

use crate::nn::buffer::Buffer;
use crate::nn::device::{Device, Error};
use crate::nn::gradients::{Gradients, add_gradient, take_gradient};
use crate::nn::graph::{Pass, Var};

/// Gradients that the host sets and reads.
pub trait GradientOp: Device {
    /// Makes `upstream`, of the same shape `[rows, columns]` as `output`, the gradient of `output` in the backward
    /// pass.
    ///
    /// # Errors
    /// When the device fails.
    fn set_gradient(pass: &mut Pass<Self>, output: &Var<Self>, upstream: Buffer) -> Result<(), Error>;

    /// The gradient of an activation, row by row, taken out of `gradients`; `None` where no gradient reached it.
    ///
    /// # Errors
    /// When the device fails.
    fn gradient(gradients: &mut Gradients<Self>, of: &Var<Self>) -> Result<Option<Vec<f32>>, Error>;
}

impl GradientOp for Cpu {
    fn set_gradient(pass: &mut Pass<Cpu>, output: &Var<Cpu>, upstream: Buffer) -> Result<(), Error> {
        let node = output.node.clone();
        pass.record(move |gradients| add_gradient(gradients, &node, upstream));
        Ok(())
    }

    fn gradient(gradients: &mut Gradients<Cpu>, of: &Var<Cpu>) -> Result<Option<Vec<f32>>, Error> {
        Ok(take_gradient(gradients, &of.node).map(Buffer::into_vec))
    }
}
