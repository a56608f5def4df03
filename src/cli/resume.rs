//! `trainyard resume`: a run that was interrupted goes on.

use super::Error;
use super::experiment;
use super::named::RunName;
use super::reporter::Reporting;
use super::text::plain;
use super::threads::Threads;
use super::train::{Worker, detached, follow};
use crate::run::{self, RunDirectory, Status, home, overview};
use crate::worker::{Command, TrainRequest};

/// Go on with a run that was stopped, killed or failed, from its newest checkpoint, to the same numbers
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    run: RunName,
    /// Seconds between two checkpoints within an epoch
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
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
    #[command(flatten)]
    reporting: Reporting,
    #[command(flatten)]
    pub(super) threads: Threads,
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
        let done = overview::done(&manifest, &run.checkpoints()?);
        if let Some(steps) = done
            && is_whole(&run, steps)?
        {
            let name = plain(&run.name());
            return Err(Error::Failed(format!(
                "{name} is finished after {steps} steps: nothing is left to do"
            )));
        }
        if let (Status::Failed { diverged: true, .. }, None) = (&manifest.status, self.learning_rate) {
            let (name, rate) = (plain(&run.name()), manifest.preset.optimizer.learning_rate());
            return Err(Error::Failed(format!(
                "the loss of {name} was not finite, and would end so again: --learning-rate goes back with a \
                 smaller rate (the preset's is {rate})"
            )));
        }
        let experiment = experiment::of_run(&run.name(), &manifest.preset, run.learned()?.as_ref())?;
        let request = TrainRequest {
            checkpoint_seconds: self.checkpoint_seconds,
            learning_rate: self.learning_rate,
            accept_changed_data: self.accept_changed_data,
            ..TrainRequest::resuming(&run, &manifest, experiment)?
        };
        Ok((Worker::Keeping(home::runs_folder()?), Command::Train(Box::new(request))))
    }
}
