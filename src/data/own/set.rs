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
        let classes = self.classes();
        let parts = match self.first_test {
            Some(first) => Parts::cut_at(&classes, first as u32, config, seed),
            None => Parts::cut(&classes, config, seed),
        };
        let scales = if self.are_pixels {
            let deviation = if config.normalize { 255.0 } else { 1.0 };
            vec![Scale { mean: 0.0, deviation }]
        } else {
            // Only a table's columns are quantities of their own; of anything else, all numbers are of one kind.
            let columns = if self.shape.len() == 1 { self.shape[0] } else { 1 };
            fit(&*self.rows, &parts.train, columns)?
        };
        if config.normalize
            && let Answers::Values { width, values, scales } = &mut self.answers
        {
            *scales = (0..*width)
                .map(|place| {
                    Moments::of(parts.train.iter().map(|&row| values[row as usize * *width + place])).scale()
                })
                .collect();
            for row in values.chunks_exact_mut(*width) {
                row.iter_mut().zip(scales.iter()).for_each(|(x, scale)| *x = scale.apply(*x));
            }
        }
        let shared = Arc::new(Shared { set: self, scales, scale: config.normalize, labels: config.labels });
        let part = |chosen| -> Arc<dyn Dataset> { Arc::new(Own { shared: shared.clone(), chosen }) };
        Ok(Splits { train: part(parts.train), validation: part(parts.validation), test: part(parts.test) })
    }
}

impl Imported {
    /// The whole set as one part, with scales fitted to other samples; not scaled where there are none.
    pub fn whole(self, scales: &[Scale], labels: Labels) -> Arc<dyn Dataset> {
        let chosen = (0..self.rows.count() as u32).collect();
        let (scales, scale) = (scales.to_vec(), !scales.is_empty());
        let shared = Arc::new(Shared { set: self, scales, scale, labels });
        Arc::new(Own { shared, chosen })
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
    scales: Vec<Scale>,
    scale: bool,
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
        let Shared { set, scales, scale, .. } = &*self.shared;
        set.rows.read(self.place(index), row)?;
        for cells in row.chunks_exact_mut(scales.len().max(1)) {
            for (x, fitted) in cells.iter_mut().zip(scales) {
                if x.is_nan() {
                    *x = fitted.mean as f32;
                }
                if *scale {
                    *x = fitted.apply(*x);
                }
            }
        }
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

    fn input_scales(&self) -> &[Scale] {
        if self.shared.scale { &self.shared.scales } else { &[] }
    }

    fn target_scales(&self) -> &[Scale] {
        match &self.shared.set.answers {
            Answers::Values { scales, .. } => scales,
            Answers::Classes { .. } => &[],
        }
    }
}
