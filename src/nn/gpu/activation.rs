//! Activations by their number in the kernels: `Activation` of `common.cu`.

use crate::preset::Activation;

/// The number by which kernels know an activation.
pub fn code(activation: Activation) -> usize {
    match activation {
        Activation::Linear => 0,
        Activation::Sigmoid => 1,
        Activation::Relu => 2,
        Activation::Tanh => 3,
        Activation::Softmax => 4,
        Activation::LeakyRelu => 5,
        Activation::Elu => 6,
        Activation::Gelu => 7,
        Activation::Silu => 8,
        Activation::Softplus => 9,
    }
}
