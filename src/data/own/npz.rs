//! NumPy archives.

use std::path::Path;

use super::arrays::arrays;
use super::{Import, Opened};
use crate::data::Error;
use crate::data::import::limits::Limits;
use crate::data::import::npy;
use crate::preset::Npz;

impl Import for Npz {
    fn open(&self, limits: &Limits, notices: &mut Vec<String>) -> Result<Opened, Error> {
        let mut archive = npy::Archive::open(Path::new(&self.file), limits)?;
        let (inputs, targets) = (archive.array(&self.inputs)?, archive.array(&self.targets)?);
        arrays(inputs.into(), targets.into(), self.into(), limits, notices)
    }
}
