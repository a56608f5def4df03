//! How good a model is on samples it does not train on.

use super::metrics::{Metric, Metrics, Scores};
use super::tally::Tally;
use crate::data::{Batch, Dataset, Targets};
use crate::nn::buffer::Buffer;
use crate::nn::graph::{Pass, Var};
use crate::nn::loss::{Form, LossOp};
use crate::nn::model::CpuModel;
use crate::nn::{self};
use crate::preset::{Loss, LossOptions};
use dfdx::tensor::Cpu;

/// Loss and hits over some samples, summed up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evaluation {
    /// Sum of the samples' losses.
    loss: f64,
    /// Right answers, and questions that have one.
    hits: u64,
    questions: u64,
    samples: u64,
    /// Above which a single output says yes, for binary classification.
    threshold: Option<f32>,
}

impl Evaluation {
    /// Nothing summed up yet, of outputs in `form` under `loss`.
    pub fn of(loss: Loss, form: Form) -> Self {
        let threshold = match (loss, form) {
            (Loss::BinaryCrossentropy, Form::SigmoidLogits) => Some(0.0),
            (Loss::BinaryCrossentropy, _) => Some(0.5),
            _ => None,
        };
        Evaluation { threshold, ..Evaluation::default() }
    }

    /// Adds a batch: its mean loss, and what the model said to what was right.
    pub fn add(&mut self, loss: f64, output: &[f32], width: usize, batch: &Batch) {
        self.loss += loss * batch.rows as f64;
        self.samples += batch.rows as u64;
        let (hits, questions) = hits(output, width, &batch.targets, self.threshold);
        self.hits += hits;
        self.questions += questions;
    }

    /// What it comes to.
    pub fn scores(&self) -> Scores {
        Scores {
            loss: self.loss / self.samples.max(1) as f64,
            accuracy: (self.questions > 0).then(|| self.hits as f64 / self.questions as f64),
            metrics: Metrics::default(),
        }
    }
}

/// Right answers, and how many questions have one: the largest output against the class, or, for one output of two
/// classes, on which side of the threshold it is.
fn hits(output: &[f32], width: usize, targets: &Targets, threshold: Option<f32>) -> (u64, u64) {
    let right = match targets {
        Targets::Classes(classes) => {
            let pairs = output.chunks_exact(width).zip(classes);
            return (
                pairs.clone().filter(|(row, class)| largest(row) == **class as usize).count() as u64,
                pairs.len() as u64,
            );
        }
        Targets::Values(values) if width > 1 && is_one_hot(values, width) => {
            let rows = output.chunks_exact(width).zip(values.chunks_exact(width));
            rows.filter(|(row, target)| largest(row) == largest(target)).count()
        }
        Targets::Values(values) => match threshold {
            Some(threshold) if width == 1 => {
                output.iter().zip(values).filter(|&(&y, &t)| (y > threshold) == (t > 0.5)).count()
            }
            _ => return (0, 0),
        },
    };
    (right as u64, (output.len() / width) as u64)
}

pub(super) fn is_one_hot(values: &[f32], width: usize) -> bool {
    values.first_chunk::<1>().is_some()
        && values[..width].iter().all(|&x| x == 0.0 || x == 1.0)
        && values[..width].iter().sum::<f32>() == 1.0
}

/// The class that a network's output for one sample says, its last activation applied: of one output, whether it is
/// above a half.
pub fn class_said(output: &[f32]) -> u32 {
    match output {
        [probability] => u32::from(*probability > 0.5),
        several => largest(several) as u32,
    }
}

/// The place of the largest number; the first of equals.
pub fn largest(row: &[f32]) -> usize {
    row.iter().enumerate().fold(0, |best, (i, &x)| if x > row[best] { i } else { best })
}

/// Samples that go through the model at a time when nothing is trained.
pub const CHUNK: usize = 250;

/// The scores over a whole set, with these metrics; with the task's usual ones when none is named.
///
/// # Errors
/// When the device fails.
pub fn evaluate(
    model: &mut CpuModel,
    data: &dyn Dataset,
    loss: Loss,
    options: &LossOptions,
    metrics: &[Metric],
) -> Result<Scores, nn::Error> {
    let mut sum = Evaluation::of(loss, model.form());
    let mut tally = Tally::new(metrics);
    let mut batch = Batch::default();
    model.reset_inference_state();
    let all: Vec<u32> = (0..data.len() as u32).collect();
    for indices in all.chunks(CHUNK) {
        data.fill(indices, &mut batch);
        let device = model.device().clone();
        let mut pass = Pass::inference(&device);
        let input = Var::new(&device, Buffer::copy_of(&batch.inputs), batch.rows, model.input_len(), false)?;
        let (width, form) = (model.output_width(), model.form());
        let output = model.forward(&mut pass, input)?;
        let value = Cpu::loss(&mut pass, &output, width, &batch.targets, loss, options, form)?.value;
        sum.add(f64::from(value), &output.values, width, &batch);
        tally.add(&output.values, width, form, &batch);
    }
    let scores = sum.scores();
    Ok(Scores { metrics: tally.metrics(scores.loss), ..scores })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_are_counted_for_class_numbers_and_one_hot_rows_and_not_for_values() {
        let output = [0.1, 0.9, 0.8, 0.2, 0.5, 0.5];
        assert_eq!(hits(&output, 2, &Targets::Classes(vec![1, 1, 0]), None), (2, 3));
        assert_eq!(hits(&output, 2, &Targets::Values(vec![0.0, 1.0, 1.0, 0.0, 0.0, 1.0]), None), (2, 3));
        assert_eq!(hits(&output, 2, &Targets::Values(vec![0.3; 6]), None), (0, 0));
        let binary = Targets::Values(vec![0.0, 1.0, 1.0]);
        assert_eq!(hits(&[-0.2, 0.3, -4.0], 1, &binary, Some(0.0)), (2, 3));
        assert_eq!(hits(&[0.4, 0.6, 0.1], 1, &binary, None), (0, 0));
        assert_eq!((class_said(&[0.6]), class_said(&[0.4]), class_said(&[0.1, 0.2])), (1, 0, 1));
    }
}
