//! `--threads`: how many threads a command computes with, and how many trainings share the processors out.

use std::num::NonZero;

use crate::preset::counted;

/// How many threads compute.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(super) struct Threads {
    /// Threads that compute, at most one a processor; the numbers are the same with any
    #[arg(long = "threads", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    count: Option<u16>,
}

/// The processors that this process may use.
pub(super) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// What is to be told where so many trainings at a time are more than there are processors.
pub(super) fn crowded(option: &str, jobs: usize) -> Option<String> {
    let processors = processors();
    (jobs > processors).then(|| {
        format!(
            "{option} {jobs}: this machine has {}, so that so many trainings at a time are no faster, and take the memory of {jobs}",
            counted(processors as u64, "processor")
        )
    })
}

impl Threads {
    /// The number, where the command line says one.
    pub(super) fn count(self) -> Option<usize> {
        self.count.map(usize::from)
    }
}
