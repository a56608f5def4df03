//! Checkpoints of a training: what every procedure saves in the same way, so that it can continue bit for bit.
//!
//! A procedure packs its networks and optimizers by name and adds a state of its own; unpacking takes them out again
//! under the same names. The name of a procedure's only network is empty; other names end with `/` (`generator/`).

use std::collections::{BTreeMap, HashMap};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::Error;
use crate::nn::graph::Param;
use crate::nn::model::Model;
use crate::nn::ops::Backend;
use crate::nn::optim::{Memory, Optimizer};
use crate::run::{Checkpoint, NamedTensor};

/// The prefix of the name of a recurrent layer's state among the optimizer's tensors.
const CARRIED: &str = "kept/";

/// The part of a checkpoint that is saved as RON.
#[derive(Serialize, Deserialize)]
struct State<T> {
    /// Updates made so far, by network.
    updates: BTreeMap<String, u64>,
    /// The procedure's own state.
    procedure: T,
}

/// The procedure's own state in the text of a checkpoint's state; `None` where it is of another kind.
pub(super) fn procedure_state<T: DeserializeOwned>(state: &str) -> Option<T> {
    ron::from_str::<State<T>>(state).ok().map(|state| state.procedure)
}

/// Builds a checkpoint.
pub struct Packer {
    checkpoint: Checkpoint,
    updates: BTreeMap<String, u64>,
}

impl Packer {
    /// An empty checkpoint after `step` steps.
    pub fn new(step: u64) -> Self {
        let checkpoint =
            Checkpoint { step, weights: Vec::new(), optimizer: Vec::new(), state: String::new() };
        Packer { checkpoint, updates: BTreeMap::new() }
    }

    /// Adds a network: its weights, and the carried state of its recurrent layers.
    ///
    /// # Errors
    /// When the device fails.
    pub fn model<D: Backend>(&mut self, network: &str, model: &Model<D>) -> Result<(), Error> {
        let Checkpoint { weights, optimizer, .. } = &mut self.checkpoint;
        weights.extend(tensors(network, model)?);
        model.visit_carried(&mut |path, numbers| {
            optimizer.push(flat(format!("{CARRIED}{network}{path}"), numbers.to_vec()));
        })?;
        Ok(())
    }

    /// Adds the optimizer of a network.
    ///
    /// # Errors
    /// When the device fails.
    pub fn optimizer<D: Backend>(&mut self, network: &str, optimizer: &Optimizer<D>) -> Result<(), Error> {
        let memory = optimizer.memory()?;
        self.updates.insert(network.to_string(), memory.steps);
        let moments = memory.moments.into_iter();
        self.checkpoint
            .optimizer
            .extend(moments.map(|(path, moment)| flat(format!("{network}{path}"), moment)));
        Ok(())
    }

    /// Adds other numbers, under a name that no network has.
    pub fn numbers(&mut self, name: &str, numbers: Vec<f32>) {
        self.checkpoint.optimizer.push(flat(name.to_string(), numbers));
    }

    /// Returns the checkpoint, with the procedure's own state.
    pub fn finish(mut self, procedure: &impl Serialize) -> Checkpoint {
        let state = State { updates: self.updates, procedure };
        // Numbers, names and lists can always be written as RON; an empty state would be refused when it is read.
        self.checkpoint.state = ron::to_string(&state).unwrap_or_default();
        self.checkpoint
    }
}

/// The parameters of a network, running statistics included, in a fixed order.
///
/// # Errors
/// When the device fails.
pub fn tensors<D: Backend>(network: &str, model: &Model<D>) -> Result<Vec<NamedTensor>, Error> {
    let mut params = Vec::new();
    model.visit(&mut |path, param| params.push((format!("{network}{path}"), param)));
    let tensor = |(name, param): (String, &Param<D>)| {
        Ok(NamedTensor { name, shape: param.shape.clone(), values: param.to_vec()? })
    };
    params.into_iter().map(tensor).collect()
}

fn flat(name: String, values: Vec<f32>) -> NamedTensor {
    NamedTensor { name, shape: vec![values.len()], values }
}

/// Reads the parts of a checkpoint.
pub struct Unpacker {
    /// Steps done.
    pub step: u64,
    weights: HashMap<String, Vec<f32>>,
    other: BTreeMap<String, Vec<f32>>,
    updates: BTreeMap<String, u64>,
}

impl Unpacker {
    /// Opens a checkpoint; also returns the procedure's own state.
    ///
    /// # Errors
    /// When the state belongs to another procedure.
    pub fn open<T: DeserializeOwned>(checkpoint: Checkpoint) -> Result<(Self, T), Error> {
        let State { updates, procedure } = ron::from_str(&checkpoint.state)
            .map_err(|error| Error::Checkpoint(format!("its state is of another kind: {error}")))?;
        let by_name =
            |tensors: Vec<NamedTensor>| tensors.into_iter().map(|tensor| (tensor.name, tensor.values));
        let (weights, other) =
            (by_name(checkpoint.weights).collect(), by_name(checkpoint.optimizer).collect());
        Ok((Unpacker { step: checkpoint.step, weights, other, updates }, procedure))
    }

    /// Restores a network's weights and the carried state of its recurrent layers.
    ///
    /// # Errors
    /// When a weight is missing or has another size.
    pub fn model<D: Backend>(&mut self, network: &str, model: &mut Model<D>) -> Result<(), Error> {
        let mut outcome = Ok(());
        let device = model.device().clone();
        model.visit_mut(&mut |path, param| {
            let restored = match self.weights.remove(&format!("{network}{path}")) {
                Some(numbers) if numbers.len() == param.len() => {
                    param.set(&device, &numbers).map_err(Error::from)
                }
                Some(numbers) => Err(Error::Checkpoint(format!(
                    "{path} has {} numbers there and {} here",
                    numbers.len(),
                    param.len()
                ))),
                None => Err(Error::Checkpoint(format!("it has no {network}{path}"))),
            };
            if outcome.is_ok() {
                outcome = restored;
            }
        });
        outcome?;
        model.restore_carried(&mut |path| self.other.remove(&format!("{CARRIED}{network}{path}")))?;
        Ok(())
    }

    /// Restores the state of a network's optimizer, which is found by the network's name as a prefix. So where one
    /// name is a prefix of another, the longer name must be restored first.
    ///
    /// # Errors
    /// When the state belongs to another kind of optimizer.
    pub fn optimizer<D: Backend>(
        &mut self,
        network: &str,
        optimizer: &mut Optimizer<D>,
    ) -> Result<(), Error> {
        let mut moments = Vec::new();
        self.other.retain(|name, numbers| match name.strip_prefix(network) {
            Some(path) if !name.starts_with(CARRIED) => {
                moments.push((path.to_string(), std::mem::take(numbers)));
                false
            }
            _ => true,
        });
        let steps = self.updates.get(network).copied().unwrap_or_default();
        Ok(optimizer.restore(Memory { steps, moments })?)
    }

    /// Takes other numbers by their name; must be called before restoring the optimizer of a network without a name.
    pub fn numbers(&mut self, name: &str) -> Option<Vec<f32>> {
        self.other.remove(name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::training::{Progress, Training};
    use super::super::witness::{prepare, weights};
    use super::super::{EpochReport, Outcome};
    use super::*;
    use crate::preset::Preset;
    use crate::run::checkpoint::folder_name;

    /// Every state that a training can have: momentum, dropout, a plateau, early stopping with the best weights.
    fn preset() -> Preset {
        ron::from_str(
            r#"(name: "x", title: "", data: (source: mnist, train_samples: Some(600), validation: 0.02),
                layers: [Flatten, Dense(units: 12, activation: relu), Dropout(rate: 0.3),
                         Dense(units: 10, activation: softmax)],
                loss: categorical_crossentropy, optimizer: Adam(learning_rate: 0.02),
                train: (epochs: 4, batch_size: 70, schedule: reduce_on_plateau(factor: 0.5, patience: 1),
                        early_stopping: Some((patience: 3, min_delta: 0.3))))"#,
        )
        .unwrap()
    }

    /// Advances at most `stop` times, changes the learning rate at step 5, and keeps the reports of epochs.
    struct Interrupter {
        stop: usize,
        epochs: Vec<String>,
    }

    impl Interrupter {
        fn drive(&mut self, training: &mut dyn Training) -> Outcome {
            for _ in 0..self.stop {
                if training.step() == 5 {
                    training.set_rate_factor(training.learning_rate().factor_for(0.05).unwrap());
                }
                match training.advance().unwrap() {
                    Progress::EpochEnded(epoch) => {
                        let EpochReport { epoch, step, training, validation, learning_rate, .. } = epoch;
                        self.epochs
                            .push(format!("{epoch} {step} {training:?} {validation:?} {learning_rate}"));
                    }
                    Progress::Done(outcome) => return outcome,
                    Progress::Stepped(_) | Progress::Validating | Progress::Noted(_) => {}
                }
            }
            Outcome::Stopped
        }
    }

    #[test]
    fn a_resumed_training_equals_the_uninterrupted_one_from_any_step() {
        resumes(&preset(), &[0, 1, 4, 5, 9, 10, 14, 15, 16, 35, 59, 60, 61]);
    }

    #[test]
    fn a_training_that_is_stopped_in_the_middle_of_a_validation_validates_anew() {
        resumes(&preset(), &[11, 12, 13, 40]);
    }

    #[test]
    fn a_resumed_stateful_lstm_equals_the_uninterrupted_one() {
        let mut stateful = preset();
        stateful.layers = ron::from_str(
            "[Reshape(target_shape: [28, 28]), LSTM(units: 5, stateful: true), Dense(units: 10, activation: softmax)]",
        )
        .unwrap();
        resumes(&stateful, &[3, 10, 12, 50]);
    }

    fn resumes(preset: &Preset, stops: &[usize]) {
        let mut whole = prepare(preset).unwrap();
        let mut heard = Interrupter { stop: usize::MAX, epochs: Vec::new() };
        let ending = heard.drive(&mut *whole);
        assert_eq!(heard.epochs.len(), 4);
        // Nine steps, five chunks of held-out samples and the epoch's end make an epoch of 15 pieces.
        let last = 4 * 15;
        for &stop in stops {
            let folder = tempfile::tempdir().unwrap();
            let mut first = prepare(preset).unwrap();
            let mut before = Interrupter { stop, epochs: Vec::new() };
            let stopped = before.drive(&mut *first);
            assert_eq!(stopped, if stop <= last { Outcome::Stopped } else { ending });
            let path = folder.path().join(folder_name(first.step()));
            first.snapshot().unwrap().save(&path).unwrap();

            let mut second = prepare(preset).unwrap();
            second.restore(Checkpoint::load(&path).unwrap()).unwrap();
            let mut after = Interrupter { stop: usize::MAX, epochs: Vec::new() };
            assert_eq!(after.drive(&mut *second), ending, "from call {stop}");
            assert_eq!([before.epochs, after.epochs].concat(), heard.epochs, "from call {stop}");
            assert!(weights(&*second) == weights(&*whole), "other weights from call {stop}");
            assert!(
                second.snapshot().unwrap().optimizer == whole.snapshot().unwrap().optimizer,
                "from call {stop}"
            );
        }
    }

    #[test]
    fn a_checkpoint_of_another_network_is_refused() {
        let other: Preset = ron::from_str(
            r#"(name: "y", title: "", data: (source: mnist, train_samples: Some(600)),
                layers: [Flatten, Dense(units: 10, activation: softmax)],
                loss: categorical_crossentropy, optimizer: SGD(), train: (epochs: 1, batch_size: 70))"#,
        )
        .unwrap();
        let checkpoint = prepare(&preset()).unwrap().snapshot().unwrap();
        let error = prepare(&other).unwrap().restore(checkpoint).unwrap_err().to_string();
        assert!(error.contains("dense/kernel has 9408 numbers there and 7840 here"), "{error}");
    }
}
