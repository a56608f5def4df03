//! Images whose channels are stored before their pixels, as PyTorch keeps them.

use super::rows::{Rows, Stored};
use crate::data::Error;

/// Pixels a side from which on an array is likely one of images.
pub const LEAST_SIDE: usize = 8;

/// Whether samples of this shape look like images whose channels come first: `[3, 32, 32]`.
pub fn come_first(shape: &[usize]) -> bool {
    matches!(shape, [1 | 3, height, width] if *height >= LEAST_SIDE && *width >= LEAST_SIDE)
}

/// The shape `[height, width, channels]` of images of the shape `[channels, height, width]`.
pub fn last(shape: &[usize]) -> Option<Vec<usize>> {
    let &[channels, height, width] = shape else { return None };
    Some(vec![height, width, channels])
}

/// Puts the channels of an image behind its pixels. `first` has a plane for each of the `channels`.
pub fn put_last(first: &[f64], channels: usize, out: &mut [f64]) {
    let pixels = first.len() / channels.max(1);
    for (channel, plane) in first.chunks_exact(pixels.max(1)).enumerate() {
        out.iter_mut().skip(channel).step_by(channels).zip(plane).for_each(|(out, x)| *out = *x);
    }
}

/// Images whose channels are put last when they are read.
pub struct ChannelsLast {
    /// The images as they are stored.
    pub images: std::sync::Arc<dyn Rows>,
    /// How many channels each has.
    pub channels: usize,
}

impl Rows for ChannelsLast {
    fn origin(&self) -> &str {
        self.images.origin()
    }

    fn count(&self) -> usize {
        self.images.count()
    }

    fn width(&self) -> usize {
        self.images.width()
    }

    fn read(&self, row: usize, out: &mut [f64]) -> Result<(), Error> {
        let mut stored = vec![0.0; out.len()];
        self.images.read(row, &mut stored)?;
        put_last(&stored, self.channels, out);
        Ok(())
    }

    fn is_costly(&self) -> bool {
        self.images.is_costly()
    }
}

/// Reads an image; `channels` is how many come first, and 0 says that they come last already.
///
/// # Errors
/// As [`Rows::read`].
pub fn read(images: &Stored, row: usize, channels: usize, out: &mut [f64]) -> Result<(), Error> {
    if channels == 0 {
        return images.read(row, out);
    }
    let mut stored = vec![0.0; out.len()];
    images.read(row, &mut stored)?;
    put_last(&stored, channels, out);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_put_behind_the_pixels() {
        // numpy.moveaxis(numpy.arange(12).reshape(3, 2, 2), 0, -1).ravel()
        let first: Vec<f64> = (0..12).map(f64::from).collect();
        let mut out = [0.0; 12];
        put_last(&first, 3, &mut out);
        assert_eq!(out, [0., 4., 8., 1., 5., 9., 2., 6., 10., 3., 7., 11.]);
        assert!(come_first(&[3, 32, 32]) && come_first(&[1, 28, 28]));
        assert!(!come_first(&[32, 32, 3]) && !come_first(&[3, 5, 9]) && !come_first(&[28, 28]));
        assert_eq!(last(&[3, 8, 9]), Some(vec![8, 9, 3]));
    }
}
