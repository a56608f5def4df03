//! The CPU's update rules against dfdx's own optimizers and against the formulas in double precision.

use dfdx::tensor::{Cpu, TensorFromVec};

use super::kernel::{Rule, add_penalty, sum_of_squares};
use super::update::{Pending, Piece, UpdateOp};
use crate::nn::buffer::Buffer;
use crate::nn::graph::Param;
use crate::nn::ops::composed::Plain;
use crate::nn::ops::composed::update::{self as composed, update};
use crate::preset::Optimizer;

const GRADIENTS: [[f32; 4]; 3] = [[0.5, -0.25, 1e-4, 0.0], [0.1, 0.3, -1e-4, 0.0], [-0.7, 0.2, 3e-4, 0.0]];

fn three_steps(settings: &Optimizer) -> Vec<f32> {
    let mut weights = vec![1.0, -2.0, 0.5, 0.25];
    let mut moments = None;
    for (step, gradient) in GRADIENTS.iter().enumerate() {
        let rule = Rule::new(settings, settings.learning_rate(), step as u64 + 1);
        let start = || rule.start(4).into_iter().map(Buffer::from).collect::<Vec<_>>();
        rule.apply(Piece::new(&mut weights, gradient, moments.get_or_insert_with(start)));
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
        let ours = three_steps(&Optimizer::Sgd { learning_rate: 0.1, momentum, nesterov });
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
        let settings = if decay == 0.0 {
            Optimizer::Adam { learning_rate, beta_1, beta_2, epsilon }
        } else {
            Optimizer::AdamW { learning_rate, beta_1, beta_2, epsilon, weight_decay: decay }
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
        assert_close(&three_steps(&settings), &formula);
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
        assert_close(
            &three_steps(&Optimizer::RmsProp { learning_rate, rho, momentum, epsilon, centered }),
            &formula,
        );
    }
    let settings = Optimizer::Adagrad { learning_rate, initial_accumulator_value: 0.1, epsilon };
    let formula = by_formula(
        |_, w, g, m| {
            m[0] += g * g;
            w - learning_rate * g / (m[0].sqrt() + epsilon)
        },
        0.1,
    );
    assert_close(&three_steps(&settings), &formula);
}

#[test]
fn a_long_parameter_is_updated_in_every_piece() {
    let settings = Optimizer::Adam { learning_rate: 0.1, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 };
    let rule = Rule::new(&settings, 0.1, 1);
    let (device, len) = (Cpu::default(), 100_003);
    let mut param = Param::new(&device, "kernel", &[len], vec![1.0; len]).unwrap();
    let moments = rule.start(len).into_iter().map(Buffer::from).collect();
    let gradient = vec![0.5; len].into();
    let mut pending = [Pending { param: &mut param, gradient, moments }];
    Cpu::update(&device, &mut pending, &rule).unwrap();
    assert!(pending[0].moments[1].iter().all(|&v| v > 0.0));
    assert!(param.values.iter().all(|w| (w - 0.9).abs() < 1e-5));
}

#[test]
fn every_rule_moves_weights_and_moments_the_same_composed() {
    let all: [Optimizer; 9] = [
        "SGD(learning_rate: 0.1)",
        "SGD(learning_rate: 0.1, momentum: 0.9)",
        "SGD(learning_rate: 0.1, momentum: 0.9, nesterov: true)",
        "Adam(learning_rate: 0.01)",
        "AdamW(learning_rate: 0.01, weight_decay: 0.1)",
        "RMSprop(learning_rate: 0.01)",
        "RMSprop(learning_rate: 0.01, momentum: 0.5)",
        "RMSprop(learning_rate: 0.01, centered: true, momentum: 0.5)",
        "Adagrad(learning_rate: 0.1)",
    ]
    .map(|text| ron::from_str(text).unwrap());
    for settings in &all {
        let device = Cpu::default();
        let tensor = |numbers: Vec<f32>| -> Plain<Cpu> { device.tensor_from_vec(numbers, (2, 2)) };
        let mut weights = tensor(vec![1.0, -2.0, 0.5, 0.25]);
        let rule = |step| Rule::new(settings, settings.learning_rate(), step);
        let mut moments: Vec<Plain<Cpu>> = rule(1).start(4).into_iter().map(tensor).collect();
        let mut fused_moments: Vec<Buffer> = rule(1).start(4).into_iter().map(Buffer::from).collect();
        let mut fused = vec![1.0, -2.0, 0.5, 0.25];
        for (step, gradient) in (1..).zip(GRADIENTS) {
            weights = update(&rule(step), weights, tensor(gradient.to_vec()), &mut moments).unwrap();
            rule(step).apply(Piece::new(&mut fused, &gradient, &mut fused_moments));
        }
        assert_close(&weights.as_vec(), &fused);
        for (moment, fused) in moments.iter().zip(&fused_moments) {
            assert_close(&moment.as_vec(), fused);
        }
    }
}

#[test]
fn penalties_and_norms_are_the_same_composed() {
    let device = Cpu::default();
    let tensor = |numbers: &[f32]| -> Plain<Cpu> { device.tensor_from_vec(numbers.to_vec(), (2, 2)) };
    let (weights, gradient) = ([1.5, -2.0, 0.0, 1e-30], [0.5, 0.25, -1.0, 2.0]);
    let mut fused = gradient;
    add_penalty(&mut fused, &weights, 0.1, 0.01);
    let sum = composed::add_penalty(tensor(&gradient), &tensor(&weights), [0.1, 0.01]).unwrap();
    assert_close(&sum.as_vec(), &fused);
    let squares = composed::sum_of_squares(&tensor(&gradient)).unwrap();
    assert!((squares - sum_of_squares(&gradient)).abs() < 1e-6);
}
