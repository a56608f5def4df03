//! A training in another process, over its socket. A connection that is lost while the process lives is made again; its
//! listener is told so, and hears the whole story again.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::channel::Reporter;
use super::protocol::{
    Command, ConnectionState, Event, Finish, Outcome, Phase, Reply, Request, RequestId, Scores,
};
use super::socket::Connection;
use crate::run::lock::Lock;
use crate::run::{RunDirectory, Status};
use crate::train::report::rate;

/// The first pause before another try; each is twice as long as the one before.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// After an event of more bytes than this, nothing is read until the listener has taken it.
const LARGE: u64 = 1 << 20;
/// The most events of those that are never left out that may wait for the listener; then nothing is read.
const AHEAD: usize = 64;
/// The time between two looks at how many wait.
const LOOK: Duration = Duration::from_millis(20);

/// A training in another process.
pub(super) struct Remote {
    shared: Arc<Shared>,
    /// Passes its events on; ends when nothing more can come.
    reader: JoinHandle<()>,
}

struct Shared {
    /// The run's.
    folder: PathBuf,
    reporter: Reporter,
    link: Mutex<Link>,
    /// It is closed.
    closing: Condvar,
}

/// The connection and what hangs on it.
struct Link {
    /// `None` while it is lost, and after the end.
    connection: Option<Connection>,
    /// Requests without a reply.
    open: HashSet<RequestId>,
    /// The training is over; its process only answers questions.
    is_over: bool,
    /// The listener here has left.
    is_closed: bool,
    /// The listener here leaves as soon as the process has ended.
    is_leaving: bool,
    /// What the training has reported of its steps and epochs.
    course: Course,
}

/// The totals of the reports of a training.
#[derive(Default)]
struct Course {
    epochs: u32,
    samples: u64,
    seconds: f64,
}

impl Remote {
    /// Connects to the run in `folder`, whose events come to `reporter` from then on.
    ///
    /// # Errors
    /// When it cannot be reached, or the system refuses another thread.
    pub(super) fn open(folder: &Path, reporter: Reporter) -> io::Result<Self> {
        Remote::over(Connection::open(folder)?, folder, reporter)
    }

    /// The same over a connection that is there.
    ///
    /// # Errors
    /// When the system refuses another thread.
    pub(super) fn over(connection: Connection, folder: &Path, reporter: Reporter) -> io::Result<Self> {
        let from = connection.handle()?;
        let link = Link {
            connection: Some(connection),
            open: HashSet::new(),
            is_over: false,
            is_closed: false,
            is_leaving: false,
            course: Course::default(),
        };
        let shared = Arc::new(Shared {
            folder: folder.to_path_buf(),
            reporter,
            link: Mutex::new(link),
            closing: Condvar::new(),
        });
        let reading = shared.clone();
        let reader = std::thread::Builder::new().name("listener".into()).spawn(move || reading.read(from))?;
        Ok(Remote { shared, reader })
    }

    /// Whether its training is over.
    pub(super) fn is_over(&self) -> bool {
        self.shared.link().is_over
    }

    /// Passes a request on; refuses it while there is no connection.
    pub(super) fn send(&self, request: Request) {
        let mut link = self.shared.link();
        let id = request.id;
        let Some(connection) = &mut link.connection else {
            let reason = if link.is_over {
                "the process that trained it has ended: open its run to go on with it"
            } else {
                "the connection is lost; it is tried again"
            };
            return self.shared.refuse(id, reason);
        };
        match connection.send(request) {
            Ok(()) => drop(link.open.insert(id)),
            Err(error) => {
                // What comes after half a message is not understood. The reader finds the connection closed.
                connection.close();
                self.shared.refuse(id, &format!("the connection was lost: {error}"));
            }
        }
    }

    /// Ends the training's process, if it can be reached, and waits for its end.
    pub(super) fn shut_down(self, id: RequestId) {
        let mut link = self.shared.link();
        link.is_leaving = true;
        let is_connected = link.connection.is_some();
        drop(link);
        self.send(Request { id, command: Command::Shutdown });
        if is_connected {
            // The process may have ended without a word; then the reader has said so.
            let _ = self.reader.join();
        } else {
            self.close("the connection was lost");
        }
    }

    /// Listens no more; the training goes on. Nothing is reported once this is back; `reason` is what open requests are
    /// refused with.
    pub(super) fn close(self, reason: &str) {
        let mut link = self.shared.link();
        link.is_closed = true;
        if let Some(connection) = link.connection.take() {
            connection.close();
        }
        self.shared.refuse_open(&mut link, reason);
        drop(link);
        self.shared.closing.notify_all();
    }
}

impl Shared {
    fn link(&self) -> MutexGuard<'_, Link> {
        // Its parts fit together between any two statements that hold the lock.
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse(&self, to: RequestId, reason: &str) {
        self.reporter.send(Event::Reply { to, reply: Reply::Refused(reason.into()) });
    }

    fn refuse_open(&self, link: &mut Link, reason: &str) {
        link.open.drain().for_each(|id| self.refuse(id, reason));
    }

    /// Passes events on until nothing more can come.
    fn read(&self, mut from: Connection) {
        loop {
            while let Ok(Some((event, bytes))) = from.receive_counted() {
                if !self.pass_on(event) || !self.wait_for_listener(bytes) {
                    return;
                }
            }
            match self.connect_again() {
                Some(connection) => from = connection,
                None => return,
            }
        }
    }

    /// False when nobody listens any more.
    fn pass_on(&self, event: Event) -> bool {
        let mut link = self.link();
        if link.is_closed {
            return false;
        }
        match &event {
            Event::Phase(Phase::Idle) => link.is_over = true,
            Event::Started(_) => (link.is_over, link.course) = (false, Course::default()),
            Event::Step(step) => {
                link.course.samples = link.course.samples.saturating_add(step.samples);
                link.course.seconds += step.seconds;
            }
            Event::Epoch(epoch) => link.course.epochs = epoch.epoch,
            // No request waits for this reply.
            Event::Reply { to, .. } if !link.open.remove(to) => return true,
            _ => {}
        }
        self.reporter.send(event);
        true
    }

    /// Called after an event of this many bytes. Waits until few enough events wait for the listener, so that a process
    /// that reports without end cannot fill the memory of this one. Returns false when the listener has left.
    fn wait_for_listener(&self, bytes: u64) -> bool {
        let ahead = if bytes > LARGE { 0 } else { AHEAD };
        while self.reporter.backlog() > ahead {
            if self.wait(self.link(), LOOK).is_closed {
                return false;
            }
        }
        true
    }

    /// Reports the end of a training whose process has gone, as the run's manifest has it: the training may have ended in
    /// good order while its reports were not read here.
    fn report_end(&self, course: &Course) {
        let status = RunDirectory::at(&self.folder).manifest().map(|manifest| manifest.status);
        let finish = |outcome, steps, test| Finish {
            outcome,
            test,
            epochs: course.epochs,
            steps,
            samples_per_second: rate(course.samples, course.seconds),
            seconds: course.seconds,
        };
        self.reporter.send(match status {
            Ok(Status::Finished { steps, test_loss, test_accuracy }) => {
                let test = Scores { loss: test_loss, accuracy: test_accuracy, ..Scores::default() };
                Event::Finished(finish(Outcome::Completed, steps, Some(test)))
            }
            Ok(Status::Stopped { steps }) => Event::Finished(finish(Outcome::Stopped, steps, None)),
            Ok(Status::Failed { reason, .. }) => Event::Failed(reason),
            Ok(Status::Running) | Err(_) => Event::Failed(
                "the process that trained has ended without a word; `trainyard resume` goes on".into(),
            ),
        });
        self.reporter.send(Event::Phase(Phase::Idle));
    }

    /// After the connection has ended: makes it anew while the process lives. `None` when its training is over, when it
    /// has died, which is reported, or when nobody listens any more.
    fn connect_again(&self) -> Option<Connection> {
        let mut link = self.link();
        link.connection = None;
        self.refuse_open(&mut link, "the connection was lost");
        let mut pause = SHORTEST_PAUSE;
        let mut is_told = false;
        while !link.is_closed && !link.is_over {
            link = self.wait(link, pause);
            if link.is_closed {
                break;
            }
            // The run's lock is let go of with the process's life, however that ends. A lock at which the system does not
            // let us look says nothing.
            if matches!(Lock::holder(&self.folder), Ok(None)) {
                link.is_over = true;
                self.report_end(&link.course);
                break;
            }
            if !std::mem::replace(&mut is_told, true) {
                self.reporter.send(Event::Connection(ConnectionState::Lost));
            }
            drop(link);
            // Without the lock: a process that is held up answers late, and requests are refused meanwhile.
            let made = Connection::open(&self.folder).and_then(|there| Ok((there.handle()?, there)));
            link = self.link();
            if let Ok((handle, connection)) = made
                && !link.is_closed
            {
                link.connection = Some(connection);
                self.reporter.send(Event::Connection(ConnectionState::Restored));
                return Some(handle);
            }
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
        // Its process lets go of the run a moment after its last word; from then on the run can be opened.
        let mut pause = LOOK;
        while link.is_over && !link.is_closed && !link.is_leaving {
            if matches!(Lock::holder(&self.folder), Ok(None)) {
                self.reporter.send(Event::Connection(ConnectionState::Ended));
                break;
            }
            link = self.wait(link, pause);
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
        None
    }

    /// Waits for this pause, or until the connection is closed.
    fn wait<'a>(&self, link: MutexGuard<'a, Link>, pause: Duration) -> MutexGuard<'a, Link> {
        let waited = self.closing.wait_timeout_while(link, pause, |link| !link.is_closed);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::{UnixListener, UnixStream};

    use super::super::channel::{Events, Outbox, channel};
    use super::super::protocol::Question;
    use super::super::socket::frames::{self, Incoming, LONGEST_FROM_CLIENT, LONGEST_FROM_SERVER};
    use super::super::socket::{ClientMessage, FILE, ServerMessage, VERSION};
    use super::*;
    use crate::run::Manifest;

    /// A process that trains, as far as its socket shows.
    struct Process {
        folder: tempfile::TempDir,
        socket: UnixListener,
        lock: Option<Lock>,
    }

    impl Process {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let socket = UnixListener::bind(folder.path().join(FILE)).unwrap();
            let lock = Lock::take(folder.path()).ok();
            Process { folder, socket, lock }
        }

        /// Connects somebody, and lets it in.
        fn connect(&self) -> (Remote, UnixStream, Outbox, Events) {
            let (_, _, outbox, events) = channel();
            let reporter = outbox.reporter();
            std::thread::scope(|scope| {
                let remote = scope.spawn(|| Remote::open(self.folder.path(), reporter).unwrap());
                let stream = self.admit();
                (remote.join().unwrap(), stream, outbox, events)
            })
        }

        fn admit(&self) -> UnixStream {
            let (mut stream, _) = self.socket.accept().unwrap();
            say(&mut stream, ServerMessage::Hello { version: VERSION });
            let hello = frames::read::<ClientMessage>(&mut stream, LONGEST_FROM_CLIENT).unwrap();
            assert_eq!(hello, Incoming::Message(ClientMessage::Hello { version: VERSION }));
            stream
        }
    }

    fn say(stream: &mut UnixStream, message: ServerMessage) {
        frames::write(stream, &message, LONGEST_FROM_SERVER).unwrap();
    }

    fn line(text: &str) -> Event {
        Event::Log(text.into())
    }

    fn inspect(number: u64) -> Request {
        Request { id: RequestId { asker: 0, number }, command: Command::Inspect(Question::Confusion) }
    }

    fn refused(event: Option<Event>) -> (u64, String) {
        match event {
            Some(Event::Reply { to, reply: Reply::Refused(reason) }) => (to.number, reason),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_lost_connection_is_made_again_and_what_was_asked_before_is_refused() {
        let process = Process::new();
        let (remote, mut stream, _outbox, mut events) = process.connect();
        say(&mut stream, ServerMessage::Event(line("first")));
        assert_eq!(events.recv(), Some(line("first")));
        remote.send(inspect(1));
        drop(stream);
        assert_eq!(refused(events.recv()), (1, "the connection was lost".into()));
        assert_eq!(events.recv(), Some(Event::Connection(ConnectionState::Lost)));
        remote.send(inspect(2));
        assert_eq!(refused(events.recv()).0, 2);

        let mut stream = process.admit();
        assert_eq!(events.recv(), Some(Event::Connection(ConnectionState::Restored)));
        say(&mut stream, ServerMessage::Event(line("the story again")));
        assert_eq!(events.recv(), Some(line("the story again")));
        remote.send(inspect(3));
        let asked = frames::read::<ClientMessage>(&mut stream, LONGEST_FROM_CLIENT).unwrap();
        assert_eq!(asked, Incoming::Message(ClientMessage::Request(inspect(3))));
        assert!(!remote.is_over());
    }

    #[test]
    fn a_process_that_has_died_is_not_waited_for() {
        let mut process = Process::new();
        let (remote, stream, _outbox, mut events) = process.connect();
        drop(process.lock.take());
        drop(stream);
        let Some(Event::Failed(reason)) = events.recv() else { panic!("its end is reported") };
        assert!(reason.contains("ended without a word"), "{reason}");
        assert_eq!(events.recv(), Some(Event::Phase(Phase::Idle)));
        assert_eq!(events.recv(), Some(Event::Connection(ConnectionState::Ended)));
        remote.send(inspect(1));
        assert!(refused(events.recv()).1.contains("has ended"));
        assert!(remote.is_over());
    }

    #[test]
    fn a_training_that_ended_in_good_order_while_nothing_was_heard_is_not_called_dead() {
        let mut process = Process::new();
        let (_remote, mut stream, _outbox, mut events) = process.connect();
        say(&mut stream, ServerMessage::Event(line("first")));
        assert_eq!(events.recv(), Some(line("first")));
        let preset = r#"(name: "x", title: "", data: (source: mnist), layers: [Flatten], loss: mean_squared_error,
                         optimizer: SGD(), train: (epochs: 1, batch_size: 1))"#;
        let status = Status::Finished { steps: 7, test_loss: 0.5, test_accuracy: None };
        let begun = Manifest::begin(ron::from_str(preset).unwrap(), "cpu".into());
        Manifest { status, ..begun }.save(process.folder.path()).unwrap();
        drop(process.lock.take());
        drop(stream);
        let Some(Event::Finished(finish)) = events.recv() else { panic!("its end is reported") };
        assert_eq!((finish.steps, finish.test.map(|test| test.loss)), (7, Some(0.5)));
        assert_eq!(events.recv(), Some(Event::Phase(Phase::Idle)));
        assert_eq!(events.recv(), Some(Event::Connection(ConnectionState::Ended)));
    }

    #[test]
    fn what_nobody_takes_is_not_read_and_replies_to_nothing_are_dropped() {
        let process = Process::new();
        let (_remote, mut stream, _outbox, mut events) = process.connect();
        let writing = std::thread::spawn(move || {
            for number in 0..10_000 {
                let to = RequestId { asker: 0, number };
                say(&mut stream, ServerMessage::Event(Event::Reply { to, reply: Reply::Done }));
                say(&mut stream, ServerMessage::Event(Event::Preparing("x".repeat(1000))));
            }
            stream
        });
        std::thread::sleep(Duration::from_millis(300));
        assert!(!writing.is_finished(), "ten megabytes wait with who says them");
        for _ in 0..10_000 {
            assert!(matches!(events.recv(), Some(Event::Preparing(_))));
        }
        drop(writing.join().unwrap());
    }

    #[test]
    fn who_listens_no_more_hears_nothing_while_the_connection_is_tried_again() {
        let process = Process::new();
        let (remote, stream, outbox, mut events) = process.connect();
        drop(stream);
        assert_eq!(events.recv(), Some(Event::Connection(ConnectionState::Lost)));
        remote.close("another run is looked at now");
        drop(process);
        outbox.send(line("elsewhere"));
        assert_eq!(events.recv(), Some(line("elsewhere")));
    }
}
