//! The checksums of a checkpoint's files, by which a flipped bit is found.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Error, disk};

/// The manifest of a checkpoint has three lines for a file; a larger file is not one.
const LARGEST: u64 = 1 << 16;

/// The manifest of a checkpoint, in its folder. Checkpoints of older versions have none.
pub const FILE: &str = "checksums.ron";

/// The manifest of a checkpoint: its step, and every other file in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksums {
    /// Steps done.
    pub step: u64,
    /// The files by their names.
    pub files: BTreeMap<String, Checksum>,
}

/// The length and checksum of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksum {
    /// Its length.
    pub bytes: u64,
    /// CRC-32C (Castagnoli) of all its bytes. It finds every flipped bit and every change within 32 successive bits.
    pub crc32c: u32,
}

impl Checksum {
    /// The checksum of a file with this content.
    pub fn of(content: &[u8]) -> Self {
        Checksum { bytes: content.len() as u64, crc32c: crc32c::crc32c(content) }
    }
}

/// Passes bytes on, and sums them up.
struct Summing<'a> {
    out: &'a mut dyn Write,
    sum: &'a mut Checksum,
}

impl Write for Summing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.sum.bytes += written as u64;
        self.sum.crc32c = crc32c::crc32c_append(self.sum.crc32c, &bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Checksums {
    /// Those of a checkpoint at `step` whose files are not written yet.
    pub fn new(step: u64) -> Self {
        Checksums { step, files: BTreeMap::new() }
    }

    /// Writes a file of the checkpoint, which `fill` gives piece by piece, and adds its checksum.
    ///
    /// # Errors
    /// When the system refuses.
    pub(super) fn write(
        &mut self,
        folder: &Path,
        name: &str,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Error> {
        let mut sum = Checksum { bytes: 0, crc32c: 0 };
        disk::create(&folder.join(name), |out| fill(&mut Summing { out, sum: &mut sum }))?;
        self.files.insert(name.to_string(), sum);
        Ok(())
    }

    /// Writes the checksums beside the files.
    ///
    /// # Errors
    /// When the system refuses.
    pub(super) fn save(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(FILE);
        let text = ron::ser::to_string_pretty(self, ron::ser::PrettyConfig::default())
            .map_err(|error| Error::broken(&path, error))?;
        disk::create(&path, |out| out.write_all(text.as_bytes()))
    }

    /// Those of the checkpoint in `folder`; none for a checkpoint of an older version.
    ///
    /// # Errors
    /// When they are damaged, or the system refuses to read them.
    pub(super) fn load(folder: &Path) -> Result<Option<Self>, Error> {
        let path = folder.join(FILE);
        if !disk::exists(&path)? {
            return Ok(None);
        }
        let text =
            String::from_utf8(disk::read(&path, LARGEST)?).map_err(|error| Error::broken(&path, error))?;
        ron::from_str(&text)
            .map(Some)
            .map_err(|error| Error::broken(&path, format!("not checksums: {error}")))
    }

    /// Compares a file's content with its checksum.
    ///
    /// # Errors
    /// [`Error::Broken`] when it differs.
    pub(super) fn check(&self, path: &Path, content: &[u8]) -> Result<(), Error> {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let Some(written) = self.files.get(&*name) else {
            return Err(Error::broken(path, format!("{FILE} does not name it")));
        };
        let found = Checksum::of(content);
        if found.bytes != written.bytes {
            let problem = format!("it has {} bytes, but {} were written", found.bytes, written.bytes);
            return Err(Error::broken(path, problem));
        }
        if found != *written {
            return Err(Error::broken(path, "its content does not match its checksum"));
        }
        Ok(())
    }
}
