//! The matrix that a product writes to: a whole matrix, or some columns of one, while other threads write the columns
//! beside them.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicPtr, Ordering};

use rayon::prelude::*;

/// Some columns of some rows of a matrix. Nothing else reads or writes them while `'a` lasts.
pub struct Strip<'a> {
    /// The first number. From there on, `rows` rows of `columns` numbers begin `row` numbers apart, all within one
    /// slice.
    first: *mut f32,
    rows: usize,
    columns: usize,
    row: usize,
    borrowed: PhantomData<&'a mut [f32]>,
}

// SAFETY: a strip has exclusive access to its numbers, like a `&mut [f32]`, and floats may be sent to any thread.
unsafe impl Send for Strip<'_> {}

impl<'a> Strip<'a> {
    /// The first `columns` numbers of each of `rows` rows that begin `row` numbers apart.
    ///
    /// # Panics
    /// When the slice is shorter, or rows overlap.
    pub fn of(matrix: &'a mut [f32], rows: usize, columns: usize, row: usize) -> Self {
        let end = rows.saturating_sub(1).checked_mul(row).and_then(|start| start.checked_add(columns));
        assert!(
            columns <= row && end.is_some_and(|end| end <= matrix.len()),
            "gemm: {} numbers are not {rows} rows of {columns}, {row} apart",
            matrix.len()
        );
        Strip { first: matrix.as_mut_ptr(), rows, columns, row, borrowed: PhantomData }
    }

    /// Cuts matrices of `[rows, row]` that follow one another into strips of `width` columns, matrix by matrix and
    /// from left to right; the last strip of a matrix may be narrower. Different threads may take different strips.
    ///
    /// # Panics
    /// When the slice does not divide into such matrices, or they are empty.
    pub fn all(
        matrices: &'a mut [f32],
        rows: usize,
        row: usize,
        width: usize,
    ) -> impl IndexedParallelIterator<Item = Strip<'a>> {
        let size = rows.checked_mul(row).unwrap_or(0);
        assert!(
            size > 0 && width > 0 && matrices.len().is_multiple_of(size),
            "gemm: matrices of {rows} x {row}"
        );
        let (count, strips) = (matrices.len() / size, row.div_ceil(width));
        // A pointer that threads may share. The strips do not overlap, because no two have the same number.
        let start = AtomicPtr::new(matrices.as_mut_ptr());
        (0..count * strips).into_par_iter().map(move |number| {
            let (matrix, left) = (number / strips, number % strips * width);
            let first = start.load(Ordering::Relaxed).wrapping_add(matrix * size + left);
            Strip { first, rows, columns: width.min(row - left), row, borrowed: PhantomData }
        })
    }

    /// Borrows a part of the strip.
    ///
    /// # Panics
    /// When the part does not lie within the strip.
    #[inline(always)]
    pub fn part(&mut self, [top, left]: [usize; 2], rows: usize, columns: usize) -> Strip<'_> {
        assert!(
            self.rows.checked_sub(top).is_some_and(|below| rows <= below)
                && self.columns.checked_sub(left).is_some_and(|right| columns <= right),
            "gemm: part of a strip"
        );
        let first = self.first.wrapping_add(top * self.row + left);
        Strip { first, rows, columns, row: self.row, borrowed: PhantomData }
    }

    /// Sets all its numbers to zero.
    pub fn fill_zeros(mut self) {
        for row in 0..self.rows {
            // SAFETY: the row has this many columns, and zero bytes are the float zero.
            unsafe { self.row(row).write_bytes(0, self.columns) };
        }
    }

    /// The number of rows.
    #[inline(always)]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    #[inline(always)]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The numbers of a row, `columns` of them.
    ///
    /// # Panics
    /// When there is no such row, in builds with debug assertions. In other builds the pointer must then not be used.
    #[inline(always)]
    pub fn row(&mut self, number: usize) -> *mut f32 {
        debug_assert!(number < self.rows, "row {number} of {}", self.rows);
        self.first.wrapping_add(number * self.row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_cover_matrices_once_and_in_order() {
        let mut matrices: Vec<f32> = vec![-1.0; 2 * 3 * 7];
        Strip::all(&mut matrices, 3, 7, 3).enumerate().for_each(|(number, mut strip)| {
            for row in 0..strip.rows() {
                for column in 0..strip.columns() {
                    // SAFETY: row and column are in the strip.
                    unsafe { *strip.row(row).add(column) += 1.0 + number as f32 };
                }
            }
        });
        let row = |first: f32| [0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 2.0].map(|number| first + number);
        assert_eq!(matrices, [row(0.0); 3].into_iter().chain([row(3.0); 3]).flatten().collect::<Vec<_>>());
    }

    #[test]
    #[should_panic(expected = "gemm: part of a strip")]
    fn a_part_that_reaches_beyond_is_refused() {
        Strip::of(&mut [0.0; 12], 3, 3, 4).part([1, 1], 2, 3);
    }

    #[test]
    #[should_panic(expected = "gemm: 11 numbers")]
    fn a_matrix_that_is_too_short_is_refused() {
        Strip::of(&mut [0.0; 11], 3, 4, 4);
    }
}
