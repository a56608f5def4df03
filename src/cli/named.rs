//! The run that a command line names.

use std::io::Write;

use clap_complete::ArgValueCandidates;

use super::Error;
use super::candidates;
use super::text::plain;
use crate::run::{Found, RunDirectory, home};

/// The run that a command is about.
#[derive(Debug, clap::Args)]
pub(super) struct RunName {
    /// The run: its name or a part of it, its folder, or `last`; of several the newest, and NAME~1 is the one before
    #[arg(value_name = "RUN", add = ArgValueCandidates::new(candidates::runs))]
    run: String,
}

impl RunName {
    /// Looks for the run.
    ///
    /// # Errors
    /// When there is none of that name.
    pub(super) fn find(&self) -> Result<RunDirectory, Error> {
        find_run(&self.run)
    }
}

/// The run of a name. Where the name fits several, it is the newest, and stderr says so.
///
/// # Errors
/// When there is none.
pub(super) fn find_run(wanted: &str) -> Result<RunDirectory, Error> {
    let Found { run, older } = Found::by_name(&home::runs_folder()?, wanted)?;
    if older > 0 {
        let (name, wanted) = (plain(&run.name()), plain(wanted));
        // Errors are ignored: nobody may be there to read it.
        let _ = writeln!(
            std::io::stderr(),
            "trainyard: '{wanted}' matches {} runs; this takes the newest, {name} ({wanted}~1 is the one before)",
            older + 1
        );
    }
    Ok(run)
}
