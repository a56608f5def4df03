//! The epochs that are left out of a run's files and yet have to be in them: those with the best scores so far.

use crate::train::{EpochReport, Scores};

/// Of epochs that are not written down, those that have the least or the greatest value so far of a score. A search takes the best
/// epoch's value from the files, whichever epochs the clock left out.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    /// The least and the greatest value so far of each score, each with the step of its epoch where that is left out.
    ends: Vec<[End; 2]>,
    epochs: Vec<EpochReport>,
}

#[derive(Clone, Copy, Debug)]
struct End {
    value: f64,
    left_out: Option<u64>,
}

impl LeftOut {
    /// Takes note of an epoch, which is written down or left out.
    pub fn add(&mut self, epoch: &EpochReport, is_written: bool) {
        let left_out = (!is_written).then_some(epoch.step);
        let mut is_end = false;
        for (place, value) in scores(epoch).enumerate() {
            if place == self.ends.len() {
                let none = |value| End { value, left_out: None };
                self.ends.push([none(f64::INFINITY), none(f64::NEG_INFINITY)]);
            }
            let ends = &mut self.ends[place];
            // NaN is neither.
            let is_beyond = [value < ends[0].value, value > ends[1].value];
            for (end, _) in ends.iter_mut().zip(is_beyond).filter(|(_, is_beyond)| *is_beyond) {
                *end = End { value, left_out };
                is_end = true;
            }
        }
        if is_end && !is_written {
            self.epochs.push(*epoch);
            let ends = &self.ends;
            self.epochs.retain(|epoch| ends.iter().flatten().any(|end| end.left_out == Some(epoch.step)));
        }
    }

    /// The epochs that are still to be written, in their order; they count as written from now on.
    pub fn take(&mut self) -> Vec<EpochReport> {
        self.ends.iter_mut().flatten().for_each(|end| end.left_out = None);
        std::mem::take(&mut self.epochs)
    }
}

/// All scores of an epoch, always in the same order.
fn scores(epoch: &EpochReport) -> impl Iterator<Item = f64> {
    let of = |scores: Scores| {
        let metrics = scores.metrics.iter().map(|(_, value)| value).collect::<Vec<_>>();
        [scores.loss, scores.accuracy.unwrap_or(f64::NAN)].into_iter().chain(metrics)
    };
    of(epoch.training).chain(epoch.validation.into_iter().flat_map(of))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(step: u64, loss: f64, validation: f64) -> EpochReport {
        let scores = |loss| Scores { loss, ..Scores::default() };
        EpochReport {
            epoch: step as u32,
            step,
            training: scores(loss),
            validation: Some(scores(validation)),
            learning_rate: 0.1,
            samples: 1,
            seconds: 1.0,
            parts: Default::default(),
        }
    }

    #[test]
    fn the_best_of_what_is_left_out_is_kept_and_nothing_else() {
        let mut left_out = LeftOut::default();
        left_out.add(&epoch(1, 1.0, 1.0), true);
        for (step, loss, validation) in
            [(2, 0.9, 0.5), (3, 0.8, 0.7), (4, 0.7, 0.4), (5, 0.75, f64::NAN), (6, 0.6, 2.0)]
        {
            left_out.add(&epoch(step, loss, validation), false);
        }
        let steps = |taken: Vec<EpochReport>| taken.iter().map(|epoch| epoch.step).collect::<Vec<_>>();
        assert_eq!(
            steps(left_out.take()),
            [4, 6],
            "the least validation loss, and the least loss with the greatest"
        );
        left_out.add(&epoch(7, 0.65, 0.4), false);
        left_out.add(&epoch(8, 0.5, 0.3), true);
        assert_eq!(steps(left_out.take()), [0_u64; 0]);
    }

    #[test]
    fn a_score_that_was_no_number_at_first_has_its_own_best_epoch() {
        let mut left_out = LeftOut::default();
        left_out.add(&epoch(1, f64::NAN, 0.1), true);
        for (step, loss) in [(2, 3.0), (3, 2.0), (4, 2.5)] {
            left_out.add(&epoch(step, loss, 0.1), false);
        }
        let steps: Vec<u64> = left_out.take().iter().map(|epoch| epoch.step).collect();
        assert_eq!(steps, [2, 3], "the greatest loss and the least");
    }
}
