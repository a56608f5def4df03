//! How several results of the same thing are spread, and whether two such groups differ.

/// Several values, their mean, and how they are spread around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// The values.
    pub values: Vec<f64>,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation, of the sample: with n - 1 in the denominator; `None` for one value.
    pub deviation: Option<f64>,
}

/// An interval of confidence of values that lie in a range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// From where to where.
    pub ends: [f64; 2],
    /// Whether what lay beyond the range was cut off: with so few values, Student's t is then no more than a rule of thumb.
    pub is_cut: bool,
}

impl Spread {
    /// The spread of values; `None` where there are none.
    pub fn of(values: Vec<f64>) -> Option<Self> {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let deviation = (values.len() > 1).then(|| (squares / (count - 1.0)).sqrt());
        (!values.is_empty()).then_some(Spread { values, mean, deviation })
    }

    /// The variance of the mean.
    fn variance_of_mean(&self) -> Option<f64> {
        Some(self.deviation?.powi(2) / self.values.len() as f64)
    }

    /// The interval that holds the true mean with 95% confidence, by Student's t distribution; `None` for one value.
    pub fn interval(&self) -> Option<[f64; 2]> {
        let half = quantile(self.values.len() as f64 - 1.0) * self.variance_of_mean()?.sqrt();
        Some([self.mean - half, self.mean + half])
    }

    /// The same of values that lie in this range: what lies beyond it is cut off, since no mean is there. A range that a value itself
    /// lies beyond is none.
    pub fn interval_within(&self, [least, most]: [f64; 2]) -> Option<Interval> {
        let whole = self.interval()?;
        let is_range = self.values.iter().all(|value| (least..=most).contains(value));
        let ends = if is_range { whole.map(|end| end.clamp(least, most)) } else { whole };
        Some(Interval { ends, is_cut: ends != whole })
    }
}

/// The difference of two means, `second` less `first`, and the interval that holds the true difference with 95% confidence, by Welch's
/// test (1947), which does not take the variances for equal. `None` where one group has a single value, or neither is spread at all.
pub fn difference(first: &Spread, second: &Spread) -> Option<(f64, [f64; 2])> {
    let [a, b] = [first.variance_of_mean()?, second.variance_of_mean()?];
    let degrees = |variance: f64, spread: &Spread| variance.powi(2) / (spread.values.len() as f64 - 1.0);
    let freedom = (a + b).powi(2) / (degrees(a, first) + degrees(b, second));
    if !freedom.is_finite() {
        return None;
    }
    let difference = second.mean - first.mean;
    let half = quantile(freedom) * (a + b).sqrt();
    Some((difference, [difference - half, difference + half]))
}

/// The 97.5% quantile of Student's t distribution with so many degrees of freedom, not only whole ones: Hill's algorithm (1970,
/// Communications of the ACM, 396), exact for one and two degrees.
fn quantile(degrees: f64) -> f64 {
    use std::f64::consts::FRAC_PI_2;
    /// The probability of both tails.
    const TAILS: f64 = 0.05;
    /// The 2.5% quantile of the normal distribution.
    const NORMAL: f64 = -1.959_963_984_540_054;
    let n = degrees.max(1.0);
    if n == 1.0 {
        return 1.0 / (TAILS * FRAC_PI_2).tan();
    }
    if n == 2.0 {
        return (2.0 / (TAILS * (2.0 - TAILS)) - 2.0).sqrt();
    }
    let a = 1.0 / (n - 0.5);
    let b = 48.0 / (a * a);
    let mut c = ((20700.0 * a / b - 98.0) * a - 16.0) * a + 96.36;
    let d = ((94.5 / (b + c) - 3.0) / b + 1.0) * (a * FRAC_PI_2).sqrt() * n;
    let mut y = (d * TAILS).powf(2.0 / n);
    if y > 0.05 + a {
        let x = NORMAL;
        y = x * x;
        if n < 5.0 {
            c += 0.3 * (n - 4.5) * (x + 0.6);
        }
        c += (((0.05 * d * x - 5.0) * x - 7.0) * x - 2.0) * x + b;
        y = (((((0.4 * y + 6.3) * y + 36.0) * y + 94.5) / c - y - 3.0) / b + 1.0) * x;
        y = a * y * y;
        y = if y > 0.002 { y.exp_m1() } else { 0.5 * y * y + y };
    } else {
        y = ((1.0 / (((n + 6.0) / (n * y) - 0.089 * d - 0.822) * (n + 2.0) * 3.0) + 0.5 / (n + 4.0)) * y
            - 1.0)
            * (n + 1.0)
            / (n + 2.0)
            + 1.0 / y;
    }
    (n * y).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scipy.stats.t.ppf(0.975, degrees)`.
    #[test]
    fn quantiles_are_those_of_scipy() {
        for (degrees, expected, within) in [
            (1.0, 12.706_204_736_174_694, 1e-9),
            (2.0, 4.302_652_729_749_462, 1e-9),
            (2.5, 3.574_654_842_003_681_7, 2e-3),
            (3.0, 3.182_446_305_283_707_8, 1e-3),
            (3.7, 2.867_520_707_191_389_5, 1e-3),
            (4.0, 2.776_445_105_197_793_4, 1e-3),
            (5.0, 2.570_581_835_636_314_6, 1e-4),
            (9.0, 2.262_157_162_798_205, 1e-4),
            (12.3, 2.172_933_481_758_962, 1e-4),
            (29.0, 2.045_229_642_132_703, 1e-5),
            (200.0, 1.971_896_223_633_908_8, 1e-6),
            (1e6, 1.959_966_356_814_107, 1e-6),
        ] {
            let found = quantile(degrees);
            assert!((found - expected).abs() <= within * expected, "{degrees}: {found}, {expected}");
        }
    }

    /// `scipy.stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)`.
    #[test]
    fn the_difference_of_two_groups_is_that_of_welchs_test() {
        let spread = |values: &[f64]| Spread::of(values.to_vec()).unwrap();
        let a = spread(&[0.041, 0.043, 0.046, 0.040, 0.045]);
        let b = spread(&[0.049, 0.046, 0.052, 0.047]);
        let (found, [low, high]) = difference(&b, &a).unwrap();
        assert!((found + 0.0055).abs() < 1e-12, "{found}");
        assert!((low + 0.009_702_812_323_209_953).abs() < 1e-6, "{low}");
        assert!((high + 0.001_297_187_676_790_041_5).abs() < 1e-6, "{high}");
        // An accuracy is at most 1.
        let accuracy = spread(&[0.99, 1.0, 0.95]);
        let Interval { ends: [low, high], is_cut } = accuracy.interval_within([0.0, 1.0]).unwrap();
        assert!(low > 0.9 && high == 1.0 && is_cut && accuracy.interval().unwrap()[1] > 1.04);
        let whole = spread(&[-1.0, 1.0]).interval_within([0.0, 1.0]).unwrap();
        assert!(!whole.is_cut && whole.ends[0] < -12.0, "a value lies beyond that range");
        assert_eq!(difference(&spread(&[1.0]), &a), None);
        assert_eq!(difference(&spread(&[1.0, 1.0]), &spread(&[2.0, 2.0])), None);
        // The mean of five, half a width of 2.776 standard errors.
        let [low, high] = a.interval().unwrap();
        assert!((low - 0.039_834).abs() < 1e-5 && (high - 0.046_166).abs() < 1e-5, "{low} {high}");
        assert_eq!(
            (spread(&[3.0]).deviation, spread(&[3.0]).interval(), Spread::of(Vec::new())),
            (None, None, None)
        );
    }
}
