//! A first convolution with bias, ReLU and 2x2 max-pooling as one op.

use std::sync::Arc;

use dfdx::tensor::Cpu;
use rayon::prelude::*;

use super::dense::output;
use crate::nn::buffer::Buffer;
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var, add_gradient, take_gradient};
use crate::nn::kernel::conv::Conv;
use crate::nn::kernel::conv_pool::{ConvPool, LANES, Winners};
use crate::nn::profile::span;
use crate::preset::{Activation, Padding};

/// Images that one thread takes at a time; the gradients of such pieces are added in their order.
const PIECE: usize = 8;

/// Channels up to which filters, rather than the numbers under the kernel, lie in the lanes.
const FEW_CHANNELS: usize = 4;

/// Whether [`conv_relu_pool`] can stand for this convolution followed by 2x2 max-pooling: the images have few channels,
/// and nobody wants their gradient.
pub(super) fn serves(x: &Var<Cpu>, conv: &Conv, activation: Activation) -> bool {
    let window = &conv.window;
    let [height, width] = window.output();
    activation == Activation::Relu
        && window.input[2] <= FEW_CHANNELS
        && conv.groups == 1
        && window.strides == [1, 1]
        && window.dilation == [1, 1]
        && window.padding == Padding::Valid
        && height >= 2
        && width >= 2
        && !x.wants_gradient
}

/// `max_pool(relu(x * kernel + bias))`; only where [`serves`].
pub(super) fn conv_relu_pool(
    pass: &mut Pass<Cpu>,
    x: &Var<Cpu>,
    kernel: &Param<Cpu>,
    bias: &Param<Cpu>,
    conv: Conv,
) -> Result<Var<Cpu>, Error> {
    let [height, width, channels] = conv.window.input;
    let [down, across] = conv.window.size;
    let shape = ConvPool { height, width, channels, kernel: (down, across), filters: conv.filters };
    let (cells, filters) = (shape.cells(), conv.filters);
    let columns = cells * filters;
    let flops = 8 * (x.rows * columns * shape.taps()) as u64;
    let _span = span("conv2d + pool forward", flops);
    let (weights, bias_blocks) = (shape.to_blocks(&kernel.values), shape.to_blocks(&bias.values));
    let mut y = Buffer::scratch(x.rows * columns);
    let per_image = cells * shape.blocks();
    let mut winners: Vec<Winners> = vec![[0; 4]; x.rows * per_image];
    let pixels = conv.window.input_len();
    y.par_chunks_mut(columns)
        .zip(winners.par_chunks_mut(per_image))
        .zip(x.values.par_chunks(pixels))
        .with_min_len(PIECE)
        .for_each(|((y, winners), image)| shape.forward(image, &weights, &bias_blocks, y, winners));
    let wants = kernel.trainable || bias.trainable;
    let y = output(pass, Arc::new(y), [x.rows, columns], wants)?;
    if wants && pass.records() {
        let (node, kernel_node, bias_node) = (y.node.clone(), kernel.node.clone(), bias.node.clone());
        let x = x.values.clone();
        let (weights_len, bias_len) = (weights.len(), bias_blocks.len());
        pass.record(move |grads| {
            let Some(g) = take_gradient(grads, &node) else { return Ok(()) };
            let _span = span("conv2d + pool backward", flops / 4);
            let parts: Vec<(Vec<f32>, Vec<f32>)> = g
                .par_chunks(PIECE * columns)
                .zip(winners.par_chunks(PIECE * per_image))
                .zip(x.par_chunks(PIECE * pixels))
                .map(|((g, winners), images)| {
                    let (mut dw, mut db) = (vec![0.0; weights_len], vec![0.0; bias_len]);
                    let each = g.chunks(columns).zip(winners.chunks(per_image)).zip(images.chunks(pixels));
                    each.for_each(|((g, winners), image)| {
                        shape.backward(image, g, winners, &mut dw, &mut db);
                    });
                    (dw, db)
                })
                .collect();
            let (mut dw, mut db) = (vec![0.0; weights_len], vec![0.0; bias_len]);
            for (part_w, part_b) in &parts {
                dw.iter_mut().zip(part_w).for_each(|(sum, part)| *sum += part);
                db.iter_mut().zip(part_b).for_each(|(sum, part)| *sum += part);
            }
            let in_rows = |blocks: &[f32], rows: usize| {
                let mut matrix = Buffer::scratch(rows * filters);
                shape.from_blocks(blocks, &mut matrix);
                matrix
            };
            let (dw, db) = (in_rows(&dw, shape.taps()), in_rows(&db, 1));
            add_gradient(grads, &kernel_node, dw)?;
            add_gradient(grads, &bias_node, db)
        });
    }
    Ok(y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Targets;
    use crate::nn::kernel::conv_window::Window;
    use crate::nn::loss::{Form, LossOp};
    use crate::nn::ops::conv::ConvOp;
    use crate::preset::{Loss, LossOptions};

    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        (0..count as u32)
            .map(|i| ((i + seed).wrapping_mul(2_654_435_761) >> 16) as f32 / 65536.0 - 0.5)
            .collect()
    }

    /// The output and the gradients of kernel and bias, as one op or as two.
    fn run(rows: usize, image: [usize; 3], size: [usize; 2], fused: bool) -> [Vec<f32>; 3] {
        let device = Cpu::default();
        let filters = LANES + rows % 2;
        let conv = Conv { window: Window::new(image, size, [1, 1]), filters, groups: 1 };
        let taps = size[0] * size[1] * image[2];
        let shape = [size[0], size[1], image[2], filters];
        let kernel = Param::new(&device, "kernel", &shape, numbers(taps * filters, 1)).unwrap();
        let bias = Param::new(&device, "bias", &[filters], numbers(filters, 900)).unwrap();
        let mut pass = Pass::training(&device, 0);
        let pixels = image.iter().product();
        // An input that wants its gradient takes the general way.
        let x = Var::new(&device, numbers(rows * pixels, 7).into(), rows, pixels, !fused).unwrap();
        let y = Cpu::conv2d(&mut pass, &x, &kernel, Some(&bias), conv, Activation::Relu, true).unwrap();
        let targets = Targets::Values(numbers(y.rows * y.columns, 77));
        let (loss, options) = (Loss::MeanSquaredError, LossOptions::default());
        let loss = Cpu::loss(&mut pass, &y, filters, &targets, loss, &options, Form::Output).unwrap();
        let mut grads = pass.backward(loss).unwrap();
        let mut gradient = |node| take_gradient(&mut grads, node).unwrap().to_vec();
        [y.to_vec(), gradient(&kernel.node), gradient(&bias.node)]
    }

    #[test]
    fn one_op_gives_what_convolution_and_pooling_give() {
        for (rows, image, size) in [
            (1, [2, 2, 1], [1, 1]),
            (9, [8, 7, 1], [3, 3]),
            (17, [7, 9, 2], [3, 2]),
            (3, [12, 12, 3], [5, 5]),
        ] {
            for (one, two) in run(rows, image, size, true).iter().zip(&run(rows, image, size, false)) {
                assert_eq!(one.len(), two.len());
                let largest = two.iter().fold(1e-3, |top: f32, x| top.max(x.abs()));
                let worst = one.iter().zip(two).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(worst < 1e-5 * largest, "{rows} {image:?} {size:?}: off by {worst}");
            }
        }
    }

    #[test]
    fn the_bits_are_the_same_on_any_number_of_threads() {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| run(37, [28, 28, 1], [3, 3], true))
        };
        let one = on(1);
        assert!(one == on(2) && one == on(4));
    }
}
