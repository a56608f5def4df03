//! The figures of supervised trainings, one file each; procedures add their own. A figure that does not make sense for a
//! preset is not listed for it.

mod attention;
mod augmentation;
mod feature_maps;
mod first_layer;
mod forecast;
mod hidden_state;
mod kind;
mod letters;
mod per_class;
mod principal;
mod recommended;
mod regression;
mod saliency;
mod spectrogram;
mod subject;
mod surface;
#[cfg(test)]
mod tests;
mod threshold;
mod upright;
mod word_knobs;
mod word_map;
mod words;

use kind::Kind;
pub use per_class::{is_of_answers, of_answers};
pub use subject::{Subject, in_own_units};
pub use upright::{as_seen, text_of};

use super::error::Error;
use super::figure::{Controls, Figure, FigureInfo};
use crate::data::Splits;
use crate::preset::Preset;

/// All kinds of figures, in the order of the screen.
static KINDS: &[Kind] = &[
    surface::KIND,
    threshold::KIND,
    regression::KIND,
    forecast::KIND,
    letters::KIND,
    words::KIND,
    recommended::KIND,
    word_map::KIND,
    spectrogram::KIND,
    feature_maps::KIND,
    saliency::KIND,
    hidden_state::KIND,
    attention::KIND,
    first_layer::KIND,
    augmentation::KIND,
    per_class::KIND,
];

/// The figures that a preset has.
pub fn list(preset: &Preset, splits: &Splits) -> Vec<FigureInfo> {
    KINDS.iter().filter_map(|kind| (kind.info)(preset, splits)).collect()
}

/// Computes a figure; `None` when there is none of that name.
///
/// # Errors
/// When the device fails.
pub fn draw(name: &str, at: &Controls, mut subject: Subject) -> Result<Option<Figure>, Error> {
    let kind = KINDS.iter().find(|kind| kind.name == name);
    kind.map(|kind| (kind.draw)(at, &mut subject)).transpose()
}
