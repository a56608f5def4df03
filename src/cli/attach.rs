//! `trainyard attach`: the dashboard on a training that goes on elsewhere.

use super::Error;
use super::text::plain;
use crate::run::lock::Lock;
use crate::run::{RunDirectory, home};
use crate::worker;

/// Open the dashboard on a training that goes on: detached, in another terminal, or after the line dropped
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The run: its name or a part of it that no other has, or its folder; the newest that trains when left out
    run: Option<String>,
}

impl Arguments {
    /// Shows it until the person leaves.
    pub fn run(self) -> Result<(), Error> {
        let runs = home::runs_folder()?;
        let is_alive = |run: &RunDirectory| Lock::holder(run.path()).is_some();
        let run = match &self.run {
            Some(wanted) => Some(RunDirectory::find(&runs, wanted)?),
            None => RunDirectory::list(&runs)?.into_iter().rfind(is_alive),
        };
        let run = run.ok_or_else(|| Error::Failed("nothing is being trained".into()))?;
        let name = plain(&run.name());
        if !is_alive(&run) {
            let advice = format!("{name} is not being trained; `trainyard resume {name}` goes on with it");
            return Err(Error::Failed(advice));
        }
        super::dashboard::show(|| {
            worker::spawn_detached(super::serve::starter()?, Some(run.path()))
                .map_err(|error| Error::Failed(format!("{name} cannot be reached: {error}")))
        })
    }
}
