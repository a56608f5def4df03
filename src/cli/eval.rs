//! `trainyard eval`: a run's scores on a test set.

use std::io::Write;
use std::path::Path;

use serde_json::json;

use super::Error;
use super::experiment;
use super::text::{self, plain};
use super::train::{by_name, in_words};
use crate::run::{self, RunDirectory, home};
use crate::worker::{Trained, Unusable};

/// Score a run's network on its test set, or on that of other data
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    which: Which,
    /// Other data that the network fits: a file (.csv, .tsv, .npz, a text), a folder of class folders of images or
    /// sounds, or a source as a preset writes it: mnist, idx(inputs: "x.gz", labels: "y.gz") …
    #[arg(long, value_name = "FILE|FOLDER|SOURCE")]
    data: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// A network of a run.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// The run: its name or a part of it that no other has, its folder, or `last`
    run: String,
    /// Which checkpoint: best (on the validation set), last, or a step
    #[arg(long, default_value = "best")]
    checkpoint: String,
}

impl Which {
    /// The network, with these changes to its preset; the run's name and the checkpoint's step with it.
    pub(super) fn load(&self, sets: &[String]) -> Result<(Trained, String, u64), Error> {
        let run = RunDirectory::find(&home::runs_folder()?, &self.run)?;
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
        let experiment = experiment::of_run(&name, &manifest.preset, sets)?;
        let trained = Trained::load(&run, step, &experiment).map_err(|error| {
            let others: Vec<&u64> = steps.iter().filter(|other| **other != step).collect();
            let is_damaged = matches!(error, Unusable::Run(run::Error::Broken { .. }));
            let hint = if is_damaged && !others.is_empty() {
                format!("; --checkpoint takes another one, of the steps {others:?}")
            } else {
                String::new()
            };
            Error::Failed(plain(&format!("{error}{hint}")))
        })?;
        Ok((trained, name, step))
    }
}

impl Arguments {
    /// Prints the scores.
    pub fn run(self) -> Result<(), Error> {
        let failed = |error: Unusable| Error::Failed(plain(&error.to_string()));
        let (file, source) = match self.data.as_deref() {
            Some(path) if Path::new(path).exists() => (Some(Path::new(path)), None),
            Some(path) if looks_like_a_path(path) => {
                return Err(Error::Failed(format!("{}: there is no such file or folder", plain(path))));
            }
            source => (None, source),
        };
        let sets: Vec<String> = source.iter().map(|source| format!("data.source={source}")).collect();
        let (mut trained, run, step) = self.which.load(&sets)?;
        if let Some(file) = file {
            trained.test_on(file).map_err(failed)?;
        }
        let (scores, samples) = trained.evaluate().map_err(failed)?;
        let mut out = std::io::stdout().lock();
        if self.json {
            let line = text::json(&json!({
                "run": run,
                "step": step,
                "samples": samples,
                "loss": scores.loss,
                "accuracy": scores.accuracy,
                "metrics": by_name(&scores.metrics),
            }))?;
            writeln!(out, "{line}")?;
        } else {
            writeln!(out, "{}  on {samples} samples, {run} at step {step}", in_words(&scores))?;
        }
        Ok(())
    }
}

/// Sources are words, with their files in parentheses.
fn looks_like_a_path(text: &str) -> bool {
    !text.contains('(') && text.contains(['/', '\\', '.'])
}
