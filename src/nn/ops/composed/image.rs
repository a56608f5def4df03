//! Convolutions, poolings and up-sampling, composed of dfdx's ops: a gather lays out the windows, which are then
//! multiplied or reduced.

use dfdx::shapes::{Axes2, Axes3, Axis};
use dfdx::tensor::Tensor;
use dfdx::tensor_ops::{
    BroadcastTo, Device, MaxTo, PermuteTo, ReshapeTo, SumTo, TryConcatAlong, TryMatMul, TryMul,
};

use super::{Failure, Plain, Taped, add_row, pick, sizes};
use crate::nn::kernel::conv::Conv;
use crate::nn::kernel::conv_window::Window;

/// The columns under every tap of every window, `[pixels, taps, channels]`, for channels from `first` on. A tap in the
/// padding gets the number of columns as its index.
fn under_windows(window: &Window, first: usize, channels: usize) -> Vec<usize> {
    let (depth, missing) = (window.input[2], window.input_len());
    let mut indices = Vec::with_capacity(window.pixels() * window.taps() * channels);
    window.for_each(|_, _, pixel| match pixel {
        Some(pixel) => indices.extend((0..channels).map(|channel| pixel * depth + first + channel)),
        None => indices.extend(std::iter::repeat_n(missing, channels)),
    });
    indices
}

/// `x * kernel + bias`: `x` is `[rows, height * width * channels]`, the kernel
/// `[taps * channels / groups, filters]`, the result `[rows, height' * width' * filters]`.
///
/// # Errors
/// When the device fails.
pub fn conv2d<D: Device<f32>>(
    x: Taped<D>,
    kernel: &Plain<D>,
    bias: Option<&Plain<D>>,
    conv: &Conv,
) -> Result<Taped<D>, Failure<D>> {
    let (rows, _) = sizes(&x);
    let (pixels, taps) = (conv.window.pixels(), conv.window.taps());
    let (channels, filters) = (conv.window.input[2] / conv.groups, conv.filters / conv.groups);
    let mut x = Some(x);
    let mut whole: Option<Taped<D>> = None;
    for group in 0..conv.groups {
        let Some(input) = x.take() else { break };
        let input = if group + 1 < conv.groups {
            let (now, later) = super::fork(input);
            x = Some(later);
            now
        } else {
            input
        };
        let indices = under_windows(&conv.window, group * channels, channels);
        let patches = pick(input, indices, 0.0)?.try_reshape_like(&(pixels, taps * channels, rows))?;
        let patches = patches.try_permute::<(usize, usize, usize), Axes3<2, 0, 1>>()?;
        let patches = patches.try_reshape_like(&(rows * pixels, taps * channels))?;
        let weights = kernel.retaped::<dfdx::tensor::OwnedTape<f32, D>>();
        let columns = group * filters..(group + 1) * filters;
        let weights = weights.try_slice((0..taps * channels, columns))?;
        let product = patches.try_matmul(weights)?;
        whole = Some(match whole {
            None => product,
            Some(before) => (before, product).try_concat_along(Axis::<1>)?,
        });
    }
    let whole = whole.expect("a convolution has at least one group");
    let whole = match bias {
        Some(bias) => add_row(whole, bias)?,
        None => whole,
    };
    whole.try_reshape_like(&(rows, pixels * conv.filters))
}

/// The transpose of `conv`, without groups. `conv` goes from the large image to the small one; `x` is the small one.
///
/// # Errors
/// When the device fails.
pub fn conv2d_transpose<D: Device<f32>>(
    x: Taped<D>,
    kernel: &Plain<D>,
    bias: Option<&Plain<D>>,
    conv: &Conv,
) -> Result<Taped<D>, Failure<D>> {
    let (rows, _) = sizes(&x);
    let (small, taps, channels) = (conv.window.pixels(), conv.window.taps(), conv.window.input[2]);
    let [height, width, _] = conv.window.input;
    let weights = kernel.retaped::<dfdx::tensor::OwnedTape<f32, D>>();
    let weights = weights.try_permute::<(usize, usize), Axes2<1, 0>>()?;
    let product = x.try_reshape_like(&(rows * small, conv.filters))?.try_matmul(weights)?;
    let product = product.try_reshape_like(&(rows, small * taps * channels))?;
    // The terms that are added up in each pixel of the large image, padded to the longest list.
    let mut sources = vec![Vec::new(); height * width];
    conv.window.for_each(|pixel, tap, large| {
        if let Some(large) = large {
            sources[large].push(pixel * taps + tap);
        }
    });
    let longest = sources.iter().map(Vec::len).max().unwrap_or(0).max(1);
    let missing = small * taps * channels;
    let mut indices = Vec::with_capacity(sources.len() * longest * channels);
    for list in &sources {
        for place in 0..longest {
            match list.get(place) {
                Some(source) => indices.extend((0..channels).map(|channel| source * channels + channel)),
                None => indices.extend(std::iter::repeat_n(missing, channels)),
            }
        }
    }
    let parts = pick(product, indices, 0.0)?.try_reshape_like(&(height * width, longest, channels, rows))?;
    let sum = parts.try_sum::<(usize, usize, usize), Axis<1>>()?;
    let sum = sum.try_permute::<(usize, usize, usize), Axes3<2, 0, 1>>()?;
    let sum = sum.try_reshape_like(&(rows * height * width, channels))?;
    let sum = match bias {
        Some(bias) => add_row(sum, bias)?,
        None => sum,
    };
    sum.try_reshape_like(&(rows, height * width * channels))
}

/// `[pixels, taps, channels, rows]`: every window's numbers.
fn windows<D: Device<f32>>(
    x: Taped<D>,
    window: &Window,
    missing: f32,
) -> Result<Tensor<(usize, usize, usize, usize), f32, D, dfdx::tensor::OwnedTape<f32, D>>, Failure<D>> {
    let (rows, _) = sizes(&x);
    let channels = window.input[2];
    let numbers = pick(x, under_windows(window, 0, channels), missing)?;
    numbers.try_reshape_like(&(window.pixels(), window.taps(), channels, rows))
}

/// The largest number of each window.
///
/// # Errors
/// When the device fails.
pub fn max_pool2d<D: Device<f32>>(x: Taped<D>, window: &Window) -> Result<Taped<D>, Failure<D>> {
    let (rows, _) = sizes(&x);
    let largest = windows(x, window, f32::MIN)?.try_max::<(usize, usize, usize), Axis<1>>()?;
    let largest = largest.try_permute::<(usize, usize, usize), Axes3<2, 0, 1>>()?;
    largest.try_reshape_like(&(rows, window.pixels() * window.input[2]))
}

/// The mean of each window, padding not counted.
///
/// # Errors
/// When the device fails.
pub fn average_pool2d<D: Device<f32>>(x: Taped<D>, window: &Window) -> Result<Taped<D>, Failure<D>> {
    let (rows, _) = sizes(&x);
    let (device, channels) = (x.device().clone(), window.input[2]);
    let mut counts = vec![0.0_f32; window.pixels()];
    window.for_each(|pixel, _, source| counts[pixel] += f32::from(u8::from(source.is_some())));
    let shares: Vec<f32> = counts.into_iter().map(|count| 1.0 / count.max(1.0)).collect();
    let shares: Tensor<(usize,), f32, D> = device.try_tensor_from_vec(shares, (window.pixels(),))?;
    let sum = windows(x, window, 0.0)?.try_sum::<(usize, usize, usize), Axis<1>>()?;
    let shares = shares.try_broadcast_like::<_, Axes2<1, 2>>(&(window.pixels(), channels, rows))?;
    let mean = sum.try_mul(shares)?.try_permute::<(usize, usize, usize), Axes3<2, 0, 1>>()?;
    mean.try_reshape_like(&(rows, window.pixels() * channels))
}

/// Repeats each pixel `size` times down and across.
///
/// # Errors
/// When the device fails.
pub fn up_sample2d<D: Device<f32>>(
    x: Taped<D>,
    [height, width, channels]: [usize; 3],
    [down, across]: [usize; 2],
) -> Result<Taped<D>, Failure<D>> {
    let places =
        (0..height * down).flat_map(move |y| (0..width * across).map(move |x| (y / down, x / across)));
    let indices = places.flat_map(|(y, x)| (0..channels).map(move |c| (y * width + x) * channels + c));
    super::transposed(pick(x, indices.collect(), 0.0)?)
}
