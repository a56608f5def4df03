//! What a chart is made of: curves, and which of their values are shown where.

use std::ops::Range;

use crate::preset::ReferenceLine;
use crate::tui::state::abscissa::Timeline;
use crate::tui::state::charts::ChartOptions;
use crate::tui::state::history::{Bucket, Series};
use crate::tui::state::mark::Mark;
use crate::tui::theme::Role;

/// One curve in the chart.
#[derive(Clone, Copy, Debug)]
pub struct Curve<'a> {
    /// Its name in the legend.
    pub name: &'a str,
    /// Its colour.
    pub role: Role,
    /// Its values.
    pub series: &'a Series,
    /// When its run made its steps.
    pub timeline: &'a Timeline,
    /// The weight of the past in its moving average; with 0 it is drawn as it is.
    pub smoothing: f64,
    /// Whether each value is marked: for values that come once per epoch.
    pub marked: bool,
}

/// What the numbers of a chart are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quantity {
    /// Numbers of any size.
    #[default]
    Number,
    /// Shares of one, written as percentages, at most 100%.
    Share,
}

/// A chart with axes, ticks and legend.
#[derive(Clone, Copy, Debug)]
pub struct Chart<'a> {
    /// The title in the frame.
    pub title: &'a str,
    /// The curves, the most important last: it is drawn on top.
    pub curves: &'a [Curve<'a>],
    /// Axes, smoothing, the part that is shown, the cursor.
    pub options: &'a ChartOptions,
    /// Whether the vertical axis is logarithmic.
    pub log_y: bool,
    /// What its numbers are.
    pub quantity: Quantity,
    /// The last step of the whole training; 0 where nobody knows.
    pub steps: u64,
    /// What happened, by the timeline of the first curve.
    pub marks: &'a [Mark],
    /// Lines to compare the curves with.
    pub references: &'a [ReferenceLine],
    /// What else is said in the lower border.
    pub notes: &'a [String],
    /// The text that is shown while there is nothing to draw.
    pub empty: &'a str,
}

/// A curve with the places of its values on the horizontal axis.
pub(super) struct Placed<'a> {
    pub curve: &'a Curve<'a>,
    pub xs: Vec<f64>,
    /// The values in the part of the axis that is shown.
    pub inside: Range<usize>,
}

impl Placed<'_> {
    /// The values in the part that is shown.
    pub(super) fn shown(&self) -> &[Bucket] {
        &self.curve.series.buckets()[self.inside.clone()]
    }

    /// The same with their neighbours on both sides, to which lines lead out of the picture.
    pub(super) fn reaching_out(&self) -> Range<usize> {
        self.inside.start.saturating_sub(1)..(self.inside.end + 1).min(self.xs.len())
    }

    /// The value that lies nearest to a place on the axis, and where it lies.
    pub(super) fn nearest(&self, x: f64) -> Option<(f64, Bucket)> {
        let after = self.xs.partition_point(|there| *there < x).min(self.xs.len().checked_sub(1)?);
        let before = after.saturating_sub(1);
        let place = if (x - self.xs[before]).abs() <= (self.xs[after] - x).abs() { before } else { after };
        Some((self.xs[place], self.curve.series.buckets()[place]))
    }
}

impl<'a> Chart<'a> {
    /// The curves that have values and places, with what is shown of them.
    pub(super) fn placed(&self) -> Vec<Placed<'a>> {
        let place = |curve: &'a Curve<'a>| {
            let steps = curve.series.buckets().iter().map(|bucket| bucket.step);
            let xs = curve.timeline.places(self.options.layout.along, steps);
            let inside = match self.options.view {
                Some((low, high)) => {
                    let from = xs.partition_point(|x| *x < low);
                    from..xs.partition_point(|x| *x <= high).max(from)
                }
                None => 0..xs.len(),
            };
            Placed { curve, xs, inside }
        };
        self.curves.iter().map(place).filter(|placed| !placed.xs.is_empty()).collect()
    }

    /// Whether there are values, but no places for them.
    pub(super) fn has_no_places(&self, placed: &[Placed]) -> bool {
        placed.is_empty() && self.curves.iter().any(|curve| curve.series.last().is_some())
    }
}
