//! Distributions over the steps.

/// A histogram of values at one step.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// The training step.
    pub step: i64,
    /// The lower end of the first bucket.
    pub low: f64,
    /// The upper end of the last.
    pub high: f64,
    /// Values in each of [`BUCKETS`](Self::BUCKETS) buckets of the same width.
    pub counts: Box<[f32]>,
}

impl Distribution {
    /// How many buckets are kept.
    pub const BUCKETS: usize = 40;

    /// From buckets of any widths: lower end, upper end, number of values, which are spread evenly over their bucket
    /// as TensorBoard does. `None` where there is nothing to show.
    pub fn new(step: i64, buckets: &[[f64; 3]]) -> Option<Self> {
        let filled = || {
            buckets.iter().filter(|[left, right, count]| {
                left.is_finite() && right.is_finite() && left <= right && count.is_finite() && *count > 0.0
            })
        };
        let low = filled().map(|bucket| bucket[0]).fold(f64::INFINITY, f64::min);
        let high = filled().map(|bucket| bucket[1]).fold(f64::NEG_INFINITY, f64::max);
        let width = (high - low) / Self::BUCKETS as f64;
        // No bucket is filled, or the range is so wide that its width is not finite.
        if !width.is_finite() {
            return None;
        }
        let mut counts = vec![0.0; Self::BUCKETS];
        let last = Self::BUCKETS - 1;
        for [left, right, count] in filled() {
            let place =
                |x: f64| if width > 0.0 { (((x - low) / width) as usize).min(last) } else { last / 2 };
            let (first, end) = (place(*left), place(*right));
            if first == end || right - left <= 0.0 {
                counts[first] += *count as f32;
                continue;
            }
            for (place, bucket) in counts.iter_mut().enumerate().take(end + 1).skip(first) {
                let (from, to) = (low + width * place as f64, low + width * (place + 1) as f64);
                let overlap = (right.min(to) - left.max(from)).max(0.0);
                *bucket += (count * overlap / (right - left)) as f32;
            }
        }
        Some(Distribution { step, low, high, counts: counts.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_spread_over_equal_buckets_and_none_is_lost() {
        let made = Distribution::new(3, &[[0.0, 1.0, 40.0], [1.0, 4.0, 0.0], [3.0, 4.0, 10.0]]).unwrap();
        assert_eq!((made.low, made.high), (0.0, 4.0));
        assert!(
            (made.counts[0] - 4.0).abs() < 1e-4
                && made.counts[20] == 0.0
                && (made.counts[39] - 1.0).abs() < 1e-4
        );
        assert!((made.counts.iter().sum::<f32>() - 50.0).abs() < 1e-3);
    }

    #[test]
    fn a_single_value_and_hostile_ends_do_no_harm() {
        let single = Distribution::new(0, &[[2.0, 2.0, 7.0]]).unwrap();
        assert_eq!(single.counts.iter().sum::<f32>(), 7.0);
        assert_eq!(Distribution::new(0, &[]), None);
        assert_eq!(Distribution::new(0, &[[f64::NAN, 1.0, 1.0], [0.0, f64::INFINITY, 1.0]]), None);
        assert_eq!(Distribution::new(0, &[[f64::MIN, f64::MAX, 1.0]]), None);
    }
}
