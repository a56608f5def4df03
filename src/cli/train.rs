//! `trainyard train`: a training without the dashboard.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::Error;
use super::experiment::with_overrides;
use super::serve::starter;
use super::signals::{Signals, let_go_of_terminal};
use super::text::{self, plain};
use crate::preset::DeviceChoice;
use crate::run::{RunDirectory, checkpoint, home};
use crate::worker::{
    self, Answer, Command, EpochReport, Event, Finish, Hub, Metrics, Outcome, RunInfo, Scores, StepReport,
    TrainRequest, Waited,
};

/// How long those who look on from elsewhere are given to take the last events.
const FAREWELL: Duration = Duration::from_secs(2);

/// Train a preset and print its result on the test set
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A preset's name (`trainyard presets` lists them), or a .ron file
    preset: String,
    /// Change a value of the preset, such as train.epochs=2; may be given several times
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
    /// Seed of everything random; the same seed gives the same numbers, bit for bit
    #[arg(long, allow_negative_numbers = true)]
    seed: Option<String>,
    /// Passes over the training data: short for --set train.epochs=N
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    epochs: Option<String>,
    /// Samples in a step: short for --set train.batch_size=N
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    batch_size: Option<String>,
    /// The optimizer's learning rate: short for --set optimizer.learning_rate=RATE
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    lr: Option<String>,
    /// Start from the weights of a run (its best checkpoint) or of a .safetensors file, where names and shapes fit
    #[arg(long, value_name = "RUN|FILE")]
    init_from: Option<String>,
    /// How many of the first layers with weights are not trained
    #[arg(long, value_name = "LAYERS", default_value_t = 0)]
    freeze: usize,
    /// Keep nothing on disk
    #[arg(long)]
    no_save: bool,
    /// Train in the background, without this terminal; `trainyard attach` shows it
    #[arg(long, conflicts_with = "no_save")]
    detach: bool,
    /// Seconds between two checkpoints within an epoch
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
    checkpoint_seconds: f64,
    #[command(flatten)]
    reporting: Reporting,
    /// Where to train
    #[arg(long, default_value_t)]
    device: DeviceChoice,
}

/// What a training prints.
#[derive(Debug, clap::Args)]
pub(super) struct Reporting {
    /// Print one JSON object a line on standard output, and nothing else there
    #[arg(long)]
    json: bool,
    /// Print the result only
    #[arg(long)]
    quiet: bool,
}

/// Which worker trains.
pub(super) enum Worker {
    /// One that keeps nothing on disk.
    Forgetful,
    /// One that keeps runs in this folder.
    Keeping(PathBuf),
}

impl Arguments {
    /// What the command line changes of the preset: `--set` first, then the short forms.
    fn changes(&self) -> Vec<String> {
        let short = [
            ("seed", &self.seed),
            ("train.epochs", &self.epochs),
            ("train.batch_size", &self.batch_size),
            ("optimizer.learning_rate", &self.lr),
        ];
        let short = short.into_iter().filter_map(|(path, value)| Some(format!("{path}={}", value.as_ref()?)));
        self.sets.iter().cloned().chain(short).collect()
    }

    /// Trains to the end, or until a signal.
    pub fn run(self) -> Result<(), Error> {
        let experiment = with_overrides(&self.preset, &self.changes())?;
        let worker = if self.no_save { Worker::Forgetful } else { Worker::Keeping(home::runs_folder()?) };
        let request = TrainRequest {
            device: self.device,
            checkpoint_seconds: self.checkpoint_seconds,
            init_from: self.init_from.as_deref().map(weights_of).transpose()?,
            freeze: self.freeze,
            ..TrainRequest::new(experiment)
        };
        let begin = Command::Train(Box::new(request));
        if self.detach { detached(&begin, &self.reporting) } else { follow(worker, begin, &self.reporting) }
    }
}

/// The file of weights that `wanted` names: itself, or the best checkpoint's of a run.
fn weights_of(wanted: &str) -> Result<String, Error> {
    if wanted.ends_with(".safetensors") {
        return Ok(home::utf8(&std::path::absolute(wanted)?)?.to_string());
    }
    let run = RunDirectory::find(&home::runs_folder()?, wanted)?;
    let (name, manifest) = (plain(&run.name()), run.manifest()?);
    let newest = || run.checkpoints().map(|steps| steps.last().copied());
    let step = manifest.best.map_or_else(newest, |best| Ok(Some(best.step)))?;
    let step = step.ok_or_else(|| Error::Failed(format!("{name} has no checkpoint yet")))?;
    Ok(home::utf8(&run.checkpoint_path(step).join(checkpoint::WEIGHTS))?.to_string())
}

/// Gives a worker a training and tells how it goes, to its end or until a signal.
pub(super) fn follow(worker: Worker, begin: Command, reporting: &Reporting) -> Result<(), Error> {
    let signals = Signals::catch()?;
    let spawned = match worker {
        Worker::Forgetful => worker::spawn(),
        Worker::Keeping(runs) => worker::spawn_keeping(runs),
    };
    let (client, events) = spawned.map_err(|error| Error::Failed(error.to_string()))?;
    let hub = Hub::start(client, events).map_err(|error| Error::Failed(error.to_string()))?;
    let mut listener = hub.join();
    hub.send(begin);
    let mut reporter = Reporter::new(reporting.json, reporting.quiet);
    let (mut was_stopped, mut has_started) = (false, false);
    let mut unsaved = None;
    loop {
        if signals.caught().is_some() && !was_stopped {
            was_stopped = true;
            hub.send(Command::Shutdown);
        }
        if signals.hung_up() {
            reporter.let_go();
        }
        let event = match listener.events.recv_timeout(Duration::from_millis(50)) {
            Waited::TimedOut => match signals.caught() {
                // Nothing has been learned yet, and files may be long to read.
                Some(signal) if !has_started => return Err(Error::Signal(signal)),
                _ => continue,
            },
            Waited::Ended => return Err(Error::Failed("the worker ended without a result".into())),
            Waited::Event(event) => event,
        };
        match event {
            Event::Failed(reason) => {
                reporter.clear();
                farewell(&hub);
                let unsaved =
                    unsaved.map(|what| format!("; its end is not saved: {what}")).unwrap_or_default();
                return Err(Error::Failed(plain(&format!("{reason}{unsaved}"))));
            }
            Event::Unsaved(what) => {
                reporter.report(Event::Unsaved(what.clone()));
                unsaved = Some(what);
            }
            Event::Finished(finish) => {
                farewell(&hub);
                reporter.finish(&finish)?;
                if let Some(what) = unsaved {
                    return Err(Error::Failed(plain(&format!(
                        "the end of the training is not saved: {what}"
                    ))));
                }
                return signals.caught().map_or(Ok(()), |signal| Err(Error::Signal(signal)));
            }
            other => {
                has_started |= matches!(other, Event::Started(_));
                reporter.report(other);
            }
        }
    }
}

/// Ends a worker whose training is over, and lets who looks on from elsewhere hear of it.
fn farewell(hub: &Hub) {
    hub.send(Command::Shutdown);
    // One that takes nothing does not hold up the end.
    hub.wait_for_writers(FAREWELL);
}

/// Starts a process of its own that trains, and says how to find it.
pub(super) fn detached(begin: &Command, reporting: &Reporting) -> Result<(), Error> {
    let answer = starter()?.start(begin).map_err(|error| Error::Failed(error.to_string()))?;
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

/// Tells the person, or the script, how it goes. When the output cannot be written any more, nothing more is printed; a
/// training does not end for that.
struct Reporter {
    json: bool,
    quiet: bool,
    /// Why the output could not be written.
    problem: Option<Error>,
    bar: Option<ProgressBar>,
    epochs: u32,
    preset: String,
}

impl Reporter {
    fn new(json: bool, quiet: bool) -> Self {
        Reporter { json, quiet, problem: None, bar: None, epochs: 0, preset: String::new() }
    }

    /// Tells of an event, unless the output is closed.
    fn report(&mut self, event: Event) {
        if self.problem.is_none()
            && let Err(problem) = self.tell(event)
        {
            self.fall_silent(problem);
        }
    }

    /// Tells of the end.
    ///
    /// # Errors
    /// When the output could not be written, now or before; not when nobody read it to its end.
    fn finish(&mut self, finish: &Finish) -> Result<(), Error> {
        let told = match self.problem.take() {
            None => self.finished(finish),
            Some(problem) => Err(problem),
        };
        match told {
            Err(Error::OutputClosed) => Ok(()),
            told => told,
        }
    }

    fn fall_silent(&mut self, problem: Error) {
        self.clear();
        (self.bar, self.problem) = (None, Some(problem));
    }

    fn tell(&mut self, event: Event) -> Result<(), Error> {
        match event {
            Event::Started(info) => self.started(&info),
            Event::Step(step) => {
                self.stepped(&step);
                Ok(())
            }
            Event::Epoch(epoch) => self.epoch(&epoch),
            Event::Keeping { run, folder } => self.keeping(&run, &folder),
            Event::Checkpoint { step } if self.json => line(&json!({ "event": "saved", "step": step })),
            Event::Trouble(what) => self.trouble(what.as_deref()),
            Event::Damaged { step, problem, resumed_from } => {
                self.warn(&format!(
                    "the checkpoint of step {step} is damaged, resuming from step {resumed_from}: {}",
                    plain(&problem)
                ));
                let event = json!({
                    "event": "damaged", "step": step, "reason": problem, "resumed_from": resumed_from,
                });
                if self.json { line(&event) } else { Ok(()) }
            }
            Event::LeftOut(count) => {
                self.warn(&format!(
                    "the disk is slow: {count} scalars and pictures are left out of the event file"
                ));
                if self.json { line(&json!({ "event": "left_out", "entries": count })) } else { Ok(()) }
            }
            // Without --json, the error at the end says it.
            Event::Unsaved(what) if self.json => line(&json!({ "event": "unsaved", "reason": what })),
            Event::Log(line) => {
                self.say(&plain(&line));
                Ok(())
            }
            Event::Preparing(_)
            | Event::Past(_)
            | Event::Phase(_)
            | Event::Reply { .. }
            | Event::Checkpoint { .. }
            | Event::Unsaved(_)
            | Event::Finished(_)
            | Event::Failed(_)
            | Event::Connection(_) => Ok(()),
        }
    }

    fn trouble(&self, what: Option<&str>) -> Result<(), Error> {
        match what {
            Some(what) => self.warn(&format!("training goes on, but is not saved: {}", plain(what))),
            None => self.warn("saving works again"),
        }
        match what {
            _ if !self.json => Ok(()),
            Some(what) => line(&json!({ "event": "trouble", "reason": what })),
            None => line(&json!({ "event": "recovered" })),
        }
    }

    fn started(&mut self, info: &RunInfo) -> Result<(), Error> {
        self.epochs = info.epochs;
        self.preset = plain(&info.preset.name);
        if self.json {
            return line(&json!({
                "event": "started",
                "preset": info.preset.name,
                "seed": info.preset.seed,
                "parameters": info.parameters,
                "train_samples": info.samples.0,
                "validation_samples": info.samples.1,
                "test_samples": info.samples.2,
                "epochs": self.epochs,
                "steps": info.steps,
                "device": info.device,
            }));
        }
        let (train, validation, test) = info.samples;
        self.say(&format!(
            "{}: {} parameters, {train} training, {validation} validation and {test} test samples, on {}",
            self.preset, info.parameters, info.device
        ));
        if !self.quiet && std::io::stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(Some(info.steps), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len}  {msg}  {eta}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            self.bar = Some(bar);
        }
        Ok(())
    }

    fn stepped(&self, step: &StepReport) {
        let Some(bar) = &self.bar else { return };
        bar.set_prefix(format!("epoch {}/{}", step.epoch, self.epochs));
        bar.set_position(step.step);
        let accuracy = step.scores.accuracy.map(|a| format!("  accuracy {a:.4}")).unwrap_or_default();
        bar.set_message(format!(
            "loss {:.4}{accuracy}  {:.0}/s",
            step.scores.loss,
            step.samples_per_second()
        ));
    }

    fn epoch(&self, epoch: &EpochReport) -> Result<(), Error> {
        if self.json {
            return line(&json!({
                "event": "epoch",
                "epoch": epoch.epoch,
                "step": epoch.step,
                "loss": epoch.training.loss,
                "accuracy": epoch.training.accuracy,
                "validation_loss": epoch.validation.map(|scores| scores.loss),
                "validation_accuracy": epoch.validation.and_then(|scores| scores.accuracy),
                "metrics": by_name(&epoch.training.metrics),
                "validation_metrics": epoch.validation.map(|scores| by_name(&scores.metrics)),
                "learning_rate": epoch.learning_rate,
                "samples_per_second": epoch.samples_per_second(),
                "seconds": epoch.seconds,
            }));
        }
        let validation =
            epoch.validation.map(|scores| format!("  validation {}", in_words(&scores))).unwrap_or_default();
        self.say(&format!(
            "epoch {}/{}  training {}{validation}  {:.0} samples/s  {:.1} s",
            epoch.epoch,
            self.epochs,
            in_words(&epoch.training),
            epoch.samples_per_second(),
            epoch.seconds
        ));
        Ok(())
    }

    fn finished(&self, finish: &Finish) -> Result<(), Error> {
        self.clear();
        if self.json {
            return line(&json!({
                "event": "finished",
                "outcome": match finish.outcome {
                    Outcome::Completed => "completed",
                    Outcome::Stopped => "stopped",
                    Outcome::StoppedEarly => "stopped_early",
                },
                "epochs": finish.epochs,
                "steps": finish.steps,
                "test_loss": finish.test.map(|test| test.loss),
                "test_accuracy": finish.test.and_then(|test| test.accuracy),
                "test_metrics": finish.test.map(|test| by_name(&test.metrics)),
                "samples_per_second": finish.samples_per_second,
                "seconds": finish.seconds,
            }));
        }
        let early = match finish.outcome {
            Outcome::Completed => "",
            Outcome::Stopped => " (stopped)",
            Outcome::StoppedEarly => " (stopped early)",
        };
        writeln!(
            std::io::stdout().lock(),
            "test {}  after {} steps{early}  {:.0} samples/s  {:.1} s",
            finish.test.map_or("not evaluated".into(), |test| in_words(&test)),
            finish.steps,
            finish.samples_per_second,
            finish.seconds
        )?;
        Ok(())
    }

    fn keeping(&self, run: &str, folder: &str) -> Result<(), Error> {
        if self.json {
            return line(&json!({ "event": "run", "run": run, "folder": folder }));
        }
        self.say(&format!("kept as {}", plain(run)));
        Ok(())
    }

    /// A line for the person that even a script's user should see.
    fn warn(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => drop(writeln!(std::io::stderr().lock(), "trainyard: {text}")),
        }
    }

    /// A line for the person, above the bar.
    fn say(&self, text: &str) {
        if self.quiet || self.json {
            return;
        }
        match &self.bar {
            Some(bar) => bar.println(text),
            // Nobody to tell is no reason to stop training.
            None => drop(writeln!(std::io::stderr().lock(), "{text}")),
        }
    }

    /// The terminal is gone: there is nobody to tell.
    fn let_go(&mut self) {
        self.bar = None;
        self.quiet = true;
        let_go_of_terminal();
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

pub(super) fn by_name(metrics: &Metrics) -> serde_json::Value {
    metrics.iter().map(|(metric, value)| (metric.name().to_owned(), json!(value))).collect()
}

pub(super) fn in_words(scores: &Scores) -> String {
    let accuracy = scores.accuracy.map(|a| format!(" accuracy {a:.4}")).unwrap_or_default();
    let more: String =
        scores.metrics.iter().map(|(metric, value)| format!(" {} {value:.4}", metric.title())).collect();
    format!("loss {:.4}{accuracy}{more}", scores.loss)
}

fn line(value: &serde_json::Value) -> Result<(), Error> {
    let text = text::json(value)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()?;
    Ok(())
}
