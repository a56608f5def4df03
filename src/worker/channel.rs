//! The in-process channel between a listener and the worker. It is bounded both ways.
//!
//! Requests queue up to [`REQUESTS`]; one more is refused. Events queue up in a [`Backlog`], which sums up step reports
//! that nobody has taken yet, so a slow or stopped listener neither slows training nor grows memory with every step.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::backlog::Backlog;
use super::protocol::{Command, Event, Reply, Request, RequestId};
use crate::nn::Interrupt;

/// The most requests that wait for the worker. It takes them between two steps, faster than keys held down send them.
pub const REQUESTS: usize = 256;

/// The reply to a request beyond [`REQUESTS`].
pub(super) fn too_many() -> Reply {
    Reply::Refused(format!("the engine is busy: {REQUESTS} requests wait for it already"))
}

/// Sends requests to the worker.
#[derive(Clone)]
pub struct Client {
    sender: SyncSender<Request>,
    /// Requests that it named.
    named: Arc<AtomicU64>,
    shared: Arc<Shared>,
}

impl Client {
    /// Asks for something, under a name that this client has not used before. It is looked at between two steps.
    pub fn send(&self, command: Command) -> RequestId {
        let id = RequestId { asker: 0, number: self.named.fetch_add(1, Ordering::Relaxed) + 1 };
        self.request(Request { id, command });
        id
    }

    /// The same with a name of the caller's. When too many requests wait this one is refused, by a reply. To a worker
    /// that has ended it is lost, which [`Events`] shows by ending.
    pub fn request(&self, request: Request) {
        let ends = request.command.ends_training();
        if let Err(TrySendError::Full(Request { id, .. })) = self.sender.try_send(request) {
            self.shared.put(Event::Reply { to: id, reply: too_many() });
        } else if ends {
            self.shared.interrupt.raise();
        }
    }

    /// Asks for something that must not be refused for want of room: waits until there is some. The reply goes to the
    /// number 0, which no request has that is waited for.
    pub fn send_when_free(&self, command: Command) {
        let ends = command.ends_training();
        if ends {
            // So that a worker in a long step makes room.
            self.shared.interrupt.raise();
        }
        // A worker that has ended wants no more commands.
        let _ = self.sender.send(Request { id: RequestId::default(), command });
        if ends {
            self.shared.interrupt.raise();
        }
    }
}

/// The requests as the worker takes them. Those that it leaves are refused when it is dropped.
pub struct Inbox {
    receiver: Receiver<Request>,
    shared: Arc<Shared>,
}

impl Inbox {
    /// The next request, if one waits. When every [`Client`] is gone there is nobody to train for: that reads as
    /// [`Command::Shutdown`].
    pub fn poll(&self) -> Option<Request> {
        match self.receiver.try_recv() {
            Ok(request) => Some(request),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(nobody_is_left()),
        }
    }

    /// Is raised when a command has been sent that ends a training, for steps that take long.
    pub fn interrupt(&self) -> &Interrupt {
        &self.shared.interrupt
    }

    /// Waits for the next request; [`Command::Shutdown`] when every [`Client`] is gone.
    pub fn wait(&self) -> Request {
        self.receiver.recv().unwrap_or_else(|_| nobody_is_left())
    }
}

impl Inbox {
    /// Waits at most `limit` for the next request.
    pub fn wait_for(&self, limit: Duration) -> Option<Request> {
        match self.receiver.recv_timeout(limit) {
            Ok(request) => Some(request),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(nobody_is_left()),
        }
    }
}

fn nobody_is_left() -> Request {
    Request { id: RequestId::default(), command: Command::Shutdown }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        while let Ok(Request { id, .. }) = self.receiver.try_recv() {
            self.shared.put(Event::Reply { to: id, reply: Reply::Refused("the engine has ended".into()) });
        }
    }
}

#[derive(Default)]
struct Queue {
    pending: Backlog,
    /// No event will come any more.
    ended: bool,
    /// Nobody will take an event any more.
    deaf: bool,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    arrival: Condvar,
    arrival_async: Notify,
    interrupt: Interrupt,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // A queue is whole between any two statements that hold the lock.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        self.arrival.notify_one();
        self.arrival_async.notify_one();
    }
}

/// Where the worker puts its events; dropping it ends [`Events`].
pub struct Outbox(Arc<Shared>);

impl Outbox {
    /// Reports an event; never waits for the listener.
    pub fn send(&self, event: Event) {
        self.0.put(event);
    }

    /// Replies to a request.
    pub fn reply(&self, to: RequestId, reply: Reply) {
        self.send(Event::Reply { to, reply });
    }

    /// The number of events that wait and are never left out: replies, and the events that begin and end a training.
    pub fn backlog(&self) -> usize {
        self.0.queue().pending.others()
    }

    /// A way to report from another thread; it does not keep [`Events`] from ending.
    pub fn reporter(&self) -> Reporter {
        Reporter(self.0.clone())
    }
}

/// Reports from a thread beside the worker's.
#[derive(Clone)]
pub struct Reporter(Arc<Shared>);

impl Reporter {
    /// Reports an event; never waits for the listener, and does nothing once the worker has ended.
    pub fn send(&self, event: Event) {
        self.0.put(event);
    }

    /// As [`Outbox::backlog`].
    pub fn backlog(&self) -> usize {
        self.0.queue().pending.others()
    }
}

impl Shared {
    fn put(&self, event: Event) {
        let mut queue = self.queue();
        if queue.deaf || queue.ended {
            return;
        }
        let was_empty = queue.pending.is_empty();
        queue.pending.sum_up(event);
        drop(queue);
        // A listener that has not taken what waits has been woken for that.
        if was_empty {
            self.wake();
        }
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.0.queue().ended = true;
        self.0.wake();
    }
}

/// What the worker reports, in order. After the last event it ends.
pub struct Events(Arc<Shared>);

/// What a wait with a limit gave.
#[derive(Debug, PartialEq)]
pub enum Waited {
    /// An event.
    Event(Event),
    /// Nothing within the time.
    TimedOut,
    /// The worker has ended.
    Ended,
}

impl Events {
    /// The next event; `None` when the worker has ended. Safe to cancel: no event is lost in a `select!`.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            {
                let mut queue = self.0.queue();
                if let Some(event) = queue.pending.pop() {
                    return Some(event);
                }
                if queue.ended {
                    return None;
                }
            }
            // An arrival between the look and this wait has left its permit.
            self.0.arrival_async.notified().await;
        }
    }

    /// Waits for the next event, blocking the thread; `None` when the worker has ended.
    pub fn recv(&mut self) -> Option<Event> {
        let queue = self.0.queue();
        self.0
            .arrival
            .wait_while(queue, |queue| queue.pending.is_empty() && !queue.ended)
            .unwrap_or_else(PoisonError::into_inner)
            .pending
            .pop()
    }

    /// Waits at most `limit` for the next event, blocking the thread.
    pub fn recv_timeout(&mut self, limit: Duration) -> Waited {
        let until = Instant::now() + limit;
        let queue = self.0.queue();
        let (mut queue, _) = self
            .0
            .arrival
            .wait_timeout_while(queue, until.saturating_duration_since(Instant::now()), |queue| {
                queue.pending.is_empty() && !queue.ended
            })
            .unwrap_or_else(PoisonError::into_inner);
        match queue.pending.pop() {
            Some(event) => Waited::Event(event),
            None if queue.ended => Waited::Ended,
            None => Waited::TimedOut,
        }
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        let mut queue = self.0.queue();
        queue.deaf = true;
        queue.pending.clear();
    }
}

/// The four ends of the channel.
pub fn channel() -> (Client, Inbox, Outbox, Events) {
    let (sender, receiver) = sync_channel(REQUESTS);
    let shared = Arc::new(Shared::default());
    let client = Client { sender, named: Arc::default(), shared: shared.clone() };
    (client, Inbox { receiver, shared: shared.clone() }, Outbox(shared.clone()), Events(shared))
}

/// Runs `engine` on a thread of its own; its panic is an [`Event::Failed`] to the listener.
///
/// # Errors
/// When the system refuses another thread.
pub fn spawn_with(engine: impl FnOnce(Inbox, &Outbox) + Send + 'static) -> std::io::Result<(Client, Events)> {
    let (client, inbox, outbox, events) = channel();
    std::thread::Builder::new().name("worker".into()).spawn(move || {
        let run = std::panic::AssertUnwindSafe(|| engine(inbox, &outbox));
        if let Err(panic) = std::panic::catch_unwind(run) {
            let what = panic.downcast_ref::<String>().map(String::as_str);
            let what = what.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("unknown");
            outbox.send(Event::Failed(format!("internal error: {what}")));
        }
    })?;
    Ok((client, events))
}

#[cfg(test)]
mod tests {
    use super::super::protocol::{LearningRate, Scores, StepReport};
    use super::*;

    fn step(step: u64, epoch: u32, loss: f64) -> Event {
        Event::Step(StepReport {
            step,
            epoch,
            scores: Scores { loss, accuracy: Some(loss / 10.0), ..Scores::default() },
            steps: 1,
            learning_rate: LearningRate::constant(0.1),
            samples: 1,
            seconds: 1.0,
            time: 0.0,
        })
    }

    fn ended() -> Event {
        Event::Log("end".into())
    }

    #[test]
    fn steps_that_nobody_took_are_summed_with_their_means() {
        let (_client, _inbox, outbox, mut events) = channel();
        (1..=4).for_each(|i| outbox.send(step(i, 1, i as f64)));
        let Some(Event::Step(report)) = events.recv() else { panic!("a step report was due") };
        assert_eq!((report.step, report.steps, report.samples, report.seconds), (4, 4, 4, 4.0));
        assert!((report.scores.loss - 2.5).abs() < 1e-12);
        assert!((report.scores.accuracy.unwrap() - 0.25).abs() < 1e-12);
        assert_eq!(events.recv_timeout(Duration::ZERO), Waited::TimedOut);
    }

    #[test]
    fn other_events_and_epochs_keep_their_place_between_steps() {
        let (_client, _inbox, outbox, mut events) = channel();
        for event in [step(1, 1, 1.0), ended(), step(2, 1, 2.0), step(3, 2, 3.0)] {
            outbox.send(event);
        }
        drop(outbox);
        let got: Vec<Event> = std::iter::from_fn(|| events.recv()).collect();
        assert_eq!(got, [step(1, 1, 1.0), ended(), step(2, 1, 2.0), step(3, 2, 3.0)]);
    }

    #[test]
    fn a_million_steps_without_a_listener_take_one_place() {
        let (_client, _inbox, outbox, events) = channel();
        (1..=1_000_000).for_each(|i| outbox.send(step(i, 1, 1.0)));
        assert_eq!(events.0.queue().pending.len(), 1);
        drop(events);
        outbox.send(ended());
        assert_eq!(outbox.0.queue().pending.len(), 0);
    }

    #[test]
    fn a_worker_whose_clients_are_gone_is_told_to_shut_down() {
        let (client, inbox, _outbox, _events) = channel();
        client.send(Command::Pause);
        assert_eq!(inbox.poll().map(|request| request.command), Some(Command::Pause));
        assert_eq!(inbox.poll(), None);
        drop(client);
        assert_eq!(inbox.poll().map(|request| request.command), Some(Command::Shutdown));
        assert_eq!(inbox.wait().command, Command::Shutdown);
    }

    #[test]
    fn a_request_too_many_is_refused_at_once_and_those_that_a_worker_leaves_at_its_end() {
        let (client, inbox, _outbox, mut events) = channel();
        let ids: Vec<RequestId> = (0..=REQUESTS).map(|_| client.send(Command::Step)).collect();
        let refused = |event| match event {
            Some(Event::Reply { to, reply: Reply::Refused(_) }) => Some(to),
            _ => None,
        };
        assert_eq!(refused(events.recv()), ids.last().copied());
        assert_eq!(inbox.poll().map(|request| request.id), ids.first().copied());
        drop(inbox);
        let left = std::iter::from_fn(|| match events.recv_timeout(Duration::ZERO) {
            Waited::Event(event) => refused(Some(event)),
            Waited::TimedOut | Waited::Ended => None,
        });
        assert!(left.eq(ids[1..REQUESTS].iter().copied()));
    }

    #[test]
    fn every_step_is_counted_once_while_the_listener_reads_along() {
        const STEPS: u64 = 20_000;
        let (_client, mut events) =
            spawn_with(|_, outbox| (1..=STEPS).for_each(|i| outbox.send(step(i, 1, 1.0)))).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (mut counted, mut last) = (0, 0);
        while let Some(Event::Step(report)) = runtime.block_on(events.next()) {
            assert!(report.step > last);
            last = report.step;
            counted += u64::from(report.steps);
        }
        assert_eq!((counted, last), (STEPS, STEPS));
    }

    #[test]
    fn a_panic_in_the_engine_reaches_the_listener_and_ends_the_events() {
        let (_client, mut events) = spawn_with(|_, _| panic!("out of {}", "luck")).unwrap();
        assert_eq!(events.recv(), Some(Event::Failed("internal error: out of luck".into())));
        assert_eq!(events.recv(), None);
    }
}
