//! Spreads the worker's events to all who listen, tells late comers what was before, and takes commands from one.
//!
//! The worker knows one client, the hub. A request of a listener goes to it under the listener's number, and the reply
//! comes back under that number and is moved to the listener: no answer, however large, is copied or kept here.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::super::channel::{Client, Events, Outbox, Waited, channel};
use super::super::protocol::{Command, Event, Phase, Reply, Request, RequestId, Steering};
use super::door;
use super::history::History;

/// The time between two rounds of passing events on. A thread that wakes at every step would hold up training.
const PACE: Duration = Duration::from_millis(20);

/// What a listener is told that is not the controller.
const NOT_THE_CONTROLLER: &str = "another terminal steers this training: T takes over";

/// The middle of a worker and its listeners; its clones are the same one.
#[derive(Clone)]
pub struct Hub(Arc<Shared>);

struct Shared {
    inner: Mutex<Inner>,
    /// The worker has ended, or a writer has.
    ending: Condvar,
}

struct Inner {
    client: Client,
    history: History,
    listeners: HashMap<u64, Outbox>,
    /// Listeners so far. The first has the number 1: 0 is the hub's own process.
    joined: u64,
    /// The listener that steers, from its first command until it leaves.
    controller: Option<u64>,
    /// Threads that write to listeners in other processes.
    writers: usize,
    /// Since when nobody listens.
    alone_since: Instant,
    /// Its training is over; it only answers questions.
    over: bool,
    /// The worker has ended.
    ended: bool,
}

impl Inner {
    /// Lets this listener steer, or the first that wants to, and tells all.
    fn give_control(&mut self, to: Option<u64>) {
        self.controller = to;
        for (number, outbox) in &self.listeners {
            outbox.send(Event::Steering(match to {
                None => Steering::Free,
                Some(controller) if controller == *number => Steering::Here,
                Some(_) => Steering::Elsewhere,
            }));
        }
    }
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
        let inner = Inner {
            client,
            history: History::default(),
            listeners: HashMap::new(),
            joined: 0,
            controller: None,
            writers: 0,
            alone_since: Instant::now(),
            over: false,
            ended: false,
        };
        let hub = Hub(Arc::new(Shared { inner: Mutex::new(inner), ending: Condvar::new() }));
        let spreading = hub.clone();
        std::thread::Builder::new().name("hub".into()).spawn(move || {
            let mut door = None;
            let mut at_hand = None;
            while let Some(event) = at_hand.take().or_else(|| events.recv()) {
                if let Event::Keeping { folder, .. } = &event {
                    match door::open(Path::new(folder), &spreading) {
                        Ok(opened) => door = Some(opened),
                        Err(error) => spreading.spread(Event::Log(format!("nobody can attach: {error}"))),
                    }
                }
                let is_step = matches!(event, Event::Step(_));
                spreading.spread(event);
                // This thread sleeps only when there is nothing else to do: short epochs bring many events a second.
                match is_step.then(|| events.recv_timeout(Duration::ZERO)) {
                    Some(Waited::Event(next)) => at_hand = Some(next),
                    Some(Waited::TimedOut) => std::thread::sleep(PACE),
                    Some(Waited::Ended) | None => {}
                }
            }
            drop(door);
            let mut inner = spreading.inner();
            inner.ended = true;
            inner.listeners.clear();
            drop(inner);
            spreading.0.ending.notify_all();
        })?;
        Ok(hub)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Its parts fit together between any two statements that hold the lock.
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes an event on to all listeners, and keeps it for later ones.
    pub(super) fn spread(&self, event: Event) {
        let mut inner = self.inner();
        match event {
            // The reply goes to its listener. One that has left, or the hub's own process, waits for no reply.
            Event::Reply { to: RequestId { asker, number }, reply } => {
                if let Some(outbox) = inner.listeners.get(&asker) {
                    outbox.reply(RequestId { asker: 0, number }, reply);
                }
                return;
            }
            Event::Phase(Phase::Idle) => inner.over = true,
            Event::Started(_) => inner.over = false,
            _ => {}
        }
        inner.history.push(event.clone());
        inner.listeners.values().for_each(|outbox| outbox.send(event.clone()));
    }

    /// Lets another listener in.
    pub fn join(&self) -> Listener {
        let (_, _, outbox, events) = channel();
        let mut inner = self.inner();
        inner.history.events().for_each(|event| outbox.send(event));
        if inner.controller.is_some() {
            outbox.send(Event::Steering(Steering::Elsewhere));
        }
        inner.joined += 1;
        let number = inner.joined;
        if !inner.ended {
            inner.listeners.insert(number, outbox);
        }
        Listener { events, voice: Voice { hub: self.clone(), number } }
    }

    /// Counts a thread that writes to a listener, until it drops what it gets here.
    pub(super) fn writer(&self) -> Writer {
        self.inner().writers += 1;
        Writer(self.clone())
    }

    /// The number of listeners in other processes.
    pub(super) fn writers(&self) -> usize {
        self.inner().writers
    }

    /// Waits until the worker has ended and every listener has been written its last event, but not beyond `limit`.
    /// Gives whether all were.
    pub fn wait_for_writers(&self, limit: Duration) -> bool {
        let is_writing = |inner: &mut Inner| !inner.ended || inner.writers > 0;
        let waited = self.0.ending.wait_timeout_while(self.inner(), limit, is_writing);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
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

    /// Sends a command to the worker, no matter who steers; waits while too many requests are queued. The reply is
    /// dropped.
    pub fn send(&self, command: Command) {
        let client = self.inner().client.clone();
        client.send_when_free(command);
    }
}

impl Voice {
    /// A listener's request. Looking is free to all; the first that wants more is the controller until it leaves. What
    /// another listener wants is refused, by a reply to it; the controller is not disturbed. Gives whether the request
    /// went to the worker.
    pub fn request(&self, Request { id, command }: Request) -> bool {
        let mut inner = self.hub.inner();
        // The last messages of a listener that has left may still be read: it must not become the controller for ever.
        if !inner.listeners.contains_key(&self.number) {
            return false;
        }
        let is_question = matches!(command, Command::Inspect(_));
        let takes_over = command == Command::TakeOver;
        if !is_question {
            match inner.controller {
                Some(controller) if controller == self.number => {}
                Some(_) if !takes_over => {
                    drop(inner);
                    self.tell(Event::Reply { to: id, reply: Reply::Refused(NOT_THE_CONTROLLER.into()) });
                    return false;
                }
                Some(_) | None => inner.give_control(Some(self.number)),
            }
        }
        if takes_over {
            drop(inner);
            self.tell(Event::Reply { to: id, reply: Reply::Done });
            return false;
        }
        let id = RequestId { asker: self.number, number: id.number };
        inner.client.request(Request { id, command });
        true
    }

    /// Tells this listener something that concerns it alone.
    pub fn tell(&self, event: Event) {
        if let Some(outbox) = self.hub.inner().listeners.get(&self.number) {
            outbox.send(event);
        }
    }

    /// The number of events that wait for this listener and are never left out.
    pub(super) fn backlog(&self) -> usize {
        self.hub.inner().listeners.get(&self.number).map_or(0, Outbox::backlog)
    }

    /// The listener is gone: its events end, and another may become the controller.
    pub fn leave(&self) {
        let mut inner = self.hub.inner();
        if inner.listeners.remove(&self.number).is_some() {
            if inner.controller == Some(self.number) {
                inner.give_control(None);
            }
            inner.alone_since = Instant::now();
        }
    }
}

/// A thread that writes to a listener in another process.
pub(super) struct Writer(Hub);

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.inner().writers -= 1;
        self.0.0.ending.notify_all();
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.voice.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::protocol::{Filter, Inspection, Question};
    use super::*;

    fn request(number: u64, command: Command) -> Request {
        Request { id: RequestId { asker: 0, number }, command }
    }

    fn sample(position: i64) -> Command {
        Command::Inspect(Question::Sample { position, filter: Filter::All })
    }

    #[test]
    fn a_late_listener_hears_all_and_one_is_the_controller() {
        let (client, inbox, outbox, events) = channel();
        let hub = Hub::start(client, events).unwrap();
        outbox.send(Event::Log("first".into()));
        let mut early = hub.join();
        assert_eq!(early.events.recv(), Some(Event::Log("first".into())));
        let mut late = hub.join();
        assert_eq!(late.events.recv(), Some(Event::Log("first".into())));

        assert!(early.voice.request(request(1, Command::Pause)));
        assert_eq!(early.events.recv(), Some(Event::Steering(Steering::Here)));
        assert_eq!(late.events.recv(), Some(Event::Steering(Steering::Elsewhere)));
        assert!(!late.voice.request(request(7, Command::Stop)), "another one steers");
        let Some(Event::Reply { to, reply: Reply::Refused(reason) }) = late.events.recv() else {
            panic!("the refusal is a reply")
        };
        assert_eq!((to.number, reason), (7, NOT_THE_CONTROLLER.to_owned()));
        assert!(late.voice.request(request(8, sample(0))), "looking is free");
        assert_eq!((inbox.wait().command, inbox.wait().command), (Command::Pause, sample(0)));
        outbox.send(Event::Log("second".into()));
        assert_eq!(early.events.recv(), Some(Event::Log("second".into())));

        assert_eq!(hub.join().events.recv(), Some(Event::Log("first".into())));
        assert!(!late.voice.request(request(10, Command::TakeOver)), "the worker does not hear of it");
        assert_eq!(early.events.recv(), Some(Event::Steering(Steering::Elsewhere)));
        assert_eq!(late.events.recv(), Some(Event::Log("second".into())));
        assert_eq!(late.events.recv(), Some(Event::Steering(Steering::Here)));
        assert!(matches!(late.events.recv(), Some(Event::Reply { reply: Reply::Done, .. })));
        assert!(early.voice.request(request(11, sample(1))), "looking is free");
        assert_eq!(inbox.wait().command, sample(1));
        drop(early);
        assert!(late.voice.request(request(9, Command::Stop)), "nobody steers any more");
        assert_eq!(hub.alone(), Duration::ZERO);
        drop(outbox);
        assert_eq!(late.events.recv(), None);
        assert!(hub.has_ended() && hub.wait_for_writers(Duration::ZERO));
    }

    #[test]
    fn each_listener_gets_the_replies_to_its_own_requests_under_its_own_names() {
        let (client, inbox, outbox, events) = channel();
        let hub = Hub::start(client, events).unwrap();
        let mut listeners = [hub.join(), hub.join()];
        // In turn, and under the same names.
        for turn in 1..=3 {
            for (listener, position) in listeners.iter().zip([turn, 100 + turn]) {
                assert!(listener.voice.request(request(turn as u64, sample(position))));
            }
        }
        // The worker says which sample it was asked for, the last question first.
        let mut asked: Vec<Request> = (0..6).map(|_| inbox.wait()).collect();
        asked.reverse();
        for Request { id, command } in asked {
            let Command::Inspect(Question::Sample { position, .. }) = command else { panic!("{command:?}") };
            outbox.reply(id, Reply::Refused(position.to_string()));
        }
        outbox.send(Event::Log("all".into()));
        drop(outbox);
        for (listener, base) in listeners.iter_mut().zip([0, 100]) {
            for turn in [3, 2, 1] {
                let to = RequestId { asker: 0, number: turn as u64 };
                let reply = Reply::Refused((base + turn).to_string());
                assert_eq!(listener.events.recv(), Some(Event::Reply { to, reply }));
            }
            assert_eq!(listener.events.recv(), Some(Event::Log("all".into())));
            assert_eq!(listener.events.recv(), None);
        }
        // Nor does a late comer hear of them.
        assert_eq!(hub.join().events.recv(), Some(Event::Log("all".into())));
    }

    #[test]
    fn a_listener_that_has_left_cannot_become_the_controller() {
        let (client, inbox, _outbox, events) = channel();
        let hub = Hub::start(client, events).unwrap();
        let listener = hub.join();
        let left = listener.voice.clone();
        drop(listener);
        assert!(!left.request(request(1, Command::Pause)));
        let here = hub.join();
        assert!(here.voice.request(request(2, Command::Pause)));
        assert_eq!(inbox.wait().id.number, 2);
    }

    #[test]
    fn an_answer_is_moved_to_who_asked_and_not_copied() {
        let (client, inbox, outbox, events) = channel();
        let hub = Hub::start(client, events).unwrap();
        let mut listeners = [hub.join(), hub.join()];
        assert!(listeners[1].voice.request(request(1, sample(0))));
        let answer = Box::new(Inspection::Nothing(Filter::All));
        let place: *const Inspection = &*answer;
        outbox.reply(inbox.wait().id, Reply::Inspected(answer));
        let Some(Event::Reply { reply: Reply::Inspected(answer), .. }) = listeners[1].events.recv() else {
            panic!("the answer comes")
        };
        assert!(std::ptr::eq(place, &*answer));
        assert_eq!(listeners[0].events.recv_timeout(Duration::ZERO), Waited::TimedOut);
    }

    #[test]
    fn the_end_is_waited_for_until_every_writer_has_told_it_but_not_for_ever() {
        let (client, _inbox, outbox, events) = channel();
        let hub = Hub::start(client, events).unwrap();
        let writer = hub.writer();
        assert!(!hub.wait_for_writers(Duration::from_millis(10)), "the worker is there");
        drop(outbox);
        assert!(!hub.wait_for_writers(Duration::from_millis(10)), "one writes still");
        let waiting = {
            let hub = hub.clone();
            std::thread::spawn(move || hub.wait_for_writers(Duration::from_secs(60)))
        };
        drop(writer);
        assert!(waiting.join().unwrap());
    }
}
