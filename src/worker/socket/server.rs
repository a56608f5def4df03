//! Lets listeners in, through a socket that only its owner may use.

use std::fs::{self, Permissions};
use std::io;
use std::net::Shutdown;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::frames::{self, Incoming, LONGEST_ASK, LONGEST_TELL};
use super::hub::{Hub, Listener, Voice};
use super::{Ask, FILE, Tell, VERSION};
use crate::worker::protocol::{Command, Event};

/// A socket's path may be this long; the systems differ, this is below all of them.
const LONGEST_PATH: usize = 90;
/// A listener that takes nothing for so long is let go.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open socket; its file goes when it is dropped.
pub(super) struct Door {
    path: PathBuf,
    /// Where the socket is when the folder's path is too long for it.
    elsewhere: Option<tempfile::TempDir>,
}

impl Drop for Door {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
        drop(self.elsewhere.take());
    }
}

/// Opens the socket in a run's folder, whose lock this process holds.
///
/// # Errors
/// When the system refuses.
pub(super) fn open(folder: &Path, hub: &Hub) -> io::Result<Door> {
    let path = folder.join(FILE);
    // What a dead process left behind.
    let _ = fs::remove_file(&path);
    // It is bound in a folder that only its owner may enter, and moved once its permissions are set.
    let private = |parent: &Path| tempfile::Builder::new().prefix(".door").tempdir_in(parent);
    let (listener, elsewhere) = if path.as_os_str().len() < LONGEST_PATH {
        let inside = private(folder)?;
        let bound = bind(&inside.path().join(FILE))?;
        fs::rename(inside.path().join(FILE), &path)?;
        (bound, None)
    } else {
        let elsewhere = private(&std::env::temp_dir())?;
        let bound = bind(&elsewhere.path().join(FILE))?;
        symlink(elsewhere.path().join(FILE), &path)?;
        (bound, Some(elsewhere))
    };
    let hub = hub.clone();
    std::thread::Builder::new().name("door".into()).spawn(move || {
        for stream in listener.incoming().flatten() {
            // One that cannot be served is not let in; the others are.
            let _ = admit(stream, &hub);
        }
    })?;
    Ok(Door { path, elsewhere })
}

fn bind(path: &Path) -> io::Result<UnixListener> {
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    Ok(listener)
}

fn admit(stream: UnixStream, hub: &Hub) -> io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    let listener = hub.join();
    let voice = listener.voice.clone();
    let writing = stream.try_clone()?;
    std::thread::Builder::new().name("teller".into()).spawn(move || tell(writing, listener))?;
    std::thread::Builder::new().name("asker".into()).spawn(move || hear(&stream, &voice))?;
    Ok(())
}

/// Writes what the listener is to hear, until it or the worker has gone.
fn tell(mut stream: UnixStream, mut listener: Listener) {
    let mut sent = frames::write(&mut stream, &Tell::Hello { version: VERSION }, LONGEST_TELL);
    while sent.is_ok() {
        let Some(event) = listener.events.recv() else { break };
        sent = frames::write(&mut stream, &Tell::Event(event), LONGEST_TELL);
        // A report that is too long is lost, not the listener.
        if sent.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::Other) {
            sent = Ok(());
        }
    }
    let _ = stream.shutdown(Shutdown::Both);
}

/// Takes wishes until the listener has gone.
fn hear(stream: &UnixStream, voice: &Voice) {
    let mut from = stream;
    loop {
        match frames::read::<Ask>(&mut from, LONGEST_ASK) {
            Ok(Incoming::Message(Ask::Hello { version })) if version != VERSION => {
                let problem = format!("versions differ: this training speaks {VERSION}, you {version}");
                voice.tell(Event::Refused(problem));
            }
            Ok(Incoming::Message(Ask::Hello { .. })) => {}
            Ok(Incoming::Message(Ask::Command(Command::Detach))) => break,
            Ok(Incoming::Message(Ask::Command(command))) => {
                let is_leaving = command == Command::Shutdown;
                if !voice.command(command) {
                    let problem = "another terminal steers this training; here it can be looked at";
                    voice.tell(Event::Refused(problem.into()));
                    if is_leaving {
                        break;
                    }
                }
            }
            Ok(Incoming::NotUnderstood(problem)) => {
                voice.tell(Event::Refused(format!("a message was not understood: {problem}")));
            }
            Ok(Incoming::End) | Err(_) => break,
        }
    }
    voice.leave();
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::Connection;
    use super::*;
    use crate::worker::RateChange;
    use crate::worker::channel::channel;

    fn next(connection: &mut Connection) -> Event {
        connection.receive().unwrap().expect("an event")
    }

    #[test]
    fn commands_go_in_events_come_out_and_nonsense_is_answered() {
        // Also with a path that is too long for a socket.
        for depth in [0, 120] {
            let home = tempfile::tempdir().unwrap();
            let folder = home.path().join("x".repeat(depth));
            fs::create_dir_all(&folder).unwrap();
            let (client, inbox, outbox, events) = channel();
            let _hub = Hub::start(client, events).unwrap();
            let keeping = Event::Keeping { run: "r".into(), folder: folder.display().to_string() };
            outbox.send(keeping.clone());
            while !folder.join(FILE).exists() {
                std::thread::yield_now();
            }
            assert_eq!(fs::metadata(folder.join(FILE)).unwrap().permissions().mode() & 0o777, 0o600);

            let mut connection = Connection::open(&folder).unwrap();
            assert_eq!(next(&mut connection), keeping);
            connection.send(&Command::ChangeRate(RateChange::Times(0.5))).unwrap();
            assert_eq!(inbox.wait(), Command::ChangeRate(RateChange::Times(0.5)));
            let mut raw = connection.stream().try_clone().unwrap();
            raw.write_all(&[5, 0, 0, 0]).unwrap();
            raw.write_all(b"(((((").unwrap();
            let answer = next(&mut connection);
            assert!(matches!(&answer, Event::Refused(why) if why.contains("not understood")), "{answer:?}");
            connection.send(&Command::Pause).unwrap();
            assert_eq!(inbox.wait(), Command::Pause);

            drop(outbox);
            assert_eq!(connection.receive().unwrap(), None);
            while folder.join(FILE).symlink_metadata().is_ok() {
                std::thread::yield_now();
            }
        }
    }
}
