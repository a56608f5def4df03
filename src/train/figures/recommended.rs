//! What a network over pairs of words says to those that it has not learned: what a user would say to each item.

use super::kind::Kind;
use super::subject::Subject;
use super::word_knobs::{chosen, column_knob, place_of, word_knobs};
use crate::data::Splits;
use crate::data::pairs::Pairs;
use crate::nn::buffer::Buffer;
use crate::preset::Preset;
use crate::train::digits::plain;
use crate::train::error::Error;
use crate::train::figure::{Body, Controls, Figure, FigureInfo, Panel};

const NAME: &str = "recommended";
/// Items that are listed at each end.
const LISTED: usize = 30;

/// This kind of figure.
pub(super) const KIND: Kind = Kind { info, draw, name: NAME };

fn info(_: &Preset, splits: &Splits) -> Option<FigureInfo> {
    let pairs = Pairs::of(splits.train.table()?)?;
    Some(FigureInfo {
        name: NAME.into(),
        title: "Recommended".into(),
        knobs: column_knob(&pairs.columns).into_iter().chain(word_knobs(&pairs.columns)).collect(),
    })
}

fn draw(at: &Controls, subject: &mut Subject) -> Result<Figure, Error> {
    let missing = || Error::NoFigure(NAME.into());
    let pairs = subject.splits.train.table().and_then(Pairs::of).ok_or_else(missing)?;
    let side = chosen(&pairs.columns, at).ok_or_else(missing)?;
    let column = usize::from(*side != pairs.columns[0]);
    let others = &pairs.columns[1 - column];
    let (word, at, mut notes) = place_of(side, at);
    let splits = subject.splits;
    let number = side.numbers[word];
    let mut learned = pairs.known(&*splits.train, column, number)?;
    learned.extend(pairs.known(&*splits.validation, column, number)?);
    let tested = pairs.known(&*splits.test, column, number)?;
    let open: Vec<usize> =
        (0..others.words.len()).filter(|other| !learned.contains_key(&others.numbers[*other])).collect();
    let inputs = open.iter().flat_map(|other| pairs.row(column, number, others.numbers[*other]));
    let outputs = subject.model.predict(Buffer::from(inputs.collect::<Vec<f32>>()), open.len())?;
    let width = subject.model.output_width().max(1);
    let scale = splits.test.target_scales().first().copied();
    let classes = splits.test.classes();
    let restore = |value: f32| scale.map_or(f64::from(value), |scale| scale.restore(value));
    // The value, or the last class's probability.
    let says = outputs.chunks_exact(width).filter_map(|row| row.last().map(|value| restore(*value)));
    let mut said: Vec<(usize, f64)> = open.iter().copied().zip(says).collect();
    said.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let true_word = |other: usize| match tested.get(&others.numbers[other]) {
        Some(truth) if classes.is_empty() => plain(restore(*truth)),
        Some(truth) => classes.get(*truth as usize).cloned().unwrap_or_default(),
        None => String::new(),
    };
    let what = match classes.last() {
        Some(class) => class.clone(),
        None => splits.test.label().unwrap_or("predicted").to_string(),
    };
    let shown = |value: f64| if classes.is_empty() { plain(value) } else { format!("{:.1}%", 100.0 * value) };
    let row =
        |(other, value): &(usize, f64)| vec![shown(*value), true_word(*other), others.words[*other].clone()];
    let table = |rows| Body::Table { header: vec![what.clone(), "test".into(), others.name.clone()], rows };
    let least = said.iter().rev().take(LISTED).map(row).collect();
    let most = said.iter().take(LISTED).map(row).collect();
    notes.push(format!(
        "{}: {} of {} pairs were learned, {} are in the test set, {} are in neither",
        side.words[word],
        learned.len(),
        others.words.len(),
        tested.len(),
        open.len().saturating_sub(tested.len()),
    ));
    let panels = vec![
        Panel { title: "Highest".into(), body: table(most) },
        Panel { title: "Lowest".into(), body: table(least) },
    ];
    Ok(Figure { name: NAME.into(), at, step: subject.step, notes, panels })
}
