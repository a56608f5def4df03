//! What columns are taken for, in sentences.

use super::columns;
use super::profile::Column;
use crate::preset::{CellForm, DateFormat, DatePart, InputKind, counted, counted_with};

/// What a column is taken for, where it is no plain number. `shown` is what messages call it,
/// `is_open` that dates fit with the day as well as the month first, `years_first` the form in which they fit too.
pub fn in_words(
    shown: &str,
    name: &str,
    kind: &InputKind,
    form: Option<&CellForm>,
    column: &Column,
    (is_open, years_first): (bool, Option<&DateFormat>),
) -> Option<String> {
    match kind {
        InputKind::Number(_) => form.map(|form| format!("{shown} is a number {}", form.in_words())),
        InputKind::Boolean(_) => Some(match column.bits {
            0 => format!("{shown} is yes or no"),
            bits => format!(
                "{shown} is yes or no, of which {} 1 for yes or 0 for no",
                counted_with(bits, "row", ("has", "have"))
            ),
        }),
        InputKind::Category(words) => {
            let different = column.words.counts.len();
            Some(match different > words.len() {
                true => format!(
                    "{shown} is a category: {} of its {different} words have an input each, all others share one",
                    words.len()
                ),
                false => format!("{shown} is a category of {different} words"),
            })
        }
        InputKind::Embedding { words, size } => {
            let (different, own) = (column.words.counts.len(), words.len());
            let rest = if different > own { ", and one for all others" } else { "" };
            Some(format!(
                "{shown} is a category: the network learns a vector of {size} numbers for {own} of its {different} words{rest}"
            ))
        }
        InputKind::Date { day_first, parts: kind_parts, .. } => {
            let parts = kind_parts.iter().map(|part| part.name()).collect::<Vec<_>>().join(", ");
            let first = if *day_first { "day" } else { "month" };
            if DatePart::are_of_time(kind_parts) {
                return Some(format!("{shown} is a time of day ({parts})"));
            }
            Some(match is_open {
                true => format!(
                    "{shown} is a date ({parts}), read with the {first} first although the other way would fit \
                     too: {} says so, and date(day_first: {}) the other{}{}",
                    columns::as_kind(name, format!("date(day_first: {day_first})")),
                    !day_first,
                    years_first.map_or_else(String::new, |format| {
                        format!(", and date(format: {:?}) takes the first for the year", format.text())
                    }),
                    beside_in_words(column)
                ),
                false => {
                    let form = form.map(|form| format!(" {}", form.in_words())).unwrap_or_default();
                    let help = match (column.compact_dates(), years_first) {
                        (Some(_), _) => {
                            format!("; {} takes it for a number", columns::as_kind(name, "number"))
                        }
                        (None, Some(format)) => may_begin_with_years(name, *day_first, format),
                        (None, None) => String::new(),
                    };
                    format!("{shown} is a date ({parts}){form}{help}{}", beside_in_words(column))
                }
            })
        }
    }
}

/// What is said of dates that fit as well with their year of two digits in front.
fn may_begin_with_years(name: &str, day_first: bool, format: &DateFormat) -> String {
    let (first, format) = (if day_first { "day" } else { "month" }, format.text());
    format!(
        ", read with the {first} first and the year last although the year in front would fit too: {} reads it so",
        columns::as_kind(name, format!("date(format: {format:?})"))
    )
}

/// What is said of dates that say that there is no end, and of times that tell another zone.
fn beside_in_words(column: &Column) -> String {
    let no_end = match column.no_end {
        0 => String::new(),
        count => format!(
            "; {} of the year 9999 or 1, which {} that there is no end or no beginning, {} as missing",
            counted(count, "date"),
            if count == 1 { "says" } else { "say" },
            if count == 1 { "counts" } else { "count" },
        ),
    };
    let short = match column.dates.short_years() {
        0 => "",
        _ => "; years of two digits are those from 1969 to 2068",
    };
    format!("{no_end}{short}{}", zone_in_words(column))
}

/// What is said of times that tell another zone.
fn zone_in_words(column: &Column) -> String {
    match column.dates.zoned() {
        0 => String::new(),
        1 => "; 1 has a time in another zone, which is read as UTC".into(),
        count => format!("; {count} have a time in another zone, which is read as UTC"),
    }
}

/// What is said of columns of whole numbers that may be codes; with each whether few are different.
pub fn codes_in_words(codes: &[(String, bool)]) -> Option<String> {
    let quoted = codes.iter().map(|(name, _)| format!("'{name}'")).collect::<Vec<_>>().join(", ");
    let kind = |(name, are_few): &(String, bool)| {
        let kind = if *are_few { "category" } else { "ignore" };
        format!("{name:?}: {kind}")
    };
    let kinds = codes.iter().map(kind).collect::<Vec<_>>().join(", ");
    let help = match (codes.iter().any(|(_, are_few)| *are_few), codes.iter().all(|(_, are_few)| *are_few)) {
        (_, true) => "tells words apart",
        (false, _) => "leaves them out",
        (true, false) => "tells words apart, and leaves out what has too many",
    };
    let are = if codes.len() == 1 { "looks like a code and is" } else { "look like codes and are" };
    (!codes.is_empty()).then(|| {
        format!("{quoted} {are} read as a number, more or less than another: columns: {{{kinds}}} {help}")
    })
}
