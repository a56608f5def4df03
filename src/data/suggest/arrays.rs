//! Presets for archives of NumPy arrays.

use std::path::Path;

use super::comment::comment;
use super::found::Found;
use super::network::{Network, split};
use crate::data::{self, Error};
use crate::preset::{Npz, Offers};

/// Looks at an archive of NumPy arrays `x` and `y`.
pub(super) fn look(file: &str) -> Result<Found, Error> {
    let source = Npz::of(file.to_string());
    let Offers { input, target, samples, .. } = data::offers(&source.into())?;
    let network = match input[..] {
        [height, width, _] if height >= 8 && width >= 8 => {
            Network::convolutional(height, width, samples, &target)
        }
        [features] => Network::dense(features, samples, &target),
        _ => {
            let mut network = Network::dense(input.iter().product(), samples, &target);
            network.layers.insert(0, "Flatten,".into());
            network
        }
    };
    let mut data = vec![format!("source: npz(file: {file:?}),")];
    data.extend(split(samples));
    data.push(network.end.labels.into());
    let name = Path::new(file).file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Found {
        title: comment(&format!("{name}: {samples} samples of shape {input:?}")),
        data,
        network,
        targets: Vec::new(),
    })
}
