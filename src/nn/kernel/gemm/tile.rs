//! One product on one thread: blocks that fit the caches, and within them tiles whose sums stay in registers.

use super::Mat;
use super::pack::{pack, pack_transposed};
use crate::nn::buffer::Lent;
use crate::nn::kernel::vector::{Kernel, Lanes};

/// Numbers of a sum that are added up at a time: a panel of the right matrix then fits the first-level cache.
const DEPTH: usize = 128;
/// Rows that go through all panels before the next ones.
const ROWS: usize = 96;

/// `c = a b` or `c += a b`, with strides; the arguments of one product, checked.
#[derive(Clone, Copy)]
pub(super) struct Block {
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub a: *const f32,
    pub a_row: usize,
    pub a_column: usize,
    pub b: *const f32,
    pub b_row: usize,
    pub b_column: usize,
    pub c: *mut f32,
    pub c_row: usize,
    pub accumulate: bool,
}

impl Block {
    /// `a` is `[m, k]`, `b` is `[k, n]`, `c` has `c_row` numbers from row to row.
    pub(super) fn new(
        [m, n, k]: [usize; 3],
        a: Mat,
        b: Mat,
        c: *mut f32,
        c_row: usize,
        accumulate: bool,
    ) -> Self {
        Block {
            m,
            n,
            k,
            a: a.data.as_ptr(),
            a_row: a.row,
            a_column: a.column,
            b: b.data.as_ptr(),
            b_row: b.row,
            b_column: b.column,
            c,
            c_row,
            accumulate,
        }
    }
}

impl Kernel for Block {
    #[inline(always)]
    unsafe fn run<V: Lanes, const WIDE: bool>(self) {
        // SAFETY: the caller's promises are handed on. 24 registers of sums out of 32, or 12 out of 16.
        unsafe { if WIDE { self.blocks::<V, 4>() } else { self.blocks::<V, 2>() } }
    }
}

impl Block {
    #[inline(always)]
    unsafe fn blocks<V: Lanes, const C: usize>(self) {
        let width = C * V::WIDTH;
        let panels = self.n.div_ceil(width);
        let mut packed = Lent::new(DEPTH.min(self.k) * panels * width);
        for top in (0..self.k).step_by(DEPTH) {
            let depth = DEPTH.min(self.k - top);
            // SAFETY: rows `top..top + depth` of b exist; `packed` holds a panel for every `width` columns.
            unsafe {
                for panel in 0..panels {
                    let first = panel * width;
                    let columns = width.min(self.n - first);
                    let from = self.b.add(top * self.b_row + first * self.b_column);
                    let to = packed.as_mut_ptr().add(first * depth);
                    if self.b_column == 1 {
                        pack(from, self.b_row, depth, columns, width, to);
                    } else {
                        pack_transposed(from, self.b_row, self.b_column, depth, columns, width, to);
                    }
                }
                let accumulate = self.accumulate || top > 0;
                for first in (0..self.m).step_by(ROWS) {
                    let rows = ROWS.min(self.m - first);
                    for panel in 0..panels {
                        let column = panel * width;
                        let tile = Tile {
                            k: depth,
                            a: self.a.add(first * self.a_row + top * self.a_column),
                            a_row: self.a_row,
                            a_column: self.a_column,
                            b: packed.as_ptr().add(column * depth),
                            b_row: width,
                            c: self.c.add(first * self.c_row + column),
                            c_row: self.c_row,
                            columns: width.min(self.n - column),
                            accumulate,
                        };
                        tile.rows::<V, C>(rows);
                    }
                }
            }
        }
    }
}

/// Some rows of `a` times a panel of `b`.
#[derive(Clone, Copy)]
pub(in crate::nn::kernel) struct Tile {
    pub k: usize,
    pub a: *const f32,
    pub a_row: usize,
    pub a_column: usize,
    pub b: *const f32,
    pub b_row: usize,
    pub c: *mut f32,
    pub c_row: usize,
    /// Columns of `c` that exist; the panel is filled up with anything.
    pub columns: usize,
    pub accumulate: bool,
}

impl Tile {
    /// All rows, in tiles of up to six.
    #[inline(always)]
    pub(in crate::nn::kernel) unsafe fn rows<V: Lanes, const C: usize>(self, rows: usize) {
        let mut row = 0;
        // SAFETY: rows `0..rows` exist.
        unsafe {
            while row + 6 <= rows {
                self.at(row).columns::<V, 6, C>();
                row += 6;
            }
            if row + 4 <= rows {
                self.at(row).columns::<V, 4, C>();
                row += 4;
            }
            if row + 2 <= rows {
                self.at(row).columns::<V, 2, C>();
                row += 2;
            }
            if row < rows {
                self.at(row).columns::<V, 1, C>();
            }
        }
    }

    #[inline(always)]
    unsafe fn at(self, row: usize) -> Self {
        // SAFETY: the row exists.
        unsafe { Tile { a: self.a.add(row * self.a_row), c: self.c.add(row * self.c_row), ..self } }
    }

    /// `R` rows, in as few registers as the columns need.
    #[inline(always)]
    unsafe fn columns<V: Lanes, const R: usize, const C: usize>(self) {
        // SAFETY: handed on.
        unsafe {
            match self.columns.div_ceil(V::WIDTH) {
                1 if C > 1 => self.multiply::<V, R, 1>(),
                2 if C > 2 => self.multiply::<V, R, 2>(),
                _ => self.multiply::<V, R, C>(),
            }
        }
    }

    #[inline(always)]
    unsafe fn multiply<V: Lanes, const R: usize, const C: usize>(self) {
        // SAFETY: R rows of a and c exist, k rows of C registers of b; of c, `columns` numbers a row are touched.
        unsafe {
            let mut sums = [[V::splat(0.0); C]; R];
            let (mut a, mut b) = (self.a, self.b);
            for _ in 0..self.k {
                // No closure: outside of optimised builds one is not compiled for the caller's instruction set.
                let mut right = [V::splat(0.0); C];
                for (v, right) in right.iter_mut().enumerate() {
                    *right = V::load(b.add(v * V::WIDTH));
                }
                for (r, sums) in sums.iter_mut().enumerate() {
                    let left = V::splat(*a.add(r * self.a_row));
                    for (sum, right) in sums.iter_mut().zip(right) {
                        *sum = V::mul_add(left, right, *sum);
                    }
                }
                a = a.wrapping_add(self.a_column);
                b = b.wrapping_add(self.b_row);
            }
            if self.columns >= C * V::WIDTH {
                for (r, sums) in sums.into_iter().enumerate() {
                    for (v, sum) in sums.into_iter().enumerate() {
                        let c = self.c.add(r * self.c_row + v * V::WIDTH);
                        let sum = if self.accumulate { V::add(V::load(c), sum) } else { sum };
                        sum.store(c);
                    }
                }
                return;
            }
            for (r, sums) in sums.into_iter().enumerate() {
                let mut line = [0.0_f32; 64];
                for (v, sum) in sums.into_iter().enumerate() {
                    sum.store(line.as_mut_ptr().add(v * V::WIDTH));
                }
                for (j, sum) in line.into_iter().enumerate().take(self.columns) {
                    let c = self.c.add(r * self.c_row + j);
                    *c = if self.accumulate { *c + sum } else { sum };
                }
            }
        }
    }
}
