//! The engine on dfdx: devices, differentiable ops, layers, losses, optimizers.
//!
//! * [`device`]: what a device must offer and how it holds numbers; `choice`: which device does the work;
//! * [`host`]: a model as the rooms above see it, whatever device it is on;
//! * [`graph`]: activations ([`Var`]), parameters ([`Param`]) and one pass over dfdx's tape ([`Pass`]);
//! * [`gradients`]: what a pass gives, by place on the tape;
//! * [`buffer`]: recycled memory, so that a step in steady state allocates nothing large;
//! * [`profile`]: where a step's time goes;
//! * `kernel/`: the arithmetic on slices for the CPU, a crate of its own; `ops/`: differentiable ops, one trait for each family;
//!   `layers/`: one file per layer kind; `loss`, `optim/`, `init`, `boltzmann/`: as named; `model`: preset to layers.

pub mod boltzmann;
pub mod cases;
mod choice;
pub mod clock;
pub mod device;
#[cfg(test)]
mod differences;
pub mod gpu;
pub mod gradients;
pub mod graph;
pub mod host;
pub mod init;
mod interrupt;
pub mod layers;
pub mod loss;
pub mod model;
#[cfg(test)]
mod not_finite;
pub mod ops;
pub mod optim;
pub mod profile;
#[cfg(test)]
pub mod reference;
#[cfg(test)]
mod reproducible;
pub mod saliency;
mod value;

pub use kernels as kernel;
pub use kernels::buffer;

pub use choice::{OnDevice, Opened, check, shared_out};
pub use device::{Activity, Device, Error, Node};
pub use gradients::Gradients;
pub use graph::{Param, Pass, Scalar, Var};
pub use host::HostModel;
pub use interrupt::Interrupt;
pub use value::Value;
