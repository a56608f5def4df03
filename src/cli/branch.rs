//! `trainyard branch`: a new run that goes on from the checkpoint of another.

use super::Error;
use super::experiment::{self, Short};
use super::follow::{Worker, follow};
use super::named::{RunName, ToBranch};
use super::reporter::Reporting;
use super::resume::Epochs;
use super::seconds;
use super::text::plain;
use super::threads::Threads;
use super::train::detached;
use crate::run::home;
use crate::worker::{Branch, Command, TrainRequest, trains_nothing};

/// Begin a new run from a checkpoint of another, with changes; the other run stays as it is
///
/// Weights, optimizer and position are those of the checkpoint; what may be changed is what `resume --set` may change. The new
/// run's manifest says where it came from.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    run: RunName<ToBranch>,
    /// The checkpoint's step; left out: the best one, or else the newest
    #[arg(long)]
    step: Option<u64>,
    /// +N epochs more than the run was to have, or N epochs in all
    #[arg(long, value_name = "[+]N")]
    epochs: Option<Epochs>,
    /// Another value of the preset, such as optimizer.learning_rate=0.0001; may be given several times
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
    /// Seconds between two checkpoints within an epoch
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, value_parser = seconds::between, allow_negative_numbers = true)]
    checkpoint_seconds: f64,
    /// Go on although the data has changed since the other run began; it is prepared as that run learned it
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

impl Arguments {
    /// Trains to the end, or until a signal.
    pub fn run(self) -> Result<(), Error> {
        let begin = self.reporting.or_say_why(self.prepare())?;
        if self.detach {
            return self.reporting.or_say_why(detached(&begin, &self.reporting, self.threads));
        }
        follow(Worker::Keeping(home::runs_folder()?), begin, &self.reporting)
    }

    fn prepare(&self) -> Result<Command, Error> {
        let run = self.run.find()?;
        let (name, manifest, steps) = (plain(&run.name()), run.manifest()?, run.checkpoints()?);
        let best = manifest.best.map(|best| best.step).filter(|step| steps.contains(step));
        let step = match self.step {
            Some(step) if steps.contains(&step) => step,
            Some(step) => {
                let there: Vec<String> = steps.iter().map(ToString::to_string).collect();
                let there = if there.is_empty() { "none".into() } else { there.join(", ") };
                return Err(Error::Usage(format!(
                    "{name} has no checkpoint of step {step}; there are: {there}"
                )));
            }
            None => best
                .or(steps.last().copied())
                .ok_or_else(|| Error::Failed(format!("{name} has no checkpoint yet")))?,
        };
        let before = manifest.preset_at(step);
        let short = self.epochs.map(|epochs| epochs.short(before.train.epochs));
        let changes: Vec<String> = self.sets.iter().cloned().chain(short.iter().map(Short::change)).collect();
        let learned = run.learned()?;
        let short = short.as_slice();
        let experiment =
            experiment::of_extended_run(&run.name(), &before, learned.as_ref(), &changes, short)?;
        let epochs = experiment.preset.train.epochs;
        let problem = trains_nothing(&run, &run.checkpoint(step)?, epochs, !changes.is_empty());
        if let Some(problem) = problem {
            let others = steps.iter().filter(|other| **other < step).map(ToString::to_string);
            let others: Vec<String> = others.collect();
            let earlier = match others.is_empty() {
                true => String::new(),
                false => format!(", --step begins at an earlier one: {}", others.join(", ")),
            };
            return Err(Error::Usage(plain(&format!("{problem}; --epochs +5 adds epochs{earlier}"))));
        }
        let folder = home::utf8(run.path())?.to_owned();
        Ok(Command::Train(Box::new(TrainRequest {
            branch: Some(Branch { folder, step }),
            freeze: manifest.frozen,
            checkpoint_seconds: self.checkpoint_seconds,
            accept_changed_data: self.accept_changed_data,
            changes,
            ..TrainRequest::new(experiment)
        })))
    }
}
