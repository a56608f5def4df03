//! Axes: where a value lies on one, and the round values written beside it.

use crate::tui::format;

/// An axis: values to a share of its length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// The smallest value.
    pub low: f64,
    /// The largest.
    pub high: f64,
    /// Whether it is logarithmic.
    pub log: bool,
}

/// The largest end of an axis: the difference of any two ends is finite.
const LARGEST: f64 = 1e300;

/// No axis has more ticks.
const MOST_TICKS: u32 = 1000;

impl Axis {
    /// An axis between two numbers, which may be infinite or NaN.
    pub fn between(low: f64, high: f64, log: bool) -> Self {
        let finite = |value: f64| if value.is_nan() { 0.0 } else { value.clamp(-LARGEST, LARGEST) };
        Axis { low: finite(low), high: finite(high), log }
    }

    /// A linear axis with a little room around these values; `None` without any that is finite.
    pub fn around(values: impl Iterator<Item = f64>) -> Option<Self> {
        let start = (f64::INFINITY, f64::NEG_INFINITY);
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold(start, |(low, high), value| (low.min(value), high.max(value)));
        let margin = margin(low, high, 0.04);
        (low <= high).then_some(Axis::between(low - margin, high + margin, false))
    }

    /// Where a value lies, from 0 to 1.
    pub fn share(&self, value: f64) -> f64 {
        let place = |v: f64| if self.log { v.max(f64::MIN_POSITIVE).ln() } else { v };
        (place(value) - place(self.low)) / (place(self.high) - place(self.low))
    }

    /// The value at a share of the length, from 0 to 1.
    pub fn value(&self, share: f64) -> f64 {
        if self.log {
            let (low, high) = (self.low.max(f64::MIN_POSITIVE).ln(), self.high.max(f64::MIN_POSITIVE).ln());
            (low + (high - low) * share).exp()
        } else {
            self.low + (self.high - self.low) * share
        }
    }

    /// Round values within the axis, at most about `count`, with their labels.
    pub fn ticks(&self, count: usize) -> Vec<(f64, String)> {
        if self.log {
            let power = |value: f64| value.log10().clamp(-330.0, 330.0);
            let (first, last) = (power(self.low).floor() as i32, power(self.high).ceil() as i32);
            let decades = (self.high / self.low).log10();
            let digits: &[f64] = if decades * 3.0 <= count as f64 { &[1.0, 2.0, 5.0] } else { &[1.0] };
            let values = (first..=last).flat_map(|e| digits.iter().map(move |d| d * 10_f64.powi(e)));
            let inside = values.filter(|v| (self.low..=self.high).contains(v));
            let label = |v: f64| {
                if (1e-4..1e5).contains(&v) {
                    format!("{}", (v * 1e6).round() / 1e6)
                } else {
                    format!("{v:.0e}")
                }
            };
            return inside.map(|v| (v, label(v))).collect();
        }
        self.ticks_by(round_step((self.high - self.low) / count.max(1) as f64))
    }

    /// As [`ticks`](Axis::ticks), whole numbers alone.
    pub fn whole_ticks(&self, count: usize) -> Vec<(f64, String)> {
        if self.log {
            return self.ticks(count).into_iter().filter(|(value, _)| value.fract() == 0.0).collect();
        }
        let mut step = round_step(((self.high - self.low) / count.max(1) as f64).max(1.0));
        if step.fract() != 0.0 {
            step *= 2.0;
        }
        self.ticks_by(step)
    }

    fn ticks_by(&self, step: f64) -> Vec<(f64, String)> {
        let first = (self.low / step - 1e-9).ceil();
        let values = (0..MOST_TICKS).map(|i| (first + f64::from(i)) * step);
        values.take_while(|v| *v <= self.high + 1e-9 * step).map(|v| (v, format::tick(v, step))).collect()
    }
}

/// Room beside the values of an axis: this share of their range; for values that are all alike, a thousandth of their
/// size.
pub fn margin(low: f64, high: f64, share: f64) -> f64 {
    let margin = ((high - low) * share).max(high.abs().max(low.abs()) * 1e-3);
    if margin > 0.0 { margin } else { 1e-9 }
}

/// The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below `least`.
pub fn round_step(least: f64) -> f64 {
    if !least.is_finite() || least <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(least.log10().floor());
    let digits = [1.0, 2.0, 2.5, 5.0, 10.0];
    power * digits.into_iter().find(|d| power * d >= least * (1.0 - 1e-9)).unwrap_or(10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_lies_where_its_share_says() {
        for axis in [Axis::between(-2.0, 6.0, false), Axis::between(0.01, 100.0, true)] {
            for share in [0.0, 0.3, 1.0] {
                assert!((axis.share(axis.value(share)) - share).abs() < 1e-12, "{axis:?}");
            }
        }
    }

    #[test]
    fn ticks_are_round_and_inside() {
        let axis = Axis { low: 0.0, high: 2.3, log: false };
        let labels: Vec<String> = axis.ticks(4).into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, ["0", "1", "2"]);
        let axis = Axis { low: 0.01, high: 3.0, log: true };
        let labels: Vec<String> = axis.ticks(4).into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, ["0.01", "0.1", "1"]);
    }

    #[test]
    fn ticks_of_whole_numbers_are_whole() {
        let labels = |low, high, log, count| -> Vec<String> {
            Axis { low, high, log }.whole_ticks(count).into_iter().map(|(_, label)| label).collect()
        };
        assert_eq!(labels(0.8, 10.2, false, 4), ["5", "10"]);
        assert_eq!(labels(0.98, 3.02, false, 8), ["1", "2", "3"]);
        assert_eq!(labels(0.0, 100.0, false, 4), ["0", "25", "50", "75", "100"]);
        assert_eq!(labels(0.7, 9.0, true, 8), ["1", "2", "5"]);
    }
}
