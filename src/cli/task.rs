//! `trainyard train --task`: a training that whoever starts it again goes on with.

use std::io::Write;
use std::time::Duration;

use serde_json::json;

use super::follow::{Worker, follow_once};
use super::reporter::Reporting;
use super::signals::Signals;
use super::text::plain;
use super::{Error, experiment};
use crate::run::lock::Lock;
use crate::run::overview::done;
use crate::run::{self, Manifest, RunDirectory, Status, home};
use crate::search::slurm;
use crate::worker::{Command, TrainRequest};

/// How often it looks whether a run that another process holds is free.
const LOOK: Duration = Duration::from_secs(1);

/// Trains what a task is to train: begins it, or goes on where it was when it was called the last time.
///
/// # Errors
/// When the training fails or is ended by a signal.
pub(super) fn train(name: &str, request: TrainRequest, reporting: &Reporting) -> Result<(), Error> {
    let signals = reporting.or_say_why(Signals::catch())?;
    let runs = home::runs_folder()?;
    // Of several that are called with the same name at the same time, one begins the run.
    let _claim = reporting.or_say_why(claim(name, reporting, &signals))?;
    let list = RunDirectory::list(&runs)?;
    let is_it = |run: &&RunDirectory| {
        run.manifest().is_ok_and(|manifest| manifest.submitted.as_deref() == Some(name))
    };
    let request = match list.iter().rev().find(is_it) {
        None => TrainRequest { submitted: Some(name.to_owned()), ..request },
        Some(run) => match reporting.or_say_why(go_on(run, request, reporting, &signals))? {
            Some(request) => request,
            None => return Ok(()),
        },
    };
    let ended = follow_once(&signals, Worker::Keeping(runs), Command::Train(Box::new(request)), reporting);
    if signals.time_is_up() {
        put_back(reporting)?;
    }
    ended?;
    signals.caught().map_or(Ok(()), |signal| Err(Error::Signal(signal)))
}

/// The lock of a task, for as long as it is trained.
///
/// # Errors
/// When a signal ends the wait for it, or the system refuses.
fn claim(name: &str, reporting: &Reporting, signals: &Signals) -> Result<Lock, Error> {
    let folder = home::folder()?.join("tasks");
    std::fs::create_dir_all(&folder).map_err(run::Error::io(&folder, "creating the folder"))?;
    // A name may have letters that a file's cannot.
    let plain = |letter: char| if letter.is_alphanumeric() || "-_.".contains(letter) { letter } else { '+' };
    let file: String = name.chars().map(plain).take(200).collect();
    let path = folder.join(format!("{file}.lock"));
    loop {
        if let Some(lock) = Lock::at(&path)? {
            return Ok(lock);
        }
        wait_while_held(&|| Lock::holder_of(&path), &format!("the task {name}"), reporting, signals)?;
    }
}

/// Waits while another process trains something, and says so once.
///
/// # Errors
/// When a signal ends the wait, or the system does not tell.
fn wait_while_held(
    holder: &dyn Fn() -> Result<Option<String>, run::Error>,
    what: &str,
    reporting: &Reporting,
    signals: &Signals,
) -> Result<(), Error> {
    let mut was_told = false;
    while let Some(owner) = holder()? {
        if let Some(signal) = signals.caught() {
            return Err(Error::Signal(signal));
        }
        if !std::mem::replace(&mut was_told, true) {
            say(reporting, &format!("process {owner} trains {what}: this one waits until it has ended"))?;
        }
        std::thread::sleep(LOOK);
    }
    Ok(())
}

/// Has the job in which this process runs put back into the queue.
///
/// # Errors
/// When Slurm refuses.
pub(super) fn put_back(reporting: &Reporting) -> Result<(), Error> {
    let Some(job) = slurm::this_job() else { return Ok(()) };
    // Slurm may end this process before it answers.
    say(reporting, &format!("job {job} has to end: it is put back into the queue and goes on there"))?;
    slurm::requeue(&job).map_err(|problem| {
        Error::Failed(format!(
            "Slurm does not put job {job} back into the queue: {}; submitted again, it goes on",
            plain(&problem)
        ))
    })
}

/// How a run goes on; `None` where it is finished.
fn go_on(
    run: &RunDirectory,
    asked: TrainRequest,
    reporting: &Reporting,
    signals: &Signals,
) -> Result<Option<TrainRequest>, Error> {
    let name = plain(&run.name());
    // A machine that is lost holds the lock until the file system has noticed.
    wait_while_held(&|| Lock::holder(run.path()), &name, reporting, signals)?;
    let manifest: Manifest = run.manifest()?;
    let is_done = done(&manifest, &run.checkpoints()?).is_some();
    let is_other = manifest.preset != asked.experiment.preset;
    if is_other && (is_done || manifest.preset.name != asked.experiment.preset.name) {
        let task = manifest.submitted.as_deref().map(plain).unwrap_or_default();
        let preset = plain(&manifest.preset.name);
        return Err(Error::Usage(format!(
            "the task {task} is the run {name} of {preset}, which has other settings than the command line: give this one another name"
        )));
    }
    match &manifest.status {
        Status::Finished { test_loss, test_accuracy, steps } if is_done => {
            if reporting.json {
                super::reporter::line(&json!({
                    "event": "finished", "run": run.name(), "steps": steps, "test_loss": test_loss,
                    "test_accuracy": test_accuracy, "already": true,
                }))?;
            } else {
                say(reporting, &format!("{name} is finished already: nothing is left to do"))?;
            }
            return Ok(None);
        }
        Status::Failed { reason, .. } => {
            return Err(Error::Failed(format!(
                "{name} has failed: {}; another name of the task begins it anew, `trainyard resume {name}` goes on",
                plain(reason)
            )));
        }
        Status::Finished { .. } | Status::Stopped { .. } | Status::Running => {}
    }
    if is_other {
        let told = "was begun with other settings than those of the command line: it goes on with its own";
        say(reporting, &format!("{name} {told}"))?;
    }
    say(reporting, &format!("{name} goes on"))?;
    resuming(run, &manifest, asked).map(Some)
}

/// A run goes on where it was, as it is asked for now.
///
/// # Errors
/// When its preset or its data cannot be read.
pub(super) fn resuming(
    run: &RunDirectory,
    manifest: &Manifest,
    asked: TrainRequest,
) -> Result<TrainRequest, Error> {
    let experiment = experiment::of_run(&run.name(), &manifest.preset, run.learned()?.as_ref())?;
    Ok(TrainRequest {
        device: asked.device,
        checkpoint_seconds: asked.checkpoint_seconds,
        on_end: asked.on_end,
        ..TrainRequest::resuming(run, manifest, experiment)?
    })
}

fn say(reporting: &Reporting, text: &str) -> Result<(), Error> {
    match reporting {
        Reporting { json: true, .. } => {
            super::reporter::line(&serde_json::json!({ "event": "log", "line": text }))
        }
        Reporting { quiet: true, .. } => Ok(()),
        Reporting { .. } => Ok(writeln!(std::io::stderr(), "trainyard: {text}")?),
    }
}
