//! Transfer learning: starts from other weights, taking those whose name and shape match and reporting the rest, and
//! freezes layers.

use std::collections::HashMap;

use super::error::Error;
use super::network::Network;
use crate::nn::ops::Backend;
use crate::preset::summary::Row;
use crate::run::NamedTensor;

/// Which weights of another training were taken, and which were not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// Weights that were taken.
    pub matched: Vec<String>,
    /// Weights of this network that are not among the others; they stay as they were.
    pub missing: Vec<String>,
    /// Weights among the others that this network does not have.
    pub left_out: Vec<String>,
    /// Weights in both with different shapes: the others' shape, then this network's.
    pub other_shape: Vec<(String, Vec<usize>, Vec<usize>)>,
}

impl Loaded {
    /// Lines for the log, layer by layer; `from` is the name of the other weights, and `layers` are those of this training's
    /// networks.
    pub fn lines(&self, from: &str, layers: &[&Row]) -> Vec<String> {
        let grouped = |weights: &mut dyn Iterator<Item = (&String, String)>| {
            let mut of_layers: Vec<(String, Vec<String>)> = Vec::new();
            for (path, what) in weights {
                let (layer, weight) = in_layer(path, layers);
                match of_layers.iter_mut().find(|(known, _)| *known == layer) {
                    Some((_, all)) => all.push(format!("{weight}{what}")),
                    None => of_layers.push((layer, vec![format!("{weight}{what}")])),
                }
            }
            of_layers
        };
        let of = |names: &[String]| grouped(&mut names.iter().map(|name| (name, String::new())));
        let (taken, missing, left_out) = (of(&self.matched), of(&self.missing), of(&self.left_out));
        let shapes = |(name, there, here)| (name, format!(" {there:?} there, {here:?} here"));
        let other_shape =
            grouped(&mut self.other_shape.iter().map(|(name, there, here)| shapes((name, there, here))));
        let is_among =
            |layer: &str, all: &[(String, Vec<String>)]| all.iter().any(|(known, _)| known == layer);
        // Of a layer that is taken in part, the parts are named.
        let is_whole = |layer: &str| !is_among(layer, &missing) && !is_among(layer, &other_shape);
        let part = |(layer, weights): &(String, Vec<String>), is_whole: bool| match is_whole {
            true => layer.clone(),
            false => format!("{layer}: {}", weights.join(", ")),
        };
        let list = |all: &[(String, Vec<String>)], whole: &dyn Fn(&str) -> bool| {
            all.iter().map(|each| part(each, whole(&each.0))).collect::<Vec<_>>().join("; ")
        };
        let mut lines = vec![match taken.is_empty() {
            true => format!("weights from {from}: none taken"),
            false => format!("weights from {from}: {}", list(&taken, &is_whole)),
        }];
        if !other_shape.is_empty() {
            lines.push(format!("not taken, of another shape: {}", list(&other_shape, &|_| false)));
        }
        if !missing.is_empty() {
            let is_new = |layer: &str| !is_among(layer, &taken) && !is_among(layer, &other_shape);
            lines.push(format!("not taken, none of this name and kind there: {}", list(&missing, &is_new)));
        }
        if !left_out.is_empty() {
            let is_only_there = |layer: &str| !is_among(layer, &taken) && !is_among(layer, &other_shape);
            lines.push(format!("there, and not in this network: {}", list(&left_out, &is_only_there)));
        }
        lines
    }
}

/// The layer that a weight belongs to, with its kind where this network has the layer, and what the weight is called in it.
fn in_layer(path: &str, layers: &[&Row]) -> (String, String) {
    let mut end = 0;
    for segment in path.split('/') {
        if let Some(row) = layers.iter().find(|row| row.name == segment) {
            let weight = path[end + segment.len()..].trim_start_matches('/');
            return (format!("{}{}", &path[..end], row.label()), weight.to_string());
        }
        end += segment.len() + 1;
    }
    let (layer, weight) = path.rsplit_once('/').unwrap_or((path, ""));
    (layer.to_string(), weight.to_string())
}

impl Loaded {
    /// What there is on both sides, where no weight was taken.
    pub fn nothing_fits(&self) -> Option<String> {
        /// More weights are only counted.
        const SHOWN: usize = 6;
        if !self.matched.is_empty() {
            return None;
        }
        let listed = |names: &mut dyn Iterator<Item = String>| {
            let mut names: Vec<String> = names.collect();
            let more = names.len().saturating_sub(SHOWN);
            names.truncate(SHOWN);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            if names.is_empty() { "none".into() } else { names.join(", ") + &more }
        };
        let both = || self.other_shape.iter();
        let there = both().map(|(name, there, _)| format!("{name} {there:?}"));
        let there = listed(&mut there.chain(self.left_out.iter().cloned()));
        let here = both().map(|(name, _, here)| format!("{name} {here:?}"));
        let here = listed(&mut here.chain(self.missing.iter().cloned()));
        Some(format!("nothing in it fits this network, by name and shape; there: {there}; here: {here}"))
    }
}

/// Gives networks the weights that fit them.
///
/// # Errors
/// When the device fails.
pub(super) fn load<D: Backend>(
    networks: &mut [Network<D>],
    weights: Vec<NamedTensor>,
) -> Result<Loaded, Error> {
    let mut there: HashMap<String, NamedTensor> = weights.into_iter().map(|t| (t.name.clone(), t)).collect();
    let mut loaded = Loaded::default();
    let mut outcome = Ok(());
    for Network { name, model, .. } in networks {
        let device = model.device().clone();
        model.visit_mut(&mut |path, param| {
            let path = format!("{name}{path}");
            match there.remove(&path) {
                Some(tensor) if tensor.shape == param.shape => {
                    if let Err(error) = param.set(&device, &tensor.values) {
                        outcome = Err(error);
                    }
                    loaded.matched.push(path);
                }
                Some(tensor) => loaded.other_shape.push((path, tensor.shape, param.shape.clone())),
                None => loaded.missing.push(path),
            }
        });
    }
    outcome?;
    loaded.left_out = there.into_keys().collect();
    loaded.left_out.sort_unstable();
    Ok(loaded)
}

/// Freezes the first `layers` layers that have weights; returns their names.
pub(super) fn freeze<D: Backend>(networks: &mut [Network<D>], layers: usize) -> Vec<String> {
    let mut frozen: Vec<String> = Vec::new();
    for Network { name, model, .. } in networks {
        model.visit_mut(&mut |path, param| {
            let layer = path.split('/').next().unwrap_or_default();
            let layer = format!("{name}{layer}");
            if frozen.last() != Some(&layer) {
                frozen.push(layer);
            }
            if frozen.len() <= layers {
                param.trainable = false;
            }
        });
    }
    frozen.truncate(layers);
    frozen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::Preset;
    use crate::train::Training;
    use crate::train::witness::prepare;

    fn training(layers: &str) -> Box<dyn Training> {
        let preset = format!(
            r#"(name: "x", title: "", data: (source: mnist, train_samples: Some(200)),
                layers: [{layers}, Dense(units: 10, activation: softmax)],
                loss: categorical_crossentropy, optimizer: SGD(), train: (epochs: 1, batch_size: 50))"#
        );
        let preset: Preset = ron::from_str(&preset).unwrap();
        prepare(&preset).unwrap()
    }

    fn dense(units: usize) -> Box<dyn Training> {
        training(&format!(
            "Flatten, Dense(units: 8, activation: relu), Dense(units: {units}, activation: relu)"
        ))
    }

    #[test]
    fn what_fits_is_taken_and_the_rest_is_told() {
        let mut teacher = dense(6);
        teacher.run().unwrap();
        let mut tensors = teacher.weights().unwrap();
        tensors.pop();
        tensors.push(NamedTensor { name: "other/kernel".into(), shape: vec![1], values: vec![1.0] });
        let mut pupil = dense(5);
        let loaded = pupil.load(tensors.clone()).unwrap();
        assert_eq!(loaded.matched, ["dense/kernel", "dense/bias"]);
        assert_eq!(loaded.missing, ["dense_2/bias"]);
        assert_eq!(loaded.left_out, ["other/kernel"]);
        let names: Vec<&str> = loaded.other_shape.iter().map(|(name, ..)| name.as_str()).collect();
        assert_eq!(names, ["dense_1/kernel", "dense_1/bias", "dense_2/kernel"]);
        assert_eq!(pupil.weights().unwrap()[0], tensors[0]);
        let row = |name: &str| Row {
            name: name.into(),
            kind: "Dense",
            shape: vec![],
            parameters: Default::default(),
        };
        let rows = ["dense", "dense_1", "dense_2"].map(row);
        assert_eq!(
            loaded.lines("t", &rows.iter().collect::<Vec<_>>()),
            [
                "weights from t: dense (Dense)",
                "not taken, of another shape: dense_1 (Dense): kernel [8, 6] there, [8, 5] here, bias [6] there, [5] here; \
                 dense_2 (Dense): kernel [6, 10] there, [5, 10] here",
                "not taken, none of this name and kind there: dense_2 (Dense): bias",
                "there, and not in this network: other",
            ]
        );

        assert_eq!(pupil.freeze(1), ["dense"]);
        pupil.run().unwrap();
        let after = pupil.weights().unwrap();
        assert_eq!(after[..2], tensors[..2], "what is frozen stays");
        assert_ne!(after[4].values, dense(5).weights().unwrap()[4].values, "the rest learns");
    }

    #[test]
    fn weights_of_which_none_fits_are_told_beside_those_that_would() {
        let other = |name: &str, shape: &[usize]| NamedTensor {
            name: name.into(),
            shape: shape.to_vec(),
            values: vec![0.0; shape.iter().product()],
        };
        let tensors = vec![other("dense/kernel", &[2, 3]), other("head/bias", &[1])];
        let problem = training("Flatten").load(tensors).unwrap().nothing_fits().unwrap();
        assert!(problem.contains("there: dense/kernel [2, 3], head/bias;"), "{problem}");
        assert!(problem.ends_with("here: dense/kernel [784, 10], dense/bias"), "{problem}");
    }

    #[test]
    fn a_frozen_layer_is_frozen_with_everything_in_it() {
        for (layers, name) in [
            ("Reshape(target_shape: [28, 28]), Bidirectional(LSTM(units: 4))", "bidirectional"),
            (
                "Reshape(target_shape: [28, 28]), TransformerEncoder(num_heads: 2, key_dim: 4, ff_dim: 8), Flatten",
                "transformer_encoder",
            ),
        ] {
            let mut training = training(layers);
            let before = training.weights().unwrap();
            assert_eq!(training.freeze(1), [name]);
            training.run().unwrap();
            for (old, new) in before.iter().zip(training.weights().unwrap()) {
                let is_frozen = old.name.starts_with(name);
                assert_eq!(old.values == new.values, is_frozen, "{}", old.name);
            }
        }
    }
}
