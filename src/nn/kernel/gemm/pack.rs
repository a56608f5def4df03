//! Copies of a matrix's columns as a panel: row after row, `width` numbers each, filled up with zeros.

use super::Mat;

/// Packs the first `columns` columns of `depth` rows, for a matrix whose columns are adjacent in memory.
///
/// # Panics
/// When `from` or `to`, `[depth, width]`, is too short.
pub(super) fn pack(from: Mat, depth: usize, columns: usize, width: usize, to: &mut [f32]) {
    for (k, to) in to.chunks_exact_mut(width).take(depth).enumerate() {
        let (numbers, rest) = to.split_at_mut(columns);
        numbers.copy_from_slice(&from.data[k * from.row..][..columns]);
        rest.fill(0.0);
    }
}

/// Like [`pack`], for any strides; fastest where rows are adjacent in memory.
///
/// # Panics
/// For the same reasons as [`pack`].
pub(super) fn pack_transposed(from: Mat, depth: usize, columns: usize, width: usize, to: &mut [f32]) {
    assert!(
        from.holds(depth, columns) && columns <= width && depth * width <= to.len(),
        "gemm: a panel of {depth} x {columns}"
    );
    let Mat { data, row, column } = from;
    let (whole_depth, whole_columns) = if row == 1 { (depth / 4 * 4, columns / 4 * 4) } else { (0, 0) };
    // SAFETY: element (k, j) of `from` and of the panel exists for every k < depth and j < columns: the assertion above
    // says so. `k` and `j` stay below these; the last square of four by four begins four before the end of the whole
    // part.
    unsafe {
        for k in (0..whole_depth).step_by(4) {
            for j in (0..whole_columns).step_by(4) {
                let target = to.as_mut_ptr().add(k * width + j);
                transpose_square(data.as_ptr().add(k + j * column), column, target, width);
            }
        }
        for k in 0..depth {
            let done = if k < whole_depth { whole_columns } else { 0 };
            for j in done..columns {
                *to.get_unchecked_mut(k * width + j) = *data.get_unchecked(k * row + j * column);
            }
            to[k * width + columns..][..width - columns].fill(0.0);
        }
    }
}

/// Writes four columns of four adjacent numbers, `column` apart, as four rows, `width` apart.
///
/// # Safety
/// The 16 numbers at `from` and those at `to` exist, and nothing else uses those at `to`.
#[inline(always)]
unsafe fn transpose_square(from: *const f32, column: usize, to: *mut f32, width: usize) {
    // SAFETY: the four loads and stores are the 16 numbers that the caller promises; SSE is part of every x86-64.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        use std::arch::x86_64::{_MM_TRANSPOSE4_PS, _mm_loadu_ps, _mm_storeu_ps};
        let mut a = _mm_loadu_ps(from);
        let mut b = _mm_loadu_ps(from.add(column));
        let mut c = _mm_loadu_ps(from.add(2 * column));
        let mut d = _mm_loadu_ps(from.add(3 * column));
        _MM_TRANSPOSE4_PS(&mut a, &mut b, &mut c, &mut d);
        _mm_storeu_ps(to, a);
        _mm_storeu_ps(to.add(width), b);
        _mm_storeu_ps(to.add(2 * width), c);
        _mm_storeu_ps(to.add(3 * width), d);
    }
    #[cfg(not(target_arch = "x86_64"))]
    // SAFETY: `i` and `j` stay below four: the 16 numbers that the caller promises.
    unsafe {
        for i in 0..4 {
            for j in 0..4 {
                *to.add(i * width + j) = *from.add(j * column + i);
            }
        }
    }
}
