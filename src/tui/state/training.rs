//! The training that runs, or the last one that ran.

use std::collections::VecDeque;

use super::history::Series;
use crate::worker::{
    EpochReport, Finish, LearningRate, Metric, Past, Phase, RequestId, RunInfo, Scores, StepReport,
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

/// What one chart shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChartContent {
    /// The share of right answers.
    Accuracy,
    /// Metrics that are read against each other.
    Metrics(Vec<Metric>),
}

/// Metrics that say more side by side, with the title of their chart.
const TOGETHER: [(&str, &[Metric]); 4] = [
    ("G and D", &[Metric::GeneratorLoss, Metric::DiscriminatorLoss]),
    ("Taken for real", &[Metric::ScoreReal, Metric::ScoreGenerated]),
    ("Free energy", &[Metric::FreeEnergy, Metric::FreeEnergyHeldOut]),
    ("Precision, recall, F1", &[Metric::Precision, Metric::Recall, Metric::F1]),
];

impl ChartContent {
    /// The title of the chart.
    pub fn title(&self) -> String {
        match self {
            ChartContent::Accuracy => "Accuracy".into(),
            ChartContent::Metrics(metrics) => {
                let together =
                    TOGETHER.iter().find(|(_, all)| metrics.len() > 1 && all.contains(&metrics[0]));
                let only = || metrics.first().map_or("", |metric| metric.title()).to_owned();
                together.map_or_else(only, |(title, _)| (*title).to_owned())
            }
        }
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
    /// The newest step report.
    pub last: Option<StepReport>,
    /// The newest epochs that are done, at most [`EPOCHS`].
    pub epochs: VecDeque<EpochReport>,
    /// How it ended.
    pub finish: Option<Finish>,
    /// The learning rate that a person asked for and that no step has used yet.
    pub wished_rate: Option<WishedRate>,
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

impl Training {
    /// A training that begins.
    pub fn new(info: RunInfo) -> Self {
        Training {
            info,
            training: Curves::default(),
            validation: Curves::default(),
            last: None,
            epochs: VecDeque::new(),
            finish: None,
            wished_rate: None,
            recent: VecDeque::new(),
            seconds: 0.0,
        }
    }

    /// Takes in what the run reported before it was resumed.
    pub fn on_past(&mut self, past: Past) {
        for report in past.steps {
            self.training.push(report.step, u64::from(report.steps), report.scores);
        }
        past.epochs.into_iter().for_each(|report| self.on_epoch(report));
    }

    /// Takes in a step report.
    pub fn on_step(&mut self, report: StepReport) {
        self.training.push(report.step, u64::from(report.steps), report.scores);
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
        self.epochs.push_back(report);
        if self.epochs.len() > EPOCHS {
            self.epochs.pop_front();
        }
    }

    /// What there is to draw beside the loss, in the order of the charts.
    pub fn charts(&self) -> Vec<ChartContent> {
        let has_accuracy = self.training.accuracy.last().or(self.validation.accuracy.last()).is_some();
        // Before the first step an accuracy can only be expected.
        let is_expected = self.last.is_none() && self.info.predicts_classes;
        let mut charts: Vec<ChartContent> =
            (has_accuracy || is_expected).then_some(ChartContent::Accuracy).into_iter().collect();
        for (metric, _) in self.training.metrics.iter().chain(&self.validation.metrics) {
            let together = TOGETHER.iter().find(|(_, all)| all.contains(metric)).map(|(_, all)| *all);
            let beside = charts.iter_mut().find_map(|chart| match chart {
                ChartContent::Metrics(others)
                    if others.contains(metric)
                        || together.is_some_and(|all| others.iter().any(|other| all.contains(other))) =>
                {
                    Some(others)
                }
                _ => None,
            });
            match beside {
                Some(others) if !others.contains(metric) => others.push(*metric),
                Some(_) => {}
                None => charts.push(ChartContent::Metrics(vec![*metric])),
            }
        }
        charts
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
