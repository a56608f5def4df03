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

/// Refuses a file to write whose folder is not there or takes no new file: better told before all is worked out than after.
///
/// # Errors
/// When there is no such folder, or no file can be made in it.
pub(super) fn check_folder(target: &Path) -> Result<(), Error> {
    let is_stream = |there: std::fs::Metadata| !there.is_file() && !there.is_dir();
    if target == Path::new("-") || std::fs::metadata(target).is_ok_and(is_stream) {
        return Ok(());
    }
    let shown = |path: &Path| plain(&path.to_string_lossy());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(Error::Usage(format!(
            "{}: there is no folder {}; make it first, or name a file in another one",
            shown(target),
            shown(folder)
        )));
    }
    if target.is_dir() {
        return Err(Error::Usage(format!("{}: this is a folder; name a file in it", shown(target))));
    }
    // A link stays a link: the file that it names is written.
    let linked = target.is_symlink().then(|| target.canonicalize().ok()).flatten();
    let folder = linked.as_deref().and_then(Path::parent).unwrap_or(folder);
    make_and_remove(folder).map_err(|error| {
        Error::Failed(format!(
            "{}: no file can be made in the folder {}: {error}; name a file in another one",
            shown(target),
            shown(folder)
        ))
    })
}

/// Whether a folder takes a new file.
fn make_and_remove(folder: &Path) -> std::io::Result<()> {
    let file = folder.join(format!(".writing-{}", std::process::id()));
    // What a process of the same number has left there says the same.
    match std::fs::OpenOptions::new().write(true).create_new(true).open(&file) {
        Ok(_) => std::fs::remove_file(&file),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
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
