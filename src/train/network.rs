//! A network with its optimizer: what every procedure trains.

use super::error::Error;
use crate::nn::model::Model;
use crate::nn::ops::Backend;
use crate::nn::optim::Optimizer;
use crate::preset::steering::dropout_rates;
use crate::preset::{self, Clip, Layer, Preset};

/// A network with the optimizer that trains it.
pub struct Network<D: Backend> {
    /// The prefix of its parameters' paths: `generator/`; empty for a procedure's only network.
    pub name: &'static str,
    /// The network.
    pub model: Model<D>,
    /// Its optimizer.
    pub optimizer: Optimizer<D>,
}

impl<D: Backend> Network<D> {
    /// Goes on with the dropout rates of these layers and these settings of the optimizer; layers and optimizer are else its own.
    ///
    /// # Errors
    /// When the device fails.
    pub fn steer(
        &mut self,
        layers: &[Layer],
        optimizer: &preset::Optimizer,
        clip: &Clip,
    ) -> Result<(), Error> {
        self.model.set_dropout(&dropout_rates(layers));
        Ok(self.optimizer.set(optimizer, clip)?)
    }
}

/// As [`Network::steer`] for the two networks of a procedure, the second with this optimizer.
///
/// # Errors
/// When the device fails.
pub fn steer_both<D: Backend>(
    [first, second]: &mut [Network<D>; 2],
    settings: &Preset,
    of_second: &preset::Optimizer,
) -> Result<(), Error> {
    let clip = &settings.train.clip;
    first.steer(&settings.layers, &settings.optimizer, clip)?;
    second.steer(settings.procedure.second_layers().unwrap_or_default(), of_second, clip)
}
