//! A worker in a process of its own, which outlives the terminal: spoken to as if it were within.

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use serde::{Deserialize, Serialize};

use super::channel::{Client, Events, Inbox, Outbox, spawn_with};
use super::engine::spawn_keeping;
use super::protocol::{Command, Event, Phase, Reply, Request, RequestId};
use super::remote::Remote;
use super::socket::Connection;

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
        let mut child = std::process::Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let text = ron::to_string(begin).map_err(io::Error::other)?;
        // A child that dies early says why on its output, if at all.
        let _ = child.stdin.take().map(|mut input| input.write_all(text.as_bytes()));
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        // Someone has to hear of its end, or it stays in the system's list.
        std::thread::Builder::new().name("waiter".into()).spawn(move || child.wait())?;
        serde_json::from_str(&line).map_err(|_| io::Error::other("the process that should train has died"))
    }
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
        let mut bridge = Bridge { inbox, outbox, starter, current: None };
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
}

/// Who trains.
enum Current {
    Process(Remote),
    /// Where no run can be kept.
    Within(Within),
}

/// A training on a thread of this process.
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
            let Request { id, command } = self.inbox.wait();
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
        let started = self.starter.start(&begin).and_then(|answer| match answer {
            Answer::Run(folder) => Remote::open(&folder, self.outbox.reporter()).map(Current::Process),
            Answer::Failed(reason) => Err(io::Error::other(reason)),
            Answer::NotKept(_) => self.train_within(begin).map(Current::Within),
        });
        match started {
            Ok(current) => self.current = Some(current),
            Err(error) => {
                self.outbox.send(Event::Failed(error.to_string()));
                self.outbox.send(Event::Phase(Phase::Idle));
            }
        }
    }

    /// Turns to a run that another process trains. What was trained here goes on, unless it cannot live alone.
    fn attach(&mut self, folder: &Path) -> Result<(), String> {
        if !self.is_free() && matches!(&self.current, Some(Current::Within(_))) {
            return Err("what is trained here is not kept on disk and would be lost: stop it first".into());
        }
        let unreachable = |error: io::Error| format!("it cannot be reached: {error}");
        let connection = Connection::open(folder).map_err(unreachable)?;
        match self.current.take() {
            Some(Current::Process(remote)) if remote.is_over() => remote.shut_down(RequestId::default()),
            Some(Current::Process(remote)) => remote.close("another run is looked at now"),
            Some(Current::Within(within)) => within.shut_down(),
            None => {}
        }
        self.outbox.send(Event::Phase(Phase::Preparing));
        let remote = Remote::over(connection, folder, self.outbox.reporter()).map_err(unreachable);
        self.current = Some(Current::Process(remote.inspect_err(|_| {
            self.outbox.send(Event::Phase(Phase::Idle));
        })?));
        Ok(())
    }

    fn train_within(&self, begin: Command) -> io::Result<Within> {
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
