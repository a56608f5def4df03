//! The different characters of a text.

/// The most different characters that a text may have.
pub const LARGEST_VOCABULARY: usize = 10_000;

/// Different characters, numbered as they appear.
pub struct Alphabet {
    /// The number of each character of Unicode, from 1; 0 of those that have not appeared.
    numbers: Vec<u32>,
    letters: Vec<char>,
}

impl Default for Alphabet {
    fn default() -> Self {
        Alphabet { numbers: vec![0; char::MAX as usize + 1], letters: Vec::new() }
    }
}

impl Alphabet {
    /// A character's number from 0. Of more than 2^16 characters it is too small, and nothing is learned of so many.
    pub fn number(&mut self, letter: char) -> u16 {
        self.add(letter);
        (self.numbers[letter as usize] - 1) as u16
    }

    /// Adds a character, if it is a new one.
    pub fn add(&mut self, letter: char) {
        let number = &mut self.numbers[letter as usize];
        if *number == 0 {
            self.letters.push(letter);
            *number = self.letters.len() as u32;
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.letters.len()
    }

    /// The characters in ascending order.
    pub fn sorted(&self) -> Vec<char> {
        let mut sorted = self.letters.clone();
        sorted.sort_unstable();
        sorted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_numbered_as_they_appear_and_sorted_as_unicode_has_them() {
        let mut alphabet = Alphabet::default();
        let numbers: Vec<u16> = "bab\u{10ffff}é".chars().map(|letter| alphabet.number(letter)).collect();
        assert_eq!(numbers, [0, 1, 0, 2, 3]);
        assert_eq!((alphabet.count(), alphabet.sorted()), (4, vec!['a', 'b', 'é', '\u{10ffff}']));
    }
}
