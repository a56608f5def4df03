//! Arithmetic on sixteen numbers at a time, for the gates of a recurrent layer.

use crate::isa::Isa;

/// Sixteen numbers, a vector register of AVX-512.
pub(super) type Lanes = [f32; LANES];
/// The number of lanes.
pub(super) const LANES: usize = 16;

/// Reads `at..at + 16` of a row; zeros beyond its end.
#[inline(always)]
pub(super) fn load(row: &[f32], at: usize) -> Lanes {
    let mut lanes = [0.0; LANES];
    if let Some(whole) = row.get(at..at + LANES) {
        lanes.copy_from_slice(whole);
    } else {
        let rest = &row[at..];
        lanes[..rest.len()].copy_from_slice(rest);
    }
    lanes
}

/// Writes to `at..at + 16` of a row, up to its end.
#[inline(always)]
pub(super) fn store(lanes: Lanes, row: &mut [f32], at: usize) {
    if let Some(whole) = row.get_mut(at..at + LANES) {
        whole.copy_from_slice(&lanes);
    } else {
        let rest = &mut row[at..];
        rest.copy_from_slice(&lanes[..rest.len()]);
    }
}

/// Applies `f` to each lane.
#[inline(always)]
pub(super) fn map(x: Lanes, f: impl Fn(f32) -> f32) -> Lanes {
    let mut y = [0.0; LANES];
    for i in 0..LANES {
        y[i] = f(x[i]);
    }
    y
}

/// Applies `f` to each pair of lanes.
#[inline(always)]
pub(super) fn zip(a: Lanes, b: Lanes, f: impl Fn(f32, f32) -> f32) -> Lanes {
    let mut y = [0.0; LANES];
    for i in 0..LANES {
        y[i] = f(a[i], b[i]);
    }
    y
}

/// `a + b`, lane by lane.
#[inline(always)]
pub(super) fn add(a: Lanes, b: Lanes) -> Lanes {
    zip(a, b, |a, b| a + b)
}

/// `a * b`, lane by lane.
#[inline(always)]
pub(super) fn mul(a: Lanes, b: Lanes) -> Lanes {
    zip(a, b, |a, b| a * b)
}

/// `a * b + c`, lane by lane.
#[inline(always)]
pub(super) fn mul_add<I: Isa>(a: Lanes, b: Lanes, c: Lanes) -> Lanes {
    let mut y = [0.0; LANES];
    for i in 0..LANES {
        y[i] = I::mul_add(a[i], b[i], c[i]);
    }
    y
}

/// `1 - y^2`: the derivative of tanh from its value.
#[inline(always)]
pub(super) fn tanh_slope<I: Isa>(y: Lanes) -> Lanes {
    map(y, |y| I::mul_add(-y, y, 1.0))
}

/// `y (1 - y)`: the derivative of the sigmoid from its value.
#[inline(always)]
pub(super) fn sigmoid_slope<I: Isa>(y: Lanes) -> Lanes {
    map(y, |y| I::mul_add(-y, y, y))
}

/// `1 / (1 + e^-x)`, to about 2 units in the last place; NaN stays NaN.
#[inline(always)]
pub(super) fn sigmoid<I: Isa>(x: Lanes) -> Lanes {
    map(x, |x| 1.0 / (1.0 + exp::<I>(-x)))
}

/// e^x by Cody and Waite's reduction to |r| <= ln 2 / 2 and the minimax polynomial of Cephes' `expf`.
#[inline(always)]
fn exp<I: Isa>(x: f32) -> f32 {
    // Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let x = if x > 88.0 { 88.0 } else { x };
    let x = if x < -87.0 { -87.0 } else { x };
    let shifted = I::mul_add(x, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = I::mul_add(n, -0.693_359_4, x);
    let r = I::mul_add(n, 2.121_944_4e-4, r);
    let p = I::mul_add(r, 1.987_569_1e-4, 1.398_2e-3);
    let p = I::mul_add(r, p, 8.333_452e-3);
    let p = I::mul_add(r, p, 4.166_579_6e-2);
    let p = I::mul_add(r, p, 1.666_666_5e-1);
    let p = I::mul_add(r, p, 5e-1);
    let y = I::mul_add(r * r, p, r + 1.0);
    y * f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3F80_0000))
}

/// tanh by the rational approximation of Eigen (`generic_fast_tanh_float`), within a few units in the last place;
/// NaN stays NaN.
#[inline(always)]
pub(super) fn tanh<I: Isa>(x: Lanes) -> Lanes {
    map(x, |x| {
        // Beyond this the value rounds to 1.
        const SATURATED: f32 = 7.905_311;
        let x = if x > SATURATED { SATURATED } else { x };
        let x = if x < -SATURATED { -SATURATED } else { x };
        let s = x * x;
        let p = I::mul_add(s, -2.760_768_4e-16, 2.000_188e-13);
        let p = I::mul_add(s, p, -8.604_672e-11);
        let p = I::mul_add(s, p, 5.122_297_1e-8);
        let p = I::mul_add(s, p, 1.485_722_4e-5);
        let p = I::mul_add(s, p, 6.372_619_3e-4);
        let p = I::mul_add(s, p, 4.893_524_6e-3) * x;
        let q = I::mul_add(s, 1.198_258_4e-6, 1.185_347_1e-4);
        let q = I::mul_add(s, q, 2.268_434_6e-3);
        let q = I::mul_add(s, q, 4.893_525e-3);
        p / q
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::{Fused, Separate};

    #[test]
    fn sigmoid_and_tanh_follow_double_precision_over_their_whole_range() {
        for i in -4000..4000 {
            let x = i as f32 * 0.01 + 0.003;
            for lanes in [tanh::<Fused>([x; LANES]), tanh::<Separate>([x; LANES])] {
                let exact = f64::from(x).tanh();
                assert!((f64::from(lanes[0]) - exact).abs() <= 5e-7 * exact.abs(), "tanh({x})");
            }
            for lanes in [sigmoid::<Fused>([x; LANES]), sigmoid::<Separate>([x; LANES])] {
                let exact = 1.0 / (1.0 + (-f64::from(x)).exp());
                assert!((f64::from(lanes[0]) - exact).abs() <= 5e-7 * exact, "sigmoid({x})");
            }
        }
        assert!(
            tanh::<Fused>([f32::NAN; LANES])[0].is_nan() && sigmoid::<Fused>([f32::NAN; LANES])[0].is_nan()
        );
    }
}
