//! A run that is about to be resumed: locked for this process, with nothing changed yet.

use super::super::directory::Damaged;
use super::super::lock::Lock;
use super::super::manifest::{Best, Branched, Manifest, Status, Steered};
use super::super::{Checkpoint, Error, RunDirectory, learned};
use super::writer::{Place, RunWriter};
use super::{Recorder, RecorderEvent};
use crate::preset::{DeviceChoice, Fingerprint, Learned, Preset};
use crate::system::machine;

/// A run that is about to be resumed.
#[derive(Debug)]
pub struct Reopened {
    run: RunDirectory,
    manifest: Manifest,
    learned: Option<Learned>,
    lock: Lock,
    damaged: Vec<Damaged>,
    /// The step from which it is resumed.
    from: u64,
}

impl Reopened {
    /// Locks a run for this process.
    ///
    /// # Errors
    /// When another process writes it, or it cannot be read.
    pub fn take(run: RunDirectory) -> Result<Self, Error> {
        let lock = Lock::take(run.path())?;
        let (manifest, learned) = (run.manifest()?, run.learned()?);
        run.sweep()?;
        Ok(Reopened { run, manifest, learned, lock, damaged: Vec::new(), from: 0 })
    }

    /// The newest checkpoint that is not damaged or rejected; none if the run has no checkpoints.
    ///
    /// # Errors
    /// When every checkpoint is damaged, or the system refuses to read one, which proves no damage.
    pub fn checkpoint(&mut self) -> Result<Option<Checkpoint>, Error> {
        let before = self.damaged.last().map(|damaged| damaged.step);
        let (checkpoint, damaged) = self.run.newest_whole(before)?;
        self.damaged.extend(damaged);
        self.from = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.step);
        match (&checkpoint, self.damaged.first()) {
            (None, Some(Damaged { problem, .. })) => Err(Error::broken(
                self.run.path(),
                format!("all its checkpoints are damaged, and nothing was changed; the newest: {problem}"),
            )),
            _ => Ok(checkpoint),
        }
    }

    /// The checkpoint of another run from which this one went on, where it has none of its own yet; `None` where it began anew.
    ///
    /// # Errors
    /// When that run or its checkpoint is not there any more, as a sentence.
    pub fn first_checkpoint(&mut self) -> Result<Option<Checkpoint>, String> {
        let Some(Branched { run, step, .. }) = &self.manifest.branched else { return Ok(None) };
        let parent = RunDirectory::at(&self.run.path().with_file_name(run));
        let checkpoint = parent.checkpoint(*step).map_err(|error| {
            format!("this run went on from step {step} of {run}, has no checkpoint of its own yet, and that one is gone: {error}")
        })?;
        self.from = *step;
        Ok(Some(checkpoint))
    }

    /// Rejects the checkpoint that was read last as damaged, so that [`checkpoint`](Self::checkpoint) returns the one before.
    /// Returns false if its checksums prove that it is as it was written: then it does not fit the training, and no other
    /// would.
    ///
    /// # Errors
    /// When the system refuses to say.
    pub fn reject(&mut self, problem: String) -> Result<bool, Error> {
        let is_proven = !self.run.has_checksums(self.from)?;
        if is_proven {
            self.damaged.push(Damaged { step: self.from, problem });
        }
        Ok(is_proven)
    }

    /// Changes the preset, by which the run is trained further from here on; the manifest says so once it goes on.
    pub fn extend(&mut self, preset: Preset, changes: Vec<String>) {
        self.manifest.extend(preset, changes, self.from);
    }

    /// Whether the run has been changed since the checkpoint from which it is resumed, to be trained further.
    pub fn is_extended(&self) -> bool {
        self.manifest.extensions.last().is_some_and(|extension| extension.steps == self.from)
    }

    /// The preset that it has.
    pub fn preset(&self) -> &Preset {
        &self.manifest.preset
    }

    /// The device that it was on.
    pub fn device(&self) -> &str {
        &self.manifest.device
    }

    /// Goes on on another device; the manifest says so once it goes on.
    pub fn move_to(&mut self, device: String) {
        self.manifest.move_to(device, self.from);
    }

    /// Keeps where it is asked to go on.
    pub fn set_device_asked(&mut self, asked: DeviceChoice) {
        self.manifest.device_asked = Some(asked);
    }

    /// The settings that were changed while it trained, since its preset was written.
    pub fn steered(&self) -> &[Steered] {
        &self.manifest.steered
    }

    /// What the run learned of its data; `None` for a run of a version that did not keep it.
    pub fn learned(&self) -> Option<&Learned> {
        self.learned.as_ref()
    }

    /// Takes the data as it is now for what the run learned from: later changes are told from this state.
    ///
    /// # Errors
    /// When this cannot be written down.
    pub fn accept(&mut self, files: Vec<Fingerprint>) -> Result<(), Error> {
        let Some(learned) = &mut self.learned else { return Ok(()) };
        learned.files = files;
        learned::save(learned, self.run.path())
    }

    /// The checkpoints that are skipped as damaged, the newest first.
    pub fn damaged(&self) -> &[Damaged] {
        &self.damaged
    }

    /// Takes no checkpoint up to this step for the best one.
    pub fn forget_best_until(&mut self, step: u64) {
        self.manifest.best = self.manifest.best.filter(|best| best.step > step);
    }

    /// The best checkpoint up to the one from which it is resumed, if the score that is monitored now chose it.
    pub fn best(&self) -> Option<Best> {
        let settings = self.manifest.preset.train.early_stopping.as_ref();
        self.manifest.best.filter(|best| best.step <= self.from)?.by(settings)
    }

    /// Resumes writing. Damaged checkpoints stay until the resumed run has saved a checkpoint.
    pub fn go_on(self, report: impl Fn(RecorderEvent) + Send + 'static) -> Recorder {
        let best = self.best();
        let manifest = Manifest {
            status: Status::Running,
            best,
            host: machine::name(),
            job: machine::slurm_job(),
            ..self.manifest
        };
        let damaged = self.damaged.iter().map(|damaged| damaged.step).collect();
        let place = Place::Made(self.run, Some(self.lock));
        Recorder::start(RunWriter::new(place, manifest, self.learned, damaged, report))
    }
}
