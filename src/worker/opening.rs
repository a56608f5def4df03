//! A run that nobody trains, opened to be looked at: its curves, and its network as one of its checkpoints has it.

use std::path::Path;

use super::own_data::on_own_data;
use super::past;
use super::protocol::{Finish, OpenRequest, Opened, Outcome, Past, PastLine, Scores};
use super::settings::Settings;
use crate::data;
use crate::preset::DeviceChoice;
use crate::run::log_file::{self, LoggedLine};
use crate::run::past::Curves;
use crate::run::{Manifest, RunDirectory, Status, learned};
use crate::train::{self, Training};

/// How many lines of its log are told.
const LOG_LINES: usize = 400;

/// What is known of a run that was opened.
pub(super) struct OpenRun {
    /// Its network and its data.
    pub training: Box<dyn Training>,
    /// Its settings, and how they were changed while it trained.
    pub settings: Settings,
    run: RunDirectory,
    /// When it was begun, in seconds since 1970.
    started: u64,
    /// Its checkpoints, and which of them the network is of.
    pub opened: Opened,
    /// How it ended.
    pub finish: Finish,
    /// What a person should know, a line each.
    pub lines: Vec<String>,
}

impl OpenRun {
    /// Opens it with the checkpoint that is asked for, or else the best one, or else the newest that is whole.
    ///
    /// # Errors
    /// Why it cannot be opened, as a sentence.
    pub(super) fn open(request: &OpenRequest) -> Result<Self, String> {
        let run = RunDirectory::at(Path::new(&request.folder));
        let manifest = Manifest::load(run.path()).map_err(|error| error.to_string())?;
        let mut lines = Vec::new();
        let mut training = prepare(request, &run, &mut lines)?;
        if manifest.frozen > 0 {
            training.freeze(manifest.frozen);
        }
        let checkpoints = run.checkpoints().map_err(|error| error.to_string())?;
        let is_there = |step: &u64| checkpoints.contains(step);
        let best = manifest.best.map(|best| best.step).filter(is_there);
        let finish = finish_of(&run, &manifest, &*training);
        let opened = Opened { run: run.name(), checkpoints: checkpoints.clone(), at: None };
        let settings = Settings::new(training.preset().clone(), manifest.steered.clone());
        let started = manifest.started;
        let mut open = OpenRun { training, settings, run, started, opened, finish, lines };
        let newest = checkpoints.last().copied();
        match request.step.or(best).or(newest) {
            None => open.lines.push(
                "it has no checkpoint: its network is shown as it was before its first step".to_owned(),
            ),
            Some(step) => {
                if let Err(problem) = open.go_to(step) {
                    open.lines.push(problem);
                    open.go_to_newest_whole(step)?;
                }
            }
        }
        Ok(open)
    }

    /// Gives the network the weights that it had at this checkpoint.
    ///
    /// # Errors
    /// When the checkpoint is damaged or of another network; the network then stays as it was.
    pub(super) fn go_to(&mut self, step: u64) -> Result<(), String> {
        go_to(&self.run, &mut *self.training, &mut self.settings, step)?;
        self.opened.at = Some(step);
        Ok(())
    }

    fn go_to_newest_whole(&mut self, but: u64) -> Result<(), String> {
        let others = self.opened.checkpoints.clone().into_iter().rev().filter(|step| *step != but);
        for step in others {
            if self.go_to(step).is_ok() {
                self.lines.push(format!("step {step} is shown instead"));
                return Ok(());
            }
        }
        Err("none of its checkpoints can be read: `trainyard runs verify` says what is wrong with each"
            .into())
    }

    /// Its curves, from its event files.
    pub(super) fn past(&self) -> Past {
        let past = past::read(self.run.path(), u64::MAX, self.training.steps_per_epoch());
        let started = self.started as f64;
        let told = |line: LoggedLine| PastLine { seconds: (line.time - started).max(0.0), text: line.text };
        Past { log: log_file::newest(self.run.path(), LOG_LINES).into_iter().map(told).collect(), ..past }
    }
}

/// Gives the network of a run the weights that it had at a checkpoint.
fn go_to(
    run: &RunDirectory,
    training: &mut dyn Training,
    settings: &mut Settings,
    step: u64,
) -> Result<(), String> {
    let checkpoint = run.checkpoint(step).map_err(|error| error.to_string())?;
    let before = training.snapshot().map_err(|error| error.to_string())?;
    let shown = training.step();
    settings.take_up(training, step)?;
    training.restore(checkpoint).map_err(|error| {
        // The snapshot is of this very training.
        let _ = settings.take_up(training, shown);
        let _ = training.restore(before);
        error.to_string()
    })
}

/// The training of the run, with its own data where that is as it was, and else without samples.
fn prepare(
    request: &OpenRequest,
    run: &RunDirectory,
    lines: &mut Vec<String>,
) -> Result<Box<dyn Training>, String> {
    let learned = learned::load(run.path()).map_err(|error| error.to_string())?;
    let cpu = DeviceChoice::Cpu;
    let Some(learned) = learned else {
        let prepared = train::prepare(&request.experiment, cpu);
        return prepared.map(|prepared| prepared.training).map_err(|error| error.to_string());
    };
    let experiment = on_own_data(&request.experiment, &learned);
    let problem = match data::changes(&learned) {
        Ok(changes) if changes.is_empty() => {
            match train::prepare_as_learned(&experiment, &learned.preparation, cpu) {
                Ok(prepared) => return Ok(prepared.training),
                Err(error) => error.to_string(),
            }
        }
        Ok(changes) => {
            let said: Vec<String> = changes.into_iter().map(|change| change.said).collect();
            said.join("; ")
        }
        Err(error) => error.to_string(),
    };
    lines.push(format!("{problem}; the run is shown without its samples"));
    train::prepare_without_data(&experiment, &learned.preparation, cpu).map_err(|error| error.to_string())
}

/// How the run ended, as far as its files tell.
fn finish_of(run: &RunDirectory, manifest: &Manifest, training: &dyn Training) -> Finish {
    let curves = Curves::read(run.path(), u64::MAX);
    let sum = |tag: &str| curves.curve(tag).iter().map(|(_, value)| value).sum::<f64>();
    // Epochs that were not written down, and the time between steps under a tempo, are missing in the sum.
    let seconds = sum("seconds/epoch").max(curves.seconds());
    let speeds = curves.curve("samples_per_second");
    let samples_per_second = match speeds.len() {
        0 => 0.0,
        count => speeds.iter().map(|(_, speed)| speed).sum::<f64>() / count as f64,
    };
    let newest = run.checkpoints().ok().and_then(|steps| steps.last().copied()).unwrap_or(0);
    let told = curves.curve("loss/train").last().map_or(0, |(step, _)| *step);
    let (outcome, steps, test) = match &manifest.status {
        Status::Finished { steps, test_loss, test_accuracy } => {
            let mut test = Scores { loss: *test_loss, accuracy: *test_accuracy, ..Scores::default() };
            for metric in train::Metric::ALL {
                if let Some((_, value)) = curves.curve(&format!("{}/test", metric.name())).last() {
                    test.metrics.set(metric, *value);
                }
            }
            (Outcome::Completed, *steps, Some(test))
        }
        Status::Stopped { steps } => (Outcome::Stopped, *steps, None),
        Status::Running | Status::Failed { .. } => (Outcome::Stopped, newest.max(told), None),
    };
    let per_epoch = training.steps_per_epoch().max(1);
    let epochs = u32::try_from(steps / per_epoch).unwrap_or(u32::MAX);
    Finish { outcome, test, epochs, steps, samples_per_second, seconds }
}
