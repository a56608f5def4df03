//! What signals mean to a training without a dashboard, and what becomes of its output when its terminal is gone.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::Error;

/// Signals this close together count as one: `timeout` and cluster managers signal a process, then its whole group.
const TOGETHER: Duration = Duration::from_millis(150);

/// SIGTERM, SIGINT and SIGUSR1 end a training in good order; by the last one a cluster says that the time of a job is over. A second
/// signal later than that, of any kind, ends the process at once, no matter what its threads do: the signal handler does it. SIGHUP says that the
/// terminal is gone, and the training goes on without.
pub(super) struct Signals {
    ending: Arc<AtomicUsize>,
    hung_up: Arc<AtomicBool>,
}

impl Signals {
    /// Takes the signals from now on.
    pub(super) fn catch() -> Result<Self, Error> {
        Self::catch_with(true)
    }

    /// Takes the signals from now on; no number of them ends the process at once. A process that trains for another one may hear of
    /// its end from that one and from a cluster that tells all processes of a job, and is to make its checkpoint all the same.
    pub(super) fn catch_patiently() -> Result<Self, Error> {
        Self::catch_with(false)
    }

    fn catch_with(ends_at_second: bool) -> Result<Self, Error> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1};
        use signal_hook::flag;
        let signals = Signals { ending: Arc::default(), hung_up: Arc::default() };
        let failed = |error| Error::Failed(format!("catching signals: {error}"));
        // Milliseconds from `began` to the first signal, plus one; 0 before it.
        let (began, first) = (Instant::now(), Arc::new(AtomicU64::new(0)));
        for signal in [SIGINT, SIGTERM, SIGUSR1] {
            let number = usize::try_from(signal).unwrap_or_default();
            if ends_at_second {
                let first = first.clone();
                let hear = move || {
                    let now = began.elapsed().as_millis() as u64 + 1;
                    let before = first.compare_exchange(0, now, Ordering::SeqCst, Ordering::SeqCst);
                    if before.is_err_and(|before| now - before > TOGETHER.as_millis() as u64) {
                        signal_hook::low_level::exit(128 + signal);
                    }
                };
                // SAFETY: it reads a clock and an atomic number, and may end the process by `_exit`: all of this may be done
                // while a signal is handled.
                unsafe { signal_hook::low_level::register(signal, hear) }.map_err(failed)?;
            }
            flag::register_usize(signal, signals.ending.clone(), number).map_err(failed)?;
        }
        if !is_ignored(SIGHUP) {
            flag::register(SIGHUP, signals.hung_up.clone()).map_err(failed)?;
        }
        Ok(signals)
    }

    /// Whether a cluster has said that the time of this job is over.
    pub(super) fn time_is_up(&self) -> bool {
        self.caught().map(i32::from) == Some(signal_hook::consts::SIGUSR1)
    }

    /// The signal that is to end the training, once there was one.
    pub(super) fn caught(&self) -> Option<u8> {
        u8::try_from(self.ending.load(Ordering::Relaxed)).ok().filter(|&signal| signal > 0)
    }

    /// Whether the terminal has gone since the last call.
    pub(super) fn hung_up(&self) -> bool {
        self.hung_up.swap(false, Ordering::Relaxed)
    }
}

/// Whether this process ignores a signal.
fn is_ignored(signal: i32) -> bool {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: without a new action the call changes nothing, and where it succeeds it has written the present one.
    unsafe {
        libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()) == 0
            && action.assume_init().sa_sigaction == libc::SIG_IGN
    }
}

/// Which standard streams are a terminal. They are looked at early: one that is gone does not say any more what it was.
pub(super) struct Terminals {
    stdin: bool,
    stdout: bool,
    /// Standard error is one.
    pub(super) stderr: bool,
}

impl Terminals {
    /// Looks at the streams.
    pub(super) fn look() -> Self {
        Terminals {
            stdin: std::io::stdin().is_terminal(),
            stdout: std::io::stdout().is_terminal(),
            stderr: std::io::stderr().is_terminal(),
        }
    }

    /// Gives them up: what is written to a terminal that is gone would fail. Files and pipes stay.
    pub(super) fn let_go(&self) {
        let Some(nowhere) = nowhere() else { return };
        if self.stdin {
            let _ = rustix::stdio::dup2_stdin(&nowhere);
        }
        if self.stdout {
            let _ = rustix::stdio::dup2_stdout(&nowhere);
        }
        if self.stderr {
            let _ = rustix::stdio::dup2_stderr(&nowhere);
        }
    }
}

/// Gives up the standard streams, whatever they are.
pub(super) fn let_go_of_streams() {
    Terminals { stdin: true, stdout: true, stderr: true }.let_go();
}

fn nowhere() -> Option<std::fs::File> {
    std::fs::OpenOptions::new().read(true).write(true).open("/dev/null").ok()
}
