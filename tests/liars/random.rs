//! Random numbers, texts and bytes, of the kinds that break programs; the same in every run.

/// xorshift64* (Marsaglia 2003, Vigna 2016).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.bits() % end
    }

    pub fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    pub fn count(&mut self) -> u64 {
        let usual = self.below(10_000);
        self.of(&[usual, usual, usual, 0, 1, 1 << 62, 1 << 63, u64::MAX, u64::MAX - 1])
    }

    pub fn number(&mut self) -> f64 {
        let usual = self.below(1000) as f64 / 1000.0;
        let extremes = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 5e-324, -0.0, -1.0];
        if self.below(3) == 0 { self.of(&extremes) } else { usual }
    }

    /// A text; one in a thousand is long.
    pub fn text(&mut self) -> String {
        let part = self.of(&["loss", "", "\u{1b}[2J\u{202e}", "漢字", "a\nb\tc\u{0}", "é\u{301}\u{200b}"]);
        part.repeat(if self.below(1000) == 0 { 100_000 } else { self.below(4) as usize })
    }

    pub fn bytes(&mut self, most: u64) -> Vec<u8> {
        let count = self.below(most);
        (0..count).map(|_| self.bits() as u8).collect()
    }
}
