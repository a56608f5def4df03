//! Looks after a training while it goes on: what goes wrong is told, with what to try.

use std::time::{Duration, Instant};

use super::Session;
use crate::train::diagnostics::{Diagnostics, Finding};
use crate::train::{EpochReport, StepReport, StepSeen, Training};
use crate::worker::protocol::Event;

/// The first step that is measured, and how many times as far the next one is.
const FIRST: u64 = 5;
const FURTHER: f64 = 1.5;
/// About how many measured steps are drawn in a training. They say nothing of what goes wrong.
const DRAWN: u64 = 500;
/// How many times what a measured step took lies between two of them: so they cost less than a hundredth of the training.
const APART: f64 = 100.0;
/// A measurement is repeated after this many times what it took: so it costs less than a hundredth of the training.
const SHARE: u32 = 300;

/// When steps are measured, and what was found.
pub(super) struct Watch {
    diagnostics: Diagnostics,
    /// The next step that is looked at for what goes wrong, and the earliest moment.
    next: u64,
    not_before: Instant,
    /// The next step that is measured for the curves, and the earliest moment.
    next_drawn: u64,
    not_drawn_before: Instant,
    /// The step in progress is measured: for the curves, or also for what goes wrong.
    measures: Option<For>,
}

/// What a step is measured for.
#[derive(Clone, Copy, PartialEq)]
enum For {
    Curves,
    Findings,
}

impl Default for Watch {
    fn default() -> Self {
        Watch {
            diagnostics: Diagnostics::default(),
            next: FIRST,
            not_before: Instant::now(),
            next_drawn: 0,
            not_drawn_before: Instant::now(),
            measures: None,
        }
    }
}

impl Watch {
    /// The training has gone back to this step: those that follow it are measured again.
    fn went_back(&mut self, step: u64) {
        (self.next, self.next_drawn, self.measures) = (step.max(FIRST), step, None);
    }

    /// Before a step.
    fn before(&mut self, training: &mut dyn Training) {
        let done = training.step();
        let now = Instant::now();
        if done >= self.next && now >= self.not_before {
            self.measures = Some(For::Findings);
            self.next = ((done as f64 * FURTHER) as u64).max(done + 1);
        } else if done >= self.next_drawn && now >= self.not_drawn_before {
            self.measures = Some(For::Curves);
        } else {
            return;
        }
        self.next_drawn = done + (training.steps() / DRAWN).max(1);
        training.watch_next_step();
    }

    /// After a step: what it did, where it was measured, and what goes wrong.
    fn after(&mut self, training: &mut dyn Training, step: &StepReport) -> (Option<StepSeen>, Vec<Finding>) {
        let Some(measured) = self.measures.take() else { return (None, Vec::new()) };
        let since = Instant::now();
        // A device that fails here fails in the next step as well, which says so.
        let probe = training.probe(measured == For::Findings).ok().flatten();
        let seen = probe.as_ref().and_then(|probe| probe.seen(step.step));
        let cost = since.elapsed().max(Duration::from_micros(100));
        self.not_drawn_before = Instant::now() + Duration::from_secs_f64(step.seconds * APART);
        if measured == For::Curves {
            return (seen, Vec::new());
        }
        let found =
            probe.map(|probe| self.diagnostics.on_probe(&probe, step.scores.loss)).unwrap_or_default();
        self.not_before = Instant::now() + cost * SHARE;
        (seen, found)
    }
}

impl Session<'_> {
    /// What the samples show before the first step.
    pub(super) fn look_at_data(&mut self) {
        let found = self.watch.diagnostics.begin(self.training);
        self.tell_findings(found);
    }

    /// After going back to a step.
    pub(super) fn look_again_from(&mut self, step: u64) {
        self.watch.went_back(step);
    }

    /// Before a step: whether it is measured.
    pub(super) fn watch_step(&mut self) {
        self.watch.before(self.training);
    }

    /// After a step: what it shows, where it was measured.
    pub(super) fn look_at_step(&mut self, step: &StepReport) {
        let (seen, found) = self.watch.after(self.training, step);
        if let Some(seen) = seen {
            self.keeper.seen(&seen);
            self.outbox.send(Event::Seen(seen));
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::{DeviceChoice, Preset};
    use crate::train::{Progress, prepare};

    /// Makes steps until so many are done; returns which were measured, as if time did not matter.
    fn measured_to(watch: &mut Watch, training: &mut dyn Training, end: u64) -> Vec<u64> {
        let mut measured = Vec::new();
        while training.step() < end {
            (watch.not_before, watch.not_drawn_before) = (Instant::now(), Instant::now());
            watch.before(training);
            if let Progress::Stepped(step) = training.advance().unwrap() {
                let (seen, _) = watch.after(training, &step);
                measured.extend(seen.map(|seen| seen.step));
            }
        }
        measured
    }

    #[test]
    fn steps_are_measured_again_after_a_training_has_gone_back() {
        let preset: Preset = ron::from_str(
            r#"(name: "a", title: "", data: (source: iris), layers: [Dense(units: 3, activation: softmax)],
                loss: categorical_crossentropy, optimizer: SGD(), train: (epochs: 500, batch_size: 60))"#,
        )
        .unwrap();
        let mut training = prepare(&preset.on_built_in_data(), DeviceChoice::Cpu).unwrap().training;
        let mut watch = Watch::default();
        measured_to(&mut watch, &mut *training, 4);
        let early = training.snapshot().unwrap();
        let first = measured_to(&mut watch, &mut *training, 100);
        training.restore(early).unwrap();
        watch.went_back(4);
        let again = measured_to(&mut watch, &mut *training, 100);
        assert!(first.len() > 10 && again.len() >= first.len(), "{first:?}, then {again:?}");
        assert!(again[0] <= first[0], "{first:?}, then {again:?}");
    }
}
