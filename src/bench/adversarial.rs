//! Two networks against each other (Goodfellow et al. 2014): the discriminator learns to tell real images from those
//! that the generator makes from noise, and the generator learns to make images that pass for real.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::timing::{Round, Timestamp, Timing};
use super::workload::Workload;
use super::workload::{NOISE, PIXELS, gan};
use crate::data::Targets;
use crate::nn::buffer::Buffer;
use crate::nn::gradients::Gradients;
use crate::nn::graph::{Pass, Var};
use crate::nn::loss::Form;
use crate::nn::model::Model;
use crate::nn::ops::Backend;
use crate::nn::optim::Optimizer;
use crate::nn::profile;
use crate::nn::{self};
use crate::preset::optimizers::Adam;
use crate::preset::{self, Clip, Loss, LossOptions};
use crate::train::Error;

const LEARNING_RATE: f64 = 2e-4;

struct Gan<D: Backend> {
    device: D,
    generator: Model<D>,
    discriminator: Model<D>,
    optimizers: [Optimizer<D>; 2],
    noise: ChaCha8Rng,
    steps: u64,
}

impl<D: Backend> Gan<D> {
    fn new(device: D) -> Result<Self, nn::Error> {
        let [generator, discriminator] = gan();
        let (cross_entropy, none) = (Loss::BinaryCrossentropy, Loss::MeanSquaredError);
        let adam = preset::Optimizer::from(Adam { learning_rate: LEARNING_RATE, ..Adam::default() });
        Ok(Gan {
            generator: Model::build(&device, &generator, &[NOISE], none, 1)?,
            discriminator: Model::build(&device, &discriminator, &[PIXELS], cross_entropy, 2)?,
            optimizers: [(); 2].map(|()| Optimizer::new(&adam, &Clip::default())),
            noise: ChaCha8Rng::seed_from_u64(1),
            device,
            steps: 0,
        })
    }

    /// One step of each network on these images, `[rows, PIXELS]`.
    fn step(&mut self, images: &[f32]) -> Result<(), nn::Error> {
        let rows = images.len() / PIXELS;
        self.steps += 1;
        let mut generating = Pass::training(&self.device, self.steps);
        let noise = {
            let _span = profile::span("noise", 0);
            normal(rows * NOISE, &mut self.noise)
        };
        let noise = Var::new(&self.device, noise, rows, NOISE, false)?;
        let made = self.generator.forward(&mut generating, noise)?;

        // Real and made images go through the discriminator as one batch; their mean loss is half the sum of the
        // losses on each.
        let mut judging = Pass::training(&self.device, self.steps);
        let mut both = Buffer::scratch(2 * images.len());
        both[..images.len()].copy_from_slice(images);
        both[images.len()..].copy_from_slice(&made.host()?);
        let both = Var::new(&self.device, both, 2 * rows, PIXELS, false)?;
        let verdict = self.discriminator.forward(&mut judging, both)?;
        let truth = (0..2 * rows).map(|row| f32::from(u8::from(row < rows))).collect();
        let mut gradients = backward(judging, &verdict, truth, self.discriminator.form())?;
        let [of_generator, of_discriminator] = &mut self.optimizers;
        of_discriminator.step(&mut self.discriminator, &mut gradients, LEARNING_RATE)?;

        // The gradient passes through the discriminator without changing it.
        self.discriminator.visit_mut(&mut |_, param| param.trainable = false);
        let verdict = self.discriminator.forward(&mut generating, made)?;
        self.discriminator.visit_mut(&mut |_, param| param.trainable = true);
        let mut gradients = backward(generating, &verdict, vec![1.0; rows], self.discriminator.form())?;
        of_generator.step(&mut self.generator, &mut gradients, LEARNING_RATE)
    }
}

/// The gradients of the discriminator's loss: how far its verdict is from the truth, 1 for real and 0 for made.
fn backward<D: Backend>(
    mut pass: Pass<D>,
    verdict: &Var<D>,
    truth: Vec<f32>,
    form: Form,
) -> Result<Gradients<D>, nn::Error> {
    let (loss, options) = (Loss::BinaryCrossentropy, LossOptions::default());
    let loss = D::loss(&mut pass, verdict, 1, &Targets::Values(truth), &[], loss, &options, form)?;
    pass.backward(loss)
}

/// Standard normal numbers, by the method of Box and Muller.
fn normal(count: usize, generator: &mut ChaCha8Rng) -> Buffer {
    let mut numbers = Buffer::scratch(count);
    for pair in numbers.chunks_mut(2) {
        let (u, v): (f32, f32) = (generator.r#gen(), generator.r#gen());
        let (sin, cos) = (std::f32::consts::TAU * v).sin_cos();
        let radius = (-2.0 * (1.0 - u).ln()).sqrt();
        pair.iter_mut().zip([radius * cos, radius * sin]).for_each(|(x, drawn)| *x = drawn);
    }
    numbers
}

/// Runs one round to warm up, `rounds` timed ones, and a profiled one.
pub fn run<D: Backend>(device: D, rounds: usize) -> Result<Timing, Error> {
    let (count, batch) = (Workload::Gan.samples_per_round(), Workload::Gan.batch_size());
    let samples = Workload::Gan.samples(count);
    let mut gan = Gan::new(device)?;
    let mut round = || -> Result<Round, Error> {
        let since = Timestamp::now();
        for images in samples.inputs().chunks_exact(batch * PIXELS) {
            gan.step(images)?;
        }
        Ok(since.until(Timestamp::now()))
    };
    round()?;
    let rounds = (0..rounds).map(|_| round()).collect::<Result<_, _>>()?;
    profile::start();
    let profiled = round()?.clock;
    let steps_per_round = count / batch;
    Ok(Timing { rounds, profile: profile::finish(), profiled, steps_per_round, inference_per_second: None })
}

#[cfg(test)]
mod tests {
    use dfdx::tensor::Cpu;

    use super::*;

    fn weights(model: &Model<Cpu>) -> Vec<f32> {
        let mut all = Vec::new();
        model.visit(&mut |_, param| all.extend(param.values.to_vec()));
        all
    }

    #[test]
    fn a_step_changes_both_networks_and_the_discriminator_learns_to_tell() {
        let mut gan = Gan::new(Cpu::default()).unwrap();
        let before = [weights(&gan.generator), weights(&gan.discriminator)];
        let images = vec![0.9; 64 * PIXELS];
        for _ in 0..30 {
            gan.step(&images).unwrap();
        }
        assert!(before[0] != weights(&gan.generator) && before[1] != weights(&gan.discriminator));
        let real = gan.discriminator.predict(images.into(), 64).unwrap();
        assert!(real.iter().all(|&p| p > 0.5), "{real:?}");
    }

    #[test]
    fn noise_is_standard_normal() {
        let x = normal(20_000, &mut ChaCha8Rng::seed_from_u64(1));
        let mean = x.iter().sum::<f32>() / x.len() as f32;
        let variance = x.iter().map(|x| x * x).sum::<f32>() / x.len() as f32;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
    }
}
