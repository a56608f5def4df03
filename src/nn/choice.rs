//! The only place where a device is chosen.

use dfdx::tensor::Cpu;

use super::device::{Device, Error};
use super::gpu::Gpu;
use super::ops::Backend;
use crate::preset::DeviceChoice;

/// Work that is written for any device.
pub trait OnDevice {
    /// The result of the work.
    type Output;

    /// Does the work on this device.
    fn run<D: Backend>(self, device: D) -> Self::Output;
}

/// A device that is open.
#[derive(Clone, Debug)]
pub struct Opened(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Cpu(Cpu),
    Gpu(Gpu),
}

impl Opened {
    /// The processors of this machine.
    pub fn cpu() -> Self {
        Opened(Kind::Cpu(Cpu::default()))
    }

    /// The device of this choice. `auto` takes the first GPU where it works, and else the processors.
    ///
    /// # Errors
    /// When there is no such device on this machine.
    pub fn open(choice: DeviceChoice) -> Result<Self, Error> {
        match choice {
            DeviceChoice::Auto => Ok(Gpu::open(0).map_or_else(|_| Self::cpu(), |gpu| Opened(Kind::Gpu(gpu)))),
            DeviceChoice::Cpu => Ok(Self::cpu()),
            DeviceChoice::Cuda(ordinal) => Ok(Opened(Kind::Gpu(Gpu::open(ordinal)?))),
        }
    }

    /// Does the work on it.
    pub fn run<W: OnDevice>(&self, work: W) -> W::Output {
        match &self.0 {
            Kind::Cpu(cpu) => work.run(cpu.clone()),
            Kind::Gpu(gpu) => work.run(gpu.clone()),
        }
    }

    /// Whether it is the processors of this machine.
    pub fn is_host(&self) -> bool {
        matches!(self.0, Kind::Cpu(_))
    }

    /// The device in words for a person: `cpu, 2 threads, AVX-512`.
    pub fn description(&self) -> String {
        match &self.0 {
            Kind::Cpu(cpu) => cpu.description(),
            Kind::Gpu(gpu) => gpu.description(),
        }
    }
}
