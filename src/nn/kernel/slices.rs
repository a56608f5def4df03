//! Parts of vectors: cut out, and put in their places.

use rayon::prelude::*;

/// About how many numbers a piece of work for one thread has.
const PIECE: usize = 1 << 14;

/// `width` numbers from `from` on of every vector of `total` numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Numbers of a whole vector.
    pub total: usize,
    /// The first number of the part.
    pub from: usize,
    /// Numbers of the part.
    pub width: usize,
}

impl Slice {
    /// Whether the part lies in the vector and has numbers.
    pub fn fits(self) -> bool {
        self.width > 0 && self.from.checked_add(self.width).is_some_and(|end| end <= self.total)
    }

    /// Vectors that a thread works on at a time.
    fn piece(self) -> usize {
        (PIECE / self.total).max(1)
    }
}

/// Copies the part of each of the vectors `whole` to `part`.
///
/// # Panics
/// When the slice does not [`fit`](Slice::fits).
pub fn cut(part: &mut [f32], whole: &[f32], slice: Slice) {
    let Slice { total, from, width } = slice;
    let pieces = part.par_chunks_mut(width * slice.piece()).zip(whole.par_chunks(total * slice.piece()));
    pieces.for_each(|(part, whole)| {
        let vectors = part.chunks_exact_mut(width).zip(whole.chunks_exact(total));
        vectors.for_each(|(part, whole)| part.copy_from_slice(&whole[from..][..width]));
    });
}

/// Copies `part` to its places in the vectors `whole`, whose other numbers stay.
///
/// # Panics
/// When the slice does not [`fit`](Slice::fits).
pub fn put(whole: &mut [f32], part: &[f32], slice: Slice) {
    let Slice { total, from, width } = slice;
    let pieces = whole.par_chunks_mut(total * slice.piece()).zip(part.par_chunks(width * slice.piece()));
    pieces.for_each(|(whole, part)| {
        let vectors = whole.chunks_exact_mut(total).zip(part.chunks_exact(width));
        vectors.for_each(|(whole, part)| whole[from..][..width].copy_from_slice(part));
    });
}
