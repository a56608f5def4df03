//! Attention and recurrent layers.

use proptest::prelude::*;
use proptest::sample::select;

use super::{Numbers, ODD, SIZES, assert_all_show, at_every_level_here};
use crate::attention::Attention;
use crate::recurrent::{Cell, Recurrence, Squash, Wanted, Weights};

const CELLS: &[Cell] = &[
    Cell::Simple(Squash::Tanh),
    Cell::Simple(Squash::Relu),
    Cell::Simple(Squash::Sigmoid),
    Cell::Simple(Squash::Linear),
    Cell::Lstm,
    Cell::Gru,
];

fn recurrence_shows(numbers: &Numbers, cell: Cell, units: usize, features: usize, go_backwards: bool) {
    let (steps, batch) = (3, 18);
    let shape = Recurrence {
        cell,
        steps,
        features,
        units,
        return_sequences: true,
        go_backwards,
        reverse_output: false,
        truncate_steps: 0,
    };
    let gates = cell.gates() * units;
    let (kernel, recurrent_kernel) = (numbers.usual(features * gates, 1), numbers.usual(units * gates, 2));
    let bias = vec![0.1; if cell == Cell::Gru { 2 } else { 1 } * gates];
    let weights = Weights { kernel: &kernel, recurrent_kernel: &recurrent_kernel, bias: &bias };
    let x = numbers.odd(batch * steps * features, 3);
    let (y, trace) = shape.forward(&x, batch, weights, None);
    let is_sick = |sample: &[f32]| sample.iter().any(|x| !x.is_finite() || x.abs() > 1e30);
    for (x, y) in x.chunks(steps * features).zip(y.chunks(steps * units)) {
        if x.iter().any(|x| x.is_nan()) {
            assert_all_show(&format!("{cell:?}, the last state"), &y[(steps - 1) * units..]);
        } else if !is_sick(x) {
            assert!(y.iter().all(|y| y.is_finite()), "{cell:?}: from one sample to another");
        }
    }
    let wanted = Wanted { input: true, weights: true };
    let sick = trace.backward(&numbers.usual(y.len(), 4), weights, wanted);
    let any_nan = x.iter().any(|x| x.is_nan());
    assert!(!any_nan || sick.kernel.iter().any(|g| !g.is_finite()), "{cell:?}: the kernel's gradient");
    // A gradient that is NaN reaches the weights and its own sample's input.
    let healthy = numbers.usual(x.len(), 5);
    let (_, trace) = shape.forward(&healthy, batch, weights, None);
    let g = numbers.odd(y.len(), 6);
    let gradients = trace.backward(&g, weights, wanted);
    let has_slope = cell != Cell::Simple(Squash::Relu);
    for (g, dx) in g.chunks(steps * units).zip(gradients.input.chunks(steps * features)) {
        if has_slope && g.iter().any(|g| g.is_nan()) {
            assert!(dx.iter().any(|dx| dx.is_nan()), "{cell:?}: the input's gradient");
        }
    }
    if has_slope && g.iter().any(|g| g.is_nan()) {
        assert!(gradients.bias.iter().any(|g| g.is_nan()), "{cell:?}: the bias's gradient");
    }
}

fn attention_shows(numbers: &Numbers, attention: Attention) {
    let Attention { steps, heads, width, causal } = attention;
    let (batch, inner) = (2, heads * width);
    let count = batch * steps * inner;
    for odd in 0..3 {
        let qkv: [Vec<f32>; 3] = std::array::from_fn(|which| match which == odd {
            true => numbers.odd(count, which as u32),
            false => numbers.usual(count, which as u32),
        });
        let [q, k, v] = [&qkv[0][..], &qkv[1][..], &qkv[2][..]];
        let (y, weights) = attention.forward([q, k, v], batch);
        for (place, _) in qkv[odd].iter().enumerate().filter(|(_, x)| x.is_nan()) {
            let (sample, step, head) =
                (place / (steps * inner), place / inner % steps, place % inner / width);
            let row = |step: usize| &y[(sample * steps + step) * inner + head * width..][..width];
            match odd {
                0 => assert_all_show("attention, a query", row(step)),
                1 => assert_all_show("attention, a key", row(if causal { step } else { 0 })),
                _ => assert!(!row(step)[place % width].is_finite(), "attention, a value"),
            }
        }
        let g = numbers.usual(count, 7);
        let gradients = attention.backward([q, k, v], &weights, &g, batch);
        assert!(gradients.iter().all(|gradient| gradient.len() == count));
    }
    let qkv = [1, 2, 3].map(|which| numbers.usual(count, which));
    let [q, k, v] = [&qkv[0][..], &qkv[1][..], &qkv[2][..]];
    let (_, weights) = attention.forward([q, k, v], batch);
    let g = numbers.odd(count, 4);
    let [_, _, dv] = attention.backward([q, k, v], &weights, &g, batch);
    let any_nan = g.iter().any(|g| g.is_nan());
    assert!(!any_nan || dv.iter().any(|g| g.is_nan()), "attention, the values' gradient");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2))]

    #[test]
    fn recurrent_layers_of_every_number_of_units_show_it(
        numbers in Numbers::with(&ODD),
        go_backwards in any::<bool>(),
    ) {
        at_every_level_here(|| {
            for (number, units) in SIZES.into_iter().filter(|&units| units <= 65).enumerate() {
                for &cell in CELLS {
                    recurrence_shows(&numbers, cell, units, 1 + number % 5, go_backwards);
                }
            }
        });
    }

    #[test]
    fn attention_of_every_number_of_steps_and_width_shows_it(
        numbers in Numbers::with(&ODD),
        heads in 1..4_usize,
        causal in any::<bool>(),
        other in select(&SIZES[..20]),
    ) {
        at_every_level_here(|| {
            for size in SIZES.into_iter().filter(|&size| size <= 65) {
                attention_shows(&numbers, Attention { steps: size, heads, width: other, causal });
                attention_shows(&numbers, Attention { steps: other, heads, width: size, causal });
            }
        });
    }
}
