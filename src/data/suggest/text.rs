//! Presets for texts: with a class a line, or as a whole.

use std::path::Path;

use super::found::Found;
use super::network::{End, Network, WEIGHT_DECAY, batch};
use crate::data::{self, Error, own};
use crate::preset::{LabelledText, Offers, Source, TextFile, TextTokens};

/// Characters of a line that are read, and characters that a language model learns to go on from.
pub(super) const LENGTH: usize = 100;

/// Characters that a language model begins with.
const PROMPT: usize = 10;

/// Texts have to be at least so many, and half of them to have so many words, for their words to be learned: names and single words
/// differ in their letters.
const FEWEST_TEXTS: usize = 200;
const FEWEST_WORDS: usize = 4;
/// Words of a text that are read: as many as nineteen of twenty texts have, but not fewer or more than this.
const WORDS_READ: (usize, usize) = (8, 256);

/// Looks at a text: lines of a class, a tab and a text, or any other.
pub(super) fn look(file: &str) -> Result<Found, Error> {
    match look_at_lines(file) {
        Ok(found) => Ok(found),
        Err(_) => {
            let offers = data::offers(&TextFile { file: file.into(), steps: LENGTH }.into())?;
            // What is written in training begins as the text does.
            let prompt: String = data::import::text::read(Path::new(file))?.chars().take(PROMPT).collect();
            Ok(plain(file, &prompt, offers))
        }
    }
}

/// Looks at lines of a class, a tab and a text.
pub(super) fn look_at_lines(file: &str) -> Result<Found, Error> {
    let whole = LabelledText { length: LENGTH, ..LabelledText::of(file.into()) };
    let (tokens, length) = how_to_read(&whole.clone().into())?;
    let source = LabelledText { tokens, length, ..whole };
    let source = source.into();
    let Offers { tokens: known, target, samples, .. } = data::offers(&source)?;
    let network = reader(tokens, (known.unwrap_or_default(), samples), End::of(&target));
    let (comment, options) = written(tokens, length);
    let told = own::told(&source)?;
    let data = vec![
        format!("// {comment}"),
        format!("source: labelled_text(file: {file:?}, {options}),"),
        "test: 0.2, validation: 0.1,".into(),
        network.end.labels.into(),
    ];
    Ok(Found {
        title: format!("{samples} texts with a class each"),
        data,
        network,
        targets: Vec::new(),
        reason: None,
        told,
    })
}

/// Whether the texts of a source are better read word by word, and how many of their last tokens.
///
/// # Errors
/// When they cannot be read.
pub(super) fn how_to_read(source: &Source) -> Result<(TextTokens, usize), Error> {
    let mut counts = own::words_of_texts(source)?;
    counts.sort_unstable();
    let at = |share: usize| counts.get(counts.len() * share / 100).copied().unwrap_or_default();
    Ok(match counts.len() >= FEWEST_TEXTS && at(50) >= FEWEST_WORDS {
        true => (TextTokens::Words, at(95).clamp(WORDS_READ.0, WORDS_READ.1)),
        false => (TextTokens::Characters, LENGTH),
    })
}

/// What a preset says of texts that are read so, and why.
pub(super) fn written(tokens: TextTokens, length: usize) -> (String, String) {
    match tokens {
        TextTokens::Characters => {
            (format!("The last {length} characters of each text are read."), format!("length: {length}"))
        }
        TextTokens::Words => (
            format!(
                "The last {length} words of each text are read: 19 of 20 texts have no more. Words that occur once are not learned."
            ),
            format!("tokens: words, length: {length}"),
        ),
    }
}

/// The network that reads `samples` texts of so many different tokens, `known`, and ends so.
pub(super) fn reader(tokens: TextTokens, (known, samples): (usize, usize), end: End) -> Network {
    match tokens {
        TextTokens::Characters => Network {
            reasons: vec![format!(
                "{known} different characters become 32 numbers each; an LSTM reads them in both directions."
            )],
            procedure: String::new(),
            layers: vec![
                format!("Embedding(input_dim: {known}, output_dim: 32),"),
                "Bidirectional(LSTM(units: 64)),".into(),
                "Dropout(rate: 0.3),".into(),
            ],
            end,
            learning_rate: 0.003,
            weight_decay: WEIGHT_DECAY,
            epochs: 50,
            batch: 32,
        },
        TextTokens::Words => Network {
            reasons: vec![
                format!(
                    "{known} words become 32 numbers each; a GRU reads them in both directions. What it learns by heart"
                ),
                "is held back by leaving out half of these numbers.".into(),
            ],
            procedure: String::new(),
            layers: vec![
                format!("Embedding(input_dim: {known}, output_dim: 32),"),
                "SpatialDropout1D(rate: 0.5),".into(),
                "Bidirectional(GRU(units: 32)),".into(),
                "Dropout(rate: 0.5),".into(),
            ],
            end,
            learning_rate: 0.002,
            weight_decay: WEIGHT_DECAY,
            // Few texts are passed through more often.
            epochs: (60_000 / samples.max(1)).clamp(20, 150),
            batch: batch(samples).min(64),
        },
    }
}

fn plain(file: &str, prompt: &str, offers: Offers) -> Found {
    let Offers { tokens, target, samples, .. } = offers;
    let letters = tokens.unwrap_or_default();
    let units = if samples < 200_000 { 128 } else { 256 };
    let network = Network {
        reasons: vec![format!(
            "{letters} different characters become 32 numbers each; an LSTM says which comes next, and goes on from batch to batch."
        )],
        // What is asked about a text is how it goes on.
        procedure: format!("language(prompt: {prompt:?})"),
        layers: vec![
            format!("Embedding(input_dim: {letters}, output_dim: 32),"),
            format!("LSTM(units: {units}, return_sequences: true, stateful: true),"),
            "Dropout(rate: 0.3),".into(),
        ],
        end: End::of(&target),
        learning_rate: 0.003,
        weight_decay: WEIGHT_DECAY,
        epochs: 30,
        batch: 32,
    };
    let data = vec![
        format!("source: text_file(file: {file:?}, steps: {LENGTH}),"),
        "test: 0.1, validation: 0.1,".into(),
        network.end.labels.into(),
    ];
    Found {
        title: format!("A text of {samples} characters"),
        data,
        network,
        targets: Vec::new(),
        reason: None,
        told: Vec::new(),
    }
}
