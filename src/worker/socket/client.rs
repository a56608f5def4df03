//! A listener in another process.

use std::fs;
use std::io::{self, Read};
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
        let hello = ClientMessage::Hello { version: VERSION };
        let greeted = frames::write(&mut stream, &hello, LONGEST_FROM_CLIENT);
        // A process that refuses the connection says why and closes it, perhaps before it is greeted.
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
            Incoming::Message(ServerMessage::Refused(reason)) => return Err(io::Error::other(reason)),
            Incoming::Message(ServerMessage::Event(_)) | Incoming::NotUnderstood(_) => {
                return Err(io::Error::other("the socket is not that of a training"));
            }
            Incoming::End => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
        greeted?;
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
        Ok(self.receive_counted()?.map(|(event, _)| event))
    }

    /// The same, with the length of the event's message in bytes.
    ///
    /// # Errors
    /// When the connection fails.
    pub(in crate::worker) fn receive_counted(&mut self) -> io::Result<Option<(Event, u64)>> {
        loop {
            let mut from = Counted { stream: &self.0, bytes: 0 };
            let event = match frames::read::<ServerMessage>(&mut from, LONGEST_FROM_SERVER)? {
                Incoming::Message(ServerMessage::Event(event)) => event,
                Incoming::Message(ServerMessage::Hello { .. } | ServerMessage::Refused(_)) => continue,
                Incoming::NotUnderstood(problem) => {
                    Event::Log(format!("a report was not understood: {problem}"))
                }
                Incoming::End => return Ok(None),
            };
            return Ok(Some((event, from.bytes)));
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

/// Counts the bytes that are read from a stream.
struct Counted<'a> {
    stream: &'a UnixStream,
    bytes: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(into)?;
        self.bytes += count as u64;
        Ok(count)
    }
}
