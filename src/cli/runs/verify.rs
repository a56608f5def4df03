//! `trainyard runs verify`: checks that the files of runs are as they were written.

use std::io::Write;

use clap_complete::ArgValueCompleter;
use serde_json::{Value, json};

use super::super::named::find_run;
use super::super::text::{self, plain};
use super::super::{Error, candidates};
use crate::preset::counted_of;
use crate::run::verify::{Problem, Verified};
use crate::run::{RunDirectory, home};

/// Read all files of runs, and compare checkpoints and event files with their checksums
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The run: its name or a part of it (NAME~1 is the one before), its folder, or `last`; without it, all runs
    #[arg(add = ArgValueCompleter::new(candidates::runs))]
    run: Option<String>,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Prints the result for each run; fails when a file is damaged or cannot be read.
    pub(super) fn run(self) -> Result<(), Error> {
        let wanted = match &self.run {
            Some(wanted) => vec![find_run(wanted)?],
            None => RunDirectory::list(&home::runs_folder()?)?,
        };
        let mut out = std::io::stdout().lock();
        let mut not_whole = 0;
        for run in &wanted {
            let found = Verified::of(run);
            not_whole += usize::from(found.all_problems().next().is_some());
            if self.json {
                writeln!(out, "{}", text::json(&as_json(&run.name(), &found))?)?;
            } else {
                write!(out, "{}", in_words(&run.name(), &found))?;
            }
        }
        match (not_whole, wanted.len()) {
            (0, _) => Ok(()),
            (1, 1) => Err(Error::Failed("the run is damaged or could not be read".into())),
            (count, all) => {
                let are = counted_of(count, all, "run", ("is", "are"));
                Err(Error::Failed(format!("{are} damaged or could not be read")))
            }
        }
    }
}

/// One word for the whole run.
fn verdict(found: &Verified) -> &'static str {
    let mut problems = found.all_problems();
    match (problems.any(|problem| matches!(problem, Problem::Damaged(_))), found.all_problems().next()) {
        (true, _) => "damaged",
        (false, Some(_)) => "unread",
        (false, None) => "whole",
    }
}

fn what(problem: &Problem) -> &str {
    match problem {
        Problem::Damaged(what) | Problem::Unread(what) => what,
    }
}

fn in_words(name: &str, found: &Verified) -> String {
    let steps: Vec<String> = found.checkpoints.iter().map(|checkpoint| checkpoint.step.to_string()).collect();
    let steps = if steps.is_empty() { "none".into() } else { steps.join(" ") };
    let mut words = format!("{}: {}; checkpoints: {steps}\n", plain(name), verdict(found));
    for problem in found.all_problems() {
        words.push_str(&format!("    {}\n", plain(what(problem))));
    }
    let unchecked = found.checkpoints.iter().filter(|checkpoint| !checkpoint.has_checksums).count();
    if unchecked > 0 {
        words.push_str(&format!("    without checksums, written by an older version: {unchecked}\n"));
    }
    words
}

fn as_json(name: &str, found: &Verified) -> Value {
    let checkpoints: Vec<Value> = found
        .checkpoints
        .iter()
        .map(|checkpoint| {
            json!({
                "step": checkpoint.step,
                "checksums": checkpoint.has_checksums,
                "problem": checkpoint.problem.as_ref().map(what),
            })
        })
        .collect();
    json!({
        "run": name,
        "verdict": verdict(found),
        "checkpoints": checkpoints,
        "event_files": found.event_files,
        "problems": found.problems.iter().map(what).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::verify::VerifiedCheckpoint;

    #[test]
    fn every_problem_is_told_and_damage_counts_before_what_could_not_be_read() {
        let checkpoint = |step, has_checksums, problem| VerifiedCheckpoint { step, has_checksums, problem };
        let mut found = Verified {
            checkpoints: vec![checkpoint(1, false, None), checkpoint(2, true, None)],
            event_files: 1,
            problems: Vec::new(),
        };
        let before = "    without checksums, written by an older version: 1\n";
        assert_eq!(in_words("a\u{1b}b", &found), format!("a\u{fffd}b: whole; checkpoints: 1 2\n{before}"));
        found.problems.push(Problem::Unread("run.ron: no".into()));
        assert_eq!(verdict(&found), "unread");
        found.checkpoints[1].problem = Some(Problem::Damaged("state.ron: cut".into()));
        let expected = format!("a: damaged; checkpoints: 1 2\n    run.ron: no\n    state.ron: cut\n{before}");
        assert_eq!(in_words("a", &found), expected);
        assert_eq!(as_json("a", &found)["checkpoints"][1]["problem"], "state.ron: cut");
    }
}
