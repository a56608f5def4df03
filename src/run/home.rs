//! Where runs are kept.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{Error, disk};

/// The folder of all runs: `TRAINYARD_HOME/runs`, or `runs` in the platform's data folder.
///
/// # Errors
/// When neither is known, or the folder's path is not UTF-8.
pub fn runs_folder() -> Result<PathBuf, Error> {
    Ok(folder()?.join("runs"))
}

/// The program's own folder: `TRAINYARD_HOME`, or the platform's data folder.
///
/// # Errors
/// When neither is known, or its path is not UTF-8.
pub fn folder() -> Result<PathBuf, Error> {
    let of_platform = || {
        directories::ProjectDirs::from("", "", "trainyard").map(|folders| folders.data_dir().to_path_buf())
    };
    let named = std::env::var_os("TRAINYARD_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    let home = named.or_else(of_platform).ok_or(Error::NoHome)?;
    utf8(&home)?;
    Ok(home)
}

/// The path as a text: it is to travel in messages between processes.
///
/// # Errors
/// When it is not UTF-8.
pub fn utf8(path: &Path) -> Result<&str, Error> {
    path.to_str().ok_or_else(|| Error::NotUtf8 { path: path.to_path_buf() })
}

/// Makes the folder of runs and writes a file without a name into it, so that a training whose result nobody could keep is
/// not begun.
///
/// # Errors
/// When the folder cannot be made or written, and that is not a matter of time. A disk that is full, fails or has no file
/// descriptor left is no such error: a run that begins tries again.
pub fn check_writable(runs: &Path) -> Result<(), Error> {
    let written = disk::patiently(|| {
        disk::at(runs, "creating the folder of runs", || fs::create_dir_all(runs))?;
        disk::at(runs, "creating a file", || tempfile::tempfile_in(runs))
    });
    match written {
        Err(Error::Io { path, action, source }) if stays(&source) => Err(Error::Io { path, action, source }),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Whether an error comes from what stands in the way of a folder, or from who may write it.
fn stays(error: &std::io::Error) -> bool {
    use ErrorKind::{AlreadyExists, PermissionDenied, ReadOnlyFilesystem};
    disk::is_about_the_path(error)
        || matches!(error.kind(), AlreadyExists | PermissionDenied | ReadOnlyFilesystem)
}

#[cfg(test)]
mod tests {
    use super::super::disk::faults::Faults;
    use super::*;

    #[test]
    fn a_home_that_nobody_can_write_is_told_apart_from_a_disk_that_refuses_for_now() {
        let home = tempfile::tempdir().unwrap();
        let runs = home.path().join("runs");
        check_writable(&runs).unwrap();
        assert_eq!(fs::read_dir(&runs).unwrap().count(), 0, "nothing is left there");
        for (kind, is_refused) in [
            (ErrorKind::PermissionDenied, true),
            (ErrorKind::ReadOnlyFilesystem, true),
            (ErrorKind::StorageFull, false),
            (ErrorKind::Other, false),
        ] {
            let _faults = Faults::first(&runs, "creating a file", 100, kind);
            assert_eq!(check_writable(&runs).is_err(), is_refused, "{kind}");
        }
        fs::remove_dir(&runs).unwrap();
        fs::write(&runs, "a file").unwrap();
        let refused = check_writable(&runs).unwrap_err().to_string();
        assert!(refused.contains("creating the folder of runs"), "{refused}");
    }
}
