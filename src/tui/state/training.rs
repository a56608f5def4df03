//! The training that runs, or the last one that ran.

use std::collections::VecDeque;

use super::abscissa::Timeline;
use super::history::Series;
use super::mark::{self, Mark, MarkKind};
use crate::run::text::clean;
use crate::tui::format;
use crate::worker::{
    EpochReport, Finish, LearningRate, Metric, Past, Phase, RequestId, RunInfo, Scores, StepReport,
    TrainingPhase, Usage,
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
    /// When its steps were made.
    pub timeline: Timeline,
    /// What happened, in the order in which it was told.
    pub marks: Vec<Mark>,
    /// The newest step report.
    pub last: Option<StepReport>,
    /// The newest epochs that are done, at most [`EPOCHS`].
    pub epochs: VecDeque<EpochReport>,
    /// How it ended.
    pub finish: Option<Finish>,
    /// The learning rate that a person asked for and that no step has used yet.
    pub wished_rate: Option<WishedRate>,
    /// What it takes of the machine, where it has said so.
    pub usage: Option<Usage>,
    /// Samples and seconds of the newest reports, for the recent throughput.
    recent: VecDeque<(u64, f64)>,
    /// Seconds of training so far, as far as they were reported.
    pub seconds: f64,
}

/// Seconds of training over which the recent throughput is taken.
const RECENT: f64 = 1.0;
/// Reports that lie closer together than this are counted as one.
const CLOSE: f64 = RECENT / 64.0;
/// The most epochs that are kept: no screen shows more.
const EPOCHS: usize = 500;
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
        Training {
            training: Curves::default(),
            validation: Curves::default(),
            rates: Series::default(),
            speeds: Series::default(),
            timeline: Timeline::new(info.steps_per_epoch),
            marks: info.phases.iter().take(PHASES).map(begin).collect(),
            info,
            last: None,
            epochs: VecDeque::new(),
            finish: None,
            wished_rate: None,
            usage: None,
            recent: VecDeque::new(),
            seconds: 0.0,
        }
    }

    /// Takes in what the run reported before it was resumed.
    pub fn on_past(&mut self, past: Past) {
        past.steps.iter().for_each(|report| self.draw_step(report));
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

    /// The learning rate that the optimizer used last; before the first step, the one that it will use.
    pub fn rate(&self) -> LearningRate {
        self.last.map_or(self.info.learning_rate, |report| report.learning_rate)
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
        let step = self.step();
        let done = if step == 0 { 0 } else { (step - 1) % per_epoch + 1 };
        (done, per_epoch)
    }

    /// The epoch in progress, from 1.
    pub fn epoch(&self) -> u32 {
        // A run that was opened has no step of its own.
        let known = self.last.map(|report| report.epoch).or(self.epochs.back().map(|report| report.epoch));
        known.unwrap_or(1)
    }

    /// Seconds until all epochs' steps are done, at the present throughput.
    pub fn seconds_left(&self) -> Option<f64> {
        let rate = self.samples_per_second();
        if self.finish.is_some() || rate <= 0.0 {
            return None;
        }
        let per_epoch = self.info.samples.0 as f64;
        let (done, of) = self.step_in_epoch();
        let epochs = f64::from(self.info.epochs);
        let epochs_done = f64::from(self.epoch()) - 1.0 + done as f64 / of as f64;
        Some(((epochs - epochs_done).max(0.0) * per_epoch) / rate)
    }

    /// Whether it has ended, given what the worker does.
    pub fn is_over(&self, phase: Phase) -> bool {
        self.finish.is_some() || phase == Phase::Idle
    }
}
