//! The training that runs, or the last one that ran.

use std::collections::VecDeque;

use super::abscissa::Timeline;
use super::history::Series;
use super::mark::{self, Mark, MarkKind};
use crate::preset::{Change, Steerable, steerable};
use crate::run::Steered;
use crate::run::text::clean;
use crate::run::watch::{AtStep, DISTRIBUTIONS, Distribution, Sampled};
use crate::tui::format;
use crate::worker::{
    EpochReport, Extent, Finding, Finish, Histograms, LearningRate, Metric, Past, Phase, RequestId, RunInfo,
    Scores, SettingChange, StepReport, StepSeen, StepTime, TrainingPhase, Usage, WentBack,
};

/// Loss, accuracy and the procedure's other metrics over the steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curves {
    /// The loss.
    pub loss: Series,
    /// The share of right answers.
    pub accuracy: Series,
    /// The other metrics, in the order in which they were first reported.
    pub metrics: Vec<(Metric, Series)>,
}

impl Curves {
    fn push(&mut self, step: u64, steps: u64, scores: Scores) {
        self.loss.push(step, steps, scores.loss);
        if let Some(accuracy) = scores.accuracy {
            self.accuracy.push(step, steps, accuracy);
        }
        for (metric, value) in scores.metrics.iter() {
            let known = self.metrics.iter().position(|(known, _)| *known == metric);
            let place = known.unwrap_or_else(|| {
                self.metrics.push((metric, Series::default()));
                self.metrics.len() - 1
            });
            self.metrics[place].1.push(step, steps, value);
        }
    }

    /// The curve of a metric.
    pub fn metric(&self, metric: Metric) -> Option<&Series> {
        self.metrics.iter().find(|(known, _)| *known == metric).map(|(_, series)| series)
    }
}

/// A learning rate that was asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WishedRate {
    /// The rate.
    pub rate: f64,
    /// The request for it.
    pub request: RequestId,
    /// Whether the worker has said that the next step uses it.
    pub is_granted: bool,
}

/// All that the events told about one training.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// What was known at its start.
    pub info: RunInfo,
    /// The curves of the training batches.
    pub training: Curves,
    /// The curves of the validation set.
    pub validation: Curves,
    /// The learning rate that the optimizer used.
    pub rates: Series,
    /// Training throughput, in samples a second.
    pub speeds: Series,
    /// The norm of all gradients, of the steps that are measured.
    pub gradients: Series,
    /// The share by which these steps change the kernels.
    pub updates: Series,
    /// Histograms over the steps by their tags: of weights, gradients and the layers' outputs.
    pub histograms: Vec<(String, Sampled<Distribution>)>,
    /// When its steps were made.
    pub timeline: Timeline,
    /// What happened, in the order in which it was told.
    pub marks: Vec<Mark>,
    /// The newest step report.
    pub last: Option<StepReport>,
    /// The newest epochs that are done, at most [`EPOCHS`].
    pub epochs: VecDeque<EpochReport>,
    /// The steps of the newest checkpoints that were written.
    pub checkpoints: VecDeque<u64>,
    /// What goes wrong in it, each kind once.
    pub findings: Vec<Finding>,
    /// How it ended.
    pub finish: Option<Finish>,
    /// The learning rate that a person asked for and that no step has used yet.
    pub wished_rate: Option<WishedRate>,
    /// What it takes of the machine, where it has said so.
    pub usage: Option<Box<Usage>>,
    /// Samples and seconds of the newest reports, for the recent throughput.
    recent: VecDeque<(u64, f64)>,
    /// Seconds that its steps took so far, as far as they were reported.
    seconds: f64,
    /// When its first step began that was reported, in seconds since 1970.
    began: Option<f64>,
}

/// Seconds of training over which the recent throughput is taken.
const RECENT: f64 = 1.0;
/// Reports that lie closer together than this are counted as one.
const CLOSE: f64 = RECENT / 64.0;
/// The most changes of settings that are marked of those from before a run was resumed.
const CHANGES: usize = 200;
/// The most checkpoints that are remembered: a run keeps fewer.
const CHECKPOINTS: usize = 4;
/// The most epochs that are kept: no screen shows more.
const EPOCHS: usize = 500;
/// The most tags of histograms.
const HISTOGRAMS: usize = 128;
/// The most phases that are marked: no axis has room for more.
const PHASES: usize = 64;

impl Training {
    /// A training that begins.
    pub fn new(info: RunInfo) -> Self {
        let begin = |phase: &TrainingPhase| Mark {
            step: phase.begin,
            kind: MarkKind::Phase,
            text: clean(&phase.name),
        };
        let changed = |steered: &Steered| Mark {
            step: steered.step,
            kind: MarkKind::Change,
            text: clean(&format!("{} {}", steered.path, steered.value)),
        };
        let marks = info.phases.iter().take(PHASES).map(begin);
        let marks = marks.chain(info.steered.iter().take(CHANGES).map(changed)).collect();
        Training {
            training: Curves::default(),
            validation: Curves::default(),
            rates: Series::default(),
            speeds: Series::default(),
            gradients: Series::default(),
            updates: Series::default(),
            histograms: Vec::new(),
            timeline: Timeline::new(info.steps_per_epoch),
            marks,
            info,
            last: None,
            epochs: VecDeque::new(),
            checkpoints: VecDeque::new(),
            findings: Vec::new(),
            finish: None,
            wished_rate: None,
            usage: None,
            recent: VecDeque::new(),
            seconds: 0.0,
            began: None,
        }
    }

    /// When the newest step was made, in seconds since 1970; 0 before the first.
    pub fn clock(&self) -> f64 {
        self.last.map_or(0.0, |last| last.time)
    }

    /// Seconds since its first step that was reported, to the newest one: also those in which it held.
    pub fn elapsed(&self) -> f64 {
        let since = self.began.map_or(0.0, |began| self.clock() - began).min(1e9);
        // Never less than the steps took, whatever the clock was set to meanwhile.
        self.seconds.max(since)
    }

    /// Takes in what the run reported before it was resumed.
    pub fn on_past(&mut self, past: Past) {
        past.steps.iter().for_each(|report| self.draw_step(report));
        past.seen.iter().for_each(|seen| self.on_seen(seen));
        past.histograms.iter().for_each(|histograms| self.on_histograms(histograms));
        past.epochs.into_iter().for_each(|report| self.on_epoch(report));
    }

    /// Adds a report to the curves.
    fn draw_step(&mut self, report: &StepReport) {
        let steps = u64::from(report.steps);
        self.training.push(report.step, steps, report.scores);
        self.rates.push(report.step, steps, report.learning_rate.effective());
        if report.samples > 0 && report.seconds > 0.0 {
            self.speeds.push(report.step, steps, report.samples_per_second());
        }
        self.timeline.on_step(report.step, report.time);
    }

    /// Adds what a measured step did to the weights.
    pub fn on_seen(&mut self, seen: &StepSeen) {
        self.gradients.push(seen.step, 1, seen.gradient);
        if let Some(update) = seen.update {
            self.updates.push(seen.step, 1, update);
        }
    }

    /// Marks what happened at a step.
    pub fn mark(&mut self, step: u64, kind: MarkKind, text: &str) {
        mark::add(&mut self.marks, Mark { step, kind, text: clean(text) });
    }

    /// Takes in a step report.
    pub fn on_step(&mut self, report: StepReport) {
        let before = self.last.map(|last| (last.step, last.learning_rate));
        if let Some((step, rate)) = before.filter(|(_, rate)| rate.factor != report.learning_rate.factor) {
            // What the schedule makes of the rate is no change: only a person, or a halving, sets the factor.
            let (was, is) = (rate.effective(), report.learning_rate.effective());
            let text = format!("learning rate {} to {}", format::number(was), format::number(is));
            self.mark(step, MarkKind::Change, &text);
        } else if let (None, Some(past)) = (before, self.training.loss.last()) {
            self.mark(past.step, MarkKind::Resume, "resumed");
        }
        self.draw_step(&report);
        // A time that is NaN or negative counts as none.
        let taken = if report.seconds.is_finite() { report.seconds.max(0.0) } else { 0.0 };
        self.seconds += taken;
        // Where nobody has looked at the clock, the time is 0.
        if report.time > 0.0 {
            self.began.get_or_insert(report.time - taken);
        }
        match self.recent.back_mut().filter(|(_, seconds)| seconds + taken <= CLOSE) {
            Some((samples, seconds)) => {
                *samples = samples.saturating_add(report.samples);
                *seconds += taken;
            }
            None => self.recent.push_back((report.samples, taken)),
        }
        let mut seconds: f64 = self.recent.iter().map(|(_, seconds)| seconds).sum();
        while let Some(&(_, oldest)) = self.recent.front()
            && seconds - oldest >= RECENT
        {
            self.recent.pop_front();
            seconds -= oldest;
        }
        self.last = Some(report);
        // Only a step after the grant of the request uses the rate that was asked for.
        self.wished_rate = self.wished_rate.filter(|wish| !wish.is_granted);
    }

    /// Recent training throughput; over the whole training once it has ended.
    pub fn samples_per_second(&self) -> f64 {
        if let Some(finish) = self.finish {
            return finish.samples_per_second;
        }
        let sum = |sum: (u64, f64), one: &(u64, f64)| (sum.0.saturating_add(one.0), sum.1 + one.1);
        let (samples, seconds) = self.recent.iter().fold((0, 0.0), sum);
        if seconds > 0.0 { samples as f64 / seconds } else { 0.0 }
    }

    /// Takes in the histograms of a step.
    pub fn on_histograms(&mut self, new: &Histograms) {
        for (tag, histogram) in &new.by_tag {
            let step = new.step.cast_signed();
            let Some(what) = Distribution::new(step, &histogram.buckets()) else { continue };
            let known = self.histograms.iter().position(|(known, _)| known == tag);
            if known.is_none() && self.histograms.len() >= HISTOGRAMS {
                continue;
            }
            let place = known.unwrap_or_else(|| {
                self.histograms.push((tag.clone(), Sampled::default()));
                self.histograms.len() - 1
            });
            self.histograms[place].1.push(AtStep { step, what }, DISTRIBUTIONS);
        }
    }

    /// The time of steps by their parts: of the last seconds where the worker has told, else of the last epoch.
    pub fn step_time(&self) -> StepTime {
        let told = self.usage.as_ref().map(|usage| usage.parts).filter(|parts| parts.steps > 0);
        told.or(self.epochs.back().map(|epoch| epoch.parts)).unwrap_or_default()
    }

    /// The learning rate that the optimizer used last; before the first step, the one that it will use.
    pub fn rate(&self) -> LearningRate {
        self.last.map_or(self.info.learning_rate, |report| report.learning_rate)
    }

    /// Takes in that a checkpoint is on disk.
    pub fn on_checkpoint(&mut self, step: u64) {
        self.checkpoints.retain(|there| *there != step);
        self.checkpoints.push_back(step);
        if self.checkpoints.len() > CHECKPOINTS {
            self.checkpoints.pop_front();
        }
    }

    /// Takes in a change of a setting.
    pub fn on_steered(&mut self, SettingChange { steered, extent, .. }: SettingChange) {
        self.take_extent(extent);
        // A step whose rate has another factor marks that itself.
        if steered.path != Change::LEARNING_RATE {
            let text = format!("{} {} (was {})", steered.path, steered.value, steered.before);
            self.mark(steered.step, MarkKind::Change, &text);
        }
        self.info.steered.push(steered);
    }

    /// Takes in that the training went back to a checkpoint: what was reported of later steps no longer counts.
    pub fn on_went_back(&mut self, WentBack { step, steered, extent }: WentBack) {
        for curves in [&mut self.training, &mut self.validation] {
            curves.loss.forget_after(step);
            curves.accuracy.forget_after(step);
            curves.metrics.iter_mut().for_each(|(_, series)| series.forget_after(step));
        }
        [&mut self.rates, &mut self.speeds, &mut self.gradients, &mut self.updates]
            .into_iter()
            .for_each(|series| series.forget_after(step));
        self.timeline.forget_after(step);
        self.marks.retain(|mark| mark.step <= step);
        self.epochs.retain(|report| report.step <= step);
        self.checkpoints.retain(|there| *there <= step);
        self.take_extent(extent);
        self.info.steered = steered;
        let epoch = self.epochs.back().map_or(1, |done| done.epoch.saturating_add(1));
        self.last = self.last.map(|last| StepReport { step, epoch, ..last });
        self.wished_rate = None;
    }

    fn take_extent(&mut self, Extent { epochs, steps_per_epoch, steps, epoch_ends }: Extent) {
        self.timeline.steps_per_epoch = steps_per_epoch;
        let info = &mut self.info;
        (info.epochs, info.steps_per_epoch) = (epochs, steps_per_epoch);
        (info.steps, info.epoch_ends) = (steps, epoch_ends);
    }

    /// The settings that can be changed while it trains, with the values that hold.
    pub fn settings(&self) -> Vec<Steerable> {
        let base = &self.info.preset;
        let now = self.info.steered.iter().fold(base.clone(), |now, steered| {
            match Change::read(base, &steered.assignment()) {
                Ok(change) => change.applied(base, &now),
                // A worker of another version may be able to change more.
                Err(_) => now,
            }
        });
        let mut settings = steerable(base, &now);
        let rate = settings.iter_mut().find(|setting| setting.path == Change::LEARNING_RATE);
        if let Some(rate) = rate {
            rate.value = self.rate().effective().to_string();
        }
        settings
    }

    /// Takes in an epoch report.
    pub fn on_epoch(&mut self, report: EpochReport) {
        if let Some(scores) = report.validation {
            self.validation.push(report.step, self.info.steps_per_epoch.max(1), scores);
        }
        self.timeline.on_epoch(report.step, report.epoch);
        self.epochs.push_back(report);
        if self.epochs.len() > EPOCHS {
            self.epochs.pop_front();
        }
    }

    /// Steps done.
    pub fn step(&self) -> u64 {
        self.finish.map_or(0, |finish| finish.steps).max(self.last.map_or(0, |report| report.step))
    }

    /// Steps done in the epoch in progress, and of how many.
    pub fn step_in_epoch(&self) -> (u64, u64) {
        let per_epoch = self.info.steps_per_epoch.max(1);
        let (step, ends) = (self.step(), self.info.epoch_ends);
        if step == 0 {
            return (0, per_epoch);
        }
        // Epochs may have had another number of steps before that in progress.
        let done = match step.checked_sub(ends.saturating_add(1)) {
            Some(further) => further % per_epoch + 1,
            None => per_epoch.saturating_sub(ends - step),
        };
        (done, per_epoch)
    }

    /// The epoch in progress, from 1.
    pub fn epoch(&self) -> u32 {
        // A run that was opened has no step of its own.
        let known = self.last.map(|report| report.epoch).or(self.epochs.back().map(|report| report.epoch));
        known.unwrap_or(1)
    }

    /// Seconds until all epochs' steps are done, at the present throughput, or at so many steps a second where that is slower.
    pub fn seconds_left(&self, tempo: Option<f64>) -> Option<f64> {
        let rate = self.samples_per_second();
        if self.finish.is_some() || rate <= 0.0 {
            return None;
        }
        let per_epoch = self.info.samples.0 as f64;
        let (done, of) = self.step_in_epoch();
        let epochs = f64::from(self.info.epochs);
        let epochs_done = f64::from(self.epoch()) - 1.0 + done as f64 / of as f64;
        let left = (epochs - epochs_done).max(0.0);
        let at_tempo = tempo.map_or(0.0, |steps| left * of as f64 / steps);
        Some((left * per_epoch / rate).max(at_tempo))
    }

    /// Whether it has ended, given what the worker does.
    pub fn is_over(&self, phase: Phase) -> bool {
        self.finish.is_some() || phase == Phase::Idle
    }
}
