//! The processors and the memory of this machine, as the engine uses them.

use serde::Serialize;

use crate::nn::kernel::isa;
use crate::nn::kernel::threads::Threads;
use crate::system::{memory, processors};

/// The processors and the memory of this machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Processors {
    /// The model, where the system tells it.
    pub model: Option<String>,
    /// How many there are, where the system tells it.
    pub installed: Option<usize>,
    /// How many this process may use: its affinity and the limit of its container count.
    pub usable: usize,
    /// How many threads compute.
    pub threads: usize,
    /// The vector instructions that the kernels use.
    pub instructions: &'static str,
    /// Memory in bytes, the container's where that has less.
    pub memory: Option<u64>,
    /// How much of it is free.
    pub free_memory: Option<u64>,
}

impl Processors {
    /// Looks at them.
    pub(super) fn look() -> Self {
        Processors {
            model: processors::model(),
            installed: processors::installed(),
            usable: processors::usable(),
            threads: Threads::of_process().used(),
            instructions: isa::level().name(),
            memory: memory::total(),
            free_memory: memory::free(),
        }
    }
}
