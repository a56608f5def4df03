//! Pairs of NumPy files.

use std::path::Path;

use super::arrays::arrays;
use super::{Import, Opened};
use crate::data::Error;
use crate::data::import::npy;
use crate::data::import::rows::IN_MEMORY;
use crate::preset::Npy;

impl Import for Npy {
    fn open(&self) -> Result<Opened, Error> {
        let open = |file| npy::open(Path::new(file), IN_MEMORY);
        arrays(open(&self.inputs)?, open(&self.targets)?)
    }
}
