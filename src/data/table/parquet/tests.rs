//! The tables that pandas and pyarrow wrote, by `tests/reference/pandas_tables.py`.

use super::super::tests::formats::{assert_same, rows};
use super::*;

#[test]
fn every_compression_gives_the_rows_of_the_table_in_text() {
    for compression in ["snappy", "zstd", "gzip"] {
        let read = rows(&format!("passengers_{compression}.parquet"), None);
        assert_eq!(read[0].1, Place::Schema);
        // Three row groups of 32 rows each at most.
        assert_eq!(read[80].1, Place::Row(80));
        assert_same(&read);
    }
}

#[test]
fn values_that_other_programs_write_are_the_same_cells() {
    let mut read = rows("others.parquet", None);
    assert_eq!(read[0].0[8..], ["halves", "tags"]);
    assert_eq!(read[2].0[8..], ["0.75", "(list)"]);
    read.iter_mut().for_each(|(cells, _)| cells.truncate(8));
    assert_same(&read);
}

#[test]
fn a_file_that_is_cut_short_or_damaged_is_refused() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/formats");
    let whole = std::fs::read(folder.join("passengers_snappy.parquet")).unwrap();
    let read = |bytes: &[u8]| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let mut reader = match open(file.path(), false) {
            Ok(reader) => reader,
            Err(error) => return error.to_string(),
        };
        let mut row = Row::default();
        loop {
            match reader.next(&mut row) {
                Ok(true) => {}
                Ok(false) => return "the end".into(),
                Err(problem) => return problem.at(row.at),
            }
        }
    };
    assert_eq!(read(&whole), "the end");
    let short = read(&whole[..whole.len() - 9]);
    assert!(short.starts_with("it is no whole Parquet file: "), "{short}");
    let mut damaged = whole.clone();
    damaged[60..120].fill(0xff);
    let told = read(&damaged);
    assert!(told.starts_with("row group 1, column 1 ('age'): it is no whole Parquet file: "), "{told}");
}
