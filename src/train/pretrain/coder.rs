//! A layer that learns as a denoising autoencoder: it rebuilds its input from one in which a share is set to zero
//! (Vincent et al. 2008).

use dfdx::tensor::Cpu;

use crate::data::Targets;
use crate::nn::Error;
use crate::nn::buffer::Buffer;
use crate::nn::graph::{Pass, Var};
use crate::nn::kernel::elementwise::bias_activation;
use crate::nn::kernel::gemm::{Mat, gemm};
use crate::nn::kernel::random::{derive, uniforms};
use crate::nn::loss::LossOp;
use crate::nn::model::{CpuModel, Model};
use crate::nn::optim::Optimizer;
use crate::preset::{self, Activation, Clip, Initializer, Layer, Loss, LossOptions, Regularizer};

/// The layer with a linear one behind it that rebuilds its input, trained by Adam on the squared error.
pub struct Coder {
    /// The layer and its decoder.
    pub model: CpuModel,
    /// What Adam remembers.
    pub optimizer: Optimizer,
    activation: Activation,
    noise: f32,
    /// The last batch's targets, for their memory.
    targets: Targets,
}

/// Sets each number to zero with probability `share`, as `seed` says.
pub fn zero_some(numbers: &mut [f32], share: f32, seed: u64) {
    if share > 0.0 {
        let mut chance = Buffer::scratch(numbers.len());
        uniforms(&mut chance, seed);
        numbers.iter_mut().zip(&*chance).filter(|(_, chance)| **chance < share).for_each(|(x, _)| *x = 0.0);
    }
}

impl Coder {
    /// A layer from `inputs` numbers to `units`; `momentum` is Adam's first beta.
    ///
    /// # Errors
    /// When the device fails.
    pub fn new(
        [inputs, units]: [usize; 2],
        activation: Activation,
        noise: f32,
        rate: f64,
        momentum: f64,
        weight_decay: f64,
        seed: u64,
    ) -> Result<Self, Error> {
        let dense = |units, activation| Layer::Dense {
            units,
            activation,
            use_bias: true,
            kernel_initializer: Initializer::GlorotUniform,
            // The gradient of l2 w^2 is 2 l2 w.
            kernel_regularizer: Regularizer { l1: 0.0, l2: weight_decay as f32 / 2.0 },
        };
        let layers = [dense(units, activation), dense(inputs, Activation::Linear)];
        let model = Model::build(&Cpu::default(), &layers, &[inputs], Loss::MeanSquaredError, seed)?;
        let adam =
            preset::Optimizer::Adam { learning_rate: rate, beta_1: momentum, beta_2: 0.999, epsilon: 1e-7 };
        let (optimizer, targets) = (Optimizer::new(&adam, &Clip::default()), Targets::default());
        Ok(Coder { model, optimizer, activation, noise, targets })
    }

    /// One update from rows of inputs; returns the mean squared error of their reconstructions.
    ///
    /// # Errors
    /// When the device fails.
    pub fn step(&mut self, inputs: &[f32], rate: f64, seed: u64) -> Result<f64, Error> {
        let width = self.model.input_len();
        let rows = inputs.len() / width;
        let mut noisy = Buffer::copy_of(inputs);
        zero_some(&mut noisy, self.noise, derive(seed, 0));
        let device = self.model.device().clone();
        let mut pass = Pass::training(&device, seed);
        let input = Var::new(&device, noisy, rows, width, false)?;
        let output = self.model.forward(&mut pass, input)?;
        self.targets.emptied_values().extend_from_slice(inputs);
        let (options, form) = (LossOptions::default(), self.model.form());
        let loss =
            Cpu::loss(&mut pass, &output, width, &self.targets, Loss::MeanSquaredError, &options, form)?;
        let error = f64::from(loss.value);
        let mut gradients = pass.backward(loss)?;
        self.optimizer.step(&mut self.model, &mut gradients, rate)?;
        Ok(error)
    }

    /// Kernel and bias of the layer.
    pub fn weights(&self) -> [Vec<f32>; 2] {
        let [kernel, bias, ..] = self.all_weights();
        [kernel, bias]
    }

    /// The layer's output for rows of inputs.
    pub fn encode(&self, inputs: &[f32]) -> Buffer {
        let [kernel, bias, ..] = self.all_weights();
        dense(inputs, &kernel, &bias, self.activation)
    }

    /// The inputs that the decoder makes of rows of codes.
    pub fn decode(&self, code: &[f32]) -> Buffer {
        let [.., kernel, bias] = self.all_weights();
        dense(code, &kernel, &bias, Activation::Linear)
    }

    /// Kernel and bias of the layer, then of its decoder.
    fn all_weights(&self) -> [Vec<f32>; 4] {
        let mut weights = Vec::with_capacity(4);
        self.model.visit(&mut |_, param| weights.push(param.to_vec()));
        weights.try_into().unwrap_or_default()
    }
}

fn dense(x: &[f32], kernel: &[f32], bias: &[f32], activation: Activation) -> Buffer {
    let (inputs, units) = (kernel.len() / bias.len(), bias.len());
    let rows = x.len() / inputs;
    let mut y = Buffer::scratch(rows * units);
    gemm(rows, units, inputs, Mat::rows(x, inputs), Mat::rows(kernel, units), &mut y, false);
    bias_activation(&mut y, units, Some(bias), activation, None);
    y
}
