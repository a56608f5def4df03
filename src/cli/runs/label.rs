//! `trainyard runs rename`, `tag` and `note`: what a person calls a run and says about it.

use std::io::Write;

use serde_json::json;

use super::super::Error;
use super::super::named::RunName;
use super::super::text::{self, plain};
use crate::run::{Label, RunDirectory};

/// Call a run by another name, by which all commands find it; its folder keeps its name
#[derive(Debug, clap::Args)]
pub struct Rename {
    #[command(flatten)]
    run: RunName,
    /// The name; an empty one takes the name away
    name: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Give a run tags: words by which it is found
#[derive(Debug, clap::Args)]
pub struct Tag {
    #[command(flatten)]
    run: RunName,
    /// The tags, in place of those that it has; +TAG adds one, -TAG takes one away; none at all takes all away
    #[arg(allow_hyphen_values = true)]
    tags: Vec<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Say something about a run
#[derive(Debug, clap::Args)]
pub struct Note {
    #[command(flatten)]
    run: RunName,
    /// The note; an empty one takes the note away
    text: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Rename {
    /// Writes the name.
    pub(super) fn run(self) -> Result<(), Error> {
        change(&self.run, self.json, |label| label.rename(&self.name))
    }
}

impl Tag {
    /// Writes the tags.
    pub(super) fn run(mut self) -> Result<(), Error> {
        // `--json` behind a tag that may begin with a dash is taken for a tag.
        let tags = self.tags.len();
        self.tags.retain(|tag| tag != "--json");
        let json = self.json || self.tags.len() < tags;
        change(&self.run, json, |label| label.retag(&self.tags.join(" ")))
    }
}

impl Note {
    /// Writes the note.
    pub(super) fn run(self) -> Result<(), Error> {
        change(&self.run, self.json, |label| label.annotate(&self.text))
    }
}

/// Changes the label of a run, and tells what it is now.
fn change(
    run: &RunName,
    as_json: bool,
    change: impl FnOnce(&mut Label) -> Result<(), String>,
) -> Result<(), Error> {
    let run = run.find()?;
    let mut label = Label::load(run.path())?;
    change(&mut label).map_err(Error::Usage)?;
    label.save(run.path())?;
    let mut out = std::io::stdout().lock();
    if as_json {
        writeln!(out, "{}", text::json(&as_value(&run, &label))?)?;
    } else {
        let words = in_words(&label);
        writeln!(
            out,
            "{}: {}",
            plain(&run.name()),
            if words.is_empty() { "no name, tags or note" } else { &words }
        )?;
    }
    Ok(())
}

fn as_value(run: &RunDirectory, label: &Label) -> serde_json::Value {
    json!({ "run": run.name(), "name": label.name, "tags": label.tags, "note": label.note })
}

/// The label on one line.
pub(super) fn in_words(label: &Label) -> String {
    let name = label.name.as_ref().map(|name| format!("\"{}\"", plain(name)));
    let tags = label.tags.iter().map(|tag| format!("#{}", plain(tag)));
    let note = Some(plain(&label.note)).filter(|note| !note.is_empty());
    name.into_iter().chain(tags).chain(note).collect::<Vec<_>>().join("  ")
}
