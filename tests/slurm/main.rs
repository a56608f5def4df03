//! Trainings and searches as jobs of a real Slurm cluster of one node. Needs root and Debian's packages `slurmctld slurmd
//! slurm-client munge`: `cargo test --test slurm -- --ignored`.
#![cfg(target_os = "linux")]

#[path = "../runs/program.rs"]
#[allow(dead_code, reason = "the stories of runs need more of it")]
mod program;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use trainyard::run::{RunDirectory, Status};

use program::{Home, bits, newest, uninterrupted};

/// Twelve settings of a network that trains in a second or two.
const SEARCH: &str = r#"(preset: "small", search: (
    space: { "optimizer.learning_rate": log(1e-4, 1e-1), layers[1].units: int(4, 24, step: 4) },
    method: random, trials: 12, seed: 3,
))"#;

const SHORT: [&str; 4] = ["--set", "train.epochs=12", "--set", "data.train_samples=3000"];

/// The cluster, until the end of the test. Its ports are fixed, so there is one at a time.
struct Cluster {
    folder: tempfile::TempDir,
    _only: MutexGuard<'static, ()>,
}

static ONLY: Mutex<()> = Mutex::new(());

impl Cluster {
    fn start() -> Self {
        let only = ONLY.lock().unwrap_or_else(PoisonError::into_inner);
        let cluster = Cluster { folder: tempfile::tempdir().expect("a folder"), _only: only };
        cluster.script("start");
        cluster
    }

    fn script(&self, what: &str) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/slurm/one_node.sh");
        let status = Command::new(script).arg(what).arg(self.folder.path()).status();
        assert!(status.expect("bash").success(), "the cluster does not {what}");
    }

    fn conf(&self) -> PathBuf {
        self.folder.path().join("slurm.conf")
    }

    /// What one of Slurm's programs prints.
    fn slurm(&self, words: &[&str]) -> String {
        let output = Command::new(words[0]).args(&words[1..]).env("SLURM_CONF", self.conf()).output();
        let output = output.expect("Slurm's packages");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What our program prints.
    fn trainyard(&self, home: &Home, words: &[&str]) -> String {
        let output = home.command(words).env("SLURM_CONF", self.conf()).current_dir(&home.folder).output();
        let output = output.expect("the program");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{words:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
        said
    }

    /// Submits; returns the job's number.
    fn submit(&self, home: &Home, words: &[&str]) -> u64 {
        let said =
            self.trainyard(home, &[&["submit", "--json", "--cpus", "1", "--time", "10"], words].concat());
        serde_json::from_str::<Value>(&said).expect("an object")["job"].as_u64().expect("a job")
    }

    /// Puts a job back into the queue that was put back and waits for two minutes, as Slurm wants it.
    fn start_now(&self, job: &str) {
        wait("it waits", || self.state(job) == "PENDING");
        self.slurm(&["scontrol", "update", &format!("JobId={job}"), "StartTime=now"]);
    }

    fn state(&self, job: &str) -> String {
        let all = self.slurm(&["squeue", "--noheader", "--states=all", "--format=%i %T"]);
        let of = |line: &str| line.trim().strip_prefix(&format!("{job} ")).map(str::to_owned);
        all.lines().find_map(of).unwrap_or_default()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.script("stop");
    }
}

fn wait(what: &str, mut is_so: impl FnMut() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < Duration::from_secs(600), "not within ten minutes: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The trials as `show --json` has them, by number, without what depends on when they were made.
fn facts(cluster: &Cluster, home: &Home, search: &str) -> Vec<[Value; 4]> {
    let said = cluster.trainyard(home, &["search", "show", search, "--json"]);
    let mut trials: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    trials.sort_by_key(|trial| trial["trial"].as_u64());
    trials
        .iter()
        .map(|trial| ["trial", "settings", "values", "state"].map(|name| trial[name].clone()))
        .collect()
}

fn runs_of(home: &Home, search: &str) -> Vec<RunDirectory> {
    let is_of = |run: &RunDirectory| {
        run.manifest().is_ok_and(|manifest| manifest.trial.is_some_and(|trial| trial.search == search))
    };
    home.runs().into_iter().filter(is_of).collect()
}

#[test]
#[ignore = "needs root and Slurm's packages"]
fn jobs_share_a_search_out_and_come_to_the_same_leaderboard_though_one_is_killed_and_one_put_back() {
    let cluster = Cluster::start();
    let home = Home::new();
    std::fs::write(home.folder.join("s.ron"), SEARCH).expect("a file");
    cluster.trainyard(&home, &[&["search", "s.ron", "--name", "local", "--quiet"], &SHORT[..]].concat());
    let words = [&["search", "s.ron", "--name", "jobs", "--workers", "3"], &SHORT[..]].concat();
    let job = cluster.submit(&home, &words);
    let begun = || runs_of(&home, "jobs").len();
    wait("two trials have begun", || begun() >= 2);
    // What `runs` tells of them.
    let listed = cluster.trainyard(&home, &["runs", "--json"]);
    let jobs: Vec<Value> = listed.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let jobs: Vec<&Value> = jobs.iter().filter(|one| one["submission"] == "jobs-1").collect();
    assert_eq!(jobs.len(), 3, "{listed}");
    assert!(jobs.iter().all(|one| one["search"] == "jobs" && one["state"] != "unknown"), "{listed}");
    // `watch` tells of them beside their runs.
    let runs = home.folder.join("runs");
    let watched = cluster.trainyard(&home, &["watch", "--json", runs.to_str().expect("UTF-8")]);
    let watched: Vec<Value> = watched.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert_eq!(watched.iter().filter(|one| one["submission"] == "jobs-1").count(), 3, "{watched:?}");
    assert!(watched.iter().any(|one| one.get("step").is_some()), "beside runs: {watched:?}");
    // One dies with all its processes, another one is put back.
    cluster.slurm(&["scancel", "--full", "--signal=KILL", &format!("{job}_1")]);
    wait("four trials have begun", || begun() >= 4);
    let task = format!("{job}_2");
    if ["RUNNING", "COMPLETING"].contains(&cluster.state(&task).as_str()) {
        cluster.slurm(&["scontrol", "requeue", &task]);
        cluster.start_now(&task);
    }
    wait("the search has ended", || {
        let list = cluster.trainyard(&home, &["search", "list", "--json"]);
        list.lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .all(|search| search["ended"] == true)
    });
    let local = facts(&cluster, &home, "local");
    assert_eq!(local.len(), 12);
    assert_eq!(facts(&cluster, &home, "jobs"), local);
    assert_eq!(runs_of(&home, "jobs").len(), 12, "no trial was trained twice");
    let of_jobs = |run: &RunDirectory| {
        run.manifest()
            .is_ok_and(|manifest| manifest.job.is_some_and(|named| named.starts_with(&format!("{job}_"))))
    };
    assert!(runs_of(&home, "jobs").iter().all(of_jobs), "each run names its job");
    // What a job has printed has times.
    let log = home.folder.join(format!("slurm/logs/jobs-1.{job}_3.out"));
    let log = std::fs::read_to_string(log).expect("what the third task has printed");
    assert!(log.lines().next().is_some_and(|line| line.as_bytes()[19] == b'Z'), "{log}");
    // It has ended: another job would train nothing.
    let again = [&["submit"], &words[..]].concat();
    let again = home.command(&again).current_dir(&home.folder).stderr(Stdio::piped()).output().expect("it");
    let said = String::from_utf8_lossy(&again.stderr);
    assert!(again.status.code() == Some(2) && said.contains("the search jobs has ended"), "{said}");
}

/// Starts the job that trains `small` again after it was stopped with a checkpoint: its run ends as one that was never stopped. What its
/// log says.
fn goes_on_to_the_same_bits(cluster: &Cluster, home: &Home, job: &str) -> String {
    let stopped = home.run().manifest().expect("a manifest");
    assert!(matches!(stopped.status, Status::Stopped { .. }), "{:?}", stopped.status);
    cluster.start_now(job);
    wait("it is finished", || {
        matches!(home.run().manifest().expect("a manifest").status, Status::Finished { .. })
    });
    let checkpoint = newest(&home.run()).expect("a checkpoint of its end");
    assert_eq!([bits(&checkpoint.weights), bits(&checkpoint.optimizer)], uninterrupted());
    assert_eq!(home.runs().len(), 1);
    std::fs::read_to_string(home.folder.join(format!("slurm/logs/small-1.{job}.out"))).expect("a log")
}

#[test]
#[ignore = "needs root and Slurm's packages"]
fn a_job_whose_time_ends_is_put_back_and_goes_on_to_the_same_bits() {
    let cluster = Cluster::start();
    let home = Home::new();
    // The script that is shown is the one that is submitted, but for nothing.
    let shown =
        cluster.trainyard(&home, &["submit", "--print", "train", "small", "--cpus", "1", "--time", "10"]);
    let job = cluster.submit(&home, &["train", "small"]).to_string();
    let script = home.folder.join("slurm/small-1/script.sh");
    assert_eq!(std::fs::read_to_string(&script).expect("a script"), shown);
    wait("it trains", || {
        home.runs().first().is_some_and(|run| {
            run.checkpoints().is_ok_and(|steps| !steps.is_empty()) && run.manifest().is_ok()
        })
    });
    // As Slurm does it two minutes before the end.
    cluster.slurm(&["scancel", "--batch", "--signal=USR1", &job]);
    wait("it has been put back", || cluster.state(&job) == "PENDING");
    let log = goes_on_to_the_same_bits(&cluster, &home, &job);
    assert!(log.contains(&format!("job {job} has to end")) && log.contains("goes on"), "{log}");
}

#[test]
#[ignore = "needs root and Slurm's packages"]
fn a_job_that_makes_room_for_a_more_urgent_one_goes_on_to_the_same_bits() {
    let cluster = Cluster::start();
    let home = Home::new();
    let job = cluster.submit(&home, &["train", "small", "--partition", "main"]).to_string();
    let has_checkpoint =
        || home.runs().first().is_some_and(|run| run.checkpoints().is_ok_and(|all| !all.is_empty()));
    wait("it trains", || has_checkpoint() && home.run().manifest().is_ok());
    // Held, so that it does not end before Slurm makes room: Slurm lets it go on when it asks it to end.
    cluster.slurm(&["scancel", "--full", "--signal=STOP", &job]);
    let urgent = cluster.slurm(&[
        "sbatch",
        "--parsable",
        "--partition=urgent",
        "--exclusive",
        "--output=/dev/null",
        "--wrap=sleep 1",
    ]);
    wait("the urgent job has its place", || cluster.state(urgent.trim()) == "COMPLETED");
    let log = goes_on_to_the_same_bits(&cluster, &home, &job);
    assert!(log.contains("DUE TO PREEMPTION"), "{log}");
}

#[test]
#[ignore = "needs root and Slurm's packages"]
fn seeds_are_tasks_of_an_array_and_what_is_cancelled_has_its_checkpoint() {
    let cluster = Cluster::start();
    let home = Home::new();
    let words =
        ["train", "small", "--set", "train.epochs=2", "--seed", "7", "--repeat", "2", "--at-once", "1"];
    cluster.submit(&home, &words);
    wait("both seeds are trained", || {
        let is_finished = |run: &RunDirectory| {
            run.manifest().is_ok_and(|manifest| matches!(manifest.status, Status::Finished { .. }))
        };
        home.runs().len() == 2 && home.runs().iter().all(is_finished)
    });
    let seeds: Vec<u64> =
        home.runs().iter().map(|run| run.manifest().expect("a manifest").preset.seed).collect();
    assert_eq!(seeds, [7, 8]);
    let job = cluster.submit(&home, &["train", "small", "--set", "train.epochs=100000"]).to_string();
    let newest_run = || home.runs().into_iter().max_by_key(|run| run.name()).expect("a run");
    wait("it trains", || {
        home.runs().len() == 3 && newest_run().checkpoints().is_ok_and(|steps| !steps.is_empty())
    });
    let said = cluster.trainyard(&home, &["cancel", "small-2"]);
    assert!(said.contains(&job), "{said}");
    wait("it has stopped", || {
        matches!(newest_run().manifest().expect("a manifest").status, Status::Stopped { .. })
    });
    assert!(newest(&newest_run()).is_some());
    wait("Slurm says so", || cluster.state(&job) == "CANCELLED");
    let refused =
        home.command(&["cancel", "nothing"]).env("SLURM_CONF", cluster.conf()).output().expect("the program");
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
#[ignore = "needs root and Slurm's packages"]
fn what_slurm_refuses_is_told_in_a_line_and_leaves_nothing_behind() {
    let cluster = Cluster::start();
    let home = Home::new();
    let mut command = home.command(&["submit", "small", "--partition", "nowhere"]);
    let refused =
        command.env("SLURM_CONF", cluster.conf()).stderr(Stdio::piped()).output().expect("the program");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.lines().count() == 1 && said.contains("partition"), "{said}");
    // But for the folder of what jobs print.
    let left = std::fs::read_dir(home.folder.join("slurm")).map_or(0, Iterator::count);
    assert_eq!(left, 1);
}
