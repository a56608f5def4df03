//! `trainyard eval`: a run's scores on a test set.

mod matrix;
mod predictions;
mod report;

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::Error;
use super::device::Device;
use super::experiment;
use super::named::RunName;
use super::overwriting;
use super::reporter::{by_name, in_words, of_class, positive_class};
use super::text::{self, plain};
use super::threads::Threads;
use crate::data::table::{expanded, is_ending_of_table, is_pattern};
use crate::preset::counted;
use crate::preset::{DeviceChoice, Learned, Preset, Source};
use crate::run::{self, RunDirectory};
use crate::worker::{self, Assessment, Names, Trained, Unit, Unusable, device_for_questions};

/// Score a run's network on its test set, or on that of other data
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    which: Which,
    /// Other data that the network fits: a file (.csv, .tsv, .npz, a text), a folder of class folders of images or
    /// sounds, or a source as a preset writes it: mnist, idx(inputs: "x.gz", labels: "y.gz") …
    #[arg(long, value_name = "FILE|FOLDER|SOURCE")]
    data: Option<String>,
    /// Score on the run's own data although it has changed since; it is prepared as the run learned it
    #[arg(long, conflicts_with = "data")]
    accept_changed_data: bool,
    /// The table of --data has no line of names: its columns are in the order of the training
    #[arg(long, requires = "data")]
    no_header: bool,
    /// The sheet of --data, a spreadsheet; that of the preset, or the first one, if left out
    #[arg(long, value_name = "NAME", requires = "data")]
    sheet: Option<String>,
    /// Tell more: precision, recall and F1 of each class, the confusion matrix, calibration; or errors in the data's unit
    #[arg(long)]
    report: bool,
    /// Write what is true and what is predicted of each sample into this file
    #[arg(long, value_name = "FILE.csv", value_parser = table_file)]
    predictions: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(super) threads: Threads,
}

fn table_file(text: &str) -> Result<PathBuf, String> {
    let is_table = std::path::Path::new(text).extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"));
    if is_table { Ok(PathBuf::from(text)) } else { Err("the file's name must end with .csv".into()) }
}

/// A network of a run.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    #[command(flatten)]
    run: RunName,
    /// Which checkpoint: best (on the validation set), last, or a step
    #[arg(long, default_value = "best")]
    checkpoint: String,
    #[command(flatten)]
    device: Device,
}

/// A checkpoint of a run.
pub(super) struct Found {
    run: RunDirectory,
    name: String,
    step: u64,
    /// The steps of its other checkpoints.
    others: Vec<u64>,
    preset: Preset,
    learned: Option<Learned>,
    /// Where its network answers.
    device: DeviceChoice,
}

impl Which {
    /// Looks for the run and its checkpoint.
    pub(super) fn find(&self) -> Result<Found, Error> {
        let run = self.run.find()?;
        let (name, manifest) = (plain(&run.name()), run.manifest()?);
        let steps = run.checkpoints()?;
        let last = steps.last().copied();
        let step = match self.checkpoint.as_str() {
            "best" => manifest.best.map(|best| best.step).or(last),
            "last" => last,
            step => step.parse().ok().filter(|step| steps.contains(step)),
        };
        let step = step.ok_or_else(|| match steps[..] {
            [] => Error::Failed(format!("{name} has no checkpoint yet")),
            _ => Error::Usage(format!("{name} has checkpoints of the steps {steps:?}, or best, or last")),
        })?;
        let learned = run.learned()?;
        let device = device_for_questions(self.device.asked()?, &manifest.device);
        let others = steps.into_iter().filter(|other| *other != step).collect();
        Ok(Found { run, name, step, others, preset: manifest.preset, learned, device })
    }
}

impl Found {
    /// Where the run's own data is.
    pub(super) fn source(&self) -> &Source {
        &self.preset.data.source
    }

    /// Why the checkpoint cannot be used, and which others could.
    fn unloaded(&self, error: &Unusable) -> Error {
        let is_damaged = matches!(error, Unusable::Run(run::Error::Broken { .. }));
        let hint = if is_damaged && !self.others.is_empty() {
            format!("; --checkpoint takes another one, of the steps {:?}", self.others)
        } else {
            String::new()
        };
        Error::Failed(plain(&format!("{error}{hint}")))
    }

    /// The network, without its data.
    pub(super) fn load(&self) -> Result<Trained, Error> {
        let experiment = experiment::of_run(&self.name, &self.preset, self.learned.as_ref())?;
        Trained::load(&self.run, self.step, &experiment, self.learned.as_ref(), self.device)
            .map_err(|error| self.unloaded(&error))
    }

    /// The network with the run's own data, which may have changed only where that is accepted; `changes` then gets how.
    pub(super) fn load_with_data(
        &self,
        accepts_changes: bool,
        changes: &mut Vec<String>,
    ) -> Result<Trained, Error> {
        if let Some(learned) = &self.learned {
            let changed = worker::check_own_data(
                learned,
                accepts_changes,
                "name it where it is now: --data FILE, FOLDER or SOURCE scores the network on all of it",
            );
            *changes = changed.map_err(|problem| Error::Failed(plain(&problem)))?;
            for change in changes {
                writeln!(std::io::stderr(), "trainyard: {}", plain(change))?;
            }
        }
        let experiment = experiment::of_run(&self.name, &self.preset, self.learned.as_ref())?;
        Trained::load_with_data(&self.run, self.step, &experiment, self.learned.as_ref(), self.device)
            .map_err(|error| self.unloaded(&error))
    }

    /// The network with everything in a file or folder as its test set.
    fn load_with_file(&self, file: &Path, names: Names, sheet: Option<&str>) -> Result<Trained, Error> {
        let mut trained = self.load()?;
        trained.test_on(file, names, sheet).map_err(failed)?;
        Ok(trained)
    }

    /// The network with the test set of a built-in set, or with everything in other files.
    fn load_with_source(&self, text: &str) -> Result<Trained, Error> {
        let source = experiment::source(&self.name, &self.preset, text)?;
        if source.files().is_none() {
            let experiment = experiment::on_source(&self.name, &self.preset, text)?;
            return Trained::load_with_data(&self.run, self.step, &experiment, None, self.device)
                .map_err(|error| self.unloaded(&error));
        }
        let mut trained = self.load()?;
        trained.test_on_source(&source).map_err(failed)?;
        Ok(trained)
    }
}

fn failed(error: Unusable) -> Error {
    Error::Failed(plain(&error.to_string()))
}

impl Arguments {
    /// The run's own files and those of `--data`, as far as they are there.
    fn files_read(&self, own: &Source) -> Vec<PathBuf> {
        let mut files = overwriting::files_of(own);
        let named = self.data.as_deref().filter(|data| looks_like_a_path(data) || Path::new(data).exists());
        files.extend(named.into_iter().flat_map(|path| expanded(path).unwrap_or_default()));
        files
    }

    /// Prints the scores.
    pub fn run(self) -> Result<(), Error> {
        let found = self.which.find()?;
        if let Some(path) = &self.predictions {
            overwriting::check_folder(path)?;
            overwriting::refuse(path, &self.files_read(&found.preset.data.source))?;
        }
        let (mut changes, sheet) = (Vec::new(), self.sheet.as_deref());
        let mut trained = match self.data.as_deref() {
            None => found.load_with_data(self.accept_changed_data, &mut changes)?,
            Some(path) if Path::new(path).exists() => {
                found.load_with_file(Path::new(path), names(self.no_header), sheet)?
            }
            Some(path) if looks_like_a_path(path) && is_pattern(path) => {
                found.load_with_file(&of_pattern(path)?, names(self.no_header), sheet)?
            }
            Some(path) if looks_like_a_path(path) => {
                return Err(Error::Failed(format!("{}: there is no such file or folder", plain(path))));
            }
            Some(source) if sheet.is_some() => {
                return Err(Error::Usage(format!(
                    "--sheet is for a file of --data; a source names its sheet itself, as in csv(file: \"…\", sheet: \"…\"), and this \
                     is {}",
                    plain(source)
                )));
            }
            Some(source) => found.load_with_source(source)?,
        };
        if self.data.is_none() && !trained.notices().is_empty() {
            let what = "the run's own data is scored: what is told of it counts all rows, those of the training as well";
            writeln!(std::io::stderr(), "trainyard: {what}")?;
        }
        let told = tell(&trained, 0)?;
        let Found { name: run, step, .. } = found;
        let (scores, samples) = trained.evaluate().map_err(failed)?;
        if samples == 0 {
            let problem =
                "its test set is empty: --data names a file, a folder or a source to evaluate it on";
            return Err(Error::Failed(format!("{run}: {problem}")));
        }
        if !scores.loss.is_finite() {
            let problem =
                format!("the loss is not finite ({}): a number is too large for a network", scores.loss);
            return Err(Error::Failed(problem));
        }
        let (mut assessment, mut ranking) = (None, None);
        if self.report || self.predictions.is_some() {
            let answers = trained.answer_test().map_err(failed)?;
            tell(&trained, told)?;
            if let Some(path) = &self.predictions {
                predictions::write(path, &answers)?;
            }
            if self.report {
                assessment = Assessment::of(&answers);
                ranking = trained.ranking(&answers).map_err(failed)?;
            }
        }
        let mut out = std::io::stdout().lock();
        if self.json {
            let mut line = json!({
                "run": run,
                "step": step,
                "samples": samples,
                "loss": scores.loss,
                "accuracy": scores.accuracy,
                "metrics": by_name(&scores.metrics),
                "positive_class": positive_class(&scores.metrics, trained.classes()),
                "unit": trained.unit_of(&scores).map(|unit| match unit {
                    Unit::Of(column) => column,
                    each @ Unit::OfEach(_) => each.to_string(),
                }),
                "changed_data": changes,
                "notices": trained.notices(),
            });
            if let Some(assessment) = &assessment {
                line["report"] = json!(assessment);
            }
            if let Some(ranking) = &ranking {
                line["report"]["ranking"] = json!(ranking);
            }
            writeln!(out, "{}", text::json(&text::tidied(line))?)?;
        } else {
            let unit = trained.unit_of(&scores).map(|unit| format!(" in {}", plain(&unit.to_string())));
            let class = of_class(&scores.metrics, trained.classes());
            let scores = in_words(&scores) + &class + &unit.unwrap_or_default();
            writeln!(out, "{scores}  on {}, {run} at step {step}", counted(samples, "sample"))?;
            if let Some(assessment) = &assessment {
                write!(out, "\n{}", report::page(assessment))?;
            }
            if let Some(ranking) = &ranking {
                write!(out, "\n{}", report::of_ranking(ranking))?;
            }
        }
        Ok(())
    }
}

/// What a pattern names: a table in several files, or one file of any kind.
fn of_pattern(pattern: &str) -> Result<PathBuf, Error> {
    let files = expanded(pattern).map_err(|error| Error::Failed(plain(&error.to_string())))?;
    let name = pattern.strip_suffix(".gz").unwrap_or(pattern);
    let is_table = name.rsplit_once('.').is_some_and(|(_, ending)| is_ending_of_table(ending));
    match &files[..] {
        [file] => Ok(file.clone()),
        _ if is_table => Ok(pattern.into()),
        several => {
            let pattern = plain(pattern);
            let help = "only tables may be in several files: name one file";
            Err(Error::Usage(format!("{pattern}: {} files have such a name; {help}", several.len())))
        }
    }
}

/// Tells a person what to know of the data, from the notice `from` on; gives how many notices there are.
fn tell(trained: &Trained, from: usize) -> Result<usize, Error> {
    for notice in trained.notices().iter().skip(from) {
        writeln!(std::io::stderr(), "trainyard: data: {}", plain(notice))?;
    }
    Ok(trained.notices().len())
}

/// Where a table has the names of its columns, by `--no-header`.
pub(super) fn names(no_header: bool) -> Names {
    if no_header { Names::Nowhere } else { Names::InFirstLine }
}

/// Sources are words, with their files in parentheses.
fn looks_like_a_path(text: &str) -> bool {
    !text.contains('(') && text.contains(['/', '\\', '.'])
}
