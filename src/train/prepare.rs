//! Turns an experiment into a training: its procedure, on the chosen device.

use super::error::Error;
use super::training::Training;
use super::{adversarial, autoencoder, language, memory, pretrain, supervised};
use crate::data;
use crate::nn::ops::Backend;
use crate::nn::{OnDevice, on_device};
use crate::preset::{DeviceChoice, Experiment, Networks};

/// Opens the data and builds the networks of an experiment on a device, with its procedure.
///
/// # Errors
/// When the data is broken or differs from the data that the experiment was checked for, a model does not fit it, or
/// there is not enough memory.
pub fn prepare(experiment: &Experiment, device: DeviceChoice) -> Result<Box<dyn Training>, Error> {
    memory::check(experiment)?;
    let training = on_device(device, Prepare(experiment))?;
    data::check_unchanged(training.splits(), experiment)?;
    Ok(training)
}

struct Prepare<'a>(&'a Experiment);

impl OnDevice for Prepare<'_> {
    type Output = Result<Box<dyn Training>, Error>;

    fn run<D: Backend>(self, device: D) -> Self::Output {
        let Prepare(Experiment { preset, networks, .. }) = self;
        Ok(match networks {
            Networks::Supervised(_) => Box::new(supervised::prepare(preset, &device)?),
            Networks::Pretraining(options) => Box::new(pretrain::prepare(preset, options, &device)?),
            Networks::Autoencoder(networks) => Box::new(autoencoder::plain(preset, networks, &device)?),
            Networks::Variational(networks) => Box::new(autoencoder::variational(preset, networks, &device)?),
            Networks::Adversarial(networks) => Box::new(adversarial::prepare(preset, networks, &device)?),
            Networks::Language(options) => Box::new(language::prepare(preset, options, &device)?),
        })
    }
}
