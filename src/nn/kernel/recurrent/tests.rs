//! Compares gradients with central differences, and bits between numbers of threads.

use super::*;

const CELLS: [Cell; 5] = [
    Cell::Simple(Squash::Tanh),
    Cell::Simple(Squash::Sigmoid),
    Cell::Simple(Squash::Linear),
    Cell::Lstm,
    Cell::Gru,
];

fn numbers(count: usize, seed: u32) -> Vec<f32> {
    (0..count as u32)
        .map(|i| ((i.wrapping_mul(2654435761) ^ seed.wrapping_mul(40503)) >> 16) as f32 / 65536.0 - 0.5)
        .collect()
}

struct Case {
    shape: Recurrence,
    batch: usize,
    input: Vec<f32>,
    weights: [Vec<f32>; 3],
    state: Option<State>,
}

impl Case {
    fn new(shape: Recurrence, batch: usize, from_state: bool) -> Self {
        let (u, width) = (shape.units, shape.cell.gates() * shape.units);
        let bias = if shape.cell == Cell::Gru { 2 * width } else { width };
        let state = from_state.then(|| State {
            hidden: Arc::new(numbers(batch * u, 6).into()),
            memory: Arc::new(numbers(batch * shape.cell.memory(u), 7).into()),
        });
        Case {
            shape,
            batch,
            input: numbers(batch * shape.steps * shape.features, 1),
            weights: [numbers(shape.features * width, 2), numbers(u * width, 3), numbers(bias, 4)],
            state,
        }
    }

    fn run(&self) -> (Buffer, Trace) {
        self.shape.forward(&self.input, self.batch, self.weights(), self.state.as_ref())
    }

    fn weights(&self) -> Weights<'_> {
        let [kernel, recurrent_kernel, bias] = &self.weights;
        Weights { kernel, recurrent_kernel, bias }
    }

    /// A weighted sum of the output, and the weights of that sum.
    fn loss(&self) -> (f64, Vec<f32>) {
        let output = self.run().0;
        let d = numbers(output.len(), 5);
        (output.iter().zip(&d).map(|(&y, &d)| f64::from(y) * f64::from(d)).sum(), d)
    }

    fn gradients(&self) -> Gradients {
        let d = self.loss().1;
        self.run().1.backward(&d, self.weights(), Wanted { input: true, weights: true })
    }
}

fn shape(cell: Cell, steps: usize, features: usize, units: usize) -> Recurrence {
    Recurrence {
        cell,
        steps,
        features,
        units,
        return_sequences: true,
        go_backwards: false,
        reverse_output: false,
        truncate_steps: 0,
    }
}

fn check_differences(mut case: Case) {
    let gradients = case.gradients();
    let all = [gradients.input, gradients.kernel, gradients.recurrent_kernel, gradients.bias];
    for (which, gradient) in all.iter().enumerate() {
        for at in (0..gradient.len()).step_by(1 + gradient.len() / 12) {
            let mut moved = |by: f32| {
                let slot = if which == 0 { &mut case.input[at] } else { &mut case.weights[which - 1][at] };
                *slot += by;
                let loss = case.loss().0;
                let slot = if which == 0 { &mut case.input[at] } else { &mut case.weights[which - 1][at] };
                *slot -= by;
                loss
            };
            let difference = (moved(1e-2) - moved(-1e-2)) / 2e-2;
            let found = f64::from(gradient[at]);
            assert!(
                (found - difference).abs() < 2e-3 * (1.0 + difference.abs()),
                "{:?} batch {}: gradient {which} at {at}: {found}, by differences {difference}",
                case.shape,
                case.batch
            );
        }
    }
}

#[test]
fn gradients_equal_central_differences_for_every_cell_and_odd_sizes() {
    for cell in CELLS {
        for (batch, steps, features, units) in [(1, 1, 1, 1), (3, 4, 2, 5), (17, 2, 3, 17), (2, 3, 5, 33)] {
            for from_state in [false, true] {
                check_differences(Case::new(shape(cell, steps, features, units), batch, from_state));
            }
        }
    }
}

#[test]
fn gradients_equal_central_differences_in_every_reading_order() {
    for cell in CELLS {
        for (return_sequences, reverse_output) in [(false, false), (true, false), (true, true)] {
            for go_backwards in [false, true] {
                let shape =
                    Recurrence { go_backwards, return_sequences, reverse_output, ..shape(cell, 4, 2, 3) };
                check_differences(Case::new(shape, 3, false));
            }
        }
    }
}

#[test]
fn a_truncated_gradient_equals_that_of_the_last_stretch_from_its_state() {
    for cell in CELLS {
        // Only the last state counts, so with a cut before step 4 of 6 the gradient is that of steps 4 and 5.
        let long = Recurrence { return_sequences: false, truncate_steps: 4, ..shape(cell, 6, 2, 3) };
        let case = Case::new(long, 3, false);
        let mut head = Case::new(shape(cell, 4, 2, 3), 3, false);
        let mut tail = Case::new(Recurrence { return_sequences: false, ..shape(cell, 2, 2, 3) }, 3, false);
        head.weights.clone_from(&case.weights);
        tail.weights.clone_from(&case.weights);
        head.input = case.input.chunks(12).flat_map(|row| row[..8].to_vec()).collect();
        tail.input = case.input.chunks(12).flat_map(|row| row[8..].to_vec()).collect();
        tail.state = Some(head.run().1.last_state());
        let (whole, part) = (case.gradients(), tail.gradients());
        for (a, b) in whole.recurrent_kernel.iter().zip(part.recurrent_kernel.iter()) {
            assert!((a - b).abs() < 1e-5, "{cell:?}: {a} and {b}");
        }
        assert!(whole.input.chunks(12).all(|row| row[..8].iter().all(|&d| d == 0.0)));
    }
}

#[test]
fn the_bits_do_not_depend_on_the_number_of_threads() {
    for cell in CELLS {
        let case = Case::new(shape(cell, 5, 7, 48), 50, true);
        let bits = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| {
                let g = case.gradients();
                let all = [case.run().0, g.input, g.kernel, g.recurrent_kernel, g.bias];
                all.iter().flat_map(|part| part.iter().map(|x| x.to_bits())).collect::<Vec<_>>()
            })
        };
        let one = bits(1);
        assert!(one == bits(2) && one == bits(4), "{cell:?}");
    }
}

#[test]
fn a_batch_of_no_samples_and_relu_run() {
    let (output, trace) = Case::new(shape(Cell::Simple(Squash::Relu), 3, 2, 4), 0, false).run();
    assert!(output.is_empty() && trace.last_state().hidden.is_empty());
    let (output, _) = Case::new(shape(Cell::Simple(Squash::Relu), 3, 2, 4), 2, false).run();
    assert!(output.iter().all(|&y| y >= 0.0) && output.iter().any(|&y| y > 0.0));
}
