//! What a column of a table looks like.

use super::cell::{is_missing, shown};
use super::choice::FEW_WORDS;
use super::identifier::is_called_identifier;
use super::parquet::LIST;
use super::profile::Column;
use super::word_reasons::{are_marks, in_pairs, of_files, too_many};
use super::words_as::WordsAs;

/// What a column is, by its looks.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    /// A quantity; what is no number in it is a mistake.
    Number,
    /// Two words that answer with yes or no.
    Boolean,
    /// Dates, with the day first or not; `is_open` where both would fit.
    Date { day_first: bool, is_open: bool },
    /// One of several words.
    Category,
    /// Nothing to learn from, and why.
    LeftOut(String),
}

/// What a column of so many rows in so many files looks like. `is_first`: it is the first of its table.
pub fn look(name: &str, column: &Column, (rows, files): (u64, u64), is_first: bool) -> Look {
    let known = rows - column.missing;
    let different = column.words.counts.len() as u64;
    if known == 0 && rows > 0 {
        return Look::LeftOut("no cell of it has a value".into());
    }
    let totals = u64::from(column.sums.ends());
    if column.counts_rows() && known == rows && rows > 2 + totals {
        if name.is_empty() && is_first {
            return Look::LeftOut("it numbers the rows, as the index that pandas writes".into());
        }
        if is_called_identifier(name) {
            return Look::LeftOut("it numbers the rows".into());
        }
    }
    let is_named_by_pandas = is_first && (name.is_empty() || name == "Unnamed: 0");
    if is_named_by_pandas && rows > 2 && column.may_number_rows(rows, files.max(1)) {
        return Look::LeftOut("its numbers name the rows, as the index that pandas writes".into());
    }
    if let Some(reason) = column.identity.reason(name) {
        return Look::LeftOut(reason.into());
    }
    if column.names_files() {
        return Look::LeftOut(of_files(&column.first_odd));
    }
    let (dates, day_first, is_open) = column.dates.best();
    let are_dates = dates.max(column.dates.times().1) * 2 >= known && !column.durations.are_most(known);
    if column.compact_dates().is_some() {
        return Look::Date { day_first: false, is_open: false };
    }
    if column.booleans > 0 && column.booleans + column.bits == known {
        return Look::Boolean;
    }
    let is_number = column.numbers * 2 >= known && !are_marks(column, known);
    if is_number || !are_dates && column.form().is_some() {
        return Look::Number;
    }
    if are_dates {
        return Look::Date { day_first, is_open };
    }
    let units = || column.mixed_units().map(|units| in_units(&units));
    let words_as =
        || WordsAs::of(column.words.counts.keys().map(|word| &**word).filter(|word| !is_missing(word)));
    match different {
        _ if different > FEW_WORDS as u64 && different * 2 > rows || column.words.are_many => {
            let such = column.words.counts.keys().min().map_or("", |word| &**word);
            Look::LeftOut(match (units(), words_as()) {
                (Some(units), _) => units,
                (None, Some(what @ WordsAs::Amounts)) => format!(
                    "its cells are {}, such as {}: write plain numbers to learn from them",
                    what.name(),
                    shown(such)
                ),
                (None, Some(WordsAs::Pairs)) => in_pairs(such),
                (None, _) => too_many(column, (rows, known, different)),
            })
        }
        _ if different == rows => Look::LeftOut(too_many(column, (rows, known, different))),
        1 if column.words.counts.contains_key(LIST) => Look::LeftOut(
            "each of its cells is a list of values; a column for each value would be inputs".into(),
        ),
        1 => Look::LeftOut("all rows have the same word".into()),
        _ => Look::Category,
    }
}

/// Why numbers with these units are not learned from.
pub(super) fn in_units(units: &str) -> String {
    format!("its numbers have different units, {units}: write one unit to learn from them")
}
