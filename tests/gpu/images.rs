//! Convolutions, their transposes, and max-pooling.

use proptest::prelude::*;

use super::ops::{ACTIVATIONS, Case, assert_same, compare, outcome, param, var};
use trainyard::nn::graph::Pass;
use trainyard::nn::kernel::conv::Conv;
use trainyard::nn::kernel::conv_window::Window;
use trainyard::nn::ops::Backend;
use trainyard::preset::{Activation, Padding};

#[derive(Clone, Debug)]
struct Convolution {
    images: usize,
    conv: Conv,
    activation: Activation,
    pool: bool,
    transposed: bool,
    bias: bool,
}

impl Case for Convolution {
    fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
        let Convolution { images, conv, activation, pool, transposed, bias } = self.clone();
        let Window { input: [_, _, channels], size: [down, across], .. } = conv.window;
        let kernel = param(device, &[down, across, channels / conv.groups, conv.filters], 1);
        let ends = [(conv.window.input_len(), conv.filters), (conv.output_len(), channels)];
        let (columns, width) = ends[usize::from(transposed)];
        let bias = bias.then(|| param(device, &[width], 2));
        let x = var(device, images, columns, 3);
        let mut pass = Pass::training(device, 0);
        let y = match transposed {
            true => D::conv2d_transpose(&mut pass, &x, &kernel, bias.as_ref(), conv, activation),
            false => D::conv2d(&mut pass, &x, &kernel, bias.as_ref(), conv, activation, pool),
        };
        let params: Vec<_> = std::iter::once(&kernel).chain(&bias).collect();
        outcome(pass, &y.unwrap(), &[&x], &params)
    }
}

#[derive(Clone, Copy, Debug)]
struct MaxPool(usize, Window);

impl Case for MaxPool {
    fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
        let x = var(device, self.0, self.1.input_len(), 1);
        let mut pass = Pass::training(device, 0);
        let y = D::max_pool2d(&mut pass, &x, self.1).unwrap();
        outcome(pass, &y, &[&x], &[])
    }
}

fn plain(input: [usize; 3], size: usize, filters: usize) -> Convolution {
    let conv = Conv { window: Window::new(input, [size, size], [1, 1]), filters, groups: 1 };
    Convolution { images: 3, conv, activation: Activation::Relu, pool: false, transposed: false, bias: true }
}

#[test]
fn convolutions_of_the_presets_are_those_of_the_cpu() {
    // mnist-cnn, mnist-lenet and mnist-dcgan; the sums of many products reach further than 1e-5.
    let mut cases = vec![
        Convolution { pool: true, ..plain([28, 28, 1], 3, 32) },
        Convolution { pool: true, ..plain([13, 13, 32], 3, 64) },
        plain([28, 28, 1], 5, 6),
    ];
    let window = Window { padding: Padding::Same, ..Window::new([14, 14, 64], [5, 5], [2, 2]) };
    let conv = Conv { window, filters: 64, groups: 1 };
    for transposed in [false, true] {
        cases.push(Convolution { conv, transposed, activation: Activation::LeakyRelu, ..cases[0].clone() });
        cases.last_mut().unwrap().pool = false;
    }
    for case in cases {
        assert_same(&case, 1e-5);
    }
}

#[test]
fn every_activation_follows_a_convolution_with_and_without_pooling() {
    for activation in ACTIVATIONS {
        for pool in [false, true] {
            let case = Convolution { activation, pool, ..plain([7, 6, 2], 2, 5) };
            assert_same(&case, 1e-5);
        }
        let case = Convolution { activation, transposed: true, ..plain([5, 4, 3], 2, 4) };
        assert_same(&case, 1e-5);
    }
}

#[test]
fn a_batch_of_no_images_gives_none() {
    let case = Convolution { images: 0, ..plain([7, 6, 2], 2, 5) };
    assert_same(&case, 0.0);
    assert_same(&MaxPool(0, Window::new([4, 4, 2], [2, 2], [2, 2])), 0.0);
}

#[test]
fn infinite_and_nan_pixels_come_out_as_on_the_cpu() {
    #[derive(Debug)]
    struct Broken;
    impl Case for Broken {
        fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
            let window = Window::new([6, 6, 1], [2, 2], [2, 2]);
            let mut x = vec![1.0; 36];
            (x[3], x[14], x[35]) = (f32::NAN, f32::INFINITY, f32::NEG_INFINITY);
            let x = trainyard::nn::graph::Var::new(device, x.into(), 1, 36, true).unwrap();
            let mut pass = Pass::training(device, 0);
            let y = D::max_pool2d(&mut pass, &x, window).unwrap();
            outcome(pass, &y, &[&x], &[])
        }
    }
    assert_same(&Broken, 0.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn convolutions_of_any_shape_are_those_of_the_cpu(
        (images, height, width) in (1_usize..6, 1_usize..10, 1_usize..10),
        (groups, channels, filters) in (1_usize..4, 1_usize..4, 1_usize..5),
        (kh, kw, sy, sx) in (1_usize..5, 1_usize..5, 1_usize..4, 1_usize..4),
        (dy, dx, same, pool) in (1_usize..4, 1_usize..4, any::<bool>(), any::<bool>()),
        (activation, transposed, bias) in (0_usize..10, any::<bool>(), any::<bool>()),
    ) {
        let padding = if same { Padding::Same } else { Padding::Valid };
        let input = [height, width, groups * channels];
        let window = Window { padding, dilation: [dy, dx], ..Window::new(input, [kh, kw], [sy, sx]) };
        let [high, wide] = window.output();
        prop_assume!(high > 0 && wide > 0 && (transposed || !pool || high > 1 && wide > 1));
        let conv = Conv { window, filters: groups * filters, groups };
        let activation = ACTIVATIONS[activation];
        let case = Convolution { images, conv, activation, pool: pool && !transposed, transposed, bias };
        compare(&case, 1e-5)?;
    }

    #[test]
    fn max_pooling_of_any_shape_is_that_of_the_cpu(
        (images, height, width, channels) in (1_usize..6, 1_usize..10, 1_usize..10, 1_usize..40),
        (kh, kw, sy, sx, same) in (1_usize..5, 1_usize..5, 1_usize..4, 1_usize..4, any::<bool>()),
    ) {
        let padding = if same { Padding::Same } else { Padding::Valid };
        let window = Window { padding, ..Window::new([height, width, channels], [kh, kw], [sy, sx]) };
        prop_assume!(window.pixels() > 0);
        compare(&MaxPool(images, window), 1e-6)?;
    }
}
