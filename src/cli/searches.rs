//! What the dashboard has done with searches.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::serve::itself;
use super::text::plain;
use crate::preset::library;
use crate::run::lock::Process;
use crate::run::{Overview, RunDirectory, home};
use crate::search::{Search, Store};
use crate::tui::message::{SearchAnswer, SearchTask};

/// The most bytes of what a search that failed says.
const LONGEST: u64 = 1 << 16;

/// Does it, and tells what came of it.
pub(super) fn carry_out(task: SearchTask, tell: &dyn Fn(SearchAnswer)) {
    let done = match task {
        SearchTask::Begin { preset, jobs } => {
            return begin(Some(preset.clone()), &["search", &preset, "--jobs", &jobs.to_string()], tell);
        }
        SearchTask::GoOn { search, jobs } => {
            return begin(
                Some(search.clone()),
                &["search", "resume", &search, "--jobs", &jobs.to_string()],
                tell,
            );
        }
        SearchTask::End(search) => end(&search).map(|()| SearchAnswer::Ends(search)),
        SearchTask::SavePreset { search, trial, name } => save(&search, trial, &name),
        SearchTask::ReadRun(name) => overview_of(&name).map(|run| SearchAnswer::Run(Box::new(run))),
    };
    tell(done.unwrap_or_else(SearchAnswer::Failed));
}

/// Starts the program with these arguments, out of reach of the terminal's signals. Returns when it has ended: where it failed,
/// that is told as well.
fn begin(search: Option<String>, arguments: &[&str], tell: &dyn Fn(SearchAnswer)) {
    let command = format!("trainyard {}", arguments.join(" "));
    let started = itself().and_then(|program| {
        let mut process = Command::new(program);
        process.args(arguments).arg("--quiet").process_group(0);
        process.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()
    });
    let mut child = match started {
        Ok(child) => child,
        Err(error) => return tell(SearchAnswer::Failed(format!("{command}: {error}"))),
    };
    let since = Instant::now();
    let name = search.clone().unwrap_or_default();
    let ended = |outcome| SearchAnswer::Ended {
        search: name.clone(),
        outcome,
        seconds: since.elapsed().as_secs_f64(),
        variables: Store::named(&name).and_then(Search::load).map_or_else(
            |_| vec![("TRAINYARD_OUTCOME", outcome.to_owned())],
            |search| search.variables(outcome),
        ),
    };
    tell(SearchAnswer::Began { search, command: command.clone() });
    let mut said = Vec::new();
    // What cannot be read is not told; that it failed is.
    let _ = child.stderr.take().map(|errors| errors.take(LONGEST).read_to_end(&mut said));
    // By a signal it was ended on purpose.
    let has_failed = |code: i32| code != 0 && code < 128;
    let status = child.wait().ok().and_then(|status| status.code());
    if status == Some(0) {
        tell(ended("finished"));
    }
    if status.is_some_and(has_failed) {
        tell(ended("failed"));
        let said = String::from_utf8_lossy(&said);
        let said = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it ended early");
        tell(SearchAnswer::Failed(format!("{command}: {}", plain(said))));
    }
}

/// Asks the processes that carry a search out to end.
fn end(search: &str) -> Result<(), String> {
    let store = Store::named(search).map_err(|error| error.to_string())?;
    let workers = store.workers().map_err(|error| error.to_string())?;
    if workers.is_empty() {
        return Err(format!("no process carries {search} out"));
    }
    // All are asked before the first that cannot be is told of.
    let asked: Vec<Result<(), String>> = workers
        .iter()
        .map(|owner| {
            let ended = Process::numbered(owner).and_then(|process| process.terminate());
            ended.map_err(|reason| {
                format!("{search}: process {owner}: {reason}; `trainyard cancel` ends jobs of Slurm")
            })
        })
        .collect();
    asked.into_iter().collect()
}

/// Saves the preset of a trial among the person's own.
fn save(search: &str, trial: u32, name: &str) -> Result<SearchAnswer, String> {
    let search = Store::named(search).and_then(Search::load).map_err(|error| error.to_string())?;
    let trial = search.trials.iter().find(|one| one.number == trial);
    let trial = trial.ok_or("the trial is not there any more")?;
    let folder = library::folder().unwrap_or_default();
    let (text, _) = search.subject.preset_of(trial, name, &folder).map_err(|error| error.to_string())?;
    let saved = library::save_new(name, &text).map_err(|error| error.to_string());
    let result = saved.map(|(path, preset)| (path.display().to_string(), Box::new(preset)));
    Ok(SearchAnswer::Saved { text, result })
}

/// Looks at the run of this name.
///
/// # Errors
/// When it is not there.
pub(super) fn overview_of(name: &str) -> Result<Overview, String> {
    let runs = home::runs_folder().map_err(|error| error.to_string())?;
    let run = RunDirectory::open(&runs.join(name))
        .map_err(|_| format!("the run {name} is not there any more: removed runs are in the trash"))?;
    Ok(Overview::of(&run))
}
