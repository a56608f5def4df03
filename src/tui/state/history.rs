//! A scalar over the steps, in bounded memory.

/// Summary of the reports that share one place of the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// The last step it covers.
    pub step: u64,
    /// Steps it stands for.
    pub steps: u64,
    /// Smallest value seen.
    pub min: f64,
    /// Largest value seen.
    pub max: f64,
    /// Mean over its steps.
    pub mean: f64,
}

impl Bucket {
    fn absorb(&mut self, later: Bucket) {
        let steps = self.steps.saturating_add(later.steps);
        self.mean = (self.mean * self.steps as f64 + later.mean * later.steps as f64) / steps as f64;
        self.min = self.min.min(later.min);
        self.max = self.max.max(later.max);
        self.steps = steps;
        self.step = later.step;
    }
}

/// A scalar over the steps. Keeps every value until there are [`CAPACITY`](Self::CAPACITY), then merges neighbours:
/// extremes stay visible, memory and the cost of drawing stay bounded however long the training is.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    buckets: Vec<Bucket>,
    /// Steps that a full bucket covers.
    stride: u64,
}

impl Default for Series {
    fn default() -> Self {
        Series { buckets: Vec::new(), stride: 1 }
    }
}

impl Series {
    /// The most buckets that are kept: several for each dot of the widest chart.
    pub const CAPACITY: usize = 4096;

    /// A curve that was summarised elsewhere, in the order of steps.
    pub fn from_buckets(buckets: Vec<Bucket>) -> Self {
        Series { buckets, ..Series::default() }
    }

    /// Adds the mean `value` of the `steps` steps that end at `step`. Values that are not finite are left out.
    pub fn push(&mut self, step: u64, steps: u64, value: f64) {
        if !value.is_finite() {
            return;
        }
        let bucket = Bucket { step, steps: steps.max(1), min: value, max: value, mean: value };
        match self.buckets.last_mut() {
            Some(last) if last.steps.saturating_add(bucket.steps) <= self.stride => last.absorb(bucket),
            _ => self.buckets.push(bucket),
        }
        while self.buckets.len() > Self::CAPACITY {
            self.stride = self.stride.saturating_mul(2);
            let merged = Vec::with_capacity(Self::CAPACITY);
            let stride = self.stride;
            self.buckets = self.buckets.drain(..).fold(merged, |mut kept: Vec<Bucket>, bucket| {
                match kept.last_mut() {
                    Some(last) if last.steps.saturating_add(bucket.steps) <= stride => last.absorb(bucket),
                    _ => kept.push(bucket),
                }
                kept
            });
        }
    }

    /// Forgets what was reported of later steps.
    pub fn forget_after(&mut self, step: u64) {
        self.buckets.retain(|bucket| bucket.step <= step);
    }

    /// The curve so far, in the order of steps.
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// The newest bucket.
    pub fn last(&self) -> Option<&Bucket> {
        self.buckets.last()
    }

    /// Whether another curve has the same numbers at the same steps, to five digits: numbers that are worked out in another order
    /// differ in the last ones.
    pub fn is_same(&self, other: &Series) -> bool {
        let is_near = |a: f64, b: f64| (a - b).abs() <= 1e-5 * a.abs().max(b.abs());
        let are_same = |(a, b): (&Bucket, &Bucket)| {
            a.step == b.step && is_near(a.mean, b.mean) && is_near(a.min, b.min) && is_near(a.max, b.max)
        };
        self.buckets.len() == other.buckets.len() && self.buckets.iter().zip(&other.buckets).all(are_same)
    }

    /// The exponential moving average at each bucket; `smoothing` is the weight of the past after one step, from 0
    /// (none) to below 1. Corrected for its start as in Adam, so that the first values are not drawn to zero.
    pub fn smoothed(&self, smoothing: f64) -> Vec<(u64, f64)> {
        let (mut average, mut weight) = (0.0, 0.0);
        let course = self.buckets.iter().map(|bucket| {
            let keep = smoothing.powi(i32::try_from(bucket.steps).unwrap_or(i32::MAX));
            average = keep * average + (1.0 - keep) * bucket.mean;
            weight = keep * weight + (1.0 - keep);
            (bucket.step, average / weight)
        });
        course.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_extremes_survive() {
        let mut series = Series::default();
        for step in 1..=1_000_000_u64 {
            series.push(step, 1, if step == 123_456 { 9.0 } else { 1.0 });
        }
        assert!(series.buckets().len() <= Series::CAPACITY);
        assert_eq!(series.buckets().iter().map(|b| b.steps).sum::<u64>(), 1_000_000);
        assert_eq!(series.buckets().iter().map(|b| b.max).fold(0.0, f64::max), 9.0);
        assert_eq!(series.last().map(|b| b.step), Some(1_000_000));
    }

    #[test]
    fn reports_of_any_numbers_merge() {
        let mut series = Series::default();
        for report in 0..20_000 {
            let step = if report % 2 == 0 { u64::MAX } else { report };
            series.push(step, u64::MAX - report, if report % 3 == 0 { f64::MAX } else { f64::MIN });
        }
        assert!(series.buckets().len() <= Series::CAPACITY);
    }

    #[test]
    fn long_reports_still_merge() {
        let mut series = Series::default();
        for report in 1..=10_000_u64 {
            series.push(report * 50, 50, report as f64);
        }
        assert!(series.buckets().len() <= Series::CAPACITY);
        assert!(series.buckets().windows(2).all(|pair| pair[0].step < pair[1].step));
    }

    #[test]
    fn smoothing_follows_the_mean_from_the_first_value_on() {
        let mut series = Series::default();
        for step in 1..=100 {
            series.push(step, 1, 5.0);
        }
        assert!(series.smoothed(0.95).iter().all(|(_, value)| (value - 5.0).abs() < 1e-9));
        series.push(101, 1, 25.0);
        let last = series.smoothed(0.95).last().map(|point| point.1);
        assert!(last.is_some_and(|value| value > 5.5 && value < 7.0));
    }

    #[test]
    fn values_that_are_not_finite_are_left_out() {
        let mut series = Series::default();
        series.push(1, 1, f64::NAN);
        series.push(2, 1, f64::INFINITY);
        assert!(series.buckets().is_empty());
    }
}
