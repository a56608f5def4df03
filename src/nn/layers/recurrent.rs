//! What SimpleRNN, LSTM and GRU have in common: three weights, one op, and a state that may be kept.

use super::Layer;
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::kernel::recurrent::{Recurrence, State};
use crate::nn::ops::Backend;
use crate::nn::ops::recurrent::RecurrentWeights;

/// A recurrent layer: `[batch, steps * features]` to `[batch, units]`, or to `[batch, steps * units]` with
/// `return_sequences`.
pub struct Recurrent<D: Backend> {
    /// `[features, gates * units]`.
    pub kernel: Param<D>,
    /// `[units, gates * units]`.
    pub recurrent_kernel: Param<D>,
    /// `[gates * units]`; GRU: `[2, 3 * units]`.
    pub bias: Param<D>,
    shape: Recurrence,
    stateful: bool,
    state: Option<State>,
}

impl<D: Backend> Recurrent<D> {
    /// A layer with these weights: `kernel`, `recurrent_kernel`, `bias`.
    ///
    /// # Errors
    /// When the weights do not have the shapes that `shape` asks for, or the device fails.
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
            state: None,
        })
    }

    /// The shapes of kernel, recurrent kernel and bias.
    pub fn weight_shapes(shape: &Recurrence) -> [Vec<usize>; 3] {
        use crate::nn::kernel::recurrent::Cell;
        let width = shape.cell.gates() * shape.units;
        let bias = if shape.cell == Cell::Gru { vec![2, width] } else { vec![width] };
        [vec![shape.features, width], vec![shape.units, width], bias]
    }

    /// Its shape and ways.
    pub fn shape(&self) -> &Recurrence {
        &self.shape
    }

    /// Reads sequences from their end from now on and gives all states in the input's order: the second half of a
    /// bidirectional layer.
    pub fn reverse(&mut self) {
        self.shape.go_backwards = !self.shape.go_backwards;
        self.shape.restore_order = true;
    }
}

impl<D: Backend> Layer<D> for Recurrent<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        let weights = RecurrentWeights {
            kernel: &self.kernel,
            recurrent_kernel: &self.recurrent_kernel,
            bias: &self.bias,
        };
        // A last batch that is smaller starts anew: its rows continue other sequences.
        let kept = self.state.take().filter(|state| state.hidden.len() == input.rows * self.shape.units);
        let (output, state) = D::recurrent(pass, &input, weights, &self.shape, kept.as_ref())?;
        self.state = self.stateful.then_some(state);
        Ok(output)
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

    fn reset_state(&mut self) {
        self.state = None;
    }

    fn visit_kept(&self, path: &str, visit: &mut dyn FnMut(String, &[f32])) {
        if let Some(state) = &self.state {
            visit(format!("{path}hidden"), &state.hidden);
            visit(format!("{path}memory"), &state.memory);
        }
    }

    fn restore_kept(&mut self, path: &str, saved: &mut dyn FnMut(&str) -> Option<Vec<f32>>) {
        let (hidden, memory) = (saved(&format!("{path}hidden")), saved(&format!("{path}memory")));
        self.state = hidden.zip(memory).map(|(hidden, memory)| State { hidden, memory });
    }
}
