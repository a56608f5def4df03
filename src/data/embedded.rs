//! Files inside the program: decompressed and verified when they are used.

use md5::{Digest, Md5};

use super::Error;

/// A compressed file of `assets/data/`.
pub(super) struct Part {
    /// Its name, for messages.
    pub name: &'static str,
    /// Its bytes, as zstd made them.
    pub compressed: &'static [u8],
    /// The published, or once computed, checksum of what they decompress to.
    pub md5: &'static str,
    /// Its size when decompressed.
    pub size: usize,
}

/// A [`Part`] by the path of its file under `assets/data/`, without `.zst`.
macro_rules! part {
    ($name:literal, $md5:literal, $size:expr) => {
        $crate::data::embedded::Part {
            name: $name,
            compressed: include_bytes!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../assets/data/",
                $name,
                ".zst"
            )),
            md5: $md5,
            size: $size,
        }
    };
}
pub(super) use part;

impl Part {
    /// The file.
    ///
    /// # Errors
    /// When the embedded bytes are damaged.
    pub(super) fn unpack(&self) -> Result<Vec<u8>, Error> {
        let broken =
            |problem: String| Error::Broken { origin: format!("the embedded {}", self.name), problem };
        let mut decompressor = zstd::bulk::Decompressor::new().map_err(|error| broken(error.to_string()))?;
        decompressor.window_log_max(27).map_err(|error| broken(error.to_string()))?;
        let raw = decompressor
            .decompress(self.compressed, self.size)
            .map_err(|error| broken(format!("it does not decompress: {error}")))?;
        let sum: String = Md5::digest(&raw).iter().map(|byte| format!("{byte:02x}")).collect();
        if sum != self.md5 {
            return Err(broken(format!("its MD5 is {sum}, not {}", self.md5)));
        }
        Ok(raw)
    }

    /// The file, as text.
    ///
    /// # Errors
    /// When the embedded bytes are damaged.
    pub(super) fn text(&self) -> Result<String, Error> {
        String::from_utf8(self.unpack()?).map_err(|error| Error::Broken {
            origin: format!("the embedded {}", self.name),
            problem: error.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_part_is_refused() {
        let good = part!("tabular/iris.csv", "72de67d2f0a43b9f53c08f399d9e96ef", 3878);
        assert!(good.text().unwrap().starts_with("sepal length (cm),"));
        let problem = |part: Part| part.unpack().unwrap_err().to_string();
        assert!(problem(Part { md5: "0", ..good }).contains("MD5"));
        let good = part!("tabular/iris.csv", "72de67d2f0a43b9f53c08f399d9e96ef", 3878);
        assert!(problem(Part { compressed: &good.compressed[..99], ..good }).contains("does not decompress"));
    }
}
