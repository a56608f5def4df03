//! Whether the first row of a table names its columns or is a row of values, by the rows below it.
//!
//! Each column says how much more likely its first cell is as a value than as a name. These are logarithms of likelihood ratios, and
//! they are added up (naive Bayes):
//!
//! | the column's cells | its first cell | |
//! |---|---|---|
//! | words | is one of them, in a share s of the rows, two at least | ln(s / 0.001), at most 6 |
//! | the same word in all rows | is this word | 2; 0 where some rows have a gap, as where people tick what applies |
//! | words | is none of them | ln(p), at least -5, where p is the share of words that occur once: how likely the next word is a new one (Good and Turing) |
//! | words that all have a digit, or a blank, or a sign, or the same length | is none of them, and has not | -3 more |
//! | numbers | is a number | 1, and 2 more where it has a fraction or is there twice |
//! | numbers | is a number, and those of all columns are in order: 0, 1, 2 or years | -1 |
//! | dates | is a date | 3 |
//! | numbers or dates | is anything else | -5 |
//! | any | is empty or stands for a missing value | 0 |
//!
//! A first row of values is as rare as one in twenty: 3 is taken off. Rows that are the same as the first one say nothing: where tables
//! are put below each other, they are the names again.

use std::collections::HashMap;

use super::amount;
use super::cell::{self, Numbers, boolean, is_missing};
use super::dates;
use super::header::{self, Odd};
use super::layout::Layout;
use crate::preset::{InputKind, TableSchema};

/// Rows that are looked at, and cells of them.
const ROWS: usize = 1000;
const CELLS: usize = 500_000;
/// How often the name of a column is a frequent value of it.
const NAMED_BY_VALUE: f64 = 0.001;
/// The most that one cell says.
const MOST: f64 = 6.0;
const LEAST: f64 = -5.0;
/// What is taken off, for a first row of values is rare.
const PRIOR: f64 = -3.0;
/// From here on it is a row of values: nine times as likely as names.
const SURE: f64 = 2.2;
/// From here on it may be one.
const DOUBTFUL: f64 = -1.5;
/// Up to here it has names without a doubt.
const NAMES: f64 = -8.0;
/// Values that are named for an example.
const NAMED: usize = 3;

/// What the first row of a table is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FirstRow {
    /// The names of the columns.
    Names,
    /// Names that may be values, with what is told of them.
    MayBeValues(String),
    /// Values, with what is wrong with them as names.
    Values(String),
}

/// How many rows of so many columns are looked at.
pub fn rows_seen(width: usize) -> usize {
    (CELLS / width.max(1)).clamp(20, ROWS)
}

/// What the first row is, which has these cells, above these rows.
pub fn first_row(first: &[String], below: &[&csv::StringRecord], numbers: Numbers) -> FirstRow {
    let odd = match header::odd(first) {
        Some(Odd::Refused(problem)) => return FirstRow::Values(problem),
        Some(Odd::Told(sentence)) => Some(sentence),
        None => None,
    };
    let Seen { weight, frequent, rows } = seen(first, below, numbers);
    let shown: Vec<String> = frequent.iter().take(NAMED).map(|name| format!("'{name}'")).collect();
    let several = if frequent.len() > 1 { "are values" } else { "is a value" };
    let values = match &shown[..] {
        [] => String::new(),
        names => format!("{} {several} in other rows of the {rows} below", names.join(", ")),
    };
    match odd {
        _ if weight >= SURE && !values.is_empty() => FirstRow::Values(format!(
            "it should name the columns and is a row of values: {values}; header: false in a preset takes it for a row, or write a line \
             with names above"
        )),
        Some(sentence) if weight >= SURE => FirstRow::Values(sentence),
        Some(sentence) => FirstRow::MayBeValues(sentence),
        None if weight >= DOUBTFUL && !values.is_empty() => FirstRow::MayBeValues(format!(
            "it names the columns, although {values}; header: false takes it for a row"
        )),
        None => FirstRow::Names,
    }
}

/// Whether a row names the columns without a doubt, by the rows below it.
pub fn are_names(first: &[String], below: &[&csv::StringRecord], numbers: Numbers) -> bool {
    seen(first, below, numbers).weight <= NAMES
}

/// Whether a row, whose columns are at these places, names the columns of a table whose kind has no names: not one of its cells is
/// what its column holds. `classes` are those that the label may have.
pub fn names_columns(
    row: &csv::StringRecord,
    layout: &Layout,
    (schema, classes): (&TableSchema, &[String]),
    numbers: Numbers,
) -> bool {
    let (mut unlike, mut unknown) = (0, 0);
    for (input, &place) in schema.inputs.iter().zip(&layout.inputs) {
        let cell = cell::at(row, place);
        let form = input.form.as_ref();
        let (is_such, others) = match &input.kind {
            _ if is_missing(cell) => continue,
            InputKind::Number(_) => {
                (numbers.parse_as(cell, form).or(amount::any(cell, numbers)).is_some(), &mut unlike)
            }
            InputKind::Boolean(_) => {
                (boolean(cell).is_some() || matches!(numbers.parse(cell), Some(0.0 | 1.0)), &mut unlike)
            }
            InputKind::Date { .. } => {
                let in_form = form.is_some_and(|form| dates::parse_in(cell, form, numbers).is_some());
                let read = || dates::parse(cell, false).or_else(|| dates::parse_time(cell));
                (in_form || read().is_some() || numbers.parse(cell).is_some(), &mut unlike)
            }
            InputKind::Category(words) | InputKind::Embedding { words, .. } => {
                (words.iter().any(|word| word == cell || word == numbers.word(cell)), &mut unknown)
            }
        };
        if is_such {
            return false;
        }
        *others += 1;
    }
    let mut labels = layout.labels.iter().map(|&place| cell::at(row, place));
    let is_class = labels.any(|label| classes.iter().any(|class| class == label));
    !is_class && (unlike > 0 || unknown > 1)
}

/// What the rows say of the first one.
struct Seen<'a> {
    /// The logarithm of how much more likely it is a row of values.
    weight: f64,
    /// Its cells that are frequent values of their columns.
    frequent: Vec<&'a str>,
    /// How many rows are below.
    rows: usize,
}

fn seen<'a>(first: &'a [String], below: &[&csv::StringRecord], numbers: Numbers) -> Seen<'a> {
    let is_same = |row: &csv::StringRecord| {
        row.len() == first.len() && row.iter().zip(first).all(|(cell, name)| cell.trim() == name)
    };
    let others: Vec<&&csv::StringRecord> =
        below.iter().filter(|row| row.len() == first.len() && !is_same(row)).collect();
    let ordered = header::are_numbers_in_order(first);
    let (mut weight, mut frequent) = (PRIOR, Vec::new());
    for (place, name) in first.iter().enumerate().filter(|(_, name)| !is_missing(name)) {
        let cells = others.iter().map(|row| row.get(place).unwrap_or_default().trim());
        let column = Column::of(cells, numbers);
        let is_again = || first.iter().filter(|other| *other == name).count() > 1;
        let (said, is_frequent) = column.weight(name, numbers, ordered, &is_again);
        weight += said;
        frequent.extend(is_frequent.then_some(&name[..]));
    }
    Seen { weight, frequent, rows: below.len() }
}

/// The cells of a column below the first one.
struct Column<'a> {
    known: Vec<&'a str>,
    gaps: usize,
    numbers: usize,
}

impl<'a> Column<'a> {
    fn of(cells: impl Iterator<Item = &'a str>, numbers: Numbers) -> Self {
        let (known, gaps): (Vec<&str>, Vec<&str>) = cells.partition(|cell| !is_missing(cell));
        let count = known.iter().filter(|cell| amount::any(cell, numbers).is_some()).count();
        Column { gaps: gaps.len(), numbers: count, known }
    }

    /// What it says of its first cell, and whether that is one of its frequent words.
    fn weight(
        &self,
        name: &str,
        numbers: Numbers,
        ordered: bool,
        is_again: &dyn Fn() -> bool,
    ) -> (f64, bool) {
        let are_most = |count: usize| count * 10 >= self.known.len() * 9;
        let number = amount::any(name, numbers);
        if self.known.is_empty() {
            return (0.0, false);
        }
        if are_most(self.numbers) {
            let as_number = |number: f64| match number.fract() != 0.0 || is_again() {
                _ if ordered => -1.0,
                true => 3.0,
                false => 1.0,
            };
            return (number.map_or(LEAST, as_number), false);
        }
        let is_date = |cell: &str| dates::parse(cell, false).or_else(|| dates::parse_time(cell)).is_some();
        if number.is_none() && is_date(name) {
            let dates = self.known.iter().filter(|cell| is_date(cell)).count();
            return (if are_most(dates) { 3.0 } else { 0.0 }, false);
        }
        let mut counts: HashMap<&str, usize> = HashMap::new();
        self.known.iter().for_each(|cell| *counts.entry(cell).or_default() += 1);
        let all = self.known.len() as f64;
        match counts.get(name).copied().unwrap_or_default() {
            0 => {
                let once = counts.values().filter(|&&count| count == 1).count() as f64;
                let is_new = (once.max(0.5) / all).ln();
                let shape = if self.has_a_shape_unlike(name) { -3.0 } else { 0.0 };
                ((is_new + shape).max(LEAST), false)
            }
            1 => (0.0, false),
            _ if counts.len() == 1 => (if self.gaps == 0 { 2.0 } else { 0.0 }, self.gaps == 0),
            count => ((count as f64 / all / NAMED_BY_VALUE).ln().min(MOST), true),
        }
    }

    /// Whether all cells have something that the name has not: a digit, a blank, a sign; or are as long as each other.
    fn has_a_shape_unlike(&self, name: &str) -> bool {
        let all = |is: &dyn Fn(&str) -> bool| self.known.iter().all(|cell| is(cell)) && !is(name);
        let length = self.known[0].chars().count();
        self.known.len() > 4
            && (all(&|cell| cell.bytes().any(|byte| byte.is_ascii_digit()))
                || all(&|cell| cell.contains(char::is_whitespace))
                || ['.', '/', '-', ':', '@', '_'].iter().any(|&sign| all(&|cell| cell.contains(sign)))
                || all(&|cell| cell.chars().count() == length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table, with blanks between its cells and commas between its rows.
    fn verdict(first: &str, below: &[String]) -> FirstRow {
        let rows: Vec<csv::StringRecord> = below.iter().map(|row| row.split(' ').collect()).collect();
        let first: Vec<String> = first.split(' ').map(str::to_string).collect();
        first_row(&first, &rows.iter().collect::<Vec<_>>(), Numbers::default())
    }

    fn rows(count: usize, row: impl Fn(usize) -> String) -> Vec<String> {
        (0..count).map(row).collect()
    }

    /// Some number that has nothing to do with its neighbours.
    fn some(n: usize, salt: usize) -> usize {
        (n * 7919 + salt * 104_729 + 13) % 1009
    }

    fn one<'a>(words: &'a [&'a str], n: usize, salt: usize) -> &'a str {
        words[some(n, salt) % words.len()]
    }

    fn are_values(first: &str, below: &[String]) -> bool {
        matches!(verdict(first, below), FirstRow::Values(_))
    }

    /// The heads are those of the files in the UCI repository.
    #[test]
    fn first_rows_that_are_values_of_their_columns_are_told_from_names() {
        let work = ["State-gov", "Private", "?", "Local-gov"];
        let adult = rows(300, |n| {
            format!(
                "{} {} {} {} {} {} {}",
                17 + some(n, 0) % 60,
                one(&work, n, 1),
                20_000 + some(n, 2) * 300,
                one(&["Bachelors", "HS-grad", "11th"], n, 3),
                one(&["Male", "Female"], n, 4),
                some(n, 5) % 60,
                one(&["<=50K", ">50K"], n, 6)
            )
        });
        assert!(are_values("39 State-gov 77516 Bachelors Male 40 <=50K", &adult));
        // A rare class, which occurs in no other row.
        assert!(are_values("39 State-gov 77516 Bachelors Male 40 unheard-of", &adult));
        let car = rows(300, |n| {
            let words = ["2", "3", "4", "5more"];
            format!(
                "vhigh {} {} {} unacc",
                one(&["vhigh", "high"], n, 1),
                one(&words, n, 2),
                one(&["small", "big"], n, 3)
            )
        });
        assert!(are_values("vhigh vhigh 2 small unacc", &car));
        let letters = rows(200, |n| {
            format!(
                "{} {} {} {}",
                one(&["p", "e"], n, 1),
                one(&["x", "b", "s"], n, 2),
                one(&["n", "y"], n, 3),
                one(&["f", "t"], n, 4)
            )
        });
        assert!(are_values("p x n t", &letters));
        let scale =
            rows(200, |n| format!("{} {} {} 1 2", ["L", "B", "R"][n % 3], some(n, 1) % 5, some(n, 2) % 5));
        assert!(are_values("B 1 1 1 1", &scale));
        let splice = rows(200, |n| format!("{} ATRINS-DONOR-{n} ACGT{n:05}", ["EI", "IE", "N"][n % 3]));
        assert!(are_values("EI ATRINS-DONOR-521 ACGT99999", &splice));
        let abalone = rows(200, |n| format!("{} 0.{} 0.{}", ["M", "F", "I"][n % 3], some(n, 1), some(n, 2)));
        assert!(are_values("M 0.455 0.365", &abalone));
        let FirstRow::Values(said) = verdict("p x n t", &letters) else { panic!() };
        assert!(
            said.contains(
                "row of values: 'p', 'x', 'n' are values in other rows of the 200 below; header: false"
            ),
            "{said}"
        );
    }

    #[test]
    fn names_are_never_taken_for_values() {
        let yes_no = |n: usize, salt| one(&["yes", "no"], n, salt);
        // One column is called as one of its values.
        let answers =
            rows(300, |n| format!("{n} {} {} {}", yes_no(n, 1), yes_no(n, 2), one(&["red", "blue"], n, 3)));
        for names in ["id yes smoker colour", "id a b c", "nr yes no colour"] {
            assert!(!are_values(names, &answers), "{names}");
        }
        let words = rows(300, |n| {
            format!("{} {} {}", yes_no(n, 1), one(&["red", "blue"], n, 2), one(&["small", "big"], n, 3))
        });
        for names in ["yes colour size", "a red size", "small medium large", "yes big red", "no x y"] {
            assert_eq!(verdict(names, &words), FirstRow::Names, "{names}");
        }
        // A word that occurs once, and tables that are put below each other.
        let mut twice = words.clone();
        twice.extend([150, 250].map(|_| "smoker colour size".to_string()));
        twice.push("smoker blue big".into());
        assert_eq!(verdict("smoker colour size", &twice), FirstRow::Names);
        // One-hot tables, years, days, wavelengths.
        let bits =
            rows(100, |n| format!("{} {} {} {}", n % 2, n / 2 % 2, n / 4 % 2, one(&["cat", "dog"], n, 1)));
        for names in [
            "0 1 2 class",
            "0 1 2 cat",
            "red green blue cat",
            "2019 2020 2021 kind",
            "1/22/20 1/23/20 1/24/20 kind",
        ] {
            assert!(!are_values(names, &bits), "{names}");
        }
        let places = rows(100, |n| format!("Place-{n} {}.5 {}.5 {}", some(n, 1), some(n, 2), some(n, 3)));
        for names in
            ["country 1990 1991 1992", "country 2020-01-01 2020-01-02 2020-01-03", "place 400.5 401 402.5"]
        {
            assert!(!are_values(names, &places), "{names}");
        }
        // Ticked answers: a column has its name or nothing.
        let ticked = rows(100, |n| {
            let tick = |name: &str, salt| {
                if some(n, salt).is_multiple_of(2) { name.to_string() } else { "-".into() }
            };
            format!("{} {} {}", tick("Excel", 1), tick("R", 2), tick("Python", 3))
        });
        assert_eq!(verdict("Excel R Python", &ticked), FirstRow::Names);
        // A class and a text.
        let texts = rows(100, |n| format!("{} text/of/{n}", one(&["spam", "ham"], n, 1)));
        assert!(matches!(verdict("spam path", &texts), FirstRow::MayBeValues(_)));
        assert_eq!(verdict("label path", &texts), FirstRow::Names);
        // Few rows, or none that say anything.
        for below in [&[][..], &["red big".to_string()], &["red big".into(), "red small".into()]] {
            assert!(!are_values("colour size", below) && !are_values("red size", below), "{below:?}");
        }
    }

    #[test]
    fn names_are_known_without_a_doubt_where_columns_hold_something_else() {
        let row = |n: usize| {
            csv::StringRecord::from(vec![n.to_string(), ["x", "y"][n % 2].into(), format!("{n}.5")])
        };
        let rows: Vec<csv::StringRecord> = (0..50).map(row).collect();
        let is = |names: [&str; 3]| {
            are_names(&names.map(str::to_string), &rows.iter().collect::<Vec<_>>(), Numbers::default())
        };
        assert!(is(["age", "kind", "weight"]) && !is(["3", "x", "weight"]) && !is(["1", "x", "2.5"]));
    }
}
