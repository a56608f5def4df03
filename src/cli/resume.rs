//! `trainyard resume`: a run that was interrupted goes on, and one that is finished is trained further.

use std::str::FromStr;

use super::Error;
use super::device::Device;
use super::experiment::{self, Short};
use super::follow::{Worker, follow};
use super::named::{RunName, ToResume};
use super::reporter::Reporting;
use super::seconds;
use super::text::plain;
use super::threads::Threads;
use super::train::detached;
use crate::preset::Experiment;
use crate::preset::counted;
use crate::run::lock::Lock;
use crate::run::{self, Manifest, RunDirectory, Status, home, overview};
use crate::worker::{Command, TrainRequest, epochs_done};

/// Go on with a run that was stopped, killed or failed, from its newest checkpoint, to the same numbers; or train a finished
/// run further
///
/// A run is trained further with --epochs and --set: the weights and the optimizer's state stay, the schedule runs over the new
/// number of epochs, early stopping starts anew, and the run's manifest says what was changed and how it stood before. It goes on
/// on the device that it was on, unless --device or TRAINYARD_DEVICE names another.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    run: RunName<ToResume>,
    /// Train further: +N epochs more than are done, or N epochs in all
    #[arg(long, value_name = "[+]N")]
    epochs: Option<Epochs>,
    /// Train further with another value of the preset, such as optimizer.learning_rate=0.0001; may be given several times
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
    /// Seconds between two checkpoints within an epoch
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, value_parser = seconds::between, allow_negative_numbers = true)]
    checkpoint_seconds: f64,
    /// Go on with this learning rate, as after a loss that became NaN
    #[arg(long, value_name = "RATE")]
    learning_rate: Option<f64>,
    /// Go on although the data has changed since the run began; it is prepared as the run learned it
    #[arg(long)]
    accept_changed_data: bool,
    /// Train in the background, without this terminal; `trainyard attach` shows it
    #[arg(long)]
    detach: bool,
    /// Run this in a shell when it has ended, with TRAINYARD_PRESET, TRAINYARD_RUN, TRAINYARD_OUTCOME (finished, stopped early,
    /// stopped, failed) and TRAINYARD_REASON in its environment
    #[arg(long, value_name = "COMMAND")]
    on_end: Option<String>,
    #[command(flatten)]
    device: Device,
    #[command(flatten)]
    reporting: Reporting,
    #[command(flatten)]
    pub(super) threads: Threads,
}

/// How many epochs a run is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Epochs {
    /// This many more than are done.
    More(u32),
    /// This many in all.
    InAll(u32),
}

impl Epochs {
    /// The number of epochs in all, where so many are done or planned.
    fn beyond(self, epochs: u32) -> u32 {
        match self {
            Epochs::More(more) => epochs.saturating_add(more),
            Epochs::InAll(count) => count,
        }
    }

    /// The change that `--epochs` is short for, where so many are done or planned.
    pub(super) fn short(self, epochs: u32) -> Short {
        let typed = match self {
            Epochs::More(more) => format!("+{more}"),
            Epochs::InAll(count) => count.to_string(),
        };
        Short::new("--epochs", &typed, "train.epochs", self.beyond(epochs).to_string())
    }
}

impl FromStr for Epochs {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_prefix('+').unwrap_or(text);
        // A second plus would be taken by the parser of numbers.
        let is_number = number.starts_with(|letter: char| letter.is_ascii_digit());
        match number.parse().ok().filter(|count| is_number && *count > 0) {
            Some(count) if number.len() < text.len() => Ok(Epochs::More(count)),
            Some(count) => Ok(Epochs::InAll(count)),
            None => {
                Err("use +5 for five epochs more, or 20 for twenty epochs in all; 1000000000 are the most"
                    .into())
            }
        }
    }
}

/// Whether the checkpoint of a run's end is whole. If it is damaged, the run can be resumed from an earlier one.
fn is_whole(run: &RunDirectory, step: u64) -> Result<bool, run::Error> {
    match run.checkpoint(step) {
        Ok(_) => Ok(true),
        Err(run::Error::Broken { .. }) => Ok(false),
        Err(refused) => Err(refused),
    }
}

impl Arguments {
    /// Trains to the end, or until a signal.
    pub fn run(self) -> Result<(), Error> {
        let (worker, begin) = self.reporting.or_say_why(self.prepare())?;
        if self.detach {
            return self.reporting.or_say_why(detached(&begin, &self.reporting, self.threads));
        }
        follow(worker, begin, &self.reporting)
    }

    fn prepare(&self) -> Result<(Worker, Command), Error> {
        let run = self.run.find()?;
        let manifest = run.manifest()?;
        let (experiment, changes) = if self.epochs.is_none() && self.sets.is_empty() {
            self.check_unfinished(&run, &manifest)?;
            (experiment::of_run(&run.name(), &manifest.preset, run.learned()?.as_ref())?, Vec::new())
        } else {
            self.extended(&run, &manifest)?
        };
        let rates = [&manifest.preset, &experiment.preset].map(|preset| preset.optimizer.learning_rate());
        let is_slower = self.learning_rate.is_some() || rates[1] < rates[0];
        if matches!(manifest.status, Status::Failed { diverged: true, .. }) && !is_slower {
            return Err(Error::Failed(format!(
                "the loss of {} was not finite, and would end so again: --learning-rate goes back with a smaller rate \
                 (the preset's is {})",
                plain(&run.name()),
                rates[0]
            )));
        }
        let request = TrainRequest {
            device: self.device.option()?,
            checkpoint_seconds: self.checkpoint_seconds,
            learning_rate: self.learning_rate,
            accept_changed_data: self.accept_changed_data,
            changes,
            on_end: self.on_end.clone(),
            ..TrainRequest::resuming(&run, &manifest, experiment)?
        };
        Ok((Worker::Keeping(home::runs_folder()?), Command::Train(Box::new(request))))
    }

    /// Refuses a run of which all epochs are done.
    fn check_unfinished(&self, run: &RunDirectory, manifest: &Manifest) -> Result<(), Error> {
        if let Some(steps) = overview::done(manifest, &run.checkpoints()?)
            && is_whole(run, steps)?
        {
            let name = plain(&run.name());
            return Err(Error::Failed(format!(
                "{name} is finished after {}: nothing is left to do; `trainyard resume {name} --epochs +5` trains \
                 it further",
                counted(steps, "step")
            )));
        }
        Ok(())
    }

    /// The experiment of a run that is trained further, and what it changes of the run's preset.
    fn extended(&self, run: &RunDirectory, manifest: &Manifest) -> Result<(Experiment, Vec<String>), Error> {
        if let Some(owner) = Lock::holder(run.path())? {
            return Err(run::Error::Locked { path: run.path().to_path_buf(), owner }.into());
        }
        let done = epochs_done(run)?;
        let short = self.epochs.map(|epochs| epochs.short(done));
        let changes: Vec<String> = self.sets.iter().cloned().chain(short.iter().map(Short::change)).collect();
        let experiment = experiment::of_extended_run(
            &run.name(),
            &manifest.preset_now(),
            run.learned()?.as_ref(),
            &changes,
            short.as_slice(),
        )?;
        let epochs = experiment.preset.train.epochs;
        if epochs <= done {
            return Err(Error::Usage(format!(
                "{} has done {}, and is to have {epochs} in all: --epochs +5 trains it further",
                plain(&run.name()),
                counted(done, "epoch")
            )));
        }
        Ok((experiment, changes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_are_more_with_a_plus_and_in_all_without() {
        assert_eq!("+5".parse(), Ok(Epochs::More(5)));
        assert_eq!("20".parse(), Ok(Epochs::InAll(20)));
        for wrong in ["0", "+0", "-5", "++5", "five", "", "+"] {
            assert!(wrong.parse::<Epochs>().is_err(), "{wrong}");
        }
    }
}
