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
    seen_as(path, &Csv::of(path.to_string_lossy().into_owned()), limits)
}

/// The same for a table that is read with these options.
pub fn seen_as(path: &Path, options: &Csv, limits: &Limits) -> Option<Seen> {
    let opened = table::open(path, options, limits).ok()?;
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

/// The columns of a table that a person names on a command line, where a text with commas may name several.
pub fn named_labels(table: &Path, named: &[String], sheet: Option<&str>, limits: &Limits) -> Vec<String> {
    if !named.iter().any(|name| name.contains(',')) {
        return named.to_vec();
    }
    let options = Csv { sheet: sheet.map(str::to_string), ..Csv::of(table.to_string_lossy().into_owned()) };
    let names = seen_as(table, &options, limits).map(|seen| seen.names).unwrap_or_default();
    let cut = |name: &String| table::cut_at_commas(name, &names).unwrap_or_else(|| vec![name.clone()]);
    named.iter().flat_map(cut).collect()
}
