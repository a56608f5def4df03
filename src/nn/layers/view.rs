//! What layers show of an inference pass, for a person to inspect.

/// Numbers that a layer returned, or computed inside, for each sample of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerView {
    /// The layer's path: `conv2d`, and for inner layers `transformer_encoder/residual/multi_head_attention`.
    pub layer: String,
    /// What the numbers are.
    pub kind: ViewKind,
    /// Shape of one sample's numbers.
    pub shape: Vec<usize>,
    /// Sample after sample, row-major.
    pub values: Vec<f32>,
}

/// What a [`LayerView`] shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewKind {
    /// The layer's output.
    Output,
    /// A recurrent layer's state after every step it read, `[steps, units]`, in the order in which `return_sequences`
    /// gives them.
    States,
    /// An attention's weights, `[heads, steps, steps]`: row `i` says how much step `i` takes from each step.
    Attention,
}

impl LayerView {
    /// A view of the layer whose parameters' paths begin with `path`.
    pub fn new(path: &str, kind: ViewKind, shape: &[usize], values: Vec<f32>) -> Self {
        LayerView { layer: path.trim_end_matches('/').to_owned(), kind, shape: shape.to_vec(), values }
    }
}
