//! One of several classes.

use serde::Serialize;

use super::calibration::Calibration;
use super::comparison::Comparison;
use crate::train::roc::area;

/// How well a network tells classes apart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Classes {
    /// How many samples.
    pub samples: u64,
    /// The share of samples whose class is predicted.
    pub accuracy: f64,
    /// Class by class.
    pub classes: Vec<ClassScores>,
    /// Means over the classes that occur, in truth or in predictions.
    pub macro_average: Average,
    /// Means over the classes, weighted by their samples.
    pub weighted_average: Average,
    /// The share of samples whose class is among the k likeliest.
    pub top: Vec<TopK>,
    /// Whether the probabilities are what they say; `None` where outputs are none.
    pub calibration: Option<Calibration>,
    /// `confusion[truth][predicted]`: how many samples.
    pub confusion: Vec<Vec<u64>>,
}

/// How well one class is recognised, as in scikit-learn's `classification_report`; a share of nothing is 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassScores {
    /// Its name.
    pub name: String,
    /// The share of its predictions that are right.
    pub precision: f64,
    /// The share of its samples that are found.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
    /// How many samples it has.
    pub support: u64,
    /// The area under the ROC curve, this class against all others; `None` where all samples are of the class, or none is.
    pub roc_auc: Option<f64>,
}

/// Means over classes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Average {
    /// Of precision.
    pub precision: f64,
    /// Of recall.
    pub recall: f64,
    /// Of F1.
    pub f1: f64,
    /// Of the areas under the ROC curve, over the classes that have one.
    pub roc_auc: Option<f64>,
}

/// The share of samples whose class is among the likeliest.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TopK {
    /// Among how many.
    pub k: usize,
    /// The share.
    pub accuracy: f64,
}

impl ClassScores {
    /// From the numbers of predictions that are right, of all predictions of it, and of its samples.
    pub(super) fn of(name: &str, right: u64, predicted: u64, support: u64, roc_auc: Option<f64>) -> Self {
        let share = |of: u64| if of == 0 { 0.0 } else { right as f64 / of as f64 };
        ClassScores {
            name: name.to_string(),
            precision: share(predicted),
            recall: share(support),
            f1: if predicted + support == 0 {
                0.0
            } else {
                2.0 * right as f64 / (predicted + support) as f64
            },
            support,
            roc_auc,
        }
    }
}

impl Average {
    /// The means with these weights; zeros where all are 0.
    pub(super) fn of(classes: &[ClassScores], weigh: impl Fn(&ClassScores) -> f64) -> Self {
        let mean = |score: &dyn Fn(&ClassScores) -> Option<f64>| {
            let scored = classes.iter().filter_map(|class| Some((weigh(class), score(class)?)));
            let (weights, sum) =
                scored.fold((0.0, 0.0), |(all, sum), (weight, score)| (all + weight, sum + weight * score));
            (weights > 0.0).then(|| sum / weights)
        };
        Average {
            precision: mean(&|class| Some(class.precision)).unwrap_or_default(),
            recall: mean(&|class| Some(class.recall)).unwrap_or_default(),
            f1: mean(&|class| Some(class.f1)).unwrap_or_default(),
            roc_auc: mean(&|class| class.roc_auc),
        }
    }
}

impl Classes {
    pub(super) fn of(answers: &Comparison) -> Self {
        let width = answers.width;
        let mut confusion = vec![vec![0_u64; width]; width];
        // How many outputs are larger than that of the true class, or equal and before it.
        let mut places = vec![0_u64; width];
        for (row, truth) in answers.rows() {
            let class = Comparison::class(truth);
            confusion[class][Comparison::class(row)] += 1;
            let is_before = |(place, &p): (usize, &f64)| p > row[class] || (p == row[class] && place < class);
            places[row.iter().enumerate().filter(|&output| is_before(output)).count()] += 1;
        }
        let all = answers.samples() as f64;
        let predicted = |class: usize| confusion.iter().map(|row| row[class]).sum::<u64>();
        let classes: Vec<ClassScores> = (0..width)
            .map(|class| {
                let scores = answers.rows().map(|(row, truth)| (row[class], truth[class] == 1.0));
                let support = confusion[class].iter().sum();
                let name = &answers.names[class];
                ClassScores::of(name, confusion[class][class], predicted(class), support, area(scores))
            })
            .collect();
        let occurs: Vec<bool> =
            classes.iter().enumerate().map(|(place, class)| class.support + predicted(place) > 0).collect();
        let occurring: Vec<ClassScores> = classes
            .iter()
            .zip(&occurs)
            .filter(|(_, occurs)| **occurs)
            .map(|(class, _)| class.clone())
            .collect();
        let top = [2, 3, 5, 10]
            .into_iter()
            .filter(|k| *k < width)
            .map(|k| TopK { k, accuracy: places[..k].iter().sum::<u64>() as f64 / all });
        Classes {
            samples: answers.samples() as u64,
            accuracy: (0..width).map(|class| confusion[class][class]).sum::<u64>() as f64 / all,
            macro_average: Average::of(&occurring, |_| 1.0),
            weighted_average: Average::of(&classes, |class| class.support as f64),
            top: top.collect(),
            calibration: Calibration::of(answers),
            classes,
            confusion,
        }
    }
}
