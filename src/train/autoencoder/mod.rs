//! Autoencoders: an encoder turns an input into a short code, and a decoder rebuilds the input from it. A variational
//! autoencoder draws the code from normal distributions that the encoder gives, and keeps these near the standard one.

mod figures;

use super::error::Error;
use super::evaluation::{Evaluation, MeanScores, chunk};
use super::figure::{Controls, FigureInfo};
use super::metrics::{Metric, Metrics, Scores};
use super::network::{Network, steer_both};
use super::pretrain::zero_some;
use super::train_step::{Drawn, StepContext, TrainStep};
use super::training_loop::TrainingLoop;
use crate::data::{Batch, Dataset, Splits, Targets};
use crate::nn::Value;
use crate::nn::buffer::Buffer;
use crate::nn::graph::{Pass, Scalar, Var};
use crate::nn::kernel::random::derive_seed;
use crate::nn::loss::Form;
use crate::nn::model::Model;
use crate::nn::ops::Backend;
use crate::nn::optim::{self, Optimizer};
use crate::preset::{Loss, LossOptions, Preset, experiment};

/// How the decoder's input is made from the encoder's output.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Code {
    /// The encoder's output itself; a share of the inputs is set to zero before encoding.
    Plain { noise: f32 },
    /// A draw from the means and log variances that the encoder gives.
    Normal { kl_weight: f32 },
}

/// Encoder and decoder, with the kind of code and the loss.
pub struct Autoencoder<D: Backend> {
    networks: [Network<D>; 2],
    code: Code,
    loss: Loss,
    options: LossOptions,
    /// The same on samples that are not trained on.
    evaluation: LossOptions,
    /// The last batch's targets, kept to reuse their memory.
    targets: Targets,
}

/// Builds both networks of an autoencoder whose code is its encoder's output.
///
/// # Errors
/// When the networks do not fit the samples.
pub fn plain<D: Backend>(
    preset: &Preset,
    networks: &experiment::Autoencoder,
    splits: Splits,
    device: &D,
) -> Result<TrainingLoop<Autoencoder<D>>, Error> {
    let experiment::Autoencoder { encoder, decoder, noise } = networks;
    prepare(preset, Code::Plain { noise: *noise }, [encoder, decoder], splits, device)
}

/// Builds both networks of an autoencoder whose code is drawn.
///
/// # Errors
/// For the same reasons as [`plain`].
pub fn variational<D: Backend>(
    preset: &Preset,
    networks: &experiment::Variational,
    splits: Splits,
    device: &D,
) -> Result<TrainingLoop<Autoencoder<D>>, Error> {
    let experiment::Variational { encoder, decoder, kl_weight } = networks;
    prepare(preset, Code::Normal { kl_weight: *kl_weight }, [encoder, decoder], splits, device)
}

fn prepare<D: Backend>(
    preset: &Preset,
    code: Code,
    [encoder, decoder]: [&experiment::Network; 2],
    splits: Splits,
    device: &D,
) -> Result<TrainingLoop<Autoencoder<D>>, Error> {
    TrainingLoop::on(preset, splits, |preset, _| {
        let network = |name, of: &experiment::Network, loss, stream| -> Result<Network<D>, Error> {
            let model = Model::build(device, &of.layers, &of.input, loss, derive_seed(preset.seed, stream))?;
            Ok(Network { name, model, optimizer: Optimizer::new(&preset.optimizer, &preset.train.clip) })
        };
        Ok(Autoencoder {
            networks: [
                // The encoder applies its last activation itself; only the decoder may leave it to the loss.
                network("encoder/", encoder, Loss::MeanSquaredError, 1)?,
                network("decoder/", decoder, preset.loss, 2)?,
            ],
            code,
            loss: preset.loss,
            options: preset.loss_options.clone(),
            evaluation: preset.loss_options.for_evaluation(),
            targets: Targets::default(),
        })
    })
}

/// What the scores of a batch are made of; some of it may still be on its way to the host.
struct Outcome<D: Backend> {
    loss: Value<D>,
    /// The negative log-likelihood of a sample, in nats, where the loss is 1.
    nats: f64,
    /// The weight of the divergence of drawn codes, and the divergence.
    divergence: Option<(f64, Value<D>)>,
    /// The decoder's output, in `form`.
    output: D::Reading,
    form: Form,
}

impl<D: Backend> Outcome<D> {
    /// What must be finite for something to be learned.
    fn guards(&self) -> Vec<&Value<D>> {
        [Some(&self.loss), self.divergence.as_ref().map(|(_, divergence)| divergence)]
            .into_iter()
            .flatten()
            .collect()
    }

    fn scores(&self, targets: &Targets) -> Result<Scores, Error> {
        let error = match targets {
            Targets::Values(targets) => squared_error(self.form, &D::arrived(&self.output)?, targets),
            Targets::Classes(_) => 0.0,
        };
        let mut metrics = Metrics::default().with(Metric::ReconstructionError, error);
        let mut loss = self.loss.read()?;
        if let Some((weight, divergence)) = &self.divergence {
            let divergence = divergence.read()?;
            metrics.set(Metric::KlDivergence, divergence);
            loss = self.nats * loss + weight * divergence;
        }
        Ok(Scores { loss, accuracy: None, metrics })
    }
}

impl<D: Backend> Autoencoder<D> {
    /// Goes from inputs over code and reconstruction to the loss, each sample's times its weight; returns the scalar to be
    /// minimised, and what the scores are made of.
    fn forward(
        &mut self,
        pass: &mut Pass<D>,
        inputs: Buffer,
        rows: usize,
        targets: &Targets,
        weights: &[f32],
        seed: u64,
    ) -> Result<(Scalar<D>, Outcome<D>), Error> {
        let [encoder, decoder] = &mut self.networks;
        let (encoder, decoder) = (&mut encoder.model, &mut decoder.model);
        let width = encoder.input_len();
        let device = encoder.device().clone();
        let input = Var::new(&device, inputs, rows, width, false)?;
        let mut code = encoder.forward(pass, input)?;
        // The loss is a mean over `width` numbers; the negative log-likelihood of a sample, in nats, is their sum. A
        // squared error is twice that of a normal distribution of variance 1, up to a constant.
        let nats = width as f64 * if self.loss == Loss::MeanSquaredError { 0.5 } else { 1.0 };
        let mut divergence = None;
        if let Code::Normal { kl_weight } = self.code {
            let (drawn, kl) = D::draw_code(pass, &code, kl_weight / nats as f32, weights, seed)?;
            (code, divergence) = (drawn, Some((f64::from(kl_weight), kl)));
        }
        let output = decoder.forward(pass, code)?;
        let form = decoder.form();
        let options = if pass.records() { &self.options } else { &self.evaluation };
        let loss = D::loss(pass, &output, width, targets, weights, self.loss, options, form)?;
        let (value, output) = (loss.value.clone(), output.begin_reading()?);
        Ok((loss, Outcome { loss: value, nats, divergence, output, form }))
    }

    fn encoder(&mut self) -> &mut Model<D> {
        &mut self.networks[0].model
    }

    /// The decoder's samples for rows of codes.
    fn decode(&mut self, codes: Vec<f32>, rows: usize) -> Result<Vec<f32>, Error> {
        Ok(self.networks[1].model.predict(codes.into(), rows)?)
    }

    /// The codes of some samples, one after the other; for a variational encoder, the means.
    fn codes(&mut self, batch: &Batch) -> Result<Vec<f32>, Error> {
        let output = self.encoder().predict(Buffer::copy_of(&batch.inputs), batch.rows)?;
        Ok(match self.code {
            Code::Plain { .. } => output,
            Code::Normal { .. } => {
                let both = output.len() / batch.rows.max(1);
                output.chunks_exact(both.max(2)).flat_map(|row| row[..both / 2].to_vec()).collect()
            }
        })
    }
}

/// The mean squared difference between the decoder's output, which is in `form`, and the inputs.
fn squared_error(form: Form, output: &[f32], targets: &[f32]) -> f64 {
    let say = |y: f32| match form {
        Form::SigmoidLogits => 1.0 / (1.0 + (-y).exp()),
        Form::Output | Form::SoftmaxLogits => y,
    };
    let sum: f64 = output.iter().zip(targets).map(|(y, t)| f64::from(say(*y) - t).powi(2)).sum();
    sum / targets.len().max(1) as f64
}

impl<D: Backend> TrainStep for Autoencoder<D> {
    type Device = D;
    type Sums = MeanScores;

    fn networks(&self) -> &[Network<D>] {
        &self.networks
    }

    fn networks_mut(&mut self) -> &mut [Network<D>] {
        &mut self.networks
    }

    fn steer(&mut self, settings: &Preset) -> Result<(), Error> {
        self.options.label_smoothing = settings.loss_options.label_smoothing;
        steer_both(&mut self.networks, settings, &settings.optimizer)
    }

    fn step(&mut self, batch: &mut Batch, context: StepContext) -> Result<Scores, Error> {
        let mut inputs = Buffer::copy_of(&batch.inputs);
        if let Code::Plain { noise } = self.code {
            zero_some(&mut inputs, noise, derive_seed(context.seed, 1));
        }
        let device = self.encoder().device().clone();
        let mut pass = Pass::training(&device, context.seed);
        let seed = derive_seed(context.seed, 2);
        let mut targets = std::mem::take(&mut self.targets);
        targets.emptied_values().extend_from_slice(&batch.inputs);
        let outcome = self.forward(&mut pass, inputs, batch.rows, &targets, &batch.weights, seed);
        self.targets = targets;
        let (loss, outcome) = outcome?;
        let mut gradients = pass.backward(loss)?;
        let mut penalties = Vec::with_capacity(self.networks.len());
        for Network { model, optimizer, .. } in &mut self.networks {
            penalties.push(optim::penalty(model)?);
            optimizer.step_if_finite(model, &mut gradients, context.learning_rate, &outcome.guards())?;
        }
        let mut scores = outcome.scores(&self.targets)?;
        if scores.loss.is_finite() {
            for penalty in &penalties {
                scores.loss += penalty.read()?;
            }
        }
        Ok(scores)
    }

    fn begin_evaluation(&mut self, set: &dyn Dataset) -> Evaluation<MeanScores> {
        self.networks.iter_mut().for_each(|network| network.model.reset_evaluation_state());
        Evaluation::of_all(set, chunk(&self.networks), MeanScores::default())
    }

    fn evaluate(&mut self, batch: &Batch, number: u64, sums: &mut MeanScores) -> Result<(), Error> {
        let device = self.encoder().device().clone();
        let mut pass = Pass::evaluation(&device);
        let inputs = Buffer::copy_of(&batch.inputs);
        let targets = Targets::Values(batch.inputs.clone());
        let (_, outcome) =
            self.forward(&mut pass, inputs, batch.rows, &targets, &[], derive_seed(7, number))?;
        sums.add(&outcome.scores(&targets)?, batch.rows);
        Ok(())
    }

    fn scores(&self, sums: MeanScores) -> Scores {
        sums.scores()
    }

    fn rebuild(&mut self, batch: &Batch) -> Result<Option<Vec<f32>>, Error> {
        let codes = self.codes(batch)?;
        self.decode(codes, batch.rows).map(Some)
    }

    fn figures(&self, splits: &Splits) -> Vec<FigureInfo> {
        figures::list(splits)
    }

    fn figure(&mut self, name: &str, at: &Controls, splits: &Splits) -> Result<Option<Drawn>, Error> {
        figures::draw(self, name, at, splits)
    }
}

#[cfg(test)]
mod tests;
