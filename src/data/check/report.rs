//! What is found in a file or folder.

use crate::data::Error;
use crate::data::import::images;
use crate::data::table::classes::alike_in_words;
use crate::preset::Colour;
use crate::preset::{counted, counted_with, written};

/// A fact: what a person reads, and the same as data.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// What it is about.
    pub label: String,
    /// What is so.
    pub text: String,
    /// The same for a script.
    pub known: Known,
}

/// What a fact says, for a script.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Known {
    /// A sentence alone.
    Text,
    /// How many.
    Count {
        /// How many.
        count: u64,
    },
    /// Numbers of a range.
    Range {
        /// The least.
        least: f64,
        /// The greatest.
        greatest: f64,
        /// The mean, where it was worked out.
        mean: Option<f64>,
    },
    /// The samples of a class.
    Class {
        /// Its name.
        class: String,
        /// How many they are.
        count: u64,
        /// Their share of all, 0 to 1.
        share: f64,
    },
    /// A column of a table.
    Column(Box<ColumnFact>),
    /// A column that is no input.
    LeftOut {
        /// Its name.
        column: String,
        /// Why.
        why: String,
        /// Rows without a value.
        missing: u64,
        /// Different values, where they were counted.
        different: Option<u64>,
    },
    /// Something to know of, in a sentence.
    Note {
        /// What it is, where it is one of a few kinds: `repeated_rows`, `contradicting_rows`, `leak`.
        about: Option<&'static str>,
        /// The columns that the sentence names.
        columns: Vec<String>,
        /// How many rows it is about, where it counts rows.
        count: Option<u64>,
    },
}

/// What is in a column.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct ColumnFact {
    /// Its name.
    pub column: String,
    /// What it is: `number`, `boolean`, `category`, `date`.
    pub holds: &'static str,
    /// Rows without a value.
    pub missing: Option<u64>,
    /// Different values; at least so many where `is_more`.
    pub different: Option<u64>,
    /// Whether there are more different values than were counted.
    pub is_more: bool,
    /// The least number.
    pub least: Option<f64>,
    /// The greatest number.
    pub greatest: Option<f64>,
    /// The mean of the numbers.
    pub mean: Option<f64>,
    /// The first date, or time of day.
    pub earliest: Option<String>,
    /// The last one.
    pub latest: Option<String>,
    /// How many numbers lie in each tenth of the range.
    pub histogram: Vec<usize>,
    /// The words of a category, or `yes` and `no`, with their rows, the most frequent first.
    pub words: Vec<(String, u64)>,
    /// The parts that a date is taken apart into.
    pub parts: Vec<&'static str>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataReport {
    /// What it is, and how to name it in a preset.
    pub kind: String,
    /// Facts.
    pub facts: Vec<Fact>,
    /// The first problems, each with its place.
    pub problems: Vec<String>,
    /// Problems that are not listed.
    pub more: usize,
    /// Whether what is broken is left out, as a preset says with `skip_broken: true`: then it is no problem.
    pub skips: bool,
    /// How much was left out so.
    pub left_out: u64,
}

/// The most problems that are listed.
pub const LISTED: usize = 10;
/// What facts about something that is left out are called.
const LEFT_OUT: &str = "left out";
/// The most columns, and the most classes, that are listed.
pub const ROWS: usize = 40;
/// What an image is decoded to, to see whether it decodes.
pub const ONE_PIXEL: images::Form = images::Form { height: 1, width: 1, colour: Colour::Grey };

impl DataReport {
    /// A report of which only the kind is known.
    pub fn of(kind: &str) -> Self {
        DataReport { kind: kind.into(), ..DataReport::default() }
    }

    /// Adds a fact: a sentence, or a count.
    pub fn fact(&mut self, label: &str, value: impl ToString) {
        let text = value.to_string();
        let known = match (label, text.parse()) {
            ("note", _) => Known::Note { about: None, columns: Vec::new(), count: None },
            (_, Ok(count)) => Known::Count { count },
            (_, Err(_)) => Known::Text,
        };
        self.known(label, text, known);
    }

    /// Adds a fact as a person reads it, and as data.
    pub fn known(&mut self, label: &str, text: impl ToString, known: Known) {
        self.facts.push(Fact { label: label.into(), text: text.to_string(), known });
    }

    /// Adds a problem: to the list, as long as that is short.
    pub fn problem(&mut self, problem: &Error) {
        if self.problems.len() < LISTED {
            self.problems.push(problem.to_string());
        } else {
            self.more += 1;
        }
    }

    /// Adds what is wrong with so many rows, or with one file: a problem, unless such are left out.
    pub fn broken(&mut self, problem: &Error, count: u64) {
        if !self.skips {
            return self.problem(problem);
        }
        self.left_out += count;
        if self.facts.iter().filter(|fact| fact.label == LEFT_OUT).count() < LISTED {
            self.fact(LEFT_OUT, problem);
        }
    }

    /// Says how much was left out.
    pub fn end_of_left_out(&mut self, noun: &str) {
        if self.left_out > 0 {
            let are = counted_with(self.left_out, noun, ("is", "are"));
            self.fact("note", format!("{are} left out, as skip_broken: true says"));
        }
    }

    /// The values of a label: how often it is 1 where all are 0 or 1, else from where to where they go.
    pub fn values(&mut self, label: &str, values: impl Iterator<Item = f64> + Clone) {
        if values.clone().all(|x| matches!(x, 0.0 | 1.0)) {
            let (there, all) = (values.clone().sum::<f64>() as u64, values.count());
            return self.fact(label, format!("1 in {there} of {all} rows, else 0"));
        }
        self.range(label, values);
    }

    /// From where to where the values of a label go.
    pub fn range(&mut self, label: &str, values: impl Iterator<Item = f64>) {
        let (least, greatest) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
        let known = Known::Range { least, greatest, mean: None };
        self.known(label, format!("values from {} to {}", written(least), written(greatest)), known);
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
        if let Some(alike) = alike_in_words(names.iter().map(String::as_str)) {
            self.fact("note", format!("the classes {alike}"));
        }
        for (name, count) in names.iter().zip(counts).take(ROWS) {
            let share = *count as f64 / all as f64;
            let known = Known::Class { class: name.clone(), count: *count, share };
            self.known(&format!("  {name}"), format!("{count} ({:.1}%)", 100.0 * share), known);
        }
        if names.len() > ROWS {
            self.fact("", format!("and {}", counted(names.len() - ROWS, "more class")));
        }
    }
}
