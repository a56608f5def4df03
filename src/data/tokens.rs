//! Texts as the numbers of their tokens: characters, or words.

use std::collections::HashMap;

use unicode_segmentation::UnicodeSegmentation;

use super::alphabet::{Alphabet, LARGEST_VOCABULARY};
use crate::preset::{TextForm, TextTokens};

/// The token of words that are not known; it stands behind the empty one, which fills up short texts.
pub const UNKNOWN: &str = "<unknown>";
/// Its number.
pub const UNKNOWN_TOKEN: f32 = 1.0;
/// Tokens before the first word: the empty one, [`UNKNOWN`].
const BEFORE_WORDS: usize = 2;
/// How often a word has to occur to be known: of one that occurs once nothing can be learned that holds for others.
const OFTEN: u32 = 2;
/// Bytes that a word takes in memory beside its letters.
const PER_WORD: usize = 64;

/// The words and punctuation marks of a text, from its end to its beginning, as Unicode's Annex 29 cuts them.
fn words_from_end(text: &str) -> impl Iterator<Item = String> {
    text.split_word_bounds().rev().filter(|word| !word.trim().is_empty()).map(str::to_lowercase)
}

/// The tokens of some texts, while they are read.
pub enum Seen {
    /// Characters.
    Characters(Alphabet),
    /// Words, with how often each occurs.
    Words(HashMap<String, u32>),
}

impl Seen {
    /// None yet.
    pub fn new(tokens: TextTokens) -> Self {
        match tokens {
            TextTokens::Characters => Seen::Characters(Alphabet::default()),
            TextTokens::Words => Seen::Words(HashMap::new()),
        }
    }

    /// Adds the tokens of a text. Gives how many it has, and the bytes of memory that the new ones take.
    pub fn add(&mut self, text: &str) -> (usize, usize) {
        match self {
            Seen::Characters(letters) => (text.chars().inspect(|&letter| letters.add(letter)).count(), 0),
            Seen::Words(counts) => {
                let (mut count, mut bytes) = (0, 0);
                for word in words_from_end(text) {
                    count += 1;
                    let new = word.len() + PER_WORD;
                    let times = counts.entry(word).or_insert(0);
                    bytes += if *times == 0 { new } else { 0 };
                    *times = times.saturating_add(1);
                }
                (count, bytes)
            }
        }
    }

    /// The tokens that a network is to know, by their numbers: the empty one, then characters in ascending order; or the
    /// unknown word, then the most frequent words of those that occur more than once, in ascending order.
    ///
    /// # Errors
    /// When there are too many characters, or no word occurs twice.
    pub fn tokens(&self, form: &TextForm) -> Result<Vec<String>, String> {
        match self {
            Seen::Characters(letters) if letters.count() > LARGEST_VOCABULARY => {
                Err(format!("{} different characters, at most {LARGEST_VOCABULARY}", letters.count()))
            }
            Seen::Characters(letters) => {
                let letters = letters.sorted().into_iter().map(String::from);
                Ok(std::iter::once(String::new()).chain(letters).collect())
            }
            Seen::Words(counts) => {
                let mut known: Vec<(&String, u32)> = counts
                    .iter()
                    .map(|(word, times)| (word, *times))
                    .filter(|(_, times)| *times >= OFTEN)
                    .collect();
                if known.is_empty() {
                    return Err(
                        "no word occurs twice, so that there is none to learn; tokens: characters reads \
                                texts letter by letter"
                            .into(),
                    );
                }
                known.sort_unstable_by(|(a, often), (b, seldom)| seldom.cmp(often).then(a.cmp(b)));
                known.truncate(form.vocabulary);
                let mut words: Vec<String> = known.into_iter().map(|(word, _)| word.clone()).collect();
                words.sort_unstable();
                Ok([String::new(), UNKNOWN.to_string()].into_iter().chain(words).collect())
            }
        }
    }
}

/// A text as the numbers of its last tokens among `tokens`, which are those of [`Seen::tokens`]; shorter texts have zeros in
/// front, so that a recurrent network ends with the text's last token. Characters that are not known are left out; a word
/// that is not known is [`UNKNOWN`].
pub fn encode(text: &str, form: &TextForm, tokens: &[String]) -> Vec<f32> {
    let mut row = vec![0.0; form.length];
    let mut put = |numbers: &mut dyn Iterator<Item = f32>| {
        row.iter_mut().rev().zip(numbers).for_each(|(x, token)| *x = token);
    };
    match form.tokens {
        TextTokens::Characters => {
            put(&mut text
                .chars()
                .rev()
                .filter_map(|letter| character(letter, tokens))
                .map(|token| token as f32));
        }
        TextTokens::Words => {
            put(&mut words_from_end(text)
                .map(|word| known_word(&word, tokens).map_or(UNKNOWN_TOKEN, |token| token as f32)));
        }
    }
    row
}

/// How many tokens a text has, and how many of them are none of these.
pub fn unknown(text: &str, form: &TextForm, tokens: &[String]) -> (usize, usize) {
    let counted = |are_known: &mut dyn Iterator<Item = bool>| {
        are_known.fold((0, 0), |(all, unknown), is_known| (all + 1, unknown + usize::from(!is_known)))
    };
    match form.tokens {
        TextTokens::Characters => {
            counted(&mut text.chars().map(|letter| character(letter, tokens).is_some()))
        }
        TextTokens::Words => {
            counted(&mut words_from_end(text).map(|word| known_word(&word, tokens).is_some()))
        }
    }
}

/// How many words a text has, punctuation marks among them.
pub fn words(text: &str) -> usize {
    text.split_word_bounds().filter(|word| !word.trim().is_empty()).count()
}

/// The number of a character among these tokens, which are in ascending order.
fn character(letter: char, tokens: &[String]) -> Option<usize> {
    let mut bytes = [0; 4];
    let wanted: &str = letter.encode_utf8(&mut bytes);
    tokens.binary_search_by(|token| token.as_str().cmp(wanted)).ok()
}

fn known_word(word: &str, tokens: &[String]) -> Option<usize> {
    let words = tokens.get(BEFORE_WORDS..).unwrap_or_default();
    words.binary_search_by(|token| token.as_str().cmp(word)).ok().map(|place| place + BEFORE_WORDS)
}

/// Whether these tokens are words.
pub fn are_words(tokens: &[String]) -> bool {
    tokens.get(UNKNOWN_TOKEN as usize).is_some_and(|token| token == UNKNOWN)
}

/// Tokens as a person reads them: words with blanks between them, characters without.
pub fn in_words<'a>(numbers: impl Iterator<Item = &'a f32>, tokens: &[String]) -> String {
    let texts: Vec<&str> = numbers
        .map(|number| tokens.get(*number as usize).map_or("", String::as_str))
        .filter(|text| !text.is_empty())
        .collect();
    texts.join(if are_words(tokens) { " " } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_words(length: usize, vocabulary: usize) -> TextForm {
        TextForm { tokens: TextTokens::Words, length, vocabulary }
    }

    fn seen(texts: &[&str], form: &TextForm) -> Vec<String> {
        let mut seen = Seen::new(form.tokens);
        for text in texts {
            seen.add(text);
        }
        seen.tokens(form).unwrap()
    }

    #[test]
    fn words_are_cut_where_unicode_cuts_them_and_punctuation_marks_are_words() {
        let cut = |text: &str| {
            let mut words: Vec<String> = words_from_end(text).collect();
            words.reverse();
            words
        };
        // The example of Unicode's Annex 29, table 1.
        assert_eq!(
            cut("The quick (“brown”) fox can’t jump 32.3 feet, right?"),
            [
                "the", "quick", "(", "“", "brown", "”", ")", "fox", "can’t", "jump", "32.3", "feet", ",",
                "right", "?"
            ]
        );
        assert_eq!(cut("  "), [""; 0]);
    }

    #[test]
    fn words_that_occur_once_are_unknown_and_the_most_frequent_are_kept() {
        let texts = ["good good film", "bad film", "Film, a bad one", "unique"];
        assert_eq!(seen(&texts, &by_words(4, 9)), ["", UNKNOWN, "bad", "film", "good"]);
        let two = by_words(4, 2);
        let tokens = seen(&texts, &two);
        // "film" occurs three times, "bad" and "good" twice: the first in the order of the alphabet is kept.
        assert_eq!(tokens, ["", UNKNOWN, "bad", "film"]);
        assert_eq!(encode("GOOD film", &two, &tokens), [0.0, 0.0, 1.0, 3.0]);
        assert_eq!(encode("a very bad film, bad", &two, &tokens), [2.0, 3.0, 1.0, 2.0]);
        assert_eq!((unknown("a bad film", &two, &tokens), words("a bad film!")), ((3, 1), 4));
        assert_eq!(in_words([0.0, 1.0, 3.0].iter(), &tokens), "<unknown> film");
        let mut once = Seen::new(TextTokens::Words);
        once.add("all words differ");
        assert!(once.tokens(&two).unwrap_err().starts_with("no word occurs twice"));
    }

    #[test]
    fn characters_keep_their_case_and_unknown_ones_are_left_out() {
        let form = TextForm { tokens: TextTokens::Characters, length: 3, vocabulary: 9 };
        let tokens = seen(&["abA"], &form);
        assert_eq!(tokens, ["", "A", "a", "b"]);
        assert_eq!(encode("xbA", &form, &tokens), [0.0, 3.0, 1.0]);
        assert_eq!(unknown("xbA", &form, &tokens), (3, 1));
        assert_eq!(in_words([0.0, 3.0, 1.0].iter(), &tokens), "bA");
    }
}
