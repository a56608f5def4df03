//! The run that a command line names.

use std::io::Write;

use std::ffi::OsStr;
use std::marker::PhantomData;

use clap_complete::{ArgValueCompleter, CompletionCandidate};

use super::Error;
use super::candidates;
use super::text::plain;
use crate::run::{Found, RunDirectory, home};

/// Which runs a shell is offered.
pub(super) trait Offered: std::fmt::Debug + Clone + Send + Sync + 'static {
    /// Those of which what was typed is a part.
    fn runs(begun: &OsStr) -> Vec<CompletionCandidate>;
}

/// All of them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct All;
/// Those that can be trained on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ToResume;
/// Those from which another can begin.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ToBranch;

impl Offered for All {
    fn runs(begun: &OsStr) -> Vec<CompletionCandidate> {
        candidates::runs(begun)
    }
}

impl Offered for ToResume {
    fn runs(begun: &OsStr) -> Vec<CompletionCandidate> {
        candidates::runs_to_resume(begun)
    }
}

impl Offered for ToBranch {
    fn runs(begun: &OsStr) -> Vec<CompletionCandidate> {
        candidates::runs_to_branch(begun)
    }
}

/// The run that a command is about.
#[derive(Debug, clap::Args)]
pub(super) struct RunName<O: Offered = All> {
    /// The run: its name or a part of it, its folder, or `last`; of several the newest, and NAME~1 is the one before
    #[arg(value_name = "RUN", add = ArgValueCompleter::new(O::runs))]
    run: String,
    #[arg(skip)]
    offered: PhantomData<O>,
}

impl<O: Offered> RunName<O> {
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
