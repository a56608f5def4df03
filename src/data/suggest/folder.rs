//! Presets for folders with a folder of images or of sounds for each class.

use std::path::Path;

use super::comment::comment;
use super::files;
use super::found::Found;
use super::network::{End, Network, beside_test, split};
use crate::data::import::folders::{SetParts, or_of_texts};
use crate::data::import::limits::Limits;
use crate::data::{self, Error};
use crate::preset::{Colour, ImageFolder, Offers, Pair, TargetKind, WavFolder};

/// The side that images are brought to.
pub(super) const SIDE: usize = 64;

/// The names of the classes that a set offers.
fn names_in(offers: Result<Offers, Error>) -> Option<Vec<String>> {
    match offers.ok()?.target {
        TargetKind::Classes(names) => Some(names),
        TargetKind::Values(_) | TargetKind::Tokens(_) => None,
    }
}

/// Looks at a folder.
pub(super) fn look(folder: &str) -> Result<Found, Error> {
    let (size, colour) = (Pair(SIDE, SIDE), Colour::Rgb);
    let images =
        |folder: String, test_folder| ImageFolder { folder, test_folder, size, colour, skip_broken: false };
    let sounds = |folder: String, test_folder| WavFolder { test_folder, ..WavFolder::of(folder) };
    // Folders called train and test are no classes.
    let parts = names_in(data::offers(&images(folder.into(), None).into()))
        .or_else(|| names_in(data::offers(&sounds(folder.into(), None).into())))
        .and_then(|names| SetParts::of(folder, &names));
    let (folder, test) = match &parts {
        Some(SetParts { train, test, .. }) => (&train[..], Some(test.clone())),
        None => (folder, None),
    };
    let named = match &test {
        Some(test) => format!("folder: {folder:?}, test_folder: {test:?}"),
        None => format!("folder: {folder:?}"),
    };
    let of_images = images(folder.into(), test.clone()).into();
    let (offers, source, written, reason) = match data::offers(&of_images) {
        Ok(offers) => {
            let written = format!("image_folder({named}, size: ({SIDE}, {SIDE}), colour: rgb");
            (
                offers,
                of_images,
                written,
                "// Every image is stretched to this size; larger ones show more and take longer.",
            )
        }
        Err(no_images) => {
            let of_sounds = sounds(folder.into(), test).into();
            match data::offers(&of_sounds) {
                Ok(offers) => (
                    offers,
                    of_sounds,
                    format!("wav_folder({named}"),
                    "// A sound becomes a picture of time and pitch; `seconds` says how much of it is heard.",
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
    lines.extend([reason.to_string(), source]);
    if let Some(unused) = parts.as_ref().and_then(|parts| parts.unused.as_ref()) {
        lines.insert(
            0,
            format!("// {} is not read: a part of the training set says when to stop.", comment(unused)),
        );
    }
    lines.extend(if parts.is_some() { beside_test() } else { split(samples) });
    lines.push(network.end.labels.into());
    let TargetKind::Classes(names) = &target else { unreachable!("folders are classes") };
    let title = format!("{samples} files of {} classes: {}", names.len(), names.join(", "));
    let title: String = comment(&title).chars().take(100).collect();
    Ok(Found { title, data: lines, network, targets: Vec::new(), reason: None, told: looked.told })
}
