//! What the fields of a preset may hold. One table per type feeds the check of a preset, the dashboard's forms and
//! the list of fields, so that they cannot disagree.
//!
//! A configuration type lists its fields once, with [`fields!`](crate::fields): a field that is forgotten there does
//! not compile.

use super::nesting::{Described, Inside};
use super::path::{Key, Path};
pub use super::range::Range;
use super::shapes::ShapeError;

/// The words that a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// The words, as a preset writes them.
    pub names: &'static [&'static str],
    /// What each of them means, in a line, in the same order.
    pub help: &'static [&'static str],
}

impl Words {
    /// Whether it is one of them.
    pub fn contain(&self, word: &str) -> bool {
        self.names.contains(&word)
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
    /// Numbers in brackets, or one of these words.
    NumbersOr(Range, &'static [&'static str]),
    /// `true` or `false`.
    Switch,
    /// One of these words.
    Choice(Words),
    /// Some of these words, in brackets.
    Choices(Words),
    /// A text.
    Text,
    /// A single sign.
    Sign,
    /// Texts in brackets.
    Texts,
    /// A path or pattern, or several in brackets.
    Paths,
    /// The name of a column, or several in brackets.
    Names,
    /// A value with fields of its own, which its own type describes and checks: layers, an optimizer.
    Nested(Described),
}

impl FieldKind {
    /// The range of the numbers that it takes, where it takes numbers.
    pub fn range(&self) -> Option<Range> {
        match *self {
            FieldKind::Integer(range)
            | FieldKind::Number(range)
            | FieldKind::Pair(range)
            | FieldKind::Integers(range)
            | FieldKind::NumbersOr(range, _) => Some(range),
            FieldKind::Switch
            | FieldKind::Choice(_)
            | FieldKind::Choices(_)
            | FieldKind::Text
            | FieldKind::Sign
            | FieldKind::Texts
            | FieldKind::Paths
            | FieldKind::Names
            | FieldKind::Nested(_) => None,
        }
    }

    /// What a field of this kind takes, for a prompt: `a whole number from 1`.
    pub fn in_words(&self) -> String {
        let numbers =
            |what: &str, range: &Range| format!("{what} {}", range.behind_noun()).trim_end().to_owned();
        match self {
            // The end of the range is the engine's limit, too large to matter to a person.
            FieldKind::Integer(Range::COUNT | Range::EPOCHS) => "a whole number from 1".into(),
            FieldKind::Pair(Range::COUNT) => "one or two whole numbers from 1".into(),
            FieldKind::Integers(Range::COUNT) => "whole numbers from 1".into(),
            FieldKind::Integer(range) => numbers("a whole number", range),
            FieldKind::Number(Range::ABOVE_ZERO) => "a number above 0, such as 0.001 or 3e-4".into(),
            FieldKind::Number(range) => numbers("a number", range),
            FieldKind::Pair(range) => numbers("one or two whole numbers", range),
            FieldKind::Integers(range) => numbers("whole numbers", range),
            FieldKind::NumbersOr(range, words) => {
                format!("[…] with {}, or {}", numbers("numbers", range), words.join(", "))
            }
            FieldKind::Switch => "true or false".into(),
            FieldKind::Choice(words) => format!("one of {}", words.names.join(", ")),
            FieldKind::Choices(words) => format!("[…] with some of {}", words.names.join(", ")),
            FieldKind::Text => "a text in quotes".into(),
            FieldKind::Sign => "one sign in quotes, as in ';'".into(),
            FieldKind::Texts => "[…] with texts in quotes".into(),
            FieldKind::Paths => "a path in quotes, or […] with several".into(),
            FieldKind::Names => "a name in quotes, or […] with several".into(),
            FieldKind::Nested(described) => match described.inside() {
                Inside::Fields(_) => "a group of fields".into(),
                Inside::Variants(groups) => {
                    let names: Vec<&str> = groups.iter().filter_map(|group| group.variant).collect();
                    format!("one of {}", names.join(", "))
                }
                Inside::List(_) => "a list in brackets".into(),
                Inside::ByName(each) => {
                    format!(
                        "names in […], or {{\"name\": kind, …}} with {}",
                        FieldKind::Nested(each).in_words()
                    )
                }
            },
        }
    }
}

/// The kind of the field of this name.
///
/// # Panics
/// When there is no such field. In a constant that is a compile error.
pub const fn kind_of(fields: &[Field], name: &str) -> FieldKind {
    let mut place = 0;
    while place < fields.len() {
        if is_same(fields[place].name, name) {
            return fields[place].kind;
        }
        place += 1;
    }
    panic!("there is no field of this name")
}

/// `a == b`, for constants, in which strings cannot be compared with `==`.
const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut place = 0;
    while place < a.len() && place < b.len() && a[place] == b[place] {
        place += 1;
    }
    place == a.len() && place == b.len()
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
    /// The message about a number out of its range, with `{}` for the number; `None`: the field's path and the number are named.
    pub refusal: Option<&'static str>,
}

/// A field's value, as far as a range can check it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Numbers: one, two of a pair, or those of a list.
    Numbers(Vec<f64>),
    /// An optional value that is left out, or one to which no range applies.
    Other,
}

/// A type of fields, whose values a range can check.
pub trait AsValue {
    /// The value.
    fn as_value(&self) -> Value;

    /// The first number out of its range inside a value that has fields of its own.
    fn out_of_range_inside(&self) -> Option<OutOfRange> {
        None
    }
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
number_values!(f64, i64, u32, u64, usize);

impl AsValue for f32 {
    fn as_value(&self) -> Value {
        // The decimal that a preset writes: 0.1, where a conversion gives 0.10000000149011612.
        Value::Numbers(vec![self.to_string().parse().unwrap_or(f64::from(*self))])
    }
}

impl<T: AsValue> AsValue for Option<T> {
    fn as_value(&self) -> Value {
        self.as_ref().map_or(Value::Other, AsValue::as_value)
    }

    fn out_of_range_inside(&self) -> Option<OutOfRange> {
        self.as_ref().and_then(AsValue::out_of_range_inside)
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

    fn out_of_range_inside(&self) -> Option<OutOfRange> {
        let inside = |(place, one): (usize, &T)| {
            one.out_of_range_inside().map(|found| found.inside(Path::top().index(place)))
        };
        self.iter().enumerate().find_map(inside)
    }
}

/// Types to whose values no range applies.
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

/// Types with fields of their own that are the values of another type's fields.
macro_rules! nested_values {
    ($($nested:ty),* $(,)?) => {$(
        impl $crate::preset::field::AsValue for $nested {
            fn as_value(&self) -> $crate::preset::field::Value {
                $crate::preset::field::Value::Other
            }

            fn out_of_range_inside(&self) -> Option<$crate::preset::field::OutOfRange> {
                $crate::preset::field::Fields::out_of_range(self)
            }
        }

        impl $crate::preset::nesting::Describe for $nested {
            fn inside() -> $crate::preset::nesting::Inside {
                $crate::preset::nesting::Inside::Fields($crate::preset::nesting::Group::of::<Self>())
            }
        }
    )*};
}
pub(in crate::preset) use nested_values;

/// A configuration type that describes its fields.
pub trait Fields {
    /// Its fields, in the order in which a form shows them.
    const FIELDS: &'static [Field];

    /// Whether its only field stands in the parentheses without its name, as in `Activation(relu)`.
    const IS_NAMELESS: bool = false;

    /// The content of every field, in the same order.
    fn contents(&self) -> Vec<&dyn AsValue>;

    /// The value of every field, in the same order.
    fn values(&self) -> Vec<Value> {
        self.contents().into_iter().map(AsValue::as_value).collect()
    }

    /// The first number that is out of its field's range, here or in a field with fields of its own.
    fn out_of_range(&self) -> Option<OutOfRange> {
        Self::FIELDS.iter().zip(self.contents()).find_map(|(field, content)| {
            field
                .out_of_range(&content.as_value())
                .or_else(|| content.out_of_range_inside().map(|found| found.inside(Path::to(field.name))))
        })
    }

    /// Checks every number against its field's range.
    ///
    /// # Errors
    /// The first field that is out of its range, with its path below this value.
    fn check_ranges(&self) -> Result<(), ShapeError> {
        self.out_of_range().map_or(Ok(()), |found| Err(found.into()))
    }
}

/// A number that its field does not take.
#[derive(Clone, Debug, PartialEq)]
pub struct OutOfRange {
    /// Where it stands.
    pub path: Path,
    number: f64,
    range: Range,
    refusal: Option<&'static str>,
}

impl OutOfRange {
    /// The number.
    pub fn number(&self) -> f64 {
        self.number
    }

    /// The range that the field takes.
    pub fn range(&self) -> Range {
        self.range
    }

    /// The same number, as seen from the value that holds this one at `outer`.
    pub(in crate::preset) fn inside(mut self, outer: Path) -> Self {
        self.path = outer.then(self.path);
        self
    }

    /// What is wrong: `train.clip.value is -1`.
    fn problem(&self) -> String {
        match self.refusal {
            Some(refusal) => refusal.replace("{}", &self.number.to_string()),
            None => {
                let is_index = |key: &Key| matches!(key, Key::Index(_));
                let mut field = self.path.clone();
                while field.0.last().is_some_and(is_index) {
                    field.0.pop();
                }
                format!("{field} is {}", self.number)
            }
        }
    }
}

impl From<OutOfRange> for ShapeError {
    fn from(found: OutOfRange) -> Self {
        let (problem, help) = (found.problem(), format!("use {}", found.range.in_words()));
        ShapeError { path: found.path, problem, help }
    }
}

impl Field {
    fn out_of_range(&self, value: &Value) -> Option<OutOfRange> {
        let (Some(range), Value::Numbers(numbers)) = (self.kind.range(), value) else { return None };
        let place = numbers.iter().position(|&number| !range.contains(number))?;
        let is_list = matches!(self.kind, FieldKind::Integers(_) | FieldKind::NumbersOr(..));
        let path = if is_list { Path::to(self.name).index(place) } else { Path::to(self.name) };
        Some(OutOfRange { path, number: numbers[place], range, refusal: self.refusal })
    }
}

/// Lists the fields of a configuration type: `fields! { Adam { beta_1: Number(Range::SHARE), "…"; } }`. Every field
/// of the struct must be there. A second text is the message about a number out of the range, with `{}` for the number.
#[macro_export]
macro_rules! fields {
    ($type:ident { $($name:ident: $kind:expr, $help:literal $(, $refusal:literal)?;)* }) => {
        impl $crate::preset::field::Fields for $type {
            const FIELDS: &'static [$crate::preset::field::Field] = &[$({
                #[allow(unused_imports, reason = "a table may need only some of the kinds")]
                use $crate::preset::{field::{FieldKind::*, Range}, nesting::inside};
                let refusal: &[&'static str] = &[$($refusal)?];
                $crate::preset::field::Field {
                    name: stringify!($name),
                    kind: $kind,
                    help: $help,
                    refusal: refusal.first().copied(),
                }
            }),*];

            fn contents(&self) -> Vec<&dyn $crate::preset::field::AsValue> {
                let $type { $($name),* } = self;
                vec![$($name as &dyn $crate::preset::field::AsValue),*]
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Serialize, serde::Deserialize)]
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

    struct Outer {
        example: Option<Example>,
        many: Vec<Example>,
        share: f32,
    }

    nested_values!(Example);

    fields! {
        Outer {
            example: inside::<Option<Example>>(), "one, if any";
            many: inside::<Vec<Example>>(), "several";
            share: Number(Range::SHARE), "a share", "a share of {}";
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
    fn numbers_inside_other_values_are_refused_by_their_whole_path() {
        let example = |rate| Example { rate, sizes: vec![], limit: None, is_on: false };
        let refusal = |example, many, share| Outer { example, many, share }.check_ranges().unwrap_err();
        let found = refusal(Some(example(-1.0)), vec![], 0.0);
        assert_eq!((&*found.path.to_string(), &*found.problem), ("example.rate", "example.rate is -1"));
        let found = refusal(None, vec![example(1.0), example(-2.0)], 0.0);
        assert_eq!((&*found.path.to_string(), &*found.problem), ("many[1].rate", "many[1].rate is -2"));
        // A number in single precision is shown as it was written.
        let found = refusal(None, vec![], 1.1);
        assert_eq!((&*found.problem, &*found.help), ("a share of 1.1", "use 0 or more and below 1"));
    }

    #[test]
    fn what_a_field_takes_is_said_in_words() {
        assert_eq!(kind_of(Example::FIELDS, "rate").in_words(), "a number above 0, such as 0.001 or 3e-4");
        assert_eq!(FieldKind::Integer(Range::at_least(1.0)).in_words(), "a whole number from 1");
        assert_eq!(FieldKind::Number(Range::SHARE).in_words(), "a number from 0 to below 1");
        assert_eq!(FieldKind::Number(Range::ANY).in_words(), "a number");
        let words = Words { names: &["a", "b"], help: &["the first", "the second"] };
        assert_eq!(FieldKind::Choice(words).in_words(), "one of a, b");
    }
}
