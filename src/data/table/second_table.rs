//! A second table below the first one in a text: a line without cells, then one of names, then rows of others than words.

use super::cell::{Cell, Numbers, is_missing};
use super::dates;
use super::reader::{Place, Row};

/// Looks for the names of a second table among rows as they come.
#[derive(Default)]
pub(super) struct SecondTable {
    /// The line of the row before, of a text.
    line: Option<u64>,
    /// Whether the row before has no cell with a value.
    is_behind_gap: bool,
    /// The row that may have the names, and these.
    likely: Option<(Place, String)>,
    /// The same, once the row below it has values.
    found: Option<(Place, String)>,
}

impl SecondTable {
    /// Looks at a row of a table whose columns have the names `header`. Whether it may be the names of another table.
    pub fn may_begin(&mut self, row: &Row, header: &[String]) -> bool {
        let Place::Line(line) = row.at else { return false };
        // Lines without anything are no rows.
        let is_apart = self.is_behind_gap || self.line.is_some_and(|before| line > before + 1);
        self.line = Some(line);
        if row.cells().all(str::is_empty) {
            self.is_behind_gap = true;
            return false;
        }
        self.is_behind_gap = false;
        if let Some(likely) = self.likely.take()
            && row.cells().any(is_value)
        {
            self.found.get_or_insert(likely);
        }
        if !is_apart
            || self.found.is_some()
            || !are_names(row)
            || row.cells().eq(header.iter().map(String::as_str))
        {
            return false;
        }
        let names: Vec<&str> = row.cells().filter(|cell| !cell.is_empty()).take(NAMED).collect();
        self.likely = Some((row.at, names.join(", ")));
        true
    }

    /// What is told of it.
    pub fn told(&self) -> Option<String> {
        let (at, names) = self.found.as_ref()?;
        Some(format!("{at}: another table seems to begin here, of {names}: {HELP}"))
    }
}

/// Names of columns that a sentence has.
const NAMED: usize = 6;
/// What a person does about two tables.
pub(super) const HELP: &str = "put each table into a file of its own";

/// Whether a cell is a number or a date.
fn is_value(cell: &str) -> bool {
    let date = || dates::parse(cell, false).or_else(|| dates::parse_time(cell));
    matches!(Numbers::default().read(cell), Cell::Number(_)) || date().is_some()
}

/// Whether the cells of a row may be names of columns: several, all of them words, no two alike.
fn are_names(row: &Row) -> bool {
    let cells: Vec<&str> = row.cells().filter(|cell| !cell.is_empty()).collect();
    let is_again = |(place, name): (usize, &&str)| cells[..place].contains(name);
    cells.len() > 1
        && cells.iter().all(|cell| !is_missing(cell) && !is_value(cell))
        && !cells.iter().enumerate().any(is_again)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the last of these lines may begin a table, and what is told of all of them.
    fn seen(lines: &[(u64, &str)]) -> (bool, Option<String>) {
        let header = ["a", "b"].map(String::from);
        let (mut second, mut may) = (SecondTable::default(), false);
        for (line, cells) in lines {
            let row = Row { cells: cells.split(',').collect(), at: Place::Line(*line) };
            may = second.may_begin(&row, &header);
        }
        (may, second.told())
    }

    #[test]
    fn names_behind_a_gap_with_values_below_are_another_table() {
        let told =
            "line 5: another table seems to begin here, of name, town: put each table into a file of its own";
        assert_eq!(seen(&[(2, "1,2"), (3, "3,4"), (5, "name,town")]), (true, None));
        assert_eq!(seen(&[(2, "1,2"), (5, "name,town"), (6, "x,7")]), (false, Some(told.into())));
        assert_eq!(
            seen(&[(2, "1,2"), (4, ","), (5, "name,town,"), (6, "x,2024-01-01,")]).1,
            Some(told.into())
        );
        for lines in [
            // No gap; values; the names again; words below.
            [(2, "1,2"), (3, "name,town"), (4, "x,7")],
            [(2, "1,2"), (5, "x,7"), (6, "x,7")],
            [(2, "1,2"), (5, "a,b"), (6, "1,7")],
            [(2, "x,y"), (5, "z,w"), (6, "u,v")],
        ] {
            assert_eq!(seen(&lines).1, None, "{lines:?}");
        }
    }
}
