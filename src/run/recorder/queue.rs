//! The queue before the writer of a run. It is bounded, and adding to it never waits: scalars are thinned, pictures and
//! lines are left out, and both are counted. The newest checkpoint and the best one always have a place.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::super::log_file::stamped;
use super::super::manifest::{Judged, Status, Steered};
use super::super::tensorboard::Grid;
use super::super::{Checkpoint, Histograms, RunDirectory};

/// With more scalars than this, every second one is left out, those of steps first. The newest stays.
pub(super) const WAITING: usize = 1 << 14;
/// The most checkpoints that wait: one that was due, the best one that came meanwhile, and the last. Beyond that the oldest
/// are left out. The estimate of a training's memory counts them (`Experiment::memory`).
const CHECKPOINTS: usize = 3;
/// With this many entries the writer is woken.
const MANY: usize = WAITING / 4;
/// The most pictures that wait; more are left out.
const PICTURES: usize = 64;
/// The most bytes of log lines that wait; later lines are left out.
const LOG: usize = 1 << 20;

/// An entry of the event file.
pub(super) enum Entry {
    /// The scalars of a step.
    Step(u64, Vec<(String, f64)>),
    /// The scores of an epoch or a test.
    Scores(u64, Vec<(String, f64)>),
    /// Histograms of a step.
    Histograms(Box<Histograms>),
    /// A text of a step, with its tag.
    Text(u64, &'static str, String),
    /// A picture of a step, with its tag.
    Picture(u64, String, Box<Grid>),
}

/// A checkpoint that waits to be written.
pub(super) struct Snapshot {
    pub checkpoint: Box<Checkpoint>,
    /// The scores of an epoch that ends with it.
    pub judged: Option<Judged>,
    /// The weights' distributions go into the event file.
    pub histograms: bool,
    /// How often the training had gone back when it was taken.
    era: usize,
}

impl Snapshot {
    /// A checkpoint that does not wait yet.
    pub fn new(checkpoint: Checkpoint, judged: Option<Judged>, histograms: bool) -> Self {
        Snapshot { checkpoint: Box::new(checkpoint), judged, histograms, era: 0 }
    }
}

/// How the writer ends.
pub(super) enum Ending {
    /// With this status of the run.
    With(Status),
    /// The status stays.
    AsItIs,
}

/// Entries of the event file, and how many were left out.
#[derive(Default)]
pub(super) struct Entries {
    pub entries: VecDeque<Entry>,
    pub left_out: u64,
}

/// Whole log lines, and how many were left out after them.
#[derive(Default)]
pub(super) struct Lines {
    pub bytes: Vec<u8>,
    pub left_out: u64,
}

#[derive(Default)]
struct State {
    entries: Entries,
    lines: Lines,
    /// Oldest first.
    checkpoints: VecDeque<Snapshot>,
    /// What the manifest is to say of the changed settings.
    steered: Option<Vec<Steered>>,
    /// Checkpoints of later steps are to be removed.
    back_to: Option<u64>,
    /// The steps to which the training has gone back, in the order of time.
    backs: Vec<u64>,
    /// The run, once its folder is made.
    run: Option<RunDirectory>,
    ending: Option<Ending>,
}

/// The queue, shared by the recorder and the writer.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
    /// A checkpoint waits or is being written, and the disk has not refused it yet.
    is_busy: AtomicBool,
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        // Its parts fit together between any two statements that hold the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds to the event file.
    pub(super) fn entry(&self, entry: Entry) {
        let mut state = self.state();
        state.entries.push(entry);
        if state.entries.entries.len() == MANY {
            self.arrived.notify_one();
        }
    }

    /// Adds a line to the log, with the time in front of it.
    pub(super) fn line(&self, line: &str) {
        let line = stamped(line) + "\n";
        let lines = &mut self.state().lines;
        // After a line that is left out, all are, until the writer has taken the lines: this keeps their order.
        if lines.left_out > 0 || lines.bytes.len() + line.len() > LOG {
            lines.left_out += 1;
        } else {
            lines.bytes.extend_from_slice(line.as_bytes());
        }
    }

    /// Adds a checkpoint; returns the steps of those that it replaces.
    pub(super) fn checkpoint(&self, mut snapshot: Snapshot) -> Vec<u64> {
        let mut state = self.state();
        snapshot.era = state.backs.len();
        let superseded = state.put(snapshot);
        self.is_busy.store(true, Ordering::Release);
        drop(state);
        self.arrived.notify_one();
        superseded
    }

    /// Whether no checkpoint waits or is being written, unless the disk has refused it.
    pub(super) fn is_free(&self) -> bool {
        !self.is_busy.load(Ordering::Acquire)
    }

    /// The writer has written all checkpoints, or, if `is_well` is false, the disk has refused one. A newer one may then
    /// replace it.
    pub(super) fn tried(&self, is_well: bool) {
        let state = self.state();
        // Another may have been added since.
        if !is_well || state.checkpoints.is_empty() {
            self.is_busy.store(false, Ordering::Release);
        }
    }

    /// Takes the checkpoint to be written next: the oldest one.
    pub(super) fn next_checkpoint(&self) -> Option<Snapshot> {
        self.state().checkpoints.pop_front()
    }

    /// Puts back a checkpoint that could not be written; returns the steps of those that are left out for newer ones.
    pub(super) fn put_back(&self, snapshot: Snapshot) -> Vec<u64> {
        let mut state = self.state();
        // One of the same step that came since is the one to write.
        let is_newest =
            state.checkpoints.iter().all(|newer| newer.checkpoint.step != snapshot.checkpoint.step);
        if is_newest && !state.is_abandoned(&snapshot) {
            state.checkpoints.push_front(snapshot);
        }
        state.trim()
    }

    /// The settings that were changed so far, for the manifest.
    pub(super) fn steered(&self, steered: Vec<Steered>) {
        self.state().steered = Some(steered);
        self.arrived.notify_one();
    }

    /// Checkpoints after this step are to be removed, and those that wait are not written.
    pub(super) fn go_back(&self, step: u64, steered: Vec<Steered>) {
        let mut state = self.state();
        state.checkpoints.retain(|snapshot| snapshot.checkpoint.step <= step);
        state.backs.push(step);
        state.back_to = Some(state.back_to.map_or(step, |before| before.min(step)));
        state.steered = Some(steered);
        self.arrived.notify_one();
    }

    /// Whether the training has gone back behind this checkpoint since it was taken.
    pub(super) fn is_abandoned(&self, snapshot: &Snapshot) -> bool {
        self.state().is_abandoned(snapshot)
    }

    /// Takes the step after which checkpoints are to be removed.
    pub(super) fn take_back_to(&self) -> Option<u64> {
        self.state().back_to.take()
    }

    /// The run's folder is made.
    pub(super) fn made(&self, run: &RunDirectory) {
        self.state().run = Some(run.clone());
    }

    /// The run, once its folder is made.
    pub(super) fn run(&self) -> Option<RunDirectory> {
        self.state().run.clone()
    }

    /// Takes what the manifest is to say of the changed settings, if that is another than before.
    pub(super) fn take_steered(&self) -> Option<Vec<Steered>> {
        self.state().steered.take()
    }

    /// Takes the entries of the event file.
    pub(super) fn take_entries(&self) -> Entries {
        std::mem::take(&mut self.state().entries)
    }

    /// Takes the lines of the log.
    pub(super) fn take_lines(&self) -> Lines {
        std::mem::take(&mut self.state().lines)
    }

    /// Nothing more will be added.
    pub(super) fn end(&self, ending: Ending) {
        self.state().ending = Some(ending);
        self.arrived.notify_one();
    }

    /// Waits at most `limit` for the end, which is returned, or, if `is_well`, for something to be written at once.
    pub(super) fn wait(&self, limit: Duration, is_well: bool) -> Option<Ending> {
        let waits = |state: &mut State| {
            let is_urgent = state.is_urgent() || state.entries.entries.len() >= MANY;
            state.ending.is_none() && !(is_well && is_urgent)
        };
        let waited = self.arrived.wait_timeout_while(self.state(), limit, waits);
        waited.unwrap_or_else(PoisonError::into_inner).0.ending.take()
    }

    /// Whether something waits that is written at once: a checkpoint, a changed setting.
    pub(super) fn is_urgent(&self) -> bool {
        self.state().is_urgent()
    }
}

impl Entries {
    fn push(&mut self, entry: Entry) {
        let is_picture = |entry: &Entry| matches!(entry, Entry::Picture(..));
        if is_picture(&entry) && self.entries.iter().filter(|entry| is_picture(entry)).count() >= PICTURES {
            self.left_out += 1;
            return;
        }
        self.entries.push_back(entry);
        if self.entries.len() > WAITING {
            self.thin();
        }
    }

    fn thin(&mut self) {
        let before = self.entries.len();
        self.keep_every_second(|entry| matches!(entry, Entry::Step(..)));
        if self.entries.len() > WAITING - MANY {
            self.keep_every_second(|_| true);
        }
        self.left_out += (before - self.entries.len()) as u64;
    }

    fn keep_every_second(&mut self, is_meant: impl Fn(&Entry) -> bool) {
        let mut behind = self.entries.iter().filter(|entry| is_meant(entry)).count();
        self.entries.retain(|entry| {
            behind -= usize::from(is_meant(entry));
            !is_meant(entry) || behind.is_multiple_of(2)
        });
    }
}

impl State {
    fn is_abandoned(&self, snapshot: &Snapshot) -> bool {
        self.backs.iter().skip(snapshot.era).any(|back| snapshot.checkpoint.step > *back)
    }

    fn is_urgent(&self) -> bool {
        !self.checkpoints.is_empty() || self.steered.is_some()
    }

    /// Adds a checkpoint as the newest; returns the steps of those that are left out. One of the same step is replaced:
    /// early stopping has put other weights in place since.
    fn put(&mut self, mut snapshot: Snapshot) -> Vec<u64> {
        let step = snapshot.checkpoint.step;
        if let Some(at) = self.checkpoints.iter().position(|older| older.checkpoint.step == step)
            && let Some(same) = self.checkpoints.remove(at)
        {
            snapshot.judged = snapshot.judged.or(same.judged);
            snapshot.histograms |= same.histograms;
        }
        self.checkpoints.push_back(snapshot);
        self.trim()
    }

    /// Leaves out the oldest checkpoints beyond [`CHECKPOINTS`], but never the newest and the best.
    fn trim(&mut self) -> Vec<u64> {
        let mut left_out = Vec::new();
        while self.checkpoints.len() > CHECKPOINTS {
            let judged = self.checkpoints.iter().filter_map(|one| Some((one.checkpoint.step, one.judged?)));
            let best = judged.fold(None, |best, (step, judged)| judged.best_at(step, best).or(best));
            let is_best = |one: &Snapshot| best.is_some_and(|best| best.step == one.checkpoint.step);
            let oldest = usize::from(self.checkpoints.front().is_some_and(is_best));
            left_out.extend(self.checkpoints.remove(oldest).map(|one| one.checkpoint.step));
        }
        left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(step: u64, loss: Option<f64>) -> Snapshot {
        let judged = loss.map(|loss| Judged::new(loss, None, None));
        let checkpoint = Checkpoint { step, weights: Vec::new(), optimizer: Vec::new(), state: "()".into() };
        Snapshot::new(checkpoint, judged, false)
    }

    fn waiting(queue: &Queue) -> Vec<u64> {
        std::iter::from_fn(|| queue.next_checkpoint()).map(|snapshot| snapshot.checkpoint.step).collect()
    }

    #[test]
    fn the_newest_checkpoint_and_the_best_one_are_never_left_out() {
        let queue = Queue::default();
        let losses = [Some(0.5), Some(0.25), None, Some(0.375), None, None];
        let left_out = (1..).zip(losses).flat_map(|(step, loss)| queue.checkpoint(snapshot(step, loss)));
        assert_eq!(left_out.collect::<Vec<_>>(), [1, 3, 4]);
        assert!(!queue.is_free());
        assert_eq!(waiting(&queue), [2, 5, 6]);
        queue.tried(true);
        assert!(queue.is_free());
        // One of the same step is replaced, and its loss stays known.
        assert_eq!(queue.checkpoint(snapshot(7, Some(0.25))), Vec::<u64>::new());
        assert_eq!(queue.checkpoint(snapshot(7, None)), Vec::<u64>::new());
        let replaced = queue.next_checkpoint().unwrap();
        assert_eq!((replaced.checkpoint.step, replaced.judged.map(Judged::loss)), (7, Some(0.25)));
        assert_eq!(waiting(&queue), Vec::<u64>::new());
    }

    #[test]
    fn a_checkpoint_that_is_being_written_when_the_training_goes_back_behind_it_is_abandoned() {
        let queue = Queue::default();
        queue.checkpoint(snapshot(10, None));
        let taken = queue.next_checkpoint().unwrap();
        assert!(!queue.is_abandoned(&taken));
        queue.go_back(5, Vec::new());
        assert!(queue.is_abandoned(&taken));
        // The disk refuses it: it is not tried again.
        assert_eq!(queue.put_back(taken), Vec::<u64>::new());
        // What the training makes after that counts, whatever its step.
        queue.checkpoint(snapshot(10, None));
        queue.go_back(8, Vec::new());
        queue.checkpoint(snapshot(9, None));
        let again = queue.next_checkpoint().unwrap();
        assert!(again.checkpoint.step == 9 && !queue.is_abandoned(&again));
        assert_eq!(waiting(&queue), Vec::<u64>::new());
        // Nothing has been removed since the first time, so all behind that is to go.
        assert_eq!(queue.take_back_to(), Some(5));
    }

    #[test]
    fn a_checkpoint_that_is_put_back_keeps_its_place_or_makes_room_for_newer_ones() {
        let queue = Queue::default();
        assert_eq!(queue.put_back(snapshot(1, None)), Vec::<u64>::new());
        queue.checkpoint(snapshot(2, None));
        assert_eq!(waiting(&queue), [1, 2]);
        (2..=4).for_each(|step| drop(queue.checkpoint(snapshot(step, None))));
        assert_eq!(queue.put_back(snapshot(1, None)), [1]);
        assert_eq!(queue.put_back(snapshot(1, Some(0.5))), [2]);
        assert_eq!(waiting(&queue), [1, 3, 4]);
        queue.checkpoint(snapshot(5, Some(0.5)));
        queue.put_back(snapshot(5, Some(0.25)));
        assert_eq!(waiting(&queue), [5]);
    }

    #[test]
    fn scalars_of_steps_are_thinned_before_those_of_epochs() {
        let queue = Queue::default();
        let total = 10 * WAITING as u64;
        for step in 1..=total {
            queue.entry(Entry::Step(step, Vec::new()));
            if step.is_multiple_of(1000) {
                queue.entry(Entry::Scores(step, Vec::new()));
            }
        }
        let Entries { entries, left_out } = queue.take_entries();
        assert!(entries.len() <= WAITING && entries.len() >= WAITING / 2, "{}", entries.len());
        let epochs = entries.iter().filter(|entry| matches!(entry, Entry::Scores(..))).count() as u64;
        assert_eq!(epochs, total / 1000);
        assert_eq!(left_out, total + epochs - entries.len() as u64);
        assert!(matches!(entries.back(), Some(Entry::Step(step, _)) if *step == total));
    }

    #[test]
    fn lines_keep_their_order_when_there_is_no_room_for_all() {
        let queue = Queue::default();
        let long = "x".repeat(LOG / 2);
        for line in [&long, &long, "short"] {
            queue.line(line);
        }
        let Lines { bytes, left_out } = queue.take_lines();
        assert_eq!((bytes.iter().filter(|byte| **byte == b'\n').count(), left_out), (1, 2));
        queue.line("two\nlines");
        assert!(queue.take_lines().bytes.ends_with(b"Z two lines\n"));
    }
}
