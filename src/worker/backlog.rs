//! Events that nobody has taken yet, in their order and of bounded number: what grows with the length of a training
//! is summed up, and what is left out is counted and told.

use std::collections::VecDeque;

use super::protocol::{EpochReport, Event, Phase, StepReport, Usage};
use crate::preset::{counted, counted_with};
use crate::run::text::shown;

/// More step reports than this are halved: two that follow each other become one.
const STEPS: usize = 8192;
/// More epoch reports than this are halved: every second one is left out.
const EPOCHS: usize = 2048;
/// More reports of what the worker does than this are left out, but for the newest.
const PHASES: usize = 4096;
/// The most lines for the log that are kept: the newest ones.
const LINES: usize = 1000;
/// The longest line, in characters; a longer one is cut.
const LONGEST_LINE: usize = 10_000;

/// The events that wait, and how many were left out. Each kind has its own queue, so that the event to leave out is found
/// at once: adding an event costs the same however many wait. Events are numbered as they are added, and are taken in
/// this order.
#[derive(Clone, Debug, Default)]
pub(super) struct Backlog {
    /// The number of the next event.
    next: u64,
    steps: VecDeque<(u64, StepReport)>,
    epochs: VecDeque<(u64, Box<EpochReport>)>,
    phases: VecDeque<(u64, Phase)>,
    lines: VecDeque<(u64, Event)>,
    /// Events that are never left out: a training has few of them, or a listener has asked for them.
    others: VecDeque<(u64, Event)>,
    /// The newest of its kind; the ones before say nothing any more.
    usage: Option<(u64, Box<Usage>)>,
    left_out_lines: u64,
    left_out_epochs: u64,
}

impl Backlog {
    /// Adds an event; a step report becomes one with the step report of its epoch before it.
    pub(super) fn sum_up(&mut self, event: Event) {
        if let (Some((number, before)), Event::Step(new)) = (self.steps.back_mut(), &event)
            && *number + 1 == self.next
            && before.epoch == new.epoch
        {
            *before = before.and(new);
            return;
        }
        self.push(event);
    }

    /// Adds an event.
    pub(super) fn push(&mut self, event: Event) {
        let number = self.next;
        self.next += 1;
        match event {
            Event::Step(report) => self.push_step(number, report),
            Event::Epoch(report) => self.push_epoch(number, report),
            Event::Phase(phase) => {
                self.phases.push_back((number, phase));
                if self.phases.len() > PHASES {
                    // Only the newest phase still holds.
                    self.phases.drain(..PHASES);
                }
            }
            Event::Log(line) => self.push_line(number, Event::Log(cut(line))),
            Event::Trouble(what) => self.push_line(number, Event::Trouble(what.map(cut))),
            Event::Damaged { step, problem, resumed_from } => {
                self.push_line(number, Event::Damaged { step, problem: cut(problem), resumed_from });
            }
            Event::Checkpoint { .. } | Event::LeftOut(_) => self.push_line(number, event),
            Event::Usage(usage) => self.usage = Some((number, usage)),
            Event::Unsaved(what) => self.others.push_back((number, Event::Unsaved(cut(what)))),
            Event::CommandFailed(what) => {
                self.others.push_back((number, Event::CommandFailed(cut(what))));
            }
            Event::Preparing(_)
            | Event::Started(_)
            | Event::Past(_)
            | Event::Reply { .. }
            | Event::Keeping { .. }
            | Event::Finished(_)
            | Event::Failed(_)
            | Event::Opened(_)
            | Event::Steered(_)
            | Event::Seen(_)
            | Event::Histograms(_)
            | Event::Found(_)
            | Event::WentBack(_)
            | Event::Drive(_)
            | Event::Steering(_)
            | Event::Connection(_) => self.others.push_back((number, event)),
        }
    }

    /// Takes the oldest event. What was left out is told before it.
    pub(super) fn pop(&mut self) -> Option<Event> {
        if let Some(line) = self.left_out() {
            (self.left_out_lines, self.left_out_epochs) = (0, 0);
            return Some(Event::Log(line));
        }
        let fronts = [
            self.steps.front().map(|(number, _)| *number),
            self.epochs.front().map(|(number, _)| *number),
            self.phases.front().map(|(number, _)| *number),
            self.lines.front().map(|(number, _)| *number),
            self.others.front().map(|(number, _)| *number),
            self.usage.as_ref().map(|(number, _)| *number),
        ];
        let oldest = fronts.into_iter().flatten().min()?;
        match fronts.into_iter().position(|front| front == Some(oldest))? {
            0 => self.steps.pop_front().map(|(_, report)| Event::Step(report)),
            1 => self.epochs.pop_front().map(|(_, report)| Event::Epoch(report)),
            2 => self.phases.pop_front().map(|(_, phase)| Event::Phase(phase)),
            3 => self.lines.pop_front().map(|(_, line)| line),
            5 => self.usage.take().map(|(_, usage)| Event::Usage(usage)),
            _ => self.others.pop_front().map(|(_, event)| event),
        }
    }

    /// The events, oldest first; what was left out is told before them.
    pub(super) fn iter(&self) -> impl Iterator<Item = Event> {
        let mut all = self.clone();
        std::iter::from_fn(move || all.pop())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn len(&self) -> usize {
        let told = self.steps.len() + self.epochs.len() + self.phases.len() + self.lines.len();
        told + self.others() + usize::from(self.usage.is_some())
    }

    /// The number of events that wait and are never left out.
    pub(super) fn others(&self) -> usize {
        self.others.len()
    }

    pub(super) fn clear(&mut self) {
        *self = Backlog::default();
    }

    fn left_out(&self) -> Option<String> {
        match (self.left_out_lines, self.left_out_epochs) {
            (0, 0) => None,
            (lines, 0) => Some(format!("… {} dropped", counted_with(lines, "line", ("was", "were")))),
            (0, epochs) => {
                Some(format!("… {} left out", counted_with(epochs, "epoch report", ("was", "were"))))
            }
            (lines, epochs) => Some(format!(
                "… {} dropped, and {} left out",
                counted_with(lines, "line", ("was", "were")),
                counted(epochs, "epoch report")
            )),
        }
    }

    fn push_line(&mut self, number: u64, line: Event) {
        self.lines.push_back((number, line));
        if self.lines.len() > LINES {
            self.lines.pop_front();
            self.left_out_lines += 1;
        }
    }

    /// Adds an epoch. When there are too many, every second one is removed; the newest stays.
    fn push_epoch(&mut self, number: u64, report: Box<EpochReport>) {
        self.epochs.push_back((number, report));
        if self.epochs.len() <= EPOCHS {
            return;
        }
        let before = self.epochs.len();
        let mut behind = before;
        self.epochs.retain(|_| {
            behind -= 1;
            behind.is_multiple_of(2)
        });
        self.left_out_epochs += (before - self.epochs.len()) as u64;
    }

    /// Adds a step. When there are too many, each two with no end of an epoch between them become one.
    fn push_step(&mut self, number: u64, report: StepReport) {
        self.steps.push_back((number, report));
        if self.steps.len() <= STEPS {
            return;
        }
        let mut halved: VecDeque<(u64, StepReport)> = VecDeque::with_capacity(STEPS + 1);
        // Whether the last report in `halved` still stands for one report only.
        let mut is_alone = false;
        let mut ends = self.epochs.iter().map(|(number, _)| *number).peekable();
        for (number, report) in self.steps.drain(..) {
            while ends.next_if(|end| *end < number).is_some() {
                is_alone = false;
            }
            match halved.back_mut().filter(|_| is_alone) {
                Some((_, before)) => {
                    *before = before.and(&report);
                    is_alone = false;
                }
                None => {
                    halved.push_back((number, report));
                    is_alone = true;
                }
            }
        }
        self.steps = halved;
    }
}

fn cut(line: String) -> String {
    // A text has no more characters than bytes.
    if line.len() > LONGEST_LINE { shown(&line, LONGEST_LINE) } else { line }
}

#[cfg(test)]
mod tests {
    use super::super::protocol::{
        EpochReport, LearningRate, Phase, Reply, RequestId, Scores, StepReport, StepTime,
    };
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
            time: 0.0,
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
            parts: StepTime::default(),
        }))
    }

    fn drained(mut backlog: Backlog) -> Vec<Event> {
        std::iter::from_fn(|| backlog.pop()).collect()
    }

    #[test]
    fn of_what_a_training_takes_only_the_newest_waits() {
        let mut backlog = Backlog::default();
        for processors in [1.0, 2.0] {
            backlog.sum_up(Event::Log("x".into()));
            backlog.sum_up(Event::Usage(Box::new(Usage { processors, ..Usage::default() })));
        }
        backlog.sum_up(Event::Log("y".into()));
        assert_eq!(backlog.len(), 4);
        let told: Vec<Event> = std::iter::from_fn(|| backlog.pop()).collect();
        assert_eq!(told[2], Event::Usage(Box::new(Usage { processors: 2.0, ..Usage::default() })));
        assert!(told.len() == 4 && backlog.is_empty());
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

    #[test]
    fn ten_million_epochs_take_constant_time_each_and_bounded_memory() {
        let mut backlog = Backlog::default();
        let since = std::time::Instant::now();
        for number in 1..=10_000_000 {
            backlog.push(step(u64::from(number), number));
            backlog.push(epoch(number));
            backlog.push(Event::Checkpoint { step: u64::from(number) });
        }
        assert!(backlog.len() < STEPS + EPOCHS + LINES, "{}", backlog.len());
        // If the cost of each grew with the number that wait, this would take hours.
        assert!(since.elapsed().as_secs() < 60, "{:?}", since.elapsed());
        let steps = drained(backlog).into_iter().map(|event| match event {
            Event::Step(report) => u64::from(report.steps),
            _ => 0,
        });
        assert_eq!(steps.sum::<u64>(), 10_000_000);
    }

    #[test]
    fn a_line_of_any_length_takes_little_memory() {
        let mut backlog = Backlog::default();
        backlog.push(Event::Log("x".repeat(10 << 20)));
        backlog.push(Event::Trouble(Some("é".repeat(10 << 20))));
        for event in drained(backlog) {
            let (Event::Log(line) | Event::Trouble(Some(line))) = event else { panic!("{event:?}") };
            assert_eq!(line.chars().count(), LONGEST_LINE);
        }
    }
}
