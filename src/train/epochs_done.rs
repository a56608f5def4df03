//! How far the training of a checkpoint is, before it is prepared again.

use serde::Deserialize;

use super::pretrain::keep::tuner_state;
use super::snapshot::procedure_state;
use crate::run::Checkpoint;

/// The part of a training loop's state that says how far it is.
#[derive(Deserialize)]
struct Position {
    epoch: u32,
    progress: InEpoch,
}

#[derive(Deserialize)]
struct InEpoch {
    in_epoch: bool,
    #[serde(default)]
    is_over: bool,
}

/// Where the training of a checkpoint stands; `None` where its state is of no training that this version knows.
fn position(checkpoint: &Checkpoint) -> Option<Position> {
    let tuner = tuner_state(&checkpoint.state);
    procedure_state(tuner.as_ref().unwrap_or(&checkpoint.state))
}

/// Whether early stopping has ended the training of a checkpoint.
pub fn has_stopped_early(checkpoint: &Checkpoint) -> bool {
    position(checkpoint).is_some_and(|position| position.progress.is_over)
}

/// The epochs of the preset that the training of a checkpoint has completed; those of a pretraining do not count. `None`
/// where its state is of no training that this version knows.
pub fn epochs_done(checkpoint: &Checkpoint) -> Option<u32> {
    let Position { epoch, progress } = position(checkpoint)?;
    Some(epoch - u32::from(progress.in_epoch && epoch > 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::Preset;
    use crate::train::witness::prepare;
    use crate::train::{Progress, Training};

    fn after_steps(procedure: &str, steps: u64) -> Option<u32> {
        let preset: Preset = ron::from_str(&format!(
            r#"(name: "x", title: "", data: (source: iris, validation: 0),
                layers: [Dense(units: 4, activation: sigmoid), Dense(units: 3, activation: softmax)],
                loss: categorical_crossentropy, optimizer: SGD(), train: (epochs: 3, batch_size: 60), procedure: {procedure})"#
        ))
        .unwrap();
        let mut training: Box<dyn Training> = prepare(&preset).unwrap();
        while training.step() < steps && !matches!(training.advance().unwrap(), Progress::Done(_)) {}
        epochs_done(&training.snapshot().unwrap())
    }

    #[test]
    fn an_epoch_counts_when_it_is_complete_and_a_pretraining_does_not() {
        // Iris has 120 training samples, two steps an epoch.
        let supervised = [0, 1, 3, 99].map(|steps| after_steps("supervised", steps));
        assert_eq!(supervised, [Some(0), Some(0), Some(1), Some(3)]);
        let pretrained =
            [1, 99].map(|steps| after_steps("pretraining(method: rbm(), epochs: 2, batch_size: 60)", steps));
        assert_eq!(pretrained, [Some(0), Some(3)]);
    }
}
