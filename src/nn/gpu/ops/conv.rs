//! Convolution with bias, activation and pooling, its transpose, and max-pooling alone.

use super::dense::{activation_gradient, softmax, sum_rows};
use super::max_pool::{max_pool, max_pool_back};
use super::output;
use super::windows::over_windows;
use crate::nn::device::Error;
use crate::nn::gpu::activation;
use crate::nn::gpu::array::Array;
use crate::nn::gpu::device::Gpu;
use crate::nn::gpu::grid::{Grid, count_of};
use crate::nn::gpu::launch::{ConvolutionKernelGradient, Convolve, ConvolveTransposed, SumParts, at};
use crate::nn::gpu::tape::{add_gradient, take_gradient};
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::kernel::conv::Conv;
use crate::nn::kernel::conv_window::Window;
use crate::nn::ops::conv::{ConvOp, check, check_kernel, check_len, pooling};
use crate::nn::ops::conv_transpose::ConvTransposeOp;
use crate::nn::profile::span;
use crate::preset::Activation;

/// Rows and columns of a product that a block makes, and its threads: those of `common_tile.cu`.
const TILE: [usize; 2] = [64, 32];
const THREADS: usize = 128;
/// The gradient of a kernel is cut along the output pixels into parts until there are about this many blocks. It is the
/// same number for every card, so that cards differ by their arithmetic only.
const BLOCKS: usize = 512;
/// The fewest output pixels that a part sums over.
const SHORTEST: usize = 256;

/// What is done to a convolution's numbers.
#[derive(Clone, Copy)]
struct Finish<'a> {
    bias: Option<&'a Array>,
    /// Not softmax, which needs whole rows.
    activation: Activation,
    /// Gets what the activation is applied to.
    before: Option<&'a Array>,
}

const PLAIN: Finish = Finish { bias: None, activation: Activation::Linear, before: None };

/// The two directions through a convolution: the gradient of each runs in the other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// From the large image to the small one: the convolution itself.
    Down,
    /// From the small one to the large one: its transpose.
    Up,
}

impl Way {
    /// Its names in the profile, forward and backward.
    fn names(self) -> [&'static str; 2] {
        match self {
            Way::Down => ["conv2d forward", "conv2d backward"],
            Way::Up => ["conv2d_transpose forward", "conv2d_transpose backward"],
        }
    }

    /// The numbers of an image that it leads to, and its channels.
    fn end(self, conv: &Conv) -> (usize, usize) {
        match self {
            Way::Down => (conv.output_len(), conv.filters),
            Way::Up => (conv.window.input_len(), conv.window.input[2]),
        }
    }

    fn back(self) -> Self {
        match self {
            Way::Down => Way::Up,
            Way::Up => Way::Down,
        }
    }

    /// Writes the images that it leads to from those of `x`.
    fn go(
        self,
        conv: &Conv,
        kernel: &Array,
        x: &Array,
        images: usize,
        y: &Array,
        finish: Finish,
    ) -> Result<(), Error> {
        match self {
            Way::Down => convolve(conv, kernel, x, images, y, None, finish),
            Way::Up => transpose(conv, kernel, x, images, y, finish),
        }
    }
}

/// The convolution itself; with `winners` pooled by windows of 2x2.
fn convolve(
    conv: &Conv,
    kernel: &Array,
    x: &Array,
    images: usize,
    y: &Array,
    winners: Option<&Array<u32>>,
    Finish { bias, activation: which, before }: Finish,
) -> Result<(), Error> {
    if y.is_empty() {
        return Ok(());
    }
    let (filters, [high, wide]) = (conv.filters, conv.window.output());
    let rows = if winners.is_some() { images * (high / 2) * (wide / 2) * 4 } else { images * high * wide };
    // Kernels count all numbers of a batch with an int.
    count_of(images * conv.output_len().max(conv.window.input_len()))?;
    let launch = over_windows!(
        Convolve, &conv.window,
        y: at(y), before: at(before), winners: at(winners), x: at(x), kernel: at(kernel), bias: at(bias),
        images: images, filters: filters, activation: activation::code(which), is_pooled: usize::from(winners.is_some()),
    );
    let blocks = [rows.div_ceil(TILE[0]), (filters / conv.groups).div_ceil(TILE[1]), conv.groups];
    launch.launch(y.card(), Grid::of(blocks, THREADS)?)
}

/// The transpose of a convolution: from images like its output to images like its input.
fn transpose(
    conv: &Conv,
    kernel: &Array,
    g: &Array,
    images: usize,
    out: &Array,
    Finish { bias, activation: which, before }: Finish,
) -> Result<(), Error> {
    if out.is_empty() {
        return Ok(());
    }
    let Conv { window, filters, groups } = conv;
    let ([height, width, channels], [down, across]) = (window.input, window.strides);
    count_of(images * conv.output_len().max(window.input_len()))?;
    let launch = over_windows!(
        ConvolveTransposed, window,
        out: at(out), before: at(before), g: at(g), kernel: at(kernel), bias: at(bias), images: images,
        filters: *filters, groups: *groups, activation: activation::code(which),
    );
    let largest_phase = images * height.div_ceil(down) * width.div_ceil(across);
    let blocks =
        [largest_phase.div_ceil(TILE[0]), (channels / groups).div_ceil(TILE[1]), groups * down * across];
    launch.launch(out.card(), Grid::of(blocks, THREADS)?)
}

/// The kernel's gradient from the large images `x` and the gradient `g` of the small ones.
fn kernel_gradient(conv: &Conv, x: &Array, g: &Array, images: usize) -> Result<Array, Error> {
    let (card, length, pixels) = (x.card(), conv.kernel_len(), images * conv.window.pixels());
    if pixels == 0 {
        return Array::zeros(card, length);
    }
    let Conv { window, filters, groups } = conv;
    let rows = window.taps() * (window.input[2] / groups);
    let tiles = [rows.div_ceil(TILE[0]), (filters / groups).div_ceil(TILE[1]), *groups];
    let parts = (BLOCKS / tiles.iter().product::<usize>()).clamp(1, pixels.div_ceil(SHORTEST));
    let run = pixels.div_ceil(parts).next_multiple_of(16);
    let parts = pixels.div_ceil(run);
    count_of(x.len().max(g.len()).max(parts * length))?;
    let sums = Array::scratch(card, parts * length)?;
    let launch = over_windows!(
        ConvolutionKernelGradient, window,
        parts: at(&sums), x: at(x), g: at(g), images: images, filters: *filters, groups: *groups, run: run,
    );
    launch.launch(card, Grid::of([tiles[0], tiles[1], groups * parts], THREADS)?)?;
    if parts == 1 {
        return Ok(sums);
    }
    let out = Array::scratch(card, length)?;
    SumParts { out: at(&out), parts: at(&sums), length, stride: length, count: parts }
        .launch(card, Grid::over(length)?)?;
    Ok(out)
}

/// Any convolution or its transpose, with bias and activation; a convolution with pooling where `pool` is set.
fn convolution(
    pass: &mut Pass<Gpu>,
    x: &Var<Gpu>,
    kernel: &Param<Gpu>,
    bias: Option<&Param<Gpu>>,
    (conv, way): (Conv, Way),
    activation: Activation,
    pool: bool,
) -> Result<Var<Gpu>, Error> {
    let (card, images) = (pass.device.card().clone(), x.rows);
    let ([there, back], (mut columns, channels)) = (way.names(), way.end(&conv));
    let flops = 2 * (images * conv.work()) as u64;
    let _span = span(there, flops);
    let pooling = pool.then(|| pooling(&conv));
    if let Some(window) = &pooling {
        columns = window.pixels() * channels;
    }
    let count = images * columns;
    let mut y = Array::scratch(&card, count)?;
    let is_softmax = activation == Activation::Softmax;
    let keeps_before = pass.records() && activation.needs_input();
    let before = keeps_before.then(|| Array::scratch(&card, count)).transpose()?;
    let winners = pool.then(|| Array::scratch(&card, count)).transpose()?;
    let finish = Finish {
        bias: bias.map(|bias| &bias.values),
        activation: if is_softmax { Activation::Linear } else { activation },
        before: before.as_ref(),
    };
    match way {
        Way::Down => convolve(&conv, &kernel.values, &x.values, images, &y, winners.as_ref(), finish)?,
        Way::Up => transpose(&conv, &kernel.values, &x.values, images, &y, finish)?,
    }
    if is_softmax {
        y = softmax(&card, &y, channels)?;
    }
    let (wants_kernel, wants_x) = (kernel.trainable, x.wants_gradient);
    let bias_node = bias.filter(|b| b.trainable).map(|b| b.node.clone());
    let wants = wants_kernel || wants_x || bias_node.is_some();
    let y = output(pass, y, [images, columns], wants)?;
    if wants && pass.records() {
        let kept = before.unwrap_or_else(|| y.values.clone());
        let (node, x_node, w_node) = (y.node.clone(), x.node.clone(), kernel.node.clone());
        let (x, w) = (x.values.clone(), kernel.values.clone());
        pass.record(move |grads| {
            let Some(g) = take_gradient(grads, &node)? else { return Ok(()) };
            let _span = span(back, flops * (u64::from(wants_kernel) + u64::from(wants_x)));
            let mut g = activation_gradient(&card, g, &kept, channels, activation)?;
            if let Some(bias) = &bias_node {
                add_gradient(grads, bias, sum_rows(&card, &g, channels)?)?;
            }
            if let (Some(window), Some(winners)) = (&pooling, &winners) {
                g = max_pool_back(&g, winners, window, images)?;
            }
            if wants_kernel {
                let (large, small) = if way == Way::Down { (&x, &g) } else { (&g, &x) };
                add_gradient(grads, &w_node, kernel_gradient(&conv, large, small, images)?)?;
            }
            if wants_x {
                let dx = Array::scratch(&card, x.len())?;
                way.back().go(&conv, &w, &g, images, &dx, PLAIN)?;
                add_gradient(grads, &x_node, dx)?;
            }
            Ok(())
        });
    }
    Ok(y)
}

impl ConvOp for Gpu {
    fn conv2d(
        pass: &mut Pass<Gpu>,
        x: &Var<Gpu>,
        kernel: &Param<Gpu>,
        bias: Option<&Param<Gpu>>,
        conv: Conv,
        activation: Activation,
        pool: bool,
    ) -> Result<Var<Gpu>, Error> {
        check(x.columns, &conv.window)?;
        check_kernel(&kernel.shape, &conv)?;
        // Softmax needs all filters of a pixel before the largest of four pixels is taken.
        let is_apart = pool && activation == Activation::Softmax;
        let y = convolution(pass, x, kernel, bias, (conv, Way::Down), activation, pool && !is_apart)?;
        if is_apart { Self::max_pool2d(pass, &y, pooling(&conv)) } else { Ok(y) }
    }

    fn max_pool2d(pass: &mut Pass<Gpu>, x: &Var<Gpu>, window: Window) -> Result<Var<Gpu>, Error> {
        check(x.columns, &window)?;
        let _span = span("max_pool2d forward", 0);
        let images = x.rows;
        let (y, winners) = max_pool(&x.values, &window)?;
        let y = output(pass, y, [images, window.pixels() * window.input[2]], x.wants_gradient)?;
        if x.wants_gradient {
            let (node, x_node) = (y.node.clone(), x.node.clone());
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node)? else { return Ok(()) };
                let _span = span("max_pool2d backward", 0);
                add_gradient(grads, &x_node, max_pool_back(&g, &winners, &window, images)?)
            });
        }
        Ok(y)
    }
}

impl ConvTransposeOp for Gpu {
    fn conv2d_transpose(
        pass: &mut Pass<Gpu>,
        x: &Var<Gpu>,
        kernel: &Param<Gpu>,
        bias: Option<&Param<Gpu>>,
        conv: Conv,
        activation: Activation,
    ) -> Result<Var<Gpu>, Error> {
        let [height, width] = conv.window.output();
        check_len(x.columns, [height, width, conv.filters])?;
        check_kernel(&kernel.shape, &conv)?;
        convolution(pass, x, kernel, bias, (conv, Way::Up), activation, false)
    }
}
