//! What numbers are like: their mean, their deviation and where they end.

use crate::preset::Spread;

/// Mean, deviation and ends of numbers that come one after another (Welford 1962). A missing value, which is NaN, does not
/// count.
#[derive(Clone, Copy)]
pub struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
    least: f64,
    greatest: f64,
}

impl Default for Moments {
    fn default() -> Self {
        Moments { count: 0.0, mean: 0.0, squares: 0.0, least: f64::INFINITY, greatest: f64::NEG_INFINITY }
    }
}

impl Moments {
    /// Counts a number.
    pub fn add(&mut self, x: f64) {
        if x.is_nan() {
            return;
        }
        self.count += 1.0;
        let before = x - self.mean;
        self.mean += before / self.count;
        self.squares += before * (x - self.mean);
        (self.least, self.greatest) = (self.least.min(x), self.greatest.max(x));
    }

    /// What they are like so far; zeros where there are none.
    pub fn spread(self) -> Spread {
        if self.count == 0.0 {
            return Spread { mean: 0.0, deviation: 0.0, least: 0.0, greatest: 0.0 };
        }
        let deviation = (self.squares / self.count).sqrt();
        Spread { mean: self.mean, deviation, least: self.least, greatest: self.greatest }
    }
}

/// What numbers are like that can be read twice: zeros where there are none.
pub fn spread(numbers: impl Iterator<Item = f64> + Clone) -> Spread {
    let count = numbers.clone().count().max(1) as f64;
    let mean = numbers.clone().sum::<f64>() / count;
    let deviation = (numbers.clone().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count).sqrt();
    let ends = |(least, most): (f64, f64), x: f64| (least.min(x), most.max(x));
    let (least, greatest) = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), ends);
    match least <= greatest {
        true => Spread { mean, deviation, least, greatest },
        false => Spread { mean: 0.0, deviation: 0.0, least: 0.0, greatest: 0.0 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_value_does_not_count() {
        let mut moments = Moments::default();
        [2.0, f64::NAN, 4.0, 6.0].into_iter().for_each(|x| moments.add(x));
        let (found, twice) = (moments.spread(), spread([2.0, 4.0, 6.0].into_iter()));
        assert_eq!((found.mean, found.least, found.greatest), (4.0, 2.0, 6.0));
        assert!((found.deviation - (8.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        assert!((found.deviation - twice.deviation).abs() < 1e-12 && found.mean == twice.mean);
        assert_eq!(Moments::default().spread(), spread([].into_iter()));
    }
}
