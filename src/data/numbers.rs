//! What numbers are like: their mean, their deviation and where they end.

use crate::preset::Spread;

/// Mean, deviation and ends of numbers that come one after another (Welford 1962). A missing value, which is NaN, does not
/// count.
#[derive(Clone, Copy)]
pub struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
    /// What mean and squares are counted in; 0 before the first number that is not 0.
    unit: f64,
    least: f64,
    greatest: f64,
}

/// Numbers beyond it, or below its inverse, have squares that double precision may not hold.
const LARGE: f64 = 1e100;

/// What numbers of this size are counted in: 1, or for very large and very small ones a power of two near them.
fn unit(x: f64) -> f64 {
    match x.abs() {
        size if (1.0 / LARGE..=LARGE).contains(&size) || size == 0.0 || !size.is_finite() => 1.0,
        size => 2_f64.powi(size.log2().floor().clamp(-1000.0, 1000.0) as i32),
    }
}

impl Default for Moments {
    fn default() -> Self {
        let (least, greatest) = (f64::INFINITY, f64::NEG_INFINITY);
        Moments { count: 0.0, mean: 0.0, squares: 0.0, unit: 0.0, least, greatest }
    }
}

impl Moments {
    /// Counts a number.
    pub fn add(&mut self, x: f64) {
        if x.is_nan() {
            return;
        }
        self.count += 1.0;
        (self.least, self.greatest) = (self.least.min(x), self.greatest.max(x));
        if x != 0.0 && (self.unit == 0.0 || x.abs() / self.unit > LARGE) {
            let unit = unit(x);
            let change = self.unit / unit;
            (self.mean, self.squares) = (self.mean * change, self.squares * change * change);
            self.unit = unit;
        }
        // A unit is a power of two, so that no digit is lost.
        let x = if self.unit == 0.0 { x } else { x / self.unit };
        let before = x - self.mean;
        self.mean += before / self.count;
        self.squares += before * (x - self.mean);
    }

    /// What they are like so far; zeros where there are none.
    pub fn spread(self) -> Spread {
        if self.count == 0.0 {
            return Spread { mean: 0.0, deviation: 0.0, least: 0.0, greatest: 0.0 };
        }
        let unit = if self.unit == 0.0 { 1.0 } else { self.unit };
        let deviation = (self.squares / self.count).sqrt() * unit;
        Spread { mean: self.mean * unit, deviation, least: self.least, greatest: self.greatest }
    }
}

/// What numbers are like that can be read twice: zeros where there are none.
pub fn spread(numbers: impl Iterator<Item = f64> + Clone) -> Spread {
    let count = numbers.clone().count().max(1) as f64;
    let ends = |(least, most): (f64, f64), x: f64| (least.min(x), most.max(x));
    let (least, greatest) = numbers.clone().fold((f64::INFINITY, f64::NEG_INFINITY), ends);
    let unit = unit(greatest.abs().max(least.abs()));
    let mean = numbers.clone().map(|x| x / unit).sum::<f64>() / count;
    let squares = numbers.map(|x| (x / unit - mean) * (x / unit - mean)).sum::<f64>();
    let (mean, deviation) = (mean * unit, (squares / count).sqrt() * unit);
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

    #[test]
    fn very_large_and_very_small_numbers_have_the_deviation_that_others_have_times_their_size() {
        let numbers = [0.0, 2.0, 4.0, 6.0, -3.0];
        for size in [1e300, 1e-300, 1e150, 1.0, f64::from_bits(1 << 14)] {
            let (mut moments, sized) = (Moments::default(), numbers.map(|x| x * size));
            sized.iter().for_each(|&x| moments.add(x));
            for spread in [moments.spread(), spread(sized.into_iter())] {
                assert!((spread.mean / size - 1.8).abs() < 1e-4, "{size}: {}", spread.mean);
                let deviation = spread.deviation / size;
                assert!((deviation - 9.76_f64.sqrt()).abs() < 1e-4, "{size}: {deviation}");
            }
        }
        let mut moments = Moments::default();
        [1e-300, 2.0, 1e200, -1e200].into_iter().for_each(|x| moments.add(x));
        assert!((moments.spread().deviation / 1e200 - 0.5_f64.sqrt()).abs() < 1e-9);
    }
}
