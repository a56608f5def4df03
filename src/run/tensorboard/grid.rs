//! Images of one size side by side, as one picture.

/// Images of one size, and how they are laid out.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Height, width and channels (1 or 3) of one.
    pub shape: [usize; 3],
    /// All of them, one after the other, channels last.
    pub pixels: Vec<f32>,
    /// The numbers that are drawn darkest and brightest. Around zero (`-a, a`): blue below zero, red above, as the
    /// dashboard draws signs.
    pub range: (f32, f32),
    /// How many stand side by side; 0: about as many as there are rows.
    pub columns: usize,
}

/// A picture of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// 1 grey, 3 colours.
    pub channels: u8,
    /// Row by row.
    pub bytes: Vec<u8>,
}

/// Between images.
const GAP: usize = 1;
/// The largest picture, in bytes; of more images the first are drawn.
const LARGEST: usize = 4 << 20;

impl Grid {
    /// The picture; none where there is nothing to draw.
    pub fn pixels(&self) -> Option<Pixels> {
        let [height, width, channels] = self.shape;
        let size = height * width * channels;
        if size == 0 || !matches!(channels, 1 | 3) || size > LARGEST {
            return None;
        }
        let count = (self.pixels.len() / size).min(LARGEST / (3 * size)).max(1).min(self.pixels.len() / size);
        if count == 0 {
            return None;
        }
        let columns = match self.columns {
            0 => (count as f64).sqrt().ceil() as usize,
            columns => columns.min(count),
        };
        let rows = count.div_ceil(columns);
        let is_signed = self.range.0 < 0.0 && self.range.0 == -self.range.1 && channels == 1;
        let drawn = if is_signed { 3 } else { channels };
        let (wide, high) = (columns * (width + GAP) - GAP, rows * (height + GAP) - GAP);
        let mut bytes = vec![0; wide * high * drawn];
        for (number, image) in self.pixels.chunks_exact(size).take(count).enumerate() {
            let (left, top) = (number % columns * (width + GAP), number / columns * (height + GAP));
            for (place, pixel) in image.chunks_exact(channels).enumerate() {
                let at = ((top + place / width) * wide + left + place % width) * drawn;
                if is_signed {
                    bytes[at..at + 3].copy_from_slice(&by_sign(pixel[0], self.range.1));
                } else {
                    bytes[at..at + drawn].iter_mut().zip(pixel).for_each(|(to, x)| *to = self.level(*x));
                }
            }
        }
        let (width, height) = (u32::try_from(wide).ok()?, u32::try_from(high).ok()?);
        Some(Pixels { width, height, channels: drawn as u8, bytes })
    }

    fn level(&self, x: f32) -> u8 {
        let (dark, bright) = self.range;
        // Where all is the same there is nothing to see.
        let share = if bright > dark { (x - dark) / (bright - dark) } else { 0.0 };
        (share.clamp(0.0, 1.0) * 255.0).round() as u8
    }
}

/// White at zero; the farther from it, the redder or the bluer.
fn by_sign(x: f32, largest: f32) -> [u8; 3] {
    let share = (x.abs() / largest).clamp(0.0, 1.0);
    let pale = ((1.0 - share) * 255.0).round() as u8;
    if x < 0.0 { [pale, pale, 255] } else { [255, pale, pale] }
}

impl Pixels {
    /// It as a PNG file.
    ///
    /// # Errors
    /// A few words, should it not be a picture.
    pub fn png(&self) -> Result<Vec<u8>, String> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_color(if self.channels == 1 { png::ColorType::Grayscale } else { png::ColorType::Rgb });
        let mut writer = encoder.write_header().map_err(|error| error.to_string())?;
        writer.write_image_data(&self.bytes).map_err(|error| error.to_string())?;
        writer.finish().map_err(|error| error.to_string())?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::watch::picture;

    #[test]
    fn images_stand_side_by_side_with_a_gap_between() {
        let grid = Grid {
            shape: [1, 2, 1],
            pixels: vec![0.0, 1.0, 0.5, 2.0, 1.0, -3.0],
            range: (0.0, 1.0),
            columns: 2,
        };
        let pixels = grid.pixels().unwrap();
        assert_eq!((pixels.width, pixels.height, pixels.channels), (5, 3, 1));
        assert_eq!(pixels.bytes, [0, 255, 0, 128, 255, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0]);
        let read = picture::decode(&pixels.png().unwrap(), (10, 10)).unwrap();
        assert_eq!((read.width, read.height, read.pixels[3]), (5, 3, 1.0));
    }

    #[test]
    fn weights_around_zero_have_the_colours_of_their_signs() {
        let grid = Grid { shape: [1, 3, 1], pixels: vec![-2.0, 0.0, 2.0], range: (-2.0, 2.0), columns: 0 };
        let pixels = grid.pixels().unwrap();
        assert_eq!((pixels.channels, pixels.bytes), (3, vec![0, 0, 255, 255, 255, 255, 255, 0, 0]));
    }

    #[test]
    fn what_is_no_picture_is_not_drawn() {
        let grid = |shape, pixels| Grid { shape, pixels, range: (0.0, 1.0), columns: 0 };
        assert_eq!(grid([2, 2, 1], vec![0.0; 3]).pixels(), None);
        assert_eq!(grid([2, 2, 2], vec![0.0; 8]).pixels(), None);
        assert_eq!(grid([0, 2, 1], vec![0.0; 8]).pixels(), None);
        let many = grid([100, 100, 3], vec![f32::NAN; 30_000 * 300]).pixels().unwrap();
        assert!(many.bytes.len() < 5 << 20);
    }
}
