//! Files that others wrote, opened for reading. A name may lead to anything: a pipe into which nobody writes, a device
//! without an end, a sparse file of terabytes. So only regular files are opened, and what is read whole has a limit that
//! is compared with the file's size before the first byte is read.

use std::fs::{File, FileType, Metadata};
use std::io::{self, Read};
use std::path::Path;

use super::encoding::Decoded;

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused something.
    #[error(transparent)]
    System(#[from] io::Error),
    /// It is something else.
    #[error("this is not a regular file but {0}")]
    NotRegular(&'static str),
    /// It is longer than what is read of such a file.
    #[error("it is {size} bytes long, and at most {most} are read")]
    TooLong {
        /// Its size in bytes.
        size: u64,
        /// The most that is read.
        most: u64,
    },
    /// It is not a text.
    #[error("line {line}, column {column}: the text is not UTF-8")]
    NotText {
        /// The line of the first byte that is none, from 1.
        line: usize,
        /// Its column in characters, from 1.
        column: usize,
    },
}

impl Error {
    /// Whether it is the file that cannot be read, and not the machine that is out of files, memory or patience.
    pub fn is_of_the_file(&self) -> bool {
        match self {
            Error::NotRegular(_) | Error::TooLong { .. } | Error::NotText { .. } => true,
            Error::System(error) => {
                matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied)
            }
        }
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::System(error) => error,
            other => io::Error::new(io::ErrorKind::InvalidData, other),
        }
    }
}

/// A regular file, open for reading.
///
/// # Errors
/// When it is anything else, or the system refuses. Opening never waits, not even for a pipe.
pub fn open(path: &Path) -> Result<File, Error> {
    Ok(open_sized(path)?.0)
}

/// As [`open`], with the file's size in bytes.
///
/// # Errors
/// As [`open`].
pub fn open_sized(path: &Path) -> Result<(File, u64), Error> {
    // A device may act on being opened, so it is looked at first; then what was opened counts.
    check_regular(&std::fs::metadata(path)?)?;
    let file = without_waiting(path)?;
    let found = file.metadata()?;
    check_regular(&found)?;
    Ok((file, found.len()))
}

/// The bytes of a file that has no more than `most`.
///
/// # Errors
/// As [`open`], and when the file is longer.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, Error> {
    let (file, size) = open_sized(path)?;
    if size > most {
        return Err(Error::TooLong { size, most });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    // Files that the system makes up say that they are empty, and any file may have grown.
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 {
        size if size > most => Err(Error::TooLong { size, most }),
        _ => Ok(bytes),
    }
}

/// The text of a file that has no more than `most` bytes.
///
/// # Errors
/// As [`read`] and [`text`].
pub fn read_text(path: &Path, most: u64) -> Result<String, Error> {
    text(&read(path, most)?)
}

/// The text that a file's bytes are: UTF-8, or UTF-16 with a byte order mark; without the mark.
///
/// # Errors
/// When it is neither, with the place of the first byte that is not.
pub fn text(bytes: &[u8]) -> Result<String, Error> {
    let mut decoded = Vec::with_capacity(bytes.len());
    Decoded::new(bytes).read_to_end(&mut decoded)?;
    String::from_utf8(decoded).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let start = good.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        let column = String::from_utf8_lossy(&good[start..]).chars().count() + 1;
        Error::NotText { line, column }
    })
}

fn check_regular(found: &Metadata) -> Result<(), Error> {
    if found.is_file() { Ok(()) } else { Err(Error::NotRegular(kind(found.file_type()))) }
}

fn kind(kind: FileType) -> &'static str {
    if kind.is_dir() {
        return "a folder";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "a named pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_char_device() || kind.is_block_device() {
            return "a device";
        }
    }
    "something else"
}

/// Opens without waiting for a writer, should a pipe have come into the place of the file since.
#[cfg(unix)]
fn without_waiting(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits();
    std::fs::OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path)
}

#[cfg(not(unix))]
fn without_waiting(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit_and_no_byte_further() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "é\nab").unwrap();
        assert_eq!(read_text(file.path(), 5).unwrap(), "é\nab");
        let refused = read(file.path(), 4).unwrap_err().to_string();
        assert_eq!(refused, "it is 5 bytes long, and at most 4 are read");
        // Twenty gigabytes that take no room: the size alone is looked at.
        file.as_file().set_len(20 << 30).unwrap();
        assert!(matches!(read(file.path(), 1 << 20), Err(Error::TooLong { size, .. }) if size == 20 << 30));
        assert!(matches!(read(Path::new("/no/such/file"), 1), Err(Error::System(_))));
    }

    #[test]
    fn the_first_byte_that_is_no_text_is_placed() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"\xef\xbb\xbfa\r\n\xc3\xa9\xff").unwrap();
        let refused = read_text(file.path(), 100).unwrap_err().to_string();
        assert_eq!(refused, "line 2, column 2: the text is not UTF-8");
    }

    #[cfg(unix)]
    #[test]
    fn whatever_is_not_a_regular_file_is_refused_without_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
        for (path, what) in [
            (pipe, "a named pipe"),
            (folder.path().join("socket"), "a socket"),
            (folder.path().into(), "a folder"),
            ("/dev/zero".into(), "a device"),
        ] {
            let refused = read(&path, 100).unwrap_err().to_string();
            assert_eq!(refused, format!("this is not a regular file but {what}"));
        }
    }

    /// Files of `/proc` have a size of 0 and are read none the less.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_the_system_makes_up_is_bounded_as_well() {
        let path = Path::new("/proc/self/status");
        assert!(read(path, 1 << 20).unwrap().len() > 100);
        assert!(matches!(read(path, 100), Err(Error::TooLong { .. })));
    }
}
