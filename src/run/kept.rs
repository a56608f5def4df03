//! Small texts that the program keeps in its own folder for the next time, such as the layouts of charts.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{Error, atomic, disk, home};
use crate::system::files;

/// The most bytes of such a text.
const MOST: u64 = 1 << 20;

/// The place of the text of this name: `TRAINYARD_HOME/NAME`, or in the platform's data folder.
///
/// # Errors
/// When the program has no folder of its own.
pub fn place(name: &str) -> Result<PathBuf, Error> {
    Ok(home::folder()?.join(name))
}

/// A text; `None` where none was kept.
///
/// # Errors
/// When there is something that cannot be read.
pub fn read(path: &Path) -> Result<Option<String>, Error> {
    match files::read_text(path, MOST) {
        Ok(text) => Ok(Some(text)),
        Err(files::Error::System(error)) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::unread(path)(error)),
    }
}

/// Keeps a text, in one piece.
///
/// # Errors
/// When the system refuses; the old text is then as it was.
pub fn write(path: &Path, text: &str) -> Result<(), Error> {
    atomic::write(path, |file| file.write_all(text.as_bytes()))
}

/// Renames a text that nobody can read, so that a new one can be kept: a person may still want to see it.
///
/// # Errors
/// When the system refuses.
pub fn set_aside(path: &Path) -> Result<(), Error> {
    disk::rename(path, &aside(path))
}

/// The name under which [`set_aside`] keeps a text.
pub fn aside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".broken");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_read_and_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("home/charts.ron");
        assert_eq!(read(&path).unwrap(), None);
        write(&path, "()").unwrap();
        assert_eq!(read(&path).unwrap().as_deref(), Some("()"));
        set_aside(&path).unwrap();
        assert_eq!(read(&path).unwrap(), None);
        assert_eq!(read(&aside(&path)).unwrap().as_deref(), Some("()"));
        std::fs::create_dir(&path).unwrap();
        assert!(read(&path).is_err());
    }
}
