//! A table of which some rows are looked at before they are read.

use std::collections::VecDeque;

use super::reader::{Problem, Row, RowReader};

/// A reader whose next rows may be looked at.
pub struct Peeked {
    rest: Box<dyn RowReader>,
    /// Rows that were looked at, each with what reading it gave.
    waiting: VecDeque<(Row, Result<bool, Problem>)>,
}

impl Peeked {
    /// The rows of another reader.
    pub fn new(rest: Box<dyn RowReader>) -> Self {
        Peeked { rest, waiting: VecDeque::new() }
    }

    /// The next rows, up to so many, that can be read; fewer where the table ends.
    pub fn peek(&mut self, rows: usize) -> Vec<&csv::StringRecord> {
        let is_last = |(_, read): &(Row, Result<bool, Problem>)| match read {
            Ok(is_row) => !is_row,
            Err(problem) => !problem.is_of_row,
        };
        while self.waiting.len() < rows && !self.waiting.back().is_some_and(is_last) {
            let mut row = Row::default();
            let read = self.rest.next(&mut row);
            self.waiting.push_back((row, read));
        }
        let read = self.waiting.iter().filter(|(_, read)| *read == Ok(true));
        read.map(|(row, _)| &row.cells).collect()
    }

    /// Reads the next row; false at the end.
    ///
    /// # Errors
    /// When it is not what a row should be, or cannot be read at all.
    pub fn next(&mut self, row: &mut Row) -> Result<bool, Problem> {
        match self.waiting.pop_front() {
            Some((next, read)) => {
                *row = next;
                read
            }
            None => self.rest.next(row),
        }
    }

    /// What a person should know of what has been read: a sentence each, without the file's name.
    pub fn told(&self) -> Vec<String> {
        self.rest.told()
    }
}

impl RowReader for Peeked {
    fn next(&mut self, row: &mut Row) -> Result<bool, Problem> {
        Peeked::next(self, row)
    }

    fn told(&self) -> Vec<String> {
        Peeked::told(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::table::Place;

    /// Four rows, of which the third cannot be read.
    struct Four(u64);

    impl RowReader for Four {
        fn next(&mut self, row: &mut Row) -> Result<bool, Problem> {
            self.0 += 1;
            row.at = Place::Row(self.0);
            row.cells = csv::StringRecord::from(vec![self.0.to_string()]);
            match self.0 {
                3 => Err(Problem::of_row("broken".into())),
                number => Ok(number < 5),
            }
        }
    }

    #[test]
    fn rows_that_were_looked_at_are_read_as_all_others() {
        for looked_at in [0, 1, 2, 3, 4, 9] {
            let (mut reader, mut row, mut seen) =
                (Peeked::new(Box::new(Four(0))), Row::default(), Vec::new());
            let peeked: Vec<String> = reader.peek(looked_at).iter().map(|row| row[0].to_string()).collect();
            assert_eq!(peeked, ["1", "2", "4"][..[0, 1, 2, 2, 3, 3][looked_at.min(5)]], "{looked_at}");
            loop {
                match reader.next(&mut row) {
                    Ok(false) => break,
                    read => seen.push((row.at.number(), row.cells[0].to_string(), read.is_ok())),
                }
            }
            let wanted = [1, 2, 3, 4].map(|number: u64| (number, number.to_string(), number != 3));
            assert_eq!(seen, wanted, "{looked_at}");
        }
    }
}
