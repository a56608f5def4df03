//! The only place where a device is chosen.

use dfdx::tensor::Cpu;

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
pub fn on_device<W: OnDevice>(choice: DeviceChoice, work: W) -> W::Output {
    match choice {
        DeviceChoice::Cpu => work.run(Cpu::default()),
    }
}
