//! `run.ron`: what was run, where, and how it ended.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Error, atomic, disk};
use crate::preset::{DeviceChoice, Preset};
use crate::system::files;

/// The manifest's file in a run's folder.
pub const FILE: &str = "run.ron";

/// A manifest is little more than its preset, written line by line; a larger file is not one.
const LARGEST: u64 = 1 << 26;

/// What was run, where, and how it ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this file's layout.
    pub format: u32,
    /// The version of Trainyard that wrote it.
    pub trainyard: String,
    /// The preset as it ran, overrides included.
    pub preset: Preset,
    /// The device and the instructions it used.
    pub device: String,
    /// The machine's name.
    pub host: String,
    /// The command line.
    pub command_line: Vec<String>,
    /// When it began, in seconds since 1970 (UTC).
    pub started: u64,
    /// How it stands.
    pub status: Status,
    /// How many of the first layers with weights are not trained.
    #[serde(default)]
    pub frozen: usize,
    /// The checkpoint with the lowest validation loss.
    #[serde(default)]
    pub best: Option<Best>,
    /// How it was changed to be trained further, the first change first.
    #[serde(default)]
    pub extensions: Vec<Extension>,
    /// Where it was asked to train; `None` for a run of a version that did not keep this.
    #[serde(default)]
    pub device_asked: Option<DeviceChoice>,
    /// The devices that it was on before it went on on another one, the first first.
    #[serde(default)]
    pub moves: Vec<Move>,
}

/// A run that went on on another device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Move {
    /// Steps done before.
    pub steps: u64,
    /// The device on which they were done.
    pub from: String,
}

/// A change of a run that is trained further: how it stood before, and what was changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extension {
    /// Steps done before.
    pub steps: u64,
    /// The preset's epochs before.
    pub epochs: u32,
    /// How the run stood before.
    pub status: Status,
    /// What was changed of the preset, as `--set` takes it.
    pub changes: Vec<String>,
    /// When, in seconds since 1970 (UTC).
    pub at: u64,
}

/// The best checkpoint of a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// Its step.
    pub step: u64,
    /// Its validation loss.
    pub loss: f64,
}

/// How a run stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Status {
    /// It trains, or its process died without a word.
    Running,
    /// It was ended before its last epoch and can be resumed.
    Stopped {
        /// Steps done.
        steps: u64,
    },
    /// It is done.
    Finished {
        /// Steps done.
        steps: u64,
        /// Loss on the test set.
        test_loss: f64,
        /// Accuracy on the test set, where the task has one.
        test_accuracy: Option<f64>,
    },
    /// It ended with an error.
    Failed {
        /// What went wrong.
        reason: String,
        /// The loss was not finite.
        #[serde(default)]
        diverged: bool,
    },
}

/// Seconds since 1970 (UTC).
fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// The words that a person typed: those of the starter, after `--`, where this process only serves another.
fn as_typed(mut words: Vec<String>) -> Vec<String> {
    let own = words
        .iter()
        .position(|word| word == "--")
        .filter(|_| words.get(1).is_some_and(|word| word == "serve"));
    match own {
        Some(own) => words.split_off(own + 1),
        None => words,
    }
}

impl Manifest {
    /// The manifest of a run that begins now, by this process.
    pub fn begin(preset: Preset, device: String) -> Self {
        Manifest {
            format: 1,
            trainyard: env!("CARGO_PKG_VERSION").into(),
            preset,
            device,
            host: gethostname::gethostname().to_string_lossy().into_owned(),
            command_line: as_typed(
                std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect(),
            ),
            started: now(),
            status: Status::Running,
            frozen: 0,
            best: None,
            extensions: Vec::new(),
            device_asked: None,
            moves: Vec::new(),
        }
    }

    /// Takes another device, on which the run goes on after `steps`.
    pub fn move_to(&mut self, device: String, steps: u64) {
        let from = std::mem::replace(&mut self.device, device);
        self.moves.push(Move { steps, from });
    }

    /// Takes another preset, by which the run is trained further from `steps` on.
    pub fn extend(&mut self, preset: Preset, changes: Vec<String>, steps: u64) {
        let epochs = self.preset.train.epochs;
        let status = std::mem::replace(&mut self.status, Status::Running);
        self.extensions.push(Extension { steps, epochs, status, changes, at: now() });
        self.preset = preset;
    }

    /// Writes it into a run's folder, atomically.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn save(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(FILE);
        let text = ron::ser::to_string_pretty(self, ron::ser::PrettyConfig::default())
            .map_err(|error| Error::broken(&path, error))?;
        atomic::write(&path, |file| file.write_all(text.as_bytes()))
    }

    /// Reads it from a run's folder.
    ///
    /// # Errors
    /// When it is not there or not a manifest; with line and column.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(FILE);
        disk::at(&path, "reading", || Ok(()))?;
        let text = files::read_text(&path, LARGEST).map_err(Error::unread(&path))?;
        ron::from_str(&text).map_err(|error| Error::broken(&path, format!("not a manifest: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_is_served_says_what_was_typed() {
        let words = |line: &str| line.split(' ').map(String::from).collect::<Vec<_>>();
        let typed = words("trainyard train mnist-cnn --detach");
        assert_eq!(as_typed(typed.clone()), typed);
        for serving in ["/proc/self/exe serve --", "/proc/self/exe serve --threads=2 --"] {
            assert_eq!(as_typed([words(serving), typed.clone()].concat()), typed);
        }
    }
}
