//! The jobs of Slurm that were submitted here.

use unicode_width::UnicodeWidthStr;

use super::Error;
use super::text::plain;
use crate::run::Overview;
use crate::run::past::Curves;
use crate::search::slurm::{self, Job, Shelf};

/// The jobs of all submissions, and what is to be told beside them.
///
/// # Errors
/// When they cannot be read.
pub(super) fn listed(runs: &[Overview]) -> Result<(Vec<Job>, Vec<String>), Error> {
    let task_of = |run: &Overview| Some((run.manifest.as_ref().ok()?.submitted.clone()?, run.run.name()));
    let trained: Vec<(String, String)> = runs.iter().filter_map(task_of).collect();
    let seconds_of = |name: &str| {
        let run = runs.iter().find(|run| run.run.name() == name)?;
        Some(Curves::read(run.run.path(), u64::MAX).seconds().round() as u64)
    };
    Ok(slurm::jobs(&Shelf::own()?, &trained, seconds_of)?)
}

/// Jobs as a table, columns as wide as their widest cell, below an empty line; nothing where there are none.
pub(super) fn table(jobs: &[Job]) -> String {
    if jobs.is_empty() {
        return String::new();
    }
    let mut rows = vec![["JOB", "STATE", "SUBMISSION", "FOR", "ON", "RUN"].map(String::from)];
    rows.extend(jobs.iter().map(|job| {
        let state = match &job.reason {
            Some(reason) if job.state != "running" => format!("{} ({reason})", job.state),
            _ => job.state.clone(),
        };
        let of = match &job.search {
            Some(search) => format!("search {search}"),
            None => job.run.clone().unwrap_or_else(|| "-".into()),
        };
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".into());
        [
            job.job.clone(),
            state,
            format!("{}/{}", job.submission, job.task),
            or_dash(job.seconds.map(clock)),
            or_dash(job.nodes.clone()),
            of,
        ]
        .map(|cell| plain(&cell))
    }));
    let widths: [usize; 6] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or(0));
    let line = |row: &[String; 6]| {
        let cells =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    std::iter::once("\n".to_owned()).chain(rows.iter().map(line)).collect()
}

/// Seconds as `0:03:12`, or `2-00:00:00` with days before, as Slurm writes them.
fn clock(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let day = if days > 0 { format!("{days}-") } else { String::new() };
    format!("{day}{hours}:{minutes:02}:{:02}", seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_why_a_job_waits_and_for_how_long_one_runs() {
        let job = |job: &str, task: u32, state: &str| Job {
            job: job.into(),
            submission: "xor-1".into(),
            task,
            words: Vec::new(),
            search: None,
            state: state.into(),
            reason: None,
            nodes: None,
            seconds: None,
            log: Default::default(),
            run: None,
        };
        let jobs = [
            Job {
                seconds: Some(192),
                nodes: Some("node7".into()),
                run: Some("r1".into()),
                ..job("12_1", 1, "running")
            },
            Job { reason: Some("Resources".into()), ..job("12_2", 2, "pending") },
        ];
        let expected = "
JOB   STATE                SUBMISSION  FOR      ON     RUN
12_1  running              xor-1/1     0:03:12  node7  r1
12_2  pending (Resources)  xor-1/2     -        -      -
";
        assert_eq!(table(&jobs), expected);
        assert_eq!((table(&[]), clock(200_000)), (String::new(), "2-7:33:20".into()));
    }
}
