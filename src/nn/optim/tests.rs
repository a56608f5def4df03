//! The CPU's update rules against dfdx's own optimizers and against the formulas in double precision.

use super::kernel::Rule;
use crate::preset::Optimizer;

const GRADIENTS: [[f32; 4]; 3] = [[0.5, -0.25, 1e-4, 0.0], [0.1, 0.3, -1e-4, 0.0], [-0.7, 0.2, 3e-4, 0.0]];

fn three_steps(settings: &Optimizer) -> Vec<f32> {
    let mut weights = vec![1.0, -2.0, 0.5, 0.25];
    let mut moments = None;
    for (step, gradient) in GRADIENTS.iter().enumerate() {
        let rule = Rule::new(settings, settings.learning_rate(), step as u64 + 1);
        let moments = moments.get_or_insert_with(|| rule.start(4));
        rule.apply(&mut weights, gradient, moments);
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
    let len = 100_003;
    let (mut weights, gradient, mut moments) = (vec![1.0; len], vec![0.5; len], rule.start(len));
    rule.apply(&mut weights, &gradient, &mut moments);
    assert!(weights.iter().all(|w| (w - 0.9).abs() < 1e-5));
    assert!(moments[1].iter().all(|&v| v > 0.0));
}
