//! A table whose rows name files, or hold texts.

use std::path::Path;

use super::report::DataReport;
use super::text::{self as text_with_classes, longest};
use super::twins;
use crate::data::answers::Answers;
use crate::data::import::class_column::Chosen;
use crate::data::import::file_table::{self, Columns};
use crate::data::import::limits::Limits;
use crate::data::import::listed::held;
use crate::data::import::main_input::{MainInput, main_input};
use crate::data::{Error, tokens};
use crate::preset::{FileSource, FileTable, Holds, LabelNames};

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

/// As [`check`], for several labels that are predicted at once.
pub(super) fn check_several(path: &Path, labels: &[String], limits: &Limits) -> Seen {
    match main_input(&path.to_string_lossy(), None, limits) {
        MainInput::Files { column, holds, .. } => {
            let label = LabelNames::listed(labels.to_vec());
            let file = path.to_string_lossy().into_owned();
            Seen::Listed(check_own(&FileTable { label, holds, ..FileTable::of(file, column) }, limits))
        }
        _ => Seen::Columns(None),
    }
}

/// Looks at a table of files or texts as a preset names it.
///
/// # Errors
/// When the table cannot be read, or has not the columns that the preset names.
pub(super) fn check_own(own: &FileTable, limits: &Limits) -> Result<DataReport, Error> {
    let mut report = DataReport::of(match own.holds {
        Holds::Texts => "table of texts",
        Holds::Images | Holds::Sounds | Holds::TextFiles => "table of files",
    });
    let tables: Vec<&Path> = own.paths().into_iter().map(Path::new).collect();
    let labels = own.label.as_ref().map(LabelNames::as_slice).unwrap_or_default();
    let columns = Columns { path: own.path.as_deref(), labels };
    let mut broken = Vec::new();
    let listed = file_table::read(&tables, columns, limits, &mut |problem| {
        broken.push(Error::from(problem));
        Ok(())
    })?;
    report.skips = own.skip_broken;
    broken.iter().for_each(|problem| report.broken(problem, 1));
    if own.holds == Holds::Texts {
        report.end_of_left_out("row");
    }
    listed.told.iter().for_each(|sentence| report.fact("note", sentence));
    match own.holds {
        Holds::Texts => texts(&mut report, &listed),
        holds => files(&mut report, &listed, &tables, (own.folder.as_deref(), holds), limits),
    }
    Ok(report)
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
    let labels = [label.name];
    let columns = Columns { path: Some(column), labels: &labels };
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
    files(&mut report, &listed, &[path], (None, holds), limits);
    report
}

/// The files that the rows name: their classes, and whether each decodes.
fn files(
    report: &mut DataReport,
    listed: &file_table::Listed,
    tables: &[&Path],
    (folder, holds): (Option<&str>, Holds),
    limits: &Limits,
) {
    let mut told = Vec::new();
    let files = match listed.files(tables, (folder, Some(holds)), &mut told) {
        Ok(files) => files,
        Err(problem) => return report.problem(&problem),
    };
    told.iter().for_each(|sentence| report.fact("note", sentence));
    report.fact("files", files.files.len());
    answers(report, &files.answers());
    let keys = super::files::look(report, &files.files, held, limits);
    twins::of_files(report, &files.files, &keys, &files.answers());
}

fn of_texts(path: &Path, column: &str, label: Result<Chosen, Error>, limits: &Limits) -> DataReport {
    let (mut report, listed) = match listed(path, ("texts", column, Holds::Texts), label, limits) {
        Ok(found) => found,
        Err(report) => return report,
    };
    texts(&mut report, &listed);
    report
}

/// The texts that the rows hold: how long they are, and their classes.
fn texts(report: &mut DataReport, listed: &file_table::Listed) {
    report.fact("texts", listed.cells.len());
    let lengths = listed.cells.iter().map(|text| text.chars().count());
    let words = listed.cells.iter().map(|text| tokens::words(text));
    let (length, words) = (lengths.max().unwrap_or_default(), words.max().unwrap_or_default());
    report.fact("longest", longest(length, words));
    let of_texts = match &listed.values {
        Some(values) => values.answers(&listed.of),
        None => Answers::Classes { of: listed.of.clone(), names: listed.names.clone() },
    };
    answers(report, &of_texts);
    let keys: Vec<Option<u64>> =
        listed.cells.iter().map(|text| Some(twins::key(text.trim().as_bytes()))).collect();
    let row = |place: usize| format!("row {}", listed.numbers.row_of(place, listed.first_test));
    twins::tell(report, "text", &keys, Some(&|place| twins::key_of(&of_texts, place)), &row);
}

/// What the files or texts are to be answered with.
fn answers(report: &mut DataReport, answers: &Answers) {
    match answers {
        Answers::Classes { of, names } => report.balance(of, names),
        Answers::Values { width, values, names, .. } => {
            for (place, name) in names.iter().enumerate() {
                let of_label = values.iter().skip(place).step_by(*width).copied();
                report.values(&format!("label '{name}'"), of_label);
            }
        }
        Answers::Nothing { .. } => {}
    }
}
