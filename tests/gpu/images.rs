//! Convolutions, their transposes, and max-pooling.

use proptest::prelude::*;

use super::ops::{assert_same, compare};
use trainyard::nn::Error;
use trainyard::nn::cases::{ACTIVATIONS, Case, Convolution, MaxPool, outcome};
use trainyard::nn::graph::{Pass, Var};
use trainyard::nn::kernel::conv::Conv;
use trainyard::nn::kernel::conv_window::{Padding, Window};
use trainyard::nn::ops::Backend;
use trainyard::preset::Activation;

#[test]
fn convolutions_of_the_presets_are_those_of_the_cpu() {
    // mnist-cnn, mnist-lenet and mnist-dcgan; the sums of many products reach further than 1e-5.
    let mut cases = vec![
        Convolution { pool: true, ..Convolution::plain([28, 28, 1], 3, 32) },
        Convolution { pool: true, ..Convolution::plain([13, 13, 32], 3, 64) },
        Convolution::plain([28, 28, 1], 5, 6),
    ];
    let window = Window { padding: Padding::Same, ..Window::new([14, 14, 64], [5, 5], [2, 2]) };
    let conv = Conv { window, filters: 64, groups: 1 };
    for transposed in [false, true] {
        cases.push(Convolution { conv, transposed, activation: Activation::LeakyRelu, ..cases[0] });
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
            let case = Convolution { activation, pool, ..Convolution::plain([7, 6, 2], 2, 5) };
            assert_same(&case, 1e-5);
        }
        let case = Convolution { activation, transposed: true, ..Convolution::plain([5, 4, 3], 2, 4) };
        assert_same(&case, 1e-5);
    }
}

#[test]
fn a_batch_of_no_images_gives_none() {
    let case = Convolution { images: 0, ..Convolution::plain([7, 6, 2], 2, 5) };
    assert_same(&case, 0.0);
    assert_same(&MaxPool(0, Window::new([4, 4, 2], [2, 2], [2, 2])), 0.0);
}

#[test]
fn infinite_and_nan_pixels_come_out_as_on_the_cpu() {
    #[derive(Debug)]
    struct Broken;
    impl Case for Broken {
        fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
            let window = Window::new([6, 6, 1], [2, 2], [2, 2]);
            let mut x = vec![1.0; 36];
            (x[3], x[14], x[35]) = (f32::NAN, f32::INFINITY, f32::NEG_INFINITY);
            let x = Var::new(device, x.into(), 1, 36, true)?;
            let mut pass = Pass::training(device, 0);
            let y = D::max_pool2d(&mut pass, &x, window)?;
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
