//! What signals mean to a training without a dashboard.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::Error;

/// SIGTERM and SIGINT end a training in good order. A second signal, of either kind, ends the process at once, no matter
/// what its threads do: the signal handler does it. SIGHUP says that the terminal is gone, and the training goes on without.
pub(super) struct Signals {
    ending: Arc<AtomicUsize>,
    hung_up: Arc<AtomicBool>,
}

impl Signals {
    /// Takes the signals from now on.
    pub(super) fn catch() -> Result<Self, Error> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        use signal_hook::flag;
        let signals = Signals { ending: Arc::default(), hung_up: Arc::default() };
        let failed = |error| Error::Failed(format!("catching signals: {error}"));
        let seen = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            let number = usize::try_from(signal).unwrap_or_default();
            // The order matters: the first signal finds `seen` false, and sets it after.
            flag::register_conditional_shutdown(signal, 128 + signal, seen.clone())
                .and_then(|_| flag::register(signal, seen.clone()))
                .and_then(|_| flag::register_usize(signal, signals.ending.clone(), number))
                .map_err(failed)?;
        }
        flag::register(SIGHUP, signals.hung_up.clone()).map_err(failed)?;
        Ok(signals)
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

/// Gives up the standard streams: what is written to a terminal that is gone would fail.
pub(super) fn let_go_of_terminal() {
    let Ok(nowhere) = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null") else { return };
    let _ = rustix::stdio::dup2_stdin(&nowhere);
    let _ = rustix::stdio::dup2_stdout(&nowhere);
    let _ = rustix::stdio::dup2_stderr(&nowhere);
}
