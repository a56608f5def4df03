//! Layers as a preset names them: Keras's names, options and defaults, images channels last.
//!
//! A kind of layer is one file: its options, their table of fields, and what a preset must know of it
//! ([`SimpleLayer`]). Kinds that are made of others are in [`composite`]. To add a kind: its file, its `mod` line and its
//! line in [`layer_kinds`](crate::preset::layers::layer_kinds); the compiler then asks for the engine's and the export's
//! side of it.

mod activation;
mod average_pooling2d;
mod batch_normalization;
mod check;
mod column_embedding;
pub mod composite;
mod conv1d;
mod conv2d;
mod conv2d_transpose;
mod cropping2d;
mod dense;
mod depthwise_conv2d;
mod dropout;
mod embedding;
mod flatten;
mod gaussian_noise;
mod global_average_pooling1d;
mod global_average_pooling2d;
mod global_max_pooling1d;
mod global_max_pooling2d;
mod group_normalization;
mod gru;
mod input;
mod input_columns;
mod kind;
mod layer_normalization;
mod leaky_relu;
mod lstm;
mod max_pooling1d;
mod max_pooling2d;
mod merge;
mod multi_head_attention;
pub mod options;
#[cfg(test)]
mod parameter_tests;
mod position_embedding;
mod prelu;
mod recurrent;
mod repeat_vector;
mod reshape;
mod rms_normalization;
mod separable_conv2d;
#[cfg(test)]
mod shape_tests;
mod simple_rnn;
mod spatial_dropout1d;
mod spatial_dropout2d;
#[cfg(test)]
mod text_tests;
mod up_sampling2d;
mod weights;
mod windows;
mod zero_padding2d;

use super::field::{Field, Fields, other_values};
use super::path::Path;
use super::shapes::{LARGEST, ShapeError, show, size};
use super::variants::variants;
use check::check;
pub use column_embedding::EmbeddedColumn;
pub use composite::{CompositeLayer, Parts, Placed, leaves, of_row, placed};
pub use input_columns::RowColumn;
pub use kind::{Family, LayerKind, SimpleLayer};
pub use merge::Merge;
pub use recurrent::{Cell, RecurrentOptions};
pub use weights::Parameters;

/// Calls a macro with the list of all kinds, `simple { … } composite { … }`, each as `file::Type = "name in a preset"`, with what it
/// is in one line.
macro_rules! layer_kinds {
    ($with:ident) => {
        $with! {
            simple {
                /// Every input to every output, each with a weight of its own.
                dense::Dense = "Dense",
                /// A convolution over images: learned filters that slide over height and width.
                conv2d::Conv2D = "Conv2D",
                /// A convolution over images, every channel on its own.
                depthwise_conv2d::DepthwiseConv2D = "DepthwiseConv2D",
                /// The transpose of a convolution: makes images larger.
                conv2d_transpose::Conv2DTranspose = "Conv2DTranspose",
                /// A convolution over the steps of a sequence.
                conv1d::Conv1D = "Conv1D",
                /// The largest number of each window of an image.
                max_pooling2d::MaxPooling2D = "MaxPooling2D",
                /// The mean of each window of an image.
                average_pooling2d::AveragePooling2D = "AveragePooling2D",
                /// The largest number of each window of steps.
                max_pooling1d::MaxPooling1D = "MaxPooling1D",
                /// The largest number of each channel of an image.
                global_max_pooling2d::GlobalMaxPooling2D = "GlobalMaxPooling2D",
                /// The largest number of each feature over the steps.
                global_max_pooling1d::GlobalMaxPooling1D = "GlobalMaxPooling1D",
                /// The mean of each channel of an image.
                global_average_pooling2d::GlobalAveragePooling2D = "GlobalAveragePooling2D",
                /// The mean of each feature over the steps.
                global_average_pooling1d::GlobalAveragePooling1D = "GlobalAveragePooling1D",
                /// All numbers of a sample in one axis.
                flatten::Flatten = "Flatten",
                /// The same numbers in another shape.
                reshape::Reshape = "Reshape",
                /// Larger images by repeating pixels.
                up_sampling2d::UpSampling2D = "UpSampling2D",
                /// Zeros around images.
                zero_padding2d::ZeroPadding2D = "ZeroPadding2D",
                /// Images without their margins.
                cropping2d::Cropping2D = "Cropping2D",
                /// The same vector at every step of a sequence.
                repeat_vector::RepeatVector = "RepeatVector",
                /// Each feature by its mean and variance over the batch.
                batch_normalization::BatchNormalization = "BatchNormalization",
                /// Each vector along the last axis by its own mean and variance.
                layer_normalization::LayerNormalization = "LayerNormalization",
                /// Each vector along the last axis by its own size.
                rms_normalization::RMSNormalization = "RMSNormalization",
                /// The channels of a sample in groups, each by its own mean and variance.
                group_normalization::GroupNormalization = "GroupNormalization",
                /// Zeroes inputs at random in training.
                dropout::Dropout = "Dropout",
                /// Zeroes whole channels of images at random in training.
                spatial_dropout2d::SpatialDropout2D = "SpatialDropout2D",
                /// Zeroes whole features of sequences at random in training.
                spatial_dropout1d::SpatialDropout1D = "SpatialDropout1D",
                /// Adds random numbers in training.
                gaussian_noise::GaussianNoise = "GaussianNoise",
                /// A fixed slope where the input is negative.
                leaky_relu::LeakyReLU = "LeakyReLU",
                /// A learned slope where the input is negative.
                prelu::PReLU = "PReLU",
                /// A function on its own.
                activation::Activation = "Activation",
                /// A learned vector for each token.
                embedding::Embedding = "Embedding",
                /// Learned vectors for the words of a table's columns; put there by the data.
                column_embedding::ColumnEmbedding = "ColumnEmbedding",
                /// Some columns of a table, by their names: for the first layer of a network or of a branch.
                input_columns::Input = "Input",
                /// A learned vector for each step, added to it.
                position_embedding::PositionEmbedding = "PositionEmbedding",
                /// A recurrent layer without gates.
                simple_rnn::SimpleRNN = "SimpleRNN",
                /// Long short-term memory: a recurrent layer with a cell and three gates.
                lstm::LSTM = "LSTM",
                /// The gated recurrent unit: two gates, fewer weights than LSTM.
                gru::GRU = "GRU",
                /// Every step takes a mean of all steps' values, weighted by how well keys fit its query.
                multi_head_attention::MultiHeadAttention = "MultiHeadAttention",
            }
            composite {
                /// A depthwise convolution, and one of 1x1 that mixes the channels.
                separable_conv2d::SeparableConv2D = "SeparableConv2D",
                /// A recurrent layer in both directions, the outputs side by side.
                composite::Bidirectional = "Bidirectional",
                /// Attention and a perceptron of two layers, each normalised and added to its input.
                composite::TransformerEncoder = "TransformerEncoder",
                /// Layers whose output is added to their input.
                composite::Residual = "Residual",
                /// Several lists of layers over the same input, whose outputs are added, concatenated or multiplied.
                composite::Branches = "Branches",
            }
        }
    };
}
pub(crate) use layer_kinds;

macro_rules! layer_enum {
    (
        simple { $(#[doc = $help:literal] $file:ident::$simple:ident = $name:literal,)* }
        composite { $(#[doc = $about:literal] $place:ident::$composite:ident = $title:literal,)* }
    ) => {
        $(pub use $file::$simple;)*
        $(pub use $place::$composite;)*

        // A layer's numbers are checked with its shape.
        other_values!($($simple,)* $($composite,)*);

        variants! {
            /// One layer of a network.
            #[derive(Clone, Debug, PartialEq)]
            pub enum Layer {
                $(#[doc = $help] $simple($simple) = $name,)*
                $(#[doc = $about] $composite($composite) = $title,)*
            }
        }

        $(impl From<$simple> for Layer {
            fn from(layer: $simple) -> Self {
                Layer::$simple(layer)
            }
        })*
        $(impl From<$composite> for Layer {
            fn from(layer: $composite) -> Self {
                Layer::$composite(layer)
            }
        })*

        impl Layer {
            /// The table of its kind's fields.
            pub fn fields(&self) -> &'static [Field] {
                match self {
                    $(Layer::$simple(_) => $simple::FIELDS,)*
                    $(Layer::$composite(_) => $composite::FIELDS,)*
                }
            }

            fn check(&self) -> Result<(), ShapeError> {
                match self {
                    $(Layer::$simple(layer) => check(layer),)*
                    $(Layer::$composite(layer) => check(layer),)*
                }
            }

            fn role(&self) -> Role<'_> {
                match self {
                    $(Layer::$simple(layer) => Role::Simple(layer),)*
                    $(Layer::$composite(layer) => Role::Composite(layer),)*
                }
            }

            fn as_simple_mut(&mut self) -> Option<&mut dyn SimpleLayer> {
                match self {
                    $(Layer::$simple(layer) => Some(layer),)*
                    $(Layer::$composite(_) => None,)*
                }
            }
        }
    };
}
layer_kinds!(layer_enum);

/// How a layer is computed.
enum Role<'a> {
    /// The engine computes it itself.
    Simple(&'a dyn SimpleLayer),
    /// The engine computes the layers that it is made of.
    Composite(&'a dyn CompositeLayer),
}

impl Layer {
    fn as_kind(&self) -> &dyn LayerKind {
        match self.role() {
            Role::Simple(layer) => layer,
            Role::Composite(layer) => layer,
        }
    }

    fn as_simple(&self) -> Option<&dyn SimpleLayer> {
        match self.role() {
            Role::Simple(layer) => Some(layer),
            Role::Composite(_) => None,
        }
    }

    /// The kind's name, as a preset and Keras write it: `Conv2D`.
    pub fn kind(&self) -> &'static str {
        self.name()
    }

    /// The family of its kind.
    pub fn family(&self) -> Family {
        self.as_kind().family()
    }

    /// What it is made of, on an input of shape `input`; `None` where the engine computes it itself.
    pub fn parts(&self, input: &[usize]) -> Option<Parts> {
        match self.role() {
            Role::Simple(_) => None,
            Role::Composite(layer) => Some(layer.parts(input)),
        }
    }

    /// The layers that a preset writes within it, in the order in which they are built.
    pub fn inner(&self) -> Vec<&Layer> {
        match self {
            Layer::Bidirectional(Bidirectional(layer)) => vec![layer],
            Layer::Residual(Residual { layers }) => layers.iter().collect(),
            Layer::Branches(Branches { branches, .. }) => branches.iter().flatten().collect(),
            // No other kind is written with layers inside.
            _ => Vec::new(),
        }
    }

    /// The activation that its output went through last, if it is one that can be named.
    pub fn activation(&self) -> Option<options::Activation> {
        match self.role() {
            Role::Simple(layer) => layer.activation(),
            Role::Composite(layer) => layer.activation(),
        }
    }

    /// Takes out the activation that it ends with, for a loss that applies it itself. `None` where the layer cannot
    /// leave it out.
    pub fn take_activation(&mut self) -> Option<options::Activation> {
        self.as_simple_mut()?.take_activation()
    }

    /// Its options as a layer that reads a sequence step by step in one direction, if it is one.
    pub fn recurrent(&self) -> Option<RecurrentOptions> {
        self.as_simple()?.recurrent()
    }

    /// Numbers that it keeps for a sample beside its output, given the shapes of both. Of a composite layer: what its
    /// parts keep, and their outputs with the gradients of those.
    pub fn scratch(&self, input: &[usize], output: &[usize]) -> u64 {
        let parts = match self.role() {
            Role::Simple(layer) => return layer.scratch(input, output),
            Role::Composite(layer) => layer.parts(input),
        };
        // The last output of a chain is the composite layer's own output, and so are the outputs of the two directions.
        let own = match &parts {
            Parts::InTurn(_) => 1,
            Parts::Added(_) | Parts::Merged { .. } => 0,
            Parts::BothWays(_) => 2,
        };
        // Three or more are joined one after the other; all but the last result stand beside the output.
        let between = match &parts {
            Parts::Merged { merge: Merge::Add | Merge::Multiply, branches } => {
                branches.len().saturating_sub(2)
            }
            Parts::Merged { merge: Merge::Average, branches } => branches.len().saturating_sub(1),
            Parts::Merged { merge: Merge::Concatenate | Merge::Dot, .. }
            | Parts::InTurn(_)
            | Parts::Added(_)
            | Parts::BothWays(_) => 0,
        };
        let between = (between as u64).saturating_mul(2 * size(output) as u64);
        let places = parts.placed(input).unwrap_or_default();
        let outputs = places.iter().take(places.len().saturating_sub(own));
        let outputs = outputs.map(|place| 2 * size(&place.output) as u64);
        let kept = places.iter().map(|place| place.layer.scratch(&place.input, &place.output));
        outputs.chain(kept).fold(between, u64::saturating_add)
    }

    /// The number of its parameters; the caller refuses a number above [`LARGEST`].
    fn count(&self, input: &[usize]) -> Result<Parameters, ShapeError> {
        let parts = match self.role() {
            Role::Simple(layer) => return Ok(layer.parameters(input)),
            Role::Composite(layer) => layer.parts(input),
        };
        let mut sum = Parameters::default();
        for place in parts.placed(input)? {
            sum += place.layer.count(&place.input)?;
        }
        Ok(sum)
    }
}

/// The output's shape of `layer` on an input of shape `input`.
///
/// # Errors
/// When an option of the layer is out of its range, or the input does not fit it.
pub fn output_shape(layer: &Layer, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
    layer.check()?;
    let output = layer.as_kind().output_shape(input)?;
    let numbers = output.iter().try_fold(1u64, |product, &size| product.checked_mul(size as u64));
    match numbers {
        Some(count) if count <= LARGEST => Ok(output),
        _ => Err(ShapeError::whole(
            format!("an output of {} has more than 4 billion numbers a sample", show(&output)),
            "use fewer units or filters, or pool first",
        )),
    }
}

/// The parameters of `layer` on an input of shape `input`, by Keras's rules.
///
/// # Errors
/// As [`output_shape`], and when there are more than [`LARGEST`].
pub fn parameters(layer: &Layer, input: &[usize]) -> Result<Parameters, ShapeError> {
    layer_outcome(layer, input).map(|(_, parameters)| parameters)
}

/// The output's shape of `layer` on an input of shape `input`, and its parameters.
///
/// # Errors
/// As [`parameters`].
pub fn layer_outcome(layer: &Layer, input: &[usize]) -> Result<(Vec<usize>, Parameters), ShapeError> {
    let output = output_shape(layer, input)?;
    let counted = layer.count(input)?;
    if counted.total() > LARGEST {
        return Err(ShapeError {
            path: Path::top(),
            problem: format!("{} has more than 4 billion parameters", layer.kind()),
            help: "use fewer units, filters or inputs".into(),
        });
    }
    Ok((output, counted))
}
