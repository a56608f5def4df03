//! Where runs are kept.

use std::path::{Path, PathBuf};

use super::Error;

/// The folder of all runs: `TRAINYARD_HOME/runs`, or `runs` in the platform's data folder.
///
/// # Errors
/// When neither is known, or the folder's path is not UTF-8.
pub fn runs_folder() -> Result<PathBuf, Error> {
    let of_platform = || {
        directories::ProjectDirs::from("", "", "trainyard").map(|folders| folders.data_dir().to_path_buf())
    };
    let named = std::env::var_os("TRAINYARD_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    let home = named.or_else(of_platform).ok_or(Error::NoHome)?;
    utf8(&home)?;
    Ok(home.join("runs"))
}

/// The path as a text: it is to travel in messages between processes.
///
/// # Errors
/// When it is not UTF-8.
pub fn utf8(path: &Path) -> Result<&str, Error> {
    path.to_str().ok_or_else(|| Error::NotUtf8 { path: path.to_path_buf() })
}
