//! A layer that learns as a denoising autoencoder: it rebuilds its input from a copy in which a share of the numbers is
//! set to zero (Vincent et al. 2008).

use crate::data::Targets;
use crate::nn::Error;
use crate::nn::buffer::Buffer;
use crate::nn::graph::{Pass, Var};
use crate::nn::kernel::random::{derive_seed, uniforms};
use crate::nn::model::Model;
use crate::nn::ops::Backend;
use crate::nn::optim::Optimizer;
use crate::preset::layers::Dense;
use crate::preset::optimizers::Adam;
use crate::preset::{self, Activation, Clip, Initializer, Layer, Loss, LossOptions, Regularizer};

/// The layer, followed by a linear layer that rebuilds the input, trained by Adam on the squared error.
pub struct Coder<D: Backend> {
    /// The layer and its decoder.
    pub model: Model<D>,
    /// Adam with its moments.
    pub optimizer: Optimizer<D>,
    activation: Activation,
    noise: f32,
    /// The last batch's targets, kept to reuse their memory.
    targets: Targets,
}

/// Sets each number to zero with probability `share`, drawn with `seed`.
pub fn zero_some(numbers: &mut [f32], share: f32, seed: u64) {
    if share > 0.0 {
        let mut chance = Buffer::scratch(numbers.len());
        uniforms(&mut chance, seed);
        numbers.iter_mut().zip(&*chance).filter(|(_, chance)| **chance < share).for_each(|(x, _)| *x = 0.0);
    }
}

impl<D: Backend> Coder<D> {
    /// A layer from `inputs` numbers to `units`; `momentum` is Adam's first beta.
    ///
    /// # Errors
    /// When the device fails.
    pub fn new(
        device: &D,
        [inputs, units]: [usize; 2],
        activation: Activation,
        noise: f32,
        rate: f64,
        momentum: f64,
        weight_decay: f64,
        seed: u64,
    ) -> Result<Self, Error> {
        let dense = |units, activation| {
            Layer::Dense(Dense {
                units,
                activation,
                use_bias: true,
                kernel_initializer: Initializer::GlorotUniform,
                // The gradient of l2 w^2 is 2 l2 w.
                kernel_regularizer: Regularizer { l1: 0.0, l2: weight_decay as f32 / 2.0 },
            })
        };
        let layers = [dense(units, activation), dense(inputs, Activation::Linear)];
        let model = Model::build(device, &layers, &[inputs], Loss::MeanSquaredError, seed)?;
        let adam = preset::Optimizer::from(Adam { learning_rate: rate, beta_1: momentum, ..Adam::default() });
        let (optimizer, targets) = (Optimizer::new(&adam, &Clip::default()), Targets::default());
        Ok(Coder { model, optimizer, activation, noise, targets })
    }

    /// Makes one update from rows of inputs; returns the mean squared error of their reconstructions, each row's times its
    /// weight. No weights: all are 1.
    ///
    /// # Errors
    /// When the device fails.
    pub fn step(&mut self, inputs: &[f32], weights: &[f32], rate: f64, seed: u64) -> Result<f64, Error> {
        let width = self.model.input_len();
        let rows = inputs.len() / width;
        let mut noisy = Buffer::copy_of(inputs);
        zero_some(&mut noisy, self.noise, derive_seed(seed, 0));
        let device = self.model.device().clone();
        let mut pass = Pass::training(&device, seed);
        let input = Var::new(&device, noisy, rows, width, false)?;
        let output = self.model.forward(&mut pass, input)?;
        self.targets.emptied_values().extend_from_slice(inputs);
        let (options, form) = (LossOptions::default(), self.model.form());
        let (targets, loss) = (&self.targets, Loss::MeanSquaredError);
        let loss = D::loss(&mut pass, &output, width, targets, weights, loss, &options, form)?;
        let error = loss.value.clone();
        let mut gradients = pass.backward(loss)?;
        self.optimizer.step(&mut self.model, &mut gradients, rate)?;
        error.read()
    }

    /// The number of the layer's units.
    pub fn units(&self) -> usize {
        let mut lens = Vec::with_capacity(4);
        self.model.visit(&mut |_, param| lens.push(param.len()));
        lens.get(1).copied().unwrap_or(0)
    }

    /// Kernel and bias of the layer.
    ///
    /// # Errors
    /// When the device fails.
    pub fn weights(&self) -> Result<[Vec<f32>; 2], Error> {
        let mut weights = Vec::with_capacity(4);
        self.model.visit(&mut |_, param| weights.push(param));
        match weights[..] {
            [kernel, bias, ..] => Ok([kernel.to_vec()?, bias.to_vec()?]),
            _ => Ok(Default::default()),
        }
    }

    /// The layer's output for rows of inputs.
    ///
    /// # Errors
    /// When the device fails.
    pub fn encode(&self, inputs: &[f32]) -> Result<Buffer, Error> {
        self.dense(inputs, 0, self.activation)
    }

    /// The inputs that the decoder rebuilds from rows of codes.
    ///
    /// # Errors
    /// When the device fails.
    pub fn decode(&self, code: &[f32]) -> Result<Buffer, Error> {
        self.dense(code, 1, Activation::Linear)
    }

    /// The output of the layer at a place, 0 or 1, for rows of its inputs.
    fn dense(&self, x: &[f32], place: usize, activation: Activation) -> Result<Buffer, Error> {
        let mut weights = Vec::with_capacity(4);
        self.model.visit(&mut |_, param| weights.push(param));
        let Some(&[kernel, bias]) = weights.chunks_exact(2).nth(place) else {
            return Err(Error::Weights("a layer of an autoencoder has a kernel and a bias".into()));
        };
        let inputs = kernel.len() / bias.len();
        let device = self.model.device();
        let x = Var::new(device, Buffer::copy_of(x), x.len() / inputs, inputs, false)?;
        let y = D::dense(&mut Pass::inference(device), &x, kernel, Some(bias), activation)?;
        Ok(Buffer::copy_of(&y.host()?))
    }
}
