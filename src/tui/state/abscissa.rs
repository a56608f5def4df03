//! What the horizontal axis of a chart counts, and where a step of a run lies on it.

use serde::{Deserialize, Serialize};

/// What the horizontal axis counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Abscissa {
    /// Steps.
    #[default]
    Step,
    /// Epochs, parts of them included.
    Epoch,
    /// Seconds since the first report of the run, breaks included.
    Elapsed,
    /// The time of day: seconds since 1970.
    WallTime,
}

impl Abscissa {
    /// The one that the key chooses next.
    pub fn next(self) -> Self {
        match self {
            Abscissa::Step => Abscissa::Epoch,
            Abscissa::Epoch => Abscissa::Elapsed,
            Abscissa::Elapsed => Abscissa::WallTime,
            Abscissa::WallTime => Abscissa::Step,
        }
    }

    /// Its name on the axis.
    pub fn title(self) -> &'static str {
        match self {
            Abscissa::Step => "step",
            Abscissa::Epoch => "epoch",
            Abscissa::Elapsed => "time since start",
            Abscissa::WallTime => "time of day, UTC",
        }
    }
}

/// When a run made its steps: what turns a step into a place on any [`Abscissa`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// Steps of an epoch, for the part that no epoch's end is known of.
    pub steps_per_epoch: u64,
    /// Ends of epochs: the step, and the epoch's number. Both rise.
    epochs: Vec<(u64, f64)>,
    /// Steps, and when they ended, in seconds since 1970. Both rise.
    times: Vec<(u64, f64)>,
}

impl Timeline {
    /// The most moments that are kept; beyond, every second one is removed.
    const MOMENTS: usize = 4096;

    /// A run with epochs of this many steps.
    pub fn new(steps_per_epoch: u64) -> Self {
        Timeline { steps_per_epoch, ..Timeline::default() }
    }

    /// A step ended at this time, in seconds since 1970. Times that are not known (0), or that go back since somebody has
    /// set the clock, are left out.
    pub fn on_step(&mut self, step: u64, time: f64) {
        let is_later = self.times.last().is_none_or(|(last, before)| *last < step && *before <= time);
        if time > 0.0 && time.is_finite() && is_later {
            self.times.push((step, time));
        }
        if self.times.len() > Self::MOMENTS {
            // The first moment is where time begins to count, so it stays.
            let mut place = 0;
            self.times.retain(|_| {
                place += 1;
                place % 2 == 1
            });
        }
    }

    /// An epoch ended at this step.
    pub fn on_epoch(&mut self, step: u64, epoch: u32) {
        let epoch = f64::from(epoch);
        if step > 0 && self.epochs.last().is_none_or(|(last, before)| *last < step && *before < epoch) {
            self.epochs.push((step, epoch));
        }
    }

    /// The run has gone back to this step: what came after it no longer counts.
    pub fn forget_after(&mut self, step: u64) {
        self.epochs.retain(|(end, _)| *end <= step);
        self.times.retain(|(end, _)| *end <= step);
    }

    /// Whether it is known which epoch a step belongs to: event files of other programs need not tell.
    fn knows_epochs(&self) -> bool {
        self.steps_per_epoch > 0 || !self.epochs.is_empty()
    }

    /// Where a step lies; `None` where nobody knows. Between two known steps the place is between theirs.
    pub fn place(&self, along: Abscissa, step: u64) -> Option<f64> {
        match along {
            Abscissa::Step => Some(step as f64),
            Abscissa::Epoch => self.knows_epochs().then(|| self.epoch(step)),
            Abscissa::Elapsed => Some(self.time(step)? - self.times.first()?.1),
            Abscissa::WallTime => self.time(step),
        }
    }

    /// Where rising steps lie, in one walk; empty where nobody knows.
    pub fn places(&self, along: Abscissa, steps: impl Iterator<Item = u64>) -> Vec<f64> {
        let mut after = 0;
        let mut walk = |known: &[(u64, f64)], step: u64| {
            while known.get(after).is_some_and(|(there, _)| *there < step) {
                after += 1;
            }
            after
        };
        match along {
            Abscissa::Step => steps.map(|step| step as f64).collect(),
            Abscissa::Epoch if !self.knows_epochs() => Vec::new(),
            Abscissa::Epoch => steps.map(|step| self.epoch_behind(walk(&self.epochs, step), step)).collect(),
            Abscissa::Elapsed | Abscissa::WallTime => {
                let Some((_, first)) = self.times.first() else { return Vec::new() };
                let start = if along == Abscissa::Elapsed { *first } else { 0.0 };
                let time = |step| self.time_behind(walk(&self.times, step), step);
                steps.filter_map(time).map(|time| time - start).collect()
            }
        }
    }

    fn epoch(&self, step: u64) -> f64 {
        self.epoch_behind(self.epochs.partition_point(|(end, _)| *end < step), step)
    }

    /// The epoch of a step that lies behind the end of `after` epochs.
    fn epoch_behind(&self, after: usize, step: u64) -> f64 {
        let before = after.checked_sub(1).map_or((0, 0.0), |place| self.epochs[place]);
        match self.epochs.get(after) {
            Some(end) => between(before, *end, step),
            None => before.1 + step.saturating_sub(before.0) as f64 / self.steps_per_epoch.max(1) as f64,
        }
    }

    fn time(&self, step: u64) -> Option<f64> {
        self.time_behind(self.times.partition_point(|(known, _)| *known < step), step)
    }

    /// The time of a step that lies behind `after` known moments.
    fn time_behind(&self, after: usize, step: u64) -> Option<f64> {
        let Some(before) = after.checked_sub(1).map(|place| self.times[place]) else {
            return self.times.first().map(|first| first.1);
        };
        Some(self.times.get(after).map_or(before.1, |moment| between(before, *moment, step)))
    }
}

/// The value at a step between two known ones.
fn between(before: (u64, f64), after: (u64, f64), step: u64) -> f64 {
    let share = step.saturating_sub(before.0) as f64 / (after.0 - before.0) as f64;
    before.1 + (after.1 - before.1) * share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_lies_at_its_epoch_and_its_time() {
        let mut timeline = Timeline::new(10);
        for (step, time) in [(5, 100.0), (10, 110.0), (20, 150.0)] {
            timeline.on_step(step, time);
        }
        timeline.on_epoch(10, 1);
        // The second phase has longer epochs.
        timeline.on_epoch(30, 2);
        let place = |along, step| timeline.place(along, step);
        assert_eq!(place(Abscissa::Step, 7), Some(7.0));
        assert_eq!(
            [5, 10, 20, 30, 35].map(|step| place(Abscissa::Epoch, step)),
            [0.5, 1.0, 1.5, 2.0, 2.5].map(Some)
        );
        assert_eq!(
            [1, 5, 15, 99].map(|step| place(Abscissa::WallTime, step)),
            [100.0, 100.0, 130.0, 150.0].map(Some)
        );
        assert_eq!(place(Abscissa::Elapsed, 20), Some(50.0));
    }

    #[test]
    fn what_nobody_has_told_gives_a_step_no_place() {
        let mut timeline = Timeline::default();
        for time in [0.0, f64::NAN, f64::INFINITY, -1.0] {
            timeline.on_step(1, time);
        }
        assert_eq!(timeline.place(Abscissa::Elapsed, 1), None);
        assert_eq!(timeline.place(Abscissa::Epoch, 3), None);
        assert!(timeline.places(Abscissa::Epoch, 1..4).is_empty());
        assert_eq!(Timeline::new(2).place(Abscissa::Epoch, 3), Some(1.5));
    }

    #[test]
    fn a_clock_that_is_set_back_moves_no_step_back_and_memory_is_bounded() {
        let mut timeline = Timeline::new(1);
        for step in 1..=20_000_u64 {
            timeline.on_step(step, if step == 7 { 1.0 } else { 1000.0 + step as f64 });
        }
        assert!(timeline.times.len() <= Timeline::MOMENTS);
        assert_eq!(timeline.place(Abscissa::Elapsed, 1), Some(0.0));
        let places: Vec<f64> =
            (1..=20_000).filter_map(|step| timeline.place(Abscissa::WallTime, step)).collect();
        assert!(places.is_sorted());
        assert_eq!(timeline.places(Abscissa::WallTime, 1..=20_000), places, "one walk finds the same");
    }
}
