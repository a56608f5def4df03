//! How many of some numbers lie where: histograms as event files have them.

use serde::{Deserialize, Serialize};

/// Equal buckets between the smallest and the largest of some numbers; those that are not finite are left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// The smallest number.
    pub low: f64,
    /// The largest number.
    pub high: f64,
    /// The sum of all numbers.
    pub sum: f64,
    /// The sum of their squares.
    pub squares: f64,
    /// How many numbers lie in each bucket; empty where there are none.
    pub counts: Vec<u64>,
}

/// Histograms of one step, by their tags: `gradients/dense/kernel`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Histograms {
    /// Steps done.
    pub step: u64,
    /// Tags and histograms.
    pub by_tag: Vec<(String, Histogram)>,
}

impl Histogram {
    /// Buckets of a histogram, as many as TensorBoard shows.
    pub const BUCKETS: usize = 30;

    /// That of these numbers.
    pub fn of(values: &[f32]) -> Self {
        let finite = || values.iter().copied().filter(|x| x.is_finite()).map(f64::from);
        let (low, high) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
        if low > high {
            return Histogram::default();
        }
        let width = ((high - low) / Self::BUCKETS as f64).max(f64::MIN_POSITIVE);
        let mut histogram = Histogram { low, high, counts: vec![0; Self::BUCKETS], ..Histogram::default() };
        for x in finite() {
            histogram.counts[(((x - low) / width) as usize).min(Self::BUCKETS - 1)] += 1;
            histogram.sum += x;
            histogram.squares += x * x;
        }
        histogram
    }

    /// How many numbers it counts.
    pub fn count(&self) -> u64 {
        self.counts.iter().fold(0, |sum: u64, count| sum.saturating_add(*count))
    }

    /// The upper end of each bucket.
    pub fn limits(&self) -> impl Iterator<Item = f64> {
        let width = ((self.high - self.low) / self.counts.len().max(1) as f64).max(f64::MIN_POSITIVE);
        (1..=self.counts.len()).map(move |place| self.low + width * place as f64)
    }

    /// The lower and the upper end of each bucket, and how many numbers it counts.
    pub fn buckets(&self) -> Vec<[f64; 3]> {
        let mut left = self.low;
        let bucket = |(limit, count): (f64, &u64)| {
            let right = limit.min(self.high);
            [std::mem::replace(&mut left, right), right, *count as f64]
        };
        self.limits().zip(&self.counts).map(bucket).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_counted_as_numpy_counts_them() {
        // numpy.histogram([0, 1, 2, 2.9, 3, 30], bins=30)
        let histogram = Histogram::of(&[0.0, 1.0, f32::NAN, 2.0, 2.9, 3.0, 30.0]);
        let filled: Vec<(usize, u64)> =
            histogram.counts.iter().copied().enumerate().filter(|(_, count)| *count > 0).collect();
        assert_eq!(filled, [(0, 1), (1, 1), (2, 2), (3, 1), (29, 1)]);
        assert_eq!((histogram.low, histogram.high, histogram.count()), (0.0, 30.0, 6));
        assert!((histogram.sum - 38.9).abs() < 1e-5 && (histogram.squares - 922.41).abs() < 1e-3);
        let buckets = histogram.buckets();
        assert_eq!((buckets.len(), buckets[0], buckets[29]), (30, [0.0, 1.0, 1.0], [29.0, 30.0, 1.0]));
    }

    #[test]
    fn one_value_and_none_make_histograms_too() {
        let single = Histogram::of(&[2.5; 7]);
        assert_eq!((single.low, single.high, single.count()), (2.5, 2.5, 7));
        assert!(single.buckets().iter().all(|[left, right, _]| *left == 2.5 && *right == 2.5));
        assert_eq!(Histogram::of(&[f32::NAN]), Histogram::default());
        assert!(Histogram::default().buckets().is_empty());
    }
}
