//! `trainyard export`: a run's result for other programs.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use super::Error;
use super::experiment;
use super::text::{bytes, plain};
use crate::run::export::{NAMES, Trained, Which, format};
use crate::run::{RunDirectory, atomic, home};

/// Write a run's network (ONNX), its weights (safetensors) or its scalars (CSV) for other programs
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The run: its name or a part of it that no other has, its folder, or `last`
    run: String,
    /// What to write
    #[arg(long, value_parser = NAMES)]
    to: String,
    /// The file; `-` for standard output. Without it, RUN.EXTENSION in this folder
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The newest checkpoint instead of the one with the lowest validation loss
    #[arg(long)]
    newest: bool,
}

impl Arguments {
    /// Writes the file.
    pub fn run(self) -> Result<(), Error> {
        let run = RunDirectory::find(&home::runs_folder()?, &self.run)?;
        let mut trained = Trained::load(run, if self.newest { Which::Newest } else { Which::Best })?;
        let format =
            format(&self.to).ok_or_else(|| Error::Usage(format!("no format {}", plain(&self.to))))?;
        if format.describes_network() {
            trained.experiment =
                Some(experiment::of_run(&trained.run.name(), &trained.preset, trained.learned.as_ref())?);
        }
        if self.output.as_deref().is_some_and(|output| output.as_os_str() == "-") {
            let stdout = std::io::stdout();
            if stdout.is_terminal() && self.to != "csv" {
                return Err(Error::Usage("such a file is not for a terminal: name one with -o".into()));
            }
            let mut out = std::io::BufWriter::new(stdout.lock());
            format.write(&trained, &mut out)?;
            return Ok(out.flush()?);
        }
        let name = format!("{}.{}", trained.run.name(), format.extension());
        let path = self.output.unwrap_or_else(|| PathBuf::from(name));
        let shown = plain(&path.to_string_lossy());
        let length = atomic::write_for_others(&path, |out| format.write(&trained, out))?;
        let length = length.map(|length| format!("{}, ", bytes(length))).unwrap_or_default();
        writeln!(std::io::stdout(), "{shown}: {length}step {}", trained.step)?;
        Ok(())
    }
}
