//! What is said of arrays.

use crate::preset::{Missing, counted, counted_with};

/// What is said of so many numbers that are NaN, in `rows` of `all` rows.
pub fn missing_in_words(count: u64, rows: u64, all: u64, missing: Missing) -> String {
    format!(
        "{} NaN, in {rows} of {}; {} stands in for each",
        counted_with(count, "number", ("is", "are")),
        counted(all, "row"),
        missing.stands_in()
    )
}
