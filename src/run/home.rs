//! Where runs are kept.

use std::path::PathBuf;

use super::Error;

/// The folder of all runs: `TRAINYARD_HOME/runs`, or `runs` in the platform's data folder.
///
/// # Errors
/// When neither is known.
pub fn runs_folder() -> Result<PathBuf, Error> {
    if let Some(home) = std::env::var_os("TRAINYARD_HOME").filter(|home| !home.is_empty()) {
        return Ok(PathBuf::from(home).join("runs"));
    }
    directories::ProjectDirs::from("", "", "trainyard")
        .map(|folders| folders.data_dir().join("runs"))
        .ok_or(Error::NoHome)
}
