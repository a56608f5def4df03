//! Room on a disk.

use std::io;
use std::path::Path;

/// Bytes that this process may still write to the file system of a folder.
///
/// # Errors
/// When there is no such folder, or the system does not tell.
pub fn free(folder: &Path) -> io::Result<u64> {
    let found = rustix::fs::statvfs(folder)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_room_and_a_missing_one_is_an_error() {
        assert!(free(&std::env::temp_dir()).is_ok());
        assert!(free(Path::new("/no/such/folder")).is_err());
    }
}
