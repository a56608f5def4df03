use proptest::prelude::*;

use super::*;
use crate::nn::graph::Scalar;
use crate::nn::kernel::conv_window::Padding;
use crate::nn::ops::differences::{batch, check as check_differences, numbers};

/// The sum of `weights` times `relu(x * kernel + bias)`, max-pooled if `pool` is set, by the definition in double
/// precision.
fn by_definition(conv: &Conv, lists: &[Vec<f64>; 3], weights: &[f32], pool: bool) -> f64 {
    let [x, kernel, bias] = lists;
    let Window { input: [h, w, c], size: [kh, kw], strides, dilation, padding } = conv.window;
    let size = |n: usize, k: usize, s: usize, d: usize| match padding {
        Padding::Valid => ((n - (k - 1) * d - 1) / s + 1, 0),
        Padding::Same => {
            let out = n.div_ceil(s);
            (out, ((out - 1) * s + (k - 1) * d + 1).saturating_sub(n) / 2)
        }
    };
    let (down, top) = size(h, kh, strides[0], dilation[0]);
    let (across, left) = size(w, kw, strides[1], dilation[1]);
    let (in_group, out_group) = (c / conv.groups, conv.filters / conv.groups);
    let at = |image: usize, y: usize, x_: usize, f: usize| {
        let mut sum = bias[f];
        for i in 0..kh {
            for j in 0..kw {
                let row = (y * strides[0] + i * dilation[0]) as isize - top as isize;
                let column = (x_ * strides[1] + j * dilation[1]) as isize - left as isize;
                if row < 0 || column < 0 || row >= h as isize || column >= w as isize {
                    continue;
                }
                for channel in 0..in_group {
                    let pixel = (image * h + row as usize) * w + column as usize;
                    let weight = kernel[((i * kw + j) * in_group + channel) * conv.filters + f];
                    sum += x[pixel * c + f / out_group * in_group + channel] * weight;
                }
            }
        }
        sum.max(0.0)
    };
    let step = if pool { 2 } else { 1 };
    let (rows, columns) = (down / step, across / step);
    weights
        .iter()
        .enumerate()
        .map(|(i, &weight)| {
            let (f, cell) = (i % conv.filters, i / conv.filters);
            let (image, y, x) = (cell / (rows * columns), cell / columns % rows, cell % columns);
            let window = (0..step * step).map(|p| at(image, y * step + p / step, x * step + p % step, f));
            f64::from(weight) * window.fold(0.0, f64::max)
        })
        .sum()
}

/// Compares the op's value and gradients with the definition's value and central differences. `free` says whether the
/// gradient of the input is computed.
fn check_op(conv: Conv, images: usize, pool: bool, free: bool, seed: u64) -> Result<(), TestCaseError> {
    let device = Cpu::default();
    let window = conv.window;
    let shape = [window.size[0], window.size[1], window.input[2] / conv.groups, conv.filters];
    let counts = [images * window.input_len(), conv.kernel_len(), conv.filters];
    let lists = [0, 1, 2].map(|i| numbers(counts[i], seed + i as u64));
    let x = Var::new(&device, lists[0].clone().into(), images, window.input_len(), free).unwrap();
    let kernel = Param::new(&device, "kernel", &shape, lists[1].clone()).unwrap();
    let bias = Param::new(&device, "bias", &[conv.filters], lists[2].clone()).unwrap();
    let mut pass = Pass::training(&device, 0);
    let y = Cpu::conv2d(&mut pass, &x, &kernel, Some(&bias), conv, Activation::Relu, pool).unwrap();
    let weights = numbers(y.values.len(), seed + 3);
    let value: f32 = y.values.iter().zip(&weights).map(|(y, w)| y * w).sum();
    let scalar = Scalar::new(&device, value).unwrap();
    let (node, seed_gradient) = (y.node.clone(), weights.clone());
    pass.record(move |grads| add_gradient(grads, &node, seed_gradient.into()));
    let mut grads = pass.backward(scalar).unwrap();
    let mut doubles = lists.map(|list| list.into_iter().map(f64::from).collect::<Vec<_>>());
    let f = |lists: &[Vec<f64>; 3]| by_definition(&conv, lists, &weights, pool);
    prop_assert!((f(&doubles) - f64::from(value)).abs() < 1e-4, "{} {value}", f(&doubles));
    for (list, node) in [&x.node, &kernel.node, &bias.node].into_iter().enumerate() {
        let gradient = take_gradient(&mut grads, node);
        prop_assert_eq!(gradient.is_some(), list > 0 || free);
        let Some(gradient) = gradient else { continue };
        prop_assert_eq!(gradient.len(), doubles[list].len());
        // About forty numbers of each list, to keep the test short.
        for i in (0..gradient.len()).step_by(gradient.len().div_ceil(40)) {
            let at = doubles[list][i];
            doubles[list][i] = at + 1e-7;
            let above = f(&doubles);
            doubles[list][i] = at - 1e-7;
            let expected = (above - f(&doubles)) / 2e-7;
            doubles[list][i] = at;
            let difference = (f64::from(gradient[i]) - expected).abs();
            prop_assert!(difference < 1e-4 * (1.0 + expected.abs()), "{conv:?} {list} {i} {difference}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn convolution_gradients_equal_central_differences(
        (images, height, width) in (1_usize..20, 5_usize..9, 5_usize..8),
        (kh, kw, sy, sx) in (1_usize..4, 1_usize..4, 1_usize..3, 1_usize..3),
        (groups, channels, filters) in (1_usize..3, 1_usize..3, 1_usize..4),
        (dilation, same, pool, free) in (1_usize..3, any::<bool>(), any::<bool>(), any::<bool>()),
        seed in 0_u64..1000,
    ) {
        let window = Window {
            input: [height, width, channels * groups],
            size: [kh, kw],
            strides: [sy, sx],
            dilation: [dilation, dilation],
            padding: if same { Padding::Same } else { Padding::Valid },
        };
        prop_assume!(window.output().iter().all(|&n| n >= 2));
        check_op(Conv { window, filters: filters * groups, groups }, images, pool, free, seed)?;
    }
}

#[test]
fn the_smallest_images_and_the_largest_kernels_have_their_gradients() {
    for (input, size, padding) in [
        ([1, 1, 1], [1, 1], Padding::Valid),
        ([1, 1, 3], [1, 1], Padding::Same),
        ([1, 1, 2], [3, 2], Padding::Same),
        ([4, 3, 2], [4, 3], Padding::Valid),
        ([5, 1, 1], [5, 1], Padding::Valid),
        ([2, 3, 16], [2, 3], Padding::Same),
    ] {
        let window = Window { padding, ..Window::new(input, size, [1, 1]) };
        for (images, free) in [(1, true), (1, false), (17, true)] {
            check_op(Conv { window, filters: 3, groups: 1 }, images, false, free, 5).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn max_pooling_equals_its_definition_and_central_differences(
        (images, height, width, channels) in (1_usize..20, 1_usize..7, 1_usize..7, 1_usize..4),
        (down, across, sy, sx) in (1_usize..7, 1_usize..7, 1_usize..4, 1_usize..4),
        (same, seed) in (any::<bool>(), 0_u64..999),
    ) {
        let padding = if same { Padding::Same } else { Padding::Valid };
        let window = Window { padding, ..Window::new([height, width, channels], [down, across], [sy, sx]) };
        prop_assume!(window.pixels() > 0);
        let list = numbers(images * window.input_len(), seed);
        let x = batch(&list, images);
        let mut pass = Pass::training(&Cpu::default(), 0);
        let y = Cpu::max_pool2d(&mut pass, &x, window).unwrap();
        check_differences(pass, &y, &[(&x.node, &list)], 1e-5, |lists| {
            let mut all = Vec::new();
            for image in lists[0].chunks(window.input_len()) {
                let mut largest = vec![f64::NEG_INFINITY; window.pixels() * channels];
                window.for_each(|pixel, _, source| for c in 0..channels {
                    let Some(source) = source else { continue };
                    let top = &mut largest[pixel * channels + c];
                    *top = top.max(image[source * channels + c]);
                });
                all.extend(largest);
            }
            all
        })?;
    }
}

#[test]
fn overlapping_padded_pooling_takes_each_windows_largest_and_sums_its_gradients() {
    let device = Cpu::default();
    let window = Window { padding: Padding::Same, ..Window::new([3, 3, 1], [3, 3], [1, 1]) };
    let pixels = vec![-9.0, -8.0, -7.0, -6.0, -1.0, -5.0, -4.0, -3.0, -2.0];
    let x = Var::new(&device, pixels.into(), 1, 9, true).unwrap();
    let mut pass = Pass::training(&device, 0);
    let y = Cpu::max_pool2d(&mut pass, &x, window).unwrap();
    assert_eq!(y.values.to_vec(), [-1.0; 9]);
    let (node, scalar) = (y.node.clone(), Scalar::new(&device, 0.0).unwrap());
    pass.record(move |grads| add_gradient(grads, &node, vec![1.0; 9].into()));
    let gradient = take_gradient(&mut pass.backward(scalar).unwrap(), &x.node).unwrap();
    assert_eq!(gradient.to_vec(), [0.0, 0.0, 0.0, 0.0, 9.0, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn gradients_are_the_same_bits_on_any_number_of_threads() {
    let run = |threads: usize| {
        let conv = Conv { window: Window::new([9, 8, 3], [3, 3], [1, 1]), filters: 5, groups: 1 };
        let (x, kernel) = (numbers(37 * 216, 1), numbers(conv.kernel_len(), 2));
        let g = numbers(37 * conv.output_len(), 3);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut dx = vec![0.0; x.len()];
            conv.transpose(&kernel, &g, &mut dx);
            (conv.kernel_gradient(&x, &g).to_vec(), dx)
        })
    };
    assert!(run(1) == run(4));
}
