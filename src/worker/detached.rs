//! A worker in a process of its own, which outlives the terminal: spoken to as if it were within.

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use serde::{Deserialize, Serialize};

use super::channel::{Client, Events, Inbox, Outbox, Reporter, spawn_with};
use super::engine::spawn_keeping;
use super::protocol::{Command, Event, Phase};
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
    let connection = attached.map(Connection::open).transpose()?;
    spawn_with(move |inbox, outbox| {
        let mut bridge = Bridge { inbox, outbox, starter, current: None };
        if let Some(connection) = connection {
            bridge.current = bridge.listen_to(connection).ok();
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
struct Current {
    worker: Worker,
    /// Passes its events on; ends with them.
    reader: JoinHandle<()>,
    /// Its training is over; it only answers questions.
    is_over: Arc<AtomicBool>,
}

enum Worker {
    Process(Connection),
    /// Where no run can be kept: a thread of this process.
    Within(Client),
}

impl Current {
    fn send(&mut self, command: Command) {
        match &mut self.worker {
            // When it is gone the reader says so.
            Worker::Process(connection) => drop(connection.send(&command)),
            Worker::Within(client) => client.send(command),
        }
    }
}

impl Bridge<'_> {
    fn serve(mut self) {
        loop {
            match self.inbox.wait() {
                Command::Shutdown => {
                    if let Some(mut current) = self.current.take() {
                        current.send(Command::Shutdown);
                        let _ = current.reader.join();
                    }
                    return;
                }
                Command::Detach => {
                    match self.current.take().map(|current| (current.worker, current.reader)) {
                        Some((Worker::Process(connection), _)) => connection.close(),
                        // It cannot live without this process.
                        Some((Worker::Within(client), reader)) => {
                            client.send(Command::Shutdown);
                            let _ = reader.join();
                        }
                        None => {}
                    }
                    return;
                }
                begin @ Command::Train(_) if self.is_free() => self.begin(begin),
                Command::Attach(folder) => self.attach(Path::new(&folder)),
                command => match &mut self.current {
                    Some(current) => current.send(command),
                    None => self.outbox.send(Event::Refused("nothing has been trained yet".into())),
                },
            }
        }
    }

    fn is_free(&self) -> bool {
        self.current.as_ref().is_none_or(|current| current.is_over.load(Ordering::Acquire))
    }

    fn begin(&mut self, begin: Command) {
        if let Some(mut old) = self.current.take() {
            old.send(Command::Shutdown);
            let _ = old.reader.join();
        }
        self.outbox.send(Event::Phase(Phase::Preparing));
        let started = self.starter.start(&begin).and_then(|answer| match answer {
            Answer::Run(folder) => Connection::open(&folder).and_then(|there| self.listen_to(there)),
            Answer::Failed(reason) => Err(io::Error::other(reason)),
            Answer::NotKept(_) => self.train_within(begin),
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
    fn attach(&mut self, folder: &Path) {
        let is_busy = !self.is_free();
        if is_busy && matches!(&self.current, Some(Current { worker: Worker::Within(_), .. })) {
            let problem = "what is trained here is not kept on disk and would be lost: stop it first";
            return self.outbox.send(Event::Refused(problem.into()));
        }
        let connection = match Connection::open(folder) {
            Ok(connection) => connection,
            Err(error) => {
                return self.outbox.send(Event::Refused(format!("it cannot be reached: {error}")));
            }
        };
        if let Some(mut old) = self.current.take() {
            // Its end is no news any more.
            let was_over = old.is_over.swap(true, Ordering::AcqRel);
            match &old.worker {
                Worker::Process(connection) if !was_over => connection.close(),
                Worker::Process(_) | Worker::Within(_) => old.send(Command::Shutdown),
            }
            let _ = old.reader.join();
        }
        self.outbox.send(Event::Phase(Phase::Preparing));
        match self.listen_to(connection) {
            Ok(current) => self.current = Some(current),
            Err(error) => {
                self.outbox.send(Event::Failed(error.to_string()));
                self.outbox.send(Event::Phase(Phase::Idle));
            }
        }
    }

    fn listen_to(&self, connection: Connection) -> io::Result<Current> {
        let (is_over, reporter) = (Arc::new(AtomicBool::new(false)), self.outbox.reporter());
        let mut from = connection.handle()?;
        let over = is_over.clone();
        let reader = std::thread::Builder::new().name("listener".into()).spawn(move || {
            while let Ok(Some(event)) = from.receive() {
                pass_on(event, &reporter, &over);
            }
            if !over.load(Ordering::Acquire) {
                let what = "the process that trained has ended without a word; `trainyard resume` goes on";
                reporter.send(Event::Failed(what.into()));
                reporter.send(Event::Phase(Phase::Idle));
                over.store(true, Ordering::Release);
            }
        })?;
        Ok(Current { worker: Worker::Process(connection), reader, is_over })
    }

    fn train_within(&self, begin: Command) -> io::Result<Current> {
        let (is_over, reporter) = (Arc::new(AtomicBool::new(false)), self.outbox.reporter());
        let (client, mut events) = spawn_keeping(self.starter.runs.clone())?;
        client.send(begin);
        let over = is_over.clone();
        let reader = std::thread::Builder::new().name("listener".into()).spawn(move || {
            while let Some(event) = events.recv() {
                pass_on(event, &reporter, &over);
            }
        })?;
        Ok(Current { worker: Worker::Within(client), reader, is_over })
    }
}

fn pass_on(event: Event, reporter: &Reporter, is_over: &AtomicBool) {
    match event {
        Event::Phase(Phase::Idle) => is_over.store(true, Ordering::Release),
        Event::Started(_) => is_over.store(false, Ordering::Release),
        _ => {}
    }
    reporter.send(event);
}
