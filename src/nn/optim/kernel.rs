//! The update rules, in PyTorch's form (which agrees with the papers') with Keras's defaults.

use super::update::Piece;
use crate::preset::Optimizer;
use crate::simd;

/// One step's rule, with its constants worked out.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    Sgd { rate: f32, momentum: f32, nesterov: bool },
    Adam { rate: f32, beta_1: f32, beta_2: f32, epsilon: f32, decay: f32, root: f32 },
    RmsProp { rate: f32, rho: f32, momentum: f32, epsilon: f32, centered: bool },
    Adagrad { rate: f32, epsilon: f32, start: f32 },
}

/// The names of the moments that an optimizer keeps, in their order.
pub(super) fn moment_names(settings: &Optimizer) -> &'static [&'static str] {
    match settings {
        Optimizer::Sgd { momentum: 0.0, .. } => &[],
        Optimizer::Sgd { .. } => &["momentum"],
        Optimizer::Adam { .. } | Optimizer::AdamW { .. } => &["m", "v"],
        Optimizer::RmsProp { .. } => &["square_average", "gradient_average", "momentum"],
        Optimizer::Adagrad { .. } => &["sum"],
    }
}

impl Rule {
    /// The rule of update number `step` (from 1).
    pub(super) fn new(settings: &Optimizer, learning_rate: f64, step: u64) -> Self {
        match *settings {
            Optimizer::Sgd { momentum, nesterov, .. } => {
                Rule::Sgd { rate: learning_rate as f32, momentum: momentum as f32, nesterov }
            }
            Optimizer::Adam { beta_1, beta_2, epsilon, .. } => {
                adam(learning_rate, beta_1, beta_2, epsilon, 0.0, step)
            }
            Optimizer::AdamW { beta_1, beta_2, epsilon, weight_decay, .. } => {
                adam(learning_rate, beta_1, beta_2, epsilon, weight_decay, step)
            }
            Optimizer::RmsProp { rho, momentum, epsilon, centered, .. } => Rule::RmsProp {
                rate: learning_rate as f32,
                rho: rho as f32,
                momentum: momentum as f32,
                epsilon: epsilon as f32,
                centered,
            },
            Optimizer::Adagrad { initial_accumulator_value, epsilon, .. } => Rule::Adagrad {
                rate: learning_rate as f32,
                epsilon: epsilon as f32,
                start: initial_accumulator_value as f32,
            },
        }
    }

    /// Moments as they are before the first update.
    pub(super) fn start(&self, len: usize) -> Vec<Vec<f32>> {
        match self {
            Rule::Sgd { momentum: 0.0, .. } => vec![],
            Rule::Sgd { .. } => vec![vec![0.0; len]],
            Rule::Adam { .. } => vec![vec![0.0; len]; 2],
            Rule::RmsProp { .. } => vec![vec![0.0; len]; 3],
            Rule::Adagrad { start, .. } => vec![vec![*start; len]],
        }
    }

    /// One update of a part of a parameter.
    pub(super) fn apply(&self, piece: Piece) {
        let Piece { weights: w, gradient: g, moments: [a, b, c] } = piece;
        match *self {
            Rule::Sgd { rate, momentum: 0.0, .. } => sgd(w, g, rate),
            Rule::Sgd { rate, momentum, nesterov } => sgd_momentum(w, g, a, rate, momentum, nesterov),
            Rule::Adam { rate, beta_1, beta_2, epsilon, decay, root } => {
                adam_step(w, g, a, b, &[rate, beta_1, beta_2, epsilon, decay, root]);
            }
            Rule::RmsProp { rate, rho, momentum, epsilon, centered } => {
                rmsprop(w, g, a, b, c, &[rate, rho, momentum, epsilon, f32::from(u8::from(centered))]);
            }
            Rule::Adagrad { rate, epsilon, .. } => adagrad(w, g, a, rate, epsilon),
        }
    }
}

fn adam(learning_rate: f64, beta_1: f64, beta_2: f64, epsilon: f64, decay: f64, step: u64) -> Rule {
    let t = step.min(i32::MAX as u64) as i32;
    Rule::Adam {
        rate: (learning_rate / (1.0 - beta_1.powi(t))) as f32,
        beta_1: beta_1 as f32,
        beta_2: beta_2 as f32,
        epsilon: epsilon as f32,
        decay: (1.0 - learning_rate * decay) as f32,
        root: (1.0 / (1.0 - beta_2.powi(t)).sqrt()) as f32,
    }
}

simd! { fn sgd<I>(w: &mut [f32], g: &[f32], rate: f32) { for (w, g) in w.iter_mut().zip(g) { *w = I::mul_add(-rate, *g, *w); } } }

simd! {
    fn sgd_momentum<I>(w: &mut [f32], g: &[f32], v: &mut [f32], rate: f32, momentum: f32, nesterov: bool) {
        for ((w, g), v) in w.iter_mut().zip(g).zip(v) {
            *v = I::mul_add(momentum, *v, *g);
            let step = if nesterov { I::mul_add(momentum, *v, *g) } else { *v };
            *w = I::mul_add(-rate, step, *w);
        }
    }
}

simd! {
    /// Kingma & Ba's algorithm 1, with AdamW's decay of the weight before it.
    fn adam_step<I>(w: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], constants: &[f32; 6]) {
        let [rate, beta_1, beta_2, epsilon, decay, root] = *constants;
        for (((w, g), m), v) in w.iter_mut().zip(g).zip(m).zip(v) {
            *m = I::mul_add(1.0 - beta_1, *g - *m, *m);
            *v = I::mul_add(beta_2, *v, (1.0 - beta_2) * *g * *g);
            *w = *w * decay - rate * *m / I::mul_add(v.sqrt(), root, epsilon);
        }
    }
}

simd! {
    fn rmsprop<I>(w: &mut [f32], g: &[f32], v: &mut [f32], a: &mut [f32], b: &mut [f32], constants: &[f32; 5]) {
        let [rate, rho, momentum, epsilon, centered] = *constants;
        for ((((w, g), v), a), b) in w.iter_mut().zip(g).zip(v).zip(a).zip(b) {
            *v = I::mul_add(rho, *v, (1.0 - rho) * *g * *g);
            *a = I::mul_add(1.0 - rho, *g - *a, *a);
            let spread = *v - centered * *a * *a;
            *b = I::mul_add(momentum, *b, *g / (spread.sqrt() + epsilon));
            *w = I::mul_add(-rate, *b, *w);
        }
    }
}

simd! {
    fn adagrad<I>(w: &mut [f32], g: &[f32], s: &mut [f32], rate: f32, epsilon: f32) {
        for ((w, g), s) in w.iter_mut().zip(g).zip(s) {
            *s = I::mul_add(*g, *g, *s);
            *w -= rate * *g / (s.sqrt() + epsilon);
        }
    }
}

/// Adds the gradient of `l1 sum |w| + l2 sum w^2`.
pub(super) fn add_penalty(gradient: &mut [f32], weights: &[f32], l1: f32, l2: f32) {
    for (g, &w) in gradient.iter_mut().zip(weights) {
        let sign = if w == 0.0 { 0.0 } else { w.signum() };
        *g += 2.0 * l2 * w + l1 * sign;
    }
}

/// The sum of squares, in double precision and in order.
pub(super) fn sum_of_squares(numbers: &[f32]) -> f64 {
    numbers.iter().map(|&x| f64::from(x) * f64::from(x)).sum()
}
