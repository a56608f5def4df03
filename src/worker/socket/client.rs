//! A listener in another process.

use std::fs;
use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;

use super::frames::{self, Incoming, LONGEST_ASK, LONGEST_TELL};
use super::{Ask, FILE, Tell, VERSION};
use crate::worker::protocol::{Command, Event};

/// A connection to the process that trains a run.
pub struct Connection(UnixStream);

impl Connection {
    /// Connects to the run in `folder`.
    ///
    /// # Errors
    /// When nobody trains it, or its process is of another user.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join(FILE);
        // A link stands where the folder's path is too long for a socket; the system measures the path before it.
        let path = fs::read_link(&path).unwrap_or(path);
        let mut stream = UnixStream::connect(path)?;
        frames::write(&mut stream, &Ask::Hello { version: VERSION }, LONGEST_ASK)?;
        Ok(Connection(stream))
    }

    /// Another handle of the same connection, for another thread.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn handle(&self) -> io::Result<Self> {
        self.0.try_clone().map(Connection)
    }

    /// Sends a command.
    ///
    /// # Errors
    /// When the other side is gone.
    pub fn send(&mut self, command: &Command) -> io::Result<()> {
        frames::write(&mut self.0, &Ask::Command(command.clone()), LONGEST_ASK)
    }

    /// Waits for the next event; none when the other side is gone.
    ///
    /// # Errors
    /// When the connection fails.
    pub fn receive(&mut self) -> io::Result<Option<Event>> {
        loop {
            match frames::read::<Tell>(&mut self.0, LONGEST_TELL)? {
                Incoming::Message(Tell::Event(event)) => return Ok(Some(event)),
                Incoming::Message(Tell::Hello { version }) if version != VERSION => {
                    let problem = format!("the training speaks version {version}, this program {VERSION}");
                    return Ok(Some(Event::Log(problem)));
                }
                Incoming::Message(Tell::Hello { .. }) => {}
                Incoming::NotUnderstood(problem) => {
                    return Ok(Some(Event::Log(format!("a report was not understood: {problem}"))));
                }
                Incoming::End => return Ok(None),
            }
        }
    }

    /// Ends the connection, on both sides and for every handle.
    pub fn close(&self) {
        let _ = self.0.shutdown(Shutdown::Both);
    }

    #[cfg(test)]
    pub(super) fn stream(&self) -> &UnixStream {
        &self.0
    }
}
