//! How far an epoch is, counted so that the batch size may change in the middle of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::metrics::Scores;
use super::step_time::StepTime;

/// How far the epoch in progress is.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct EpochProgress {
    pub in_epoch: bool,
    /// Whether early stopping has ended the training.
    pub is_over: bool,
    /// Steps of the epoch that are done.
    pub batches: u64,
    pub samples: u64,
    /// Means over the epoch's samples.
    pub scores: Scores,
    pub time: Duration,
    #[serde(default)]
    pub parts: StepTime,
    pub learning_rate: f64,
    /// The sample of the epoch's order from which batches have the present size; 0 where they always had.
    #[serde(default)]
    pub first_sample: u64,
    /// Steps of the epoch that were done before.
    #[serde(default)]
    pub first_batch: u64,
}

impl EpochProgress {
    /// The number of the next batch among those of the present size, from 0.
    pub fn batch(&self) -> u64 {
        self.batches - self.first_batch
    }

    /// The steps of this epoch, over so many samples in batches of `size` from here on.
    pub fn steps(&self, samples: usize, size: usize) -> u64 {
        let rest = (samples as u64).saturating_sub(self.first_sample);
        self.first_batch + rest.div_ceil(size.max(1) as u64)
    }

    /// The steps that the part of the epoch which is done would have taken in batches of `size`. A schedule goes by them, so
    /// that it is at its end when the last epoch is, whatever sizes the batches had.
    pub fn position(&self, size: usize) -> u64 {
        self.first_sample.div_ceil(size.max(1) as u64) + self.batch()
    }

    /// From here on the batches have another size than `before`.
    pub fn resize(&mut self, samples: usize, before: usize) {
        let done = self.first_sample + self.batch() * before as u64;
        (self.first_sample, self.first_batch) = (done.min(samples as u64), self.batches);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_whose_batches_change_their_size_reads_every_sample_once() {
        let mut progress = EpochProgress { in_epoch: true, batches: 3, ..EpochProgress::default() };
        assert_eq!((progress.steps(100, 10), progress.position(10)), (10, 3));
        progress.resize(100, 10);
        // 30 samples are done; 70 are left, in batches of 20.
        assert_eq!((progress.first_sample, progress.batch()), (30, 0));
        assert_eq!((progress.steps(100, 20), progress.position(20)), (3 + 4, 2));
        progress.batches += 4;
        // The last batch had ten samples.
        progress.resize(100, 20);
        assert_eq!((progress.first_sample, progress.steps(100, 5)), (100, 7));
    }
}
