//! From the files that a preset names to a set.

use std::path::Path;
use std::sync::Arc;

use super::set::Imported;
use crate::data::dataset::Scale;
use crate::data::import::folders::Classed;
use crate::data::import::rows::{IN_MEMORY, Joined, Kind, Rows, Stored};
use crate::data::import::{csv, idx, images, npy, text, wav};
use crate::data::samples::{Answers, Samples};
use crate::data::speech::mel::Spectrogram;
use crate::data::speech::{self};
use crate::data::text::Text;
use crate::data::{Error, import};
use crate::preset::{Pair, Source};

/// A set of one's own, in the form that suits it.
pub enum Opened {
    /// Inputs that may stay on disk.
    Rows(Imported),
    /// Everything in memory; its own test set begins at the second's number.
    Samples(Samples, Option<usize>),
    /// A text in windows of so many characters.
    Text(Text, usize),
}

/// The largest class number that is believed.
const MOST_CLASSES: u32 = 1000;

fn broken(origin: &str, problem: String) -> Error {
    Error::Broken { origin: origin.into(), problem }
}

/// Reads what the source names; none where it names no files.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn open(source: &Source) -> Result<Option<Opened>, Error> {
    Ok(Some(match source {
        Source::Idx { inputs, labels, test_inputs, test_labels, classes } => {
            let test = match (test_inputs, test_labels) {
                (Some(inputs), Some(labels)) => Some((&inputs[..], &labels[..])),
                (None, None) => None,
                _ => return Err(broken(inputs, "test_inputs and test_labels go together".into())),
            };
            Opened::Rows(idx_files((inputs, labels), test, *classes)?)
        }
        Source::Csv { .. } => Opened::Rows(table(source)?),
        Source::Npy { inputs, targets } => Opened::Rows(arrays(
            npy::open(Path::new(inputs), IN_MEMORY)?,
            npy::open(Path::new(targets), IN_MEMORY)?,
        )?),
        Source::Npz { file, inputs, targets } => {
            let path = Path::new(file);
            Opened::Rows(arrays(npy::open_in(path, inputs)?, npy::open_in(path, targets)?)?)
        }
        Source::ImageFolder { folder, test_folder, size: Pair(height, width), colour } => {
            let (classed, first_test) = image_files(folder, test_folder.as_deref())?;
            let form = images::Form { height: *height, width: *width, colour: *colour };
            let Classed { files, of, names } = classed;
            Opened::Rows(Imported {
                rows: images::rows(files, form, IN_MEMORY, folder)?.into(),
                shape: vec![*height, *width, colour.channels()],
                answers: Answers::Classes { of, names },
                columns: Vec::new(),
                first_test,
                are_pixels: true,
            })
        }
        Source::WavFolder { folder, test_folder, seconds } => {
            let (classed, first_test) = sound_files(folder, test_folder.as_deref())?;
            Opened::Samples(sounds(classed, Spectrogram::lasting(*seconds))?, first_test)
        }
        Source::TextFile { file, steps } => {
            Opened::Text(Text::of(&import::text::read(Path::new(file))?, file)?, *steps)
        }
        Source::LabelledText { file, length } => {
            Opened::Samples(text::labelled(Path::new(file), *length, &mut Err)?, None)
        }
        _ => return Ok(None),
    }))
}

fn idx_files(
    (inputs, labels): (&str, &str),
    test: Option<(&str, &str)>,
    classes: Option<usize>,
) -> Result<Imported, Error> {
    let pair = |inputs: &str, labels: &str| -> Result<(Stored, Vec<usize>, Vec<u32>), Error> {
        let (rows, shape) = idx::open(Path::new(inputs), IN_MEMORY)?;
        let (numbers, label_shape) = idx::open(Path::new(labels), IN_MEMORY)?;
        rows.check_finite()?;
        let of = class_numbers(&numbers, &label_shape, classes)?;
        check_counts(&rows, of.len(), labels)?;
        Ok((rows, shape, of))
    };
    let (rows, shape, mut of) = pair(inputs, labels)?;
    let first_test = test.map(|_| rows.count);
    let are_pixels = rows.number.kind == Kind::U8 && shape.len() >= 2;
    let trained = of.iter().max().map_or(0, |&largest| largest as usize + 1);
    let rows: Arc<dyn Rows> = match test {
        None => Arc::new(rows),
        Some((inputs, labels)) => {
            let (others, other_shape, other_of) = pair(inputs, labels)?;
            if other_shape != shape {
                return Err(broken(
                    inputs,
                    format!("samples of shape {other_shape:?}, those to train on {shape:?}"),
                ));
            }
            if let Some(row) = other_of.iter().position(|&class| class as usize >= trained) {
                let class = other_of[row];
                return Err(broken(
                    labels,
                    format!("label {}: no training sample is of class {class}", row + 1),
                ));
            }
            of.extend(other_of);
            Arc::new(Joined(Arc::new(rows), Arc::new(others)))
        }
    };
    let names = (0..classes.unwrap_or(trained)).map(|class| class.to_string()).collect();
    let shape = match &shape[..] {
        [] => vec![1],
        [height, width] => vec![*height, *width, 1],
        other => other.to_vec(),
    };
    Ok(Imported {
        rows,
        shape,
        answers: Answers::Classes { of, names },
        columns: Vec::new(),
        first_test,
        are_pixels,
    })
}

fn check_counts(rows: &Stored, answers: usize, of: &str) -> Result<(), Error> {
    match rows.count {
        0 => Err(broken(&rows.origin, "it holds no samples".into())),
        count if count != answers => {
            Err(broken(of, format!("{answers} of them for the {count} samples in {}", rows.origin)))
        }
        count if u32::try_from(count).is_err() => {
            Err(broken(&rows.origin, "more than 4 billion samples".into()))
        }
        _ => Ok(()),
    }
}

/// Whole numbers from 0 as classes.
fn class_numbers(numbers: &Stored, shape: &[usize], classes: Option<usize>) -> Result<Vec<u32>, Error> {
    if numbers.width != 1 {
        return Err(broken(
            &numbers.origin,
            format!("labels of shape {shape:?}, and one number each is wanted"),
        ));
    }
    let most = classes.unwrap_or(MOST_CLASSES as usize);
    let mut cell = [0.0];
    (0..numbers.count)
        .map(|row| {
            numbers.read(row, &mut cell)?;
            let [label] = cell;
            if label.fract() == 0.0 && label >= 0.0 && (label as usize) < most {
                return Ok(label as u32);
            }
            Err(broken(
                &numbers.origin,
                format!(
                    "label {}: {label} is not one of the classes 0 to {}",
                    row + 1,
                    most.saturating_sub(1)
                ),
            ))
        })
        .collect()
}

fn arrays(
    (rows, shape): (Stored, Vec<usize>),
    (targets, target_shape): (Stored, Vec<usize>),
) -> Result<Imported, Error> {
    rows.check_finite()?;
    targets.check_finite()?;
    check_counts(&rows, targets.count, &targets.origin)?;
    let answers = if targets.number.is_float() {
        let mut values = vec![0.0; targets.count * targets.width];
        for (row, cells) in values.chunks_exact_mut(targets.width).enumerate() {
            targets.read(row, cells)?;
        }
        Answers::Values { width: targets.width, values, scales: vec![Scale::NONE; targets.width] }
    } else {
        let of = class_numbers(&targets, &target_shape, None)?;
        let count = of.iter().max().map_or(0, |largest| largest + 1);
        Answers::Classes { of, names: (0..count).map(|class| class.to_string()).collect() }
    };
    let is_bytes = rows.number.kind == Kind::U8;
    let shape = match &shape[..] {
        [] => vec![1],
        [height, width] if is_bytes => vec![*height, *width, 1],
        other => other.to_vec(),
    };
    let are_pixels = is_bytes && shape.len() == 3;
    Ok(Imported { rows: Arc::new(rows), shape, answers, columns: Vec::new(), first_test: None, are_pixels })
}

fn table(source: &Source) -> Result<Imported, Error> {
    let Source::Csv { file, test_file, label, columns, task, separator, header, missing } = source else {
        return Err(broken("", "it is no table".into()));
    };
    let options = csv::Options {
        label: label.clone(),
        columns: columns.clone(),
        task: *task,
        separator: *separator,
        header: *header,
        missing: *missing,
        in_memory: IN_MEMORY,
    };
    let files: Vec<&Path> = std::iter::once(file).chain(test_file).map(Path::new).collect();
    let table = csv::read(&files, &options, &mut Err)?;
    if test_file.is_some() && (table.first_rows == 0 || table.first_rows == table.rows.count) {
        return Err(broken(file, "one of the two tables has no rows".into()));
    }
    let answers = match table.labels {
        csv::Labels::Classes(of, names) => Answers::Classes { of, names },
        csv::Labels::Values(values) => Answers::Values { width: 1, values, scales: vec![Scale::NONE] },
    };
    Ok(Imported {
        shape: vec![table.rows.width],
        rows: Arc::new(table.rows),
        answers,
        columns: table.columns,
        first_test: test_file.as_ref().map(|_| table.first_rows),
        are_pixels: false,
    })
}

/// The images of one folder, or of two of which the second is the test set; and where that begins.
pub fn image_files(folder: &str, test: Option<&str>) -> Result<(Classed, Option<usize>), Error> {
    joined(images::list(Path::new(folder))?, test, images::list)
}

/// As [`image_files`], for sounds.
pub fn sound_files(folder: &str, test: Option<&str>) -> Result<(Classed, Option<usize>), Error> {
    let list = |folder: &Path| import::folders::list(folder, &["wav"]);
    joined(list(Path::new(folder))?, test, list)
}

fn joined(
    first: Classed,
    test: Option<&str>,
    list: impl Fn(&Path) -> Result<Classed, Error>,
) -> Result<(Classed, Option<usize>), Error> {
    let Some(test) = test.map(Path::new) else { return Ok((first, None)) };
    let count = first.files.len();
    Ok((first.joined(list(test)?, test)?, Some(count)))
}

fn sounds(classed: Classed, form: Spectrogram) -> Result<Samples, Error> {
    use rayon::prelude::*;
    let size = (form.frames * form.mels * 4) as u64;
    if size.saturating_mul(classed.files.len() as u64) > 16 * IN_MEMORY {
        let folder =
            classed.files.first().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default();
        return Err(broken(
            &folder,
            format!("{} sounds are too many to keep in memory", classed.files.len()),
        ));
    }
    let pictures: Vec<Vec<f32>> = classed
        .files
        .par_iter()
        .map(|file| Ok(speech::picture(&wav::read(file, form.rate)?, form)))
        .collect::<Result<_, Error>>()?;
    let captions = classed.files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
    let shape = vec![form.frames, form.mels, 1];
    Ok(Samples { captions, ..Samples::of_classes(shape, pictures.concat(), classed.of, classed.names) })
}
