//! `trainyard cancel`: ends jobs that were submitted.

use std::io::Write;

use super::super::Error;
use super::super::jobs::listed;
use super::super::text::plain;
use crate::run::{Overview, home};
use crate::search::slurm::{self, Job};

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
        let jobs = listed(&Overview::list(&home::runs_folder()?)?)?.0;
        let mut ends: Vec<&Job> = Vec::new();
        for name in &self.names {
            let is_it = |job: &&Job| {
                job.submission == *name
                    || job.job == *name
                    || job.job.split_once('_').is_some_and(|(array, _)| array == name)
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
                return Err(Error::Failed(format!("{} has ended already", plain(name))));
            }
            ends.extend(open);
        }
        let numbers: Vec<String> = ends.iter().map(|job| job.job.clone()).collect();
        slurm::cancel(&numbers).map_err(|problem| Error::Failed(plain(&problem)))?;
        let said = numbers.iter().map(|job| plain(job)).collect::<Vec<_>>().join(", ");
        writeln!(std::io::stdout(), "asked to end: {said}")?;
        Ok(())
    }
}
