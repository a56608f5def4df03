//! Sentences of reviews, embedded, word by word.

use super::Error;
use super::embedded::{Part, part};
use super::samples::Samples;
use super::tokens::{Seen, encode};
use crate::preset::Source;

static SENTENCES: Part = part!("sentiment/sentences.tsv", "28803145e1a4fad06593e5853fe37b01", 1_674_712);

/// All sentences, those of films first: `[14178, 40]` tokens, 0 for no word; negative (0) where the mean of people's ratings
/// is below 0, else positive (1).
///
/// # Errors
/// When the embedded bytes are damaged.
pub fn samples() -> Result<Samples, Error> {
    let wrong =
        |problem: String| Error::Broken { origin: format!("the embedded {}", SENTENCES.name), problem };
    let form = Source::Sentiment.text_form().ok_or_else(|| wrong("it is no text".into()))?;
    let text = SENTENCES.text()?;
    let (mut of, mut captions) = (Vec::new(), Vec::new());
    let mut seen = Seen::new(form.tokens);
    for line in text.lines() {
        let mut cells = line.splitn(3, '\t');
        let (Some(rating), Some(_), Some(sentence)) = (cells.next(), cells.next(), cells.next()) else {
            return Err(wrong(format!("'{line}' is not expected")));
        };
        of.push(u32::from(!rating.starts_with('-')));
        seen.add(sentence);
        captions.push(sentence.to_string());
    }
    let tokens = seen.tokens(&form).map_err(wrong)?;
    let inputs = captions.iter().flat_map(|sentence| encode(sentence, &form, &tokens)).collect();
    let names = vec!["negative".to_string(), "positive".to_string()];
    Ok(Samples { tokens, captions, ..Samples::of_classes(vec![form.length], inputs, of, names) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_sentences_of_each_mood_as_the_files_have() {
        let samples = samples().unwrap();
        // Counted with awk in the two files of vaderSentiment 3.3.2.
        let positive = samples.classes().iter().filter(|class| **class == 1).count();
        assert_eq!((samples.count(), positive), (14_178, 7_370));
        let offers = Source::Sentiment.built_in_offers().unwrap();
        assert_eq!((offers.tokens, offers.samples), (Some(samples.tokens.len()), samples.count()));
        assert_eq!(samples.captions[2], "Effective but too tepid biopic");
    }
}
