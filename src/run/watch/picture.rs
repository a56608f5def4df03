//! Pictures of an event file.

use std::io::Cursor;

use png::{ColorType, Decoder, Limits, Transformations};

/// A decoded picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Red, green, blue of each pixel, from 0 to 1, row by row.
    pub pixels: Vec<f32>,
}

/// No larger pictures are decoded: 16 megapixels.
const MOST_PIXELS: u64 = 16 << 20;

/// Decodes a PNG and shrinks it to at most `room` columns and rows by averaging. Transparent parts are seen against
/// black.
///
/// # Errors
/// A few words that say what is wrong.
pub fn decode(bytes: &[u8], room: (usize, usize)) -> Result<Picture, String> {
    if !bytes.starts_with(b"\x89PNG") {
        return Err("not a PNG, which is the only kind that is shown".into());
    }
    let limits = Limits { bytes: 64 << 20 };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
    let (width, height) = reader.info().size();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(format!("{width} x {height} pixels are too many"));
    }
    let size = reader.output_buffer_size().ok_or("too large")?;
    let mut data = vec![0; size];
    let frame = reader.next_frame(&mut data).map_err(|error| error.to_string())?;
    let (channels, is_grey) = match frame.color_type {
        ColorType::Grayscale => (1, true),
        ColorType::GrayscaleAlpha => (2, true),
        ColorType::Rgb => (3, false),
        ColorType::Rgba => (4, false),
        ColorType::Indexed => return Err("a palette without colours".into()),
    };
    let line = frame.line_size;
    let pixel = |x: usize, y: usize| -> [f32; 3] {
        let at = &data[y * line + x * channels..][..channels];
        let level = |byte: u8| f32::from(byte) / 255.0;
        let opaque = if channels % 2 == 0 { level(at[channels - 1]) } else { 1.0 };
        let rgb = if is_grey { [at[0]; 3] } else { [at[0], at[1], at[2]] };
        rgb.map(|byte| level(byte) * opaque)
    };
    Ok(shrink((width as usize, height as usize), room, pixel))
}

/// The whole picture at no more than `room`, its proportions kept.
fn shrink(size: (usize, usize), room: (usize, usize), pixel: impl Fn(usize, usize) -> [f32; 3]) -> Picture {
    let factor = (room.0.max(1) as f64 / size.0 as f64).min(room.1.max(1) as f64 / size.1 as f64).min(1.0);
    let scaled = |length: usize| ((length as f64 * factor).round() as usize).max(1);
    let (width, height) = (scaled(size.0), scaled(size.1));
    let span =
        |at: usize, of: usize, from: usize| at * from / of..((at + 1) * from / of).max(at * from / of + 1);
    let mut pixels = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let (mut sum, mut count) = ([0.0; 3], 0.0);
            for v in span(y, height, size.1) {
                for u in span(x, width, size.0) {
                    let rgb = pixel(u.min(size.0 - 1), v.min(size.1 - 1));
                    (0..3).for_each(|channel| sum[channel] += rgb[channel]);
                    count += 1.0;
                }
            }
            pixels.extend(sum.map(|level| level / count));
        }
    }
    Picture { width, height, pixels }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encode(width: u32, height: u32, color: ColorType, data: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(color);
        encoder.write_header().unwrap().write_image_data(data).unwrap();
        bytes
    }

    #[test]
    fn grey_colour_and_transparency_are_read() {
        let grey = decode(&encode(2, 1, ColorType::Grayscale, &[0, 255]), (10, 10)).unwrap();
        assert_eq!((grey.width, grey.height, &grey.pixels[..]), (2, 1, &[0.0, 0.0, 0.0, 1.0, 1.0, 1.0][..]));
        let clear = decode(&encode(1, 1, ColorType::Rgba, &[255, 0, 255, 0]), (10, 10)).unwrap();
        assert_eq!(clear.pixels, [0.0; 3]);
    }

    #[test]
    fn large_pictures_are_averaged_down() {
        let data: Vec<u8> = (0..100 * 50).map(|i| if i % 2 == 0 { 255 } else { 0 }).collect();
        let small = decode(&encode(100, 50, ColorType::Grayscale, &data), (10, 10)).unwrap();
        assert_eq!((small.width, small.height), (10, 5));
        assert!(small.pixels.iter().all(|level| (level - 0.5).abs() < 0.01));
    }

    proptest! {
        #[test]
        fn damaged_pictures_are_refused_without_a_panic(at in 8_usize..60, byte: u8, cut in 0_usize..60) {
            let mut bytes = encode(3, 3, ColorType::Rgb, &[7; 27]);
            let at = at.min(bytes.len() - 1);
            bytes[at] = byte;
            bytes.truncate(bytes.len() - cut.min(bytes.len()));
            let _ = decode(&bytes, (4, 4));
        }
    }
}
