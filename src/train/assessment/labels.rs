//! Several labels, each there or not, independently.

use serde::Serialize;

use super::classes::{Average, ClassScores};
use super::comparison::Comparison;
use crate::train::roc::area;

/// A label is said to be there from this probability on, exclusive.
const THRESHOLD: f64 = 0.5;

/// How well a network finds labels.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Labels {
    /// How many samples.
    pub samples: u64,
    /// The share of labels that are right, of all samples together (Keras's binary accuracy).
    pub accuracy: f64,
    /// The share of samples of which all labels are right.
    pub exact: f64,
    /// Label by label.
    pub labels: Vec<ClassScores>,
    /// Over all labels of all samples together.
    pub micro_average: Average,
    /// Means over the labels.
    pub macro_average: Average,
    /// Means over the labels, weighted by their samples.
    pub weighted_average: Average,
}

impl Labels {
    pub(super) fn of(answers: &Comparison) -> Self {
        let is_there = |number: f64| number > THRESHOLD;
        let count = |of: &dyn Fn(bool, bool) -> bool, label: usize| {
            answers.rows().filter(|(row, truth)| of(is_there(row[label]), is_there(truth[label]))).count()
                as u64
        };
        let (mut all, mut labels) = ([0_u64; 3], Vec::new());
        for (label, name) in answers.names.iter().enumerate() {
            let counts = [
                count(&|said, truth| said && truth, label),
                count(&|said, _| said, label),
                count(&|_, truth| truth, label),
            ];
            all.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            let own = area(answers.rows().map(|(row, truth)| (row[label], is_there(truth[label]))));
            let [right, said, support] = counts;
            labels.push(ClassScores::of(name, right, said, support, own));
        }
        let right_of = |(row, truth): (&[f64], &[f64])| {
            row.iter().zip(truth).filter(|(said, truth)| is_there(**said) == is_there(**truth)).count()
        };
        let same: Vec<usize> = answers.rows().map(right_of).collect();
        let samples = answers.samples();
        let [right, said, support] = all;
        let together = ClassScores::of("", right, said, support, None);
        Labels {
            samples: samples as u64,
            accuracy: same.iter().sum::<usize>() as f64 / (samples * answers.width) as f64,
            exact: same.iter().filter(|same| **same == answers.width).count() as f64 / samples as f64,
            micro_average: Average::of(&[together], |_| 1.0),
            macro_average: Average::of(&labels, |_| 1.0),
            weighted_average: Average::of(&labels, |label| label.support as f64),
            labels,
        }
    }
}
