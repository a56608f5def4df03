//! Turns an experiment into a training: its procedure, on the chosen device.

use super::error::Error;
use super::fastest::fastest;
use super::training::Training;
use super::{adversarial, autoencoder, language, memory, pretrain, supervised};
use crate::data::{self, Splits};
use crate::nn::ops::Backend;
use crate::nn::{self, OnDevice, Opened};
use crate::preset::experiment::Pretraining;
use crate::preset::{DataConfig, DeviceChoice, Experiment, Networks, Preparation, Reading};

/// A training that is ready to begin.
pub struct Prepared {
    /// The training.
    pub training: Box<dyn Training>,
    /// Why it is on its device, where `auto` had a choice; or why it is on no GPU, where there is one.
    pub told: Option<String>,
}

/// Opens the data and builds the networks of an experiment on a device, with its procedure. `auto` is the device on which an
/// epoch is estimated to take less time; where there is no GPU, that is the CPU, and nothing is told.
///
/// # Errors
/// When there is no such device, the data is broken or differs from the data that the experiment was checked for, no sample
/// is left to train on, a model does not fit it, or there is not enough memory.
pub fn prepare(experiment: &Experiment, device: DeviceChoice) -> Result<Prepared, Error> {
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
) -> Result<Prepared, Error> {
    on_opened(experiment, device, |config, reading, seed| {
        data::open_as_learned(config, reading, seed, learned)
    })
}

/// Builds the networks of an experiment without its data: to put questions to them, not to train them. Its sets are empty.
/// `auto` is a GPU where one works, and else the CPU.
///
/// # Errors
/// When there is no such device, or a model does not fit what was learned of the data.
pub fn prepare_without_data(
    experiment: &Experiment,
    learned: &Preparation,
    device: DeviceChoice,
) -> Result<Box<dyn Training>, Error> {
    let splits = data::absent(learned);
    let device = Opened::open(device).map_err(Error::NoDevice)?;
    device.run(Prepare { experiment, unlabelled: splits.clone(), splits })
}

/// The devices among which a training chooses.
enum Candidates {
    /// This one.
    One(Opened),
    /// This GPU, or the processors.
    GpuOrCpu(Opened),
}

/// Opens the devices of a choice, and checks their memory as far as it is known before the data is read. The line says why a
/// GPU that is there is not used.
fn candidates(experiment: &Experiment, choice: DeviceChoice) -> Result<(Candidates, Option<String>), Error> {
    let gpu = match choice {
        DeviceChoice::Cpu => Err(None),
        DeviceChoice::Cuda(_) => Ok(Opened::open(choice).map_err(Error::NoDevice)?),
        DeviceChoice::Auto | DeviceChoice::AutoWith(_) => match Opened::gpu(choice) {
            Ok(gpu) => Ok(gpu),
            // Most machines are so.
            Err(nn::Error::NoDriver) => Err(None),
            Err(error) => Err(Some(format!("no GPU is used: {error}"))),
        },
    };
    let gpu = match gpu {
        Ok(gpu) => gpu,
        Err(told) => {
            memory::check_on_cpu(experiment)?;
            return Ok((Candidates::One(Opened::cpu()), told));
        }
    };
    memory::check_beside_gpu(experiment)?;
    if !choice.is_auto() {
        return Ok((Candidates::One(gpu), None));
    }
    match memory::check_on_cpu(experiment) {
        Ok(()) => Ok((Candidates::GpuOrCpu(gpu), None)),
        Err(error) => Ok((Candidates::One(gpu), Some(format!("a GPU is used: on the CPU, {error}")))),
    }
}

fn on_opened(
    experiment: &Experiment,
    choice: DeviceChoice,
    open: impl Fn(&DataConfig, &Reading, u64) -> Result<Splits, data::Error>,
) -> Result<Prepared, Error> {
    let (candidates, told) = candidates(experiment, choice)?;
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
    let build = |device: &Opened| {
        device.run(memory::OwnMemory(experiment))?;
        let (splits, unlabelled) = (splits.clone(), unlabelled.clone());
        let training = device.run(Prepare { experiment, unlabelled, splits })?;
        if training.steps_per_epoch() == 0 { Err(Error::NoSamples) } else { Ok(training) }
    };
    let (device, told) = match candidates {
        Candidates::One(device) => (device, told),
        Candidates::GpuOrCpu(gpu) => {
            let (device, why) = fastest(gpu, build);
            (device, Some(why))
        }
    };
    Ok(Prepared { training: build(&device)?, told })
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
        let mut whole = prepare(&experiment, DeviceChoice::Cpu).unwrap().training;
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
