//! The program under faults: what it printed, and what is left on the disk.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use trainyard::run::{Checkpoint, RunDirectory};

use crate::tracer::{self, Fault, Plan, Traced};

/// A folder that the program keeps runs in.
pub struct Home(TempDir);

/// What the program did.
pub struct Done {
    pub traced: Traced,
    /// The lines of JSON on standard output.
    pub events: Vec<Value>,
    pub output: Vec<u8>,
    pub errors: String,
}

impl Done {
    pub fn succeeded(&self) -> bool {
        self.traced.status.success()
    }

    /// The last event of this name.
    pub fn event(&self, name: &str) -> Option<&Value> {
        self.events.iter().rfind(|event| event["event"] == name)
    }

    /// The newest step that was reported saved.
    pub fn saved(&self) -> Option<u64> {
        let saved = self.events.iter().filter(|event| event["event"] == "saved");
        saved.filter_map(|event| event["step"].as_u64()).max()
    }

    /// What went wrong with the program itself, whatever failed below it; `None` where it bore the fault as it should.
    fn misconduct(&self, plan: Plan) -> Option<String> {
        use std::os::unix::process::ExitStatusExt;
        let status = self.traced.status;
        if self.errors.contains("panicked") || status.code() == Some(101) {
            return Some("it panicked".into());
        }
        match (status.signal(), plan.fault) {
            (Some(_), Fault::Kill) | (None, _) => {}
            (Some(signal), _) => return Some(format!("signal {signal} ended it")),
        }
        let is_silent = self.errors.trim().is_empty() && self.event("failed").is_none();
        (status.code().is_some_and(|code| code != 0) && is_silent).then(|| "it failed without a word".into())
    }
}

impl Home {
    pub fn new() -> Self {
        Home(TempDir::new().expect("a folder for the test"))
    }

    /// Another with the same files.
    pub fn copy(&self) -> Self {
        let copy = Home::new();
        copy_folder(self.path(), copy.path());
        copy
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trainyard"));
        command.args(words).env("TRAINYARD_HOME", self.path()).current_dir(self.path()).stdin(Stdio::null());
        command
    }

    /// The program with these words, with a fault or without.
    pub fn run(&self, words: &[&str], plan: Option<Plan>) -> Done {
        let mut output = tempfile::tempfile().expect("a file for its output");
        let mut errors = tempfile::tempfile().expect("a file for its errors");
        let mut command = self.command(words);
        command.stdout(output.try_clone().expect("a descriptor"));
        command.stderr(errors.try_clone().expect("a descriptor"));
        let traced = tracer::run(&mut command, self.path(), plan).expect("it is traced");
        let read = |file: &mut fs::File| {
            let mut bytes = Vec::new();
            file.rewind().and_then(|()| file.read_to_end(&mut bytes)).expect("what it printed");
            bytes
        };
        let (output, errors) = (read(&mut output), read(&mut errors));
        let lines = String::from_utf8_lossy(&output).into_owned();
        let events = lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Done { traced, events, output, errors: String::from_utf8_lossy(&errors).into_owned() }
    }

    /// What `eval` says of the newest run's newest checkpoint, without faults.
    pub fn eval(&self) -> Result<Value, String> {
        let done = self.run(&["eval", "last", "--json"], None);
        done.events.into_iter().next().filter(|_| done.traced.status.success()).ok_or(done.errors)
    }

    /// The step of the newest checkpoint that is whole.
    pub fn newest(&self) -> Option<u64> {
        let runs = RunDirectory::list(&self.path().join("runs")).unwrap_or_default();
        let steps = runs.iter().flat_map(|run| {
            let whole = |step: &u64| Checkpoint::load(&run.checkpoint_path(*step)).is_ok();
            run.checkpoints().unwrap_or_default().into_iter().filter(whole).collect::<Vec<_>>()
        });
        steps.max()
    }

    /// All files and what is in them, but for those that are only written to.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path())
            {
                match entry.is_dir() {
                    true => folders.push(entry),
                    false => {
                        found.insert(entry.clone(), fs::read(&entry).unwrap_or_default());
                    }
                }
            }
        }
        found
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else if entry.file_type().expect("a type").is_file() {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// How many of the possible faults are tried.
#[derive(Clone, Copy)]
pub enum Thoroughness {
    /// One in so many, spread over all calls.
    OneIn(usize),
    All,
}

/// Runs a story once for each fault at each call that `calls` lists, and gathers what was wrong. The story gets a plan
/// and says what the program did and what was wrong with it.
pub fn attack(
    name: &str,
    calls: &[tracer::Call],
    how: Thoroughness,
    story: impl Fn(Plan) -> (Done, Vec<String>) + Sync,
) -> Vec<String> {
    use nix::libc::{EACCES, EINTR, EIO, EMFILE, ENOMEM, ENOSPC, EROFS};
    let mut plans = Vec::new();
    for (first, call) in calls.iter().enumerate() {
        let mut add = |fault, stays| plans.push(Plan { fault, of: None, first, stays });
        add(Fault::Error(EIO), false);
        add(Fault::Error(EINTR), false);
        add(Fault::Kill, false);
        if call.writes {
            add(Fault::Error(ENOSPC), false);
            add(Fault::Error(ENOSPC), true);
            add(Fault::Error(EROFS), true);
        }
        if call.opens() {
            add(Fault::Error(EMFILE), false);
            add(Fault::Error(EMFILE), true);
            add(Fault::Error(EACCES), false);
            add(Fault::Error(ENOMEM), false);
        }
        if call.moves_bytes() {
            add(Fault::Short, false);
        }
    }
    if let Thoroughness::OneIn(many) = how {
        // A step that shares no factor with the number of kinds would do as well; this one drifts over all of them.
        plans = plans.into_iter().step_by(many.max(1)).collect();
    }
    let mut found = Vec::new();
    for plan in &plans {
        let (done, mut wrong) = story(*plan);
        wrong.extend(done.misconduct(*plan));
        let failed = done.traced.failed.first();
        let at = failed.map_or("nothing".into(), |call| format!("{} {}", call.name, call.path.display()));
        found.extend(wrong.into_iter().map(|what| {
            format!(
                "{name}, {plan:?} at {at}: {what}; it ended with {}, and said: {}",
                done.traced.status,
                done.errors.trim()
            )
        }));
    }
    println!("{name}: {} calls on files, {} faults, {} wrong", calls.len(), plans.len(), found.len());
    found
}
