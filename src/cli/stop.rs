//! `trainyard stop`: ends a training from another terminal.

use std::io::Write;
use std::time::{Duration, Instant};

use super::Error;
use super::text::plain;
use crate::run::lock::Lock;
use crate::run::{RunDirectory, home};

/// End a run that trains, in good order: it writes a checkpoint first and can be resumed
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The run: its name or a part of it that no other has, its folder, or `last`
    run: String,
    /// Seconds to wait for its end
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    wait: u64,
}

impl Arguments {
    /// Asks the run's process to end, and waits until it has.
    pub fn run(self) -> Result<(), Error> {
        let run = RunDirectory::find(&home::runs_folder()?, &self.run)?;
        let name = plain(&run.name());
        let Some(owner) = Lock::holder(run.path()) else {
            return Err(Error::Failed(format!("{name} is not being trained")));
        };
        terminate(&owner).map_err(|reason| Error::Failed(format!("{name}: process {owner}: {reason}")))?;
        let until = Instant::now() + Duration::from_secs(self.wait);
        while Lock::holder(run.path()).is_some() {
            if Instant::now() > until {
                return Err(Error::Failed(format!("{name}: process {owner} has not ended yet")));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        writeln!(std::io::stdout(), "{name} has stopped; `trainyard resume {name}` goes on")?;
        Ok(())
    }
}

fn terminate(process: &str) -> Result<(), String> {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = process.parse().ok().and_then(Pid::from_raw).ok_or("its number is not known")?;
    kill_process(pid, Signal::TERM).map_err(|error| error.to_string())
}
