//! The values that a setting can take in a search, and the way from the unit interval to them.

/// Numbers are drawn with this many significant digits, so that a table and a preset can be read.
const DIGITS: usize = 4;

/// The values that a setting can take.
#[derive(Clone, Debug, PartialEq)]
pub enum Domain {
    /// Any number from `low` to `high`, each as likely as another.
    Uniform {
        /// The smallest.
        low: f64,
        /// The largest.
        high: f64,
    },
    /// Any number from `low` to `high`, both above 0; its logarithm is uniform.
    Log {
        /// The smallest.
        low: f64,
        /// The largest.
        high: f64,
    },
    /// A whole number: `low`, `low + step` and so on, to `high`.
    Int {
        /// The smallest.
        low: i64,
        /// No number is above it.
        high: i64,
        /// From one to the next.
        step: i64,
    },
    /// A whole number from `low` to `high`, both above 0; its logarithm is uniform.
    LogInt {
        /// The smallest.
        low: i64,
        /// The largest.
        high: i64,
    },
    /// One of these, as a preset writes them.
    Choice(Vec<String>),
}

impl Domain {
    /// The value at a place of the unit interval, from 0 to below 1, as a preset writes it.
    pub fn at(&self, place: f64) -> String {
        let place = place.clamp(0.0, 1.0);
        match self {
            Domain::Uniform { low, high } => {
                let width = high - low;
                let decimals = DIGITS as i32 - width.log10().floor() as i32;
                let decimals = usize::try_from(decimals.clamp(0, 300)).unwrap_or_default();
                let drawn = low + place * width;
                number(rounded(format!("{drawn:.decimals$}"), drawn).clamp(*low, *high))
            }
            Domain::Log { low, high } => {
                let drawn = (low.ln() + place * (high.ln() - low.ln())).exp();
                let digits = DIGITS - 1;
                number(rounded(format!("{drawn:.digits$e}"), drawn).clamp(*low, *high))
            }
            Domain::Int { low, step, .. } => {
                let last = self.count().unwrap_or(1) - 1;
                let position = ((place * (last + 1) as f64) as u64).min(last);
                (low + position as i64 * step).to_string()
            }
            Domain::LogInt { low, high } => {
                // Each whole number has the interval of half a unit around it.
                let (first, end) = ((*low as f64 - 0.5).ln(), (*high as f64 + 0.5).ln());
                let drawn = (first + place * (end - first)).exp().round() as i64;
                drawn.clamp(*low, *high).to_string()
            }
            Domain::Choice(values) => {
                let position = ((place * values.len() as f64) as usize).min(values.len() - 1);
                values[position].clone()
            }
        }
    }

    /// The place of a value in the unit interval; `None` for a value that is not in the domain. For a whole number and a choice
    /// it is the middle of its interval.
    pub fn place(&self, value: &str) -> Option<f64> {
        let number = || value.parse::<f64>().ok().filter(|number| number.is_finite());
        let whole = || value.parse::<i64>().ok();
        let place = match self {
            Domain::Uniform { low, high } => (number()? - low) / (high - low),
            Domain::Log { low, high } => (number()?.ln() - low.ln()) / (high.ln() - low.ln()),
            Domain::Int { low, step, .. } => {
                ((whole()? - low) as f64 / *step as f64 + 0.5) / self.count()? as f64
            }
            Domain::LogInt { low, high } => {
                let (first, end) = ((*low as f64 - 0.5).ln(), (*high as f64 + 0.5).ln());
                ((whole()? as f64).ln() - first) / (end - first)
            }
            Domain::Choice(values) => {
                let position = values.iter().position(|one| one == value)?;
                (position as f64 + 0.5) / values.len() as f64
            }
        };
        (0.0..=1.0).contains(&place).then_some(place)
    }

    /// All places that [`at`](Domain::at) takes to this whole number or choice; `None` for a number from an interval, and for a value
    /// that is not in the domain.
    pub fn interval(&self, value: &str) -> Option<[f64; 2]> {
        match self {
            Domain::Uniform { .. } | Domain::Log { .. } => None,
            Domain::Int { .. } | Domain::Choice(_) => {
                let (middle, half) = (self.place(value)?, 0.5 / self.count()? as f64);
                Some([middle - half, middle + half])
            }
            Domain::LogInt { low, high } => {
                let (first, end) = ((*low as f64 - 0.5).ln(), (*high as f64 + 0.5).ln());
                let number =
                    value.parse::<i64>().ok().filter(|number| (low..=high).contains(&number))? as f64;
                Some([number - 0.5, number + 0.5].map(|edge| (edge.ln() - first) / (end - first)))
            }
        }
    }

    /// How many values there are; `None` where it is an interval.
    pub fn count(&self) -> Option<u64> {
        match self {
            Domain::Uniform { .. } | Domain::Log { .. } => None,
            Domain::Int { low, high, step } => Some(high.abs_diff(*low) / step.unsigned_abs() + 1),
            Domain::LogInt { low, high } => Some(high.abs_diff(*low) + 1),
            Domain::Choice(values) => Some(values.len() as u64),
        }
    }

    /// Its values for a grid: all choices, and `points` of the numbers, both ends among them.
    pub fn points(&self, points: u32) -> Vec<String> {
        let points = u64::from(points.max(1));
        match self {
            Domain::Choice(values) => values.clone(),
            Domain::Int { low, step, .. } => {
                let last = self.count().unwrap_or(1) - 1;
                let count = points.min(last + 1);
                let position =
                    |i: u64| if count == 1 { last / 2 } else { (i * last + (count - 1) / 2) / (count - 1) };
                (0..count).map(|i| (low + position(i) as i64 * step).to_string()).collect()
            }
            Domain::Uniform { .. } | Domain::Log { .. } | Domain::LogInt { .. } => {
                let place = |i: u64| if points == 1 { 0.5 } else { i as f64 / (points - 1) as f64 };
                let mut all: Vec<String> = (0..points).map(|i| self.at(place(i))).collect();
                all.dedup();
                all
            }
        }
    }

    /// The smallest and the largest value, or every choice.
    pub fn ends(&self) -> Vec<String> {
        match self {
            Domain::Uniform { low, high } | Domain::Log { low, high } => vec![number(*low), number(*high)],
            Domain::Int { low, step, .. } => {
                vec![low.to_string(), (low + (self.count().unwrap_or(1) - 1) as i64 * step).to_string()]
            }
            Domain::LogInt { low, high } => vec![low.to_string(), high.to_string()],
            Domain::Choice(values) => values.clone(),
        }
    }

    /// Values that show whether a preset takes all of them: the ends, and of an interval a number between them.
    pub fn probes(&self) -> Vec<String> {
        /// A place where few numbers are whole.
        const BETWEEN: f64 = 0.381_966;
        let between = self.count().is_none().then(|| self.at(BETWEEN));
        self.ends().into_iter().chain(between).collect()
    }

    /// Whether its values are whole numbers.
    pub fn is_whole(&self) -> bool {
        matches!(self, Domain::Int { .. } | Domain::LogInt { .. })
    }

    /// Whether places are to be drawn on a logarithmic axis.
    pub fn is_logarithmic(&self) -> bool {
        match self {
            Domain::Log { .. } | Domain::LogInt { .. } => true,
            Domain::Uniform { .. } | Domain::Int { .. } | Domain::Choice(_) => false,
        }
    }

    /// Whether its values are numbers.
    pub fn is_numeric(&self) -> bool {
        !matches!(self, Domain::Choice(_))
    }
}

fn rounded(text: String, drawn: f64) -> f64 {
    text.parse().unwrap_or(drawn)
}

/// A number as a preset writes it.
fn number(number: f64) -> String {
    // What was rounded to 0 from below has no sign.
    let number = number + 0.0;
    if number != 0.0 && number.abs() < 1e-3 { format!("{number:e}") } else { number.to_string() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_drawn_with_four_digits_and_never_leave_their_range() {
        let log = Domain::Log { low: 1e-5, high: 1e-1 };
        assert_eq!([0.0, 0.5, 1.0].map(|place| log.at(place)), ["1e-5", "0.001", "0.1"]);
        let share = Domain::Uniform { low: 0.0, high: 0.6 };
        assert_eq!([0.0, 0.123_456_7, 1.0].map(|place| share.at(place)), ["0", "0.07407", "0.6"]);
        let far = Domain::Uniform { low: 1000.0, high: 1001.0 };
        assert_eq!(far.at(0.500_04), "1000.5");
    }

    #[test]
    fn whole_numbers_are_as_likely_at_the_ends_as_in_the_middle() {
        let filters = Domain::Int { low: 8, high: 64, step: 8 };
        assert_eq!(filters.count(), Some(8));
        let drawn: Vec<String> = (0..8).map(|i| filters.at((f64::from(i) + 0.5) / 8.0)).collect();
        assert_eq!(drawn, ["8", "16", "24", "32", "40", "48", "56", "64"]);
        // What does not divide the range ends below it.
        assert_eq!(Domain::Int { low: 1, high: 10, step: 4 }.ends(), ["1", "9"]);
        let units = Domain::LogInt { low: 1, high: 1000 };
        assert_eq!([0.0, 1.0].map(|place| units.at(place)), ["1", "1000"]);
    }

    #[test]
    fn a_grid_has_both_ends_and_every_choice_once() {
        assert_eq!(Domain::Log { low: 0.001, high: 0.1 }.points(3), ["0.001", "0.01", "0.1"]);
        assert_eq!(Domain::Int { low: 1, high: 5, step: 1 }.points(3), ["1", "3", "5"]);
        assert_eq!(Domain::Int { low: 1, high: 2, step: 1 }.points(5), ["1", "2"]);
        assert_eq!(Domain::Choice(vec!["relu".into(), "tanh".into()]).points(1), ["relu", "tanh"]);
    }

    proptest! {
        #[test]
        fn a_value_is_found_again_near_its_place(place in 0.0..1.0_f64) {
            for domain in [
                Domain::Uniform { low: -2.0, high: 3.0 },
                Domain::Log { low: 1e-6, high: 10.0 },
                Domain::Int { low: -5, high: 5, step: 1 },
                Domain::LogInt { low: 1, high: 512 },
                Domain::Choice(["a", "b", "c"].map(String::from).to_vec()),
            ] {
                let value = domain.at(place);
                let again = domain.place(&value).unwrap();
                prop_assert_eq!(domain.at(again), value.clone(), "{:?}", domain);
                let width = match domain.count() {
                    None => 1e-3,
                    Some(count) if !domain.is_logarithmic() => 0.5 / count as f64 + 1e-9,
                    Some(_) => 0.5,
                };
                prop_assert!((again - place).abs() <= width, "{:?} {} {} {}", domain, place, value, again);
            }
        }
    }
}
