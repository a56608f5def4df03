//! What a few steps of a preset tell before anybody trains it. The training that makes them is thrown away.

use serde::{Deserialize, Serialize};

use super::device::{Wish, built};
use crate::nn::kernel::threads::Threads;
use crate::preset::{DeviceChoice, Experiment, Preset, Procedure, Schedule};
use crate::train::{self, RateCurve, RatePoint, RateRange, Training};

/// What is to be found out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Probe {
    /// The seconds of an epoch, validation apart.
    Pace,
    /// The losses at these learning rates.
    Rates(RateRange),
}

/// What was found out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Probed {
    /// An epoch takes about so many seconds.
    Pace(f64),
    /// The losses at the rates.
    Rates(RateCurve),
    /// The loss at one of them, while others are still to be tried.
    Rate(RatePoint),
}

/// Finds out what a probe asks of a preset. Of a network that is pretrained, the epochs behind the pretraining count, from random
/// weights on. What is known on the way goes to `tell`.
///
/// # Errors
/// Why it cannot be trained, in a sentence.
pub fn measure(
    experiment: &Experiment,
    probe: Probe,
    device: Option<DeviceChoice>,
    mut tell: impl FnMut(Probed),
) -> Result<Probed, String> {
    let mut preset = experiment.preset.clone();
    if let Procedure::Pretraining(_) = preset.procedure {
        preset.procedure = Procedure::Supervised;
    }
    if let Probe::Rates(range) = probe {
        prepare_for_rates(&mut preset, range)?;
    }
    let experiment = preset.fit(&experiment.offers).map_err(|finding| finding.to_string())?;
    let wish = Wish::of_new_run(device, &experiment.preset)?;
    // As for a training, this thread is one of those that share the work. If the system refuses the others, rayon's own pool serves.
    let _pool = Threads::of_process().pool().use_current_thread().build();
    let (mut training, _) = built(&experiment, None, wish)?;
    probed(&mut *training, probe, &mut |point| tell(Probed::Rate(point))).map_err(|error| error.to_string())
}

fn probed(
    training: &mut dyn Training,
    probe: Probe,
    tell: &mut dyn FnMut(RatePoint),
) -> Result<Probed, train::Error> {
    match probe {
        Probe::Pace => train::seconds_an_epoch(training).map(Probed::Pace),
        Probe::Rates(range) => train::try_rates(training, range, tell).map(Probed::Rates),
    }
}

/// Leaves out what would end the training early, or change its rates.
fn prepare_for_rates(preset: &mut Preset, range: RateRange) -> Result<(), String> {
    if let Procedure::Adversarial(_) = preset.procedure {
        return Err("the losses of two networks that play against each other do not tell a good learning rate: there is no \
                    learning-rate range test for them"
            .into());
    }
    preset.train.schedule = Schedule::Constant;
    preset.train.early_stopping = None;
    // Enough for any number of steps an epoch.
    preset.train.epochs = preset.train.epochs.max(range.steps);
    Ok(())
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
        let Ok(Probed::Pace(seconds)) = measure(&experiment, Probe::Pace, None, drop) else { panic!() };
        assert!(seconds > 0.0 && seconds < 100.0, "{seconds}");
    }

    #[test]
    fn rates_are_tried_whatever_the_schedule_and_the_epochs_and_not_for_two_networks() {
        // A one-cycle schedule over few steps would change the rates, and end before all are tried.
        let experiment = small("moons", "batch_size: 20", "batch_size: 20, schedule: one_cycle()");
        let range = RateRange { steps: 300, ..RateRange::default() };
        let Ok(Probed::Rates(curve)) = measure(&experiment, Probe::Rates(range), None, drop) else {
            panic!()
        };
        let (first, last) = (curve.points[0].rate, curve.points[curve.points.len() - 1].rate);
        assert!((first - 1e-7).abs() < 1e-15 && last > 0.1, "{first} to {last}");
        assert!(curve.suggestion.is_some_and(|rate| (1e-5..1.0).contains(&rate)), "{:?}", curve.suggestion);

        let pair = small("mnist-gan", "batch_size:", "batch_size:");
        let refused = measure(&pair, Probe::Rates(range), None, drop).unwrap_err();
        assert!(refused.contains("play against each other"), "{refused}");
    }
}
