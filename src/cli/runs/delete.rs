//! `trainyard runs delete`: removes runs that are named.

use std::io::{IsTerminal, Write};

use clap_complete::ArgValueCompleter;
use serde_json::json;

use super::super::named::find_run;
use super::super::text::{self, bytes, plain};
use super::super::{Error, candidates};
use crate::run::{Overview, prune};

/// Remove runs for good, after a question; a run that is being trained is never touched
#[derive(Debug, clap::Args)]
pub struct Delete {
    /// The runs: names or parts of them (NAME~1 is the one before), or folders
    #[arg(required = true, value_name = "RUN", add = ArgValueCompleter::new(candidates::runs))]
    runs: Vec<String>,
    /// Remove without a question
    #[arg(long)]
    yes: bool,
    /// Print one JSON object for each run that is removed
    #[arg(long)]
    json: bool,
}

impl Delete {
    /// Finds them all first, asks, and removes them.
    pub(super) fn run(self) -> Result<(), Error> {
        let mut runs: Vec<Overview> = Vec::new();
        for wanted in &self.runs {
            let run = find_run(wanted)?;
            if !runs.iter().any(|other| other.run == run) {
                runs.push(Overview::of(&run));
            }
        }
        for run in &runs {
            if run.is_alive != Ok(false) {
                let name = plain(&run.run.name());
                return Err(Error::Failed(format!(
                    "{name} is being trained: `trainyard stop {name}` ends it"
                )));
            }
        }
        if !self.yes && !asked(&runs)? {
            return Err(Error::Failed("nothing is removed".into()));
        }
        let mut out = std::io::stdout().lock();
        for run in &runs {
            prune::remove(&run.run)?;
            if self.json {
                let line = json!({ "run": run.run.name(), "bytes": run.disk_bytes, "removed": true });
                writeln!(out, "{}", text::json(&line)?)?;
            } else {
                writeln!(out, "removed: {}", in_words(run))?;
            }
        }
        Ok(())
    }
}

fn in_words(run: &Overview) -> String {
    let size = run.disk_bytes.map(|size| format!(", {}", bytes(size))).unwrap_or_default();
    format!("{} ({}{size})", plain(&run.run.name()), run.standing().word())
}

/// Whether the person agrees.
fn asked(runs: &[Overview]) -> Result<bool, Error> {
    let names: Vec<String> = runs.iter().map(in_words).collect();
    let names = names.join(", ");
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Err(Error::Usage(format!("{names} would be removed: --yes removes without a question")));
    }
    write!(std::io::stderr(), "Remove {names}? [y/N] ")?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
