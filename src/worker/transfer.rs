//! Starting from other weights: what fits by name and shape is taken, the rest is told.

use std::collections::HashMap;
use std::path::Path;

use crate::run::checkpoint::load_tensors;
use crate::run::{self, NamedTensor};
use crate::train::Training;

/// What became of the weights of another training.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Report {
    /// Taken.
    pub matched: Vec<String>,
    /// In this network, and not in the file: as they were made.
    pub missing: Vec<String>,
    /// In the file, and not in this network.
    pub left_out: Vec<String>,
    /// In both, with other shapes: the file's, then this network's.
    pub other_shape: Vec<(String, Vec<usize>, Vec<usize>)>,
}

impl Report {
    /// It in lines for the log.
    pub(super) fn lines(&self, from: &str) -> Vec<String> {
        let mut lines = vec![format!("weights from {from}: {} taken", named(&self.matched))];
        for (name, there, here) in &self.other_shape {
            lines.push(format!("not taken: {name} has shape {there:?} there and {here:?} here"));
        }
        for (what, names) in [("not in the file", &self.missing), ("not in this network", &self.left_out)] {
            if !names.is_empty() {
                lines.push(format!("{what}: {}", named(names)));
            }
        }
        lines
    }
}

fn named(names: &[String]) -> String {
    if names.is_empty() { "none".into() } else { format!("{} ({})", names.len(), names.join(", ")) }
}

/// Gives a training the weights of a safetensors file where names and shapes are the same.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn init(training: &mut dyn Training, file: &Path) -> Result<Report, run::Error> {
    Ok(take(training, load_tensors(file)?))
}

fn take(training: &mut dyn Training, tensors: Vec<NamedTensor>) -> Report {
    let mut there: HashMap<String, NamedTensor> = tensors.into_iter().map(|t| (t.name.clone(), t)).collect();
    let mut report = Report::default();
    training.visit_mut(&mut |path, param| match there.remove(&path) {
        Some(tensor) if tensor.shape == param.shape => {
            param.values_mut().copy_from_slice(&tensor.values);
            report.matched.push(path);
        }
        Some(tensor) => report.other_shape.push((path, tensor.shape, param.shape.clone())),
        None => report.missing.push(path),
    });
    report.left_out = there.into_keys().collect();
    report.left_out.sort();
    report
}

/// Leaves the first so many layers with weights untrained; gives their names.
pub(super) fn freeze(training: &mut dyn Training, layers: usize) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    training.visit_mut(&mut |path, param| {
        let layer = path.rsplit_once('/').map_or(path.as_str(), |(layer, _)| layer).to_string();
        if !seen.contains(&layer) {
            seen.push(layer);
        }
        if seen.len() <= layers {
            param.trainable = false;
        }
    });
    seen.truncate(layers);
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::{Observer, prepare};

    struct Nobody;
    impl Observer for Nobody {}

    fn training(units: usize) -> Box<dyn Training> {
        let preset = format!(
            r#"(name: "x", title: "", data: (source: mnist, train_samples: Some(200)),
                layers: [Flatten, Dense(units: 8, activation: relu), Dense(units: {units}, activation: relu),
                         Dense(units: 10, activation: softmax)],
                loss: categorical_crossentropy, optimizer: SGD(), train: (epochs: 1, batch_size: 50))"#
        );
        prepare(&ron::from_str(&preset).unwrap()).unwrap()
    }

    fn weights(training: &dyn Training) -> Vec<NamedTensor> {
        let mut all = Vec::new();
        training.visit(&mut |name, param| {
            all.push(NamedTensor { name, shape: param.shape.clone(), values: param.to_vec() });
        });
        all
    }

    #[test]
    fn what_fits_is_taken_and_the_rest_is_told() {
        let mut teacher = training(6);
        teacher.run(&mut Nobody).unwrap();
        let mut tensors = weights(&*teacher);
        tensors.pop();
        tensors.push(NamedTensor { name: "other/kernel".into(), shape: vec![1], values: vec![1.0] });
        let mut pupil = training(5);
        let report = take(&mut *pupil, tensors.clone());
        assert_eq!(report.matched, ["dense/kernel", "dense/bias"]);
        assert_eq!(report.missing, ["dense_2/bias"]);
        assert_eq!(report.left_out, ["other/kernel"]);
        let names: Vec<&str> = report.other_shape.iter().map(|(name, ..)| name.as_str()).collect();
        assert_eq!(names, ["dense_1/kernel", "dense_1/bias", "dense_2/kernel"]);
        assert_eq!(weights(&*pupil)[0], tensors[0]);

        assert_eq!(freeze(&mut *pupil, 1), ["dense"]);
        pupil.run(&mut Nobody).unwrap();
        let after = weights(&*pupil);
        assert_eq!(after[..2], tensors[..2], "what is frozen stays");
        assert_ne!(after[4].values, weights(&*training(5))[4].values, "the rest learns");
    }
}
