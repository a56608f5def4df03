//! NumPy archives.

use std::path::Path;

use super::arrays::{Array, Pair, Parts, arrays, both};
use super::{Import, Opened};
use crate::data::Error;
use crate::data::import::array_names::Named;
use crate::data::import::limits::Limits;
use crate::data::import::npy;
use crate::preset::Npz;

impl Import for Npz {
    fn open(&self, limits: &Limits, notices: &mut Vec<String>) -> Result<Opened, Error> {
        let mut archive = npy::Archive::open(Path::new(&self.file), limits)?;
        let names = archive.names();
        let mut pair = |inputs: &str, targets: &str| -> Result<Pair, Error> {
            let mut array = |name| archive.array(name).map(Array::from);
            Ok((array(inputs)?, array(targets)?))
        };
        let train = pair(&self.inputs, &self.targets).map_err(|error| self.with_names(error, &names))?;
        let mut part = |part, inputs: &Option<String>, targets: &Option<String>| -> Result<_, Error> {
            let named = both(&self.file, part, inputs.as_deref(), targets.as_deref())?;
            named.map(|(inputs, targets)| pair(inputs, targets)).transpose()
        };
        let validation = part("validation", &self.validation_inputs, &self.validation_targets)?;
        let test = part("test", &self.test_inputs, &self.test_targets)?;
        arrays(Parts { train, validation, test }, self.into(), limits, notices)
    }
}

impl Npz {
    /// What is wrong with arrays that are not there, with those of the archive that the preset may name instead.
    fn with_names(&self, error: Error, names: &[String]) -> Error {
        let Error::Broken { origin, problem } = error;
        let are_there = names.contains(&self.inputs) && names.contains(&self.targets);
        let advice = Named::among(names).filter(|_| !are_there).map(|named| {
            let (inputs, targets) = &named.train;
            let test = named
                .test
                .map(|(inputs, targets)| format!(", test_inputs: {inputs:?}, test_targets: {targets:?}"));
            let test = test.unwrap_or_default();
            format!("; likely npz(file: …, inputs: {inputs:?}, targets: {targets:?}{test})")
        });
        Error::Broken { origin, problem: problem + &advice.unwrap_or_default() }
    }
}
