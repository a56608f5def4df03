//! `trainyard stop`: ends a training from another terminal.

use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::json;

use super::Error;
use super::named::RunName;
use super::text::{json, plain};
use crate::run::lock::{Lock, Process};

/// End a run that trains, in good order: it writes a checkpoint first and can be resumed
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    run: RunName,
    /// Seconds to wait for its end
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(0..=1_000_000_000))]
    wait: u64,
    /// Print one JSON object when it has ended
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Asks the run's process to end, and waits until it has.
    pub fn run(self) -> Result<(), Error> {
        let run = self.run.find()?;
        let name = plain(&run.name());
        let Some(owner) = Lock::holder(run.path())? else {
            return Err(Error::Failed(format!("{name} is not being trained")));
        };
        let process = Process::numbered(&owner)
            .and_then(|process| process.terminate().map(|()| process))
            .map_err(|reason| Error::Failed(format!("{name}: process {owner}: {reason}")))?;
        let until = Instant::now() + Duration::from_secs(self.wait);
        // The lock is let go of shortly before the process ends.
        while !(process.has_ended() && Lock::holder(run.path())?.is_none()) {
            if Instant::now() > until {
                return Err(Error::Failed(format!("{name}: process {owner} has not ended yet")));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let line = match self.json {
            true => json(&json!({ "run": run.name(), "stopped": true }))?,
            false => format!("{name} has stopped; `trainyard resume {name}` goes on"),
        };
        writeln!(std::io::stdout(), "{line}")?;
        Ok(())
    }
}
