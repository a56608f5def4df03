//! A reader on a thread of its own, which looks again and again while somebody wants it to.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

/// A reader at work; `W` says what is to be read, and its default stands for nothing. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Looking<W> {
    requests: Sender<W>,
}

impl<W: Default + PartialEq + Send + 'static> Looking<W> {
    /// Begins. `look` is given what is to be read, after each request and, while that is not nothing, after each `rest`.
    ///
    /// # Errors
    /// When the system refuses another thread.
    pub fn start(
        name: &str,
        rest: Duration,
        mut look: impl FnMut(&W) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (requests, asked) = mpsc::channel::<W>();
        let work = move || {
            let nothing = W::default();
            let mut wanted = W::default();
            loop {
                let next = if wanted == nothing {
                    asked.recv().map_err(|_| RecvTimeoutError::Disconnected)
                } else {
                    asked.recv_timeout(rest)
                };
                match next {
                    // Of several requests only the newest counts.
                    Ok(request) => wanted = asked.try_iter().last().unwrap_or(request),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
                if wanted != nothing {
                    look(&wanted);
                }
            }
        };
        thread::Builder::new().name(name.into()).spawn(work)?;
        Ok(Looking { requests })
    }

    /// Asks for something else to be read.
    pub fn look_at(&self, wanted: W) {
        // Sending fails only when the thread has panicked. Then what is on the screen stays and changes no more.
        let _ = self.requests.send(wanted);
    }
}
