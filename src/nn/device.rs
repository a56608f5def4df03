//! What a device must offer to the engine, and how numbers are held on it.

use std::borrow::Cow;
use std::fmt::Debug;
use std::sync::Arc;

use dfdx::shapes::Rank0;
use dfdx::tensor::{Cpu, Tensor, ZerosTensor};

use super::buffer::Buffer;
use super::kernel::isa::{self, Level};

/// An activation's or a parameter's place on dfdx's tape: its identity there, `[rows, columns]`.
///
/// On [`Cpu`] the node is empty (`[0, 0]`) and only names the gradient, because dfdx's tensors hand out their numbers
/// by copy only; the numbers themselves are in [`Device::Values`].
pub type Node<D> = Tensor<(usize, usize), f32, D>;

/// A device that the engine trains on.
pub trait Device: dfdx::tensor_ops::Device<f32> + Clone + Debug + 'static {
    /// How the numbers of one activation or parameter are held beside its [`Node`]; cloning shares them.
    type Values: Clone;

    /// Puts `rows * columns` numbers, row by row, on the device.
    ///
    /// # Errors
    /// When the device fails.
    fn upload(
        &self,
        numbers: Buffer,
        rows: usize,
        columns: usize,
    ) -> Result<(Node<Self>, Self::Values), Error>;

    /// Like [`upload`](Device::upload), for numbers that the caller keeps as well: a batch of samples. The CPU reads
    /// them in place.
    ///
    /// # Errors
    /// When the device fails.
    fn share(
        &self,
        numbers: Arc<Buffer>,
        rows: usize,
        columns: usize,
    ) -> Result<(Node<Self>, Self::Values), Error>;

    /// The numbers of a node on the host, row by row: on the CPU in place, elsewhere a copy.
    fn host<'a>(node: &'a Node<Self>, values: &'a Self::Values) -> Cow<'a, [f32]>;

    /// Replaces the numbers of a node by the same count of others.
    ///
    /// # Errors
    /// When the device fails.
    fn overwrite(
        &self,
        node: &mut Node<Self>,
        values: &mut Self::Values,
        numbers: &[f32],
    ) -> Result<(), Error>;

    /// The device in words for a person: `cpu, 2 threads, AVX-512`.
    fn description(&self) -> String;

    /// A scalar on the tape, for a loss.
    ///
    /// # Errors
    /// When the device fails.
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
        self.share(Arc::new(numbers), rows, columns)
    }

    fn share(
        &self,
        numbers: Arc<Buffer>,
        _rows: usize,
        _columns: usize,
    ) -> Result<(Node<Self>, Self::Values), Error> {
        let node = self.try_zeros_like(&(0, 0)).map_err(Error::device)?;
        Ok((node, numbers))
    }

    fn host<'a>(_: &'a Node<Self>, values: &'a Self::Values) -> Cow<'a, [f32]> {
        Cow::Borrowed(values)
    }

    fn overwrite(&self, _: &mut Node<Self>, values: &mut Self::Values, numbers: &[f32]) -> Result<(), Error> {
        // Copies first if an unfinished pass still holds the old numbers.
        Arc::<Buffer>::make_mut(values).copy_from_slice(numbers);
        Ok(())
    }

    fn description(&self) -> String {
        let instructions = match isa::level() {
            Level::Avx512 => ", AVX-512",
            Level::Avx2 => ", AVX2",
            Level::Plain => "",
        };
        let threads = rayon::current_num_threads();
        format!("cpu, {threads} thread{}{instructions}", if threads == 1 { "" } else { "s" })
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
    /// The step was abandoned because somebody asked for it; nothing of it was learned.
    #[error("the step was interrupted")]
    Interrupted,
}

impl Error {
    /// Wraps an error of dfdx.
    pub fn device(error: impl Debug) -> Self {
        Error::Device(format!("{error:?}"))
    }
}
