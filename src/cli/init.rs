//! `trainyard init`: a preset for data of one's own.

use std::io::Write;
use std::path::{Path, PathBuf, absolute};

use serde_json::{Value, json};

use super::Error;
use super::experiment::in_shell;
use super::overwriting;
use super::text::{json, plain};
use crate::data::suggest::{Suggestion, lacks_column, suggest};
use crate::preset::{Columns, LabelNames, Paths, Source, Task, parse};

/// Write a preset for a file or folder of your own: what its columns are, a network that fits, and why
///
/// Takes a table (.csv, .tsv, .parquet, .xlsx, .ods; several files are one table, as those of "part-*.csv"), a table of files (a column of paths, and a class for each), a text (.txt), arrays of samples and targets (.npz, or two .npy), or a folder with a folder of images or sounds for
/// each class. The preset is a text to change; it trains at once. Files that cannot be read are told, and left out by it.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file or folder; or several tables that are one, in their order; or the .npy of the samples, then that of their targets
    #[arg(required = true)]
    data: Vec<PathBuf>,
    /// The column that a table is to predict: its name, or its number from 1; if left out, one that is called label, target or the like, else the last one. Several, each a number or yes and no, are predicted at once: --target Y1 --target Y2, or --target Y1,Y2
    #[arg(long, value_name = "COLUMN")]
    target: Vec<String>,
    /// What the column to predict is, where whole numbers may be either: classes, or values of which one is more than another; if left out, up to 20 different ones are classes
    #[arg(long, value_name = "classes|values", value_parser = task)]
    task: Option<Task>,
    /// The sheet of a spreadsheet; the first one if left out
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Where to write it; `-` is standard output; NAME.ron in this folder, after the data's name, if left out
    #[arg(short, long, value_name = "PRESET.ron")]
    output: Option<PathBuf>,
    /// Print one JSON object: what was recognised, the preset's file, the reasons
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Writes the preset. A file that is there stays.
    pub fn run(self) -> Result<(), Error> {
        let output = self.output.as_deref();
        overwriting::check_folder(output.unwrap_or(Path::new("preset.ron")))?;
        let is_elsewhere = output.and_then(Path::parent).is_some_and(|folder| !folder.as_os_str().is_empty());
        // A path in a preset that is put elsewhere has to mean the same there.
        let named = |path: &PathBuf| match is_elsewhere {
            true => absolute(path),
            false => Ok(path.clone()),
        };
        let data = self.data.iter().map(|path| Ok(named(path)?.to_string_lossy().into_owned()));
        let data = Paths::listed(data.collect::<std::io::Result<_>>()?)
            .ok_or_else(|| Error::Usage("no file or folder is named".into()))?;
        let suggestion =
            suggest(&data, &self.target, self.task.unwrap_or_default(), self.sheet.as_deref(), |_| false)
                .map_err(|error| {
                    let line = plain(&error.to_string());
                    // A column that is not there is a mistake of the command line, and no fault of the file.
                    match lacks_column(&data, &self.target, self.sheet.as_deref()) {
                        true => Error::Usage(line),
                        false => Error::Failed(line),
                    }
                })?;
        for sentence in &suggestion.told {
            writeln!(std::io::stderr(), "trainyard: data: {}", plain(sentence))?;
        }
        let to_stdout = output == Some(Path::new("-"));
        if to_stdout && !self.json {
            return Ok(std::io::stdout().write_all(suggestion.text.as_bytes())?);
        }
        let name = format!("{}.ron", suggestion.name);
        let output = output.map_or_else(|| PathBuf::from(name), Path::to_path_buf);
        if !to_stdout {
            write(&output, &suggestion.text)?;
        }
        for reason in suggestion.reason.iter().filter(|_| !self.json) {
            writeln!(std::io::stdout(), "{}", plain(reason))?;
        }
        let shown = plain(&output.to_string_lossy());
        let line = match self.json {
            true => json(&object(&suggestion, (!to_stdout).then_some(&output), data.as_slice())?)?,
            false => format!("{shown}: look at it, then: trainyard train {}", in_shell(&shown)),
        };
        writeln!(std::io::stdout(), "{line}")?;
        Ok(())
    }
}

/// What a label is, in a preset's word for it.
fn task(word: &str) -> Result<Task, String> {
    match word {
        "classes" => Ok(Task::Classes),
        "values" => Ok(Task::Values),
        _ => Err("it is one of: classes, values".into()),
    }
}

/// Writes a file that is not there yet.
fn write(output: &Path, text: &str) -> Result<(), Error> {
    let shown = plain(&output.to_string_lossy());
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
    let failed = |error: std::io::Error| Error::Failed(format!("{shown}: {error}"));
    // It gets its name once it is whole.
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.persist_noclobber(output).map_err(|error| match error.error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Error::Usage(format!("{shown} is there already and stays as it is; -o names another file"))
        }
        _ => failed(error.error),
    })?;
    Ok(())
}

/// What was recognised, and what was written, for a script.
fn object(suggestion: &Suggestion, file: Option<&PathBuf>, data: &[String]) -> Result<Value, Error> {
    let Suggestion { name, text, title, targets, told, reason } = suggestion;
    let notices: Vec<&String> = told.iter().chain(reason).collect();
    let preset = parse::parse(text, name)?;
    let source = ron::to_string(&preset.data.source).unwrap_or_default();
    let (label, columns) = match &preset.data.source {
        Source::Csv(table) => (label(table.label.as_ref()), described(&table.columns)),
        Source::FileTable(table) => (label(table.label.as_ref()), Value::Null),
        _ => (Value::Null, Value::Null),
    };
    let reasons = reasons(text);
    let reasons: Vec<Value> =
        reasons.into_iter().map(|(about, reason)| json!({ "about": about, "reason": reason })).collect();
    let targets: Vec<Value> =
        targets.iter().map(|target| json!({ "column": target.name, "what": target.what })).collect();
    Ok(json!({
        "data": data,
        "preset": name,
        "file": file.map(|file| file.to_string_lossy()),
        "source": source.split('(').next(),
        "title": title,
        "label": label,
        "columns": columns,
        "targets": targets,
        "notices": notices,
        "reasons": reasons,
        "text": text,
    }))
}

/// A label's name, or a list of several.
fn label(names: Option<&LabelNames>) -> Value {
    match names.map(LabelNames::as_slice) {
        None => Value::Null,
        Some([alone]) => json!(alone),
        Some(several) => json!(several),
    }
}

/// The columns of a table and what each is taken for.
fn described(columns: &Columns) -> Value {
    match columns {
        Columns::Described(kinds) => {
            kinds.iter().map(|(name, kind)| json!({ "column": name, "kind": kind.name() })).collect()
        }
        Columns::Chosen(names) => names.iter().map(|name| json!({ "column": name })).collect(),
    }
}

/// The comments of a preset that `init` has written, and the field that each is about; nothing for one at the end of a group.
fn reasons(text: &str) -> Vec<(Option<String>, String)> {
    let mut found = Vec::new();
    let mut waiting: Vec<&str> = Vec::new();
    // The first two lines say where the preset is from.
    for line in text.lines().skip(2) {
        let (content, comment) = split(line);
        if content.is_empty() {
            waiting.extend(comment);
            continue;
        }
        let about = content.split([':', '(']).next().map(|name| name.trim().trim_matches('"').to_string());
        let about = about.filter(|name| !name.is_empty() && !name.starts_with([')', ']', '}']));
        if !waiting.is_empty() {
            found.push((about.clone(), waiting.join(" ")));
            waiting.clear();
        }
        found.extend(comment.map(|comment| (about, comment.to_string())));
    }
    found
}

/// What stands in a line, and the comment behind it.
fn split(line: &str) -> (&str, Option<&str>) {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, letter) in line.char_indices() {
        match letter {
            '"' if !is_escaped => is_quoted = !is_quoted,
            '/' if !is_quoted && line[at..].starts_with("//") => {
                return (line[..at].trim(), Some(line[at + 2..].trim()));
            }
            _ => {}
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    (line.trim(), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_the_comments_with_the_fields_that_they_are_about() {
        let text = "// Made by\n// how\n(\n  // Two classes.\n  // The last column.\n  label: \"y // no\",\n  columns: {\n    \
                    \"age\": number, // 1 to 88\n  },\n  // Few rows.\n  layers: [\n    Dense(units: 3),\n)\n";
        let wanted = [
            (Some("label"), "Two classes. The last column."),
            (Some("age"), "1 to 88"),
            (Some("layers"), "Few rows."),
        ];
        let found = reasons(text);
        let found: Vec<(Option<&str>, &str)> =
            found.iter().map(|(about, reason)| (about.as_deref(), &reason[..])).collect();
        assert_eq!(found, wanted);
    }
}
