//! The folder in which runs are kept.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::run::home::{check_writable, runs_folder};
use crate::system::disk;

/// The folder in which runs are kept.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Home {
    /// The folder; `None` where none is known.
    pub folder: Option<PathBuf>,
    /// Bytes that can still be written there, where the system tells it.
    pub free_disk: Option<u64>,
    /// Why no run can be kept.
    pub problem: Option<String>,
}

impl Home {
    /// Looks at it, and makes it where it is missing, as a training does.
    pub(super) fn look() -> Self {
        match runs_folder() {
            Err(error) => Home { folder: None, free_disk: None, problem: Some(error.to_string()) },
            Ok(folder) => Self::at(folder),
        }
    }

    fn at(folder: PathBuf) -> Self {
        let problem = check_writable(&folder).err().map(|error| format!("no run can be kept: {error}"));
        // Where the folder cannot be made, the one above tells how much room there would be.
        let free_disk = folder.ancestors().find_map(|folder: &Path| disk::free(folder).ok());
        Home { folder: Some(folder), free_disk, problem }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_made_is_a_problem() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("runs"));
        assert_eq!((home.problem, home.free_disk.is_some()), (None, true));
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let home = Home::at(file.join("runs"));
        assert!(home.problem.unwrap().starts_with("no run can be kept: ") && home.free_disk.is_some());
    }
}
