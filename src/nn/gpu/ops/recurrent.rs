//! A recurrent layer over all its steps. What belongs to a step lies together, `[steps, rows, ...]`, in the order in which
//! the steps are read.

use std::rc::Rc;

use super::dense::sum_rows;
use super::output;
use crate::nn::device::Error;
use crate::nn::gpu::activation;
use crate::nn::gpu::array::Array;
use crate::nn::gpu::card::Card;
use crate::nn::gpu::device::Gpu;
use crate::nn::gpu::grid::Grid;
use crate::nn::gpu::launch::{
    GruStep, GruStepBack, LstmStep, LstmStepBack, OrderBySteps, Place, SimpleStep, SimpleStepBack, at, from,
};
use crate::nn::gpu::product::{Finish, Matrix, product};
use crate::nn::gpu::tape::{add_gradient, take_gradient};
use crate::nn::graph::{Pass, Var};
use crate::nn::kernel::recurrent::{Cell, Recurrence, Squash};
use crate::nn::ops::recurrent::{CarriedState, RecurrentOps, RecurrentWeights};
use crate::nn::profile::span;
use crate::preset::Activation;

/// Units and rows of a block: those of `recurrent.cu`.
const BLOCK: [usize; 2] = [32, 8];

/// The number by which kernels know the activation of a simple layer.
fn code(squash: Squash) -> usize {
    activation::code(match squash {
        Squash::Tanh => Activation::Tanh,
        Squash::Relu => Activation::Relu,
        Squash::Sigmoid => Activation::Sigmoid,
        Squash::Linear => Activation::Linear,
    })
}

/// A state before each step, `[steps, rows, units]`, and after the last one, `[rows, units]`.
struct States {
    before: Array,
    last: Array,
    /// Numbers of a step.
    length: usize,
}

impl States {
    /// Room for `steps` steps, from `start` or from zeros.
    fn new(card: &Rc<Card>, steps: usize, length: usize, start: Option<&Array>) -> Result<Self, Error> {
        let states = States {
            before: Array::scratch(card, steps * length)?,
            last: Array::scratch(card, length)?,
            length,
        };
        match start {
            Some(start) => states.before.copy_from(0, start),
            None => states.before.clear_start(length),
        }
        Ok(states)
    }

    fn before(&self, step: usize) -> Place<'_, f32> {
        from(&self.before, step * self.length)
    }

    fn after(&self, step: usize) -> Place<'_, f32> {
        let next = (step + 1) * self.length;
        if next < self.before.len() { from(&self.before, next) } else { at(&self.last) }
    }
}

/// A layer with a batch: what all its steps need.
struct Layer {
    card: Rc<Card>,
    shape: Recurrence,
    rows: usize,
    recurrent_kernel: Array,
}

/// What the forward pass keeps for the backward pass.
struct Trace {
    /// The inputs, `[steps, rows, features]`.
    inputs: Array,
    states: States,
    kind: Kind,
}

/// What depends on the cell.
enum Kind {
    Simple(Squash),
    /// The gates i, f, c, o, `[steps, rows, 4 units]`, and the cell states.
    Lstm {
        gates: Array,
        memories: States,
    },
    /// The gates z, r, n, and in `products` the candidate's product with the state in the last of three parts, both
    /// `[steps, rows, 3 units]`.
    Gru {
        gates: Array,
        products: Array,
    },
}

/// The gradients of all steps' gates, `[steps, rows, gates * units]`: of what they got from the input, and from the state.
struct GateGradients {
    of_input: Array,
    of_state: Array,
}

impl Layer {
    fn grid(&self) -> Result<Grid, Error> {
        Grid::of([self.shape.units.div_ceil(BLOCK[0]), self.rows.div_ceil(BLOCK[1]).max(1), 1], 256)
    }

    /// Numbers of a step's state, and of its gates.
    fn lengths(&self) -> [usize; 2] {
        let state = self.rows * self.shape.units;
        [state, state * self.shape.cell.gates()]
    }

    /// Puts sequences, `[rows, steps, features]`, in the order of reading, `[steps, rows, features]`, or the other way
    /// round where `is_back` is set.
    fn order(&self, x: &Array, is_back: bool) -> Result<Array, Error> {
        let out = Array::scratch(&self.card, x.len())?;
        OrderBySteps {
            out: at(&out),
            x: at(x),
            count: x.len(),
            rows: self.rows,
            steps: self.shape.steps,
            features: self.shape.features,
            is_reversed: usize::from(self.shape.go_backwards),
            is_back: usize::from(is_back),
        }
        .launch(&self.card, Grid::over(x.len())?)?;
        Ok(out)
    }

    /// Where a step's state comes out; nowhere if it is no part of the output.
    fn written<'a>(&self, output: &'a Array, step: usize) -> Place<'a, f32> {
        let place = self.shape.writes(step).filter(|_| self.rows > 0);
        place.map_or(at(None), |to| from(output, to * self.shape.units))
    }

    fn forward(
        &self,
        input: &Array,
        kernel: &Array,
        bias: &Array,
        state: Option<&CarriedState<Gpu>>,
        output: &Array,
    ) -> Result<Trace, Error> {
        let Recurrence { cell, steps, features, units, .. } = self.shape;
        let [length, gate_length] = self.lengths();
        let (card, grid, rows) = (&self.card, self.grid()?, self.rows);
        let inputs = self.order(input, false)?;
        let sizes = [steps * rows, cell.gates() * units, features];
        let gates = product(card, sizes, Matrix::rows(&inputs), Matrix::rows(kernel), Finish::default())?;
        let states = States::new(card, steps, length, state.map(|state| &state.hidden))?;
        let (recurrent, bias, output_row) =
            (at(&self.recurrent_kernel), at(bias), self.shape.output_columns());
        let kind = match cell {
            Cell::Simple(squash) => Kind::Simple(squash),
            Cell::Lstm => {
                let memories = States::new(card, steps, length, state.map(|state| &state.memory))?;
                Kind::Lstm { gates: gates.clone(), memories }
            }
            Cell::Gru => Kind::Gru { gates: gates.clone(), products: Array::scratch(card, gates.len())? },
        };
        for step in 0..steps {
            let (state, previous) = (states.after(step), states.before(step));
            let (own, output) = (from(&gates, step * gate_length), self.written(output, step));
            match &kind {
                Kind::Simple(squash) => {
                    let (inputs, activation) = (own, code(*squash));
                    SimpleStep {
                        state,
                        output,
                        inputs,
                        previous,
                        recurrent,
                        bias,
                        rows,
                        units,
                        output_row,
                        activation,
                    }
                    .launch(card, grid)?;
                }
                Kind::Lstm { memories, .. } => {
                    let (memory, previous_memory) = (memories.after(step), memories.before(step));
                    LstmStep {
                        gates: own,
                        state,
                        memory,
                        output,
                        previous,
                        previous_memory,
                        recurrent,
                        bias,
                        rows,
                        units,
                        output_row,
                    }
                    .launch(card, grid)?;
                }
                Kind::Gru { products, .. } => {
                    let products = from(products, step * gate_length);
                    GruStep {
                        gates: own,
                        products,
                        state,
                        output,
                        previous,
                        recurrent,
                        bias,
                        rows,
                        units,
                        output_row,
                    }
                    .launch(card, grid)?;
                }
            }
        }
        Ok(Trace { inputs, states, kind })
    }

    /// The gradients of the gates from that of the output. Those of LSTM and GRU take the gates' own place.
    fn backward(&self, trace: &Trace, d_output: &Array) -> Result<GateGradients, Error> {
        let Recurrence { steps, units, .. } = self.shape;
        let [length, gate_length] = self.lengths();
        let (card, grid, rows) = (&self.card, self.grid()?, self.rows);
        let (recurrent, output_row) = (at(&self.recurrent_kernel), self.shape.output_columns());
        let states = &trace.states;
        let gradients = match &trace.kind {
            Kind::Simple(_) => {
                let gates = Array::scratch(card, steps * gate_length)?;
                GateGradients { of_input: gates.clone(), of_state: gates }
            }
            Kind::Lstm { gates, .. } => GateGradients { of_input: gates.clone(), of_state: gates.clone() },
            Kind::Gru { gates, products } => {
                GateGradients { of_input: gates.clone(), of_state: products.clone() }
            }
        };
        // What flows from step to step beside the products: LSTM's memory, GRU's share of the old state.
        let carried = Array::scratch(card, length)?;
        for step in (0..steps).rev() {
            let is_last = step + 1 == steps || self.shape.is_cut_before(step + 1);
            let next = if is_last { at(None) } else { from(&gradients.of_state, (step + 1) * gate_length) };
            let (own, d_output) =
                (from(&gradients.of_input, step * gate_length), self.written(d_output, step));
            match &trace.kind {
                Kind::Simple(squash) => {
                    let (state, activation) = (states.after(step), code(*squash));
                    SimpleStepBack {
                        d_gates: own,
                        d_output,
                        next,
                        state,
                        recurrent,
                        rows,
                        units,
                        output_row,
                        activation,
                    }
                    .launch(card, grid)?;
                }
                Kind::Lstm { memories, .. } => {
                    let (memory, previous_memory) = (memories.after(step), memories.before(step));
                    LstmStepBack {
                        gates: own,
                        d_memory: at(&carried),
                        d_output,
                        next,
                        memory,
                        previous_memory,
                        recurrent,
                        rows,
                        units,
                        output_row,
                    }
                    .launch(card, grid)?;
                }
                Kind::Gru { products, .. } => {
                    GruStepBack {
                        gates: own,
                        products: from(products, step * gate_length),
                        d_state: at(&carried),
                        d_output,
                        next,
                        previous: states.before(step),
                        recurrent,
                        rows,
                        units,
                        output_row,
                    }
                    .launch(card, grid)?;
                }
            }
        }
        Ok(gradients)
    }

    /// The gradient of the bias: GRU's is `[2, 3 units]`, the input's and the state's.
    fn bias_gradient(&self, gradients: &GateGradients) -> Result<Array, Error> {
        let width = self.shape.cell.gates() * self.shape.units;
        let of_input = sum_rows(&self.card, &gradients.of_input, width)?;
        match self.shape.cell {
            Cell::Simple(_) | Cell::Lstm => Ok(of_input),
            Cell::Gru => {
                let both = Array::scratch(&self.card, 2 * width)?;
                both.copy_from(0, &of_input);
                both.copy_from(width, &sum_rows(&self.card, &gradients.of_state, width)?);
                Ok(both)
            }
        }
    }
}

impl RecurrentOps for Gpu {
    fn recurrent(
        pass: &mut Pass<Gpu>,
        input: &Var<Gpu>,
        weights: RecurrentWeights<Gpu>,
        shape: &Recurrence,
        state: Option<&CarriedState<Gpu>>,
    ) -> Result<(Var<Gpu>, CarriedState<Gpu>), Error> {
        let RecurrentWeights { kernel, recurrent_kernel, bias } = weights;
        let card = pass.device.card().clone();
        let (rows, steps, units) = (input.rows, shape.steps, shape.units);
        let work = 2 * rows * steps * (kernel.len() + recurrent_kernel.len());
        let layer = Layer {
            card: card.clone(),
            shape: *shape,
            rows,
            recurrent_kernel: recurrent_kernel.values.clone(),
        };
        let values = Array::scratch(&card, rows * shape.output_columns())?;
        let trace = {
            let _span = span("recurrent forward", work as u64);
            layer.forward(&input.values, &kernel.values, &bias.values, state, &values)?
        };
        let memory = match &trace.kind {
            Kind::Lstm { memories, .. } => memories.last.clone(),
            Kind::Simple(_) | Kind::Gru { .. } => Array::scratch(&card, 0)?,
        };
        let last = CarriedState { rows, hidden: trace.states.last.clone(), memory };
        let wants_weights = kernel.trainable || recurrent_kernel.trainable || bias.trainable;
        let wants = input.wants_gradient || wants_weights;
        let y = output(pass, values, [rows, shape.output_columns()], wants)?;
        if wants && pass.records() {
            let (input_node, out, wants_input) = (input.node.clone(), y.node.clone(), input.wants_gradient);
            let [kernel_node, recurrent_node, bias_node] =
                [kernel, recurrent_kernel, bias].map(|p| p.trainable.then(|| p.node.clone()));
            let kernel = kernel.values.clone();
            pass.record(move |grads| {
                let Some(d_output) = take_gradient(grads, &out)? else { return Ok(()) };
                let _span = span("recurrent backward", 2 * work as u64);
                let gradients = layer.backward(&trace, &d_output)?;
                let (features, width, all) =
                    (layer.shape.features, layer.shape.cell.gates() * units, steps * rows);
                let (of_input, of_state) = (&gradients.of_input, &gradients.of_state);
                if wants_input {
                    let (a, b) = (Matrix::rows(of_input), Matrix::transposed(&kernel));
                    let dx = product(&card, [all, features, width], a, b, Finish::default())?;
                    add_gradient(grads, &input_node, layer.order(&dx, true)?)?;
                }
                if let Some(node) = &kernel_node {
                    let (a, b) = (Matrix::transposed(&trace.inputs), Matrix::rows(of_input));
                    add_gradient(
                        grads,
                        node,
                        product(&card, [features, width, all], a, b, Finish::default())?,
                    )?;
                }
                if let Some(node) = &recurrent_node {
                    let (a, b) = (Matrix::transposed(&trace.states.before), Matrix::rows(of_state));
                    add_gradient(grads, node, product(&card, [units, width, all], a, b, Finish::default())?)?;
                }
                if let Some(node) = &bias_node {
                    add_gradient(grads, node, layer.bias_gradient(&gradients)?)?;
                }
                Ok(())
            });
        }
        Ok((y, last))
    }
}
