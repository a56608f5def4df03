//! What a run learned of its data: taken from a set when a training begins, and in the place of one afterwards.

use std::path::absolute;
use std::sync::Arc;

use super::Error;
use super::dataset::{Batch, Dataset, Scale, Splits};
use crate::preset::{Preparation, Source, TableSchema};

/// How a set's samples are prepared for a network.
pub fn preparation(set: &dyn Dataset) -> Preparation {
    Preparation {
        input_shape: set.input_shape().to_vec(),
        is_stream: set.is_stream(),
        classes: set.classes().to_vec(),
        tokens: set.tokens().to_vec(),
        columns: set.columns().to_vec(),
        label: set.label().map(str::to_string),
        labels: set.labels().to_vec(),
        table: set.table().cloned(),
        are_pixels: set.are_pixels(),
        input_scales: set.input_scales().to_vec(),
        input_range: set.input_range(),
        fills: set.fills().to_vec(),
        target_scales: set.target_scales().to_vec(),
    }
}

/// The source with paths that mean the same from any folder. A path stays as it is where the folder of this process is
/// unknown, or has a name that is no text.
pub fn at_absolute_paths(source: &Source) -> Source {
    let mut source = source.clone();
    for path in source.paths_mut() {
        if let Some(whole) = absolute(&*path).ok().and_then(|whole| whole.to_str().map(str::to_string)) {
            *path = whole;
        }
    }
    source
}

/// Splits that hold no samples, and know how others are prepared.
pub fn absent(preparation: &Preparation) -> Splits {
    let set: Arc<dyn Dataset> = Arc::new(Absent(preparation.clone()));
    Splits { train: set.clone(), validation: set.clone(), test: set, notices: Vec::new() }
}

/// A set without samples.
struct Absent(Preparation);

impl Dataset for Absent {
    fn len(&self) -> usize {
        0
    }

    fn input_shape(&self) -> &[usize] {
        &self.0.input_shape
    }

    fn fill(&self, indices: &[u32], _batch: &mut Batch) -> Result<(), Error> {
        assert!(indices.is_empty(), "no sample of none can be read");
        Ok(())
    }

    fn classes(&self) -> &[String] {
        &self.0.classes
    }

    fn class_of(&self, _index: usize) -> Option<u32> {
        None
    }

    fn tokens(&self) -> &[String] {
        &self.0.tokens
    }

    fn is_stream(&self) -> bool {
        self.0.is_stream
    }

    fn columns(&self) -> &[String] {
        &self.0.columns
    }

    fn label(&self) -> Option<&str> {
        self.0.label.as_deref()
    }

    fn labels(&self) -> &[String] {
        &self.0.labels
    }

    fn table(&self) -> Option<&TableSchema> {
        self.0.table.as_ref()
    }

    fn are_pixels(&self) -> bool {
        self.0.are_pixels
    }

    fn fills(&self) -> &[f64] {
        &self.0.fills
    }

    fn input_range(&self) -> Option<(f64, f64)> {
        self.0.input_range
    }

    fn input_scales(&self) -> &[Scale] {
        &self.0.input_scales
    }

    fn target_scales(&self) -> &[Scale] {
        &self.0.target_scales
    }
}
