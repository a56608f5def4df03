//! A step that is made, measured and taken back.

use super::next::Next;
use crate::nn::buffer::Buffer;
use crate::nn::layers::view::LayerView;
use crate::nn::optim::{Watch, Watched};
use crate::run::Checkpoint;
use crate::train::error::Error;
use crate::train::metrics::Scores;
use crate::train::snapshot::{Packer, Unpacker};
use crate::train::train_step::TrainStep;

/// The most samples whose outputs are looked at.
const ROWS: usize = 256;

/// What a step would do.
pub(super) struct Rehearsal {
    /// The scores on its batch, as the step reports them.
    pub before: Scores,
    /// The scores on the same batch, with the same dropout, after it; `None` where the loss is not finite, so that nothing is learned.
    pub after: Option<Scores>,
    /// The parameters of the first network, with their gradients and their numbers before and after.
    pub updates: Vec<Watched>,
    /// What its layers give, before the step, for the first samples of the batch; empty where it does not read the batch.
    pub views: Vec<LayerView>,
    /// How many samples these are.
    pub rows: usize,
}

/// Makes the next step, measures it and takes it back.
///
/// # Errors
/// When the device fails.
pub(super) fn rehearse<P: TrainStep>(procedure: &mut P, next: &Next<'_>) -> Result<Rehearsal, Error> {
    let kept = keep(procedure)?;
    let measured = measure(procedure, next, &kept);
    put_back(procedure, kept)?;
    let (before, after, updates) = measured?;
    let model = &mut procedure.networks_mut()[0].model;
    let (rows, width) = (next.batch.rows.min(ROWS), model.input_len());
    let reads_the_batch = next.batch.inputs.len() == next.batch.rows * width;
    let views = match reads_the_batch {
        true => model.activations(Buffer::copy_of(&next.batch.inputs[..rows * width]), rows)?,
        false => Vec::new(),
    };
    // What predictions carry on starts anew, as it does before a person asks.
    model.reset_prediction_state();
    Ok(Rehearsal { before, after, updates, views, rows })
}

type Measured = (Scores, Option<Scores>, Vec<Watched>);

fn measure<P: TrainStep>(procedure: &mut P, next: &Next<'_>, kept: &Checkpoint) -> Result<Measured, Error> {
    procedure.networks_mut()[0].optimizer.watch_next(Watch::Numbers);
    let before = step(procedure, next)?;
    let updates = procedure.networks_mut()[0].optimizer.take_watched();
    if !before.loss.is_finite() {
        return Ok((before, None, Vec::new()));
    }
    // The same batch again, with the new weights and with what recurrent layers carried before the first time.
    let weights = keep(procedure)?.weights;
    put_back(procedure, Checkpoint { weights, ..kept.clone() })?;
    let after = step(procedure, next)?;
    Ok((before, Some(after), updates))
}

fn step<P: TrainStep>(procedure: &mut P, next: &Next<'_>) -> Result<Scores, Error> {
    if next.begins_epoch {
        procedure.begin_epoch();
    }
    procedure.step(&mut next.batch.clone(), next.context)
}

/// All that a step changes.
fn keep<P: TrainStep>(procedure: &P) -> Result<Checkpoint, Error> {
    let mut packer = Packer::new(0);
    for network in procedure.networks() {
        packer.model(network.name, &network.model)?;
        packer.optimizer(network.name, &network.optimizer)?;
    }
    Ok(packer.finish(&()))
}

fn put_back<P: TrainStep>(procedure: &mut P, kept: Checkpoint) -> Result<(), Error> {
    let (mut unpacker, ()) = Unpacker::open(kept)?;
    for network in procedure.networks_mut() {
        unpacker.model(network.name, &mut network.model)?;
        unpacker.optimizer(network.name, &mut network.optimizer)?;
    }
    Ok(())
}

impl Rehearsal {
    /// The update of a parameter.
    pub fn update(&self, path: &str) -> Option<&Watched> {
        self.updates.iter().find(|update| update.path == path)
    }
}
