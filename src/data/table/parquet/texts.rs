//! Texts of a table in Parquet that say a number as people write it, `3,5` or `1.234,50 €`, as in a table that was read from a CSV whose
//! numbers were not recognised.

use super::{Parquet, ROWS};
use crate::data::table::cell::Numbers;
use crate::data::table::dialect::{Seen, Written};
use crate::data::table::peeked::Peeked;
use crate::data::table::reader::{Place, Problem, Row, RowReader};
use crate::preset::Csv;

/// The rows of a table, in which the numbers of texts are written as those of other columns are: without groups, fractions after a
/// point.
pub struct WithTexts {
    rows: Peeked,
    /// Whether each column has texts.
    is_text: Vec<bool>,
    written: Written,
    /// What is told of them.
    told: Option<String>,
}

impl WithTexts {
    /// The rows of a table. How the numbers of its texts are written is found out by its first rows, as in a text whose cells are separated
    /// by commas, unless the options of `table` say it; `of_run` is how they are written in tables that were read before it. Gives that
    /// as well, where something shows it.
    ///
    /// # Errors
    /// When the options contradict each other.
    pub fn of(
        parquet: Parquet,
        table: &Csv,
        of_run: Option<Numbers>,
    ) -> Result<(Self, Option<Numbers>), String> {
        let is_text: Vec<bool> = parquet.columns.iter().map(|column| column.is_text()).collect();
        let names: Vec<String> = parquet.columns.iter().map(|column| column.name.clone()).collect();
        let above = usize::from(parquet.names_first);
        let mut rows = Peeked::new(Box::new(parquet));
        let mut seen = Seen::of(std::iter::empty(), Some(names));
        let first = if is_text.contains(&true) { rows.peek(ROWS + above) } else { Vec::new() };
        for cells in first.iter().skip(above) {
            let texts = cells.iter().zip(&is_text).enumerate().filter(|(_, (_, is_text))| **is_text);
            texts.for_each(|(place, (cell, _))| seen.add(place, cell));
        }
        let written = Written::of(&seen, table, b',', of_run)?;
        let some = first.iter().skip(above).any(|cells| {
            cells.iter().zip(&is_text).any(|(cell, is_text)| *is_text && written.plain(cell).is_some())
        });
        let words = written.in_words().join(", ");
        let is_told = !words.is_empty() && (some || written.numbers == Numbers::default());
        let told = is_told.then(|| format!("numbers in texts have {words}"));
        let shown = written.is_shown.then_some(written.numbers).filter(|_| is_text.contains(&true));
        Ok((WithTexts { rows, is_text, written, told }, shown))
    }
}

impl RowReader for WithTexts {
    fn next(&mut self, row: &mut Row) -> Result<bool, Problem> {
        let is_row = self.rows.next(row)?;
        if is_row && row.at != Place::Schema && self.written.numbers != Numbers::default() {
            let plain = |(cell, is_text): (&str, &bool)| self.written.plain(cell).filter(|_| *is_text);
            let cells: Vec<Option<String>> = row.cells.iter().zip(&self.is_text).map(plain).collect();
            if cells.iter().any(Option::is_some) {
                let rewritten =
                    row.cells.iter().zip(&cells).map(|(cell, plain)| plain.as_deref().unwrap_or(cell));
                row.cells = rewritten.collect();
            }
        }
        Ok(is_row)
    }

    fn told(&self) -> Vec<String> {
        self.told.iter().cloned().chain(self.rows.told()).collect()
    }
}
