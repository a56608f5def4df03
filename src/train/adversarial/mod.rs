//! Adversarial training: a generator makes samples from noise, a discriminator tells them from real ones, and each
//! learns from the other (Goodfellow et al. 2014).
//!
//! The discriminator lowers `-ln D(x) - ln(1 - D(G(z)))`, with one-sided label smoothing; the generator lowers
//! `-ln D(G(z))`, the non-saturating form.

mod figures;

use super::error::Error;
use super::evaluation::{Evaluation, MeanScores, chunk};
use super::figure::{Controls, FigureInfo};
use super::metrics::{Metric, Metrics, Scores};
use super::network::{Network, steer_both};
use super::snapshot::{Packer, Unpacker};
use super::train_step::{Drawn, StepContext, TrainStep};
use super::training_loop::TrainingLoop;
use crate::data::{Batch, Dataset, Splits, Targets};
use crate::nn::buffer::Buffer;
use crate::nn::graph::{Pass, Scalar, Var};
use crate::nn::kernel::random::derive_seed;
use crate::nn::model::Model;
use crate::nn::ops::Backend;
use crate::nn::optim::Optimizer;
use crate::nn::{self, Interrupt, Value};
use crate::preset::experiment::Adversarial;
use crate::preset::{Loss, LossOptions, Preset, Procedure};
use crate::run::Checkpoint;

/// Both networks and the settings of their training.
pub struct Adversaries<D: Backend> {
    /// The generator, then the discriminator.
    networks: [Network<D>; 2],
    label_smoothing: f32,
    discriminator_steps: u64,
    /// The discriminator's learning rate as a share of the generator's.
    rate_share: f64,
    /// Shape of a sample.
    shape: Vec<usize>,
    seed: u64,
    /// Whether a step has so many turns that it can be abandoned.
    is_interruptible: bool,
    /// When it is raised, such a step is abandoned.
    interrupt: Interrupt,
}

/// Builds both networks for these samples.
///
/// # Errors
/// When the networks do not fit them.
pub fn prepare<D: Backend>(
    preset: &Preset,
    networks: &Adversarial,
    splits: Splits,
    device: &D,
) -> Result<TrainingLoop<Adversaries<D>>, Error> {
    let Adversarial {
        generator,
        discriminator,
        label_smoothing,
        discriminator_steps,
        discriminator_optimizer: others,
    } = networks;
    TrainingLoop::on(preset, splits, |preset, _| {
        let seed = preset.seed;
        // The generator applies its last activation itself; only the discriminator leaves it to the loss.
        let plain = Loss::MeanSquaredError;
        let maker = Model::build(device, &generator.layers, &generator.input, plain, derive_seed(seed, 1))?;
        let (layers, shape) = (&discriminator.layers, &discriminator.input);
        let judge = Model::build(device, layers, shape, Loss::BinaryCrossentropy, derive_seed(seed, 2))?;
        let network = |name, model, optimizer| Network {
            name,
            model,
            optimizer: Optimizer::new(optimizer, &preset.train.clip),
        };
        Ok(Adversaries {
            networks: [
                network("generator/", maker, &preset.optimizer),
                network("discriminator/", judge, others),
            ],
            label_smoothing: *label_smoothing,
            discriminator_steps: u64::from(*discriminator_steps),
            rate_share: others.learning_rate() / preset.optimizer.learning_rate(),
            shape: shape.clone(),
            seed,
            is_interruptible: networks.is_interruptible(),
            interrupt: Interrupt::default(),
        })
    })
}

impl<D: Backend> Adversaries<D> {
    fn generator(&mut self) -> &mut Model<D> {
        &mut self.networks[0].model
    }

    /// Rows of standard normal numbers for the generator.
    fn noise(&self, rows: usize, seed: u64) -> Result<Var<D>, Error> {
        let generator = &self.networks[0].model;
        Ok(D::normal_noise(generator.device(), rows, generator.input_len(), seed)?)
    }

    /// The generator's samples for rows of noise.
    fn samples(&mut self, noise: &[f32], rows: usize) -> Result<Vec<f32>, Error> {
        Ok(self.generator().predict(Buffer::copy_of(noise), rows)?)
    }

    /// A copy of both networks and their optimizers.
    fn remembered(&self) -> Result<Checkpoint, Error> {
        let mut packer = Packer::new(0);
        for Network { name, model, optimizer } in &self.networks {
            packer.model(name, model)?;
            packer.optimizer(name, optimizer)?;
        }
        Ok(packer.finish(&()))
    }

    /// Puts both networks and their optimizers back.
    fn put_back(&mut self, remembered: Checkpoint) -> Result<(), Error> {
        let (mut unpacker, ()) = Unpacker::open(remembered)?;
        for Network { name, model, optimizer } in &mut self.networks {
            unpacker.model(name, model)?;
            unpacker.optimizer(name, optimizer)?;
        }
        Ok(())
    }

    /// The discriminator's loss on real and generated samples, and its logits for each.
    fn judge(
        &mut self,
        pass: &mut Pass<D>,
        real: Buffer,
        made: Var<D>,
    ) -> Result<(Scalar<D>, [Logits<D>; 2]), Error> {
        let smoothed = 1.0 - self.label_smoothing;
        let discriminator = &mut self.networks[1].model;
        let (real, opinion) = opinion(discriminator, pass, real, smoothed)?;
        let (made, doubt) = opinion_of(discriminator, pass, made, 0.0)?;
        Ok((D::sum(pass, real, made)?, [opinion, doubt]))
    }
}

/// The discriminator's logits for some samples, on their way to the host.
struct Logits<D: Backend>(D::Reading);

impl<D: Backend> Logits<D> {
    /// Its mean output: the probability that they are real.
    fn mean(&self) -> Result<f64, Error> {
        let logits = D::arrived(&self.0)?;
        let sum: f64 = logits.iter().map(|x| 1.0 / (1.0 + f64::from(-x).exp())).sum();
        Ok(sum / logits.len().max(1) as f64)
    }
}

/// The discriminator's loss on rows of samples for which its output should be `target`, and its logits.
fn opinion<D: Backend>(
    discriminator: &mut Model<D>,
    pass: &mut Pass<D>,
    samples: Buffer,
    target: f32,
) -> Result<(Scalar<D>, Logits<D>), Error> {
    let width = discriminator.input_len();
    let rows = samples.len() / width;
    let device = discriminator.device().clone();
    let input = Var::new(&device, samples, rows, width, false)?;
    opinion_of(discriminator, pass, input, target)
}

fn opinion_of<D: Backend>(
    discriminator: &mut Model<D>,
    pass: &mut Pass<D>,
    samples: Var<D>,
    target: f32,
) -> Result<(Scalar<D>, Logits<D>), Error> {
    let rows = samples.rows;
    let logits = discriminator.forward(pass, samples)?;
    let (targets, form) = (Targets::Values(vec![target; rows]), discriminator.form());
    let options = LossOptions::default();
    let loss = D::loss(pass, &logits, 1, &targets, &[], Loss::BinaryCrossentropy, &options, form)?;
    Ok((loss, Logits(logits.begin_reading()?)))
}

/// Freezes all parameters, or, given `were_trainable`, makes those trainable again that were; returns which were
/// trainable before.
fn freeze<D: Backend>(model: &mut Model<D>, were_trainable: Option<&[bool]>) -> Vec<bool> {
    let mut before = Vec::new();
    model.visit_mut(&mut |_, param| {
        let place = before.len();
        before.push(param.trainable);
        param.trainable = were_trainable.is_some_and(|were| were.get(place).copied().unwrap_or(false));
    });
    before
}

fn scores<D: Backend>(
    of_generator: f64,
    of_discriminator: f64,
    [real, generated]: &[Logits<D>; 2],
) -> Result<Scores, Error> {
    let (real, generated) = (real.mean()?, generated.mean()?);
    let metrics = Metrics::default()
        .with(Metric::GeneratorLoss, of_generator)
        .with(Metric::DiscriminatorLoss, of_discriminator)
        .with(Metric::ScoreReal, real)
        .with(Metric::ScoreGenerated, generated);
    Ok(Scores { loss: of_generator + of_discriminator, accuracy: None, metrics })
}

impl<D: Backend> TrainStep for Adversaries<D> {
    type Device = D;
    type Sums = MeanScores;

    fn networks(&self) -> &[Network<D>] {
        &self.networks
    }

    fn networks_mut(&mut self) -> &mut [Network<D>] {
        &mut self.networks
    }

    fn heed(&mut self, interrupt: Interrupt) {
        self.interrupt = interrupt;
    }

    fn steer(&mut self, settings: &Preset) -> Result<(), Error> {
        let of_discriminator = match &settings.procedure {
            Procedure::Adversarial(options) => options.discriminator_optimizer.as_ref(),
            _ => None,
        };
        steer_both(&mut self.networks, settings, of_discriminator.unwrap_or(&settings.optimizer))
    }

    fn step(&mut self, batch: &mut Batch, context: StepContext) -> Result<Scores, Error> {
        let rows = batch.rows;
        let device = self.generator().device().clone();
        let mut play = Pass::training(&device, derive_seed(context.seed, 1));
        let (mut last, mut losses) = (None, Vec::new());
        let mut before = self.is_interruptible.then(|| self.remembered()).transpose()?;
        for turn in 0..self.discriminator_steps {
            if self.interrupt.is_raised()
                && let Some(before) = before.take()
            {
                self.put_back(before)?;
                return Err(nn::Error::Interrupted.into());
            }
            let noise = self.noise(rows, derive_seed(context.seed, 2 + turn))?;
            play = Pass::training(&device, derive_seed(context.seed, 1));
            let sample = self.generator().forward(&mut play, noise)?;

            let mut pass = Pass::training(&device, derive_seed(context.seed, 1000 + turn));
            let real = Buffer::copy_of(&batch.inputs);
            let (loss, opinions) = self.judge(&mut pass, real, sample.detached())?;
            losses.push(loss.value.clone());
            let mut gradients = pass.backward(loss)?;
            let Network { model, optimizer, .. } = &mut self.networks[1];
            let (rate, guards) = (context.learning_rate * self.rate_share, losses.iter().collect::<Vec<_>>());
            optimizer.step_if_finite(model, &mut gradients, rate, &guards)?;
            last = Some((sample, opinions));
        }
        let Some((made, opinions)) = last else { return Ok(Scores::default()) };

        // The generator's turn: the gradient goes through the discriminator, which is not changed.
        let [generator, discriminator] = &mut self.networks;
        // The discriminator's batch normalization uses the batch's statistics, as in its own turn. With running
        // statistics, which mix real and generated samples, it would be a different judge for the generator.
        let trainable = freeze(&mut discriminator.model, None);
        play.frozen_by_batch = true;
        let judged = opinion_of(&mut discriminator.model, &mut play, made, 1.0);
        let learned = judged.and_then(|(loss, _)| {
            let value = loss.value.clone();
            let mut gradients = play.backward(loss)?;
            let guards: Vec<&Value<D>> = losses.iter().chain([&value]).collect();
            let Network { model, optimizer, .. } = generator;
            optimizer.step_if_finite(model, &mut gradients, context.learning_rate, &guards)?;
            Ok(value)
        });
        freeze(&mut discriminator.model, Some(&trainable));
        let of_generator = learned?;
        for loss in &losses {
            let of_discriminator = loss.read()?;
            if !of_discriminator.is_finite() {
                return scores(0.0, of_discriminator, &opinions);
            }
        }
        let of_discriminator = losses.last().map_or(Ok(0.0), Value::read)?;
        scores(of_generator.read()?, of_discriminator, &opinions)
    }

    fn begin_evaluation(&mut self, set: &dyn Dataset) -> Evaluation<MeanScores> {
        self.networks.iter_mut().for_each(|network| network.model.reset_evaluation_state());
        Evaluation::of_all(set, chunk(&self.networks), MeanScores::default())
    }

    fn evaluate(&mut self, batch: &Batch, number: u64, sums: &mut MeanScores) -> Result<(), Error> {
        let noise = self.noise(batch.rows, derive_seed(self.seed, 500 + number))?;
        let device = self.generator().device().clone();
        let mut pass = Pass::evaluation(&device);
        let made = self.generator().forward(&mut pass, noise)?;
        let (of_generator, _) = opinion_of(&mut self.networks[1].model, &mut pass, made.clone(), 1.0)?;
        let (loss, opinions) = self.judge(&mut pass, Buffer::copy_of(&batch.inputs), made)?;
        sums.add(&scores(of_generator.value.read()?, loss.value.read()?, &opinions)?, batch.rows);
        Ok(())
    }

    fn scores(&self, sums: MeanScores) -> Scores {
        sums.scores()
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
