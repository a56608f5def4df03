//! Writes to the terminal on a thread of its own, so that a terminal that nobody reads holds up neither keys nor signals.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

/// Hands bytes to the thread that writes them.
#[derive(Debug, Default)]
pub struct Writer {
    queue: Mutex<Queue>,
    /// There is something to write.
    work: Condvar,
    /// Everything is written.
    written: Condvar,
    written_async: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    bytes: Vec<u8>,
    is_writing: bool,
    /// Bytes are taken; otherwise they are dropped.
    is_open: bool,
    /// The error of the last write that failed.
    problem: Option<io::Error>,
}

impl Queue {
    fn is_written(&self) -> bool {
        self.bytes.is_empty() && !self.is_writing
    }
}

/// The writer to standard output.
static WRITER: OnceLock<Arc<Writer>> = OnceLock::new();

impl Writer {
    /// The writer to standard output, which takes bytes from now on.
    ///
    /// # Errors
    /// When the system refuses a thread or another handle.
    pub fn open() -> io::Result<Arc<Self>> {
        let writer = match WRITER.get() {
            Some(writer) => writer.clone(),
            None => {
                // Not Rust's own handle: a write that waits would hold its lock.
                let terminal = File::from(io::stdout().as_fd().try_clone_to_owned()?);
                let writer = WRITER.get_or_init(Arc::default).clone();
                let writing = writer.clone();
                std::thread::Builder::new().name("screen".into()).spawn(move || writing.serve(terminal))?;
                writer
            }
        };
        writer.queue().is_open = true;
        Ok(writer)
    }

    /// The writer that [`open`](Writer::open) gave last.
    pub fn current() -> Option<Arc<Self>> {
        WRITER.get().cloned()
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // A queue is whole between any two statements that hold the lock.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, mut terminal: File) {
        loop {
            let idle = |queue: &mut Queue| queue.bytes.is_empty();
            let mut queue = self.work.wait_while(self.queue(), idle).unwrap_or_else(PoisonError::into_inner);
            let bytes = std::mem::take(&mut queue.bytes);
            queue.is_writing = true;
            drop(queue);
            let result = terminal.write_all(&bytes);
            let mut queue = self.queue();
            queue.is_writing = false;
            queue.problem = result.err().or(queue.problem.take());
            drop(queue);
            self.written.notify_all();
            self.written_async.notify_one();
        }
    }

    /// Has these bytes written after those handed over before, without waiting. A closed writer drops them.
    ///
    /// # Errors
    /// When an earlier write failed.
    pub fn hand_over(&self, bytes: &[u8]) -> io::Result<()> {
        let mut queue = self.queue();
        if !queue.is_open {
            return Ok(());
        }
        if let Some(problem) = queue.problem.take() {
            return Err(problem);
        }
        queue.bytes.extend_from_slice(bytes);
        drop(queue);
        self.work.notify_one();
        Ok(())
    }

    /// Takes no more bytes; those handed over are still written.
    pub fn close(&self) {
        self.queue().is_open = false;
    }

    /// Whether everything that was handed over has been written, or has failed.
    pub fn is_done(&self) -> bool {
        self.queue().is_written()
    }

    /// Waits until everything has been written.
    pub async fn done(&self) {
        while !self.is_done() {
            // The end of a write between the look and this wait has left its permit.
            self.written_async.notified().await;
        }
    }

    /// The same for at most `limit`. Returns whether everything has been written.
    pub fn wait(&self, limit: Duration) -> bool {
        let is_busy = |queue: &mut Queue| !queue.is_written();
        let waited = self.written.wait_timeout_while(self.queue(), limit, is_busy);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_written()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn handing_over_does_not_wait_for_a_reader_and_everything_arrives_in_order() {
        let (mut reader, end) = UnixStream::pair().unwrap();
        let writer = Arc::new(Writer::default());
        writer.queue().is_open = true;
        let writing = writer.clone();
        std::thread::spawn(move || writing.serve(File::from(OwnedFd::from(end))));
        let frame = vec![b'x'; 1 << 20];
        writer.hand_over(&frame).unwrap();
        assert!(!writer.wait(Duration::from_millis(50)), "nobody reads");
        writer.hand_over(b"end").unwrap();
        writer.close();
        writer.hand_over(b"dropped").unwrap();
        let mut read = vec![0; frame.len() + 3];
        reader.read_exact(&mut read).unwrap();
        assert!(read.ends_with(b"xend") && writer.wait(Duration::from_secs(60)));
    }

    #[test]
    fn a_terminal_that_is_gone_is_an_error_of_the_next_frame() {
        let (reader, end) = UnixStream::pair().unwrap();
        drop(reader);
        let writer = Arc::new(Writer::default());
        writer.queue().is_open = true;
        let writing = writer.clone();
        std::thread::spawn(move || writing.serve(File::from(OwnedFd::from(end))));
        writer.hand_over(b"a frame").unwrap();
        assert!(writer.wait(Duration::from_secs(60)));
        assert!(writer.hand_over(b"the next").is_err());
    }
}
