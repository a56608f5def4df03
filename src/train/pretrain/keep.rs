//! The checkpoint of a stack, around that of the supervised training that follows it.

use serde::{Deserialize, Serialize};

use super::learner::Learner;
use super::stack::{self, Stack};
use crate::nn::optim::Memory;
use crate::run::{Checkpoint, NamedTensor};
use crate::train::training::Error;

/// What stands before the names of the stack's tensors.
const OURS: &str = "stack/";

#[derive(Serialize, Deserialize)]
struct State {
    stack: stack::State,
    /// Updates that the layers' optimizers have made.
    updates: Vec<u64>,
    /// The state of the second phase.
    tuner: String,
}

/// The numbers of a layer, by name.
fn numbers(learner: &Learner) -> (u64, Vec<(String, Vec<f32>)>) {
    match learner {
        Learner::Rbm(machine) => {
            let [kernel, visible, hidden] = &machine.velocity;
            let all = [
                ("kernel", &machine.kernel),
                ("visible_bias", &machine.visible_bias),
                ("hidden_bias", &machine.hidden_bias),
                ("kernel/velocity", kernel),
                ("visible_bias/velocity", visible),
                ("hidden_bias/velocity", hidden),
                ("chains", &machine.chains),
            ];
            (0, all.map(|(name, numbers)| (name.to_string(), numbers.clone())).into())
        }
        Learner::Coder(coder) => {
            let mut all = Vec::new();
            coder.model.visit(&mut |path, param| all.push((format!("model/{path}"), param.to_vec())));
            let Memory { steps, moments } = coder.optimizer.memory();
            all.extend(moments.into_iter().map(|(path, moment)| (format!("optimizer/{path}"), moment)));
            (steps, all)
        }
    }
}

/// Adds the stack to the checkpoint of the second phase.
pub(super) fn pack(stack: &Stack, tuner: Checkpoint) -> Checkpoint {
    let Checkpoint { step, weights, mut optimizer, state } = tuner;
    let mut updates = Vec::new();
    for hidden in &stack.hidden {
        let (steps, all) = numbers(&hidden.learner);
        updates.push(steps);
        optimizer.extend(all.into_iter().map(|(name, values)| {
            let name = format!("{OURS}{}/{name}", hidden.name);
            NamedTensor { name, shape: vec![values.len()], values }
        }));
    }
    let state = State { stack: stack.state, updates, tuner: state };
    Checkpoint {
        step: step + stack.state.step,
        weights,
        optimizer,
        // Numbers and text always have a form in RON.
        state: ron::to_string(&state).unwrap_or_default(),
    }
}

/// Gives the stack its part of a checkpoint; returns that of the second phase.
pub(super) fn unpack(stack: &mut Stack, checkpoint: Checkpoint) -> Result<Checkpoint, Error> {
    let state: State = ron::from_str(&checkpoint.state)
        .map_err(|error| Error::Checkpoint(format!("its state is of another kind: {error}")))?;
    let (ours, optimizer) =
        checkpoint.optimizer.into_iter().partition::<Vec<_>, _>(|tensor| tensor.name.starts_with(OURS));
    let mut ours: std::collections::HashMap<String, Vec<f32>> =
        ours.into_iter().map(|tensor| (tensor.name, tensor.values)).collect();
    for (place, hidden) in stack.hidden.iter_mut().enumerate() {
        let prefix = format!("{OURS}{}/", hidden.name);
        let mut take = |name: &str, into: &mut Vec<f32>, any_length: bool| {
            let wrong = || Error::Checkpoint(format!("its {prefix}{name} is not that of this network"));
            let values = ours.remove(&format!("{prefix}{name}")).ok_or_else(wrong)?;
            if values.len() != into.len() && !any_length {
                return Err(wrong());
            }
            *into = values;
            Ok(())
        };
        match &mut hidden.learner {
            Learner::Rbm(machine) => {
                take("kernel", &mut machine.kernel, false)?;
                take("visible_bias", &mut machine.visible_bias, false)?;
                take("hidden_bias", &mut machine.hidden_bias, false)?;
                take("kernel/velocity", &mut machine.velocity[0], false)?;
                take("visible_bias/velocity", &mut machine.velocity[1], false)?;
                take("hidden_bias/velocity", &mut machine.velocity[2], false)?;
                take("chains", &mut machine.chains, true)?;
            }
            Learner::Coder(coder) => {
                let mut outcome = Ok(());
                coder.model.visit_mut(&mut |path, param| {
                    let mut values = param.to_vec();
                    match take(&format!("model/{path}"), &mut values, false) {
                        Ok(()) => param.values_mut().copy_from_slice(&values),
                        Err(error) => outcome = Err(error),
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
    stack.state = state.stack;
    let step = checkpoint.step.saturating_sub(stack.state.step);
    Ok(Checkpoint { step, weights: checkpoint.weights, optimizer, state: state.tuner })
}
