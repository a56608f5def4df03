//! Gradients between the host and the tape: a saliency map sets one and reads another.

use dfdx::tensor::Cpu;

use crate::nn::buffer::Buffer;
use crate::nn::device::Device;
use crate::nn::gradients::{Gradients, add_gradient, take_gradient};
use crate::nn::graph::{Pass, Var};

/// Gradients that the host sets and reads.
pub trait GradientOp: Device {
    /// Makes `upstream`, of the same shape `[rows, columns]` as `output`, the gradient of `output` in the backward
    /// pass.
    fn set_gradient(pass: &mut Pass<Self>, output: &Var<Self>, upstream: Buffer);

    /// The gradient of an activation, row by row, taken out of `gradients`; `None` where no gradient reached it.
    fn gradient(gradients: &mut Gradients<Self>, of: &Var<Self>) -> Option<Vec<f32>>;
}

impl GradientOp for Cpu {
    fn set_gradient(pass: &mut Pass<Cpu>, output: &Var<Cpu>, upstream: Buffer) {
        let node = output.node.clone();
        pass.record(move |gradients| add_gradient(gradients, &node, upstream));
    }

    fn gradient(gradients: &mut Gradients<Cpu>, of: &Var<Cpu>) -> Option<Vec<f32>> {
        take_gradient(gradients, &of.node).map(Buffer::into_vec)
    }
}
