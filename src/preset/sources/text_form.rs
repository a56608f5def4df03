//! How texts become the numbers of tokens.

use super::{FileTable, Holds, LabelledText, Source};
use crate::preset::variants::variants;

variants! {
    /// What the tokens of a text are.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum TextTokens {
        /// Its characters.
        #[default]
        Characters = "characters",
        /// Its words in lower case, and its punctuation marks.
        Words = "words",
    }
}

/// How a text becomes the numbers of tokens, as its source says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextForm {
    /// What its tokens are.
    pub tokens: TextTokens,
    /// How many tokens of a text, its last ones, are read.
    pub length: usize,
    /// The most words that are known.
    pub vocabulary: usize,
}

impl TextForm {
    /// The most words that are known where a preset does not say.
    pub const VOCABULARY: usize = 20_000;

    /// The first words of the name of its tokens: `words`, `characters`.
    pub fn unit(&self) -> &'static str {
        self.tokens.name()
    }
}

impl LabelledText {
    /// How its texts are read.
    pub fn form(&self) -> TextForm {
        TextForm { tokens: self.tokens, length: self.length, vocabulary: self.vocabulary }
    }
}

impl FileTable {
    /// How its texts are read, where it holds some.
    pub fn form(&self) -> TextForm {
        TextForm { tokens: self.tokens, length: self.length, vocabulary: self.vocabulary }
    }
}

/// For serde: the words that are known where a preset does not say.
pub(super) fn vocabulary() -> usize {
    TextForm::VOCABULARY
}

impl Source {
    /// How its texts are read; `None` where samples are no texts, each with its class.
    pub fn text_form(&self) -> Option<TextForm> {
        match *self {
            Source::Sentiment => Some(TextForm {
                tokens: TextTokens::Words,
                length: Source::SENTIMENT_WORDS,
                vocabulary: TextForm::VOCABULARY,
            }),
            Source::LabelledText(ref texts) => Some(texts.form()),
            Source::FileTable(ref table) => {
                matches!(table.holds, Holds::Texts | Holds::TextFiles).then(|| table.form())
            }
            _ => None,
        }
    }
}
