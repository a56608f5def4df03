//! One table in every format, as `tests/reference/pandas_tables.py` wrote it.

use std::path::Path;

use super::*;
use crate::data::table::cell::{Cell, Numbers};

/// The rows of a file, the names of the columns first, each with its place.
pub fn rows(name: &str, sheet: Option<&str>) -> Vec<(Vec<String>, Place)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/formats").join(name);
    let options = Csv { sheet: sheet.map(str::to_string), ..csv() };
    let mut reader = open(&path, &options, &Limits::of_machine()).unwrap().reader;
    let (mut rows, mut row) = (Vec::new(), Row::default());
    while reader.next(&mut row).unwrap() {
        rows.push((row.cells().map(str::to_string).collect(), row.at));
    }
    rows
}

/// Asserts that rows are those of the table as text: cell by cell the same number, or the same word.
pub fn assert_same(read: &[(Vec<String>, Place)]) {
    let text = rows("passengers.csv", None);
    assert_eq!(read.len(), text.len());
    for ((own, at), (cells, _)) in read.iter().zip(&text) {
        assert_eq!(own.len(), cells.len(), "{at}");
        for (own, cell) in own.iter().zip(cells) {
            let numbers = Numbers::default();
            match (numbers.read(own), numbers.read(cell)) {
                (Cell::Number(own), Cell::Number(cell)) => assert_eq!(own, cell, "{at}"),
                _ => assert_eq!(own, cell, "{at}"),
            }
        }
    }
}
