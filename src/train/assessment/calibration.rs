//! Whether probabilities are what they say.

use serde::Serialize;

use super::comparison::Comparison;

/// Bins of confidence.
const BINS: usize = 10;
/// By how much the probabilities of a sample may differ from 1 in sum, or leave 0 to 1: rounding of single precision.
const ROUNDING: f64 = 1e-3;

/// How well the probabilities of the predicted classes agree with how often they are right.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibration {
    /// Expected calibration error (Guo et al. 2017): how far confidence and accuracy are apart, in the mean over the samples of
    /// ten bins of equal width.
    pub expected_error: f64,
    /// Brier score: the mean square error of the probabilities; of the second class for two classes, summed over the classes for
    /// more. As scikit-learn's `brier_score_loss`.
    pub brier: f64,
    /// The bins that hold a sample.
    pub bins: Vec<Bin>,
}

/// The samples whose predicted class has a probability in some range.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// The range: above `from`, up to `to`.
    pub from: f64,
    /// Its upper end.
    pub to: f64,
    /// How many samples.
    pub samples: u64,
    /// The mean probability of the class that is predicted.
    pub confidence: f64,
    /// The share of predictions that are right.
    pub accuracy: f64,
}

impl Calibration {
    /// Of classes; `None` where the outputs are no probabilities.
    pub(super) fn of(answers: &Comparison) -> Option<Self> {
        let is_probability = |p: &f64| (-ROUNDING..=1.0 + ROUNDING).contains(p);
        let are_probabilities =
            |row: &[f64]| row.iter().all(is_probability) && (row.iter().sum::<f64>() - 1.0).abs() <= ROUNDING;
        if !answers.rows().all(|(row, _)| are_probabilities(row)) {
            return None;
        }
        let mut bins = [(0_u64, 0.0, 0_u64); BINS];
        let mut squares = 0.0;
        for (row, truth) in answers.rows() {
            let class = Comparison::class(row);
            let confidence = row[class];
            let bin = (confidence * BINS as f64).ceil().clamp(1.0, BINS as f64) as usize - 1;
            let (samples, sum, right) = &mut bins[bin];
            *samples += 1;
            *sum += confidence;
            *right += u64::from(truth[class] == 1.0);
            let square = |class: usize| (row[class] - truth[class]).powi(2);
            squares += if answers.width == 2 { square(1) } else { (0..answers.width).map(square).sum() };
        }
        let all = answers.samples() as f64;
        let bins: Vec<Bin> = bins
            .into_iter()
            .enumerate()
            .filter(|(_, (samples, ..))| *samples > 0)
            .map(|(place, (samples, sum, right))| Bin {
                from: place as f64 / BINS as f64,
                to: (place + 1) as f64 / BINS as f64,
                samples,
                confidence: sum / samples as f64,
                accuracy: right as f64 / samples as f64,
            })
            .collect();
        let gap = |bin: &Bin| bin.samples as f64 / all * (bin.accuracy - bin.confidence).abs();
        Some(Calibration { expected_error: bins.iter().map(gap).sum(), brier: squares / all, bins })
    }
}
