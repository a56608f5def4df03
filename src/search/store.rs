//! A search on disk: `TRAINYARD_HOME/searches/NAME/`, a file for the search and one for each trial.
//!
//! ```text
//! searches/mnist-cnn/
//!   search.ron            what it was asked to do, and how long it has run
//!   trials/000001.ron     the settings of a trial, its runs, what came of them
//!   trials/000001.0.lock  held while a process of its first training is about to begin
//!   trials/000001.0.seen  held by the process that sees this training through, where several carry the search out
//!   lock                  held by the process that carries it out alone
//!   workers/node7-123     held by each process that carries it out together with others
//!   turn                  held by one of these while it looks what comes next and writes that down
//! ```

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::Error;
use super::subject::Definition;
use super::trial::Trial;
use crate::run::{self, atomic, home};
use crate::system::{files, machine};

/// The file of the search.
const FILE: &str = "search.ron";
/// The folder of the trials.
const TRIALS: &str = "trials";
/// The folder of the locks of processes that carry it out together.
const WORKERS: &str = "workers";
/// The most bytes of a file.
const LARGEST: u64 = 1 << 26;

/// The folder of all searches.
///
/// # Errors
/// When no folder is known.
pub fn folder() -> Result<PathBuf, run::Error> {
    Ok(home::folder()?.join("searches"))
}

/// What is kept of a search beside its trials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The version of this file's layout.
    pub format: u32,
    /// The version of Trainyard that wrote it.
    pub trainyard: String,
    /// What it was asked to do.
    pub definition: Definition,
    /// When it began, in seconds since 1970 (UTC).
    pub started: u64,
    /// Seconds that it has run, over all processes that carried it out.
    pub seconds: f64,
    /// It makes no further trials.
    pub is_ended: bool,
    /// When the seconds were last counted, in seconds since 1970 (UTC): several processes that carry it out together count on from
    /// there.
    #[serde(default)]
    pub counted: f64,
}

/// The place of a search on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    folder: PathBuf,
}

/// Whether a name can be that of a folder here.
pub(super) fn is_plain(name: &str) -> bool {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    !name.is_empty() && !name.starts_with('.') && name.len() <= 100 && name.chars().all(is_plain)
}

impl Store {
    /// The place of the search of this name.
    ///
    /// # Errors
    /// When the name cannot be a folder's, or no folder is known.
    pub fn named(name: &str) -> Result<Self, Error> {
        if !is_plain(name) {
            let problem =
                format!("'{name}' cannot be the name of a search: use letters, digits, '-', '_' and '.'");
            return Err(Error::Name(problem));
        }
        Ok(Store { folder: folder()?.join(name) })
    }

    /// All searches, by name.
    ///
    /// # Errors
    /// When their folder cannot be read.
    pub fn list() -> Result<Vec<Self>, Error> {
        Self::list_in(&folder()?)
    }

    /// All searches in a folder, by name.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn list_in(folder: &Path) -> Result<Vec<Self>, Error> {
        let entries = match std::fs::read_dir(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(run::Error::io(folder, "reading the folder of searches"))?,
        };
        let stores = entries.filter_map(|entry| Some(Store { folder: entry.ok()?.path() }));
        let mut stores: Vec<Store> = stores.filter(Store::is_there).collect();
        stores.sort_unstable_by(|a, b| a.folder.cmp(&b.folder));
        Ok(stores)
    }

    /// Its name.
    pub fn name(&self) -> String {
        self.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Whether there is a search.
    pub fn is_there(&self) -> bool {
        self.folder.join(FILE).is_file()
    }

    /// Writes down what it is asked to do, and how long it has run.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn save(&self, record: &Record) -> Result<(), run::Error> {
        save(&self.folder.join(FILE), record)
    }

    /// What it was asked to do, and how long it has run.
    ///
    /// # Errors
    /// When that cannot be read.
    pub fn load(&self) -> Result<Record, run::Error> {
        load(&self.folder.join(FILE))
    }

    /// Writes a new trial down; false where another process has made one of this number.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn create_trial(&self, trial: &Trial) -> Result<bool, run::Error> {
        let path = self.trial(trial.number);
        let text = text_of(&path, trial)?;
        atomic::create(&path, |file| file.write_all(text.as_bytes()))
    }

    /// A trial, where there is one of this number.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn load_trial(&self, number: u32) -> Result<Option<Trial>, run::Error> {
        let path = self.trial(number);
        if !path.exists() {
            return Ok(None);
        }
        load(&path).map(Some).map_err(|error| match error {
            run::Error::Broken { path, problem } => run::Error::Broken {
                path,
                problem: format!("{problem}; once this file is removed, the search makes its trial again"),
            },
            other => other,
        })
    }

    /// Writes a trial down.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn save_trial(&self, trial: &Trial) -> Result<(), run::Error> {
        save(&self.trial(trial.number), trial)
    }

    /// All trials, by number.
    ///
    /// # Errors
    /// When one cannot be read: without it the search would go on with other settings than it would have tried.
    pub fn trials(&self) -> Result<Vec<Trial>, run::Error> {
        let mut trials = Vec::new();
        while let Some(trial) = self.load_trial(trials.len() as u32 + 1)? {
            trials.push(trial);
        }
        Ok(trials)
    }

    /// One trial, and the mark of its file; `None` where there is no such file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn trial_with_mark(&self, number: u32) -> Result<Option<(Trial, Mark)>, run::Error> {
        let path = self.trial(number);
        let Some(mark) = Mark::of(&path) else { return Ok(None) };
        Ok(Some((load(&path)?, mark)))
    }

    /// The mark of the file of a trial.
    pub(super) fn mark_of_trial(&self, number: u32) -> Option<Mark> {
        Mark::of(&self.trial(number))
    }

    /// The mark of the file of the search.
    pub(super) fn mark(&self) -> Option<Mark> {
        Mark::of(&self.folder.join(FILE))
    }

    /// The file whose lock says that a training of a trial is about to begin.
    pub(super) fn claim(&self, number: u32, run: usize) -> PathBuf {
        self.folder.join(TRIALS).join(format!("{number:06}.{run}.lock"))
    }

    /// The file whose lock says that a process sees a training of a trial through.
    pub(super) fn seen(&self, number: u32, run: usize) -> PathBuf {
        self.claim(number, run).with_extension("seen")
    }

    /// The file whose lock says whose turn it is to look what comes next.
    pub(super) fn turn(&self) -> PathBuf {
        self.folder.join("turn")
    }

    /// The folder of the locks of processes that carry it out together.
    pub(super) fn workers_folder(&self) -> PathBuf {
        self.folder.join(WORKERS)
    }

    /// The file whose lock says that this process carries the search out together with others.
    pub(super) fn worker(&self) -> PathBuf {
        self.workers_folder().join(format!("{}-{}", machine::name(), std::process::id()))
    }

    fn trial(&self, number: u32) -> PathBuf {
        self.folder.join(TRIALS).join(format!("{number:06}.ron"))
    }
}

/// By which it is seen that a file is another one than before: files of a search are replaced whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    modified: Option<SystemTime>,
    bytes: u64,
    inode: u64,
}

impl Mark {
    /// That of a file; `None` where there is none.
    pub fn of(path: &Path) -> Option<Self> {
        let found = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(&found);
        #[cfg(not(unix))]
        let inode = 0;
        Some(Mark { modified: found.modified().ok(), bytes: found.len(), inode })
    }
}

pub(super) fn save(path: &Path, what: &impl Serialize) -> Result<(), run::Error> {
    let text = text_of(path, what)?;
    atomic::write(path, |file| file.write_all(text.as_bytes()))
}

fn text_of(path: &Path, what: &impl Serialize) -> Result<String, run::Error> {
    let text = ron::ser::to_string_pretty(what, ron::ser::PrettyConfig::default());
    text.map_err(|error| broken(path, error))
}

pub(super) fn load<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, run::Error> {
    let text = files::read_text(path, LARGEST).map_err(|error| broken(path, error))?;
    ron::from_str(&text)
        .map_err(|error| broken(path, format!("not a file of Trainyard, or damaged: {error}")))
}

fn broken(path: &Path, problem: impl ToString) -> run::Error {
    run::Error::Broken { path: path.to_path_buf(), problem: problem.to_string() }
}
