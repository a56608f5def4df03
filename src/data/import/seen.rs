//! What the columns of a table look like, by its first rows.

use std::path::Path;

use super::limits::Limits;
use crate::data::table::{self, Profile, Row, cell};
use crate::preset::Csv;

/// Rows by which it is seen what the columns of a table hold.
const ROWS_SEEN: u64 = 20_000;

/// What the first rows of a table look like.
pub struct Seen {
    /// What the first line calls the columns.
    pub names: Vec<String>,
    /// What is in them.
    pub profile: Profile,
    /// How the cells of each column read.
    pub cells: Vec<Cells>,
    /// Whether all rows were looked at.
    pub is_all: bool,
}

/// How the cells of a column read, summed up over those that are not empty.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    /// How many there are.
    pub count: usize,
    /// Their words, of all together.
    pub words: usize,
    /// Their characters.
    pub letters: usize,
    /// Cells without a digit.
    pub without_digits: usize,
}

impl Cells {
    fn add(&mut self, cell: &str) {
        if !cell.is_empty() {
            self.count += 1;
            self.words += cell.split_whitespace().count();
            self.letters += cell.chars().count();
            self.without_digits += usize::from(!cell.bytes().any(|byte| byte.is_ascii_digit()));
        }
    }
}

/// Looks at the first rows of a table that names its columns; `None` where it cannot be read, or has no row.
pub fn seen(path: &Path, limits: &Limits) -> Option<Seen> {
    let opened = table::open(path, &Csv::of(path.to_string_lossy().into_owned()), limits).ok()?;
    let (mut reader, numbers, mut row) = (opened.reader, opened.numbers, Row::default());
    reader.next(&mut row).ok()?.then_some(())?;
    let names: Vec<String> =
        row.cells().map(|cell| cell.trim_start_matches('\u{feff}').to_string()).collect();
    let places: Vec<usize> = (0..names.len()).collect();
    let (mut profile, mut cells) = (Profile::new(names.len()), vec![Cells::default(); names.len()]);
    let mut values = Vec::new();
    profile.begin_file();
    let mut is_all = false;
    while profile.rows < ROWS_SEEN {
        match reader.next(&mut row) {
            Ok(true) => {}
            Ok(false) => {
                is_all = true;
                break;
            }
            // It is told where the table is read.
            Err(problem) if problem.is_of_row => continue,
            Err(_) => break,
        }
        profile.add(&row.cells, &places, numbers, &mut values);
        let added = cells.iter_mut().zip(&places);
        added.for_each(|(seen, &place)| seen.add(cell::at(&row.cells, place)));
    }
    (profile.rows > 0).then_some(Seen { names, profile, cells, is_all })
}

/// Rows in which cells below a title are looked for.
const ROWS_BELOW: usize = 20;

/// What to do where the first row of a table is a title above the names of its columns: a cell alone, and most rows below have more;
/// `None` where it is none.
pub fn title(path: &Path, sheet: Option<&str>, limits: &Limits) -> Option<String> {
    let table = Csv { sheet: sheet.map(str::to_string), ..Csv::of(path.to_string_lossy().into_owned()) };
    let (mut reader, mut row) = (table::open(path, &table, limits).ok()?.reader, Row::default());
    reader.next(&mut row).ok()?.then_some(())?;
    let filled = |row: &Row| row.cells().filter(|cell| !cell.trim().is_empty()).count();
    let (first, width) = (row.cells().next()?.trim().to_string(), row.cells().count());
    // Of two columns one may have no name.
    if first.is_empty() || filled(&row) > 1 || width == 2 {
        return None;
    }
    let (mut widest, mut rows, mut with_more) = (0, 0, 0);
    for _ in 0..ROWS_BELOW {
        match reader.next(&mut row) {
            Ok(true) => {
                let count = filled(&row);
                widest = widest.max(count);
                rows += usize::from(count > 0);
                with_more += usize::from(count > 1);
            }
            Ok(false) => break,
            Err(problem) if problem.is_of_row => {}
            Err(_) => break,
        }
    }
    // A comma in a text of a single column makes no table.
    (with_more * 2 > rows).then(|| {
        format!(
            "its first row is a title, '{first}' alone, and rows below have {widest} cells: delete what is above the row with the names \
             of the columns"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_above_the_names_of_the_columns_is_told_from_a_name() {
        let told = |text: &str| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("t.csv");
            std::fs::write(&path, text).unwrap();
            title(&path, None, &Limits::of_machine())
        };
        for text in ["Sales of 2023\n\na,b,c\n1,2,x\n3,4,y\n", "Sales of 2023,,\n,,\na,b,c\n1,2,x\n3,4,y\n"] {
            let said = told(text).unwrap();
            assert!(said.contains("'Sales of 2023' alone, and rows below have 3 cells"), "{said}");
        }
        for text in [
            "a,b\n1,2\n",
            "price\n1\n2\n",
            ",price\n0,5\n1,6\n",
            "a,\n1,2\n3,4\n",
            "words\nto be, or not\nto be\n",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
