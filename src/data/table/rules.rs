//! Lines of a printed table that are no rows: those drawn between its rows, and the number of rows below it, as psql, MySQL and Markdown
//! write them.

/// Whether cells are a line that is drawn, or a number of rows: `-----+-----`, `|:---|---|`, `(3 rows)`.
pub fn are_none<'a>(cells: impl Iterator<Item = &'a str> + Clone) -> bool {
    let filled = || cells.clone().map(str::trim).filter(|cell| !cell.is_empty());
    let is_drawn = |cell: &str| cell.bytes().all(|byte| b"-+=:".contains(&byte));
    let mut all = filled();
    match (all.next(), all.next()) {
        (Some(alone), None) if is_count(alone) => true,
        (None, _) => false,
        _ => filled().all(is_drawn) && filled().any(|cell| cell.contains("---") || cell.contains("===")),
    }
}

/// Whether all rows begin and end with an empty cell, as where lines are drawn around a table: `| a | b |`.
pub fn are_boxed(rows: &[Vec<String>]) -> bool {
    let is_one = |row: &Vec<String>| row.len() > 2 && row[0].is_empty() && row[row.len() - 1].is_empty();
    rows.len() > 1 && rows.iter().all(is_one)
}

/// `(3 rows)`, `3 rows in set (0.00 sec)`.
fn is_count(cell: &str) -> bool {
    let mut words = cell.trim_start_matches('(').split_whitespace();
    let is_number = words.next().is_some_and(|word| word.parse::<u64>().is_ok());
    let is_row = words.next().is_some_and(|word| matches!(word.trim_end_matches([')', ',']), "row" | "rows"));
    is_number && is_row && (cell.starts_with('(') && cell.ends_with(')') || words.next() == Some("in"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_lines_and_numbers_of_rows_are_told_from_rows() {
        let are = |line: &str| are_none(line.split('|'));
        for line in [
            "-----+------+----",
            "+----+----+",
            "|:---|---:|",
            "(3 rows)",
            "(1 row)",
            "3 rows in set (0.00 sec)",
            "===+===",
        ] {
            assert!(are(line), "{line}");
        }
        for line in ["a | b", "- | - | -", "1 | -5", "", "3 rows", "(3 rows) | 5", "---- | Oslo"] {
            assert!(!are(line), "{line}");
        }
    }
}
