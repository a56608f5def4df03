//! The errors of a training.

use crate::{data, nn};

/// Why a training cannot begin or continue.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] nn::Error),
    /// A device that was asked for cannot be used.
    #[error("{0}; --device cpu trains on the processors")]
    NoDevice(nn::Error),
    /// The data is broken.
    #[error(transparent)]
    Data(#[from] data::Error),
    /// The loss is not finite.
    #[error(
        "the loss became {loss} at step {step} (epoch {epoch}): try a smaller learning rate or train.clip"
    )]
    NotFinite {
        /// The loss.
        loss: f32,
        /// The step, from 1.
        step: u64,
        /// The epoch, from 1.
        epoch: u32,
    },
    /// There are no samples to train on.
    #[error("no training samples are left: data.test, data.validation and data.train_samples leave none")]
    NoSamples,
    /// A checkpoint that does not fit this training.
    #[error("the checkpoint does not fit this preset: {0}")]
    Checkpoint(String),
    /// The training needs more memory than there is.
    #[error(
        "training would take {takes} and {available} are free: {}",
        .fits.map_or("the model is too large for this machine".into(), |batch| format!("train.batch_size {batch} would fit"))
    )]
    Memory {
        /// The memory that it would take, in words.
        takes: String,
        /// Free memory, in words.
        available: String,
        /// The largest batch size that would fit.
        fits: Option<u32>,
    },
    /// The training needs more memory than its GPU has.
    #[error(
        "training would take {takes} of the memory of {device} and {available} are free: {}--device cpu trains on the \
         processors",
        .fits.map_or(String::new(), |batch| format!("train.batch_size {batch} would fit, "))
    )]
    GpuMemory {
        /// The GPU in words.
        device: String,
        /// The memory that it would take, in words.
        takes: String,
        /// Free memory, in words.
        available: String,
        /// The largest batch size that would fit.
        fits: Option<u32>,
    },
    /// A figure that this training does not have.
    #[error("this training has no figure '{0}'")]
    NoFigure(String),
}

impl Error {
    /// Whether a step was abandoned because somebody asked for it: the training can go on.
    pub fn is_interruption(&self) -> bool {
        matches!(self, Error::Engine(nn::Error::Interrupted))
    }

    /// Whether the device has failed: another one can go on with the training.
    pub fn is_of_device(&self) -> bool {
        matches!(self, Error::Engine(nn::Error::Device(_)))
    }
}
