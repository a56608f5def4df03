//! The jobs of Slurm beside the queue. Slurm may be slow to answer, so they are looked at on a thread of their own.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::run::{Manifest, RunDirectory};
use crate::search::looking::Looking;
use crate::search::slurm::{self, Job, Shelf};

/// How long it rests between two looks; Slurm itself is asked less often.
const REST: Duration = Duration::from_secs(2);

/// The jobs of all submissions, as they are shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Jobs {
    /// They, oldest first.
    pub jobs: Vec<Job>,
    /// Why something of them is not known.
    pub problem: Option<String>,
}

/// Looks at jobs while somebody wants it to.
#[derive(Debug)]
pub(super) struct JobsTask {
    looking: Looking<bool>,
    found: Arc<Mutex<Arc<Jobs>>>,
}

impl JobsTask {
    /// Begins; `home` has the submissions, `runs` their runs.
    ///
    /// # Errors
    /// When the system refuses another thread.
    pub fn start(shelf: Shelf, runs: PathBuf) -> std::io::Result<Self> {
        let found = Arc::<Mutex<Arc<Jobs>>>::default();
        let mut reader = Reader { shelf, runs, tasks: BTreeMap::new() };
        let shown = found.clone();
        let looking = Looking::start("jobs", REST, move |_| {
            let jobs = reader.look();
            let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
            if **shown != jobs {
                *shown = Arc::new(jobs);
            }
        })?;
        Ok(JobsTask { looking, found })
    }

    /// Looks, or looks no more.
    pub fn look(&self, looks: bool) {
        self.looking.look_at(looks);
    }

    /// What was found last.
    pub fn found(&self) -> Arc<Jobs> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct Reader {
    shelf: Shelf,
    runs: PathBuf,
    /// The task of each run, which does not change; `None` for one that is of no submission.
    tasks: BTreeMap<String, Option<String>>,
}

impl Reader {
    fn look(&mut self) -> Jobs {
        if !self.shelf.path().is_dir() {
            return Jobs::default();
        }
        for run in RunDirectory::list(&self.runs).unwrap_or_default() {
            let name = run.name();
            // One that cannot be read yet is looked at again.
            if !self.tasks.contains_key(&name)
                && let Ok(manifest) = Manifest::load(run.path())
            {
                self.tasks.insert(name, manifest.submitted);
            }
        }
        let of = |(name, task): (&String, &Option<String>)| Some((task.clone()?, name.clone()));
        let trained: Vec<(String, String)> = self.tasks.iter().filter_map(of).collect();
        match slurm::jobs(&self.shelf, &trained) {
            Ok((jobs, told)) => Jobs { jobs, problem: told.into_iter().next() },
            Err(error) => Jobs { jobs: Vec::new(), problem: Some(error.to_string()) },
        }
    }
}
