//! Data sets as batches.

pub mod images;
pub mod import;
pub mod mnist;
pub mod order;

use crate::preset::{DataConfig, Source};

/// What can go wrong with data.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Data that is not what it should be.
    #[error("{origin}: {problem}")]
    Broken {
        /// The file or set.
        origin: String,
        /// What is wrong, and where.
        problem: String,
    },
}

/// Opens the data that a preset names; `seed` decides what is held out for validation.
///
/// # Errors
/// When the data is broken.
pub fn open(config: &DataConfig, seed: u64) -> Result<Splits, Error> {
    match config.source {
        Source::Mnist => {
            let bytes = mnist::load()?;
            let (train, validation) =
                order::split(&bytes.train.labels, config.validation, config.train_samples, seed);
            let part = |half, chosen| -> Box<dyn Dataset> {
                Box::new(images::Images {
                    bytes: bytes.clone(),
                    half,
                    chosen,
                    shape: vec![28, 28, 1],
                    classes: (0..10).map(|digit| digit.to_string()).collect(),
                    normalize: config.normalize,
                    labels: config.labels,
                })
            };
            Ok(Splits {
                train: part(images::Half::Train, train),
                validation: part(images::Half::Train, validation),
                test: part(images::Half::Test, (0..bytes.test.labels.len() as u32).collect()),
            })
        }
    }
}

/// What a batch asks the network to predict.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// `[batch, outputs]` numbers: one-hot rows, or real values.
    Values(Vec<f32>),
    /// A class a sample, or a token a step (`[batch * steps]`).
    Classes(Vec<u32>),
}

impl Default for Targets {
    fn default() -> Self {
        Targets::Classes(Vec::new())
    }
}

/// Samples that go through the network together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// `[rows, features]`.
    pub inputs: Vec<f32>,
    /// What they should give.
    pub targets: Targets,
    /// How many samples.
    pub rows: usize,
}

/// Samples that can be read in any order, by any thread.
pub trait Dataset: Send + Sync {
    /// How many samples.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Shape of one input, channels last.
    fn input_shape(&self) -> &[usize];

    /// Fills `batch` with these samples, reusing its memory.
    ///
    /// # Panics
    /// When an index is not below [`len`](Dataset::len).
    fn fill(&self, indices: &[u32], batch: &mut Batch);

    /// The classes' names; empty for other targets.
    fn classes(&self) -> &[String];

    /// The class of one sample, where it has one.
    fn class_of(&self, index: usize) -> Option<u32>;
}

/// Training, validation and test samples of one experiment.
pub struct Splits {
    /// Trained on.
    pub train: Box<dyn Dataset>,
    /// Held out of the training samples; empty when the preset asks for none.
    pub validation: Box<dyn Dataset>,
    /// Never seen before the end.
    pub test: Box<dyn Dataset>,
}
