//! Trials of searches among our own runs: where there are many, they are hidden.

use super::{Item, Runs};
use crate::run::Overview;

/// So many trials of searches stand among the other runs; where there are more, they are hidden.
pub const FEW_TRIALS: usize = 10;

impl Runs {
    /// Shows the trials of searches, or hides them again.
    pub fn toggle_trials(&mut self) {
        self.shows_trials = !self.shows_trials;
        self.resort();
    }

    /// How many trials of searches are hidden: all of them, where they are many. Whoever filters the list finds them.
    pub fn hidden_trials(&self) -> usize {
        if self.shows_trials || !self.filter.trim().is_empty() {
            return 0;
        }
        Some(self.trials()).filter(|count| *count > FEW_TRIALS).unwrap_or(0)
    }

    /// How many of our own runs are trials of searches, where these are listed.
    pub fn trials(&self) -> usize {
        let list = self.list.as_deref().filter(|_| !self.shows_watched);
        list.map_or(0, |list| list.iter().filter(|run| run.is_trial()).count())
    }
}

impl Item<'_> {
    /// Whether it is a trial of a search.
    pub(super) fn is_trial(self) -> bool {
        self.own().is_some_and(Overview::is_trial)
    }
}
