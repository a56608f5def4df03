//! Looks after a training while it goes on: what goes wrong is told, with what to try.

use std::time::{Duration, Instant};

use super::Session;
use crate::train::diagnostics::{Diagnostics, Finding};
use crate::train::{EpochReport, StepReport, Training};
use crate::worker::protocol::Event;

/// The first step that is measured, and how many times as far the next one is.
const FIRST: u64 = 5;
const FURTHER: f64 = 1.5;
/// A measurement is repeated after this many times what it took: so it costs less than a hundredth of the training.
const SHARE: u32 = 300;

/// When steps are measured, and what was found.
pub(super) struct Watch {
    diagnostics: Diagnostics,
    /// The next step that is measured, and the earliest moment.
    next: u64,
    not_before: Instant,
    /// The step in progress is measured.
    is_watching: bool,
}

impl Default for Watch {
    fn default() -> Self {
        Watch {
            diagnostics: Diagnostics::default(),
            next: FIRST,
            not_before: Instant::now(),
            is_watching: false,
        }
    }
}

impl Watch {
    /// Before a step.
    fn before(&mut self, training: &mut dyn Training) {
        let done = training.step();
        if done >= self.next && Instant::now() >= self.not_before {
            self.next = ((done as f64 * FURTHER) as u64).max(done + 1);
            self.is_watching = true;
            training.watch_next_step();
        }
    }

    /// After a step.
    fn after(&mut self, training: &mut dyn Training, step: &StepReport) -> Vec<Finding> {
        if !std::mem::take(&mut self.is_watching) {
            return Vec::new();
        }
        let since = Instant::now();
        // A device that fails here fails in the next step as well, which says so.
        let probe = training.probe().ok().flatten();
        let found =
            probe.map(|probe| self.diagnostics.on_probe(&probe, step.scores.loss)).unwrap_or_default();
        let cost = since.elapsed().max(Duration::from_micros(100));
        self.not_before = Instant::now() + cost * SHARE;
        found
    }
}

impl Session<'_> {
    /// What the samples show before the first step.
    pub(super) fn look_at_data(&mut self) {
        let found = self.watch.diagnostics.begin(self.training);
        self.tell_findings(found);
    }

    /// Before a step: whether it is measured.
    pub(super) fn watch_step(&mut self) {
        self.watch.before(self.training);
    }

    /// After a step: what it shows, where it was measured.
    pub(super) fn look_at_step(&mut self, step: &StepReport) {
        let found = self.watch.after(self.training, step);
        self.tell_findings(found);
    }

    /// What an epoch shows.
    pub(super) fn look_at_epoch(&mut self, epoch: &EpochReport) {
        let found = self.watch.diagnostics.on_epoch(epoch);
        self.tell_findings(found);
    }

    fn tell_findings(&mut self, found: Vec<Finding>) {
        for finding in found {
            self.keeper.line(&format!("found: {finding}"));
            self.outbox.send(Event::Found(Box::new(finding)));
        }
    }
}
