//! Events that nobody has taken yet, in their order and of bounded number: what grows with the length of a training
//! is summed up, and what is left out is counted and told.

use std::collections::VecDeque;

use super::protocol::Event;

/// More step reports than this are halved: two that follow each other become one.
const STEPS: usize = 8192;
/// More epoch reports than this are halved: every second one is left out.
const EPOCHS: usize = 2048;
/// More reports of what the worker does than this are left out, but for the newest.
const PHASES: usize = 4096;
/// The most lines for the log that are kept: the newest ones.
const LINES: usize = 1000;

/// What an event counts as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Step,
    Epoch,
    Phase,
    Line,
    /// Few in a training, or asked for: never left out.
    Other,
}

impl Kind {
    fn of(event: &Event) -> Self {
        match event {
            Event::Step(_) => Kind::Step,
            Event::Epoch(_) => Kind::Epoch,
            Event::Phase(_) => Kind::Phase,
            Event::Log(_) | Event::Checkpoint { .. } | Event::Trouble(_) => Kind::Line,
            Event::Preparing(_)
            | Event::Started(_)
            | Event::Past(_)
            | Event::Reply { .. }
            | Event::Keeping { .. }
            | Event::Finished(_)
            | Event::Failed(_)
            | Event::Connection(_) => Kind::Other,
        }
    }
}

/// The events, and what was left out of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Backlog {
    events: VecDeque<Event>,
    steps: usize,
    epochs: usize,
    phases: usize,
    lines: usize,
    left_out_lines: u64,
    left_out_epochs: u64,
}

impl Backlog {
    /// Adds an event; a step report becomes one with the step report of its epoch before it.
    pub(super) fn sum_up(&mut self, event: Event) {
        if let (Some(Event::Step(before)), Event::Step(new)) = (self.events.back_mut(), &event)
            && before.epoch == new.epoch
        {
            *before = before.and(new);
            return;
        }
        self.push(event);
    }

    /// Adds an event.
    pub(super) fn push(&mut self, event: Event) {
        if let Some(count) = self.count(Kind::of(&event)) {
            *count += 1;
        }
        self.events.push_back(event);
        if self.lines > LINES {
            self.leave_out_oldest_line();
        }
        if self.epochs > EPOCHS || self.phases > PHASES {
            self.leave_out_epochs_and_phases();
        }
        if self.steps > STEPS {
            self.halve_steps();
        }
    }

    /// Takes the oldest event. What was left out is told before it.
    pub(super) fn pop(&mut self) -> Option<Event> {
        if let Some(line) = self.left_out() {
            (self.left_out_lines, self.left_out_epochs) = (0, 0);
            return Some(Event::Log(line));
        }
        let event = self.events.pop_front()?;
        if let Some(count) = self.count(Kind::of(&event)) {
            *count -= 1;
        }
        Some(event)
    }

    /// The events, oldest first; what was left out is told before them.
    pub(super) fn iter(&self) -> impl Iterator<Item = Event> {
        self.left_out().map(Event::Log).into_iter().chain(self.events.iter().cloned())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    pub(super) fn clear(&mut self) {
        *self = Backlog::default();
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    fn left_out(&self) -> Option<String> {
        match (self.left_out_lines, self.left_out_epochs) {
            (0, 0) => None,
            (lines, 0) => Some(format!("… {lines} lines were dropped")),
            (0, epochs) => Some(format!("… {epochs} epoch reports were left out")),
            (lines, epochs) => {
                Some(format!("… {lines} lines were dropped, and {epochs} epoch reports left out"))
            }
        }
    }

    /// How many there are of a kind, where that is counted.
    fn count(&mut self, kind: Kind) -> Option<&mut usize> {
        match kind {
            Kind::Step => Some(&mut self.steps),
            Kind::Epoch => Some(&mut self.epochs),
            Kind::Phase => Some(&mut self.phases),
            Kind::Line => Some(&mut self.lines),
            Kind::Other => None,
        }
    }

    fn leave_out_oldest_line(&mut self) {
        if let Some(oldest) = self.events.iter().position(|event| Kind::of(event) == Kind::Line) {
            self.events.remove(oldest);
            self.lines -= 1;
            self.left_out_lines += 1;
        }
    }

    /// Every second epoch goes, the newest stays; of the phases only the newest is still true.
    fn leave_out_epochs_and_phases(&mut self) {
        let (mut epochs_behind, mut phases_behind) = (self.epochs, self.phases);
        self.events.retain(|event| match Kind::of(event) {
            Kind::Epoch => {
                epochs_behind -= 1;
                epochs_behind.is_multiple_of(2)
            }
            Kind::Phase => {
                phases_behind -= 1;
                phases_behind == 0
            }
            Kind::Step | Kind::Line | Kind::Other => true,
        });
        let stay = self.epochs.div_ceil(2);
        self.left_out_epochs += (self.epochs - stay) as u64;
        (self.epochs, self.phases) = (stay, self.phases.min(1));
    }

    /// Two step reports with no epoch's end between them become one.
    fn halve_steps(&mut self) {
        let mut halved: VecDeque<Event> = VecDeque::with_capacity(self.events.len());
        // Where the step report stands that has no partner yet.
        let mut alone = None;
        for event in self.events.drain(..) {
            match (&event, alone.take()) {
                (Event::Step(second), Some(at)) => {
                    if let Some(Event::Step(first)) = halved.get_mut(at) {
                        *first = first.and(second);
                    }
                    self.steps -= 1;
                    continue;
                }
                (Event::Step(_), None) => alone = Some(halved.len()),
                (Event::Epoch(_), _) => {}
                (_, before) => alone = before,
            }
            halved.push_back(event);
        }
        self.events = halved;
    }
}

#[cfg(test)]
mod tests {
    use super::super::protocol::{EpochReport, LearningRate, Phase, Reply, RequestId, Scores, StepReport};
    use super::*;

    fn step(step: u64, epoch: u32) -> Event {
        Event::Step(StepReport {
            step,
            epoch,
            scores: Scores { loss: 1.0, ..Scores::default() },
            steps: 1,
            learning_rate: LearningRate::constant(0.1),
            samples: 1,
            seconds: 1.0,
        })
    }

    fn epoch(epoch: u32) -> Event {
        Event::Epoch(Box::new(EpochReport {
            epoch,
            step: u64::from(epoch),
            training: Scores::default(),
            validation: None,
            learning_rate: 0.1,
            samples: 1,
            seconds: 1.0,
        }))
    }

    fn drained(mut backlog: Backlog) -> Vec<Event> {
        std::iter::from_fn(|| backlog.pop()).collect()
    }

    #[test]
    fn forty_thousand_epochs_take_bounded_room_count_every_step_and_say_how_many_reports_are_missing() {
        let mut backlog = Backlog::default();
        for number in 1..=40_000 {
            backlog.sum_up(Event::Phase(Phase::Training));
            backlog.sum_up(step(u64::from(number), number));
            backlog.sum_up(Event::Phase(Phase::Evaluating));
            backlog.sum_up(epoch(number));
        }
        assert!(backlog.len() < STEPS + EPOCHS + PHASES, "{}", backlog.len());
        let events = drained(backlog);
        let epochs: Vec<u32> = events
            .iter()
            .filter_map(|event| match event {
                Event::Epoch(report) => Some(report.epoch),
                _ => None,
            })
            .collect();
        assert_eq!(events[0], Event::Log(format!("… {} epoch reports were left out", 40_000 - epochs.len())));
        assert!(epochs.len() > EPOCHS / 2 && epochs.is_sorted(), "{}", epochs.len());
        assert_eq!(epochs.last(), Some(&40_000));
        let steps: Vec<&StepReport> = events
            .iter()
            .filter_map(|event| match event {
                Event::Step(report) => Some(report),
                _ => None,
            })
            .collect();
        assert_eq!(steps.iter().map(|report| u64::from(report.steps)).sum::<u64>(), 40_000);
        assert!(steps.is_sorted_by_key(|report| report.step));
        let mut phases = events.iter().filter(|event| matches!(event, Event::Phase(_)));
        assert_eq!(phases.next_back(), Some(&Event::Phase(Phase::Evaluating)));
    }

    #[test]
    fn the_oldest_lines_are_dropped_and_counted_and_replies_never() {
        let mut backlog = Backlog::default();
        let reply = |number| Event::Reply { to: RequestId { asker: 0, number }, reply: Reply::Done };
        for number in 0..5000 {
            backlog.push(Event::Log(number.to_string()));
            backlog.push(reply(number));
        }
        let events = drained(backlog);
        assert_eq!(events[0], Event::Log("… 4000 lines were dropped".into()));
        let lines: Vec<&Event> = events[1..].iter().filter(|event| matches!(event, Event::Log(_))).collect();
        assert_eq!((lines.len(), lines[0]), (LINES, &Event::Log("4000".into())));
        let replies = events.iter().filter(|event| matches!(event, Event::Reply { .. }));
        assert!(replies.eq((0..5000).map(reply).collect::<Vec<_>>().iter()));
    }
}
