//! Columns that say where a row is a sum of the others, whether they are inputs or not.

use super::words::is_total;
use crate::data::table::cell::{self, Cell, Numbers};
use crate::data::table::identifier::Identity;

/// What the cells of a column show of rows that are sums of the others.
#[derive(Clone, Debug, Default)]
pub struct SumRows {
    /// Cells that say that their row is one.
    count: u64,
    /// Files in which some do.
    files: u64,
    is_counted: bool,
    ends: bool,
}

impl SumRows {
    /// A file begins.
    pub fn begin_file(&mut self) {
        self.is_counted = false;
    }

    /// Looks at a cell; says whether it calls its row a sum.
    pub fn add(&mut self, cell: &str, read: Cell) -> bool {
        self.ends = read == Cell::Word && is_total(cell);
        if self.ends {
            self.count += 1;
            self.files += u64::from(!std::mem::replace(&mut self.is_counted, true));
        }
        self.ends
    }

    /// Whether the last cell says that its row is a sum.
    pub fn ends(&self) -> bool {
        self.ends
    }

    /// Whether `Total` in this column means a sum: it stands in its last row, and once a file, or the other rows have names of
    /// their own. A kind that many rows have says nothing of sums.
    pub fn are_told(&self, identity: &Identity) -> bool {
        self.ends && (self.count == self.files || identity.differs_in_each())
    }
}

/// A column that is neither an input nor the label nor the weight.
#[derive(Clone, Debug)]
struct Beside {
    place: usize,
    identity: Identity,
    sums: SumRows,
}

/// The columns of a table that a preset does not read, of which some may say where a row is a sum.
#[derive(Clone, Debug, Default)]
pub struct Unread(Vec<Beside>);

/// Different cells of a column that are counted; beyond, their number is estimated.
const COUNTED: usize = 1000;

impl Unread {
    /// The columns at these places.
    pub fn at(places: impl Iterator<Item = usize>) -> Self {
        let beside = |place| Beside { place, identity: Identity::default(), sums: SumRows::default() };
        Unread(places.map(beside).collect())
    }

    /// A file begins.
    pub fn begin_file(&mut self) {
        self.0.iter_mut().for_each(|column| column.sums.begin_file());
    }

    /// Looks at a row of a file in which the columns are at these places.
    pub fn add(&mut self, row: &csv::StringRecord, here: &[usize], numbers: Numbers) {
        for column in &mut self.0 {
            let cell = cell::at(row, here[column.place]);
            let read = numbers.read(cell);
            column.sums.add(cell, read);
            column.identity.add(cell, read, COUNTED);
        }
    }

    /// The places of those that say where a row is a sum.
    pub fn sums(&self) -> Vec<usize> {
        self.places(|column| column.sums.are_told(&column.identity))
    }

    /// The places of those that name the rows, or say where one is a sum.
    pub fn row_names(&self) -> Vec<usize> {
        self.places(|column| column.sums.are_told(&column.identity) || column.identity.differs_in_each())
    }

    fn places(&self, is_one: impl Fn(&Beside) -> bool) -> Vec<usize> {
        self.0.iter().filter(|column| is_one(column)).map(|column| column.place).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(cells: &[&str]) -> (bool, bool) {
        let mut unread = Unread::at([0].into_iter());
        unread.begin_file();
        for cell in cells {
            unread.add(&csv::StringRecord::from(vec![*cell]), &[0], Numbers::default());
        }
        (!unread.sums().is_empty(), !unread.row_names().is_empty())
    }

    #[test]
    fn total_in_the_last_row_is_a_sum_unless_many_rows_are_called_so() {
        assert_eq!(sums(&["Ann", "Bob", "Cid", "Total"]), (true, true));
        assert_eq!(sums(&["1.5", "2.5", "1.5", "Total"]), (true, true));
        assert_eq!(sums(&["a1", "a2", "a3", "Total", "b1", "b2", "Total"]), (true, true));
        // A kind of row, and a name of rows without a sum.
        assert_eq!(sums(&["Total", "Part", "Part", "Total", "Part", "Total"]), (false, false));
        assert_eq!(sums(&["Ann", "Bob", "Cid", "Dan"]), (false, true));
    }
}
