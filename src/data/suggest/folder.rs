//! Presets for folders with a folder of images or of sounds for each class.

use std::path::Path;

use super::comment::comment;
use super::files;
use super::found::Found;
use super::network::{End, Network, beside_test, split, test_of_training};
use crate::data::import::folders::{Classed, SetParts, or_of_texts};
use crate::data::import::limits::Limits;
use crate::data::import::{images, sounds};
use crate::data::{self, Error, own};
use crate::preset::{Colour, ImageFolder, Offers, Pair, Source, TargetKind, WavFolder};

/// The side that images are brought to, unless all are smaller.
const SIDE: usize = 64;

/// The height and width that the images of a source are brought to, and why.
pub(super) fn size_of(source: &Source) -> Result<(Pair, &'static str), Error> {
    let limits = Limits::of_machine();
    let files = own::files_of_classes(source, &limits)?.files;
    Ok(match images::small(&files, SIDE, &limits) {
        Some((height, width)) => (
            Pair(height, width),
            "The images are no larger than this; those that are smaller are stretched to it.",
        ),
        None => (
            Pair(SIDE, SIDE),
            "Every image is stretched to this size; larger ones show more and take longer.",
        ),
    })
}

/// The parts of the set that a folder holds, or whose training set it is.
fn parts_of(folder: &str) -> Option<SetParts> {
    let lists: [&dyn Fn(&Path) -> Result<Classed, Error>; 2] = [&images::list, &sounds::list];
    lists.into_iter().find_map(|list| {
        let names = list(Path::new(folder)).ok()?.names;
        SetParts::with_classes(folder, &names, list).or_else(|| SetParts::beside(folder, list))
    })
}

/// Looks at a folder.
pub(super) fn look(folder: &str) -> Result<Found, Error> {
    // Folders called train and test are no classes.
    let parts = parts_of(folder);
    let SetParts { train, validation, test, .. } =
        parts.clone().unwrap_or_else(|| SetParts { train: folder.into(), ..SetParts::default() });
    let of = |name: &str, path: &Option<String>| {
        path.as_ref().map_or_else(String::new, |path| format!(", {name}: {path:?}"))
    };
    let (of_validation, of_test) = (of("validation_folder", &validation), of("test_folder", &test));
    let named = format!("folder: {train:?}{of_validation}{of_test}");
    let folder = &train[..];
    let of_images = ImageFolder {
        folder: train.clone(),
        validation_folder: validation.clone(),
        test_folder: test.clone(),
        size: Pair(SIDE, SIDE),
        colour: Colour::Rgb,
        skip_broken: false,
    };
    let (offers, source, written, reason) = match data::offers(&of_images.clone().into()) {
        Ok(_) => {
            let (size @ Pair(height, width), why) = size_of(&of_images.clone().into())?;
            let source = ImageFolder { size, ..of_images }.into();
            let written = format!("image_folder({named}, size: ({height}, {width}), colour: rgb");
            (data::offers(&source)?, source, written, why)
        }
        Err(no_images) => {
            let of_sounds = WavFolder {
                validation_folder: validation.clone(),
                test_folder: test.clone(),
                ..WavFolder::of(folder.into())
            }
            .into();
            match data::offers(&of_sounds) {
                Ok(offers) => (
                    offers,
                    of_sounds,
                    format!("wav_folder({named}"),
                    "A sound becomes a picture of time and pitch; `seconds` says how much of it is heard.",
                ),
                Err(_) => return Err(or_of_texts(Path::new(folder), no_images)),
            }
        }
    };
    let looked = files::look(&source, &Limits::of_machine())?;
    let skipping = if looked.skips() { ", skip_broken: true" } else { "" };
    let source = format!("source: {written}{skipping}),");
    let (Offers { input, target, .. }, samples) = (offers, looked.samples);
    let network = Network::convolutional(input[0], input[1], samples, End::of(&target));
    let mut lines = looked.comments();
    lines.extend([format!("// {reason}"), source]);
    let of_parts = parts.as_ref().map(SetParts::in_words);
    lines.splice(0..0, of_parts.iter().map(|said| format!("// {}", comment(said))));
    lines.extend(match (&validation, &test) {
        (None, None) => split(samples),
        (None, Some(_)) => beside_test("a folder"),
        (Some(_), Some(_)) => Vec::new(),
        (Some(_), None) => test_of_training(),
    });
    lines.push(network.end.labels.into());
    let TargetKind::Classes(names) = &target else { unreachable!("folders are classes") };
    let title = format!("{samples} files of {} classes: {}", names.len(), names.join(", "));
    let title: String = comment(&title).chars().take(100).collect();
    let told = of_parts.into_iter().chain(looked.told).collect();
    Ok(Found { title, data: lines, network, targets: Vec::new(), reason: None, told })
}
