//! Matrix products, by the crate `gemm`, cut into panels that do not depend on the number of threads.

use std::time::{Duration, Instant};

use gemm::Parallelism;
use rayon::prelude::*;

/// A matrix seen through strides: element `(i, j)` is at `i * row + j * column`.
#[derive(Clone, Copy, Debug)]
pub struct Mat<'a> {
    data: &'a [f32],
    row: usize,
    column: usize,
}

impl<'a> Mat<'a> {
    /// Row-major storage with `columns` numbers a row.
    pub fn rows(data: &'a [f32], columns: usize) -> Self {
        Mat { data, row: columns, column: 1 }
    }

    /// The transpose of row-major storage with `columns` numbers a row.
    pub fn transposed(data: &'a [f32], columns: usize) -> Self {
        Mat { data, row: 1, column: columns }
    }

    /// Any strides.
    pub fn strided(data: &'a [f32], row: usize, column: usize) -> Self {
        Mat { data, row, column }
    }

    /// Its storage, and the distances from row to row and from column to column.
    pub(super) fn parts(&self) -> (&'a [f32], usize, usize) {
        (self.data, self.row, self.column)
    }

    /// Whether every element of `[rows, columns]` is in its storage.
    pub(super) fn holds(&self, rows: usize, columns: usize) -> bool {
        rows == 0 || columns == 0 || (rows - 1) * self.row + (columns - 1) * self.column < self.data.len()
    }
}

/// Multiply-adds of a panel: enough to pay for the fork, few enough to feed many cores.
const PANEL_WORK: usize = 1 << 20;
/// Rows or columns of a panel at least: the other operand is packed again for each.
const PANEL_SIDE: usize = 32;

/// Where panels write.
#[derive(Clone, Copy)]
struct Output(*mut f32);
// SAFETY: every panel writes only rows or columns of its own.
unsafe impl Send for Output {}
// SAFETY: likewise.
unsafe impl Sync for Output {}

impl Output {
    fn from(self, offset: usize) -> *mut f32 {
        self.0.wrapping_add(offset)
    }
}

/// `c = a b`, or `c += a b` with `accumulate`: `a` is `[m, k]`, `b` is `[k, n]`, `c` is `[m, n]` row-major.
///
/// The longer side of `c` is cut into panels, as many as the work asks for: each packs its own part of the large
/// operand and all of the small one.
///
/// # Panics
/// When a slice is too short for its dimensions.
pub fn gemm(m: usize, n: usize, k: usize, a: Mat, b: Mat, c: &mut [f32], accumulate: bool) {
    assert!(
        a.holds(m, k) && b.holds(k, n) && c.len() >= m * n,
        "gemm: a slice is shorter than [{m}, {k}, {n}]"
    );
    if m == 0 || n == 0 {
        return;
    }
    let side = m.max(n);
    let panels = (m * n * k / PANEL_WORK).clamp(1, (side / PANEL_SIDE).clamp(1, 32));
    // Multiples of 16 keep vectors whole.
    let width = side.div_ceil(panels).next_multiple_of(16);
    let out = Output(c.as_mut_ptr());
    let panel = |first: usize| {
        let own = width.min(side - first);
        let (rows, columns, a_from, b_from, c_from) =
            if m >= n { (own, n, first * a.row, 0, first * n) } else { (m, own, 0, first * b.column, first) };
        // SAFETY: `holds` checked that every (row, column) of a and b lies in its slice, and c is `m * n` long; the
        // panel's rows or columns are its own.
        unsafe {
            gemm::gemm(
                rows,
                columns,
                k,
                out.from(c_from),
                1,
                n as isize,
                accumulate,
                a.data.as_ptr().wrapping_add(a_from),
                a.column as isize,
                a.row as isize,
                b.data.as_ptr().wrapping_add(b_from),
                b.column as isize,
                b.row as isize,
                1.0,
                1.0,
                false,
                false,
                false,
                Parallelism::None,
            );
        }
    };
    if width >= side {
        panel(0);
    } else {
        (0..side.div_ceil(width)).into_par_iter().for_each(|i| panel(i * width));
    }
}

/// As [`gemm`], on the calling thread, with `c_row` numbers from row to row of `c`: for a piece of work that has a
/// thread of its own.
///
/// # Panics
/// When a slice is too short for its dimensions.
pub fn gemm_here(dims: [usize; 3], a: Mat, b: Mat, c: &mut [f32], c_row: usize, accumulate: bool) {
    let [m, n, k] = dims;
    if m == 0 || n == 0 {
        return;
    }
    assert!(
        a.holds(m, k) && b.holds(k, n) && c_row >= n && c.len() >= (m - 1) * c_row + n,
        "gemm: a slice is shorter than [{m}, {k}, {n}]"
    );
    // SAFETY: the assertion checked that every (row, column) of a, b and c lies in its slice.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c.as_mut_ptr(),
            1,
            c_row as isize,
            accumulate,
            a.data.as_ptr(),
            a.column as isize,
            a.row as isize,
            b.data.as_ptr(),
            b.column as isize,
            b.row as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

/// The time of one product at its fastest: by the crate's own threads or by panels, whichever is faster here.
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
        gemm(m, n, k, Mat::rows(&a, k), Mat::rows(&b, n), &mut c, false);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        (0..count as u32)
            .map(|i| ((i.wrapping_mul(2654435761) ^ seed) >> 16) as f32 / 65536.0 - 0.5)
            .collect()
    }

    #[test]
    fn panels_of_rows_and_of_columns_give_the_same_bits_on_any_number_of_threads() {
        for (m, n, k) in [(64, 1000, 300), (1000, 64, 300)] {
            let (a, b) = (numbers(m * k, 1), numbers(k * n, 2));
            let run = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let mut c = vec![0.0; m * n];
                pool.install(|| gemm(m, n, k, Mat::rows(&a, k), Mat::rows(&b, n), &mut c, false));
                c
            };
            let one = run(1);
            assert!(one == run(2) && one == run(4));
            let at = |i: usize, j: usize| -> f64 {
                (0..k).map(|p| f64::from(a[i * k + p]) * f64::from(b[p * n + j])).sum()
            };
            for (i, j) in [(0, 0), (m - 1, n - 1), (m / 2, n / 3), (1, n - 2)] {
                assert!((f64::from(one[i * n + j]) - at(i, j)).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn a_product_equals_the_definition_in_every_layout() {
        let (m, n, k) = (37, 19, 53);
        let (a, b) = (numbers(m * k, 1), numbers(k * n, 2));
        let a_t: Vec<f32> = (0..k * m).map(|i| a[i % m * k + i / m]).collect();
        let expected: Vec<f64> = (0..m * n)
            .map(|i| (0..k).map(|p| f64::from(a[i / n * k + p]) * f64::from(b[p * n + i % n])).sum())
            .collect();
        for a in [Mat::rows(&a, k), Mat::transposed(&a_t, m)] {
            let mut c = vec![1.0; m * n];
            gemm(m, n, k, a, Mat::rows(&b, n), &mut c, false);
            assert!(c.iter().zip(&expected).all(|(&c, e)| (f64::from(c) - e).abs() < 1e-4));
            gemm(m, n, k, a, Mat::rows(&b, n), &mut c, true);
            assert!(c.iter().zip(&expected).all(|(&c, e)| (f64::from(c) - 2.0 * e).abs() < 1e-4));
        }
    }
}
