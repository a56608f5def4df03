//! The only place where a device is chosen.

use dfdx::tensor::Cpu;

use super::device::{Device, Error};
use super::gpu::{Gpu, several};
use super::ops::Backend;
use crate::preset::DeviceChoice;

/// Work that is written for any device.
pub trait OnDevice {
    /// The result of the work.
    type Output;

    /// Does the work on this device.
    fn run<D: Backend>(self, device: D) -> Self::Output;
}

/// Checks, without opening it, that a device is there. `auto` always is.
///
/// # Errors
/// When there is no such GPU on this machine.
pub fn check(choice: DeviceChoice) -> Result<(), Error> {
    match choice {
        DeviceChoice::Cuda(ordinal) => several::check(ordinal),
        DeviceChoice::Auto | DeviceChoice::AutoWith(_) | DeviceChoice::Cpu => Ok(()),
    }
}

/// Among what trainings that begin together are shared out where nobody names a device: `auto` with each GPU. Empty with fewer than
/// two.
pub fn shared_out() -> Vec<DeviceChoice> {
    let count = several::count().unwrap_or(0);
    if count < 2 { Vec::new() } else { (0..count).map(DeviceChoice::AutoWith).collect() }
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

    /// The device of this choice. `auto` takes a GPU where it works, and else the processors.
    ///
    /// # Errors
    /// When there is no such device on this machine.
    pub fn open(choice: DeviceChoice) -> Result<Self, Error> {
        match choice {
            DeviceChoice::Auto | DeviceChoice::AutoWith(_) => {
                Ok(Self::gpu(choice).unwrap_or_else(|_| Self::cpu()))
            }
            DeviceChoice::Cpu => Ok(Self::cpu()),
            DeviceChoice::Cuda(_) => Self::gpu(choice),
        }
    }

    /// The GPU of this choice; `auto` takes the one of whose memory the largest share is free.
    ///
    /// # Errors
    /// When there is no such GPU on this machine.
    pub fn gpu(choice: DeviceChoice) -> Result<Self, Error> {
        let ordinal = match choice {
            DeviceChoice::AutoWith(ordinal) | DeviceChoice::Cuda(ordinal) => ordinal,
            DeviceChoice::Auto | DeviceChoice::Cpu => several::emptiest(),
        };
        Ok(Opened(Kind::Gpu(Gpu::open(ordinal)?)))
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
