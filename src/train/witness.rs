//! For the tests of procedures: an observer that keeps what it hears and can stop a training, and what they all must do.

use super::figure::Controls;
use super::training::{EpochSummary, Observer, StepSummary, Training, Verdict, prepare};
use crate::preset::Preset;
use crate::run::Checkpoint;

/// Keeps what it hears.
#[derive(Default)]
pub struct Witness {
    pub lines: Vec<String>,
    pub epochs: Vec<EpochSummary>,
    pub steps: Vec<u64>,
    /// Stops the training after so many steps, with a snapshot.
    pub stop_at: Option<u64>,
    pub snapshot: Option<Checkpoint>,
}

impl Witness {
    pub fn stopping_at(step: u64) -> Self {
        Witness { stop_at: Some(step), ..Witness::default() }
    }
}

impl Observer for Witness {
    fn between_steps(&mut self, training: &mut dyn Training) -> Verdict {
        if Some(training.step()) == self.stop_at {
            self.snapshot = Some(training.snapshot());
            return Verdict::Stop;
        }
        Verdict::Continue
    }
    fn stepped(&mut self, step: &StepSummary) {
        self.steps.push(step.step);
    }
    fn noted(&mut self, line: String) {
        self.lines.push(line);
    }
    fn epoch_ended(&mut self, epoch: &EpochSummary) {
        self.epochs.push(*epoch);
    }
}

/// The bits of all weights.
pub fn weights(training: &dyn Training) -> Vec<u32> {
    let mut bits = Vec::new();
    training.visit(&mut |_, param| bits.extend(param.to_vec().iter().map(|x| x.to_bits())));
    bits
}

/// Trains a preset whole, and again with a stop at each of `stops`; both must give the same weights and scores.
pub fn assert_resumes(preset: &Preset, stops: &[u64]) {
    let mut whole = prepare(preset).unwrap();
    let mut all = Witness::default();
    whole.run(&mut all).unwrap();
    let last = |witness: &Witness| witness.epochs.last().map(|epoch| (epoch.training, epoch.validation));
    for &stop in stops {
        let mut first = Witness::stopping_at(stop);
        prepare(preset).unwrap().run(&mut first).unwrap();
        let mut resumed = prepare(preset).unwrap();
        resumed.restore(first.snapshot.unwrap()).unwrap();
        assert_eq!(resumed.step(), stop);
        let mut rest = Witness::default();
        resumed.run(&mut rest).unwrap();
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
            training.run(&mut Witness::default()).unwrap();
            weights(&*training)
        })
    };
    assert!(run(1) == run(3));
}

/// Draws every figure with its knobs as they start, and with a sample before the first; returns their names.
pub fn draw_all(training: &mut dyn Training) -> Vec<String> {
    let all = training.figures();
    for info in &all {
        for position in [0, -3] {
            let at = Controls { position, item: 1, ..Controls::start(&info.knobs) };
            let figure = training.figure(&info.name, &at).unwrap().unwrap();
            assert_eq!((&figure.name, figure.step), (&info.name, training.step()));
            // Positions and items may come back counted round; what is typed stays.
            assert!(!figure.panels.is_empty() && figure.at.text == at.text, "{}: {figure:?}", info.name);
        }
    }
    all.into_iter().map(|info| info.name).collect()
}
