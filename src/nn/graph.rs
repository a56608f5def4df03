//! Activations, parameters, and one pass over dfdx's tape.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use dfdx::tensor::{Cpu, CpuError, OwnedTape, PutTape, Tape as _};
use dfdx::tensor_ops::Backward;

use super::buffer::Buffer;
use super::clock::{self, Part};
use super::device::{Device, Error, Node, Root};
use super::gradients::Gradients;
use super::kernel::awake::keep_awake;
use super::kernel::random::derive_seed;
use super::value::Value;

/// A matrix of activations, `[rows, columns]`: one row a sample, its features in row-major order, channels last.
///
/// Layers know the shape behind the columns (`[height, width, channels]`, `[steps, features]`), so a change of shape
/// costs nothing.
#[derive(Clone)]
pub struct Var<D: Device> {
    /// Its place on the tape.
    pub node: Node<D>,
    /// Its numbers.
    pub values: D::Values,
    /// Samples in the batch.
    pub rows: usize,
    /// Features of a sample.
    pub columns: usize,
    /// Whether something before it needs its gradient: false for the data, so that the first layer skips that product.
    pub wants_gradient: bool,
}

impl<D: Device> Var<D> {
    /// An activation from numbers, `rows * columns` of them.
    pub fn new(
        device: &D,
        numbers: Buffer,
        rows: usize,
        columns: usize,
        wants_gradient: bool,
    ) -> Result<Self, Error> {
        assert_eq!(numbers.len(), rows * columns, "{} numbers for [{rows}, {columns}]", numbers.len());
        Ok(Var { node: device.node()?, values: device.upload(numbers)?, rows, columns, wants_gradient })
    }

    /// An activation of data that the caller keeps as well; each row has `numbers.len() / rows` columns.
    ///
    /// # Errors
    /// When the device fails.
    pub fn shared(device: &D, numbers: Arc<Buffer>, rows: usize) -> Result<Self, Error> {
        let columns = numbers.len() / rows.max(1);
        Ok(Var { node: device.node()?, values: device.share(numbers)?, rows, columns, wants_gradient: false })
    }

    /// The numbers on the host, row by row.
    ///
    /// # Errors
    /// When the device fails.
    pub fn host(&self) -> Result<Cow<'_, [f32]>, Error> {
        D::host(&self.values)
    }

    /// A copy of the numbers, row by row.
    ///
    /// # Errors
    /// When the device fails.
    pub fn to_vec(&self) -> Result<Vec<f32>, Error> {
        Ok(self.host()?.into_owned())
    }

    /// Asks for a copy of the numbers on the host; see [`Device::begin_reading`].
    ///
    /// # Errors
    /// When the device fails.
    pub fn begin_reading(&self) -> Result<D::Reading, Error> {
        D::begin_reading(&self.values)
    }

    /// The same numbers as a constant: no gradient flows through it.
    pub fn detached(&self) -> Self {
        Var { wants_gradient: false, ..self.clone() }
    }
}

/// Weights of a layer, or running statistics that are saved with it.
pub struct Param<D: Device> {
    /// Its name within its layer, as in Keras: `kernel`, `bias`, `gamma`, `moving_mean` …
    pub name: &'static str,
    /// Its shape, in Keras's layout (channels last).
    pub shape: Vec<usize>,
    /// Its place on the tape.
    pub node: Node<D>,
    /// Its numbers.
    pub values: D::Values,
    /// False for running statistics and for frozen layers: the optimizer does not change it.
    pub trainable: bool,
    /// L1 regularization: adds `l1 * sum |w|` to the loss.
    pub l1: f32,
    /// L2 regularization: adds `l2 * sum w^2` to the loss, as Keras defines it.
    pub l2: f32,
}

impl<D: Device> Param<D> {
    /// A trainable parameter with these numbers.
    ///
    /// # Errors
    /// When the device fails.
    pub fn new(device: &D, name: &'static str, shape: &[usize], numbers: Vec<f32>) -> Result<Self, Error> {
        let (node, values) = (device.node()?, device.upload(numbers.into())?);
        Ok(Param { name, shape: shape.to_vec(), node, values, trainable: true, l1: 0.0, l2: 0.0 })
    }

    /// The same parameter seen as a matrix with this many rows: numbers and gradient are shared.
    pub fn as_matrix(&self, rows: usize) -> Self {
        self.reshaped(&[rows, self.len() / rows.max(1)])
    }

    /// The same parameter in another shape: numbers and gradient are shared.
    pub fn reshaped(&self, shape: &[usize]) -> Self {
        Param {
            name: self.name,
            shape: shape.to_vec(),
            node: self.node.clone(),
            values: self.values.clone(),
            ..*self
        }
    }

    /// How many numbers it holds.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it holds no numbers.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its numbers on the host.
    ///
    /// # Errors
    /// When the device fails.
    pub fn host(&self) -> Result<Cow<'_, [f32]>, Error> {
        D::host(&self.values)
    }

    /// A copy of its numbers.
    ///
    /// # Errors
    /// When the device fails.
    pub fn to_vec(&self) -> Result<Vec<f32>, Error> {
        Ok(self.host()?.into_owned())
    }

    /// Replaces its numbers.
    ///
    /// # Errors
    /// When their count differs from the shape's, or the device fails.
    pub fn set(&mut self, device: &D, numbers: &[f32]) -> Result<(), Error> {
        if numbers.len() != self.len() {
            return Err(Error::Weights(format!(
                "{} takes {} numbers of shape {:?}, not {}",
                self.name,
                self.len(),
                self.shape,
                numbers.len()
            )));
        }
        device.overwrite(&mut self.values, numbers)
    }
}

impl Param<Cpu> {
    /// Its numbers, to be changed in place; copies them first if an unfinished pass still holds them.
    pub fn values_mut(&mut self) -> &mut [f32] {
        Arc::<Buffer>::make_mut(&mut self.values)
    }
}

/// A loss on the tape.
pub struct Scalar<D: Device> {
    /// Its place on the tape.
    pub node: Root<D>,
    /// Its value.
    pub value: Value<D>,
}

impl<D: Device> Scalar<D> {
    /// A loss of this value, at a new place.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn new(device: &D, value: f32) -> Result<Self, Error> {
        Self::of(device, Value::Known(f64::from(value)))
    }

    /// A loss with a value that may still be coming, at a new place.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn of(device: &D, value: Value<D>) -> Result<Self, Error> {
        Ok(Scalar { node: device.root()?, value })
    }
}

/// The passes that have a carried state of their own in stateful recurrent layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    /// Steps of training: carried from batch to batch.
    Training,
    /// Parts of a set that is evaluated.
    Evaluation,
    /// Predictions that a person requested.
    Prediction,
}

impl Carried {
    /// The number of kinds of pass.
    pub const COUNT: usize = 3;
}

/// One pass through a model: forward, and backward if it trains.
pub struct Pass<D: Device> {
    /// Where it runs.
    pub device: D,
    /// Whether layers behave as in training (dropout drops, batch normalization uses the batch's statistics).
    pub training: bool,
    /// Whether a frozen batch normalization uses the batch's statistics, too: for a network that only passes gradients
    /// on to another one in training, such as a discriminator. False is Keras's rule, made for transfer learning.
    pub frozen_by_batch: bool,
    /// Distinguishes this pass's random draws (dropout, noise) from those of other passes; each op mixes in its number.
    pub seed: u64,
    /// Which carried state recurrent layers start from and update.
    pub carries: Carried,
    draws: u64,
    tape: Option<Tape<D>>,
}

/// The backward ops of a pass.
struct Tape<D: Device> {
    operations: OwnedTape<D::Unit, Cpu>,
    table: D::Table,
    /// Why an op failed: dfdx hands on errors of its own only.
    failure: Rc<Cell<Option<Error>>>,
}

impl<D: Device> Default for Tape<D> {
    fn default() -> Self {
        Tape { operations: OwnedTape::default(), table: D::Table::default(), failure: Rc::default() }
    }
}

impl<D: Device> Pass<D> {
    /// A pass that records gradients, with layers in training mode.
    pub fn training(device: &D, seed: u64) -> Self {
        keep_awake();
        Pass {
            device: device.clone(),
            training: true,
            frozen_by_batch: false,
            seed,
            carries: Carried::Training,
            draws: 0,
            tape: Some(Tape::default()),
        }
    }

    /// A pass over a part of a set that is evaluated: like [`inference`](Pass::inference), with a carried state of its
    /// own, so that a prediction in the middle of an evaluation changes no score.
    pub fn evaluation(device: &D) -> Self {
        Pass { carries: Carried::Evaluation, ..Self::inference(device) }
    }

    /// A pass that records nothing, with layers in evaluation mode.
    pub fn inference(device: &D) -> Self {
        Pass {
            device: device.clone(),
            training: false,
            frozen_by_batch: false,
            seed: 0,
            carries: Carried::Prediction,
            draws: 0,
            tape: None,
        }
    }

    /// A pass that records gradients, with layers in evaluation mode: for saliency maps.
    pub fn probing(device: &D) -> Self {
        Pass { training: false, carries: Carried::Prediction, ..Self::training(device, 0) }
    }

    /// Whether a backward pass will follow.
    pub fn records(&self) -> bool {
        self.tape.is_some()
    }

    /// The number of an op's random draw in this pass, from 1.
    pub fn next_draw(&mut self) -> u64 {
        self.draws += 1;
        self.draws
    }

    /// A seed for one op's random numbers: the same for the same seed of the pass and the same place in it.
    pub fn next_seed(&mut self) -> u64 {
        derive_seed(self.seed, self.next_draw())
    }

    /// Adds a backward op to the tape; ops run in the reverse order of adding. Does nothing when the pass records
    /// nothing.
    pub fn record<F>(&mut self, operation: F)
    where
        F: 'static + FnOnce(&mut Gradients<D>) -> Result<(), Error>,
    {
        let Some(Tape { operations, table, failure }) = &mut self.tape else { return };
        let (table, failure) = (table.clone(), failure.clone());
        operations.add_backward_op(move |slots| {
            Gradients::lend(slots, table, operation).map_err(|error| {
                failure.set(Some(error));
                CpuError::OutOfMemory
            })
        });
    }

    /// Runs the tape backwards from `loss` and returns the gradients; empty if the pass recorded nothing.
    ///
    /// # Errors
    /// When the device fails.
    pub fn backward(self, loss: Scalar<D>) -> Result<Gradients<D>, Error> {
        clock::ended(Part::Forward);
        let Some(Tape { operations, table, failure }) = self.tape else { return Ok(Gradients::default()) };
        let slots = loss.node.put_tape(operations).try_backward();
        clock::ended(Part::Backward);
        match slots {
            Ok(slots) => Ok(Gradients { slots, table }),
            Err(error) => Err(failure.take().unwrap_or_else(|| Error::device(error))),
        }
    }
}
