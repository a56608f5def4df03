//! LeakyReLU and PReLU: a slope where the input is negative.

use super::Layer;
use super::site::{Build, Site};
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::ops::Backend;
use crate::preset::layers;

/// x if x > 0, else a fixed slope times x.
pub struct LeakyReLU<D: Backend> {
    slope: Param<D>,
}

impl Build for layers::LeakyReLU {
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let slope = Param { trainable: false, ..site.filled("negative_slope", 1, self.negative_slope)? };
        Ok(Box::new(LeakyReLU { slope }))
    }
}

impl<D: Backend> Layer<D> for LeakyReLU<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::slope(pass, &input, &self.slope)
    }
}

/// x if x > 0, else alpha x, with an `alpha` of the input's shape; shared axes have the length 1.
pub struct PReLU<D: Backend> {
    alpha: Param<D>,
}

impl Build for layers::PReLU {
    /// Alpha starts at zero, as in Keras.
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let shape = self.alpha(site.input).map_err(|error| Error::Weights(error.to_string()))?;
        let alpha = Param::new(site.device, "alpha", &shape, vec![0.0; shape.iter().product()])?;
        let penalties = self.alpha_regularizer;
        Ok(Box::new(PReLU { alpha: Param { l1: penalties.l1, l2: penalties.l2, ..alpha } }))
    }
}

impl<D: Backend> Layer<D> for PReLU<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::slope(pass, &input, &self.alpha)
    }

    fn visit<'a>(&'a self, path: &str, visit: &mut dyn FnMut(String, &'a Param<D>)) {
        visit(format!("{path}{}", self.alpha.name), &self.alpha);
    }

    fn visit_mut<'a>(&'a mut self, path: &str, visit: &mut dyn FnMut(String, &'a mut Param<D>)) {
        visit(format!("{path}{}", self.alpha.name), &mut self.alpha);
    }
}
