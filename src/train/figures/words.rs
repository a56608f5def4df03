//! Which words of a text decided: how much less likely the verdict is without each of them (Li, Monroe, Jurafsky 2016:
//! erasure).

use super::kind::Kind;
use super::subject::Subject;
use super::subject::verdict;
use crate::data::{Splits, tokens};
use crate::nn::buffer::Buffer;
use crate::preset::{Preset, TextTokens};
use crate::train::error::Error;
use crate::train::evaluation::largest;
use crate::train::figure::{Body, Controls, Figure, FigureInfo, Knob, Panel};

const NAME: &str = "words";
/// Words that are listed with their shares.
const LISTED: usize = 8;

/// This kind of figure.
pub(super) const KIND: Kind = Kind { info, draw, name: NAME };

fn info(preset: &Preset, splits: &Splits) -> Option<FigureInfo> {
    let reads_words = preset.data.source.text_form().is_some_and(|form| form.tokens == TextTokens::Words);
    (reads_words && !splits.train.classes().is_empty()).then(|| FigureInfo {
        name: NAME.into(),
        title: "Which words decided".into(),
        knobs: vec![Knob::Sample, Knob::Text { label: "text".into(), start: String::new() }],
    })
}

fn draw(at: &Controls, subject: &mut Subject) -> Result<Figure, Error> {
    let form = subject.preset.data.source.text_form().ok_or_else(|| Error::NoFigure(NAME.into()))?;
    let test = &*subject.splits.test;
    let (known, classes) = (test.tokens().to_vec(), test.classes().to_vec());
    let is_typed = !at.text.trim().is_empty();
    let (at, name, row) = match is_typed {
        true => {
            let row = tokens::encode(&at.text, &form, &known);
            (at.clone(), "your text; empty it to see the test set's".to_string(), row)
        }
        false => {
            let chosen = subject.sample(at)?;
            let at = Controls { position: chosen.index as i64, ..at.clone() };
            (at, format!("{}   type a text of your own", chosen.name), chosen.batch.inputs)
        }
    };
    let read: Vec<f32> = row.iter().copied().filter(|token| *token > 0.0).collect();
    // The text, then without each of its words.
    let without = |left_out: Option<usize>| {
        let kept = read.iter().enumerate().filter(move |(place, _)| Some(*place) != left_out);
        let kept: Vec<f32> = kept.map(|(_, token)| *token).collect();
        let filled = vec![0.0; form.length.saturating_sub(kept.len())];
        [filled, kept].concat()
    };
    let rows: Vec<f32> = std::iter::once(None).chain((0..read.len()).map(Some)).flat_map(without).collect();
    let width = subject.model.output_width().max(1);
    subject.model.reset_prediction_state();
    let outputs = subject.model.predict(Buffer::from(rows), 1 + read.len())?;
    let mut outputs = outputs.chunks_exact(width);
    let whole = outputs.next().unwrap_or_default();
    // Of a single output the verdict is the second class from one half on.
    let class =
        if width == 1 { usize::from(whole.first().is_some_and(|p| *p >= 0.5)) } else { largest(whole) };
    let probability = |output: &[f32]| match *output {
        [second] if class == 0 => 1.0 - second,
        [second] => second,
        ref all => all.get(class).copied().unwrap_or_default(),
    };
    let sure = probability(whole);
    let shares: Vec<f32> = outputs.map(|output| sure - probability(output)).collect();
    let words: Vec<String> =
        read.iter().map(|token| known.get(*token as usize).cloned().unwrap_or_default()).collect();
    let title = classes.get(class).map_or("the verdict", |name| name);
    let most = shares.iter().fold(1e-3_f32, |most, share| most.max(share.abs()));
    let mut order: Vec<usize> = (0..words.len()).collect();
    order.sort_by(|a, b| shares[*b].abs().total_cmp(&shares[*a].abs()));
    let listed = order.iter().take(LISTED).map(|&place| {
        let share = 100.0 * shares[place];
        vec![words[place].clone(), format!("{share:+.1}")]
    });
    let listed = Body::Table { header: vec!["word".into(), "points".into()], rows: listed.collect() };
    let text = if is_typed { at.text.trim().to_string() } else { tokens::in_words(read.iter(), &known) };
    let heat = Body::Heatmap {
        values: shares,
        columns: 1,
        range: (-most, most),
        rows_named: words,
        columns_named: Vec::new(),
    };
    let mut panels = vec![
        Panel { title: format!("What each word adds to '{title}'"), body: heat },
        Panel { title: "Percentage points".into(), body: listed },
        verdict(&classes, whole),
        Panel { title: "Text".into(), body: Body::Text(text) },
    ];
    if read.is_empty() {
        panels.drain(..2);
    }
    let unknown = read.iter().filter(|token| **token == tokens::UNKNOWN_TOKEN).count();
    let mut notes = vec![name];
    if unknown > 0 {
        notes.push(format!("{unknown} of {} words are not known, and count as one word", read.len()));
    }
    notes.push(format!("how much less sure of '{title}' the network is without a word"));
    Ok(Figure { name: NAME.into(), at, step: subject.step, notes, panels })
}
