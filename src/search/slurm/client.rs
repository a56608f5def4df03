//! Slurm's own programs.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::system::machine;

/// A program of Slurm that has not answered for so long is ended: its controller may be away.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is said where there is no Slurm.
pub fn missing() -> String {
    "Slurm is not on this machine: there is no `sbatch` in PATH; `trainyard queue add` trains on this machine"
        .into()
}

/// Submits a batch script; returns the number of its job.
///
/// # Errors
/// What Slurm says against it, in a line.
pub fn submit(script: &Path) -> Result<u64, String> {
    let said = answer(Command::new("sbatch").arg("--parsable").arg(script))?;
    // `12` or `12;cluster`.
    let number = said.trim().split(';').next().unwrap_or_default();
    number.parse().map_err(|_| format!("sbatch answered '{}', not the number of a job", first_line(&said)))
}

/// Asks Slurm whether it would take a batch script; submits nothing. `None` where there is no Slurm to ask.
pub fn check(script: &str) -> Option<Result<(), String>> {
    let file =
        tempfile::NamedTempFile::new().and_then(|file| std::fs::write(file.path(), script).map(|()| file));
    let file = file.ok()?;
    let answered = answer(Command::new("sbatch").arg("--test-only").arg(file.path()));
    match answered {
        Err(problem) if problem == missing() => None,
        answered => Some(answered.map(drop)),
    }
}

/// Ends jobs, or tasks of an array: `12`, `12_3`.
///
/// # Errors
/// What Slurm says against it, in a line.
pub fn cancel(jobs: &[String]) -> Result<(), String> {
    answer(Command::new("scancel").args(jobs)).map(drop)
}

/// The job in which this process runs; `None` outside of Slurm.
pub fn this_job() -> Option<String> {
    machine::slurm_job()
}

/// Puts a job back into the queue.
///
/// # Errors
/// What Slurm says against it, in a line.
pub fn requeue(job: &str) -> Result<(), String> {
    answer(Command::new("scontrol").args(["requeue", job])).map(drop)
}

/// All jobs of this user that Slurm still knows, in JSON, or else in lines of five columns.
pub(super) fn list() -> Result<String, String> {
    let json = answer(Command::new("squeue").args(["--json", "--states=all"]));
    if let Ok(text) = &json
        && text.trim_start().starts_with('{')
    {
        // A controller that is away is an error in the answer, not of the program.
        return match errors_in(text) {
            Some(problem) => Err(format!("squeue: {problem}")),
            None => json,
        };
    }
    if json.as_ref().is_err_and(|problem| *problem == missing()) {
        return json;
    }
    // Before Slurm 21.08, or built without JSON.
    answer(Command::new("squeue").args(["--noheader", "--states=all", "--format=%i|%T|%r|%N|%M"]))
}

/// What an answer in JSON says against it.
fn errors_in(text: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let first = value["errors"].as_array()?.first()?;
    let said = |name: &str| first[name].as_str().filter(|text| !text.is_empty());
    Some(said("error").or(said("description")).unwrap_or("it has no answer").to_owned())
}

/// What a program prints, or the first line with an error of what it says against it.
fn answer(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => missing(),
        _ => format!("{program}: {error}"),
    })?;
    // Both are read at the same time as the program runs, so that it is never held up.
    let reader = |stream: Option<Box<dyn Read + Send>>| {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            // What cannot be read is not there.
            let _ = stream.map(|mut stream| stream.read_to_end(&mut text));
            String::from_utf8_lossy(&text).into_owned()
        })
    };
    let printed = reader(child.stdout.take().map(|stream| Box::new(stream) as _));
    let complained = reader(child.stderr.take().map(|stream| Box::new(stream) as _));
    let since = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|error| format!("{program}: {error}"))? {
            break status;
        }
        if since.elapsed() > PATIENCE {
            // It may have ended just now.
            let _ = child.kill().and_then(|()| child.wait());
            return Err(format!("{program} has not answered for {} s", PATIENCE.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let [printed, complained] = [printed, complained].map(|reader| reader.join().unwrap_or_default());
    if status.success() {
        return Ok(printed);
    }
    let said = || complained.lines().filter(|line| !line.trim().is_empty());
    let why =
        said().find(|line| line.contains("rror: ") || line.contains("unrecognized")).or(said().next_back());
    Err(why.map_or_else(|| format!("{program}: {status}"), str::to_owned))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
