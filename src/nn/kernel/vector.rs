//! Vector registers by name: for kernels whose registers are counted by hand, which the compiler would not vectorise
//! as wanted. Others are plain loops inside [`simd!`](crate::simd).

/// A vector register of floats.
///
/// # Safety
/// All functions need the instruction set that the register belongs to; [`run`] sees to it.
#[expect(clippy::missing_safety_doc, reason = "one condition for all: the trait's")]
pub trait Lanes: Copy {
    /// Floats in it.
    const WIDTH: usize;
    /// Reads `WIDTH` floats.
    unsafe fn load(from: *const f32) -> Self;
    /// Writes `WIDTH` floats.
    unsafe fn store(self, to: *mut f32);
    /// The same float in every lane.
    unsafe fn splat(value: f32) -> Self;
    /// `a * b + c`.
    unsafe fn mul_add(a: Self, b: Self, c: Self) -> Self;
    /// `a + b`.
    unsafe fn add(a: Self, b: Self) -> Self;
    /// A bit for each lane: whether `a` is above `b`, or either is not a number.
    unsafe fn above(a: Self, b: Self) -> u32;
    /// Lanes of `a` where the bit is set, of `b` elsewhere.
    unsafe fn select(bits: u32, a: Self, b: Self) -> Self;
}

/// A kernel that is compiled once per instruction set.
pub trait Kernel {
    /// Does the work. `WIDE` says that there are 32 registers, not 16.
    ///
    /// # Safety
    /// The processor has the instruction set of `V`, and what the kernel was made with holds.
    unsafe fn run<V: Lanes, const WIDE: bool>(self);
}

/// Runs a kernel with the best instruction set of this processor.
///
/// # Safety
/// The kernel's own conditions hold.
#[inline]
pub unsafe fn run<K: Kernel>(kernel: K) {
    #[cfg(target_arch = "x86_64")]
    {
        use super::isa::{Level, level};
        use std::arch::x86_64::{__m256, __m512};
        #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
        unsafe fn avx512<K: Kernel>(kernel: K) {
            // SAFETY: the caller's promises are handed on.
            unsafe { kernel.run::<__m512, true>() }
        }
        #[target_feature(enable = "avx2,fma")]
        unsafe fn avx2<K: Kernel>(kernel: K) {
            // SAFETY: the caller's promises are handed on.
            unsafe { kernel.run::<__m256, false>() }
        }
        match level() {
            // SAFETY: `level` never exceeds what this processor has.
            Level::Avx512 => unsafe { avx512(kernel) },
            // SAFETY: likewise.
            Level::Avx2 => unsafe { avx2(kernel) },
            // SAFETY: plain code runs everywhere.
            Level::Plain => unsafe { kernel.run::<[f32; 4], false>() },
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    // SAFETY: plain code runs everywhere; NEON has 32 registers.
    unsafe {
        kernel.run::<[f32; 4], true>()
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::Lanes;
    use std::arch::x86_64::*;

    macro_rules! lanes {
        ($vector:ty, $width:literal, $load:ident, $store:ident, $splat:ident, $mul_add:ident, $add:ident,
         |$a:ident, $b:ident| $above:expr, |$bits:ident, $x:ident, $y:ident| $select:expr) => {
            impl Lanes for $vector {
                const WIDTH: usize = $width;
                #[inline(always)]
                unsafe fn load(from: *const f32) -> Self {
                    // SAFETY: the caller vouches for the address and the instruction set.
                    unsafe { $load(from) }
                }
                #[inline(always)]
                unsafe fn store(self, to: *mut f32) {
                    // SAFETY: likewise.
                    unsafe { $store(to, self) }
                }
                #[inline(always)]
                unsafe fn splat(value: f32) -> Self {
                    // SAFETY: likewise.
                    unsafe { $splat(value) }
                }
                #[inline(always)]
                unsafe fn mul_add(a: Self, b: Self, c: Self) -> Self {
                    // SAFETY: likewise.
                    unsafe { $mul_add(a, b, c) }
                }
                #[inline(always)]
                unsafe fn add(a: Self, b: Self) -> Self {
                    // SAFETY: likewise.
                    unsafe { $add(a, b) }
                }
                #[inline(always)]
                unsafe fn above($a: Self, $b: Self) -> u32 {
                    // SAFETY: likewise.
                    unsafe { $above }
                }
                #[inline(always)]
                unsafe fn select($bits: u32, $x: Self, $y: Self) -> Self {
                    // SAFETY: likewise.
                    unsafe { $select }
                }
            }
        };
    }

    lanes!(
        __m512,
        16,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_set1_ps,
        _mm512_fmadd_ps,
        _mm512_add_ps,
        |a, b| u32::from(_mm512_cmp_ps_mask::<_CMP_NLE_UQ>(a, b)),
        |bits, x, y| _mm512_mask_mov_ps(y, bits as u16, x)
    );
    lanes!(
        __m256,
        8,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_set1_ps,
        _mm256_fmadd_ps,
        _mm256_add_ps,
        |a, b| _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_NLE_UQ>(a, b)).cast_unsigned(),
        |bits, x, y| {
            let each = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
            let set = _mm256_and_si256(_mm256_set1_epi32(bits.cast_signed()), each);
            _mm256_blendv_ps(y, x, _mm256_castsi256_ps(_mm256_cmpeq_epi32(set, each)))
        }
    );
}

/// What every target has: four lanes that the compiler maps to SSE or NEON.
impl Lanes for [f32; 4] {
    const WIDTH: usize = 4;
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller vouches for the address.
        unsafe { from.cast::<[f32; 4]>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller vouches for the address.
        unsafe { to.cast::<[f32; 4]>().write_unaligned(self) }
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        [value; 4]
    }
    #[inline(always)]
    unsafe fn mul_add(a: Self, b: Self, c: Self) -> Self {
        #[cfg(target_arch = "aarch64")]
        return std::array::from_fn(|i| a[i].mul_add(b[i], c[i]));
        #[cfg(not(target_arch = "aarch64"))]
        std::array::from_fn(|i| a[i] * b[i] + c[i])
    }
    #[inline(always)]
    unsafe fn add(a: Self, b: Self) -> Self {
        std::array::from_fn(|i| a[i] + b[i])
    }
    #[inline(always)]
    unsafe fn above(a: Self, b: Self) -> u32 {
        (0..4).fold(0, |bits, i| bits | u32::from(a[i] > b[i] || a[i].is_nan() || b[i].is_nan()) << i)
    }
    #[inline(always)]
    unsafe fn select(bits: u32, a: Self, b: Self) -> Self {
        std::array::from_fn(|i| if bits >> i & 1 == 1 { a[i] } else { b[i] })
    }
}

#[cfg(test)]
mod tests {
    use super::super::isa::at_every_level;
    use super::*;

    /// `a` where it is above `b`, else `b * a + b`, and the bits of the first case.
    struct Everything<'a>([&'a [f32; 16]; 2], &'a mut [f32; 16], &'a mut u32);

    impl Kernel for Everything<'_> {
        unsafe fn run<V: Lanes, const WIDE: bool>(self) {
            let Everything([a, b], out, bits) = self;
            for at in (0..16).step_by(V::WIDTH) {
                // SAFETY: 16 is a multiple of every width.
                unsafe {
                    let (x, y) = (V::load(a.as_ptr().add(at)), V::load(b.as_ptr().add(at)));
                    let above = V::above(x, y);
                    *bits |= above << at;
                    let other = V::mul_add(y, V::add(x, V::splat(0.0)), y);
                    V::select(above, x, other).store(out.as_mut_ptr().add(at));
                }
            }
        }
    }

    #[test]
    fn every_register_computes_the_same() {
        let a: [f32; 16] = std::array::from_fn(|i| if i == 5 { f32::NAN } else { i as f32 - 7.0 });
        let b: [f32; 16] = std::array::from_fn(|i| (i as f32 * 1.7) % 5.0 - 2.0);
        at_every_level(|| {
            let (mut out, mut bits) = ([0.0; 16], 0);
            // SAFETY: the arrays are 16 long.
            unsafe { run(Everything([&a, &b], &mut out, &mut bits)) };
            for i in 0..16 {
                let above = a[i] > b[i] || a[i].is_nan();
                assert_eq!(bits >> i & 1 == 1, above, "lane {i}");
                let expected = if above { a[i] } else { b[i] * a[i] + b[i] };
                assert!(out[i].is_nan() && expected.is_nan() || (out[i] - expected).abs() < 1e-6);
            }
        });
    }
}
