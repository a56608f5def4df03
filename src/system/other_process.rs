//! Another process on this machine: it can be asked to end.

use rustix::process::{self, Pid, Signal};

/// Another process on this machine.
pub struct Process {
    number: Pid,
    /// Stays with this process even when another one gets its number; `None` where the system has no such handles.
    #[cfg(target_os = "linux")]
    handle: Option<std::os::fd::OwnedFd>,
}

impl Process {
    /// The process of this number, as a text.
    ///
    /// # Errors
    /// When that is no number of a process, or it is on another machine: `123 on node7`.
    pub fn numbered(text: &str) -> Result<Self, String> {
        if text.contains(" on ") {
            return Err("it runs on another machine".into());
        }
        let number = text.parse().ok().and_then(Pid::from_raw).ok_or("its number is not known")?;
        Ok(Process {
            number,
            #[cfg(target_os = "linux")]
            handle: process::pidfd_open(number, process::PidfdFlags::empty()).ok(),
        })
    }

    /// Asks it to end.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn terminate(&self) -> Result<(), String> {
        #[cfg(target_os = "linux")]
        if let Some(handle) = &self.handle {
            return process::pidfd_send_signal(handle, Signal::TERM).map_err(|error| error.to_string());
        }
        process::kill_process(self.number, Signal::TERM).map_err(|error| error.to_string())
    }

    /// Whether it has ended; its parent need not have waited for it.
    pub fn has_ended(&self) -> bool {
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
