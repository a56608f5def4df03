//! Spreads the worker's events to all who listen, tells late comers what was before, and takes commands from one.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::super::channel::{Client, Events, Outbox, Waited, channel};
use super::super::protocol::{Command, Event, Phase};
use super::history::History;
use super::server;

/// Events are passed on so often. A thread that wakes at every step would hold up training.
const PACE: Duration = Duration::from_millis(20);

/// The middle of a worker and its listeners; its clones are the same one.
#[derive(Clone)]
pub struct Hub(Arc<Mutex<Inner>>);

struct Inner {
    client: Client,
    history: History,
    listeners: HashMap<u64, Member>,
    next: u64,
    /// Who steers, from the first command until it leaves.
    wheel: Option<u64>,
    /// Since when nobody listens.
    alone_since: Instant,
    /// Its training is over; it only answers questions.
    over: bool,
    /// The worker has ended.
    ended: bool,
    /// So many heard of that.
    last_words: usize,
}

struct Member {
    outbox: Outbox,
    /// Questions about the model that it waits for.
    questions: u32,
}

/// A listener's end; dropped, it has left.
pub struct Listener {
    /// What the worker reports; first what it reported before.
    pub events: Events,
    /// What it says.
    pub voice: Voice,
}

/// Speaks for a listener, from any thread.
#[derive(Clone)]
pub struct Voice {
    hub: Hub,
    number: u64,
}

impl Hub {
    /// Takes a worker over. When it keeps a run, a socket in its folder lets others in, as long as the worker lives.
    ///
    /// # Errors
    /// When the system refuses another thread.
    pub fn start(client: Client, mut events: Events) -> std::io::Result<Self> {
        let hub = Hub(Arc::new(Mutex::new(Inner {
            client,
            history: History::default(),
            listeners: HashMap::new(),
            next: 0,
            wheel: None,
            alone_since: Instant::now(),
            over: false,
            ended: false,
            last_words: 0,
        })));
        let spreading = hub.clone();
        std::thread::Builder::new().name("hub".into()).spawn(move || {
            let mut door = None;
            let mut at_hand = None;
            while let Some(event) = at_hand.take().or_else(|| events.recv()) {
                if let Event::Keeping { folder, .. } = &event {
                    match server::open(Path::new(folder), &spreading) {
                        Ok(opened) => door = Some(opened),
                        Err(error) => spreading.spread(Event::Log(format!("nobody can attach: {error}"))),
                    }
                }
                let is_step = matches!(event, Event::Step(_));
                spreading.spread(event);
                // Only who has nothing else to do may sleep: short epochs bring many events a second.
                match is_step.then(|| events.recv_timeout(Duration::ZERO)) {
                    Some(Waited::Event(next)) => at_hand = Some(next),
                    Some(Waited::TimedOut) => std::thread::sleep(PACE),
                    Some(Waited::Ended) | None => {}
                }
            }
            drop(door);
            let mut inner = spreading.inner();
            inner.ended = true;
            inner.last_words = inner.listeners.len();
            inner.listeners.clear();
        })?;
        Ok(hub)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Its parts fit together between any two statements that hold the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spread(&self, event: Event) {
        let mut inner = self.inner();
        inner.history.push(&event);
        match event {
            Event::Phase(Phase::Idle) => inner.over = true,
            Event::Started(_) => inner.over = false,
            _ => {}
        }
        let is_answer = matches!(event, Event::Inspected(_));
        for member in inner.listeners.values_mut() {
            if is_answer {
                if member.questions == 0 {
                    continue;
                }
                member.questions -= 1;
            }
            member.outbox.send(event.clone());
        }
    }

    /// Lets another listener in.
    pub fn join(&self) -> Listener {
        let (_, _, outbox, events) = channel();
        let mut inner = self.inner();
        inner.history.events().for_each(|event| outbox.send(event.clone()));
        let number = inner.next;
        inner.next += 1;
        if !inner.ended {
            inner.listeners.insert(number, Member { outbox, questions: 0 });
        }
        Listener { events, voice: Voice { hub: self.clone(), number } }
    }

    /// Whether the worker has ended.
    pub fn has_ended(&self) -> bool {
        self.inner().ended
    }

    /// Whether the training is over.
    pub fn is_over(&self) -> bool {
        self.inner().over
    }

    /// For how long nobody has been listening; zero while somebody does.
    pub fn alone(&self) -> Duration {
        let inner = self.inner();
        if inner.listeners.is_empty() { inner.alone_since.elapsed() } else { Duration::ZERO }
    }

    /// How many listened when the worker ended.
    pub fn listeners_were(&self) -> usize {
        self.inner().last_words
    }

    /// Tells the worker, whoever steers.
    pub fn send(&self, command: Command) {
        self.inner().client.send(command);
    }
}

impl Voice {
    /// A listener's wish. Looking is free to all; the first that wants more steers until it leaves. Gives false when
    /// somebody else does, who is then not disturbed.
    pub fn command(&self, command: Command) -> bool {
        let mut inner = self.hub.inner();
        if !matches!(command, Command::Inspect(_)) {
            if *inner.wheel.get_or_insert(self.number) != self.number {
                return false;
            }
        } else if let Some(member) = inner.listeners.get_mut(&self.number) {
            member.questions += 1;
        }
        inner.client.send(command);
        true
    }

    /// Tells this listener something that concerns it alone.
    pub fn tell(&self, event: Event) {
        if let Some(member) = self.hub.inner().listeners.get(&self.number) {
            member.outbox.send(event);
        }
    }

    /// The listener is gone: its events end, and somebody else may steer.
    pub fn leave(&self) {
        let mut inner = self.hub.inner();
        if inner.listeners.remove(&self.number).is_some() {
            inner.wheel = inner.wheel.filter(|wheel| *wheel != self.number);
            inner.alone_since = Instant::now();
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.voice.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::protocol::Question;
    use super::*;

    #[test]
    fn a_late_listener_hears_all_one_steers_and_answers_go_to_who_asked() {
        let (client, inbox, outbox, events) = channel();
        let hub = Hub::start(client, events).unwrap();
        outbox.send(Event::Log("first".into()));
        let mut early = hub.join();
        assert_eq!(early.events.recv(), Some(Event::Log("first".into())));
        let mut late = hub.join();
        assert_eq!(late.events.recv(), Some(Event::Log("first".into())));

        assert!(early.voice.command(Command::Pause));
        assert!(!late.voice.command(Command::Stop), "another one steers");
        assert!(late.voice.command(Command::Inspect(Question::Confusion)), "looking is free");
        assert_eq!((inbox.wait(), inbox.wait()), (Command::Pause, Command::Inspect(Question::Confusion)));
        let answer = Event::Inspected(Box::new(super::super::super::protocol::Inspection::Nothing(
            Default::default(),
        )));
        outbox.send(answer.clone());
        outbox.send(Event::Log("second".into()));
        assert_eq!(late.events.recv(), Some(answer));
        assert_eq!(early.events.recv(), Some(Event::Log("second".into())));

        drop(early);
        assert!(late.voice.command(Command::Stop), "the wheel is free again");
        assert_eq!(hub.alone(), Duration::ZERO);
        drop(outbox);
        assert_eq!(late.events.recv(), Some(Event::Log("second".into())));
        assert_eq!(late.events.recv(), None);
        assert!(hub.has_ended());
    }
}
