//! NVIDIA GPUs: a device of our own on the driver, loaded at run time. Nothing of it is needed to build the program, and
//! the program runs unchanged where it is missing.
//!
//! * [`device`]: the GPU as the engine sees it; `card`: context, stream and kernels; `libraries`: where NVIDIA's libraries
//!   are; `program`: the kernels' code for the card;
//! * `queue`: work that waits, a step's recorded as one; `issue`: how it is done; `pool`: memory that is used again; `patience`: a wait
//!   that has an end;
//! * `array`: numbers on the card; `reading`: numbers on their way to the host; `grid` and `launch`: every kernel with its typed arguments;
//!   `product`: matrix products; `activation`: their names in the kernels; `tape`: gradients; `error`: what the driver
//!   says, in words;
//! * `survey`: what there is on this machine; `several`: which of several GPUs; `nvml`: what a card does now;
//! * `kernels/`: the kernels in CUDA C, one file a family; `ops/`: the engine's ops on them.

pub mod activation;
pub mod array;
pub mod card;
pub mod device;
pub mod error;
pub mod grid;
mod issue;
pub mod launch;
mod libraries;
pub mod nvml;
mod ops;
mod patience;
mod pool;
pub mod product;
mod program;
pub mod queue;
pub mod reading;
pub mod several;
pub mod survey;
pub mod tape;

pub use device::Gpu;
