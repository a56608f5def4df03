//! A training in this process, followed to its end or until a signal.

use std::path::PathBuf;
use std::time::Duration;

use super::Error;
use super::reporter::{Reporter, Reporting};
use super::signals::Signals;
use super::text::plain;
use crate::worker::{self, Command, Event, Finish, Hub, Waited};

/// How long those who look on from elsewhere are given to take the last events.
const FAREWELL: Duration = Duration::from_secs(2);

/// Which worker trains.
#[derive(Clone)]
pub(super) enum Worker {
    /// One that keeps nothing on disk.
    Forgetful,
    /// One that keeps runs in this folder.
    Keeping(PathBuf),
}

/// Gives a worker a training and tells how it goes, to its end or until a signal.
pub(super) fn follow(worker: Worker, begin: Command, reporting: &Reporting) -> Result<(), Error> {
    let signals = reporting.or_say_why(Signals::catch())?;
    follow_once(&signals, worker, begin, reporting)?;
    signals.caught().map_or(Ok(()), |signal| Err(Error::Signal(signal)))
}

/// As [`follow`], for one of several trainings: returns how it ended, also where a signal has ended it.
///
/// # Errors
/// When the training fails, a signal ends it before it has begun, or its end is not saved.
pub(super) fn follow_once(
    signals: &Signals,
    worker: Worker,
    begin: Command,
    reporting: &Reporting,
) -> Result<Finish, Error> {
    let mut reporter = Reporter::new(reporting);
    let ended = hear(worker, begin, signals, &mut reporter);
    let (finish, unsaved) = ended.inspect_err(|error| reporter.fail(error))?;
    let told = reporter.finish(&finish);
    if let Some(what) = unsaved {
        return Err(Error::Failed(plain(&format!("the end of the training is not saved: {what}"))));
    }
    told.map(|()| finish)
}

/// Hears a training to its end; with it comes what of the end is not saved.
///
/// # Errors
/// When the training fails, or a signal ends it before it has begun.
fn hear(
    worker: Worker,
    begin: Command,
    signals: &Signals,
    reporter: &mut Reporter,
) -> Result<(Finish, Option<String>), Error> {
    let spawned = match worker {
        Worker::Forgetful => worker::spawn(),
        Worker::Keeping(runs) => worker::spawn_keeping(runs),
    };
    let (client, events) = spawned.map_err(|error| Error::Failed(error.to_string()))?;
    let hub = Hub::start(client, events).map_err(|error| Error::Failed(error.to_string()))?;
    let mut listener = hub.join();
    hub.send(begin);
    let (mut was_stopped, mut has_started) = (false, false);
    let mut unsaved = None;
    loop {
        if signals.caught().is_some() && !was_stopped {
            was_stopped = true;
            hub.send(Command::Shutdown);
        }
        if signals.hung_up() {
            reporter.let_go();
        }
        let event = match listener.events.recv_timeout(Duration::from_millis(50)) {
            Waited::TimedOut => match signals.caught() {
                // Nothing has been learned yet, and files may be long to read.
                Some(signal) if !has_started => return Err(Error::Signal(signal)),
                _ => continue,
            },
            Waited::Ended => return Err(Error::Failed("the worker ended without a result".into())),
            Waited::Event(event) => event,
        };
        match event {
            Event::Failed(reason) => {
                farewell(&hub);
                let unsaved =
                    unsaved.map(|what| format!("; its end is not saved: {what}")).unwrap_or_default();
                return Err(Error::Failed(plain(&format!("{reason}{unsaved}"))));
            }
            Event::Finished(finish) => {
                farewell(&hub);
                return Ok((finish, unsaved));
            }
            Event::Unsaved(what) => {
                reporter.report(Event::Unsaved(what.clone()));
                unsaved = Some(what);
            }
            other => {
                has_started |= matches!(other, Event::Started(_));
                reporter.report(other);
            }
        }
    }
}

/// Ends a worker whose training is over, and lets who looks on from elsewhere hear of it.
fn farewell(hub: &Hub) {
    hub.send(Command::Shutdown);
    // One that takes nothing does not hold up the end.
    hub.wait_for_writers(FAREWELL);
}
