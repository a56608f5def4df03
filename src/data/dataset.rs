//! What every data set can do, whatever it is made of.

use std::borrow::Cow;
use std::sync::Arc;

use rayon::prelude::*;

use super::Error;
pub use crate::preset::Scale;
use crate::preset::TableSchema;
use crate::preset::layers::RowColumn;

/// What a batch asks the network to predict.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// `[batch, outputs]` numbers: one-hot rows, or real values.
    Values(Vec<f32>),
    /// One class per sample, or one token per step (`[batch * steps]`).
    Classes(Vec<u32>),
}

impl Default for Targets {
    fn default() -> Self {
        Targets::Classes(Vec::new())
    }
}

impl Targets {
    /// Their memory, emptied, as values.
    pub fn emptied_values(&mut self) -> &mut Vec<f32> {
        if !matches!(self, Targets::Values(_)) {
            *self = Targets::Values(Vec::new());
        }
        match self {
            Targets::Values(values) => {
                values.clear();
                values
            }
            Targets::Classes(_) => unreachable!("it was just made of values"),
        }
    }
}

/// Samples that go through the network together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// `[rows, features]`; tokens as whole numbers.
    pub inputs: Vec<f32>,
    /// What they should give.
    pub targets: Targets,
    /// How much each sample counts in the loss of a training step; empty: all count the same.
    pub weights: Vec<f32>,
    /// How many samples.
    pub rows: usize,
    /// The places of targets that were cut off to fit the range of the loss, and what they are beyond it.
    pub cut: Vec<(usize, f32)>,
}

impl Batch {
    /// The targets as errors are measured against them: none is cut off.
    pub fn uncut_targets(&self) -> Cow<'_, Targets> {
        match &self.targets {
            Targets::Values(values) if !self.cut.is_empty() => {
                let mut values = values.clone();
                self.cut.iter().for_each(|&(place, value)| values[place] = value);
                Cow::Owned(Targets::Values(values))
            }
            targets => Cow::Borrowed(targets),
        }
    }

    /// The inputs' memory, for `rows` rows of `width` numbers. All samples count the same again.
    pub(super) fn take_inputs(&mut self, rows: usize, width: usize) -> &mut [f32] {
        self.rows = rows;
        self.weights.clear();
        self.cut.clear();
        self.inputs.resize(rows * width, 0.0);
        &mut self.inputs
    }

    /// Fills the inputs, `width` numbers for each of these samples: `fill` gets the sample and its row. Threads share
    /// the rows of a large batch.
    pub(crate) fn fill_inputs(
        &mut self,
        indices: &[u32],
        width: usize,
        fill: impl Fn(u32, &mut [f32]) + Sync,
    ) {
        /// How many numbers are worth a task for another thread.
        const PIECE: usize = 1 << 13;
        let inputs = self.take_inputs(indices.len(), width);
        let rows = PIECE.div_ceil(width.max(1));
        let fill_all = |(inputs, indices): (&mut [f32], &[u32])| {
            inputs.chunks_exact_mut(width).zip(indices).for_each(|(row, &index)| fill(index, row));
        };
        match indices.len() <= rows {
            true => fill_all((inputs, indices)),
            false => inputs.par_chunks_mut(rows * width).zip(indices.par_chunks(rows)).for_each(fill_all),
        }
    }

    /// The targets' memory, emptied, as values.
    pub(super) fn take_values(&mut self) -> &mut Vec<f32> {
        self.targets.emptied_values()
    }
}

/// Samples that can be read in any order, by any thread.
pub trait Dataset: Send + Sync {
    /// How many samples.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Shape of one input, channels last; `[steps]` for tokens.
    fn input_shape(&self) -> &[usize];

    /// Fills `batch` with these samples, reusing its memory.
    ///
    /// # Errors
    /// When a sample cannot be read any more, such as from a file that has vanished or was cut short. The batch must
    /// not be used then: it holds some of the samples and whatever it held before.
    ///
    /// # Panics
    /// When an index is not below [`len`](Dataset::len).
    fn fill(&self, indices: &[u32], batch: &mut Batch) -> Result<(), Error>;

    /// As [`fill`](Dataset::fill), with the changes that only training samples undergo, drawn for this epoch (from 1).
    ///
    /// # Errors
    /// As [`fill`](Dataset::fill).
    fn fill_for_training(&self, indices: &[u32], _epoch: u32, batch: &mut Batch) -> Result<(), Error> {
        self.fill(indices, batch)
    }

    /// Whether filling a batch takes so long that it is better done while the batch before is trained on.
    fn is_costly(&self) -> bool {
        false
    }

    /// The classes' names; empty where the targets are no classes.
    fn classes(&self) -> &[String];

    /// The class of one sample, where it has one, even if the network does not predict it.
    fn class_of(&self, index: usize) -> Option<u32>;

    /// What the inputs' (and a text's targets') tokens stand for, by number; empty for plain numbers.
    fn tokens(&self) -> &[String] {
        &[]
    }

    /// Whether the samples are a text's windows in order, to be read by [`order::streams`](super::order::streams).
    fn is_stream(&self) -> bool {
        false
    }

    /// The names of a table's inputs, each of those that the network gets; empty where there are none.
    fn columns(&self) -> &[String] {
        &[]
    }

    /// The name of the column that is predicted, where the samples are a table with names.
    fn label(&self) -> Option<&str> {
        None
    }

    /// The names of the columns that are predicted, where they are several; empty otherwise.
    fn labels(&self) -> &[String] {
        &[]
    }

    /// The columns of a table, where the samples are one.
    fn table(&self) -> Option<&TableSchema> {
        None
    }

    /// The columns of a table's row as a network's layers get them, behind the vectors of words; empty where inputs have no names.
    fn row(&self) -> Vec<RowColumn> {
        let of_numbers = |name: &String| RowColumn { name: name.clone(), width: 1 };
        match self.table() {
            Some(schema) => schema.row(),
            None if *self.input_shape() == [self.columns().len()] => {
                self.columns().iter().map(of_numbers).collect()
            }
            // The steps of a series have names too.
            None => Vec::new(),
        }
    }

    /// Whether inputs are bytes of images.
    fn are_pixels(&self) -> bool {
        false
    }

    /// What stands in for a missing value before scaling, repeated along a sample as [`input_scales`] are; empty where
    /// nothing does.
    ///
    /// [`input_scales`]: Dataset::input_scales
    fn fills(&self) -> &[f64] {
        &[]
    }

    /// The least and the greatest number of the training samples' inputs before they were scaled; `None` where nobody looked.
    fn input_range(&self) -> Option<(f64, f64)> {
        None
    }

    /// How inputs were standardised, repeated along a sample: one scale for all numbers, or one for each column. Inputs
    /// from elsewhere go through [`Scale::apply`] before the network. Empty where inputs were not standardised.
    fn input_scales(&self) -> &[Scale] {
        &[]
    }

    /// How real-valued targets were standardised, one scale per value; empty where there are none.
    fn target_scales(&self) -> &[Scale] {
        &[]
    }

    /// The real values that a sample should give, as the data has them, which scaled targets in single precision do not tell to the
    /// last digit; `None` where there are none, or nobody keeps them.
    ///
    /// # Errors
    /// When the sample cannot be read.
    fn values_of(&self, _index: usize) -> Result<Option<Cow<'_, [f64]>>, Error> {
        Ok(None)
    }

    /// The inputs of a sample as its data has them, in double precision and before anything was cut off to fit a range; missing ones are
    /// filled. `None` where inputs are not scaled column by column.
    ///
    /// # Errors
    /// When the sample cannot be read.
    fn inputs_of(&self, _index: usize) -> Result<Option<Vec<f64>>, Error> {
        Ok(None)
    }

    /// A forecast for a sample without a model, scaled like the network's targets: for a time series, that nothing
    /// changes.
    fn naive(&self, _index: usize) -> Option<f32> {
        None
    }

    /// The row of its file that one sample is, counted from 1 without those that were left out; `None` where files have no rows.
    fn row_of(&self, _index: usize) -> Option<usize> {
        None
    }

    /// The file that one sample is, as its folder or table names it; `None` where samples are no files.
    fn file_of(&self, _index: usize) -> Option<String> {
        None
    }

    /// A few words on one sample: its date, its word.
    fn caption(&self, _index: usize) -> Option<String> {
        None
    }
}

/// Training, validation and test samples of one experiment.
#[derive(Clone)]
pub struct Splits {
    /// Trained on.
    pub train: Arc<dyn Dataset>,
    /// Held out of the training samples; empty when the preset asks for none.
    pub validation: Arc<dyn Dataset>,
    /// Not used before the end of the training.
    pub test: Arc<dyn Dataset>,
    /// What a person should know of the data before it is used: what was left out of it, what was converted.
    pub notices: Vec<String>,
}
