//! The columns of a table as inputs of a graph, and how their cells become the numbers that a network gets: what `data/table`
//! does with the cells of a file, in ONNX's operators.

use std::collections::HashSet;

use super::graph::{Builder, Value, int, texts, whole_numbers};
use super::proto::element;
use crate::preset::{DatePart, InputKind, TableSchema, code};

/// An input of the graph, `[batch, 1]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnInput {
    /// Its name: that of its column, where no other input is called so.
    pub name: String,
    /// The type of its elements.
    pub data_type: i32,
    /// What it takes, for the metadata.
    pub takes: String,
}

/// The inputs of a graph for tables of this schema, in the order of the schema's inputs. `is_coarse` says of each of the network's
/// inputs whether single precision has too few digits for it.
pub fn inputs(schema: &TableSchema, is_coarse: &[bool]) -> Vec<ColumnInput> {
    let mut inputs: Vec<ColumnInput> = Vec::new();
    let mut place = 0;
    for input in &schema.inputs {
        let column = &schema.columns[input.place];
        let base = if column.is_empty() { format!("column {}", input.place + 1) } else { column.clone() };
        let numbered = (2..).map(|number: usize| format!("{base} ({number})"));
        let is_free = |name: &String| name != "output" && inputs.iter().all(|other| other.name != *name);
        let name = std::iter::once(base.clone()).chain(numbered).find(is_free).unwrap_or(base);
        let is_coarse = is_coarse.get(place).copied().unwrap_or(false);
        place += input.width();
        let (data_type, takes) = match input.kind {
            InputKind::Number(_) if is_coarse => (element::DOUBLE, "number"),
            InputKind::Number(_) => (element::FLOAT, "number"),
            InputKind::Boolean(_) => (element::STRING, "yes or no"),
            InputKind::Category(_) | InputKind::Embedding { .. } => (element::STRING, "word"),
            InputKind::Date { ref parts, .. } if DatePart::are_of_time(parts) => {
                (element::DOUBLE, "seconds since midnight")
            }
            InputKind::Date { .. } => (element::DOUBLE, "seconds since 1970-01-01"),
        };
        let takes = match &input.form {
            None => takes.to_string(),
            Some(form) => format!("{takes}, {}", form.without()),
        };
        inputs.push(ColumnInput { name, data_type, takes });
    }
    inputs
}

/// The numbers of all inputs, `[batch, width]` in double precision, as the table's encoder gives them. A missing number or date is
/// NaN, and so is what a person writes for yes or no that is neither.
pub fn encode(builder: &mut Builder, schema: &TableSchema, inputs: &[ColumnInput]) -> Value {
    let mut parts = Vec::new();
    for (input, ColumnInput { name, .. }) in schema.inputs.iter().zip(inputs) {
        match &input.kind {
            InputKind::Number(_) => {
                let x = double(builder, name);
                let x = schema.missing_numbers().fold(x, |x, number| without(builder, &x, number));
                push_with_flag(builder, &mut parts, &[x], &input.kind);
            }
            InputKind::Boolean(_) => {
                let x = yes_or_no(builder, name);
                push_with_flag(builder, &mut parts, &[x], &input.kind);
            }
            InputKind::Category(words) => {
                let width = input.width() as i64;
                // A word that training did not have is none of them.
                let other = if input.rest.is_taught { width - 1 } else { width };
                let word = number_of_word(builder, name, words, &input.places_of_words(), other);
                let all: Vec<i64> = (0..width).collect();
                let all = builder.whole_numbers("words", &all);
                let is_word = builder.op("Equal", &[&word, &all], Vec::new());
                parts.push(double(builder, &is_word));
            }
            InputKind::Embedding { words, .. } => {
                let (places, other) = (input.places_of_words(), input.other_word().unwrap_or(words.len()));
                let word = number_of_word(builder, name, words, &places, other as i64);
                parts.push(double(builder, &word));
            }
            InputKind::Date { parts: wanted, .. } => {
                let seconds = double(builder, name);
                let date = Date::of(builder, seconds);
                let found: Vec<Value> = wanted.iter().map(|part| date.part(builder, *part)).collect();
                push_with_flag(builder, &mut parts, &found, &input.kind);
            }
        }
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    builder.op("Concat", &parts, vec![int("axis", 1)])
}

fn double(builder: &mut Builder, x: &str) -> Value {
    builder.op("Cast", &[x], vec![int("to", element::DOUBLE.into())])
}

/// Numbers with NaN where they are the one that says that the value is missing.
fn without(builder: &mut Builder, x: &str, number: f64) -> Value {
    // An input in single precision has another number next to it.
    let near = f64::from(number as f32);
    [number, near].into_iter().take(1 + usize::from(near != number)).fold(x.to_string(), |x, number| {
        let (number, missing) =
            (builder.doubles("missing", &[], &[number]), builder.doubles("unknown", &[], &[f64::NAN]));
        let is_missing = builder.op("Equal", &[&x, &number], Vec::new());
        builder.op("Where", &[&is_missing, &missing, &x], Vec::new())
    })
}

/// The numbers of a column, and where its schema has one the flag that tells that they are missing.
fn push_with_flag(builder: &mut Builder, parts: &mut Vec<Value>, numbers: &[Value], kind: &InputKind) {
    parts.extend(numbers.iter().cloned());
    let flag = kind.filling().is_some_and(|filling| filling.flag);
    if let (true, Some(first)) = (flag, numbers.first()) {
        let is_missing = builder.op("IsNaN", &[first], Vec::new());
        parts.push(double(builder, &is_missing));
    }
}

/// The place in `places` of a word among `words`; `other` for any other word.
fn number_of_word(builder: &mut Builder, x: &str, words: &[String], places: &[usize], other: i64) -> Value {
    let keys = forms(words, places);
    let values = keys.iter().map(|(_, place)| *place).collect();
    let keys: Vec<&str> = keys.iter().map(|(key, _)| &key[..]).collect();
    labelled(builder, x, &keys, values, other)
}

/// The words with their places, and behind them the other form of those that are codes: a whole number may come as `1` and as `1.0`,
/// which are one word to the table's encoder too.
fn forms(words: &[String], places: &[usize]) -> Vec<(String, i64)> {
    let known: HashSet<&str> = words.iter().map(String::as_str).collect();
    let places = || places.iter().map(|&place| place as i64);
    let mut keys: Vec<(String, i64)> = words.iter().cloned().zip(places()).collect();
    // A table's cells are read without the blanks beside them.
    for (word, place) in words.iter().zip(places()).filter(|(word, _)| !word.is_empty()) {
        let beside = [format!(" {word}"), format!("{word} ")];
        keys.extend(beside.into_iter().filter(|word| !known.contains(&word[..])).map(|word| (word, place)));
    }
    for (word, place) in words.iter().zip(places()) {
        let (short, long) = (code(word, '.'), format!("{word}.0"));
        if !known.contains(short) {
            keys.push((short.to_string(), place));
        }
        if code(&long, '.') == word && !known.contains(&long[..]) {
            keys.push((long, place));
        }
    }
    keys
}

/// The whole number that stands for each word; `other` for a word that is none of `keys`.
fn labelled(builder: &mut Builder, x: &str, keys: &[&str], values: Vec<i64>, other: i64) -> Value {
    let attributes = vec![
        texts("keys_strings", keys),
        whole_numbers("values_int64s", values),
        int("default_int64", other),
    ];
    builder.learning_op("LabelEncoder", &[x], attributes)
}

/// 1 and 0 for the words that a table may have for yes and no, in large and small letters and with a blank beside them, and for
/// numbers that are 1 and 0; NaN for any other.
fn yes_or_no(builder: &mut Builder, x: &str) -> Value {
    let yes = spellings(&["true", "yes", "t", "y", "on", "1", "+1", "1.", "1.0", "1.00", "1.000"]);
    let no =
        spellings(&["false", "no", "f", "n", "off", "0", "-0", "0.", ".0", "0.0", "-0.0", "0.00", "0.000"]);
    let keys: Vec<&str> = yes.iter().chain(&no).map(String::as_str).collect();
    let values = [vec![1; yes.len()], vec![0; no.len()]].concat();
    let number = labelled(builder, x, &keys, values, -1);
    let number = double(builder, &number);
    let (zero, unknown) = (builder.doubles("0", &[], &[0.0]), builder.doubles("unknown", &[], &[f64::NAN]));
    let is_neither = builder.op("Less", &[&number, &zero], Vec::new());
    builder.op("Where", &[&is_neither, &unknown, &number], Vec::new())
}

/// The words in every mixture of large and small letters, each also with a blank before it, behind it or both.
fn spellings(words: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for word in words {
        let letters: Vec<char> = word.chars().collect();
        let mixtures = (0..1_u32 << letters.len()).map(|mixture| {
            let letter = |(at, letter): (usize, &char)| match mixture >> at & 1 {
                0 => *letter,
                _ => letter.to_ascii_uppercase(),
            };
            letters.iter().enumerate().map(letter).collect::<String>()
        });
        all.extend(
            mixtures.flat_map(|word| [format!(" {word}"), format!("{word} "), format!(" {word} "), word]),
        );
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// A date in a graph: whole days since the beginning of 1970, and the seconds of the day.
struct Date {
    seconds: Value,
    days: Value,
    of_day: Value,
}

impl Date {
    /// The date so many seconds after the beginning of 1970. Double precision is exact here: all numbers are far below 2^53.
    fn of(builder: &mut Builder, seconds: Value) -> Self {
        let days = floor_of_quotient(builder, &seconds, 86_400.0);
        let of_day = remainder(builder, &seconds, &days, 86_400.0);
        Date { seconds, days, of_day }
    }

    /// A part of it, by the algorithm `civil_from_days` of Hinnant (2013, chrono-Compatible Low-Level Date Algorithms).
    fn part(&self, builder: &mut Builder, part: DatePart) -> Value {
        match part {
            // Seconds since midnight are those since the beginning of 1970, on its first day.
            DatePart::Elapsed | DatePart::TimeOfDay => with(builder, "Div", &self.seconds, 86_400.0),
            DatePart::Hour => floor_of_quotient(builder, &self.of_day, 3600.0),
            DatePart::Minute => {
                let hours = floor_of_quotient(builder, &self.of_day, 3600.0);
                let of_hour = remainder(builder, &self.of_day, &hours, 3600.0);
                floor_of_quotient(builder, &of_hour, 60.0)
            }
            DatePart::Second => {
                let minutes = floor_of_quotient(builder, &self.of_day, 60.0);
                let second = remainder(builder, &self.of_day, &minutes, 60.0);
                builder.op("Floor", &[&second], Vec::new())
            }
            DatePart::Weekday => {
                // The first day of 1970 was a Thursday, the fourth from Monday, which is 1.
                let from_monday = with(builder, "Add", &self.days, 3.0);
                let weeks = floor_of_quotient(builder, &from_monday, 7.0);
                let weekday = remainder(builder, &from_monday, &weeks, 7.0);
                with(builder, "Add", &weekday, 1.0)
            }
            DatePart::Year | DatePart::Month | DatePart::Day => self.calendar(builder, part),
        }
    }

    /// Year, month or day. Years begin in March here, so that the day that is sometimes left out is their last.
    fn calendar(&self, builder: &mut Builder, part: DatePart) -> Value {
        let from_year_0 = with(builder, "Add", &self.days, 719_468.0);
        let era = floor_of_quotient(builder, &from_year_0, 146_097.0);
        let day_of_era = remainder(builder, &from_year_0, &era, 146_097.0);
        let [leap_4, leap_100, leap_400] =
            [1460.0, 36_524.0, 146_096.0].map(|days| floor_of_quotient(builder, &day_of_era, days));
        let even = builder.op("Sub", &[&day_of_era, &leap_4], Vec::new());
        let even = builder.op("Add", &[&even, &leap_100], Vec::new());
        let even = builder.op("Sub", &[&even, &leap_400], Vec::new());
        let year_of_era = floor_of_quotient(builder, &even, 365.0);
        let whole_years = {
            let days = with(builder, "Mul", &year_of_era, 365.0);
            let fourth = floor_of_quotient(builder, &year_of_era, 4.0);
            let hundredth = floor_of_quotient(builder, &year_of_era, 100.0);
            let days = builder.op("Add", &[&days, &fourth], Vec::new());
            builder.op("Sub", &[&days, &hundredth], Vec::new())
        };
        let day_of_year = builder.op("Sub", &[&day_of_era, &whole_years], Vec::new());
        let month_from_march = {
            let scaled = with(builder, "Mul", &day_of_year, 5.0);
            let scaled = with(builder, "Add", &scaled, 2.0);
            floor_of_quotient(builder, &scaled, 153.0)
        };
        // 1 for January and February, which are the last months of such a year.
        let is_next_year = floor_of_quotient(builder, &month_from_march, 10.0);
        if part == DatePart::Day {
            let before = with(builder, "Mul", &month_from_march, 153.0);
            let before = with(builder, "Add", &before, 2.0);
            let before = floor_of_quotient(builder, &before, 5.0);
            let day = builder.op("Sub", &[&day_of_year, &before], Vec::new());
            return with(builder, "Add", &day, 1.0);
        }
        if part == DatePart::Month {
            let month = with(builder, "Add", &month_from_march, 3.0);
            let year = with(builder, "Mul", &is_next_year, 12.0);
            return builder.op("Sub", &[&month, &year], Vec::new());
        }
        let years = with(builder, "Mul", &era, 400.0);
        let year = builder.op("Add", &[&years, &year_of_era], Vec::new());
        builder.op("Add", &[&year, &is_next_year], Vec::new())
    }
}

/// `x` and a constant, joined by an operator.
fn with(builder: &mut Builder, op: &str, x: &str, constant: f64) -> Value {
    let constant = builder.doubles(&constant.to_string(), &[], &[constant]);
    builder.op(op, &[x, &constant], Vec::new())
}

fn floor_of_quotient(builder: &mut Builder, x: &str, divisor: f64) -> Value {
    let quotient = with(builder, "Div", x, divisor);
    builder.op("Floor", &[&quotient], Vec::new())
}

/// `x - whole * divisor`
fn remainder(builder: &mut Builder, x: &str, whole: &str, divisor: f64) -> Value {
    let product = with(builder, "Mul", whole, divisor);
    builder.op("Sub", &[x, &product], Vec::new())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_code_may_come_with_a_fraction_of_zeros_and_without() {
        let forms = |words: &[&str], places: &[usize]| {
            let words: Vec<String> = words.iter().map(ToString::to_string).collect();
            super::forms(&words, places)
                .into_iter()
                .map(|(word, place)| format!("{word}={place}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            forms(&["1", "007", "Oslo"], &[0, 1, 3]),
            ["1=0", "007=1", "Oslo=3", " 1=0", "1 =0", " 007=1", "007 =1", " Oslo=3", "Oslo =3", "1.0=0"]
        );
        // A run of before may know both forms, or the long one alone.
        assert_eq!(
            forms(&["1", "1.0", "2.0"], &[0, 1, 2]),
            ["1=0", "1.0=1", "2.0=2", " 1=0", "1 =0", " 1.0=1", "1.0 =1", " 2.0=2", "2.0 =2", "2=2"]
        );
    }
}
