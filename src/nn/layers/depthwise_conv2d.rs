//! DepthwiseConv2D: every channel convolved on its own.

use super::Layer;
use super::site::{Build, Site};
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::kernel::conv::Conv;
use crate::nn::kernel::conv_window::Window;
use crate::nn::ops::Backend;
use crate::preset::{Activation, Pair, layers};

/// A convolution in as many groups as there are channels: kernel `[height, width, channels, multiplier]`, bias
/// `[channels * multiplier]`. The filters of a channel lie side by side, as those of a group do.
pub struct DepthwiseConv2D<D: Backend> {
    kernel: Param<D>,
    bias: Option<Param<D>>,
    conv: Conv,
    activation: Activation,
}

impl Build for layers::DepthwiseConv2D {
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let input @ [.., channels] = site.image()?;
        let window = Window {
            input,
            size: self.kernel_size.into(),
            strides: self.strides.into(),
            dilation: self.dilation_rate.into(),
            padding: self.padding.into(),
        };
        let conv = Conv { window, filters: channels * self.depth_multiplier, groups: channels };
        let Pair(height, width) = self.kernel_size;
        let shape = [height, width, channels, self.depth_multiplier];
        let kernel = site.kernel(&shape, self.depthwise_initializer, self.depthwise_regularizer)?;
        let bias = self.use_bias.then(|| site.bias(conv.filters)).transpose()?;
        Ok(Box::new(DepthwiseConv2D { kernel, bias, conv, activation: self.activation }))
    }
}

impl<D: Backend> Layer<D> for DepthwiseConv2D<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        let [height, width] = self.conv.window.size;
        let kernel = self.kernel.reshaped(&[height, width, 1, self.conv.filters]);
        D::conv2d(pass, &input, &kernel, self.bias.as_ref(), self.conv, self.activation, false)
    }

    fn visit<'a>(&'a self, path: &str, visit: &mut dyn FnMut(String, &'a Param<D>)) {
        for param in std::iter::once(&self.kernel).chain(&self.bias) {
            visit(format!("{path}{}", param.name), param);
        }
    }

    fn visit_mut<'a>(&'a mut self, path: &str, visit: &mut dyn FnMut(String, &'a mut Param<D>)) {
        for param in std::iter::once(&mut self.kernel).chain(&mut self.bias) {
            visit(format!("{path}{}", param.name), param);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::nn::differences::Case;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn gradients_of_depthwise_and_separable_convolutions_equal_central_differences(
            (rows, height, width, channels) in (1..3_usize, 2..6_usize, 2..6_usize, 1..4_usize),
            (multiplier, strides, seed) in (1..3_usize, 1..3_usize, 0..100_u64),
        ) {
            let options = format!("kernel_size: 2, depth_multiplier: {multiplier}, strides: {strides}, padding: same");
            let input = [height, width, channels];
            Case::new(&format!("[DepthwiseConv2D({options}, activation: tanh)]"), &input, rows, seed).check()?;
            Case::new(&format!("[SeparableConv2D(filters: 3, {options})]"), &input, rows, seed).check()?;
        }
    }

    #[test]
    fn it_gives_the_same_bits_on_any_number_of_threads() {
        let layers = "[DepthwiseConv2D(kernel_size: 3, depth_multiplier: 2, padding: same), PReLU(shared_axes: [1, 2])]";
        Case::check_threads(|| Case::new(layers, &[17, 19, 12], 21, 2));
    }
}
