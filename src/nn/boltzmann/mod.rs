//! Restricted Boltzmann machines: visible and hidden units, with weights only between the two.
//!
//! Binary units: `E(v, h) = -b v - c h - v W h`; real visible units with variance 1 have `(v - b)^2 / 2` in place of
//! `-b v`. So `p(h = 1 | v) = sigmoid(c + v W)`, `p(v = 1 | h) = sigmoid(b + W h)` or `v ~ N(b + W h, 1)`, and with
//! the hidden units summed out `F(v) = -b v - sum ln(1 + exp(c + v W))`. Training follows Hinton's "A practical guide
//! to training restricted Boltzmann machines" (2010); persistent chains are Tieleman's (2008).

mod cpu;
#[cfg(test)]
mod tests;

pub use cpu::Rbm;

use super::buffer::Buffer;
use super::device::{Device, Error};
use super::init::Stream;
use super::interrupt::Interrupt;
use crate::preset::Visible;

/// How a machine learns.
#[derive(Clone, Copy, Debug)]
pub struct Learning {
    /// The step size.
    pub rate: f32,
    /// Share of the last change that is added to the next.
    pub momentum: f32,
    /// The rate at which weights decay towards zero.
    pub weight_decay: f32,
    /// The k of CD-k.
    pub gibbs_steps: u32,
    /// Whether chains continue from step to step.
    pub persistent: bool,
}

/// The factors of the rows of data, and of those of chains: `are_persistent` says that these belong to no row.
pub(in crate::nn) fn factors(weights: &[f32], are_persistent: bool) -> [Vec<f32>; 2] {
    let mean = weights.iter().sum::<f32>() / weights.len().max(1) as f32;
    let of_chains = if are_persistent { vec![mean; weights.len()] } else { weights.to_vec() };
    [weights.to_vec(), of_chains]
}

/// Boltzmann machines on a device.
pub trait BoltzmannOp: Device {
    /// A machine whose numbers are on the device.
    type Machine: Machine;

    /// A machine whose weights start as small normal numbers and whose biases start at zero.
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

/// A restricted Boltzmann machine. It takes and returns numbers on the host: rows of visible units (`[rows, visible]`)
/// and of hidden ones (`[rows, hidden]`). A method fails only when the device does; a step also when it is interrupted.
#[expect(clippy::missing_errors_doc, reason = "said above for all of them")]
pub trait Machine {
    /// The kind of its visible units.
    fn kind(&self) -> Visible;

    /// The number of visible units.
    fn visible(&self) -> usize;

    /// The number of hidden units.
    fn hidden(&self) -> usize;

    /// Makes one update from rows of data; returns the mean squared difference per unit between the rows and their
    /// reconstructions, up to the hidden units and down again. Each row's log-likelihood counts as its weight says: its
    /// statistics and those of the chain that starts at it are multiplied by it, and those of persistent chains, which belong to
    /// no row, by the mean weight. No weights: all are 1. A chain of many steps can be interrupted; then nothing is learned.
    fn step(
        &mut self,
        data: &[f32],
        weights: &[f32],
        learning: &Learning,
        seed: u64,
        interrupt: &Interrupt,
    ) -> Result<f64, Error>;

    /// Probabilities of the hidden units for rows of visible ones, and a sample of them if `sample` has room.
    fn hidden_given(&self, visible: &[f32], sample: Option<&mut [f32]>, seed: u64) -> Result<Buffer, Error>;

    /// Means of the visible units for rows of hidden ones, and a sample of them if `sample` has room.
    fn visible_given(&self, hidden: &[f32], sample: Option<&mut [f32]>, seed: u64) -> Result<Buffer, Error>;

    /// Mean free energy of rows of visible units.
    fn free_energy(&self, visible: &[f32]) -> Result<f64, Error>;

    /// Mean log pseudo-likelihood of rows of binary visible units, in nats, estimated as in scikit-learn: that of one
    /// unit of each row, drawn with `seed`, times the number of units.
    fn pseudo_likelihood(&self, visible: &[f32], seed: u64) -> Result<f64, Error>;

    /// The kernel `[visible, hidden]` and the bias of the hidden units, as in a Dense layer.
    fn weights(&self) -> Result<[Vec<f32>; 2], Error>;

    /// Everything that is needed to continue learning from here, by name.
    fn state(&self) -> Result<Vec<(&'static str, Vec<f32>)>, Error>;

    /// Continues from a state: `saved` returns it by name, and `wrong` makes the error for a name whose numbers are
    /// missing or of the wrong count.
    fn restore<E: From<Error>>(
        &mut self,
        saved: &mut dyn FnMut(&str) -> Option<Vec<f32>>,
        wrong: &dyn Fn(&str) -> E,
    ) -> Result<(), E>;
}
