//! Texts with their classes.

use serde::{Deserialize, Serialize};

use super::file_source::FileSource;
use crate::fields;

/// One text per line, after its class and a tab, read character by character.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelledText {
    /// The texts.
    pub file: String,
    /// The last characters of a text that the network reads.
    #[serde(default = "length")]
    pub length: usize,
}

fn length() -> usize {
    64
}

fields! {
    LabelledText {
        file: Text, "file with one text per line, after its class and a tab";
        length: Integer(Range::between(1.0, 10_000.0)), "the last characters of a text that the network reads";
    }
}

impl FileSource for LabelledText {
    fn title(&self) -> &'static str {
        "Your labelled texts"
    }

    fn paths(&self) -> Vec<&str> {
        vec![&self.file]
    }

    fn paths_mut(&mut self) -> Vec<&mut String> {
        vec![&mut self.file]
    }

    fn is_kept_in_memory(&self) -> bool {
        true
    }
}
