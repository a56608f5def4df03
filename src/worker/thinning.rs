//! Bounds what a training writes down, however long it is and however short its steps are.

use std::time::Duration;

/// Lets the first `most` items through as they come. After that, an item passes when at least a `most`-th of the
/// training's time so far has gone by since the last one. In `t` seconds `most * (1 + ln(t / t0))` items pass, where `t0`
/// is the time at which the first `most` had come: a curve is as fine at its end as at its beginning, and a day has few
/// more points than an hour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thinning {
    most: u32,
    passed: u32,
    /// The time of the last item that passed.
    last: Duration,
}

impl Thinning {
    pub(super) fn new(most: u32) -> Self {
        Thinning { most: most.max(1), passed: 0, last: Duration::ZERO }
    }

    /// Whether an item passes that comes when the training has taken the time `now`.
    pub(super) fn lets_through(&mut self, now: Duration) -> bool {
        if self.passed < self.most {
            self.passed += 1;
        } else if now.saturating_sub(self.last) < now / self.most {
            return false;
        }
        self.last = now;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_short_steps_has_little_more_than_an_hour_of_them() {
        let through = |seconds: u64| {
            let mut thinning = Thinning::new(500);
            let steps = (0..seconds * 1000).map(Duration::from_millis);
            steps.filter(|now| thinning.lets_through(*now)).count()
        };
        let (hour, day) = (through(3600), through(86_400));
        let expected = 500.0 * (1.0 + (3600.0_f64 / 0.5).ln());
        assert!((hour as f64) < expected && hour as f64 > 0.9 * expected, "{hour} of {expected}");
        assert!((day as f64) < 1.4 * hour as f64, "{day} after {hour}");
    }

    #[test]
    fn few_are_let_through_as_they_come() {
        let mut thinning = Thinning::new(3);
        let now = Duration::from_secs;
        assert_eq!(
            [0, 0, 0, 0, 9, 10, 13, 14].map(|at| thinning.lets_through(now(at))),
            [true, true, true, true, true, false, false, true]
        );
    }
}
