//! Texts with a class each, as numbers of their tokens.

use super::classes::{Classes, too_many_classes};
use super::limits::Limits;
use crate::data::samples::Samples;
use crate::data::tokens::{Seen, UNKNOWN_TOKEN, are_words, encode};
use crate::preset::TextForm;

/// Most numbers of labelled texts, padded.
const MOST_NUMBERS: usize = 1 << 28;

/// Texts of which the last tokens are learned.
pub struct Texts {
    form: TextForm,
    classes: Classes,
    seen: Seen,
    of: Vec<u32>,
    texts: Vec<String>,
    /// How many have more tokens than are read.
    longer: usize,
    /// Bytes that they and their numbers take.
    bytes: u64,
}

impl Texts {
    /// None yet.
    pub fn new(form: TextForm) -> Self {
        let (of, texts, classes) = (Vec::new(), Vec::new(), Classes::default());
        Texts { form, classes, seen: Seen::new(form.tokens), of, texts, longer: 0, bytes: 0 }
    }

    /// Adds a text and its class.
    ///
    /// # Errors
    /// When there are too many texts or classes.
    pub fn push(&mut self, class: &str, text: &str, limits: &Limits) -> Result<(), String> {
        self.of.push(self.classes.number(class).ok_or_else(too_many_classes)?);
        self.push_text(text, limits)
    }

    /// Adds a text of no class, where none has one.
    ///
    /// # Errors
    /// When there are too many texts.
    pub fn push_text(&mut self, text: &str, limits: &Limits) -> Result<(), String> {
        let (count, new) = self.seen.add(text);
        let (length, unit) = (self.form.length, self.form.unit());
        self.longer += usize::from(count > length);
        self.bytes += (text.len() + new + size_of::<String>() + 4 * length) as u64;
        if self.texts.len().saturating_mul(length) > MOST_NUMBERS {
            return Err(format!("so many texts of {length} {unit} are too many; use a smaller length"));
        }
        self.texts.push(text.to_string());
        limits.fits(self.bytes, "its texts take")
    }

    /// The texts as samples: the last tokens of each, padded in front with token 0. What is not read of them goes to `told`.
    ///
    /// # Errors
    /// When they have classes and these are too few, or the tokens cannot be learned.
    pub fn samples(self, told: &mut Vec<String>) -> Result<Samples, String> {
        let Texts { form, classes, seen, mut of, texts, longer, .. } = self;
        let (names, places) = if of.is_empty() { Default::default() } else { classes.sorted()? };
        let tokens = seen.tokens(&form)?;
        let inputs = texts.iter().flat_map(|text| encode(text, &form, &tokens)).collect();
        of.iter_mut().for_each(|class| *class = places[*class as usize]);
        told.extend(form.cut_in_words(longer, texts.len()));
        Ok(Samples { tokens, captions: texts, ..Samples::of_classes(vec![form.length], inputs, of, names) })
    }
}

/// What is said of the words of a set that its network does not know; `None` where it knows all, or reads characters.
pub fn unknown_words(samples: &Samples, form: &TextForm) -> Option<String> {
    if !are_words(&samples.tokens) {
        return None;
    }
    let (mut unknown, mut read) = (0_usize, 0_usize);
    for token in &samples.inputs {
        read += usize::from(*token > 0.0);
        unknown += usize::from(*token == UNKNOWN_TOKEN);
    }
    let known = samples.tokens.len() - 2;
    let why = match known >= form.vocabulary {
        true => format!("the {known} most frequent ones are; `vocabulary` says how many"),
        false => format!("{known} are, those that occur more than once"),
    };
    let share = 100.0 * unknown as f64 / read.max(1) as f64;
    (unknown > 0).then(|| {
        format!("{share:.1}% of the words that are read are not known, and count as one word: {why}")
    })
}
