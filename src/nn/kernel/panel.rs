//! Products of small matrices with one matrix that is used again and again: the steps of a recurrent layer.
//!
//! The right-hand matrix is packed once, in panels of [`PANEL`] columns whose rows follow one another, so that every
//! later product streams it without packing or thread hand-over. Each number of a product is one sum over `k` in
//! ascending order, so it does not depend on how many rows are multiplied together.

use rayon::prelude::*;

use super::gemm::Mat;
use super::gemm::strip::Strip;
use super::gemm::tile::Tile;
use super::vector::{self, Has, Kernel, Lanes};
use crate::buffer::Buffer;

/// Columns of a panel.
const PANEL: usize = 64;

/// A matrix `[k, n]`, packed to be the right factor of products.
pub struct Packed {
    k: usize,
    n: usize,
    data: Buffer,
}

impl Packed {
    /// Packs `b`, `[k, n]`.
    ///
    /// # Panics
    /// When `b` is too small.
    pub fn new(b: Mat, k: usize, n: usize) -> Self {
        assert!(b.holds(k, n), "packed: a slice is shorter than [{k}, {n}]");
        let mut data = Buffer::scratch(n.div_ceil(PANEL) * PANEL * k);
        let (source, row, column) = b.parts();
        // Blocks of rows keep the written numbers in the first-level cache when the source is read down its columns.
        const BLOCK: usize = 64;
        data.par_chunks_mut((PANEL * k).max(1)).enumerate().for_each(|(panel, target)| {
            let first = panel * PANEL;
            let width = PANEL.min(n - first);
            if width < PANEL {
                target.fill(0.0);
            }
            for (block, target) in target.chunks_mut(BLOCK * PANEL).enumerate() {
                let top = block * BLOCK;
                if column == 1 {
                    for (i, target) in target.chunks_exact_mut(PANEL).enumerate() {
                        let start = (top + i) * row + first;
                        target[..width].copy_from_slice(&source[start..start + width]);
                    }
                } else {
                    for j in 0..width {
                        let start = top * row + (first + j) * column;
                        for (i, target) in target.chunks_exact_mut(PANEL).enumerate() {
                            target[j] = source[start + i * row];
                        }
                    }
                }
            }
        });
        Packed { k, n, data }
    }

    /// `c = a b`, or `c += a b` with `accumulate`, on the calling thread: `a` is `[rows, k]` with `a_row` numbers from
    /// row to row (rows may overlap), `c` is `[rows, n]` with `c_row`.
    ///
    /// # Panics
    /// When a slice is too short.
    pub fn multiply(
        &self,
        rows: usize,
        a: &[f32],
        a_row: usize,
        c: &mut [f32],
        c_row: usize,
        accumulate: bool,
    ) {
        if rows == 0 || self.n == 0 {
            return;
        }
        let (a, c) = (Mat::rows(a, a_row), Strip::of(c, rows, self.n, c_row));
        assert!(a.holds(rows, self.k), "packed: a slice is shorter than its {rows} rows");
        match (self.k, accumulate) {
            (0, true) => {}
            (0, false) => c.fill_zeros(),
            _ => vector::run(Product { packed: self, a, c, accumulate }),
        }
    }
}

/// The arguments of one product.
struct Product<'a> {
    packed: &'a Packed,
    a: Mat<'a>,
    c: Strip<'a>,
    accumulate: bool,
}

impl Kernel for Product<'_> {
    #[inline(always)]
    fn run<V: Lanes, const WIDE: bool>(self, isa: Has<V>) {
        // Sums take 24 of 32 registers, or 12 of 16.
        if WIDE { self.panels::<V, 4>(isa) } else { self.panels::<V, 2>(isa) }
    }
}

impl Product<'_> {
    /// Panel by panel, so that a panel stays in the first-level cache for all rows; `C` registers at a time.
    #[inline(always)]
    fn panels<V: Lanes, const C: usize>(mut self, isa: Has<V>) {
        let (Packed { k, n, data }, rows) = (self.packed, self.c.rows());
        for panel in (0..*n).step_by(PANEL) {
            for column in (panel..(*n).min(panel + PANEL)).step_by(C * V::WIDTH) {
                let b = Mat::rows(&data[panel * k..][..PANEL * k][column - panel..], PANEL);
                let c = self.c.part([0, column], rows, (n - column).min(C * V::WIDTH));
                Tile { k: *k, a: self.a, b, c, accumulate: self.accumulate }.run::<V, C>(isa);
            }
        }
    }
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
    fn a_packed_product_equals_the_definition_at_every_level_and_odd_sizes() {
        at_every_level(|| {
            for (rows, k, n) in [(1, 1, 1), (13, 5, 7), (16, 40, 64), (3, 33, 100), (9, 0, 4)] {
                let (a, b) = (numbers(rows * (k + 2), 1), numbers(k * n, 2));
                let transposed: Vec<f32> = (0..k * n).map(|i| b[i % k * n + i / k]).collect();
                for b_view in [Mat::rows(&b, n), Mat::transposed(&transposed, k)] {
                    let packed = Packed::new(b_view, k, n);
                    let mut c = vec![1.0; rows * (n + 3)];
                    packed.multiply(rows, &a, k + 2, &mut c, n + 3, true);
                    for i in 0..rows {
                        for j in 0..n {
                            let sum: f32 = (0..k).map(|p| a[i * (k + 2) + p] * b[p * n + j]).sum();
                            assert!((c[i * (n + 3) + j] - 1.0 - sum).abs() < 1e-5);
                        }
                        assert_eq!(&c[i * (n + 3) + n..(i + 1) * (n + 3)], &[1.0; 3]);
                    }
                }
            }
        });
    }
}
