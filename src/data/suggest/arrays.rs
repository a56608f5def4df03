//! Presets for arrays of NumPy: an archive, or two files.

use std::path::Path;

use super::comment::comment;
use super::found::Found;
use super::network::{End, Network, split};
use crate::data::answers::MOST_LIKELY_CLASSES;
use crate::data::import::channels::{self, LEAST_SIDE};
use crate::data::import::limits::Limits;
use crate::data::import::npy::Archive;
use crate::data::{self, Error};
use crate::preset::{Npy, Npz, Offers, Paths, Source, TargetKind, ValuesAre};

/// Names by which people save samples and targets together. The first pair of which an archive has both counts.
const PAIRS: [(&str, &str); 9] = [
    ("x", "y"),
    ("x_train", "y_train"),
    ("train_x", "train_y"),
    ("train_images", "train_labels"),
    ("inputs", "targets"),
    ("data", "target"),
    ("features", "labels"),
    ("images", "labels"),
    ("data", "labels"),
];

/// Looks at an archive of NumPy arrays, of which two are samples and targets by their names.
pub(super) fn look(file: &str, limits: &Limits) -> Result<Found, Error> {
    let names = Archive::open(Path::new(file), limits)?.names();
    let (inputs, targets) = pair(&names).ok_or_else(|| {
        let problem = format!(
            "no two of its arrays are samples and targets by their names, such as x and y; there are: {}. A preset names them itself: \
             npz(file: …, inputs: \"…\", targets: \"…\"), or save them as numpy.savez(file, x=…, y=…)",
            names.iter().take(30).map(|name| comment(name)).collect::<Vec<_>>().join(", ")
        );
        Error::Broken { origin: file.into(), problem }
    })?;
    let mut line = format!("source: npz(file: {file:?}");
    if (&inputs[..], &targets[..]) != ("x", "y") {
        line += &format!(", inputs: {inputs:?}, targets: {targets:?}");
    }
    let (source, first, told) = with_channels(
        Npz { inputs: inputs.clone(), targets: targets.clone(), ..Npz::of(file.into()) }.into(),
    )?;
    line += first;
    line += "),";
    let others: Vec<String> =
        names.iter().filter(|name| ![&inputs, &targets].contains(name)).map(|name| comment(name)).collect();
    let mut data = vec![line];
    if !others.is_empty() {
        data.insert(0, format!("// Not read: the arrays {}.", others.join(", ")));
    }
    found(&source, file, data, told)
}

/// Looks at a NumPy file of samples and one of their targets.
pub(super) fn look_at_two(inputs: &str, targets: &str) -> Result<Found, Error> {
    let source = Npy { inputs: Paths::from(inputs), targets: Paths::from(targets), channels_first: false };
    let (source, first, told) = with_channels(source.into())?;
    let data = vec![format!("source: npy(inputs: {inputs:?}, targets: {targets:?}{first}),")];
    found(&source, inputs, data, told)
}

/// The arrays of samples and targets among these names, in whatever case.
fn pair(names: &[String]) -> Option<(String, String)> {
    let named = |wanted: &str| names.iter().find(|name| name.eq_ignore_ascii_case(wanted)).cloned();
    PAIRS.iter().find_map(|(inputs, targets)| Some((named(inputs)?, named(targets)?)))
}

/// What is written of arrays that `source` names; `data` is how a preset says that.
fn found(source: &Source, file: &str, mut data: Vec<String>, told: Vec<String>) -> Result<Found, Error> {
    let offers = data::offers(source)?;
    let (end, what) = end(&offers);
    let Offers { input, samples, .. } = offers;
    let network = match input[..] {
        [height, width, _] if height >= 8 && width >= 8 => {
            Network::convolutional(height, width, samples, end)
        }
        [features] => Network::dense(features, samples, end),
        _ => {
            let mut network = Network::dense(input.iter().product(), samples, end);
            network.layers.insert(0, "Flatten,".into());
            network
        }
    };
    data.insert(0, format!("// {what}"));
    data.extend(split(samples));
    data.push(network.end.labels.into());
    let name = Path::new(file).file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Found {
        title: comment(&format!("{name}: {samples} samples of shape {input:?}")),
        data,
        network,
        targets: Vec::new(),
        reason: None,
        told,
    })
}

/// The source with the channels of its images last, where they come first; with what its preset says of it, and what is told.
fn with_channels(mut source: Source) -> Result<(Source, &'static str, Vec<String>), Error> {
    let shape = data::offers(&source)?.input;
    if let [height, width] = shape[..]
        && height.min(width) >= LEAST_SIDE
    {
        let told = format!(
            "samples of the shape {shape:?} are taken as {height} rows of {width} numbers each; images have an axis for their channels: \
             x[..., None] in NumPy makes it"
        );
        return Ok((source, "", vec![told]));
    }
    if !channels::come_first(&shape) {
        return Ok((source, "", Vec::new()));
    }
    if let Source::Npz(Npz { channels_first, .. }) | Source::Npy(Npy { channels_first, .. }) = &mut source {
        *channels_first = true;
    }
    let told = format!(
        "samples of the shape {shape:?} are taken for images whose channels come first; without channels_first: true in the preset they \
         stay as they are"
    );
    Ok((source, ", channels_first: true", vec![told]))
}

/// How a network ends that learns these targets, and what they are taken for.
fn end(offers: &Offers) -> (End, String) {
    let classes = |names: &[String], seen: &str| {
        let last = names.last().and_then(|name| name.parse::<usize>().ok());
        let seen = if last.map(|last| last + 1) == Some(names.len()) {
            seen.into()
        } else {
            seen.replace(" from 0", "")
        };
        let kind = TargetKind::Classes(names.to_vec());
        (End::of(&kind), format!("The targets are {seen}: {} classes.", names.len()))
    };
    let values =
        |count: usize, seen: &str| (End::of(&TargetKind::Values(count)), format!("The targets are {seen}."));
    match (&offers.target, &offers.other_target, offers.values) {
        // More than one class for two samples: a measurement that is saved in whole numbers.
        (TargetKind::Classes(names), Some(TargetKind::Values(1)), _)
            if names.len() > MOST_LIKELY_CLASSES && names.len() * 2 > offers.samples =>
        {
            values(1, "whole numbers, too many different ones to be classes: values")
        }
        (TargetKind::Classes(names), None, _) => classes(names, "words"),
        (TargetKind::Classes(names), ..) => classes(names, "whole numbers from 0"),
        (TargetKind::Values(1), Some(TargetKind::Classes(names)), _)
            if names.len() <= MOST_LIKELY_CLASSES =>
        {
            classes(names, "whole numbers from 0, saved as floats")
        }
        (TargetKind::Values(count), Some(TargetKind::Classes(names)), _) if *count > 1 => {
            classes(names, "rows with a single 1")
        }
        (TargetKind::Values(count), _, ValuesAre::Flags) => (
            End::of_labels(*count),
            format!("The targets are {count} labels a sample, each 0 or 1, of which any may be there."),
        ),
        (TargetKind::Values(count), _, ValuesAre::Distributions) => {
            (End::of_shares(*count), format!("The targets are {count} shares a sample, which sum to 1."))
        }
        (TargetKind::Values(1), ..) => values(1, "values, one a sample"),
        (TargetKind::Values(count), ..) => values(*count, &format!("values, {count} a sample")),
        (other @ TargetKind::Tokens(_), ..) => (End::of(other), "The targets are characters.".into()),
    }
}
