//! The jobs of Slurm beside the queue. Slurm may be slow to answer, so they are looked at on a thread of their own.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::run::past::Curves;
use crate::run::{Manifest, RunDirectory};
use crate::search::looking::Looking;
use crate::search::slurm::{self, Job, Shelf};

use super::progress::Written;

/// How long it rests between two looks; Slurm itself is asked less often.
const REST: Duration = Duration::from_secs(2);

/// The jobs of all submissions, as they are shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Jobs {
    /// They: first those that run, then those that wait, oldest first, then those that have ended, newest first.
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
        let mut reader = Reader { shelf, runs, tasks: BTreeMap::new(), seconds: BTreeMap::new() };
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
    /// For how long runs were trained whose jobs have ended, and what they had written when that was read.
    seconds: BTreeMap<String, (Written, u64)>,
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
        let Reader { shelf, runs, seconds, .. } = self;
        let seconds_of = |name: &str| {
            let folder = runs.join(name);
            let written = Written::of(&folder);
            let known = seconds.get(name).filter(|(then, _)| *then == written).map(|(_, known)| *known);
            let read = || Curves::read(&folder, u64::MAX).seconds().round() as u64;
            let told = known.unwrap_or_else(read);
            seconds.insert(name.to_owned(), (written, told));
            Some(told)
        };
        match slurm::jobs(shelf, &trained, seconds_of) {
            Ok((jobs, told)) => Jobs { jobs: in_order(jobs), problem: told.into_iter().next() },
            Err(error) => Jobs { jobs: Vec::new(), problem: Some(error.to_string()) },
        }
    }
}

/// Jobs that are given oldest first: those that run, those that wait, then those that have ended, newest first.
fn in_order(jobs: Vec<Job>) -> Vec<Job> {
    let (mut open, ended): (Vec<Job>, Vec<Job>) = jobs.into_iter().partition(Job::is_open);
    open.sort_by_key(|job| job.state == "pending");
    open.extend(ended.into_iter().rev());
    open
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tensorboard::Writer;
    use crate::search::slurm::Submission;

    #[test]
    fn jobs_that_run_stand_first_then_those_that_wait_and_of_ended_ones_it_is_said_how_long_they_ran() {
        let home = tempfile::tempdir().unwrap();
        let (shelf, runs) = (Shelf::in_home(home.path()), home.path().join("runs"));
        let mut submission = Submission::new("xor".into(), vec!["train".into(), "xor".into()], None, 4);
        submission.job = Some(12);
        std::fs::create_dir_all(shelf.place("xor")).unwrap();
        crate::search::store::save(&shelf.place("xor").join("submission.ron"), &submission).unwrap();
        // What Slurm has said just now: it told of the first one how long it ran, of the third one it did not.
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let job = |state: &str, took: &str| {
            format!(
                "(state: \"{state}\", reason: Some(\"Priority\"), nodes: None, began: None, took: {took}, at: {now})"
            )
        };
        let states = format!(
            "(asked: {now}, problem: None, jobs: {{\"12_1\": {}, \"12_2\": {}, \"12_3\": {}, \"12_4\": {}}})",
            job("completed", "Some(61)"),
            job("pending", "None"),
            job("failed", "None"),
            job("running", "None")
        );
        std::fs::write(shelf.path().join("states.ron"), states).unwrap();
        let text = include_str!("../../../../presets/xor.ron");
        let preset = crate::preset::library::experiment(text, "xor.ron").unwrap().preset;
        let manifest = Manifest { submitted: Some("xor/3".into()), ..Manifest::begin(preset, "cpu".into()) };
        let (run, _) = RunDirectory::create(&runs, &manifest, None).unwrap();
        let mut writer = Writer::create(run.path()).unwrap();
        writer.scalars(1, &[("loss/train", 0.5)]).unwrap();
        writer.flush().unwrap();
        let mut reader = Reader { shelf, runs, tasks: BTreeMap::new(), seconds: BTreeMap::new() };
        let found = reader.look();
        let told: Vec<(&str, &str, Option<u64>)> =
            found.jobs.iter().map(|job| (job.job.as_str(), job.state.as_str(), job.seconds)).collect();
        let expected = [
            ("12_4", "running", None),
            ("12_2", "pending", None),
            ("12_3", "failed", Some(0)),
            ("12_1", "completed", Some(61)),
        ];
        assert_eq!(told, expected, "{:?}", found.problem);
        // Why it waited says nothing of one that is done.
        assert_eq!((found.jobs[1].reason.as_deref(), &found.jobs[3].reason), (Some("Priority"), &None));
    }
}
