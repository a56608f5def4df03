//! From a preset to a training: the procedure that it names, on the device that was chosen.

use super::error::Error;
use super::training::Training;
use super::{adversarial, autoencoder, language, memory, pretrain, supervised};
use crate::nn::ops::Backend;
use crate::nn::{OnDevice, on_device};
use crate::preset::{DeviceChoice, Preset, Procedure};

/// Opens the data and builds the networks of a preset on a device, with the procedure that it names.
///
/// # Errors
/// When the data is broken, a model does not fit it, or there is not the memory for it.
pub fn prepare(preset: &Preset, device: DeviceChoice) -> Result<Box<dyn Training>, Error> {
    memory::check(preset)?;
    on_device(device, Prepare(preset))
}

struct Prepare<'a>(&'a Preset);

impl OnDevice for Prepare<'_> {
    type Output = Result<Box<dyn Training>, Error>;

    fn run<D: Backend>(self, device: D) -> Self::Output {
        let Prepare(preset) = self;
        Ok(match &preset.procedure {
            Procedure::Supervised => Box::new(supervised::prepare(preset, &device)?),
            Procedure::Pretraining { .. } => Box::new(pretrain::prepare(preset, &device)?),
            Procedure::Autoencoder { .. } | Procedure::Variational { .. } => {
                Box::new(autoencoder::prepare(preset, &device)?)
            }
            Procedure::Adversarial { .. } => Box::new(adversarial::prepare(preset, &device)?),
            Procedure::Language { .. } => Box::new(language::prepare(preset, &device)?),
        })
    }
}
