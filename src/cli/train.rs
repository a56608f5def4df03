//! `trainyard train`: a training without the dashboard.

use std::io::Write;

use clap_complete::ArgValueCompleter;
use serde_json::json;

use super::device::Device;
use super::experiment::{Short, with_overrides};
use super::follow::{Worker, follow};
use super::named::find_run;
use super::reporter::{Reporting, line};
use super::serve::starter;
use super::text::plain;
use super::threads::Threads;
use super::{Error, candidates, folds, repeat, seconds, task};
use crate::preset::Experiment;
use crate::run::{checkpoint, home};
use crate::worker::{Answer, Command, TrainRequest};

/// Train a preset and print its result on the test set
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A preset's name (`trainyard presets` lists them), or a .ron file
    #[arg(add = ArgValueCompleter::new(candidates::presets))]
    preset: String,
    /// Change a value of the preset, such as train.epochs=2; may be given several times
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
    /// Seed of everything random; the same seed gives the same numbers, bit for bit
    #[arg(long)]
    seed: Option<String>,
    /// Passes over the training data: short for --set train.epochs=N
    #[arg(long, value_name = "N")]
    epochs: Option<String>,
    /// Samples in a step: short for --set train.batch_size=N
    #[arg(long, value_name = "N")]
    batch_size: Option<String>,
    /// The optimizer's learning rate: short for --set optimizer.learning_rate=RATE
    #[arg(long, value_name = "RATE")]
    lr: Option<String>,
    /// Start from the weights of a run (its best checkpoint) or of a .safetensors file, where names and shapes fit
    #[arg(long, value_name = "RUN|FILE")]
    init_from: Option<String>,
    /// How many of the first layers with weights are not trained
    #[arg(long, value_name = "LAYERS", default_value_t = 0)]
    freeze: usize,
    /// Cross-validation: cut the samples into this many parts, train once for each, test on that part, and tell mean and
    /// standard deviation of the scores. Called again after it was ended or killed, it goes on where it was
    #[arg(long, value_name = "PARTS", conflicts_with = "detach", value_parser = clap::value_parser!(u32).range(2..=1000))]
    folds: Option<u32>,
    /// Train so many times, with the preset's seed and those after it, and tell mean, standard deviation and 95% interval of the
    /// scores. Called again after it was ended or killed, it goes on where it was
    #[arg(long, value_name = "SEEDS", conflicts_with_all = ["detach", "folds"], value_parser = clap::value_parser!(u32).range(2..=1000))]
    repeat: Option<u32>,
    /// What this training is called for whoever starts it again, such as a cluster: called again with the same name, it goes on where
    /// it was, and is done where it has ended
    #[arg(long, value_name = "NAME", conflicts_with_all = ["detach", "folds", "repeat", "no_save"])]
    task: Option<String>,
    /// Run this in a shell when it has ended, with TRAINYARD_PRESET, TRAINYARD_RUN, TRAINYARD_OUTCOME (finished, stopped early,
    /// stopped, failed) and TRAINYARD_REASON in its environment; with --repeat and --folds once, when all have ended, TRAINYARD_RUN
    /// being the names of all runs
    #[arg(long, value_name = "COMMAND")]
    on_end: Option<String>,
    /// Keep nothing on disk
    #[arg(long)]
    no_save: bool,
    /// Train in the background, without this terminal; `trainyard attach` shows it
    #[arg(long, conflicts_with = "no_save")]
    detach: bool,
    /// Seconds between two checkpoints within an epoch
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, value_parser = seconds::between, allow_negative_numbers = true)]
    checkpoint_seconds: f64,
    #[command(flatten)]
    reporting: Reporting,
    #[command(flatten)]
    device: Device,
    #[command(flatten)]
    pub(super) threads: Threads,
}

impl Arguments {
    /// The options that are short for changes of the preset.
    fn short(&self) -> Vec<Short> {
        let all = [
            ("--seed", "seed", &self.seed),
            ("--epochs", "train.epochs", &self.epochs),
            ("--batch-size", "train.batch_size", &self.batch_size),
            ("--lr", "optimizer.learning_rate", &self.lr),
        ];
        let given = all.into_iter().filter_map(|(option, path, typed)| {
            let typed = typed.as_ref()?;
            Some(Short::new(option, typed, path, typed.clone()))
        });
        given.collect()
    }

    /// Trains to the end, or until a signal.
    pub fn run(self) -> Result<(), Error> {
        let (worker, request) = self.reporting.or_say_why(self.prepare())?;
        if let Some(of) = self.folds {
            return folds::train(of, &worker, &request, &self.reporting);
        }
        if let Some(seeds) = self.repeat {
            return repeat::train(seeds, &worker, &request, &self.reporting);
        }
        if let Some(name) = &self.task {
            return task::train(name, request, &self.reporting);
        }
        let begin = Command::Train(Box::new(request));
        if self.detach {
            return self.reporting.or_say_why(detached(&begin, &self.reporting, self.threads));
        }
        follow(worker, begin, &self.reporting)
    }

    /// What it trains, for a process that keeps runs and trains one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn for_queue(&self) -> Result<TrainRequest, Error> {
        let other = [
            ("--folds", self.folds.is_some()),
            ("--repeat", self.repeat.is_some()),
            ("--no-save", self.no_save),
            ("--detach", self.detach),
            ("--task", self.task.is_some()),
        ];
        if let Some((option, _)) = other.into_iter().find(|(_, is_given)| *is_given) {
            return Err(Error::Usage(format!("{option}: the queue takes trainings that keep one run")));
        }
        self.request()
    }

    /// What it trains, for a job of Slurm, and with how many seeds.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn for_submission(&self) -> Result<(TrainRequest, u32), Error> {
        let other = [
            ("--folds", self.folds.is_some()),
            ("--no-save", self.no_save),
            ("--detach", self.detach),
            ("--task", self.task.is_some()),
        ];
        if let Some((option, _)) = other.into_iter().find(|(_, is_given)| *is_given) {
            return Err(Error::Usage(format!(
                "{option}: a job trains and keeps one run, and names its task itself"
            )));
        }
        Ok((self.request()?, self.repeat.unwrap_or(1)))
    }

    fn prepare(&self) -> Result<(Worker, TrainRequest), Error> {
        let request = self.request()?;
        let worker = if self.no_save {
            Worker::Forgetful
        } else {
            let runs = home::runs_folder()?;
            home::check_writable(&runs).map_err(|error| {
                let problem = plain(&error.to_string());
                Error::Failed(format!(
                    "no run can be kept: {problem}; TRAINYARD_HOME names another folder, --no-save keeps nothing"
                ))
            })?;
            Worker::Keeping(runs)
        };
        Ok((worker, request))
    }

    fn request(&self) -> Result<TrainRequest, Error> {
        let experiment = with_overrides(&self.preset, &self.sets, &self.short())?;
        check_freezing(&experiment, self.freeze)?;
        Ok(TrainRequest {
            device: self.device.option()?,
            checkpoint_seconds: self.checkpoint_seconds,
            init_from: self.init_from.as_deref().map(weights_of).transpose()?,
            freeze: self.freeze,
            on_end: self.on_end.clone(),
            ..TrainRequest::new(experiment)
        })
    }
}

/// Checks that layers are left to train where so many are frozen.
fn check_freezing(experiment: &Experiment, freeze: usize) -> Result<(), Error> {
    let rows = experiment.networks.iter().flat_map(|network| &network.summary.rows);
    let names: Vec<&str> = rows.filter(|row| row.parameters.trainable > 0).map(|row| &row.name[..]).collect();
    if freeze == 0 || freeze < names.len() || names.is_empty() {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "--freeze {freeze} leaves nothing to train: all layers with weights are frozen ({}); freeze at most {}",
        plain(&names.join(", ")),
        names.len() - 1
    )))
}

/// The file of weights that `wanted` names: itself, or the best checkpoint's of a run.
fn weights_of(wanted: &str) -> Result<String, Error> {
    if wanted.ends_with(".safetensors") {
        return Ok(home::utf8(&std::path::absolute(wanted)?)?.to_string());
    }
    let run = find_run(wanted)?;
    let (name, manifest) = (plain(&run.name()), run.manifest()?);
    let newest = || run.checkpoints().map(|steps| steps.last().copied());
    let step = manifest.best.map_or_else(newest, |best| Ok(Some(best.step)))?;
    let step = step.ok_or_else(|| Error::Failed(format!("{name} has no checkpoint yet")))?;
    Ok(home::utf8(&run.checkpoint_path(step).join(checkpoint::WEIGHTS))?.to_string())
}

/// Starts a process of its own that trains, and says how to find it.
pub(super) fn detached(begin: &Command, reporting: &Reporting, threads: Threads) -> Result<(), Error> {
    let answer = starter(threads)?.start(begin).map_err(|error| Error::Failed(error.to_string()))?;
    let folder = match answer {
        Answer::Run(folder) => folder,
        Answer::Failed(reason) | Answer::NotKept(reason) => return Err(Error::Failed(plain(&reason))),
    };
    let name = folder.file_name().map(|name| plain(&name.to_string_lossy())).unwrap_or_default();
    if reporting.json {
        return line(&json!({ "event": "run", "run": name, "folder": folder }));
    }
    writeln!(
        std::io::stdout().lock(),
        "{name} trains in the background: `trainyard attach` shows it, `trainyard stop {name}` ends it"
    )?;
    Ok(())
}
