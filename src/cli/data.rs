//! `trainyard data`: what there is to learn from, and whether files of one's own can be used.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::Error;
use super::experiment;
use super::text::{self, bytes, lines, plain};
use crate::data::check::{AsTable, DataReport, Fact, check, check_source, check_together};
use crate::preset::counted;
use crate::preset::library::Found;
use crate::preset::parse;
use crate::preset::{DataConfig, Paths, Source, TargetKind, TargetsAs};

/// List the data sets that are built in, or check files of your own
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print one JSON object for each set or file
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the data sets that are built in
    List,
    /// Look at a file or folder: columns, counts, shapes, class balance, what is odd, problems by kind; exit status 1 if there
    /// are any
    Check {
        /// CSV, TSV, NPY, IDX or text, gzipped or not; NPZ, an image, a sound; a folder of class folders of images or sounds; or a preset (.ron), whose data is checked as it reads it
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// The column that a table is to predict: its name, or its number from 1; if left out, one that is called label, target or the like, else the last one
        #[arg(long, value_name = "COLUMN")]
        label: Vec<String>,
        /// The sheet of a spreadsheet; the first one if left out
        #[arg(long, value_name = "NAME")]
        sheet: Option<String>,
        /// The table of the test set: its columns have to be those of the table, and rows that are in both are counted
        #[arg(long, value_name = "FILE")]
        test: Option<String>,
        /// The files are one table, in their order
        #[arg(long)]
        together: bool,
    },
}

impl Arguments {
    /// Does what the action says; without one, lists.
    pub fn run(self) -> Result<(), Error> {
        let mut out = std::io::stdout().lock();
        match self.action.unwrap_or(Action::List) {
            Action::List => list(&mut out, self.json),
            Action::Check { paths, label, sheet, test, together } => {
                let as_table = AsTable { labels: &label, sheet: sheet.as_deref(), test: test.as_deref() };
                let checked: Vec<Checked> = match together {
                    true => vec![as_one(&paths, as_table)?],
                    false => paths.iter().map(|path| one(path, as_table)).collect(),
                };
                show_all(&mut out, &checked, self.json)
            }
        }
    }
}

fn list(out: &mut impl Write, json: bool) -> Result<(), Error> {
    for source in Source::built_in() {
        let Some(offers) = source.built_in_offers() else { continue };
        let config = DataConfig::of(source);
        let signature = config.signature(&offers, TargetsAs::Suggested);
        let shape: Vec<String> = signature.input.iter().map(ToString::to_string).collect();
        let target = match &signature.target {
            TargetKind::Classes(names) => format!("{} classes", names.len()),
            TargetKind::Values(0) => "nothing".into(),
            TargetKind::Values(1) => "a value".into(),
            TargetKind::Values(count) => counted(*count, "value"),
            TargetKind::Tokens(count) => format!("one of {count} tokens a step"),
        };
        let name = ron::to_string(&config.source).unwrap_or_default();
        if json {
            let line = json!({
                "source": name.split('(').next(),
                "title": config.source.title(),
                "input_shape": signature.input,
                "target": target,
                "train_samples": signature.train,
                "test_samples": signature.test,
            });
            writeln!(out, "{}", text::json(&line)?)?;
            continue;
        }
        writeln!(
            out,
            "{:<14} {:<36} {:>9} -> {:<26} {:>6} train, {:>6} test",
            name.split('(').next().unwrap_or_default(),
            config.source.title(),
            shape.join("x"),
            target,
            signature.train,
            signature.test,
        )?;
    }
    if json {
        return Ok(());
    }
    writeln!(
        out,
        "\nNamed in a preset as data: (source: NAME), with options as in spirals(noise: 0.1, samples: 2000).\n\
         Your own: idx(…), csv(…), npy(…), npz(…), image_folder(…), text_file(…), labelled_text(…), wav_folder(…), file_table(…);\n\
         `trainyard data check FILE` says which one fits."
    )?;
    Ok(())
}

/// What was checked: its name, its size where it is a file, and what was found in it.
struct Checked {
    name: String,
    size: Option<u64>,
    found: Result<DataReport, String>,
}

fn one(path: &Path, as_table: AsTable) -> Checked {
    let file = std::fs::metadata(path).ok().filter(|found| found.is_file());
    let name = path.to_string_lossy().into_owned();
    if file.is_some() && path.extension().is_some_and(|ending| ending == "ron") {
        return Checked { name, size: None, found: of_preset(path, as_table) };
    }
    let found = check(path, as_table).map_err(|error| error.to_string());
    Checked { name, size: file.map(|file| file.len()), found }
}

/// What is in the data that a preset names, as the preset reads it.
fn of_preset(path: &Path, as_table: AsTable) -> Result<DataReport, String> {
    let AsTable { labels, sheet, test } = as_table;
    let said = [("--label", !labels.is_empty()), ("--sheet", sheet.is_some()), ("--test", test.is_some())];
    if let Some((option, _)) = said.into_iter().find(|(_, is_said)| *is_said) {
        return Err(format!(
            "{}: {option} is for data, and this is a preset, which says it itself; leave {option} out, or name the data",
            path.display()
        ));
    }
    let preset = experiment::in_file(path).and_then(|Found { text, origin, folder }| {
        let mut preset = parse::parse(&text, &origin)?;
        preset.locate(folder.as_deref(), &[], &origin, &text)?;
        Ok(preset)
    });
    let preset = preset.map_err(|error| error.to_string())?;
    check_source(&preset.data.source, preset.reading().targets).map_err(|error| error.to_string())
}

/// Several files that are one table.
fn as_one(paths: &[PathBuf], as_table: AsTable) -> Result<Checked, Error> {
    let files = Paths::listed(paths.iter().map(|path| path.to_string_lossy().into_owned()).collect());
    let files = files.ok_or_else(|| Error::Usage("no file is named".into()))?;
    let found = check_together(&files, as_table).map_err(|error| error.to_string());
    Ok(Checked { name: files.to_string(), size: None, found })
}

fn show_all(out: &mut impl Write, all: &[Checked], json: bool) -> Result<(), Error> {
    let mut wrong = 0;
    for Checked { name, size, found } in all {
        wrong += usize::from(found.as_ref().map_or(true, |report| !report.problems.is_empty()));
        match found {
            found if json => writeln!(out, "{}", text::json(&object(name, found))?)?,
            Ok(report) => {
                let size = size.map(|size| format!(" ({})", bytes(size))).unwrap_or_default();
                writeln!(out, "{}{size}: {}", plain(name), report.kind)?;
                show(out, report)?;
            }
            Err(error) => writeln!(out, "{}", lines(error))?,
        }
    }
    match wrong {
        0 => Ok(()),
        count => Err(Error::Failed(format!("{count} of {} cannot be used as they are", all.len()))),
    }
}

/// What was found in a file; of one that cannot be read at all, why.
fn object(name: &str, checked: &Result<DataReport, String>) -> serde_json::Value {
    match checked {
        Ok(DataReport { kind, facts, problems, more, .. }) => json!({
            "path": name,
            "kind": kind,
            "facts": facts.iter().map(fact).collect::<Vec<_>>(),
            "problems": problems,
            "more_problems": more,
        }),
        Err(error) => json!({ "path": name, "kind": null, "problems": [error] }),
    }
}

/// A fact as data, with what a person reads beside it.
fn fact(fact: &Fact) -> serde_json::Value {
    let mut object = json!(fact.known);
    object["label"] = json!(fact.label.trim());
    object["sentence"] = json!(fact.text);
    object
}

fn show(out: &mut impl Write, report: &DataReport) -> Result<(), Error> {
    let width = report.facts.iter().map(|fact| fact.label.chars().count()).max().unwrap_or(0).min(40);
    for Fact { label, text, .. } in &report.facts {
        writeln!(out, "  {:width$}  {}", plain(label), plain(text))?;
    }
    for problem in &report.problems {
        writeln!(out, "  problem: {}", plain(problem))?;
    }
    if report.more > 0 {
        writeln!(out, "  and {}", counted(report.more, "more problem"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_set_is_listed_with_its_shape() {
        let mut out = Vec::new();
        list(&mut out, false).unwrap();
        let shown = String::from_utf8(out).unwrap();
        assert_eq!(shown.lines().take_while(|line| !line.is_empty()).count(), 16, "{shown}");
        assert!(shown.contains("mnist ") && shown.contains("28x28x1 -> 10 classes"), "{shown}");
        assert!(shown.contains("digits_8x8") && shown.contains("one of 80 tokens a step"), "{shown}");
    }

    #[test]
    fn a_file_with_a_problem_fails_the_check_and_shows_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("t.csv");
        std::fs::write(&file, "a,b,kind\n1,2,x\n3,\u{1b}[2J,y\n").unwrap();
        let mut out = Vec::new();
        assert!(matches!(
            show_all(&mut out, &[one(&file, AsTable::default())], false),
            Err(Error::Failed(_))
        ));
        let shown = String::from_utf8(out).unwrap();
        assert!(shown.contains("line 3, column 2 ('b')") && !shown.contains('\u{1b}'), "{shown}");
    }
}
