//! Where the time of a training's steps goes, by their parts. Always on: a step costs a handful of readings of the clock.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// A part of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Waiting for the batch and preparing it.
    Data,
    /// The forward pass and the loss.
    Forward,
    /// The backward pass.
    Backward,
    /// The optimizer's update, penalties and clipping included.
    Update,
}

/// The time of each [`Part`], in their order.
pub type Times = [Duration; 4];

thread_local! {
    /// The end of the part before, and the times of the step in progress on this thread.
    static STEP: Cell<Option<(Instant, Times)>> = const { Cell::new(None) };
}

/// Begins a step on this thread; returns the moment.
pub fn begin() -> Instant {
    let now = Instant::now();
    STEP.set(Some((now, Times::default())));
    now
}

/// Counts the time since the part before ended as that of this part. Does nothing outside of a step.
pub fn ended(part: Part) {
    if let Some((since, mut times)) = STEP.get() {
        let now = Instant::now();
        times[part as usize] += now - since;
        STEP.set(Some((now, times)));
    }
}

/// Ends the step; returns the times of its parts. What they leave of its time is that of nothing in particular.
pub fn end() -> Times {
    STEP.take().map_or_else(Times::default, |(_, times)| times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_gets_the_time_since_the_one_before_and_a_part_that_comes_again_adds_up() {
        let pause = Duration::from_millis(3);
        begin();
        for part in [Part::Data, Part::Forward, Part::Backward, Part::Forward] {
            std::thread::sleep(pause);
            ended(part);
        }
        let [data, forward, backward, update] = end();
        assert!(data >= pause && backward >= pause && forward >= 2 * pause, "{data:?} {forward:?}");
        assert_eq!(update, Duration::ZERO);
        ended(Part::Update);
        assert_eq!(end(), Times::default(), "outside of a step nothing is counted");
    }
}
