//! Presets for texts: with a class a line, or as a whole.

use super::found::Found;
use super::network::{End, Network};
use crate::data::{self, Error};
use crate::preset::{LabelledText, Offers, TargetKind, TextFile};

/// Characters of a line that are read, and characters that a language model learns to go on from.
pub(super) const LENGTH: usize = 100;

/// Looks at a text: lines of a class, a tab and a text, or any other.
pub(super) fn look(file: &str) -> Result<Found, Error> {
    match data::offers(&LabelledText { file: file.into(), length: LENGTH }.into()) {
        Ok(offers) => Ok(labelled(file, offers)),
        Err(_) => Ok(plain(file, data::offers(&TextFile { file: file.into(), steps: LENGTH }.into())?)),
    }
}

/// Looks at lines of a class, a tab and a text.
pub(super) fn look_at_lines(file: &str) -> Result<Found, Error> {
    Ok(labelled(file, data::offers(&LabelledText { file: file.into(), length: LENGTH }.into())?))
}

fn labelled(file: &str, offers: Offers) -> Found {
    let Offers { tokens, target, samples, .. } = offers;
    let letters = tokens.unwrap_or_default();
    let network = reader(letters, &target);
    let data = vec![
        format!("// The last {LENGTH} characters of each text are read."),
        format!("source: labelled_text(file: {file:?}, length: {LENGTH}),"),
        "test: 0.2, validation: 0.1,".into(),
        network.end.labels.into(),
    ];
    Found {
        title: format!("{samples} texts with a class each"),
        data,
        network,
        targets: Vec::new(),
        reason: None,
        told: Vec::new(),
    }
}

/// The network that reads texts of so many different characters, and tells their classes apart.
pub(super) fn reader(letters: usize, target: &TargetKind) -> Network {
    Network {
        reasons: vec![format!(
            "{letters} different characters become 32 numbers each; an LSTM reads them in both directions."
        )],
        layers: vec![
            format!("Embedding(input_dim: {letters}, output_dim: 32),"),
            "Bidirectional(LSTM(units: 64)),".into(),
            "Dropout(rate: 0.3),".into(),
        ],
        end: End::of(target),
        learning_rate: 0.003,
        epochs: 50,
        batch: 32,
    }
}

fn plain(file: &str, offers: Offers) -> Found {
    let Offers { tokens, target, samples, .. } = offers;
    let letters = tokens.unwrap_or_default();
    let units = if samples < 200_000 { 128 } else { 256 };
    let network = Network {
        reasons: vec![format!(
            "{letters} different characters become 32 numbers each; an LSTM says which comes next, and goes on from batch to batch."
        )],
        layers: vec![
            format!("Embedding(input_dim: {letters}, output_dim: 32),"),
            format!("LSTM(units: {units}, return_sequences: true, stateful: true),"),
            "Dropout(rate: 0.3),".into(),
        ],
        end: End::of(&target),
        learning_rate: 0.003,
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
