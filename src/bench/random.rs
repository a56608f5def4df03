//! Random samples of a workload's shapes: their contents do not matter to the speed.

use std::sync::Arc;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::data::{Batch, Dataset, Error, Splits, Targets};

/// Random samples in memory, drawn from one seed.
pub struct Random {
    shape: Vec<usize>,
    inputs: Vec<f32>,
    classes: Vec<u32>,
    /// The length of a one-hot row; `None` where targets are class numbers.
    one_hot: Option<usize>,
    names: Vec<String>,
}

impl Random {
    /// `count` images, uniform in [0, 1), each of one of ten classes as a one-hot row.
    pub fn images(count: usize) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(1);
        Random {
            shape: vec![28, 28, 1],
            inputs: (0..count * 784).map(|_| generator.r#gen()).collect(),
            classes: (0..count).map(|_| generator.gen_range(0..10)).collect(),
            one_hot: Some(10),
            names: (0..10).map(|digit| digit.to_string()).collect(),
        }
    }

    /// `count` sequences of `steps` tokens out of `kinds`, with another token to be predicted at every step.
    pub fn tokens(count: usize, steps: usize, kinds: u32) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(1);
        Random {
            shape: vec![steps],
            inputs: (0..count * steps).map(|_| generator.gen_range(0..kinds) as f32).collect(),
            classes: (0..count * steps).map(|_| generator.gen_range(0..kinds)).collect(),
            one_hot: None,
            names: (0..kinds).map(|token| token.to_string()).collect(),
        }
    }

    /// The inputs, `[samples, features]`.
    pub fn inputs(&self) -> &[f32] {
        &self.inputs
    }

    fn features(&self) -> usize {
        self.shape.iter().product()
    }
}

/// Splits with the training set `train`, the test set `test` and an empty validation set.
pub fn splits(train: Random, test: Random) -> Splits {
    let validation = Random { inputs: Vec::new(), classes: Vec::new(), ..test.like() };
    Splits {
        train: Arc::new(train),
        validation: Arc::new(validation),
        test: Arc::new(test),
        notices: Vec::new(),
    }
}

impl Random {
    /// The same shapes, without samples.
    fn like(&self) -> Self {
        Random {
            shape: self.shape.clone(),
            inputs: Vec::new(),
            classes: Vec::new(),
            one_hot: self.one_hot,
            names: self.names.clone(),
        }
    }
}

impl Dataset for Random {
    fn len(&self) -> usize {
        self.inputs.len() / self.features()
    }

    fn input_shape(&self) -> &[usize] {
        &self.shape
    }

    fn fill(&self, indices: &[u32], batch: &mut Batch) -> Result<(), Error> {
        let features = self.features();
        let per_sample = self.classes.len() / self.len().max(1);
        batch.fill_inputs(indices, features, |index, row| {
            row.copy_from_slice(&self.inputs[index as usize * features..][..features]);
        });
        let classes =
            indices.iter().flat_map(|&index| &self.classes[index as usize * per_sample..][..per_sample]);
        batch.targets = match self.one_hot {
            None => Targets::Classes(classes.copied().collect()),
            Some(width) => {
                let mut rows = vec![0.0; indices.len() * width];
                rows.chunks_exact_mut(width).zip(classes).for_each(|(row, &class)| row[class as usize] = 1.0);
                Targets::Values(rows)
            }
        };
        Ok(())
    }

    fn classes(&self) -> &[String] {
        &self.names
    }

    fn class_of(&self, index: usize) -> Option<u32> {
        self.one_hot.and(self.classes.get(index).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_have_the_shapes_of_images_and_of_sequences() {
        let mut batch = Batch::default();
        Random::images(5).fill(&[4, 0], &mut batch).unwrap();
        assert_eq!((batch.rows, batch.inputs.len()), (2, 2 * 784));
        let Targets::Values(rows) = &batch.targets else { panic!("{:?}", batch.targets) };
        assert!(rows.chunks(10).all(|row| row.iter().sum::<f32>() == 1.0));
        let tokens = Random::tokens(3, 7, 65);
        tokens.fill(&[1], &mut batch).unwrap();
        assert_eq!((tokens.len(), batch.inputs.len()), (3, 7));
        let Targets::Classes(classes) = &batch.targets else { panic!("{:?}", batch.targets) };
        assert_eq!(classes.len(), 7);
    }
}
