//! Keyboard and mouse, read on a thread of their own that can be told to leave the terminal to another program.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crossterm::event::{self, Event as Input};
use rustix::event::{PollFd, PollFlags, Timespec};
use tokio::sync::mpsc;

use super::graphics::{self, Asked, Protocol};

/// The most keys that wait for the dashboard; more stay with the terminal.
const KEYS: usize = 256;
/// How often the thread looks whether it is to leave the terminal alone.
const LOOK: Duration = Duration::from_millis(250);
/// How long it is waited for. A thread whose keys nobody takes reads nothing either.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a person types and clicks.
pub(super) struct Keyboard {
    inputs: mpsc::Receiver<Input>,
    gate: Arc<Gate>,
    images: Arc<OnceLock<Protocol>>,
}

impl Keyboard {
    /// Reads from now on, to the end of the program. Where the terminal has been asked for images, its answers come first.
    pub fn open(is_asked: bool) -> Self {
        let (sender, inputs) = mpsc::channel(KEYS);
        let gate = Arc::new(Gate::default());
        let own = gate.clone();
        let images = Arc::<OnceLock<Protocol>>::default();
        let found = images.clone();
        let read = move || {
            if is_asked && !hear_answers(&sender, &found) {
                return;
            }
            loop {
                own.pass();
                let input = match event::poll(LOOK) {
                    Ok(false) => continue,
                    Ok(true) => event::read(),
                    Err(error) => Err(error),
                };
                if input.map_or(true, |input| sender.blocking_send(input).is_err()) {
                    return;
                }
            }
        };
        // Without the thread the receiver is closed at once and the dashboard ends as if the terminal were gone.
        let _ = std::thread::Builder::new().name("input".into()).spawn(read);
        Keyboard { inputs, gate, images }
    }

    /// How the terminal takes images, once it has said so.
    pub fn images(&self) -> Option<Protocol> {
        self.images.get().copied()
    }

    /// The next input; `None` when the terminal is gone. Safe to cancel.
    pub async fn recv(&mut self) -> Option<Input> {
        self.inputs.recv().await
    }

    /// The next input that has come already.
    pub fn at_hand(&mut self) -> Option<Input> {
        self.inputs.try_recv().ok()
    }

    /// Leaves the terminal alone until what is returned is dropped.
    pub fn rest(&self) -> Resting {
        self.gate.close();
        Resting(self.gate.clone())
    }
}

/// Reads until the terminal has said what images it understands, or for a while, and hands keys on. Returns false when nobody takes them
/// any more.
fn hear_answers(sender: &mpsc::Sender<Input>, found: &OnceLock<Protocol>) -> bool {
    let (since, mut asked, mut bytes) = (Instant::now(), Asked::default(), [0; 1024]);
    let keyboard = rustix::stdio::stdin();
    while asked.answer().is_none() && since.elapsed() < graphics::LIMIT {
        // A moment after an Escape nothing else belongs to it.
        let moment = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
        let is_ready = rustix::event::poll(&mut [PollFd::new(&keyboard, PollFlags::IN)], Some(&moment));
        let keys = match is_ready {
            Ok(0) => asked.rest(),
            Ok(_) => match rustix::io::read(keyboard, &mut bytes) {
                // The terminal is gone, which the next reading says.
                Ok(0) => return true,
                Ok(count) => asked.take(&bytes[..count]),
                Err(_) => return true,
            },
            Err(rustix::io::Errno::INTR) => Vec::new(),
            Err(_) => return true,
        };
        if keys.into_iter().any(|key| sender.blocking_send(key).is_err()) {
            return false;
        }
    }
    if let Some(Some(protocol)) = asked.answer() {
        found.get_or_init(|| protocol);
        // A frame is due.
        if let Ok((columns, rows)) = crossterm::terminal::size() {
            return sender.blocking_send(Input::Resize(columns, rows)).is_ok();
        }
    }
    true
}

/// While it lives, another program has the keyboard.
pub(super) struct Resting(Arc<Gate>);

impl Drop for Resting {
    fn drop(&mut self) {
        self.0.open();
    }
}

/// Where the thread waits while another program reads.
#[derive(Default)]
struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    is_closed: bool,
    is_waiting: bool,
}

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns at once, or when the gate is open again.
    fn pass(&self) {
        let mut state = self.state();
        while state.is_closed {
            state.is_waiting = true;
            self.changed.notify_all();
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.is_waiting = false;
    }

    fn close(&self) {
        let mut state = self.state();
        state.is_closed = true;
        let waiting = self.changed.wait_timeout_while(state, PATIENCE, |state| !state.is_waiting);
        drop(waiting.unwrap_or_else(PoisonError::into_inner));
    }

    fn open(&self) {
        self.state().is_closed = false;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_at_a_closed_gate_waits_until_it_is_open() {
        let gate = Arc::new(Gate::default());
        gate.pass();
        let (sender, passed) = std::sync::mpsc::channel();
        let other = gate.clone();
        std::thread::spawn(move || {
            while sender.send(()).is_ok() {
                other.pass();
            }
        });
        gate.close();
        while passed.try_recv().is_ok() {}
        assert!(gate.state().is_waiting && passed.try_recv().is_err());
        gate.open();
        assert!(passed.recv().is_ok());
    }
}
