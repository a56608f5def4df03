//! `trainyard serve`: the process behind a dashboard and `train --detach`. It has no terminal and needs none.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use super::Error;
use super::signals::{Signals, let_go_of_streams};
use super::threads::Threads;
use crate::run::home;
use crate::worker::socket::frames::LONGEST_FROM_CLIENT;
use crate::worker::{self, Answer, Command, Event, Hub, Starter, Waited};

/// How long a training that is over stays open to questions when nobody is there to ask.
const LINGER: Duration = Duration::from_secs(2);
/// How long those who listen are given to take the last events.
const FAREWELL: Duration = Duration::from_secs(2);
/// How often it looks whether something is to be done.
const LOOK: Duration = Duration::from_millis(100);

/// Train what standard input says, without a terminal; for the dashboard's and `train --detach`'s own use
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub(super) threads: Threads,
    /// End as soon as the training is over, whoever may have questions
    #[arg(long)]
    brief: bool,
    /// The command line of whoever started it: the run's manifest takes it from there
    #[arg(last = true)]
    started_by: Vec<String>,
}

/// The running program, even if its file has been replaced since.
pub(super) fn itself() -> io::Result<PathBuf> {
    let itself = PathBuf::from("/proc/self/exe");
    if itself.exists() { Ok(itself) } else { std::env::current_exe() }
}

/// How the program starts itself as such a process, which computes with `threads`.
pub(super) fn starter(threads: Threads) -> Result<Starter, Error> {
    starter_with(threads.count(), &[])
}

/// How the program starts itself as the process that trains a trial of a search, with so many threads.
pub(super) fn starter_of_trials(threads: usize) -> Result<Starter, Error> {
    starter_with(Some(threads), &["--brief".into()])
}

fn starter_with(threads: Option<usize>, options: &[String]) -> Result<Starter, Error> {
    let program = itself().map_err(|error| Error::Failed(error.to_string()))?;
    let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let threads = threads.map(|count| format!("--threads={count}"));
    let own =
        std::iter::once("serve".into()).chain(threads).chain(options.iter().cloned()).chain(["--".into()]);
    let arguments = own.chain(words).collect();
    Ok(Starter { program, arguments, runs: home::runs_folder()? })
}

impl Arguments {
    /// Trains, and stays while somebody looks.
    pub fn run(self) -> Result<(), Error> {
        // A session of its own: what happens to the terminal's does not concern it.
        let _ = rustix::process::setsid();
        let signals = if self.brief { Signals::catch_patiently()? } else { Signals::catch()? };
        let mut text = String::new();
        let failed = |error: &dyn std::fmt::Display| Error::Failed(error.to_string());
        std::io::stdin()
            .take(LONGEST_FROM_CLIENT.into())
            .read_to_string(&mut text)
            .map_err(|error| failed(&error))?;
        let begin: Command =
            ron::from_str(&text).map_err(|error| Error::Usage(format!("standard input: {error}")))?;
        let (client, events) = worker::spawn_keeping(home::runs_folder()?).map_err(|error| failed(&error))?;
        let hub = Hub::start(client, events).map_err(|error| failed(&error))?;
        let answer = first_word(&hub, begin, &signals);
        let line = super::text::json(&answer)?;
        // The process that asked may be gone already.
        let _ = writeln!(std::io::stdout(), "{line}");
        let ended = || signals.caught().map_or(Ok(()), |signal| Err(Error::Signal(signal)));
        if !matches!(answer, Answer::Run(_)) {
            return ended();
        }
        let_go_of_streams();
        let patience = if self.brief { Duration::ZERO } else { LINGER };
        let mut was_stopped = false;
        while !hub.has_ended() {
            let lingers_in_vain = hub.is_over() && hub.alone() > patience;
            if !was_stopped && (signals.caught().is_some() || lingers_in_vain) {
                was_stopped = true;
                hub.send(Command::Shutdown);
            }
            std::thread::sleep(LOOK);
        }
        hub.wait_for_writers(FAREWELL);
        ended()
    }
}

/// Begins, and says whether there is a run. A signal ends the wait as long as the data is being prepared; a run that is to
/// be resumed is unchanged then.
fn first_word(hub: &Hub, begin: Command, signals: &Signals) -> Answer {
    let mut listener = hub.join();
    hub.send(begin);
    let mut has_started = false;
    loop {
        match listener.events.recv_timeout(LOOK) {
            Waited::Event(Event::Keeping { folder, .. }) => return Answer::Run(folder.into()),
            Waited::Event(Event::Failed(reason)) => return Answer::Failed(reason),
            Waited::Event(Event::Trouble(Some(what))) => return Answer::NotKept(what),
            Waited::Event(Event::Started(_)) => has_started = true,
            Waited::Event(_) => {}
            Waited::Ended => return Answer::Failed("the worker ended without a word".into()),
            Waited::TimedOut => {
                if let (Some(signal), false) = (signals.caught(), has_started) {
                    return Answer::Failed(format!("ended by signal {signal} before the training began"));
                }
            }
        }
    }
}
