//! What the main input of a table is: files that it names, texts that it holds, or its columns.

use std::path::Path;

use super::class_column::{self, Chosen, called};
use super::gzip;
use super::limits::Limits;
use super::listed::{ColumnOfFiles, column_of_files, held};
use super::seen::{Cells, Seen, seen};
use crate::data::Error;
use crate::data::table::{self, Column, Look, cell, look, shown_column};
use crate::preset::{Csv, Holds};

/// Words of a cell, on average, that are a text and no name.
const WORDS_OF_A_TEXT: usize = 4;
/// Characters of a cell, on average, of a text that says more than a few other columns.
const LETTERS_OF_A_TEXT: usize = 40;
/// Other columns beside which a text is still the main input.
const FEW_OTHERS: usize = 2;

/// What a network would learn from in a table, and the column of the classes, or why there is none.
pub enum MainInput {
    /// Files that a column names.
    Files {
        /// The column: its name, or where it has none its number.
        column: String,
        /// What the files are.
        holds: Holds,
        /// The column of the classes.
        label: Result<Chosen, Error>,
    },
    /// Texts in a column.
    Texts {
        /// The column, likewise.
        column: String,
        /// The column of the classes.
        label: Result<Chosen, Error>,
        /// The other columns that a table would have for inputs, for messages.
        others: Vec<String>,
    },
    /// Lines of a class, a tab and a text, of which none names columns.
    Lines,
    /// A class and a text in each row, of which none names columns, in another form than that of such lines: with what to do.
    Unnamed(&'static str),
    /// All of its columns; and what is said of one whose cells name files that are not there.
    Columns(Option<String>),
}

/// What is wrong with a table of files or texts whose first row names no columns.
const NO_NAMES: &str = "its first row is one of values already, and columns of files or texts are called by their names; write a first line that \
                        names the columns, such as text and class";

/// Looks at a table. `target` is the column of the classes, where a person names one.
pub fn main_input(file: &str, target: Option<&str>, limits: &Limits) -> MainInput {
    match by_looks(file, target, limits) {
        MainInput::Files { .. } | MainInput::Texts { .. }
            if table::begins_with_values(Path::new(file), &Csv::of(file), limits) =>
        {
            MainInput::Unnamed(NO_NAMES)
        }
        other => other,
    }
}

fn by_looks(file: &str, target: Option<&str>, limits: &Limits) -> MainInput {
    let path = Path::new(file);
    let Some(seen) = seen(path, limits) else { return MainInput::Columns(None) };
    if let Some(ColumnOfFiles { place, first }) = column_of_files(path, limits) {
        let label = class_column::chosen(file, &seen, place, "files", target);
        return MainInput::Files { column: called(&seen.names, place), holds: held(&first), label };
    }
    if let Some(lines) = without_header(&seen) {
        return match lines {
            Unnamed::ClassFirst if starts_with_tab(path) => MainInput::Lines,
            Unnamed::ClassFirst => MainInput::Unnamed(
                "its first row is a class and a text already; write a first line that names the two columns, such as class and text",
            ),
            Unnamed::TextFirst => MainInput::Unnamed(
                "its first row is a text and a class already; write a first line that names the two columns, such as text and class",
            ),
        };
    }
    texts(file, &seen, target).unwrap_or_else(|| MainInput::Columns(without_files(&seen)))
}

/// What is said of a column whose cells name files, none of which is there.
fn without_files(seen: &Seen) -> Option<String> {
    let place = seen.profile.columns.iter().position(Column::names_files)?;
    Some(format!(
        "{} has names of files, such as {}, and most are those of no file beside the table or in the folders below it; put the table \
         beside the files, or beside the folder that has them, and they are learned",
        shown_column(&seen.names[place], place),
        cell::shown(&seen.profile.columns[place].first_odd)
    ))
}

fn texts(file: &str, seen: &Seen, target: Option<&str>) -> Option<MainInput> {
    let main = main_text(seen)?;
    let label = class_column::chosen(file, seen, main.place, "texts", target);
    let others: Vec<String> = main
        .others
        .iter()
        .filter(|&&place| !label.as_ref().is_ok_and(|label| label.name == seen.names[place]))
        .map(|&place| shown_column(&seen.names[place], place))
        .collect();
    let most = match (&label, main.is_long) {
        (Ok(_), true) => FEW_OTHERS,
        (Ok(_), false) => 0,
        // A table has nothing to learn from either: what is left is what was to be predicted.
        (Err(_), _) => 1,
    };
    let column = called(&seen.names, main.place);
    (others.len() <= most).then_some(MainInput::Texts { column, label, others })
}

/// The column of a table that holds long texts; `None` where there is none.
pub fn long_texts(file: &str, limits: &Limits) -> Option<String> {
    let seen = seen(Path::new(file), limits)?;
    let main = main_text(&seen)?;
    main.is_long.then(|| called(&seen.names, main.place))
}

/// The order of a class and a text in rows of which none names columns.
enum Unnamed {
    ClassFirst,
    TextFirst,
}

/// Whether the first row of two columns is no names of columns, but a class that others have, and a text.
fn without_header(seen: &Seen) -> Option<Unnamed> {
    let Seen { names, profile, cells, .. } = seen;
    let [first, second] = &names[..] else { return None };
    let is_class = |place: usize, name: &str| {
        let words = &profile.columns[place].words;
        !words.are_many && words.counts.len() * 2 < cells[place].count && words.counts.contains_key(name)
    };
    let is_text = |place: usize, name: &str| {
        let Cells { count, words, .. } = cells[place];
        words >= 3 * count && name.split_whitespace().count() >= 2
    };
    if is_class(0, first) && is_text(1, second) {
        return Some(Unnamed::ClassFirst);
    }
    (is_class(1, second) && is_text(0, first)).then_some(Unnamed::TextFirst)
}

/// Whether a tab ends the first cell of a file, which is a text.
fn starts_with_tab(path: &Path) -> bool {
    let start = gzip::start(path, 4096).map(|(start, _)| start).unwrap_or_default();
    start.split(|&byte| byte == b'\n').next().is_some_and(|line| line.contains(&b'\t'))
}

/// A column of texts.
struct Main {
    place: usize,
    /// Its texts are long.
    is_long: bool,
    /// The other columns that a table would have for inputs, the label among them.
    others: Vec<usize>,
}

/// The column of the longest texts.
fn main_text(seen: &Seen) -> Option<Main> {
    let rows = (seen.profile.rows, 1);
    let is_left_out = |place: usize| {
        let looks = look(&seen.names[place], &seen.profile.columns[place], rows, place == 0);
        matches!(looks, Look::LeftOut(_))
    };
    let is_text = |place: &usize| {
        let (column, cells) = (&seen.profile.columns[*place], &seen.cells[*place]);
        let are_words = column.others * 2 > cells.count as u64 && column.dates.best().0 * 2 < column.others;
        let are_different = column.words.are_many || column.words.counts.len() * 2 > cells.count;
        are_words
            && are_different
            && (cells.words >= WORDS_OF_A_TEXT * cells.count || cells.without_digits * 2 > cells.count)
    };
    let places = 0..seen.names.len();
    let place = places.clone().filter(is_text).max_by_key(|&place| seen.cells[place].letters)?;
    let Seen { cells, .. } = seen;
    let cells = &cells[place];
    let is_long =
        cells.letters >= LETTERS_OF_A_TEXT * cells.count && cells.words >= WORDS_OF_A_TEXT * cells.count;
    let others = places.filter(|other| *other != place && !is_left_out(*other)).collect();
    Some(Main { place, is_long, others })
}
