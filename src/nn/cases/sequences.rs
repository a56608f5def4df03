//! Recurrent layers and attention.

use super::{Case, numbers, outcome, var};
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass};
use crate::nn::kernel::attention::Attention;
use crate::nn::kernel::recurrent::{Cell, Recurrence};
use crate::nn::ops::Backend;
use crate::nn::ops::recurrent::RecurrentWeights;

/// A recurrent layer that sees two batches, the second from the state after the first where `stateful`.
#[derive(Clone, Copy, Debug)]
pub struct Recurrent {
    /// Samples.
    pub rows: usize,
    /// The layer.
    pub shape: Recurrence,
    /// Whether the state is carried on.
    pub stateful: bool,
    /// Whether the weights learn.
    pub trainable: bool,
}

impl Case for Recurrent {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let Recurrent { rows, shape, stateful, trainable } = *self;
        let (units, width) = (shape.units, shape.cell.gates() * shape.units);
        let bias: &[usize] = if shape.cell == Cell::Gru { &[2, width] } else { &[width] };
        // Weights about as large as those of a trained layer: larger ones make sequences chaotic.
        let weights = |dims: &[usize], seed| {
            let numbers: Vec<f32> = numbers(dims.iter().product(), seed).iter().map(|x| x / 4.0).collect();
            Ok::<_, Error>(Param { trainable, ..Param::new(device, "weights", dims, numbers)? })
        };
        let (kernel, recurrent_kernel) =
            (weights(&[shape.features, width], 1)?, weights(&[units, width], 2)?);
        let bias = weights(bias, 3)?;
        let weights = RecurrentWeights { kernel: &kernel, recurrent_kernel: &recurrent_kernel, bias: &bias };
        let first = var(device, rows, shape.steps * shape.features, 4)?;
        let (y, state) = D::recurrent(&mut Pass::inference(device), &first, weights, &shape, None)?;
        let mut lists = vec![y.to_vec()?];
        let second = var(device, rows, shape.steps * shape.features, 5)?;
        let mut pass = Pass::training(device, 0);
        let (y, state) = D::recurrent(&mut pass, &second, weights, &shape, stateful.then_some(&state))?;
        for part in [&state.hidden, &state.memory] {
            lists.push(D::host(part)?.into_owned());
        }
        lists.extend(outcome(pass, &y, &[&second], &[&kernel, &recurrent_kernel, &bias])?);
        Ok(lists)
    }
}

/// Attention of so many samples.
#[derive(Clone, Copy, Debug)]
pub struct Attending(pub usize, pub Attention);

impl Case for Attending {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let Attending(rows, shape) = *self;
        let columns = shape.steps * shape.heads * shape.width;
        let (q, k) = (var(device, rows, columns, 1)?, var(device, rows, columns, 2)?);
        let v = var(device, rows, columns, 3)?;
        let mut pass = Pass::training(device, 0);
        let attended = D::attention(&mut pass, [&q, &k, &v], shape)?;
        let mut lists = outcome(pass, &attended.output, &[&q, &k, &v], &[])?;
        lists.push(attended.weights.to_vec()?);
        Ok(lists)
    }
}
