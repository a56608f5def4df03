//! Recurrent layers and attention.

use proptest::prelude::*;

use super::ops::{assert_same, compare};
use trainyard::nn::cases::{Attending, Recurrent};
use trainyard::nn::kernel::attention::Attention;
use trainyard::nn::kernel::recurrent::{Cell, Recurrence, Squash};

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
