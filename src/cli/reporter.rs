//! What a training without a dashboard prints: lines for a person, or JSON for a script.

use std::borrow::Cow;
use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::Error;
use super::signals::Terminals;
use super::text::{self, plain};
use crate::preset::Metric;
use crate::preset::counted;
use crate::run::Steered;
use crate::run::log_file::stamped;
use crate::run::text::figure;
use crate::search::slurm;
use crate::worker::{
    EpochReport, Event, Finish, Metrics, Outcome, RunInfo, Scores, StepReport, StepTime, excess_threads,
};

/// How often an epoch is told in a job of a cluster.
const IN_A_JOB: Duration = Duration::from_secs(60);

/// What a training prints.
#[derive(Debug, clap::Args)]
pub(super) struct Reporting {
    /// Print one JSON object a line on standard output, and nothing else there
    #[arg(long)]
    pub(super) json: bool,
    /// Print the result only
    #[arg(long)]
    pub(super) quiet: bool,
}

impl Reporting {
    /// Passes an outcome on. With `--json`, the last line says why a training does not begin.
    ///
    /// # Errors
    /// That of the outcome.
    pub(super) fn or_say_why<T>(&self, outcome: Result<T, Error>) -> Result<T, Error> {
        outcome.inspect_err(|error| {
            if self.json {
                say_why(error);
            }
        })
    }
}

/// Prints the last line of a training that has no result.
fn say_why(error: &Error) {
    let reason = match error {
        Error::Signal(number) => format!("ended by signal {number} before the training began"),
        Error::Usage(reason) | Error::Failed(reason) => reason.clone(),
        Error::OutputClosed => return,
    };
    // The program's last line on standard error says it as well.
    let _ = line(&json!({ "event": "failed", "reason": reason }));
}

/// Tells the person, or the script, how it goes. When the output cannot be written any more, nothing more is printed; a
/// training does not end for that.
pub(super) struct Reporter {
    json: bool,
    quiet: bool,
    terminals: Terminals,
    /// Why the output could not be written.
    problem: Option<Error>,
    bar: Option<ProgressBar>,
    epochs: u32,
    preset: String,
    /// In a job of a cluster, whose output is a file that somebody reads afterwards: when an epoch was told last.
    job: Option<Option<Instant>>,
    /// The classes that the network tells apart.
    classes: Vec<String>,
}

impl Reporter {
    /// Begins to tell.
    pub(super) fn new(reporting: &Reporting) -> Self {
        let Reporting { json, quiet } = *reporting;
        let terminals = Terminals::look();
        let job = (!terminals.stderr && slurm::this_job().is_some()).then_some(None);
        let mut reporter = Reporter {
            json,
            quiet,
            terminals,
            problem: None,
            bar: None,
            epochs: 0,
            preset: String::new(),
            job,
            classes: Vec::new(),
        };
        // A person has been told when the program began.
        if json && let Some(line) = excess_threads() {
            reporter.report(Event::Log(line));
        }
        reporter
    }

    /// Tells of an event, unless the output is closed.
    pub(super) fn report(&mut self, event: Event) {
        if self.problem.is_none()
            && let Err(problem) = self.tell(event)
        {
            self.fall_silent(problem);
        }
    }

    /// Tells why there is no end. A person is told by the program's last line.
    pub(super) fn fail(&mut self, error: &Error) {
        self.clear();
        if self.json && self.problem.is_none() {
            say_why(error);
        }
    }

    /// Tells of the end.
    ///
    /// # Errors
    /// When the output could not be written, now or before; not when nobody read it to its end.
    pub(super) fn finish(&mut self, finish: &Finish) -> Result<(), Error> {
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
            Event::CommandFailed(what) if self.json => {
                line(&json!({ "event": "on_end_failed", "reason": what }))
            }
            Event::CommandFailed(what) => {
                self.warn(&plain(&what));
                Ok(())
            }
            // Without --json, the error at the end says it.
            Event::Unsaved(what) if self.json => line(&json!({ "event": "unsaved", "reason": what })),
            Event::Log(text) if self.json => line(&json!({ "event": "log", "line": text })),
            Event::Log(text) => {
                self.say(&plain(&text));
                Ok(())
            }
            Event::Seen(seen) if self.json => line(&json!({
                "event": "measured", "step": seen.step, "gradient_norm": seen.gradient, "update_ratio": seen.update,
            })),
            Event::Found(finding) if self.json => line(&json!({
                "event": "finding", "finding": finding.name(), "seen": finding.seen(), "advice": finding.advice(),
            })),
            Event::Found(finding) => {
                self.say(&plain(&format!("found: {finding}")));
                Ok(())
            }
            // For a person, a line of the log says it.
            Event::Steered(change) if self.json => {
                let Steered { step, path, before, value, .. } = &change.steered;
                line(&json!({
                    "event": "steered", "step": step, "path": path, "before": before, "value": value,
                    "again": change.is_again,
                }))
            }
            Event::WentBack(back) if self.json => line(&json!({ "event": "went_back", "step": back.step })),
            Event::Preparing(_)
            | Event::WentBack(_)
            | Event::Drive(_)
            | Event::Steered(_)
            | Event::Past(_)
            | Event::Phase(_)
            | Event::Reply { .. }
            | Event::Checkpoint { .. }
            | Event::Unsaved(_)
            | Event::Finished(_)
            | Event::Failed(_)
            | Event::Opened(_)
            | Event::Steering(_)
            | Event::Usage(_)
            | Event::Seen(_)
            | Event::Histograms(_)
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
        self.classes.clone_from(&info.classes);
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
                "unit": info.unit,
            }));
        }
        let (train, validation, test) = info.samples;
        self.say(&format!(
            "{}: {}, {train} training, {validation} validation and {test} test samples, on {}",
            self.preset,
            counted(info.parameters, "parameter"),
            info.device
        ));
        if let Some(unit) = &info.unit {
            self.say(&format!("MAE and RMSE are in {}", plain(unit)));
        }
        if !self.quiet && self.terminals.stderr {
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

    /// Whether an epoch is told: in a job's output, which nobody watches, one a minute and the last; the run's log has all.
    fn tells(&mut self, epoch: u32) -> bool {
        let Some(last) = &mut self.job else { return true };
        let is_due = epoch >= self.epochs || last.is_none_or(|last| last.elapsed() >= IN_A_JOB);
        if is_due {
            *last = Some(Instant::now());
        }
        is_due
    }

    fn epoch(&mut self, epoch: &EpochReport) -> Result<(), Error> {
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
                "step_time": by_part(&epoch.parts),
            }));
        }
        if !self.tells(epoch.epoch) {
            return Ok(());
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
                "positive_class": finish.test.and_then(|test| positive_class(&test.metrics, &self.classes)),
                "samples_per_second": finish.samples_per_second,
                "seconds": finish.seconds,
            }));
        }
        let early = match finish.outcome {
            Outcome::Completed => "",
            Outcome::Stopped => " (stopped)",
            Outcome::StoppedEarly => " (stopped early)",
        };
        let text = format!(
            "test {}  after {}{early}  {:.0} samples/s  {:.1} s",
            finish.test.map_or("not evaluated".into(), |test| in_words(&test)
                + &of_class(&test.metrics, &self.classes)),
            counted(finish.steps, "step"),
            finish.samples_per_second,
            finish.seconds
        );
        writeln!(std::io::stdout().lock(), "{}", in_a_job(&text))?;
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
            None => drop(writeln!(std::io::stderr().lock(), "{}", in_a_job(&format!("trainyard: {text}")))),
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
            None => drop(writeln!(std::io::stderr().lock(), "{}", in_a_job(text))),
        }
    }

    /// The terminal is gone: nothing more is said to it. What goes to a file or a pipe goes on.
    pub(super) fn let_go(&mut self) {
        if self.terminals.stderr {
            self.bar = None;
            self.quiet = true;
        }
        self.terminals.let_go();
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A line as it is printed: in a job of a cluster, whose output is a file, with the time in front of it.
pub(super) fn in_a_job(text: &str) -> Cow<'_, str> {
    match slurm::this_job().is_some() && !Terminals::look().stderr {
        true => stamped(text).into(),
        false => text.into(),
    }
}

/// The seconds of steps in JSON, by what they were spent on.
fn by_part(parts: &StepTime) -> serde_json::Value {
    parts
        .parts()
        .into_iter()
        .map(|(part, seconds)| (part.replace(' ', "_").to_lowercase(), json!(seconds)))
        .collect()
}

/// Metrics in JSON, by their names.
pub(super) fn by_name(metrics: &Metrics) -> serde_json::Value {
    metrics.iter().map(|(metric, value)| (metric.name().to_owned(), json!(value))).collect()
}

/// The class that precision, recall, F1 and the area under the ROC curve are about: the second of two.
pub(super) fn positive_class<'a>(metrics: &Metrics, classes: &'a [String]) -> Option<&'a str> {
    let is_of_one = |(metric, _): (Metric, f64)| {
        matches!(metric, Metric::Precision | Metric::Recall | Metric::F1 | Metric::RocAuc)
    };
    let [_, positive] = classes else { return None };
    metrics.iter().any(is_of_one).then_some(positive)
}

/// The same, behind scores.
pub(super) fn of_class(metrics: &Metrics, classes: &[String]) -> String {
    positive_class(metrics, classes).map(|class| format!(" of '{}'", plain(class))).unwrap_or_default()
}

/// Scores for a person, in a line.
pub(super) fn in_words(scores: &Scores) -> String {
    let accuracy = scores.accuracy.map(|a| format!(" accuracy {a:.4}")).unwrap_or_default();
    let more: String = scores
        .metrics
        .iter()
        .map(|(metric, value)| format!(" {} {}", metric.title(), figure(value)))
        .collect();
    format!("loss {}{accuracy}{more}", figure(scores.loss))
}

/// Prints an object of JSON as a line.
///
/// # Errors
/// When the output cannot be written.
pub(super) fn line(value: &serde_json::Value) -> Result<(), Error> {
    let text = text::json(value)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()?;
    Ok(())
}
