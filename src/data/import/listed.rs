//! Tables whose rows name files: told from other tables by the files that are there.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::folders::ending;
use super::limits::Limits;
use super::named_files::find;
use super::{gzip, images, sounds};
use crate::data::table::{self, Row, cell};
use crate::preset::{Csv, Holds};

/// Rows by which a column of files is found.
const ROWS: usize = 200;

/// Columns beside those of files and classes, beyond which numbers that fit the names of files are numbers.
const FEW_OTHERS: usize = 2;

/// A column with the paths of files.
pub struct ColumnOfFiles {
    /// Its place.
    pub place: usize,
    /// The first of the files.
    pub first: PathBuf,
}

/// The column with the paths of files, where there is one: most of its first cells are those of files that are there, as seen from
/// the table's folder, or from those below it.
pub fn column_of_files(path: &Path, limits: &Limits) -> Option<ColumnOfFiles> {
    let mut reader = table::open(path, &Csv::of(path.to_string_lossy().into_owned()), limits).ok()?.reader;
    let mut row = Row::default();
    reader.next(&mut row).ok()?.then_some(())?;
    let (mut rows, columns) = (0, row.cells().count());
    let mut cells = Vec::new();
    while rows < ROWS && reader.next(&mut row).ok()? {
        rows += 1;
        cells.extend((0..columns).map(|place| cell::at(&row.cells, place).to_string()));
    }
    let named = find(path, None, None, cells.iter().map(String::as_str));
    let of_column = |place: usize| (place..cells.len()).step_by(columns);
    // Cells whose files are there, first those that are the very names of files.
    let found = |place: usize| {
        let there: Vec<usize> = of_column(place).filter(|&at| named.are_there[at]).collect();
        let different: HashSet<&str> = of_column(place).map(|at| &cells[at][..]).collect();
        // What is a file only with an ending behind it may be a word or number like others.
        let completed = there.iter().filter(|&&at| named.completed[at]).count();
        let are_numbers = || there.iter().all(|&at| cells[at].parse::<f64>().is_ok());
        // Then each row has a name of its own, and of numbers, which are an age or a count as well, nearly all are files.
        let are_nearly_all = || there.len() * 10 >= rows * 9 && columns <= 2 + FEW_OTHERS;
        let may_be = completed == 0 || different.len() == rows && (!are_numbers() || are_nearly_all());
        if may_be { (there.len() - completed, there.len()) } else { (0, 0) }
    };
    // Of several the first.
    let place = (0..columns).max_by_key(|&place| (found(place), Reverse(place)))?;
    let first = of_column(place).find(|&at| named.are_there[at])?;
    (found(place).1 * 2 >= rows).then(|| ColumnOfFiles { place, first: named.files[first].clone() })
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
