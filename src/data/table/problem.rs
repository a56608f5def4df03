//! What is wrong with the rows of a table.

use std::fmt;

use super::cell::is_in_another_writing;
use super::label_cells::{FOR_CLASSES, GAP, GAP_OF_SEVERAL, NO_LABEL, NO_VALUE, NO_VALUE_OF_SEVERAL};
use super::reader::Place;
use crate::data::Error;
use crate::preset::counted;

/// What is said of a quote that is closed some lines below where it opens.
const OPEN_QUOTE: &str = "the quote that opens in column ";
const CLOSED: &str = " is closed ";

/// What is wrong with a row in which a quote opens in the column at this place, and is closed so many lines below although all
/// lines between look like rows; `help` says what to do.
pub(super) fn swallowed(place: usize, lines: usize, help: &str) -> String {
    let column = place + 1;
    format!(
        "{OPEN_QUOTE}{column}{CLOSED}{lines} lines below, and all lines between look like rows: is it left open? {help}"
    )
}

/// What is wrong with a row of these cells, where there are so many columns.
pub fn of_cells<'a>(cells: impl Iterator<Item = &'a str> + Clone, columns: usize) -> String {
    let there = if columns == 1 { "there is" } else { "there are" };
    let count = cells.clone().count();
    // A quote that does not begin its cell is a letter, and what it was to hold together is cut.
    let is_cut = |cell: &str| cell.starts_with([' ', '\t']) && cell.trim_start().starts_with('"');
    let help = match count > columns && cells.clone().any(is_cut) {
        true => {
            "; a blank stands before a quote, which then holds nothing together: write none between separator and quote"
        }
        false => "",
    };
    format!("{}, and {there} {}{help}", counted(count, "cell"), counted(columns, "column"))
}

/// The end of what is wrong with a row that is a sum of others.
pub(super) const NONE_OF_ITS_OWN: &str = " of the others and none of its own: remove it";

/// What is wrong within a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InRow {
    /// The place of the column, from 1, and its name; `None` where it is the whole row.
    pub column: Option<(usize, String)>,
    /// The cell, in quotes, where that is what is wrong.
    pub cell: Option<String>,
    /// What is wrong; the same for all problems of a kind.
    pub what: String,
}

impl InRow {
    /// The lines that the row takes, where a quote that is left open makes one row of several.
    pub fn swallowed_lines(&self) -> Option<u64> {
        let (_, behind) = self.what.strip_prefix(OPEN_QUOTE)?.split_once(CLOSED)?;
        Some(behind.split(' ').next()?.parse::<u64>().ok()? + 1)
    }

    /// Whether nothing is wrong but that the row is a sum or a mean of others.
    pub fn is_sum(&self) -> bool {
        self.what.ends_with(NONE_OF_ITS_OWN)
    }

    /// Whether nothing is wrong but that the row has no label.
    pub fn is_lack_of_label(&self) -> bool {
        [NO_LABEL, GAP, GAP_OF_SEVERAL].contains(&&self.what[..])
    }

    /// Whether a cell is a word where its column has numbers.
    pub fn is_word_among_numbers(&self) -> bool {
        self.cell.is_some() && self.what == NO_VALUE
    }

    /// Whether its label is a word among labels that are numbers.
    pub fn is_word_for_label(&self) -> bool {
        self.what.ends_with(FOR_CLASSES) || self.what == NO_VALUE_OF_SEVERAL
    }
}

/// What goes after "line 7" or "row 7".
impl fmt::Display for InRow {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if let Some((place, name)) = &self.column {
            match &name[..] {
                "" => write!(f, ", column {place} (no name)")?,
                name => write!(f, ", column {place} ('{name}')")?,
            }
        }
        match &self.cell {
            Some(cell) => write!(f, ": {cell} {}", self.what),
            None => write!(f, ": {}", self.what),
        }
    }
}

/// What is wrong with a row, and which row it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProblem {
    /// The table.
    pub origin: String,
    /// Where the row is.
    pub at: Place,
    /// What is wrong.
    pub in_row: InRow,
}

impl fmt::Display for RowProblem {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}{}", self.at, self.in_row)
    }
}

impl From<RowProblem> for Error {
    fn from(problem: RowProblem) -> Self {
        Error::Broken { problem: problem.to_string(), origin: problem.origin }
    }
}

/// Takes a problem: to go on without the row, or to end with it.
pub type Sink<'a> = &'a mut dyn FnMut(RowProblem) -> Result<(), Error>;

/// Ends with the first problem.
///
/// # Errors
/// The problem.
pub fn refuse(problem: RowProblem) -> Result<(), Error> {
    Err(problem.into())
}

/// Rows that are left out as broken.
#[derive(Debug, Default)]
pub struct Skipped {
    count: u64,
    /// The lines that they take, where a quote makes one row of several.
    lines: u64,
    first: Option<RowProblem>,
}

impl Skipped {
    /// As [`take`](Skipped::take), for a source with the option `skip_broken`: a refusal names the option where that helps.
    ///
    /// # Errors
    /// As [`take`](Skipped::take).
    pub fn take_by_option(&mut self, problem: RowProblem, skip_broken: bool) -> Result<(), Error> {
        // A quote that is left open is better closed than left out with all the rows that it takes.
        let helps = !skip_broken && problem.in_row.swallowed_lines().is_none();
        let word = problem.in_row.cell.as_deref().filter(|_| problem.in_row.is_word_among_numbers());
        let missing =
            word.map(|word| word.trim_matches('\'')).filter(|word| !word.ends_with('…')).map(|word| {
                match is_in_another_writing(word) {
                    true => "; decimal and thousands in a preset say how numbers are written".into(),
                    false => format!("; missing_words: [{word:?}] takes it for a missing number"),
                }
            });
        self.take(problem, skip_broken).map_err(|Error::Broken { origin, problem }| {
            let way_out = if helps { "; skip_broken: true leaves such rows out" } else { "" };
            let missing = missing.filter(|_| helps).unwrap_or_default();
            Error::Broken { origin, problem: problem + &missing + way_out }
        })
    }

    /// Takes a problem: it is counted where `is_skipped`, and else the end.
    ///
    /// # Errors
    /// The problem, where it is not skipped.
    pub fn take(&mut self, problem: RowProblem, is_skipped: bool) -> Result<(), Error> {
        if !is_skipped {
            return refuse(problem);
        }
        self.count += 1;
        self.lines += problem.in_row.swallowed_lines().unwrap_or(1);
        self.first.get_or_insert(problem);
        Ok(())
    }

    /// How many they are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// What is said of them.
    pub fn in_words(&self) -> Option<String> {
        let first = self.first.as_ref()?;
        let origin = &first.origin;
        let lines = self.lines;
        Some(match self.count {
            1 if lines > 1 => {
                format!("{origin}: {lines} lines are left out because a quote makes them one row: {first}")
            }
            count if lines > count => format!(
                "{count} rows, {lines} lines in all, are left out because they are broken; the first: {origin}: {first}"
            ),
            1 => format!("{origin}: a row is left out because it is broken: {first}"),
            count => {
                format!("{count} rows are left out because they are broken; the first: {origin}: {first}")
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(what: String) -> RowProblem {
        let in_row = InRow { column: None, cell: None, what };
        RowProblem { origin: "t.csv".into(), at: Place::Line(3), in_row }
    }

    #[test]
    fn rows_that_a_quote_swallows_are_counted_by_their_lines() {
        let mut skipped = Skipped::default();
        skipped.take(problem(swallowed(1, 199, "close it")), true).unwrap();
        let said = skipped.in_words().unwrap();
        assert!(
            said.starts_with("t.csv: 200 lines are left out because a quote makes them one row: line 3: "),
            "{said}"
        );
        skipped.take(problem("4 cells, and there are 3 columns".into()), true).unwrap();
        assert!(skipped.in_words().unwrap().starts_with("2 rows, 201 lines in all, are left out"));
        let mut plain = Skipped::default();
        plain.take(problem("4 cells".into()), true).unwrap();
        assert_eq!(
            plain.in_words().unwrap(),
            "t.csv: a row is left out because it is broken: line 3: 4 cells"
        );
    }
}
