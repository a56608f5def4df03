//! The only place where a device is chosen.

use dfdx::tensor::Cpu;

use super::device::Error;
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

/// Does the work on the chosen device.
///
/// # Errors
/// When there is no such device on this machine.
pub fn on_device<W: OnDevice>(choice: DeviceChoice, work: W) -> Result<W::Output, Error> {
    match choice {
        DeviceChoice::Cpu => Ok(work.run(Cpu::default())),
        DeviceChoice::Cuda(ordinal) => Ok(work.run(Gpu::open(ordinal)?)),
    }
}
