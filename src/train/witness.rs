//! For the tests of procedures: a driver that records reports and can stop a training, and checks that every procedure
//! must pass.

use super::error::Error;
use super::figure::Controls;
use super::report::{EpochReport, Outcome};
use super::training::{Progress, Training};
use crate::preset::{DeviceChoice, Preset};
use crate::run::Checkpoint;

/// Builds a preset's training on the CPU.
pub fn prepare(preset: &Preset) -> Result<Box<dyn Training>, Error> {
    Ok(super::prepare(&preset.clone().on_built_in_data(), DeviceChoice::Cpu)?.training)
}

/// Drives a training and records its reports.
#[derive(Default)]
pub struct Witness {
    pub lines: Vec<String>,
    pub epochs: Vec<EpochReport>,
    pub steps: Vec<u64>,
    /// The step after which the training is stopped, with a snapshot.
    pub stop_at: Option<u64>,
    pub snapshot: Option<Checkpoint>,
}

impl Witness {
    pub fn stopping_at(step: u64) -> Self {
        Witness { stop_at: Some(step), ..Witness::default() }
    }

    /// Trains to the end, or to the stop.
    pub fn drive(&mut self, training: &mut dyn Training) -> Result<Outcome, Error> {
        loop {
            if Some(training.step()) == self.stop_at {
                self.snapshot = Some(training.snapshot().unwrap());
                return Ok(Outcome::Stopped);
            }
            match training.advance()? {
                Progress::Stepped(report) => self.steps.push(report.step),
                Progress::Validating => {}
                Progress::EpochEnded(report) => self.epochs.push(report),
                Progress::Noted(line) => self.lines.push(line),
                Progress::Done(outcome) => return Ok(outcome),
            }
        }
    }
}

/// The bits of all weights.
pub fn weights(training: &dyn Training) -> Vec<u32> {
    training.weights().unwrap().iter().flat_map(|tensor| tensor.values.iter().map(|x| x.to_bits())).collect()
}

/// Trains a preset without interruption, and again with a stop at each of `stops`; all runs must give the same weights
/// and scores.
pub fn assert_resumes(preset: &Preset, stops: &[u64]) {
    let mut whole = prepare(preset).unwrap();
    let mut all = Witness::default();
    all.drive(&mut *whole).unwrap();
    let last = |witness: &Witness| witness.epochs.last().map(|epoch| (epoch.training, epoch.validation));
    for &stop in stops {
        let mut first = Witness::stopping_at(stop);
        first.drive(&mut *prepare(preset).unwrap()).unwrap();
        let mut resumed = prepare(preset).unwrap();
        resumed.restore(first.snapshot.unwrap()).unwrap();
        assert_eq!(resumed.step(), stop);
        let mut rest = Witness::default();
        rest.drive(&mut *resumed).unwrap();
        assert_eq!(rest.steps, all.steps[stop as usize..]);
        assert_eq!(last(&rest), last(&all), "scores, from step {stop}");
        assert!(weights(&*resumed) == weights(&*whole), "weights, from step {stop}");
    }
}

/// Trains a preset on one thread and on three; both must give the same weights.
pub fn assert_same_on_any_threads(preset: &Preset) {
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut training = prepare(preset).unwrap();
            training.run().unwrap();
            weights(&*training)
        })
    };
    assert!(run(1) == run(3));
}

/// Draws every figure with its knobs at their first values, and with a sample before the first; returns their names.
pub fn draw_all(training: &mut dyn Training) -> Vec<String> {
    let all = training.figures();
    for info in &all {
        for position in [0, -3] {
            let at = Controls { position, item: 1, ..Controls::start(&info.knobs) };
            let figure = training.figure(&info.name, &at).unwrap().unwrap();
            assert_eq!((&figure.name, figure.step), (&info.name, training.step()));
            // The figure may return a position or an item within its range; typed text stays the same.
            assert!(!figure.panels.is_empty() && figure.at.text == at.text, "{}: {figure:?}", info.name);
        }
    }
    all.into_iter().map(|info| info.name).collect()
}
