//! Computes the metrics of a whole set of samples: what is counted, and the formulas.

use super::metrics::{Metric, Metrics};
use crate::data::{Batch, Targets};
use crate::nn::loss::Form;

/// The outputs of a model for a set of samples, as far as the metrics need them.
pub(super) struct Tally {
    wanted: Vec<Metric>,
    kind: Option<Kind>,
}

enum Kind {
    /// Two classes: each sample's score for the positive class (the second), and whether the sample is positive.
    Binary(Vec<(f32, bool)>),
    /// Several classes: `counts[truth * classes + predicted]`, the number of samples whose class is among the five
    /// largest outputs, and, where the area under the ROC curve is needed, each sample's probabilities and class.
    Classes { classes: usize, counts: Vec<u64>, among_five: u64, outputs: Option<(Vec<f32>, Vec<u32>)> },
    /// Real values.
    Values(Residuals),
    /// A token at every step.
    Tokens,
}

/// Sums over real-valued outputs, column by column.
#[derive(Default)]
struct Residuals {
    count: u64,
    absolute: f64,
    squared: f64,
    /// Sum and sum of squares of each output's targets.
    targets: Vec<(f64, f64)>,
    /// Sum of squared differences of each output.
    differences: Vec<f64>,
}

impl Tally {
    /// A tally for these metrics; for the task's usual metrics when the list is empty.
    pub(super) fn new(wanted: &[Metric]) -> Self {
        Tally { wanted: wanted.to_vec(), kind: None }
    }

    /// Adds a batch's outputs, whose last axis is `width` long.
    pub(super) fn add(&mut self, output: &[f32], width: usize, form: Form, batch: &Batch) {
        let wants_area = self.wanted.contains(&Metric::RocAuc);
        let kind = self.kind.get_or_insert_with(|| Kind::of(width, form, batch, wants_area));
        match kind {
            Kind::Tokens => {}
            Kind::Binary(seen) => {
                let truths = truths(&batch.targets, width);
                let scores = output.chunks_exact(width).map(|row| match *row {
                    [no, yes] if form == Form::SoftmaxLogits => sigmoid(yes - no),
                    [_, yes] => yes,
                    [logit] if form == Form::SigmoidLogits => sigmoid(logit),
                    ref row => row[0],
                });
                seen.extend(scores.zip(truths.map(|truth| truth == 1)));
            }
            Kind::Classes { classes, counts, among_five, outputs } => {
                for (row, truth) in output.chunks_exact(width).zip(truths(&batch.targets, width)) {
                    let truth = truth as usize;
                    let Some(&own) = row.get(truth) else { continue };
                    counts[truth * *classes + super::evaluation::largest(row)] += 1;
                    *among_five += u64::from(row.iter().filter(|&&x| x > own).count() < 5);
                    if let Some((all, truths)) = outputs {
                        extend_with_probabilities(all, row, form);
                        truths.push(truth as u32);
                    }
                }
            }
            Kind::Values(residuals) => {
                if let Targets::Values(targets) = &batch.targets {
                    residuals.add(output, targets, width);
                }
            }
        }
    }

    /// The metrics, given the mean loss.
    pub(super) fn metrics(self, loss: f64) -> Metrics {
        let usual: &[Metric] = match &self.kind {
            Some(Kind::Binary(_)) => &[Metric::Precision, Metric::Recall, Metric::F1, Metric::RocAuc],
            Some(Kind::Values(_)) => &[Metric::Mae, Metric::Rmse, Metric::RSquared],
            Some(Kind::Tokens) => &[Metric::Perplexity, Metric::BitsPerCharacter],
            Some(Kind::Classes { .. }) | None => &[],
        };
        let Some(kind) = self.kind else { return Metrics::default() };
        let wanted = if self.wanted.is_empty() { usual } else { &self.wanted };
        let value = |metric| kind.value(metric, loss).map(|value| (metric, value));
        wanted
            .iter()
            .filter_map(|&metric| value(metric))
            .fold(Metrics::default(), |sum, (m, v)| sum.with(m, v))
    }
}

impl Kind {
    fn of(width: usize, form: Form, batch: &Batch, wants_area: bool) -> Kind {
        let classes = || Kind::Classes {
            classes: width,
            counts: vec![0; width * width],
            among_five: 0,
            outputs: wants_area.then(Default::default),
        };
        match &batch.targets {
            Targets::Classes(all) if all.len() > batch.rows => Kind::Tokens,
            Targets::Classes(_) if width == 2 => Kind::Binary(Vec::new()),
            Targets::Classes(_) => classes(),
            Targets::Values(_) if width == 1 && form == Form::SigmoidLogits => Kind::Binary(Vec::new()),
            Targets::Values(values) if super::evaluation::is_one_hot(values, width) => {
                if width == 2 {
                    Kind::Binary(Vec::new())
                } else {
                    classes()
                }
            }
            Targets::Values(_) => Kind::Values(Residuals::default()),
        }
    }

    fn value(&self, metric: Metric, loss: f64) -> Option<f64> {
        match (self, metric) {
            (Kind::Tokens, Metric::Perplexity) => Some(loss.exp()),
            (Kind::Tokens, Metric::BitsPerCharacter) => Some(loss / std::f64::consts::LN_2),
            (Kind::Binary(seen), Metric::RocAuc) => Some(area(seen)),
            (Kind::Binary(seen), Metric::Precision | Metric::Recall | Metric::F1) => {
                let count = |said: bool, is: bool| {
                    seen.iter().filter(|&&(score, truth)| (score > 0.5) == said && truth == is).count() as f64
                };
                Some(of_class(metric, count(true, true), count(true, false), count(false, true)))
            }
            (Kind::Classes { counts, among_five, .. }, Metric::TopFive) => {
                Some(ratio(*among_five as f64, counts.iter().sum::<u64>() as f64))
            }
            (Kind::Classes { classes, counts, .. }, Metric::Precision | Metric::Recall | Metric::F1) => {
                let at = |truth: usize, said: usize| counts[truth * classes + said] as f64;
                let others = |class: usize| (0..*classes).filter(move |&other| other != class);
                let each = (0..*classes).map(|class| {
                    let wrongly: f64 = others(class).map(|other| at(other, class)).sum();
                    let missed: f64 = others(class).map(|other| at(class, other)).sum();
                    of_class(metric, at(class, class), wrongly, missed)
                });
                Some(each.sum::<f64>() / *classes as f64)
            }
            (Kind::Classes { classes, outputs: Some((all, truths)), .. }, Metric::RocAuc) => {
                let each = (0..*classes).map(|class| {
                    let rows = all.chunks_exact(*classes).zip(truths);
                    area(&rows.map(|(row, &truth)| (row[class], truth as usize == class)).collect::<Vec<_>>())
                });
                Some(each.sum::<f64>() / *classes as f64)
            }
            (Kind::Values(sums), Metric::Mae) => Some(sums.absolute / sums.count as f64),
            (Kind::Values(sums), Metric::Rmse) => Some((sums.squared / sums.count as f64).sqrt()),
            (Kind::Values(sums), Metric::RSquared) => sums.explained(),
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
            self.absolute += difference.abs();
            self.squared += difference * difference;
            self.differences[place % width] += difference * difference;
            let (sum, squares) = &mut self.targets[place % width];
            (*sum, *squares) = (*sum + is, *squares + is * is);
        }
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

fn extend_with_probabilities(all: &mut Vec<f32>, row: &[f32], form: Form) {
    if form != Form::SoftmaxLogits {
        return all.extend(row);
    }
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = row.iter().map(|x| (x - largest).exp()).sum();
    all.extend(row.iter().map(|x| (x - largest).exp() / sum));
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

/// Area under the ROC curve: the share of pairs of a positive and a negative sample that are in the right order; pairs
/// with equal scores count half (Mann-Whitney). 0.5 where a class is missing.
fn area(seen: &[(f32, bool)]) -> f64 {
    let mut sorted: Vec<(f32, bool)> = seen.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut in_order) = (0.0_f64, 0.0_f64);
    for equals in sorted.chunk_by(|a, b| a.0 == b.0) {
        let positives = equals.iter().filter(|(_, is)| *is).count() as f64;
        let negatives = equals.len() as f64 - positives;
        in_order += positives * (below + negatives / 2.0);
        below += negatives;
    }
    let positives = sorted.len() as f64 - below;
    if positives * below > 0.0 { in_order / (positives * below) } else { 0.5 }
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
        output: Vec<f32>,
        width: usize,
        form: String,
        classes: Option<Vec<u32>>,
        values: Option<Vec<f32>>,
        metrics: std::collections::BTreeMap<Metric, f64>,
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
            let mut tally = Tally::new(&wanted);
            // The samples come in two batches, of which the second is smaller.
            let rows = case.output.len() / case.width;
            for range in [0..rows * 2 / 3, rows * 2 / 3..rows] {
                let columns = range.start * case.width..range.end * case.width;
                let targets = match (&case.classes, &case.values) {
                    (Some(classes), _) => Targets::Classes(classes[range.clone()].to_vec()),
                    (_, Some(values)) => Targets::Values(values[columns.clone()].to_vec()),
                    _ => panic!("{}: no targets", case.name),
                };
                let batch = Batch { targets, rows: range.len(), ..Batch::default() };
                tally.add(&case.output[columns], case.width, form, &batch);
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
        let mut tally = Tally::new(&[]);
        let batch = Batch { targets: Targets::Classes(vec![0, 1, 1, 0]), rows: 2, ..Batch::default() };
        tally.add(&[0.0; 8], 2, Form::SoftmaxLogits, &batch);
        let metrics = tally.metrics(2.0_f64.ln());
        assert!((metrics.get(Metric::Perplexity).unwrap() - 2.0).abs() < 1e-12);
        assert!((metrics.get(Metric::BitsPerCharacter).unwrap() - 1.0).abs() < 1e-12);
    }
}
