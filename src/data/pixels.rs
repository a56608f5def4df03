//! Numbers for a network that learned from pixels: bytes, or shares of full brightness.

use super::beyond;
use super::dataset::Scale;
use crate::preset::{DataConfig, Preparation, Source, written};

/// The pixels that a network learned from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pixels {
    /// The number of a white pixel in the files.
    in_files: f64,
    /// What the network gets for it.
    in_network: f64,
}

/// The number of the brightest pixel in a set's files.
pub fn brightest(source: &Source) -> f64 {
    if *source == Source::Digits8x8 { 16.0 } else { 255.0 }
}

impl Pixels {
    /// The pixels of a network; `None` where it learned from something else.
    pub fn of(config: &DataConfig, learned: &Preparation) -> Option<Self> {
        let in_files = brightest(&config.source);
        let in_network = if config.normalize { 1.0 } else { in_files };
        let are_pixels = learned.are_pixels || matches!(config.source, Source::Mnist | Source::Digits8x8);
        are_pixels.then_some(Pixels { in_files, in_network })
    }

    /// How bytes of images are scaled, whose white is 255.
    pub fn scale_of_bytes(self) -> Scale {
        Scale::of(0.0, 255.0 / self.in_network)
    }

    /// How numbers are scaled that go from `least` to `greatest`: as in the files, or as shares of full brightness where
    /// none is above 1.
    ///
    /// # Errors
    /// When they are neither; what is wrong.
    pub fn scale_of_numbers(self, (least, greatest): (f64, f64)) -> Result<Scale, String> {
        let white = self.in_files;
        match least >= 0.0 && greatest <= white || least > greatest {
            true if greatest <= 1.0 => Ok(Scale::of(0.0, 1.0 / self.in_network)),
            true => Ok(Scale::of(0.0, white / self.in_network)),
            false => Err(format!(
                "its numbers go from {} to {}, and this network learned from pixels, which go from 0 to \
                 {white}, or from 0 to 1",
                written(least),
                written(greatest)
            )),
        }
    }
}

/// What a network is asked about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AskedInputs {
    /// Bytes of images.
    Bytes,
    /// Numbers in the unit of those that it learned from, such as the columns of a table, which have ranges of their own.
    AsLearned,
    /// Other numbers, from the least to the greatest.
    Numbers(f64, f64),
}

/// How the inputs that a network is asked about are scaled as it learned them.
///
/// # Errors
/// When they are of another range than those that it learned from; what is wrong.
pub fn scales_of_inputs(
    config: &DataConfig,
    learned: &Preparation,
    asked: AskedInputs,
) -> Result<Vec<Scale>, String> {
    let scales = learned.scales(config);
    match (Pixels::of(config, learned), asked) {
        (Some(pixels), AskedInputs::Bytes) => Ok(vec![pixels.scale_of_bytes()]),
        (Some(pixels), AskedInputs::Numbers(least, greatest)) => {
            pixels.scale_of_numbers((least, greatest)).map(|scale| vec![scale])
        }
        (None, AskedInputs::Bytes) => match learned.input_range {
            Some((least, greatest)) if least >= 0.0 && greatest <= 1.0 => Ok(bytes_as_shares(&scales)),
            Some((_, greatest)) if greatest > 255.0 => Err(format!(
                "its pixels are bytes, 0 to 255, and this network learned from numbers up to {}: bring them to that range",
                written(greatest)
            )),
            // A run of before: what is scaled around 0 was pixels.
            None if learned.input_scales.iter().all(|scale| scale.mean == 0.0) => {
                Ok(vec![Scale::of(0.0, 255.0)])
            }
            Some(_) | None => Ok(scales),
        },
        (None, AskedInputs::Numbers(least, greatest)) => {
            let checked = beyond::check_range(learned.input_range, (least, greatest));
            checked.map(|()| scales).map_err(|problem| problem.to_string())
        }
        (_, AskedInputs::AsLearned) => Ok(scales),
    }
}

/// How bytes of images are scaled for a network that learned from shares of full brightness, which it scaled so.
fn bytes_as_shares(scales: &[Scale]) -> Vec<Scale> {
    let scale =
        |scale: &Scale| Scale { mean: 255.0 * scale.mean, deviation: 255.0 * scale.deviation, ..*scale };
    if scales.is_empty() { vec![Scale::of(0.0, 255.0)] } else { scales.iter().map(scale).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_recognised_by_where_they_end() {
        let mnist = Pixels { in_files: 255.0, in_network: 1.0 };
        assert_eq!(mnist.scale_of_numbers((0.0, 254.0)).unwrap().apply(127.5), 0.5);
        assert_eq!(mnist.scale_of_numbers((0.0, 0.996)).unwrap().apply(0.5), 0.5);
        assert!(mnist.scale_of_numbers((-1.0, 1.0)).unwrap_err().contains("from -1 to 1"));
        let raw = Pixels { in_files: 255.0, in_network: 255.0 };
        assert_eq!(raw.scale_of_numbers((0.0, 1.0)).unwrap().apply(0.5), 127.5);
        assert_eq!(raw.scale_of_bytes().apply(200.0), 200.0);
        assert_eq!(bytes_as_shares(&[Scale::of(0.5, 0.25)])[0].apply(255.0), 2.0);
    }
}
