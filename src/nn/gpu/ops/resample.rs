//! Average pooling and up-sampling: each is, up to the weights, the transpose of the other.

use super::output;
use crate::nn::device::Error;
use crate::nn::gpu::array::Array;
use crate::nn::gpu::device::Gpu;
use crate::nn::gpu::grid::Grid;
use crate::nn::gpu::launch::{GatherWindows, SpreadWindows, at};
use crate::nn::gpu::tape::{add_gradient, take_gradient};
use crate::nn::graph::{Pass, Var};
use crate::nn::kernel::conv_window::Window;
use crate::nn::ops::conv::{check, check_len};
use crate::nn::ops::resample::ResampleOp;
use crate::nn::profile::span;

/// Fills the fields that both kernels share.
macro_rules! launch {
    ($kernel:ident, $from:ident: $given:expr, $out:expr, $window:expr, $is_mean:expr) => {{
        let (out, Window { input, size, strides, dilation, .. }) = ($out, $window);
        let ([down, across], [top, left]) = ($window.output(), $window.before());
        $kernel {
            out: at(out),
            $from: at($given),
            count: out.len(),
            height: input[0],
            width: input[1],
            channels: input[2],
            size_y: size[0],
            size_x: size[1],
            stride_y: strides[0],
            stride_x: strides[1],
            dilation_y: dilation[0],
            dilation_x: dilation[1],
            top,
            left,
            down,
            across,
            is_mean: usize::from($is_mean),
        }
        .launch(out.card(), Grid::over(out.len())?)
    }};
}

/// The sum, or the mean, of each window: `[images, windows, channels]`.
fn gather(images: &Array, window: Window, is_mean: bool) -> Result<Array, Error> {
    let count = images.len() / window.input_len().max(1) * window.pixels() * window.input[2];
    let out = Array::scratch(images.card(), count)?;
    launch!(GatherWindows, image: images, &out, window, is_mean)?;
    Ok(out)
}

/// The transpose of [`gather`]: `[images, height, width, channels]`.
fn spread(windows: &Array, window: Window, is_mean: bool) -> Result<Array, Error> {
    let count = windows.len() / (window.pixels() * window.input[2]).max(1) * window.input_len();
    let out = Array::scratch(windows.card(), count)?;
    launch!(SpreadWindows, windows: windows, &out, window, is_mean)?;
    Ok(out)
}

/// A linear op: `backward` applies the transpose of `forward` to the gradient.
fn linear(
    pass: &mut Pass<Gpu>,
    x: &Var<Gpu>,
    name: &'static str,
    forward: impl FnOnce(&Array) -> Result<Array, Error>,
    backward: impl FnOnce(&Array) -> Result<Array, Error> + 'static,
) -> Result<Var<Gpu>, Error> {
    let _span = span(name, 0);
    let y = forward(&x.values)?;
    let columns = y.len() / x.rows.max(1);
    let y = output(pass, y, [x.rows, columns], x.wants_gradient)?;
    if x.wants_gradient {
        let (node, x_node) = (y.node.clone(), x.node.clone());
        pass.record(move |grads| {
            let Some(g) = take_gradient(grads, &node)? else { return Ok(()) };
            let _span = span(name, 0);
            add_gradient(grads, &x_node, backward(&g)?)
        });
    }
    Ok(y)
}

impl ResampleOp for Gpu {
    fn average_pool2d(pass: &mut Pass<Gpu>, x: &Var<Gpu>, window: Window) -> Result<Var<Gpu>, Error> {
        check(x.columns, &window)?;
        linear(pass, x, "average_pool2d", |x| gather(x, window, true), move |g| spread(g, window, true))
    }

    fn up_sample2d(
        pass: &mut Pass<Gpu>,
        x: &Var<Gpu>,
        image: [usize; 3],
        size: [usize; 2],
    ) -> Result<Var<Gpu>, Error> {
        check_len(x.columns, image)?;
        // Each pixel of the small image is a window on the large one; the windows lie side by side.
        let [height, width, channels] = image;
        let window = Window::new([height * size[0], width * size[1], channels], size, size);
        linear(pass, x, "up_sample2d", |x| spread(x, window, false), move |g| gather(g, window, false))
    }
}
