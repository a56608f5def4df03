//! `trainyard export`: a run's result for other programs.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use serde_json::json;

use super::Error;
use super::experiment;
use super::named::RunName;
use super::overwriting;
use super::text::{bytes, json, plain};
use crate::run::atomic;
use crate::run::export::{NAMES, Trained, Which, format};

/// Write a run's network (ONNX), its weights (safetensors) or its scalars (CSV) for other programs
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    run: RunName,
    /// What to write
    #[arg(long, value_parser = NAMES)]
    to: String,
    /// The file; `-` for standard output. Without it, RUN.EXTENSION in this folder
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The newest checkpoint instead of the one with the lowest validation loss
    #[arg(long)]
    newest: bool,
    /// Print one JSON object that says what was written
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Writes the file.
    pub fn run(self) -> Result<(), Error> {
        let run = self.run.find()?;
        let format =
            format(&self.to).ok_or_else(|| Error::Usage(format!("no format {}", plain(&self.to))))?;
        let name = format!("{}.{}", run.name(), format.extension());
        let path = self.output.unwrap_or_else(|| PathBuf::from(name));
        overwriting::check_folder(&path)?;
        let which = if self.newest { Which::Newest } else { Which::Best };
        let mut trained = match format.holds_weights() {
            true => Trained::load(run, which)?,
            false if self.newest => {
                let what = format!("--newest: {} has no weights in it, and so no checkpoint", self.to);
                return Err(Error::Usage(what));
            }
            false => Trained::without_weights(run)?,
        };
        if format.describes_network() {
            trained.experiment =
                Some(experiment::of_run(&trained.run.name(), &trained.preset, trained.learned.as_ref())?);
        }
        if path.as_os_str() == "-" {
            let stdout = std::io::stdout();
            if stdout.is_terminal() && self.to != "csv" {
                return Err(Error::Usage("such a file is not for a terminal: name one with -o".into()));
            }
            let mut out = std::io::BufWriter::new(stdout.lock());
            format.write(&trained, &mut out)?;
            out.flush()?;
            return tell(format.takes(&trained));
        }
        let shown = plain(&path.to_string_lossy());
        overwriting::refuse(&path, &overwriting::files_of(&trained.preset.data.source))?;
        let size = atomic::write_for_others(&path, |out| format.write(&trained, out))?;
        let (run, step) = (trained.run.name(), trained.step);
        let line = match self.json {
            true => {
                json(&json!({ "run": run, "step": step, "file": path.to_string_lossy(), "bytes": size }))?
            }
            false => {
                let facts = size.map(bytes).into_iter().chain(step.map(|step| format!("step {step}")));
                let facts = facts.collect::<Vec<_>>().join(", ");
                if facts.is_empty() { shown } else { format!("{shown}: {facts}") }
            }
        };
        writeln!(std::io::stdout(), "{line}")?;
        tell(format.takes(&trained))
    }
}

/// Tells what goes into the file; not on standard output, which scripts read.
fn tell(takes: Option<String>) -> Result<(), Error> {
    if let Some(takes) = takes {
        writeln!(std::io::stderr(), "{}", plain(&takes))?;
    }
    Ok(())
}
