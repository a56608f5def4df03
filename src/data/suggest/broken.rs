//! Rows of a table that a preset leaves out because they are broken.

use crate::data::Error;
use crate::data::table::{RowProblem, Skipped};

/// A preset leaves out rows that are no rows of the table where they are at most one of so many.
const MOST_BROKEN: u64 = 20;
/// The most different words among numbers that are named.
const NAMED: usize = 6;

/// The broken rows of a table.
#[derive(Default)]
pub(super) struct BrokenRows {
    skipped: Skipped,
    first: Option<RowProblem>,
    /// Rows with a word for a label among labels that are numbers.
    without_value: u64,
    /// Rows with a word among numbers; the others have too many cells, or too few.
    with_words: u64,
    /// Sums of other rows.
    sums: u64,
    /// The words and their columns, in the order of the rows.
    words: Vec<String>,
}

impl BrokenRows {
    /// Takes the problem of a row.
    ///
    /// # Errors
    /// The problem, where a quote takes other rows with it.
    pub fn take(&mut self, problem: RowProblem) -> Result<(), Error> {
        if problem.in_row.swallowed_lines().is_some() {
            return Err(problem.into());
        }
        if problem.in_row.is_sum() {
            self.sums += 1;
        } else if let (Some((place, name)), Some(cell)) = (&problem.in_row.column, &problem.in_row.cell) {
            match problem.in_row.is_word_for_label() {
                true => self.without_value += 1,
                false => self.with_words += 1,
            }
            let column = if name.is_empty() { format!("column {place}") } else { format!("'{name}'") };
            let word = format!("{cell} in {column}");
            if self.words.len() <= NAMED && !self.words.contains(&word) {
                self.words.push(word);
            }
        }
        self.first.get_or_insert_with(|| problem.clone());
        self.skipped.take(problem, true)
    }

    /// Checks that a table of which `rows` rows are whole can be learned from: a few rows with other numbers of cells, up to half as
    /// many with a word among numbers, and any with a word for a label.
    ///
    /// # Errors
    /// The first problem, where there are too many: the table is another than it seems then.
    pub fn check(&self, rows: u64) -> Result<(), Error> {
        let others = self.skipped.count() - self.with_words - self.without_value - self.sums;
        match &self.first {
            Some(first) if others * MOST_BROKEN > rows || self.with_words * 2 > rows => {
                Err(first.clone().into())
            }
            _ => Ok(()),
        }
    }

    /// How many they are.
    pub fn count(&self) -> u64 {
        self.skipped.count()
    }

    /// What a preset says of them: a sentence each.
    pub fn in_words(&self) -> Vec<String> {
        let mut said: Vec<String> = self.skipped.in_words().into_iter().collect();
        if !self.words.is_empty() {
            let more = if self.words.len() > NAMED { ", …" } else { "" };
            let words = self.words[..self.words.len().min(NAMED)].join(", ");
            said.push(format!(
                "These are not numbers: {words}{more}. Among the inputs, an empty cell in place of such a word is a missing number, and its \
                 row is learned from."
            ));
        }
        said
    }
}
