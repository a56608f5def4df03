//! SpatialDropout1D, SpatialDropout2D and GaussianNoise: what only training does.

use super::Layer;
use super::site::{Build, Site};
use crate::nn::buffer::Buffer;
use crate::nn::device::Error;
use crate::nn::graph::{Pass, Var};
use crate::nn::ops::Backend;
use crate::preset::layers;

/// Sets a share `rate` of the channels of each sample to zero in training, at all of its places alike.
pub struct SpatialDropout {
    places: usize,
    channels: usize,
    rate: f32,
}

impl Build for layers::SpatialDropout2D {
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let [height, width, channels] = site.image()?;
        Ok(Box::new(SpatialDropout { places: height * width, channels, rate: self.rate }))
    }
}

impl Build for layers::SpatialDropout1D {
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let [places, channels] = site.steps()?;
        Ok(Box::new(SpatialDropout { places, channels, rate: self.rate }))
    }
}

impl<D: Backend> Layer<D> for SpatialDropout {
    /// Dropout of ones, one for each channel, says which are kept; they are repeated for every place.
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        if !pass.training || self.rate <= 0.0 {
            return Ok(input);
        }
        let ones: Buffer = std::iter::repeat_n(1.0, input.rows * self.channels).collect();
        let ones = Var::new(&pass.device, ones, input.rows, self.channels, false)?;
        let kept = D::dropout(pass, &ones, self.rate)?;
        let everywhere = D::up_sample2d(pass, &kept, [1, 1, self.channels], [self.places, 1])?;
        D::multiply(pass, &input, &everywhere)
    }

    fn set_dropout(&mut self, rates: &mut dyn Iterator<Item = f32>) {
        self.rate = rates.next().unwrap_or(self.rate);
    }
}

/// Adds normal random numbers in training.
pub struct GaussianNoise {
    stddev: f32,
}

impl Build for layers::GaussianNoise {
    fn build<D: Backend>(&self, _: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        Ok(Box::new(GaussianNoise { stddev: self.stddev }))
    }
}

impl<D: Backend> Layer<D> for GaussianNoise {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        if !pass.training || self.stddev <= 0.0 {
            return Ok(input);
        }
        let seed = pass.next_seed();
        let noise = D::normal_noise(&pass.device, input.rows, input.columns, seed)?;
        let noise = D::scale(pass, &noise, self.stddev)?;
        D::add(pass, &input, &noise)
    }
}

#[cfg(test)]
mod tests {
    use dfdx::tensor::Cpu;

    use super::*;
    use crate::nn::model::Model;
    use crate::preset::{self, Loss};

    /// What a layer makes of these inputs in training, and outside it.
    fn both(layer: &str, shape: &[usize], inputs: &[f32], rows: usize) -> [Vec<f32>; 2] {
        let device = Cpu::default();
        let layers: Vec<preset::Layer> = ron::from_str(&format!("[{layer}]")).unwrap();
        let mut model = Model::build(&device, &layers, shape, Loss::MeanSquaredError, 1).unwrap();
        let input = Var::new(&device, inputs.to_vec().into(), rows, inputs.len() / rows, false).unwrap();
        let trained = model.forward(&mut Pass::training(&device, 5), input.clone()).unwrap();
        let asked = model.forward(&mut Pass::inference(&device), input).unwrap();
        [trained, asked].map(|y| y.to_vec().unwrap())
    }

    #[test]
    fn a_channel_is_dropped_as_a_whole_and_the_mean_stays() {
        for (layer, shape) in
            [("SpatialDropout2D(rate: 0.25)", &[3, 2, 50][..]), ("SpatialDropout1D(rate: 0.25)", &[6, 50])]
        {
            let inputs: Vec<f32> = (1..=40 * 300).map(|i: u16| f32::from(i)).collect();
            let [trained, asked] = both(layer, shape, &inputs, 40);
            assert_eq!(asked, inputs, "{layer}: only training drops");
            let mut dropped = 0;
            for (sample, y) in inputs.chunks(300).zip(trained.chunks(300)) {
                for channel in 0..50 {
                    let is_zero = y[channel] == 0.0;
                    dropped += u32::from(is_zero);
                    for place in (channel..300).step_by(50) {
                        let expected = if is_zero { 0.0 } else { sample[place] / 0.75 };
                        assert!(
                            (y[place] - expected).abs() <= 1e-6 * expected,
                            "{layer}: {} {expected}",
                            y[place]
                        );
                    }
                }
            }
            // 2,000 channels, a quarter of them within five standard deviations.
            assert!(
                (dropped as f32 - 500.0).abs() < 5.0 * (2000.0_f32 * 0.25 * 0.75).sqrt(),
                "{layer}: {dropped}"
            );
        }
    }

    #[test]
    fn noise_has_its_deviation_and_is_added_in_training_only() {
        let inputs = vec![3.0; 20_000];
        let [trained, asked] = both("GaussianNoise(stddev: 0.5)", &[100], &inputs, 200);
        assert_eq!(asked, inputs);
        let mean = trained.iter().map(|x| f64::from(*x)).sum::<f64>() / 20_000.0;
        let variance = trained.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / 20_000.0;
        assert!((mean - 3.0).abs() < 0.02 && (variance.sqrt() - 0.5).abs() < 0.02, "{mean} {variance}");
    }
}
