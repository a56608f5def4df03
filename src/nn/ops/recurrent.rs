//! A recurrent layer over all its steps, as one op.

use dfdx::tensor::Cpu;

use crate::nn::device::{Device, Error};
use crate::nn::gradients::{add_gradient, take_gradient};
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::kernel::recurrent::{Recurrence, State, Wanted, Weights};
use crate::nn::profile::span;

/// The weights of a recurrent layer.
pub struct RecurrentWeights<'a, D: Device> {
    /// The input kernel, `[features, gates * units]`.
    pub kernel: &'a Param<D>,
    /// The recurrent kernel, `[units, gates * units]`.
    pub recurrent_kernel: &'a Param<D>,
    /// The bias, `[gates * units]`; GRU: `[2, 3 * units]`.
    pub bias: &'a Param<D>,
}

impl<D: Device> Clone for RecurrentWeights<'_, D> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<D: Device> Copy for RecurrentWeights<'_, D> {}

/// What a recurrent layer carries from batch to batch, on the device.
#[derive(Clone)]
pub struct CarriedState<D: Device> {
    /// Samples of the batch.
    pub rows: usize,
    /// The hidden state, `[rows, units]`.
    pub hidden: D::Values,
    /// LSTM's cell state, `[rows, units]`; no numbers for other cells.
    pub memory: D::Values,
}

/// Recurrent layers.
pub trait RecurrentOps: Device {
    /// Runs `input`, `[batch, steps * features]`, through all steps, from `state` or from zeros. Returns the output
    /// (`[batch, steps * units]` or `[batch, units]`) and the state after the last step. No gradient flows into
    /// `state`.
    ///
    /// # Errors
    /// When the device fails.
    fn recurrent(
        pass: &mut Pass<Self>,
        input: &Var<Self>,
        weights: RecurrentWeights<Self>,
        shape: &Recurrence,
        state: Option<&CarriedState<Self>>,
    ) -> Result<(Var<Self>, CarriedState<Self>), Error>;
}

impl RecurrentOps for Cpu {
    fn recurrent(
        pass: &mut Pass<Cpu>,
        input: &Var<Cpu>,
        weights: RecurrentWeights<Cpu>,
        shape: &Recurrence,
        state: Option<&CarriedState<Cpu>>,
    ) -> Result<(Var<Cpu>, CarriedState<Cpu>), Error> {
        let RecurrentWeights { kernel, recurrent_kernel, bias } = weights;
        let products = 2 * input.rows * shape.steps * (kernel.len() + recurrent_kernel.len());
        let (output, trace) = {
            let _span = span("recurrent forward", products as u64);
            let weights = Weights {
                kernel: &kernel.values,
                recurrent_kernel: &recurrent_kernel.values,
                bias: &bias.values,
            };
            let state =
                state.map(|state| State { hidden: state.hidden.clone(), memory: state.memory.clone() });
            shape.forward(&input.values, input.rows, weights, state.as_ref())
        };
        let State { hidden, memory } = trace.last_state();
        let last = CarriedState { rows: input.rows, hidden, memory };
        let wanted = Wanted {
            input: input.wants_gradient,
            weights: kernel.trainable || recurrent_kernel.trainable || bias.trainable,
        };
        let wants = wanted.input || wanted.weights;
        let output = Var::new(&pass.device, output, input.rows, shape.output_columns(), wants)?;
        if pass.records() && wants {
            let (input, out) = (input.node.clone(), output.node.clone());
            let nodes = [kernel, recurrent_kernel, bias].map(|p| (p.node.clone(), p.trainable));
            let values = [&kernel.values, &recurrent_kernel.values, &bias.values].map(std::sync::Arc::clone);
            pass.record(move |grads| {
                let Some(d_output) = take_gradient(grads, &out) else { return Ok(()) };
                let _span = span("recurrent backward", 2 * products as u64);
                let [kernel, recurrent_kernel, bias] = &values;
                let gradients = trace.backward(&d_output, Weights { kernel, recurrent_kernel, bias }, wanted);
                if wanted.input {
                    add_gradient(grads, &input, gradients.input)?;
                }
                let parts = [gradients.kernel, gradients.recurrent_kernel, gradients.bias];
                for ((node, trainable), part) in nodes.iter().zip(parts) {
                    if *trainable {
                        add_gradient(grads, node, part)?;
                    }
                }
                Ok(())
            });
        }
        Ok((output, last))
    }
}
