//! Rows that are in a table twice.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::labels::Labels;
use super::read::Table;
use crate::data::Error;
use crate::data::import::rows::Rows;
use crate::preset::{counted_of, counted_with};

/// The most rows that are compared with each other.
pub const MOST_COMPARED: usize = 10_000_000;

/// A number that two rows share, in practice, only where all their inputs are the same.
pub fn fingerprint(row: &[f64]) -> u64 {
    let mut print = RowPrint::default();
    print.add(row);
    print.number()
}

/// The fingerprint of a row that comes piece by piece.
#[derive(Default)]
pub struct RowPrint(DefaultHasher);

impl RowPrint {
    /// Takes the next numbers of the row.
    pub fn add(&mut self, numbers: &[f64]) {
        numbers.iter().for_each(|x| x.to_bits().hash(&mut self.0));
    }

    /// The fingerprint of what it has taken, as [`fingerprint`] gives it.
    pub fn number(&self) -> u64 {
        self.0.finish()
    }
}

impl Labels {
    /// A number that rows with the same labels share; 0 where there are none.
    fn fingerprint(&self, row: usize) -> u64 {
        match self {
            Labels::Classes(of, _) => u64::from(of[row]),
            Labels::Values(values) => values[row].to_bits(),
            Labels::Several(width, values) => fingerprint(&values[row * width..][..*width]),
            Labels::Nothing(_) => 0,
        }
    }
}

/// Rows of a table that are like others of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repeated {
    /// Those that have the inputs and the label of another row before.
    pub whole: u64,
    /// Those that have the inputs of another row before, and another label.
    pub contradicting: u64,
}

impl Repeated {
    /// Those among the rows to learn from; none where there are too many rows to compare.
    ///
    /// # Errors
    /// When the rows cannot be read any more.
    pub fn of(table: &Table) -> Result<Self, Error> {
        let (count, mut found) = (table.trained, Repeated::default());
        if count > MOST_COMPARED {
            return Ok(found);
        }
        let mut seen: HashMap<u64, u64> = HashMap::with_capacity(count);
        let mut row = vec![0.0; table.rows.width];
        for number in 0..count {
            table.rows.read(number, &mut row)?;
            let own = table.labels.fingerprint(number);
            match seen.entry(fingerprint(&row)) {
                Entry::Vacant(place) => {
                    place.insert(own);
                }
                Entry::Occupied(first) if *first.get() == own => found.whole += 1,
                Entry::Occupied(_) => found.contradicting += 1,
            }
        }
        Ok(found)
    }

    /// What is said of the rows that are whole repetitions.
    pub fn whole_in_words(self) -> Option<String> {
        let repeat = counted_with(self.whole, "row", ("repeats", "repeat"));
        (self.whole > 0)
            .then(|| format!("{repeat} another, label included: what is trained on may be tested on, too"))
    }

    /// What is said of those with another label.
    pub fn contradicting_in_words(self) -> Option<String> {
        let have = counted_with(self.contradicting, "row", ("has", "have"));
        (self.contradicting > 0).then(|| format!("{have} the inputs of another row and another label"))
    }
}

/// What is said of them, of a test set in the file `test` with so many rows.
pub fn twins_in_words(test: &str, twins: usize, rows: usize) -> String {
    let are = counted_of(twins, rows, "row", ("is", "are"));
    let their = if twins == 1 { "its score says" } else { "their scores say" };
    format!("{test}: {are} in the table to learn from as well, label included: {their} nothing of new rows")
}

/// How many rows of the test set have the inputs and the label of a row to learn from; 0 where there are too many rows to compare.
///
/// # Errors
/// When the rows cannot be read any more.
pub fn in_both(table: &Table) -> Result<usize, Error> {
    let count = table.rows.count;
    if count > MOST_COMPARED {
        return Ok(0);
    }
    let mut row = vec![0.0; table.rows.width];
    let mut key = |number: usize| -> Result<_, Error> {
        table.rows.read(number, &mut row)?;
        Ok((fingerprint(&row), table.labels.fingerprint(number)))
    };
    let learned = (0..table.trained).map(&mut key).collect::<Result<HashSet<_>, Error>>()?;
    let mut twins = 0;
    for number in table.trained..count {
        twins += usize::from(learned.contains(&key(number)?));
    }
    Ok(twins)
}
