//! `trainyard summary`: a network's layers, shapes and parameters.

use std::io::Write;

use super::Error;
use super::experiment::with_overrides;
use super::text::lines;

/// Print a preset's layers with output shapes and parameter counts, as Keras does
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A preset's name, or a .ron file
    preset: String,
    /// Change a value first, such as layers.0.filters=64; may be given several times
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
}

impl Arguments {
    /// Prints the summary.
    pub fn run(self) -> Result<(), Error> {
        let experiment = with_overrides(&self.preset, &self.sets)?;
        let mut out = std::io::stdout().lock();
        for network in experiment.networks.iter() {
            writeln!(out, "{}", lines(&network.summary.render()))?;
        }
        let batch = experiment.preset.train.batch_size;
        writeln!(out, " Training takes about {} at batch size {batch}", experiment.memory().in_words())?;
        Ok(())
    }
}
