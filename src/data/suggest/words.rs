//! Words in columns of numbers: missing ones where the words are few, and else the column is left out, so that there is a preset that trains.

use super::broken::BrokenRows;
use crate::data::Error;
use crate::data::import::limits::Limits;
use crate::data::table::{self, Files, Table, Wordy, as_kind, shown_column};
use crate::preset::{ColumnKind, Columns, Csv, OrAlone, counted_with};

/// Rows with a word among numbers are left out where they are at most one of so many.
const MOST_ROWS: u64 = 20;
/// The most words that a sentence names.
const NAMED: usize = 6;

/// A table as it was read.
pub(super) struct Read {
    pub table: Table,
    /// The rows that cannot be used.
    pub broken: BrokenRows,
    /// How many rows lack a label.
    pub without_label: u64,
}

/// What is done with a column of numbers that has words in it.
pub(super) struct Said {
    /// Its place in the table.
    pub place: usize,
    /// Whether it is no input.
    pub is_ignored: bool,
    /// Why.
    pub reason: String,
    /// What a person should know of it.
    pub sentence: String,
}

/// A table, and the options with which words among its numbers do not break its rows.
pub(super) struct WithoutWords {
    pub options: Csv,
    pub read: Read,
    pub said: Vec<Said>,
}

/// Reads a table with these options; where words among its numbers would cost many rows, with others.
///
/// # Errors
/// When it cannot be learned from whatever its words are taken for.
pub(super) fn without_words(options: Csv, limits: &Limits) -> Result<WithoutWords, Error> {
    let mut said = Vec::new();
    let (mut now, mut read) = (options.clone(), rows(&options, limits));
    // First the columns in which many rows have a word; then all, where a row in each costs too many.
    for is_any in [false, true] {
        let (wordy, names, count) = match &read {
            Ok(read) if is_any && read.broken.check(read.table.rows.count as u64).is_ok() => break,
            Ok(Read { table, broken, without_label }) => {
                let count = table.rows.count as u64 + broken.count() + without_label;
                (table.wordy.clone(), table.schema.columns.clone(), count)
            }
            Err(_) => match table::words_among_numbers(&Files::of(&now)?, &now, limits) {
                Ok((wordy, names)) => (wordy, names, 0),
                Err(_) => break,
            },
        };
        let are_many = |column: &Wordy| is_any || !column.is_number || column.count * MOST_ROWS > count;
        let is_named = |place: usize| {
            let name = &names[place];
            !name.is_empty() && names.iter().filter(|known| *known == name).count() == 1
        };
        let columns: Vec<&Wordy> =
            wordy.iter().filter(|column| are_many(column) && is_named(column.place)).collect();
        if columns.is_empty() {
            continue;
        }
        for column in columns {
            said.push(choose(column, &names[column.place], &mut now));
        }
        read = rows(&now, limits);
    }
    let read = read?;
    read.broken.check(read.table.rows.count as u64)?;
    Ok(WithoutWords { options: now, read, said })
}

/// Takes the words of a column for missing numbers, or leaves it out.
fn choose(column: &Wordy, name: &str, options: &mut Csv) -> Said {
    let Wordy { place, words, units, first, count, is_number } = column;
    let mut kinds = match std::mem::take(&mut options.columns) {
        Columns::Described(kinds) => kinds,
        Columns::Chosen(_) => Vec::new(),
    };
    let shown = shown_column(name, *place);
    let said = match words.is_empty() || units.is_some() {
        true => {
            kinds.push((name.into(), ColumnKind::Ignore));
            let cells = counted_with(*count, "cell", ("is no number", "are no numbers"));
            let too_many =
                || format!("{cells}, such as {first}, and too different to be taken for missing ones");
            let reason = units.clone().unwrap_or_else(too_many);
            let as_category = as_kind(name, "category");
            let sentence = format!(
                "{shown} is left out: {reason}; {as_category} in the preset takes the cells for words"
            );
            Said { place: *place, is_ignored: true, reason, sentence }
        }
        false => {
            if !is_number {
                kinds.push((name.into(), ColumnKind::Number(OrAlone::default())));
            }
            let known = |word: &&String| !options.missing_words.contains(word);
            let new: Vec<String> = words.iter().filter(known).cloned().collect();
            options.missing_words.extend(new);
            let more = if words.len() > NAMED { ", …" } else { "" };
            let quoted: Vec<String> = words.iter().take(NAMED).map(|word| format!("'{word}'")).collect();
            let cells = counted_with(*count, "cell", ("counts", "count"));
            let reason = format!("{cells} as missing: {}{more}", quoted.join(", "));
            let as_category = as_kind(name, "category");
            let sentence = format!(
                "{shown} is a number, and {reason}; missing_words in the preset has these words, and {as_category} \
                 makes it a column of words"
            );
            Said { place: *place, is_ignored: false, reason, sentence }
        }
    };
    options.columns = Columns::Described(kinds);
    said
}

/// The rows of a table, without those that cannot be used.
fn rows(options: &Csv, limits: &Limits) -> Result<Read, Error> {
    let (mut broken, mut without_label) = (BrokenRows::default(), 0_u64);
    let table = table::read(&Files::of(options)?, options, limits, &mut |problem| {
        // Those who lack a label are no mistake: often they are what is to be predicted.
        if problem.in_row.is_lack_of_label() {
            without_label += 1;
            return Ok(());
        }
        broken.take(problem)
    })?;
    Ok(Read { table, broken, without_label })
}
