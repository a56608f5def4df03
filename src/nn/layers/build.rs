//! Builds a preset's layers.

use super::bidirectional::Bidirectional;
use super::branches::Branches;
use super::chain::Chain;
use super::residual::Residual;
use super::site::{Build, Site};
use super::{Error, Layer};
use crate::nn::ops::Backend;
use crate::preset;
use crate::preset::Pair;
use crate::preset::layers::{CompositeLayer, Parts, layer_kinds};

macro_rules! build_each_kind {
    (
        simple { $(#[$help:meta] $file:ident::$simple:ident = $name:literal,)* }
        composite { $(#[$about:meta] $place:ident::$composite:ident = $title:literal,)* }
    ) => {
        /// Builds a layer of any kind.
        ///
        /// # Errors
        /// When the layer does not fit its input, or the device fails.
        pub fn build<D: Backend>(layer: &preset::Layer, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
            match layer {
                $(preset::Layer::$simple(layer) => layer.build(site),)*
                $(preset::Layer::$composite(layer) => join(layer.parts(site.input), site),)*
            }
        }
    };
}
layer_kinds!(build_each_kind);

/// Builds the parts of a composite layer and joins them as `parts` says.
fn join<D: Backend>(parts: Parts, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
    let chain = |layers: &[preset::Layer]| {
        Chain::build(site.device, layers, site.input, |place| site.stream.part(place))
    };
    Ok(match parts {
        Parts::InTurn(layers) => Box::new(chain(&layers)?),
        Parts::Added(layers) => Box::new(Residual::new(chain(&layers)?)),
        Parts::BothWays(layer) => Box::new(Bidirectional::new(&layer, site)?),
        Parts::Merged { merge, branches } => {
            let branch = |(number, layers): (u32, &Vec<preset::Layer>)| {
                let stream = site.stream.part(number);
                let chain = Chain::build(site.device, layers, site.input, |place| stream.part(place))?;
                let width = chain.output_shape().last().copied().unwrap_or(1);
                Ok::<_, Error>((Box::new(chain) as Box<dyn Layer<D>>, width))
            };
            let branches = (0..).zip(&branches).map(branch).collect::<Result<_, _>>()?;
            Box::new(Branches::new(merge, branches))
        }
    })
}

/// Whether `layer` is fused with the one behind it into one op: a convolution with 2x2 max-pooling, a batch
/// normalization with an activation.
pub fn fused_with_next(layer: &preset::Layer, next: &preset::Layer) -> bool {
    match (layer, next) {
        (preset::Layer::Conv2D(_), preset::Layer::MaxPooling2D(pooling)) => {
            let two = Pair(2, 2);
            (pooling.pool_size, pooling.strides()) == (two, two) && pooling.padding == preset::Padding::Valid
        }
        (preset::Layer::BatchNormalization(_), preset::Layer::Activation(_)) => true,
        _ => false,
    }
}
