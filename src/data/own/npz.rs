//! NumPy archives.

use std::path::Path;

use super::arrays::arrays;
use super::{Import, Opened};
use crate::data::Error;
use crate::data::import::limits::Limits;
use crate::data::import::npy;
use crate::preset::Npz;

impl Import for Npz {
    fn open(&self, limits: &Limits, _: &mut Vec<String>) -> Result<Opened, Error> {
        let mut archive = npy::Archive::open(Path::new(&self.file), limits)?;
        arrays(archive.array(&self.inputs)?.into(), archive.array(&self.targets)?.into(), limits)
    }
}
