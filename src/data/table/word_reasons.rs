//! Why words of a column are what they are: marks among numbers, names of groups, too many different ones, two numbers in a cell.

use super::cell::{is_in_another_writing, is_missing, shown};
use super::profile::Column;
use super::words_as::is_mark;
use crate::data::file_names;

/// Whether the words among a column's numbers are marks at school, or numbers of classes and houses: `2-`, `3+`, `7b`; in one cell of
/// ten, so that they are no mistakes.
pub(super) fn are_marks(column: &Column, known: u64) -> bool {
    let mut words = column.odd.counts.keys().peekable();
    words.peek().is_some()
        && !column.odd.are_many
        && column.others * 10 >= known
        && column.form().is_none()
        && column.mixed_units().is_none()
        && words.all(|word| is_mark(word))
}

/// Whether a column may name groups of rows, in the first of each only: most rows lack it, and no word comes twice.
pub(super) fn names_groups(column: &Column, rows: u64) -> bool {
    let mut counts =
        column.words.counts.iter().filter(|(word, _)| !is_missing(word)).map(|(_, count)| *count);
    column.missing * 2 > rows && column.different() > 1 && counts.all(|count| count == 1)
}

impl Column {
    /// Whether its cells are names of files; of very many words the first one says it.
    pub fn names_files(&self) -> bool {
        match self.words.are_many {
            true => self.numbers == 0 && file_names::is_name(&self.first_odd),
            false => file_names::are_names(
                self.words.counts.keys().map(|word| &**word).filter(|word| !is_missing(word)),
            ),
        }
    }
}

/// Why names of files, of which this is one, are not learned from.
pub(super) fn of_files(such: &str) -> String {
    format!(
        "its cells are names of files, such as {}: file_table(table: …, path: …) learns what is in the files",
        shown(such)
    )
}

/// Why words of which so many are different, in so many rows and known cells, are no categories.
pub(super) fn too_many(column: &Column, (rows, known, different): (u64, u64, u64)) -> String {
    let words = || column.words.counts.keys().map(|word| &**word);
    let numbers = words().filter(|word| is_in_another_writing(word)).count() as u64;
    if numbers * 2 > different
        && let Some(such) = words().filter(|word| is_in_another_writing(word)).min()
    {
        return format!(
            "its numbers are written in another way than those of other columns, such as {}: write all in one way; decimal and thousands \
             in a preset say which",
            shown(such)
        );
    }
    if let Some(formula) = words().filter(|word| word.len() > 2 && word.starts_with('=')).min()
        && words().all(|word| is_missing(word) || word.starts_with('='))
    {
        return format!("its cells are formulas, such as {}: write their values", shown(formula));
    }
    let are_texts = column.with_blanks * 2 > known;
    let (what, as_names) = if are_texts { ("texts", "") } else { ("words", ", as names are") };
    match () {
        () if column.words.are_many => format!("its {what} are too many or too long to be categories"),
        () if different == rows => format!("all its {rows} {what} are different{as_names}"),
        () => format!("{different} different words in {rows} rows are too many to be categories"),
    }
}

/// What is wrong with numbers of which some are written in another way than the rest, where these words are such.
pub(super) fn written_otherwise<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<String> {
    let such = words.find(|word| is_in_another_writing(word))?;
    Some(format!(
        "some of its numbers are written in another way than the others, such as {}: write all in one way; decimal and thousands in a \
         preset say which",
        shown(such)
    ))
}

/// Why cells of two numbers each, of which this is one, are not learned from.
pub(super) fn in_pairs(such: &str) -> String {
    format!(
        "its cells are two numbers each, such as {}: a column for each number would be inputs",
        shown(such)
    )
}
