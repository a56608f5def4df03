//! Average pooling and up-sampling: each is, up to the weights, the transpose of the other.

use std::sync::Arc;

use dfdx::tensor::Cpu;

use super::conv::check;
use super::dense::output;
use crate::nn::buffer::Buffer;
use crate::nn::device::{Device, Error};
use crate::nn::gradients::{add_gradient, take_gradient};
use crate::nn::graph::{Pass, Var};
use crate::nn::kernel::average::Windows;
use crate::nn::kernel::conv_window::Window;
use crate::nn::profile::span;

/// Averages over windows, and repeated pixels.
pub trait ResampleOp: Device {
    /// The mean of each window, padding not counted: `[rows, height * width * channels]` to
    /// `[rows, height' * width' * channels]`.
    ///
    /// # Errors
    /// When `x` has a shape that does not match `window`, or the device fails.
    fn average_pool2d(pass: &mut Pass<Self>, x: &Var<Self>, window: Window) -> Result<Var<Self>, Error>;

    /// Repeats each pixel of `[height, width, channels]` `size` times down and across.
    ///
    /// # Errors
    /// When `x` does not have that shape, or the device fails.
    fn up_sample2d(
        pass: &mut Pass<Self>,
        x: &Var<Self>,
        image: [usize; 3],
        size: [usize; 2],
    ) -> Result<Var<Self>, Error>;
}

/// A linear op: `forward` computes its output, `backward` applies its transpose to the gradient.
fn linear(
    pass: &mut Pass<Cpu>,
    x: &Var<Cpu>,
    name: &'static str,
    forward: impl FnOnce(&[f32]) -> Buffer,
    backward: impl FnOnce(&[f32]) -> Buffer + 'static,
) -> Result<Var<Cpu>, Error> {
    let _span = span(name, 0);
    let y = forward(&x.values);
    let columns = y.len() / x.rows.max(1);
    let y = output(pass, Arc::new(y), [x.rows, columns], x.wants_gradient)?;
    if x.wants_gradient && pass.records() {
        let (node, x_node) = (y.node.clone(), x.node.clone());
        pass.record(move |grads| {
            let Some(g) = take_gradient(grads, &node) else { return Ok(()) };
            let _span = span(name, 0);
            add_gradient(grads, &x_node, backward(&g))
        });
    }
    Ok(y)
}

impl ResampleOp for Cpu {
    fn average_pool2d(pass: &mut Pass<Cpu>, x: &Var<Cpu>, window: Window) -> Result<Var<Cpu>, Error> {
        check(x.columns, &window)?;
        let windows = Windows::averaging(window);
        let back = Windows::averaging(window);
        linear(pass, x, "average_pool2d", |x| windows.gather(x), move |g| back.spread(g))
    }

    fn up_sample2d(
        pass: &mut Pass<Cpu>,
        x: &Var<Cpu>,
        [height, width, channels]: [usize; 3],
        size: [usize; 2],
    ) -> Result<Var<Cpu>, Error> {
        // Each pixel of the small image is a window on the large one; the windows lie side by side.
        let window = Window::new([height * size[0], width * size[1], channels], size, size);
        check(x.columns, &Window::new([height, width, channels], [1, 1], [1, 1]))?;
        let windows = Windows::summing(window);
        let back = Windows::summing(window);
        linear(pass, x, "up_sample2d", |x| windows.spread(x), move |g| back.gather(g))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::nn::kernel::conv_window::Padding;
    use crate::nn::ops::differences::{batch, check, numbers};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn average_pooling_equals_its_definition_and_central_differences(
            (images, height, width, channels) in (1_usize..20, 1_usize..7, 1_usize..7, 1_usize..4),
            (down, across, sy, sx) in (1_usize..5, 1_usize..5, 1_usize..4, 1_usize..4),
            (same, seed) in (any::<bool>(), 0_u64..999),
        ) {
            let padding = if same { Padding::Same } else { Padding::Valid };
            let input = [height, width, channels];
            let window = Window { padding, ..Window::new(input, [down, across], [sy, sx]) };
            prop_assume!(window.pixels() > 0);
            let list = numbers(images * window.input_len(), seed);
            let x = batch(&list, images);
            let mut pass = Pass::training(&Cpu::default(), 0);
            let y = Cpu::average_pool2d(&mut pass, &x, window).unwrap();
            check(pass, &y, &[(&x.node, &list)], 1e-5, |lists| {
                let mut means = Vec::new();
                for image in lists[0].chunks(window.input_len()) {
                    let mut sums = vec![(0.0, 0.0); window.pixels() * channels];
                    window.for_each(|pixel, _, source| for c in 0..channels {
                        let Some(source) = source else { continue };
                        let sum = &mut sums[pixel * channels + c];
                        *sum = (sum.0 + image[source * channels + c], sum.1 + 1.0);
                    });
                    means.extend(sums.into_iter().map(|(sum, count)| sum / count));
                }
                means
            })?;
        }

        #[test]
        fn up_sampling_repeats_pixels_and_its_gradient_equals_central_differences(
            (images, height, width, channels) in (1_usize..20, 1_usize..5, 1_usize..5, 1_usize..4),
            (down, across, seed) in (1_usize..4, 1_usize..4, 0_u64..999),
        ) {
            let list = numbers(images * height * width * channels, seed);
            let x = batch(&list, images);
            let mut pass = Pass::training(&Cpu::default(), 0);
            let y = Cpu::up_sample2d(&mut pass, &x, [height, width, channels], [down, across]).unwrap();
            check(pass, &y, &[(&x.node, &list)], 1e-5, |lists| {
                let at = |i: usize| {
                    let (c, pixel) = (i % channels, i / channels);
                    let (column, row) = (pixel % (width * across), pixel / (width * across));
                    let (image, row) = (row / (height * down), row % (height * down));
                    ((image * height + row / down) * width + column / across) * channels + c
                };
                (0..lists[0].len() * down * across).map(|i| lists[0][at(i)]).collect()
            })?;
        }
    }
}
