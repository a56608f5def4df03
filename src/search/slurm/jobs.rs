//! How the jobs of all submissions stand.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::client;
use super::states::{self, Seen, States};
use super::submission::{Shelf, Submission};
use crate::run;

/// Submissions older than this are listed only while Slurm knows them: seven days.
const SHOWN: u64 = 7 * 86_400;

/// A job, or a task of an array.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Job {
    /// As Slurm calls it: `12`, `12_3`.
    pub job: String,
    /// The submission's name.
    pub submission: String,
    /// Its task, from 1.
    pub task: u32,
    /// The command line, without the program's name.
    pub words: Vec<String>,
    /// The search that it carries out, if any.
    pub search: Option<String>,
    /// Slurm's word in small letters: `pending`, `running`, `completed`, `cancelled` …; `unknown` where Slurm does not know it any
    /// more and has not told of its end.
    pub state: String,
    /// Why it waits, where Slurm says it.
    pub reason: Option<String>,
    /// The machines that it is on.
    pub nodes: Option<String>,
    /// Seconds since it began; of one that has ended, for how long it ran, where Slurm has told, or its run.
    pub seconds: Option<u64>,
    /// The file of what it prints.
    pub log: PathBuf,
    /// The run that it trains.
    pub run: Option<String>,
}

impl Job {
    /// Whether it waits or runs.
    pub fn is_open(&self) -> bool {
        states::is_open(&self.state)
    }
}

/// Ends jobs, or tasks of an array; how they stand is asked for anew.
///
/// # Errors
/// What Slurm says against it, in a line.
pub fn cancel(shelf: &Shelf, jobs: &[String]) -> Result<(), String> {
    client::cancel(jobs)?;
    states::forget(shelf.path());
    Ok(())
}

/// The jobs of all submissions of these days, oldest first, and what is to be told beside them. `trained` are the tasks of the runs that
/// there are, [`Manifest::submitted`](crate::run::Manifest::submitted), each with its run's name, oldest first; `seconds_of` says for how
/// long a run was trained, and is asked for jobs that have ended of which Slurm does not tell it.
///
/// # Errors
/// When the folder of submissions cannot be read.
pub fn jobs(
    shelf: &Shelf,
    trained: &[(String, String)],
    mut seconds_of: impl FnMut(&str) -> Option<u64>,
) -> Result<(Vec<Job>, Vec<String>), run::Error> {
    let (submissions, mut told) = shelf.list()?;
    let submitted: Vec<Submission> = submissions.into_iter().filter(|one| one.job.is_some()).collect();
    if submitted.is_empty() {
        return Ok((Vec::new(), told));
    }
    let states = States::look(shelf.path());
    told.extend(
        states.problem.clone().map(|problem| format!("how the jobs stand now is not known: {problem}")),
    );
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut jobs = Vec::new();
    for submission in &submitted {
        let of_one = (1..=submission.tasks).filter_map(|task| of_task(shelf, submission, task, &states, now));
        let mut of_one: Vec<Job> = of_one.collect();
        let is_old = now.saturating_sub(submission.submitted) > SHOWN;
        if is_old && !of_one.iter().any(Job::is_open) {
            continue;
        }
        for job in &mut of_one {
            let name = format!("{}/{}", job.submission, job.task);
            job.run = trained.iter().rev().find(|(task, _)| *task == name).map(|(_, run)| run.clone());
            if job.seconds.is_none() && !job.is_open() {
                job.seconds = job.run.as_deref().and_then(&mut seconds_of);
            }
        }
        jobs.extend(of_one);
    }
    Ok((jobs, told))
}

fn of_task(shelf: &Shelf, submission: &Submission, task: u32, states: &States, now: u64) -> Option<Job> {
    let job = submission.job_of(task)?;
    let seen = states.jobs.get(&job).cloned();
    // One that Slurm has forgotten has ended; how is not known.
    let is_forgotten = |seen: &Seen| seen.at < states.asked && states.problem.is_none();
    let has_ended = |seen: &Seen| !states::is_open(&seen.state);
    let seen = match seen {
        Some(seen) if is_forgotten(&seen) && !has_ended(&seen) => {
            Seen { state: "unknown".into(), ..Seen::default() }
        }
        Some(seen) => seen,
        // It has been submitted since Slurm was asked.
        None if submission.submitted >= states.asked => Seen { state: "pending".into(), ..Seen::default() },
        None => Seen { state: "unknown".into(), ..Seen::default() },
    };
    let is_running = seen.state == "running";
    Some(Job {
        log: shelf.logs().join(format!("{}.{job}.out", submission.name)),
        job,
        submission: submission.name.clone(),
        task,
        words: submission.words.clone(),
        search: submission.search.clone(),
        seconds: seen.began.filter(|_| is_running).map(|began| now.saturating_sub(began)).or(seen.took),
        // Slurm keeps the reason why it waited.
        reason: seen.reason.filter(|_| !["cancelled", "completed"].contains(&seen.state.as_str())),
        state: seen.state,
        nodes: seen.nodes,
        run: None,
    })
}
