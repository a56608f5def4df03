//! `trainyard runs`: what has been trained.

use std::io::Write;

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::Error;
use super::text::{bytes, plain};
use crate::run::{self, RunDirectory, Status, home, lock::Lock};

/// List the runs on disk, oldest first: how each stands, its result, its size
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

/// What is listed of a run.
#[derive(Debug, PartialEq, Serialize)]
struct Row {
    run: String,
    preset: Option<String>,
    status: &'static str,
    /// Steps done when it ended, or at its newest checkpoint.
    steps: Option<u64>,
    test_loss: Option<f64>,
    test_accuracy: Option<f64>,
    disk_bytes: u64,
    /// Why it failed, or what is wrong with its manifest.
    reason: Option<String>,
}

impl Arguments {
    /// Prints the list.
    pub fn run(self) -> Result<(), Error> {
        let rows: Vec<Row> = RunDirectory::list(&home::runs_folder()?)?.iter().map(row).collect();
        let mut out = std::io::stdout().lock();
        if self.json {
            for row in &rows {
                let line = serde_json::to_string(row).map_err(|error| Error::Failed(error.to_string()))?;
                writeln!(out, "{line}")?;
            }
        } else {
            out.write_all(table(&rows).as_bytes())?;
        }
        Ok(())
    }
}

fn row(directory: &RunDirectory) -> Row {
    let manifest = directory.manifest();
    let alive = Lock::holder(directory.path()).is_some();
    let mut row = Row {
        run: directory.name(),
        preset: manifest.as_ref().ok().map(|manifest| manifest.preset.name.clone()),
        status: "broken",
        steps: directory.checkpoints().last().copied(),
        test_loss: None,
        test_accuracy: None,
        disk_bytes: directory.disk_use(),
        reason: None,
    };
    describe(&mut row, manifest.map(|manifest| manifest.status), alive);
    row
}

fn describe(row: &mut Row, status: Result<Status, run::Error>, alive: bool) {
    match status {
        Ok(Status::Running) => row.status = if alive { "running" } else { "interrupted" },
        Ok(Status::Stopped { steps }) => (row.status, row.steps) = ("stopped", Some(steps)),
        Ok(Status::Finished { steps, test_loss, test_accuracy }) => {
            (row.status, row.steps) = ("finished", Some(steps));
            (row.test_loss, row.test_accuracy) = (Some(test_loss), test_accuracy);
        }
        Ok(Status::Failed { reason }) => (row.status, row.reason) = ("failed", Some(reason)),
        Err(error) => row.reason = Some(error.to_string()),
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
            bytes(row.disk_bytes),
        ]
    }));
    let widths: [usize; 6] =
        std::array::from_fn(|column| cells.iter().map(|line| line[column].width()).max().unwrap_or(0));
    let mut text = String::new();
    for (index, line) in cells.iter().enumerate() {
        for (column, cell) in line.iter().enumerate() {
            let space = " ".repeat(widths[column] - cell.width());
            // Words to the left, figures to the right.
            let (before, after) = if column < 2 { ("", &*space) } else { (&*space, "") };
            text.extend([if column == 0 { "" } else { "  " }, before, cell, after]);
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
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
            preset: None,
            status: "broken",
            steps: None,
            test_loss: None,
            test_accuracy: None,
            disk_bytes: 1500,
            reason: None,
        }
    }

    #[test]
    fn a_run_whose_process_is_gone_is_called_interrupted() {
        let mut row = example("a");
        describe(&mut row, Ok(Status::Running), false);
        assert_eq!(row.status, "interrupted");
        describe(&mut row, Ok(Status::Running), true);
        assert_eq!(row.status, "running");
    }

    #[test]
    fn the_table_lines_up_and_says_why_a_run_failed() {
        let mut finished = example("first");
        let status = Status::Finished { steps: 4690, test_loss: 0.05, test_accuracy: Some(0.985) };
        describe(&mut finished, Ok(status), false);
        let mut failed = example("second\u{1b}");
        describe(&mut failed, Ok(Status::Failed { reason: "the loss\nis NaN".into() }), false);
        let expected = "\
RUN      STATUS    STEPS  TEST LOSS  TEST ACCURACY  ON DISK
first    finished   4690     0.0500         0.9850   1.5 kB
second\u{fffd}  failed        -          -              -   1.5 kB
    the loss\u{fffd}is NaN
";
        assert_eq!(table(&[finished, failed]), expected);
    }
}
