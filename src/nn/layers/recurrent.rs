//! What SimpleRNN, LSTM and GRU have in common: three weights, one op, and a state that can be carried on.

use super::Layer;
use super::site::{Build, Site};
use super::view::{LayerView, ViewKind};
use crate::nn::device::Error;
use crate::nn::graph::{Carried, Param, Pass, Var};
use crate::nn::init::{Stream, numbers};
use crate::nn::kernel::recurrent::{Cell, Recurrence, Squash};
use crate::nn::ops::Backend;
use crate::nn::ops::recurrent::{CarriedState, RecurrentWeights};
use crate::preset::layers::RecurrentOptions;
use crate::preset::{Activation, Initializer, layers};

/// A recurrent layer: `[batch, steps * features]` to `[batch, units]`, or to `[batch, steps * units]` with
/// `return_sequences`.
pub struct Recurrent<D: Backend> {
    /// The input kernel, `[features, gates * units]`.
    pub kernel: Param<D>,
    /// The recurrent kernel, `[units, gates * units]`.
    pub recurrent_kernel: Param<D>,
    /// The bias, `[gates * units]`; GRU: `[2, 3 * units]`.
    pub bias: Param<D>,
    shape: Recurrence,
    stateful: bool,
    /// The carried state of each kind of pass, so that an evaluation within an epoch does not change the training's.
    carried: [Option<CarriedState<D>>; Carried::COUNT],
}

impl<D: Backend> Recurrent<D> {
    /// A layer with these weights: `kernel`, `recurrent_kernel`, `bias`.
    ///
    /// # Errors
    /// When the weights do not have the shapes that `shape` requires, or the device fails.
    pub fn new(
        device: &D,
        shape: Recurrence,
        stateful: bool,
        [kernel, recurrent_kernel, bias]: [Vec<f32>; 3],
    ) -> Result<Self, Error> {
        let [kernel_shape, recurrent_shape, bias_shape] = Self::weight_shapes(&shape);
        let param = |name, dims: &[usize], numbers: Vec<f32>| {
            if numbers.len() != dims.iter().product::<usize>() {
                return Err(Error::Weights(format!("{name} has {} numbers, not {dims:?}", numbers.len())));
            }
            Param::new(device, name, dims, numbers)
        };
        Ok(Recurrent {
            kernel: param("kernel", &kernel_shape, kernel)?,
            recurrent_kernel: param("recurrent_kernel", &recurrent_shape, recurrent_kernel)?,
            bias: param("bias", &bias_shape, bias)?,
            shape,
            stateful,
            carried: [const { None }; Carried::COUNT],
        })
    }

    /// The layer that a preset describes, with Keras's initial weights: the kernel by Glorot's initializer, the
    /// recurrent kernel orthogonal, the bias zero, or one for LSTM's forget gate.
    ///
    /// # Errors
    /// When the op does not have the layer's activation, or the device fails.
    pub fn from_options(
        device: &D,
        options: RecurrentOptions,
        [steps, features]: [usize; 2],
        stream: Stream,
    ) -> Result<Self, Error> {
        let RecurrentOptions { units, return_sequences, go_backwards, stateful, .. } = options;
        let (cell, starts_open) = match options.cell {
            layers::Cell::Simple(activation) => (Cell::Simple(squash(activation)?), false),
            layers::Cell::Lstm { unit_forget_bias } => (Cell::Lstm, unit_forget_bias),
            layers::Cell::Gru => (Cell::Gru, false),
        };
        let shape = Recurrence {
            cell,
            steps,
            features,
            units,
            return_sequences,
            go_backwards,
            reverse_output: false,
            truncate_steps: 0,
        };
        let [kernel, recurrent_kernel, bias] = Self::weight_shapes(&shape);
        let draw =
            |initializer, shape: &[usize], index| numbers(initializer, shape, &mut stream.parameter(index));
        let mut bias = vec![0.0; bias.iter().product()];
        if starts_open {
            bias[units..2 * units].fill(1.0);
        }
        let kernel = draw(Initializer::GlorotUniform, &kernel, 0);
        let recurrent_kernel = draw(Initializer::Orthogonal, &recurrent_kernel, 1);
        Self::new(device, shape, stateful, [kernel, recurrent_kernel, bias])
    }

    /// The shapes of kernel, recurrent kernel and bias.
    pub fn weight_shapes(shape: &Recurrence) -> [Vec<usize>; 3] {
        let width = shape.cell.gates() * shape.units;
        let bias = if shape.cell == Cell::Gru { vec![2, width] } else { vec![width] };
        [vec![shape.features, width], vec![shape.units, width], bias]
    }

    /// Its shape and options.
    pub fn shape(&self) -> &Recurrence {
        &self.shape
    }

    /// The same layer reading sequences from the other end. Its states come out in reverse order, so that they line up
    /// with those of the original layer: the second half of a bidirectional layer.
    pub fn reversed(mut self) -> Self {
        self.shape.go_backwards = !self.shape.go_backwards;
        self.shape.reverse_output = true;
        self
    }
}

macro_rules! build_recurrent {
    ($($kind:ident),*) => {$(
        impl Build for layers::$kind {
            fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
                let layer = Recurrent::from_options(site.device, self.options(), site.steps()?, site.stream)?;
                Ok(Box::new(layer))
            }
        }
    )*};
}
build_recurrent!(SimpleRNN, LSTM, GRU);

/// Converts an activation whose derivative follows from its value; the op has no others.
fn squash(activation: Activation) -> Result<Squash, Error> {
    match activation {
        Activation::Tanh => Ok(Squash::Tanh),
        Activation::Relu => Ok(Squash::Relu),
        Activation::Sigmoid => Ok(Squash::Sigmoid),
        Activation::Linear => Ok(Squash::Linear),
        other => Err(Error::Unsupported(format!("SimpleRNN with the activation {other:?}"))),
    }
}

impl<D: Backend> Layer<D> for Recurrent<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        let weights = RecurrentWeights {
            kernel: &self.kernel,
            recurrent_kernel: &self.recurrent_kernel,
            bias: &self.bias,
        };
        // A smaller last batch starts from zeros, because its rows do not continue the same sequences.
        let slot = &mut self.carried[pass.carries as usize];
        let before = slot.take().filter(|state| state.rows == input.rows);
        let (output, state) = D::recurrent(pass, &input, weights, &self.shape, before.as_ref())?;
        *slot = self.stateful.then_some(state);
        Ok(output)
    }

    /// Shows the state after every step.
    fn forward_viewed(
        &mut self,
        pass: &mut Pass<D>,
        input: Var<D>,
        path: &str,
        views: &mut Vec<LayerView>,
    ) -> Result<Var<D>, Error> {
        // An extra run from the same state gives the states after every step.
        let (carried, shape) = (self.carried.clone(), self.shape);
        self.shape.return_sequences = true;
        let states = self.forward(pass, input.clone());
        (self.carried, self.shape) = (carried, shape);
        views.push(LayerView::new(path, ViewKind::States, &[shape.steps, shape.units], states?.to_vec()?));
        self.forward(pass, input)
    }

    fn visit<'a>(&'a self, path: &str, visit: &mut dyn FnMut(String, &'a Param<D>)) {
        for param in [&self.kernel, &self.recurrent_kernel, &self.bias] {
            visit(format!("{path}{}", param.name), param);
        }
    }

    fn visit_mut<'a>(&'a mut self, path: &str, visit: &mut dyn FnMut(String, &'a mut Param<D>)) {
        for param in [&mut self.kernel, &mut self.recurrent_kernel, &mut self.bias] {
            visit(format!("{path}{}", param.name), param);
        }
    }

    fn reset_state(&mut self, of: Carried) {
        self.carried[of as usize] = None;
    }

    fn truncate(&mut self, steps: usize) {
        self.shape.truncate_steps = steps;
    }

    fn visit_carried(&self, path: &str, visit: &mut dyn FnMut(String, &[f32])) -> Result<(), Error> {
        if let Some(state) = &self.carried[Carried::Training as usize] {
            visit(format!("{path}hidden"), &D::host(&state.hidden)?);
            visit(format!("{path}memory"), &D::host(&state.memory)?);
        }
        Ok(())
    }

    fn restore_carried(
        &mut self,
        device: &D,
        path: &str,
        saved: &mut dyn FnMut(&str) -> Option<Vec<f32>>,
    ) -> Result<(), Error> {
        let (hidden, memory) = (saved(&format!("{path}hidden")), saved(&format!("{path}memory")));
        let state = hidden.zip(memory).map(|(hidden, memory)| {
            let rows = hidden.len() / self.shape.units;
            let (hidden, memory) = (device.upload(hidden.into())?, device.upload(memory.into())?);
            Ok(CarriedState { rows, hidden, memory })
        });
        self.carried[Carried::Training as usize] = state.transpose()?;
        Ok(())
    }
}
