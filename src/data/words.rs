//! Words of six languages, embedded, letter by letter.

use std::collections::BTreeSet;

use super::Error;
use super::embedded::{Part, part};
use super::samples::Samples;

static WORDS: Part = part!("words/words.txt", "52c3f06aba92f64af8408eb8cbba1629", 629_838);

/// Letters of the longest word; shorter ones have zeros before their first letter, so that a recurrent network ends
/// with the last letter.
pub const STEPS: usize = 16;

/// All words, in the order of their languages' names: `[36000, 16]` tokens, 0 for no letter.
///
/// # Errors
/// When the embedded bytes are damaged.
pub fn samples() -> Result<Samples, Error> {
    let text = WORDS.text()?;
    let lines: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once('\t')).collect();
    let languages: BTreeSet<&str> = lines.iter().map(|(language, _)| *language).collect();
    let letters: BTreeSet<char> = lines.iter().flat_map(|(_, word)| word.chars()).collect();
    let tokens: Vec<String> =
        std::iter::once(String::new()).chain(letters.iter().map(ToString::to_string)).collect();
    let mut inputs = Vec::with_capacity(lines.len() * STEPS);
    for (_, word) in &lines {
        inputs.extend(encode(word, &tokens));
    }
    let number = |language: &str| languages.iter().take_while(|&&other| other < language).count() as u32;
    let of = lines.iter().map(|(language, _)| number(language)).collect();
    let names = languages.iter().map(ToString::to_string).collect();
    let captions = lines.iter().map(|(_, word)| (*word).to_string()).collect();
    Ok(Samples { tokens, captions, ..Samples::of_classes(vec![STEPS], inputs, of, names) })
}

/// Whether a letter is one of this set's, in lower case.
pub fn is_known(letter: char, tokens: &[String]) -> bool {
    letter.to_lowercase().all(|lower| tokens.iter().any(|token| *token == lower.to_string()))
}

/// A word as this set's tokens, by the set's own [`tokens`](super::Dataset::tokens): its last [`STEPS`] letters in lower
/// case; those the set does not know are left out.
pub fn encode(word: &str, tokens: &[String]) -> [f32; STEPS] {
    let number = |letter: String| tokens.iter().position(|token| *token == letter);
    let known: Vec<f32> = word
        .chars()
        .flat_map(char::to_lowercase)
        .filter_map(|letter| number(letter.to_string()).map(|token| token as f32))
        .collect();
    let mut row = [0.0; STEPS];
    let known = &known[known.len().saturating_sub(STEPS)..];
    row[STEPS - known.len()..].copy_from_slice(known);
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_thousand_words_of_each_language_and_none_twice() {
        let samples = samples().unwrap();
        let classes = samples.classes();
        assert!((0..6).all(|class| classes.iter().filter(|&&of| of == class).count() == 6000));
        assert_eq!(samples.captions.iter().collect::<BTreeSet<_>>().len(), 36_000);
        assert_eq!(samples.tokens.len(), 51);
    }

    #[test]
    fn a_word_ends_at_the_last_step() {
        let samples = samples().unwrap();
        let row = encode("Ñu!", &samples.tokens);
        assert_eq!(row[..14], [0.0; 14]);
        let letter = |step: usize| &samples.tokens[row[step] as usize][..];
        assert_eq!((letter(14), letter(15)), ("ñ", "u"));
        assert_eq!(encode(&samples.captions[0], &samples.tokens), samples.inputs[..16]);
    }
}
