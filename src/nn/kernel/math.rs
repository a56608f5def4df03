//! Transcendental functions as branch-free polynomials, so that loops over them become vector code.
//!
//! The polynomials of `exp`, `tanh` and `ln` are Cephes's single-precision ones (S. Moshier); `erfc` is the Chebyshev
//! fit of Numerical Recipes. Relative errors stay below 5e-7 (that of [`normal_cdf`] grows in its lower tail, where the
//! absolute error is below 3e-7). NaN gives NaN.

#![expect(clippy::excessive_precision, reason = "the coefficients as published")]

use super::isa::Isa;

/// e^x; 0 below -104, infinite above 88.8.
#[inline(always)]
pub fn exp<I: Isa>(x: f32) -> f32 {
    // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let x = if x < -104.0 { -104.0 } else { x };
    let x = if x > 89.0 { 89.0 } else { x };
    let shifted = I::mul_add(x, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let whole = shifted.to_bits().wrapping_sub(ROUND.to_bits()).cast_signed();
    let r = I::mul_add(n, -0.693_359_4, x);
    let r = I::mul_add(n, 2.121_944_4e-4, r);
    let p = I::mul_add(1.987_569_1e-4, r, 1.398_199_9e-3);
    let p = I::mul_add(p, r, 8.333_452e-3);
    let p = I::mul_add(p, r, 4.166_579_6e-2);
    let p = I::mul_add(p, r, 1.666_666_5e-1);
    let p = I::mul_add(p, r, 0.5);
    let p = I::mul_add(p, r * r, r + 1.0);
    // The power of two is multiplied in as two halves, so that the ends of the range neither overflow nor flush too
    // early.
    let half = whole >> 1;
    let power = |k: i32| f32::from_bits((k.wrapping_add(127) << 23).cast_unsigned());
    p * power(half) * power(whole - half)
}

/// 1 / (1 + e^-x)
#[inline(always)]
pub fn sigmoid<I: Isa>(x: f32) -> f32 {
    1.0 / (1.0 + exp::<I>(-x))
}

/// Hyperbolic tangent.
#[inline(always)]
pub fn tanh<I: Isa>(x: f32) -> f32 {
    let z = x * x;
    let p = I::mul_add(-5.704_988_7e-3, z, 2.063_908_9e-2);
    let p = I::mul_add(p, z, -5.373_971_5e-2);
    let p = I::mul_add(p, z, 1.333_144_2e-1);
    let p = I::mul_add(p, z, -3.333_328_2e-1);
    let near = I::mul_add(p * z, x, x);
    let far = 1.0 - 2.0 / (exp::<I>(2.0 * x) + 1.0);
    if x.abs() < 0.625 { near } else { far }
}

/// Natural logarithm of a positive, normal number.
#[inline(always)]
pub fn ln<I: Isa>(x: f32) -> f32 {
    // x = m 2^e with m in [sqrt(1/2), sqrt(2)).
    let bits = x.to_bits().wrapping_sub(0x3f35_04f3).cast_signed();
    let e = (bits >> 23) as f32;
    let m = f32::from_bits(((bits & 0x007f_ffff).wrapping_add(0x3f35_04f3)).cast_unsigned());
    let f = m - 1.0;
    let z = f * f;
    let p = I::mul_add(7.037_683_6e-2, f, -1.151_461e-1);
    let p = I::mul_add(p, f, 1.167_699_9e-1);
    let p = I::mul_add(p, f, -1.242_014_1e-1);
    let p = I::mul_add(p, f, 1.424_932_3e-1);
    let p = I::mul_add(p, f, -1.666_805_7e-1);
    let p = I::mul_add(p, f, 2.000_071_5e-1);
    let p = I::mul_add(p, f, -2.499_999_4e-1);
    let p = I::mul_add(p, f, 3.333_333e-1);
    let y = I::mul_add(e, -2.121_944_4e-4, p * f * z);
    let y = I::mul_add(-0.5, z, y);
    I::mul_add(e, 0.693_359_4, f + y)
}

/// ln(1 + e^x), without overflow.
#[inline(always)]
pub fn softplus<I: Isa>(x: f32) -> f32 {
    let u = exp::<I>(-x.abs());
    let w = 1.0 + u;
    // The second term gives back what rounding 1 + u lost.
    let log1p = ln::<I>(w) + (u - (w - 1.0)) / w;
    log1p + if x < 0.0 { 0.0 } else { x }
}

/// The standard normal distribution function, erfc(-x / sqrt 2) / 2.
#[inline(always)]
pub fn normal_cdf<I: Isa>(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / I::mul_add(0.5, z, 1.0);
    let p = I::mul_add(0.170_872_77, t, -0.822_152_23);
    let p = I::mul_add(p, t, 1.488_515_87);
    let p = I::mul_add(p, t, -1.135_203_98);
    let p = I::mul_add(p, t, 0.278_868_07);
    let p = I::mul_add(p, t, -0.186_288_06);
    let p = I::mul_add(p, t, 0.096_784_18);
    let p = I::mul_add(p, t, 0.374_091_96);
    let p = I::mul_add(p, t, 1.000_023_68);
    let tail = 0.5 * t * exp::<I>(I::mul_add(-z, z, I::mul_add(p, t, -1.265_512_23)));
    if x > 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests {
    use super::super::isa::{Fused, Separate};
    use super::*;

    fn agrees(
        name: &str,
        ours: impl Fn(f32) -> f32,
        theirs: impl Fn(f64) -> f64,
        range: f32,
        tolerance: f64,
    ) {
        for i in -20_000..=20_000_i32 {
            let x = i as f32 / 20_000.0 * range;
            let (ours, theirs) = (f64::from(ours(x)), theirs(f64::from(x)));
            let error = (ours - theirs).abs() / theirs.abs().max(1e-30);
            assert!(error < tolerance, "{name}({x}) = {ours}, not {theirs} (relative error {error:e})");
        }
    }

    #[test]
    fn the_functions_agree_with_double_precision() {
        agrees("exp", exp::<Fused>, f64::exp, 80.0, 3e-7);
        agrees("exp", exp::<Separate>, f64::exp, 80.0, 3e-7);
        agrees("tanh", tanh::<Fused>, f64::tanh, 12.0, 5e-7);
        agrees("tanh", tanh::<Separate>, f64::tanh, 0.7, 5e-7);
        agrees("sigmoid", sigmoid::<Fused>, |x| 1.0 / (1.0 + (-x).exp()), 80.0, 5e-7);
        agrees("ln", |x| ln::<Fused>(x.abs() + 1e-20), |x| f64::from(x.abs() as f32 + 1e-20).ln(), 0.9, 5e-7);
        agrees("softplus", softplus::<Fused>, |x| x.exp().ln_1p(), 80.0, 5e-7);
    }

    #[test]
    fn ends_of_the_range_and_nan_come_out_right() {
        assert_eq!(exp::<Fused>(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp::<Fused>(f32::INFINITY), f32::INFINITY);
        assert_eq!(exp::<Fused>(0.0), 1.0);
        assert_eq!(sigmoid::<Fused>(f32::INFINITY), 1.0);
        assert_eq!(sigmoid::<Fused>(f32::NEG_INFINITY), 0.0);
        assert_eq!((tanh::<Fused>(f32::INFINITY), tanh::<Fused>(f32::NEG_INFINITY)), (1.0, -1.0));
        assert_eq!(softplus::<Fused>(f32::INFINITY), f32::INFINITY);
        assert_eq!(softplus::<Fused>(f32::NEG_INFINITY), 0.0);
        assert!((normal_cdf::<Fused>(0.0) - 0.5).abs() < 1e-7);
        assert!((normal_cdf::<Fused>(1.96) - 0.975_002_1).abs() < 2e-7);
        for f in [exp::<Fused>, tanh::<Fused>, sigmoid::<Fused>, softplus::<Fused>, normal_cdf::<Fused>] {
            assert!(f(f32::NAN).is_nan());
        }
    }
}
