//! The devices that a person can ask for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A device by its name on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceChoice {
    /// The processors of this machine.
    #[default]
    Cpu,
}

impl DeviceChoice {
    /// All of them.
    pub const ALL: [DeviceChoice; 1] = [DeviceChoice::Cpu];
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            DeviceChoice::Cpu => "cpu",
        })
    }
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let names = || DeviceChoice::ALL.map(|device| device.to_string()).join(", ");
        let found = DeviceChoice::ALL.into_iter().find(|device| device.to_string() == name);
        found.ok_or_else(|| format!("there is no device '{name}'; valid: {}", names()))
    }
}
