//! Which position of a pooling window won, filter by filter.

use super::sizes::LANES;

/// [`Winners`] as they are stored: a bit for each filter of a block, for each of the window's four positions.
pub type Bits = [u32; 4];

/// The winners of one pooled pixel and one block of filters: for each of the window's four positions, the filters for
/// which it won. No position won where ReLU cut the window off.
///
/// All filters named here exist in the block, whatever bits the value was made from, so data may be read by their
/// numbers.
#[derive(Clone, Copy)]
pub(super) struct Winners<'a> {
    bits: &'a Bits,
    /// The filters that the block has.
    existing: u32,
}

impl<'a> Winners<'a> {
    /// The winners in a block of `filters` filters, 1 to [`LANES`]; bits beyond these do not count. (Lanes beyond
    /// compute with zeros, which an infinite pixel turns into NaN, and NaN wins.)
    #[inline(always)]
    pub fn of(bits: &'a Bits, filters: usize) -> Self {
        debug_assert!((1..=LANES).contains(&filters), "{filters} filters in a block");
        Winners { bits, existing: u32::MAX >> (LANES - filters) }
    }

    /// The bits, in the form in which they are stored.
    #[inline(always)]
    pub fn bits(self) -> Bits {
        self.bits.map(|at| at & self.existing)
    }

    /// The filters for which a position won, as bits.
    #[inline(always)]
    pub fn at(self, position: usize) -> u32 {
        self.bits[position] & self.existing
    }

    /// The filters for which any position won, as bits.
    #[inline(always)]
    pub fn of_any(self) -> u32 {
        let [a, b, c, d] = self.bits;
        (a | b | c | d) & self.existing
    }
}
