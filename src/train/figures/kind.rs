//! What a figure is to the list of them.

use super::subject::Subject;
use crate::data::Splits;
use crate::preset::Preset;
use crate::train::error::Error;
use crate::train::figure::{Controls, Figure, FigureInfo};

/// A kind of figure: whether a preset has it, and how it is worked out.
pub(super) struct Kind {
    /// What it is called and which knobs it has; `None` where it does not make sense.
    pub info: fn(&Preset, &Splits) -> Option<FigureInfo>,
    /// Works it out.
    pub draw: fn(&Controls, &mut Subject) -> Result<Figure, Error>,
    /// Its name.
    pub name: &'static str,
}
