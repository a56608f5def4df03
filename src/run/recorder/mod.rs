//! Writes a run beside the training: on a thread of its own, from copies, so that a slow, full or vanished disk neither
//! holds up the training nor ends it. What could not be written is tried again, as long as the process lives.
//!
//! * `queue`: what waits for the writer, bounded;
//! * `writer`: writes it, and tries again what the disk refuses;
//! * `reopened`: a run that is about to be resumed.

mod queue;
mod reopened;
mod writer;

#[cfg(test)]
mod tests;

pub use reopened::Reopened;

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::manifest::{Judged, Manifest, Status, Steered};
use super::tensorboard::Grid;
use super::{Checkpoint, Error, Histograms, RunDirectory};
use crate::preset::Learned;
use queue::{Ending, Entry, Queue, Snapshot};
use writer::{Place, RunWriter, superseded_line};

/// How many of the newest checkpoints stay; the best one stays as well.
pub const KEPT: usize = 3;

/// What the writer reports.
#[derive(Clone, Debug, PartialEq)]
pub enum RecorderEvent {
    /// The run is kept here.
    Keeping(RunDirectory),
    /// The checkpoint of this step is on disk and will survive a crash.
    Saved {
        /// Steps done.
        step: u64,
        /// Its folder.
        path: PathBuf,
    },
    /// Something cannot be written; it will be tried again.
    Trouble(String),
    /// Everything that could not be written before is written.
    Recovered,
    /// The run's folder was removed, and is made again.
    Remade(PathBuf),
    /// Old checkpoints cannot be removed now. It will be tried again.
    Untidy(String),
    /// This many entries of the event file were left out, since the disk is slower than the training.
    LeftOut(u64),
}

/// The training's end of the writer. Dropped without [`close`](Recorder::close), the run stays marked as running.
pub struct Recorder {
    queue: Arc<Queue>,
    /// The writer, until its thread has taken it.
    idle: Arc<Mutex<Option<RunWriter>>>,
    has_thread: Cell<bool>,
    ended: (Sender<Result<(), Error>>, Receiver<Result<(), Error>>),
    is_closed: bool,
}

impl Recorder {
    /// Begins a new run under `runs`, with what it learned of its data. If its folder cannot be made, this is reported and tried again, and everything that
    /// is recorded until then waits.
    pub fn create(
        runs: &Path,
        manifest: Manifest,
        learned: Option<Learned>,
        report: impl Fn(RecorderEvent) + Send + 'static,
    ) -> Self {
        let place = Place::Wanted(runs.to_path_buf());
        Self::start(RunWriter::new(place, manifest, learned, Vec::new(), report))
    }

    fn start(mut writer: RunWriter) -> Self {
        let queue = Arc::new(Queue::default());
        writer.begin(&queue);
        let idle = Arc::new(Mutex::new(Some(writer)));
        let has_thread = Cell::new(false);
        let recorder = Recorder { queue, idle, has_thread, ended: channel(), is_closed: false };
        recorder.start_writer();
        recorder
    }

    /// Starts the writer's thread, unless it runs. If the system refuses a thread, the next checkpoint asks again, and
    /// everything that is recorded until then waits.
    fn start_writer(&self) {
        if self.has_thread.get() {
            return;
        }
        let (queue, idle, ended) = (self.queue.clone(), self.idle.clone(), self.ended.0.clone());
        let started = std::thread::Builder::new().name("recorder".into()).spawn(move || {
            let writer = idle.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(writer) = writer {
                writer.serve(&queue, &ended);
            }
        });
        self.has_thread.set(started.is_ok());
        if let Err(error) = started {
            self.queue.line(&format!(
                "the system refuses a thread to write the run; it will be asked again: {error}"
            ));
        }
    }

    /// Adds the scalars of a step. Never waits; on a disk that is slower than the training, some are left out.
    pub fn scalars(&self, step: u64, scalars: Vec<(String, f64)>) {
        self.queue.entry(Entry::Step(step, scalars));
    }

    /// Adds the scores of an epoch or a test. Never waits; they are left out only after the scalars of steps.
    pub fn scores(&self, step: u64, scores: Vec<(String, f64)>) {
        self.queue.entry(Entry::Scores(step, scores));
    }

    /// Adds histograms of a step. Never waits; they are left out only after the scalars of steps.
    pub fn histograms(&self, histograms: Histograms) {
        self.queue.entry(Entry::Histograms(Box::new(histograms)));
    }

    /// Adds a text of a step. Never waits.
    pub fn text(&self, step: u64, tag: &'static str, text: String) {
        self.queue.entry(Entry::Text(step, tag, text));
    }

    /// Adds a picture of a step. Never waits.
    pub fn picture(&self, step: u64, tag: String, grid: Grid) {
        self.queue.entry(Entry::Picture(step, tag, Box::new(grid)));
    }

    /// Adds a line to the log. Never waits.
    pub fn line(&self, line: &str) {
        self.queue.line(line);
    }

    /// Writes into the manifest which settings were changed so far, before any checkpoint that is recorded afterwards. Never
    /// waits.
    pub fn steered(&self, steered: Vec<Steered>) {
        self.queue.steered(steered);
    }

    /// The run has gone back to the checkpoint of this step: later ones are removed before any that is recorded afterwards, and
    /// the manifest names the settings that still hold. Never waits.
    pub fn go_back(&self, step: u64, steered: Vec<Steered>) {
        self.queue.go_back(step, steered);
    }

    /// The run, once its folder is made.
    pub fn run(&self) -> Option<RunDirectory> {
        self.queue.run()
    }

    /// Whether the checkpoint before has been written (or given up), so that another is worth the copying.
    pub fn is_free(&self) -> bool {
        self.queue.is_free()
    }

    /// Writes a checkpoint; `judged` are the scores of an epoch that ends with it, by which the best one is
    /// chosen, and `histograms` adds the weights' distributions to the event file. Never waits. The newest checkpoint is
    /// never left out: it replaces one that waits for the disk, unless that is the best one.
    pub fn checkpoint(&self, checkpoint: Checkpoint, judged: Option<Judged>, histograms: bool) {
        for step in self.queue.checkpoint(Snapshot::new(checkpoint, judged, histograms)) {
            self.queue.line(&superseded_line(step));
        }
        self.start_writer();
    }

    /// Writes everything that waits and the run's last status, and returns when that is done. If the disk refuses, this
    /// returns after a few attempts, and the writer goes on trying as long as the process lives.
    ///
    /// # Errors
    /// When a part of the run is not on disk; the error names it.
    pub fn close(mut self, status: Status) -> Result<(), Error> {
        self.is_closed = true;
        self.start_writer();
        let idle = if self.has_thread.get() {
            None
        } else {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).take()
        };
        if let Some(writer) = idle {
            return writer.finish(&self.queue, Ending::With(status));
        }
        self.queue.end(Ending::With(status));
        let (own, ended) = std::mem::replace(&mut self.ended, channel());
        // With only the writer's sender left, a writer that panicked ends this wait.
        drop(own);
        ended.recv().unwrap_or_else(|_| Err(Error::broken(Path::new("the run"), "its writer panicked")))
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if !self.is_closed {
            self.queue.end(Ending::AsItIs);
        }
    }
}
