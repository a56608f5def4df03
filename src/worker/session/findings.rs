//! Looks after a training while it goes on: what goes wrong is told, with what to try.

use std::time::{Duration, Instant};

use super::Session;
use crate::run::Histograms;
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
/// About how many steps of a training histograms are kept of.
const KEPT: u64 = 96;

/// When steps are measured, and what was found.
pub(super) struct Watch {
    diagnostics: Diagnostics,
    /// The next step that is looked at for what goes wrong, and the earliest moment.
    next: u64,
    not_before: Instant,
    /// The next step that is measured for the curves, and the earliest moment.
    next_drawn: u64,
    not_drawn_before: Instant,
    /// The next step of which histograms are kept, and the earliest moment.
    next_kept: u64,
    not_kept_before: Instant,
    /// What the step in progress is measured for, beside the curves.
    measures: Option<For>,
}

/// What a measured step is measured for, beside the curves.
#[derive(Clone, Copy)]
struct For {
    findings: bool,
    histograms: bool,
}

/// What a measured step showed.
#[derive(Default)]
struct Shown {
    seen: Option<StepSeen>,
    histograms: Option<Histograms>,
    found: Vec<Finding>,
}

impl Default for Watch {
    fn default() -> Self {
        Watch {
            diagnostics: Diagnostics::default(),
            next: FIRST,
            not_before: Instant::now(),
            next_drawn: 0,
            not_drawn_before: Instant::now(),
            next_kept: 0,
            not_kept_before: Instant::now(),
            measures: None,
        }
    }
}

impl Watch {
    /// The training has gone back to this step: those that follow it are measured again.
    fn went_back(&mut self, step: u64) {
        (self.next, self.next_drawn, self.next_kept, self.measures) = (step.max(FIRST), step, step, None);
        self.diagnostics.forget_losses();
    }

    /// Before a step.
    fn before(&mut self, training: &mut dyn Training) {
        let done = training.step();
        let now = Instant::now();
        let findings = done >= self.next && now >= self.not_before;
        let histograms = done >= self.next_kept && now >= self.not_kept_before;
        if !findings && !histograms && (done < self.next_drawn || now < self.not_drawn_before) {
            return;
        }
        if findings {
            self.next = ((done as f64 * FURTHER) as u64).max(done + 1);
        }
        if histograms {
            self.next_kept = done + (training.steps() / KEPT).max(1);
        }
        self.measures = Some(For { findings, histograms });
        self.next_drawn = done + (training.steps() / DRAWN).max(1);
        training.watch_next_step(histograms);
    }

    /// After a step: what it did, where it was measured, and what goes wrong.
    fn after(&mut self, training: &mut dyn Training, step: &StepReport) -> Shown {
        let Some(For { findings, histograms }) = self.measures.take() else { return Shown::default() };
        let since = Instant::now();
        // A device that fails here fails in the next step as well, which says so.
        let probe = training.probe(findings || histograms).ok().flatten();
        let cost = since.elapsed();
        let now = Instant::now();
        self.not_drawn_before = now + Duration::from_secs_f64(step.seconds * APART);
        let Some(mut probe) = probe else { return Shown::default() };
        let by_tag = std::mem::take(&mut probe.histograms);
        let seen = probe.seen(step.step);
        let mut found = Vec::new();
        if histograms {
            self.not_kept_before = now + (cost + Duration::from_secs_f64(step.seconds)).mul_f64(APART);
        }
        if findings {
            found = self.diagnostics.on_probe(&probe, step);
            self.not_before = now + cost.max(Duration::from_micros(100)) * SHARE;
        }
        let histograms = (!by_tag.is_empty()).then_some(Histograms { step: step.step, by_tag });
        Shown { seen, histograms, found }
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

    /// A setting was changed.
    pub(super) fn look_at_change(&mut self, path: &str) {
        self.watch.diagnostics.on_changed(path);
    }

    /// Before a step: whether it is measured.
    pub(super) fn watch_step(&mut self) {
        self.watch.before(self.training);
    }

    /// After a step: what it shows, where it was measured.
    pub(super) fn look_at_step(&mut self, step: &StepReport) {
        let Shown { seen, histograms, found } = self.watch.after(self.training, step);
        if let Some(seen) = seen {
            self.keeper.seen(&seen);
            self.outbox.send(Event::Seen(seen));
        }
        if let Some(histograms) = histograms {
            self.keeper.histograms(&histograms);
            self.outbox.send(Event::Histograms(Box::new(histograms)));
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
            let now = Instant::now();
            (watch.not_before, watch.not_drawn_before, watch.not_kept_before) = (now, now, now);
            watch.before(training);
            if let Progress::Stepped(step) = training.advance().unwrap() {
                let shown = watch.after(training, &step);
                measured.extend(shown.seen.map(|seen| seen.step));
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
    /// `cargo test --release --lib what_measuring_steps_costs -- --ignored --nocapture`
    #[test]
    #[ignore = "a measurement"]
    fn what_measuring_steps_costs() {
        for name in ["xor", "mnist-mlp", "mnist-cnn"] {
            let mut preset: Preset =
                crate::preset::parse::parse(&crate::preset::library::find(name).unwrap().text, name).unwrap();
            preset.train.epochs = if name == "xor" { 60 } else { 1 };
            let seconds = |is_measured: bool| {
                let mut training =
                    prepare(&preset.clone().on_built_in_data(), DeviceChoice::Cpu).unwrap().training;
                let (mut watch, since, mut counted) = (Watch::default(), Instant::now(), 0);
                loop {
                    if is_measured {
                        watch.before(&mut *training);
                    }
                    match training.advance().unwrap() {
                        Progress::Stepped(step) if is_measured => {
                            counted += u32::from(watch.after(&mut *training, &step).histograms.is_some());
                        }
                        Progress::Done(_) => break (since.elapsed().as_secs_f64(), counted),
                        _ => {}
                    }
                }
            };
            let mut ratios: Vec<(f64, u32)> = (0..9)
                .map(|pair| match pair % 2 {
                    0 => (seconds(true), seconds(false).0),
                    _ => {
                        let without = seconds(false).0;
                        (seconds(true), without)
                    }
                })
                .map(|((with, counted), without)| (with / without, counted))
                .collect();
            ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
            println!("{name}: {:.4} times as long, median of {:.3?}", ratios[ratios.len() / 2].0, ratios);
        }
    }
}
