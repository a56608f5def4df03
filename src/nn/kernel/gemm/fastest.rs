//! The shortest time of a product on this machine.

use std::time::{Duration, Instant};

use gemm::Parallelism;

use super::{Mat, gemm as product};

/// The shortest time of one product: by [`gemm`](super::gemm) or by the crate `gemm`, whichever is faster here.
pub fn fastest(m: usize, n: usize, k: usize) -> Duration {
    const LEAST_RUNS: u32 = 5;
    const WORTH: Duration = Duration::from_millis(40);
    let (a, b) = (vec![0.5; m * k], vec![0.25; k * n]);
    let mut c = vec![0.0; m * n];
    let mut best = Duration::MAX;
    let started = Instant::now();
    let mut runs = 0;
    while runs < LEAST_RUNS || started.elapsed() < WORTH {
        let since = Instant::now();
        product(m, n, k, Mat::rows(&a, k), Mat::rows(&b, n), &mut c, false);
        let ours = since.elapsed();
        let since = Instant::now();
        // SAFETY: the vectors hold `m * k`, `k * n` and `m * n` numbers, row by row.
        unsafe {
            gemm::gemm(
                m,
                n,
                k,
                c.as_mut_ptr(),
                1,
                n as isize,
                false,
                a.as_ptr(),
                1,
                k as isize,
                b.as_ptr(),
                1,
                n as isize,
                1.0,
                1.0,
                false,
                false,
                false,
                Parallelism::Rayon(rayon::current_num_threads()),
            );
        }
        best = best.min(ours).min(since.elapsed());
        runs += 1;
    }
    best
}
