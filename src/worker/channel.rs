//! The in-process channel between a listener and the worker.
//!
//! Commands queue up. Events queue up too, except that step reports nobody has taken yet are summed into one, so a
//! slow or stopped listener neither slows training nor grows memory with every step.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel as commands};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::protocol::{Command, Event};

/// Sends commands to the worker.
#[derive(Clone, Debug)]
pub struct Client(Sender<Command>);

impl Client {
    /// Sends a command; it is looked at between two steps. To a worker that has ended it is lost, which
    /// [`Events`] shows by ending.
    pub fn send(&self, command: Command) {
        let _ = self.0.send(command);
    }
}

/// The commands as the worker takes them.
#[derive(Debug)]
pub struct Inbox(Receiver<Command>);

impl Inbox {
    /// The next command, if one waits. When every [`Client`] is gone there is nobody to train for: that reads as
    /// [`Command::Shutdown`].
    pub fn poll(&self) -> Option<Command> {
        match self.0.try_recv() {
            Ok(command) => Some(command),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Command::Shutdown),
        }
    }

    /// Waits for the next command; [`Command::Shutdown`] when every [`Client`] is gone.
    pub fn wait(&self) -> Command {
        self.0.recv().unwrap_or(Command::Shutdown)
    }
}

#[derive(Default)]
struct Queue {
    pending: VecDeque<Event>,
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
}

impl Shared {
    fn put(&self, event: Event) {
        let mut queue = self.queue();
        if queue.deaf || queue.ended {
            return;
        }
        if let (Some(Event::Step(waiting)), Event::Step(new)) = (queue.pending.back_mut(), &event)
            && waiting.epoch == new.epoch
        {
            *waiting = waiting.and(new);
            return;
        }
        queue.pending.push_back(event);
        drop(queue);
        self.wake();
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
                if let Some(event) = queue.pending.pop_front() {
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
            .pop_front()
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
        match queue.pending.pop_front() {
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
    let (sender, receiver) = commands();
    let shared = Arc::new(Shared::default());
    (Client(sender), Inbox(receiver), Outbox(shared.clone()), Events(shared))
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
        assert_eq!(inbox.poll(), Some(Command::Pause));
        assert_eq!(inbox.poll(), None);
        drop(client);
        assert_eq!((inbox.poll(), inbox.wait()), (Some(Command::Shutdown), Command::Shutdown));
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
