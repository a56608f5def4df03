//! Arrays that are stored with their first axis running fastest, as Fortran and MATLAB store them.

use std::io;

use super::rows::{Bytes, Number};

/// Bytes that are read at once.
const PIECE: usize = 1 << 16;

/// The array with its last axis running fastest. `bytes` holds all its numbers, from `first` on; the result is in memory, or
/// in a temporary file where it is more than `in_memory` bytes.
///
/// # Errors
/// When the numbers cannot be read, or the temporary file not be written.
pub(super) fn by_rows(
    bytes: &Bytes,
    first: u64,
    shape: &[usize],
    number: Number,
    in_memory: u64,
) -> io::Result<Bytes> {
    let size = number.size();
    let count: usize = shape.iter().product();
    let mut sorted = vec![0; count * size];
    // How far the numbers of two neighbours along each axis are from each other.
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    let (mut place, mut to) = (vec![0; shape.len()], 0);
    let mut piece = vec![0; PIECE / size * size];
    for from in (0..sorted.len()).step_by(piece.len()) {
        let held = piece.len().min(sorted.len() - from);
        bytes.read_at(first + from as u64, &mut piece[..held])?;
        for one in piece[..held].chunks_exact(size) {
            sorted[to * size..][..size].copy_from_slice(one);
            for ((place, &length), &stride) in place.iter_mut().zip(shape).zip(&strides) {
                (*place, to) = (*place + 1, to + stride);
                if *place < length {
                    break;
                }
                (*place, to) = (0, to - length * stride);
            }
        }
    }
    Ok(match sorted.len() as u64 {
        held if held > in_memory => Bytes::of_stream(&sorted[..], held, in_memory)?.0,
        _ => Bytes::Memory(sorted),
    })
}
