//! What comes out of a run: its scores on a test set, and its answers to files.

use std::collections::HashMap;
use std::path::Path;

use crate::data::{self, Batch, Dataset, Scale, words};
use crate::nn::buffer::Buffer;
use crate::preset::{DataConfig, Preset, Source};
use crate::run::watch::picture;
use crate::run::{Checkpoint, RunDirectory};
use crate::train::evaluation::largest;
use crate::train::{self, Scores, Training};

/// The network of a run, trained.
pub struct Trained {
    training: Box<dyn Training>,
}

/// What the network says to one sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Which sample of the file: a row's number, a word; empty for a file that is one sample.
    pub of: String,
    /// The class and its name, where it tells classes apart.
    pub class: Option<(usize, String)>,
    /// Its output: a probability a class, or values in the data's own unit.
    pub output: Vec<f64>,
}

/// Why a run cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// Its files.
    #[error(transparent)]
    Run(#[from] crate::run::Error),
    /// Its network or data.
    #[error(transparent)]
    Training(#[from] train::Error),
    /// The file is not what this network takes.
    #[error("{file}: {problem}")]
    File {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
    },
}

impl Trained {
    /// The network of `preset`, which may name other data than the run's own, with the weights of a checkpoint.
    ///
    /// # Errors
    /// When the checkpoint or the data is broken, or they do not fit together.
    pub fn load(run: &RunDirectory, step: u64, preset: &Preset) -> Result<Self, Unusable> {
        let checkpoint = Checkpoint::load(&run.checkpoint_path(step))?;
        let mut training = train::prepare(preset)?;
        let mut weights: HashMap<String, Vec<f32>> =
            checkpoint.weights.into_iter().map(|tensor| (tensor.name, tensor.values)).collect();
        let mut misfit = None;
        training.visit_mut(&mut |path, param| match weights.remove(&path) {
            Some(values) if values.len() == param.len() => param.values_mut().copy_from_slice(&values),
            _ => misfit = Some(path),
        });
        match misfit {
            Some(path) => {
                Err(train::Error::Checkpoint(format!("it has no {path} of the shape that this data needs"))
                    .into())
            }
            None => Ok(Trained { training }),
        }
    }

    /// Takes everything in a file or folder for its test set from now on.
    ///
    /// # Errors
    /// When it is broken, or does not hold what the network takes and tells.
    pub fn test_on(&mut self, path: &Path) -> Result<(), Unusable> {
        let config = &self.training.preset().data;
        let test = data::own::test_set(path, config, self.training.splits()).map_err(train::Error::from)?;
        self.training.set_test(test);
        Ok(())
    }

    /// The scores on the test set, and its samples.
    ///
    /// # Errors
    /// When the device fails.
    pub fn evaluate(&mut self) -> Result<(Scores, usize), Unusable> {
        let samples = self.training.splits().test.len();
        Ok((self.training.evaluate_test()?, samples))
    }

    /// The answers to what is in a file: an image (PNG), a table (CSV), or words, as the run's data has it.
    ///
    /// # Errors
    /// When the file is not of a kind that this network takes.
    pub fn predict(&mut self, file: &str, bytes: &[u8]) -> Result<Vec<Prediction>, Unusable> {
        let refused = |problem: String| Unusable::File { file: file.to_string(), problem };
        let data = &self.training.preset().data;
        let test = self.training.splits().test.clone();
        let (names, inputs) = read(data, &*test, self.training.preset().seed, bytes).map_err(refused)?;
        let rows = names.len();
        let (model, splits) = self.training.model_and_splits();
        if rows * model.input_len() != inputs.len() {
            return Err(refused("this network does not take its data's inputs as they are".into()));
        }
        let output = model.predict(Buffer::copy_of(&inputs), rows).map_err(train::Error::from)?;
        let (classes, scales) = (splits.test.classes().to_vec(), splits.test.target_scales().to_vec());
        let width = (output.len() / rows.max(1)).max(1);
        let answers = names.into_iter().zip(output.chunks_exact(width)).map(|(of, row)| Prediction {
            of,
            class: class_of(row, &classes),
            output: row
                .iter()
                .enumerate()
                .map(|(place, &x)| scales.get(place).map_or(f64::from(x), |scale| scale.restore(x)))
                .collect(),
        });
        Ok(answers.collect())
    }
}

fn class_of(row: &[f32], classes: &[String]) -> Option<(usize, String)> {
    let class = match (row, classes.len()) {
        // One output tells two classes apart.
        ([x], 2) => usize::from(*x >= 0.5),
        (row, count) if row.len() == count && count > 0 => largest(row),
        _ => return None,
    };
    Some((class, classes[class].clone()))
}

/// A file's samples: what each is called, and their inputs.
type Samples = (Vec<String>, Vec<f32>);

fn read(config: &DataConfig, test: &dyn Dataset, seed: u64, bytes: &[u8]) -> Result<Samples, String> {
    let shape = test.input_shape().to_vec();
    if bytes.starts_with(b"\x89PNG") {
        return image(config, &shape, bytes).map(|input| (vec![String::new()], input));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "neither a PNG image nor a text".to_string())?;
    if config.source == Source::Words {
        let words: Vec<String> = text.split_whitespace().map(str::to_string).collect();
        let inputs = words.iter().flat_map(|word| words::encode(word, test.tokens())).collect();
        return Ok((words, inputs));
    }
    if !test.tokens().is_empty() || matches!(config.source, Source::SpokenDigits | Source::Sp500 { .. }) {
        return Err(format!("answers to files are not there yet for {}", config.source.title()));
    }
    let width = shape.iter().product();
    let mut table = table(text, width)?;
    let highest = match config.source {
        Source::Mnist => 255.0,
        Source::Digits8x8 => 16.0,
        _ => 1.0,
    };
    if config.normalize && highest > 1.0 {
        table.1.iter_mut().for_each(|x| *x /= highest);
    } else if config.normalize && !test.columns().is_empty() {
        let scales = scales(config, seed)?;
        for row in table.1.chunks_exact_mut(width) {
            row.iter_mut().zip(&scales).for_each(|(x, scale)| *x = scale.apply(*x));
        }
    }
    Ok(table)
}

/// An image in the middle of the network's, shrunk where it is larger; light on dark, as the network's are.
fn image(config: &DataConfig, shape: &[usize], bytes: &[u8]) -> Result<Vec<f32>, String> {
    let [height, width, channels] = *shape else {
        return Err("this network takes no images".into());
    };
    let picture = picture::decode(bytes, (width, height)).map_err(|error| error.to_string())?;
    let (left, top) = ((width - picture.width) / 2, (height - picture.height) / 2);
    let mut input = vec![0.0; height * width * channels];
    let highest = if config.normalize {
        1.0
    } else if config.source == Source::Digits8x8 {
        16.0
    } else {
        255.0
    };
    for (place, rgb) in picture.pixels.chunks_exact(3).enumerate() {
        let (y, x) = (top + place / picture.width, left + place % picture.width);
        let pixel = &mut input[(y * width + x) * channels..][..channels];
        match pixel {
            // Rec. 601's weights of the colours' brightness.
            [grey] => *grey = (0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]) * highest,
            _ => pixel.iter_mut().zip(rgb).for_each(|(to, from)| *to = from * highest),
        }
    }
    Ok(input)
}

/// The rows of a CSV: as many numbers as the network takes; a first line of names and a last column with the answer
/// are passed over.
fn table(text: &str, width: usize) -> Result<Samples, String> {
    let (mut names, mut inputs) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let parsed: Result<Vec<f32>, usize> = cells
            .iter()
            .take(width)
            .enumerate()
            .map(|(column, cell)| cell.parse().map_err(|_| column + 1))
            .collect();
        match parsed {
            Ok(row) if row.len() == width && cells.len() <= width + 1 => {
                names.push(format!("{}", number + 1));
                inputs.extend(row);
            }
            Ok(_) => {
                return Err(format!("line {} has {} columns, not {width}", number + 1, cells.len()));
            }
            Err(_) if number == 0 => {}
            Err(column) => {
                return Err(format!(
                    "line {}, column {column}: '{}' is no number",
                    number + 1,
                    cells[column - 1]
                ));
            }
        }
    }
    if names.is_empty() { Err("it holds no rows".into()) } else { Ok((names, inputs)) }
}

/// How the training samples' columns were standardised: worked out again from the samples as they are.
fn scales(config: &DataConfig, seed: u64) -> Result<Vec<Scale>, String> {
    let raw = DataConfig { normalize: false, ..config.clone() };
    let train = data::open(&raw, seed).map_err(|error| error.to_string())?.train;
    let mut batch = Batch::default();
    train.fill(&(0..train.len() as u32).collect::<Vec<_>>(), &mut batch);
    let width = train.input_shape().iter().product::<usize>();
    let count = train.len().max(1) as f64;
    let scale = |column: usize| {
        let values = || batch.inputs.iter().skip(column).step_by(width).map(|&x| f64::from(x));
        let mean = values().sum::<f64>() / count;
        let deviation = (values().map(|x| (x - mean).powi(2)).sum::<f64>() / count).sqrt();
        Scale { mean, deviation: if deviation > 0.0 { deviation } else { 1.0 } }
    };
    Ok((0..width).map(scale).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(source: &str) -> (DataConfig, data::Splits) {
        let config: DataConfig = ron::from_str(&format!("(source: {source})")).unwrap();
        let splits = data::open(&config, 7).unwrap();
        (config, splits)
    }

    #[test]
    fn a_row_of_a_table_gets_the_scale_of_the_training_samples() {
        let (config, splits) = open("iris");
        let mut standardised = Batch::default();
        splits.test.fill(&[3], &mut standardised);
        let raw = data::open(&DataConfig { normalize: false, ..config.clone() }, 7).unwrap();
        let mut plain = Batch::default();
        raw.test.fill(&[3], &mut plain);
        let cells: Vec<String> = plain.inputs.iter().map(ToString::to_string).collect();
        let csv = format!("a,b,c,d,species\n{},setosa\n", cells.join(","));
        let (names, inputs) = read(&config, &*splits.test, 7, csv.as_bytes()).unwrap();
        assert_eq!(names, ["2"]);
        let close = inputs.iter().zip(&standardised.inputs).all(|(a, b)| (a - b).abs() < 1e-5);
        assert!(close, "{inputs:?} {:?}", standardised.inputs);
    }

    #[test]
    fn what_a_network_does_not_take_is_refused_with_its_place() {
        let (config, splits) = open("iris");
        let said = |text: &str| read(&config, &*splits.test, 7, text.as_bytes()).unwrap_err();
        assert_eq!(said("1,2\n"), "line 1 has 2 columns, not 4");
        assert_eq!(said("1,2,3,4\n1,x,3,4\n"), "line 2, column 2: 'x' is no number");
        assert_eq!(said("\n"), "it holds no rows");
        assert!(read(&config, &*splits.test, 7, b"\xff\xfe").is_err());
    }
}
