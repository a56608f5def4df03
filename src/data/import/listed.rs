//! Tables whose rows name files: told from other tables by the files that are there.

use std::path::Path;

use super::folders::ending;
use super::limits::Limits;
use super::{gzip, images, sounds};
use crate::data::table::{self, Row};
use crate::preset::{Csv, Holds};

/// Rows by which a column of files is found.
const ROWS: usize = 20;

/// The column with the paths of files, and the last of the other columns, where there is one: most of its first cells are those of
/// files that are there, as seen from the table's folder.
pub fn column_of_files(path: &Path, limits: &Limits) -> Option<(String, Option<String>)> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut reader = table::open(path, &Csv::of(path.to_string_lossy().into_owned()), limits).ok()?.reader;
    let mut row = Row::default();
    reader.next(&mut row).ok()?.then_some(())?;
    let names: Vec<String> = row.cells().map(str::to_string).collect();
    let (mut rows, mut found) = (0, vec![0; names.len()]);
    while rows < ROWS && reader.next(&mut row).ok()? {
        rows += 1;
        for (found, cell) in found.iter_mut().zip(row.cells()) {
            *found += usize::from(!cell.is_empty() && folder.join(cell).is_file());
        }
    }
    let (place, &most) = found.iter().enumerate().max_by_key(|(_, found)| **found)?;
    let other = (0..names.len()).rev().find(|other| *other != place);
    (most > 0 && most * 2 >= rows).then(|| (names[place].clone(), other.map(|other| names[other].clone())))
}

/// The first file that a column of a table names and that is there.
pub fn first_file(path: &Path, column: &str, limits: &Limits) -> Option<std::path::PathBuf> {
    let columns = super::file_table::Columns { path: Some(column), label: None };
    let files = super::file_table::files(path, columns, limits).ok()?;
    files.into_iter().find(|file| file.is_file())
}

/// What a file holds, by its first bytes or the end of its name.
pub fn held(file: &Path) -> Holds {
    let (start, ending) = (gzip::start(file, 128).map(|(start, _)| start).unwrap_or_default(), ending(file));
    if images::is_image(&start) || images::KIND.endings.contains(&&ending[..]) {
        Holds::Images
    } else if sounds::is_sound(&start) || sounds::KIND.endings.contains(&&ending[..]) {
        Holds::Sounds
    } else {
        Holds::TextFiles
    }
}
