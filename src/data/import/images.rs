//! A folder with a folder of PNG or JPEG images for each class.

use std::path::{Path, PathBuf};

use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};
use rayon::prelude::*;

use super::budget::Share;
use super::folders::{self, Classed};
use super::limits::Limits;
use super::rows::{Bytes, Kind, Number, Rows, Stored};
use crate::data::Error;
use crate::preset::Colour;
use crate::preset::summary::in_bytes;
use crate::system::files;

/// The largest picture that is decoded, in pixels a side; a file may claim any size.
const LARGEST_SIDE: u32 = 20_000;

/// What the network is to get of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// Pixels from top to bottom.
    pub height: usize,
    /// Pixels from left to right.
    pub width: usize,
    /// Its colours.
    pub colour: Colour,
}

impl Form {
    /// Numbers of an image.
    pub fn size(self) -> usize {
        self.height * self.width * self.colour.channels()
    }
}

/// The images of a folder of class folders.
///
/// # Errors
/// When there are none.
pub fn list(folder: &Path) -> Result<Classed, Error> {
    folders::list(folder, &["png", "jpg", "jpeg"])
}

/// An image that is decoded, with its share of what all threads may take together.
pub struct Decoded {
    /// The image.
    pub image: DynamicImage,
    share: Share<'static>,
}

/// An image as it is; it is to be brought to `[height, width]` next, which needs room as well.
///
/// # Errors
/// When it does not decode, or takes more memory than all threads together may.
pub fn open(file: &Path, height: usize, width: usize, limits: &Limits) -> Result<Decoded, Error> {
    let broken = |problem: String| Error::Broken { origin: file.to_string_lossy().into_owned(), problem };
    let damaged = |error: image::ImageError| broken(format!("it does not decode: {error}"));
    let too_large = |what: String, bytes: u64| {
        let (bytes, most) = (in_bytes(bytes), in_bytes(limits.decoding.most()));
        broken(format!("{what} {bytes} of memory to decode, and at most {most} are taken"))
    };
    let (opened, size) = files::open_sized(file).map_err(|error| broken(error.to_string()))?;
    let mut reader = ImageReader::new(std::io::BufReader::new(opened))
        .with_guessed_format()
        .map_err(|error| broken(error.to_string()))?;
    // A JPEG's decoder holds the whole file, and of a progressive one the frequencies beside the pixels.
    let is_jpeg = reader.format() == Some(ImageFormat::Jpeg);
    if is_jpeg && size > limits.decoding.most() / 8 {
        let most = in_bytes(limits.decoding.most() / 8);
        return Err(broken(format!("a JPEG file of {}, and at most {most} are read", in_bytes(size))));
    }
    let mut own = image::Limits::default();
    (own.max_image_width, own.max_image_height) = (Some(LARGEST_SIDE), Some(LARGEST_SIDE));
    own.max_alloc = Some(limits.decoding.most());
    reader.limits(own);
    let decoder = reader.into_decoder().map_err(damaged)?;
    let (across, down) = decoder.dimensions();
    let pixels = decoder.total_bytes();
    let decoding = if is_jpeg { pixels.saturating_mul(3).saturating_add(size) } else { pixels };
    // In grey beside its colours; or, with rows of the new height in single precision, before it gets its new width.
    let colour = decoder.color_type();
    let channels = 1 + u64::from(colour.has_alpha());
    let grey = match colour.has_color() {
        true => pixels / u64::from(colour.channel_count()) * channels,
        false => 0,
    };
    let scaling = grey.max(16 * u64::from(across) * height as u64 + 16 * (height * width) as u64);
    let bytes = decoding.max(pixels.saturating_add(scaling));
    let share = limits
        .decoding
        .take(bytes)
        .ok_or_else(|| too_large(format!("{across} x {down} pixels take"), bytes))?;
    let image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    Ok(Decoded { image, share })
}

/// An image in the network's form, `[height, width, channels]`, 0 to 255.
///
/// # Errors
/// When it does not decode, or takes more memory than all threads together may.
pub fn decode(file: &Path, form: Form, limits: &Limits) -> Result<Vec<u8>, Error> {
    let Decoded { image, share } = open(file, form.height, form.width, limits)?;
    let (width, height) = (form.width as u32, form.height as u32);
    let scaled = match form.colour {
        Colour::Rgb => image.resize_exact(width, height, FilterType::Triangle).into_rgb8().into_raw(),
        Colour::Grey => {
            let grey = match image.color().has_color() {
                true => {
                    let grey = image.grayscale();
                    drop(image);
                    grey
                }
                false => image,
            };
            grey.resize_exact(width, height, FilterType::Triangle).into_luma8().into_raw()
        }
    };
    drop(share);
    Ok(scaled)
}

/// The images as rows: decoded at once where they fit into `limits.in_memory` bytes, else each time they are needed.
///
/// # Errors
/// The first that does not decode, where all are decoded.
pub fn rows(files: Vec<PathBuf>, form: Form, limits: &Limits, origin: &str) -> Result<Box<dyn Rows>, Error> {
    if (files.len() as u64).saturating_mul(form.size() as u64) > limits.in_memory {
        return Ok(Box::new(OnDisk { files, form, limits: *limits, origin: origin.into() }));
    }
    let decoded: Vec<Vec<u8>> =
        files.par_iter().map(|file| decode(file, form, limits)).collect::<Result<_, _>>()?;
    Ok(Box::new(Stored {
        bytes: Bytes::Memory(decoded.concat()),
        first: 0,
        number: Number { kind: Kind::U8, is_big_endian: false },
        width: form.size(),
        count: files.len(),
        origin: origin.into(),
    }))
}

struct OnDisk {
    files: Vec<PathBuf>,
    form: Form,
    limits: Limits,
    origin: String,
}

impl Rows for OnDisk {
    fn origin(&self) -> &str {
        &self.origin
    }

    fn count(&self) -> usize {
        self.files.len()
    }

    fn width(&self) -> usize {
        self.form.size()
    }

    fn read(&self, row: usize, out: &mut [f64]) -> Result<(), Error> {
        let pixels = decode(&self.files[row], self.form, &self.limits)?;
        out.iter_mut().zip(pixels).for_each(|(x, byte)| *x = f64::from(byte));
        Ok(())
    }

    fn is_costly(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use super::*;
    use proptest::prelude::*;

    fn in_memory(in_memory: u64) -> Limits {
        Limits { in_memory, ..Limits::of_machine() }
    }

    const FORM: Form = Form { height: 2, width: 2, colour: Colour::Rgb };

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (class, red) in [("dark", 10), ("light", 250)] {
            std::fs::create_dir(folder.path().join(class)).unwrap();
            for name in ["a.png", "b.jpg"] {
                let image = image::RgbImage::from_pixel(8, 6, image::Rgb([red, 0, 0]));
                image.save(folder.path().join(class).join(name)).unwrap();
            }
        }
        folder
    }

    #[test]
    fn images_are_resized_and_the_same_from_memory_and_from_disk() {
        let folder = folder();
        let Classed { files, of, names } = list(folder.path()).unwrap();
        assert_eq!(
            (&of[..], &names[..]),
            (&[0, 0, 1, 1][..], &["dark".to_string(), "light".to_string()][..])
        );
        for most in [1000, 10] {
            let rows = rows(files.clone(), FORM, &in_memory(most), "x").unwrap();
            assert_eq!(rows.is_costly(), most == 10);
            let mut row = [0.0; 12];
            rows.read(2, &mut row).unwrap();
            assert_eq!(row[..3], [250.0, 0.0, 0.0]);
        }
        let grey = decode(&files[0], Form { colour: Colour::Grey, ..FORM }, &in_memory(1000)).unwrap();
        assert_eq!(grey, [2; 4]);
    }

    #[test]
    fn what_does_not_decode_is_named() {
        let folder = folder();
        let bad = folder.path().join("dark/c.png");
        std::fs::write(&bad, b"no image at all").unwrap();
        let files = list(folder.path()).unwrap().files;
        let shown = rows(files, FORM, &in_memory(1000), "x").map(|_| ()).unwrap_err().to_string();
        assert!(shown.contains("c.png: it does not decode"), "{shown}");
    }

    #[test]
    fn an_image_that_claims_to_be_huge_is_refused() {
        let file = tempfile::Builder::new().suffix(".png").tempfile().unwrap();
        let image = image::GrayImage::new(8, 6);
        image.save(file.path()).unwrap();
        let mut bytes = std::fs::read(file.path()).unwrap();
        // Width and height stand behind the signature and the header chunk's name; then its checksum.
        bytes[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
        let sum = flate2::Crc::new();
        let mut sum = sum;
        sum.update(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&sum.sum().to_be_bytes());
        std::fs::write(file.path(), &bytes).unwrap();
        let shown = decode(file.path(), FORM, &in_memory(1000)).unwrap_err().to_string();
        assert!(shown.contains("does not decode"), "{shown}");
    }

    #[test]
    fn an_image_beyond_the_budget_is_refused_and_others_wait_for_their_share() {
        static BUDGET: Budget = Budget::new(100_000);
        let limits = Limits { decoding: &BUDGET, ..in_memory(1000) };
        let folder = folder();
        let large = folder.path().join("large.png");
        image::RgbImage::new(300, 200).save(&large).unwrap();
        let refused = decode(&large, FORM, &limits).unwrap_err().to_string();
        assert!(refused.contains("300 x 200 pixels take 234.38 KB of memory to decode"), "{refused}");
        // Each takes a third of the budget, on as many threads as there are.
        let files: Vec<PathBuf> = (0..16).map(|number| folder.path().join(format!("{number}.png"))).collect();
        for file in &files {
            image::RgbImage::from_pixel(120, 80, image::Rgb([9, 9, 9])).save(file).unwrap();
        }
        let rows = rows(files, FORM, &limits, "x").unwrap();
        let mut row = [0.0; 12];
        rows.read(15, &mut row).unwrap();
        assert_eq!(row, [9.0; 12]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_damaged_image_is_refused_or_read_without_a_panic(at in 0usize..2000, byte: u8, cut in 1usize..2000, jpeg: bool) {
            let file = tempfile::Builder::new().suffix(if jpeg { ".jpg" } else { ".png" }).tempfile().unwrap();
            image::RgbImage::from_fn(9, 7, |x, y| image::Rgb([x as u8 * 20, y as u8 * 30, 7])).save(file.path()).unwrap();
            let mut bytes = std::fs::read(file.path()).unwrap();
            if let Some(old) = bytes.get_mut(at) {
                *old = byte;
            }
            bytes.truncate(cut);
            std::fs::write(file.path(), &bytes).unwrap();
            let _ = decode(file.path(), FORM, &in_memory(1000));
        }
    }
}
