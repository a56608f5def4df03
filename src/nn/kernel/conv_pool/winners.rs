//! Which position of a pooling window won, filter by filter.

use super::sizes::LANES;

/// [`Winners`] as they are stored: a bit for each filter of a block, for each of the window's four positions.
pub type Bits = [u32; 4];

/// Of one pooled pixel and one block of filters: for each of the window's four positions, the filters for which it won.
/// None did where ReLU cut the window off.
///
/// The filters are ones that the block has, whatever the bits were that it was made of: what is read by their number
/// exists.
#[derive(Clone, Copy)]
pub(super) struct Winners<'a> {
    bits: &'a Bits,
    /// The filters that the block has.
    existing: u32,
}

impl<'a> Winners<'a> {
    /// Of a block of `filters`, 1 to [`LANES`]; bits of filters beyond do not count. (Such lanes compute with zeros, which
    /// an infinite pixel turns into NaN, and NaN wins.)
    #[inline(always)]
    pub fn of(bits: &'a Bits, filters: usize) -> Self {
        debug_assert!((1..=LANES).contains(&filters), "{filters} filters in a block");
        Winners { bits, existing: u32::MAX >> (LANES - filters) }
    }

    /// To be stored.
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
