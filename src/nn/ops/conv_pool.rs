//! A convolution with bias, ReLU and 2x2 max-pooling as one op.

use std::sync::Arc;

use dfdx::tensor::Cpu;
use rayon::prelude::*;

use super::dense::output;
use crate::nn::buffer::{Buffer, Recycled};
use crate::nn::device::Error;
use crate::nn::gradients::{add_gradient, take_gradient};
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::kernel::conv::{Conv, images_per_piece, sum_in_order};
use crate::nn::kernel::conv_pool::{Bits, ConvPool};
use crate::nn::kernel::conv_window::Padding;
use crate::nn::profile::span;
use crate::preset::Activation;

/// Channels up to which an image counts as shallow.
const FEW_CHANNELS: usize = 4;

/// Whether [`conv_relu_pool`] can replace this convolution followed by 2x2 max-pooling: the numbers under the kernel
/// fill registers row by row, or the images have few channels and their gradient is not needed.
pub(super) fn serves(x: &Var<Cpu>, conv: &Conv, activation: Activation) -> bool {
    let window = &conv.window;
    let [height, width] = window.output();
    activation == Activation::Relu
        && conv.groups == 1
        && window.strides == [1, 1]
        && window.dilation == [1, 1]
        && window.padding == Padding::Valid
        && height >= 2
        && width >= 2
        && (shape(conv).is_deep() || window.input[2] <= FEW_CHANNELS && !x.wants_gradient)
}

fn shape(conv: &Conv) -> ConvPool {
    let [height, width, channels] = conv.window.input;
    let [down, across] = conv.window.size;
    ConvPool { height, width, channels, kernel: (down, across), filters: conv.filters }
}

/// `max_pool(relu(x * kernel + bias))`; only for convolutions that [`serves`] accepts.
pub(super) fn conv_relu_pool(
    pass: &mut Pass<Cpu>,
    x: &Var<Cpu>,
    kernel: &Param<Cpu>,
    bias: &Param<Cpu>,
    conv: Conv,
) -> Result<Var<Cpu>, Error> {
    let shape = shape(&conv);
    let (cells, filters) = (shape.cells(), conv.filters);
    let columns = cells * filters;
    let flops = 8 * (x.rows * columns * shape.taps()) as u64;
    let _span = span("conv2d + pool forward", flops);
    let (weights, bias_blocks) = (shape.to_blocks(&kernel.values), shape.to_blocks(&bias.values));
    let mut y = Buffer::scratch(x.rows * columns);
    let per_image = cells * shape.blocks();
    let mut winners = Recycled::scratch(4 * x.rows * per_image);
    let pixels = conv.window.input_len();
    let images = images_per_piece(x.rows);
    y.par_chunks_mut(images * columns)
        .zip(winners.as_chunks_mut::<4>().0.par_chunks_mut(images * per_image))
        .zip(x.values.par_chunks(images * pixels))
        .for_each(|((y, winners), x)| {
            let each = y.chunks_mut(columns).zip(winners.chunks_mut(per_image)).zip(x.chunks(pixels));
            each.for_each(|((y, winners), x)| shape.forward(x, &weights, &bias_blocks, y, winners));
        });
    let wants_x = x.wants_gradient;
    let wants = kernel.trainable || bias.trainable || wants_x;
    let y = output(pass, Arc::new(y), [x.rows, columns], wants)?;
    if wants && pass.records() {
        let (node, x_node) = (y.node.clone(), x.node.clone());
        let (kernel_node, bias_node) = (kernel.node.clone(), bias.node.clone());
        let (x, w) = (x.values.clone(), kernel.values.clone());
        let (weights_len, bias_len) = (weights.len(), bias_blocks.len());
        pass.record(move |grads| {
            let Some(g) = take_gradient(grads, &node) else { return Ok(()) };
            let _span = span("conv2d + pool backward", flops * (1 + u64::from(wants_x)));
            let way = Way { shape, by_filter: shape.is_deep().then(|| transposed(&w, filters)) };
            let mut d_x = wants_x.then(|| Buffer::zeroed(x.len()));
            let run = images * pixels;
            let d_images: Vec<&mut [f32]> = match &mut d_x {
                Some(d_x) => d_x.chunks_mut(run).collect(),
                None => x.chunks(run).map(|_| &mut [][..]).collect(),
            };
            let winners = winners.as_chunks::<4>().0;
            let pieces = g.par_chunks(images * columns).zip(winners.par_chunks(images * per_image));
            let parts: Vec<(Buffer, Buffer)> = pieces
                .zip(x.par_chunks(run))
                .zip(d_images)
                .map(|(((g, winners), x), d_x)| {
                    let (mut dw, mut db) = (Buffer::zeroed(weights_len), Buffer::zeroed(bias_len));
                    way.backward(x, g, winners, [&mut dw, &mut db, d_x]);
                    (dw, db)
                })
                .collect();
            let (dw, db): (Vec<Buffer>, Vec<Buffer>) = parts.into_iter().unzip();
            add_gradient(grads, &kernel_node, way.kernel(&sum_in_order(dw)))?;
            let mut bias = Buffer::scratch(filters);
            shape.from_blocks(&sum_in_order(db), &mut bias);
            add_gradient(grads, &bias_node, bias)?;
            d_x.map_or(Ok(()), |d_x| add_gradient(grads, &x_node, d_x))
        });
    }
    Ok(y)
}

/// How the gradients are computed.
struct Way {
    shape: ConvPool,
    /// The weights filter by filter, for the deep way.
    by_filter: Option<Buffer>,
}

impl Way {
    /// Adds the share of some images to the gradients of weights and bias, in this way's own layout. Also writes the
    /// gradient of the images where it is needed.
    fn backward(&self, x: &[f32], g: &[f32], winners: &[Bits], [dw, db, d_x]: [&mut [f32]; 3]) {
        let shape = self.shape;
        if let Some(filters) = &self.by_filter {
            let dw = &mut dw[..filters.len()];
            return shape.backward_deep(x, g, winners, filters, dw, db, d_x);
        }
        let (columns, per_image) = (shape.cells() * shape.filters, shape.cells() * shape.blocks());
        let pixels = shape.height * shape.width * shape.channels;
        let each = x.chunks(pixels).zip(g.chunks(columns)).zip(winners.chunks(per_image));
        each.for_each(|((x, g), winners)| shape.backward_shallow(x, g, winners, dw, db));
    }

    /// The weights' gradient as `[taps, filters]`.
    fn kernel(&self, dw: &[f32]) -> Buffer {
        let (taps, filters) = (self.shape.taps(), self.shape.filters);
        if self.by_filter.is_some() {
            return transposed(&dw[..taps * filters], taps);
        }
        let mut kernel = Buffer::scratch(taps * filters);
        self.shape.from_blocks(dw, &mut kernel);
        kernel
    }
}

/// The transpose of a matrix with `columns` numbers a row.
fn transposed(matrix: &[f32], columns: usize) -> Buffer {
    let rows = matrix.len() / columns;
    let mut out = Buffer::scratch(matrix.len());
    for (column, out) in out.chunks_exact_mut(rows).enumerate() {
        out.iter_mut().zip(matrix[column..].iter().step_by(columns)).for_each(|(out, x)| *out = *x);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Targets;
    use crate::nn::kernel::conv_window::Window;
    use crate::nn::loss::{Form, LossOp};
    use crate::nn::ops::conv::{ConvOp, pooling};
    use crate::preset::{Loss, LossOptions};

    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        (0..count as u32)
            .map(|i| ((i + seed).wrapping_mul(2_654_435_761) >> 16) as f32 / 65536.0 - 0.5)
            .collect()
    }

    /// The output and the gradients of kernel, bias and, where it is needed, input, computed as one op or as two.
    fn run(rows: usize, image: [usize; 3], size: [usize; 2], wants_x: bool, fused: bool) -> Vec<Vec<f32>> {
        let device = Cpu::default();
        let filters = 32 + rows % 2;
        let conv = Conv { window: Window::new(image, size, [1, 1]), filters, groups: 1 };
        let taps = size[0] * size[1] * image[2];
        let shape = [size[0], size[1], image[2], filters];
        let kernel = Param::new(&device, "kernel", &shape, numbers(taps * filters, 1)).unwrap();
        let bias = Param::new(&device, "bias", &[filters], numbers(filters, 900)).unwrap();
        let mut pass = Pass::training(&device, 0);
        let pixels = image.iter().product();
        let x = Var::new(&device, numbers(rows * pixels, 7).into(), rows, pixels, wants_x).unwrap();
        let relu = Activation::Relu;
        let y = if fused {
            assert!(serves(&x, &conv, relu));
            conv_relu_pool(&mut pass, &x, &kernel, &bias, conv).unwrap()
        } else {
            let y = Cpu::conv2d(&mut pass, &x, &kernel, Some(&bias), conv, relu, false).unwrap();
            Cpu::max_pool2d(&mut pass, &y, pooling(&conv)).unwrap()
        };
        let targets = Targets::Values(numbers(y.rows * y.columns, 77));
        let (loss, options) = (Loss::MeanSquaredError, LossOptions::default());
        let loss = Cpu::loss(&mut pass, &y, filters, &targets, &[], loss, &options, Form::Output).unwrap();
        let mut grads = pass.backward(loss).unwrap();
        let mut results = vec![y.values.to_vec()];
        let nodes = [&kernel.node, &bias.node].into_iter().chain(wants_x.then_some(&x.node));
        results.extend(nodes.map(|node| take_gradient(&mut grads, node).unwrap().to_vec()));
        results
    }

    #[test]
    fn one_op_gives_what_convolution_and_pooling_give() {
        for (rows, image, size, wants_x) in [
            (1, [2, 2, 1], [1, 1], false),
            (9, [8, 7, 1], [3, 3], false),
            (17, [7, 9, 2], [3, 2], false),
            (3, [12, 12, 3], [5, 5], false),
            (18, [7, 6, 16], [3, 3], true),
            (3, [6, 9, 32], [2, 4], true),
            (1, [5, 4, 48], [3, 1], false),
        ] {
            let two = run(rows, image, size, wants_x, false);
            for (one, two) in run(rows, image, size, wants_x, true).iter().zip(&two) {
                assert_eq!(one.len(), two.len());
                let largest = two.iter().fold(1e-3, |top: f32, x| top.max(x.abs()));
                let worst = one.iter().zip(two).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(worst < 1e-5 * largest, "{rows} {image:?} {size:?}: off by {worst}");
            }
        }
    }

    #[test]
    fn the_bits_are_the_same_on_any_number_of_threads() {
        for (image, wants_x) in [([28, 28, 1], false), ([9, 8, 16], true)] {
            let on = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| run(37, image, [3, 3], wants_x, true))
            };
            let one = on(1);
            assert!(one == on(2) && one == on(4));
        }
    }
}
