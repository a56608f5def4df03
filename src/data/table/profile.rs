//! What the cells of each column look like, over all rows of a table, in memory that does not grow with it.

use std::collections::HashMap;

use super::amount::Amounts;
use super::cell::{self, Cell, Numbers, boolean};
use super::dates::{self, Compact, Dates};
use super::durations::Durations;
use super::identifier::Identity;
use super::sums::SumRows;
use super::suspects::Suspects;
use crate::preset::{CellForm, code};

/// Different cells that are counted, in all columns together.
const COUNTED: usize = 1 << 20;
/// Different cells that are counted in a column, and in one that has numbers only so far.
const COUNTED_WORDS: usize = 10_000;
const COUNTED_NUMBERS: usize = 1000;
/// Different words beside numbers that are counted.
const COUNTED_ODD: usize = 20;
/// A longer cell is no name of a category, in bytes.
const LONGEST_WORD: usize = 64;

/// What a table's rows look like.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Rows.
    pub rows: u64,
    /// Files.
    pub files: u64,
    /// Column by column.
    pub columns: Vec<Column>,
    /// Words by which a preset says that a value is missing.
    missing_words: Vec<String>,
}

impl Profile {
    /// Looks at the numbers of a row, as [`Profile::add`] gave them, beside that of its label.
    pub fn compare(&mut self, of_row: &[f64], label: f64) {
        let columns = self.columns.iter_mut().zip(of_row);
        columns.for_each(|(column, &number)| column.identity.compare(number, label));
    }
}

/// What the cells of a column look like.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// Cells that say that a number is not known.
    pub missing: u64,
    /// Cells that are numbers.
    pub numbers: u64,
    /// Numbers that are infinite, from which nothing can be learned.
    pub infinite: u64,
    /// All other cells.
    pub others: u64,
    /// Those of them that answer with yes or no.
    pub booleans: u64,
    /// Numbers that are 0 or 1, as yes and no may be written.
    pub bits: u64,
    /// Those of them that are dates.
    pub dates: Dates,
    /// Those that say that there is no end, which are missing.
    pub no_end: u64,
    /// Numbers that are days of eight digits.
    pub compact: Compact,
    /// Those of them that are numbers with something beside them.
    pub amounts: Amounts,
    /// The different cells, of whatever kind.
    pub words: Words,
    /// Those of them that are words, and not numbers, and infinite numbers: a few.
    pub odd: Words,
    /// The first of these.
    pub first_odd: Box<str>,
    /// Those of them with blanks in them.
    pub with_blanks: u64,
    /// Numbers that are whole and not below 0.
    pub whole: u64,
    /// Whether they name rows.
    pub identity: Identity,
    /// Those that say that their row is a sum of the others.
    pub sums: SumRows,
    /// What the numbers may stand for.
    pub suspects: Suspects,
    /// Those of them that are durations.
    pub durations: Durations,
    /// How a preset says that its dates are written.
    said: Option<CellForm>,
    /// Whether a preset says that its cells are words to be told apart, numbers too.
    is_category: bool,
    counting: Counting,
    is_file_start: bool,
}

/// The different cells of a column.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// How often each occurs; empty where there are too many.
    pub counts: HashMap<Box<str>, u64>,
    /// Whether there are too many different ones, or too long ones, to count them.
    pub are_many: bool,
}

/// Whether numbers count the rows: 0, 1, 2 …, from 0 or 1, and again in each file.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Counting {
    #[default]
    NotBegun,
    To {
        first: f64,
        last: f64,
        /// The largest.
        most: f64,
        /// How often it begins again within a file.
        again: u64,
    },
    No,
}

impl Counting {
    fn next(self, read: Cell, is_file_start: bool) -> Self {
        match (read, self) {
            (Cell::Number(first @ (0.0 | 1.0)), Counting::NotBegun) => {
                Counting::To { first, last: first, most: first, again: 0 }
            }
            (Cell::Number(next), Counting::To { first, last, most, again })
                if next == last + 1.0 || next == first =>
            {
                let begins_again = next == first && !is_file_start;
                Counting::To {
                    first,
                    last: next,
                    most: most.max(next),
                    again: again + u64::from(begins_again),
                }
            }
            _ => Counting::No,
        }
    }
}

impl Column {
    /// Whether its numbers count the rows, in all files together or in each.
    pub fn counts_rows(&self) -> bool {
        matches!(self.counting, Counting::To { most, again: 0, .. } if most > 1.0)
    }

    /// Whether each of these rows may have a number of its own, in whatever order: those of a pandas index after rows were drawn,
    /// mixed, or put below each other. `files` is how many files may have the same number.
    pub fn may_number_rows(&self, rows: u64, files: u64) -> bool {
        let counts_in_parts = matches!(self.counting, Counting::To { again, .. } if rows >= 3 * (again + 1));
        let are_different = || self.words.are_many || self.words.counts.values().all(|&count| count <= files);
        self.whole + u64::from(self.sums.ends()) == rows && (counts_in_parts || are_different())
    }

    /// How its cells are written as numbers, where they are no plain ones.
    pub fn form(&self) -> Option<CellForm> {
        match self.durations.are_most(self.numbers + self.others) {
            true => Some(CellForm::Duration),
            false => self.amounts.unit(self.others).map(CellForm::Unit),
        }
    }

    /// How many different cells have a value, as far as they are counted.
    pub fn different(&self) -> u64 {
        self.words.counts.keys().filter(|word| !cell::is_missing(word)).count() as u64
    }

    /// What its cells come to as dates.
    pub fn as_dates(&self) -> &Dates {
        self.compact_dates().unwrap_or(&self.dates)
    }

    /// The days of eight digits that all its cells are.
    pub fn compact_dates(&self) -> Option<&Dates> {
        self.compact.dates().filter(|_| self.others == 0 && self.said.is_none())
    }

    /// The words among its numbers, the most frequent first, and how many cells they are; `None` where all cells are numbers or where
    /// words are no mistake: it is something else than numbers.
    pub fn words_among_numbers(&self) -> Option<(Vec<String>, u64)> {
        let known = self.numbers + self.others;
        let different = self.words.counts.len().saturating_sub(self.odd.counts.len());
        let are_many = self.words.are_many || different > COUNTED_ODD;
        let is_by_far =
            self.numbers * 2 >= known || are_many && self.numbers * 5 >= known && !self.odd.are_many;
        let are_none = self.odd.counts.is_empty() && !self.odd.are_many;
        if are_none || self.numbers == 0 || !is_by_far || self.form().is_some() {
            return None;
        }
        let mut words: Vec<(&str, u64)> =
            self.odd.counts.iter().map(|(word, &count)| (&**word, count)).collect();
        words.sort_by_key(|&(word, count)| (std::cmp::Reverse(count), word));
        Some((words.into_iter().map(|(word, _)| word.to_string()).collect(), self.others + self.infinite))
    }

    /// The units of its numbers, where they are different: `'kg' in 40 rows, 'lb' in 3`.
    pub fn mixed_units(&self) -> Option<String> {
        self.amounts.mixed(self.others)
    }

    /// Looks at a cell; gives the number that it is, or NaN.
    fn add(&mut self, cell: &str, numbers: Numbers, most: Most, missing_words: &[String]) -> f64 {
        let read = match numbers.read(cell) {
            _ if is_said(missing_words, cell, numbers) => Cell::Missing,
            read => read,
        };
        let is_file_start = std::mem::take(&mut self.is_file_start);
        let is_sum = self.sums.add(cell, read);
        if !is_sum {
            self.counting = self.counting.next(read, is_file_start);
        }
        self.identity.add(cell, read, most.numbers);
        if let Some(date) = self.said.as_ref().and_then(|form| dates::parse_in(cell, form, numbers)) {
            self.dates.add_moment(date);
        }
        match read {
            Cell::Missing => self.missing += 1,
            _ if (read == Cell::Word || self.said.is_some())
                && dates::is_no_end(cell, self.said.as_ref()) =>
            {
                self.missing += 1;
                self.no_end += 1;
            }
            Cell::Number(number) => {
                self.numbers += 1;
                if number.is_infinite() {
                    self.infinite += 1;
                    self.add_odd(cell);
                }
                self.compact.add(cell, number);
                self.suspects.add(cell, number);
                self.amounts.add_plain(number);
                self.bits += u64::from(matches!(number, 0.0 | 1.0));
                self.whole += u64::from(number >= 0.0 && number.fract() == 0.0);
            }
            Cell::Word => {
                self.others += 1;
                if !is_sum {
                    self.add_odd(cell);
                }
                self.booleans += u64::from(boolean(cell).is_some());
                self.with_blanks += u64::from(cell.contains(char::is_whitespace));
                if self.said.is_none() {
                    self.dates.add(cell);
                }
                self.amounts.add(cell, numbers);
                self.durations.add(cell);
            }
        }
        if !self.words.are_many {
            let most = match self.others {
                _ if self.is_category => most.of_category,
                0 => most.numbers,
                _ => most.words,
            };
            self.words.add(numbers.word(cell), most);
        }
        if let Cell::Number(number) = read { number } else { f64::NAN }
    }

    /// Takes a cell from which no number can be learned.
    fn add_odd(&mut self, cell: &str) {
        if self.odd.counts.is_empty() && !self.odd.are_many {
            self.first_odd = cell.chars().take(LONGEST_WORD).collect::<String>().into();
        }
        self.odd.add(cell, COUNTED_ODD);
    }
}

/// Whether a cell is one of the words by which a preset says that a value is missing; a number may be one: `-999`, also as `-999.0`,
/// and `-9.9` as `-9.90`.
pub fn is_said(words: &[String], cell: &str, numbers: Numbers) -> bool {
    let is_same = |word: &String| {
        let has_fraction = cell.contains(numbers.decimal) && word.contains('.');
        let is_number = || word.parse().is_ok_and(|number: f64| numbers.parse(cell) == Some(number));
        word == cell || code(word, '.') == numbers.word(cell) || has_fraction && is_number()
    };
    !words.is_empty() && words.iter().any(is_same)
}

/// The most different cells that are counted in a column.
#[derive(Clone, Copy)]
struct Most {
    /// As long as all of them are numbers.
    numbers: usize,
    words: usize,
    /// Where a preset says that they are to be told apart.
    of_category: usize,
}

impl Words {
    fn add(&mut self, cell: &str, most: usize) {
        if self.are_many {
            return;
        }
        if let Some(count) = self.counts.get_mut(cell) {
            *count += 1;
        } else if self.counts.len() < most && cell.len() <= LONGEST_WORD {
            self.counts.insert(cell.into(), 1);
        } else {
            *self = Words { counts: HashMap::new(), are_many: true };
        }
    }
}

impl Profile {
    /// A table of so many columns, of which no row has been seen.
    pub fn new(columns: usize) -> Self {
        Profile { rows: 0, files: 0, columns: vec![Column::default(); columns], missing_words: Vec::new() }
    }

    /// The same, where a preset says of some columns how their dates are written.
    #[must_use]
    pub fn with_forms(mut self, forms: Vec<Option<CellForm>>) -> Self {
        self.columns.iter_mut().zip(forms).for_each(|(column, form)| column.said = form);
        self
    }

    /// The same, where a preset says of some columns that they are categories.
    #[must_use]
    pub fn with_categories(mut self, are_categories: impl Iterator<Item = bool>) -> Self {
        self.columns.iter_mut().zip(are_categories).for_each(|(column, is)| column.is_category = is);
        self
    }

    /// The same, where a preset has words that say that a value is missing.
    #[must_use]
    pub fn with_missing_words(self, words: &[String]) -> Self {
        Profile { missing_words: words.to_vec(), ..self }
    }

    /// A file begins, and with it the numbering of rows may begin again.
    pub fn begin_file(&mut self) {
        self.files += 1;
        for column in &mut self.columns {
            column.is_file_start = true;
            column.sums.begin_file();
        }
    }

    /// Looks at a row: the cells at these places are those of the columns. Writes the number that each is into `out`; NaN where
    /// it is none.
    pub fn add(&mut self, row: &csv::StringRecord, places: &[usize], numbers: Numbers, out: &mut Vec<f64>) {
        let share = COUNTED / self.columns.len().max(1);
        let most =
            Most { numbers: share.min(COUNTED_NUMBERS), words: share.min(COUNTED_WORDS), of_category: share };
        self.rows += 1;
        out.clear();
        let (columns, words) = (self.columns.iter_mut().zip(places), &self.missing_words);
        out.extend(columns.map(|(column, &place)| column.add(cell::at(row, place), numbers, most, words)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(cells: impl IntoIterator<Item = String>) -> Column {
        let mut profile = Profile::new(1);
        for cell in cells {
            profile.add(&csv::StringRecord::from(vec![cell]), &[0], Numbers::default(), &mut Vec::new());
        }
        profile.columns.remove(0)
    }

    #[test]
    fn cells_are_counted_by_what_they_are() {
        let seen = column(["1", "2.5", "", "yes", "New York", "2024-02-03", "yes"].map(str::to_string));
        assert_eq!((seen.numbers, seen.missing, seen.others), (2, 1, 4));
        assert_eq!((seen.booleans, seen.with_blanks, seen.dates.best().0), (2, 1, 1));
        assert_eq!((seen.words.counts.len(), seen.words.counts["yes"]), (6, 2));
        assert!(!seen.counts_rows());
    }

    #[test]
    fn words_among_numbers_are_told_where_a_column_is_one_of_numbers() {
        let cells = |words: usize, word: &dyn Fn(usize) -> String| {
            let cells = (0..90).map(|row| if row < words { word(row) } else { format!("{row}.5") });
            column(cells).words_among_numbers()
        };
        assert_eq!(cells(0, &|_| "n.d.".into()), None);
        assert_eq!(
            cells(40, &|row| ["n.d.", "<5"][usize::from(row == 3)].into()),
            Some((vec!["n.d.".into(), "<5".into()], 40))
        );
        assert_eq!(cells(60, &|_| "low".into()), Some((vec!["low".into()], 60)));
        assert_eq!(cells(80, &|_| "low".into()), None);
        // More than a few are not kept.
        assert_eq!(cells(30, &|row| format!("<{row}")), Some((vec![], 30)));
        assert_eq!(cells(60, &|row| format!("<{row}")), None);
    }

    #[test]
    fn different_cells_are_counted_up_to_a_limit_that_is_lower_for_numbers() {
        let numbers = column((0..1500).map(|number| number.to_string()));
        assert!(numbers.words.are_many && numbers.words.counts.is_empty() && numbers.counts_rows());
        let words = column((0..1500).map(|number| format!("w{number}")));
        assert_eq!((words.words.counts.len(), words.words.are_many), (1500, false));
        assert!(column((0..10_001).map(|number| format!("w{number}"))).words.are_many);
        assert!(column(["x".repeat(100)]).words.are_many);
        // A preset may know better.
        let mut users = Profile::new(1).with_categories([true].into_iter());
        for user in 0..20_000 {
            let row = csv::StringRecord::from(vec![user.to_string()]);
            users.add(&row, &[0], Numbers::default(), &mut Vec::new());
        }
        assert_eq!(users.columns[0].words.counts.len(), 20_000);
    }
}
