//! The rules of the optimizers. Their settings, by which the constants are worked out, are fields of presets.

use crate::rule::{MulAdd, Piece, Rule, each};

/// `w - rate g`
#[derive(Clone, Copy)]
pub struct Descent {
    /// The learning rate.
    pub rate: f32,
}

impl Rule<0> for Descent {
    const MOMENTS: [&'static str; 0] = [];
    const NAME: &'static str = "sgd";

    fn constants(&self) -> Vec<f32> {
        vec![self.rate]
    }

    #[inline(always)]
    fn update<M: MulAdd>(&self, weight: f32, gradient: f32, []: [f32; 0]) -> (f32, [f32; 0]) {
        (M::mul_add(-self.rate, gradient, weight), [])
    }

    #[inline(never)]
    fn update_piece(self, piece: Piece<0>) {
        each(self, piece);
    }
}

/// A weight with inertia, in PyTorch's form: the rate scales the whole step.
#[derive(Clone, Copy)]
pub struct Momentum {
    /// The learning rate.
    pub rate: f32,
    /// How much of the velocity is kept.
    pub momentum: f32,
    /// Whether the step looks ahead, as Nesterov's does.
    pub nesterov: bool,
}

impl Rule<1> for Momentum {
    const MOMENTS: [&'static str; 1] = ["momentum"];
    const NAME: &'static str = "momentum";

    fn constants(&self) -> Vec<f32> {
        vec![self.rate, self.momentum, f32::from(u8::from(self.nesterov))]
    }

    #[inline(always)]
    fn update<M: MulAdd>(&self, weight: f32, gradient: f32, [v]: [f32; 1]) -> (f32, [f32; 1]) {
        let v = M::mul_add(self.momentum, v, gradient);
        let step = if self.nesterov { M::mul_add(self.momentum, v, gradient) } else { v };
        (M::mul_add(-self.rate, step, weight), [v])
    }

    #[inline(never)]
    fn update_piece(self, piece: Piece<1>) {
        each(self, piece);
    }
}

/// Algorithm 1 of Kingma and Ba (2015), with AdamW's decay of the weight before it.
#[derive(Clone, Copy)]
pub struct Adam {
    /// The learning rate divided by the bias correction of the mean.
    pub rate: f32,
    /// How much of the gradient's mean is kept.
    pub beta_1: f32,
    /// How much of the gradient's mean square is kept.
    pub beta_2: f32,
    /// Keeps the division away from zero.
    pub epsilon: f32,
    /// The share of the weight that the decay leaves.
    pub decay: f32,
    /// One over the root of the bias of the mean square.
    pub root: f32,
}

impl Rule<2> for Adam {
    const MOMENTS: [&'static str; 2] = ["m", "v"];
    const NAME: &'static str = "adam";

    fn constants(&self) -> Vec<f32> {
        vec![self.rate, self.beta_1, self.beta_2, self.epsilon, self.decay, self.root]
    }

    #[inline(always)]
    fn update<M: MulAdd>(&self, weight: f32, gradient: f32, [m, v]: [f32; 2]) -> (f32, [f32; 2]) {
        let m = M::mul_add(1.0 - self.beta_1, gradient - m, m);
        let v = M::mul_add(self.beta_2, v, (1.0 - self.beta_2) * gradient * gradient);
        let deviation = M::mul_add(v.sqrt(), self.root, self.epsilon);
        (weight * self.decay - self.rate * m / deviation, [m, v])
    }

    #[inline(never)]
    fn update_piece(self, piece: Piece<2>) {
        each(self, piece);
    }
}

/// Gradients divided by the root of their mean square (Tieleman and Hinton 2012).
#[derive(Clone, Copy)]
pub struct RmsProp {
    /// The learning rate.
    pub rate: f32,
    /// How much of the gradient's mean square is kept.
    pub rho: f32,
    /// How much of the velocity is kept.
    pub momentum: f32,
    /// Keeps the division away from zero.
    pub epsilon: f32,
    /// 1 where the square of the mean is taken off the mean square, else 0.
    pub centered: f32,
}

impl Rule<3> for RmsProp {
    const MOMENTS: [&'static str; 3] = ["square_average", "gradient_average", "momentum"];
    const NAME: &'static str = "rms_prop";

    fn constants(&self) -> Vec<f32> {
        vec![self.rate, self.rho, self.momentum, self.epsilon, self.centered]
    }

    #[inline(always)]
    fn update<M: MulAdd>(&self, weight: f32, gradient: f32, [v, a, b]: [f32; 3]) -> (f32, [f32; 3]) {
        let v = M::mul_add(self.rho, v, (1.0 - self.rho) * gradient * gradient);
        let a = M::mul_add(1.0 - self.rho, gradient - a, a);
        let spread = v - self.centered * a * a;
        // A gradient that stays the same has variance 0, and rounding may make that negative. NaN stays NaN.
        let spread = if spread < 0.0 { 0.0 } else { spread };
        let b = M::mul_add(self.momentum, b, gradient / (spread.sqrt() + self.epsilon));
        (M::mul_add(-self.rate, b, weight), [v, a, b])
    }

    #[inline(never)]
    fn update_piece(self, piece: Piece<3>) {
        each(self, piece);
    }
}

/// Gradients divided by the root of the sum of their squares so far (Duchi and others 2011).
#[derive(Clone, Copy)]
pub struct Adagrad {
    /// The learning rate.
    pub rate: f32,
    /// Keeps the division away from zero.
    pub epsilon: f32,
}

impl Rule<1> for Adagrad {
    const MOMENTS: [&'static str; 1] = ["sum"];
    const NAME: &'static str = "adagrad";

    fn constants(&self) -> Vec<f32> {
        vec![self.rate, self.epsilon]
    }

    #[inline(always)]
    fn update<M: MulAdd>(&self, weight: f32, gradient: f32, [sum]: [f32; 1]) -> (f32, [f32; 1]) {
        let sum = M::mul_add(gradient, gradient, sum);
        (weight - self.rate * gradient / (sum.sqrt() + self.epsilon), [sum])
    }

    #[inline(never)]
    fn update_piece(self, piece: Piece<1>) {
        each(self, piece);
    }
}

/// Algorithm 2 of Chen and others (2023).
#[derive(Clone, Copy)]
pub struct Lion {
    /// The learning rate.
    pub rate: f32,
    /// How much of the momentum decides the step.
    pub beta_1: f32,
    /// How much of the momentum is kept.
    pub beta_2: f32,
    /// The share of the weight that the decay leaves.
    pub decay: f32,
}

impl Rule<1> for Lion {
    const MOMENTS: [&'static str; 1] = ["momentum"];
    const NAME: &'static str = "lion";

    fn constants(&self) -> Vec<f32> {
        vec![self.rate, self.beta_1, self.beta_2, self.decay]
    }

    #[inline(always)]
    fn update<M: MulAdd>(&self, weight: f32, gradient: f32, [m]: [f32; 1]) -> (f32, [f32; 1]) {
        let direction = M::mul_add(1.0 - self.beta_1, gradient - m, m);
        // The sign of zero is zero: a weight that never had a gradient stays where it is. NaN stays NaN.
        let sign = if direction == 0.0 { 0.0 } else { direction.signum() };
        let m = M::mul_add(1.0 - self.beta_2, gradient - m, m);
        (weight * self.decay - self.rate * sign, [m])
    }

    #[inline(never)]
    fn update_piece(self, piece: Piece<1>) {
        each(self, piece);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::buffer::Buffer;
    use crate::isa::at_every_level;

    fn is_alike_at_every_level<R: Rule<N>, const N: usize>(rule: R) {
        let (len, by_level) = (77, RefCell::new(Vec::new()));
        at_every_level(|| {
            let (mut weights, gradient) = (vec![0.7; len], vec![0.3; len]);
            let mut moments: Vec<Buffer> = vec![Buffer::zeroed(len); N];
            for _ in 0..3 {
                rule.update_piece(Piece::new(&mut weights, &gradient, &mut moments));
            }
            // Whole registers and the rest behind them give the same bits.
            assert!(weights.iter().all(|w| *w == weights[0] && *w != 0.7), "{}: {weights:?}", R::NAME);
            by_level.borrow_mut().push(weights[0]);
        });
        for weight in by_level.borrow().iter() {
            assert!((weight - by_level.borrow()[0]).abs() < 1e-6, "{}: {by_level:?}", R::NAME);
        }
    }

    #[test]
    fn every_rule_updates_every_place_alike_at_every_level() {
        let (rate, epsilon) = (0.01, 1e-7);
        is_alike_at_every_level(Descent { rate });
        for nesterov in [false, true] {
            is_alike_at_every_level(Momentum { rate, momentum: 0.9, nesterov });
        }
        is_alike_at_every_level(Adam {
            rate: 0.1,
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon,
            decay: 0.99,
            root: 31.6,
        });
        for centered in [0.0, 1.0] {
            is_alike_at_every_level(RmsProp { rate, rho: 0.9, momentum: 0.5, epsilon: 0.1, centered });
        }
        is_alike_at_every_level(Adagrad { rate, epsilon });
        is_alike_at_every_level(Lion { rate, beta_1: 0.9, beta_2: 0.99, decay: 0.999 });
    }
}
