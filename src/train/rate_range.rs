//! The learning-rate range test: a training whose rate grows from step to step shows at which rates the loss falls, and from
//! which on it rises (Smith 2017, "Cyclical Learning Rates for Training Neural Networks", section 3.3).
//!
//! The course of the rate, the smoothing, the end and the suggestion are those of fastai's `lr_find`, so that its users read the
//! curve as they are used to.

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::training::{Progress, Training};

/// The weight of the past in the mean of the losses.
const SMOOTHING: f64 = 0.98;
/// A smoothed loss so many times the lowest one has diverged.
const DIVERGED: f64 = 4.0;
/// Steps at the end that say nothing of a good rate: the loss rises in them.
const LAST: usize = 5;
/// A valley with fewer steps is chance.
const SHORTEST: usize = 8;

/// Which rates are tried.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RateRange {
    /// The rate of the first step.
    pub from: f64,
    /// The rate that the last step comes near to.
    pub to: f64,
    /// Steps: each has the rate of the one before, times a constant factor.
    pub steps: u32,
}

impl Default for RateRange {
    fn default() -> Self {
        RateRange { from: 1e-7, to: 10.0, steps: 100 }
    }
}

impl RateRange {
    /// The rate of a step, counted from 0.
    fn rate(&self, step: u32) -> f64 {
        self.from * (self.to / self.from).powf(f64::from(step) / f64::from(self.steps))
    }
}

/// The loss at one rate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RatePoint {
    /// The learning rate of a step.
    pub rate: f64,
    /// The loss of its batch.
    pub loss: f64,
    /// The exponentially weighted mean of the losses so far.
    pub smoothed: f64,
}

/// Why a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RangeEnd {
    /// All rates were tried.
    Complete,
    /// The loss had risen to several times its lowest value.
    Diverged,
    /// The next loss was not finite.
    NotFinite,
}

/// What a test has shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RateCurve {
    /// Rate by rate.
    pub points: Vec<RatePoint>,
    /// A rate to train with: in the middle of the rates over which the loss fell longest. `None` where it did not fall.
    pub suggestion: Option<f64>,
    /// The rate at which the smoothed loss was lowest: too high to train with.
    pub lowest: Option<f64>,
    /// Why it ended.
    pub end: RangeEnd,
}

impl RateCurve {
    /// A rate to two digits: a test of some steps does not tell more.
    pub fn to_two_digits(rate: f64) -> f64 {
        format!("{rate:.1e}").parse().unwrap_or(rate)
    }
}

/// Makes the steps of a test, and hands each to `tell`. The training, which should have a constant schedule, has gone on by these
/// steps.
///
/// # Errors
/// When the data cannot be read, or the device fails.
pub fn try_rates(
    training: &mut dyn Training,
    range: RateRange,
    tell: &mut dyn FnMut(RatePoint),
) -> Result<RateCurve, Error> {
    let mut points: Vec<RatePoint> = Vec::new();
    let (mut mean, mut best) = (0.0, f64::INFINITY);
    let mut end = RangeEnd::Complete;
    for step in 0..range.steps {
        let rate = range.rate(step);
        training.set_rate_factor(rate / training.learning_rate().scheduled);
        let loss = match next_step(training) {
            Ok(Some(loss)) => loss,
            Ok(None) => break,
            Err(Error::NotFinite { .. }) => {
                end = RangeEnd::NotFinite;
                break;
            }
            Err(error) => return Err(error),
        };
        mean = SMOOTHING * mean + (1.0 - SMOOTHING) * loss;
        let smoothed = mean / (1.0 - SMOOTHING.powi(step as i32 + 1));
        let point = RatePoint { rate, loss, smoothed };
        tell(point);
        points.push(point);
        best = smoothed.min(best);
        if smoothed > DIVERGED * best {
            end = RangeEnd::Diverged;
            break;
        }
    }
    let suggestion = suggestion(&points, range.steps);
    let lowest = points.iter().min_by(|a, b| a.smoothed.total_cmp(&b.smoothed)).map(|point| point.rate);
    Ok(RateCurve { points, suggestion, lowest, end })
}

/// The loss of the next step; `None` where no step is left.
fn next_step(training: &mut dyn Training) -> Result<Option<f64>, Error> {
    loop {
        match training.advance()? {
            Progress::Stepped(report) => return Ok(Some(report.scores.loss)),
            Progress::Validating | Progress::EpochEnded(_) | Progress::Noted(_) => {}
            Progress::Done(_) => return Ok(None),
        }
    }
}

/// The rate in the middle of the longest valley, without the first tenth of the steps and the last few.
fn suggestion(points: &[RatePoint], steps: u32) -> Option<f64> {
    let first = (steps as usize / 10).min(points.len());
    let looked_at = &points[first..points.len().saturating_sub(LAST).max(first)];
    let losses: Vec<f64> = looked_at.iter().map(|point| point.smoothed).collect();
    Some(looked_at[middle_of_valley(&losses)?].rate)
}

/// The place in the middle of the longest valley: of the losses that fall one after the other, not necessarily next to each other,
/// where most of them do. `None` where only a few do.
fn middle_of_valley(losses: &[f64]) -> Option<usize> {
    // For each loss, how many fall one after the other and end with it.
    let mut falling = vec![1_usize; losses.len()];
    let (mut end, mut longest) = (0, 1);
    for i in 0..losses.len() {
        let before = (0..i).filter(|&j| losses[j] > losses[i]).map(|j| falling[j]).max();
        falling[i] = before.map_or(1, |before| before + 1);
        if falling[i] > longest {
            (end, longest) = (i, falling[i]);
        }
    }
    // As fastai has it, the valley is as long as it has losses, and may begin one before the first.
    let third = longest as f64 / 3.0;
    let middle = end + third as usize + (third / 2.0) as usize;
    (longest >= SHORTEST).then(|| middle - longest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::Preset;
    use crate::train::witness::prepare;

    #[derive(Deserialize)]
    struct Case {
        steps: u32,
        losses: Vec<f64>,
        suggested_step: usize,
    }

    /// Made by `tests/reference/fastai_suggestions.py` with fastai's own function.
    #[test]
    fn the_suggestion_is_that_of_fastai() {
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("../../tests/reference/fastai_suggestions.json")).unwrap();
        assert!(cases.len() >= 5);
        for Case { steps, losses, suggested_step } in cases {
            let range = RateRange { steps, ..RateRange::default() };
            let point = |(step, smoothed)| RatePoint { rate: range.rate(step), loss: smoothed, smoothed };
            let points: Vec<RatePoint> = (0..).zip(losses).map(point).collect();
            assert_eq!(suggestion(&points, steps), Some(points[suggested_step].rate));
        }
        let level = [RatePoint { rate: 1.0, loss: 0.5, smoothed: 0.5 }; 100];
        assert_eq!(suggestion(&level, 100), None);
        assert_eq!(suggestion(&level[..3], 100), None);
    }

    #[test]
    fn the_rates_grow_by_a_constant_factor_until_the_loss_diverges() {
        let text = r#"(name: "a", title: "", data: (source: iris), layers: [Dense(units: 16, activation: relu),
            Dense(units: 3)], loss: mean_squared_error, optimizer: SGD(learning_rate: 0.5),
            train: (epochs: 1000, batch_size: 10))"#;
        let preset: Preset = ron::from_str(text).unwrap();
        let range = RateRange { from: 1e-4, to: 1e3, steps: 70 };
        let mut told = Vec::new();
        let curve = try_rates(&mut *prepare(&preset).unwrap(), range, &mut |point| told.push(point)).unwrap();
        assert_eq!(told, curve.points);
        for (pair, step) in curve.points.windows(2).zip(1..) {
            assert!((pair[1].rate / pair[0].rate - 10_f64.powf(0.1)).abs() < 1e-9, "step {step}");
        }
        // Gradient descent on a squared error diverges beyond two divided by its curvature.
        assert!(curve.end != RangeEnd::Complete && curve.points.len() < 70, "{curve:?}");
        let (suggestion, lowest) = (curve.suggestion.unwrap(), curve.lowest.unwrap());
        assert!(suggestion < lowest && (1e-3..1.0).contains(&suggestion), "{suggestion}, lowest at {lowest}");
        let smoothed = curve.points[0].smoothed;
        assert!((smoothed - curve.points[0].loss).abs() < 1e-12, "the mean of one loss is that loss");
    }
}
