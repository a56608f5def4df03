//! `--device`: where a command computes.

use super::Error;
use super::text::plain;
use crate::preset::DeviceChoice;
use crate::worker::device_of_environment;

/// Where a command computes.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(super) struct Device {
    /// Where to compute: cpu, cuda (an NVIDIA GPU), cuda:1 (the second one), or auto: whichever is faster. Goes before
    /// TRAINYARD_DEVICE
    #[arg(long = "device", value_name = "DEVICE")]
    choice: Option<DeviceChoice>,
}

impl Device {
    /// What the command line says.
    ///
    /// # Errors
    /// When it says nothing and the environment names no device.
    pub(super) fn option(self) -> Result<Option<DeviceChoice>, Error> {
        if self.choice.is_none() {
            check_environment()?;
        }
        Ok(self.choice)
    }

    /// What the command line says, or else the environment.
    ///
    /// # Errors
    /// When the environment names no device.
    pub(super) fn asked(self) -> Result<Option<DeviceChoice>, Error> {
        match self.choice {
            Some(choice) => Ok(Some(choice)),
            None => device_of_environment().map_err(|problem| Error::Usage(plain(&problem))),
        }
    }
}

/// Refuses an environment that names no device, before anything is begun.
///
/// # Errors
/// When it does so.
pub(super) fn check_environment() -> Result<(), Error> {
    device_of_environment().map(drop).map_err(|problem| Error::Usage(plain(&problem)))
}
