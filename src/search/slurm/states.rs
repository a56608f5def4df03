//! How Slurm's jobs stand, as `squeue` says it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client;
use crate::run::lock::Lock;
use crate::search::store::{load, save};

/// States of jobs that have not ended.
const OPEN: [&str; 8] =
    ["pending", "running", "suspended", "configuring", "completing", "requeued", "requeue_hold", "resizing"];

/// Whether a job in this state has not ended.
pub(super) fn is_open(state: &str) -> bool {
    OPEN.contains(&state)
}

/// Slurm is asked at most so often, however many look.
const SECONDS: u64 = 10;
/// What Slurm has said of a job is kept for so long after it has forgotten it: thirty days.
const KEPT: u64 = 30 * 86_400;
/// The file of what was said last.
const FILE: &str = "states.ron";

/// What Slurm says of a job, or of a task of an array.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    /// Its state in Slurm's word, in small letters: `pending`, `running`, `completed` …
    pub state: String,
    /// Why it waits or ended, where Slurm says it.
    pub reason: Option<String>,
    /// The machines that it is on.
    pub nodes: Option<String>,
    /// When it began, in seconds since 1970 (UTC).
    pub began: Option<u64>,
    /// Seconds for which it ran, of one that has ended.
    #[serde(default)]
    pub took: Option<u64>,
    /// When Slurm said so.
    pub at: u64,
}

/// What Slurm has said of all jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct States {
    /// When it was asked last.
    pub asked: u64,
    /// Why it did not answer then.
    pub problem: Option<String>,
    /// By job, `12`, or by task, `12_3`.
    pub jobs: BTreeMap<String, Seen>,
}

impl States {
    /// What Slurm says now, or has said within the last seconds. Where it does not answer, what it said before; `problem` says why.
    pub fn look(folder: &Path) -> States {
        let path = folder.join(FILE);
        let before = || load::<States>(&path).unwrap_or_default();
        let known = before();
        let now = now();
        if now.saturating_sub(known.asked) < SECONDS && now >= known.asked {
            return known;
        }
        // One asks, the others take what was said before. Where no lock can be had, nothing could be kept either.
        let Ok(Some(_asking)) = Lock::at(&folder.join("states.lock")) else { return known };
        let mut states = before();
        states.asked = now;
        match client::list() {
            Ok(text) => {
                states.problem = None;
                states.jobs.extend(read(&text, now));
                states.jobs.retain(|_, seen| now.saturating_sub(seen.at) < KEPT);
            }
            Err(problem) => states.problem = Some(problem),
        }
        // What is not kept is asked for again.
        let _ = save(&path, &states);
        states
    }
}

/// Has Slurm asked again at the next look: something was changed.
pub(super) fn forget(folder: &Path) {
    let path = folder.join(FILE);
    if let Ok(states) = load::<States>(&path) {
        // Where it is not kept, it is asked for in some seconds.
        let _ = save(&path, &States { asked: 0, ..states });
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The jobs in what `squeue` printed, in JSON or in lines.
fn read(text: &str, now: u64) -> BTreeMap<String, Seen> {
    let mut jobs = BTreeMap::new();
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        for job in value["jobs"].as_array().into_iter().flatten() {
            of_json(job, now, &mut jobs);
        }
        return jobs;
    }
    for line in text.lines() {
        let mut columns = line.trim().split('|').map(str::trim);
        let (Some(job), Some(state)) = (columns.next(), columns.next()) else { continue };
        let [reason, nodes] = [columns.next(), columns.next()].map(|text| text.and_then(some_word));
        let state = state.to_lowercase();
        // For how long it runs, or ran.
        let ran = columns.next().and_then(seconds);
        let began = ran.filter(|_| state == "running").map(|ran| now.saturating_sub(ran));
        let took = ran.filter(|_| !is_open(&state));
        let seen = Seen { state, reason, nodes, began, took, at: now };
        // `12_[3-5%2]` is all that waits of an array.
        match job.split_once("_[").map(|(array, tasks)| (array, tasks.trim_end_matches(']'))) {
            Some((array, tasks)) => jobs.extend(each(array, tasks).map(|task| (task, seen.clone()))),
            None => drop(jobs.insert(job.to_owned(), seen)),
        }
    }
    jobs
}

/// Adds a job in the JSON of any version of Slurm: since 23.02 numbers are objects that say whether they are set, and states are lists.
fn of_json(job: &Value, now: u64, jobs: &mut BTreeMap<String, Seen>) {
    let number = |name: &str| match &job[name] {
        Value::Object(number) if number.get("set") == Some(&Value::Bool(false)) => None,
        Value::Object(number) => number.get("number").and_then(Value::as_u64),
        other => other.as_u64(),
    };
    let word = |name: &str| job[name].as_str().and_then(some_word);
    let state = match &job["job_state"] {
        Value::Array(states) => states.first().and_then(Value::as_str),
        other => other.as_str(),
    };
    let (Some(id), Some(state)) = (number("job_id"), state) else { return };
    let state = state.to_lowercase();
    let began = number("start_time").filter(|start| (1..=now).contains(start));
    // Of one that runs, it is the end that its limit sets.
    let ended = number("end_time").filter(|end| *end > 0 && !is_open(&state));
    let seen = Seen {
        reason: word("state_reason"),
        nodes: word("nodes"),
        took: began.zip(ended).and_then(|(began, ended)| ended.checked_sub(began)),
        began,
        state,
        at: now,
    };
    let array = number("array_job_id").filter(|array| *array > 0);
    match (array, number("array_task_id"), word("array_task_string")) {
        (Some(array), Some(task), _) => drop(jobs.insert(format!("{array}_{task}"), seen)),
        (Some(array), None, Some(tasks)) => {
            jobs.extend(each(&array.to_string(), &tasks).map(|task| (task, seen.clone())));
        }
        _ => drop(jobs.insert(id.to_string(), seen)),
    }
}

/// The seconds of a time as `squeue` writes it: `5:07`, `1:02:05`, `2-01:02:05`.
fn seconds(text: &str) -> Option<u64> {
    let (days, rest) = text.split_once('-').unwrap_or(("0", text));
    let parts: Vec<u64> = rest.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let clock = parts.iter().try_fold(0_u64, |sum, part| sum.checked_mul(60)?.checked_add(*part))?;
    let is_clock = (2..=3).contains(&parts.len());
    days.parse::<u64>().ok()?.checked_mul(86_400)?.checked_add(clock).filter(|_| is_clock)
}

/// What is said, unless it says nothing.
fn some_word(text: &str) -> Option<String> {
    let nothing = ["", "None", "(null)", "N/A"];
    (!nothing.contains(&text.trim())).then(|| text.trim().to_owned())
}

/// The tasks of an array in Slurm's short form: `1,3-5,10-20:5%2`.
fn each(array: &str, tasks: &str) -> impl Iterator<Item = String> {
    let tasks = tasks.split('%').next().unwrap_or_default();
    let array = array.to_owned();
    let ranges = tasks.split(',').filter_map(|part| {
        let (range, step) = part.split_once(':').unwrap_or((part, "1"));
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some((first.parse().ok()?, last.parse::<u32>().ok()?, step.parse::<usize>().ok()?.max(1)))
    });
    let ranges: Vec<(u32, u32, usize)> = ranges.collect();
    // Slurm's own limit on arrays is far below this.
    let all = ranges.into_iter().flat_map(|(first, last, step)| (first..=last).step_by(step)).take(1 << 22);
    all.map(move |task| format!("{array}_{task}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Slurm 22.05 prints it, shortened.
    const OLD: &str = r#"{"jobs": [
        {"job_id": 12, "array_job_id": 12, "array_task_id": null, "array_task_string": "3-5,9%2", "job_state": "PENDING",
         "state_reason": "Resources", "nodes": "", "start_time": 0},
        {"job_id": 13, "array_job_id": 12, "array_task_id": 1, "array_task_string": "", "job_state": "RUNNING",
         "state_reason": "None", "nodes": "node7", "start_time": 1000, "end_time": 87400},
        {"job_id": 14, "array_job_id": 0, "array_task_id": null, "array_task_string": "", "job_state": "CANCELLED",
         "state_reason": "None", "nodes": "node7", "start_time": 1000, "end_time": 1010}]}"#;

    /// As Slurm 24.05 prints it, shortened.
    const NEW: &str = r#"{"jobs": [
        {"job_id": 12, "array_job_id": {"set": true, "infinite": false, "number": 12},
         "array_task_id": {"set": false, "infinite": false, "number": 0}, "array_task_string": "3-5,9%2",
         "job_state": ["PENDING"], "state_reason": "Resources", "nodes": "", "start_time": {"set": false, "infinite": false, "number": 0}},
        {"job_id": 13, "array_job_id": {"set": true, "infinite": false, "number": 12},
         "array_task_id": {"set": true, "infinite": false, "number": 1}, "array_task_string": "",
         "job_state": ["RUNNING"], "state_reason": "None", "nodes": "node7", "start_time": {"set": true, "infinite": false, "number": 1000}},
        {"job_id": 14, "array_job_id": {"set": true, "infinite": false, "number": 0},
         "array_task_id": {"set": false, "infinite": false, "number": 0}, "array_task_string": "",
         "job_state": ["CANCELLED"], "state_reason": "None", "nodes": "node7", "start_time": {"set": true, "infinite": false, "number": 1000},
         "end_time": {"set": true, "infinite": false, "number": 1010}}]}"#;

    /// As `squeue --format` prints it.
    const LINES: &str =
        "12_[3-5,9%2]|PENDING|Resources||0:00\n12_1|RUNNING|None|node7|16:40\n14|CANCELLED|None|node7|0:10\n";

    #[test]
    fn jobs_are_read_as_every_version_of_slurm_prints_them() {
        for text in [OLD, NEW, LINES] {
            let jobs = read(text, 2000);
            let names: Vec<&str> = jobs.keys().map(String::as_str).collect();
            assert_eq!(names, ["12_1", "12_3", "12_4", "12_5", "12_9", "14"], "{text}");
            let waiting = &jobs["12_4"];
            assert_eq!((waiting.state.as_str(), waiting.reason.as_deref()), ("pending", Some("Resources")));
            assert_eq!((&waiting.nodes, waiting.began), (&None, None));
            let running = &jobs["12_1"];
            assert_eq!((running.state.as_str(), running.nodes.as_deref()), ("running", Some("node7")));
            assert_eq!((&running.reason, running.began, running.took), (&None, Some(1000), None));
            let ended = &jobs["14"];
            assert_eq!((ended.state.as_str(), ended.took), ("cancelled", Some(10)), "{text}");
        }
    }

    #[test]
    fn times_are_read_as_squeue_writes_them() {
        let of = ["5:07", "1:02:05", "2-01:02:05", "0:00", "INVALID", "", "7", "1:2:3:4"].map(seconds);
        assert_eq!(of, [Some(307), Some(3725), Some(176_525), Some(0), None, None, None, None]);
    }

    #[test]
    fn tasks_in_short_form_are_all_named_and_nonsense_names_none() {
        let of = |tasks: &str| each("7", tasks).collect::<Vec<_>>().join(" ");
        assert_eq!(of("0-10:5%1"), "7_0 7_5 7_10");
        assert_eq!(of("2"), "7_2");
        assert_eq!(of("1,5-6"), "7_1 7_5 7_6");
        for nonsense in ["", "x", "5-", "9-1", "1-x:0", "..."] {
            assert_eq!(of(nonsense), "", "{nonsense}");
        }
        assert!(read("{\"jobs\": 5}", 0).is_empty() && read("squeue: error\n", 0).is_empty());
    }
}
