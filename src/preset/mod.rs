//! The experiment as data (RON).
//!
//! A [`Preset`] is what a file says; [`validate`](Preset::validate) turns it into an experiment whose shapes fit.

pub mod data;
pub mod layer;
pub mod types;

pub use data::{DataConfig, Labels, Signature, Source, TargetKind};
pub use layer::{Activation, Initializer, Layer, Padding, Pair, Regularizer};
pub use types::{
    Clip, EarlyStopping, Loss, LossOptions, Monitor, Optimizer, Preset, Procedure, Schedule, TrainConfig,
};
