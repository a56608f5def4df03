//! `trainyard runs`: what has been trained.

mod delete;
mod label;
mod prune;
mod show;
mod verify;

use std::io::Write;

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::Error;
use super::jobs;
use super::text::{bytes, json, plain};
use crate::run::{Overview, home};

/// List the runs on disk, oldest first: how each stands, its result, its size
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    what: Option<What>,
}

/// Other commands on runs.
#[derive(Debug, clap::Subcommand)]
enum What {
    Show(show::Show),
    Diff(show::Diff),
    Rename(label::Rename),
    Tag(label::Tag),
    Note(label::Note),
    Delete(delete::Delete),
    Verify(verify::Arguments),
    Prune(prune::Arguments),
}

/// What is listed of a run.
#[derive(Debug, PartialEq, Serialize)]
struct Row {
    run: String,
    /// What a person calls it.
    name: Option<String>,
    tags: Vec<String>,
    preset: Option<String>,
    status: &'static str,
    /// Steps done when it ended, or at its newest checkpoint.
    steps: Option<u64>,
    test_loss: Option<f64>,
    test_accuracy: Option<f64>,
    disk_bytes: Option<u64>,
    /// Why it failed, what is wrong with its manifest, or why it is not known how it stands.
    reason: Option<String>,
}

impl Arguments {
    /// Prints the list.
    pub fn run(self) -> Result<(), Error> {
        match self.what {
            Some(What::Show(arguments)) => return arguments.run(),
            Some(What::Diff(arguments)) => return arguments.run(),
            Some(What::Rename(arguments)) => return arguments.run(),
            Some(What::Tag(arguments)) => return arguments.run(),
            Some(What::Note(arguments)) => return arguments.run(),
            Some(What::Delete(arguments)) => return arguments.run(),
            Some(What::Verify(arguments)) => return arguments.run(),
            Some(What::Prune(arguments)) => return arguments.run(),
            None => {}
        }
        let overviews = Overview::list(&home::runs_folder()?)?;
        let rows: Vec<Row> = overviews.iter().map(row).collect();
        let (jobs, told) = jobs::listed(&overviews)?;
        let mut out = std::io::stdout().lock();
        if self.json {
            for row in &rows {
                writeln!(out, "{}", json(row)?)?;
            }
            for job in &jobs {
                writeln!(out, "{}", json(job)?)?;
            }
        } else {
            out.write_all(table(&rows).as_bytes())?;
            out.write_all(jobs::table(&jobs).as_bytes())?;
        }
        for told in told {
            writeln!(std::io::stderr(), "trainyard: {}", plain(&told))?;
        }
        Ok(())
    }
}

fn row(overview: &Overview) -> Row {
    Row {
        run: overview.run.name(),
        name: overview.label.name.clone(),
        tags: overview.label.tags.iter().cloned().collect(),
        preset: overview.manifest.as_ref().ok().map(|manifest| manifest.preset.name.clone()),
        status: overview.standing().word(),
        steps: overview.steps(),
        test_loss: overview.test().map(|test| test.0),
        test_accuracy: overview.test().and_then(|test| test.1),
        disk_bytes: overview.disk_bytes,
        reason: overview.reason().map(str::to_owned),
    }
}

/// Columns as wide as their widest cell; a reason goes on a line of its own below its run.
fn table(rows: &[Row]) -> String {
    if rows.is_empty() {
        return "no runs yet\n".into();
    }
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".into());
    let mut cells =
        vec![["RUN", "STATUS", "STEPS", "TEST LOSS", "TEST ACCURACY", "ON DISK"].map(String::from)];
    cells.extend(rows.iter().map(|row| {
        [
            plain(&row.run),
            row.status.into(),
            or_dash(row.steps.map(|steps| steps.to_string())),
            or_dash(row.test_loss.map(|loss| format!("{loss:.4}"))),
            or_dash(row.test_accuracy.map(|accuracy| format!("{accuracy:.4}"))),
            or_dash(row.disk_bytes.map(bytes)),
        ]
    }));
    let widths: [usize; 6] =
        std::array::from_fn(|column| cells.iter().map(|line| line[column].width()).max().unwrap_or(0));
    let mut text = String::new();
    for (index, line) in cells.iter().enumerate() {
        for (column, cell) in line.iter().enumerate() {
            let space = " ".repeat(widths[column] - cell.width());
            // Words to the left, numbers to the right.
            let (before, after) = if column < 2 { ("", &*space) } else { (&*space, "") };
            text.extend([if column == 0 { "" } else { "  " }, before, cell, after]);
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        if let Some(row) = index.checked_sub(1).map(|row| &rows[row])
            && (row.name.is_some() || !row.tags.is_empty())
        {
            let name = row.name.as_ref().map(|name| format!("  \"{}\"", plain(name))).unwrap_or_default();
            let tags: String = row.tags.iter().map(|tag| format!("  #{}", plain(tag))).collect();
            text.extend(["  ", &name, &tags, "\n"]);
        }
        if let Some(reason) = index.checked_sub(1).and_then(|row| rows[row].reason.as_deref()) {
            text.extend(["    ", &plain(reason), "\n"]);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(run: &str) -> Row {
        Row {
            run: run.into(),
            name: None,
            tags: Vec::new(),
            preset: None,
            status: "broken",
            steps: None,
            test_loss: None,
            test_accuracy: None,
            disk_bytes: Some(1500),
            reason: None,
        }
    }

    #[test]
    fn the_table_lines_up_and_says_why_a_run_failed() {
        let finished = Row {
            status: "finished",
            steps: Some(4690),
            test_loss: Some(0.05),
            test_accuracy: Some(0.985),
            ..example("first")
        };
        let reason = Some("the loss\nis NaN".into());
        let failed = Row { status: "failed", reason, ..example("second\u{1b}") };
        let expected = "\
RUN      STATUS    STEPS  TEST LOSS  TEST ACCURACY  ON DISK
first    finished   4690     0.0500         0.9850   1.5 kB
second\u{fffd}  failed        -          -              -   1.5 kB
    the loss\u{fffd}is NaN
";
        assert_eq!(table(&[finished, failed]), expected);
    }
}
