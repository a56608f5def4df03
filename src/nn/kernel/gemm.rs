//! Matrix products, by the crate `gemm`, cut into panels that do not depend on the number of threads.

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

/// Multiply-adds below which a product stays on one thread.
const PANEL_WORK: usize = 1 << 20;

/// `c = a b`, or `c += a b` with `accumulate`: `a` is `[m, k]`, `b` is `[k, n]`, `c` is `[m, n]` row-major.
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
    // Rows of c are cut, so that each panel is a slice of its own; the count follows from the work alone.
    let panels = (m * n * k / PANEL_WORK).clamp(1, m.div_ceil(16).min(64));
    let height = m.div_ceil(panels);
    let panel = |first: usize, c: &mut [f32]| {
        let rows = c.len() / n;
        // SAFETY: `holds` checked that every (row, column) of a, b lies in its slice; c is `rows * n` long.
        unsafe {
            gemm::gemm(
                rows,
                n,
                k,
                c.as_mut_ptr(),
                1,
                n as isize,
                accumulate,
                a.data.as_ptr().wrapping_add(first * a.row),
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
    };
    if panels == 1 {
        panel(0, &mut c[..m * n]);
    } else {
        c[..m * n].par_chunks_mut(height * n).enumerate().for_each(|(i, c)| panel(i * height, c));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        (0..count as u32)
            .map(|i| ((i.wrapping_mul(2654435761) ^ seed) >> 16) as f32 / 65536.0 - 0.5)
            .collect()
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
