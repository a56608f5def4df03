//! A preset for data of a person's own: looks at a file or folder, and writes a commented preset that trains at once.

mod answers;
mod arrays;
mod broken;
mod comment;
mod files;
mod folder;
mod found;
mod label;
mod listed;
mod network;
mod ratings;
mod sheets;
mod table;
mod text;
mod words;

use std::path::Path;

use super::Error;
use super::import::foreign;
use super::import::limits::Limits;
use super::import::main_input::{MainInput, main_input};
use super::import::seen::{Seen, named_labels, seen_as};
use super::table::{
    Format, columns, is_ending_of_table, is_pattern, is_table_of_numbers, sheets as sheets_of, title,
    why_no_text,
};
use crate::preset::{Csv, Paths, Task};
use found::Found;
pub use found::Target;

/// A preset that fits some data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The preset's name.
    pub name: String,
    /// Its text, with the reasons as comments.
    pub text: String,
    /// The columns that a table could be to predict, the one that this preset predicts first; empty where the data is no table.
    pub targets: Vec<Target>,
    /// What the data is, in a line.
    pub title: String,
    /// What a person should know of files that the preset leaves out: a sentence each.
    pub told: Vec<String>,
    /// Why a column is the label that nobody has named, which the preset itself says too.
    pub reason: Option<String>,
}

/// The preset that fits a file or folder, or several files that are one table. `targets` are the columns that a table is to predict,
/// one or several; none: the one that is likely. A text with commas may name several. `task` says whether whole numbers are classes or
/// values. `sheet` is the sheet of a spreadsheet; `None`: the first one. The preset is called after the data, or its first file, with a number behind that where `is_taken` says
/// that a preset has the name.
///
/// # Errors
/// When the data cannot be read, or is of a kind that has no such preset.
pub fn suggest(
    data: &Paths,
    targets: &[String],
    task: Task,
    sheet: Option<&str>,
    is_taken: impl Fn(&str) -> bool,
) -> Result<Suggestion, Error> {
    let limits = Limits::of_machine();
    let files = data.as_slice();
    let file = files.first().map(String::as_str).unwrap_or_default();
    let path = Path::new(file);
    let broken = |file: &str, problem: &str| Error::Broken { origin: file.into(), problem: problem.into() };
    let is_of_rows = is_table(file);
    let targets = &match is_of_rows {
        true => named_labels(path, targets, sheet, &limits),
        false => targets.to_vec(),
    };
    let target = targets.first().map(String::as_str);
    let are_arrays = files.iter().all(|file| ending(file) == "npy");
    if let (true, [alone]) = (are_arrays, files) {
        let problem = format!(
            "an array of samples has no targets in it; name the array of targets behind it: trainyard init {alone} targets.npy"
        );
        return Err(broken(file, &problem));
    }
    if let (false, false, Some(other)) =
        (files.len() == 1, are_arrays, files.iter().find(|file| !is_table(file)))
    {
        return Err(broken(other, "several files are taken as one table, and this is no table"));
    }
    if let (Some(_), false) = (sheet, is_of_rows) {
        return Err(broken(
            file,
            "--sheet names a sheet of a spreadsheet (.xlsx, .ods), and this is none; leave it out",
        ));
    }
    if task != Task::Auto && !is_of_rows {
        return Err(broken(file, "--task says what the label of a table is, and this is none; leave it out"));
    }
    let (chosen_sheet, of_sheets) = match (sheet, is_of_rows, files) {
        (None, true, [_]) => {
            sheets::chosen(sheets_of(path, &limits)).map_err(|problem| broken(file, &problem))?
        }
        _ => (None, None),
    };
    let sheet = sheet.or(chosen_sheet.as_deref());
    let input = match sheet {
        None if files.len() == 1 && is_of_rows && title(path, &Csv::of(file), &limits).is_none() => {
            main_input(file, target, &limits)
        }
        _ => MainInput::Columns(None),
    };
    let without_files = match &input {
        MainInput::Columns(said) => said.clone(),
        _ => None,
    };
    let other = if ending(file) == "txt" { foreign::problem(path) } else { foreign::problem_of_table(path) };
    if let Some(problem) = other {
        return Err(broken(file, &problem));
    }
    let found = match (input, &ending(file)[..]) {
        (MainInput::Texts { .. }, _) if targets.len() > 1 => {
            return Err(broken(
                file,
                "a table of texts is learned with one label, and --target names several; file_table(…, label: […], holds: texts) in a \
                 preset learns several, each a number or yes and no, and csv(file: …, label: […]) those of its other columns",
            ));
        }
        (MainInput::Files { column, holds, label }, _) => {
            listed::of_files(file, &column, label?, targets, holds)?
        }
        (MainInput::Texts { column, label, others }, _) => {
            listed::of_texts(file, &column, label?, target.is_some(), &others)?
        }
        (MainInput::Lines, _) if target.is_some() => {
            return Err(broken(
                file,
                "each line is a class and a text, and none names columns; leave --target out",
            ));
        }
        (MainInput::Lines, _) => text::look_at_lines(file)?,
        (MainInput::Unnamed(problem), _) => return Err(broken(file, problem)),
        (_, _) if target.is_some() && !is_of_rows && ending(file) != "txt" && path.exists() => {
            let what = if path.is_dir() { "a folder" } else { "none" };
            let problem = format!("--target names a column of a table, and this is {what}; leave it out");
            return Err(broken(file, &problem));
        }
        (_, _) if path.is_dir() => folder::look(file)?,
        (_, _) if is_of_rows => {
            let found = table::look(data, (targets, task), sheet, &limits);
            found.map_err(|error| match &without_files {
                Some(said) => {
                    let Error::Broken { origin, problem } = error;
                    Error::Broken { origin, problem: format!("{problem}. {said}") }
                }
                None => error,
            })?
        }
        (_, "npz") => arrays::look(file, &limits)?,
        (_, _) if are_arrays => arrays::look_at_files(files)?,
        (_, "txt") => match (why_no_text(path), target) {
            (Some(problem), _) => return Err(broken(file, problem)),
            (None, None) => text::look(file)?,
            (None, Some(_)) => table::look(data, (targets, task), sheet, &limits).map_err(|error| {
                let problem = format!(
                    "--target names a column of a table, and this text is not read as one: {error}. Leave --target out to learn the text \
                     character by character"
                );
                broken(file, &problem)
            })?,
        },
        (_, _) if !path.exists() && !is_pattern(file) => {
            return Err(broken(file, "there is no such file or folder"));
        }
        (_, _) => {
            return Err(broken(
                file,
                "there is a preset to be made for tables (.csv, .tsv, .parquet, .xlsx, .ods; of numbers and words, or of files), texts (.txt), arrays (.npz, or x.npy y.npy), and folders \
                 with a folder of images or sounds for each class; a table in text that is called otherwise is taken once it is renamed to .csv",
            ));
        }
    };
    let name = free_name(name_of(path), is_taken);
    let text = found.written(&name, &data.to_string());
    let Found { title, targets, reason, told, .. } = found;
    let told = of_sheets.into_iter().chain(without_files).chain(told).collect();
    Ok(Suggestion { name, text, targets, title, told, reason })
}

/// Whether a table lacks one of the columns that `targets` name, so that no preset is made for it.
pub fn lacks_column(data: &Paths, targets: &[String], sheet: Option<&str>) -> bool {
    let Some(file) = data.as_slice().first().filter(|file| is_table(file)) else { return false };
    let (path, limits) = (Path::new(file), Limits::of_machine());
    let options = Csv { sheet: sheet.map(str::to_string), ..Csv::of(&file[..]) };
    let Some(Seen { names, .. }) = seen_as(path, &options, &limits) else { return false };
    let is_there = |wanted: &String| !matches!(columns::the_one(&names, wanted), Ok(None));
    !named_labels(path, targets, sheet, &limits).iter().all(is_there)
}

/// What the name of a file ends in, but for `.gz`.
fn ending(file: &str) -> String {
    let lower = file.to_lowercase();
    lower.strip_suffix(".gz").unwrap_or(&lower).rsplit('.').next().unwrap_or_default().into()
}

/// Whether a file has the name of a table, or is one by what is in it.
fn is_table(file: &str) -> bool {
    let path = Path::new(file);
    let holds_one = || {
        let is_other = Format::of(path).is_ok_and(|format| format != Format::Text);
        path.is_file() && (is_other || foreign::problem_of_table(path).is_none() && is_table_of_numbers(path))
    };
    is_ending_of_table(&ending(file)) && !path.is_dir() || holds_one()
}

/// The name, or where it is taken the first of `name-2`, `name-3` … that is not.
fn free_name(name: String, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number: u32| format!("{name}-{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or(name)
}

/// A name that a preset may have, after that of a file.
fn name_of(path: &Path) -> String {
    let stem = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = stem.split('.').next().unwrap_or_default();
    let letter = |letter: char| if letter.is_ascii_alphanumeric() || letter == '_' { letter } else { '-' };
    let name: String = stem.chars().map(letter).collect();
    match name.to_lowercase().trim_matches('-') {
        // Commands take the other name for the newest run.
        "" | "last" => "own-data".into(),
        name => name.into(),
    }
}

#[cfg(test)]
mod tests;
