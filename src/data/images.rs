//! Images kept as bytes, turned into numbers when a batch is filled.

use std::sync::Arc;

use super::{Batch, Dataset, Error, labels};
use crate::preset::Labels;

/// Which half of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// Training samples.
    Train,
    /// Test samples.
    Test,
}

/// Where the bytes are.
pub trait Bytes: Send + Sync {
    /// Images and labels of one half.
    fn half(&self, half: Half) -> (&[u8], &[u8]);
}

impl Bytes for super::mnist::Mnist {
    fn half(&self, half: Half) -> (&[u8], &[u8]) {
        let digits = match half {
            Half::Train => &self.train,
            Half::Test => &self.test,
        };
        (&digits.images, &digits.labels)
    }
}

/// Some images of a set with a class each.
pub struct Images<B> {
    /// The whole set, shared.
    pub bytes: Arc<B>,
    /// Which half of it.
    pub half: Half,
    /// Which images of that half, in this set's order.
    pub chosen: Vec<u32>,
    /// Shape of one image, channels last.
    pub shape: Vec<usize>,
    /// The classes' names.
    pub classes: Vec<String>,
    /// Divides by 255.
    pub normalize: bool,
    /// How classes reach the loss.
    pub labels: Labels,
}

impl<B: Bytes> Dataset for Images<B> {
    fn len(&self) -> usize {
        self.chosen.len()
    }

    fn input_shape(&self) -> &[usize] {
        &self.shape
    }

    fn fill(&self, indices: &[u32], batch: &mut Batch) -> Result<(), Error> {
        let (images, labels) = self.bytes.half(self.half);
        let pixels: usize = self.shape.iter().product();
        let scale = if self.normalize { 1.0 / 255.0 } else { 1.0 };
        let chosen = |index: u32| self.chosen[index as usize] as usize;
        batch.fill_inputs(indices, pixels, |index, row| {
            let image = &images[chosen(index) * pixels..][..pixels];
            row.iter_mut().zip(image).for_each(|(x, &byte)| *x = f32::from(byte) * scale);
        });
        let classes = indices.iter().map(|&index| u32::from(labels[chosen(index)]));
        labels::fill(classes, self.classes.len(), self.labels, batch);
        Ok(())
    }

    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn class_of(&self, index: usize) -> Option<u32> {
        let chosen = *self.chosen.get(index)? as usize;
        self.bytes.half(self.half).1.get(chosen).map(|&label| u32::from(label))
    }
}
