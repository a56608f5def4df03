//! What the fields of a preset may hold. One table per type feeds the check of a preset, the dashboard's forms and
//! the list of fields, so that they cannot disagree.
//!
//! A configuration type lists its fields once, with [`fields!`](crate::fields): a field that is forgotten there does
//! not compile.

use super::path::Path;
use super::shapes::ShapeError;

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

    /// `low` or more.
    pub const fn at_least(low: f64) -> Range {
        Range { low, from_low: true, high: f64::MAX, to_high: true }
    }

    /// From `low` to `high`, both included.
    pub const fn between(low: f64, high: f64) -> Range {
        Range { low, from_low: true, high, to_high: true }
    }

    /// Above `low`, and at most `high`.
    pub const fn above_to(low: f64, high: f64) -> Range {
        Range { low, from_low: false, high, to_high: true }
    }

    /// `low` or more, and below `high`.
    pub const fn from_to_below(low: f64, high: f64) -> Range {
        Range { low, from_low: true, high, to_high: false }
    }

    /// Whether a number is in the range.
    pub fn contains(&self, number: f64) -> bool {
        let above = if self.from_low { number >= self.low } else { number > self.low };
        let below = if self.to_high { number <= self.high } else { number < self.high };
        number.is_finite() && above && below
    }

    /// The range for a person: `above 0 and at most 1`.
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

/// What kind of value a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FieldKind {
    /// A whole number.
    Integer(Range),
    /// A number.
    Number(Range),
    /// A whole number, or `(height, width)`.
    Pair(Range),
    /// Whole numbers in brackets.
    Integers(Range),
    /// Numbers in brackets.
    Numbers(Range),
    /// `true` or `false`.
    Switch,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A text.
    Text,
    /// A value with fields of its own, which its own type describes and checks: layers, an optimizer.
    Nested,
}

/// One field of a configuration type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Its name in a preset.
    pub name: &'static str,
    /// What it holds. An optional field may also be left out.
    pub kind: FieldKind,
    /// What it is for, in one line.
    pub help: &'static str,
}

/// A field's value, as far as a range can judge it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Numbers: one, two of a pair, or those of a list.
    Numbers(Vec<f64>),
    /// An optional value that is left out, or one that no range judges.
    Other,
}

/// How the types of fields become values that a range can judge.
pub trait AsValue {
    /// The value.
    fn as_value(&self) -> Value;
}

macro_rules! number_values {
    ($($number:ty),*) => {$(
        impl AsValue for $number {
            fn as_value(&self) -> Value {
                Value::Numbers(vec![*self as f64])
            }
        }
    )*};
}
number_values!(f32, f64, u32, u64, usize);

impl<T: AsValue> AsValue for Option<T> {
    fn as_value(&self) -> Value {
        self.as_ref().map_or(Value::Other, AsValue::as_value)
    }
}

impl<T: AsValue> AsValue for Vec<T> {
    fn as_value(&self) -> Value {
        let numbers = self.iter().map(|one| match one.as_value() {
            Value::Numbers(numbers) => Some(numbers),
            Value::Other => None,
        });
        numbers.collect::<Option<Vec<_>>>().map_or(Value::Other, |all| Value::Numbers(all.concat()))
    }
}

impl AsValue for super::layer::Pair {
    fn as_value(&self) -> Value {
        Value::Numbers(vec![self.0 as f64, self.1 as f64])
    }
}

/// Types whose values no range judges.
macro_rules! other_values {
    ($($other:ty),* $(,)?) => {$(
        impl $crate::preset::field::AsValue for $other {
            fn as_value(&self) -> $crate::preset::field::Value {
                $crate::preset::field::Value::Other
            }
        }
    )*};
}
pub(in crate::preset) use other_values;
other_values!(bool, String);

/// A configuration type that describes its fields.
pub trait Fields {
    /// Its fields, in the order in which a form shows them.
    const FIELDS: &'static [Field];

    /// The value of every field, in the same order.
    fn values(&self) -> Vec<Value>;

    /// Checks every number against its field's range.
    ///
    /// # Errors
    /// The first field that is out of its range, with its path below this value.
    fn check_ranges(&self) -> Result<(), ShapeError> {
        for (field, value) in Self::FIELDS.iter().zip(self.values()) {
            field.check(&value)?;
        }
        Ok(())
    }
}

impl Field {
    /// The range of its numbers, where it holds numbers.
    pub fn range(&self) -> Option<Range> {
        match self.kind {
            FieldKind::Integer(range)
            | FieldKind::Number(range)
            | FieldKind::Pair(range)
            | FieldKind::Integers(range)
            | FieldKind::Numbers(range) => Some(range),
            FieldKind::Switch | FieldKind::Choice(_) | FieldKind::Text | FieldKind::Nested => None,
        }
    }

    fn check(&self, value: &Value) -> Result<(), ShapeError> {
        let (Some(range), Value::Numbers(numbers)) = (self.range(), value) else { return Ok(()) };
        let Some(place) = numbers.iter().position(|&number| !range.contains(number)) else { return Ok(()) };
        let is_list = matches!(self.kind, FieldKind::Integers(_) | FieldKind::Numbers(_));
        let path = if is_list { Path::to(self.name).index(place) } else { Path::to(self.name) };
        let problem = format!("{} is {}", self.name, numbers[place]);
        Err(ShapeError { path, problem, help: format!("use {}", range.in_words()) })
    }
}

/// Lists the fields of a configuration type: `fields! { Adam { beta_1: Number(Range::SHARE), "…"; } }`. Every field
/// of the struct must be there.
#[macro_export]
macro_rules! fields {
    ($type:ident { $($name:ident: $kind:expr, $help:literal;)* }) => {
        impl $crate::preset::field::Fields for $type {
            const FIELDS: &'static [$crate::preset::field::Field] = &[$({
                #[allow(unused_imports, reason = "a table may need only some of the kinds")]
                use $crate::preset::field::{FieldKind::*, Range};
                $crate::preset::field::Field { name: stringify!($name), kind: $kind, help: $help }
            }),*];

            fn values(&self) -> Vec<$crate::preset::field::Value> {
                #[allow(unused_imports, reason = "a type may have no fields")]
                use $crate::preset::field::AsValue;
                let $type { $($name),* } = self;
                vec![$($name.as_value()),*]
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Example {
        rate: f64,
        sizes: Vec<usize>,
        limit: Option<f32>,
        is_on: bool,
    }

    fields! {
        Example {
            rate: Number(Range::ABOVE_ZERO), "the step size";
            sizes: Integers(Range::COUNT), "sizes of something";
            limit: Number(Range::between(0.0, 2.0)), "a limit, if any";
            is_on: Switch, "whether it is on";
        }
    }

    fn refusal(rate: f64, sizes: &[usize], limit: Option<f32>) -> String {
        let example = Example { rate, sizes: sizes.to_vec(), limit, is_on: true };
        let refused = example.check_ranges();
        refused
            .map_or_else(|error| format!("{}: {}; {}", error.path, error.problem, error.help), |()| "".into())
    }

    #[test]
    fn numbers_outside_their_range_are_refused_by_name_and_place() {
        assert_eq!(refusal(0.1, &[1, 2], None), "");
        assert_eq!(refusal(0.1, &[], Some(2.0)), "");
        assert_eq!(refusal(0.0, &[], None), "rate: rate is 0; use above 0");
        assert_eq!(refusal(f64::NAN, &[], None), "rate: rate is NaN; use above 0");
        assert_eq!(refusal(0.1, &[3, 0], None), "sizes[1]: sizes is 0; use 1 or more and at most 2147483647");
        assert_eq!(refusal(0.1, &[], Some(2.5)), "limit: limit is 2.5; use 0 or more and at most 2");
    }

    #[test]
    fn a_range_holds_no_infinity_and_says_its_ends() {
        assert!(!Range::ANY.contains(f64::INFINITY) && Range::ANY.contains(-1e300));
        assert!(Range::SHARE.contains(0.0) && !Range::SHARE.contains(1.0));
        assert_eq!(Range::above_to(0.0, 1.0).in_words(), "above 0 and at most 1");
        assert_eq!(Range::ANY.in_words(), "a finite number");
    }
}
