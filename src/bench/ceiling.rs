//! How fast this machine computes a workload's matrix products when it computes nothing else.

use std::collections::BTreeMap;

use crate::nn::kernel::conv_window::Window;
use crate::nn::kernel::gemm::fastest;
use crate::preset::layers::{Conv2D, Dense, LSTM, SimpleRNN};
use crate::preset::{Layer, Pair, output_shape};

/// `[m, k]` times `[k, n]`, repeated `times` times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    m: usize,
    n: usize,
    k: usize,
    times: usize,
}

impl Product {
    /// Floating-point operations: a multiplication and an addition for each term.
    pub fn operations(&self) -> f64 {
        2.0 * (self.m * self.n * self.k * self.times) as f64
    }
}

/// Which products are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Those of the forward pass.
    Forward,
    /// Those of the weights' gradients, and of the activations' gradients that these need.
    Weights,
    /// Those of the activations' gradients only, including the input's.
    Input,
}

/// The products of a network for a batch of inputs of shape `input`.
pub fn products(layers: &[Layer], input: &[usize], batch: usize, wanted: Wanted) -> Vec<Product> {
    let mut found = Vec::new();
    let mut shape = input.to_vec();
    // Whether something before the layer needs its gradient.
    let mut wants_input = wanted == Wanted::Input;
    for layer in layers {
        for Product { m, n, k, times } in forward(layer, &shape, batch) {
            match wanted {
                Wanted::Forward => found.push(Product { m, n, k, times }),
                Wanted::Weights | Wanted::Input => {
                    let is_state = times > 1;
                    if wanted == Wanted::Weights {
                        // One product covers all steps.
                        found.push(Product { m: k, n, k: m * times, times: 1 });
                    }
                    if wants_input || is_state {
                        found.push(Product { m, n: k, k: n, times });
                    }
                }
            }
        }
        wants_input |= !matches!(layer, Layer::Flatten(_) | Layer::Reshape(_));
        // The layers of each workload fit together.
        shape = output_shape(layer, &shape).unwrap_or_default();
    }
    found
}

/// A layer's products in the forward pass; that of a recurrent state repeats for every step.
fn forward(layer: &Layer, shape: &[usize], batch: usize) -> Vec<Product> {
    let width = shape.last().copied().unwrap_or(1);
    let steps: usize = shape.iter().product::<usize>() / width.max(1);
    let recurrent = |gates: usize, units: usize| {
        vec![
            Product { m: batch * steps, n: gates * units, k: width, times: 1 },
            Product { m: batch, n: gates * units, k: units, times: steps },
        ]
    };
    match layer {
        Layer::Dense(Dense { units, .. }) => {
            vec![Product { m: batch * steps, n: *units, k: width, times: 1 }]
        }
        Layer::Conv2D(Conv2D { filters, kernel_size: Pair(height, across), .. }) => match *shape {
            [h, w, c] => {
                let window = Window::new([h, w, c], [*height, *across], [1, 1]);
                vec![Product { m: batch * window.pixels(), n: *filters, k: window.taps() * c, times: 1 }]
            }
            _ => Vec::new(),
        },
        Layer::SimpleRNN(SimpleRNN { units, .. }) => recurrent(1, *units),
        Layer::LSTM(LSTM { units, .. }) => recurrent(4, *units),
        _ => Vec::new(),
    }
}

/// The time of all products together, each as fast as it runs on this machine.
pub fn seconds(products: &[Product]) -> f64 {
    let mut known = BTreeMap::new();
    let each = products.iter().map(|&Product { m, n, k, times }| {
        *known.entry((m, n, k)).or_insert_with(|| fastest(m, n, k).as_secs_f64()) * times as f64
    });
    each.sum()
}
