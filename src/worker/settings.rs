//! The settings of a run that a person changes while it trains: what holds now, and what is made again when the run is resumed
//! from a checkpoint before.

use crate::preset::{Assignment, Change, Preset, steerable};
use crate::run::Steered;
use crate::train::{Extent, Training};

/// The settings of a training, and how they were changed.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// The settings with which the run began.
    base: Preset,
    /// Those that hold now.
    now: Preset,
    /// All changes, in the order of their steps.
    made: Vec<Steered>,
    /// How many of them the training has; the others follow at their steps.
    applied: usize,
}

impl Settings {
    /// The settings of a run that began as `base` says, with the changes that were made before it was resumed.
    pub fn new(base: Preset, made: Vec<Steered>) -> Self {
        Settings { now: base.clone(), base, made, applied: 0 }
    }

    /// The settings with which the run began.
    pub fn base(&self) -> &Preset {
        &self.base
    }

    /// All changes, in the order of their steps.
    pub fn made(&self) -> &[Steered] {
        &self.made
    }

    /// The changes that the training has.
    pub fn applied(&self) -> &[Steered] {
        &self.made[..self.applied]
    }

    /// Gives a training the settings that it had when it came to `step`; called before a checkpoint of that step is restored.
    /// Changes of that very step are due afterwards.
    ///
    /// # Errors
    /// When the training refuses them.
    pub fn take_up(&mut self, training: &mut dyn Training, step: u64) -> Result<(), String> {
        let applied = self.made.partition_point(|steered| steered.step < step);
        let now = self.made[..applied].iter().try_fold(self.base.clone(), |now, steered| {
            Change::read(&self.base, &steered.assignment()).map(|change| change.applied(&self.base, &now))
        })?;
        training.steer(&now)?;
        (self.now, self.applied) = (now, applied);
        Ok(())
    }

    /// Gives the training the settings that hold, where the checkpoint that was restored had others.
    ///
    /// # Errors
    /// When the training refuses them.
    pub fn settle(&self, training: &mut dyn Training) -> Result<(), String> {
        training.steer(&self.now)
    }

    /// Makes the next change again that was made at this step or before, if there is one.
    ///
    /// # Errors
    /// When the training refuses it; it is then forgotten.
    pub fn make_again(&mut self, training: &mut dyn Training) -> Option<Result<Steered, String>> {
        let next = self.made.get(self.applied).filter(|next| next.step <= training.step())?.clone();
        let change = Change::read(&self.base, &next.assignment());
        Some(match change.and_then(|change| self.change(training, &change)) {
            Ok(()) => {
                self.applied += 1;
                Ok(next)
            }
            Err(problem) => {
                self.made.remove(self.applied);
                Err(format!("{next}: {problem}"))
            }
        })
    }

    /// Changes a setting from the next step on. `None` where it has this value already.
    ///
    /// # Errors
    /// Why the training does not take it, as a sentence.
    pub fn steer(
        &mut self,
        training: &mut dyn Training,
        assignment: &Assignment,
    ) -> Result<Option<Steered>, String> {
        let change = Change::read(&self.base, assignment)?;
        let path = change.path(&self.base);
        let before = self.value(training, &path);
        self.change(training, &change)?;
        let value = self.value(training, &path);
        if value == before {
            return Ok(None);
        }
        let steered = Steered::now(training.step(), Assignment { path, value }, before);
        self.made.insert(self.applied, steered.clone());
        self.applied += 1;
        Ok(Some(steered))
    }

    /// Forgets the changes that were made after `step` steps or later.
    pub fn forget_from(&mut self, step: u64) {
        self.made.retain(|steered| steered.step < step);
        self.applied = self.applied.min(self.made.len());
    }

    /// Forgets the changes of the learning rate that were made after `step` steps or later.
    pub fn forget_rates_from(&mut self, step: u64) {
        let is_kept = |steered: &Steered| steered.step < step || steered.path != Change::LEARNING_RATE;
        self.applied = self.made[..self.applied].iter().filter(|steered| is_kept(steered)).count();
        self.made.retain(is_kept);
    }

    fn change(&mut self, training: &mut dyn Training, change: &Change) -> Result<(), String> {
        if let Change::LearningRate(rate) = change {
            training.set_rate_factor(training.learning_rate().factor_for(*rate)?);
            return Ok(());
        }
        let next = change.applied(&self.base, &self.now);
        let Extent { epochs, .. } = training.extent();
        // Of a procedure of several phases, the preset's epochs are those of the last one.
        let before = epochs - self.now.train.epochs.min(epochs);
        let progress = training.epoch();
        if next.train.epochs != self.now.train.epochs && before + next.train.epochs < progress.max(1) {
            return Err(format!(
                "epoch {} is in progress: {} can be that at least",
                progress - before.min(progress),
                Change::EPOCHS
            ));
        }
        training.steer(&next)?;
        self.now = next;
        Ok(())
    }

    /// The value of a setting, as a preset writes it.
    fn value(&self, training: &dyn Training, path: &str) -> String {
        if path == Change::LEARNING_RATE {
            return training.learning_rate().effective().to_string();
        }
        let settings = steerable(&self.base, &self.now);
        settings
            .into_iter()
            .find(|setting| setting.path == path)
            .map(|setting| setting.value)
            .unwrap_or_default()
    }
}
