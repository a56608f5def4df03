//! Writes a run beside the training: on a thread of its own, from copies, so that a slow, full or vanished disk neither
//! holds up the training nor ends it. What could not be written is tried again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::lock::Lock;
use super::manifest::{Best, Manifest, Status};
use super::tensorboard::{Grid, Writer};
use super::{Checkpoint, Error, RunDirectory, log_file};

/// How many of the newest checkpoints stay; the best one stays as well.
pub const KEPT: usize = 3;
/// The most scalars and lines that wait for the writer; with a disk that hangs, later ones are lost.
const WAITING: usize = 4096;
/// Scalars reach the disk after this time at the latest.
const FLUSH: Duration = Duration::from_millis(500);
/// After a failure the disk is tried again in this time.
const RETRY: Duration = Duration::from_secs(2);
/// The log lines that are kept for a disk that does not take them.
const LOG_PENDING: usize = 1 << 20;

/// What the writer has to say.
#[derive(Clone, Debug, PartialEq)]
pub enum RecorderEvent {
    /// The checkpoint of this step is on disk and will survive a crash.
    Saved {
        /// Steps done.
        step: u64,
        /// Its folder.
        path: PathBuf,
    },
    /// Something cannot be written; it will be tried again.
    Trouble(String),
    /// What could not be written is written.
    Recovered,
    /// The run's folder was gone, and is made again.
    Remade(PathBuf),
}

enum Entry {
    Scalars(u64, Vec<(String, f64)>),
    Line(String),
    Picture(u64, String, Box<Grid>),
    Checkpoint { checkpoint: Box<Checkpoint>, loss: Option<f64>, histograms: bool },
    Close(Status),
}

/// The training's end of the writer. Dropped without [`close`](Recorder::close), the run stays marked as running.
pub struct Recorder {
    run: RunDirectory,
    best: Option<f64>,
    entries: SyncSender<Entry>,
    is_writing: Arc<AtomicBool>,
    writer: JoinHandle<Result<(), Error>>,
}

impl Recorder {
    /// Begins a new run under `runs`.
    ///
    /// # Errors
    /// When its folder cannot be made.
    pub fn create(
        runs: &Path,
        manifest: Manifest,
        report: impl Fn(RecorderEvent) + Send + 'static,
    ) -> Result<Self, Error> {
        let run = RunDirectory::create(runs, &manifest)?;
        let lock = Lock::take(run.path())?;
        Self::start(run, manifest, lock, report)
    }

    /// Goes on writing a run from its newest checkpoint that reads whole; gives that, if there is one, and what was
    /// wrong with newer ones, which are removed.
    ///
    /// # Errors
    /// When another process writes it, or its manifest is broken.
    pub fn reopen(
        run: RunDirectory,
        report: impl Fn(RecorderEvent) + Send + 'static,
    ) -> Result<(Self, Option<Checkpoint>, Vec<Error>), Error> {
        let lock = Lock::take(run.path())?;
        let mut manifest = run.manifest()?;
        run.sweep();
        let (checkpoint, problems) = run.latest_checkpoint();
        let step = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.step);
        run.remove_checkpoints_after(step)?;
        manifest.status = Status::Running;
        manifest.best = manifest.best.filter(|best| best.step <= step);
        manifest.save(run.path())?;
        Ok((Self::start(run, manifest, lock, report)?, checkpoint, problems))
    }

    fn start(
        run: RunDirectory,
        manifest: Manifest,
        lock: Lock,
        report: impl Fn(RecorderEvent) + Send + 'static,
    ) -> Result<Self, Error> {
        let (entries, receiver) = sync_channel(WAITING);
        let is_writing = Arc::new(AtomicBool::new(false));
        let best = manifest.best.map(|best| best.loss);
        let writer = Disk {
            run: run.clone(),
            manifest,
            manifest_waits: false,
            lock: Some(lock),
            events: None,
            log: Vec::new(),
            checkpoint: None,
            is_writing: is_writing.clone(),
            report: Box::new(report),
            in_trouble: None,
        };
        let writer = std::thread::Builder::new()
            .name("recorder".into())
            .spawn(move || writer.serve(&receiver))
            .map_err(Error::io(run.path(), "starting the thread that writes it"))?;
        Ok(Recorder { run, best, entries, is_writing, writer })
    }

    /// The run it writes.
    pub fn run(&self) -> &RunDirectory {
        &self.run
    }

    /// The lowest validation loss of a checkpoint when it began to write.
    pub fn best(&self) -> Option<f64> {
        self.best
    }

    /// Adds the scalars of a step. Never waits.
    pub fn scalars(&self, step: u64, scalars: Vec<(String, f64)>) {
        let _ = self.entries.try_send(Entry::Scalars(step, scalars));
    }

    /// Adds a picture of a step. Never waits.
    pub fn picture(&self, step: u64, tag: String, grid: Grid) {
        let _ = self.entries.try_send(Entry::Picture(step, tag, Box::new(grid)));
    }

    /// Adds a line to the log. Never waits.
    pub fn line(&self, line: String) {
        let _ = self.entries.try_send(Entry::Line(line));
    }

    /// Whether the checkpoint before has been written (or given up), so that another is worth the copying.
    pub fn is_free(&self) -> bool {
        !self.is_writing.load(Ordering::Acquire)
    }

    /// Writes a checkpoint; `loss` is the validation loss of an epoch that ends with it, by which the best one is
    /// chosen, and `histograms` adds the weights' distributions to the event file.
    pub fn checkpoint(&self, checkpoint: Checkpoint, loss: Option<f64>, histograms: bool) {
        self.is_writing.store(true, Ordering::Release);
        let entry = Entry::Checkpoint { checkpoint: Box::new(checkpoint), loss, histograms };
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = self.entries.try_send(entry) {
            self.is_writing.store(false, Ordering::Release);
        }
    }

    /// Writes what waits and the run's last status, and waits until that is done.
    ///
    /// # Errors
    /// What could not be written in spite of another try.
    pub fn close(self, status: Status) -> Result<(), Error> {
        // The last words are worth waiting for.
        let _ = self.entries.send(Entry::Close(status));
        drop(self.entries);
        self.writer.join().unwrap_or_else(|_| Err(Error::broken(self.run.path(), "its writer panicked")))
    }
}

/// A checkpoint that waits to be written.
struct Waiting {
    checkpoint: Box<Checkpoint>,
    loss: Option<f64>,
    histograms: bool,
}

/// The writer's end.
struct Disk {
    run: RunDirectory,
    manifest: Manifest,
    manifest_waits: bool,
    lock: Option<Lock>,
    events: Option<Writer>,
    /// Lines that are not on disk yet.
    log: Vec<u8>,
    checkpoint: Option<Waiting>,
    is_writing: Arc<AtomicBool>,
    report: Box<dyn Fn(RecorderEvent) + Send>,
    /// Since when and with what the disk refuses.
    in_trouble: Option<(Instant, String)>,
}

impl Disk {
    fn serve(mut self, entries: &Receiver<Entry>) -> Result<(), Error> {
        let mut written = Instant::now();
        loop {
            match entries.recv_timeout(FLUSH) {
                Ok(Entry::Close(status)) => {
                    (self.manifest.status, self.manifest_waits) = (status, true);
                    return self.last_words();
                }
                Ok(entry) => self.take(entry),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.last_words(),
            }
            let pause = if self.in_trouble.is_some() { RETRY } else { FLUSH };
            let is_urgent = self.checkpoint.is_some() && self.in_trouble.is_none();
            if is_urgent || written.elapsed() >= pause {
                self.try_to_write();
                written = Instant::now();
            }
        }
    }

    fn take(&mut self, entry: Entry) {
        match entry {
            Entry::Scalars(step, scalars) => {
                if let Ok(events) = self.events() {
                    let scalars: Vec<(&str, f64)> =
                        scalars.iter().map(|(name, x)| (name.as_str(), *x)).collect();
                    let _ = events.scalars(step, &scalars);
                }
            }
            Entry::Picture(step, tag, grid) => {
                // What is no picture is left out.
                let picture = grid.pixels().and_then(|pixels| Some((pixels.png().ok()?, pixels)));
                if let (Some((png, pixels)), Ok(events)) = (picture, self.events()) {
                    let _ = events.image(step, &tag, pixels.width, pixels.height, pixels.channels, png);
                }
            }
            Entry::Line(line) => {
                let time = time::OffsetDateTime::now_utc();
                let form =
                    time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
                let time = time.format(&form).unwrap_or_default();
                // One line a record, whatever the text holds.
                let line = line.replace(['\n', '\r'], " ");
                if self.log.len() < LOG_PENDING {
                    self.log.extend_from_slice(format!("{time} {line}\n").as_bytes());
                }
            }
            Entry::Checkpoint { checkpoint, loss, histograms } => {
                self.checkpoint = Some(Waiting { checkpoint, loss, histograms });
            }
            Entry::Close(_) => {}
        }
    }

    fn try_to_write(&mut self) -> bool {
        let outcome = self.write();
        // Written or refused, a newer checkpoint is now worth more than this one.
        self.is_writing.store(false, Ordering::Release);
        match outcome {
            Ok(()) => {
                if self.in_trouble.take().is_some() {
                    (self.report)(RecorderEvent::Recovered);
                }
                true
            }
            Err(error) => {
                let said = error.to_string();
                let is_new = self.in_trouble.as_ref().is_none_or(|(_, before)| *before != said);
                if is_new {
                    (self.report)(RecorderEvent::Trouble(said.clone()));
                }
                self.in_trouble = Some((Instant::now(), said));
                false
            }
        }
    }

    fn last_words(mut self) -> Result<(), Error> {
        let tries = 3;
        for last in (0..tries).map(|number| number + 1 == tries) {
            if self.try_to_write() {
                break;
            }
            if last {
                return self.write();
            }
            std::thread::sleep(RETRY / 4);
        }
        drop(self.lock.take());
        Ok(())
    }

    /// Everything that waits, the smallest first, so that a disk with little room takes what it can.
    fn write(&mut self) -> Result<(), Error> {
        self.make_sure_of_the_folder()?;
        if self.manifest_waits {
            self.manifest.save(self.run.path())?;
            self.manifest_waits = false;
        }
        self.write_log()?;
        self.events()?.flush()?;
        self.write_checkpoint()
    }

    /// Someone may have removed the folder under us: it is made again, with the manifest, a lock and new files.
    fn make_sure_of_the_folder(&mut self) -> Result<(), Error> {
        if self.run.path().join(super::manifest::FILE).exists() {
            return Ok(());
        }
        self.manifest.save(self.run.path())?;
        // If only the manifest was removed, our own lock would keep us from taking the new one.
        drop(self.lock.take());
        self.lock = Some(Lock::take(self.run.path())?);
        // What it held back goes to a new file.
        self.events = match self.events.take() {
            Some(old) => Some(old.moved_to(self.run.path())?),
            None => None,
        };
        (self.report)(RecorderEvent::Remade(self.run.path().to_path_buf()));
        Ok(())
    }

    fn events(&mut self) -> Result<&mut Writer, Error> {
        if self.events.is_none() {
            self.events = Some(Writer::create(self.run.path())?);
        }
        self.events.as_mut().ok_or(Error::NoHome)
    }

    fn write_log(&mut self) -> Result<(), Error> {
        if self.log.is_empty() {
            return Ok(());
        }
        log_file::append(self.run.path(), &self.log)?;
        self.log.clear();
        Ok(())
    }

    fn write_checkpoint(&mut self) -> Result<(), Error> {
        let Some(waiting) = &self.checkpoint else { return Ok(()) };
        let step = waiting.checkpoint.step;
        let better = waiting.loss.filter(|loss| self.manifest.best.is_none_or(|best| *loss < best.loss));
        let best = better.map(|loss| Best { step, loss }).or(self.manifest.best);
        let spared: Vec<u64> = best.iter().map(|best| best.step).collect();
        let path = self.run.save_checkpoint(&waiting.checkpoint, KEPT, &spared)?;
        if best != self.manifest.best {
            self.manifest.best = best;
            self.manifest_waits = true;
        }
        if let Some(Waiting { checkpoint, histograms: true, .. }) = self.checkpoint.take() {
            let events = self.events()?;
            for tensor in &checkpoint.weights {
                events.histogram(step, &format!("weights/{}", tensor.name), &tensor.values)?;
            }
        }
        (self.report)(RecorderEvent::Saved { step, path });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::super::checkpoint::NamedTensor;
    use super::super::tensorboard::Reader;
    use super::*;

    fn manifest() -> Manifest {
        let preset = r#"(name: "x", title: "", data: (source: mnist), layers: [Flatten], loss: mean_squared_error,
                         optimizer: SGD(), train: (epochs: 1, batch_size: 1))"#;
        Manifest::begin(ron::from_str(preset).unwrap(), "cpu".into())
    }

    fn checkpoint(step: u64) -> Checkpoint {
        let weights =
            vec![NamedTensor { name: "dense/bias".into(), shape: vec![2], values: vec![step as f32; 2] }];
        Checkpoint { step, weights, optimizer: Vec::new(), state: "()".into() }
    }

    /// What event files in a folder say, in their order.
    fn scalars(run: &Path) -> Vec<(String, i64, f64)> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(run).unwrap().map(|e| e.unwrap().path()).collect();
        files.retain(|path| path.to_string_lossy().contains("tfevents"));
        files.sort();
        let mut found = Vec::new();
        for file in files {
            let mut reader = Reader::new(&file);
            reader.read(|scalar| found.push((scalar.tag, scalar.step, scalar.value))).unwrap();
            assert_eq!(reader.damaged(), 0);
        }
        found
    }

    #[test]
    fn a_run_is_whole_on_disk_when_it_is_closed() {
        let runs = tempfile::tempdir().unwrap();
        let (said, reports) = channel();
        let recorder = Recorder::create(runs.path(), manifest(), move |r| said.send(r).unwrap()).unwrap();
        let run = recorder.run().clone();
        recorder.scalars(1, vec![("loss/train".into(), 0.5)]);
        recorder.line("two\nlines".into());
        recorder.checkpoint(checkpoint(7), Some(0.25), true);
        assert!(matches!(Lock::take(run.path()), Err(Error::Locked { .. })));
        recorder.close(Status::Stopped { steps: 7 }).unwrap();

        let manifest = run.manifest().unwrap();
        assert_eq!(manifest.status, Status::Stopped { steps: 7 });
        assert_eq!(manifest.best, Some(Best { step: 7, loss: 0.25 }));
        assert_eq!(run.latest_checkpoint().0, Some(checkpoint(7)));
        assert_eq!(scalars(run.path()), [("loss/train".into(), 1, 0.5)]);
        let log = std::fs::read_to_string(run.path().join(log_file::LOG)).unwrap();
        assert!(log.ends_with("Z two lines\n") && log.lines().count() == 1, "{log}");
        assert!(reports.iter().any(|r| matches!(r, RecorderEvent::Saved { step: 7, .. })));
        drop(Lock::take(run.path()).unwrap());
    }

    #[test]
    fn pictures_are_found_by_who_watches_the_run() {
        use crate::run::watch::{Interest, Kind, Watcher};
        let runs = tempfile::tempdir().unwrap();
        let recorder = Recorder::create(runs.path(), manifest(), |_| ()).unwrap();
        let run = recorder.run().clone();
        let grid = Grid { shape: [2, 2, 1], pixels: vec![0.5; 8], range: (0.0, 1.0), columns: 2 };
        recorder.picture(3, "samples".into(), grid.clone());
        recorder.picture(3, "nothing".into(), Grid { pixels: Vec::new(), ..grid });
        recorder.close(Status::Stopped { steps: 3 }).unwrap();
        let mut watcher = Watcher::new(run.path());
        watcher.look_at(Interest { shown: vec![0], tag: Some(0), room: (40, 40), ..Interest::default() });
        watcher.work(Duration::from_secs(10));
        let view = watcher.view();
        let tags: Vec<_> = view.tags.iter().map(|tag| (&*tag.name, tag.kind)).collect();
        assert_eq!(tags, [("samples", Kind::Picture)]);
        let shown = format!("{:?}", view.panels);
        assert!(shown.contains("width: 5, height: 2"), "{shown}");
    }

    #[test]
    fn a_folder_that_is_removed_is_made_again_with_what_follows() {
        let runs = tempfile::tempdir().unwrap();
        let recorder = Recorder::create(runs.path(), manifest(), |_| ()).unwrap();
        let run = recorder.run().clone();
        recorder.checkpoint(checkpoint(1), None, false);
        while !recorder.is_free() {
            std::thread::yield_now();
        }
        std::fs::remove_dir_all(run.path()).unwrap();
        recorder.scalars(2, vec![("loss/train".into(), 0.5)]);
        recorder.checkpoint(checkpoint(2), None, false);
        recorder.close(Status::Stopped { steps: 2 }).unwrap();
        assert_eq!(run.checkpoints(), [2]);
        assert_eq!(scalars(run.path()), [("loss/train".into(), 2, 0.5)]);
        assert_eq!(run.manifest().unwrap().status, Status::Stopped { steps: 2 });
    }

    #[test]
    fn a_run_that_is_taken_up_again_goes_on_from_its_newest_whole_checkpoint() {
        let runs = tempfile::tempdir().unwrap();
        let recorder = Recorder::create(runs.path(), manifest(), |_| ()).unwrap();
        let run = recorder.run().clone();
        for (step, loss) in [(1, 0.5), (2, 0.25), (3, 0.125)] {
            recorder.checkpoint(checkpoint(step), Some(loss), false);
        }
        recorder.close(Status::Running).unwrap();
        std::fs::write(run.checkpoint_path(3).join("weights.safetensors"), "torn").unwrap();
        std::fs::create_dir(run.path().join("checkpoints/.writing-xyz")).unwrap();
        std::fs::rename(run.checkpoint_path(2), run.path().join("checkpoints/.writing-old-2")).unwrap();

        let (recorder, found, problems) = Recorder::reopen(run.clone(), |_| ()).unwrap();
        assert_eq!((found, problems.len()), (Some(checkpoint(2)), 1));
        assert_eq!(recorder.best(), None, "the best one was broken");
        assert_eq!(std::fs::read_dir(run.path().join("checkpoints")).unwrap().count(), 2);
        assert!(Recorder::reopen(run, |_| ()).is_err(), "it is being written");
        recorder.close(Status::Running).unwrap();
    }
}
