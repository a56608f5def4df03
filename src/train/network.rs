//! A network with its optimizer: what every procedure trains.

use crate::nn::model::Model;
use crate::nn::ops::Backend;
use crate::nn::optim::Optimizer;

/// A network with the optimizer that trains it.
pub struct Network<D: Backend> {
    /// The prefix of its parameters' paths: `generator/`; empty for a procedure's only network.
    pub name: &'static str,
    /// The network.
    pub model: Model<D>,
    /// Its optimizer.
    pub optimizer: Optimizer<D>,
}
