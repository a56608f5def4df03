//! The checkpoint of a stack, around that of the supervised training that follows it.

use serde::{Deserialize, Serialize};

use super::learner::Learner;
use super::stack::{self, Stack};
use crate::nn::boltzmann::Machine;
use crate::nn::ops::Backend;
use crate::nn::optim::Memory;
use crate::run::{Checkpoint, NamedTensor};
use crate::train::error::Error;
use crate::train::snapshot;

/// The prefix of the names of the stack's tensors.
const OURS: &str = "stack/";

#[derive(Serialize, Deserialize)]
struct State {
    stack: stack::State,
    /// The numbers of updates that the layers' optimizers have made.
    updates: Vec<u64>,
    /// The state of the second phase.
    tuner: String,
}

/// The numbers of a layer, by name.
fn numbers<D: Backend>(learner: &Learner<D>) -> Result<(u64, Vec<(String, Vec<f32>)>), Error> {
    Ok(match learner {
        Learner::Rbm(machine) => {
            (0, machine.state()?.into_iter().map(|(name, numbers)| (name.to_string(), numbers)).collect())
        }
        Learner::Coder(coder) => {
            let model = snapshot::tensors("model/", &coder.model)?;
            let mut all: Vec<_> = model.into_iter().map(|tensor| (tensor.name, tensor.values)).collect();
            let Memory { steps, moments } = coder.optimizer.memory()?;
            all.extend(moments.into_iter().map(|(path, moment)| (format!("optimizer/{path}"), moment)));
            (steps, all)
        }
    })
}

/// Adds the stack to the checkpoint of the second phase.
pub(super) fn pack<D: Backend>(stack: &Stack<D>, tuner: Checkpoint) -> Result<Checkpoint, Error> {
    let Checkpoint { step, weights, mut optimizer, state } = tuner;
    let mut updates = Vec::new();
    for hidden in &stack.hidden {
        let (steps, all) = numbers(&hidden.learner)?;
        updates.push(steps);
        optimizer.extend(all.into_iter().map(|(name, values)| {
            let name = format!("{OURS}{}/{name}", hidden.name);
            NamedTensor { name, shape: vec![values.len()], values }
        }));
    }
    let state = State { stack: stack.state, updates, tuner: state };
    Ok(Checkpoint {
        step: step + stack.state.step,
        weights,
        optimizer,
        // Numbers and text can always be written as RON.
        state: ron::to_string(&state).unwrap_or_default(),
    })
}

/// The state of the second phase in the text of a checkpoint's state; `None` where that is of another procedure.
pub(in crate::train) fn tuner_state(state: &str) -> Option<String> {
    ron::from_str::<State>(state).ok().map(|state| state.tuner)
}

/// Gives the stack its part of a checkpoint; returns that of the second phase.
pub(super) fn unpack<D: Backend>(stack: &mut Stack<D>, checkpoint: Checkpoint) -> Result<Checkpoint, Error> {
    let state: State = ron::from_str(&checkpoint.state)
        .map_err(|error| Error::Checkpoint(format!("its state is of another kind: {error}")))?;
    let (ours, optimizer) =
        checkpoint.optimizer.into_iter().partition::<Vec<_>, _>(|tensor| tensor.name.starts_with(OURS));
    let mut ours: std::collections::HashMap<String, Vec<f32>> =
        ours.into_iter().map(|tensor| (tensor.name, tensor.values)).collect();
    for (place, hidden) in stack.hidden.iter_mut().enumerate() {
        let prefix = format!("{OURS}{}/", hidden.name);
        let wrong = |name: &str| Error::Checkpoint(format!("its {prefix}{name} does not fit this network"));
        match &mut hidden.learner {
            Learner::Rbm(machine) => {
                machine.restore(&mut |name| ours.remove(&format!("{prefix}{name}")), &wrong)?;
            }
            Learner::Coder(coder) => {
                let (mut outcome, device) = (Ok(()), coder.model.device().clone());
                coder.model.visit_mut(&mut |path, param| {
                    let saved = ours.remove(&format!("{prefix}model/{path}"));
                    let saved = saved.filter(|values| values.len() == param.len());
                    let restored = match saved {
                        Some(values) => param.set(&device, &values).map_err(Error::from),
                        None => Err(wrong(&format!("model/{path}"))),
                    };
                    if outcome.is_ok() {
                        outcome = restored;
                    }
                });
                outcome?;
                let start = format!("{prefix}optimizer/");
                let moments = ours.iter().filter_map(|(name, values)| {
                    Some((name.strip_prefix(&start)?.to_owned(), values.clone()))
                });
                let steps = state.updates.get(place).copied().unwrap_or_default();
                coder.optimizer.restore(Memory { steps, moments: moments.collect() })?;
            }
        }
    }
    stack.restore(state.stack);
    let step = checkpoint.step.saturating_sub(stack.state.step);
    Ok(Checkpoint { step, weights: checkpoint.weights, optimizer, state: state.tuner })
}
