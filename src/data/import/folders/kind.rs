//! Which files are of a kind.

use std::io::Read;
use std::path::Path;

use crate::system::files;

/// What files are looked for.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// What many of them are called.
    pub many: &'static str,
    /// Their formats, in words.
    pub formats: &'static str,
    /// The endings of their names, in lower case.
    pub endings: &'static [&'static str],
    /// Whether a file's first bytes, up to [`START`], are those of one.
    pub is_one: fn(&[u8]) -> bool,
}

/// Bytes of a file that tell its kind.
pub const START: u64 = 128;

impl Kind {
    /// Whether a file is of this kind: its name says so, or what it begins with. One that is named so and holds something else
    /// is for the decoder to refuse.
    ///
    /// # Errors
    /// When the machine, not the file, keeps it from being looked into.
    pub fn takes(&self, file: &Path) -> Result<bool, files::Error> {
        if self.endings.contains(&&ending(file)[..]) {
            return Ok(true);
        }
        match first_bytes(file) {
            Ok(start) => Ok((self.is_one)(&start)),
            Err(error) if error.is_of_the_file() => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn first_bytes(path: &Path) -> Result<Vec<u8>, files::Error> {
    let mut start = Vec::new();
    files::open(path)?.take(START).read_to_end(&mut start)?;
    Ok(start)
}

/// What a file's name ends in, in lower case.
pub fn ending(path: &Path) -> String {
    path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default()
}
