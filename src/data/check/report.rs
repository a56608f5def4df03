//! What is found in a file or folder.

use crate::data::Error;
use crate::data::import::images;
use crate::preset::Colour;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataReport {
    /// What it is, and how to name it in a preset.
    pub kind: String,
    /// Facts: a label and a value each.
    pub facts: Vec<(String, String)>,
    /// The first problems, each with its place.
    pub problems: Vec<String>,
    /// Problems that are not listed.
    pub more: usize,
}

/// The most problems that are listed.
pub const LISTED: usize = 10;
/// The most columns, and the most classes, that are listed.
pub const ROWS: usize = 40;
/// What an image is decoded to, to see whether it decodes.
pub const ONE_PIXEL: images::Form = images::Form { height: 1, width: 1, colour: Colour::Grey };

impl DataReport {
    /// A report of which only the kind is known.
    pub fn of(kind: &str) -> Self {
        DataReport { kind: kind.into(), ..DataReport::default() }
    }

    /// Adds a fact.
    pub fn fact(&mut self, label: &str, value: impl ToString) {
        self.facts.push((label.into(), value.to_string()));
    }

    /// Adds a problem: to the list, as long as that is short.
    pub fn problem(&mut self, problem: &Error) {
        if self.problems.len() < LISTED {
            self.problems.push(problem.to_string());
        } else {
            self.more += 1;
        }
    }

    /// Counts the samples of each class.
    pub fn balance(&mut self, of: &[u32], names: &[String]) {
        let mut counts = vec![0_u64; names.len()];
        of.iter().for_each(|&class| counts[class as usize] += 1);
        self.counted(&counts, names);
    }

    /// The samples of each class.
    pub fn counted(&mut self, counts: &[u64], names: &[String]) {
        let all = counts.iter().sum::<u64>().max(1);
        self.fact("classes", names.len());
        for (name, count) in names.iter().zip(counts).take(ROWS) {
            let share = 100.0 * *count as f64 / all as f64;
            self.fact(&format!("  {name}"), format!("{count} ({share:.1}%)"));
        }
        if names.len() > ROWS {
            self.fact("", format!("and {} classes more", names.len() - ROWS));
        }
    }
}
