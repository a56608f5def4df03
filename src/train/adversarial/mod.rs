//! Adversaries: a generator makes samples of noise, a discriminator tells them from real ones, and each learns from the
//! other (Goodfellow et al. 2014).
//!
//! The discriminator lowers `-ln D(x) - ln(1 - D(G(z)))`, with one-sided label smoothing; the generator lowers
//! `-ln D(G(z))`, the non-saturating form.

mod figures;

use dfdx::tensor::Cpu;

use super::course::{Course, Drawn, Moment, Network, Parts};
use super::evaluation::CHUNK;
use super::figure::{Controls, FigureInfo};
use super::metrics::{Metric, Metrics, Scores};
use super::training::Error;
use crate::data::{Batch, Dataset, Splits, Targets};
use crate::nn::buffer::Buffer;
use crate::nn::graph::{Pass, Scalar, Var};
use crate::nn::kernel::random::{derive, normals};
use crate::nn::loss::{self, LossOp};
use crate::nn::model::{CpuModel, Model};
use crate::nn::optim::Optimizer;
use crate::preset::{Loss, LossOptions, Preset, Procedure};

/// Both networks and the rules of their game.
pub struct Adversaries {
    /// The generator, then the discriminator.
    networks: [Network; 2],
    label_smoothing: f32,
    discriminator_steps: u64,
    /// The discriminator's learning rate as a share of the generator's.
    rate_share: f64,
    /// Shape of a sample.
    shape: Vec<usize>,
    seed: u64,
}

/// Opens the data and builds both networks.
///
/// # Errors
/// When the data is broken or the networks do not fit it.
pub fn prepare(preset: &Preset) -> Result<Course<Adversaries>, Error> {
    Course::prepare(preset, |preset, splits| {
        let Procedure::Adversarial {
            discriminator,
            latent,
            label_smoothing,
            discriminator_steps,
            discriminator_optimizer,
        } = &preset.procedure
        else {
            let name = preset.procedure.name();
            return Err(crate::nn::Error::Unsupported(format!("adversaries by {name}")).into());
        };
        let device = Cpu::default();
        let (seed, shape) = (preset.seed, splits.train.input_shape().to_vec());
        // The generator's last activation is its own: only the discriminator's is left to the loss.
        let generator =
            Model::build(&device, &preset.layers, &[*latent], Loss::MeanSquaredError, derive(seed, 1))?;
        let discriminator =
            Model::build(&device, discriminator, &shape, Loss::BinaryCrossentropy, derive(seed, 2))?;
        let others = discriminator_optimizer.as_ref().unwrap_or(&preset.optimizer);
        let network = |name, model, optimizer| Network {
            name,
            model,
            optimizer: Optimizer::new(optimizer, &preset.train.clip),
        };
        Ok(Adversaries {
            networks: [
                network("generator/", generator, &preset.optimizer),
                network("discriminator/", discriminator, others),
            ],
            label_smoothing: *label_smoothing,
            discriminator_steps: u64::from(*discriminator_steps),
            rate_share: others.learning_rate() / preset.optimizer.learning_rate(),
            shape,
            seed,
        })
    })
}

impl Adversaries {
    fn generator(&mut self) -> &mut CpuModel {
        &mut self.networks[0].model
    }

    /// Rows of standard normal numbers for the generator.
    fn noise(&self, rows: usize, seed: u64) -> Buffer {
        let mut noise = Buffer::scratch(rows * self.networks[0].model.input_len());
        normals(&mut noise, seed);
        noise
    }

    /// The generator's samples for rows of noise.
    fn samples(&mut self, noise: Buffer, rows: usize) -> Result<Vec<f32>, Error> {
        Ok(self.generator().predict(noise, rows)?)
    }

    /// The discriminator's loss on real and generated samples, and its mean opinion of each.
    fn judge(
        &mut self,
        pass: &mut Pass<Cpu>,
        real: Buffer,
        made: Buffer,
    ) -> Result<(Scalar<Cpu>, [f64; 2]), Error> {
        let smoothed = 1.0 - self.label_smoothing;
        let discriminator = &mut self.networks[1].model;
        let (real, opinion) = opinion(discriminator, pass, real, smoothed)?;
        let (made, doubt) = self::opinion(discriminator, pass, made, 0.0)?;
        Ok((loss::add(pass, real, made)?, [opinion, doubt]))
    }
}

/// The discriminator's loss on rows of samples that it is to call real with probability `target`, and its mean opinion.
fn opinion(
    discriminator: &mut CpuModel,
    pass: &mut Pass<Cpu>,
    samples: Buffer,
    target: f32,
) -> Result<(Scalar<Cpu>, f64), Error> {
    let width = discriminator.input_len();
    let rows = samples.len() / width;
    let device = discriminator.device().clone();
    let input = Var::new(&device, samples, rows, width, false)?;
    opinion_of(discriminator, pass, input, target)
}

fn opinion_of(
    discriminator: &mut CpuModel,
    pass: &mut Pass<Cpu>,
    samples: Var<Cpu>,
    target: f32,
) -> Result<(Scalar<Cpu>, f64), Error> {
    let rows = samples.rows;
    let logits = discriminator.forward(pass, samples)?;
    let sum: f64 = logits.values.iter().map(|x| 1.0 / (1.0 + f64::from(-x).exp())).sum();
    let (targets, form) = (Targets::Values(vec![target; rows]), discriminator.form());
    let options = LossOptions::default();
    let loss = Cpu::loss(pass, &logits, 1, &targets, Loss::BinaryCrossentropy, &options, form)?;
    Ok((loss, sum / rows.max(1) as f64))
}

/// Makes trainable parameters untouchable, or those touchable again that were trainable.
fn freeze(model: &mut CpuModel, were_trainable: Option<&[bool]>) -> Vec<bool> {
    let mut before = Vec::new();
    model.visit_mut(&mut |_, param| {
        let place = before.len();
        before.push(param.trainable);
        param.trainable = were_trainable.is_some_and(|were| were.get(place).copied().unwrap_or(false));
    });
    before
}

fn scores(of_generator: f64, of_discriminator: f64, [real, generated]: [f64; 2]) -> Scores {
    let metrics = Metrics::default()
        .with(Metric::GeneratorLoss, of_generator)
        .with(Metric::DiscriminatorLoss, of_discriminator)
        .with(Metric::ScoreReal, real)
        .with(Metric::ScoreGenerated, generated);
    Scores { loss: of_generator + of_discriminator, accuracy: None, metrics }
}

impl Parts for Adversaries {
    fn networks(&self) -> &[Network] {
        &self.networks
    }

    fn networks_mut(&mut self) -> &mut [Network] {
        &mut self.networks
    }

    fn step(&mut self, batch: &mut Batch, now: Moment) -> Result<Scores, Error> {
        let rows = batch.rows;
        let device = self.generator().device().clone();
        let (mut of_discriminator, mut opinions) = (0.0, [0.0; 2]);
        let mut play = Pass::training(&device, derive(now.seed, 1));
        let mut made = None;
        for turn in 0..self.discriminator_steps {
            let noise = self.noise(rows, derive(now.seed, 2 + turn));
            play = Pass::training(&device, derive(now.seed, 1));
            let width = self.generator().input_len();
            let noise = Var::new(&device, noise, rows, width, false)?;
            let sample = self.generator().forward(&mut play, noise)?;

            let mut pass = Pass::training(&device, derive(now.seed, 1000 + turn));
            let (real, copy) = (Buffer::copy_of(&batch.inputs), Buffer::copy_of(&sample.values));
            let (loss, both) = self.judge(&mut pass, real, copy)?;
            (of_discriminator, opinions) = (f64::from(loss.value), both);
            if !loss.value.is_finite() {
                return Ok(scores(0.0, of_discriminator, opinions));
            }
            let mut gradients = pass.backward(loss)?;
            let Network { model, optimizer, .. } = &mut self.networks[1];
            optimizer.step(model, &mut gradients, now.learning_rate * self.rate_share)?;
            made = Some(sample);
        }
        let Some(made) = made else { return Ok(Scores::default()) };

        // The generator's turn: through the discriminator, which only passes the gradient on.
        let [generator, discriminator] = &mut self.networks;
        // Its batch normalization goes on as in its own turn: by running statistics, which mix real samples and made
        // ones, it would show the generator another opponent than the one that judges.
        let trainable = freeze(&mut discriminator.model, None);
        play.frozen_by_batch = true;
        let judged = opinion_of(&mut discriminator.model, &mut play, made, 1.0);
        let learned = judged.and_then(|(loss, _)| {
            let value = f64::from(loss.value);
            let mut gradients = play.backward(loss)?;
            if value.is_finite() {
                generator.optimizer.step(&mut generator.model, &mut gradients, now.learning_rate)?;
            }
            Ok(value)
        });
        freeze(&mut discriminator.model, Some(&trainable));
        Ok(scores(learned?, of_discriminator, opinions))
    }

    fn evaluate(&mut self, set: &dyn Dataset) -> Result<Scores, Error> {
        let (mut mean, mut seen) = (Scores::default(), 0);
        let mut batch = Batch::default();
        let all: Vec<u32> = (0..set.len() as u32).collect();
        for (number, indices) in all.chunks(CHUNK).enumerate() {
            set.fill(indices, &mut batch);
            let noise = self.noise(batch.rows, derive(self.seed, 500 + number as u64));
            let made: Buffer = self.samples(noise, batch.rows)?.into();
            let device = self.generator().device().clone();
            let mut pass = Pass::inference(&device);
            let (of_generator, _) =
                opinion(&mut self.networks[1].model, &mut pass, Buffer::copy_of(&made), 1.0)?;
            let (loss, opinions) = self.judge(&mut pass, Buffer::copy_of(&batch.inputs), made)?;
            let own = scores(f64::from(of_generator.value), f64::from(loss.value), opinions);
            seen += batch.rows;
            mean = if number == 0 { own } else { mean.mean(&own, batch.rows as f64 / seen as f64) };
        }
        Ok(mean)
    }

    fn figures(&self, _splits: &Splits) -> Vec<FigureInfo> {
        figures::list(&self.shape)
    }

    fn figure(&mut self, name: &str, at: &Controls, _splits: &Splits) -> Result<Option<Drawn>, Error> {
        figures::draw(self, name, at)
    }
}

#[cfg(test)]
mod tests;
