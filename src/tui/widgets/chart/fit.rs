//! Which values the vertical axis covers.

use crate::tui::state::charts::Fit;
use crate::tui::state::history::Bucket;
use crate::tui::widgets::axis::{self, Axis};

use super::curves::{Chart, Placed, Quantity};

/// How many times larger the range of all values is than that of all but the largest hundredth, when these are folded
/// unasked.
const FAR_OUT: f64 = 20.0;

/// The share of the values that are not folded.
const USUAL: f64 = 0.99;

/// Smallest and largest value: those that the axis covers, and those that there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    pub shown: (f64, f64),
    pub whole: (f64, f64),
}

impl Extent {
    pub(super) fn folds(&self) -> bool {
        self.shown != self.whole
    }
}

impl Chart<'_> {
    /// The extent of the values in the part that is shown, or where none lie there, of all, with that of the reference lines;
    /// `None` without values.
    pub(super) fn extent(&self, placed: &[Placed]) -> Option<Extent> {
        let of_curves = self.extent_of_curves(placed)?;
        let reach = |(low, high): (f64, f64), value: f64| (low.min(value), high.max(value));
        Some(self.reference_values().fold(of_curves, |Extent { shown, whole }, value| Extent {
            shown: reach(shown, value),
            whole: reach(whole, value),
        }))
    }

    fn extent_of_curves(&self, placed: &[Placed]) -> Option<Extent> {
        let shown: Vec<&[Bucket]> = placed.iter().map(Placed::shown).collect();
        let all: Vec<&[Bucket]> = placed.iter().map(|placed| placed.curve.series.buckets()).collect();
        let buckets = if shown.iter().all(|buckets| buckets.is_empty()) { &all } else { &shown };
        let buckets = || buckets.iter().copied().flatten();
        let whole = buckets().fold(None, |range: Option<(f64, f64)>, bucket| {
            let (low, high) = range.unwrap_or((bucket.min, bucket.max));
            Some((low.min(bucket.min), high.max(bucket.max)))
        })?;
        let (low, high) = whole;
        let folds = match self.options.layout.fit {
            Fit::Whole => false,
            Fit::Folded => true,
            // Whether the usual values end below this is seen in one walk, without sorting them.
            Fit::Sensible => !self.log_y && is_usual(buckets(), low + (high - low) / FAR_OUT),
        };
        if !folds {
            return Some(Extent { shown: whole, whole });
        }
        // A bucket counts as often as it has steps: a history that was thinned weighs as much as one that was not.
        let usual = percentile(buckets().map(|bucket| (bucket.max, bucket.steps)), USUAL)?.max(low);
        let newest = placed.iter().filter_map(|placed| placed.shown().last()).map(|bucket| bucket.min);
        // What is going on now is never folded.
        let top = newest.fold(usual, f64::max).min(high);
        Some(Extent { shown: (low, top), whole })
    }

    /// The vertical axis.
    pub(super) fn vertical(&self, Extent { shown: (low, high), .. }: Extent, placed: &[Placed]) -> Axis {
        if self.log_y && high > 0.0 {
            let positive =
                |low: f64, bucket: &Bucket| if bucket.min > 0.0 { low.min(bucket.min) } else { low };
            let low = placed.iter().flat_map(Placed::shown).fold(high, positive);
            let low = self.reference_values().fold(low, f64::min);
            return Axis::between(low / 1.2, high * 1.2, true);
        }
        let margin = axis::margin(low, high, 0.05);
        let bottom = if low >= 0.0 && low < 0.35 * high { 0.0 } else { low - margin };
        let top = match self.quantity {
            Quantity::Share => (high + margin).min(high.max(1.0)),
            Quantity::Number => high + margin,
        };
        Axis::between(bottom, if top > bottom { top } else { bottom + margin }, false)
    }
}

/// Whether so many of the values as are never folded are below this one.
fn is_usual<'a>(buckets: impl Iterator<Item = &'a Bucket>, below: f64) -> bool {
    let (mut under, mut all) = (0.0, 0.0);
    for bucket in buckets {
        all += bucket.steps as f64;
        under += if bucket.max < below { bucket.steps as f64 } else { 0.0 };
    }
    all > 0.0 && under >= USUAL * all
}

/// The value below which this share of the values lies, each counted as often as its number says; `None` without values.
fn percentile(values: impl Iterator<Item = (f64, u64)>, share: f64) -> Option<f64> {
    let mut values: Vec<(f64, u64)> = values.collect();
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let all: f64 = values.iter().map(|(_, times)| *times as f64).sum();
    let mut counted = 0.0;
    let place = values.iter().position(|(_, times)| {
        counted += *times as f64;
        counted >= share * all
    });
    place.map(|place| values[place].0)
}
