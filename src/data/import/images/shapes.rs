//! What images are like before they are brought to a network's form, by their headers, and what that does to them.

use std::path::{Path, PathBuf};

use image::ImageDecoder;
use rayon::prelude::*;

use super::frames::Blocks;
use super::{Form, begun};
use crate::data::import::limits::Limits;
use crate::preset::Colour;

/// What the header of an image says.
#[derive(Clone, Copy)]
struct Shape {
    /// Pixels from left to right and from top to bottom, upright.
    size: (u32, u32),
    has_colour: bool,
    has_alpha: bool,
    /// Whether its channels have more than eight bits.
    is_fine: bool,
    /// Whether the file has more pictures than this one.
    are_several: bool,
}

impl Shape {
    fn of(file: &Path, limits: &Limits) -> Option<Shape> {
        let (mut decoder, ..) = begun(file, limits).ok()?;
        let (across, down) = decoder.dimensions();
        let lies = decoder.orientation().is_ok_and(|orientation| orientation.to_exif() >= 5);
        let colour = decoder.color_type();
        let Blocks { are_several, is_gif, is_clear } = Blocks::of(file);
        Some(Shape {
            size: if lies { (down, across) } else { (across, down) },
            has_colour: colour.has_color(),
            has_alpha: if is_gif { is_clear } else { colour.has_alpha() },
            is_fine: colour.bytes_per_pixel() > colour.channel_count(),
            are_several,
        })
    }
}

/// The shapes of the files that are images; the others are told where they are read.
fn of_all(files: &[PathBuf], limits: &Limits) -> Vec<Shape> {
    files.par_iter().filter_map(|file| Shape::of(file, limits)).collect()
}

/// From the smallest to the largest, in pixels.
fn range(shapes: &[Shape]) -> String {
    let area = |shape: &&Shape| u64::from(shape.size.0) * u64::from(shape.size.1);
    let shown = |shape: Option<&Shape>| {
        shape.map_or_else(String::new, |shape| format!("{} x {}", shape.size.0, shape.size.1))
    };
    let (least, most) = (shown(shapes.iter().min_by_key(area)), shown(shapes.iter().max_by_key(area)));
    if least == most { least } else { format!("{least} to {most}") }
}

/// Images whose transparency is left out, in a sentence.
fn opaque(shapes: &[Shape]) -> Option<String> {
    let count = shapes.iter().filter(|shape| shape.has_alpha).count();
    (count > 0).then(|| format!("images with an alpha channel, which is left out: {count}"))
}

/// Files of which the first picture counts, in a sentence.
fn first_of_several(shapes: &[Shape]) -> Option<String> {
    let count = shapes.iter().filter(|shape| shape.are_several).count();
    (count > 0).then(|| {
        format!("files with several pictures, as animations have, of which the first is taken: {count}")
    })
}

/// Images whose colours become coarser, in a sentence.
fn coarser(shapes: &[Shape]) -> Option<String> {
    let count = shapes.iter().filter(|shape| shape.is_fine).count();
    (count > 0).then(|| format!("images of more than 8 bits a channel, which become 0 to 255: {count}"))
}

/// What is seen of images that no form is chosen for yet, a sentence each.
pub fn seen(files: &[PathBuf], limits: &Limits) -> Vec<String> {
    let shapes = of_all(files, limits);
    if shapes.is_empty() {
        return Vec::new();
    }
    let colour = shapes.iter().filter(|shape| shape.has_colour).count();
    let size = format!(
        "images of {} pixels (width x height), {colour} of {} in colour; `size` says to what each is stretched, `colour` whether \
         they become grey",
        range(&shapes),
        shapes.len()
    );
    [Some(size), opaque(&shapes), coarser(&shapes), first_of_several(&shapes)].into_iter().flatten().collect()
}

/// The height and width that hold all images, where neither is above `most`: none of them has to become smaller or larger than that.
pub fn small(files: &[PathBuf], most: usize, limits: &Limits) -> Option<(usize, usize)> {
    let shapes = of_all(files, limits);
    let side = |of: fn(&Shape) -> u32| shapes.iter().map(of).max().map(|side| side as usize);
    let sides = (side(|shape| shape.size.1)?, side(|shape| shape.size.0)?);
    (sides.0.max(sides.1) <= most).then_some(sides)
}

/// What is done to images that are brought to this form, a sentence each: those that get another size, lose their colours or their
/// transparency.
pub(super) fn converted(files: &[PathBuf], form: Form, limits: &Limits) -> Vec<String> {
    let shapes = of_all(files, limits);
    let (width, height) = (form.width as u32, form.height as u32);
    let resized: Vec<Shape> = shapes.iter().filter(|shape| shape.size != (width, height)).copied().collect();
    let keeps_sides = |shape: &Shape| {
        u64::from(shape.size.0) * u64::from(height) == u64::from(shape.size.1) * u64::from(width)
    };
    let stretched = resized.iter().filter(|shape| !keeps_sides(shape)).count();
    let mut lines = Vec::new();
    if !resized.is_empty() {
        let stretched = match stretched {
            0 => String::new(),
            count => format!("; {count} of them are stretched, since their sides have another ratio"),
        };
        lines.push(format!(
            "images resized to {width} x {height} (width x height): {} of {}, from {}{stretched}",
            resized.len(),
            shapes.len(),
            range(&resized)
        ));
    }
    let greyed = shapes.iter().filter(|shape| shape.has_colour).count();
    if form.colour == Colour::Grey && greyed > 0 {
        lines.push(format!("images in colour that become grey: {greyed}"));
    }
    lines.extend(opaque(&shapes));
    lines.extend(coarser(&shapes));
    lines.extend(first_of_several(&shapes));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_to_images_is_told_once_with_counts() {
        let folder = tempfile::tempdir().unwrap();
        let files: Vec<PathBuf> =
            ["fits.png", "twice.png", "wide.png", "clear.png"].map(|name| folder.path().join(name)).into();
        image::GrayImage::new(4, 3).save(&files[0]).unwrap();
        image::RgbImage::new(8, 6).save(&files[1]).unwrap();
        image::RgbImage::new(20, 3).save(&files[2]).unwrap();
        image::RgbaImage::new(4, 3).save(&files[3]).unwrap();
        let limits = Limits::of_machine();
        let told = |colour| converted(&files, Form { height: 3, width: 4, colour }, &limits);
        let resized = "images resized to 4 x 3 (width x height): 2 of 4, from 8 x 6 to 20 x 3; 1 of them are stretched, since their \
                       sides have another ratio";
        let alpha = "images with an alpha channel, which is left out: 1";
        assert_eq!(told(Colour::Rgb), [resized, alpha]);
        assert_eq!(told(Colour::Grey), [resized, "images in colour that become grey: 3", alpha]);
        let lines = seen(&files, &limits);
        assert!(lines[0].starts_with("images of 4 x 3 to 20 x 3 pixels"), "{lines:?}");
        assert!(lines[0].contains("3 of 4 in colour") && lines[1] == alpha, "{lines:?}");
        let fits = converted(&files[..1], Form { height: 3, width: 4, colour: Colour::Grey }, &limits);
        assert!(fits.is_empty() && seen(&[], &limits).is_empty(), "{fits:?}");
    }

    #[test]
    fn the_size_is_that_of_the_image_set_upright() {
        // Its pixels lie on their side, as its EXIF orientation says; `tests/reference/pillow_images.json` has the upright size.
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/images");
        let expected: serde_json::Value =
            serde_json::from_str(include_str!("../../../../tests/reference/pillow_images.json")).unwrap();
        for (name, wanted) in expected.as_object().unwrap() {
            let shape = Shape::of(&fixtures.join(name), &Limits::of_machine()).unwrap();
            let size = [u64::from(shape.size.0), u64::from(shape.size.1)];
            assert_eq!(Some(size[0]), wanted["width"].as_u64(), "{name}");
            assert_eq!(Some(size[1]), wanted["height"].as_u64(), "{name}");
        }
    }
}
