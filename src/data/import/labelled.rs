//! Texts with a class each, as numbers of their characters.

use super::classes::{Classes, too_many_classes};
use super::limits::Limits;
use crate::data::alphabet::{Alphabet, LARGEST_VOCABULARY};
use crate::data::samples::Samples;

/// Most numbers of labelled texts, padded.
const MOST_NUMBERS: usize = 1 << 28;

/// Texts of which the last `length` characters are learned.
pub struct Texts {
    length: usize,
    classes: Classes,
    letters: Alphabet,
    of: Vec<u32>,
    texts: Vec<String>,
    /// Bytes that they and their numbers take.
    bytes: u64,
}

impl Texts {
    /// None yet.
    pub fn new(length: usize) -> Self {
        let (of, texts) = (Vec::new(), Vec::new());
        Texts { length, classes: Classes::default(), letters: Alphabet::default(), of, texts, bytes: 0 }
    }

    /// Adds a text and its class.
    ///
    /// # Errors
    /// When there are too many texts or classes.
    pub fn push(&mut self, class: &str, text: &str, limits: &Limits) -> Result<(), String> {
        self.of.push(self.classes.number(class).ok_or_else(too_many_classes)?);
        text.chars().for_each(|letter| self.letters.add(letter));
        self.bytes += (text.len() + size_of::<String>() + 4 * self.length) as u64;
        let length = self.length;
        if self.texts.len().saturating_mul(length) > MOST_NUMBERS {
            return Err(format!("so many texts of {length} characters are too many; use a smaller length"));
        }
        self.texts.push(text.to_string());
        limits.fits(self.bytes, "its texts take")
    }

    /// The texts as samples: the last characters of each, padded in front with token 0.
    ///
    /// # Errors
    /// When there are too few classes, or too many different characters.
    pub fn samples(self) -> Result<Samples, String> {
        let Texts { length, classes, letters, mut of, texts, .. } = self;
        let (names, places) = classes.sorted()?;
        if letters.count() > LARGEST_VOCABULARY {
            return Err(format!("{} different characters, at most {LARGEST_VOCABULARY}", letters.count()));
        }
        let tokens: Vec<String> =
            std::iter::once(String::new()).chain(letters.sorted().iter().map(ToString::to_string)).collect();
        let inputs = texts.iter().flat_map(|text| encode(text, length, &tokens)).collect();
        of.iter_mut().for_each(|class| *class = places[*class as usize]);
        Ok(Samples { tokens, captions: texts, ..Samples::of_classes(vec![length], inputs, of, names) })
    }
}

/// A text as the numbers of its last `length` known characters among `tokens`, which are in ascending order behind the
/// empty one; shorter texts have zeros in front, so that a recurrent network ends with the text's last letter.
pub fn encode(text: &str, length: usize, tokens: &[String]) -> Vec<f32> {
    let mut row = vec![0.0; length];
    let known = text.chars().rev().filter_map(|letter| number(letter, tokens));
    row.iter_mut().rev().zip(known).for_each(|(x, token)| *x = token as f32);
    row
}

/// The number of a character among `tokens`, as [`encode`] has them; `None` where it is none of them.
pub fn number(letter: char, tokens: &[String]) -> Option<usize> {
    let mut bytes = [0; 4];
    let wanted: &str = letter.encode_utf8(&mut bytes);
    tokens.binary_search_by(|token| token.as_str().cmp(wanted)).ok()
}
