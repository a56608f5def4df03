//! Ops on images: convolutions and their transposes, pooling, up-sampling.

use super::{Case, outcome, param, var};
use crate::nn::device::Error;
use crate::nn::graph::Pass;
use crate::nn::kernel::conv::Conv;
use crate::nn::kernel::conv_window::Window;
use crate::nn::ops::Backend;
use crate::preset::Activation;

/// A convolution or its transpose.
#[derive(Clone, Copy, Debug)]
pub struct Convolution {
    /// Samples.
    pub images: usize,
    /// Its shape.
    pub conv: Conv,
    /// What follows.
    pub activation: Activation,
    /// Whether 2x2 max-pooling follows in the same op.
    pub pool: bool,
    /// Whether it is the transpose.
    pub transposed: bool,
    /// Whether there is a bias.
    pub bias: bool,
}

impl Convolution {
    /// A square one with a bias and relu, without padding, of stride 1, on three images.
    pub fn plain(input: [usize; 3], size: usize, filters: usize) -> Self {
        let conv = Conv { window: Window::new(input, [size, size], [1, 1]), filters, groups: 1 };
        let activation = Activation::Relu;
        Convolution { images: 3, conv, activation, pool: false, transposed: false, bias: true }
    }
}

impl Case for Convolution {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let Convolution { images, conv, activation, pool, transposed, bias } = *self;
        let Window { input: [_, _, channels], size: [down, across], .. } = conv.window;
        let kernel = param(device, &[down, across, channels / conv.groups, conv.filters], 1)?;
        let ends = [(conv.window.input_len(), conv.filters), (conv.output_len(), channels)];
        let (columns, width) = ends[usize::from(transposed)];
        let bias = bias.then(|| param(device, &[width], 2)).transpose()?;
        let x = var(device, images, columns, 3)?;
        let mut pass = Pass::training(device, 0);
        let y = match transposed {
            true => D::conv2d_transpose(&mut pass, &x, &kernel, bias.as_ref(), conv, activation)?,
            false => D::conv2d(&mut pass, &x, &kernel, bias.as_ref(), conv, activation, pool)?,
        };
        let params: Vec<_> = std::iter::once(&kernel).chain(&bias).collect();
        outcome(pass, &y, &[&x], &params)
    }
}

/// Max-pooling of so many images.
#[derive(Clone, Copy, Debug)]
pub struct MaxPool(pub usize, pub Window);

impl Case for MaxPool {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let x = var(device, self.0, self.1.input_len(), 1)?;
        let mut pass = Pass::training(device, 0);
        let y = D::max_pool2d(&mut pass, &x, self.1)?;
        outcome(pass, &y, &[&x], &[])
    }
}

/// Average pooling of so many images.
#[derive(Clone, Copy, Debug)]
pub struct Average(pub usize, pub Window);

impl Case for Average {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let x = var(device, self.0, self.1.input_len(), 1)?;
        let mut pass = Pass::training(device, 0);
        let y = D::average_pool2d(&mut pass, &x, self.1)?;
        outcome(pass, &y, &[&x], &[])
    }
}

/// Up-sampling.
#[derive(Clone, Copy, Debug)]
pub struct UpSample {
    /// Samples.
    pub images: usize,
    /// Height, width and channels.
    pub shape: [usize; 3],
    /// Times down and across.
    pub factors: [usize; 2],
}

impl Case for UpSample {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let x = var(device, self.images, self.shape.iter().product(), 1)?;
        let mut pass = Pass::training(device, 0);
        let y = D::up_sample2d(&mut pass, &x, self.shape, self.factors)?;
        outcome(pass, &y, &[&x], &[])
    }
}
