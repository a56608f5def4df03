//! What a few steps of a preset tell before anybody trains it. The training that makes them is thrown away.

use serde::{Deserialize, Serialize};

use super::device::{Wish, built};
use crate::nn::kernel::threads::Threads;
use crate::preset::{DeviceChoice, Experiment, Preset, Procedure, Schedule};
use crate::train::{self, RateCurve, RatePoint, RateRange, Training};

/// What is to be found out by a few steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Trial {
    /// The seconds of an epoch, validation apart.
    Pace,
    /// The losses at these learning rates.
    Rates(RateRange),
}

/// What was found out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tried {
    /// An epoch takes about so many seconds.
    Pace(f64),
    /// The losses at the rates.
    Rates(RateCurve),
    /// The loss at one of them, while others are still to be tried.
    Rate(RatePoint),
}

/// Makes a trial of a preset. What is known on the way goes to `tell`.
///
/// # Errors
/// Why it cannot be trained, in a sentence.
pub fn measure(experiment: &Experiment, trial: Trial, mut tell: impl FnMut(Tried)) -> Result<Tried, String> {
    match trial {
        Trial::Pace => {
            let preset = experiment.preset.clone();
            with_training(experiment, preset, None, &mut |training| train::seconds_an_epoch(training))
                .map(Tried::Pace)
        }
        Trial::Rates(range) => {
            try_rates(experiment, range, None, |point| tell(Tried::Rate(point))).map(Tried::Rates)
        }
    }
}

/// Makes a learning-rate range test of a preset; each step goes to `tell`.
///
/// # Errors
/// Why it cannot be made, in a sentence.
pub fn try_rates(
    experiment: &Experiment,
    range: RateRange,
    device: Option<DeviceChoice>,
    mut tell: impl FnMut(RatePoint),
) -> Result<RateCurve, String> {
    let mut preset = experiment.preset.clone();
    if let Procedure::Adversarial(_) = preset.procedure {
        return Err("the losses of two networks that play against each other do not tell a good learning rate: there is no \
                    learning-rate range test for them"
            .into());
    }
    // Neither may the rates be changed nor the training end before all are tried.
    preset.train.schedule = Schedule::Constant;
    preset.train.early_stopping = None;
    preset.train.epochs = preset.train.epochs.max(range.steps);
    with_training(experiment, preset, device, &mut |training| train::try_rates(training, range, &mut tell))
}

/// Asks a training of the experiment as `preset` says, which is thrown away. Of a network that is pretrained, the epochs behind the
/// pretraining count, from random weights on.
fn with_training<T>(
    experiment: &Experiment,
    mut preset: Preset,
    device: Option<DeviceChoice>,
    ask: &mut dyn FnMut(&mut dyn Training) -> Result<T, train::Error>,
) -> Result<T, String> {
    if let Procedure::Pretraining(_) = preset.procedure {
        preset.procedure = Procedure::Supervised;
    }
    let experiment = preset.fit(&experiment.offers).map_err(|finding| finding.to_string())?;
    let wish = Wish::of_new_run(device, &experiment.preset)?;
    // As for a training, this thread is one of those that share the work. If the system refuses the others, rayon's own pool serves.
    let _pool = Threads::of_process().pool().use_current_thread().build();
    let (mut training, _) = built(&experiment, None, wish)?;
    ask(&mut *training).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::library::{self, Found};

    /// A preset with so few samples that a test takes no time.
    fn small(name: &str, before: &str, after: &str) -> Experiment {
        let Found { text, .. } = library::find(name).unwrap();
        assert!(text.contains(before), "{text}");
        library::experiment(&text.replace(before, after), name).unwrap()
    }

    #[test]
    fn an_epoch_is_timed_also_of_a_network_that_is_pretrained() {
        let experiment = small("mnist-dbn", "validation: 0.05", "validation: 0.05, train_samples: 1000");
        let Ok(Tried::Pace(seconds)) = measure(&experiment, Trial::Pace, drop) else { panic!() };
        assert!(seconds > 0.0 && seconds < 100.0, "{seconds}");
    }

    #[test]
    fn rates_are_tried_whatever_the_schedule_and_the_epochs_and_not_for_two_networks() {
        // A one-cycle schedule over few steps would change the rates, and end before all are tried.
        let experiment = small("moons", "batch_size: 20", "batch_size: 20, schedule: one_cycle()");
        let range = RateRange { steps: 300, ..RateRange::default() };
        let curve = try_rates(&experiment, range, None, drop).unwrap();
        let (first, last) = (curve.points[0].rate, curve.points[curve.points.len() - 1].rate);
        assert!((first - 1e-7).abs() < 1e-15 && last > 0.1, "{first} to {last}");
        assert!(curve.suggestion.is_some_and(|rate| (1e-5..1.0).contains(&rate)), "{:?}", curve.suggestion);

        let pair = small("mnist-gan", "batch_size:", "batch_size:");
        let refused = try_rates(&pair, range, None, drop).unwrap_err();
        assert!(refused.contains("play against each other"), "{refused}");
    }
}
