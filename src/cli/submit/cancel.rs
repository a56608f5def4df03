//! `trainyard cancel`: ends jobs that were submitted.

use std::io::Write;

use super::super::Error;
use super::super::text::plain;
use crate::search::slurm::{self, Job, Shelf};

/// End jobs of Slurm that were submitted here; what runs makes a checkpoint first
///
/// What has been trained stays: `trainyard resume` goes on with a run, `trainyard search resume` with a search.
#[derive(Debug, clap::Args)]
pub struct Cancel {
    /// A submission such as mnist-cnn-1, a job such as 12, or a task such as 12_3
    #[arg(value_name = "SUBMISSION|JOB", required = true)]
    names: Vec<String>,
}

impl Cancel {
    /// Ends them.
    pub fn run(self) -> Result<(), Error> {
        let (jobs, _) = slurm::jobs(&Shelf::own()?, &[], |_| None)?;
        let (mut ends, mut ended): (Vec<&Job>, Vec<String>) = (Vec::new(), Vec::new());
        for name in &self.names {
            let is_it = |job: &&Job| {
                let is_task = || format!("{}/{}", job.submission, job.task) == *name;
                let is_array = || job.job.split_once('_').is_some_and(|(array, _)| array == name);
                job.submission == *name || job.job == *name || is_task() || is_array()
            };
            let named: Vec<&Job> = jobs.iter().filter(is_it).collect();
            if named.is_empty() {
                return Err(Error::Usage(format!(
                    "there is no submission or job {}; `trainyard runs` lists them",
                    plain(name)
                )));
            }
            let open: Vec<&Job> =
                named.into_iter().filter(|job| job.is_open() || job.state == "unknown").collect();
            if open.is_empty() {
                ended.push(plain(name));
            }
            ends.extend(open);
        }
        let numbers: Vec<String> = ends.iter().map(|job| job.job.clone()).collect();
        if !numbers.is_empty() {
            slurm::cancel(&Shelf::own()?, &numbers).map_err(|problem| Error::Failed(plain(&problem)))?;
            let said = numbers.iter().map(|job| plain(job)).collect::<Vec<_>>().join(", ");
            writeln!(std::io::stdout(), "asked to end: {said}")?;
        }
        match ended.is_empty() {
            true => Ok(()),
            false => Err(Error::Failed(format!("ended already: {}", ended.join(", ")))),
        }
    }
}
