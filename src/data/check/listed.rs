//! A table whose rows name files, or hold texts.

use std::path::Path;

use super::report::DataReport;
use super::text::{self as text_with_classes, longest};
use crate::data::import::class_column::Chosen;
use crate::data::import::file_table::{self, Columns};
use crate::data::import::limits::Limits;
use crate::data::import::listed::held;
use crate::data::import::main_input::{MainInput, main_input};
use crate::data::{Error, tokens};
use crate::preset::Holds;

/// What was seen of a table.
pub(super) enum Seen {
    /// A table of files or texts, and what is in it.
    Listed(Result<DataReport, Error>),
    /// Any other table; and what is said of names of files that are not there.
    Columns(Option<String>),
}

/// Looks at a table of files and at each of the files, or at a table of texts.
///
/// # Errors
/// When it can be learned in no way.
pub(super) fn check(path: &Path, label: Option<&str>, limits: &Limits) -> Seen {
    let broken =
        |problem: &str| Error::Broken { origin: path.to_string_lossy().into(), problem: problem.into() };
    match main_input(&path.to_string_lossy(), label, limits) {
        MainInput::Columns(said) => Seen::Columns(said),
        MainInput::Unnamed(problem) => Seen::Listed(Err(broken(problem))),
        MainInput::Lines => Seen::Listed(text_with_classes::check(path, limits)),
        MainInput::Files { column, holds, label } => {
            Seen::Listed(Ok(of_files(path, &column, holds, label, limits)))
        }
        MainInput::Texts { column, label, others } => {
            let is_learned = label.is_ok();
            let mut report = of_texts(path, &column, label, limits);
            if is_learned && !others.is_empty() {
                let others = others.join(", ");
                report.fact(
                    "note",
                    format!(
                        "not read beside the texts: {others}; csv(file: \"…\") reads these, and no texts"
                    ),
                );
            }
            Seen::Listed(Ok(report))
        }
    }
}

/// What the table holds, and the problems of its rows; or the report, where no column of it has the classes.
fn listed(
    path: &Path,
    (what, column, holds): (&str, &str, Holds),
    label: Result<Chosen, Error>,
    limits: &Limits,
) -> Result<(DataReport, file_table::Listed), DataReport> {
    let holds = holds.name();
    let title = format!("table of {what}: file_table(table: \"…\", path: {column:?}");
    let label = match label {
        Ok(label) => label,
        Err(problem) => {
            let mut report = DataReport::of(&format!("{title}, holds: {holds})"));
            report.problem(&problem);
            return Err(report);
        }
    };
    let mut report = DataReport::of(&format!("{title}, label: {:?}, holds: {holds})", label.name));
    if !label.others.is_empty() {
        report.fact("note", &label.others);
    }
    let mut broken = Vec::new();
    let columns = Columns { path: Some(column), label: Some(&label.name) };
    let listed = file_table::read(&[path], columns, limits, &mut |problem| {
        broken.push(Error::from(problem));
        Ok(())
    });
    broken.iter().for_each(|problem| report.problem(problem));
    match listed {
        Ok(listed) => Ok((report, listed)),
        Err(problem) => {
            report.problem(&problem);
            Err(report)
        }
    }
}

fn of_files(
    path: &Path,
    column: &str,
    holds: Holds,
    label: Result<Chosen, Error>,
    limits: &Limits,
) -> DataReport {
    let (mut report, listed) = match listed(path, ("files", column, holds), label, limits) {
        Ok(found) => found,
        Err(report) => return report,
    };
    let mut told = Vec::new();
    let files = match listed.files(&[path], (None, Some(holds)), &mut told) {
        Ok(files) => files,
        Err(problem) => {
            report.problem(&problem);
            return report;
        }
    };
    told.iter().for_each(|sentence| report.fact("note", sentence));
    report.fact("files", files.files.len());
    report.balance(&files.of, &files.names);
    super::files::look(&mut report, &files.files, held, limits);
    report
}

fn of_texts(path: &Path, column: &str, label: Result<Chosen, Error>, limits: &Limits) -> DataReport {
    let (mut report, listed) = match listed(path, ("texts", column, Holds::Texts), label, limits) {
        Ok(found) => found,
        Err(report) => return report,
    };
    report.fact("texts", listed.cells.len());
    let lengths = listed.cells.iter().map(|text| text.chars().count());
    let words = listed.cells.iter().map(|text| tokens::words(text));
    let (length, words) = (lengths.max().unwrap_or_default(), words.max().unwrap_or_default());
    report.fact("longest", longest(length, words));
    report.balance(&listed.of, &listed.names);
    report
}
