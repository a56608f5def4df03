//! The training thread's half of keeping a run: what is written, and when. It only copies; `run::Recorder` writes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::channel::Reporter;
use super::device::Placement;
use super::left_out::LeftOut;
use super::pictures::Pictures;
use super::protocol::{Event, TrainRequest};
use super::thinning::Thinning;
use crate::preset::counted;
use crate::preset::{EarlyStopping, Learned, OnNan};
use crate::run::past::EPOCH;
use crate::run::{
    self, Best, Branched, Checkpoint, Histograms, Judged, Manifest, OfSearch, PartOf, Recorder,
    RecorderEvent, Reopened, RunDirectory, Status, Steered,
};
use crate::train::{EpochReport, Scores, StepReport, StepSeen, Training};

/// The curves of a training get about this many points, but at least one every [`FEWEST`] steps, as long as [`Thinning`]
/// does not leave them out.
const POINTS: u32 = 5000;
const FEWEST: u64 = 50;
/// The number of epochs, of histograms of the weights and of pictures that are written down before they are thinned.
const EPOCHS: u32 = 2000;
const HISTOGRAMS: u32 = 100;
const PICTURES: u32 = 100;

/// How long a training that is to go back waits for the checkpoint that is being written.
const SETTLES: Duration = Duration::from_secs(5);

/// The tags of what a measured step did, in event files: the norm of all gradients, and how far the kernels moved.
pub(super) const GRADIENT: &str = "gradient_norm";
pub(super) const UPDATE: &str = "update_ratio";

/// A state that a training can go back to.
#[derive(Clone)]
pub(super) struct Good {
    pub checkpoint: Checkpoint,
    /// The factor of the learning rate that led there. The checkpoint's own may have been set since.
    pub factor: f64,
}

/// Keeps one run; without a folder of runs it keeps nothing.
pub(super) struct Keeper {
    runs: Option<PathBuf>,
    recorder: Option<Recorder>,
    /// What was learned of the data, for a new run.
    pub learned: Option<Learned>,
    /// The run that is about to be resumed.
    reopened: Option<Reopened>,
    /// The run's name, once it has a folder.
    name: Arc<OnceLock<String>>,
    reporter: Reporter,
    /// Time between checkpoints.
    every: Duration,
    /// When the last checkpoint was taken.
    since: Instant,
    last_step: Option<u64>,
    /// The epoch that ended last has its checkpoint, and no step has been made since.
    is_epoch_saved: bool,
    /// An epoch has ended, with these scores on the validation set.
    epoch_ended: Option<Option<Judged>>,
    best: Option<Best>,
    /// What says which score chooses the best epoch.
    early_stopping: Option<EarlyStopping>,
    /// The best epoch's checkpoint, while the writer is busy with another.
    held: Option<(Checkpoint, Judged)>,
    is_wanted: bool,
    /// The newest weights are not finite, so they were not saved.
    is_lost: bool,
    /// How many of the first layers with weights are not trained.
    frozen: usize,
    /// From which checkpoint of another run a new one goes on.
    pub branched: Option<Branched>,
    /// The trial of a search that a new run trains.
    trial: Option<OfSearch>,
    /// The item of the queue that a new run trains.
    queued: Option<u32>,
    submitted: Option<String>,
    part: Option<PartOf>,
    /// The last epoch's checkpoint whose weights and validation loss are finite, when the preset says to go back to it.
    good: Option<Good>,
    /// The factor of the learning rate in the last step.
    factor: f64,
    keeps_good: bool,
    steps_a_point: u64,
    /// The steps since the last point.
    point: Option<StepReport>,
    /// The newest epoch, if it was left out.
    epoch: Option<EpochReport>,
    pictures: Pictures,
    written: Written,
}

/// How much has been written down since the training began or was resumed, at `since`.
struct Written {
    since: Instant,
    points: Thinning,
    epochs: Thinning,
    histograms: Thinning,
    pictures: Thinning,
    left_out: LeftOut,
    /// Epochs have been left out, and the log says so.
    is_thinned: bool,
}

impl Written {
    fn new() -> Self {
        Written {
            since: Instant::now(),
            points: Thinning::new(POINTS),
            epochs: Thinning::new(EPOCHS),
            histograms: Thinning::new(HISTOGRAMS),
            pictures: Thinning::new(PICTURES),
            left_out: LeftOut::default(),
            is_thinned: false,
        }
    }
}

/// The step at which the last phase begins. Losses of phases before it are of other kinds: none of them is the best one.
fn last_phase(training: &dyn Training) -> u64 {
    training.phases().last().map_or(0, |phase| phase.begin)
}

impl Keeper {
    /// A keeper of what `request` begins; nothing is written before [`begin`](Keeper::begin).
    pub(super) fn new(runs: Option<PathBuf>, request: &TrainRequest, reporter: Reporter) -> Self {
        Keeper {
            runs,
            recorder: None,
            learned: None,
            reopened: None,
            name: Arc::default(),
            reporter,
            every: Duration::try_from_secs_f64(request.checkpoint_seconds).unwrap_or(Duration::MAX),
            since: Instant::now(),
            last_step: None,
            is_epoch_saved: false,
            epoch_ended: None,
            best: None,
            early_stopping: None,
            held: None,
            is_wanted: false,
            is_lost: false,
            frozen: request.freeze,
            branched: None,
            trial: request.trial.clone(),
            queued: request.queued,
            submitted: request.submitted.clone(),
            part: request.part.clone(),
            good: None,
            factor: 1.0,
            keeps_good: request.experiment.preset.train.on_nan == OnNan::HalveRate,
            steps_a_point: 1,
            point: None,
            epoch: None,
            pictures: Pictures::default(),
            written: Written::new(),
        }
    }

    /// The run's name, once it has a folder.
    pub(super) fn run_name(&self) -> Option<String> {
        self.name.get().cloned()
    }

    /// Locks a run that will be resumed. It is unchanged until [`begin`](Keeper::begin).
    ///
    /// # Errors
    /// When another process writes it or it cannot be read.
    pub(super) fn reopen(&mut self, folder: &Path) -> Result<&mut Reopened, run::Error> {
        let run = RunDirectory::open(folder)?;
        Ok(self.reopened.insert(Reopened::take(run)?))
    }

    /// Makes the run's folder, or resumes the run that was reopened, and reports where it is.
    pub(super) fn begin(&mut self, training: &dyn Training, place: &Placement) {
        self.since = Instant::now();
        self.written = Written::new();
        self.early_stopping = training.preset().train.early_stopping.clone();
        if self.keeps_good {
            self.factor = training.learning_rate().factor;
            self.good = self.snapshot(training).map(|checkpoint| Good { checkpoint, factor: self.factor });
        }
        self.steps_a_point = (training.steps() / u64::from(POINTS)).clamp(1, FEWEST);
        if let Some(mut reopened) = self.reopened.take() {
            let moved = place.move_from(reopened.device());
            if moved.is_some() {
                reopened.move_to(place.device.clone());
            }
            place.asked.into_iter().for_each(|asked| reopened.set_device_asked(asked));
            reopened.forget_best_until(last_phase(training));
            (self.best, self.last_step) = (reopened.best(), Some(training.step()));
            let lines: Vec<String> = reopened
                .damaged()
                .iter()
                .map(|damaged| skipped(damaged.step, &damaged.problem, training.step()))
                .collect();
            self.recorder = Some(reopened.go_on(self.report()));
            lines.iter().chain(&moved).for_each(|line| self.line(line));
            moved.into_iter().for_each(|line| self.reporter.send(Event::Log(line)));
        } else if let Some(runs) = &self.runs {
            // Until its first own checkpoint, it could only begin anew.
            self.is_wanted = self.branched.is_some();
            let manifest = Manifest::begin(training.preset().clone(), place.device.clone());
            let manifest = Manifest {
                frozen: self.frozen,
                device_asked: place.asked,
                branched: self.branched.take(),
                trial: self.trial.take(),
                queued: self.queued.take(),
                submitted: self.submitted.take(),
                part: self.part.take(),
                ..manifest
            };
            self.recorder = Some(Recorder::create(runs, manifest, self.learned.take(), self.report()));
        }
        place.told.iter().for_each(|line| self.line(line));
        self.line(&format!("trains on {} from step {}", place.device, training.step()));
    }

    fn report(&self) -> impl Fn(RecorderEvent) + Send + 'static {
        let (reporter, name) = (self.reporter.clone(), self.name.clone());
        move |report| {
            reporter.send(match report {
                RecorderEvent::Keeping(run) => {
                    name.get_or_init(|| run.name());
                    Event::Keeping { run: run.name(), folder: run.path().display().to_string() }
                }
                RecorderEvent::Saved { step, .. } => Event::Checkpoint { step },
                RecorderEvent::Trouble(what) => Event::Trouble(Some(what)),
                RecorderEvent::Recovered => Event::Trouble(None),
                RecorderEvent::Remade(folder) => Event::Log(format!(
                    "the run's folder was removed or moved: it is made again at {}, and what follows is kept there",
                    folder.display()
                )),
                RecorderEvent::Untidy(what) => {
                    Event::Log(format!("old checkpoints take room on the disk: {what}"))
                }
                RecorderEvent::LeftOut(count) => Event::LeftOut(count),
            });
        }
    }

    /// How to go on after a GPU has failed; `None` where no run is kept.
    pub(super) fn way_on(&self) -> Option<String> {
        let name = self.name.get()?;
        Some(format!("`trainyard resume {name} --device cpu` goes on from the last checkpoint"))
    }

    /// A line for the run's log.
    pub(super) fn line(&self, line: &str) {
        if let Some(recorder) = &self.recorder {
            recorder.line(line);
        }
    }

    /// Writes down which settings were changed so far; `new` is the change that was just made.
    pub(super) fn steered(&self, made: &[Steered], new: Option<&Steered>) {
        let Some(recorder) = &self.recorder else { return };
        recorder.steered(made.to_vec());
        if let Some(new) = new {
            recorder.text(new.step, "steered", new.to_string());
        }
    }

    /// The run's folder, once it is made.
    pub(super) fn run(&self) -> Option<RunDirectory> {
        self.recorder.as_ref().and_then(Recorder::run)
    }

    /// Whether a checkpoint is wanted that is not taken yet.
    pub(super) fn is_waiting(&self) -> bool {
        self.is_wanted || self.held.is_some()
    }

    /// Waits until the checkpoint that was taken last is on disk, but not longer than [`SETTLES`]. Returns whether it is, or
    /// the disk has refused it.
    pub(super) fn settle(&self) -> bool {
        let since = Instant::now();
        while self.recorder.as_ref().is_some_and(|recorder| !recorder.is_free()) {
            if since.elapsed() >= SETTLES {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        true
    }

    /// The training has gone back to the checkpoint of this step: nothing that came after it is kept.
    pub(super) fn went_back(&mut self, step: u64, made: &[Steered]) {
        (self.point, self.epoch, self.epoch_ended, self.held) = (None, None, None, None);
        (self.last_step, self.is_epoch_saved, self.best) = (Some(step), false, None);
        // The best scores of what is not kept are no scores to beat.
        self.written.left_out = LeftOut::default();
        if let Some(recorder) = &self.recorder {
            recorder.go_back(step, made.to_vec());
            recorder.text(step, "steered", format!("back to step {step}"));
        }
    }

    /// A checkpoint is wanted now; false when no run is kept.
    pub(super) fn want(&mut self) -> bool {
        self.is_wanted = self.recorder.is_some();
        self.is_wanted
    }

    /// Takes a checkpoint, or pictures, when they are due.
    pub(super) fn between_steps(&mut self, training: &mut dyn Training) {
        if self.epoch_ended.is_some() {
            self.look(training, false);
        }
        // Weights may still be finite when held-out samples already show that they are lost.
        let is_well =
            self.epoch_ended.is_some_and(|judged| judged.is_none_or(|judged| judged.loss().is_finite()));
        if self.keeps_good && is_well {
            let good = self.snapshot(training).filter(is_finite);
            let good = good.map(|checkpoint| Good { checkpoint, factor: self.factor });
            self.good = good.or(self.good.take());
        }
        let Some(recorder) = &self.recorder else {
            self.epoch_ended = None;
            return;
        };
        let is_free = recorder.is_free();
        if is_free && let Some((checkpoint, judged)) = self.held.take() {
            recorder.checkpoint(checkpoint, Some(judged), false);
            return;
        }
        if let Some(judged) = self.epoch_ended.take() {
            let judged = judged.filter(|_| training.step() > last_phase(training));
            let best = judged.and_then(|judged| judged.best_at(training.step(), self.best));
            self.best = best.or(self.best);
            if is_free {
                // A checkpoint of this very step may have been taken before the epoch's end, which can change the weights.
                self.last_step = None;
                let histograms = self.written.histograms.lets_through(self.written.since.elapsed());
                self.take(training, judged, histograms);
                self.is_epoch_saved = true;
            } else if let Some(judged) = judged.filter(|_| best.is_some()) {
                // The one before is not in memory beside the new one.
                self.held = None;
                self.held = self.snapshot(training).filter(is_finite).map(|checkpoint| (checkpoint, judged));
            }
        } else if is_free && (self.is_wanted || self.since.elapsed() >= self.every) {
            self.is_wanted = false;
            self.take(training, None, false);
        }
    }

    /// Adds pictures, when they are due.
    fn look(&mut self, training: &mut dyn Training, is_end: bool) {
        let Some(recorder) = &self.recorder else { return };
        if !self.pictures.is_due(training.step(), is_end)
            || !(is_end || self.written.pictures.lets_through(self.written.since.elapsed()))
        {
            return;
        }
        match self.pictures.make(training) {
            Ok(pictures) => {
                pictures.into_iter().for_each(|(tag, grid)| recorder.picture(training.step(), tag, grid));
            }
            Err(error) => recorder.line(&format!("no pictures of step {}: {error}", training.step())),
        }
    }

    /// A snapshot. A device that cannot give it any more fails in the next step as well, which ends the training with that
    /// error; the checkpoints before stay.
    fn snapshot(&self, training: &dyn Training) -> Option<Checkpoint> {
        training
            .snapshot()
            .inspect_err(|error| self.line(&format!("no checkpoint of step {}: {error}", training.step())))
            .ok()
    }

    fn take(&mut self, training: &dyn Training, judged: Option<Judged>, histograms: bool) {
        self.since = Instant::now();
        if self.last_step == Some(training.step()) && judged.is_none() {
            return;
        }
        let Some(checkpoint) = self.snapshot(training) else { return };
        // The next loss will not be finite: the checkpoint before is the last good one.
        self.is_lost = !is_finite(&checkpoint);
        if self.is_lost {
            return;
        }
        self.last_step = Some(training.step());
        // Who goes on from here does not see them again.
        self.write_left_out();
        if let Some(recorder) = &self.recorder {
            recorder.checkpoint(checkpoint, judged, histograms);
        }
    }

    /// The last good checkpoint, when the preset says to go back to it.
    pub(super) fn good(&self) -> Option<Good> {
        self.good.clone()
    }

    /// Adds a step to the curves.
    pub(super) fn stepped(&mut self, step: &StepReport) {
        self.is_epoch_saved = false;
        self.factor = step.learning_rate.factor;
        if self.recorder.is_none() {
            return;
        }
        let point = self.point.take().map_or(*step, |before| before.and(step));
        let is_due = step.step.is_multiple_of(self.steps_a_point)
            && self.written.points.lets_through(self.written.since.elapsed());
        if is_due {
            self.write_point(&point);
        } else {
            self.point = Some(point);
        }
    }

    fn write_point(&self, point: &StepReport) {
        let Some(recorder) = &self.recorder else { return };
        let mut scalars = by_tag(&point.scores, "train");
        scalars.push(("learning_rate".into(), point.learning_rate.effective()));
        scalars.push(("samples_per_second".into(), point.samples_per_second()));
        recorder.scalars(point.step, scalars);
    }

    /// Adds what a measured step did to the weights.
    pub(super) fn seen(&self, seen: &StepSeen) {
        let Some(recorder) = &self.recorder else { return };
        let mut scalars = vec![(GRADIENT.to_owned(), seen.gradient)];
        scalars.extend(seen.update.map(|update| (UPDATE.to_owned(), update)));
        recorder.scalars(seen.step, scalars);
    }

    /// Adds the histograms of a measured step; those of the weights are written with checkpoints.
    pub(super) fn histograms(&self, histograms: &Histograms) {
        let Some(recorder) = &self.recorder else { return };
        let is_of_weights = |tag: &str| tag.starts_with("weights/");
        let by_tag = histograms.by_tag.iter().filter(|(tag, _)| !is_of_weights(tag)).cloned();
        recorder.histograms(Histograms { step: histograms.step, by_tag: by_tag.collect() });
    }

    /// Adds an epoch to the curves; its checkpoint is taken before the next step.
    pub(super) fn epoch_ended(&mut self, epoch: &EpochReport) {
        let settings = self.early_stopping.as_ref();
        let judged = |scores: Scores| Judged::new(scores.loss, scores.accuracy, settings);
        self.epoch_ended = Some(epoch.validation.map(judged));
        if self.recorder.is_none() {
            return;
        }
        let is_written = self.written.epochs.lets_through(self.written.since.elapsed());
        self.written.left_out.add(epoch, is_written);
        if is_written {
            self.epoch = None;
            self.write_left_out();
            return self.write_epoch(epoch);
        }
        self.epoch = Some(*epoch);
        if !std::mem::replace(&mut self.written.is_thinned, true) {
            let line =
                format!("from epoch {} on, not every epoch is written to the run's files", epoch.epoch);
            self.line(&line);
            self.reporter.send(Event::Log(line));
        }
    }

    fn write_epoch(&self, epoch: &EpochReport) {
        let Some(recorder) = &self.recorder else { return };
        let mut scalars = by_tag(&epoch.training, "epoch");
        if let Some(validation) = &epoch.validation {
            scalars.extend(by_tag(validation, "validation"));
        }
        scalars.push(("seconds/epoch".into(), epoch.seconds));
        if self.written.is_thinned {
            scalars.push((EPOCH.into(), f64::from(epoch.epoch)));
        }
        recorder.scores(epoch.step, scalars);
        recorder.line(&format!(
            "epoch {} after {} steps: {}{}",
            epoch.epoch,
            epoch.step,
            in_words(&epoch.training),
            epoch.validation.map(|scores| format!("; validation {}", in_words(&scores))).unwrap_or_default()
        ));
    }

    /// Writes down the epochs with the best scores so far that were left out.
    fn write_left_out(&mut self) {
        for epoch in self.written.left_out.take() {
            self.epoch = self.epoch.filter(|newest| newest.step != epoch.step);
            self.write_epoch(&epoch);
        }
    }

    /// Writes down the newest steps and the newest epoch, if they were left out.
    fn write_newest(&mut self) {
        if let Some(point) = self.point.take() {
            self.write_point(&point);
        }
        self.write_left_out();
        if let Some(epoch) = self.epoch.take() {
            self.write_epoch(&epoch);
        }
    }

    /// The last checkpoint of a training that has ended.
    pub(super) fn ended(&mut self, training: &mut dyn Training) {
        self.look(training, true);
        let Some(recorder) = &self.recorder else { return };
        if let Some((checkpoint, judged)) = self.held.take() {
            recorder.checkpoint(checkpoint, Some(judged), false);
        }
        let judged = self.epoch_ended.take().flatten();
        // Early stopping may have put other weights in place after a checkpoint of this very step, so only a checkpoint of
        // the epoch's end makes this one superfluous.
        if !self.is_epoch_saved {
            self.last_step = None;
            self.take(training, judged, true);
        }
    }

    /// Closes the run: everything that waits is on disk afterwards.
    ///
    /// # Errors
    /// When a part is not, in a sentence.
    pub(super) fn close(mut self, status: Status, test: Option<(&Scores, u64)>) -> Result<(), String> {
        self.write_newest();
        let Some(recorder) = self.recorder else { return Ok(()) };
        if let Some((checkpoint, judged)) = self.held.take() {
            recorder.checkpoint(checkpoint, Some(judged), false);
        }
        if let Some((scores, step)) = test {
            recorder.scores(step, by_tag(scores, "test"));
            recorder.line(&format!("test {}", in_words(scores)));
        }
        recorder.line(&match &status {
            Status::Running => "goes on".into(),
            Status::Stopped { steps } => format!("stopped after {}", counted(*steps, "step")),
            Status::Finished { steps, .. } => format!("finished after {}", counted(*steps, "step")),
            Status::Failed { reason, .. } => format!("failed: {reason}"),
        });
        // A failed training has no checkpoint of its end anyway.
        let is_lost = self.is_lost && !matches!(status, Status::Failed { .. });
        if is_lost {
            recorder.line(NOT_FINITE);
        }
        recorder.close(status).map_err(|error| error.to_string())?;
        if is_lost { Err(NOT_FINITE.into()) } else { Ok(()) }
    }
}

/// Why a training has no checkpoint of its end.
const NOT_FINITE: &str = "the weights of the last step are not finite, and were not saved";

/// The log line for a damaged checkpoint that is skipped.
fn skipped(step: u64, problem: &str, from: u64) -> String {
    format!("the checkpoint of step {step} is damaged, resuming from step {from}: {problem}")
}

fn is_finite(checkpoint: &Checkpoint) -> bool {
    checkpoint.weights.iter().all(|tensor| tensor.values.iter().all(|x| x.is_finite()))
}

/// Scores by their names in event files: `loss/train`.
fn by_tag(scores: &Scores, of: &str) -> Vec<(String, f64)> {
    let mut scalars = vec![(format!("loss/{of}"), scores.loss)];
    scalars.extend(scores.accuracy.map(|accuracy| (format!("accuracy/{of}"), accuracy)));
    scalars.extend(scores.metrics.iter().map(|(metric, value)| (format!("{}/{of}", metric.name()), value)));
    scalars
}

fn in_words(scores: &Scores) -> String {
    let accuracy = scores.accuracy.map(|a| format!(", accuracy {a:.4}")).unwrap_or_default();
    format!("loss {:.4}{accuracy}", scores.loss)
}
