//! The signals that end a screen in good order, and SIGCONT, after which it is drawn again.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals as Caught;
use signal_hook::low_level;
use tokio::sync::mpsc;

use super::terminal;

/// The terminal is gone.
pub(super) const HANG_UP: i32 = SIGHUP;
/// Leave; the training goes on.
pub(super) const QUIT: i32 = SIGQUIT;

/// Signals this close together count as one.
const TOGETHER: Duration = Duration::from_millis(150);

/// A signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// The screen is to end; the signal's number.
    End(i32),
    /// The process goes on after it was stopped.
    GoOn,
}

/// The signals that have come. The second one that asks for the end ends the process, no matter what the loop does: the
/// thread that takes it gives the terminal back first.
pub(super) struct Signals {
    caught: mpsc::UnboundedReceiver<Signal>,
    /// Whether what keys say is for another program, which has the terminal.
    is_for_another: Arc<AtomicBool>,
}

/// While it lives, SIGINT and SIGQUIT are for another program.
pub(super) struct Left(Arc<AtomicBool>);

impl Drop for Left {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl Signals {
    /// Takes signals from now on, to the end of the process.
    pub(super) fn listen() -> io::Result<Self> {
        let mut caught = Caught::new([SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGCONT])?;
        let (sender, receiver) = mpsc::unbounded_channel();
        let is_for_another = Arc::new(AtomicBool::new(false));
        let is_left = is_for_another.clone();
        let hear = move || {
            let mut ending: Option<Instant> = None;
            for number in caught.forever() {
                if number == SIGCONT {
                    // Sending fails when the loop has ended; then there is nothing to draw.
                    let _ = sender.send(Signal::GoOn);
                    continue;
                }
                if [SIGINT, SIGQUIT].contains(&number) && is_left.load(Ordering::SeqCst) {
                    continue;
                }
                // A terminal that is gone is signalled by the system and by the shell.
                // `timeout` and the like signal a process, and then its group: that is one signal.
                let is_second = ending.is_some_and(|first| first.elapsed() > TOGETHER) && number != SIGHUP;
                if is_second || sender.send(Signal::End(number)).is_err() {
                    terminal::restore();
                    low_level::exit(128 + number);
                }
                ending.get_or_insert_with(Instant::now);
            }
        };
        std::thread::Builder::new().name("signals".into()).spawn(hear)?;
        Ok(Signals { caught: receiver, is_for_another })
    }

    /// Leaves what Ctrl-C and the like say to another program, until what is returned is dropped.
    pub(super) fn leave_keys_to_another(&self) -> Left {
        self.is_for_another.store(true, Ordering::SeqCst);
        Left(self.is_for_another.clone())
    }

    /// The next one. Safe to cancel.
    pub(super) async fn next(&mut self) -> Signal {
        match self.caught.recv().await {
            Some(signal) => signal,
            // The thread ends with the process only.
            None => std::future::pending().await,
        }
    }
}
