//! What a device must offer to the engine, and how numbers are held on it.

use std::fmt::Debug;
use std::sync::Arc;

use dfdx::shapes::Rank0;
use dfdx::tensor::{Cpu, Tensor, ZerosTensor};

use super::buffer::Buffer;

/// An activation's or a parameter's place on dfdx's tape: its identity there, `[rows, columns]`.
///
/// On [`Cpu`] the node is empty (`[0, 0]`) and only names the gradient, because dfdx's tensors hand out their numbers
/// by copy only; the numbers themselves are in [`Device::Values`]. On a GPU the node is the tensor itself.
pub type Node<D> = Tensor<(usize, usize), f32, D>;

/// A device that the engine trains on.
pub trait Device: dfdx::tensor_ops::Device<f32> + Clone + Debug + 'static {
    /// How the numbers of one activation or parameter are held beside its [`Node`]; cloning shares them.
    type Values: Clone;

    /// Puts `rows * columns` numbers, row by row, on the device.
    fn upload(
        &self,
        numbers: Buffer,
        rows: usize,
        columns: usize,
    ) -> Result<(Node<Self>, Self::Values), Error>;

    /// Copies the numbers of a node back, row by row.
    fn download(node: &Node<Self>, values: &Self::Values) -> Vec<f32>;

    /// A scalar on the tape, for a loss.
    fn scalar(&self, value: f32) -> Result<Tensor<Rank0, f32, Self>, Error> {
        self.try_tensor_from_vec(vec![value], ()).map_err(Error::device)
    }
}

impl Device for Cpu {
    type Values = Arc<Buffer>;

    fn upload(
        &self,
        numbers: Buffer,
        rows: usize,
        columns: usize,
    ) -> Result<(Node<Self>, Self::Values), Error> {
        assert_eq!(
            numbers.len(),
            rows * columns,
            "upload: {} numbers for [{rows}, {columns}]",
            numbers.len()
        );
        let node = self.try_zeros_like(&(0, 0)).map_err(Error::device)?;
        Ok((node, Arc::new(numbers)))
    }

    fn download(_: &Node<Self>, values: &Self::Values) -> Vec<f32> {
        values.to_vec()
    }
}

/// What can go wrong in the engine once a preset has been validated.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The device failed: out of memory, a driver error.
    #[error("the device failed: {0}")]
    Device(String),
    /// Weights that do not fit the model.
    #[error("{0}")]
    Weights(String),
    /// Numbers that a layer cannot take.
    #[error("{0}")]
    Input(String),
    /// Something the chosen device cannot do.
    #[error("{0} is not available on this device")]
    Unsupported(String),
}

impl Error {
    /// Wraps an error of dfdx.
    pub fn device(error: impl Debug) -> Self {
        Error::Device(format!("{error:?}"))
    }
}
