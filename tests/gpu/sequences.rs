//! Recurrent layers and attention.

use proptest::prelude::*;

use super::ops::{Case, assert_same, compare, numbers, outcome, var};
use trainyard::nn::graph::{Param, Pass};
use trainyard::nn::kernel::attention::Attention;
use trainyard::nn::kernel::recurrent::{Cell, Recurrence, Squash};
use trainyard::nn::ops::Backend;
use trainyard::nn::ops::recurrent::RecurrentWeights;

/// A recurrent layer that sees two batches, the second from the state after the first where `stateful`.
#[derive(Clone, Copy, Debug)]
struct Recurrent {
    rows: usize,
    shape: Recurrence,
    stateful: bool,
    trainable: bool,
}

impl Case for Recurrent {
    fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
        let Recurrent { rows, shape, stateful, trainable } = *self;
        let (units, width) = (shape.units, shape.cell.gates() * shape.units);
        let bias: &[usize] = if shape.cell == Cell::Gru { &[2, width] } else { &[width] };
        // Weights about as large as those of a trained layer: larger ones make sequences chaotic.
        let weights = |dims: &[usize], seed| {
            let numbers: Vec<f32> = numbers(dims.iter().product(), seed).iter().map(|x| x / 4.0).collect();
            Param { trainable, ..Param::new(device, "weights", dims, numbers).unwrap() }
        };
        let [kernel, recurrent_kernel, bias] =
            [weights(&[shape.features, width], 1), weights(&[units, width], 2), weights(bias, 3)];
        let weights = RecurrentWeights { kernel: &kernel, recurrent_kernel: &recurrent_kernel, bias: &bias };
        let first = var(device, rows, shape.steps * shape.features, 4);
        let (y, state) = D::recurrent(&mut Pass::inference(device), &first, weights, &shape, None).unwrap();
        let mut lists = vec![y.to_vec().unwrap()];
        let second = var(device, rows, shape.steps * shape.features, 5);
        let mut pass = Pass::training(device, 0);
        let (y, state) =
            D::recurrent(&mut pass, &second, weights, &shape, stateful.then_some(&state)).unwrap();
        lists.extend([&state.hidden, &state.memory].map(|part| D::host(part).unwrap().into_owned()));
        lists.extend(outcome(pass, &y, &[&second], &[&kernel, &recurrent_kernel, &bias]));
        lists
    }
}

#[derive(Clone, Copy, Debug)]
struct Attending(usize, Attention);

impl Case for Attending {
    fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
        let Attending(rows, shape) = *self;
        let columns = shape.steps * shape.heads * shape.width;
        let [q, k, v] = [1, 2, 3].map(|seed| var(device, rows, columns, seed));
        let mut pass = Pass::training(device, 0);
        let attended = D::attention(&mut pass, [&q, &k, &v], shape).unwrap();
        let mut lists = outcome(pass, &attended.output, &[&q, &k, &v], &[]);
        lists.push(attended.weights.to_vec().unwrap());
        lists
    }
}

const CELLS: [Cell; 6] = [
    Cell::Simple(Squash::Tanh),
    Cell::Simple(Squash::Relu),
    Cell::Simple(Squash::Sigmoid),
    Cell::Simple(Squash::Linear),
    Cell::Lstm,
    Cell::Gru,
];

fn shape(cell: Cell) -> Recurrence {
    Recurrence {
        cell,
        steps: 6,
        features: 5,
        units: 37,
        return_sequences: true,
        go_backwards: false,
        reverse_output: false,
        truncate_steps: 0,
    }
}

#[test]
fn every_cell_with_every_option_is_that_of_the_cpu() {
    for cell in CELLS {
        let whole = Recurrent { rows: 11, shape: shape(cell), stateful: false, trainable: true };
        let last = Recurrence { return_sequences: false, go_backwards: true, ..shape(cell) };
        let back = Recurrence { go_backwards: true, reverse_output: true, ..shape(cell) };
        let cut = Recurrence { truncate_steps: 2, ..shape(cell) };
        for case in [
            whole,
            Recurrent { shape: last, stateful: true, ..whole },
            Recurrent { shape: back, ..whole },
            Recurrent { shape: cut, stateful: true, ..whole },
            Recurrent { trainable: false, ..whole },
            Recurrent { rows: 0, ..whole },
        ] {
            assert_same(&case, 1e-5);
        }
    }
}

#[test]
fn attention_over_many_steps_is_that_of_the_cpu() {
    for causal in [false, true] {
        let shape = Attention { steps: 70, heads: 2, width: 33, causal };
        assert_same(&Attending(2, shape), 1e-5);
        assert_same(&Attending(0, shape), 0.0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]
    #[test]
    fn recurrent_layers_of_any_shape_are_those_of_the_cpu(
        (cell, rows, steps, features, units) in (0_usize..6, 1_usize..20, 1_usize..6, 1_usize..9, 1_usize..40),
        (return_sequences, go_backwards, reverse_output) in (any::<bool>(), any::<bool>(), any::<bool>()),
        (truncate_steps, stateful) in (0_usize..4, any::<bool>()),
    ) {
        let cell = CELLS[cell];
        let shape = Recurrence {
            cell, steps, features, units, return_sequences, go_backwards, reverse_output, truncate_steps,
        };
        let case = Recurrent { rows, shape, stateful, trainable: true };
        compare(&case, 1e-5)?;
    }

    #[test]
    fn attention_of_any_shape_is_that_of_the_cpu(
        (rows, steps, heads, width) in (1_usize..5, 1_usize..20, 1_usize..4, 1_usize..9),
        causal in any::<bool>(),
    ) {
        let shape = Attention { steps, heads, width, causal };
        compare(&Attending(rows, shape), 1e-5)?;
    }
}
