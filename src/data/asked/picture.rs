//! An image as a network's input, before scaling.

use std::path::Path;

use image::imageops::FilterType;
use image::{DynamicImage, Rgba, RgbaImage};

use crate::data::import::images;
use crate::data::import::limits::Limits;
use crate::data::pixels::brightest;
use crate::data::{Error, Scale};
use crate::preset::{DataConfig, Preparation, Source};

/// The image in the network's shape; `None` where the network takes no images. For a network that learned from image
/// files, the image is stretched as in training. For other networks it keeps its proportions: it is shrunk where it
/// is too large, centred, and set on black, since digits are light on dark.
///
/// # Errors
/// When it does not decode.
pub fn read(
    config: &DataConfig,
    learned: &Preparation,
    file: &Path,
    limits: &Limits,
) -> Result<Option<Vec<f32>>, Error> {
    if let Some(form) = images::form_of(&config.source) {
        let pixels = images::decode(file, form, limits)?;
        return Ok(Some(pixels.into_iter().map(f32::from).collect()));
    }
    let are_pixels = match &config.source {
        Source::Mnist | Source::Digits8x8 => true,
        Source::Idx(_) | Source::Npy(_) | Source::Npz(_) => {
            !config.normalize || learned.input_scales == [Scale::of(0.0, 255.0)]
        }
        _ => false,
    };
    let &[height, width, channels @ (1 | 3)] = &learned.input_shape[..] else { return Ok(None) };
    if !are_pixels {
        return Ok(None);
    }
    let mut decoded = images::open(file, height, width, limits)?;
    let image = &mut decoded.image;
    if image.width() as usize > width || image.height() as usize > height {
        *image = image.resize(width as u32, height as u32, FilterType::Triangle);
    }
    let full = (brightest(&config.source) / 255.0) as f32;
    Ok(Some(in_the_middle(image, (height, width), channels).into_iter().map(|x| x * full).collect()))
}

/// The image, centred: `[height, width, channels]`, 0 to 255. It lies on black, which is seen through its transparent parts.
fn in_the_middle(image: &DynamicImage, (height, width): (usize, usize), channels: usize) -> Vec<f32> {
    let image: RgbaImage = image.to_rgba8();
    let (left, top) = ((width - image.width() as usize) / 2, (height - image.height() as usize) / 2);
    let mut input = vec![0.0; height * width * channels];
    for (x, y, &Rgba([red, green, blue, opaque])) in image.enumerate_pixels() {
        let seen = |level: u8| ((u32::from(level) * u32::from(opaque) + 127) / 255) as u8;
        let rgb = [red, green, blue].map(seen);
        match &mut input[((top + y as usize) * width + left + x as usize) * channels..][..channels] {
            [grey] => *grey = f32::from(images::luma(rgb)),
            pixel => pixel.iter_mut().zip(rgb).for_each(|(to, from)| *to = f32::from(from)),
        }
    }
    input
}
