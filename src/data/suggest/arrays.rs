//! Presets for arrays of NumPy: an archive, or two files.

use std::path::Path;

use super::comment::comment;
use super::found::Found;
use super::network::{Network, end_of_answers, split};
use crate::data::import::channels::{self, LEAST_SIDE};
use crate::data::import::limits::Limits;
use crate::data::import::npy::Archive;
use crate::data::{self, Error};
use crate::preset::{ArrayForm, Missing, Npy, Npz, Offers, Source};

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

/// Pixels a side from which on a square is likely an image.
const LEAST_SQUARE: usize = 16;

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
    let (source, first, told) = as_they_look(
        Npz { inputs: inputs.clone(), targets: targets.clone(), ..Npz::of(file.into()) }.into(),
    )?;
    line += &first;
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
    let (source, first, told) = as_they_look(Npy::of(inputs, targets).into())?;
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
    let answers = (&offers.target, offers.other_target.as_ref(), offers.values);
    let (end, what) = end_of_answers(answers, offers.samples);
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

/// The source whose arrays are read as they look, with what its preset says of that, and what is told: NaN has something to stand in for
/// it, channels that come first are put last, and squares without channels are images.
fn as_they_look(mut source: Source) -> Result<(Source, String, Vec<String>), Error> {
    let mut form = ArrayForm::default();
    let (mut said, mut told) = (String::new(), Vec::new());
    let shape = match data::offers(&source) {
        Ok(offers) => offers.input,
        Err(refused) => {
            form.missing = Missing::Median;
            source.set_array_form(form);
            let offers = data::offers(&source).map_err(|_| refused)?;
            said += ", missing: median";
            told.push(
                "some samples have NaN: missing: median in the preset puts the median of the training samples in its place".into(),
            );
            offers.input
        }
    };
    match shape[..] {
        // Steps and features are as many by chance only.
        [height, width] if height == width && height >= LEAST_SQUARE => {
            form.grey_images = true;
            said += ", grey_images: true";
            told.push(format!(
                "samples of the shape {shape:?} are taken for grey images, as both sides are equal; without grey_images: true in the \
                 preset they are {height} rows of {width} numbers each"
            ));
        }
        [height, width] if height.min(width) >= LEAST_SIDE => told.push(format!(
            "samples of the shape {shape:?} are taken as {height} rows of {width} numbers each; grey_images: true in the preset takes \
             them for images"
        )),
        _ if channels::come_first(&shape) => {
            form.channels_first = true;
            said += ", channels_first: true";
            told.push(format!(
                "samples of the shape {shape:?} are taken for images whose channels come first; without channels_first: true in the \
                 preset they stay as they are"
            ));
        }
        _ => {}
    }
    source.set_array_form(form);
    Ok((source, said, told))
}
