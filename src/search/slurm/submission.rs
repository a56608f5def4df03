//! What has been submitted, on disk.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::run::{self, atomic, home};
use crate::search::Error;
use crate::search::store::{is_plain, load, save};

/// The file of a submission.
const FILE: &str = "submission.ron";

/// What has been submitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// The version of this file's layout.
    pub format: u32,
    /// Its name.
    pub name: String,
    /// The command line, without the program's name.
    pub words: Vec<String>,
    /// The search that its tasks carry out; `None`: each task is a training.
    pub search: Option<String>,
    /// Tasks, from 1.
    pub tasks: u32,
    /// The number of its job, once Slurm has taken it.
    pub job: Option<u64>,
    /// When it was submitted, in seconds since 1970 (UTC).
    pub submitted: u64,
}

impl Submission {
    /// What is about to be submitted.
    pub fn new(name: String, words: Vec<String>, search: Option<String>, tasks: u32) -> Self {
        let submitted = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Submission { format: 1, name, words, search, tasks, job: None, submitted }
    }

    /// The job of a task, as Slurm calls it: `12_3`, or `12` where there is one task.
    pub fn job_of(&self, task: u32) -> Option<String> {
        let job = self.job?;
        Some(if self.tasks > 1 { format!("{job}_{task}") } else { job.to_string() })
    }
}

/// The submissions on disk.
#[derive(Clone, Debug)]
pub struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    /// Those of this home.
    ///
    /// # Errors
    /// When no folder is known.
    pub fn own() -> Result<Self, run::Error> {
        Ok(Shelf::in_home(&home::folder()?))
    }

    /// Those of a home.
    pub fn in_home(home: &Path) -> Self {
        Shelf { folder: home.join("slurm") }
    }

    /// Their folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The folder of a submission.
    pub fn place(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Whether a submission can be called so.
    pub fn takes(name: &str) -> bool {
        is_plain(name)
    }

    /// The folder of what jobs print.
    pub fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }

    /// Makes the folder of what jobs print: Slurm begins no job whose file it cannot make.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn make_logs(&self) -> Result<(), run::Error> {
        let logs = self.logs();
        std::fs::create_dir_all(&logs).map_err(run::Error::io(&logs, "creating the folder"))
    }

    /// A name that no submission has: `mnist-cnn-1`, `mnist-cnn-2` …
    pub fn free_name(&self, of: &str) -> String {
        let plain =
            |letter: char| if letter.is_alphanumeric() || "-_.".contains(letter) { letter } else { '-' };
        let of: String = of.trim_start_matches('.').chars().map(plain).take(80).collect();
        let of = if of.is_empty() { "training".into() } else { of };
        let is_free = |name: &String| !self.place(name).exists() && name != "logs";
        (1_u64..).map(|number| format!("{of}-{number}")).find(is_free).unwrap_or(of)
    }

    /// Makes the folder of a submission, with its script; returns the script's file. Of two that take the same name at the same time
    /// one is refused.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn create(&self, submission: &Submission, script: &str) -> Result<PathBuf, Error> {
        let place = self.place(&submission.name);
        std::fs::create_dir_all(&self.folder).map_err(run::Error::io(&self.folder, "creating the folder"))?;
        std::fs::create_dir(&place).map_err(run::Error::io(&place, "creating the folder"))?;
        let path = place.join("script.sh");
        atomic::write(&path, |file| file.write_all(script.as_bytes()))?;
        self.save(submission)?;
        Ok(path)
    }

    /// Writes a submission down.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn save(&self, submission: &Submission) -> Result<(), run::Error> {
        save(&self.place(&submission.name).join(FILE), submission)
    }

    /// Forgets a submission that Slurm did not take.
    pub fn forget(&self, name: &str) {
        // What stays has no job and is not shown.
        let _ = std::fs::remove_dir_all(self.place(name));
    }

    /// All submissions, oldest first; those that cannot be read are left out, and named.
    ///
    /// # Errors
    /// When their folder cannot be read.
    pub fn list(&self) -> Result<(Vec<Submission>, Vec<String>), run::Error> {
        let entries = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok((Vec::new(), Vec::new()));
            }
            entries => entries.map_err(run::Error::io(&self.folder, "reading the folder of submissions"))?,
        };
        let files = entries.filter_map(|entry| Some(entry.ok()?.path().join(FILE)));
        let (mut read, mut broken) = (Vec::new(), Vec::new());
        for file in files.filter(|file| file.is_file()) {
            match load::<Submission>(&file) {
                Ok(submission) => read.push(submission),
                Err(error) => broken.push(error.to_string()),
            }
        }
        read.sort_by(|a, b| (a.submitted, a.job, &a.name).cmp(&(b.submitted, b.job, &b.name)));
        broken.sort_unstable();
        Ok((read, broken))
    }
}
