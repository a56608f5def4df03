//! A run's log: what happened, line by line, in two files of bounded length.

use std::fs::{self, OpenOptions};
use std::path::Path;

use super::Error;
use super::atomic::append_whole;

/// The log's file in a run's folder.
pub const LOG: &str = "log.txt";
/// Its older part, once it has become long.
pub const OLDER: &str = "log.older.txt";
/// The length in bytes at which the log becomes the older part, replacing the one before, and a new log is begun.
const LONGEST: u64 = 8 << 20;

/// Appends lines to the log in `folder`: all of them or, when the system refuses, none.
pub(super) fn append(folder: &Path, lines: &[u8]) -> Result<(), Error> {
    let path = folder.join(LOG);
    if fs::metadata(&path).is_ok_and(|log| log.len() >= LONGEST) {
        fs::rename(&path, folder.join(OLDER)).map_err(Error::io(&path, "renaming"))?;
    }
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(Error::io(&path, "opening the log"))?;
    append_whole(&mut file, lines).map_err(Error::io(&path, "writing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_never_ends_is_two_files_of_which_the_older_part_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let lines = "a line of the log\n".repeat(100_000);
        for _ in 0..20 {
            append(folder.path(), lines.as_bytes()).unwrap();
        }
        for file in [LOG, OLDER] {
            let text = fs::read_to_string(folder.path().join(file)).unwrap();
            assert!(text.len() as u64 <= LONGEST + lines.len() as u64, "{file}: {}", text.len());
            assert!(text.starts_with("a line") && text.ends_with("log\n"));
        }
    }
}
