//! Learning rates over time.

use crate::preset::Schedule;
use crate::preset::schedule::{Cosine, Exponential, OneCycle, ReduceOnPlateau, Step, WarmUp};

/// A schedule with its state.
#[derive(Clone, Debug, PartialEq)]
pub struct Scheduler {
    schedule: Schedule,
    base: f64,
    steps_per_epoch: u64,
    total_steps: u64,
    plateau: Plateau,
}

/// The state of `reduce_on_plateau`.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Plateau {
    /// Best validation loss so far.
    pub best: f64,
    /// Epochs without improvement since then, or since the last reduction.
    pub waited: u32,
    /// The factor by which the base rate has been reduced.
    pub factor: f64,
}

impl Scheduler {
    /// A schedule over `epochs` epochs of `steps_per_epoch` steps, based on the optimizer's rate `base`.
    pub fn new(schedule: &Schedule, base: f64, steps_per_epoch: u64, epochs: u32) -> Self {
        Scheduler {
            schedule: schedule.clone(),
            base,
            steps_per_epoch: steps_per_epoch.max(1),
            total_steps: steps_per_epoch.max(1) * u64::from(epochs),
            plateau: Plateau { best: f64::INFINITY, waited: 0, factor: 1.0 },
        }
    }

    /// The rate of the step that follows `done` steps.
    pub fn rate(&self, done: u64) -> f64 {
        let epoch = done / self.steps_per_epoch;
        let base = self.base;
        match self.schedule {
            Schedule::Constant => base,
            Schedule::Step(Step { every, gamma }) => {
                base * gamma.powf((epoch / u64::from(every.max(1))) as f64)
            }
            Schedule::Exponential(Exponential { gamma }) => base * gamma.powf(epoch as f64),
            Schedule::Cosine(Cosine { minimum, warmup_steps }) => {
                let warmup = u64::from(warmup_steps);
                if done < warmup {
                    return base * (done + 1) as f64 / warmup as f64;
                }
                let span = self.total_steps.saturating_sub(warmup).max(1);
                let along = ((done - warmup) as f64 / span as f64).min(1.0);
                minimum + (base - minimum) * 0.5 * (1.0 + (std::f64::consts::PI * along).cos())
            }
            Schedule::OneCycle(OneCycle { rise, start_divisor, final_divisor }) => {
                // As in PyTorch's OneCycleLR: two half cosines; the last step has the final rate.
                let last = self.total_steps.saturating_sub(1).max(1) as f64;
                let peak = (rise * self.total_steps as f64 - 1.0).max(0.0);
                let (low, end) = (base / start_divisor, base / start_divisor / final_divisor);
                let done = done as f64;
                let half_cosine = |from: f64, to: f64, along: f64| {
                    to + (from - to) / 2.0 * (1.0 + (std::f64::consts::PI * along.clamp(0.0, 1.0)).cos())
                };
                if done <= peak && peak > 0.0 {
                    half_cosine(low, base, done / peak)
                } else {
                    half_cosine(base, end, (done - peak) / (last - peak).max(1.0))
                }
            }
            Schedule::WarmUp(WarmUp { steps }) => {
                base * ((done + 1) as f64 / f64::from(steps.max(1))).min(1.0)
            }
            Schedule::ReduceOnPlateau(ReduceOnPlateau { minimum, .. }) => {
                (base * self.plateau.factor).max(minimum)
            }
        }
    }

    /// Takes note of the validation loss (or, without validation, the training loss) at an epoch's end.
    pub fn epoch_ended(&mut self, loss: f64) {
        let Schedule::ReduceOnPlateau(ReduceOnPlateau { factor, patience, .. }) = self.schedule else {
            return;
        };
        // Keras's default min_delta.
        if loss < self.plateau.best - 1e-4 {
            self.plateau.best = loss;
            self.plateau.waited = 0;
            return;
        }
        self.plateau.waited += 1;
        if self.plateau.waited >= patience {
            self.plateau.factor *= factor;
            self.plateau.waited = 0;
        }
    }

    /// Its state, for a checkpoint.
    pub fn plateau(&self) -> Plateau {
        self.plateau
    }

    /// Continues from a saved state.
    pub fn restore(&mut self, plateau: Plateau) {
        self.plateau = plateau;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(schedule: Schedule, steps: &[u64]) -> Vec<f64> {
        let scheduler = Scheduler::new(&schedule, 0.1, 10, 10);
        steps.iter().map(|&step| scheduler.rate(step)).collect()
    }

    fn assert_close(ours: &[f64], expected: &[f64]) {
        assert!(ours.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{ours:?} is not {expected:?}");
    }

    #[test]
    fn rates_follow_their_schedules() {
        assert_close(&rates(Schedule::Constant, &[0, 99]), &[0.1, 0.1]);
        assert_close(
            &rates(Schedule::Step(Step { every: 2, gamma: 0.5 }), &[19, 20, 45]),
            &[0.1, 0.05, 0.025],
        );
        assert_close(
            &rates(Schedule::Exponential(Exponential { gamma: 0.9 }), &[9, 10, 20]),
            &[0.1, 0.09, 0.081],
        );
        assert_close(
            &rates(Schedule::Cosine(Cosine { minimum: 0.0, warmup_steps: 0 }), &[0, 50, 100]),
            &[0.1, 0.05, 0.0],
        );
        assert_close(&rates(Schedule::WarmUp(WarmUp { steps: 4 }), &[0, 1, 3, 50]), &[0.025, 0.05, 0.1, 0.1]);
    }

    #[test]
    fn one_cycle_equals_pytorch() {
        // torch.optim.lr_scheduler.OneCycleLR(max_lr=0.1, total_steps=100) of PyTorch 2.9, at these steps.
        let schedule = Schedule::OneCycle(OneCycle { rise: 0.3, start_divisor: 25.0, final_divisor: 1e4 });
        let ours = rates(schedule, &[0, 29, 64, 99]);
        assert_close(&ours, &[0.004, 0.1, 0.050_000_2, 4e-7]);
    }

    #[test]
    fn a_plateau_lowers_the_rate_once_patience_is_spent() {
        let schedule =
            Schedule::ReduceOnPlateau(ReduceOnPlateau { factor: 0.1, patience: 2, minimum: 0.002 });
        let mut scheduler = Scheduler::new(&schedule, 0.1, 10, 10);
        for loss in [1.0, 0.5, 0.6, 0.5] {
            scheduler.epoch_ended(loss);
        }
        assert!((scheduler.rate(0) - 0.01).abs() < 1e-12);
        scheduler.epoch_ended(0.5);
        scheduler.epoch_ended(0.5);
        assert!((scheduler.rate(0) - 0.002).abs() < 1e-12);
    }
}
