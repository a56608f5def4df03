//! `trainyard attach`: the dashboard on a training that goes on elsewhere.

use std::path::Path;

use clap_complete::ArgValueCompleter;

use super::Error;
use super::candidates;
use super::dashboard::First;
use super::named::find_run;
use super::queue::Parse;
use super::text::plain;
use super::threads::Threads;
use crate::run::lock::Lock;
use crate::run::{self, Overview, RunDirectory, home};
use crate::tui::state::Screen;
use crate::worker;

/// Open the dashboard on a training that goes on: detached, in another terminal, or after the line dropped; or on a run that has ended
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The run: its name or a part of it (NAME~1 is the one before), or its folder; the newest that trains when left out
    #[arg(add = ArgValueCompleter::new(candidates::runs))]
    run: Option<String>,

    #[command(flatten)]
    dashboard: super::dashboard::Options,
}

impl Arguments {
    /// Shows it until the person leaves.
    pub(super) fn run(self, parse: Parse) -> Result<(), Error> {
        let run = match &self.run {
            Some(wanted) => Some(find_run(wanted)?),
            None => newest_that_trains(&home::runs_folder()?)?,
        };
        let run = run.ok_or_else(|| Error::Failed("nothing is being trained".into()))?;
        let name = plain(&run.name());
        if Lock::holder(run.path())?.is_none() {
            // Its curves and its network are there all the same.
            let run = Some(Box::new(Overview::of(&run)));
            let first = First { screen: Screen::Train, run, ..First::default() };
            return super::dashboard::show(first, self.dashboard, parse, super::dashboard::idle);
        }
        super::dashboard::show(
            First { screen: Screen::Train, ..First::default() },
            self.dashboard,
            parse,
            || {
                worker::spawn_detached(super::serve::starter(Threads::default())?, Some(run.path()))
                    .map_err(|error| Error::Failed(format!("{name} cannot be reached: {error}")))
            },
        )
    }
}

/// The newest run that a living process trains; `None` where there is none.
///
/// # Errors
/// When runs cannot be listed, or the system does not tell of a run whether it is trained, and of no other that it is.
fn newest_that_trains(runs: &Path) -> Result<Option<RunDirectory>, run::Error> {
    let mut untold = None;
    for run in RunDirectory::list(runs)?.into_iter().rev() {
        match Lock::holder(run.path()) {
            Ok(Some(_)) => return Ok(Some(run)),
            Ok(None) => {}
            Err(error) => untold = untold.or(Some(error)),
        }
    }
    untold.map_or(Ok(None), Err)
}
