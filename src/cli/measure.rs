//! `trainyard measure`: what a few steps of a preset tell, for the dashboard, which starts it as a process that it can end at any
//! moment.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Error;
use super::serve::itself;
use super::threads::Threads;
use crate::preset::Experiment;
use crate::worker::socket::frames::LONGEST_FROM_CLIENT;
use crate::worker::{self, Trial, Tried};

/// Time a few steps of what standard input says; for the dashboard's own use
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub(super) threads: Threads,
}

/// What such a process answers, in JSON; in words, why it cannot be said.
type Answer = Result<Tried, String>;

impl Arguments {
    /// Measures, and answers in lines; the last one has the whole answer.
    pub fn run(self) -> Result<(), Error> {
        let mut text = String::new();
        let read = std::io::stdin().take(LONGEST_FROM_CLIENT.into()).read_to_string(&mut text);
        read.map_err(|error| Error::Failed(error.to_string()))?;
        let (trial, experiment): (Trial, Experiment) =
            ron::from_str(&text).map_err(|error| Error::Usage(format!("standard input: {error}")))?;
        let say = |answer: Answer| {
            // Who asked may be gone.
            let _ = super::text::json(&answer).map(|line| writeln!(std::io::stdout(), "{line}"));
        };
        say(worker::measure(&experiment, trial, |known| say(Ok(known))));
        Ok(())
    }
}

/// The process that measures for this one, if any. It ends with this value.
#[derive(Debug, Default)]
pub(super) struct Measuring(Option<Arc<Mutex<Child>>>);

impl Measuring {
    /// Measures an experiment, and hands what comes of it to `tell`, which has nobody to tell once the process is ended.
    pub fn start(
        &mut self,
        experiment: &Experiment,
        trial: Trial,
        mut tell: impl FnMut(Answer) + Send + 'static,
    ) {
        self.stop();
        match launch(experiment, trial) {
            Err(error) => tell(Err(error.to_string())),
            Ok(child) => {
                let child = Arc::new(Mutex::new(child));
                self.0 = Some(child.clone());
                // Without the thread nothing is told, and the time stays unknown.
                let _ = std::thread::Builder::new().name("measuring".into()).spawn(move || {
                    let Some(output) = lock(&child).stdout.take() else { return };
                    let lines = BufReader::new(output).lines().map_while(Result::ok);
                    // A line that was cut off by the end of the process says nothing.
                    let answers = lines.filter_map(|line| serde_json::from_str::<Answer>(&line).ok());
                    let mut is_answered = false;
                    for answer in answers {
                        is_answered = !matches!(answer, Ok(Tried::Rate(_)));
                        tell(answer);
                    }
                    let ended = lock(&child).wait();
                    // One that was given up is answered in vain.
                    if !is_answered {
                        let how = ended.map(|status| status.to_string()).unwrap_or_default();
                        tell(Err(format!(
                            "the process that made the steps has ended without an answer ({how})"
                        )));
                    }
                });
            }
        }
    }

    /// Ends the process.
    pub fn stop(&mut self) {
        if let Some(child) = self.0.take() {
            // It may have ended by itself.
            let _ = lock(&child).kill();
        }
    }
}

impl Drop for Measuring {
    fn drop(&mut self) {
        self.stop();
    }
}

fn lock(child: &Mutex<Child>) -> MutexGuard<'_, Child> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

fn launch(experiment: &Experiment, trial: Trial) -> std::io::Result<Child> {
    let text = ron::to_string(&(trial, experiment)).map_err(std::io::Error::other)?;
    let mut child = Command::new(itself()?)
        .arg("measure")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text.as_bytes())?;
    }
    Ok(child)
}
