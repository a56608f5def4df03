//! `trainyard presets`: what there is to train.

use std::io::Write;
use std::path::PathBuf;

use clap_complete::ArgValueCompleter;
use serde_json::json;

use super::text::{json as line_of, lines, plain};
use super::{Error, candidates, experiment, summary};
use crate::data::own::told_of_checked;
use crate::preset::counted;
use crate::preset::library;
use crate::preset::parse::nearest;
use crate::preset::reference::{self, Entry, Section};
use crate::preset::{Experiment, PresetError, search_block};
use crate::search::{Definition, Subject};

/// List presets, show one, or check files of your own
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print one JSON object for each preset, file or field
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the built-in presets and your own
    List,
    /// Explain a preset: what it is, its layers, its RON text
    Show {
        /// A name, or a .ron file
        #[arg(add = ArgValueCompleter::new(candidates::presets))]
        preset: String,
    },
    /// List the fields of presets: what each takes, its default, what it is for
    Fields {
        /// Only these: a path as `--set` takes it, a layer, an optimizer, a source: `train`, `layers.Conv2D`, `Adam`
        path: Option<String>,
    },
    /// Check preset files; exit status 1 if one is wrong
    Check {
        /// .ron files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

impl Arguments {
    /// Does what the action says; without one, lists.
    pub fn run(self) -> Result<(), Error> {
        let (mut out, json) = (std::io::stdout().lock(), self.json);
        match self.action.unwrap_or(Action::List) {
            Action::List => list(&mut out, json),
            Action::Show { preset } => show(&mut out, &preset, json),
            Action::Fields { path } => fields(&mut out, path.as_deref().unwrap_or_default(), json),
            Action::Check { files } => check(&mut out, &files, json),
        }
    }
}

fn list(out: &mut impl Write, json: bool) -> Result<(), Error> {
    let entries = library::list();
    if json {
        for entry in &entries {
            let (loaded, problem) = match &entry.loaded {
                Ok(loaded) => (Some(loaded.preset()), None),
                Err(problem) => (None, Some(object(problem))),
            };
            let line = json!({
                "preset": entry.name,
                "title": loaded.map(|preset| &preset.title),
                "file": entry.file.as_ref().map(|file| file.to_string_lossy()),
                "problem": problem,
            });
            writeln!(out, "{}", line_of(&line)?)?;
        }
        return Ok(());
    }
    let width = entries.iter().map(|entry| entry.name.chars().count()).max().unwrap_or(0);
    for entry in &entries {
        let name = plain(&entry.name);
        let mine = if entry.file.is_some() { " (yours)" } else { "" };
        match &entry.loaded {
            Ok(loaded) => writeln!(out, "{name:width$}  {}{mine}", plain(&loaded.preset().title))?,
            Err(error) => writeln!(out, "{name:width$}  cannot be used: {}{mine}", plain(&error.problem))?,
        }
    }
    if let Some(folder) = library::folder() {
        writeln!(out, "\nYour own presets go to {}", plain(&folder.to_string_lossy()))?;
    }
    Ok(())
}

/// What is wrong with a preset, and where.
fn object(problem: &PresetError) -> serde_json::Value {
    let (line, column) = problem.place.unzip();
    json!({
        "origin": problem.origin,
        "line": line,
        "column": column,
        "path": problem.path.as_ref().map(ToString::to_string),
        "problem": problem.problem,
        "help": problem.help,
    })
}

fn show(out: &mut impl Write, wanted: &str, json: bool) -> Result<(), Error> {
    let found = experiment::find(wanted)?;
    let experiment = experiment::of_found(&found)?;
    let signature = experiment.signature();
    let Experiment { preset, networks, .. } = experiment;
    if json {
        let line = json!({
            "preset": preset.name,
            "title": preset.title,
            "description": preset.description,
            "data": preset.data.source.title(),
            "train_samples": signature.train,
            "test_samples": signature.test,
            "input_shape": signature.input,
            "networks": networks.iter().map(|network| summary::object(&network.summary)).collect::<Vec<_>>(),
            "text": found.text,
        });
        return Ok(writeln!(out, "{}", line_of(&line)?)?);
    }
    writeln!(out, "{}: {}\n", plain(&preset.name), plain(&preset.title))?;
    for line in preset.description.lines() {
        writeln!(out, "  {}", plain(line))?;
    }
    writeln!(
        out,
        "\nData: {}, {} training and {} test samples of shape {:?}\n",
        preset.data.source.title(),
        signature.train,
        signature.test,
        signature.input
    )?;
    for network in networks.iter() {
        writeln!(out, "{}\n", lines(&network.summary.render()))?;
    }
    for line in found.text.lines() {
        writeln!(out, "{}", plain(line))?;
    }
    Ok(())
}

fn fields(out: &mut impl Write, wanted: &str, json: bool) -> Result<(), Error> {
    let sections = reference::matching(wanted);
    if sections.is_empty() {
        let words = reference::words();
        let last = wanted.split(['.', '[', ']']).rfind(|word| !word.is_empty()).unwrap_or(wanted);
        let near = nearest(last, words.iter().map(String::as_str));
        let help = near.map_or(String::new(), |near| format!("did you mean {near}? "));
        let wanted = plain(wanted);
        return Err(Error::Usage(format!(
            "no field of a preset matches '{wanted}'; {help}`trainyard presets fields` lists all"
        )));
    }
    let mut is_first = true;
    for Section { title, fields } in sections {
        if json {
            for entry in fields {
                writeln!(out, "{}", line_of(&json!({ "of": title, "field": entry }))?)?;
            }
            continue;
        }
        if !std::mem::take(&mut is_first) {
            writeln!(out)?;
        }
        writeln!(out, "{title}")?;
        let width = |of: fn(&Entry) -> usize| fields.iter().map(of).max().unwrap_or(0);
        let paths = width(|entry| entry.path.chars().count());
        for Entry { path, takes, default, help } in &fields {
            let default = default.as_ref().map_or("needed".into(), |text| format!("default {text}"));
            writeln!(out, "  {path:paths$}  {help}")?;
            writeln!(out, "  {:paths$}    {takes}; {default}", "")?;
        }
    }
    Ok(())
}

fn check(out: &mut impl Write, files: &[PathBuf], json: bool) -> Result<(), Error> {
    let mut wrong = 0;
    for file in files {
        let name = file.to_string_lossy();
        let checked = experiment::in_file(file).and_then(|found| match search_block::is_in(&found.text) {
            true => Definition::of(found, Vec::new()).and_then(Subject::of).map(|subject| subject.base),
            false => experiment::of_found(&found),
        });
        wrong += usize::from(checked.is_err());
        let told = checked.as_ref().map(|checked| told_of_checked(&checked.preset.data.source));
        let told = told.unwrap_or_default();
        let checked = checked.map(|experiment| {
            experiment.networks.iter().map(|network| network.summary.parameters.total()).sum::<u64>()
        });
        for sentence in told.iter().filter(|_| !json) {
            writeln!(std::io::stderr(), "trainyard: data: {}", plain(sentence))?;
        }
        match (&checked, json) {
            (_, true) => {
                let (count, problem) = (checked.as_ref().ok(), checked.as_ref().err().map(object));
                let line = json!({
                    "file": name, "valid": checked.is_ok(), "parameters": count, "problem": problem, "notices": told,
                });
                writeln!(out, "{}", line_of(&line)?)?;
            }
            (Ok(count), false) => writeln!(out, "{}: valid, {}", plain(&name), counted(*count, "parameter"))?,
            (Err(error), false) => writeln!(out, "{}", lines(&error.to_string()))?,
        }
    }
    match wrong {
        0 => Ok(()),
        count => Err(Error::Failed(format!("{count} of {} cannot be used", counted(files.len(), "file")))),
    }
}
