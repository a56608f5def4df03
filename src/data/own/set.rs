//! A set of one's own: its inputs stay where they are and are scaled when a batch is filled.

use std::sync::Arc;

use rayon::prelude::*;

use crate::data::dataset::{Batch, Dataset, Scale, Splits};
use crate::data::import::rows::Rows;
use crate::data::parts::Parts;
use crate::data::samples::Answers;
use crate::data::{Error, labels};
use crate::preset::{DataConfig, Labels};

/// What was imported.
pub struct Imported {
    /// The inputs; NaN where a mean is to be filled in.
    pub rows: Arc<dyn Rows>,
    /// Shape of one, channels last.
    pub shape: Vec<usize>,
    /// What they should give.
    pub answers: Answers,
    /// The columns' names of a table.
    pub columns: Vec<String>,
    /// The name of the column that is predicted, of a table with names.
    pub label: Option<String>,
    /// The first sample of the set's own test set, where it has one.
    pub first_test: Option<usize>,
    /// Inputs are bytes of images: normalised by 255, not by their mean.
    pub are_pixels: bool,
}

impl Imported {
    /// One class per sample; all the same where there are no classes.
    fn classes(&self) -> Vec<u32> {
        match &self.answers {
            Answers::Classes { of, .. } => of.clone(),
            Answers::Values { .. } => vec![0; self.rows.count()],
        }
    }

    /// The set in its parts, scaled as its training samples are.
    ///
    /// # Errors
    /// When the files cannot be read any more.
    pub fn split(mut self, config: &DataConfig, seed: u64) -> Result<Splits, Error> {
        let parts = self.cut(config, seed);
        let fitted = self.fit(&parts.train, config.normalize)?;
        Ok(self.in_parts(parts, fitted, config.labels))
    }

    /// The set in its parts, its inputs scaled as another set's; its targets are so already.
    pub fn split_as(self, fitted: Fitted, config: &DataConfig, seed: u64) -> Splits {
        let parts = self.cut(config, seed);
        self.in_parts(parts, fitted, config.labels)
    }

    /// The whole set as one part, its inputs scaled as another set's; its targets are so already.
    pub fn whole(self, fitted: Fitted, labels: Labels) -> Arc<dyn Dataset> {
        let chosen = (0..self.rows.count() as u32).collect();
        Arc::new(Own { shared: Arc::new(Shared { set: self, fitted, labels }), chosen })
    }

    fn cut(&self, config: &DataConfig, seed: u64) -> Parts {
        let classes = self.classes();
        match self.first_test {
            Some(first) => Parts::cut_at(&classes, first as u32, config, seed),
            None => Parts::cut(&classes, config, seed),
        }
    }

    /// Finds the inputs' scales by the samples `train`, and scales real-valued targets by them.
    fn fit(&mut self, train: &[u32], normalize: bool) -> Result<Fitted, Error> {
        if normalize && let Answers::Values { width, values, scales } = &mut self.answers {
            let of = |place| Moments::of(train.iter().map(|&row| values[row as usize * *width + place]));
            *scales = (0..*width).map(|place| of(place).scale()).collect();
            for row in values.chunks_exact_mut(*width) {
                row.iter_mut().zip(scales.iter()).for_each(|(x, scale)| *x = scale.apply(*x));
            }
        }
        if self.are_pixels {
            let scales = if normalize { vec![Scale { mean: 0.0, deviation: 255.0 }] } else { Vec::new() };
            return Ok(Fitted { scales, fills: Vec::new() });
        }
        // Only a table's columns are quantities of their own; of anything else, all numbers are of one kind.
        let columns = if self.shape.len() == 1 { self.shape[0] } else { 1 };
        let scales = fit(&*self.rows, train, columns)?;
        let fills = scales.iter().map(|scale| scale.mean as f32).collect();
        Ok(Fitted { scales: if normalize { scales } else { Vec::new() }, fills })
    }

    fn in_parts(self, parts: Parts, fitted: Fitted, labels: Labels) -> Splits {
        let shared = Arc::new(Shared { set: self, fitted, labels });
        let part = |chosen| -> Arc<dyn Dataset> { Arc::new(Own { shared: shared.clone(), chosen }) };
        Splits { train: part(parts.train), validation: part(parts.validation), test: part(parts.test) }
    }
}

/// What is done to inputs before the network gets them, as the training samples say.
pub struct Fitted {
    /// Their scales, repeated along a sample; empty: they are not scaled.
    pub scales: Vec<Scale>,
    /// What stands in for a missing value, likewise.
    pub fills: Vec<f32>,
}

impl Fitted {
    fn apply(&self, row: &mut [f32]) {
        if !self.fills.is_empty() {
            for cells in row.chunks_exact_mut(self.fills.len()) {
                let missing = cells.iter_mut().zip(&self.fills).filter(|(x, _)| x.is_nan());
                missing.for_each(|(x, fill)| *x = *fill);
            }
        }
        if !self.scales.is_empty() {
            for cells in row.chunks_exact_mut(self.scales.len()) {
                cells.iter_mut().zip(&self.scales).for_each(|(x, scale)| *x = scale.apply(*x));
            }
        }
    }
}

/// Mean and spread of numbers that come one after another (Welford 1962).
#[derive(Clone, Copy, Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, x: f32) {
        // A missing value does not count.
        if !x.is_nan() {
            self.count += 1.0;
            let before = f64::from(x) - self.mean;
            self.mean += before / self.count;
            self.squares += before * (f64::from(x) - self.mean);
        }
    }

    fn of(numbers: impl Iterator<Item = f32>) -> Self {
        numbers.fold(Moments::default(), |mut moments, x| {
            moments.add(x);
            moments
        })
    }

    fn scale(self) -> Scale {
        let deviation = (self.squares / self.count.max(1.0)).sqrt();
        Scale { mean: self.mean, deviation: if deviation > 0.0 { deviation } else { 1.0 } }
    }
}

fn fit(rows: &dyn Rows, train: &[u32], columns: usize) -> Result<Vec<Scale>, Error> {
    let mut moments = vec![Moments::default(); columns];
    let mut piece = Vec::new();
    for &number in train {
        rows.in_pieces(number as usize, &mut piece, &mut |first, cells| {
            let places = (first % columns..columns).chain((0..columns).cycle());
            places.zip(cells).for_each(|(column, &x)| moments[column].add(x));
            Ok(())
        })?;
    }
    Ok(moments.into_iter().map(Moments::scale).collect())
}

struct Shared {
    set: Imported,
    fitted: Fitted,
    labels: Labels,
}

struct Own {
    shared: Arc<Shared>,
    chosen: Vec<u32>,
}

impl Own {
    fn place(&self, index: u32) -> usize {
        self.chosen[index as usize] as usize
    }

    /// Reads and scales one sample.
    fn read(&self, index: u32, row: &mut [f32]) -> Result<(), Error> {
        self.shared.set.rows.read(self.place(index), row)?;
        self.shared.fitted.apply(row);
        Ok(())
    }
}

impl Dataset for Own {
    fn len(&self) -> usize {
        self.chosen.len()
    }

    fn input_shape(&self) -> &[usize] {
        &self.shared.set.shape
    }

    fn fill(&self, indices: &[u32], batch: &mut Batch) -> Result<(), Error> {
        let width = self.shared.set.rows.width();
        let rows = batch.take_inputs(indices.len(), width);
        if self.is_costly() {
            let read =
                rows.par_chunks_exact_mut(width).zip(indices).map(|(row, &index)| self.read(index, row));
            // The first in the batch's order, whichever thread was first.
            read.find_map_first(Result::err).map_or(Ok(()), Err)?;
        } else {
            rows.chunks_exact_mut(width).zip(indices).try_for_each(|(row, &index)| self.read(index, row))?;
        }
        match &self.shared.set.answers {
            Answers::Classes { of, names } => {
                let classes = indices.iter().map(|&index| of[self.place(index)]);
                labels::fill(classes, names.len(), self.shared.labels, batch);
            }
            Answers::Values { width, values, .. } => {
                let targets = batch.take_values();
                for &index in indices {
                    targets.extend_from_slice(&values[self.place(index) * width..][..*width]);
                }
            }
        }
        Ok(())
    }

    fn is_costly(&self) -> bool {
        self.shared.set.rows.is_costly()
    }

    fn classes(&self) -> &[String] {
        match &self.shared.set.answers {
            Answers::Classes { names, .. } => names,
            Answers::Values { .. } => &[],
        }
    }

    fn class_of(&self, index: usize) -> Option<u32> {
        let place = *self.chosen.get(index)? as usize;
        match &self.shared.set.answers {
            Answers::Classes { of, .. } => of.get(place).copied(),
            Answers::Values { .. } => None,
        }
    }

    fn columns(&self) -> &[String] {
        &self.shared.set.columns
    }

    fn label(&self) -> Option<&str> {
        self.shared.set.label.as_deref()
    }

    fn are_pixels(&self) -> bool {
        self.shared.set.are_pixels
    }

    fn fills(&self) -> &[f32] {
        &self.shared.fitted.fills
    }

    fn input_scales(&self) -> &[Scale] {
        &self.shared.fitted.scales
    }

    fn target_scales(&self) -> &[Scale] {
        match &self.shared.set.answers {
            Answers::Values { scales, .. } => scales,
            Answers::Classes { .. } => &[],
        }
    }
}
