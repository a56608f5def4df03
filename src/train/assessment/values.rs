//! Real values.

use serde::Serialize;

use super::comparison::Comparison;

/// How many of the largest errors are told.
const LARGEST: usize = 5;
/// More outputs are told together only.
const OUTPUTS: usize = 50;

/// How near a network's values are to the true ones, in the data's own unit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Values {
    /// How many samples.
    pub samples: u64,
    /// The means of the outputs' scores, each in its own unit, as scikit-learn averages them (`multioutput="uniform_average"`); and
    /// the largest of all errors.
    pub all: OutputScores,
    /// Over how many outputs the means are.
    pub averaged_over: usize,
    /// Output by output; empty where there is one, or more than fifty.
    pub outputs: Vec<OutputScores>,
    /// The samples with the largest errors, the largest first.
    pub largest: Vec<Largest>,
}

/// Scores of one output.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutputScores {
    /// Its name.
    pub name: String,
    /// Mean absolute error.
    pub mae: f64,
    /// Root of the mean squared error.
    pub rmse: f64,
    /// The share of the truth's variance that is explained; `None` where the truth does not vary.
    pub r_squared: Option<f64>,
    /// Median absolute error.
    pub median_error: f64,
    /// Largest absolute error.
    pub largest_error: f64,
}

/// A sample with a large error.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Largest {
    /// Its row in the data, from 1; its number in the set where that has no rows; `None` where samples are files.
    pub row: Option<usize>,
    /// Its file, or a few words on it, where there are some.
    pub sample: Option<String>,
    /// The output.
    pub output: String,
    /// What is true.
    pub truth: f64,
    /// What was predicted.
    pub prediction: f64,
}

impl Values {
    pub(super) fn of(answers: &Comparison) -> Self {
        let outputs: Vec<OutputScores> = (0..answers.width)
            .map(|place| {
                let pairs: Vec<(f64, f64)> =
                    answers.rows().map(|(row, truth)| (row[place], truth[place])).collect();
                OutputScores::of(&answers.names[place], &pairs)
            })
            .collect();
        let errors = answers.outputs.iter().zip(&answers.truths).map(|(said, truth)| (said - truth).abs());
        let mut errors: Vec<(f64, usize)> = errors.zip(0..).collect();
        errors.sort_unstable_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        let largest = errors.iter().take(LARGEST).map(|(_, at)| {
            let row = at / answers.width;
            Largest {
                row: answers.files.is_empty().then(|| answers.places.get(row).copied().unwrap_or(row + 1)),
                sample: answers
                    .files
                    .get(row)
                    .or(answers.captions.get(row).and_then(Option::as_ref))
                    .cloned(),
                output: answers.names[at % answers.width].clone(),
                truth: answers.truths[*at],
                prediction: answers.outputs[*at],
            }
        });
        let count = outputs.len() as f64;
        let mean = |score: &dyn Fn(&OutputScores) -> f64| outputs.iter().map(score).sum::<f64>() / count;
        let explained: Vec<f64> = outputs.iter().filter_map(|output| output.r_squared).collect();
        let all = OutputScores {
            name: match answers.width {
                1 => answers.names[0].clone(),
                count => format!("mean over {count} outputs"),
            },
            mae: mean(&|output| output.mae),
            rmse: mean(&|output| output.rmse),
            r_squared: (!explained.is_empty())
                .then(|| explained.iter().sum::<f64>() / explained.len() as f64),
            median_error: mean(&|output| output.median_error),
            largest_error: errors.first().map_or(0.0, |(error, _)| *error),
        };
        Values {
            samples: answers.samples() as u64,
            all,
            averaged_over: answers.width,
            largest: largest.collect(),
            outputs: if (2..=OUTPUTS).contains(&answers.width) { outputs } else { Vec::new() },
        }
    }
}

impl OutputScores {
    fn of(name: &str, pairs: &[(f64, f64)]) -> Self {
        let count = pairs.len() as f64;
        let errors: Vec<f64> = pairs.iter().map(|(said, truth)| (said - truth).abs()).collect();
        let squares: f64 = errors.iter().map(|error| error * error).sum();
        let mean = pairs.iter().map(|(_, truth)| truth).sum::<f64>() / count;
        let variance: f64 = pairs.iter().map(|(_, truth)| (truth - mean).powi(2)).sum();
        OutputScores {
            name: name.to_string(),
            mae: errors.iter().sum::<f64>() / count,
            rmse: (squares / count).sqrt(),
            r_squared: (variance > 0.0).then(|| 1.0 - squares / variance),
            largest_error: errors.iter().copied().fold(0.0, f64::max),
            median_error: median(errors),
        }
    }
}

/// The middle one, or the mean of the two in the middle.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() % 2 {
        _ if numbers.is_empty() => 0.0,
        0 => (numbers[middle - 1] + numbers[middle]) / 2.0,
        _ => numbers[middle],
    }
}
