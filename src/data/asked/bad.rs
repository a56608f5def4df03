//! Rows of a file that are no samples.

use super::{Asked, Which};

/// More bad rows say that the file is not what it is taken for.
const MOST: usize = 100_000;

/// A row that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Which it is.
    pub of: Which,
    /// What is wrong, with the row, its line and its column.
    pub problem: String,
}

/// Adds a row.
///
/// # Errors
/// When there are too many; what is wrong with the file.
pub(super) fn push(bad: &mut Vec<BadRow>, row: BadRow) -> Result<(), String> {
    bad.push(row);
    match &bad[..] {
        [first, ..] if bad.len() > MOST => {
            Err(format!("more than {MOST} rows cannot be read; the first: {}", first.problem))
        }
        _ => Ok(()),
    }
}

impl Asked {
    /// Without the samples that have a number which is too large for a network: they are bad rows then. `width` is the numbers of an
    /// input, `columns` their names where a table has some.
    #[must_use]
    pub fn without_too_large(self, width: usize, columns: &[String]) -> Self {
        let too_large = |row: &[f32]| row.iter().position(|x| !x.is_finite());
        if self.inputs.chunks_exact(width).all(|row| too_large(row).is_none()) {
            return self;
        }
        let Asked { samples, inputs, mut bad, .. } = self;
        let (mut kept, mut numbers) = (Vec::new(), Vec::new());
        for (of, row) in samples.into_iter().zip(inputs.chunks_exact(width)) {
            let Some(place) = too_large(row) else {
                kept.push(of);
                numbers.extend_from_slice(row);
                continue;
            };
            let column = columns.get(place).filter(|_| columns.len() == width);
            let column = column.map(|name| format!("'{name}'"));
            let row = of.row.map(|_| of.to_string());
            let at: Vec<String> = row.into_iter().chain(column).collect();
            let at = if at.is_empty() { String::new() } else { at.join(", ") + ": " };
            bad.push(BadRow { of, problem: format!("{at}a number is too large for a network") });
        }
        bad.sort_unstable_by_key(|row| row.of.row);
        Asked { samples: kept, inputs: numbers, bad, ..self }
    }
}
