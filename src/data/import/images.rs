//! A folder with a folder of PNG or JPEG images for each class.

use std::path::{Path, PathBuf};

use image::imageops::FilterType;
use image::{DynamicImage, ImageReader, Limits};
use rayon::prelude::*;

use super::folders::{self, Classed};
use super::rows::{Bytes, Kind, Number, Rows, Stored};
use crate::data::Error;
use crate::preset::Colour;

/// The largest picture that is decoded, in pixels a side; a file may claim any size.
const LARGEST_SIDE: u32 = 20_000;
/// The most memory that decoding one may take.
const MOST_MEMORY: u64 = 512 << 20;

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

/// An image as it is.
///
/// # Errors
/// When it does not decode, or is too large to be believed.
pub fn open(file: &Path) -> Result<DynamicImage, Error> {
    let broken = |problem: String| Error::Broken { origin: file.to_string_lossy().into_owned(), problem };
    let reader = ImageReader::open(file)
        .and_then(ImageReader::with_guessed_format)
        .map_err(|error| broken(error.to_string()))?;
    let mut reader = reader;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LARGEST_SIDE);
    limits.max_image_height = Some(LARGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    reader.decode().map_err(|error| broken(format!("it does not decode: {error}")))
}

/// An image in the network's form, `[height, width, channels]`, 0 to 255.
///
/// # Errors
/// When it does not decode.
pub fn decode(file: &Path, form: Form) -> Result<Vec<u8>, Error> {
    let image = open(file)?;
    let (width, height) = (form.width as u32, form.height as u32);
    Ok(match form.colour {
        Colour::Rgb => image.resize_exact(width, height, FilterType::Triangle).into_rgb8().into_raw(),
        Colour::Grey => {
            image.grayscale().resize_exact(width, height, FilterType::Triangle).into_luma8().into_raw()
        }
    })
}

/// The images as rows: decoded at once where they fit into `in_memory` bytes, else each time they are needed.
///
/// # Errors
/// The first that does not decode, where all are decoded.
pub fn rows(files: Vec<PathBuf>, form: Form, in_memory: u64, origin: &str) -> Result<Box<dyn Rows>, Error> {
    if (files.len() as u64).saturating_mul(form.size() as u64) > in_memory {
        return Ok(Box::new(OnDisk { files, form }));
    }
    let decoded: Vec<Vec<u8>> = files.par_iter().map(|file| decode(file, form)).collect::<Result<_, _>>()?;
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
}

impl Rows for OnDisk {
    fn count(&self) -> usize {
        self.files.len()
    }

    fn width(&self) -> usize {
        self.form.size()
    }

    fn read(&self, row: usize, out: &mut [f32]) -> Result<(), Error> {
        let pixels = decode(&self.files[row], self.form)?;
        out.iter_mut().zip(pixels).for_each(|(x, byte)| *x = f32::from(byte));
        Ok(())
    }

    fn is_costly(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
        for in_memory in [1000, 10] {
            let rows = rows(files.clone(), FORM, in_memory, "x").unwrap();
            assert_eq!(rows.is_costly(), in_memory == 10);
            let mut row = [0.0; 12];
            rows.read(2, &mut row).unwrap();
            assert_eq!(row[..3], [250.0, 0.0, 0.0]);
        }
        let grey = decode(&files[0], Form { colour: Colour::Grey, ..FORM }).unwrap();
        assert_eq!(grey, [2; 4]);
    }

    #[test]
    fn what_does_not_decode_is_named() {
        let folder = folder();
        let bad = folder.path().join("dark/c.png");
        std::fs::write(&bad, b"no image at all").unwrap();
        let files = list(folder.path()).unwrap().files;
        let shown = rows(files, FORM, 1000, "x").map(|_| ()).unwrap_err().to_string();
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
        let shown = decode(file.path(), FORM).unwrap_err().to_string();
        assert!(shown.contains("does not decode"), "{shown}");
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
            let _ = decode(file.path(), FORM);
        }
    }
}
