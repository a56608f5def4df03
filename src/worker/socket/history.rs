//! What a listener that comes late is told first: the same story with fewer words.

use super::super::backlog::Backlog;
use super::super::protocol::Event;

/// The events of one training, in their order.
#[derive(Default)]
pub(super) struct History {
    events: Backlog,
    /// What the worker does now.
    phase: Option<Event>,
}

impl History {
    /// Takes in an event that concerns all; replies are not part of the story.
    pub(super) fn push(&mut self, event: Event) {
        match event {
            Event::Phase(_) => {
                self.phase = Some(event);
                return;
            }
            // A new training is a new story.
            Event::Preparing(_) => *self = History::default(),
            _ => {}
        }
        self.events.push(event);
    }

    /// The story so far.
    pub(super) fn events(&self) -> impl Iterator<Item = Event> {
        self.events.iter().chain(self.phase.clone())
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
            time: 0.0,
        })
    }

    #[test]
    fn a_long_training_is_told_in_few_reports_that_count_every_step() {
        let mut history = History::default();
        history.push(Event::Preparing("data".into()));
        for number in 1..=100_000 {
            history.push(step(number));
            if number % 1000 == 0 {
                history.push(Event::Phase(Phase::Training));
                history.push(Event::Log(format!("{number}")));
            }
        }
        let told: Vec<StepReport> = history
            .events()
            .filter_map(|event| match event {
                Event::Step(report) => Some(report),
                _ => None,
            })
            .collect();
        assert!(told.len() <= 8192 && told.len() > 2048, "{}", told.len());
        assert_eq!(told.iter().map(|report| u64::from(report.steps)).sum::<u64>(), 100_000);
        assert!(told.windows(2).all(|pair| pair[0].step < pair[1].step));
        assert_eq!(history.events().filter(|event| matches!(event, Event::Phase(_))).count(), 1);
    }
}
