//! Explicit vector registers, for kernels whose registers are counted by hand because the compiler would not vectorise
//! them well. Other kernels are plain loops inside [`simd!`](crate::simd).
//!
//! A value proves that the processor has a register's instructions: either a [`Has`], which only [`run`] makes after it
//! has checked the processor, or a register itself, which can only be made with a `Has`. So arithmetic is safe; only
//! reading and writing memory without checking its length is unsafe.

use std::marker::PhantomData;

/// Proof that this processor has the instructions of the register `V`.
#[derive(Debug)]
pub struct Has<V>(PhantomData<V>);

impl<V> Clone for Has<V> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Has<V> {}

/// A vector register of floats.
pub trait Lanes: Copy {
    /// The number of floats in it: 4, 8 or 16.
    const WIDTH: usize;

    /// Reads `WIDTH` floats.
    ///
    /// # Safety
    /// `from` points to `WIDTH` floats, aligned as a float is.
    unsafe fn read(isa: Has<Self>, from: *const f32) -> Self;

    /// Writes `WIDTH` floats.
    ///
    /// # Safety
    /// `to` points to `WIDTH` floats that nothing else uses, aligned as a float is.
    unsafe fn write(self, to: *mut f32);

    /// The same float in every lane.
    fn splat(isa: Has<Self>, value: f32) -> Self;

    /// `a * b + c`.
    fn mul_add(a: Self, b: Self, c: Self) -> Self;

    /// `a + b`.
    fn add(a: Self, b: Self) -> Self;

    /// A bit for each lane: whether `a` is above `b`; false where either is NaN.
    fn above(a: Self, b: Self) -> u32;

    /// A bit for each lane: whether `a` or `b` is NaN.
    fn either_is_nan(a: Self, b: Self) -> u32;

    /// Lanes of `a` where the bit is set, of `b` elsewhere.
    fn select(bits: u32, a: Self, b: Self) -> Self;

    /// The first `WIDTH` floats of a slice.
    ///
    /// # Panics
    /// When the slice is shorter.
    #[inline(always)]
    fn load(isa: Has<Self>, from: &[f32]) -> Self {
        let from = &from[..Self::WIDTH];
        // SAFETY: the slice was just cut to `WIDTH` floats.
        unsafe { Self::read(isa, from.as_ptr()) }
    }

    /// Writes the first `WIDTH` floats of a slice.
    ///
    /// # Panics
    /// When the slice is shorter.
    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        let to = &mut to[..Self::WIDTH];
        // SAFETY: the slice was just cut to `WIDTH` floats.
        unsafe { self.write(to.as_mut_ptr()) }
    }
}

/// A kernel that is compiled once per instruction set.
pub trait Kernel {
    /// Does the work. `WIDE` says that there are 32 registers, not 16.
    fn run<V: Lanes, const WIDE: bool>(self, isa: Has<V>);
}

/// Runs a kernel with the best instruction set of this processor.
#[inline]
pub fn run<K: Kernel>(kernel: K) {
    #[cfg(target_arch = "x86_64")]
    {
        use super::isa::{Level, level};
        use x86::{Avx2, Avx512};
        #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
        fn avx512<K: Kernel>(kernel: K) {
            kernel.run::<Avx512, true>(Has(PhantomData));
        }
        #[target_feature(enable = "avx2,fma")]
        fn avx2<K: Kernel>(kernel: K) {
            kernel.run::<Avx2, false>(Has(PhantomData));
        }
        match level() {
            // SAFETY: `level` is at most what `isa::available` found on this processor.
            Level::Avx512 => unsafe { avx512(kernel) },
            // SAFETY: likewise.
            Level::Avx2 => unsafe { avx2(kernel) },
            Level::Plain => kernel.run::<[f32; 4], false>(Has(PhantomData)),
        }
    }
    // NEON has 32 registers.
    #[cfg(not(target_arch = "x86_64"))]
    kernel.run::<[f32; 4], true>(Has(PhantomData));
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Has, Lanes};
    use std::arch::x86_64::*;

    macro_rules! lanes {
        ($(#[$doc:meta])* $name:ident($vector:ty), $width:literal, $load:ident, $store:ident, $splat:ident, $mul_add:ident,
         $add:ident, |$a:ident, $b:ident| $above:expr, $nan:expr, |$bits:ident, $x:ident, $y:ident| $select:expr) => {
            $(#[$doc])*
            #[derive(Clone, Copy)]
            pub struct $name($vector);

            impl Lanes for $name {
                const WIDTH: usize = $width;
                #[inline(always)]
                unsafe fn read(_: Has<Self>, from: *const f32) -> Self {
                    // SAFETY: the caller promises the floats, `Has` proves the instruction.
                    Self(unsafe { $load(from) })
                }
                #[inline(always)]
                unsafe fn write(self, to: *mut f32) {
                    // SAFETY: the caller promises the floats, `self` proves the instruction.
                    unsafe { $store(to, self.0) }
                }
                #[inline(always)]
                fn splat(_: Has<Self>, value: f32) -> Self {
                    // SAFETY: `Has` proves the instruction, which touches no memory.
                    Self(unsafe { $splat(value) })
                }
                #[inline(always)]
                fn mul_add(Self(a): Self, Self(b): Self, Self(c): Self) -> Self {
                    // SAFETY: the arguments prove the instruction, which touches no memory.
                    Self(unsafe { $mul_add(a, b, c) })
                }
                #[inline(always)]
                fn add(Self(a): Self, Self(b): Self) -> Self {
                    // SAFETY: likewise.
                    Self(unsafe { $add(a, b) })
                }
                #[inline(always)]
                fn above(Self($a): Self, Self($b): Self) -> u32 {
                    // SAFETY: likewise.
                    unsafe { $above }
                }
                #[inline(always)]
                fn either_is_nan(Self($a): Self, Self($b): Self) -> u32 {
                    // SAFETY: likewise.
                    unsafe { $nan }
                }
                #[inline(always)]
                fn select($bits: u32, Self($x): Self, Self($y): Self) -> Self {
                    // SAFETY: likewise.
                    Self(unsafe { $select })
                }
            }
        };
    }

    lanes!(
        /// A register of AVX-512.
        Avx512(__m512),
        16,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_set1_ps,
        _mm512_fmadd_ps,
        _mm512_add_ps,
        |a, b| u32::from(_mm512_cmp_ps_mask::<_CMP_GT_OQ>(a, b)),
        u32::from(_mm512_cmp_ps_mask::<_CMP_UNORD_Q>(a, b)),
        |bits, x, y| _mm512_mask_mov_ps(y, bits as u16, x)
    );
    lanes!(
        /// A register of AVX2.
        Avx2(__m256),
        8,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_set1_ps,
        _mm256_fmadd_ps,
        _mm256_add_ps,
        |a, b| _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_GT_OQ>(a, b)).cast_unsigned(),
        _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_UNORD_Q>(a, b)).cast_unsigned(),
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
    unsafe fn read(_: Has<Self>, from: *const f32) -> Self {
        // SAFETY: the caller promises four floats.
        unsafe { from.cast::<[f32; 4]>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn write(self, to: *mut f32) {
        // SAFETY: the caller promises four floats.
        unsafe { to.cast::<[f32; 4]>().write_unaligned(self) }
    }
    #[inline(always)]
    fn splat(_: Has<Self>, value: f32) -> Self {
        [value; 4]
    }
    #[inline(always)]
    fn mul_add(a: Self, b: Self, c: Self) -> Self {
        #[cfg(target_arch = "aarch64")]
        return std::array::from_fn(|i| a[i].mul_add(b[i], c[i]));
        #[cfg(not(target_arch = "aarch64"))]
        std::array::from_fn(|i| a[i] * b[i] + c[i])
    }
    #[inline(always)]
    fn add(a: Self, b: Self) -> Self {
        std::array::from_fn(|i| a[i] + b[i])
    }
    #[inline(always)]
    fn above(a: Self, b: Self) -> u32 {
        (0..4).fold(0, |bits, i| bits | u32::from(a[i] > b[i]) << i)
    }
    #[inline(always)]
    fn either_is_nan(a: Self, b: Self) -> u32 {
        (0..4).fold(0, |bits, i| bits | u32::from(a[i].is_nan() || b[i].is_nan()) << i)
    }
    #[inline(always)]
    fn select(bits: u32, a: Self, b: Self) -> Self {
        std::array::from_fn(|i| if bits >> i & 1 == 1 { a[i] } else { b[i] })
    }
}

#[cfg(test)]
mod tests {
    use super::super::isa::at_every_level;
    use super::*;

    /// `a` where it is above `b`, else `b * a + b`; then the bits of `above`, and the bits of `either_is_nan`.
    struct Everything<'a>([&'a [f32; 16]; 2], &'a mut [f32; 16], [&'a mut u32; 2]);

    impl Kernel for Everything<'_> {
        fn run<V: Lanes, const WIDE: bool>(self, isa: Has<V>) {
            let Everything([a, b], out, [above, nan]) = self;
            for at in (0..16).step_by(V::WIDTH) {
                let (x, y) = (V::load(isa, &a[at..]), V::load(isa, &b[at..]));
                let bits = V::above(x, y);
                *above |= bits << at;
                *nan |= V::either_is_nan(x, y) << at;
                let other = V::mul_add(y, V::add(x, V::splat(isa, 0.0)), y);
                V::select(bits, x, other).store(&mut out[at..]);
            }
        }
    }

    #[test]
    fn every_register_computes_the_same() {
        let a: [f32; 16] = std::array::from_fn(|i| if i == 5 { f32::NAN } else { i as f32 - 7.0 });
        let b: [f32; 16] =
            std::array::from_fn(|i| if i == 9 { f32::NAN } else { (i as f32 * 1.7) % 5.0 - 2.0 });
        at_every_level(|| {
            let (mut out, mut above, mut nan) = ([0.0; 16], 0, 0);
            run(Everything([&a, &b], &mut out, [&mut above, &mut nan]));
            assert_eq!(nan, 1 << 5 | 1 << 9);
            for i in 0..16 {
                assert_eq!(above >> i & 1 == 1, a[i] > b[i], "lane {i}");
                let expected = if a[i] > b[i] { a[i] } else { b[i] * a[i] + b[i] };
                assert!(out[i].is_nan() && expected.is_nan() || (out[i] - expected).abs() < 1e-6);
            }
        });
    }
}
