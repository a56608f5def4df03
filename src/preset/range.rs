//! Which numbers a field takes.

/// The numbers that a field takes. Infinity and NaN are in no range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    low: f64,
    /// Whether `low` itself is in the range.
    from_low: bool,
    high: f64,
    /// Whether `high` itself is in the range.
    to_high: bool,
}

impl Range {
    /// Every finite number.
    pub const ANY: Range = Range { low: f64::MIN, from_low: true, high: f64::MAX, to_high: true };
    /// Above 0.
    pub const ABOVE_ZERO: Range = Range { from_low: false, ..Range::at_least(0.0) };
    /// 0 or more.
    pub const NOT_NEGATIVE: Range = Range::at_least(0.0);
    /// 0 or more, and below 1.
    pub const SHARE: Range = Range { low: 0.0, from_low: true, high: 1.0, to_high: false };
    /// Sizes and counts: 1 or more, and small enough for the engine's arithmetic.
    pub const COUNT: Range = Range::between(1.0, 2_147_483_647.0);

    /// Passes over data: more take longer than anyone waits.
    pub const EPOCHS: Range = Range::between(1.0, 1e9);

    /// `low` or more.
    pub const fn at_least(low: f64) -> Range {
        Range { low, from_low: true, high: f64::MAX, to_high: true }
    }

    /// From `low` to `high`, both included.
    pub const fn between(low: f64, high: f64) -> Range {
        Range { low, from_low: true, high, to_high: true }
    }

    /// Above `low`, and below `high`.
    pub const fn within(low: f64, high: f64) -> Range {
        Range { low, from_low: false, high, to_high: false }
    }

    /// Above `low`, and at most `high`.
    pub const fn above_to(low: f64, high: f64) -> Range {
        Range { low, from_low: false, high, to_high: true }
    }

    /// `low` or more, and below `high`.
    pub const fn from_to_below(low: f64, high: f64) -> Range {
        Range { low, from_low: true, high, to_high: false }
    }

    /// The largest number, or what all numbers stay below.
    pub fn high(&self) -> f64 {
        self.high
    }

    /// Whether a number is in the range.
    pub fn contains(&self, number: f64) -> bool {
        let above = if self.from_low { number >= self.low } else { number > self.low };
        let below = if self.to_high { number <= self.high } else { number < self.high };
        number.is_finite() && above && below
    }

    /// The range behind a noun: `a number` `from 0 to below 1`.
    pub fn behind_noun(&self) -> String {
        let low = (self.low > f64::MIN).then(|| match self.from_low {
            true => format!("from {}", self.low),
            false => format!("above {}", self.low),
        });
        let high = (self.high < f64::MAX).then(|| match self.to_high {
            true => format!("to {}", self.high),
            false => format!("to below {}", self.high),
        });
        [low, high].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// The range behind "use": `above 0 and at most 1`.
    pub fn in_words(&self) -> String {
        let low = (self.low > f64::MIN).then(|| match self.from_low {
            true => format!("{} or more", self.low),
            false => format!("above {}", self.low),
        });
        let high = (self.high < f64::MAX).then(|| match self.to_high {
            true => format!("at most {}", self.high),
            false => format!("below {}", self.high),
        });
        match (low, high) {
            (Some(low), Some(high)) => format!("{low} and {high}"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => "a finite number".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_no_infinity_and_says_its_ends() {
        assert!(!Range::ANY.contains(f64::INFINITY) && Range::ANY.contains(-1e300));
        assert!(Range::SHARE.contains(0.0) && !Range::SHARE.contains(1.0));
        assert_eq!(Range::above_to(0.0, 1.0).in_words(), "above 0 and at most 1");
        assert_eq!(Range::ANY.in_words(), "a finite number");
    }
}
