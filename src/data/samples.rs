//! Samples kept in memory as numbers: tables, points, words, windows of a series, spectrograms.

use std::sync::Arc;

use super::Error;
use super::answers::{Answers, Numbering};
use super::beyond::{self, Beyond};
use super::dataset::{Batch, Dataset, Scale, Splits};
use super::numbers::spread;
use super::parts::Parts;
use super::table::RowNumbers;
use crate::preset::{Labels, Reading, Scaling, Spread, TableSchema, TargetsAs};

/// A whole set.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// Shape of one input, channels last; `[steps]` for tokens.
    pub shape: Vec<usize>,
    /// `[samples, …shape]`.
    pub inputs: Vec<f32>,
    /// How they were standardised, one scale a feature; empty where they were not.
    pub scales: Vec<Scale>,
    /// What they should give.
    pub answers: Answers,
    /// What tokens stand for; empty for plain numbers.
    pub tokens: Vec<String>,
    /// The columns' names, where they have some.
    pub columns: Vec<String>,
    /// The columns of a table with words; `None` where there are none.
    pub table: Option<TableSchema>,
    /// A few words on each sample; empty where there are none.
    pub captions: Vec<String>,
    /// The file of each sample, as its folder or table names it; empty where samples are no files.
    pub files: Vec<String>,
    /// The first sample of the set's own validation set, where it has one.
    pub first_validation: Option<usize>,
    /// The number of each in its table or text, where samples are rows of one, and the first row of a second one, which is the test set.
    pub rows: Option<(RowNumbers, Option<usize>)>,
    /// A forecast for each sample without a model; empty where there is none.
    pub naive: Vec<f32>,
}

impl Samples {
    /// A set of plain numbers with classes.
    pub fn of_classes(shape: Vec<usize>, inputs: Vec<f32>, of: Vec<u32>, names: Vec<String>) -> Self {
        Samples::of(shape, inputs, Answers::Classes { of, names })
    }

    /// A set of plain numbers with what they should give.
    pub fn of(shape: Vec<usize>, inputs: Vec<f32>, answers: Answers) -> Self {
        Samples {
            shape,
            inputs,
            scales: Vec::new(),
            answers,
            tokens: Vec::new(),
            columns: Vec::new(),
            table: None,
            captions: Vec::new(),
            files: Vec::new(),
            first_validation: None,
            rows: None,
            naive: Vec::new(),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.inputs.len() / self.width()
    }

    fn width(&self) -> usize {
        self.shape.iter().product::<usize>().max(1)
    }

    /// Each sample's class; all the same where they have none.
    pub fn classes(&self) -> Vec<u32> {
        self.answers.classes()
    }

    /// Which classes whole numbers are: of files and rows of tables those that occur, of others all from 0 on.
    pub fn numbering(&self) -> Numbering {
        let have_names = !self.files.is_empty() || self.rows.is_some();
        if have_names { Numbering::Names } else { Numbering::FromZero }
    }

    /// The samples with their targets as a training wants them, where they can be read so.
    pub fn read_as(mut self, wanted: TargetsAs) -> Self {
        let numbering = self.numbering();
        self.answers = self.answers.read_as(wanted, numbering);
        self
    }

    /// Scales each feature (the last axis) and each real-valued target as `reading` says, by the samples `fitted_on`.
    ///
    /// # Errors
    /// When inputs or targets that have to lie between 0 and 1 do not.
    pub fn fit(&mut self, fitted_on: &[u32], reading: &Reading) -> Result<(), Beyond> {
        let (width, features) = (self.width(), self.shape.last().copied().unwrap_or(1).max(1));
        let rows: Vec<f32> = fitted_on
            .iter()
            .flat_map(|&row| self.inputs[row as usize * width..][..width].iter().copied())
            .collect();
        let spreads = spreads(&rows, features);
        if reading.input_scaling == Scaling::Shares {
            beyond::check_inputs(spreads.iter().copied())?;
        }
        if !reading.input_scaling.is_none() {
            self.scales = spreads.into_iter().map(|spread| reading.input_scaling.scale(spread)).collect();
            apply(&mut self.inputs, &self.scales);
        }
        self.fit_targets(fitted_on, reading)?;
        if let Some(first) = self.answers.scales().first() {
            self.naive.iter_mut().for_each(|value| *value = first.apply(f64::from(*value)));
        }
        Ok(())
    }

    /// Scales each real-valued target as `reading` says, by the samples `fitted_on`.
    ///
    /// # Errors
    /// When targets that have to lie between 0 and 1 do not.
    pub fn fit_targets(&mut self, fitted_on: &[u32], reading: &Reading) -> Result<(), Beyond> {
        self.answers.fit(fitted_on, reading.target_scaling);
        beyond::check_targets(&self.answers, reading.target_scaling)
    }

    /// Scales the inputs with the scales of another set.
    pub fn scale_as(&mut self, scales: Vec<Scale>) {
        if !scales.is_empty() {
            apply(&mut self.inputs, &scales);
        }
        self.scales = scales;
    }

    /// The whole set as one part.
    pub fn whole(self, labels: Labels) -> Arc<dyn Dataset> {
        let chosen = (0..self.count() as u32).collect();
        Arc::new(Chosen { samples: Arc::new(self), chosen, labels })
    }

    /// The set in its parts.
    pub fn split(self, parts: Parts, labels: Labels) -> Splits {
        let samples = Arc::new(self);
        let part =
            |chosen| -> Arc<dyn Dataset> { Arc::new(Chosen { samples: samples.clone(), chosen, labels }) };
        Splits {
            train: part(parts.train),
            validation: part(parts.validation),
            test: part(parts.test),
            notices: Vec::new(),
        }
    }
}

/// What each of `width` columns is like.
fn spreads(rows: &[f32], width: usize) -> Vec<Spread> {
    let column = |place: usize| rows.iter().skip(place).step_by(width).map(|&x| f64::from(x));
    (0..width).map(|place| spread(column(place))).collect()
}

fn apply(values: &mut [f32], scales: &[Scale]) {
    for row in values.chunks_exact_mut(scales.len().max(1)) {
        row.iter_mut().zip(scales).for_each(|(x, scale)| *x = scale.apply(f64::from(*x)));
    }
}

/// Some samples of a set.
struct Chosen {
    samples: Arc<Samples>,
    chosen: Vec<u32>,
    labels: Labels,
}

impl Chosen {
    fn place(&self, index: usize) -> Option<usize> {
        self.chosen.get(index).map(|&place| place as usize)
    }
}

impl Dataset for Chosen {
    fn len(&self) -> usize {
        self.chosen.len()
    }

    fn input_shape(&self) -> &[usize] {
        &self.samples.shape
    }

    fn fill(&self, indices: &[u32], batch: &mut Batch) -> Result<(), Error> {
        let width = self.samples.width();
        let place = |index: u32| self.chosen[index as usize] as usize;
        batch.fill_inputs(indices, width, |index, row| {
            row.copy_from_slice(&self.samples.inputs[place(index) * width..][..width]);
        });
        self.samples.answers.fill(indices.iter().map(|&index| place(index)), self.labels, batch);
        Ok(())
    }

    fn classes(&self) -> &[String] {
        self.samples.answers.names()
    }

    fn labels(&self) -> &[String] {
        self.samples.answers.labels()
    }

    fn class_of(&self, index: usize) -> Option<u32> {
        self.samples.answers.class(self.place(index)?)
    }

    fn tokens(&self) -> &[String] {
        &self.samples.tokens
    }

    fn columns(&self) -> &[String] {
        &self.samples.columns
    }

    fn table(&self) -> Option<&TableSchema> {
        self.samples.table.as_ref()
    }

    fn label(&self) -> Option<&str> {
        let schema = self.samples.table.as_ref()?;
        schema.label_place().map(|place| &schema.columns[place][..])
    }

    fn input_scales(&self) -> &[Scale] {
        &self.samples.scales
    }

    fn target_scales(&self) -> &[Scale] {
        self.samples.answers.scales()
    }

    fn naive(&self, index: usize) -> Option<f32> {
        self.samples.naive.get(self.place(index)?).copied()
    }

    fn row_of(&self, index: usize) -> Option<usize> {
        let (numbers, first_test) = self.samples.rows.as_ref()?;
        Some(numbers.row_of(self.place(index)?, *first_test))
    }

    fn file_of(&self, index: usize) -> Option<String> {
        self.samples.files.get(self.place(index)?).cloned()
    }

    fn caption(&self, index: usize) -> Option<String> {
        self.samples.captions.get(self.place(index)?).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Targets;
    use crate::preset::{DataConfig, Source};

    #[test]
    fn scaling_knows_only_the_samples_it_was_fitted_on() {
        let answers = Answers::values(1, vec![10.0, 20.0, 1000.0]);
        let names = vec![];
        let mut samples = Samples {
            answers,
            ..Samples::of_classes(vec![2], vec![1.0, 5.0, 3.0, 5.0, 99.0, 6.0], vec![], names)
        };
        let config = DataConfig::of(Source::Diabetes);
        samples.fit(&[0, 1], &Reading::suggested(&config)).unwrap();
        assert_eq!(samples.inputs, [-1.0, 0.0, 1.0, 0.0, 97.0, 1.0]);
        let parts = Parts { train: vec![1, 0], validation: vec![], test: vec![2] };
        let splits = samples.split(parts, Labels::OneHot);
        let mut batch = Batch::default();
        splits.train.fill(&[0, 1], &mut batch).unwrap();
        assert_eq!(batch.targets, Targets::Values(vec![1.0, -1.0]));
        assert_eq!(splits.test.input_scales()[0].apply(99.0), 97.0);
        assert_eq!(splits.test.target_scales()[0].restore(1.0), 20.0);
    }
}
