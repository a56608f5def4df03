//! What a device must offer to the engine, and how numbers are held on it.

use std::borrow::Cow;
use std::fmt::Debug;
use std::sync::Arc;

use dfdx::dtypes::Unit;
use dfdx::shapes::Rank0;
use dfdx::tensor::{Cpu, Tensor, ZerosTensor};
use serde::{Deserialize, Serialize};

use super::buffer::Buffer;
use super::kernel::isa::{self, Level};

/// An activation's or a parameter's place on dfdx's tape: its identity there, which names its gradient.
///
/// The node is empty (`[0, 0]`) and on dfdx's own [`Cpu`], whatever device the engine trains on; the numbers themselves
/// are in [`Device::Values`].
pub type Node<D> = Tensor<(usize, usize), <D as Device>::Unit, Cpu>;

/// The place of a loss on dfdx's tape: one unit, where the way back begins.
pub type Root<D> = Tensor<Rank0, <D as Device>::Unit, Cpu>;

/// A device that the engine trains on.
pub trait Device: Clone + Debug + 'static {
    /// What dfdx's `Gradients` hold of a node's gradient: its numbers on the CPU; elsewhere its place in
    /// [`Table`](Device::Table).
    type Unit: Unit;

    /// Where the gradients of one pass are, if dfdx's `Gradients` only hold their places. Cloning shares it.
    type Table: Clone + Default + 'static;

    /// How the numbers of one activation or parameter are held beside its [`Node`]; cloning shares them.
    type Values: Clone;

    /// Numbers on their way to the host; cloning shares them.
    type Reading: Clone;

    /// Puts numbers on the device.
    ///
    /// # Errors
    /// When the device fails.
    fn upload(&self, numbers: Buffer) -> Result<Self::Values, Error>;

    /// Like [`upload`](Device::upload), for numbers that the caller keeps as well: a batch of samples. The CPU reads
    /// them in place.
    ///
    /// # Errors
    /// When the device fails.
    fn share(&self, numbers: Arc<Buffer>) -> Result<Self::Values, Error>;

    /// The numbers on the host: on the CPU in place, elsewhere a copy.
    ///
    /// # Errors
    /// When the device fails.
    fn host(values: &Self::Values) -> Result<Cow<'_, [f32]>, Error>;

    /// Asks for a copy of numbers on the host, as they are after all work so far; the device goes on meanwhile.
    ///
    /// # Errors
    /// When the device fails.
    fn begin_reading(values: &Self::Values) -> Result<Self::Reading, Error>;

    /// The copy, waited for where it is not there yet.
    ///
    /// # Errors
    /// When the device fails.
    fn arrived(reading: &Self::Reading) -> Result<Cow<'_, [f32]>, Error>;

    /// Replaces numbers by the same count of others.
    ///
    /// # Errors
    /// When the device fails.
    fn overwrite(&self, values: &mut Self::Values, numbers: &[f32]) -> Result<(), Error>;

    /// The device in words for a person: `cpu, 2 threads, AVX-512`.
    fn description(&self) -> String;

    /// Free bytes of the memory that only this device has; `None` where it computes in the host's.
    ///
    /// # Errors
    /// When the device fails.
    fn own_memory(&self) -> Result<Option<u64>, Error>;

    /// What it does now, where it has memory of its own and somebody watches it.
    fn activity(&self) -> Option<Activity>;

    /// Whether it works while the host goes on, until the host reads something.
    fn is_asynchronous(&self) -> bool {
        false
    }

    /// dfdx's device, which has the nodes of the tape.
    fn tape(&self) -> &Cpu;

    /// A new place on the tape.
    ///
    /// # Errors
    /// When there is no memory for it.
    fn node(&self) -> Result<Node<Self>, Error> {
        self.tape().try_zeros_like(&(0, 0)).map_err(Error::device)
    }

    /// A new place for a loss on the tape.
    ///
    /// # Errors
    /// When there is no memory for it.
    fn root(&self) -> Result<Root<Self>, Error> {
        self.tape().try_zeros_like(&()).map_err(Error::device)
    }
}

impl Device for Cpu {
    type Unit = f32;
    type Table = ();
    type Values = Arc<Buffer>;
    type Reading = Arc<Buffer>;

    fn upload(&self, numbers: Buffer) -> Result<Arc<Buffer>, Error> {
        Ok(Arc::new(numbers))
    }

    fn share(&self, numbers: Arc<Buffer>) -> Result<Arc<Buffer>, Error> {
        Ok(numbers)
    }

    fn host(values: &Arc<Buffer>) -> Result<Cow<'_, [f32]>, Error> {
        Ok(Cow::Borrowed(values))
    }

    fn begin_reading(values: &Arc<Buffer>) -> Result<Arc<Buffer>, Error> {
        Ok(values.clone())
    }

    fn arrived(reading: &Arc<Buffer>) -> Result<Cow<'_, [f32]>, Error> {
        Ok(Cow::Borrowed(reading))
    }

    fn overwrite(&self, values: &mut Arc<Buffer>, numbers: &[f32]) -> Result<(), Error> {
        // Copies first if an unfinished pass still holds the old numbers.
        Arc::<Buffer>::make_mut(values).copy_from_slice(numbers);
        Ok(())
    }

    fn description(&self) -> String {
        let instructions = match isa::level() {
            Level::Plain => String::new(),
            level @ (Level::Avx2 | Level::Avx512) => format!(", {}", level.name()),
        };
        let threads = rayon::current_num_threads();
        format!("cpu, {threads} thread{}{instructions}", if threads == 1 { "" } else { "s" })
    }

    fn own_memory(&self) -> Result<Option<u64>, Error> {
        Ok(None)
    }

    fn activity(&self) -> Option<Activity> {
        None
    }

    fn tape(&self) -> &Cpu {
        self
    }
}

/// What a device with memory of its own does now; what nobody tells is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// The share of the time in which it computed, 0 to 1.
    pub busy: Option<f64>,
    /// Bytes of its memory in use, by all processes, and all there are.
    pub memory: Option<(u64, u64)>,
    /// Degrees Celsius.
    pub temperature: Option<u32>,
    /// Watts.
    pub power: Option<f64>,
}

/// What can go wrong in the engine once a preset has been validated.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The device failed: out of memory, a driver error.
    #[error("the device failed: {0}")]
    Device(String),
    /// There is no driver of NVIDIA's, as on most machines.
    #[error("there is no NVIDIA driver on this machine (libcuda.so.1 was not found)")]
    NoDriver,
    /// There is no GPU to train on.
    #[error("{0}")]
    NoGpu(String),
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
