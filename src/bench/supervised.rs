//! Trains a workload with the trainer that presets use.

use std::time::Instant;

use super::random;
use super::timing::{Round, Timestamp, Timing};
use super::workload::Workload;
use crate::nn::ops::Backend;
use crate::nn::profile;
use crate::train::{Error, Progress, Training, supervised};

/// The number of samples in a timed evaluation.
const TESTED: usize = 10_000;
/// The number of timed evaluations; the median counts, because the first one also warms up.
const EVALUATIONS: usize = 5;

/// Runs one epoch to warm up, `count` timed ones, a profiled one, and then evaluations.
pub fn run<D: Backend>(workload: Workload, device: &D, count: usize) -> Result<Timing, Error> {
    let preset = workload.preset((count + 2) as u32);
    let test = workload.samples(TESTED);
    let splits = random::splits(workload.samples(workload.samples_per_round()), test);
    let mut trainer = supervised::on(&preset, splits, device)?;
    let mut ends = Vec::new();
    loop {
        match trainer.advance()? {
            Progress::EpochEnded(_) => {
                ends.push(Timestamp::now());
                if ends.len() == count + 1 {
                    profile::start();
                }
            }
            Progress::Done(_) => break,
            Progress::Stepped(_) | Progress::Validating | Progress::Noted(_) => {}
        }
    }
    let profile = profile::finish();
    let mut rounds: Vec<Round> = ends.windows(2).map(|pair| pair[0].until(pair[1])).collect();
    let profiled = rounds.pop().map(|round| round.clock).unwrap_or_default();
    let inference_per_second = if workload.has_images() {
        let mut times = Vec::with_capacity(EVALUATIONS);
        for _ in 0..EVALUATIONS {
            let since = Instant::now();
            trainer.evaluate_test()?;
            times.push(since.elapsed());
        }
        times.sort_unstable();
        Some(TESTED as f64 / times[EVALUATIONS / 2].as_secs_f64())
    } else {
        None
    };
    Ok(Timing {
        rounds,
        profile,
        profiled,
        steps_per_round: workload.samples_per_round() / workload.batch_size(),
        inference_per_second,
    })
}
