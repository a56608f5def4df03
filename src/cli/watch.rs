//! `trainyard watch`: what other programs write for TensorBoard.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::Error;
use super::dashboard::First;
use super::jobs;
use super::queue::Parse;
use super::text::{bytes, json, plain};
use crate::run::watch::{Interest, Kind, RunId, Watcher, main_number};
use crate::run::{Overview, home};
use crate::search::slurm::{Job, Shelf};
use crate::tui::state::Screen;

/// Open the dashboard at TensorBoard event files, live: those of PyTorch, Keras, Lightning, JAX, and our own
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Folders, as for `tensorboard --logdir`, or event files
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// Print the table of runs, and the jobs of Slurm, and end, as happens without a terminal; reads every file to its end
    #[arg(long)]
    once: bool,
    /// Print one JSON object a line, with the newest value of every figure, and end
    #[arg(long)]
    json: bool,
    /// The figure to begin with, and in the table
    #[arg(long)]
    tag: Option<String>,

    #[command(flatten)]
    dashboard: super::dashboard::Options,
}

/// What is printed of a run.
#[derive(Debug, Serialize)]
struct Line {
    run: String,
    /// The step of its newest value.
    step: Option<i64>,
    /// When that was written, in seconds since 1970.
    time: Option<f64>,
    values: BTreeMap<String, Value>,
    hparams: BTreeMap<String, String>,
    disk_bytes: u64,
    /// Places in its files that are damaged.
    damaged: u64,
}

/// A number and its step. JSON has no word for one that is not finite: it is null there.
#[derive(Debug, Serialize)]
struct Value {
    step: i64,
    value: f64,
}

impl Arguments {
    /// Opens the dashboard at these runs, or prints the table.
    pub(super) fn run(self, parse: Parse) -> Result<(), Error> {
        if let Some(folder) = self.folders.iter().find(|folder| !folder.exists()) {
            return Err(Error::Usage(format!("{}: no such folder", plain(&folder.to_string_lossy()))));
        }
        let has_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
        if self.once || self.json || !has_terminal { self.print() } else { self.show(parse) }
    }

    fn show(self, parse: Parse) -> Result<(), Error> {
        let first = First { screen: Screen::Runs, watched: self.folders, tag: self.tag, run: None };
        super::dashboard::show(first, self.dashboard, parse, super::dashboard::idle)
    }

    fn print(&self) -> Result<(), Error> {
        let mut watcher = Watcher::new(&self.folders);
        let shows_progress = std::io::stderr().is_terminal();
        watcher.read_everything(|done, of| {
            if shows_progress && done % 100 == 99 {
                // Progress that cannot be shown is no reason to stop.
                let _ = write!(std::io::stderr(), "\rreading run {} of {of} ", done + 1);
            }
        });
        if shows_progress {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
        let tag = self.value_tag(&mut watcher)?;
        watcher.look_at(Interest { value: tag, ..Interest::default() });
        let view = watcher.view();
        let (jobs, told) = self.jobs()?;
        let mut out = std::io::stdout().lock();
        if self.json {
            for (id, row) in (0..).zip(view.rows.iter()) {
                writeln!(out, "{}", json(&line(&watcher, id, row))?)?;
            }
            jobs.iter().try_for_each(|job| Ok::<_, Error>(writeln!(out, "{}", json(job)?)?))?;
        } else {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
            let tag = tag.map_or("VALUE".into(), |tag| view.tags[tag as usize].name.to_string());
            out.write_all(table(&view.rows, &tag, now).as_bytes())?;
            out.write_all(jobs::table(&jobs).as_bytes())?;
        }
        for told in told {
            writeln!(std::io::stderr(), "trainyard: {}", plain(&told))?;
        }
        for problem in &view.problems {
            tracing::warn!("{problem}");
        }
        Ok(())
    }

    /// The jobs of Slurm that were submitted here, and what is to be told of them: beside our own runs all that `runs` lists, beside
    /// others' those that wait or run.
    fn jobs(&self) -> Result<(Vec<Job>, Vec<String>), Error> {
        // Without a home nothing was submitted.
        let (Ok(runs), Ok(shelf)) = (home::runs_folder(), Shelf::own()) else {
            return Ok(Default::default());
        };
        if shelf.list()?.0.is_empty() {
            return Ok(Default::default());
        }
        let whole = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let own = whole(&runs);
        let is_own = |folder: &PathBuf| {
            let folder = whole(folder);
            folder.starts_with(&own) || own.starts_with(&folder)
        };
        let are_own = self.folders.iter().any(is_own);
        let (mut jobs, told) = jobs::listed(&Overview::list(&runs)?)?;
        jobs.retain(|job| are_own || job.is_open());
        Ok((jobs, told))
    }

    /// The tag in the table: the one that was asked for, or the one that says most.
    fn value_tag(&self, watcher: &mut Watcher) -> Result<Option<u32>, Error> {
        let tags = watcher.view().tags;
        let Some(wanted) = &self.tag else { return Ok(main_number(&tags)) };
        let found = (0..).zip(tags.iter()).find(|(_, tag)| tag.kind == Kind::Scalar && &*tag.name == wanted);
        match found {
            Some((id, _)) => Ok(Some(id)),
            None => {
                let mut names: Vec<&str> =
                    tags.iter().filter(|tag| tag.kind == Kind::Scalar).map(|tag| &*tag.name).collect();
                names.sort_unstable();
                names.truncate(20);
                let names = names.join(", ");
                Err(Error::Usage(format!("no figure '{}'; there are: {names}", plain(wanted))))
            }
        }
    }
}

fn line(watcher: &Watcher, id: RunId, row: &crate::run::watch::Row) -> Line {
    let details = watcher.details(id);
    let (values, hparams) = details.map(|details| (details.values, details.hparams)).unwrap_or_default();
    Line {
        run: row.name.to_string(),
        step: row.step,
        time: row.time,
        values: values
            .into_iter()
            .map(|(tag, step, value)| (tag.to_string(), Value { step, value }))
            .collect(),
        hparams: hparams.iter().cloned().collect(),
        disk_bytes: row.bytes,
        damaged: row.damaged,
    }
}

/// Columns as wide as their widest cell.
fn table(rows: &[crate::run::watch::Row], tag: &str, now: f64) -> String {
    if rows.is_empty() {
        return "no event files\n".into();
    }
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".into());
    let head = ["RUN", "STEP", tag, "AGE", "ON DISK", "HYPERPARAMETERS"].map(String::from);
    let body = rows.iter().map(|row| {
        let damaged = row.problem().unwrap_or_default();
        [
            row.name.to_string(),
            or_dash(row.step.map(|step| step.to_string())),
            or_dash(row.value.map(crate::tui::format::number)),
            or_dash(row.time.map(|time| crate::tui::format::age(now - time))),
            bytes(row.bytes),
            [&*row.hparams, &damaged]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("  "),
        ]
    });
    let cells: Vec<[String; 6]> = std::iter::once(head).chain(body).collect();
    let widths: [usize; 6] =
        std::array::from_fn(|column| cells.iter().map(|line| line[column].width()).max().unwrap_or(0));
    let mut text = String::new();
    for line in &cells {
        for (column, cell) in line.iter().enumerate() {
            let space = " ".repeat(widths[column] - cell.width());
            // Words to the left, numbers to the right.
            let (before, after) = if column == 0 || column == 5 { ("", &*space) } else { (&*space, "") };
            text.extend([if column == 0 { "" } else { "  " }, before, cell, after]);
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}
