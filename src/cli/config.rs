//! `config.ron`: where it is, and how it is read.

use std::path::PathBuf;

use super::Error;
use crate::run::kept;
use crate::tui::config::Config;

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
    let told = |problem: String| {
        Error::Failed(format!("{}: {problem}", super::text::plain(&path.to_string_lossy())))
    };
    let Some(text) = kept::read(&path).map_err(|error| Error::Failed(error.to_string()))? else {
        return Ok(Config::default());
    };
    Config::parse(&text).map_err(|error| told(error.to_string()))
}
