//! A workload trained by the trainer of presets.

use std::time::Instant;

use super::random;
use super::timing::{Round, Timestamp, Timing};
use super::workload::Workload;
use crate::nn::ops::Backend;
use crate::nn::profile;
use crate::train::{Error, Progress, Training, supervised};

/// Samples of an evaluation that is timed.
const TESTED: usize = 10_000;
/// Evaluations that are timed; the fastest but one counts, since the first one warms up.
const EVALUATIONS: usize = 5;

/// One epoch to warm up, `count` timed ones, one profiled, then evaluations.
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
        times.sort();
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
