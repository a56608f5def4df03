//! GroupNormalization: normalises the channels of a sample in groups, each by its own mean and variance.

use super::Layer;
use super::site::{Build, Site};
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::ops::Backend;
use crate::preset::layers;

/// Group normalization: `gamma` and `beta`, each `[channels]`.
pub struct GroupNormalization<D: Backend> {
    gamma: Param<D>,
    beta: Param<D>,
    groups: usize,
    epsilon: f32,
}

impl Build for layers::GroupNormalization {
    /// Gamma starts at one, beta at zero.
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let channels = site.width();
        let groups = self.groups_of(channels).map_err(|error| Error::Weights(error.to_string()))?;
        let (gamma, beta) = (site.filled("gamma", channels, 1.0)?, site.filled("beta", channels, 0.0)?);
        Ok(Box::new(GroupNormalization { gamma, beta, groups, epsilon: self.epsilon }))
    }
}

impl<D: Backend> Layer<D> for GroupNormalization<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::group_norm(pass, &input, &self.gamma, &self.beta, self.groups, self.epsilon)
    }

    fn visit<'a>(&'a self, path: &str, visit: &mut dyn FnMut(String, &'a Param<D>)) {
        for param in [&self.gamma, &self.beta] {
            visit(format!("{path}{}", param.name), param);
        }
    }

    fn visit_mut<'a>(&'a mut self, path: &str, visit: &mut dyn FnMut(String, &'a mut Param<D>)) {
        for param in [&mut self.gamma, &mut self.beta] {
            visit(format!("{path}{}", param.name), param);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::nn::differences::Case;
    use crate::preset::{Layer, output_shape};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn gradients_equal_central_differences(
            rows in 1..4_usize, pixels in 1..6_usize, width in 1..5_usize, groups in 1..5_usize, seed in 0..100_u64,
        ) {
            let layer = format!("GroupNormalization(groups: {groups}, epsilon: 0.1)");
            let channels = width * groups;
            Case::new(&format!("[{layer}, Dense(units: 2)]"), &[pixels, 2, channels], rows, seed).check()?;
            Case::new(&format!("[Dense(units: {channels}), {layer}]"), &[3], rows, seed).check()?;
        }
    }

    #[test]
    fn it_gives_the_same_bits_on_any_number_of_threads() {
        Case::check_threads(|| Case::new("[GroupNormalization(groups: 4)]", &[17, 19, 12], 21, 2));
    }

    #[test]
    fn groups_that_do_not_divide_the_channels_are_refused_with_what_would() {
        for groups in [0, 5, 12] {
            let layer: Layer = ron::from_str(&format!("GroupNormalization(groups: {groups})")).unwrap();
            let error = output_shape(&layer, &[3, 3, 6]).unwrap_err();
            assert_eq!(error.path.to_string(), "groups");
            assert!(error.help.contains("a divisor of 6"), "{error}");
        }
        let beyond: Layer = ron::from_str("GroupNormalization(groups: -2)").unwrap();
        assert_eq!(output_shape(&beyond, &[6]).unwrap_err().problem, "groups is -2");
    }
}
