//! Tables of files.

use serde::{Deserialize, Serialize};

use super::file_source::FileSource;
use super::image_folder::Colour;
use super::label_names::LabelNames;
use super::text_form::{TextForm, TextTokens, vocabulary};
use crate::fields;
use crate::preset::layers::options::Pair;
use crate::preset::variants::variants;

/// A table with a file and its class a row. Paths are relative to the table's folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileTable {
    /// The table; its first line names the columns.
    pub table: String,
    /// The test set, where it is a table of its own.
    #[serde(default)]
    pub test_table: Option<String>,
    /// Name or number (from 1) of the column with the paths, or with the texts; left out: the first one.
    #[serde(default)]
    pub path: Option<String>,
    /// The folder that the paths are in, as seen from the table's folder; left out: that folder, or where a file is not there, one of
    /// the folders below it.
    #[serde(default)]
    pub folder: Option<String>,
    /// Name or number of the column with the classes, or with the values to predict; or several, each a number or yes and no, all of
    /// which are predicted at once. Left out: the last one of the others.
    #[serde(default)]
    pub label: Option<LabelNames>,
    /// What the files are.
    #[serde(default)]
    pub holds: Holds,
    /// Images are resized to this height and width.
    #[serde(default = "size")]
    pub size: Pair,
    /// The colours of images that the network sees.
    #[serde(default)]
    pub colour: Colour,
    /// How many seconds of each sound, from its beginning, the network hears.
    #[serde(default = "seconds")]
    pub seconds: f64,
    /// What the network reads of a text: its characters or its words.
    #[serde(default)]
    pub tokens: TextTokens,
    /// The last characters or words of a text that the network reads.
    #[serde(default = "length")]
    pub length: usize,
    /// The most words that are known: the most frequent ones.
    #[serde(default = "vocabulary")]
    pub vocabulary: usize,
    /// Files that do not decode, and rows that lack their path or class, are left out and counted.
    #[serde(default)]
    pub skip_broken: bool,
}

impl FileTable {
    /// A table whose column `path` names the files, with every other option at its default.
    pub fn of(table: String, path: String) -> Self {
        FileTable {
            table,
            test_table: None,
            path: Some(path),
            folder: None,
            label: None,
            holds: Holds::default(),
            size: size(),
            colour: Colour::default(),
            seconds: seconds(),
            tokens: TextTokens::default(),
            length: length(),
            vocabulary: vocabulary(),
            skip_broken: false,
        }
    }

    /// How its texts are read, where it holds some.
    pub fn form(&self) -> TextForm {
        TextForm { tokens: self.tokens, length: self.length, vocabulary: self.vocabulary }
    }
}

fn size() -> Pair {
    Pair(32, 32)
}

fn seconds() -> f64 {
    0.9
}

fn length() -> usize {
    64
}

variants! {
    /// What the files of a table are.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Holds {
        /// Images.
        #[default]
        Images = "images",
        /// Sounds, learned as log-mel spectrograms.
        Sounds = "sounds",
        /// Texts, a file each.
        TextFiles = "text_files",
        /// No files: the table holds the texts themselves.
        Texts = "texts",
    }
}

fields! {
    FileTable {
        table: Text, "table with a file and its class a row";
        test_table: Text, "the table of the test set";
        path: Text, "name or number of the column with the paths, relative to the table's folder, or with the texts";
        folder: Text, "the folder that the paths are in, as seen from the table's folder; left out: it is looked for";
        label: Names, "name or number of the column with the classes or values; or several in a list, each a number or yes and no";
        holds: Choice(Holds::WORDS), "what the files are; texts: the table holds the texts themselves";
        size: Pair(Range::between(1.0, 4096.0)), "height and width to which images are resized";
        colour: Choice(Colour::WORDS), "the colours of images that the network sees";
        seconds: Number(Range::between(0.1, 60.0)), "seconds of each sound that the network hears";
        tokens: Choice(TextTokens::WORDS), "what the network reads of a text, one after the other";
        length: Integer(Range::between(1.0, 10_000.0)), "the last characters or words of a text that the network reads";
        vocabulary: Integer(Range::between(1.0, 1_000_000.0)), "the most words that are known, the most frequent ones; the others count as one word";
        skip_broken: Switch, "files that do not decode, and rows without a path or class, are left out and counted";
    }
}

impl FileSource for FileTable {
    fn title(&self) -> &'static str {
        "Your table of files"
    }

    fn paths(&self) -> Vec<&str> {
        std::iter::once(&self.table).chain(&self.test_table).map(String::as_str).collect()
    }

    fn paths_mut(&mut self) -> Vec<&mut String> {
        std::iter::once(&mut self.table).chain(&mut self.test_table).collect()
    }

    fn trained_paths(&self) -> usize {
        1
    }

    fn path_is(&self, _place: usize) -> &'static str {
        "table"
    }

    fn is_kept_in_memory(&self) -> bool {
        match self.holds {
            Holds::Images => false,
            Holds::Sounds | Holds::TextFiles | Holds::Texts => true,
        }
    }
}
