//! Vector instructions chosen at run time.
//!
//! A kernel is written once, as plain loops that the compiler vectorises, inside [`simd!`](crate::simd). The macro
//! compiles the body for AVX-512, for AVX2 with FMA, and without either, and picks one at each call. On other
//! processors there is one version, with what the target guarantees (NEON on ARM).

use std::sync::atomic::{AtomicU8, Ordering};

/// Instruction sets that kernels are compiled for, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// The instructions that the target guarantees.
    Plain = 1,
    /// AVX2 and FMA.
    Avx2 = 2,
    /// AVX-512 F, VL, BW and DQ.
    Avx512 = 3,
}

impl Level {
    /// The instructions by their name.
    pub fn name(self) -> &'static str {
        match self {
            Level::Plain => "those that every processor of this architecture has",
            Level::Avx2 => "AVX2",
            Level::Avx512 => "AVX-512",
        }
    }
}

static CHOSEN: AtomicU8 = AtomicU8::new(0);

/// The level in use: the best that this processor has, or what `TRAINYARD_SIMD` (`plain`, `avx2`, `avx512`) allows.
#[inline]
pub fn level() -> Level {
    #[cfg(test)]
    if let Some(level) = TESTED.get() {
        return level;
    }
    match CHOSEN.load(Ordering::Relaxed) {
        1 => Level::Plain,
        2 => Level::Avx2,
        3 => Level::Avx512,
        _ => choose(),
    }
}

#[cold]
fn choose() -> Level {
    let wanted = match std::env::var("TRAINYARD_SIMD").as_deref() {
        Ok("plain") => Level::Plain,
        Ok("avx2") => Level::Avx2,
        _ => Level::Avx512,
    };
    limit(wanted)
}

/// Uses at most the level `wanted` from now on, and returns the level in use: at most what this processor has.
pub fn limit(wanted: Level) -> Level {
    let chosen = wanted.min(available());
    CHOSEN.store(chosen as u8, Ordering::Relaxed);
    chosen
}

#[cfg(test)]
thread_local! {
    static TESTED: std::cell::Cell<Option<Level>> = const { std::cell::Cell::new(None) };
}

/// Runs a test at every level of this processor, on this thread only, so that concurrent tests keep their level.
#[cfg(test)]
pub fn at_every_level(test: impl Fn()) {
    for level in [Level::Plain, Level::Avx2, Level::Avx512] {
        TESTED.set(Some(level.min(available())));
        test();
    }
    TESTED.set(None);
}

/// The best level of this processor.
pub fn available() -> Level {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
        {
            return Level::Avx512;
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            return Level::Avx2;
        }
    }
    Level::Plain
}

/// The operations that differ between levels inside a kernel's body.
pub trait Isa: Copy {
    /// `a * b + c`, in one rounding where the level has an instruction for it.
    fn mul_add(a: f32, b: f32, c: f32) -> f32;
}

/// Levels with a fused multiply-add.
#[derive(Clone, Copy)]
pub struct Fused;

/// Levels without a fused multiply-add.
#[derive(Clone, Copy)]
pub struct Separate;

impl Isa for Fused {
    #[inline(always)]
    fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }
}

impl Isa for Separate {
    #[inline(always)]
    fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        a * b + c
    }
}

/// A kernel with type parameters of its own, which [`simd!`](crate::simd) does not support.
pub trait Kernel {
    /// The body. Mark it and the functions that it calls `#[inline(always)]`, so that each level compiles its own copy.
    fn run<I: Isa>(self);
}

/// Runs a kernel, compiled for the level in use.
pub fn run(kernel: impl Kernel) {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
        fn avx512(kernel: impl Kernel) {
            kernel.run::<Fused>();
        }
        #[target_feature(enable = "avx2,fma")]
        fn avx2(kernel: impl Kernel) {
            kernel.run::<Fused>();
        }
        match level() {
            // SAFETY: `level` never exceeds what `available` found on this processor.
            Level::Avx512 => unsafe { avx512(kernel) },
            // SAFETY: likewise.
            Level::Avx2 => unsafe { avx2(kernel) },
            Level::Plain => kernel.run::<Separate>(),
        }
    }
    #[cfg(target_arch = "aarch64")]
    kernel.run::<Fused>();
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    kernel.run::<Separate>();
}

/// Defines a kernel: `simd! { /// doc … pub fn name<I>(x: &[f32], y: &mut [f32]) { … I::mul_add(a, b, c) … } }`.
///
/// The body is compiled once per [`Level`]. Helpers it calls must be `#[inline(always)]` and take the [`Isa`] as a type
/// parameter. Sums of floats are vectorised only when written with explicit lanes (`[f32; 16]` accumulators).
#[macro_export]
macro_rules! simd {
    ($(#[$meta:meta])* $vis:vis fn $name:ident<$isa:ident>($($arg:ident : $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block) => {
        $(#[$meta])*
        #[allow(clippy::too_many_arguments)]
        #[inline(never)] // What another crate inlines, it compiles itself.
        $vis fn $name($($arg: $ty),*) $(-> $ret)? {
            #[inline(always)]
            #[allow(clippy::extra_unused_type_parameters)] // kernels that only add and compare
            fn body<$isa: $crate::isa::Isa>($($arg: $ty),*) $(-> $ret)? $body

            #[cfg(target_arch = "x86_64")]
            {
                use $crate::isa::{Fused, Level, Separate, level};
                #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
                fn avx512($($arg: $ty),*) $(-> $ret)? { body::<Fused>($($arg),*) }
                #[target_feature(enable = "avx2,fma")]
                fn avx2($($arg: $ty),*) $(-> $ret)? { body::<Fused>($($arg),*) }
                match level() {
                    // SAFETY: `level` never exceeds what `available` found on this processor.
                    Level::Avx512 => unsafe { avx512($($arg),*) },
                    // SAFETY: likewise.
                    Level::Avx2 => unsafe { avx2($($arg),*) },
                    Level::Plain => body::<Separate>($($arg),*),
                }
            }
            #[cfg(target_arch = "aarch64")]
            { body::<$crate::isa::Fused>($($arg),*) }
            #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
            { body::<$crate::isa::Separate>($($arg),*) }
        }
    };
}
