//! Rows that are statistics of the others, as pandas' `describe()` and R's `summary()` write them: count, mean, std, min, 25%, …

/// What such rows are called, in small letters, without points.
const NAMES: &[&str] = &[
    "count", "nobs", "mean", "std", "sd", "var", "min", "minimum", "median", "max", "maximum", "unique",
    "top", "freq",
];
/// The names of quartiles in R.
const QUARTILES: &[&str] = &["1st qu", "3rd qu"];
/// Rows below each other that are a block, and the most that are one.
const FEWEST: usize = 4;
const MOST: usize = 24;

/// Whether a cell is a word by which such a row is called.
pub fn is_statistic(cell: &str) -> bool {
    let cell = cell.trim_end_matches(['.', ':', ' ']);
    (2..=7).contains(&cell.len()) && NAMES.iter().any(|name| name.eq_ignore_ascii_case(cell))
}

/// Whether a cell calls its row a statistic, or a percentile: `25%`.
fn is_named(cell: &str) -> bool {
    let bare = cell.trim_end_matches(['.', ':', ' ']);
    let is_percentile = || {
        let number = cell.strip_suffix('%').and_then(|number| number.parse::<f64>().ok());
        number.is_some_and(|number| (0.0..=100.0).contains(&number))
    };
    is_statistic(cell) || QUARTILES.iter().any(|name| name.eq_ignore_ascii_case(bare)) || is_percentile()
}

/// Finds blocks of them, row by row.
#[derive(Default)]
pub struct Blocks {
    column: usize,
    /// The rows of the block that may have begun: their numbers, and what they are called.
    rows: Vec<(u64, String)>,
    /// The rows of blocks that have ended, and the columns that say so.
    found: Vec<(u64, usize)>,
}

impl Blocks {
    /// Looks at a row.
    pub fn add<'a>(&mut self, number: u64, cells: impl Iterator<Item = &'a str>) {
        let named = cells.enumerate().find(|(_, cell)| is_named(cell));
        let Some((column, cell)) = named else { return self.end() };
        let name = cell.to_lowercase();
        let is_again = self.rows.iter().any(|(_, known)| *known == name);
        if column != self.column || is_again || self.rows.len() == MOST {
            self.end();
        }
        self.column = column;
        self.rows.push((number, name));
    }

    fn end(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        let has =
            |names: &[&str]| rows.iter().any(|(_, name)| names.iter().any(|known| name.starts_with(known)));
        if rows.len() >= FEWEST
            && has(&["mean", "median", "50%", "top"])
            && has(&["min", "max", "std", "sd", "freq"])
        {
            self.found.extend(rows.into_iter().map(|(number, _)| (number, self.column)));
        }
    }

    /// The rows of all blocks, and the columns that say so.
    pub fn found(mut self) -> Vec<(u64, usize)> {
        self.end();
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[&str]) -> Vec<u64> {
        let mut blocks = Blocks::default();
        names.iter().zip(1..).for_each(|(name, number)| blocks.add(number, [*name, "1.5"].into_iter()));
        blocks.found().into_iter().map(|(number, _)| number).collect()
    }

    #[test]
    fn what_describe_writes_is_a_block() {
        let of_pandas = ["a", "count", "mean", "std", "min", "25%", "50%", "75%", "max"];
        assert_eq!(found(&of_pandas), [2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(found(&["Min.", "1st Qu.", "Median", "Mean", "3rd Qu.", "Max.", "b"]), [1, 2, 3, 4, 5, 6]);
        assert_eq!(found(&["count", "unique", "top", "freq"]), [1, 2, 3, 4]);
        for names in [
            &["min", "max", "min", "max", "min"][..],
            &["mean", "max"],
            &["5%", "10%", "20%", "50%", "90%"],
            &["a", "b"],
        ] {
            assert_eq!(found(names), Vec::<u64>::new(), "{names:?}");
        }
    }
}
