//! Measures how good a model is on samples that it is not trained on.

use super::error::Error;
use super::metrics::{Metrics, Scores};
use super::network::Network;
use super::task::Task;
use crate::data::{Batch, Dataset, Targets};
use crate::nn::loss::Form;
use crate::nn::ops::Backend;

/// Sums of loss and correct answers over some samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossAndHits {
    task: Task,
    /// An output above this says yes, where an output says yes or no.
    threshold: f32,
    /// Sum of the samples' losses.
    loss: f64,
    /// Correct answers, and questions that have a correct answer.
    hits: u64,
    questions: u64,
    samples: u64,
}

impl LossAndHits {
    /// Empty sums, for outputs in `form` to a task.
    pub fn of(task: Task, form: Form) -> Self {
        let threshold = if form == Form::SigmoidLogits { 0.0 } else { 0.5 };
        LossAndHits { task, threshold, loss: 0.0, hits: 0, questions: 0, samples: 0 }
    }

    /// Adds a batch: its mean loss, and the model's outputs, which are compared with the targets.
    pub fn add(&mut self, loss: f64, output: &[f32], width: usize, batch: &Batch) {
        self.loss += loss * batch.rows as f64;
        self.samples += batch.rows as u64;
        let (hits, questions) = self.hits(output, width, &batch.targets);
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

    /// The number of correct answers, and of questions that have one. An answer is the largest output; where each output
    /// says yes or no, it is the side of the threshold on which it lies, as in Keras's binary accuracy.
    fn hits(&self, output: &[f32], width: usize, targets: &Targets) -> (u64, u64) {
        let rows = output.chunks_exact(width);
        match (self.task, targets) {
            (Task::Regression, _) => (0, 0),
            (_, Targets::Classes(classes)) => {
                let right = rows.zip(classes).filter(|(row, class)| largest(row) == **class as usize);
                (right.count() as u64, classes.len() as u64)
            }
            (Task::Binary, Targets::Values(values)) if width == 1 => self.sides(output, values),
            (Task::Multilabel, Targets::Values(values)) => self.sides(output, values),
            (
                Task::Binary | Task::Multiclass | Task::Distribution | Task::NextToken,
                Targets::Values(values),
            ) => {
                let pairs = rows.zip(values.chunks_exact(width));
                let right = pairs.clone().filter(|(row, target)| largest(row) == largest(target));
                (right.count() as u64, pairs.len() as u64)
            }
        }
    }

    /// How many outputs are on the side of the threshold on which their target is.
    fn sides(&self, output: &[f32], targets: &[f32]) -> (u64, u64) {
        let right = output.iter().zip(targets).filter(|&(&y, &t)| (y > self.threshold) == (t > 0.5));
        (right.count() as u64, output.len() as u64)
    }
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
    use crate::preset::{Clip, Layer, Loss, Networks};

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
    fn hits_are_counted_as_the_task_says() {
        let hits = |task, form, output: &[f32], width, targets: &Targets| {
            LossAndHits::of(task, form).hits(output, width, targets)
        };
        let output = [0.1, 0.9, 0.8, 0.2, 0.5, 0.5];
        let classes = Targets::Classes(vec![1, 1, 0]);
        let rows = Targets::Values(vec![0.0, 1.0, 1.0, 0.0, 0.0, 1.0]);
        assert_eq!(hits(Task::Multiclass, Form::Output, &output, 2, &classes), (2, 3));
        assert_eq!(hits(Task::Multiclass, Form::Output, &output, 2, &rows), (2, 3));
        assert_eq!(hits(Task::Regression, Form::Output, &output, 2, &rows), (0, 0));
        let binary = Targets::Values(vec![0.0, 1.0, 1.0]);
        assert_eq!(hits(Task::Binary, Form::SigmoidLogits, &[-0.2, 0.3, -4.0], 1, &binary), (2, 3));
        assert_eq!(hits(Task::Binary, Form::Output, &[0.4, 0.6, 0.1], 1, &binary), (2, 3));
        // Two labels a sample: the first sample has one, though its row looks like a class.
        let labels = Targets::Values(vec![1.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
        assert_eq!(hits(Task::Multilabel, Form::Output, &output, 2, &labels), (3, 6));
        let shares = Targets::Values(vec![0.3, 0.7, 0.4, 0.6, 0.9, 0.1]);
        assert_eq!(hits(Task::Distribution, Form::Output, &output, 2, &shares), (2, 3));
        assert_eq!((class_said(&[0.6]), class_said(&[0.4]), class_said(&[0.1, 0.2])), (1, 0, 1));
    }
}
