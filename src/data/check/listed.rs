//! A table whose rows name files.

use std::path::Path;

use rayon::prelude::*;

use super::report::{DataReport, ONE_PIXEL};
use crate::data::Error;
use crate::data::import::file_table::{self, Columns};
use crate::data::import::limits::Limits;
use crate::data::import::listed::{column_of_files, held};
use crate::data::import::{images, sounds, text};
use crate::preset::Holds;

/// Looks at a table of files and at each of the files; `None` for any other table.
pub(super) fn check(path: &Path, label: Option<&str>, limits: &Limits) -> Option<DataReport> {
    let (column, _) = column_of_files(path, limits)?;
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
