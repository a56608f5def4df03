//! From a preset's layer to a built one.

use super::bidirectional::Bidirectional;
use super::chain::Chain;
use super::residual::Residual;
use super::{Error, Layer};
use crate::nn::graph::Param;
use crate::nn::init::{Stream, numbers};
use crate::nn::ops::Backend;
use crate::preset;
use crate::preset::layers::{CompositeLayer, Parts, layer_kinds};
use crate::preset::{Initializer, Pair, Regularizer};

/// Where a layer is built.
pub struct Site<'a, D: Backend> {
    /// The device that it is to run on.
    pub device: &'a D,
    /// Shape of one sample's input, channels last.
    pub input: &'a [usize],
    /// Its random numbers.
    pub stream: Stream,
    /// The layer behind it, where [`fused_with_next`] says that this one does that one's work as well.
    pub fused: Option<&'a preset::Layer>,
}

/// A kind of layer that the engine computes, as the preset says it.
pub trait Build {
    /// The layer with its weights.
    ///
    /// # Errors
    /// When the layer does not fit its input, or the device fails.
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error>;
}

macro_rules! build_each_kind {
    (
        simple { $($file:ident::$simple:ident = $name:literal,)* }
        composite { $($place:ident::$composite:ident = $title:literal,)* }
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

/// Builds the parts of a composite layer, joined as they are to be.
fn join<D: Backend>(parts: Parts, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
    let chain = |layers: &[preset::Layer]| {
        Chain::build(site.device, layers, site.input, |place| site.stream.part(place))
    };
    Ok(match parts {
        Parts::InTurn(layers) => Box::new(chain(&layers)?),
        Parts::Added(layers) => Box::new(Residual::new(chain(&layers)?)),
        Parts::BothWays(layer) => Box::new(Bidirectional::new(&layer, site)?),
    })
}

/// Whether `layer` does the work of the one behind it as well, as one fused op: max-pooling of 2x2 behind a convolution,
/// an activation behind a batch normalization.
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

impl<D: Backend> Site<'_, D> {
    /// The length of the input's last axis.
    pub fn width(&self) -> usize {
        self.input.last().copied().unwrap_or(1)
    }

    /// Height, width and channels of the input.
    ///
    /// # Errors
    /// When it is no image.
    pub fn image(&self) -> Result<[usize; 3], Error> {
        let refused = |_| Error::Weights(format!("{:?} is not the shape of an image", self.input));
        self.input.try_into().map_err(refused)
    }

    /// Steps and features of the input.
    ///
    /// # Errors
    /// When it is no sequence.
    pub fn steps(&self) -> Result<[usize; 2], Error> {
        let refused = |_| Error::Weights(format!("{:?} is not the shape of a sequence", self.input));
        self.input.try_into().map_err(refused)
    }

    /// The input's sequence as an image one pixel wide.
    ///
    /// # Errors
    /// When it is no sequence.
    pub fn sequence(&self) -> Result<[usize; 3], Error> {
        self.steps().map(|[steps, channels]| [steps, 1, channels])
    }

    /// A kernel of this shape, the layer's first parameter.
    ///
    /// # Errors
    /// When the device fails.
    pub fn kernel(
        &self,
        shape: &[usize],
        initializer: Initializer,
        regularizer: Regularizer,
    ) -> Result<Param<D>, Error> {
        let start = numbers(initializer, shape, &mut self.stream.parameter(0));
        let kernel = Param::new(self.device, "kernel", shape, start)?;
        Ok(Param { l1: regularizer.l1, l2: regularizer.l2, ..kernel })
    }

    /// A bias for so many outputs, which starts at zero.
    ///
    /// # Errors
    /// When the device fails.
    pub fn bias(&self, outputs: usize) -> Result<Param<D>, Error> {
        self.filled("bias", outputs, 0.0)
    }

    /// A parameter of so many numbers, all the same.
    ///
    /// # Errors
    /// When the device fails.
    pub fn filled(&self, name: &'static str, count: usize, value: f32) -> Result<Param<D>, Error> {
        Param::new(self.device, name, &[count], vec![value; count])
    }
}
