//! Formulas of a sheet that were never calculated, as programs write them that are no spreadsheet: they have no value.

use calamine::Range;

use super::cells::Cells;
use crate::preset::counted_with;

/// The places of formulas without a value: their rows, from 1, and columns.
pub(super) fn uncalculated(formulas: &Range<String>, rows: &[Cells]) -> Vec<(u64, usize)> {
    let (first_row, first_column) = formulas.start().unwrap_or_default();
    let place = |(row, column, _): (usize, usize, &String)| {
        (u64::from(first_row) + row as u64 + 1, first_column as usize + column)
    };
    let has_value = |&(number, column): &(u64, usize)| {
        let row = rows.binary_search_by_key(&number, |row| row.number).ok().map(|at| &rows[at].cells);
        row.is_some_and(|cells| cells.get(column).is_some_and(|cell| !cell.is_empty()))
    };
    formulas.used_cells().map(place).filter(|place| !has_value(place)).collect()
}

/// What is told of formulas at these places, in a sheet whose columns have these names.
pub(super) fn in_words(places: &[(u64, usize)], names: &[String]) -> Option<String> {
    const NAMED: usize = 3;
    let mut columns: Vec<usize> = places.iter().map(|(_, column)| *column).collect();
    columns.sort_unstable();
    columns.dedup();
    let name = |column: &usize| match names.get(*column).filter(|name| !name.is_empty()) {
        Some(name) => format!("'{name}'"),
        None => format!("column {}", column + 1),
    };
    let more = if columns.len() > NAMED { ", …" } else { "" };
    let named = columns.iter().take(NAMED).map(name).collect::<Vec<_>>().join(", ");
    (!places.is_empty()).then(|| {
        format!(
            "{} never calculated, in {named}{more}, and so no value: open the file in a spreadsheet program and save it, and they have one",
            counted_with(places.len(), "cell", ("has a formula that was", "have formulas that were"))
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_without_a_value_are_found_and_told() {
        let row = |number, cells: [&str; 3]| Cells { number, cells: cells.map(str::to_string).to_vec() };
        let rows = [row(1, ["a", "b", "c"]), row(2, ["1", "", "3"]), row(4, ["1", "2", ""])];
        let formula = |row, column| calamine::Cell::new((row, column), "A1*2".to_string());
        let formulas = Range::from_sparse(vec![formula(1, 1), formula(1, 2), formula(2, 1), formula(3, 2)]);
        let places = uncalculated(&formulas, &rows);
        assert_eq!(places, [(2, 1), (3, 1), (4, 2)]);
        let told = in_words(&places, &rows[0].cells).unwrap();
        assert!(
            told.starts_with(
                "3 cells have formulas that were never calculated, in 'b', 'c', and so no value: "
            )
        );
        assert_eq!(in_words(&[], &rows[0].cells), None);
    }
}
