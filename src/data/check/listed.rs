//! A table whose rows name files.

use std::path::Path;

use rayon::prelude::*;

use super::report::{DataReport, ONE_PIXEL};
use crate::data::Error;
use crate::data::import::file_table::{self, Columns};
use crate::data::import::folders::ending;
use crate::data::import::limits::Limits;
use crate::data::import::{gzip, images, sounds, text};
use crate::data::table::{self, Row};
use crate::preset::{Csv, Holds};

/// Rows by which a column of files is found.
const ROWS: usize = 20;

/// The column with the paths of files: most of its first cells are those of files that are there, as seen from the table's
/// folder.
fn column_of_files(path: &Path, limits: &Limits) -> Option<String> {
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
    (most > 0 && most * 2 >= rows).then(|| names[place].clone())
}

/// What a file holds, by its first bytes or the end of its name.
fn held(file: &Path) -> Holds {
    let (start, ending) = (gzip::start(file, 128).map(|(start, _)| start).unwrap_or_default(), ending(file));
    if images::is_image(&start) || images::KIND.endings.contains(&&ending[..]) {
        Holds::Images
    } else if sounds::is_sound(&start) || sounds::KIND.endings.contains(&&ending[..]) {
        Holds::Sounds
    } else {
        Holds::TextFiles
    }
}

/// Looks at a table of files and at each of the files; `None` for any other table.
pub(super) fn check(path: &Path, label: Option<&str>, limits: &Limits) -> Option<DataReport> {
    let column = column_of_files(path, limits)?;
    let mut broken = Vec::new();
    let columns = Columns { path: Some(&column), label };
    let listed = file_table::read(&[path], columns, limits, &mut |problem| {
        broken.push(Error::from(problem));
        Ok(())
    });
    let files = match &listed {
        Ok(listed) => listed.files(&[path]),
        Err(problem) => {
            let mut report = DataReport::of("table of files: file_table(table: \"…\")");
            broken.iter().chain([problem]).for_each(|problem| report.problem(problem));
            return Some(report);
        }
    };
    let holds = files.files.first().map_or(Holds::default(), |file| held(file)).name();
    let mut report = DataReport::of(&format!(
        "table of files: file_table(table: \"…\", path: {column:?}, holds: {holds})"
    ));
    report.fact("files", files.files.len());
    report.balance(&files.of, &files.names);
    let look = |file: &Path| match held(file) {
        Holds::Images => images::decode(file, ONE_PIXEL, limits).map(drop),
        Holds::Sounds => sounds::read(file, 8000, limits).map(drop),
        Holds::TextFiles | Holds::Texts => text::read(file).map(drop),
    };
    let problems: Vec<Error> = files.files.par_iter().filter_map(|file| look(file).err()).collect();
    broken.iter().chain(&problems).for_each(|problem| report.problem(problem));
    report.fact("that decode", files.files.len() - problems.len());
    Some(report)
}
