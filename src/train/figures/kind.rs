//! The entry of a figure in the list of figures.

use super::subject::Subject;
use crate::data::Splits;
use crate::preset::Preset;
use crate::train::error::Error;
use crate::train::figure::{Controls, Figure, FigureInfo};

/// A kind of figure: whether a preset has it, and how it is computed.
pub(super) struct Kind {
    /// Its name, title and knobs; `None` where it does not make sense.
    pub info: fn(&Preset, &Splits) -> Option<FigureInfo>,
    /// Computes the figure.
    pub draw: fn(&Controls, &mut Subject) -> Result<Figure, Error>,
    /// Its name.
    pub name: &'static str,
}
