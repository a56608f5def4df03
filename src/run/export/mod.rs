//! A run's result in the formats of other programs: one file for each, behind one trait.

mod csv;
pub mod onnx;
mod safetensors;

use std::io::Write;

use super::{Error, NamedTensor, RunDirectory};
use crate::preset::{Experiment, Preset};

/// What is exported of a run.
#[derive(Debug)]
pub struct Trained {
    /// The run.
    pub run: RunDirectory,
    /// Its preset, as it ran.
    pub preset: Preset,
    /// The preset, checked against its data: only where the [`Format::describes_network`].
    pub experiment: Option<Experiment>,
    /// The step of the checkpoint that the weights are of.
    pub step: u64,
    /// All weights, by Keras's paths.
    pub weights: Vec<NamedTensor>,
}

/// Which checkpoint the weights are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one with the lowest validation loss, or the newest where there is none.
    Best,
    /// The newest.
    Newest,
}

impl Trained {
    /// Reads the weights of a run.
    ///
    /// # Errors
    /// When it has no checkpoint, or its files are broken.
    pub fn load(run: RunDirectory, which: Which) -> Result<Self, Error> {
        let manifest = run.manifest()?;
        let steps = run.checkpoints();
        let best =
            manifest.best.map(|best| best.step).filter(|step| which == Which::Best && steps.contains(step));
        let Some(step) = best.or(steps.last().copied()) else {
            return Err(Error::broken(run.path(), "no checkpoint has been saved yet"));
        };
        let checkpoint = super::Checkpoint::load(&run.checkpoint_path(step))?;
        Ok(Trained { run, preset: manifest.preset, experiment: None, step, weights: checkpoint.weights })
    }
}

/// A file format.
pub trait Format {
    /// What its files' names end with, without the dot.
    fn extension(&self) -> &'static str;

    /// Whether the file says what goes into the network, for which [`Trained::experiment`] is needed.
    fn describes_network(&self) -> bool {
        false
    }

    /// Writes the file.
    ///
    /// # Errors
    /// When the format cannot hold what is to be written, or the system refuses.
    fn write(&self, trained: &Trained, out: &mut dyn Write) -> Result<(), Error>;
}

/// The format of this name: `onnx`, `safetensors` or `csv`.
pub fn format(name: &str) -> Option<&'static dyn Format> {
    match name {
        "onnx" => Some(&onnx::Onnx),
        "safetensors" => Some(&safetensors::Safetensors),
        "csv" => Some(&csv::Csv),
        _ => None,
    }
}

/// The names of all formats.
pub const NAMES: [&str; 3] = ["onnx", "safetensors", "csv"];
