//! Texts with their classes.

use serde::{Deserialize, Serialize};

use super::file_source::FileSource;
use super::text_form::{TextForm, TextTokens, vocabulary};
use crate::fields;

/// One text per line, after its class and a tab, read character by character or word by word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelledText {
    /// The texts.
    pub file: String,
    /// What the network reads of a text: its characters or its words.
    #[serde(default)]
    pub tokens: TextTokens,
    /// The last characters or words of a text that the network reads.
    #[serde(default = "length")]
    pub length: usize,
    /// The most words that are known: the most frequent ones.
    #[serde(default = "vocabulary")]
    pub vocabulary: usize,
}

impl LabelledText {
    /// Texts of this file, with every other option at its default.
    pub fn of(file: String) -> Self {
        LabelledText { file, tokens: TextTokens::default(), length: length(), vocabulary: vocabulary() }
    }

    /// How its texts are read.
    pub fn form(&self) -> TextForm {
        TextForm { tokens: self.tokens, length: self.length, vocabulary: self.vocabulary }
    }
}

fn length() -> usize {
    64
}

fields! {
    LabelledText {
        file: Text, "file with one text per line, after its class and a tab";
        tokens: Choice(TextTokens::WORDS), "what the network reads of a text, one after the other";
        length: Integer(Range::between(1.0, 10_000.0)), "the last characters or words of a text that the network reads";
        vocabulary: Integer(Range::between(1.0, 1_000_000.0)), "the most words that are known, the most frequent ones; the others count as one word";
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
