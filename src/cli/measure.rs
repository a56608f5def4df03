//! `trainyard measure`: how long an epoch of a preset takes, for the dashboard, which starts it as a process that it can end
//! at any moment.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::Error;
use super::serve::itself;
use super::threads::Threads;
use crate::preset::Experiment;
use crate::worker;
use crate::worker::socket::frames::LONGEST_FROM_CLIENT;

/// Time a few steps of what standard input says; for the dashboard's own use
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub(super) threads: Threads,
}

/// What such a process answers, in JSON.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    /// An epoch takes so many seconds.
    Seconds(f64),
    /// It cannot be said, for this reason.
    Failed(String),
}

impl Arguments {
    /// Measures, and answers one line.
    pub fn run(self) -> Result<(), Error> {
        let mut text = String::new();
        let read = std::io::stdin().take(LONGEST_FROM_CLIENT.into()).read_to_string(&mut text);
        read.map_err(|error| Error::Failed(error.to_string()))?;
        let experiment: Experiment =
            ron::from_str(&text).map_err(|error| Error::Usage(format!("standard input: {error}")))?;
        let answer = worker::measure(&experiment).map_or_else(Answer::Failed, Answer::Seconds);
        // Who asked may be gone.
        let _ = writeln!(std::io::stdout(), "{}", super::text::json(&answer)?);
        Ok(())
    }
}

/// The process that measures for this one, if any. It ends with this value.
#[derive(Debug, Default)]
pub(super) struct Measuring(Option<Arc<Mutex<Child>>>);

impl Measuring {
    /// Measures an experiment, and hands what comes of it to `tell`, which is not called where the process is ended before.
    pub fn start(
        &mut self,
        experiment: &Experiment,
        tell: impl FnOnce(Result<f64, String>) + Send + 'static,
    ) {
        self.stop();
        match launch(experiment) {
            Err(error) => tell(Err(error.to_string())),
            Ok(child) => {
                let child = Arc::new(Mutex::new(child));
                self.0 = Some(child.clone());
                // Without the thread nothing is told, and the time stays unknown.
                let _ = std::thread::Builder::new().name("measuring".into()).spawn(move || {
                    let Some(mut output) = lock(&child).stdout.take() else { return };
                    let mut line = String::new();
                    let read = output.read_to_string(&mut line);
                    let ended = lock(&child).wait();
                    if let (Ok(_), Ok(answer), Ok(_)) = (read, serde_json::from_str(&line), ended) {
                        tell(match answer {
                            Answer::Seconds(seconds) => Ok(seconds),
                            Answer::Failed(problem) => Err(problem),
                        });
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

fn launch(experiment: &Experiment) -> std::io::Result<Child> {
    let text = ron::to_string(experiment).map_err(std::io::Error::other)?;
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
