//! Pairs of NumPy files.

use std::path::Path;

use super::arrays::arrays;
use super::{Import, Opened};
use crate::data::Error;
use crate::data::import::limits::Limits;
use crate::data::import::npy;
use crate::preset::Npy;

impl Import for Npy {
    fn open(&self, limits: &Limits, _: &mut Vec<String>) -> Result<Opened, Error> {
        let open = |file| npy::open(Path::new(file), limits);
        arrays(open(&self.inputs)?, open(&self.targets)?, limits)
    }
}
