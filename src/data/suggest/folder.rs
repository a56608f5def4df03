//! Presets for folders with a folder of images or of sounds for each class.

use super::comment::comment;
use super::found::Found;
use super::network::{End, Network, split};
use crate::data::{self, Error};
use crate::preset::{Colour, ImageFolder, Offers, Pair, TargetKind, WavFolder};

/// The side that images are brought to.
pub(super) const SIDE: usize = 64;

/// Looks at a folder.
pub(super) fn look(folder: &str) -> Result<Found, Error> {
    let (size, colour) = (Pair(SIDE, SIDE), Colour::Rgb);
    let images = ImageFolder { folder: folder.into(), test_folder: None, size, colour, skip_broken: false };
    let (offers, source, reason) = match data::offers(&images.into()) {
        Ok(offers) => {
            let source =
                format!("source: image_folder(folder: {folder:?}, size: ({SIDE}, {SIDE}), colour: rgb),");
            (
                offers,
                source,
                "// Every image is stretched to this size; larger ones show more and take longer.",
            )
        }
        Err(no_images) => match data::offers(&WavFolder::of(folder.into()).into()) {
            Ok(offers) => {
                let source = format!("source: wav_folder(folder: {folder:?}),");
                (
                    offers,
                    source,
                    "// A sound becomes a picture of time and pitch; `seconds` says how much of it is heard.",
                )
            }
            Err(_) => return Err(no_images),
        },
    };
    let Offers { input, target, samples, .. } = offers;
    let network = Network::convolutional(input[0], input[1], samples, End::of(&target));
    let mut lines = vec![reason.to_string(), source];
    lines.extend(split(samples));
    lines.push(network.end.labels.into());
    let TargetKind::Classes(names) = &target else { unreachable!("folders are classes") };
    let title = format!("{samples} files of {} classes: {}", names.len(), names.join(", "));
    let title: String = comment(&title).chars().take(100).collect();
    Ok(Found { title, data: lines, network, targets: Vec::new() })
}
