//! A text to learn.

use serde::{Deserialize, Serialize};

use super::file_source::FileSource;
use crate::fields;

/// A text to learn character by character, in windows that follow each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextFile {
    /// The text.
    pub file: String,
    /// Characters in a window.
    #[serde(default = "steps")]
    pub steps: usize,
}

fn steps() -> usize {
    100
}

fields! {
    TextFile {
        file: Text, "the text";
        steps: Integer(Range::between(1.0, 10_000.0)), "characters in a window; 100 is usual";
    }
}

impl FileSource for TextFile {
    fn title(&self) -> &'static str {
        "Your text"
    }

    fn paths(&self) -> Vec<&str> {
        vec![&self.file]
    }

    fn paths_mut(&mut self) -> Vec<&mut String> {
        vec![&mut self.file]
    }

    fn usual_test_share(&self) -> f64 {
        0.1
    }

    fn is_kept_in_memory(&self) -> bool {
        true
    }
}
