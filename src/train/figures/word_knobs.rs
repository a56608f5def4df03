//! The knobs of figures about the words of a table's columns: which column, and which word, by its number or by typing.

use crate::data::pairs::Side;
use crate::train::figure::{Controls, Knob};

/// Which column; `None` where there is one.
pub(super) fn column_knob(sides: &[Side]) -> Option<Knob> {
    let names = || sides.iter().map(|side| side.name.clone()).collect();
    (sides.len() > 1).then(|| Knob::Item { label: "column".into(), count: sides.len(), names: names() })
}

/// Which word.
pub(super) fn word_knobs(sides: &[Side]) -> [Knob; 2] {
    let most = sides.iter().map(|side| side.words.len()).max().unwrap_or(1);
    let number = Knob::Level { label: "word".into(), from: 1.0, to: most as f64, start: 1.0, step: 1.0 };
    [number, Knob::Text { label: "part of a word".into(), start: String::new() }]
}

/// The column that is chosen; `None` where it has no words.
pub(super) fn chosen<'a>(sides: &'a [Side], at: &Controls) -> Option<&'a Side> {
    sides.get(at.item).or(sides.first()).filter(|side| !side.words.is_empty())
}

/// The place of the word that is chosen, the knobs as they are then, and what is said of it.
pub(super) fn place_of(side: &Side, at: &Controls) -> (usize, Controls, Vec<String>) {
    let last = side.words.len() - 1;
    let by_number = (at.level.max(1.0) as usize - 1).min(last);
    let is_typed = !at.text.trim().is_empty();
    let found = is_typed.then(|| side.find(&at.text)).flatten();
    let note = match (is_typed, found) {
        (true, None) => Some(format!("no '{}' has '{}' in it", side.name, at.text.trim())),
        (true, Some(_)) => Some("the first that fits; empty the text to choose by number".into()),
        (false, _) => None,
    };
    let place = found.unwrap_or(by_number);
    let at = Controls { level: (place + 1) as f64, ..at.clone() };
    (place, at, note.into_iter().collect())
}
