//! Computes the metrics of a whole set of samples: what is counted, and the formulas.

use std::borrow::Cow;

use super::evaluation::largest;
use super::metrics::{Metric, Metrics};
use super::roc::area;
use super::task::Task;
use crate::data::{Scale, Targets};
use crate::nn::loss::Form;

/// The outputs of a model for a set of samples, as far as the metrics need them.
pub(super) struct Tally {
    wanted: Vec<Metric>,
    form: Form,
    counts: Counts,
    /// Differences to the targets, where they are asked for.
    residuals: Option<Residuals>,
}

/// What is counted for each task.
enum Counts {
    /// Two classes: each sample's score for the positive class (the second), and whether the sample is positive.
    Binary(Vec<(f32, bool)>),
    /// Several classes.
    Classes(ClassCounts),
    /// Several labels: for each, every sample's score, and whether the sample has it.
    Labels(Vec<Vec<(f32, bool)>>),
    /// Real values.
    Values,
    /// A token at every step.
    Tokens,
}

#[derive(Default)]
struct ClassCounts {
    classes: usize,
    /// `counts[truth * classes + predicted]`.
    counts: Vec<u64>,
    /// The number of samples whose class is among the five largest outputs.
    among_five: u64,
    /// Where the area under the ROC curve is needed: each sample's probabilities and class.
    outputs: Option<(Vec<f32>, Vec<u32>)>,
}

/// Sums over differences of outputs and targets, column by column.
#[derive(Default)]
struct Residuals {
    /// How the targets were scaled, one for each output; empty: not at all.
    scales: Vec<Scale>,
    count: u64,
    /// Sum of the differences' sizes, in the targets' own units.
    absolute: f64,
    /// Sum and sum of squares of each output's targets.
    targets: Vec<(f64, f64)>,
    /// Sum of squared differences of each output.
    differences: Vec<f64>,
}

impl Tally {
    /// A tally for these metrics, for the task's usual metrics when the list is empty: of outputs in `form`, whose targets were
    /// scaled by `scales`.
    pub(super) fn new(task: Task, form: Form, wanted: &[Metric], scales: &[Scale]) -> Self {
        let usual: &[Metric] = match task {
            Task::Binary => &[Metric::Precision, Metric::Recall, Metric::F1, Metric::RocAuc],
            Task::Multilabel => &[Metric::F1, Metric::RocAuc],
            Task::Regression => &[Metric::Mae, Metric::Rmse, Metric::RSquared],
            Task::NextToken => &[Metric::Perplexity, Metric::BitsPerCharacter],
            Task::Multiclass | Task::Distribution => &[],
        };
        let wanted = if wanted.is_empty() { usual } else { wanted };
        let counts = match task {
            Task::Binary => Counts::Binary(Vec::new()),
            Task::Multiclass => Counts::Classes(ClassCounts {
                outputs: wanted.contains(&Metric::RocAuc).then(Default::default),
                ..ClassCounts::default()
            }),
            Task::Multilabel => Counts::Labels(Vec::new()),
            Task::Regression | Task::Distribution => Counts::Values,
            Task::NextToken => Counts::Tokens,
        };
        let of_values = [Metric::Mae, Metric::Rmse, Metric::RSquared];
        let residuals = wanted
            .iter()
            .any(|metric| of_values.contains(metric))
            .then(|| Residuals { scales: scales.to_vec(), ..Residuals::default() });
        Tally { wanted: wanted.to_vec(), form, counts, residuals }
    }

    /// Adds a batch's outputs, whose last axis is `width` long.
    pub(super) fn add(&mut self, output: &[f32], width: usize, targets: &Targets) {
        let form = self.form;
        if let Some(residuals) = &mut self.residuals {
            residuals.add(&probabilities(output, width, form), &as_values(targets, width), width);
        }
        match &mut self.counts {
            Counts::Values | Counts::Tokens => {}
            Counts::Binary(seen) => {
                let scores = output.chunks_exact(width).map(|row| match *row {
                    [no, yes] if form == Form::SoftmaxLogits => sigmoid(yes - no),
                    [_, yes] => yes,
                    [logit] if form == Form::SigmoidLogits => sigmoid(logit),
                    ref row => row[0],
                });
                seen.extend(scores.zip(truths(targets, width).map(|truth| truth == 1)));
            }
            Counts::Labels(labels) => {
                labels.resize(width, Vec::new());
                let scores = probabilities(output, width, form);
                for (row, truths) in
                    scores.chunks_exact(width).zip(as_values(targets, width).chunks_exact(width))
                {
                    let pairs = row.iter().zip(truths).map(|(&score, &truth)| (score, truth > 0.5));
                    labels.iter_mut().zip(pairs).for_each(|(label, pair)| label.push(pair));
                }
            }
            Counts::Classes(counts) => counts.add(output, width, form, targets),
        }
    }

    /// The metrics, given the mean loss.
    pub(super) fn metrics(self, loss: f64) -> Metrics {
        let value = |metric| self.value(metric, loss).map(|value| (metric, value));
        self.wanted
            .iter()
            .filter_map(|&metric| value(metric))
            .fold(Metrics::default(), |sum, (m, v)| sum.with(m, v))
    }

    fn value(&self, metric: Metric, loss: f64) -> Option<f64> {
        match (metric, &self.residuals) {
            (Metric::Mae, Some(sums)) => return sums.mean_absolute(),
            (Metric::Rmse, Some(sums)) => return sums.root_mean_squared(),
            (Metric::RSquared, Some(sums)) => return sums.explained(),
            _ => {}
        }
        match (&self.counts, metric) {
            (Counts::Tokens, Metric::Perplexity) => Some(loss.exp()),
            (Counts::Tokens, Metric::BitsPerCharacter) => Some(loss / std::f64::consts::LN_2),
            (Counts::Binary(seen), metric) => of_two(metric, seen),
            (Counts::Labels(labels), metric) => mean(labels.iter().filter_map(|seen| of_two(metric, seen))),
            (Counts::Classes(counts), metric) => counts.value(metric),
            (Counts::Values | Counts::Tokens, _) => None,
        }
    }
}

impl ClassCounts {
    fn add(&mut self, output: &[f32], width: usize, form: Form, targets: &Targets) {
        self.classes = width;
        self.counts.resize(width * width, 0);
        for (row, truth) in output.chunks_exact(width).zip(truths(targets, width)) {
            let truth = truth as usize;
            let Some(&own) = row.get(truth) else { continue };
            self.counts[truth * width + largest(row)] += 1;
            self.among_five += u64::from(row.iter().filter(|&&x| x > own).count() < 5);
            if let Some((all, truths)) = &mut self.outputs {
                all.extend(probabilities(row, width, form).iter());
                truths.push(truth as u32);
            }
        }
    }

    /// The number of samples of a class that were said to be of another, or the same.
    fn at(&self, truth: usize, said: usize) -> f64 {
        self.counts[truth * self.classes + said] as f64
    }

    /// Means are over the classes that occur, among the samples or among the predictions, as scikit-learn's macro averages.
    fn value(&self, metric: Metric) -> Option<f64> {
        let classes = 0..self.classes;
        let whole = self.counts.iter().sum::<u64>() as f64;
        match metric {
            Metric::TopFive => (whole > 0.0).then(|| self.among_five as f64 / whole),
            Metric::Precision | Metric::Recall | Metric::F1 => mean(classes.clone().filter_map(|class| {
                let others = || classes.clone().filter(|&other| other != class);
                let right = self.at(class, class);
                let wrongly: f64 = others().map(|other| self.at(other, class)).sum();
                let missed: f64 = others().map(|other| self.at(class, other)).sum();
                (right + wrongly + missed > 0.0).then(|| of_class(metric, right, wrongly, missed))
            })),
            Metric::RocAuc => {
                let (all, truths) = self.outputs.as_ref()?;
                mean(classes.filter_map(|class| {
                    let rows = all.chunks_exact(self.classes).zip(truths);
                    area(rows.map(|(row, &truth)| (f64::from(row[class]), truth as usize == class)))
                }))
            }
            _ => None,
        }
    }
}

impl Residuals {
    fn add(&mut self, output: &[f32], targets: &[f32], width: usize) {
        self.targets.resize(width, (0.0, 0.0));
        self.differences.resize(width, 0.0);
        for (place, (&said, &is)) in output.iter().zip(targets).enumerate() {
            let (difference, is) = (f64::from(said) - f64::from(is), f64::from(is));
            self.count += 1;
            self.absolute += (difference * self.unit(place % width)).abs();
            self.differences[place % width] += difference * difference;
            let (sum, squares) = &mut self.targets[place % width];
            (*sum, *squares) = (*sum + is, *squares + is * is);
        }
    }

    /// How much a difference of 1 is in an output's own unit.
    fn unit(&self, output: usize) -> f64 {
        self.scales.get(output).map_or(1.0, |scale| scale.deviation)
    }

    /// The mean over outputs of their mean absolute errors; `None` where there are none.
    fn mean_absolute(&self) -> Option<f64> {
        (self.count > 0).then(|| self.absolute / self.count as f64)
    }

    /// The mean over outputs of the roots of their mean squared errors, as scikit-learn's `root_mean_squared_error`; `None` where
    /// there are none.
    fn root_mean_squared(&self) -> Option<f64> {
        let rows = self.count as f64 / self.differences.len().max(1) as f64;
        let each = self.differences.iter().enumerate();
        mean(each.map(|(output, squares)| (squares / rows).sqrt() * self.unit(output)))
    }

    /// The mean over outputs of 1 - residual / total sum of squares; outputs whose targets never
    /// vary are left out.
    fn explained(&self) -> Option<f64> {
        let rows = self.count as f64 / self.targets.len().max(1) as f64;
        let each: Vec<f64> = (self.targets.iter().zip(&self.differences))
            .map(|(&(sum, squares), &residual)| (squares - sum * sum / rows, residual))
            .filter(|&(total, _)| total > 0.0)
            .map(|(total, residual)| 1.0 - residual / total)
            .collect();
        (!each.is_empty()).then(|| each.iter().sum::<f64>() / each.len() as f64)
    }
}

/// The class of each sample.
fn truths(targets: &Targets, width: usize) -> Box<dyn Iterator<Item = u32> + '_> {
    match targets {
        Targets::Classes(classes) => Box::new(classes.iter().copied()),
        Targets::Values(values) if width == 1 => Box::new(values.iter().map(|&x| u32::from(x > 0.5))),
        Targets::Values(values) => {
            Box::new(values.chunks_exact(width).map(|row| super::evaluation::largest(row) as u32))
        }
    }
}

/// Targets as values: a one at the place of a class.
fn as_values(targets: &Targets, width: usize) -> Cow<'_, [f32]> {
    match targets {
        Targets::Values(values) => Cow::Borrowed(values),
        Targets::Classes(classes) => {
            let mut rows = vec![0.0; classes.len() * width];
            for (row, &class) in rows.chunks_exact_mut(width).zip(classes) {
                row[class as usize] = 1.0;
            }
            Cow::Owned(rows)
        }
    }
}

/// Outputs after the last activation, which logits have before them.
fn probabilities(output: &[f32], width: usize, form: Form) -> Cow<'_, [f32]> {
    match form {
        Form::Output => Cow::Borrowed(output),
        Form::SigmoidLogits => Cow::Owned(output.iter().map(|&x| sigmoid(x)).collect()),
        Form::SoftmaxLogits => {
            let mut rows = output.to_vec();
            for row in rows.chunks_exact_mut(width) {
                let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                row.iter_mut().for_each(|x| *x = (*x - largest).exp());
                let sum: f32 = row.iter().sum();
                row.iter_mut().for_each(|x| *x /= sum);
            }
            Cow::Owned(rows)
        }
    }
}

/// A metric of scores for yes, beside what is so.
fn of_two(metric: Metric, seen: &[(f32, bool)]) -> Option<f64> {
    let count = |said: bool, is: bool| {
        seen.iter().filter(|&&(score, truth)| (score > 0.5) == said && truth == is).count() as f64
    };
    match metric {
        Metric::RocAuc => area(seen.iter().map(|&(score, truth)| (f64::from(score), truth))),
        Metric::Precision | Metric::Recall | Metric::F1 => {
            Some(of_class(metric, count(true, true), count(true, false), count(false, true)))
        }
        _ => None,
    }
}

/// The mean; `None` of nothing.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Precision, recall or F1 from true positives, false positives and false negatives; 0 where the denominator is zero,
/// as in scikit-learn.
fn of_class(metric: Metric, right: f64, wrongly: f64, missed: f64) -> f64 {
    match metric {
        Metric::Precision => ratio(right, right + wrongly),
        Metric::Recall => ratio(right, right + missed),
        _ => ratio(2.0 * right, 2.0 * right + wrongly + missed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    /// Written by `tests/reference/sklearn_metrics.py`.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        name: String,
        task: String,
        output: Vec<f32>,
        width: usize,
        form: String,
        classes: Option<Vec<u32>>,
        values: Option<Vec<f32>>,
        metrics: std::collections::BTreeMap<Metric, f64>,
    }

    impl Case {
        fn task(&self) -> Task {
            match (&self.task[..], self.width) {
                ("labels", _) => Task::Multilabel,
                ("values", _) => Task::Regression,
                (_, 1 | 2) => Task::Binary,
                _ => Task::Multiclass,
            }
        }
    }

    #[test]
    fn metrics_equal_scikit_learns() {
        let text = include_str!("../../tests/reference/sklearn_metrics.json");
        let cases: Vec<Case> = serde_json::from_str(text).unwrap();
        assert!(cases.len() >= 5);
        for case in cases {
            let form = match &*case.form {
                "softmax_logits" => Form::SoftmaxLogits,
                "sigmoid_logits" => Form::SigmoidLogits,
                _ => Form::Output,
            };
            let wanted: Vec<Metric> = case.metrics.keys().copied().collect();
            let mut tally = Tally::new(case.task(), form, &wanted, &[]);
            // The samples come in two batches, of which the second is smaller.
            let rows = case.output.len() / case.width;
            for range in [0..rows * 2 / 3, rows * 2 / 3..rows] {
                let columns = range.start * case.width..range.end * case.width;
                let targets = match (&case.classes, &case.values) {
                    (Some(classes), _) => Targets::Classes(classes[range.clone()].to_vec()),
                    (_, Some(values)) => Targets::Values(values[columns.clone()].to_vec()),
                    _ => panic!("{}: no targets", case.name),
                };
                tally.add(&case.output[columns], case.width, &targets);
            }
            let ours = tally.metrics(0.0);
            for (metric, theirs) in case.metrics {
                let ours = ours.get(metric).unwrap_or_else(|| panic!("{}: {}", case.name, metric.name()));
                let what = format!("{}: {} is {ours}, not {theirs}", case.name, metric.name());
                assert!((ours - theirs).abs() <= 1e-6 * theirs.abs().max(1.0), "{what}");
            }
        }
    }

    #[test]
    fn a_language_model_is_told_its_perplexity_and_bits() {
        let mut tally = Tally::new(Task::NextToken, Form::SoftmaxLogits, &[], &[]);
        tally.add(&[0.0; 8], 2, &Targets::Classes(vec![0, 1, 1, 0]));
        let metrics = tally.metrics(2.0_f64.ln());
        assert!((metrics.get(Metric::Perplexity).unwrap() - 2.0).abs() < 1e-12);
        assert!((metrics.get(Metric::BitsPerCharacter).unwrap() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn errors_of_a_regression_are_in_the_unit_of_its_targets() {
        let scales = [Scale::of(100.0, 20.0), Scale::of(0.0, 0.5)];
        let mut tally = Tally::new(Task::Regression, Form::Output, &[], &scales);
        tally.add(&[1.0, 0.0, 0.0, 2.0], 2, &Targets::Values(vec![0.0, 0.0, 0.0, 0.0]));
        let metrics = tally.metrics(0.0);
        // Differences of 20, 0, 0 and 1: one column has 20 and 0, the other 0 and 1.
        assert_eq!(metrics.get(Metric::Mae), Some(21.0 / 4.0));
        let each = [(400.0_f64 / 2.0).sqrt(), (1.0_f64 / 2.0).sqrt()];
        let rmse = metrics.get(Metric::Rmse).unwrap();
        assert!((rmse - (each[0] + each[1]) / 2.0).abs() < 1e-12, "the mean over columns, not {rmse}");
    }

    #[test]
    fn samples_of_one_class_have_no_area() {
        let mut tally = Tally::new(Task::Binary, Form::Output, &[], &[]);
        tally.add(&[0.2, 0.7], 1, &Targets::Values(vec![1.0, 1.0]));
        let metrics = tally.metrics(0.0);
        assert_eq!((metrics.get(Metric::RocAuc), metrics.get(Metric::Recall)), (None, Some(0.5)));
    }
}
