//! One product on one thread: blocks that fit the caches, and within them tiles whose sums stay in registers.

use super::Mat;
use super::pack::{pack, pack_transposed};
use super::strip::Strip;
use crate::buffer::ThreadScratch;
use crate::vector::{Has, Kernel, Lanes};

/// The number of products that are added up at a time: a panel of the right matrix then fits the first-level cache.
const DEPTH: usize = 128;
/// The number of rows that are multiplied with all panels before the next rows.
const ROWS: usize = 96;

/// `c = a b` or `c += a b`: `a` is `[rows of c, k]`, `b` is `[k, columns of c]`.
pub(super) struct Block<'a> {
    pub k: usize,
    pub a: Mat<'a>,
    pub b: Mat<'a>,
    pub c: Strip<'a>,
    pub accumulate: bool,
}

impl Kernel for Block<'_> {
    #[inline(always)]
    fn run<V: Lanes, const WIDE: bool>(self, isa: Has<V>) {
        // Sums take 24 of 32 registers, or 12 of 16.
        if WIDE { self.blocks::<V, 4>(isa) } else { self.blocks::<V, 2>(isa) }
    }
}

impl Block<'_> {
    #[inline(always)]
    fn blocks<V: Lanes, const C: usize>(mut self, isa: Has<V>) {
        let (m, n, width) = (self.c.rows(), self.c.columns(), C * V::WIDTH);
        let panels = n.div_ceil(width);
        let mut packed = ThreadScratch::new(DEPTH.min(self.k) * panels * width);
        for top in (0..self.k).step_by(DEPTH) {
            let depth = DEPTH.min(self.k - top);
            for panel in 0..panels {
                let first = panel * width;
                let columns = width.min(n - first);
                let from = self.b.from([top, first]);
                let to = &mut packed[first * depth..][..depth * width];
                if self.b.column == 1 {
                    pack(from, depth, columns, width, to);
                } else {
                    pack_transposed(from, depth, columns, width, to);
                }
            }
            let accumulate = self.accumulate || top > 0;
            for first in (0..m).step_by(ROWS) {
                let rows = ROWS.min(m - first);
                let a = self.a.from([first, top]);
                for panel in 0..panels {
                    let column = panel * width;
                    let b = Mat::rows(&packed[column * depth..][..depth * width], width);
                    let c = self.c.part([first, column], rows, width.min(n - column));
                    Tile { k: depth, a, b, c, accumulate }.run::<V, C>(isa);
                }
            }
        }
    }
}

/// Multiplies some rows of `a` with a panel of `b`, whose rows are filled up to whole registers with any numbers.
pub(crate) struct Tile<'a> {
    /// Columns of `a`, rows of `b`.
    pub k: usize,
    /// The left matrix, `[rows of c, k]`.
    pub a: Mat<'a>,
    /// The panel; its columns are adjacent in memory.
    pub b: Mat<'a>,
    /// The result.
    pub c: Strip<'a>,
    /// Whether the product is added to `c`.
    pub accumulate: bool,
}

impl Tile<'_> {
    /// Multiplies all rows, in tiles of up to six rows and `C` registers of columns.
    ///
    /// # Panics
    /// When a matrix is too small, or `c` has more columns than the registers.
    #[inline(always)]
    pub(crate) fn run<V: Lanes, const C: usize>(mut self, isa: Has<V>) {
        const { assert!(C * V::WIDTH <= LINE) };
        let rows = self.c.rows();
        assert!(
            self.a.holds(rows, self.k)
                && self.b.column == 1
                && self.b.holds(self.k, C * V::WIDTH)
                && self.c.columns() <= C * V::WIDTH,
            "gemm: a tile of {rows} x {} from {}",
            self.c.columns(),
            self.k
        );
        let mut row = 0;
        // SAFETY: the assertion above checks what `columns` requires of the matrices, and no row is beyond `rows`.
        unsafe {
            while row + 6 <= rows {
                self.columns::<V, 6, C>(isa, row);
                row += 6;
            }
            if row + 4 <= rows {
                self.columns::<V, 4, C>(isa, row);
                row += 4;
            }
            if row + 2 <= rows {
                self.columns::<V, 2, C>(isa, row);
                row += 2;
            }
            if row < rows {
                self.columns::<V, 1, C>(isa, row);
            }
        }
    }

    /// Multiplies rows `row..row + R`, in as few registers as the columns need.
    ///
    /// # Safety
    /// `a` and `c` have these rows, `b` has `k` rows of `C` registers, side by side, and `c` has no more columns than
    /// these.
    #[inline(always)]
    unsafe fn columns<V: Lanes, const R: usize, const C: usize>(&mut self, isa: Has<V>, row: usize) {
        // SAFETY: the caller promises the same; fewer registers still cover the columns of `c`.
        unsafe {
            match self.c.columns().div_ceil(V::WIDTH) {
                1 if C > 1 => self.multiply::<V, R, 1>(isa, row),
                2 if C > 2 => self.multiply::<V, R, 2>(isa, row),
                _ => self.multiply::<V, R, C>(isa, row),
            }
        }
    }

    /// The same with exactly `C` registers.
    ///
    /// # Safety
    /// The same as for [`columns`](Tile::columns).
    #[inline(always)]
    unsafe fn multiply<V: Lanes, const R: usize, const C: usize>(&mut self, isa: Has<V>, row: usize) {
        debug_assert!(row + R <= self.c.rows() && self.a.holds(row + R, self.k));
        debug_assert!(self.b.holds(self.k, C * V::WIDTH) && self.c.columns() <= C * V::WIDTH);
        let mut sums = [[V::splat(isa, 0.0); C]; R];
        let mut a = self.a.data.as_ptr().wrapping_add(row * self.a.row);
        let mut b = self.b.data.as_ptr();
        for _ in 0..self.k {
            // This is not a closure, because without optimisation a closure is not compiled for the caller's
            // instruction set.
            let mut right = [V::splat(isa, 0.0); C];
            for (v, right) in right.iter_mut().enumerate() {
                // SAFETY: `b` is at one of its `k` rows of `C` registers, which the caller promises.
                *right = unsafe { V::read(isa, b.add(v * V::WIDTH)) };
            }
            for (r, sums) in sums.iter_mut().enumerate() {
                // SAFETY: `a` is at one of its `k` columns, in the first of the `R` rows that the caller promises.
                let left = V::splat(isa, unsafe { *a.add(r * self.a.row) });
                for (sum, right) in sums.iter_mut().zip(right) {
                    *sum = V::mul_add(left, right, *sum);
                }
            }
            a = a.wrapping_add(self.a.column);
            b = b.wrapping_add(self.b.row);
        }
        let columns = self.c.columns();
        if columns == C * V::WIDTH {
            for (r, sums) in sums.into_iter().enumerate() {
                let c = self.c.row(row + r);
                for (v, sum) in sums.into_iter().enumerate() {
                    // SAFETY: the caller promises the row, and its columns are `C` registers.
                    unsafe {
                        let c = c.add(v * V::WIDTH);
                        let sum = if self.accumulate { V::add(V::read(isa, c), sum) } else { sum };
                        sum.write(c);
                    }
                }
            }
            return;
        }
        for (r, sums) in sums.into_iter().enumerate() {
            let mut line = [0.0_f32; LINE];
            for (v, sum) in sums.into_iter().enumerate() {
                sum.store(&mut line[v * V::WIDTH..]);
            }
            let c = self.c.row(row + r);
            for (j, sum) in line.into_iter().enumerate().take(columns) {
                // SAFETY: the caller promises the row, and `j` is below its columns.
                unsafe { *c.add(j) = if self.accumulate { *c.add(j) + sum } else { sum } };
            }
        }
    }
}

/// The numbers in the widest row of registers.
const LINE: usize = 64;
