//! What is done to samples on their way into a batch, as the preset asks: augmentation, and inputs as targets.

use std::borrow::Cow;
use std::sync::Arc;

use super::Error;
use super::augment::Augmenter;
use super::dataset::{Batch, Dataset, Scale, Splits};
use crate::preset::{DataConfig, TableSchema, TargetChoice};

/// The splits as the preset prepares them; the splits themselves where there is nothing to prepare.
pub fn prepare(splits: Splits, config: &DataConfig, seed: u64) -> Splits {
    let reconstruct = config.targets == TargetChoice::Input;
    if !reconstruct && !config.augment.is_some() {
        return splits;
    }
    let augmenter =
        config.augment.is_some().then(|| Augmenter::new(&config.augment, splits.train.input_shape(), seed));
    let wrap = |inner: Arc<dyn Dataset>, augmenter| -> Arc<dyn Dataset> {
        let target_scales =
            if reconstruct { scales_of_inputs(&*inner) } else { inner.target_scales().to_vec() };
        Arc::new(Prepared { inner, augmenter, reconstruct, target_scales })
    };
    Splits {
        train: wrap(splits.train, augmenter),
        validation: wrap(splits.validation, None),
        test: wrap(splits.test, None),
        notices: splits.notices,
    }
}

/// How each number of an input is scaled; empty where nobody thinks of them in another unit, as of the shares of full brightness
/// that pixels become.
pub fn scales_of_inputs(set: &dyn Dataset) -> Vec<Scale> {
    if set.are_pixels() {
        return Vec::new();
    }
    let scales = set.input_scales();
    let width = if scales.is_empty() { 0 } else { set.input_shape().iter().product() };
    scales.iter().copied().cycle().take(width).collect()
}

struct Prepared {
    inner: Arc<dyn Dataset>,
    augmenter: Option<Augmenter>,
    /// Whether the inputs are the targets.
    reconstruct: bool,
    target_scales: Vec<Scale>,
}

impl Prepared {
    fn copy_inputs(&self, batch: &mut Batch) {
        if self.reconstruct {
            let inputs = std::mem::take(&mut batch.inputs);
            batch.take_values().extend_from_slice(&inputs);
            batch.inputs = inputs;
        }
    }

    /// Notes what was cut off of inputs that are targets.
    fn note_cut(&self, indices: &[u32], batch: &mut Batch) -> Result<(), Error> {
        if !self.reconstruct || !self.target_scales.iter().any(|scale| scale.is_share) {
            return Ok(());
        }
        let width = self.target_scales.len();
        for (row, &index) in indices.iter().enumerate() {
            let Some(inputs) = self.inner.inputs_of(index as usize)? else { return Ok(()) };
            let uncut = inputs.iter().zip(&self.target_scales).map(|(&x, scale)| scale.apply_uncut(x));
            let places = (row * width..).zip(uncut);
            batch.cut.extend(places.filter(|&(place, uncut)| batch.inputs[place] != uncut));
        }
        Ok(())
    }
}

impl Dataset for Prepared {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn input_shape(&self) -> &[usize] {
        self.inner.input_shape()
    }

    fn fill(&self, indices: &[u32], batch: &mut Batch) -> Result<(), Error> {
        self.inner.fill(indices, batch)?;
        self.copy_inputs(batch);
        self.note_cut(indices, batch)
    }

    /// Where the inputs are the targets, the target has the moved pixels, without the noise and the blank square: so an
    /// autoencoder with noise is a denoising one (Vincent et al. 2008).
    fn fill_for_training(&self, indices: &[u32], epoch: u32, batch: &mut Batch) -> Result<(), Error> {
        self.inner.fill_for_training(indices, epoch, batch)?;
        if let Some(augmenter) = &self.augmenter {
            augmenter.move_pixels(indices, epoch, &mut batch.inputs);
        }
        self.copy_inputs(batch);
        if let Some(augmenter) = &self.augmenter {
            augmenter.corrupt(indices, epoch, &mut batch.inputs);
        }
        Ok(())
    }

    fn is_costly(&self) -> bool {
        self.augmenter.is_some() || self.inner.is_costly()
    }

    fn classes(&self) -> &[String] {
        if self.reconstruct { &[] } else { self.inner.classes() }
    }

    fn class_of(&self, index: usize) -> Option<u32> {
        self.inner.class_of(index)
    }

    fn tokens(&self) -> &[String] {
        self.inner.tokens()
    }

    fn is_stream(&self) -> bool {
        self.inner.is_stream()
    }

    fn columns(&self) -> &[String] {
        self.inner.columns()
    }

    fn label(&self) -> Option<&str> {
        self.inner.label()
    }

    fn labels(&self) -> &[String] {
        self.inner.labels()
    }

    fn table(&self) -> Option<&TableSchema> {
        self.inner.table()
    }

    fn are_pixels(&self) -> bool {
        self.inner.are_pixels()
    }

    fn fills(&self) -> &[f64] {
        self.inner.fills()
    }

    fn input_range(&self) -> Option<(f64, f64)> {
        self.inner.input_range()
    }

    fn input_scales(&self) -> &[Scale] {
        self.inner.input_scales()
    }

    fn target_scales(&self) -> &[Scale] {
        &self.target_scales
    }

    fn values_of(&self, index: usize) -> Result<Option<Cow<'_, [f64]>>, Error> {
        match self.reconstruct {
            true => Ok(self.inner.inputs_of(index)?.map(Cow::Owned)),
            false => self.inner.values_of(index),
        }
    }

    fn inputs_of(&self, index: usize) -> Result<Option<Vec<f64>>, Error> {
        self.inner.inputs_of(index)
    }

    fn naive(&self, index: usize) -> Option<f32> {
        if self.reconstruct { None } else { self.inner.naive(index) }
    }

    fn row_of(&self, index: usize) -> Option<usize> {
        self.inner.row_of(index)
    }

    fn file_of(&self, index: usize) -> Option<String> {
        self.inner.file_of(index)
    }

    fn caption(&self, index: usize) -> Option<String> {
        self.inner.caption(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Targets;
    use crate::data::parts::Parts;
    use crate::data::samples::Samples;
    use crate::preset::{Augment, Labels, Source};

    fn prepared(augment: Augment, targets: TargetChoice) -> Splits {
        let names = vec!["no".into(), "yes".into()];
        let inputs = (1..=8).map(|x| x as f32).collect();
        let samples = Samples::of_classes(vec![2, 2, 1], inputs, vec![0, 1], names);
        let parts = Parts { train: vec![0, 1], test: vec![1], ..Parts::default() };
        let config = DataConfig { augment, targets, ..DataConfig::of(Source::Mnist) };
        prepare(samples.split(parts, Labels::OneHot), &config, 3)
    }

    #[test]
    fn targets_are_the_inputs_and_the_class_is_still_known() {
        let splits = prepared(Augment::default(), TargetChoice::Input);
        let mut batch = Batch::default();
        splits.train.fill(&[1, 0], &mut batch).unwrap();
        assert_eq!(batch.inputs[..4], [5.0, 6.0, 7.0, 8.0]);
        assert_eq!(batch.targets, Targets::Values(batch.inputs.clone()));
        assert!(splits.train.classes().is_empty() && splits.train.class_of(1) == Some(1));
    }

    #[test]
    fn noise_is_for_training_inputs_alone_and_not_for_what_they_should_give() {
        let noise = Augment { noise: 0.5, ..Augment::default() };
        let splits = prepared(noise, TargetChoice::Input);
        let mut batch = Batch::default();
        splits.train.fill_for_training(&[0], 1, &mut batch).unwrap();
        assert_ne!(batch.inputs, [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(batch.targets, Targets::Values(vec![1.0, 2.0, 3.0, 4.0]));
        splits.train.fill(&[0], &mut batch).unwrap();
        assert_eq!(batch.inputs, [1.0, 2.0, 3.0, 4.0]);
        splits.test.fill_for_training(&[0], 1, &mut batch).unwrap();
        assert_eq!(batch.inputs, [5.0, 6.0, 7.0, 8.0]);
    }
}
