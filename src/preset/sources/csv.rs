//! Tables of separated values.

use serde::{Deserialize, Serialize};

use super::file_source::FileSource;
use crate::fields;
use crate::preset::field::other_values;
use crate::preset::variants::variants;

/// A table of comma- or tab-separated values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Csv {
    /// The table.
    pub file: String,
    /// The test set, where it is a table of its own.
    #[serde(default)]
    pub test_file: Option<String>,
    /// Name or number (from 1) of the column that is to be predicted; left out: the last one.
    #[serde(default)]
    pub label: Option<String>,
    /// The columns that are inputs; left out: all others.
    #[serde(default)]
    pub columns: Vec<String>,
    /// What the label is.
    #[serde(default)]
    pub task: Task,
    /// What stands between two cells; left out: a tab for `.tsv`, else a comma.
    #[serde(default)]
    pub separator: Option<char>,
    /// Whether the first line names the columns.
    #[serde(default = "yes")]
    pub header: bool,
    /// How an empty cell is treated.
    #[serde(default)]
    pub missing: Missing,
}

fn yes() -> bool {
    true
}

impl Csv {
    /// This table, with every other option at its default.
    pub fn of(file: String) -> Self {
        Csv {
            file,
            test_file: None,
            label: None,
            columns: Vec::new(),
            task: Task::default(),
            separator: None,
            header: true,
            missing: Missing::default(),
        }
    }
}

variants! {
    /// How an empty cell of a table is treated.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Missing {
        /// The table is refused, with the cell's place.
        #[default]
        Refuse = "refuse",
        /// The column's mean over the training samples.
        Mean = "mean",
        /// Zero.
        Zero = "zero",
    }
}

variants! {
    /// What a table's label is.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Task {
        /// Values where it is a number with a fraction, or one of more than twenty different numbers; classes otherwise.
        #[default]
        Auto = "auto",
        /// Classes.
        Classes = "classes",
        /// A real value.
        Values = "values",
    }
}

other_values!(char);

fields! {
    Csv {
        file: Text, "the table";
        test_file: Text, "the table of the test set";
        label: Text, "name or number of the column that is to be predicted";
        columns: Texts, "the columns that are inputs";
        task: Choice(Task::NAMES), "what the label is";
        separator: Text, "what stands between two cells";
        header: Switch, "whether the first line names the columns";
        missing: Choice(Missing::NAMES), "how an empty cell is treated";
    }
}

impl FileSource for Csv {
    fn title(&self) -> &'static str {
        "Your table"
    }

    fn paths(&self) -> Vec<&str> {
        std::iter::once(&self.file).chain(&self.test_file).map(String::as_str).collect()
    }

    fn paths_mut(&mut self) -> Vec<&mut String> {
        std::iter::once(&mut self.file).chain(&mut self.test_file).collect()
    }
}
