//! Lets listeners in, through a socket that only its owner may use.

use std::fs::{self, Permissions};
use std::io;
use std::net::Shutdown;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::frames::{self, Incoming, LONGEST_FROM_CLIENT, LONGEST_FROM_SERVER};
use super::hub::{Hub, Listener, Voice, Writer};
use super::{ClientMessage, FILE, ServerMessage, VERSION};
use crate::worker::protocol::{Command, Event, Reply, Request};

/// A socket's path may be this long; the systems differ, this is below all of them.
const LONGEST_PATH: usize = 90;
/// A listener that takes nothing for this long is let go.
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
    let (listener, writer) = (hub.join(), hub.writer());
    let voice = listener.voice.clone();
    let writing = stream.try_clone()?;
    std::thread::Builder::new().name("writer".into()).spawn(move || tell(writing, listener, writer))?;
    std::thread::Builder::new().name("reader".into()).spawn(move || hear(&stream, &voice))?;
    Ok(())
}

/// Writes what the listener is to hear, until it or the worker has gone.
fn tell(mut stream: UnixStream, mut listener: Listener, writer: Writer) {
    let hello = ServerMessage::Hello { version: VERSION };
    let mut sent = frames::write(&mut stream, &hello, LONGEST_FROM_SERVER);
    while sent.is_ok() {
        let Some(event) = listener.events.recv() else { break };
        let request = match &event {
            Event::Reply { to, .. } => Some(*to),
            _ => None,
        };
        sent = frames::write(&mut stream, &ServerMessage::Event(event), LONGEST_FROM_SERVER);
        // An event that is too long is lost, but the listener is kept. A listener that waits for it as a reply is told.
        if sent.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::Other) {
            sent = request.map_or(Ok(()), |to| {
                let reply = Reply::Refused("the answer is too long for the connection".into());
                let instead = ServerMessage::Event(Event::Reply { to, reply });
                frames::write(&mut stream, &instead, LONGEST_FROM_SERVER)
            });
        }
    }
    let _ = stream.shutdown(Shutdown::Both);
    drop(writer);
}

/// Takes requests until the listener has gone.
fn hear(stream: &UnixStream, voice: &Voice) {
    let mut from = stream;
    let mut other_version = None;
    loop {
        match frames::read::<ClientMessage>(&mut from, LONGEST_FROM_CLIENT) {
            Ok(Incoming::Message(ClientMessage::Hello { version })) => {
                other_version = Some(version).filter(|version| *version != VERSION);
            }
            Ok(Incoming::Message(ClientMessage::Request(Request { command: Command::Detach, .. }))) => break,
            Ok(Incoming::Message(ClientMessage::Request(request))) => {
                if let Some(version) = other_version {
                    let reason = format!("this training speaks version {VERSION}, you {version}");
                    voice.tell(Event::Reply { to: request.id, reply: Reply::Refused(reason) });
                    continue;
                }
                let is_leaving = request.command == Command::Shutdown;
                if !voice.request(request) && is_leaving {
                    break;
                }
            }
            Ok(Incoming::NotUnderstood(problem)) => {
                voice.tell(Event::Log(format!("a message was not understood: {problem}")));
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
    use crate::worker::channel::channel;
    use crate::worker::{Filter, Inspection, Question, RateChange, RequestId};

    fn request(number: u64, command: Command) -> Request {
        Request { id: RequestId { asker: 0, number }, command }
    }

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
            let change = Command::ChangeRate(RateChange::Times(0.5));
            connection.send(request(1, change.clone())).unwrap();
            assert_eq!(inbox.wait().command, change);
            let mut raw = connection.stream().try_clone().unwrap();
            raw.write_all(&[5, 0, 0, 0]).unwrap();
            raw.write_all(b"(((((").unwrap();
            let answer = next(&mut connection);
            assert!(matches!(&answer, Event::Log(why) if why.contains("not understood")), "{answer:?}");
            connection.send(request(2, Command::Pause)).unwrap();
            assert_eq!(inbox.wait().command, Command::Pause);

            drop(outbox);
            assert_eq!(connection.receive().unwrap(), None);
            while folder.join(FILE).symlink_metadata().is_ok() {
                std::thread::yield_now();
            }
        }
    }

    /// A socket with a worker behind it.
    fn opened(folder: &Path) -> (crate::worker::Inbox, crate::worker::Outbox) {
        let (client, inbox, outbox, events) = channel();
        Hub::start(client, events).unwrap();
        outbox.send(Event::Keeping { run: "r".into(), folder: folder.display().to_string() });
        while !folder.join(FILE).exists() {
            std::thread::yield_now();
        }
        (inbox, outbox)
    }

    #[test]
    fn two_that_inspect_at_once_get_each_its_own_answer() {
        let folder = tempfile::tempdir().unwrap();
        let (inbox, outbox) = opened(folder.path());
        let mut connections = [(); 2].map(|()| Connection::open(folder.path()).unwrap());
        let question = |position| Command::Inspect(Question::Sample { position, filter: Filter::All });
        for (connection, position) in connections.iter_mut().zip([3, 4]) {
            connection.send(request(1, question(position))).unwrap();
        }
        for Request { id, command } in [inbox.wait(), inbox.wait()] {
            let filter = if command == question(3) { Filter::All } else { Filter::Wrong };
            outbox.reply(id, Reply::Inspected(Box::new(Inspection::Nothing(filter))));
        }
        for (connection, filter) in connections.iter_mut().zip([Filter::All, Filter::Wrong]) {
            let to = RequestId { asker: 0, number: 1 };
            let reply = Reply::Inspected(Box::new(Inspection::Nothing(filter)));
            while let event = next(connection)
                && event != (Event::Reply { to, reply: reply.clone() })
            {
                assert!(matches!(event, Event::Keeping { .. }), "{event:?}");
            }
        }
    }

    #[test]
    fn requests_of_another_version_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (inbox, _outbox) = opened(folder.path());
        let mut connection = Connection::open(folder.path()).unwrap();
        let mut raw = connection.stream().try_clone().unwrap();
        let hello = ClientMessage::Hello { version: VERSION + 1 };
        frames::write(&mut raw, &hello, LONGEST_FROM_CLIENT).unwrap();
        connection.send(request(5, Command::Stop)).unwrap();
        let reply = loop {
            if let Event::Reply { to, reply } = next(&mut connection) {
                assert_eq!(to.number, 5);
                break reply;
            }
        };
        assert!(matches!(&reply, Reply::Refused(why) if why.contains("version")), "{reply:?}");
        assert_eq!(inbox.poll(), None);
    }
}
