//! What is exported, and what a file format does with it.

use std::io::Write;

use crate::preset::{Experiment, Learned, Preset};
use crate::run::{Error, NamedTensor, RunDirectory};

/// What is exported of a run.
#[derive(Debug)]
pub struct Trained {
    /// The run.
    pub run: RunDirectory,
    /// Its preset, as it ran.
    pub preset: Preset,
    /// The preset, checked against its data: only where the [`Format::describes_network`].
    pub experiment: Option<Experiment>,
    /// What the run learned of its data; `None` for a run of before that kept nothing of it.
    pub learned: Option<Learned>,
    /// The step of the checkpoint that the weights are from; `None` where no weights were read.
    pub step: Option<u64>,
    /// All weights, by Keras's paths.
    pub weights: Vec<NamedTensor>,
}

/// Which checkpoint the weights are from.
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
        let best = manifest.best.map(|best| best.step).filter(|_| which == Which::Best);
        let newest = || run.checkpoints().map(|steps| steps.last().copied());
        let Some(step) = best.map_or_else(newest, |best| Ok(Some(best)))? else {
            return Err(Error::broken(run.path(), "no checkpoint has been saved yet"));
        };
        let weights = run.weights(step)?;
        let learned = run.learned()?;
        Ok(Trained { run, preset: manifest.preset, experiment: None, learned, step: Some(step), weights })
    }

    /// A run without its weights, for a format that does not [hold them](Format::holds_weights): it needs no checkpoint.
    ///
    /// # Errors
    /// When its manifest is broken.
    pub fn without_weights(run: RunDirectory) -> Result<Self, Error> {
        let preset = run.manifest()?.preset;
        Ok(Trained { run, preset, experiment: None, learned: None, step: None, weights: Vec::new() })
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

    /// Whether weights go into the file, for which the run needs a checkpoint.
    fn holds_weights(&self) -> bool {
        true
    }

    /// What whoever uses the file has to know of what goes into it, in a sentence.
    fn takes(&self, _trained: &Trained) -> Option<String> {
        None
    }

    /// Writes the file, piece by piece: it may be gigabytes.
    ///
    /// # Errors
    /// When the format cannot hold what is to be written, or the system refuses.
    fn write(&self, trained: &Trained, out: &mut dyn Write) -> Result<(), Error>;
}
