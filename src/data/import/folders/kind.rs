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
pub const START: u64 = 32;

impl Kind {
    /// Whether a file is of this kind: its name says so, or what it begins with. One that is named so and holds something else
    /// is for the decoder to refuse.
    pub fn takes(&self, file: &Path) -> bool {
        let ending = ending(file);
        self.endings.contains(&&ending[..]) || first_bytes(file).is_ok_and(|start| (self.is_one)(&start))
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
