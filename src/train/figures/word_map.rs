//! A map of the vectors that a network learned for the words of a table's column: two words near each other mean much the same to
//! it. The two axes are the principal components of the vectors.

use super::kind::Kind;
use super::principal::principal;
use super::subject::Subject;
use super::word_knobs::{chosen, column_knob, place_of, word_knobs};
use crate::data::Splits;
use crate::data::pairs::Side;
use crate::preset::{Preset, Senate, Source};
use crate::train::error::Error;
use crate::train::figure::{Body, Controls, Figure, FigureInfo, Panel, Point};

const NAME: &str = "word-map";
/// Words that are listed as the nearest.
const LISTED: usize = 20;
/// The most words on the map.
const MOST: usize = 5000;

/// This kind of figure.
pub(super) const KIND: Kind = Kind { info, draw, name: NAME };

fn info(_: &Preset, splits: &Splits) -> Option<FigureInfo> {
    let sides = Side::all(splits.train.table()?);
    (!sides.is_empty()).then(|| FigureInfo {
        name: NAME.into(),
        title: "Map of words".into(),
        knobs: column_knob(&sides).into_iter().chain(word_knobs(&sides)).collect(),
    })
}

/// The vectors that a network learned for the words of a column.
struct Vectors {
    size: usize,
    /// Word by word.
    numbers: Vec<f32>,
}

impl Vectors {
    fn of(subject: &Subject, side: &Side) -> Result<Self, Error> {
        let end = format!("feature_{}/embeddings", side.feature);
        let table = subject.model.find_parameter(&|path| path.ends_with(&end))?;
        let (_, shape, all) = table.ok_or_else(|| Error::NoFigure(NAME.into()))?;
        let size = shape.last().copied().unwrap_or(1).max(1);
        let rows = side.numbers.iter().flat_map(|number| all.iter().skip(number * size).take(size));
        Ok(Vectors { size, numbers: rows.copied().collect() })
    }

    fn of_word(&self, word: usize) -> &[f32] {
        &self.numbers[word * self.size..][..self.size]
    }

    /// The cosine of the angle between two words' vectors; 0 where one of them has no length.
    fn likeness(&self, one: usize, other: usize) -> f64 {
        let dot = |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum() };
        let (one, other) = (self.of_word(one), self.of_word(other));
        let lengths = (dot(one, one) * dot(other, other)).sqrt();
        if lengths > 0.0 { dot(one, other) / lengths } else { 0.0 }
    }
}

fn draw(at: &Controls, subject: &mut Subject) -> Result<Figure, Error> {
    let sides = subject.splits.train.table().map(Side::all).unwrap_or_default();
    let side = chosen(&sides, at).ok_or_else(|| Error::NoFigure(NAME.into()))?;
    let (word, at, mut notes) = place_of(side, at);
    let vectors = Vectors::of(subject, side)?;
    let groups = groups(subject.preset, side);
    let shown = side.words.len().min(MOST);
    let map = principal(&vectors.numbers[..shown * vectors.size], vectors.size);
    let mut classes: Vec<String> = groups.names;
    if classes.is_empty() {
        classes.push(side.name.clone());
    }
    let own = classes.len() as u8;
    classes.push(side.words[word].clone());
    // The chosen word is drawn last, on top of the others.
    let order = (0..shown).filter(|other| *other != word).chain((word < shown).then_some(word));
    let points = order.map(|other| Point {
        x: map.places[other][0],
        y: map.places[other][1],
        class: if other == word { own } else { groups.of.get(other).copied().unwrap_or(0) },
    });
    let label = |axis: usize| format!("axis {} ({:.0}%)", axis + 1, 100.0 * map.shares[axis]);
    let scatter = Body::Scatter {
        x_label: label(0),
        y_label: label(1),
        points: points.collect(),
        classes,
        diagonal: false,
    };
    let mut like: Vec<(usize, f64)> = (0..side.words.len())
        .filter(|other| *other != word)
        .map(|other| (other, vectors.likeness(word, other)))
        .collect();
    like.sort_by(|a, b| b.1.total_cmp(&a.1));
    let row = |(other, like): &(usize, f64)| vec![side.words[*other].clone(), format!("{like:+.3}")];
    let table =
        |rows: Vec<Vec<String>>| Body::Table { header: vec![side.name.clone(), "cosine".into()], rows };
    let unlike = like.iter().rev().take(LISTED).map(row).collect();
    let like = like.iter().take(LISTED).map(row).collect();
    notes.push(format!(
        "{} words of '{}', a vector of {} numbers each; the axes are its principal components, with their shares of the variance",
        side.words.len(),
        side.name,
        vectors.size
    ));
    if shown < side.words.len() {
        notes.push(format!("the map has the first {shown}"));
    }
    let panels = vec![
        Panel { title: format!("Where '{}' is among the others", side.words[word]), body: scatter },
        Panel { title: "Most alike".into(), body: table(like) },
        Panel { title: "Least alike".into(), body: table(unlike) },
    ];
    Ok(Figure { name: NAME.into(), at, step: subject.step, notes, panels })
}

/// What is known of words beside their vectors, by which they are coloured.
#[derive(Default)]
struct Groups {
    names: Vec<String>,
    /// The group of each word; empty where nothing is known.
    of: Vec<u8>,
}

fn groups(preset: &Preset, side: &Side) -> Groups {
    let is_senate = matches!(preset.data.source, Source::Senate(_)) && side.name == Senate::COLUMNS[0];
    if !is_senate {
        return Groups::default();
    }
    let mut groups = Groups::default();
    for word in &side.words {
        let party = Senate::party(word).unwrap_or("other");
        let place = groups.names.iter().position(|name| name == party).unwrap_or_else(|| {
            groups.names.push(party.into());
            groups.names.len() - 1
        });
        groups.of.push(place as u8);
    }
    groups
}
