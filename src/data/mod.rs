//! Data sets as batches.

/// What a batch asks the network to predict.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// `[batch, outputs]` numbers: one-hot rows, or real values.
    Values(Vec<f32>),
    /// A class a sample, or a token a step (`[batch * steps]`).
    Classes(Vec<u32>),
}

/// Samples that go through the network together.
#[derive(Clone, Debug, PartialEq)]
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
