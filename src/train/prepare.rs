//! Turns an experiment into a training: its procedure, on the chosen device.

use super::error::Error;
use super::training::Training;
use super::{adversarial, autoencoder, language, memory, pretrain, supervised};
use crate::data::{self, Splits};
use crate::nn::ops::Backend;
use crate::nn::{OnDevice, on_device};
use crate::preset::experiment::Pretraining;
use crate::preset::{DataConfig, DeviceChoice, Experiment, Networks, Preparation, Reading};

/// Opens the data and builds the networks of an experiment on a device, with its procedure.
///
/// # Errors
/// When the data is broken or differs from the data that the experiment was checked for, no sample is left to train on, a
/// model does not fit it, or there is not enough memory.
pub fn prepare(experiment: &Experiment, device: DeviceChoice) -> Result<Box<dyn Training>, Error> {
    on_opened(experiment, device, data::open)
}

/// As [`prepare`], for the data of a run that has begun: nothing is fitted to the samples, they are prepared as the run
/// learned it.
///
/// # Errors
/// For the same reasons as [`prepare`]; and when the data holds what the run did not learn.
pub fn prepare_as_learned(
    experiment: &Experiment,
    learned: &Preparation,
    device: DeviceChoice,
) -> Result<Box<dyn Training>, Error> {
    on_opened(experiment, device, |config, reading, seed| {
        data::open_as_learned(config, reading, seed, learned)
    })
}

/// Builds the networks of an experiment without its data: to put questions to them, not to train them. Its sets are empty.
///
/// # Errors
/// When a model does not fit what was learned of the data.
pub fn prepare_without_data(
    experiment: &Experiment,
    learned: &Preparation,
    device: DeviceChoice,
) -> Result<Box<dyn Training>, Error> {
    let splits = data::absent(learned);
    on_device(device, Prepare { experiment, unlabelled: splits.clone(), splits })?
}

fn on_opened(
    experiment: &Experiment,
    device: DeviceChoice,
    open: impl Fn(&DataConfig, &Reading, u64) -> Result<Splits, data::Error>,
) -> Result<Box<dyn Training>, Error> {
    memory::check(experiment)?;
    let preset = &experiment.preset;
    let reading = preset.reading();
    let splits = open(&preset.data, &reading, preset.seed)?;
    data::check_unchanged(&splits, experiment)?;
    // Pretraining may use the samples that the supervised training leaves out.
    let uses_all =
        matches!(&experiment.networks, Networks::Pretraining(Pretraining { unlabelled: true, .. }));
    let unlabelled = match preset.data.train_samples.is_some() && uses_all {
        true => open(&DataConfig { train_samples: None, ..preset.data.clone() }, &reading, preset.seed)?,
        false => splits.clone(),
    };
    if splits.train.is_empty() {
        return Err(Error::NoSamples);
    }
    let training = on_device(device, Prepare { experiment, unlabelled, splits })??;
    if training.steps_per_epoch() == 0 {
        return Err(Error::NoSamples);
    }
    Ok(training)
}

struct Prepare<'a> {
    experiment: &'a Experiment,
    /// What a pretraining learns from.
    unlabelled: Splits,
    splits: Splits,
}

impl OnDevice for Prepare<'_> {
    type Output = Result<Box<dyn Training>, Error>;

    fn run<D: Backend>(self, device: D) -> Self::Output {
        let Prepare { experiment: Experiment { preset, networks, .. }, unlabelled, splits } = self;
        Ok(match networks {
            Networks::Supervised(_) => Box::new(supervised::on(preset, splits, &device)?),
            Networks::Pretraining(options) => {
                Box::new(pretrain::prepare(preset, options, unlabelled, splits, &device)?)
            }
            Networks::Autoencoder(networks) => {
                Box::new(autoencoder::plain(preset, networks, splits, &device)?)
            }
            Networks::Variational(networks) => {
                Box::new(autoencoder::variational(preset, networks, splits, &device)?)
            }
            Networks::Adversarial(networks) => {
                Box::new(adversarial::prepare(preset, networks, splits, &device)?)
            }
            Networks::Language(options) => Box::new(language::prepare(preset, options, splits, &device)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::buffer::Buffer;
    use crate::preset::Preset;

    #[test]
    fn a_network_without_its_data_says_the_same_and_does_not_train() {
        let text = r#"(name: "a", title: "", data: (source: iris), layers: [Dense(units: 3, activation: softmax)],
            loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 16))"#;
        let experiment = ron::from_str::<Preset>(text).unwrap().on_built_in_data();
        let mut whole = prepare(&experiment, DeviceChoice::Cpu).unwrap();
        let learned = data::preparation(&*whole.splits().train);
        let mut bare = prepare_without_data(&experiment, &learned, DeviceChoice::Cpu).unwrap();
        assert_eq!(data::preparation(&*bare.splits().test), learned);
        assert!(bare.splits().test.is_empty());
        bare.load(whole.weights().unwrap()).unwrap();
        let said = [&mut whole, &mut bare].map(|training| {
            let (model, _) = training.model_and_splits();
            model.predict(Buffer::copy_of(&[0.5, -1.0, 0.25, 2.0]), 1).unwrap()
        });
        assert_eq!(said[0], said[1]);
        assert!(matches!(bare.advance(), Err(Error::NoSamples)));
    }
}
