//! A word that a person types, letter by letter: how the classes' probabilities change with each letter.

use super::kind::Kind;
use super::subject::Subject;
use super::subject::verdict;
use crate::data::{Splits, words};
use crate::nn::buffer::Buffer;
use crate::preset::Preset;
use crate::train::error::Error;
use crate::train::figure::{Body, Controls, Figure, FigureInfo, Knob, Panel};

const NAME: &str = "letters";

/// This kind of figure.
pub(super) const KIND: Kind = Kind { info, draw, name: NAME };

fn info(_: &Preset, splits: &Splits) -> Option<FigureInfo> {
    let train = &*splits.train;
    let is_words =
        !train.tokens().is_empty() && !train.classes().is_empty() && *train.input_shape() == [words::STEPS];
    is_words.then(|| FigureInfo {
        name: NAME.into(),
        title: "Letter by letter".into(),
        knobs: vec![Knob::Text { label: "word".into(), start: "wunderbar".into() }],
    })
}

fn draw(at: &Controls, subject: &mut Subject) -> Result<Figure, Error> {
    let test = &*subject.splits.test;
    let (tokens, classes) = (test.tokens().to_vec(), test.classes().to_vec());
    let known = |letter: &char| {
        letter.to_lowercase().any(|lower| tokens.iter().any(|token| *token == lower.to_string()))
    };
    let letters: Vec<char> = at.text.chars().filter(known).take(words::STEPS).collect();
    let left_out = at.text.chars().filter(|letter| !known(letter)).count();
    if letters.is_empty() {
        let notes = vec!["press Enter to type a word".into()];
        return Ok(Figure {
            name: NAME.into(),
            at: at.clone(),
            step: subject.step,
            notes,
            panels: Vec::new(),
        });
    }
    let mut inputs = Vec::with_capacity(letters.len() * words::STEPS);
    for end in 1..=letters.len() {
        let start: String = letters[..end].iter().collect();
        inputs.extend(words::encode(&start, &tokens));
    }
    let width = subject.model.output_width();
    subject.model.reset_prediction_state();
    let outputs = subject.model.predict(Buffer::from(inputs), letters.len())?;
    let values =
        (0..width).flat_map(|class| outputs.iter().skip(class).step_by(width).copied()).collect::<Vec<f32>>();
    let whole = outputs.chunks_exact(width).last().unwrap_or_default();
    let mut notes = vec![format!(
        "how likely each language is after each letter of {:?}",
        letters.iter().collect::<String>()
    )];
    if left_out > 0 {
        notes.push(format!("characters left out because the data does not have them: {left_out}"));
    }
    let heat = Body::Heatmap {
        values,
        columns: letters.len(),
        range: (0.0, 1.0),
        rows_named: classes.clone(),
        columns_named: letters.iter().map(ToString::to_string).collect(),
    };
    let panels =
        vec![Panel { title: "Probability after each letter".into(), body: heat }, verdict(&classes, whole)];
    Ok(Figure { name: NAME.into(), at: at.clone(), step: subject.step, notes, panels })
}
