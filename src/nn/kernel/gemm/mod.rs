//! Matrix products, cut into pieces that do not depend on the number of threads.
//!
//! A piece is one product on one thread: the right matrix packed in panels (`pack`), tiles of the result in registers
//! (`tile`). That reaches about twice the speed of the crate `gemm` on AVX-512 (`trainyard bench` measures both).

mod fastest;
mod pack;
pub(super) mod strip;
pub(super) mod tile;

use rayon::prelude::*;

use super::vector;
use crate::buffer::Buffer;
pub use fastest::fastest;
use strip::Strip;
use tile::Block;

/// A matrix read through strides: element `(i, j)` is at `i * row + j * column`.
#[derive(Clone, Copy, Debug)]
pub struct Mat<'a> {
    data: &'a [f32],
    row: usize,
    column: usize,
}

impl<'a> Mat<'a> {
    /// The matrix in row-major storage with `columns` numbers a row.
    pub fn rows(data: &'a [f32], columns: usize) -> Self {
        Mat { data, row: columns, column: 1 }
    }

    /// The transpose of row-major storage with `columns` numbers a row.
    pub fn transposed(data: &'a [f32], columns: usize) -> Self {
        Mat { data, row: 1, column: columns }
    }

    /// A matrix with any strides.
    pub fn strided(data: &'a [f32], row: usize, column: usize) -> Self {
        Mat { data, row, column }
    }

    /// The transpose.
    pub(super) fn turned(self) -> Self {
        Mat { row: self.column, column: self.row, ..self }
    }

    /// Its storage, and the distances from row to row and from column to column.
    pub(super) fn parts(&self) -> (&'a [f32], usize, usize) {
        (self.data, self.row, self.column)
    }

    /// Whether every element of `[rows, columns]` is in its storage.
    #[inline]
    pub(super) fn holds(&self, rows: usize, columns: usize) -> bool {
        if rows == 0 || columns == 0 {
            return true;
        }
        let (down, across) = ((rows - 1).checked_mul(self.row), (columns - 1).checked_mul(self.column));
        let last = down.zip(across).and_then(|(down, across)| down.checked_add(across));
        last.is_some_and(|last| last < self.data.len())
    }

    /// The part of the matrix from an element on.
    ///
    /// # Panics
    /// When the element is not in the storage.
    #[inline]
    fn from(self, [row, column]: [usize; 2]) -> Self {
        Mat { data: &self.data[row * self.row + column * self.column..], ..self }
    }
}

/// Multiply-adds of a piece: enough to pay for the hand-over, few enough to feed many cores.
const PIECE_WORK: usize = 1 << 20;
/// The most pieces of a product, unless its work is far more than this many times [`PIECE_WORK`].
const PIECES: usize = 16;
/// The columns of a piece are a multiple of this, the width of the widest panel.
const COLUMNS: usize = 64;
/// The fewest rows of a piece, because each piece packs the right matrix again.
const ROWS: usize = 96;

/// The number of pieces that a product is cut into, by its work.
fn pieces(m: usize, n: usize, k: usize) -> usize {
    let work = (m * n).saturating_mul(k) / PIECE_WORK;
    if work <= PIECES { work.max(1) } else { (work / 4).max(PIECES) }
}

/// `c = a b`, or `c += a b` with `accumulate`: `a` is `[m, k]`, `b` is `[k, n]`, `c` is `[m, n]` row-major.
///
/// A small `c` of long sums is cut along the sums, and the pieces' results are added in their order; otherwise the
/// longer side of `c` is cut.
///
/// # Panics
/// When a slice is too short for its dimensions.
pub fn gemm(m: usize, n: usize, k: usize, a: Mat, b: Mat, c: &mut [f32], accumulate: bool) {
    let pieces = pieces(m, n, k);
    if pieces == 1 {
        return gemm_here([m, n, k], a, b, c, n, accumulate);
    }
    if k >= 4 * m.max(n) {
        return along_sums([m, n, k], a, b, &mut c[..m * n], accumulate, pieces.min(PIECES));
    }
    let width = match m >= n {
        true => m.div_ceil(pieces).next_multiple_of(6).max(ROWS),
        false => n.div_ceil(pieces).next_multiple_of(COLUMNS),
    };
    let side = m.max(n);
    if width >= side {
        return gemm_here([m, n, k], a, b, c, n, accumulate);
    }
    if m >= n {
        c[..m * n].par_chunks_mut(width * n).enumerate().for_each(|(i, c)| {
            gemm_here([c.len() / n, n, k], a.from([i * width, 0]), b, c, n, accumulate);
        });
    } else {
        Strip::all(&mut c[..m * n], m, n, width).enumerate().for_each(|(i, strip)| {
            gemm_strip(k, a, b.from([0, i * width]), strip, accumulate);
        });
    }
}

/// The product as a sum of products of some columns of `a` with the same rows of `b`.
fn along_sums([m, n, k]: [usize; 3], a: Mat, b: Mat, c: &mut [f32], accumulate: bool, pieces: usize) {
    let depth = k.div_ceil(pieces).next_multiple_of(COLUMNS);
    let mut parts = Buffer::scratch(k.div_ceil(depth) * m * n);
    parts.par_chunks_mut(m * n).enumerate().for_each(|(i, part)| {
        let first = i * depth;
        let own = depth.min(k - first);
        gemm_here([m, n, own], a.from([0, first]), b.from([first, 0]), part, n, false);
    });
    let mut parts = parts.chunks_exact(m * n);
    if !accumulate && let Some(first) = parts.next() {
        c.copy_from_slice(first);
    }
    for part in parts {
        c.iter_mut().zip(part).for_each(|(sum, x)| *sum += x);
    }
}

/// Like [`gemm`], on the calling thread, with `c_row` numbers from row to row of `c`: for a piece of work that already
/// runs on a thread of its own.
///
/// # Panics
/// When a slice is too short for its dimensions.
pub fn gemm_here([m, n, k]: [usize; 3], a: Mat, b: Mat, c: &mut [f32], c_row: usize, accumulate: bool) {
    if m == 0 || n == 0 {
        return;
    }
    let c = Strip::of(c, m, n, c_row);
    if k == 0 && !accumulate {
        return c.fill_zeros();
    }
    gemm_strip(k, a, b, c, accumulate);
}

/// Like [`gemm_here`], for some columns of a matrix whose other columns other threads compute: `a` has as many rows as
/// the strip, `b` as many columns.
///
/// # Panics
/// When `a` or `b` is too short for its dimensions, or `k` is zero and `accumulate` is not set.
pub(super) fn gemm_strip(k: usize, a: Mat, b: Mat, c: Strip, accumulate: bool) {
    let (m, n) = (c.rows(), c.columns());
    assert!(
        a.holds(m, k) && b.holds(k, n) && (k > 0 || accumulate),
        "gemm: a slice is shorter than [{m}, {k}, {n}]"
    );
    vector::run(Block { k, a, b, c, accumulate });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::at_every_level;

    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        (0..count as u32)
            .map(|i| ((i.wrapping_mul(2654435761) ^ seed) >> 16) as f32 / 65536.0 - 0.5)
            .collect()
    }

    #[test]
    fn pieces_of_rows_of_columns_and_of_sums_give_the_same_bits_on_any_number_of_threads() {
        for (m, n, k) in [(64, 1000, 300), (1000, 64, 300), (40, 90, 3000)] {
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
                assert!((f64::from(one[i * n + j]) - at(i, j)).abs() < 1e-3);
            }
        }
    }

    fn equals_the_definition_in_every_layout([m, n, k]: [usize; 3]) {
        let (a, b) = (numbers(m * k, 1), numbers(k * n, 2));
        let a_t: Vec<f32> = (0..k * m).map(|i| a[i % m * k + i / m]).collect();
        let expected: &Vec<f64> = &(0..m * n)
            .map(|i| (0..k).map(|p| f64::from(a[i / n * k + p]) * f64::from(b[p * n + i % n])).sum())
            .collect();
        let b_t: Vec<f32> = (0..n * k).map(|i| b[i % k * n + i / k]).collect();
        for a in [Mat::rows(&a, k), Mat::transposed(&a_t, m)] {
            for b in [Mat::rows(&b, n), Mat::transposed(&b_t, k)] {
                let mut c = vec![1.0; m * n];
                gemm(m, n, k, a, b, &mut c, false);
                assert!(c.iter().zip(expected).all(|(&c, e)| (f64::from(c) - e).abs() < 1e-4));
                gemm(m, n, k, a, b, &mut c, true);
                assert!(c.iter().zip(expected).all(|(&c, e)| (f64::from(c) - 2.0 * e).abs() < 1e-4));
            }
        }
    }

    #[test]
    fn a_product_equals_the_definition_in_every_layout_and_at_every_level() {
        at_every_level(|| {
            for dims in [[37, 19, 53], [1, 1, 1], [6, 64, 130], [5, 65, 4], [100, 3, 9], [3, 40, 0]] {
                equals_the_definition_in_every_layout(dims);
            }
        });
    }
}
