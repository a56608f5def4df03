//! What a language model is asked for.

/// Tokens that are written when nobody says how many.
const WRITTEN: usize = 400;

/// How a text is to be continued.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Writing {
    /// How bold: below 1 likely tokens come more often than the network says, above 1 less often. None: the preset's.
    pub temperature: Option<f64>,
    /// Tokens to write.
    pub length: usize,
    /// Another one, another text.
    pub seed: u64,
}

impl Default for Writing {
    fn default() -> Self {
        Writing { temperature: None, length: WRITTEN, seed: 0 }
    }
}
