//! NumPy archives.

use std::path::Path;

use super::arrays::arrays;
use super::{Import, Opened};
use crate::data::Error;
use crate::data::import::npy;
use crate::preset::Npz;

impl Import for Npz {
    fn open(&self) -> Result<Opened, Error> {
        let open = |array| npy::open_in(Path::new(&self.file), array);
        arrays(open(&self.inputs)?, open(&self.targets)?)
    }
}
