//! What a training tells of itself: data that serialises, so that the same words reach the log, a socket and a screen.

use serde::{Deserialize, Serialize};

use super::metrics::Scores;
use super::step_time::StepTime;

/// The learning rate of a step, by what it is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LearningRate {
    /// The optimizer's rate, as the preset has it.
    pub base: f64,
    /// What the schedule makes of it at this step.
    pub scheduled: f64,
    /// What the person, or a halving after a loss that was not finite, made of the scheduled rate, as a factor.
    pub factor: f64,
}

impl LearningRate {
    /// A rate that nothing changes.
    pub fn constant(rate: f64) -> Self {
        LearningRate { base: rate, scheduled: rate, factor: 1.0 }
    }

    /// The rate that the optimizer uses.
    pub fn effective(&self) -> f64 {
        self.scheduled * self.factor
    }

    /// What the schedule makes of the base rate, as a factor.
    pub fn schedule_factor(&self) -> f64 {
        if self.base > 0.0 { self.scheduled / self.base } else { 0.0 }
    }

    /// The factor that makes `rate` the effective rate at this step.
    ///
    /// # Errors
    /// When no factor does: the rate is not above 0, or the schedule is at 0.
    pub fn factor_for(&self, rate: f64) -> Result<f64, String> {
        if !(rate.is_finite() && rate > 0.0) {
            return Err(format!("a learning rate of {rate} is not above zero"));
        }
        let factor = rate / self.scheduled;
        if !factor.is_finite() {
            return Err(
                "the schedule sets the learning rate to 0 at this step: no factor changes that".into()
            );
        }
        Ok(factor)
    }
}

/// How far a training goes, as its settings are now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Epochs of all its phases together.
    pub epochs: u32,
    /// Steps of an epoch.
    pub steps_per_epoch: u64,
    /// Steps of all its phases together.
    pub steps: u64,
    /// The step that ends the epoch in progress, or the last one where none is in progress.
    pub epoch_ends: u64,
}

/// One step, or several summed up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepReport {
    /// Steps done so far.
    pub step: u64,
    /// The epoch in progress, from 1.
    pub epoch: u32,
    /// Mean scores of the steps that this report stands for, penalties included.
    pub scores: Scores,
    /// Steps that this report stands for.
    pub steps: u32,
    /// The learning rate of the last of them.
    pub learning_rate: LearningRate,
    /// Samples in them.
    pub samples: u64,
    /// Seconds that they took, evaluations and pauses not counted.
    pub seconds: f64,
    /// When the last of them ended, in seconds since 1970; 0 where nobody has looked at the clock.
    #[serde(default)]
    pub time: f64,
}

/// What a step that was measured did to the weights.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepSeen {
    /// Steps done so far, this one included.
    pub step: u64,
    /// The Euclidean norm of all gradients together, before clipping.
    pub gradient: f64,
    /// The share by which it changed the kernels, of which half moved more; `None` where there are none.
    pub update: Option<f64>,
}

/// A part of a training whose curves are about something else than those before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainingPhase {
    /// Steps done when it begins.
    pub begin: u64,
    /// What is learned: `pretraining dense_1`.
    pub name: String,
}

impl StepReport {
    /// Training throughput.
    pub fn samples_per_second(&self) -> f64 {
        rate(self.samples, self.seconds)
    }

    /// One report for the steps of both: means weighted by steps, sums, and the rest from the newer.
    pub fn and(&self, newer: &StepReport) -> StepReport {
        let steps = self.steps.saturating_add(newer.steps);
        let share = f64::from(newer.steps) / f64::from(steps.max(1));
        StepReport {
            scores: self.scores.mean(&newer.scores, share),
            steps,
            samples: self.samples.saturating_add(newer.samples),
            seconds: self.seconds + newer.seconds,
            ..*newer
        }
    }
}

/// One epoch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochReport {
    /// Its number, from 1.
    pub epoch: u32,
    /// Steps done so far.
    pub step: u64,
    /// Means over the epoch's steps.
    pub training: Scores,
    /// The validation set's, at its end, where samples are held out.
    pub validation: Option<Scores>,
    /// The effective learning rate of its last step.
    pub learning_rate: f64,
    /// Its samples.
    pub samples: u64,
    /// Seconds in its steps, evaluation not counted.
    pub seconds: f64,
    /// The same by parts; 0 where nobody has measured them.
    #[serde(default)]
    pub parts: StepTime,
}

impl EpochReport {
    /// Its training throughput.
    pub fn samples_per_second(&self) -> f64 {
        rate(self.samples, self.seconds)
    }
}

/// Samples a second; 0 where no time was measured.
pub fn rate(samples: u64, seconds: f64) -> f64 {
    if seconds > 0.0 { samples as f64 / seconds } else { 0.0 }
}

/// Why a training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// All epochs are done.
    Completed,
    /// Somebody stopped it.
    Stopped,
    /// Early stopping.
    StoppedEarly,
}

impl Outcome {
    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Completed => "finished",
            Outcome::Stopped => "stopped",
            Outcome::StoppedEarly => "stopped early",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_for_a_rate_becomes_a_factor_of_the_scheduled_one() {
        let rate = LearningRate { base: 0.5, scheduled: 0.125, factor: 0.5 };
        assert_eq!((rate.effective(), rate.schedule_factor()), (0.0625, 0.25));
        assert_eq!(rate.factor_for(0.25), Ok(2.0));
        assert!(rate.factor_for(0.0).is_err() && rate.factor_for(f64::NAN).is_err());
        let at_zero = LearningRate { scheduled: 0.0, ..rate };
        assert!(at_zero.factor_for(0.04).unwrap_err().contains("schedule"));
    }

    #[test]
    fn two_reports_become_one_that_counts_both() {
        let report = |step, loss, steps| StepReport {
            step,
            epoch: 1,
            scores: Scores { loss, ..Scores::default() },
            steps,
            learning_rate: LearningRate::constant(0.1),
            samples: 10 * u64::from(steps),
            seconds: 0.5 * f64::from(steps),
            time: 0.0,
        };
        let sum = report(1, 4.0, 1).and(&report(4, 1.0, 3));
        assert_eq!((sum.step, sum.steps, sum.samples, sum.seconds), (4, 4, 40, 2.0));
        assert_eq!((sum.scores.loss, sum.samples_per_second()), (1.75, 20.0));
    }
}
