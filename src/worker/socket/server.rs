//! Speaks with the listeners that have connected.

use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, getrlimit};

use super::frames::{self, Incoming, LONGEST_FROM_CLIENT, LONGEST_FROM_SERVER};
use super::hub::{Hub, Listener, Voice, Writer};
use super::{ClientMessage, ServerMessage, VERSION};
use crate::worker::protocol::{Command, Event, Reply, Request};

/// A listener that takes nothing for this long is let go.
const PATIENCE: Duration = Duration::from_secs(30);
/// A listener that does not say within this time which version it speaks is let go.
const GREETING: Duration = Duration::from_secs(10);
/// The most listeners at once. Each takes one of the files that the process may have open, and most of these are kept for
/// the training.
const LISTENERS: usize = 64;
/// The most replies that wait for a listener; its requests are not read until it takes some.
const UNTAKEN: usize = 256;
/// The time between two looks at how many wait.
const LOOK: Duration = Duration::from_millis(20);

/// The most listeners at once, given how many files the process may have open.
fn most_listeners() -> usize {
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from(files / 4).unwrap_or(usize::MAX).min(LISTENERS)
}

pub(super) fn admit(mut stream: UnixStream, hub: &Hub) -> io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_read_timeout(Some(GREETING))?;
    let most = most_listeners();
    if hub.writers() >= most {
        // The system has room for so short a message, so this does not wait for the listener.
        let reason = format!("{most} listeners are connected to this training already, which is the limit");
        return frames::write(&mut stream, &ServerMessage::Refused(reason), LONGEST_FROM_SERVER);
    }
    let (listener, writer) = (hub.join(), hub.writer());
    let voice = listener.voice.clone();
    let stream = Arc::new(stream);
    let writing = stream.clone();
    std::thread::Builder::new().name("writer".into()).spawn(move || tell(&writing, listener, writer))?;
    std::thread::Builder::new().name("reader".into()).spawn(move || hear(&stream, &voice))?;
    Ok(())
}

/// Writes what the listener is to hear, until it or the worker has gone.
fn tell(stream: &UnixStream, mut listener: Listener, writer: Writer) {
    let mut to = stream;
    let hello = ServerMessage::Hello { version: VERSION };
    let mut sent = frames::write(&mut to, &hello, LONGEST_FROM_SERVER);
    while sent.is_ok() {
        let Some(event) = listener.events.recv() else { break };
        let request = match &event {
            Event::Reply { to, .. } => Some(*to),
            _ => None,
        };
        sent = frames::write(&mut to, &ServerMessage::Event(event), LONGEST_FROM_SERVER);
        // An event that is too long is lost, but the listener is kept. A listener that waits for it as a reply is told.
        if sent.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::Other) {
            sent = request.map_or(Ok(()), |request| {
                let reply = Reply::Refused("the answer is too long for the connection".into());
                let instead = ServerMessage::Event(Event::Reply { to: request, reply });
                frames::write(&mut to, &instead, LONGEST_FROM_SERVER)
            });
        }
    }
    let _ = stream.shutdown(Shutdown::Both);
    drop(writer);
}

/// Takes requests until the listener has gone. They are refused unless it has said that it speaks this version.
fn hear(stream: &UnixStream, voice: &Voice) {
    let mut from = stream;
    let mut spoken = None;
    loop {
        while voice.backlog() > UNTAKEN {
            std::thread::sleep(LOOK);
        }
        match frames::read::<ClientMessage>(&mut from, LONGEST_FROM_CLIENT) {
            Ok(Incoming::Message(ClientMessage::Hello { version })) => {
                spoken = Some(version);
                if stream.set_read_timeout(None).is_err() {
                    break;
                }
            }
            Ok(Incoming::Message(ClientMessage::Request(Request { command: Command::Detach, .. }))) => break,
            Ok(Incoming::Message(ClientMessage::Request(request))) => {
                if spoken != Some(VERSION) {
                    let you =
                        spoken.map_or("you have not said which".into(), |version| format!("you {version}"));
                    let reason = format!("this training speaks version {VERSION}, {you}");
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
    use std::fs;
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use super::super::{Connection, FILE};
    use super::*;
    use crate::worker::channel::channel;
    use crate::worker::{Filter, Inspection, Question, RateChange, RequestId, Steering};

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
            assert_eq!(next(&mut connection), Event::Steering(Steering::Here));
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

    #[test]
    fn requests_of_a_listener_that_says_no_version_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (inbox, _outbox) = opened(folder.path());
        let mut stream = UnixStream::connect(folder.path().join(FILE)).unwrap();
        let ask = ClientMessage::Request(request(5, Command::Stop));
        frames::write(&mut stream, &ask, LONGEST_FROM_CLIENT).unwrap();
        let refused = std::iter::from_fn(|| match frames::read(&mut stream, LONGEST_FROM_SERVER) {
            Ok(Incoming::Message(message)) => Some(message),
            other => panic!("{other:?}"),
        })
        .find_map(|message| match message {
            ServerMessage::Event(Event::Reply { to, reply: Reply::Refused(why) }) => Some((to.number, why)),
            _ => None,
        });
        assert!(matches!(&refused, Some((5, why)) if why.contains("have not said")), "{refused:?}");
        assert_eq!(inbox.poll(), None);
    }

    #[test]
    fn one_listener_too_many_is_refused_until_another_has_left() {
        let folder = tempfile::tempdir().unwrap();
        let (_inbox, _outbox) = opened(folder.path());
        let mut inside: Vec<Connection> =
            (0..most_listeners()).map(|_| Connection::open(folder.path()).unwrap()).collect();
        let refused = Connection::open(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("which is the limit"), "{refused}");
        inside.pop().unwrap().close();
        let since = std::time::Instant::now();
        while Connection::open(folder.path()).is_err() {
            assert!(since.elapsed() < Duration::from_secs(30));
        }
    }
}
