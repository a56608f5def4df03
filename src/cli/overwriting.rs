//! Nothing is written over data that is read.

use std::path::{Path, PathBuf};

use super::Error;
use super::text::plain;
use crate::data::table::expanded;
use crate::preset::Source;

/// The files of a source; what a pattern means today. A folder stands for itself.
pub(super) fn files_of(source: &Source) -> Vec<PathBuf> {
    // A pattern that fits nothing any more names no file that could be lost.
    source.paths().into_iter().flat_map(|path| expanded(path).unwrap_or_default()).collect()
}

/// Refuses a file to write that is one of those that are read, under whatever name.
///
/// # Errors
/// When it is one of them.
pub(super) fn refuse(target: &Path, read: &[PathBuf]) -> Result<(), Error> {
    // What is not there cannot be overwritten.
    let Ok(target_itself) = target.canonicalize() else { return Ok(()) };
    let is_target = |file: &&PathBuf| file.canonicalize().is_ok_and(|file| file == target_itself);
    match read.iter().find(is_target) {
        None => Ok(()),
        Some(_) => {
            let target = plain(&target.to_string_lossy());
            Err(Error::Usage(format!("{target} is data that is read: name another file")))
        }
    }
}
