//! A listener in another process.

use std::fs;
use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::frames::{self, Incoming, LONGEST_FROM_CLIENT, LONGEST_FROM_SERVER};
use super::{ClientMessage, FILE, ServerMessage, VERSION};
use crate::worker::protocol::{Event, Request};

/// A process that says nothing for this long after a connection is made, or takes nothing, counts as not there.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection to the process that trains a run.
#[derive(Debug)]
pub struct Connection(UnixStream);

impl Connection {
    /// Connects to the run in `folder`.
    ///
    /// # Errors
    /// When nobody trains it, its process is of another user, does not answer, or speaks another version.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join(FILE);
        // A link stands where the folder's path is too long for a socket; the system measures the path before it.
        let path = fs::read_link(&path).unwrap_or(path);
        let mut stream = UnixStream::connect(path)?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        frames::write(&mut stream, &ClientMessage::Hello { version: VERSION }, LONGEST_FROM_CLIENT)?;
        let first = frames::read::<ServerMessage>(&mut stream, LONGEST_FROM_SERVER);
        match first.map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                io::Error::new(io::ErrorKind::TimedOut, "the process that trains it does not answer")
            }
            _ => error,
        })? {
            Incoming::Message(ServerMessage::Hello { version: VERSION }) => {}
            Incoming::Message(ServerMessage::Hello { version }) => {
                let problem = format!("the training speaks version {version}, this program {VERSION}");
                return Err(io::Error::other(problem));
            }
            Incoming::Message(ServerMessage::Event(_)) | Incoming::NotUnderstood(_) => {
                return Err(io::Error::other("the socket is not that of a training"));
            }
            Incoming::End => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
        stream.set_read_timeout(None)?;
        Ok(Connection(stream))
    }

    /// Another handle of the same connection, for another thread.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn handle(&self) -> io::Result<Self> {
        self.0.try_clone().map(Connection)
    }

    /// Sends a request.
    ///
    /// # Errors
    /// When the other side is gone or takes nothing.
    pub fn send(&mut self, request: Request) -> io::Result<()> {
        frames::write(&mut self.0, &ClientMessage::Request(request), LONGEST_FROM_CLIENT)
    }

    /// Waits for the next event; `None` when the other side is gone.
    ///
    /// # Errors
    /// When the connection fails.
    pub fn receive(&mut self) -> io::Result<Option<Event>> {
        loop {
            match frames::read::<ServerMessage>(&mut self.0, LONGEST_FROM_SERVER)? {
                Incoming::Message(ServerMessage::Event(event)) => return Ok(Some(event)),
                Incoming::Message(ServerMessage::Hello { .. }) => {}
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
