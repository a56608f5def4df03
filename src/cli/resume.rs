//! `trainyard resume`: a run that was interrupted goes on.

use super::Error;
use super::text::plain;
use super::train::{Reporting, Worker, detached, follow};
use crate::run::{RunDirectory, Status, home};
use crate::worker::{Command, Order};

/// Go on with a run that was stopped, killed or failed, from its newest checkpoint, to the same numbers
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The run: its name or a part of it that no other has, its folder, or `last`
    run: String,
    /// Seconds between two checkpoints within an epoch
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
    checkpoint_seconds: f64,
    /// Go on with this learning rate, as after a loss that became NaN
    #[arg(long, value_name = "RATE")]
    learning_rate: Option<f64>,
    /// Train in the background, without this terminal; `trainyard attach` shows it
    #[arg(long)]
    detach: bool,
    #[command(flatten)]
    reporting: Reporting,
}

impl Arguments {
    /// Trains to the end, or until a signal.
    pub fn run(self) -> Result<(), Error> {
        let runs = home::runs_folder()?;
        let run = RunDirectory::find(&runs, &self.run)?;
        let manifest = run.manifest()?;
        // A run that ended on a full disk has no checkpoint of its end: that can still be made.
        if let Status::Finished { steps, .. } = manifest.status
            && run.checkpoints().last() == Some(&steps)
        {
            let name = plain(&run.name());
            return Err(Error::Failed(format!(
                "{name} is finished after {steps} steps: nothing is left to do"
            )));
        }
        let order = Order {
            resume: Some(run.path().to_string_lossy().into_owned()),
            checkpoint_seconds: self.checkpoint_seconds,
            freeze: manifest.frozen,
            learning_rate: self.learning_rate,
            ..Order::new(manifest.preset)
        };
        let begin = Command::Begin(Box::new(order));
        if self.detach {
            return detached(&begin, &self.reporting);
        }
        follow(Worker::Keeping(runs), begin, &self.reporting)
    }
}
