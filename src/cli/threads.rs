//! `--threads`: how many threads a command computes with.

/// How many threads compute.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(super) struct Threads {
    /// Threads that compute, at most one a processor; the numbers are the same with any
    #[arg(long = "threads", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    count: Option<u16>,
}

impl Threads {
    /// The number, where the command line says one.
    pub(super) fn count(self) -> Option<usize> {
        self.count.map(usize::from)
    }
}
