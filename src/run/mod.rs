//! What a run leaves on disk and how it comes back. Nothing here is a format of our own.
//!
//! ```text
//! TRAINYARD_HOME/runs/2026-11-24T10-15-03-mnist-cnn-7f3a/
//!   run.ron                                   the preset as run, seed, device, versions, host, status
//!   data.ron                                  what it learned of its data: names, scales, vocabulary, fingerprints
//!   label.ron                                 what a person calls it and says about it, if anything
//!   events.out.tfevents.<time>.<host>         every figure over time, for TensorBoard
//!   checkpoints/step-00000938/                weights.safetensors, optimizer.safetensors, state.ron,
//!                                             checksums.ron
//!   log.txt, log.older.txt                    what the log line said
//! ```

mod append;
pub mod atomic;
pub mod checkpoint;
pub mod checksums;
pub mod difference;
pub mod directory;
mod disk;
pub mod epochs;
pub mod export;
pub mod histogram;
pub mod home;
pub mod hook;
pub mod kept;
pub mod label;
pub mod learned;
pub mod lock;
pub mod log_file;
pub mod manifest;
pub mod overview;
pub mod past;
pub mod prune;
pub mod recorder;
pub mod seeds;
pub mod settings;
pub mod spread;
pub mod tensorboard;
pub mod tensors;
pub mod text;
pub mod trash;
pub mod verify;
pub mod watch;

pub use checkpoint::Checkpoint;
pub use directory::{Damaged, Found, RunDirectory};
pub use histogram::{Histogram, Histograms};
pub use label::Label;
pub use manifest::{Best, Branched, Extension, Judged, Manifest, Move, OfSearch, PartOf, Status, Steered};
pub use overview::{Overview, Standing};
pub use recorder::{Recorder, RecorderEvent, Reopened};
pub use tensors::NamedTensor;

use std::path::{Path, PathBuf};

use crate::system::files;

/// What can go wrong with a run's files. Each says which path, what happened, and what to do where that is known.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused something. This says nothing about the content of the disk.
    #[error("{path}: {action}: {source}", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was being done.
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file that is missing or not what it should be: proven damage.
    #[error("{path}: {problem}", path = path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// No run of that name.
    #[error("no run matches '{wanted}' in {folder}; `trainyard runs` lists them", folder = folder.display())]
    NotFound {
        /// What was asked for.
        wanted: String,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// Fewer runs match than a name goes back.
    #[error("'{wanted}' goes back further than the {count} that match; `trainyard runs` lists them")]
    TooFew {
        /// What was asked for.
        wanted: String,
        /// How many match.
        count: usize,
    },
    /// Another process writes this run.
    #[error("{path}: process {owner} is writing this run; stop it first (`trainyard runs` shows it)", path = path.display())]
    Locked {
        /// The run's folder.
        path: PathBuf,
        /// The process, as it wrote itself down.
        owner: String,
    },
    /// A path that cannot travel in a message.
    #[error("{path}: this path is not UTF-8, and runs and weights need one that is: rename the folder", path = path.display())]
    NotUtf8 {
        /// The path.
        path: PathBuf,
    },
    /// Neither `TRAINYARD_HOME` nor a home folder is known.
    #[error("no folder for runs: set TRAINYARD_HOME to one")]
    NoHome,
}

impl Error {
    /// An [`Error::Io`] for `map_err`.
    pub fn io(path: &Path, action: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Error::Io { path, action, source }
    }

    /// The error of a file that is not read, for `map_err`: [`Error::Io`] where the system refused, else
    /// [`Error::Broken`].
    fn unread(path: &Path) -> impl FnOnce(files::Error) -> Self {
        let path = path.to_path_buf();
        move |error| match error {
            files::Error::System(source) => Error::Io { path, action: "reading", source },
            other => Error::broken(&path, other),
        }
    }

    fn broken(path: &Path, problem: impl ToString) -> Self {
        Error::Broken { path: path.to_path_buf(), problem: problem.to_string() }
    }
}
