//! Convolutions and poolings.

use proptest::prelude::*;
use proptest::sample::select;

use super::{ENDLESS, Numbers, SIZES, assert_shows, at_every_level_here};
use crate::average::Windows;
use crate::conv::Conv;
use crate::conv_pool::{Bits, ConvPool};
use crate::conv_rows::Rows;
use crate::conv_window::{Padding, Window};
use crate::pool;

const IMAGES: usize = 3;

prop_compose! {
    fn window()(
        height in 1..8_usize,
        width in 1..9_usize,
        channels in select(&SIZES[..20]),
        size in [1..4_usize, 1..4_usize],
        strides in [1..3_usize, 1..3_usize],
        dilation in [1..3_usize, 1..3_usize],
        padding in select(&[Padding::Valid, Padding::Same][..]),
    ) -> Window {
        Window { input: [height, width, channels], size, strides, dilation, padding }
    }
}

/// Every tap of a convolution of one group: output, input and weight, as indices into their slices.
fn for_each_product(conv: &Conv, mut visit: impl FnMut([usize; 3])) {
    let (channels, filters) = (conv.window.input[2], conv.filters);
    conv.window.for_each(|pixel, tap, source| {
        let Some(source) = source else { return };
        for channel in 0..channels {
            for filter in 0..filters {
                visit([
                    pixel * filters + filter,
                    source * channels + channel,
                    (tap * channels + channel) * filters + filter,
                ]);
            }
        }
    });
}

fn convolution_shows(numbers: &Numbers, window: Window, filters: usize) {
    let conv = Conv { window, filters, groups: 1 };
    let (input_len, output_len) = (window.input_len(), conv.output_len());
    if output_len == 0 {
        return;
    }
    for odd in 0..3 {
        let pick = |which: u32, count| match odd == which {
            true => numbers.odd(count, which),
            false => numbers.usual(count, which),
        };
        let (x, kernel) = (pick(0, IMAGES * input_len), pick(1, conv.kernel_len()));
        let g = pick(2, IMAGES * output_len);
        let (mut y, mut dx) = (vec![0.0; g.len()], vec![0.0; x.len()]);
        let mut dw = vec![0.0; kernel.len()];
        for image in 0..IMAGES {
            for_each_product(&conv, |[output, input, weight]| {
                let (output, input) = (image * output_len + output, image * input_len + input);
                y[output] += f64::from(x[input]) * f64::from(kernel[weight]);
                dx[input] += f64::from(g[output]) * f64::from(kernel[weight]);
                dw[weight] += f64::from(g[output]) * f64::from(x[input]);
            });
        }
        let (mut ours, mut back) = (vec![0.0; g.len()], vec![0.0; x.len()]);
        conv.forward(&x, &kernel, &mut ours);
        assert_shows("conv", &ours, y.iter().copied());
        conv.forward_by_windows(&x, &kernel, &mut ours);
        assert_shows("conv by windows", &ours, y.iter().copied());
        conv.transpose(&kernel, &g, &mut back);
        assert_shows("conv, input", &back, dx.iter().copied());
        conv.transpose_by_windows(&kernel, &g, &mut back);
        assert_shows("conv by windows, input", &back, dx.iter().copied());
        assert_shows("conv, kernel", &conv.kernel_gradient(&x, &g), dw.iter().copied());
        let by_windows = conv.kernel_gradient_by_windows(&x, &g);
        assert_shows("conv by windows, kernel", &by_windows, dw.iter().copied());
        if let Some(rows) = Rows::of_any(&conv) {
            rows.forward(&x, &kernel, &mut ours);
            assert_shows("conv by rows", &ours, y);
            rows.transpose(&kernel, &g, &mut back);
            assert_shows("conv by rows, input", &back, dx);
            assert_shows("conv by rows, kernel", &rows.kernel_gradient_of_run(&x, &g), dw);
        }
    }
}

fn poolings_show(numbers: &Numbers, window: Window) {
    let channels = window.input[2];
    let (input_len, output_len) = (window.input_len(), window.pixels() * channels);
    if output_len == 0 {
        return;
    }
    let x = numbers.odd(IMAGES * input_len, 1);
    // A window is won by NaN, or by the largest number where there is no NaN.
    let mut largest = vec![f64::NEG_INFINITY; IMAGES * output_len];
    let mut sums = vec![0.0; IMAGES * output_len];
    for image in 0..IMAGES {
        window.for_each(|pixel, _, source| {
            let Some(source) = source else { return };
            for channel in 0..channels {
                let x = f64::from(x[image * input_len + source * channels + channel]);
                let at = image * output_len + pixel * channels + channel;
                largest[at] = if x.is_nan() || x > largest[at] { x } else { largest[at] };
                sums[at] += x;
            }
        });
    }
    let mut y = vec![0.0; largest.len()];
    let winners = pool::max_forward(&window, &x, &mut y);
    let exact =
        y.iter().zip(&largest).all(|(&y, exact)| f64::from(y) == *exact || y.is_nan() && exact.is_nan());
    assert!(exact || largest.iter().any(|x| x.is_nan()));
    assert_shows("max pooling", &y, largest);
    let g = numbers.odd(y.len(), 2);
    let passed = g.iter().filter(|g| g.is_nan()).count();
    let back = pool::max_backward(&window, &g, &winners);
    assert!(passed == 0 || back.iter().any(|g| g.is_nan()), "max pooling, gradient");
    for windows in [Windows::averaging(window), Windows::summing(window)] {
        assert_shows("average pooling", &windows.gather(&x), sums.iter().copied());
        let back = windows.spread(&g);
        assert!(passed == 0 || back.iter().any(|g| !g.is_finite()), "average pooling, gradient");
    }
}

/// The sums at the four positions of a cell for a filter, in double precision.
fn four(shape: &ConvPool, image: &[f32], kernel: &[f32], bias: f32, cell: usize, filter: usize) -> [f64; 4] {
    let (_, across) = shape.pooled();
    let (top, left) = (2 * (cell / across), 2 * (cell % across));
    [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(down, right)| {
        let mut sum = f64::from(bias);
        let mut tap = 0;
        for y in top + down..top + down + shape.kernel.0 {
            for x in (left + right) * shape.channels..(left + right + shape.kernel.1) * shape.channels {
                let pixel = image[y * shape.width * shape.channels + x];
                sum += f64::from(pixel) * f64::from(kernel[tap * shape.filters + filter]);
                tap += 1;
            }
        }
        sum
    })
}

fn convolution_with_pooling_shows(numbers: &Numbers, shape: ConvPool, odd_image: bool) {
    let ConvPool { filters, .. } = shape;
    let (cells, taps) = (shape.cells(), shape.taps());
    let pixels = shape.height * shape.width * shape.channels;
    let (x, kernel) = match odd_image {
        true => (numbers.odd(IMAGES * pixels, 1), numbers.usual(taps * filters, 2)),
        false => (numbers.usual(IMAGES * pixels, 1), numbers.odd(taps * filters, 2)),
    };
    let bias = numbers.usual(filters, 3);
    let (weights, bias_blocks) = (shape.to_blocks(&kernel), shape.to_blocks(&bias));
    let mut y = vec![0.0; IMAGES * cells * filters];
    let mut winners: Vec<Bits> = vec![[u32::MAX; 4]; IMAGES * cells * shape.blocks()];
    let images = x.chunks(pixels).zip(y.chunks_mut(cells * filters));
    for ((x, y), winners) in images.zip(winners.chunks_mut(cells * shape.blocks())) {
        shape.forward(x, &weights, &bias_blocks, y, winners);
    }
    for (place, &y) in y.iter().enumerate() {
        let (image, cell, filter) = (place / (cells * filters), place / filters % cells, place % filters);
        let sums = four(&shape, &x[image * pixels..][..pixels], &kernel, bias[filter], cell, filter);
        let largest = sums.iter().fold(0.0, |top, &sum| if sum.is_nan() || sum > top { sum } else { top });
        assert_shows("conv + pool", &[y], [largest]);
        let won = winners[(image * cells + cell) * shape.blocks() + filter / 32];
        let positions: Vec<usize> = (0..4).filter(|&p| won[p] >> (filter % 32) & 1 == 1).collect();
        assert!(positions.len() <= 1, "a filter won at {positions:?}");
        if sums.iter().any(|sum| sum.is_nan()) {
            assert!(sums[positions[0]].is_nan(), "NaN did not win: {sums:?}, {positions:?}");
        }
    }
    let beyond = winners.chunks(shape.blocks()).filter_map(|blocks| blocks.last());
    let existing = u32::MAX >> (31 - (filters - 1) % 32);
    assert!(beyond.flatten().all(|bits| bits & !existing == 0), "a filter won that does not exist");
    backward_shows(numbers, shape, &x, &kernel, &winners);
}

/// The backward pass with a gradient that has odd numbers, for the winners that were found and for arbitrary ones.
fn backward_shows(numbers: &Numbers, shape: ConvPool, x: &[f32], kernel: &[f32], winners: &[Bits]) {
    let (cells, taps, filters) = (shape.cells(), shape.taps(), shape.filters);
    let pixels = shape.height * shape.width * shape.channels;
    let g = numbers.odd(IMAGES * cells * filters, 4);
    let any = vec![[0x8000_0000, 0x4000_0001, 0x3fff_fff0, 0x000e]; winners.len()];
    for (winners, is_found) in [(winners, true), (&any[..], false)] {
        let won = |place: usize| {
            let [a, b, c, d] = winners[place / filters * shape.blocks() + place % filters / 32];
            (a | b | c | d) >> (place % filters % 32) & 1 == 1
        };
        let mut exact = vec![0.0; filters];
        (0..g.len())
            .filter(|&place| won(place))
            .for_each(|place| exact[place % filters] += f64::from(g[place]));
        let exact: Vec<f64> = exact.into_iter().map(|sum| if is_found { sum } else { 0.0 }).collect();
        let (mut dw, mut db) = (vec![0.0; shape.to_blocks(kernel).len()], vec![0.0; shape.blocks() * 32]);
        let images = x.chunks(pixels).zip(g.chunks(cells * filters));
        for ((x, g), winners) in images.zip(winners.chunks(cells * shape.blocks())) {
            shape.backward_shallow(x, g, winners, &mut dw, &mut db);
        }
        assert_shows("conv + pool, bias", &db[..filters], exact.iter().copied());
        if shape.is_deep() {
            let by_filter: Vec<f32> =
                (0..kernel.len()).map(|i| kernel[i % taps * filters + i / taps]).collect();
            let (mut dw, mut db, mut dx) =
                (vec![0.0; kernel.len()], vec![0.0; shape.blocks() * 32], vec![0.0; x.len()]);
            shape.backward_deep(x, &g, winners, &by_filter, &mut dw, &mut db, &mut dx);
            assert_shows("deep conv + pool, bias", &db[..filters], exact.iter().copied());
            // All weights of a filter take part in each of its windows.
            for (filter, dw) in dw.chunks(taps).enumerate() {
                assert_shows("deep conv + pool, kernel", dw, vec![exact[filter]; taps]);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn convolutions_show_it(numbers in Numbers::with(ENDLESS), window in window(), filters in 1..20_usize) {
        at_every_level_here(|| convolution_shows(&numbers, window, filters));
    }

    #[test]
    fn poolings_show_it_too(numbers in Numbers::with(ENDLESS), window in window()) {
        // Poolings have no dilation.
        let window = Window { dilation: [1, 1], ..window };
        at_every_level_here(|| poolings_show(&numbers, window));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2))]

    #[test]
    fn convolutions_with_pooling_of_every_number_of_filters_show_it(
        numbers in Numbers::with(ENDLESS),
        odd_image in any::<bool>(),
        (height, width) in (4..7_usize, 5..8_usize),
    ) {
        at_every_level_here(|| {
            for filters in SIZES.into_iter().filter(|&filters| filters <= 65) {
                for (channels, kernel) in [(1, (3, 3)), (16, (3, 1)), (8, (2, 2)), (16, (1, 4)), (3, (1, 1))] {
                    let shape = ConvPool { height, width, channels, kernel, filters };
                    convolution_with_pooling_shows(&numbers, shape, odd_image);
                }
            }
        });
    }
}
