//! Measures how good a model is on samples that it is not trained on.

use super::error::Error;
use super::metrics::{Metrics, Scores};
use super::network::Network;
use crate::data::{Batch, Dataset, Targets};
use crate::nn::loss::Form;
use crate::nn::ops::Backend;
use crate::preset::Loss;

/// Sums of loss and correct answers over some samples.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LossAndHits {
    /// Sum of the samples' losses.
    loss: f64,
    /// Correct answers, and questions that have a correct answer.
    hits: u64,
    questions: u64,
    samples: u64,
    /// For binary classification: a single output above this means the second class.
    threshold: Option<f32>,
}

impl LossAndHits {
    /// Empty sums, for outputs in `form` and the loss `loss`.
    pub fn of(loss: Loss, form: Form) -> Self {
        let threshold = match (loss, form) {
            (Loss::BinaryCrossentropy, Form::SigmoidLogits) => Some(0.0),
            (Loss::BinaryCrossentropy, _) => Some(0.5),
            _ => None,
        };
        LossAndHits { threshold, ..LossAndHits::default() }
    }

    /// Adds a batch: its mean loss, and the model's outputs, which are compared with the targets.
    pub fn add(&mut self, loss: f64, output: &[f32], width: usize, batch: &Batch) {
        self.loss += loss * batch.rows as f64;
        self.samples += batch.rows as u64;
        let (hits, questions) = hits(output, width, &batch.targets, self.threshold);
        self.hits += hits;
        self.questions += questions;
    }

    /// The mean loss and the accuracy.
    pub fn scores(&self) -> Scores {
        Scores {
            loss: self.loss / self.samples.max(1) as f64,
            accuracy: (self.questions > 0).then(|| self.hits as f64 / self.questions as f64),
            metrics: Metrics::default(),
        }
    }
}

/// The number of correct answers, and of questions that have one. An answer is the largest output, or, for a single
/// output with two classes, the side of the threshold on which it lies.
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

/// The class that a network predicts for one sample, from its output after the last activation. A single output above a
/// half means the second class.
pub fn class_said(output: &[f32]) -> u32 {
    match output {
        [probability] => u32::from(*probability > 0.5),
        several => largest(several) as u32,
    }
}

/// The place of the largest number; the first one if several are equal.
pub fn largest(row: &[f32]) -> usize {
    row.iter().enumerate().fold(0, |best, (i, &x)| if x > row[best] { i } else { best })
}

/// The most samples that go through the model at a time when nothing is trained.
pub const CHUNK: usize = 250;

/// The most multiplications of a chunk: some tens of milliseconds on two processors. Chunks of expensive networks have
/// fewer samples.
const WORK: u64 = 8_000_000_000;

/// How many samples are evaluated at a time, so that a training can be paused, stopped and inspected in between. This
/// depends only on the networks, never on time, so that scores have the same bits everywhere.
pub fn chunk<D: Backend>(networks: &[Network<D>]) -> usize {
    let each = networks.iter().map(|network| network.model.multiplications()).fold(0, u64::saturating_add);
    (WORK / each.max(1)).clamp(1, CHUNK as u64) as usize
}

/// An evaluation in progress: a set that goes through the networks chunk by chunk.
pub struct Evaluation<S> {
    /// The chunk that was read last.
    pub batch: Batch,
    /// The sums over the chunks so far.
    pub sums: S,
    order: Vec<u32>,
    chunk: usize,
    next: usize,
}

impl<S> Evaluation<S> {
    /// An evaluation that reads a set in this order, `chunk` samples at a time.
    pub fn new(order: Vec<u32>, chunk: usize, sums: S) -> Self {
        Evaluation { batch: Batch::default(), sums, order, chunk: chunk.max(1), next: 0 }
    }

    /// An evaluation that reads a whole set from its first sample on, `chunk` samples at a time.
    pub fn of_all(set: &dyn Dataset, chunk: usize, sums: S) -> Self {
        Self::new((0..set.len() as u32).collect(), chunk, sums)
    }

    /// Reads the next chunk; returns its number, from 0, or `None` when all are read.
    ///
    /// # Errors
    /// When the samples cannot be read.
    pub fn fill_next(&mut self, set: &dyn Dataset) -> Result<Option<u64>, Error> {
        let Some(indices) = self.order.chunks(self.chunk).nth(self.next) else { return Ok(None) };
        set.fill(indices, &mut self.batch)?;
        self.next += 1;
        Ok(Some(self.next as u64 - 1))
    }

    /// Whether every chunk has been read.
    pub fn is_done(&self) -> bool {
        self.next * self.chunk >= self.order.len()
    }
}

/// Means of scores over chunks of different lengths.
#[derive(Default)]
pub struct MeanScores {
    mean: Scores,
    samples: usize,
}

impl MeanScores {
    /// Adds the scores of a chunk of `samples` samples.
    pub fn add(&mut self, scores: &Scores, samples: usize) {
        let is_first = self.samples == 0;
        self.samples += samples;
        let share = samples as f64 / self.samples.max(1) as f64;
        self.mean = if is_first { *scores } else { self.mean.mean(scores, share) };
    }

    /// The means.
    pub fn scores(self) -> Scores {
        self.mean
    }
}

#[cfg(test)]
mod tests {
    use dfdx::tensor::Cpu;

    use super::*;
    use crate::nn::model::Model;
    use crate::nn::optim::Optimizer;
    use crate::preset::library;
    use crate::preset::{Clip, Layer, Networks};

    fn chunk_of(layers: &[Layer], input: &[usize]) -> usize {
        let model = Model::build(&Cpu::default(), layers, input, Loss::MeanSquaredError, 1).unwrap();
        let optimizer = Optimizer::new(&ron::from_str("Adam()").unwrap(), &Clip::default());
        chunk(&[Network { name: "", model, optimizer }])
    }

    #[test]
    fn a_network_that_takes_long_is_evaluated_fewer_samples_at_a_time() {
        for entry in library::list().into_iter().filter(|entry| entry.file.is_none()) {
            let experiment = entry.loaded.unwrap().preset().clone().on_built_in_data();
            // Language models are evaluated in streams, as many at a time as a batch has.
            let is_language = matches!(experiment.networks, Networks::Language(_));
            for network in experiment.networks.iter().filter(|_| !is_language) {
                assert_eq!(chunk_of(&network.layers, &network.input), CHUNK, "{}", entry.name);
            }
        }
        let vgg: Vec<Layer> = ron::from_str(
            "[Conv2D(filters: 64, kernel_size: 3, padding: same), Conv2D(filters: 64, kernel_size: 3, padding: same)]",
        )
        .unwrap();
        // 224^2 places times 3^2 3 64 + 64 and 3^2 64 64 + 64 weights are 1.94e9 multiplications a sample.
        assert_eq!(chunk_of(&vgg, &[224, 224, 3]), 4);
    }

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
