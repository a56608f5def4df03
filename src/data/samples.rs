//! Samples kept in memory as numbers: tables, points, words, windows of a series, spectrograms.

use std::sync::Arc;

use super::dataset::{Batch, Dataset, Scale, Splits};
use super::parts::Parts;
use super::{Error, labels};
use crate::preset::Labels;

/// What is to be predicted.
#[derive(Clone, Debug, PartialEq)]
pub enum Answers {
    /// One of these classes per sample.
    Classes {
        /// The class of each sample.
        of: Vec<u32>,
        /// Their names.
        names: Vec<String>,
    },
    /// `[samples, width]` real values.
    Values {
        /// How many values per sample.
        width: usize,
        /// Row after row.
        values: Vec<f32>,
        /// How each was standardised.
        scales: Vec<Scale>,
    },
}

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
    /// A few words on each sample; empty where there are none.
    pub captions: Vec<String>,
    /// A forecast for each sample without a model; empty where there is none.
    pub naive: Vec<f32>,
}

impl Samples {
    /// A set of plain numbers with classes.
    pub fn of_classes(shape: Vec<usize>, inputs: Vec<f32>, of: Vec<u32>, names: Vec<String>) -> Self {
        Samples {
            shape,
            inputs,
            scales: Vec::new(),
            answers: Answers::Classes { of, names },
            tokens: Vec::new(),
            columns: Vec::new(),
            captions: Vec::new(),
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
        match &self.answers {
            Answers::Classes { of, .. } => of.clone(),
            Answers::Values { .. } => vec![0; self.count()],
        }
    }

    /// Standardises each feature (the last axis) and each real-valued target by the samples `fitted_on`.
    pub fn standardise(&mut self, fitted_on: &[u32]) {
        let (width, features) = (self.width(), self.shape.last().copied().unwrap_or(1).max(1));
        let rows = |values: &[f32], width: usize| -> Vec<f32> {
            fitted_on.iter().flat_map(|&row| values[row as usize * width..][..width].to_vec()).collect()
        };
        self.scales = fit(&rows(&self.inputs, width), features);
        apply(&mut self.inputs, &self.scales);
        if let Answers::Values { width, values, scales } = &mut self.answers {
            *scales = fit(&rows(values, *width), *width);
            apply(values, scales);
            if let Some(first) = scales.first() {
                self.naive.iter_mut().for_each(|value| *value = first.apply(*value));
            }
        }
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
        Splits { train: part(parts.train), validation: part(parts.validation), test: part(parts.test) }
    }
}

/// Mean and deviation of each of `width` columns.
fn fit(rows: &[f32], width: usize) -> Vec<Scale> {
    let count = (rows.len() / width).max(1) as f64;
    let column = |place: usize| rows.iter().skip(place).step_by(width).map(|&x| f64::from(x));
    (0..width)
        .map(|place| {
            let mean = column(place).sum::<f64>() / count;
            let deviation = (column(place).map(|x| (x - mean) * (x - mean)).sum::<f64>() / count).sqrt();
            Scale { mean, deviation: if deviation > 0.0 { deviation } else { 1.0 } }
        })
        .collect()
}

fn apply(values: &mut [f32], scales: &[Scale]) {
    for row in values.chunks_exact_mut(scales.len().max(1)) {
        row.iter_mut().zip(scales).for_each(|(x, scale)| *x = scale.apply(*x));
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
        match &self.samples.answers {
            Answers::Classes { of, names } => {
                let classes = indices.iter().map(|&index| of[place(index)]);
                labels::fill(classes, names.len(), self.labels, batch);
            }
            Answers::Values { width, values, .. } => {
                let rows = batch.take_values();
                for &index in indices {
                    rows.extend_from_slice(&values[place(index) * width..][..*width]);
                }
            }
        }
        Ok(())
    }

    fn classes(&self) -> &[String] {
        match &self.samples.answers {
            Answers::Classes { names, .. } => names,
            Answers::Values { .. } => &[],
        }
    }

    fn class_of(&self, index: usize) -> Option<u32> {
        match &self.samples.answers {
            Answers::Classes { of, .. } => of.get(self.place(index)?).copied(),
            Answers::Values { .. } => None,
        }
    }

    fn tokens(&self) -> &[String] {
        &self.samples.tokens
    }

    fn columns(&self) -> &[String] {
        &self.samples.columns
    }

    fn input_scales(&self) -> &[Scale] {
        &self.samples.scales
    }

    fn target_scales(&self) -> &[Scale] {
        match &self.samples.answers {
            Answers::Values { scales, .. } => scales,
            Answers::Classes { .. } => &[],
        }
    }

    fn naive(&self, index: usize) -> Option<f32> {
        self.samples.naive.get(self.place(index)?).copied()
    }

    fn caption(&self, index: usize) -> Option<String> {
        self.samples.captions.get(self.place(index)?).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Targets;

    #[test]
    fn scaling_knows_only_the_samples_it_was_fitted_on() {
        let answers =
            Answers::Values { width: 1, values: vec![10.0, 20.0, 1000.0], scales: vec![Scale::NONE] };
        let names = vec![];
        let mut samples = Samples {
            answers,
            ..Samples::of_classes(vec![2], vec![1.0, 5.0, 3.0, 5.0, 99.0, 6.0], vec![], names)
        };
        samples.standardise(&[0, 1]);
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
