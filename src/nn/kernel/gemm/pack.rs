//! Copies of a matrix's columns as a panel: row after row, `width` numbers each, filled up with zeros.

/// From rows that are contiguous.
///
/// # Safety
/// `from` holds `depth` rows, `row` apart, of `columns <= width` numbers; `to` holds `depth * width`.
pub(super) unsafe fn pack(
    from: *const f32,
    row: usize,
    depth: usize,
    columns: usize,
    width: usize,
    to: *mut f32,
) {
    for k in 0..depth {
        // SAFETY: the caller vouches for row k of both.
        unsafe {
            let target = to.add(k * width);
            std::ptr::copy_nonoverlapping(from.add(k * row), target, columns);
            target.add(columns).write_bytes(0, width - columns);
        }
    }
}

/// From any strides; fastest where columns are contiguous.
///
/// # Safety
/// As [`pack`], with `column` numbers from column to column.
pub(super) unsafe fn pack_transposed(
    from: *const f32,
    row: usize,
    column: usize,
    depth: usize,
    columns: usize,
    width: usize,
    to: *mut f32,
) {
    let (whole_depth, whole_columns) = if row == 1 { (depth / 4 * 4, columns / 4 * 4) } else { (0, 0) };
    // SAFETY: the caller vouches for `depth` rows and `columns` columns of both; squares lie within the whole part.
    unsafe {
        for k in (0..whole_depth).step_by(4) {
            for j in (0..whole_columns).step_by(4) {
                transpose_square(from.add(k + j * column), column, to.add(k * width + j), width);
            }
        }
        for k in 0..depth {
            let target = to.add(k * width);
            let done = if k < whole_depth { whole_columns } else { 0 };
            for j in done..columns {
                *target.add(j) = *from.add(k * row + j * column);
            }
            target.add(columns).write_bytes(0, width - columns);
        }
    }
}

/// Four columns, contiguous and `column` apart, as four rows, `width` apart.
#[inline(always)]
unsafe fn transpose_square(from: *const f32, column: usize, to: *mut f32, width: usize) {
    // SAFETY: the caller vouches for 4x4 numbers of both; SSE is part of every x86-64.
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
    // SAFETY: the caller vouches for 4x4 numbers of both.
    unsafe {
        for i in 0..4 {
            for j in 0..4 {
                *to.add(i * width + j) = *from.add(j * column + i);
            }
        }
    }
}
