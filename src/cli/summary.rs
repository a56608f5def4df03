//! `trainyard summary`: a network's layers, shapes and parameters.

use std::io::Write;

use clap_complete::ArgValueCompleter;
use serde_json::{Value, json};

use super::Error;
use super::candidates;
use super::experiment::with_overrides;
use super::text::{self, lines};
use crate::preset::summary::Row;
use crate::preset::{Parameters, Summary};

/// Print a preset's layers with output shapes and parameter counts, as Keras does
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A preset's name, or a .ron file
    #[arg(add = ArgValueCompleter::new(candidates::presets))]
    preset: String,
    /// Change a value first, such as layers.0.filters=64; may be given several times
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
    /// Print one JSON object for each network
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Prints the summary.
    pub fn run(self) -> Result<(), Error> {
        let experiment = with_overrides(&self.preset, &self.sets, &[])?;
        let mut out = std::io::stdout().lock();
        if self.json {
            for network in experiment.networks.iter() {
                writeln!(out, "{}", text::json(&object(&network.summary))?)?;
            }
            return Ok(());
        }
        for network in experiment.networks.iter() {
            writeln!(out, "{}", lines(&network.summary.render()))?;
        }
        let batch = experiment.preset.train.batch_size;
        writeln!(out, " Training takes about {} at batch size {batch}", experiment.memory().in_words())?;
        Ok(())
    }
}

/// A network as JSON: its layers with their shapes, without the batch, and their parameters.
pub(super) fn object(summary: &Summary) -> Value {
    let counts = |of: &Parameters| json!({ "total": of.total(), "trainable": of.trainable, "non_trainable": of.non_trainable });
    let layer = |row: &Row| {
        json!({
            "name": row.name,
            "kind": row.kind,
            "output_shape": row.shape,
            "parameters": counts(&row.parameters),
        })
    };
    json!({
        "network": summary.name,
        "layers": summary.rows.iter().map(layer).collect::<Vec<_>>(),
        "parameters": counts(&summary.parameters),
    })
}
