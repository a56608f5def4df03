//! One unit of one layer, with the layer's numbers for one sample.

use crate::preset::layers::Placed;
use crate::train::error::Error;

/// The layer's parameters by their names within it, with their shapes.
pub(super) type Parameters<'a> = &'a dyn Fn(&str) -> Result<Option<(Vec<usize>, Vec<f32>)>, Error>;

/// A layer's numbers for one sample.
pub(super) struct Site<'a> {
    /// The layer at its place.
    pub place: &'a Placed,
    /// What comes in.
    pub input: &'a [f32],
    /// What goes out.
    pub output: &'a [f32],
    /// The state after every step, where the layer is recurrent.
    pub states: Option<&'a [f32]>,
    /// The unit: a place on the output's last axis.
    pub unit: usize,
}

impl Site<'_> {
    /// The place on the axes before the last at which the unit gives most; the first of several.
    pub fn strongest(&self) -> usize {
        let width = self.width();
        let places = (0..self.output.len() / width).map(|place| self.output[place * width + self.unit]);
        places
            .enumerate()
            .fold((0, f32::NEG_INFINITY), |best, (place, y)| if y > best.1 { (place, y) } else { best })
            .0
    }

    /// The length of the output's last axis.
    pub fn width(&self) -> usize {
        self.place.output.last().copied().unwrap_or(1).max(1)
    }

    /// What the unit gives at a place on the axes before the last.
    pub fn at(&self, place: usize) -> f64 {
        self.output.get(place * self.width() + self.unit).copied().map_or(f64::NAN, f64::from)
    }
}
