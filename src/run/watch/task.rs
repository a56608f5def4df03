//! The watcher on a thread of its own.

use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use super::view::{Interest, WatchSnapshot};
use super::watcher::Watcher;

/// How long the watcher works before it looks for requests.
const WORK: Duration = Duration::from_millis(20);
/// The least time between two views without a request.
const PAUSE: Duration = Duration::from_millis(150);
/// How long it rests when there is nothing to read.
const REST: Duration = Duration::from_millis(200);

/// A watcher at work. It ends when this is dropped.
#[derive(Debug)]
pub struct Task {
    requests: Sender<Interest>,
}

impl Task {
    /// Begins to watch the folders of `roots`. `show` is given a view after every request and, while files are read or grow, at most
    /// about seven times a second.
    ///
    /// # Errors
    /// When the system refuses another thread.
    pub fn start(
        roots: &[PathBuf],
        mut show: impl FnMut(WatchSnapshot) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (requests, asked) = mpsc::channel::<Interest>();
        let mut watcher = Watcher::new(roots);
        let work = move || {
            let (mut changed, mut shown) = (true, Instant::now() - PAUSE);
            loop {
                let rest = if watcher.work(WORK) {
                    changed = true;
                    Duration::ZERO
                } else {
                    REST
                };
                if changed && (shown.elapsed() >= PAUSE || rest > Duration::ZERO) {
                    show(watcher.view());
                    (changed, shown) = (false, Instant::now());
                }
                match asked.recv_timeout(rest) {
                    Ok(interest) => {
                        // Of several requests only the newest counts.
                        watcher.look_at(asked.try_iter().last().unwrap_or(interest));
                        watcher.work(WORK);
                        show(watcher.view());
                        (changed, shown) = (false, Instant::now());
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        };
        thread::Builder::new().name("watch".into()).spawn(work)?;
        Ok(Task { requests })
    }

    /// Asks for something else to be shown.
    pub fn look_at(&self, interest: Interest) {
        // Sending fails only when the thread has panicked. Then the last view stays on the screen and changes no more.
        let _ = self.requests.send(interest);
    }
}
