//! `trainyard stop`: ends a training from another terminal.

use std::io::Write;
use std::time::{Duration, Instant};

use rustix::process::{self, Pid, Signal};
use serde_json::json;

use super::Error;
use super::named::RunName;
use super::text::{json, plain};
use crate::run::lock::Lock;

/// End a run that trains, in good order: it writes a checkpoint first and can be resumed
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    run: RunName,
    /// Seconds to wait for its end
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
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

/// A process on this machine.
struct Process {
    number: Pid,
    /// Stays with this process even when another one gets its number; `None` where the system has no such handles.
    #[cfg(target_os = "linux")]
    handle: Option<std::os::fd::OwnedFd>,
}

impl Process {
    fn numbered(text: &str) -> Result<Self, String> {
        let number = text.parse().ok().and_then(Pid::from_raw).ok_or("its number is not known")?;
        Ok(Process {
            number,
            #[cfg(target_os = "linux")]
            handle: process::pidfd_open(number, process::PidfdFlags::empty()).ok(),
        })
    }

    /// Asks it to end.
    fn terminate(&self) -> Result<(), String> {
        #[cfg(target_os = "linux")]
        if let Some(handle) = &self.handle {
            return process::pidfd_send_signal(handle, Signal::TERM).map_err(|error| error.to_string());
        }
        process::kill_process(self.number, Signal::TERM).map_err(|error| error.to_string())
    }

    /// Whether it has ended; its parent need not have waited for it.
    fn has_ended(&self) -> bool {
        #[cfg(target_os = "linux")]
        if let Some(handle) = &self.handle {
            use rustix::event::{PollFd, PollFlags, Timespec, poll};
            let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
            return poll(&mut [PollFd::new(handle, PollFlags::IN)], Some(&at_once))
                .is_ok_and(|ready| ready > 0);
        }
        process::test_kill_process(self.number).is_err_and(|error| error == rustix::io::Errno::SRCH)
    }
}
