//! The transpose of a convolution, with bias and activation.

use dfdx::tensor::Cpu;

use super::conv::{Way, check_kernel, check_len, convolve};
use crate::nn::device::{Device, Error};
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::kernel::conv::Conv;
use crate::preset::Activation;

/// Transposed convolutions.
pub trait ConvTransposeOp: Device {
    /// `activation(conv^T x + bias)`, where `conv` is the convolution from the large image to the small one, with the
    /// kernel `[height, width, channels of the large image, channels of x]`: `x` is `[rows, height * width * channels]`
    /// of the small image, the result `[rows, height' * width' * channels']` of the large one.
    ///
    /// # Errors
    /// When `x` or the kernel has a shape that does not match `conv`, or the device fails.
    fn conv2d_transpose(
        pass: &mut Pass<Self>,
        x: &Var<Self>,
        kernel: &Param<Self>,
        bias: Option<&Param<Self>>,
        conv: Conv,
        activation: Activation,
    ) -> Result<Var<Self>, Error>;
}

impl ConvTransposeOp for Cpu {
    fn conv2d_transpose(
        pass: &mut Pass<Cpu>,
        x: &Var<Cpu>,
        kernel: &Param<Cpu>,
        bias: Option<&Param<Cpu>>,
        conv: Conv,
        activation: Activation,
    ) -> Result<Var<Cpu>, Error> {
        let [height, width] = conv.window.output();
        check_len(x.columns, [height, width, conv.filters])?;
        check_kernel(&kernel.shape, &conv)?;
        convolve(pass, x, kernel, bias, (conv, Way::Up), activation)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::nn::kernel::conv_window::{Padding, Window};
    use crate::nn::ops::differences::{batch, check, numbers};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn a_transposed_convolution_equals_its_definition_and_central_differences(
            (images, height, width) in (1_usize..20, 1_usize..5, 1_usize..5),
            (channels, filters, seed) in (1_usize..4, 1_usize..4, 0_u64..999),
            (kh, kw, sy, sx, same) in (1_usize..5, 1_usize..5, 1_usize..4, 1_usize..4, any::<bool>()),
        ) {
            let device = Cpu::default();
            let grown = |n: usize, k: usize, s: usize| if same { n * s } else { n * s + k.saturating_sub(s) };
            let large = [grown(height, kh, sy), grown(width, kw, sx), filters];
            let padding = if same { Padding::Same } else { Padding::Valid };
            let window = Window { padding, ..Window::new(large, [kh, kw], [sy, sx]) };
            let conv = Conv { window, filters: channels, groups: 1 };
            let lists = [
                numbers(images * height * width * channels, seed),
                numbers(kh * kw * filters * channels, seed + 1),
                numbers(filters, seed + 2),
            ];
            let x = batch(&lists[0], images);
            let kernel = Param::new(&device, "kernel", &[kh, kw, filters, channels], lists[1].clone()).unwrap();
            let bias = Param::new(&device, "bias", &[filters], lists[2].clone()).unwrap();
            let mut pass = Pass::training(&device, 0);
            let y =
                Cpu::conv2d_transpose(&mut pass, &x, &kernel, Some(&bias), conv, Activation::Tanh).unwrap();
            let nodes = [(&x.node, &lists[0][..]), (&kernel.node, &lists[1]), (&bias.node, &lists[2])];
            check(pass, &y, &nodes, 1e-4, |lists| {
                let [x, kernel, bias] = lists else { unreachable!() };
                let mut y: Vec<f64> = (0..images * window.input_len()).map(|i| bias[i % filters]).collect();
                // With `same` padding, half of the overlap, rounded down, is cut off in front.
                let cut = |k: usize, s: usize| if same { k.saturating_sub(s) / 2 } else { 0 };
                for (i, x) in x.iter().enumerate() {
                    let (c, pixel) = (i % channels, i / channels);
                    let (column, row, image) = (pixel % width, pixel / width % height, pixel / width / height);
                    for (tap, weights) in kernel.chunks(filters * channels).enumerate() {
                        let down = (row * sy + tap / kw).wrapping_sub(cut(kh, sy));
                        let across = (column * sx + tap % kw).wrapping_sub(cut(kw, sx));
                        if down < large[0] && across < large[1] {
                            for f in 0..filters {
                                let to = ((image * large[0] + down) * large[1] + across) * filters + f;
                                y[to] += x * weights[f * channels + c];
                            }
                        }
                    }
                }
                y.into_iter().map(f64::tanh).collect()
            })?;
        }
    }
}
