//! Presets for arrays of NumPy: an archive, or two files.

use std::path::Path;

use super::comment::comment;
use super::found::Found;
use super::network::{Network, beside_test, end_of_answers, split, test_of_training};
use crate::data::import::array_names::Named;
use crate::data::import::channels::{self, LEAST_SIDE};
use crate::data::import::limits::Limits;
use crate::data::import::npy::Archive;
use crate::data::{self, Error};
use crate::preset::{ArrayForm, Missing, Npy, Offers, Source};

/// Pixels a side from which on a square is likely an image.
const LEAST_SQUARE: usize = 16;

/// Looks at an archive of NumPy arrays, of which two are samples and targets by their names, and others may be a validation or test set.
pub(super) fn look(file: &str, limits: &Limits) -> Result<Found, Error> {
    let names = Archive::open(Path::new(file), limits)?.names();
    let set = Named::among(&names).ok_or_else(|| {
        let problem = format!(
            "no two of its arrays are samples and targets by their names, such as x and y, or x_train and y_train; there are: {}. A preset \
             names them itself: npz(file: …, inputs: \"…\", targets: \"…\"), or save them as numpy.savez(file, x=…, y=…)",
            names.iter().take(30).map(|name| comment(name)).collect::<Vec<_>>().join(", ")
        );
        Error::Broken { origin: file.into(), problem }
    })?;
    let (source, first, mut told) = as_they_look(set.source(file.into()).into())?;
    let mut line = format!("source: npz(file: {file:?}");
    let Named { train: (inputs, targets), validation, test } = &set;
    if (&inputs[..], &targets[..]) != ("x", "y") {
        line += &format!(", inputs: {inputs:?}, targets: {targets:?}");
    }
    for (part, pair) in [("validation", validation), ("test", test)] {
        if let Some((inputs, targets)) = pair {
            line += &format!(", {part}_inputs: {inputs:?}, {part}_targets: {targets:?}");
        }
    }
    line += &first;
    line += "),";
    if validation.is_some() || test.is_some() {
        told.push(set.in_words());
    }
    let others: Vec<String> = names.iter().filter(|name| !set.has(name)).map(|name| comment(name)).collect();
    let mut data = vec![line];
    if !others.is_empty() {
        data.insert(0, format!("// Not read: the arrays {}.", others.join(", ")));
    }
    found(&source, file, data, told)
}

/// Looks at a NumPy file of samples and one of their targets; with two more, those of the test set.
pub(super) fn look_at_files(files: &[String]) -> Result<Found, Error> {
    let (inputs, targets, test) = match files {
        [inputs, targets] => (inputs, targets, None),
        [inputs, targets, test_inputs, test_targets] => (inputs, targets, Some((test_inputs, test_targets))),
        _ => {
            return Err(Error::Broken {
                origin: files.first().cloned().unwrap_or_default(),
                problem: "of arrays there are two: that of the samples, then that of their targets; or four, with those of the test set \
                          behind them; a preset joins several: npy(inputs: [\"…\", \"…\"], targets: […])"
                    .into(),
            });
        }
    };
    let mut line = format!("source: npy(inputs: {inputs:?}, targets: {targets:?}");
    let mut source = Npy::of(&inputs[..], &targets[..]);
    if let Some((inputs, targets)) = test {
        line += &format!(", test_inputs: {inputs:?}, test_targets: {targets:?}");
        (source.test_inputs, source.test_targets) = (Some(inputs[..].into()), Some(targets[..].into()));
    }
    let (source, first, told) = as_they_look(source.into())?;
    found(&source, inputs, vec![format!("{line}{first}),")], told)
}

/// What is written of arrays that `source` names; `data` is how a preset says that.
fn found(source: &Source, file: &str, mut data: Vec<String>, told: Vec<String>) -> Result<Found, Error> {
    let offers = data::offers(source)?;
    let answers = (&offers.target, offers.other_target.as_ref(), offers.values);
    let (end, what) = end_of_answers(answers, offers.samples);
    let Offers { input, samples, validation, test, .. } = offers;
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
    data.extend(match (validation, test) {
        (None, None) => split(samples),
        (None, Some(_)) => beside_test("arrays"),
        (Some(_), Some(_)) => Vec::new(),
        (Some(_), None) => test_of_training(),
    });
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
