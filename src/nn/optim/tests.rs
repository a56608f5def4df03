//! The CPU's update rules against the formulas in double precision; PyTorch's and Keras's values are in
//! `nn/reference.rs`.

use dfdx::tensor::Cpu;

use super::Update;
use super::update::Pending;
use crate::nn::buffer::Buffer;
use crate::nn::device::Error;
use crate::nn::graph::Param;
use crate::nn::kernel::rule::{Piece, Rule};
use crate::preset::Optimizer;
use crate::preset::optimizers::{Adagrad, Adam, AdamW, RmsProp, Sgd, UseRule};

const GRADIENTS: [[f32; 4]; 3] = [[0.5, -0.25, 1e-4, 0.0], [0.1, 0.3, -1e-4, 0.0], [-0.7, 0.2, 3e-4, 0.0]];

/// One step on plain numbers.
struct Step<'a> {
    weights: &'a mut [f32],
    gradient: &'a [f32],
    moments: &'a mut [Buffer],
}

impl UseRule for Step<'_> {
    type Output = ();

    fn with<R: Rule<N>, const N: usize>(self, rule: R) {
        rule.update_piece(Piece::new(self.weights, self.gradient, self.moments));
    }
}

fn start(settings: &Optimizer, len: usize) -> Vec<Buffer> {
    settings.moments().iter().map(|_| Buffer::from(vec![settings.start(); len])).collect()
}

fn three_steps(settings: impl Into<Optimizer>) -> Vec<f32> {
    let settings = settings.into();
    let mut weights = vec![1.0, -2.0, 0.5, 0.25];
    let mut moments = start(&settings, 4);
    for (step, gradient) in (1..).zip(&GRADIENTS) {
        let (weights, moments) = (&mut weights, &mut moments);
        settings.rule(settings.learning_rate(), step, Step { weights, gradient, moments });
    }
    weights
}

/// Three steps of one weight by a formula: `update(step, weight, gradient, memory) -> weight`.
fn by_formula(mut update: impl FnMut(i32, f64, f64, &mut [f64; 3]) -> f64, start: f64) -> Vec<f32> {
    [1.0, -2.0, 0.5, 0.25]
        .iter()
        .enumerate()
        .map(|(i, &weight)| {
            let mut memory = [start; 3];
            (0..3).fold(weight, |w, t| update(t + 1, w, f64::from(GRADIENTS[t as usize][i]), &mut memory))
                as f32
        })
        .collect()
}

fn assert_close(ours: &[f32], theirs: &[f32]) {
    for (a, b) in ours.iter().zip(theirs) {
        assert!((a - b).abs() <= 1e-5 * b.abs().max(1e-3), "{ours:?} is not {theirs:?}");
    }
}

#[test]
fn sgd_with_and_without_momentum_follows_its_formula() {
    for (momentum, nesterov) in [(0.0, false), (0.9, false), (0.9, true)] {
        let ours = three_steps(Sgd { learning_rate: 0.1, momentum, nesterov });
        let formula = by_formula(
            |_, w, g, m| {
                m[0] = momentum * m[0] + g;
                w - 0.1 * if nesterov { g + momentum * m[0] } else { m[0] }
            },
            0.0,
        );
        assert_close(&ours, &formula);
    }
}

#[test]
fn adam_and_adamw_follow_algorithm_1_of_the_papers() {
    let (learning_rate, beta_1, beta_2, epsilon) = (0.01, 0.9, 0.999, 1e-7);
    for decay in [0.0, 0.1] {
        let settings: Optimizer = if decay == 0.0 {
            Adam { learning_rate, beta_1, beta_2, epsilon }.into()
        } else {
            AdamW { learning_rate, beta_1, beta_2, epsilon, weight_decay: decay }.into()
        };
        let formula = by_formula(
            |t, w, g, m| {
                m[0] = beta_1 * m[0] + (1.0 - beta_1) * g;
                m[1] = beta_2 * m[1] + (1.0 - beta_2) * g * g;
                let (mean, square) = (m[0] / (1.0 - beta_1.powi(t)), m[1] / (1.0 - beta_2.powi(t)));
                w * (1.0 - learning_rate * decay) - learning_rate * mean / (square.sqrt() + epsilon)
            },
            0.0,
        );
        assert_close(&three_steps(settings), &formula);
    }
}

#[test]
fn rmsprop_and_adagrad_follow_their_formulas() {
    let (learning_rate, rho, epsilon) = (0.01, 0.9, 1e-7);
    for (momentum, centered) in [(0.0, false), (0.5, false), (0.5, true)] {
        let formula = by_formula(
            |_, w, g, m| {
                m[0] = rho * m[0] + (1.0 - rho) * g * g;
                m[1] = rho * m[1] + (1.0 - rho) * g;
                let spread = m[0] - if centered { m[1] * m[1] } else { 0.0 };
                m[2] = momentum * m[2] + g / (spread.sqrt() + epsilon);
                w - learning_rate * m[2]
            },
            0.0,
        );
        assert_close(&three_steps(RmsProp { learning_rate, rho, momentum, epsilon, centered }), &formula);
    }
    let settings = Adagrad { learning_rate, initial_accumulator_value: 0.1, epsilon };
    let formula = by_formula(
        |_, w, g, m| {
            m[0] += g * g;
            w - learning_rate * g / (m[0].sqrt() + epsilon)
        },
        0.1,
    );
    assert_close(&three_steps(settings), &formula);
}

#[test]
fn a_long_parameter_is_updated_in_every_piece() -> Result<(), Error> {
    let settings = Optimizer::from(Adam { learning_rate: 0.1, ..Adam::default() });
    let (device, len) = (Cpu::default(), 100_003);
    let mut param = Param::new(&device, "kernel", &[len], vec![1.0; len])?;
    let moments = start(&settings, len);
    let gradient = vec![0.5; len].into();
    let mut pending = [Pending { param: &mut param, gradient, moments }];
    settings.rule(0.1, 1, Update { device: &device, pending: &mut pending, guards: &[] })?;
    assert!(pending[0].moments[1].iter().all(|&v| v > 0.0));
    assert!(param.values.iter().all(|w| (w - 0.9).abs() < 1e-5));
    Ok(())
}
