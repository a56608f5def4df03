//! Where files are written: into a folder that is there, and never over data that is read.

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

/// Refuses a file to write whose folder is not there: better told before all is worked out than after.
///
/// # Errors
/// When there is no such folder.
pub(super) fn check_folder(target: &Path) -> Result<(), Error> {
    match target.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        None => Ok(()),
        Some(folder) => {
            let [target, folder] = [target, folder].map(|path| plain(&path.to_string_lossy()));
            Err(Error::Usage(format!(
                "{target}: there is no folder {folder}; make it first, or name a file in another one"
            )))
        }
    }
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
