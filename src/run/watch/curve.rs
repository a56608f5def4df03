//! A scalar over the steps, thinned so that it stays small.

/// Neighbouring values, summarised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The step of the last of them.
    pub step: i64,
    /// When that was written, in seconds since 1970.
    pub time: f64,
    /// How many there are.
    pub count: u32,
    /// The smallest.
    pub min: f32,
    /// The largest.
    pub max: f32,
    /// Their mean.
    pub mean: f32,
}

impl Point {
    fn absorb(&mut self, later: Point) {
        let count = self.count.saturating_add(later.count);
        let share = later.count as f32 / count as f32;
        self.mean += (later.mean - self.mean) * share;
        self.min = self.min.min(later.min);
        self.max = self.max.max(later.max);
        self.count = count;
        (self.step, self.time) = (later.step, later.time);
    }
}

/// A scalar over the steps. Every value is kept until there are [`Curve::CAPACITY`]; then neighbours are merged.
/// Extremes stay.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    points: Vec<Point>,
    /// Values that a full point stands for; 0 means 1.
    stride: u32,
    /// How many values were not finite.
    lost: u64,
    /// How often the steps went back.
    restarts: u32,
}

impl Curve {
    /// The most points: two for each column of dots of a wide chart.
    pub const CAPACITY: usize = 1024;

    /// Adds a value that was written at `time`, in seconds since 1970. When the step goes back, as in a training that was resumed from a checkpoint, what was reached
    /// beyond it is dropped: it is about to come again.
    pub fn push(&mut self, step: i64, time: f64, value: f64) {
        if self.points.last().is_some_and(|last| step < last.step) {
            self.restarts = self.restarts.saturating_add(1);
            let keep = self.points.partition_point(|point| point.step < step);
            self.points.truncate(keep);
        }
        let value = value as f32;
        if !value.is_finite() {
            self.lost += 1;
            return;
        }
        let point = Point { step, time, count: 1, min: value, max: value, mean: value };
        self.add(point);
        if self.points.len() > Self::CAPACITY {
            self.stride = self.stride.max(1).saturating_mul(2);
            for point in std::mem::take(&mut self.points) {
                self.add(point);
            }
        }
    }

    fn add(&mut self, point: Point) {
        match self.points.last_mut() {
            Some(last) if last.count.saturating_add(point.count) <= self.stride => last.absorb(point),
            _ => self.points.push(point),
        }
    }

    /// The curve so far, in the order of steps.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// How many values were not finite.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// How often the steps went back.
    pub fn restarts(&self) -> u32 {
        self.restarts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_extremes_survive() {
        let mut course = Curve::default();
        for step in 0..300_000 {
            course.push(step, step as f64, if step == 123_456 { 9.0 } else { 1.0 });
        }
        let points = course.points();
        assert!(points.len() <= Curve::CAPACITY && points.len() > Curve::CAPACITY / 4);
        assert_eq!(points.iter().map(|point| point.count).sum::<u32>(), 300_000);
        assert_eq!(points.iter().map(|point| point.max).fold(0.0, f32::max), 9.0);
        assert_eq!(points.last().map(|point| (point.step, point.time)), Some((299_999, 299_999.0)));
    }

    #[test]
    fn a_resumed_training_replaces_what_it_does_again() {
        let mut course = Curve::default();
        for step in (1..=10).chain(6..=8) {
            course.push(step, 0.0, if step > 5 { 2.0 } else { 1.0 });
        }
        let steps: Vec<i64> = course.points().iter().map(|point| point.step).collect();
        assert_eq!(steps, [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(course.restarts(), 1);
    }

    #[test]
    fn what_is_no_number_is_counted() {
        let mut course = Curve::default();
        for value in [1.0, f64::NAN, f64::INFINITY, 1e300] {
            course.push(1, 0.0, value);
        }
        assert_eq!((course.points().len(), course.lost()), (1, 3));
    }
}
