//! What a run reported before it was resumed, from its event files: the reports whose scalars `keeper.rs` wrote.

use std::collections::BTreeMap;
use std::path::Path;

use super::keeper::{GRADIENT, UPDATE};
use super::protocol::{EpochReport, LearningRate, Metric, Past, Scores, StepReport, StepSeen};
use crate::run::checkpoint::Checkpoint;
use crate::run::past::{Curves, EPOCH};
use crate::run::{self, RunDirectory};
use crate::train::{self, StepTime};

/// More reports of steps are summed up, two into one.
const STEPS: usize = 4096;
/// The most reports of epochs. When there are more, every second one is removed; the newest stays.
const EPOCHS: usize = 2048;

/// The epochs of its preset that a run has completed at its newest checkpoint that is not damaged; 0 without one.
///
/// # Errors
/// When the system refuses to read its checkpoints.
pub fn epochs_done(run: &RunDirectory) -> Result<u32, run::Error> {
    let (checkpoint, _) = run.newest_whole(None)?;
    Ok(checkpoint.as_ref().and_then(train::epochs_done).unwrap_or(0))
}

/// Why a new run that begins at this checkpoint of `parent` would train nothing, with so many epochs, and with changes of the preset or
/// without; `None` where it trains.
pub fn trains_nothing(
    parent: &RunDirectory,
    checkpoint: &Checkpoint,
    epochs: u32,
    has_changes: bool,
) -> Option<String> {
    let (name, step) = (parent.name(), checkpoint.step);
    // Early stopping starts anew with a change.
    if !has_changes && train::has_stopped_early(checkpoint) {
        return Some(format!(
            "{name} was stopped early at step {step}: a new run from there would train nothing"
        ));
    }
    let done = train::epochs_done(checkpoint).filter(|done| *done >= epochs)?;
    Some(format!(
        "{name} has done {done} epochs at step {step}, and a new run from there is to have {epochs} in all: it would train nothing"
    ))
}

/// The reports of the run in `folder` up to the step `until`, at which it goes on.
pub(super) fn read(folder: &Path, until: u64, steps_per_epoch: u64) -> Past {
    told(&Curves::read(folder, until), steps_per_epoch)
}

fn told(curves: &Curves, steps_per_epoch: u64) -> Past {
    let (rates, speeds) = (curves.curve("learning_rate"), curves.curve("samples_per_second"));
    let seconds = curves.curve("seconds/epoch");
    let [training, epochs, validation] = ["train", "epoch", "validation"].map(|of| scores(curves, of));
    let mut before = 0;
    let steps = training.into_iter().map(|(step, scores)| {
        let steps = u32::try_from(step - std::mem::replace(&mut before, step)).unwrap_or(u32::MAX);
        let speed = at(speeds, step);
        StepReport {
            step,
            epoch: u32::try_from(step.saturating_sub(1) / steps_per_epoch.max(1) + 1).unwrap_or(u32::MAX),
            scores,
            steps,
            learning_rate: LearningRate::constant(at(rates, step)),
            // How many samples they had and how long they took is not written down, but the one by the other.
            samples: speed.round() as u64,
            seconds: if speed > 0.0 { 1.0 } else { 0.0 },
            time: at(curves.times(), step),
        }
    });
    let mut steps: Vec<StepReport> = steps.collect();
    while steps.len() > STEPS {
        let pairs = steps.chunks(2).map(|pair| match pair {
            [first, second] => first.and(second),
            alone => alone[0],
        });
        steps = pairs.collect();
    }
    let numbers = curves.curve(EPOCH);
    let mut last = 0_u32;
    let epochs = epochs.into_iter().map(|(step, training)| {
        let number =
            numbers.binary_search_by_key(&step, |(there, _)| *there).ok().map(|at| numbers[at].1 as u32);
        last = number.unwrap_or(last.saturating_add(1));
        let seconds =
            seconds.binary_search_by_key(&step, |(there, _)| *there).map_or(0.0, |at| seconds[at].1);
        EpochReport {
            epoch: last,
            step,
            training,
            validation: validation.get(&step).copied(),
            learning_rate: at(rates, step),
            samples: (at(speeds, step) * seconds).round() as u64,
            seconds,
            parts: StepTime::default(),
        }
    });
    let mut epochs: Vec<EpochReport> = epochs.collect();
    while epochs.len() > EPOCHS {
        let mut behind = epochs.len();
        epochs.retain(|_| {
            behind -= 1;
            behind.is_multiple_of(2)
        });
    }
    let updates: BTreeMap<u64, f64> = curves.curve(UPDATE).iter().copied().collect();
    let seen = curves.curve(GRADIENT).iter();
    let seen = seen.map(|&(step, gradient)| StepSeen { step, gradient, update: updates.get(&step).copied() });
    Past { steps, epochs, seen: seen.collect(), histograms: curves.histograms(), log: Vec::new() }
}

/// The scores whose scalars `keeper::by_tag` wrote, by their steps.
fn scores(curves: &Curves, of: &str) -> BTreeMap<u64, Scores> {
    let curve = |figure: &str| curves.curve(&format!("{figure}/{of}"));
    let losses =
        curve("loss").iter().map(|(step, loss)| (*step, Scores { loss: *loss, ..Scores::default() }));
    let mut scores: BTreeMap<u64, Scores> = losses.collect();
    for (step, accuracy) in curve("accuracy") {
        scores.entry(*step).and_modify(|scores| scores.accuracy = Some(*accuracy));
    }
    for metric in Metric::ALL {
        for (step, value) in curve(metric.name()) {
            scores.entry(*step).and_modify(|scores| scores.metrics.set(metric, *value));
        }
    }
    scores
}

/// The value that held at a step.
fn at(curve: &[(u64, f64)], step: u64) -> f64 {
    let after = curve.partition_point(|(there, _)| *there <= step);
    after.checked_sub(1).map_or(0.0, |place| curve[place].1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tensorboard::Writer;

    #[test]
    fn steps_and_epochs_come_back_with_their_scores() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::create(folder.path()).unwrap();
        for step in [5, 10, 15, 20] {
            let loss = 1.0 / step as f64;
            writer
                .scalars(step, &[("loss/train", loss), ("accuracy/train", 0.5), ("rmse/train", 2.0)])
                .unwrap();
            writer.scalars(step, &[("learning_rate", 0.25), ("samples_per_second", 100.0)]).unwrap();
        }
        writer
            .scalars(10, &[("loss/epoch", 0.5), ("seconds/epoch", 3.0), ("loss/validation", 0.75)])
            .unwrap();
        writer.flush().unwrap();
        let past = read(folder.path(), 15, 10);
        assert_eq!(past.steps.iter().map(|report| report.steps).collect::<Vec<_>>(), [5, 5, 5]);
        let last = past.steps.last().unwrap();
        assert_eq!((last.step, last.epoch, last.learning_rate.effective()), (15, 2, 0.25));
        assert_eq!(last.scores.metrics.get(Metric::Rmse), Some(2.0));
        let [epoch] = past.epochs[..] else { panic!("{:?}", past.epochs) };
        assert_eq!((epoch.epoch, epoch.step, epoch.seconds, epoch.training.loss), (1, 10, 3.0, 0.5));
        assert_eq!(epoch.validation.map(|scores| scores.loss), Some(0.75));
    }

    #[test]
    fn epochs_that_were_left_out_are_not_counted_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::create(folder.path()).unwrap();
        let epochs = [(1, None), (2, None), (7, Some(7.0)), (19, Some(19.0)), (20, None)];
        for (step, number) in epochs {
            let number = number.map(|number| (EPOCH, number));
            writer.scalars(step, &[&[("loss/epoch", 0.5)][..], number.as_slice()].concat()).unwrap();
        }
        writer.flush().unwrap();
        let past = read(folder.path(), 20, 1);
        assert_eq!(past.epochs.iter().map(|report| report.epoch).collect::<Vec<_>>(), [1, 2, 7, 19, 20]);
    }

    #[test]
    fn a_long_past_is_summed_up() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::create(folder.path()).unwrap();
        for step in 1..=10_000 {
            writer.scalars(step, &[("loss/train", 1.0), ("loss/epoch", 1.0)]).unwrap();
        }
        writer.flush().unwrap();
        let past = read(folder.path(), u64::MAX, 100);
        assert!(past.steps.len() <= STEPS && past.epochs.len() <= EPOCHS);
        assert_eq!(past.steps.iter().map(|report| u64::from(report.steps)).sum::<u64>(), 10_000);
    }
}
