//! The engine's speed: times reference workloads and shows where the time goes.
//!
//! The workloads are small networks that Keras and PyTorch are timed on too, on random data of the real shapes:
//! `mlp`, `cnn`, `cnn2`, `rnn`, `lstm` and `charlm` by the same training loop that trains presets, `gan` by a step of its
//! own; `rbm` is timed beside scikit-learn.

mod adversarial;
mod boltzmann;
mod ceiling;
mod process;
mod random;
mod supervised;
mod timing;
mod workload;

use std::time::Duration;

use serde::Serialize;

use crate::nn::buffer::Buffer;
use crate::nn::kernel::threads::Threads;
use crate::nn::ops::Backend;
use crate::nn::{OnDevice, Opened};
use crate::preset::DeviceChoice;
use crate::train::Error;
use timing::Timing;
pub use workload::Workload;

/// The number of timed rounds; the median counts.
const ROUNDS: usize = 5;

/// The measurements of one workload.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measurement {
    /// The workload's name.
    pub workload: &'static str,
    /// The device in words.
    pub device: String,
    /// The number of threads that trained.
    pub threads: usize,
    /// Samples in a step.
    pub batch_size: usize,
    /// Training throughput in the median round.
    pub samples_per_second: f64,
    /// Training throughput in the slowest and in the fastest round.
    pub range: (f64, f64),
    /// The time of a step in the median round, in milliseconds.
    pub ms_per_step: f64,
    /// The processor time of a step in the median round, over all threads, in milliseconds; `None` where the system
    /// does not report it. Other programs hardly change it, but threads that search for work count as well.
    pub processor_ms_per_step: Option<f64>,
    /// Billions of floating-point operations a second, counting the matrix products (convolutions included) only.
    pub gflops: f64,
    /// The same for those products alone, each as fast as it runs on this machine's processors; `None` on a GPU.
    pub ceiling_gflops: Option<f64>,
    /// [`gflops`](Measurement::gflops) as a share of [`ceiling_gflops`](Measurement::ceiling_gflops).
    pub ceiling_share: Option<f64>,
    /// The most memory that the process used; `None` where the system does not report it.
    pub peak_memory_bytes: Option<u64>,
    /// Samples a second in evaluation, over 10,000 of them; `None` where the workload has no images.
    pub inference_per_second: Option<f64>,
    /// Where a step's time goes, largest part first.
    pub ops: Vec<OpReport>,
}

/// One op's part in a step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OpReport {
    /// The op's name, with `forward` or `backward`.
    pub name: String,
    /// Its share of the step's time, 0 to 1.
    pub share: f64,
    /// Its time in a step, in milliseconds.
    pub ms: f64,
    /// Billions of floating-point operations a second; `None` where the op does not count them.
    pub gflops: Option<f64>,
}

/// Trains a workload on a device with `threads` threads and measures it; `auto` is the first GPU where it works. `None` leaves the number to the environment;
/// there are never more threads than processors.
///
/// # Errors
/// When the engine fails, or lacks a layer of the workload.
pub fn measure(
    workload: Workload,
    device: DeviceChoice,
    threads: Option<usize>,
) -> Result<Measurement, Error> {
    let threads =
        threads.map_or_else(Threads::of_environment, |threads| Threads::asked("--threads", threads));
    let pool = threads.pool().build().map_err(crate::nn::Error::device)?;
    pool.install(|| {
        Buffer::release_pool();
        process::forget_peak();
        let device = Opened::open(device).map_err(Error::NoDevice)?;
        let timing = device.run(Run(workload))?;
        let peak = process::peak();
        let ceiling = device.is_host().then(|| ceiling::seconds(&workload.products()));
        Ok(measurement(workload, device.description(), timing, peak, ceiling))
    })
}

/// A workload's run on a device.
struct Run(Workload);

impl OnDevice for Run {
    type Output = Result<Timing, Error>;

    fn run<D: Backend>(self, device: D) -> Self::Output {
        match self.0 {
            Workload::Gan => adversarial::run(device, ROUNDS),
            Workload::Rbm => boltzmann::run(&device, ROUNDS),
            other => supervised::run(other, &device, ROUNDS),
        }
    }
}

/// What was measured on `device`; `ceiling` is how many seconds the products of a step take alone.
fn measurement(
    workload: Workload,
    device: String,
    timing: Timing,
    peak_memory_bytes: Option<u64>,
    ceiling: Option<f64>,
) -> Measurement {
    let steps = timing.steps_per_round as f64;
    let samples = (timing.steps_per_round * workload.batch_size()) as f64;
    let mut processor: Vec<Duration> = timing.rounds.iter().filter_map(|round| round.processor).collect();
    processor.sort_unstable();
    let mut clock: Vec<Duration> = timing.rounds.iter().map(|round| round.clock).collect();
    clock.sort_unstable();
    let per_second = |time: Duration| samples / time.as_secs_f64().max(f64::MIN_POSITIVE);
    let per_step = |time: Duration| time.as_secs_f64() * 1e3 / steps;
    let median = clock[clock.len() / 2];
    let products = workload.products();
    let operations: f64 = products.iter().map(|product| product.operations()).sum();
    let gflops = operations * steps / median.as_secs_f64() / 1e9;
    let ceiling_gflops = ceiling.map(|seconds| operations / seconds / 1e9);
    Measurement {
        workload: workload.name(),
        device,
        threads: rayon::current_num_threads(),
        batch_size: workload.batch_size(),
        samples_per_second: per_second(median),
        range: (per_second(clock[clock.len() - 1]), per_second(clock[0])),
        ms_per_step: per_step(median),
        processor_ms_per_step: processor.get(processor.len() / 2).map(|&time| per_step(time)),
        gflops,
        ceiling_gflops,
        ceiling_share: ceiling_gflops.map(|ceiling| gflops / ceiling),
        peak_memory_bytes,
        inference_per_second: timing.inference_per_second,
        ops: ops(&timing),
    }
}

/// The profile as shares; the time outside all ops is called `between ops`.
fn ops(timing: &Timing) -> Vec<OpReport> {
    let (whole, steps) = (timing.profiled.as_secs_f64(), timing.steps_per_round as f64);
    let mut counted = 0.0;
    let mut ops: Vec<OpReport> = timing
        .profile
        .iter()
        .map(|(name, share)| {
            let time = share.time.as_secs_f64();
            counted += time;
            OpReport {
                name: (*name).to_string(),
                share: time / whole,
                ms: time * 1e3 / steps,
                gflops: (share.flops > 0).then(|| share.flops as f64 / time / 1e9),
            }
        })
        .collect();
    let rest = (whole - counted).max(0.0);
    ops.push(OpReport {
        name: "between ops".into(),
        share: rest / whole,
        ms: rest * 1e3 / steps,
        gflops: None,
    });
    ops.sort_by(|a, b| b.share.total_cmp(&a.share));
    ops
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::timing::Round;
    use super::*;
    use crate::nn::profile::Share;

    #[test]
    fn shares_add_up_to_the_step_and_the_median_round_counts() {
        let ms = Duration::from_millis;
        let round = |time| Round { clock: ms(time), processor: Some(ms(2 * time)) };
        let share = |time, flops| Share { time: ms(time), flops, calls: 1 };
        let timing = Timing {
            rounds: [400, 200, 100, 300, 250].map(round).to_vec(),
            profile: BTreeMap::from([("a", share(60, 3_000_000_000)), ("b", share(30, 0))]),
            profiled: ms(100),
            steps_per_round: 10,
            inference_per_second: None,
        };
        let report = measurement(Workload::Mlp, "cpu".into(), timing, Some(1), Some(1.0));
        assert_eq!((report.ms_per_step, report.processor_ms_per_step), (25.0, Some(50.0)));
        assert_eq!(report.range.1, 4.0 * report.range.0);
        let names: Vec<&str> = report.ops.iter().map(|op| op.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "between ops"]);
        assert!((report.ops.iter().map(|op| op.share).sum::<f64>() - 1.0).abs() < 1e-9);
        assert_eq!((report.ops[0].ms, report.ops[0].gflops), (6.0, Some(50.0)));
    }
}
