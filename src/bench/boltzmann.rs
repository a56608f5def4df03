//! Trains a restricted Boltzmann machine in the way of scikit-learn's `BernoulliRBM`: persistent chains of one step, no
//! momentum, no decay. Images of digits are mostly black, so the random images here are, too.

use super::timing::{Round, Timestamp, Timing};
use super::workload::PIXELS;
use super::workload::Workload;
use crate::nn::Interrupt;
use crate::nn::boltzmann::{Learning, Machine};
use crate::nn::init::Stream;
use crate::nn::ops::Backend;
use crate::nn::profile;
use crate::preset::Visible;
use crate::train::Error;

const UNITS: usize = 256;
/// The learning rate is that of `tests/reference/sklearn_rbm.py`.
const LEARNING: Learning =
    Learning { rate: 0.05, momentum: 0.0, weight_decay: 0.0, gibbs_steps: 1, persistent: true };

/// Runs one round to warm up, `count` timed ones, and a profiled one.
pub fn run<D: Backend>(device: &D, count: usize) -> Result<Timing, Error> {
    let workload = Workload::Rbm;
    let samples = workload.samples(workload.samples_per_round());
    let images: Vec<f32> = samples.inputs().iter().map(|&x| (5.0 * x - 4.0).max(0.0)).collect();
    let mut machine = device.machine(Visible::Binary, PIXELS, UNITS, Stream { seed: 1, layer: 0 })?;
    let (mut steps, interrupt) = (0, Interrupt::default());
    let mut round = || -> Result<Round, Error> {
        let since = Timestamp::now();
        for rows in images.chunks(workload.batch_size() * PIXELS) {
            machine.step(rows, &[], &LEARNING, steps, &interrupt)?;
            steps += 1;
        }
        Ok(since.until(Timestamp::now()))
    };
    round()?;
    let rounds = (0..count).map(|_| round()).collect::<Result<_, _>>()?;
    profile::start();
    let profiled = round()?.clock;
    Ok(Timing {
        rounds,
        profile: profile::finish(),
        profiled,
        steps_per_round: workload.samples_per_round() / workload.batch_size(),
        inference_per_second: None,
    })
}
