//! What every procedure trains.

use crate::nn::model::Model;
use crate::nn::ops::Backend;
use crate::nn::optim::Optimizer;

/// A network with the optimizer that trains it.
pub struct Network<D: Backend> {
    /// What stands before its parameters' paths: `generator/`; empty for the only one.
    pub name: &'static str,
    /// The network.
    pub model: Model<D>,
    /// Its optimizer.
    pub optimizer: Optimizer<D>,
}
