//! Gradients between the host and the tape: what a map of saliency starts from and what it reads.

use dfdx::tensor::{Cpu, Gradients};

use crate::nn::buffer::Buffer;
use crate::nn::device::Device;
use crate::nn::graph::{Pass, Var, add_gradient, take_gradient};

/// Gradients that the host gives and reads.
pub trait GradientOp: Device {
    /// Makes `upstream` (`[rows, columns]` as `output` is) the gradient of `output` when the pass runs backwards.
    fn set_gradient(pass: &mut Pass<Self>, output: &Var<Self>, upstream: Buffer);

    /// The gradient of an activation, row by row, taken out of `gradients`; none where nothing flowed into it.
    fn gradient(gradients: &mut Gradients<f32, Self>, of: &Var<Self>) -> Option<Vec<f32>>;
}

impl GradientOp for Cpu {
    fn set_gradient(pass: &mut Pass<Cpu>, output: &Var<Cpu>, upstream: Buffer) {
        let node = output.node.clone();
        pass.record(move |gradients| add_gradient(gradients, &node, upstream));
    }

    fn gradient(gradients: &mut Gradients<f32, Cpu>, of: &Var<Cpu>) -> Option<Vec<f32>> {
        take_gradient(gradients, &of.node).map(Buffer::into_vec)
    }
}
