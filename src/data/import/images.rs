//! Images: PNG, JPEG, BMP, GIF, WebP, TIFF. What a file holds, not its name, says which; of several pictures in one, the
//! first counts. They come upright, as their EXIF orientation says. How opaque pixels are is left out, and colours become
//! grey by Rec. 601, as Pillow's `convert("RGB")` and `convert("L")` do.

mod frames;
mod shapes;

use std::path::{Path, PathBuf};

use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{ColorType, DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader};
use rayon::prelude::*;

use super::budget::Share;
use super::folders::{self, Classed};
use super::limits::Limits;
use super::no_media;
use super::rows::{Bytes, Kind, Number, Rows, Stored};
use super::webp;
use crate::data::{Error, file_names};
use crate::preset::summary::in_bytes;
use crate::preset::{Colour, FileTable, Holds, ImageFolder, Pair, Source};
use crate::system::files;
pub use shapes::{seen, small};

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

    /// The shape of an image: `[height, width, channels]`.
    pub fn shape(self) -> Vec<usize> {
        vec![self.height, self.width, self.colour.channels()]
    }
}

/// The form in which a source's image files are learned; `None` where it has none.
pub fn form_of(source: &Source) -> Option<Form> {
    match source {
        Source::ImageFolder(ImageFolder { size: Pair(height, width), colour, .. })
        | Source::FileTable(FileTable { holds: Holds::Images, size: Pair(height, width), colour, .. }) => {
            Some(Form { height: *height, width: *width, colour: *colour })
        }
        _ => None,
    }
}

/// Files that are images.
pub const KIND: folders::Kind = folders::Kind {
    many: "images",
    formats: "PNG, JPEG, BMP, GIF, WebP or TIFF",
    endings: file_names::IMAGES,
    is_one: is_image,
};

/// Whether a file's first bytes are those of an image.
pub fn is_image(start: &[u8]) -> bool {
    match image::guess_format(start) {
        // One whose first bytes are damaged is still one.
        _ if start.starts_with(b"\x89PNG") => true,
        // A text may begin with these two letters as well; in an image, four bytes of zeros stand behind the size.
        Ok(ImageFormat::Bmp) => start.get(6..10) == Some(&[0; 4]),
        Ok(format) => format.reading_enabled(),
        Err(_) => false,
    }
}

/// The images of a folder of class folders.
///
/// # Errors
/// When there are none.
pub fn list(folder: &Path) -> Result<Classed, Error> {
    folders::list(folder, &KIND)
}

/// How bright a colour is, by Rec. 601: in whole numbers, as Pillow's `convert("L")` has it.
pub fn luma([red, green, blue]: [u8; 3]) -> u8 {
    ((u32::from(red) * 19_595 + u32::from(green) * 38_470 + u32::from(blue) * 7_471 + 0x8000) >> 16) as u8
}

/// An image that is decoded, with its share of what all threads may take together.
pub struct Decoded {
    /// The image.
    pub image: DynamicImage,
    share: Share<'static>,
}

/// What a decoder says of a damaged image, in one line.
fn damaged(error: &image::ImageError) -> String {
    let said = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    // What comes behind is how the decoder is made.
    let said =
        said.split(" while decoding ").next().and_then(|said| said.split('{').next()).unwrap_or_default();
    if said.contains("CRC") || said.contains("hecksum") {
        return "it does not decode: a checksum in it does not fit what it holds, so that it is damaged"
            .into();
    }
    let lower = said.to_lowercase();
    match ["not enough bytes", "end of file", "truncated", "premature"].iter().any(|end| lower.contains(end))
    {
        true => format!("it does not decode: it ends too soon ({said})"),
        false => format!("it does not decode: {said}"),
    }
}

/// An image file whose header has been read, its format, and its bytes.
///
/// # Errors
/// When it is no image, or larger than any that is read.
fn begun(
    file: &Path,
    limits: &Limits,
) -> Result<(impl ImageDecoder + use<>, Option<ImageFormat>, u64), String> {
    let (opened, size) = files::open_sized(file).map_err(|error| error.to_string())?;
    let mut reader = ImageReader::new(std::io::BufReader::new(opened))
        .with_guessed_format()
        .map_err(|error| error.to_string())?;
    let format = reader.format();
    // These decoders hold the whole file, and that of a progressive JPEG the frequencies beside the pixels.
    let whole = match format {
        Some(ImageFormat::Jpeg) => Some("JPEG"),
        Some(ImageFormat::WebP) => Some("WebP"),
        _ => None,
    };
    if let Some(name) = whole.filter(|_| size > limits.decoding.most() / 8) {
        let most = in_bytes(limits.decoding.most() / 8);
        return Err(format!("a {name} file of {}, and at most {most} are read", in_bytes(size)));
    }
    if format == Some(ImageFormat::WebP) {
        let mut file = reader.into_inner();
        webp::check_chunks(&mut file, size).map_err(|error| format!("it does not decode: {error}"))?;
        reader = ImageReader::with_format(file, ImageFormat::WebP);
    }
    let mut own = image::Limits::default();
    (own.max_image_width, own.max_image_height) = (Some(LARGEST_SIDE), Some(LARGEST_SIDE));
    own.max_alloc = Some(limits.decoding.most());
    reader.limits(own);
    if format.is_none() {
        return Err(format!("it does not decode: {}", no_media::of(file, KIND.formats)));
    }
    Ok((reader.into_decoder().map_err(|error| damaged(&error))?, format, size))
}

/// An image as it is; it is to be brought to `[height, width]` next, which needs room as well.
///
/// # Errors
/// When it does not decode, or takes more memory than all threads together may.
pub fn open(file: &Path, height: usize, width: usize, limits: &Limits) -> Result<Decoded, Error> {
    let broken = |problem: String| Error::Broken { origin: file.to_string_lossy().into_owned(), problem };
    let damaged = |error: image::ImageError| broken(damaged(&error));
    let too_large = |what: String, bytes: u64| {
        let (bytes, most) = (in_bytes(bytes), in_bytes(limits.decoding.most()));
        broken(format!("{what} {bytes} of memory to decode, and at most {most} are taken"))
    };
    let (mut decoder, format, size) = begun(file, limits).map_err(broken)?;
    let orientation = decoder.orientation().map_err(damaged)?;
    let (across, down) = decoder.dimensions();
    let (pixels, colour) = (decoder.total_bytes(), decoder.color_type());
    let decoding = match format {
        Some(ImageFormat::Png | ImageFormat::Bmp) => pixels,
        Some(ImageFormat::Jpeg | ImageFormat::WebP) => pixels.saturating_mul(3).saturating_add(size),
        // A frame of their own.
        Some(_) | None => pixels.saturating_mul(3),
    };
    let bytes =
        decoding.max(pixels.saturating_add(forming((across, down), colour, orientation, height, width)));
    let share = limits
        .decoding
        .take(bytes)
        .ok_or_else(|| too_large(format!("{across} x {down} pixels take"), bytes))?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    image.apply_orientation(orientation);
    Ok(Decoded { image, share })
}

/// Bytes that it takes, beside the image, to set it upright, to make it grey, or to bring it to `[height, width]`: the rows
/// of the new height in single precision, before they get their new width.
fn forming(
    (across, down): (u32, u32),
    colour: ColorType,
    orientation: Orientation,
    height: usize,
    width: usize,
) -> u64 {
    let count = u64::from(across) * u64::from(down);
    let upright = match orientation {
        Orientation::NoTransforms => 0,
        _ => count * u64::from(colour.bytes_per_pixel()),
    };
    let grey = match colour {
        ColorType::Rgb8 => count,
        _ if colour.has_color() => 3 * count,
        _ => 0,
    };
    let longest = u64::from(if upright > 0 { across.max(down) } else { across });
    upright.max(grey).max(16 * longest * height as u64 + 16 * (height * width) as u64)
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
        Colour::Grey => grey(image).resize_exact(width, height, FilterType::Triangle).into_luma8().into_raw(),
    };
    drop(share);
    Ok(scaled)
}

/// The image without its colours.
fn grey(image: DynamicImage) -> DynamicImage {
    if !image.color().has_color() {
        return image;
    }
    let colours = image.into_rgb8();
    let brightness = colours.pixels().map(|pixel| luma(pixel.0)).collect();
    let grey = GrayImage::from_raw(colours.width(), colours.height(), brightness);
    DynamicImage::ImageLuma8(grey.expect("there is a number for each pixel"))
}

/// The images as rows: decoded at once where they fit into `limits.in_memory` bytes, else each time they are needed. With
/// `skip_broken`, those that do not decode are taken out of the list.
///
/// # Errors
/// When some do not decode, where all are decoded and they are not skipped.
pub fn rows(
    images: &mut Classed,
    form: Form,
    skip_broken: bool,
    limits: &Limits,
    origin: &str,
    notices: &mut Vec<String>,
) -> Result<Box<dyn Rows>, Error> {
    let size = (images.files.len() as u64).saturating_mul(form.size() as u64);
    if size > limits.in_memory {
        if skip_broken {
            let look = |file: &PathBuf| decode(file, form, limits).map(drop);
            let seen = images.files.par_iter().map(look).collect();
            images.sorted_out(seen, skip_broken, notices)?;
        }
        notices.extend(shapes::converted(&images.files, form, limits));
        let files = images.files.clone();
        return Ok(Box::new(OnDisk { files, form, limits: *limits, origin: origin.into() }));
    }
    let decoded = images.files.par_iter().map(|file| decode(file, form, limits)).collect();
    let decoded = images.sorted_out(decoded, skip_broken, notices)?;
    notices.extend(shapes::converted(&images.files, form, limits));
    Ok(Box::new(Stored {
        bytes: Bytes::Memory(decoded.concat()),
        first: 0,
        number: Number { kind: Kind::U8, is_big_endian: false },
        width: form.size(),
        count: decoded.len(),
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
        let Classed { files, of, names, .. } = list(folder.path()).unwrap();
        assert_eq!(
            (&of[..], &names[..]),
            (&[0, 0, 1, 1][..], &["dark".to_string(), "light".to_string()][..])
        );
        for most in [1000, 10] {
            let mut listed = list(folder.path()).unwrap();
            let rows = rows(&mut listed, FORM, false, &in_memory(most), "x", &mut Vec::new()).unwrap();
            assert_eq!(rows.is_costly(), most == 10);
            let mut row = [0.0; 12];
            rows.read(2, &mut row).unwrap();
            assert_eq!(row[..3], [250.0, 0.0, 0.0]);
        }
        let grey = decode(&files[2], Form { colour: Colour::Grey, ..FORM }, &in_memory(1000)).unwrap();
        assert_eq!(grey, [75; 4]);
    }

    /// A file's pixels by Pillow: `tests/reference/pillow_images.py`.
    #[derive(serde::Deserialize)]
    struct Expected {
        height: usize,
        width: usize,
        rgb: Vec<u8>,
        grey: Vec<u8>,
        tolerance: u8,
    }

    #[test]
    fn every_kind_of_image_has_the_pixels_that_pillow_reads() {
        let expected: std::collections::BTreeMap<String, Expected> =
            serde_json::from_str(include_str!("../../../tests/reference/pillow_images.json")).unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/images");
        for (name, Expected { height, width, rgb, grey, tolerance }) in expected {
            let path = folder.join(&name);
            assert!(is_image(&std::fs::read(&path).unwrap()[..32]), "{name}");
            for (colour, wanted) in [(Colour::Rgb, rgb), (Colour::Grey, grey)] {
                let seen = decode(&path, Form { height, width, colour }, &Limits::of_machine()).unwrap();
                let furthest = seen.iter().zip(&wanted).map(|(a, b)| a.abs_diff(*b)).max();
                assert!(furthest.is_some_and(|far| far <= tolerance), "{name}, {colour:?}: {furthest:?}");
            }
        }
    }

    #[test]
    fn a_webp_file_whose_chunk_claims_gigabytes_is_refused_before_they_are_taken() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/images/orientation.webp");
        let mut bytes = std::fs::read(path).unwrap();
        let exif = bytes.windows(4).position(|four| four == b"EXIF").unwrap();
        bytes[exif + 4..exif + 8].copy_from_slice(&3_000_000_000_u32.to_le_bytes());
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &bytes).unwrap();
        let refused = decode(file.path(), FORM, &Limits::of_machine()).unwrap_err().to_string();
        assert!(
            refused.contains("its chunk EXIF is said to have 3000000000 bytes, and 26 are left"),
            "{refused}"
        );
    }

    #[test]
    fn a_text_is_no_image() {
        for text in [&b"BMI,age,sex\n23.5,41,m\n"[..], b"GIF", b"RIFF....WAVE", b"II,MM\n", b""] {
            assert!(!is_image(text), "{text:?}");
        }
    }

    #[test]
    fn brightness_is_that_of_rec_601() {
        // By hand: (250 * 19595 + 32768) / 65536 = 75.2; the three weights are 65536 together.
        assert_eq!([luma([250, 0, 0]), luma([0, 255, 0]), luma([0, 0, 255])], [75, 150, 29]);
        assert!((0..=255).all(|level| luma([level; 3]) == level));
    }

    #[test]
    fn what_does_not_decode_is_named() {
        let folder = folder();
        let bad = folder.path().join("dark/c.png");
        std::fs::write(&bad, b"no image at all").unwrap();
        let mut listed = list(folder.path()).unwrap();
        let shown = rows(&mut listed, FORM, false, &in_memory(1000), "x", &mut Vec::new());
        let shown = shown.map(|_| ()).unwrap_err().to_string();
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
        let of = vec![0; files.len()];
        let mut listed = Classed { files, of, names: vec!["a".into()], ..Classed::default() };
        let rows = rows(&mut listed, FORM, false, &limits, "x", &mut Vec::new()).unwrap();
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
