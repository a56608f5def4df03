//! Restricted Boltzmann machines: visible and hidden units, with weights between them only.
//!
//! Binary units: `E(v, h) = -b v - c h - v W h`; real visible units with variance 1 have `(v - b)^2 / 2` for `-b v`. So
//! `p(h = 1 | v) = sigmoid(c + v W)`, `p(v = 1 | h) = sigmoid(b + W h)` or `v ~ N(b + W h, 1)`, and with the hidden units
//! summed out `F(v) = -b v - sum ln(1 + exp(c + v W))`. Training follows Hinton's "A practical guide to training
//! restricted Boltzmann machines" (2010); persistent chains are Tieleman's (2008).

mod cpu;
#[cfg(test)]
mod tests;

pub use cpu::Rbm;

use super::buffer::Buffer;
use super::device::{Device, Error};
use super::init::Stream;
use crate::preset::Visible;

/// How a machine learns.
#[derive(Clone, Copy, Debug)]
pub struct Learning {
    /// The step size.
    pub rate: f32,
    /// Share of the last change that goes on.
    pub momentum: f32,
    /// Pull of weights towards zero.
    pub weight_decay: f32,
    /// The k of CD-k.
    pub gibbs_steps: u32,
    /// Whether chains go on from step to step.
    pub persistent: bool,
}

/// Boltzmann machines on a device.
pub trait BoltzmannOp: Device {
    /// A machine whose numbers are on the device.
    type Machine: Machine;

    /// A machine whose weights start as small normal numbers, its biases at zero.
    ///
    /// # Errors
    /// When the device fails.
    fn machine(
        &self,
        kind: Visible,
        visible: usize,
        hidden: usize,
        stream: Stream,
    ) -> Result<Self::Machine, Error>;
}

/// A restricted Boltzmann machine, spoken to in numbers on the host: rows of visible units (`[rows, visible]`) and of
/// hidden ones (`[rows, hidden]`). Every method fails only when the device does.
#[expect(clippy::missing_errors_doc, reason = "said above for all of them")]
pub trait Machine {
    /// What its visible units are.
    fn kind(&self) -> Visible;

    /// Visible units.
    fn visible(&self) -> usize;

    /// Hidden units.
    fn hidden(&self) -> usize;

    /// One update from rows of data; returns the mean squared difference between them and their reconstructions after
    /// one step down and up, per unit.
    fn step(&mut self, data: &[f32], learning: &Learning, seed: u64) -> Result<f64, Error>;

    /// Probabilities of the hidden units for rows of visible ones, and a sample of them if `sample` has room.
    fn hidden_given(&self, visible: &[f32], sample: Option<&mut [f32]>, seed: u64) -> Result<Buffer, Error>;

    /// Means of the visible units for rows of hidden ones, and a sample of them if `sample` has room.
    fn visible_given(&self, hidden: &[f32], sample: Option<&mut [f32]>, seed: u64) -> Result<Buffer, Error>;

    /// Mean free energy of rows of visible units.
    fn free_energy(&self, visible: &[f32]) -> Result<f64, Error>;

    /// Mean log of the pseudo-likelihood of rows of binary visible units, in nats: of one unit of each row, drawn by
    /// `seed`, times the number of units, as scikit-learn estimates it.
    fn pseudo_likelihood(&self, visible: &[f32], seed: u64) -> Result<f64, Error>;

    /// The kernel `[visible, hidden]` and the bias of the hidden units, as a Dense layer has them.
    fn weights(&self) -> [Vec<f32>; 2];

    /// All that it takes to go on learning from here, by name.
    fn state(&self) -> Vec<(&'static str, Vec<f32>)>;

    /// Goes on from a state: `saved` has it by name, and `wrong` makes the error for a name whose numbers are missing or
    /// of another count.
    fn restore<E>(
        &mut self,
        saved: &mut dyn FnMut(&str) -> Option<Vec<f32>>,
        wrong: &dyn Fn(&str) -> E,
    ) -> Result<(), E>;
}
