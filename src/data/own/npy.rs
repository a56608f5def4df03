//! NumPy files.

use std::path::{Path, PathBuf};

use super::arrays::{Array, Pair, Parts, arrays, both};
use super::{Import, Opened};
use crate::data::Error;
use crate::data::import::limits::Limits;
use crate::data::import::npy;
use crate::data::table::{all_expanded, expanded, in_order};
use crate::preset::{Npy, Paths};

impl Import for Npy {
    fn open(&self, limits: &Limits, notices: &mut Vec<String>) -> Result<Opened, Error> {
        let mut pair = |inputs: &Paths, targets: &Paths| -> Result<Pair, Error> {
            Ok((joined(inputs, limits, notices)?, joined(targets, limits, notices)?))
        };
        let train = pair(&self.inputs, &self.targets)?;
        let mut part = |part, inputs: &Option<Paths>, targets: &Option<Paths>| -> Result<_, Error> {
            let named = both(&self.inputs.to_string(), part, inputs.as_ref(), targets.as_ref())?;
            named.map(|(inputs, targets)| pair(inputs, targets)).transpose()
        };
        let validation = part("validation", &self.validation_inputs, &self.validation_targets)?;
        let test = part("test", &self.test_inputs, &self.test_targets)?;
        arrays(Parts { train, validation, test }, self.into(), limits, notices)
    }

    /// The files whose names fit the pattern, where it is one.
    fn files_in(&self, path: &Path) -> Result<Vec<PathBuf>, Error> {
        expanded(&path.to_string_lossy())
    }
}

/// The array in these files. What is kept in memory is bounded for all of them together.
fn joined(paths: &Paths, limits: &Limits, notices: &mut Vec<String>) -> Result<Array, Error> {
    let files = all_expanded(paths)?;
    notices.extend(in_order(paths, &files));
    let mut in_memory = limits.in_memory;
    let mut open = |file: &PathBuf| -> Result<_, Error> {
        let (piece, shape) = npy::open(file, &Limits { in_memory, ..*limits })?;
        in_memory = in_memory.saturating_sub(piece.bytes_in_memory());
        Ok((piece, shape))
    };
    let Some((first, others)) = files.split_first() else {
        return Err(Error::Broken { origin: paths.to_string(), problem: "it names no files".into() });
    };
    let first: Array = open(first)?.into();
    let array = others.iter().try_fold(first, |array, file| array.with(open(file)?))?;
    if !others.is_empty() {
        let empty = array.empty().into_iter();
        notices
            .extend(empty.map(|origin| format!("{origin}: it has no rows, so nothing is learned from it")));
    }
    Ok(array)
}
