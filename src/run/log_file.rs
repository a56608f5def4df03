//! A run's log: what happened, line by line, in two files of bounded length.

use std::fs;
use std::path::Path;

use super::append::Appender;
use super::{Error, disk};

/// The log's file in a run's folder.
pub const LOG: &str = "log.txt";
/// Its older part, once it has become long.
pub const OLDER: &str = "log.older.txt";
/// The length in bytes at which the log becomes the older part, replacing the one before, and a new log is begun.
const LONGEST: u64 = 8 << 20;

/// Opens the log in `folder` to add lines to it. A long one becomes the older part first.
///
/// # Errors
/// When the system refuses.
pub(super) fn open(folder: &Path) -> Result<Appender, Error> {
    let path = folder.join(LOG);
    if fs::metadata(&path).is_ok_and(|log| log.len() >= LONGEST) {
        disk::rename(&path, &folder.join(OLDER))?;
    }
    Appender::open(&path, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_never_ends_is_two_files_of_which_the_older_part_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let lines = "a line of the log\n".repeat(100_000);
        for _ in 0..20 {
            open(folder.path()).unwrap().append(lines.as_bytes()).unwrap();
        }
        for file in [LOG, OLDER] {
            let text = fs::read_to_string(folder.path().join(file)).unwrap();
            assert!(text.len() as u64 <= LONGEST + lines.len() as u64, "{file}: {}", text.len());
            assert!(text.starts_with("a line") && text.ends_with("log\n"));
        }
    }
}
