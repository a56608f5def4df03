//! `trainyard queue list`: what waits, what is trained, what has ended.

use std::io::Write;

use serde_json::json;

use super::super::Error;
use super::super::reporter::line;
use super::super::text::plain;
use crate::run::text::figure;
use crate::run::{Manifest, RunDirectory, Status, home};
use crate::search::queue::{Item, Outcome, Settings, Shelf};

/// List what waits, what is trained and what has ended
#[derive(Debug, clap::Args)]
pub struct List {
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

impl List {
    /// Prints it.
    pub(super) fn run(self) -> Result<(), Error> {
        let shelf = Shelf::own()?;
        let (items, damaged) = shelf.items_and_damaged()?;
        let (settings, is_worked) = (shelf.settings()?, shelf.worker()?.is_some());
        if self.json {
            damaged.iter().try_for_each(|problem| line(&json!({ "problem": problem })))?;
            return items.iter().try_for_each(|item| {
                let why = match &item.outcome {
                    Some(Outcome::Failed(why)) => Some(why),
                    _ => None,
                };
                line(&json!({
                    "item": item.number, "state": state(item, is_worked), "command": item.words, "folder": item.folder,
                    "added": item.added, "begun": item.begun_at, "ended": item.ended_at, "run": item.run,
                    "search": item.search, "test_loss": test(item).map(|test| test.0),
                    "test_accuracy": test(item).and_then(|test| test.1), "why": why,
                }))
            });
        }
        for problem in &damaged {
            writeln!(std::io::stderr(), "trainyard: left out: {}", plain(problem))?;
        }
        let mut out = std::io::stdout().lock();
        if items.is_empty() {
            writeln!(
                out,
                "nothing waits; `trainyard queue add train PRESET` puts a training into the queue"
            )?;
            return Ok(());
        }
        for item in &items {
            let result = match (&item.outcome, test(item)) {
                (Some(Outcome::Failed(why)), _) => format!("  {why}"),
                (_, Some((loss, accuracy))) => {
                    let accuracy = accuracy.map(|accuracy| format!(", accuracy {}", figure(accuracy)));
                    format!("  test loss {}{}", figure(loss), accuracy.unwrap_or_default())
                }
                (_, None) => String::new(),
            };
            let run = item.run.as_ref().map(|run| format!("  {run}")).unwrap_or_default();
            let text =
                format!("{:>4}  {:<8}  {}{run}{result}", item.number, state(item, is_worked), item.line());
            writeln!(out, "{}", plain(&text))?;
        }
        let waiting = items.iter().filter(|item| item.is_waiting()).count();
        let Settings { jobs, is_paused, devices } = settings;
        let how = match (is_paused, is_worked, waiting) {
            (true, ..) => "paused: `trainyard queue start` goes on".to_owned(),
            (false, true, _) if devices.is_empty() => format!("{jobs} at a time"),
            (false, true, _) => {
                let devices: Vec<String> = devices.iter().map(ToString::to_string).collect();
                format!("{jobs} at a time, on {}", devices.join(", "))
            }
            (false, false, 0) => "nothing waits".into(),
            (false, false, _) => "nobody works it off: `trainyard queue start` goes on".into(),
        };
        writeln!(out, "{how}")?;
        Ok(())
    }
}

fn state(item: &Item, is_worked: bool) -> &'static str {
    match &item.outcome {
        Some(outcome) => outcome.word(),
        None if item.is_begun && is_worked => "training",
        None if item.is_begun => "begun",
        None => "waiting",
    }
}

/// Loss and accuracy of its run on the test set, where that is done.
fn test(item: &Item) -> Option<(f64, Option<f64>)> {
    let run = RunDirectory::at(&home::runs_folder().ok()?.join(item.run.as_ref()?));
    match Manifest::load(run.path()).ok()?.status {
        Status::Finished { test_loss, test_accuracy, .. } => Some((test_loss, test_accuracy)),
        _ => None,
    }
}
