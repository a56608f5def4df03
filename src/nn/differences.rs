//! Whole layers against central differences, and the bits they give on one, two and four threads.

use dfdx::tensor::Cpu;
use proptest::test_runner::TestCaseError;

use super::gradients::{add_gradient, take_gradient};
use super::graph::{Pass, Scalar, Var};
use super::model::Model;
use crate::preset::{self, Loss};

/// Layers as a preset describes them, with an input.
pub struct Case {
    what: String,
    model: Model<Cpu>,
    input: Vec<f32>,
    rows: usize,
    /// Whether the input is token numbers, which have no gradient.
    of_tokens: bool,
}

/// `count` numbers in [-1, 1), the same for the same seed.
pub fn numbers(count: usize, seed: u64) -> Vec<f32> {
    let hash = |i: u64| (i ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    (0..count as u64).map(|i| (hash(hash(i + 1) >> 20) >> 40) as f32 / (1 << 23) as f32 - 1.0).collect()
}

impl Case {
    /// Layers over `rows` samples of this shape. Every weight is somewhere in (-1, 1), so that zeros and ones hide
    /// nothing.
    pub fn new(layers: &str, shape: &[usize], rows: usize, seed: u64) -> Self {
        let parsed: Vec<preset::Layer> = ron::from_str(layers).unwrap();
        let device = Cpu::default();
        let mut model = Model::build(&device, &parsed, shape, Loss::MeanSquaredError, seed).unwrap();
        let mut place = seed;
        model.visit_mut(&mut |_, param| {
            place += 1;
            let start: Vec<f32> = numbers(param.len(), place).iter().map(|x| 0.7 * x).collect();
            param.set(&device, &start).unwrap();
        });
        let input = numbers(rows * model.input_len(), seed + 1000);
        Case { what: format!("{layers} on {shape:?}, batch {rows}"), model, input, rows, of_tokens: false }
    }

    /// The same case with token numbers below `count` as its input.
    pub fn of_tokens(mut self, count: usize) -> Self {
        self.input.iter_mut().for_each(|x| *x = ((*x + 1.0) / 2.0 * count as f32).floor());
        self.of_tokens = true;
        self
    }

    /// Truncates backpropagation through time every `steps` steps.
    pub fn truncated(mut self, steps: usize) -> Self {
        self.model.truncate_backpropagation(steps);
        self
    }

    fn forward(&mut self, pass: &mut Pass<Cpu>) -> (Var<Cpu>, Var<Cpu>) {
        self.model.reset_state();
        self.model.reset_prediction_state();
        let columns = self.model.input_len();
        let device = pass.device.clone();
        let input =
            Var::new(&device, self.input.clone().into(), self.rows, columns, !self.of_tokens).unwrap();
        let output = self.model.forward(pass, input.clone()).unwrap();
        (input, output)
    }

    /// The weighted sum of the output that is differentiated. Layers are in evaluation mode, so dropout drops nothing.
    fn loss(&mut self) -> f64 {
        let (_, output) = self.forward(&mut Pass::probing(&Cpu::default()));
        let upstream = numbers(output.values.len(), 77);
        output.values.iter().zip(&upstream).map(|(&y, &g)| f64::from(y) * f64::from(g)).sum()
    }

    /// The gradients of the input and of every trainable parameter, in the order of [`Model::visit`].
    pub fn gradients(&mut self) -> Vec<(String, Vec<f32>)> {
        let mut pass = Pass::probing(&Cpu::default());
        let (input, output) = self.forward(&mut pass);
        let upstream = numbers(output.values.len(), 77);
        let at = output.node.clone();
        pass.record(move |grads| add_gradient(grads, &at, upstream.into()));
        let loss = Scalar::new(&pass.device, 0.0).unwrap();
        let mut grads = pass.backward(loss).unwrap();
        let mut found = Vec::new();
        if !self.of_tokens {
            found.push(("input".to_owned(), take_gradient(&mut grads, &input.node).unwrap().to_vec()));
        }
        self.model.visit(&mut |path, param| {
            if param.trainable {
                // A parameter that no gradient reached has a gradient of zero.
                let gradient = take_gradient(&mut grads, &param.node).map(|gradient| gradient.to_vec());
                found.push((path, gradient.unwrap_or_else(|| vec![0.0; param.len()])));
            }
        });
        found
    }

    fn shift(&mut self, which: &str, at: usize, by: f32) {
        if which == "input" {
            self.input[at] += by;
            return;
        }
        self.model.visit_mut(&mut |path, param| {
            if path == which {
                param.values_mut()[at] += by;
            }
        });
    }

    /// Compares up to twelve numbers of each gradient with central differences.
    ///
    /// # Errors
    /// What a property test reports.
    pub fn check(mut self) -> Result<(), TestCaseError> {
        const STEP: f32 = 1.0 / 128.0;
        for (which, gradient) in self.gradients() {
            for at in (0..gradient.len()).step_by(1 + gradient.len() / 12) {
                self.shift(&which, at, STEP);
                let above = self.loss();
                self.shift(&which, at, -2.0 * STEP);
                let below = self.loss();
                self.shift(&which, at, STEP);
                let (found, difference) =
                    (f64::from(gradient[at]), (above - below) / (2.0 * f64::from(STEP)));
                if (found - difference).abs() > 3e-3 * (1.0 + difference.abs()) {
                    return Err(TestCaseError::fail(format!(
                        "{}: the gradient of {which} at {at} is {found}, by differences {difference}",
                        self.what
                    )));
                }
            }
        }
        Ok(())
    }

    /// Expects the same bits of output and gradients on one, two and four threads; the case is built again for each.
    pub fn check_threads(make: impl Fn() -> Case + Sync) {
        let bits = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let mut case = make();
                let (_, output) = case.forward(&mut Pass::training(&Cpu::default(), 5));
                let gradients = case.gradients().into_iter().flat_map(|(_, gradient)| gradient);
                output.values.iter().copied().chain(gradients).map(f32::to_bits).collect::<Vec<_>>()
            })
        };
        let one = bits(1);
        assert!(one == bits(2) && one == bits(4), "{}", make().what);
    }
}
