//! The writer of a run: takes what waits in the queue, writes it, and tries again when the disk refuses.

use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use super::super::append::Appender;
use super::super::lock::Lock;
use super::super::manifest::{self, Manifest};
use super::super::tensorboard::Writer;
use super::super::{Error, Histogram, RunDirectory, disk, learned, log_file};
use super::queue::{Ending, Entry, Queue, Snapshot};
use super::{KEPT, RecorderEvent};
use crate::preset::Learned;

/// Scalars reach the disk after this time at the latest.
const FLUSH: Duration = Duration::from_millis(500);
/// After a failure the disk is tried again after this time.
const RETRY: Duration = Duration::from_secs(2);
/// At the end, a failed attempt is repeated after each of these pauses before the failure is reported.
const LAST_PAUSES: [Duration; 4] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
];
/// The shortest time between two reports of what is left out.
const TELL: Duration = Duration::from_secs(10);

/// The run's folder.
pub(super) enum Place {
    /// It will be made in this folder of runs.
    Wanted(PathBuf),
    /// It is made. Without a lock, the folder was removed and is not made again yet.
    Made(RunDirectory, Option<Lock>),
}

/// Writes a run.
pub(super) struct RunWriter {
    place: Place,
    manifest: Manifest,
    /// What the run learned of its data; `None` for a run of a version that did not keep it.
    learned: Option<Learned>,
    manifest_waits: bool,
    /// Damaged checkpoints that are newer than the one from which the run was resumed. They stay until it has saved one.
    damaged: Vec<u64>,
    /// The run has gone back to this step: checkpoints of later ones are yet to be removed.
    back_to: Option<u64>,
    /// Old checkpoints are yet to be removed.
    prune_waits: bool,
    events: Option<Writer>,
    /// Log lines that are not on disk yet.
    log: Vec<u8>,
    /// The log's file, if adding to it or syncing it failed.
    log_file: Option<Appender>,
    /// Entries of the event file that were left out since that was last reported.
    left_out: u64,
    told: Option<Instant>,
    is_ending: bool,
    report: Box<dyn Fn(RecorderEvent) + Send>,
    /// Why the last attempt failed.
    trouble: Option<String>,
    /// Why old checkpoints could not be removed.
    untidy: Option<String>,
}

impl RunWriter {
    pub(super) fn new(
        place: Place,
        manifest: Manifest,
        learned: Option<Learned>,
        damaged: Vec<u64>,
        report: impl Fn(RecorderEvent) + Send + 'static,
    ) -> Self {
        // The manifest of a resumed run will say that it is running.
        let manifest_waits = matches!(place, Place::Made(..));
        RunWriter {
            place,
            manifest,
            learned,
            manifest_waits,
            damaged,
            back_to: None,
            prune_waits: false,
            events: None,
            log: Vec::new(),
            log_file: None,
            left_out: 0,
            told: None,
            is_ending: false,
            report: Box::new(report),
            trouble: None,
            untidy: None,
        }
    }

    /// The run, if its folder is made.
    pub(super) fn run(&self) -> Option<&RunDirectory> {
        match &self.place {
            Place::Wanted(_) => None,
            Place::Made(run, _) => Some(run),
        }
    }

    /// Makes the run's folder, unless it is there, and reports it.
    pub(super) fn begin(&mut self, queue: &Queue) {
        let is_there = self.run().is_some();
        let made = disk::patiently(|| self.settle());
        if let Some(run) = self.run() {
            queue.made(run);
        }
        if let (true, Some(run)) = (is_there, self.run()) {
            (self.report)(RecorderEvent::Keeping(run.clone()));
        }
        if let Err(error) = made {
            self.tell_trouble(&error, queue);
        }
    }

    /// Writes until the end and sends the outcome to `ended`. After a failure it goes on trying.
    pub(super) fn serve(mut self, queue: &Queue, ended: &Sender<Result<(), Error>>) {
        let mut written = Instant::now();
        loop {
            let is_well = self.trouble.is_none();
            let pause = if is_well { FLUSH } else { RETRY };
            if let Some(ending) = queue.wait(pause.saturating_sub(written.elapsed()), is_well) {
                break self.end(ending);
            }
            if self.run().is_some() {
                self.take_entries(queue);
            }
            if written.elapsed() >= pause || (is_well && queue.is_urgent()) {
                self.try_to_write(queue);
                written = Instant::now();
            }
        }
        let outcome = self.last_words(queue);
        let is_unsaved = outcome.is_err();
        // A listener that hears of the end may resume the run at once.
        if let (false, Place::Made(_, lock)) = (is_unsaved, &mut self.place) {
            drop(lock.take());
        }
        // The recorder may have been dropped without being closed.
        let _ = ended.send(outcome);
        if is_unsaved {
            std::thread::sleep(RETRY);
            while !self.try_to_write(queue) {
                std::thread::sleep(RETRY);
            }
        }
    }

    /// Writes everything that waits on the caller's thread, as the last act.
    pub(super) fn finish(mut self, queue: &Queue, ending: Ending) -> Result<(), Error> {
        self.end(ending);
        self.last_words(queue)
    }

    fn end(&mut self, ending: Ending) {
        self.is_ending = true;
        match ending {
            Ending::With(status) => (self.manifest.status, self.manifest_waits) = (status, true),
            Ending::AsItIs => {}
        }
    }

    fn last_words(&mut self, queue: &Queue) -> Result<(), Error> {
        for pause in LAST_PAUSES {
            if self.try_to_write(queue) {
                return Ok(());
            }
            std::thread::sleep(pause);
        }
        let outcome = self.write(queue);
        match &outcome {
            Ok(()) => self.tell_recovery(queue),
            Err(error) => self.tell_trouble(error, queue),
        }
        outcome
    }

    fn try_to_write(&mut self, queue: &Queue) -> bool {
        let outcome = self.write(queue);
        queue.tried(outcome.is_ok());
        match &outcome {
            Ok(()) => self.tell_recovery(queue),
            Err(error) => self.tell_trouble(error, queue),
        }
        if outcome.is_ok() {
            self.tidy(queue);
        }
        outcome.is_ok()
    }

    /// Removes old checkpoints. A failure loses nothing, so it is only reported, and tried again.
    fn tidy(&mut self, queue: &Queue) {
        let untidy = self.prune().err().map(|error| error.to_string());
        if untidy != self.untidy
            && let Some(what) = &untidy
        {
            queue.line(&format!("an old checkpoint is not removed: {what}"));
            (self.report)(RecorderEvent::Untidy(what.clone()));
        }
        self.untidy = untidy;
    }

    fn tell_recovery(&mut self, queue: &Queue) {
        if self.trouble.take().is_some() {
            queue.line("saving works again");
            (self.report)(RecorderEvent::Recovered);
        }
    }

    fn tell_trouble(&mut self, error: &Error, queue: &Queue) {
        let said = error.to_string();
        if self.trouble.as_ref() != Some(&said) {
            queue.line(&format!("not saved, will be tried again: {said}"));
            (self.report)(RecorderEvent::Trouble(said.clone()));
        }
        self.trouble = Some(said);
    }

    /// Writes everything that waits. Each kind is tried even if another fails, so that a log that cannot be written does not
    /// hold up a checkpoint. Returns the first failure; checkpoints come first.
    fn write(&mut self, queue: &Queue) -> Result<(), Error> {
        self.settle()?;
        if let Some(run) = self.run() {
            queue.made(run);
        }
        let checkpoints = self.write_checkpoints(queue);
        let manifest = self.write_changes(queue).and_then(|()| self.write_manifest());
        let events = self.write_events(queue);
        self.tell_left_out(queue);
        let log = self.write_log(queue);
        checkpoints.and(manifest).and(events).and(log)
    }

    /// Makes the run's folder for the first time, or again if somebody has removed it: then with a new lock, manifest and
    /// event file.
    fn settle(&mut self) -> Result<(), Error> {
        match &mut self.place {
            Place::Wanted(runs) => {
                let (run, lock) = RunDirectory::create(runs, &self.manifest, self.learned.as_ref())?;
                (self.report)(RecorderEvent::Keeping(run.clone()));
                self.place = Place::Made(run, Some(lock));
            }
            Place::Made(run, lock) => {
                if lock.is_some() && disk::exists(&run.path().join(manifest::FILE))? {
                    return Ok(());
                }
                // Where only the manifest was removed, our own lock would be in the way of the new one.
                drop(lock.take());
                let path = run.path();
                disk::at(path, "creating the run's folder", || std::fs::create_dir_all(path))?;
                *lock = Some(Lock::take(path)?);
                if let Some(learned) = &self.learned {
                    learned::save(learned, path)?;
                }
                if let Some(best) = self.manifest.best
                    && !run.checkpoints()?.contains(&best.step)
                {
                    self.manifest.best = None;
                }
                self.manifest_waits = true;
                // The entries that are not written yet go to a new file.
                if let Some(old) = self.events.take() {
                    self.events = Some(old.moved_to(path)?);
                }
                (self.report)(RecorderEvent::Remade(path.to_path_buf()));
            }
        }
        Ok(())
    }

    fn write_checkpoints(&mut self, queue: &Queue) -> Result<(), Error> {
        while let Some(snapshot) = queue.next_checkpoint() {
            // A run that is resumed from this checkpoint has the settings that the manifest names.
            let changed = self.write_changes(queue);
            if queue.is_abandoned(&snapshot) {
                changed?;
                continue;
            }
            let written = changed.and_then(|()| self.write_checkpoint(queue, &snapshot));
            if let Err(error) = written {
                let step = snapshot.checkpoint.step;
                let superseded = queue.put_back(snapshot);
                superseded.into_iter().for_each(|step| queue.line(&superseded_line(step)));
                tracing::warn!("the checkpoint of step {step} is not saved: {error}");
                return Err(error);
            }
        }
        Ok(())
    }

    fn write_checkpoint(&mut self, queue: &Queue, snapshot: &Snapshot) -> Result<(), Error> {
        let Snapshot { checkpoint, judged, histograms, .. } = snapshot;
        let Place::Made(run, _) = &self.place else { return Ok(()) };
        let path = run.save_checkpoint(checkpoint)?;
        let step = checkpoint.step;
        let best = judged.and_then(|judged| judged.best_at(step, self.manifest.best));
        if best.is_some() {
            (self.manifest.best, self.manifest_waits) = (best, true);
        }
        self.damaged.retain(|damaged| *damaged != step);
        self.prune_waits = true;
        // One behind which the training has gone back meanwhile is removed with the next changes.
        if !queue.is_abandoned(snapshot) {
            (self.report)(RecorderEvent::Saved { step, path });
        }
        if *histograms && let Ok(events) = self.events() {
            for tensor in &checkpoint.weights {
                // This fails only for a record that is too long for the format.
                let _ = events.histogram(
                    step,
                    &format!("weights/{}", tensor.name),
                    &Histogram::of(&tensor.values),
                );
            }
        }
        Ok(())
    }

    /// Writes the manifest where settings have been changed since, and removes the checkpoints behind one to which the run has
    /// gone back.
    fn write_changes(&mut self, queue: &Queue) -> Result<(), Error> {
        let (steered, back_to) = (queue.take_steered(), queue.take_back_to());
        let is_changed = steered.is_some() || back_to.is_some();
        if let Some(steered) = steered {
            self.manifest.steered = steered;
        }
        if let Some(step) = back_to {
            self.back_to = Some(self.back_to.map_or(step, |before| before.min(step)));
            self.manifest.best = self.manifest.best.filter(|best| best.step <= step);
        }
        if is_changed {
            self.manifest_waits = true;
            self.write_manifest()?;
        }
        if let (Some(step), Place::Made(run, _)) = (self.back_to, &self.place) {
            for later in run.checkpoints()?.into_iter().filter(|later| *later > step).rev() {
                run.remove_checkpoint(later)?;
            }
            self.back_to = None;
        }
        Ok(())
    }

    fn write_manifest(&mut self) -> Result<(), Error> {
        if self.manifest_waits
            && let Place::Made(run, _) = &self.place
        {
            self.manifest.save(run.path())?;
            self.manifest_waits = false;
        }
        Ok(())
    }

    /// Removes all checkpoints but the newest ones and the best one, once the manifest on disk names the best one. Damaged
    /// ones that a resumed run skipped are removed first.
    fn prune(&mut self) -> Result<(), Error> {
        let Place::Made(run, _) = &self.place else { return Ok(()) };
        if !self.prune_waits || self.manifest_waits {
            return Ok(());
        }
        while let Some(step) = self.damaged.last() {
            run.remove_checkpoint(*step)?;
            self.damaged.pop();
        }
        let steps = run.checkpoints()?;
        let best = self.manifest.best.map(|best| best.step);
        let old = steps.len().saturating_sub(KEPT);
        for step in steps[..old].iter().filter(|step| Some(**step) != best) {
            run.remove_checkpoint(*step)?;
        }
        self.prune_waits = false;
        Ok(())
    }

    fn events(&mut self) -> Result<&mut Writer, Error> {
        let writer = match (self.events.take(), &self.place) {
            (Some(writer), _) => writer,
            (None, Place::Made(run, _)) => Writer::create(run.path())?,
            (None, Place::Wanted(_)) => return Err(Error::NoHome),
        };
        Ok(self.events.insert(writer))
    }

    /// Moves entries from the queue to the event file's buffer, if that has room.
    fn take_entries(&mut self, queue: &Queue) {
        let Ok(events) = self.events() else { return };
        if !events.has_room() {
            return;
        }
        let waiting = queue.take_entries();
        for entry in waiting.entries {
            // This fails only for a record that is too long for the format.
            let _ = match entry {
                Entry::Step(step, scalars) | Entry::Scores(step, scalars) => {
                    let scalars: Vec<(&str, f64)> =
                        scalars.iter().map(|(name, x)| (name.as_str(), *x)).collect();
                    events.scalars(step, &scalars)
                }
                Entry::Histograms(all) => {
                    let mut all_written =
                        all.by_tag.iter().map(|(tag, one)| events.histogram(all.step, tag, one));
                    all_written.try_for_each(|written| written)
                }
                Entry::Text(step, tag, text) => events.text(step, tag, &text),
                Entry::Picture(step, tag, grid) => {
                    // A grid that makes no picture is left out.
                    let picture = grid.pixels().and_then(|pixels| Some((pixels.png().ok()?, pixels)));
                    picture.map_or(Ok(()), |(png, pixels)| {
                        events.image(step, &tag, pixels.width, pixels.height, pixels.channels, png)
                    })
                }
            };
        }
        let left_out = waiting.left_out + events.take_left_out();
        self.left_out += left_out;
    }

    fn tell_left_out(&mut self, queue: &Queue) {
        let is_due = self.is_ending || self.told.is_none_or(|told| told.elapsed() >= TELL);
        if self.left_out > 0 && is_due {
            let count = std::mem::take(&mut self.left_out);
            queue.line(&format!(
                "{count} scalars and pictures are left out of the event file: the disk is slow"
            ));
            (self.report)(RecorderEvent::LeftOut(count));
            self.told = Some(Instant::now());
        }
    }

    fn write_events(&mut self, queue: &Queue) -> Result<(), Error> {
        self.take_entries(queue);
        self.events()?.flush()?;
        // The buffer may have had no room for all of them before.
        self.take_entries(queue);
        let is_ending = self.is_ending;
        let events = self.events()?;
        events.flush()?;
        if is_ending { events.sync() } else { Ok(()) }
    }

    fn write_log(&mut self, queue: &Queue) -> Result<(), Error> {
        // First the lines that an earlier attempt could not write.
        self.append_to_log()?;
        let lines = queue.take_lines();
        self.log = lines.bytes;
        if lines.left_out > 0 {
            self.log.extend_from_slice(format!("{} lines are left out here\n", lines.left_out).as_bytes());
        }
        self.append_to_log()
    }

    fn append_to_log(&mut self) -> Result<(), Error> {
        let Place::Made(run, _) = &self.place else { return Ok(()) };
        if self.log.is_empty() && self.log_file.is_none() {
            return Ok(());
        }
        let mut file = match self.log_file.take() {
            Some(file) => file,
            None => log_file::open(run.path())?,
        };
        let written = file.append(&self.log).and_then(|()| {
            // What is in the file is not added again, should the disk refuse to sync it.
            self.log.clear();
            if self.is_ending { file.sync() } else { Ok(()) }
        });
        written.inspect_err(|_| self.log_file = Some(file))
    }
}

/// The log line for a checkpoint that was never written.
pub(super) fn superseded_line(step: u64) -> String {
    format!(
        "the checkpoint of step {step} was not written: a newer one replaced it while it waited for the disk"
    )
}
