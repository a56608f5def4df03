//! RMSNormalization: normalises each vector along the last axis by the root of the mean of its squares.

use super::Layer;
use super::site::{Build, Site};
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::kernel::layer_norm::Around;
use crate::nn::ops::Backend;
use crate::preset::layers;

/// Layer normalization around zero: `scale`, `[features]`.
pub struct RMSNormalization<D: Backend> {
    scale: Param<D>,
    /// What the op adds: nothing.
    no_shift: Param<D>,
    epsilon: f32,
}

impl Build for layers::RMSNormalization {
    /// The scale starts at one.
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let features = site.width();
        let no_shift = Param { trainable: false, ..site.filled("no_shift", features, 0.0)? };
        let scale = site.filled("scale", features, 1.0)?;
        Ok(Box::new(RMSNormalization { scale, no_shift, epsilon: self.epsilon }))
    }
}

impl<D: Backend> Layer<D> for RMSNormalization<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::layer_norm(pass, &input, &self.scale, &self.no_shift, self.epsilon, Around::Zero)
    }

    fn visit<'a>(&'a self, path: &str, visit: &mut dyn FnMut(String, &'a Param<D>)) {
        visit(format!("{path}{}", self.scale.name), &self.scale);
    }

    fn visit_mut<'a>(&'a mut self, path: &str, visit: &mut dyn FnMut(String, &'a mut Param<D>)) {
        visit(format!("{path}{}", self.scale.name), &mut self.scale);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::nn::differences::Case;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn gradients_equal_central_differences(
            rows in 1..4_usize, steps in 1..4_usize, width in 1..20_usize, seed in 0..100_u64,
        ) {
            Case::new("[RMSNormalization(epsilon: 0.1), Dense(units: 2)]", &[steps, width], rows, seed).check()?;
        }
    }
}
