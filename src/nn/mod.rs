//! The engine on dfdx: devices, differentiable ops, layers, losses, optimizers.
//!
//! * [`device`]: what a device must offer, and how numbers are held on it;
//! * [`graph`]: activations ([`Var`]), parameters ([`Param`]) and one pass over dfdx's tape ([`Pass`]);
//! * [`buffer`]: recycled memory, so that a step in steady state allocates nothing large;
//! * [`profile`]: where a step's time goes;
//! * `kernel/`: the arithmetic on slices for the CPU; `ops/`: differentiable ops, one trait a family;
//!   `layers/`: one file per layer kind; `loss`, `optim/`, `init`: as named; `model`: preset to layers.

pub mod buffer;
#[cfg(feature = "cuda")]
mod cuda;
pub mod device;
#[cfg(test)]
mod differences;
pub mod graph;
pub mod init;
pub mod kernel;
pub mod layers;
pub mod loss;
pub mod model;
pub mod ops;
pub mod optim;
pub mod profile;
#[cfg(test)]
pub mod reference;
#[cfg(test)]
mod reproducible;
pub mod saliency;

pub use device::{Device, Error, Node};
pub use graph::{Param, Pass, Scalar, Var};
