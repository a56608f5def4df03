//! Weights as safetensors, under Keras's paths and in Keras's layouts.

use std::io::Write;

use super::{Format, Trained};
use crate::run::Error;
use crate::run::tensors::TensorFile;

/// `safetensors.torch.load_file` opens it.
#[derive(Debug)]
pub struct Safetensors;

impl Format for Safetensors {
    fn extension(&self) -> &'static str {
        "safetensors"
    }

    fn write(&self, trained: &Trained, out: &mut dyn Write) -> Result<(), Error> {
        let run = &trained.run;
        let path = trained.step.map_or_else(|| run.path().to_owned(), |step| run.checkpoint_path(step));
        let file = TensorFile::of(&path, &trained.weights)?;
        file.write(out).map_err(Error::io(&path, "writing its weights"))
    }
}
