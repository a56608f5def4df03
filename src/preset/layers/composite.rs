//! Layers that are made of other layers, and how they expand into their parts. The summary, the estimate of memory, the
//! export and the engine all use this expansion.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::dense::Dense;
use super::dropout::Dropout;
use super::input::sequence;
use super::input_columns::RowColumn;
use super::kind::{Family, LayerKind};
use super::layer_normalization::LayerNormalization;
use super::merge::Merge;
use super::multi_head_attention::MultiHeadAttention;
use super::options::Activation;
use super::separable_conv2d::SeparableConv2D;
use super::weights::features;
use super::{Layer, output_shape};
use crate::fields;
use crate::preset::field::{AsValue, Field, Fields};
use crate::preset::names::{layer_names, snake_case};
use crate::preset::nesting::{Describe, Inside, inside};
use crate::preset::path::Path;
use crate::preset::shapes::{ShapeError, show};

/// A kind of layer that is made of other layers.
pub trait CompositeLayer: LayerKind {
    /// What it is made of, on an input of shape `input`.
    fn parts(&self, input: &[usize]) -> Parts;

    /// The activation that its output went through last, if it is one that can be named.
    fn activation(&self) -> Option<Activation> {
        None
    }
}

/// The parts of a composite layer, and how they are joined.
#[derive(Clone, Debug, PartialEq)]
pub enum Parts {
    /// One after the other.
    InTurn(Vec<Layer>),
    /// One after the other; the output of the last is added to the input of the first.
    Added(Vec<Layer>),
    /// A recurrent layer twice over the same input, the outputs side by side. The second one reads the input from its
    /// end, and its states are put back into the order of the first one's.
    BothWays(Layer),
    /// Several lists of layers over the same input; what they give is merged.
    Merged {
        /// How.
        merge: Merge,
        /// The lists; one without layers gives the input.
        branches: Vec<Vec<Layer>>,
    },
}

/// A layer with its name and its place in a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Its name, as in the paths of its parameters.
    pub name: String,
    /// The layer.
    pub layer: Layer,
    /// Shape of one sample's input.
    pub input: Vec<usize>,
    /// Shape of one sample's output.
    pub output: Vec<usize>,
}

impl Parts {
    /// Each part at its place, for an input of shape `input`; the parts of branches one branch after the other.
    ///
    /// # Errors
    /// When a part does not fit its input.
    pub fn placed(self, input: &[usize]) -> Result<Vec<Placed>, ShapeError> {
        match self {
            Parts::InTurn(layers) | Parts::Added(layers) => placed(&layers, input),
            Parts::BothWays(layer) => {
                let output = output_shape(&layer, input)?;
                let one_way = |name| Placed {
                    name,
                    layer: layer.clone(),
                    input: input.to_vec(),
                    output: output.clone(),
                };
                Ok(both_ways(&layer).map(one_way).into())
            }
            Parts::Merged { branches, .. } => {
                let mut all = Vec::new();
                for (number, branch) in branches.iter().enumerate() {
                    for place in placed(branch, input)? {
                        let name = format!("{}/{}", branch_name(number), place.name);
                        all.push(Placed { name, ..place });
                    }
                }
                Ok(all)
            }
        }
    }
}

/// The names of a recurrent layer that is run in both directions: `forward_lstm`, `backward_lstm`.
pub fn both_ways(layer: &Layer) -> [String; 2] {
    ["forward", "backward"].map(|way| format!("{way}_{}", snake_case(layer.kind())))
}

/// The name of a branch, as in the paths of its parameters: `branch_0`, counted as in a preset's paths.
pub fn branch_name(number: usize) -> String {
    format!("branch_{number}")
}

/// Layers one after the other, each at its place.
///
/// # Errors
/// When a layer does not fit its input.
pub fn placed(layers: &[Layer], input: &[usize]) -> Result<Vec<Placed>, ShapeError> {
    let mut shape = input.to_vec();
    let mut places = Vec::with_capacity(layers.len());
    for (layer, name) in layers.iter().zip(layer_names(layers)) {
        let output = output_shape(layer, &shape)?;
        places.push(Placed { name, layer: layer.clone(), input: shape, output: output.clone() });
        shape = output;
    }
    Ok(places)
}

/// A network's layers, with composite ones replaced by their parts, down to the layers that the engine computes
/// itself. Empty where a layer does not fit its input.
pub fn leaves(layers: &[Layer], input: &[usize]) -> Vec<Layer> {
    let places = placed(layers, input).unwrap_or_default();
    places.into_iter().flat_map(|place| leaves_of(place.layer, &place.input)).collect()
}

fn leaves_of(layer: Layer, input: &[usize]) -> Vec<Layer> {
    let Some(parts) = layer.parts(input) else { return vec![layer] };
    let places = parts.placed(input).unwrap_or_default();
    places.into_iter().flat_map(|place| leaves_of(place.layer, &place.input)).collect()
}

/// The layers of a network over rows of these columns: each [`Input`](super::Input) that stands where a row comes in knows its columns'
/// places.
pub fn of_row(layers: &[Layer], row: &[RowColumn]) -> Vec<Layer> {
    let mut layers = layers.to_vec();
    tell(&mut layers, &row.into());
    layers
}

fn tell(layers: &mut [Layer], row: &Arc<[RowColumn]>) {
    match layers.first_mut() {
        Some(Layer::Input(input)) => input.row = Some(row.clone()),
        Some(Layer::Branches(layer)) => layer.branches.iter_mut().for_each(|branch| tell(branch, row)),
        Some(Layer::Residual(layer)) => tell(&mut layer.layers, row),
        _ => {}
    }
}

/// A recurrent layer run in both directions, the two outputs side by side (Schuster & Paliwal 1997); written
/// `Bidirectional(LSTM(units: 3))`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bidirectional(pub Box<Layer>);

/// The kinds of layers that can be run in both directions.
struct Recurrent;

impl Describe for Recurrent {
    fn inside() -> Inside {
        let Inside::Variants(groups) = Layer::inside() else { return Layer::inside() };
        let kinds = ["LSTM", "GRU", "SimpleRNN"].into_iter();
        Inside::Variants(
            kinds.filter_map(|kind| groups.iter().find(|it| it.variant == Some(kind)).cloned()).collect(),
        )
    }
}

impl Fields for Bidirectional {
    const FIELDS: &'static [Field] = &[Field {
        name: "layer",
        kind: inside::<Recurrent>(),
        help: "the recurrent layer that is run in both directions",
        refusal: None,
    }];
    const IS_NAMELESS: bool = true;

    fn contents(&self) -> Vec<&dyn AsValue> {
        vec![&*self.0]
    }
}

impl LayerKind for Bidirectional {
    fn family(&self) -> Family {
        Family::Recurrent
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let inner = &self.0;
        if inner.recurrent().is_none() {
            return Err(ShapeError {
                path: Path::top().index(0),
                problem: format!("Bidirectional cannot run {} in both directions", inner.kind()),
                help: "put a SimpleRNN, LSTM or GRU in it".into(),
            });
        }
        let mut output = output_shape(inner, input).map_err(|error| error.inside(Path::top().index(0)))?;
        if let Some(features) = output.last_mut() {
            *features = features.saturating_mul(2);
        }
        Ok(output)
    }
}

impl CompositeLayer for Bidirectional {
    fn parts(&self, _: &[usize]) -> Parts {
        Parts::BothWays(Layer::clone(&self.0))
    }
}

/// Attention and a two-layer perceptron with GELU, each normalised (pre-norm) and added to its input: `[steps, n]` to
/// the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the table below says what they are for")]
pub struct TransformerEncoder {
    pub num_heads: usize,
    pub key_dim: usize,
    pub ff_dim: usize,
    #[serde(default)]
    pub dropout: f32,
    #[serde(default)]
    pub causal: bool,
}

fields! {
    TransformerEncoder {
        num_heads: Integer(Range::COUNT), "how many attention heads there are";
        key_dim: Integer(Range::COUNT), "numbers of a query and a key";
        ff_dim: Integer(Range::COUNT), "outputs of the perceptron's first layer";
        dropout: Number(Range::SHARE), "the share of a block's output that is dropped before it is added to the input";
        causal: Switch, "whether a step sees only itself and those before it: for language models";
    }
}

impl LayerKind for TransformerEncoder {
    fn family(&self) -> Family {
        Family::Attention
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        sequence("TransformerEncoder", input).map(|shape| shape.to_vec())
    }
}

impl CompositeLayer for TransformerEncoder {
    /// The two residual blocks of the pre-norm form (Xiong et al. 2020): attention, and two dense layers with GELU
    /// between them, each behind a layer normalization with Keras's epsilon and before a dropout.
    fn parts(&self, input: &[usize]) -> Parts {
        let &TransformerEncoder { num_heads, key_dim, ff_dim, dropout, causal } = self;
        let block = |layers: Vec<Layer>| {
            let normalization = LayerNormalization::default().into();
            let dropout = Dropout { rate: dropout }.into();
            Residual { layers: [vec![normalization], layers, vec![dropout]].concat() }.into()
        };
        let attention = MultiHeadAttention { num_heads, key_dim, causal };
        let (wide, back) =
            (Dense::new(ff_dim, Activation::Gelu), Dense::new(features(input), Activation::Linear));
        Parts::InTurn(vec![block(vec![attention.into()]), block(vec![wide.into(), back.into()])])
    }
}

/// `x + f(x)` (He et al. 2016): the layers must give back the shape they get.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the table below says what it is for")]
pub struct Residual {
    pub layers: Vec<Layer>,
}

fields! {
    Residual {
        layers: inside::<Vec<Layer>>(), "what is added to the input";
    }
}

impl LayerKind for Residual {
    fn family(&self) -> Family {
        Family::Merging
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        if self.layers.is_empty() {
            return Err(ShapeError::at("layers", "Residual has no layers", "give it at least one layer"));
        }
        let mut current = input.to_vec();
        for (position, layer) in self.layers.iter().enumerate() {
            current = output_shape(layer, &current)
                .map_err(|error| error.inside(Path::to("layers").index(position)))?;
        }
        if current != input {
            return Err(ShapeError::at(
                "layers",
                format!("Residual adds {} to its input {}", show(&current), show(input)),
                format!(
                    "its layers must give back {}; use padding: same, strides: 1 and as many filters or units as come in",
                    show(input)
                ),
            ));
        }
        Ok(current)
    }
}

impl CompositeLayer for Residual {
    fn parts(&self, _: &[usize]) -> Parts {
        Parts::Added(self.layers.clone())
    }
}

/// Chains of layers that all read the layer's input; what they give is merged. A branch without layers is the input itself: a skip
/// connection. With `concatenate` this is a block of DenseNet (Huang et al. 2017), a level of U-Net (Ronneberger et al. 2015) or
/// Inception (Szegedy et al. 2015); with `dot`, the two towers of a recommender.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the table below says what they are for")]
pub struct Branches {
    pub merge: Merge,
    pub branches: Vec<Vec<Layer>>,
}

fields! {
    Branches {
        merge: Choice(Merge::WORDS), "how the outputs of the branches become one";
        branches: inside::<Vec<Vec<Layer>>>(), "lists of layers, each over the same input; [] is the input itself";
    }
}

impl LayerKind for Branches {
    fn family(&self) -> Family {
        Family::Merging
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        if self.branches.len() < 2 {
            let count = match self.branches.len() {
                0 => "no branches",
                _ => "a single branch",
            };
            let help = "give it at least two; [] is one that passes its input on";
            return Err(ShapeError::at("branches", format!("Branches has {count}"), help));
        }
        let output = |(number, branch): (usize, &Vec<Layer>)| {
            branch.iter().enumerate().try_fold(input.to_vec(), |shape, (place, layer)| {
                let at = || Path::to("branches").index(number).index(place);
                output_shape(layer, &shape).map_err(|error| error.inside(at()))
            })
        };
        let outputs = self.branches.iter().enumerate().map(output).collect::<Result<Vec<_>, _>>()?;
        self.merge.output(&outputs)
    }
}

impl CompositeLayer for Branches {
    fn parts(&self, _: &[usize]) -> Parts {
        Parts::Merged { merge: self.merge, branches: self.branches.clone() }
    }
}

impl CompositeLayer for SeparableConv2D {
    fn parts(&self, _: &[usize]) -> Parts {
        let (depthwise, pointwise) = self.halves();
        Parts::InTurn(vec![depthwise.into(), pointwise.into()])
    }

    fn activation(&self) -> Option<Activation> {
        Some(self.activation)
    }
}
