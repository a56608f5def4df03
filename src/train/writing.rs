//! A request for text from a language model.

/// The number of tokens that are written by default.
const WRITTEN: usize = 400;

/// How a text is continued.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Writing {
    /// The sampling temperature: below 1, likely tokens come more often than the network's probabilities say, above 1
    /// less often. `None` for the preset's temperature.
    pub temperature: Option<f64>,
    /// The number of tokens to write.
    pub length: usize,
    /// The seed of the random draws; another seed gives another text.
    pub seed: u64,
}

impl Default for Writing {
    fn default() -> Self {
        Writing { temperature: None, length: WRITTEN, seed: 0 }
    }
}
