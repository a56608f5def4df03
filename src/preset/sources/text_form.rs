//! How texts become the numbers of tokens.

use crate::preset::counted::counted;
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

    /// What its tokens are called: `words`, `characters`.
    pub fn unit(&self) -> &'static str {
        self.tokens.name()
    }

    /// What is said where so many of `all` texts have more tokens than are read; `None` of none.
    pub fn cut_in_words(&self, longer: usize, all: usize) -> Option<String> {
        let (length, unit) = (self.length, self.unit());
        let have = if longer == 1 { "has" } else { "have" };
        (longer > 0).then(|| {
            format!(
                "{} of {all} {have} more than {length} {unit}: only the last {length} are read; `length` says how many",
                counted(longer, "text")
            )
        })
    }
}

/// For serde: the words that are known where a preset does not say.
pub(super) fn vocabulary() -> usize {
    TextForm::VOCABULARY
}
