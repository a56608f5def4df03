//! Sums, differences and multiples of whole slices, number by number, on this thread.

use crate::simd;

simd! {
    /// `y += x`
    pub fn add<I>(y: &mut [f32], x: &[f32]) { for (y, x) in y.iter_mut().zip(x) { *y += x; } }
}

simd! {
    /// `y += x` for every row of `y`, as long as `x`.
    pub fn add_to_rows<I>(y: &mut [f32], x: &[f32]) {
        for row in y.chunks_exact_mut(x.len().max(1)) {
            for (y, x) in row.iter_mut().zip(x) {
                *y += x;
            }
        }
    }
}

simd! {
    /// `y *= x`
    pub fn multiply<I>(y: &mut [f32], x: &[f32]) { for (y, x) in y.iter_mut().zip(x) { *y *= x; } }
}

simd! {
    /// `y *= factor`
    pub fn scale<I>(y: &mut [f32], factor: f32) { for y in y { *y *= factor; } }
}

simd! {
    /// Every number brought into `-limit..=limit`; NaN stays.
    pub fn clip<I>(y: &mut [f32], limit: f32) { for y in y { *y = y.clamp(-limit, limit); } }
}

simd! {
    /// `y = (y - x) factor`
    pub fn scaled_difference<I>(y: &mut [f32], x: &[f32], factor: f32) {
        for (y, x) in y.iter_mut().zip(x) {
            *y = (*y - x) * factor;
        }
    }
}

simd! {
    /// `velocity = momentum velocity - decay weight`
    pub fn slow_down<I>(velocity: &mut [f32], weights: &[f32], momentum: f32, decay: f32) {
        for (velocity, w) in velocity.iter_mut().zip(weights) {
            *velocity = I::mul_add(*velocity, momentum, -decay * w);
        }
    }
}

simd! {
    /// `velocity = momentum velocity + change`, then `y += velocity`.
    pub fn drift<I>(y: &mut [f32], velocity: &mut [f32], change: &[f32], momentum: f32) {
        for ((y, velocity), change) in y.iter_mut().zip(velocity).zip(change) {
            *velocity = momentum * *velocity + change;
            *y += *velocity;
        }
    }
}

simd! {
    /// Adds the gradient of the penalties `l1 sum |w| + l2 sum w^2`.
    pub fn add_penalty<I>(gradient: &mut [f32], weights: &[f32], l1: f32, l2: f32) {
        for (g, &w) in gradient.iter_mut().zip(weights) {
            let sign = if w == 0.0 { 0.0 } else { w.signum() };
            *g += 2.0 * l2 * w + l1 * sign;
        }
    }
}

/// The sum of squares, in double precision and in order.
pub fn sum_of_squares(numbers: &[f32]) -> f64 {
    numbers.iter().map(|&x| f64::from(x) * f64::from(x)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn penalties_and_norms_follow_their_formulas() {
        let (weights, mut gradient) = ([1.5, -2.0, 0.0, 1e-30], [0.5, 0.25, -1.0, 2.0]);
        assert!((sum_of_squares(&gradient) - 5.3125).abs() < 1e-12);
        add_penalty(&mut gradient, &weights, 0.1, 0.01);
        for (ours, formula) in gradient.iter().zip([0.5 + 0.03 + 0.1, 0.25 - 0.04 - 0.1, -1.0, 2.1]) {
            assert!((ours - formula).abs() < 1e-6, "{ours} {formula}");
        }
    }

    #[test]
    fn slices_are_added_multiplied_and_clipped_number_by_number() {
        let x: Vec<f32> = (0..37).map(|i| i as f32 - 18.0).collect();
        let mut y = vec![2.0; 37];
        add(&mut y, &x);
        multiply(&mut y, &x);
        scale(&mut y, 0.5);
        clip(&mut y, 40.0);
        for (y, x) in y.iter().zip(&x) {
            assert_eq!(*y, ((2.0 + x) * x * 0.5).clamp(-40.0, 40.0));
        }
        let mut rows = vec![1.0; 74];
        add_to_rows(&mut rows, &x);
        scaled_difference(&mut rows[37..], &x, 3.0);
        assert!(
            rows[..37].iter().zip(&x).all(|(y, x)| *y == 1.0 + x) && rows[37..].iter().all(|y| *y == 3.0)
        );
    }
}
