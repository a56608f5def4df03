//! Presets for folders with a folder of images or of sounds for each class.

use std::path::Path;

use super::comment::comment;
use super::found::Found;
use super::network::{End, Network, beside_test, split};
use crate::data::import::folders::{SetParts, or_of_texts};
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
    let (offers, source, reason) = match data::offers(&images(folder.into(), test.clone()).into()) {
        Ok(offers) => {
            let source = format!("source: image_folder({named}, size: ({SIDE}, {SIDE}), colour: rgb),");
            (
                offers,
                source,
                "// Every image is stretched to this size; larger ones show more and take longer.",
            )
        }
        Err(no_images) => match data::offers(&sounds(folder.into(), test).into()) {
            Ok(offers) => {
                let source = format!("source: wav_folder({named}),");
                (
                    offers,
                    source,
                    "// A sound becomes a picture of time and pitch; `seconds` says how much of it is heard.",
                )
            }
            Err(_) => return Err(or_of_texts(Path::new(folder), no_images)),
        },
    };
    let Offers { input, target, samples, .. } = offers;
    let network = Network::convolutional(input[0], input[1], samples, End::of(&target));
    let mut lines = vec![reason.to_string(), source];
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
    Ok(Found { title, data: lines, network, targets: Vec::new() })
}
