//! `run.ron`: what was run, where, and how it ended.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Error, atomic, disk};
use crate::preset::{Assignment, Change, DeviceChoice, EarlyStopping, Monitor, Preset};
use crate::system::{files, machine};

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
    /// The name of the machine that trained it last.
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
    /// The settings that were changed while it trained, since it began or was last changed to be trained further, in the order
    /// of their steps. A run that is resumed makes those changes again that came after its checkpoint.
    #[serde(default)]
    pub steered: Vec<Steered>,
    /// The checkpoint of another run from which this one went on.
    #[serde(default)]
    pub branched: Option<Branched>,
    /// The trial of a search that it trains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<OfSearch>,
    /// The number of the item of the queue that it trains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued: Option<u32>,
    /// The task of a submission to Slurm that it trains: `mnist-cnn-1/3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted: Option<String>,
    /// The trainings of one `--repeat` or `--folds`, of which it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<PartOf>,
    /// The job of Slurm in which it was trained last: `12`, or `12_3` for a task of an array.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
}

/// The trial of a search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfSearch {
    /// The search's name.
    pub search: String,
    /// The trial's number, from 1.
    pub number: u32,
}

impl fmt::Display for OfSearch {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "trial {} of {}", self.number, self.search)
    }
}

/// One of the trainings of one `--repeat` or `--folds`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartOf {
    /// What they are called together.
    pub set: String,
    /// Which of them it is, from 1.
    pub place: u32,
    /// How many they are.
    pub of: u32,
    /// Where the weights came from with which it began.
    #[serde(default)]
    pub init_from: Option<String>,
}

/// The checkpoint of another run from which a run went on, and what was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branched {
    /// The name of the other run.
    pub run: String,
    /// The checkpoint's step.
    pub step: u64,
    /// What was changed of the other run's preset, as `--set` takes it.
    pub changes: Vec<String>,
}

impl fmt::Display for Branched {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} at step {}", self.run, self.step)?;
        if self.changes.is_empty() { Ok(()) } else { write!(f, ": {}", self.changes.join(", ")) }
    }
}

/// A setting that was changed while a run trained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steered {
    /// Steps done before; the next one used the new value.
    pub step: u64,
    /// The setting's path in the preset.
    pub path: String,
    /// Its value before, as a preset writes it.
    pub before: String,
    /// Its value from then on.
    pub value: String,
    /// When, in seconds since 1970 (UTC).
    pub at: u64,
}

impl Steered {
    /// A change that is made now, after `step` steps.
    pub fn now(step: u64, Assignment { path, value }: Assignment, before: String) -> Self {
        Steered { step, path, before, value, at: now() }
    }

    /// The change as it was asked for.
    pub fn assignment(&self) -> Assignment {
        Assignment { path: self.path.clone(), value: self.value.clone() }
    }
}

impl fmt::Display for Steered {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} {} (was {}) from step {}", self.path, self.value, self.before, self.step + 1)
    }
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
    /// The settings that were changed before, while it trained; the new preset has them.
    #[serde(default)]
    pub steered: Vec<Steered>,
}

/// The best checkpoint of a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// Its step.
    pub step: u64,
    /// Its validation loss.
    pub loss: f64,
    /// Its accuracy on the validation set, where early stopping monitors that: then the best one has the highest accuracy,
    /// not the lowest loss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
}

impl Best {
    /// The score by which it is the best one. Smaller is better.
    fn score(&self) -> f64 {
        self.accuracy.map_or(self.loss, |accuracy| -accuracy)
    }

    /// The best one of a run that goes on as `settings` say; `None` where it was chosen by another score than they monitor.
    pub fn by(self, settings: Option<&EarlyStopping>) -> Option<Best> {
        let wants_accuracy = settings.is_some_and(|settings| settings.monitor == Monitor::ValAccuracy);
        (wants_accuracy == self.accuracy.is_some()).then_some(self)
    }
}

impl std::fmt::Display for Best {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "step {}, validation ", self.step)?;
        match self.accuracy {
            Some(accuracy) => write!(f, "accuracy {accuracy}, loss {}", self.loss),
            None => write!(f, "loss {}", self.loss),
        }
    }
}

/// The scores of an epoch on the validation set, by which its checkpoint is compared with others. They choose the epoch that
/// early stopping would restore: it monitors the same score, with the same least change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    loss: f64,
    accuracy: Option<f64>,
    min_delta: f64,
}

impl Judged {
    /// The scores of an epoch of a training with these settings of early stopping, if any.
    pub fn new(loss: f64, accuracy: Option<f64>, settings: Option<&EarlyStopping>) -> Judged {
        let monitored = settings.filter(|settings| settings.monitor == Monitor::ValAccuracy);
        Judged {
            loss,
            accuracy: monitored.map(|_| accuracy.unwrap_or(f64::NEG_INFINITY)),
            min_delta: settings.map_or(0.0, |settings| settings.min_delta),
        }
    }

    /// The validation loss.
    pub fn loss(self) -> f64 {
        self.loss
    }

    /// The checkpoint of `step` as the best one, if it is better than the best one before.
    pub fn best_at(self, step: u64, before: Option<Best>) -> Option<Best> {
        let best = Best { step, loss: self.loss, accuracy: self.accuracy };
        let limit = before.map_or(f64::INFINITY, |before| before.score());
        (best.score() < limit - self.min_delta).then_some(best)
    }
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
            host: machine::name(),
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
            steered: Vec::new(),
            branched: None,
            trial: None,
            queued: None,
            submitted: None,
            part: None,
            job: machine::slurm_job(),
        }
    }

    /// The preset with the settings that were changed while it trained. The learning rate is not among them: a person's factor
    /// of the scheduled rate is in the checkpoints.
    pub fn preset_now(&self) -> Preset {
        self.preset_at(u64::MAX)
    }

    /// The preset with the settings that were changed before `step` steps were done.
    pub fn preset_at(&self, step: u64) -> Preset {
        let before = self.steered.iter().filter(|steered| steered.step < step);
        before.fold(self.preset.clone(), |now, steered| {
            match Change::read(&self.preset, &steered.assignment()) {
                Ok(change) => change.applied(&self.preset, &now),
                // From a version that could change more.
                Err(_) => now,
            }
        })
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
        let steered = std::mem::take(&mut self.steered);
        self.extensions.push(Extension { steps, epochs, status, changes, at: now(), steered });
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
