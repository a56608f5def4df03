//! Files about which a trained network is asked: read and scaled like the samples that it learned from.

mod picture;
mod table;

use std::io::Read;
use std::path::Path;

use super::dataset::Scale;
use super::import::limits::Limits;
use super::import::rows::{Rows, Stored};
use super::import::{idx, npy, text, wav};
use super::{Error, series, speech, words};
use crate::preset::{DataConfig, LabelledText, Npz, Preparation, Source, Sp500};
use crate::system::files;

/// The samples of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// What each is called: a row's number, a word; empty for a file that is one sample.
    pub names: Vec<String>,
    /// `[samples, …shape]`, as the network gets them.
    pub inputs: Vec<f32>,
    /// The names of a table's columns that are neither inputs nor what the network predicts.
    pub left_out: Vec<String>,
}

/// The most numbers that the samples of a file may have in all.
const MOST_NUMBERS: usize = 1 << 28;

/// Reads a file for a network that learned `learned` from what `config` names. The file's first bytes tell its kind.
///
/// # Errors
/// When it is damaged, or of a kind that the network does not take.
pub fn read(config: &DataConfig, learned: &Preparation, file: &Path) -> Result<Asked, Error> {
    let broken = |problem: String| Error::Broken { origin: file.to_string_lossy().into_owned(), problem };
    let refused = |kind: &str| {
        Err(broken(format!("this network does not take {kind}; it learned from: {}", wants(config, learned))))
    };
    let mut start = Vec::new();
    let opened = files::open(file).map_err(|error| broken(error.to_string()))?;
    opened.take(12).read_to_end(&mut start).map_err(|error| broken(error.to_string()))?;
    let limits = &Limits::of_machine();
    let takes_numbers = learned.tokens.is_empty();
    let form = speech::form_of(&config.source);
    match &start[..] {
        [] => Err(broken("it is empty".into())),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E'] => match form {
            Some(form) => {
                Ok(one(scaled(learned, config, speech::picture(&wav::read(file, form.rate, limits)?, form))))
            }
            None => refused("a sound"),
        },
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] => {
            match picture::read(config, learned, file, limits)? {
                Some(pixels) => Ok(one(scaled(learned, config, pixels))),
                None => refused("an image"),
            }
        }
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] if takes_numbers => {
            rows(config, learned, npy::open(file, limits)?, &broken)
        }
        [0x1f, 0x8b, ..] | [0, 0, ..] if takes_numbers => {
            rows(config, learned, idx::open(file, limits)?, &broken)
        }
        [b'P', b'K', 3, 4, ..] if takes_numbers => {
            // Of several arrays the one that the preset names, else the first.
            let mut archive = npy::Archive::open(file, limits)?;
            let names = archive.names();
            let wanted = match &config.source {
                Source::Npz(Npz { inputs, .. }) if names.contains(inputs) => inputs,
                _ => names.first().ok_or_else(|| broken("there are no arrays in it".into()))?,
            };
            rows(config, learned, archive.array(wanted)?, &broken)
        }
        _ if form.is_some() => refused("anything but WAV files"),
        _ => match &config.source {
            Source::Words => lines(text::read(file)?.split_whitespace(), &broken, |word| {
                words::encode(word, &learned.tokens).to_vec()
            }),
            Source::LabelledText(LabelledText { length, .. }) => {
                let text = text::read(file)?;
                let bare = |line| text::without_class(line, &learned.classes);
                let texts = text.lines().map(bare).filter(|line| !line.is_empty());
                lines(texts, &broken, |line| text::encode(line, *length, &learned.tokens))
            }
            Source::Sp500(Sp500 { steps, .. }) => {
                let (day, window) = series::latest(file, *steps)?;
                Ok(Asked { names: vec![day], inputs: scaled(learned, config, window), ..Asked::default() })
            }
            _ if !takes_numbers => refused("a text to answer"),
            _ => {
                let table::Read { names, numbers, left_out } = table::read(config, learned, file, limits)?;
                Ok(Asked { names, inputs: scaled(learned, config, numbers), left_out })
            }
        },
    }
}

/// What a network takes, in words.
fn wants(config: &DataConfig, learned: &Preparation) -> String {
    let what = match &config.source {
        Source::Words => "words".into(),
        Source::LabelledText(_) => "texts, a line each".into(),
        Source::Shakespeare(_) | Source::TextFile(_) => "a text, as a prompt".into(),
        Source::SpokenDigits | Source::WavFolder(_) => "WAV files".into(),
        Source::Sp500(_) => "a table of days with High, Low and Close".into(),
        Source::Csv(_) => "rows of a table".into(),
        _ => match &learned.input_shape[..] {
            [height, width, _] => format!("images of {height} by {width}"),
            shape => format!("rows of {} numbers", shape.iter().product::<usize>()),
        },
    };
    format!("{} ({what})", config.source.title())
}

fn one(input: Vec<f32>) -> Asked {
    Asked { names: vec![String::new()], inputs: input, ..Asked::default() }
}

fn lines<'a>(
    texts: impl Iterator<Item = &'a str>,
    broken: &dyn Fn(String) -> Error,
    encode: impl Fn(&str) -> Vec<f32>,
) -> Result<Asked, Error> {
    let mut asked = Asked::default();
    for text in texts {
        asked.names.push(text.to_string());
        asked.inputs.extend(encode(text));
        if asked.inputs.len() > MOST_NUMBERS {
            return Err(broken("it holds too many texts".into()));
        }
    }
    if asked.names.is_empty() { Err(broken("it holds no words".into())) } else { Ok(asked) }
}

/// An array's rows, each a sample.
fn rows(
    config: &DataConfig,
    learned: &Preparation,
    (stored, shape): (Stored, Vec<usize>),
    broken: &dyn Fn(String) -> Error,
) -> Result<Asked, Error> {
    let width: usize = learned.input_shape.iter().product();
    if stored.width != width {
        return Err(broken(format!(
            "samples of shape {shape:?}, and the network takes {:?}",
            &learned.input_shape
        )));
    }
    if stored.count.saturating_mul(width) > MOST_NUMBERS {
        return Err(broken(format!("{} samples are too many at once", stored.count)));
    }
    stored.check_finite()?;
    let mut numbers = vec![0.0; stored.count * width];
    for (row, cells) in numbers.chunks_exact_mut(width.max(1)).enumerate() {
        stored.read(row, cells)?;
    }
    let names = (1..=stored.count).map(|row| row.to_string()).collect();
    Ok(Asked { names, inputs: scaled(learned, config, numbers), ..Asked::default() })
}

/// Scales numbers in the data's own unit as the network gets them.
fn scaled(learned: &Preparation, config: &DataConfig, mut numbers: Vec<f32>) -> Vec<f32> {
    let scales = match &config.source {
        Source::Mnist | Source::Digits8x8 if config.normalize => {
            vec![Scale { mean: 0.0, deviation: f64::from(picture::brightest(&config.source)) }]
        }
        _ => learned.input_scales.clone(),
    };
    for cells in numbers.chunks_mut(scales.len().max(1)) {
        cells.iter_mut().zip(&scales).for_each(|(x, scale)| *x = scale.apply(*x));
    }
    numbers
}

#[cfg(test)]
mod tests;
