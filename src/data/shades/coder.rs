//! Symbols in bytes: asymmetric numeral systems (Duda 2013, "Asymmetric numeral systems", the range variant).

/// Symbols of an alphabet: half a byte.
pub(super) const SYMBOLS: usize = 16;
/// All shares together are 2 to this power.
pub(super) const BITS: u32 = 15;
/// All shares together.
pub(super) const ALL: u16 = 1 << BITS;
/// The coder's state is at least this after each symbol.
const LOWEST: u64 = 1 << 31;
/// The bytes of a word.
const WORD: usize = 4;

/// What [`Begins`] is joined with at the last symbol, which ends where all shares end.
const IS_LAST: [u16; SYMBOLS] = {
    let mut is_last = [0; SYMBOLS];
    is_last[SYMBOLS - 1] = u16::MAX;
    is_last
};
/// What [`Begins`] is masked with: the first symbol begins at 0.
const IS_LATER: [u16; SYMBOLS] = {
    let mut is_later = [u16::MAX; SYMBOLS];
    is_later[0] = 0;
    is_later
};

/// Where the share of each symbol begins; the first, which begins at 0, may have any number.
pub(super) type Begins = [u16; SYMBOLS];

/// Writes symbols or reads them, so that one model serves both.
pub(super) trait Coder {
    /// A symbol; who writes is told which, who reads tells. `None` at the end of the bytes.
    fn symbol(&mut self, begins: &Begins, known: usize) -> Option<usize>;

    /// A yes or no, of which yes has this share.
    fn answer(&mut self, share: u16, known: bool) -> Option<bool>;
}

/// Where a symbol begins, and the width of its share.
fn share(begins: &Begins, symbol: usize) -> (u16, u16) {
    let begin = begins[symbol] & IS_LATER[symbol];
    let end = begins[(symbol + 1) % SYMBOLS] & !IS_LAST[symbol] | ALL & IS_LAST[symbol];
    (begin, end - begin)
}

/// Reads symbols.
pub(super) struct Decoder<'a> {
    state: u64,
    words: std::slice::ChunksExact<'a, u8>,
}

impl<'a> Decoder<'a> {
    /// `None` when there is not even a state.
    pub(super) fn new(piece: &'a [u8]) -> Option<Self> {
        let (state, words) = piece.split_first_chunk()?;
        Some(Decoder { state: u64::from_le_bytes(*state), words: words.chunks_exact(WORD) })
    }

    fn place(&self) -> u16 {
        self.state as u16 & (ALL - 1)
    }

    #[inline(always)]
    fn take(&mut self, begin: u16, width: u16) -> Option<()> {
        self.state = u64::from(width) * (self.state >> BITS) + u64::from(self.place() - begin);
        if self.state < LOWEST {
            let word = self.words.next()?.try_into().ok()?;
            self.state = self.state << 32 | u64::from(u32::from_le_bytes(word));
        }
        Some(())
    }
}

impl Coder for Decoder<'_> {
    #[inline(always)]
    fn symbol(&mut self, begins: &Begins, _: usize) -> Option<usize> {
        let place = self.place() as i16;
        let is_passed = |(begin, is_later): (&u16, &u16)| i16::from(*begin as i16 <= place && *is_later != 0);
        let symbol = begins.iter().zip(&IS_LATER).map(is_passed).sum::<i16>() as usize % SYMBOLS;
        let (begin, width) = share(begins, symbol);
        self.take(begin, width)?;
        Some(symbol)
    }

    #[inline(always)]
    fn answer(&mut self, share: u16, _: bool) -> Option<bool> {
        let answer = self.place() < share;
        if answer {
            self.take(0, share)?
        } else {
            self.take(share, ALL - share)?
        }
        Some(answer)
    }
}

/// Remembers symbols; they are written last to first.
#[cfg(test)]
#[derive(Default)]
pub(super) struct Encoder(Vec<(u16, u16)>);

#[cfg(test)]
impl Encoder {
    /// What a [`Decoder`] reads.
    pub(super) fn piece(&self) -> Vec<u8> {
        let (mut state, mut words) = (LOWEST, Vec::new());
        for &(begin, width) in self.0.iter().rev() {
            let (begin, width) = (u64::from(begin), u64::from(width));
            if state >= ((LOWEST >> BITS) << 32) * width {
                words.push((state as u32).to_le_bytes());
                state >>= 32;
            }
            state = ((state / width) << BITS) + state % width + begin;
        }
        words.reverse();
        [&state.to_le_bytes()[..], &words.concat()].concat()
    }
}

#[cfg(test)]
impl Coder for Encoder {
    fn symbol(&mut self, begins: &Begins, known: usize) -> Option<usize> {
        self.0.push(share(begins, known));
        Some(known)
    }

    fn answer(&mut self, share: u16, known: bool) -> Option<bool> {
        self.0.push(if known { (0, share) } else { (share, ALL - share) });
        Some(known)
    }
}
