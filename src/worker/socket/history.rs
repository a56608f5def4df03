//! What a listener that comes late is told first: the same story with fewer words.

use super::super::protocol::Event;

/// More step reports than this are halved, two summed into one.
const STEPS: usize = 8192;
/// Of the lines for the log the newest stay.
const LINES: usize = 1000;

/// The events of one training, in their order.
#[derive(Default)]
pub(super) struct History {
    events: Vec<Event>,
    /// What the worker does now.
    phase: Option<Event>,
    steps: usize,
    lines: usize,
}

impl History {
    /// Takes in an event. Answers to questions are not part of the story.
    pub(super) fn push(&mut self, event: &Event) {
        match event {
            Event::Inspected(_) | Event::Refused(_) => return,
            // A new training is a new story.
            Event::Preparing(_) => *self = History::default(),
            Event::Step(_) => {
                self.steps += 1;
                if self.steps > STEPS {
                    self.halve();
                }
            }
            Event::Phase(_) => {
                self.phase = Some(event.clone());
                return;
            }
            Event::Log(_) | Event::Checkpoint { .. } | Event::Trouble(_) => self.add_line(),
            _ => {}
        }
        self.events.push(event.clone());
    }

    /// The story so far.
    pub(super) fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().chain(&self.phase)
    }

    fn add_line(&mut self) {
        self.lines += 1;
        if self.lines > LINES {
            let is_line =
                |old: &Event| matches!(old, Event::Log(_) | Event::Checkpoint { .. } | Event::Trouble(_));
            if let Some(oldest) = self.events.iter().position(is_line) {
                self.events.remove(oldest);
                self.lines -= 1;
            }
        }
    }

    fn halve(&mut self) {
        let mut halved: Vec<Event> = Vec::with_capacity(self.events.len() / 2 + 1);
        // Whether the last one that was put down has its partner already.
        let mut is_pair = false;
        for event in self.events.drain(..) {
            match (halved.last_mut(), &event) {
                (Some(Event::Step(first)), Event::Step(second))
                    if !is_pair && first.epoch == second.epoch =>
                {
                    *first = first.and(second);
                    is_pair = true;
                }
                _ => {
                    halved.push(event);
                    is_pair = false;
                }
            }
        }
        self.steps = halved.iter().filter(|event| matches!(event, Event::Step(_))).count() + 1;
        self.events = halved;
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::protocol::{LearningRate, Phase, Scores, StepReport};
    use super::*;

    fn step(step: u64) -> Event {
        Event::Step(StepReport {
            step,
            epoch: 1,
            scores: Scores { loss: 1.0 / step as f64, ..Scores::default() },
            steps: 1,
            learning_rate: LearningRate::constant(0.1),
            samples: 1,
            seconds: 1.0,
        })
    }

    #[test]
    fn a_long_training_is_told_in_few_reports_that_count_every_step() {
        let mut history = History::default();
        history.push(&Event::Preparing("data".into()));
        for number in 1..=100_000 {
            history.push(&step(number));
            if number % 1000 == 0 {
                history.push(&Event::Phase(Phase::Training));
                history.push(&Event::Log(format!("{number}")));
            }
        }
        let told: Vec<&StepReport> = history
            .events()
            .filter_map(|event| match event {
                Event::Step(report) => Some(report),
                _ => None,
            })
            .collect();
        assert!(told.len() <= STEPS && told.len() > STEPS / 4, "{}", told.len());
        assert_eq!(told.iter().map(|report| u64::from(report.steps)).sum::<u64>(), 100_000);
        assert!(told.windows(2).all(|pair| pair[0].step < pair[1].step));
        assert_eq!(history.events().filter(|event| matches!(event, Event::Phase(_))).count(), 1);
    }
}
