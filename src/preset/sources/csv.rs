//! Tables: separated values, Parquet and spreadsheets.

use serde::{Deserialize, Serialize};

use super::columns::Columns;
use super::file_source::FileSource;
use super::label_names::LabelNames;
use super::paths::Paths;
use super::sign;
use crate::fields;
use crate::preset::field::other_values;
use crate::preset::variants::variants;

/// A table: separated values, Parquet or a spreadsheet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Csv {
    /// The table; or a pattern such as `part-*.csv`, or a list of files and patterns, whose files are one table.
    pub file: Paths,
    /// The test set, where it is a table of its own, likewise.
    #[serde(default)]
    pub test_file: Option<Paths>,
    /// Name or number (from 1) of the column that is to be predicted, or several in a list, of which each row has a number; left out:
    /// the last one, unless `task` says that there is none.
    #[serde(default)]
    pub label: Option<LabelNames>,
    /// Name or number of the column that says how much each row counts in the loss of a training; left out: all rows count the
    /// same.
    #[serde(default)]
    pub weights: Option<String>,
    /// The columns that are inputs, or what they are.
    #[serde(default)]
    pub columns: Columns,
    /// What the label is.
    #[serde(default)]
    pub task: Task,
    /// The sheet of a spreadsheet; left out: the first one.
    #[serde(default)]
    pub sheet: Option<String>,
    /// What stands between two cells, a blank for any number of blanks and tabs; left out: what cuts the first rows into equal numbers of cells.
    #[serde(default, deserialize_with = "sign::optional")]
    pub separator: Option<char>,
    /// What stands before the fraction of a number; left out: what the first rows show.
    #[serde(default, deserialize_with = "sign::optional")]
    pub decimal: Option<char>,
    /// What groups the digits of a large number; left out: what the first rows show.
    #[serde(default, deserialize_with = "sign::optional")]
    pub thousands: Option<char>,
    /// What stands around a cell that holds separators; left out: `"`, or `'` where the first rows show it.
    #[serde(default, deserialize_with = "sign::optional")]
    pub quote: Option<char>,
    /// What begins a line that is a comment; left out: `#` where the first line begins with it.
    #[serde(default, deserialize_with = "sign::optional")]
    pub comment: Option<char>,
    /// How the file's bytes are letters; left out: what fits the whole file.
    #[serde(default)]
    pub encoding: Option<Encoding>,
    /// Lines of a text, or rows of a sheet, above the names of the columns that are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip_rows: Option<usize>,
    /// Whether the first line names the columns.
    #[serde(default = "yes")]
    pub header: bool,
    /// How a missing number is treated.
    #[serde(default)]
    pub missing: Missing,
    /// Words that say in a column of numbers or dates that the value is missing, beside those that always do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing_words: Vec<String>,
    /// Whether, for each column of numbers that lacks some, another input tells which are missing.
    #[serde(default)]
    pub flag_missing: bool,
    /// Whether rows that cannot be read are left out and counted, rather than refused.
    #[serde(default)]
    pub skip_broken: bool,
}

fn yes() -> bool {
    true
}

impl Csv {
    /// This table, with every other option at its default.
    pub fn of(file: impl Into<Paths>) -> Self {
        Csv {
            file: file.into(),
            test_file: None,
            label: None,
            weights: None,
            columns: Columns::default(),
            task: Task::default(),
            sheet: None,
            separator: None,
            decimal: None,
            thousands: None,
            quote: None,
            comment: None,
            encoding: None,
            skip_rows: None,
            header: true,
            missing: Missing::default(),
            missing_words: Vec::new(),
            flag_missing: false,
            skip_broken: false,
        }
    }
}

variants! {
    /// How a missing number of a table is treated.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Missing {
        /// The table is refused, with the cell's place.
        #[default]
        Refuse = "refuse",
        /// The column's mean over the training samples.
        Mean = "mean",
        /// The column's median over the training samples.
        Median = "median",
        /// The number that is most frequent among the training samples; of several, the smallest.
        MostFrequent = "most_frequent",
        /// Zero.
        Zero = "zero",
    }
}

impl Missing {
    /// What stands in for a missing number, in words.
    pub fn stands_in(self) -> &'static str {
        match self {
            Missing::Refuse | Missing::Zero => "0",
            Missing::Mean => "the mean of the training rows",
            Missing::Median => "the median of the training rows",
            Missing::MostFrequent => "the most frequent value of the training rows",
        }
    }

    /// Whether nothing stands in for a missing number.
    pub fn is_refused(&self) -> bool {
        *self == Missing::Refuse
    }
}

variants! {
    /// How the bytes of a text are letters.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Encoding {
        /// UTF-8.
        Utf8 = "utf_8",
        /// UTF-16; without a mark at its beginning, the lesser byte comes first.
        Utf16 = "utf_16",
        /// Windows-1252, which has Latin-1 (ISO 8859-1) in it.
        Latin1 = "latin_1",
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
        /// There is none, and all columns are inputs: of networks that learn the inputs themselves.
        NoLabel = "none",
    }
}

other_values!(char);

fields! {
    Csv {
        file: Paths, "the table (CSV, Parquet, a spreadsheet); or a pattern such as part-*.csv, or a list, whose files are one table";
        test_file: Paths, "the table of the test set, likewise";
        label: Names, "name or number of the column that is to be predicted; or several in a list, each a number or yes and no";
        weights: Text, "name or number of the column that says how much each row counts in the loss of a training";
        columns: inside::<Columns>(), "the columns that are inputs, or what they are; all others are what they look like";
        task: Choice(Task::WORDS), "what the label is; none: there is no label, and all columns are inputs";
        sheet: Text, "the sheet of a spreadsheet; left out: the first one";
        separator: Sign, "what stands between two cells, ' ' for any number of blanks; left out: what fits the first rows, as for those below";
        decimal: Sign, "what stands before the fraction of a number";
        thousands: Sign, "what groups the digits of a large number";
        quote: Sign, "what stands around a cell that holds separators";
        comment: Sign, "what begins a line that is a comment";
        encoding: Choice(Encoding::WORDS), "how the file's bytes are letters; left out: what fits the whole file";
        skip_rows: Integer(Range::between(0.0, 1000.0)), "lines, or rows of a sheet, above the names of the columns that are left out: a title";
        header: Switch, "whether the first line names the columns";
        missing: Choice(Missing::WORDS), "how a missing number is treated";
        missing_words: Texts, "words that say in a column of numbers or dates that the value is missing, beside n/a and the like";
        flag_missing: Switch, "whether another input tells that a number is missing, for each column that lacks some";
        skip_broken: Switch, "rows that cannot be read are left out and counted";
    }
}

impl FileSource for Csv {
    fn title(&self) -> &'static str {
        "Your table"
    }

    fn paths(&self) -> Vec<&str> {
        let sets = std::iter::once(&self.file).chain(&self.test_file);
        sets.flat_map(Paths::as_slice).map(String::as_str).collect()
    }

    fn paths_mut(&mut self) -> Vec<&mut String> {
        std::iter::once(&mut self.file).chain(&mut self.test_file).flat_map(Paths::as_mut_slice).collect()
    }

    fn trained_paths(&self) -> usize {
        self.file.as_slice().len()
    }
}
