//! `config.ron`: where it is, and how it is read.

use std::path::PathBuf;

use super::Error;
use crate::system::files;
use crate::tui::config::Config;

/// The longest file that is read.
const LONGEST: u64 = 1 << 20;

/// The file: in `TRAINYARD_HOME`, or in the platform's configuration folder; `None` where neither is known.
pub(super) fn path() -> Option<PathBuf> {
    if let Some(home) = std::env::var_os("TRAINYARD_HOME").filter(|home| !home.is_empty()) {
        return Some(PathBuf::from(home).join("config.ron"));
    }
    directories::ProjectDirs::from("", "", "trainyard").map(|folders| folders.config_dir().join("config.ron"))
}

/// Reads the file; the defaults where there is none.
///
/// # Errors
/// When it cannot be read, or something in it is wrong: with path, line and column.
pub(super) fn read() -> Result<Config, Error> {
    let Some(path) = path() else { return Ok(Config::default()) };
    if !path.try_exists().unwrap_or(true) {
        return Ok(Config::default());
    }
    let told = |problem: String| {
        Error::Failed(format!("{}: {problem}", super::text::plain(&path.to_string_lossy())))
    };
    let text = files::read_text(&path, LONGEST).map_err(|error| told(error.to_string()))?;
    Config::parse(&text).map_err(|error| told(error.to_string()))
}
