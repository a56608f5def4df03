//! The data that a preset names, looked at as the preset reads it.

use std::path::Path;

use super::report::DataReport;
use super::{archive_report, array_rows, classes_of_files, listed, table, text, twins};
use crate::data::import::limits::Limits;
use crate::data::import::{idx, npy};
use crate::data::table::all_expanded;
use crate::data::{Error, own};
use crate::preset::{Csv, Holds, Idx, Npy, Source, TargetsAs, Task};

/// Looks at the data that a preset names. `targets` says what its training takes targets for that may be classes as well as values.
///
/// # Errors
/// When it cannot be read at all; everything else is in the report.
pub fn check_source(source: &Source, targets: TargetsAs) -> Result<DataReport, Error> {
    let limits = &Limits::of_machine();
    let mut report = match source {
        Source::Csv(own) => return table::check_own(&as_read(own, targets), limits),
        Source::ImageFolder(_) => of_folders("folder of images", source, Holds::Images, limits)?,
        Source::WavFolder(_) => of_folders("folder of sounds", source, Holds::Sounds, limits)?,
        Source::FileTable(own) => listed::check_own(own, limits)?,
        Source::Npz(own) => archive_report(Path::new(&own.file), limits)?,
        Source::Npy(own) => of_arrays(own, limits)?,
        Source::Idx(own) => of_idx(own, limits)?,
        Source::LabelledText(own) => text::check(Path::new(&own.file), limits)?,
        Source::TextFile(own) => text::check(Path::new(&own.file), limits)?,
        built_in => {
            let mut report = DataReport::of(&format!("built in: {}", built_in.title()));
            report.fact("samples", built_in.built_in_offers().map_or(0, |offers| offers.samples));
            return Ok(report);
        }
    };
    // What is wrong with a file itself is told already; of what is left over, a training needs some of each class.
    if report.problems.is_empty() {
        let is_array = matches!(source, Source::Npz(_) | Source::Npy(_) | Source::Idx(_));
        let checked = match () {
            () if report.left_out > 0 => own::told(source).map(drop),
            () if is_array => twins::of_arrays(&mut report, source),
            () => own::offers(source).map(drop),
        };
        if let Err(problem) = checked {
            report.problem(&problem);
        }
    }
    Ok(report)
}

/// A table as the training reads its label.
fn as_read(own: &Csv, targets: TargetsAs) -> Csv {
    let is_several = own.label.as_ref().is_some_and(|label| label.as_slice().len() > 1);
    let task = match (own.task, targets) {
        (Task::Auto, TargetsAs::Classes) if !is_several => Task::Classes,
        (Task::Auto, TargetsAs::Values) => Task::Values,
        (task, _) => task,
    };
    Csv { task, ..own.clone() }
}

fn of_folders(what: &str, source: &Source, holds: Holds, limits: &Limits) -> Result<DataReport, Error> {
    let mut report = DataReport::of(what);
    let classed = own::files_of_classes(source, limits)?;
    if let Some(parts) = &classed.parts {
        report.fact("note", parts.in_words());
    }
    report.skips = match source {
        Source::ImageFolder(own) => own.skip_broken,
        Source::WavFolder(own) => own.skip_broken,
        _ => false,
    };
    classes_of_files(&mut report, &classed, holds, limits);
    Ok(report)
}

fn of_arrays(own: &Npy, limits: &Limits) -> Result<DataReport, Error> {
    let mut report = DataReport::of("NumPy arrays");
    for path in Source::from(own.clone()).paths() {
        for file in all_expanded(&path.into())? {
            report.fact("array", file.display());
            match npy::open(&file, limits) {
                Ok((stored, shape)) => array_rows(&mut report, &stored, &shape, false)?,
                Err(problem) => report.problem(&problem),
            }
        }
    }
    Ok(report)
}

fn of_idx(own: &Idx, limits: &Limits) -> Result<DataReport, Error> {
    let mut report = DataReport::of("IDX files");
    for path in Source::from(own.clone()).paths() {
        report.fact("file", path);
        match idx::open(Path::new(path), limits) {
            Ok((stored, shape)) => array_rows(&mut report, &stored, &shape, false)?,
            Err(problem) => report.problem(&problem),
        }
    }
    Ok(report)
}
