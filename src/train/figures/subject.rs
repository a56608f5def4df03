//! What figures are computed from: a model with its data, one sample, the outputs for many samples.

use super::upright::as_seen;
use crate::data::{Batch, Dataset, Splits};
use crate::nn::HostModel;
use crate::nn::buffer::Buffer;
use crate::preset::Preset;
use crate::preset::summary::thousands;
use crate::train::error::Error;
use crate::train::evaluation::CHUNK;
use crate::train::figure::{Body, Controls, Panel};

/// A model at a step of its training.
pub struct Subject<'a> {
    /// The preset as it runs.
    pub preset: &'a Preset,
    /// Steps done.
    pub step: u64,
    /// The model.
    pub model: &'a mut dyn HostModel,
    /// The data.
    pub splits: &'a Splits,
}

/// One test sample.
pub(super) struct Chosen {
    /// Its number in the test set.
    pub index: usize,
    /// Its input and target.
    pub batch: Batch,
    /// Its name for a person.
    pub name: String,
}

impl Subject<'_> {
    /// The test sample at a position, modulo the number of samples.
    ///
    /// # Errors
    /// When the test set is empty or cannot be read.
    pub(super) fn sample(&self, at: &Controls) -> Result<Chosen, Error> {
        let test = &*self.splits.test;
        let count = i64::try_from(test.len()).unwrap_or(i64::MAX);
        let index = at.position.checked_rem_euclid(count).ok_or(Error::NoSamples)? as usize;
        let mut batch = Batch::default();
        test.fill(&[index as u32], &mut batch)?;
        let class = test.class_of(index).and_then(|class| test.classes().get(class as usize));
        let name = class
            .map_or_else(|| format!("test sample {index}"), |class| format!("test sample {index}: {class}"));
        Ok(Chosen { index, batch, name })
    }

    /// The outputs for these samples of a set, row after row.
    ///
    /// # Errors
    /// When the samples cannot be read, or the device fails.
    pub(super) fn outputs(&mut self, set: &dyn Dataset, samples: &[u32]) -> Result<Vec<f32>, Error> {
        let mut batch = Batch::default();
        let mut outputs = Vec::new();
        for indices in samples.chunks(CHUNK) {
            set.fill(indices, &mut batch)?;
            outputs.extend(self.model.predict(Buffer::copy_of(&batch.inputs), indices.len())?);
        }
        Ok(outputs)
    }
}

/// Samples of a set, `most` at most, at equal distances: a set may be sorted, so the first ones say little of it.
pub(super) fn spread(set: &dyn Dataset, most: usize) -> Vec<u32> {
    let count = set.len().min(most);
    (0..count).map(|place| (place * set.len() / count) as u32).collect()
}

/// The inputs of a sample in the units of its data, given those that the network gets.
///
/// # Errors
/// When the sample cannot be read.
pub fn in_own_units(set: &dyn Dataset, index: usize, scaled: &[f32]) -> Result<Vec<f64>, Error> {
    if let Some(own) = set.inputs_of(index)?.filter(|own| own.len() == scaled.len()) {
        return Ok(own);
    }
    let scales = set.input_scales();
    let restored = scaled.iter().zip(scales.iter().cycle()).map(|(x, scale)| scale.restore(*x));
    Ok(if scales.is_empty() { scaled.iter().map(|x| f64::from(*x)).collect() } else { restored.collect() })
}

/// How many test samples a figure is of: `160 test samples`, `4,000 of 10,000 test samples`.
pub(super) fn counted(shown: usize, set: &dyn Dataset) -> String {
    let of = |count: usize| thousands(count as u64);
    if shown < set.len() {
        format!("{} of {} test samples", of(shown), of(set.len()))
    } else {
        format!("{} test samples", of(shown))
    }
}

/// The probabilities of the classes as bars; a single output is the probability of the second class.
pub(super) fn verdict(classes: &[String], output: &[f32]) -> Panel {
    let name = |class: usize| classes.get(class).cloned().unwrap_or_else(|| class.to_string());
    let bars = match *output {
        [only] if classes.len() == 2 => vec![(name(0), 1.0 - f64::from(only)), (name(1), f64::from(only))],
        _ => output.iter().enumerate().map(|(class, value)| (name(class), f64::from(*value))).collect(),
    };
    Panel { title: "Prediction".into(), body: Body::Bars { bars, full: 1.0, are_shares: classes.len() > 1 } }
}

/// The image itself, where samples are images.
pub(super) fn input(subject: &Subject, pixels: &[f32]) -> Option<Panel> {
    let (shape, pixels) = as_seen(subject.preset, subject.splits.test.input_shape(), pixels);
    let [height, width, channels] = shape[..] else { return None };
    let (low, high) = pixels.iter().fold((0.0_f32, 1.0_f32), |(low, high), &x| (low.min(x), high.max(x)));
    let body = Body::Images {
        shape: [height, width, channels],
        pixels,
        range: (low, high + if low == -high { f32::EPSILON } else { 0.0 }),
        captions: Vec::new(),
        columns: 1,
    };
    Some(Panel { title: "Input".into(), body })
}
