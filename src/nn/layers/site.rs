//! What building a layer needs ([`Site`]), and the trait by which each kind of layer is built ([`Build`]).

use super::{Error, Layer};
use crate::nn::graph::Param;
use crate::nn::init::{Stream, numbers};
use crate::nn::ops::Backend;
use crate::preset;
use crate::preset::{Initializer, Regularizer};

/// The context in which a layer is built.
pub struct Site<'a, D: Backend> {
    /// The device that the layer will run on.
    pub device: &'a D,
    /// Shape of one sample's input, channels last.
    pub input: &'a [usize],
    /// Its random numbers.
    pub stream: Stream,
    /// The layer behind this one, where [`fused_with_next`](super::build::fused_with_next) says that the two are fused.
    pub fused: Option<&'a preset::Layer>,
}

/// A kind of layer that the engine can build from its preset options.
pub trait Build {
    /// Builds the layer with its initial weights.
    ///
    /// # Errors
    /// When the layer does not fit its input, or the device fails.
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error>;
}

impl<D: Backend> Site<'_, D> {
    /// The length of the input's last axis.
    pub fn width(&self) -> usize {
        self.input.last().copied().unwrap_or(1)
    }

    /// Height, width and channels of the input.
    ///
    /// # Errors
    /// When the input is not an image.
    pub fn image(&self) -> Result<[usize; 3], Error> {
        let refused = |_| Error::Weights(format!("{:?} is not the shape of an image", self.input));
        self.input.try_into().map_err(refused)
    }

    /// Steps and features of the input.
    ///
    /// # Errors
    /// When the input is not a sequence.
    pub fn steps(&self) -> Result<[usize; 2], Error> {
        let refused = |_| Error::Weights(format!("{:?} is not the shape of a sequence", self.input));
        self.input.try_into().map_err(refused)
    }

    /// The input's sequence as an image one pixel wide.
    ///
    /// # Errors
    /// When the input is not a sequence.
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

    /// A bias for this many outputs, which starts at zero.
    ///
    /// # Errors
    /// When the device fails.
    pub fn bias(&self, outputs: usize) -> Result<Param<D>, Error> {
        self.filled("bias", outputs, 0.0)
    }

    /// A parameter of this many numbers, all the same.
    ///
    /// # Errors
    /// When the device fails.
    pub fn filled(&self, name: &'static str, count: usize, value: f32) -> Result<Param<D>, Error> {
        Param::new(self.device, name, &[count], vec![value; count])
    }
}
