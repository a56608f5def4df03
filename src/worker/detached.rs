//! A worker in a process of its own, which outlives the terminal: spoken to as if it were within.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

use super::channel::{Client, Events, Inbox, Outbox, REQUESTS, spawn_with, too_many};
use super::engine::spawn_keeping;
use super::protocol::{Command, Event, OpenRequest, Phase, Reply, Request, RequestId};
use super::remote::Remote;
use super::socket::Connection;

/// How often it is looked whether somebody wants a process to end that prepares its training.
const LOOK: Duration = Duration::from_millis(20);

/// How a process that trains is started: it reads a [`Command`] in RON from its standard input, answers one line, an
/// [`Answer`] in JSON, and lets go of its standard streams.
#[derive(Clone, Debug)]
pub struct Starter {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Where it keeps runs.
    pub runs: PathBuf,
}

/// What a process that was started says first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It trains, and the run's folder is this one.
    Run(PathBuf),
    /// It cannot train.
    Failed(String),
    /// It could, but no run can be kept, so nobody could find it.
    NotKept(String),
}

impl Starter {
    /// Starts a process with this command and waits until its run is there.
    ///
    /// # Errors
    /// When the process cannot be started or dies without an answer.
    pub fn start(&self, begin: &Command) -> io::Result<Answer> {
        self.launch(begin)?.answer.recv().unwrap_or_else(|_| Err(died()))
    }

    /// As [`start`](Starter::start); the process has `held` open until its run is there, whatever becomes of this one. Where that is
    /// a locked file, the lock says that a run is about to begin.
    ///
    /// # Errors
    /// As [`start`](Starter::start).
    pub fn start_holding(&self, begin: &Command, held: File) -> io::Result<Answer> {
        self.launch_with(begin, held.into())?.answer.recv().unwrap_or_else(|_| Err(died()))
    }

    /// Starts a process with this command.
    fn launch(&self, begin: &Command) -> io::Result<Starting> {
        self.launch_with(begin, Stdio::null())
    }

    fn launch_with(&self, begin: &Command, errors: Stdio) -> io::Result<Starting> {
        let mut child = std::process::Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()?;
        let text = ron::to_string(begin).map_err(io::Error::other)?;
        // A child that dies early says why on its output, if at all.
        let _ = child.stdin.take().map(|mut input| input.write_all(text.as_bytes()));
        let process = Pid::from_child(&child);
        let (sender, answer) = channel();
        // Someone has to hear of its end as well, or it stays in the system's list.
        std::thread::Builder::new().name("waiter".into()).spawn(move || {
            let mut line = String::new();
            let read = child.stdout.take().map(|output| BufReader::new(output).read_line(&mut line));
            let read = read.transpose().and_then(|_| serde_json::from_str(&line).map_err(|_| died()));
            // Nobody may wait for it any more.
            let _ = sender.send(read);
            child.wait()
        })?;
        Ok(Starting { process, answer })
    }
}

/// A process that prepares its training.
struct Starting {
    process: Pid,
    answer: Receiver<io::Result<Answer>>,
}

impl Starting {
    /// Waits at most `limit` for its answer; `None` when there is none yet.
    fn answer_within(&self, limit: Duration) -> Option<io::Result<Answer>> {
        match self.answer.recv_timeout(limit) {
            Ok(answer) => Some(answer),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Err(died())),
        }
    }

    /// Asks it to end. It answers that it has.
    fn terminate(&self) {
        // One that has died says so by its answer.
        let _ = kill_process(self.process, Signal::TERM);
    }
}

fn died() -> io::Error {
    io::Error::other("the process that should train has died")
}

/// A worker that starts a process for every training; with `attached`, it is in touch with that run's already.
///
/// # Errors
/// When nobody trains the run, or the system refuses another thread.
pub fn spawn_detached(starter: Starter, attached: Option<&Path>) -> io::Result<(Client, Events)> {
    let attached =
        attached.map(|folder| Ok::<_, io::Error>((Connection::open(folder)?, folder.to_path_buf())));
    let attached = attached.transpose()?;
    spawn_with(move |inbox, outbox| {
        let mut bridge = Bridge { inbox, outbox, starter, current: None, postponed: VecDeque::new() };
        if let Some((connection, folder)) = attached {
            let remote = Remote::over(connection, &folder, outbox.reporter());
            bridge.current = remote.map(Current::Process).ok();
        }
        bridge.serve();
    })
}

/// Goes between a listener here and the process that trains.
struct Bridge<'a> {
    inbox: Inbox,
    outbox: &'a Outbox,
    starter: Starter,
    current: Option<Current>,
    /// Requests that came while a process prepared its training.
    postponed: VecDeque<Request>,
}

/// Who trains.
enum Current {
    Process(Remote),
    /// Where no run can be kept.
    Within(Within),
}

/// A training, or a run that was opened, on a thread of this process.
struct Within {
    client: Client,
    /// Passes its events on; ends with them.
    reader: JoinHandle<()>,
    /// Its training is over; it only answers questions.
    is_over: Arc<AtomicBool>,
}

impl Within {
    fn shut_down(self) {
        self.client.send_when_free(Command::Shutdown);
        // A thread that panicked has nothing more to pass on.
        let _ = self.reader.join();
    }
}

impl Current {
    fn is_over(&self) -> bool {
        match self {
            Current::Process(remote) => remote.is_over(),
            Current::Within(within) => within.is_over.load(Ordering::Acquire),
        }
    }

    fn send(&self, request: Request) {
        match self {
            Current::Process(remote) => remote.send(request),
            Current::Within(within) => within.client.request(request),
        }
    }

    /// Ends it and waits for its end.
    fn shut_down(self, id: RequestId) {
        match self {
            Current::Process(remote) => remote.shut_down(id),
            Current::Within(within) => within.shut_down(),
        }
    }
}

impl Bridge<'_> {
    fn serve(mut self) {
        loop {
            let Request { id, command } = self.postponed.pop_front().unwrap_or_else(|| self.inbox.wait());
            match command {
                Command::Shutdown => {
                    match self.current.take() {
                        Some(current) => current.shut_down(id),
                        None => self.outbox.reply(id, Reply::Done),
                    }
                    return;
                }
                Command::Detach => {
                    match self.current.take() {
                        Some(Current::Process(remote)) => remote.close("the training was left"),
                        // It cannot live without this process.
                        Some(Current::Within(within)) => within.shut_down(),
                        None => {}
                    }
                    return self.outbox.reply(id, Reply::Done);
                }
                Command::Train(request) if self.is_free() => {
                    self.outbox.reply(id, Reply::Done);
                    self.begin(Command::Train(request));
                }
                Command::Attach(folder) => {
                    let reply = match self.attach(Path::new(&folder)) {
                        Ok(()) => Reply::Done,
                        Err(reason) => Reply::Refused(reason),
                    };
                    self.outbox.reply(id, reply);
                }
                Command::Open(request) => {
                    let reply = match self.open(request) {
                        Ok(()) => Reply::Done,
                        Err(reason) => Reply::Refused(reason),
                    };
                    self.outbox.reply(id, reply);
                }
                command => match &self.current {
                    Some(current) => current.send(Request { id, command }),
                    None => self.outbox.reply(id, Reply::Refused("nothing has been trained yet".into())),
                },
            }
        }
    }

    fn is_free(&self) -> bool {
        self.current.as_ref().is_none_or(Current::is_over)
    }

    fn begin(&mut self, begin: Command) {
        if let Some(old) = self.current.take() {
            old.shut_down(RequestId::default());
        }
        self.outbox.send(Event::Phase(Phase::Preparing));
        let answered = self.starter.launch(&begin).and_then(|starting| self.wait_for(&starting));
        let started = match answered {
            // It is left to itself.
            Ok(None) => return,
            Ok(Some(Answer::Run(folder))) => {
                Remote::open(&folder, self.outbox.reporter()).map(Current::Process)
            }
            Ok(Some(Answer::Failed(reason))) => Err(io::Error::other(reason)),
            Ok(Some(Answer::NotKept(_))) => self.within(begin).map(Current::Within),
            Err(error) => Err(error),
        };
        match started {
            Ok(current) => self.current = Some(current),
            Err(error) => {
                self.outbox.send(Event::Failed(error.to_string()));
                self.outbox.send(Event::Phase(Phase::Idle));
            }
        }
    }

    /// Waits for what a process says that prepares its training: reading the data may take long. A command that ends the
    /// training ends the process; other requests wait. Returns `None` when the listener leaves the process to itself.
    fn wait_for(&mut self, starting: &Starting) -> io::Result<Option<Answer>> {
        let mut is_ended = false;
        loop {
            match starting.answer_within(LOOK) {
                Some(Ok(Answer::Failed(_)) | Err(_)) if is_ended => {
                    return Err(io::Error::other("stopped before the training began"));
                }
                Some(answer) => return answer.map(Some),
                None if is_ended => continue,
                None => {}
            }
            let Some(request) = self.inbox.poll() else { continue };
            let is_detached = matches!(request.command, Command::Detach);
            if request.command.ends_training() && !is_detached {
                starting.terminate();
                is_ended = true;
            }
            let is_ending = is_ended || is_detached;
            match request.command {
                Command::Stop => self.outbox.reply(request.id, Reply::Done),
                _ if is_ending || self.postponed.len() < REQUESTS => self.postponed.push_back(request),
                _ => self.outbox.reply(request.id, too_many()),
            }
            if is_detached {
                return Ok(None);
            }
        }
    }

    /// Whether something else can be looked at: what is trained here goes on, unless it cannot live alone.
    fn may_turn_away(&self) -> Result<(), String> {
        if !self.is_free() && matches!(&self.current, Some(Current::Within(_))) {
            return Err("what is trained here is not kept on disk and would be lost: stop it first".into());
        }
        Ok(())
    }

    /// Lets go of what was looked at.
    fn turn_away(&mut self) {
        match self.current.take() {
            Some(Current::Process(remote)) if remote.is_over() => remote.shut_down(RequestId::default()),
            Some(Current::Process(remote)) => remote.close("another run is looked at now"),
            Some(Current::Within(within)) => within.shut_down(),
            None => {}
        }
    }

    /// Turns to a run that nobody trains, on a thread of this process.
    fn open(&mut self, request: Box<OpenRequest>) -> Result<(), String> {
        self.may_turn_away()?;
        self.turn_away();
        self.outbox.send(Event::Phase(Phase::Preparing));
        match self.within(Command::Open(request)) {
            Ok(within) => self.current = Some(Current::Within(within)),
            Err(error) => {
                self.outbox.send(Event::Failed(error.to_string()));
                self.outbox.send(Event::Phase(Phase::Idle));
            }
        }
        Ok(())
    }

    /// Turns to a run that another process trains.
    fn attach(&mut self, folder: &Path) -> Result<(), String> {
        self.may_turn_away()?;
        let unreachable = |error: io::Error| format!("it cannot be reached: {error}");
        let connection = Connection::open(folder).map_err(unreachable)?;
        self.turn_away();
        self.outbox.send(Event::Phase(Phase::Preparing));
        let remote = Remote::over(connection, folder, self.outbox.reporter()).map_err(unreachable);
        self.current = Some(Current::Process(remote.inspect_err(|_| {
            self.outbox.send(Event::Phase(Phase::Idle));
        })?));
        Ok(())
    }

    /// A worker on a thread of this process, with its first command.
    fn within(&self, begin: Command) -> io::Result<Within> {
        let (is_over, reporter) = (Arc::new(AtomicBool::new(false)), self.outbox.reporter());
        let (client, mut events) = spawn_keeping(self.starter.runs.clone())?;
        client.send_when_free(begin);
        let over = is_over.clone();
        let reader = std::thread::Builder::new().name("listener".into()).spawn(move || {
            while let Some(event) = events.recv() {
                match event {
                    Event::Phase(Phase::Idle) => over.store(true, Ordering::Release),
                    Event::Started(_) => over.store(false, Ordering::Release),
                    _ => {}
                }
                reporter.send(event);
            }
        })?;
        Ok(Within { client, reader, is_over })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::super::protocol::TrainRequest;
    use super::*;
    use crate::preset::Preset;

    /// A process that reads its data for a while, and says so when it is asked to end.
    fn slow(runs: &Path) -> Starter {
        let script = r#"trap 'echo "{\"failed\": \"ended by signal 15\"}"; kill $!; exit 143' TERM
                        cat > /dev/null; sleep 20 & wait"#;
        let arguments = ["-c", script].map(String::from).to_vec();
        Starter { program: "/bin/sh".into(), arguments, runs: runs.into() }
    }

    fn train() -> Command {
        let preset: Preset = ron::from_str(
            r#"(name: "x", title: "", data: (source: digits_8x8), layers: [Flatten, Dense(units: 10, activation: softmax)],
                loss: categorical_crossentropy, optimizer: SGD(), train: (epochs: 1, batch_size: 10))"#,
        )
        .unwrap();
        Command::Train(Box::new(TrainRequest::new(preset.on_built_in_data())))
    }

    #[test]
    fn who_stops_or_quits_while_a_process_still_reads_its_data_does_not_wait_for_it() {
        let runs = tempfile::tempdir().unwrap();
        let (client, mut events) = spawn_detached(slow(runs.path()), None).unwrap();
        for end in [Command::Stop, Command::Shutdown] {
            client.send(train());
            while events.recv() != Some(Event::Phase(Phase::Preparing)) {}
            let since = Instant::now();
            let paused = client.send(Command::Pause);
            let ended = client.send(end);
            let told: Vec<Event> = std::iter::from_fn(|| events.recv())
                .take_while(|event| !matches!(event, Event::Reply { to, .. } if *to == paused))
                .collect();
            assert!(since.elapsed() < Duration::from_secs(10), "{:?}", since.elapsed());
            assert!(told.contains(&Event::Failed("stopped before the training began".into())), "{told:?}");
            let is_done =
                |event: &Event| matches!(event, Event::Reply { to, reply: Reply::Done } if *to == ended);
            assert!(
                told.iter().any(is_done) || events.recv().is_some_and(|event| is_done(&event)),
                "{told:?}"
            );
        }
        assert_eq!(events.recv(), None);
    }

    #[test]
    fn who_leaves_while_a_process_still_reads_its_data_leaves_it_to_itself() {
        let runs = tempfile::tempdir().unwrap();
        let starter = slow(runs.path());
        let (client, mut events) = spawn_detached(starter, None).unwrap();
        client.send(train());
        let left = client.send(Command::Detach);
        let told: Vec<Event> = std::iter::from_fn(|| events.recv()).collect();
        assert_eq!(told.last(), Some(&Event::Reply { to: left, reply: Reply::Done }));
        assert!(!told.iter().any(|event| matches!(event, Event::Failed(_))), "{told:?}");
    }
}
