//! Tables whose rows name files: told from other tables by the files that are there.

use std::path::{Path, PathBuf};

use super::folders::ending;
use super::limits::Limits;
use super::{gzip, images, sounds};
use crate::data::table::{self, Row};
use crate::preset::{Csv, Holds};

/// Rows by which a column of files is found.
const ROWS: usize = 20;

/// The place of the column with the paths of files, where there is one: most of its first cells are those of files that are there,
/// as seen from the table's folder. With it comes the first of these files.
pub fn column_of_files(path: &Path, limits: &Limits) -> Option<(usize, PathBuf)> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut reader = table::open(path, &Csv::of(path.to_string_lossy().into_owned()), limits).ok()?.reader;
    let mut row = Row::default();
    reader.next(&mut row).ok()?.then_some(())?;
    let (mut rows, mut found) = (0, vec![(0, None); row.cells().count()]);
    while rows < ROWS && reader.next(&mut row).ok()? {
        rows += 1;
        for ((count, first), cell) in found.iter_mut().zip(row.cells()) {
            let file = folder.join(cell);
            if !cell.is_empty() && file.is_file() {
                *count += 1;
                first.get_or_insert(file);
            }
        }
    }
    let (place, (most, first)) = found.into_iter().enumerate().max_by_key(|(_, (count, _))| *count)?;
    (most * 2 >= rows).then_some((place, first?))
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
