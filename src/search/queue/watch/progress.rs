//! How far the run of an item has come, and what came of it.

use std::path::Path;
use std::time::SystemTime;

use crate::preset::Change;
use crate::run::epochs::EpochsDone;
use crate::run::{Manifest, Status};

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The epochs that are done.
    pub epochs: u32,
    /// How many there are to be.
    pub of: u32,
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It is not there any more.
    Gone,
    /// It has no result yet.
    Open,
    /// It was ended after so many steps.
    Stopped(u64),
    /// Loss and accuracy on its test set.
    Tested(f64, Option<f64>),
    /// Why it failed.
    Failed(String),
    /// Why that is not known.
    Unknown(String),
}

impl Fate {
    /// That of the run in a folder.
    pub(super) fn of(folder: &Path) -> Self {
        if !folder.is_dir() {
            return Fate::Gone;
        }
        match Manifest::load(folder).map(|manifest| manifest.status) {
            Ok(Status::Running) => Fate::Open,
            Ok(Status::Stopped { steps }) => Fate::Stopped(steps),
            Ok(Status::Finished { test_loss, test_accuracy, .. }) => Fate::Tested(test_loss, test_accuracy),
            Ok(Status::Failed { reason, .. }) => Fate::Failed(reason),
            Err(error) => Fate::Unknown(error.to_string()),
        }
    }
}

/// By which it is seen that a run has written something: the newest time and the bytes of all files in its folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    newest: Option<SystemTime>,
    bytes: u64,
}

impl Written {
    /// That of the run in a folder.
    pub fn of(folder: &Path) -> Self {
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        let found = entries.filter_map(|entry| entry.ok()?.metadata().ok());
        found.fold(Written::default(), |written, file| Written {
            newest: written.newest.max(file.modified().ok()),
            bytes: written.bytes.wrapping_add(file.len()),
        })
    }
}

/// How far a run had come when it was read last.
#[derive(Debug, Default)]
pub(super) struct Known {
    written: Option<Written>,
    progress: Option<Progress>,
    epochs: EpochsDone,
}

/// How far the run in a folder has come: what it has written since the last call is read.
pub(super) fn progress_of(run: &Path, known: &mut Known) -> Option<Progress> {
    let written = Some(Written::of(run));
    if known.written != written {
        known.progress = of_run(run, &mut known.epochs);
        known.written = written;
    }
    known.progress
}

/// The same, read from its files; `None` where it does not tell.
fn of_run(folder: &Path, epochs: &mut EpochsDone) -> Option<Progress> {
    let manifest = Manifest::load(folder).ok()?;
    let steered = manifest.steered.iter().rev().find(|steered| steered.path == Change::EPOCHS);
    let of = steered.and_then(|steered| steered.value.parse().ok()).unwrap_or(manifest.preset.train.epochs);
    Some(Progress { epochs: epochs.read(folder), of })
}
