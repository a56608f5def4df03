//! What was found out about data, and the preset that is written of it.

use std::fmt::Write;

use super::comment::comment;
use super::network::Network;

/// A column that a table could be to predict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// What it is and what is in it.
    pub what: String,
}

/// What was found out about data: the parts of a preset that speak of it.
pub(super) struct Found {
    /// What it is, in a line.
    pub title: String,
    /// What the preset says in `data: (…)`, line by line.
    pub data: Vec<String>,
    /// The network and its training.
    pub network: Network,
    /// The columns that a table could be to predict, the chosen one first.
    pub targets: Vec<Target>,
    /// Why a column is the label that nobody has named.
    pub reason: Option<String>,
    /// What a person should know of files that the preset leaves out: a sentence each.
    pub told: Vec<String>,
}

impl Found {
    /// The text of the preset.
    pub fn written(&self, name: &str, file: &str) -> String {
        let Found { title, data, network, .. } = self;
        let mut text = format!(
            "// Made by `trainyard init` from {}. Change what you like:\n\
             // `trainyard presets fields` lists what there is to set.\n",
            comment(file)
        );
        let _ = writeln!(text, "(\n    name: {name:?},\n    title: {title:?},\n    data: (");
        for line in data.iter().filter(|line| !line.is_empty()) {
            let _ = writeln!(text, "        {line}");
        }
        text.push_str("    ),\n");
        network.write(&mut text);
        text.push_str(")\n");
        text
    }
}
