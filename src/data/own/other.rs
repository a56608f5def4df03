//! A file or folder as the test set of a network that learned from other data. It is scaled like that data; its classes
//! and characters are matched by their names.

use std::path::Path;
use std::sync::Arc;

use super::set::Imported;
use super::{Opened, named};
use crate::data::dataset::{Dataset, Scale, Splits, Targets};
use crate::data::import::limits::Limits;
use crate::data::samples::{Answers, Samples};
use crate::data::text::{self, Text};
use crate::data::{Batch, Error, prepared};
use crate::preset::{
    Augment, Colour, Csv, DataConfig, ImageFolder, LabelledText, Missing, Npz, Pair, Source, TargetChoice,
    Task, TextFile, WavFolder,
};

/// Everything in `path` as test samples for a network that learned `config` from `learned`.
///
/// # Errors
/// When the file is broken, or does not fit the network's shapes, classes or characters.
pub fn test_set(path: &Path, config: &DataConfig, learned: &Splits) -> Result<Arc<dyn Dataset>, Error> {
    let fit = Fit { origin: path.to_string_lossy().into_owned(), config, learned: &*learned.test };
    let source = fit.source(path)?;
    let set = match named(&source)?.open(&Limits::of_machine())? {
        Opened::Rows(set) => fit.rows(set, &source)?,
        Opened::Samples(samples, _) => fit.samples(samples)?,
        Opened::Text(text, steps) => fit.text(text, steps)?,
    };
    if set.is_empty() {
        return Err(fit.broken("it holds no whole sample"));
    }
    // An autoencoder's targets are its inputs.
    let config = DataConfig { augment: Augment::default(), ..config.clone() };
    let alone = Splits { train: set.clone(), validation: set.clone(), test: set };
    Ok(prepared::prepare(alone, &config, 0).test)
}

/// What a file has to fit.
struct Fit<'a> {
    origin: String,
    config: &'a DataConfig,
    learned: &'a dyn Dataset,
}

impl Fit<'_> {
    fn broken(&self, problem: impl Into<String>) -> Error {
        Error::Broken { origin: self.origin.clone(), problem: problem.into() }
    }

    /// How the file is to be read, as the network's own data was.
    fn source(&self, path: &Path) -> Result<Source, Error> {
        let file = self.origin.clone();
        let shape = self.learned.input_shape();
        if path.is_dir() {
            return Ok(match (&self.config.source, shape) {
                (Source::WavFolder(learned), _) => {
                    WavFolder { folder: file, test_folder: None, ..learned.clone() }.into()
                }
                (Source::SpokenDigits, _) => WavFolder::of(file).into(),
                (_, &[height, width, channels @ (1 | 3)]) => Source::from(ImageFolder {
                    folder: file,
                    test_folder: None,
                    size: Pair(height, width),
                    colour: if channels == 1 { Colour::Grey } else { Colour::Rgb },
                }),
                _ => {
                    let takes = format!(
                        "a folder holds images or sounds, this network takes numbers of shape {shape:?}"
                    );
                    return Err(self.broken(takes));
                }
            });
        }
        let ending = path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
        match (&ending[..], &self.config.source) {
            ("csv" | "tsv", _) if self.learned.tokens().is_empty() => Ok(self.table(file)),
            ("npz", Source::Npz(learned)) => Ok(Npz { file, ..learned.clone() }.into()),
            ("npz", _) => Ok(Npz::of(file).into()),
            ("npy" | "idx" | "gz" | "idx3-ubyte" | "idx1-ubyte", _) => Err(self.broken(
                "inputs and answers are two files: name both, as in idx(inputs: \"…\", labels: \"…\") or npy(inputs: \
                 \"…\", targets: \"…\")",
            )),
            _ if self.learned.is_stream() => Ok(TextFile { file, steps: shape[0] }.into()),
            _ if !self.learned.tokens().is_empty() => Ok(LabelledText { file, length: shape[0] }.into()),
            _ => Err(self.broken(
                "it is no file of samples: a .csv, .tsv or .npz, a text, or a folder with a folder for each class",
            )),
        }
    }

    fn table(&self, file: String) -> Source {
        let task = if self.learned.classes().is_empty() { Task::Values } else { Task::Classes };
        match &self.config.source {
            Source::Csv(table) => {
                // The same columns by their names, wherever they stand.
                let by_name = table.header && !self.learned.columns().is_empty();
                let columns = if by_name { self.learned.columns() } else { &table.columns };
                Csv { file, test_file: None, columns: columns.to_vec(), task, ..table.clone() }.into()
            }
            _ => Csv { task, ..Csv::of(file) }.into(),
        }
    }

    fn rows(&self, mut set: Imported, source: &Source) -> Result<Arc<dyn Dataset>, Error> {
        self.check_shape(&set.shape)?;
        set.shape = self.learned.input_shape().to_vec();
        set.answers = self.answers(set.answers)?;
        let scales = self.scales(set.are_pixels);
        if scales.is_empty() && matches!(source, Source::Csv(Csv { missing: Missing::Mean, .. })) {
            return Err(self.broken("without data.normalize the means for its empty cells are not known"));
        }
        Ok(set.whole(&scales, self.config.labels))
    }

    fn samples(&self, mut samples: Samples) -> Result<Arc<dyn Dataset>, Error> {
        self.check_shape(&samples.shape)?;
        samples.shape = self.learned.input_shape().to_vec();
        samples.answers = self.answers(samples.answers)?;
        if samples.tokens.is_empty() {
            samples.scale_as(self.scales(false));
        } else {
            let numbers = self.tokens(&samples.tokens)?;
            samples.inputs.iter_mut().for_each(|token| *token = numbers[*token as usize] as f32);
            samples.tokens = self.learned.tokens().to_vec();
        }
        Ok(samples.whole(self.config.labels))
    }

    fn text(&self, text: Text, steps: usize) -> Result<Arc<dyn Dataset>, Error> {
        let numbers = self.tokens(&text.vocabulary)?;
        let tokens: Vec<u16> = text.tokens.iter().map(|&token| numbers[usize::from(token)] as u16).collect();
        Ok(text::whole(&Text { tokens: Arc::new(tokens), vocabulary: self.learned.tokens().into() }, steps))
    }

    /// Shapes fit when they differ only in axes of length 1: a grey image may lack the axis of colours.
    fn check_shape(&self, shape: &[usize]) -> Result<(), Error> {
        let takes = self.learned.input_shape();
        let long = |shape: &[usize]| shape.iter().copied().filter(|axis| *axis != 1).collect::<Vec<_>>();
        if long(shape) == long(takes) {
            return Ok(());
        }
        Err(self.broken(format!("its samples have the shape {shape:?}, this network takes {takes:?}")))
    }

    /// How the inputs are scaled, where they have the unit of the network's own data; empty: not scaled.
    fn scales(&self, are_pixels: bool) -> Vec<Scale> {
        let scales = self.learned.input_scales();
        if are_pixels && scales.iter().all(|scale| scale.mean == 0.0) {
            let highest = match (self.config.normalize, &self.config.source) {
                (true, _) => 1.0,
                (false, Source::Digits8x8) => 16.0,
                (false, _) => 255.0,
            };
            return vec![Scale { mean: 0.0, deviation: 255.0 / highest }];
        }
        match &self.config.source {
            // These sets divide by a constant, which their scales do not tell.
            Source::Mnist if self.config.normalize => vec![Scale { mean: 0.0, deviation: 255.0 }],
            Source::Digits8x8 if self.config.normalize => vec![Scale { mean: 0.0, deviation: 16.0 }],
            _ => scales.to_vec(),
        }
    }

    /// The answers as the network gives them.
    fn answers(&self, answers: Answers) -> Result<Answers, Error> {
        if self.config.targets == TargetChoice::Input {
            return Ok(answers);
        }
        let classes = self.learned.classes();
        match answers {
            Answers::Classes { of, names } if !classes.is_empty() => {
                let places = names.iter().map(|name| self.class(name)).collect::<Result<Vec<u32>, _>>()?;
                let of = of.into_iter().map(|class| places[class as usize]).collect();
                Ok(Answers::Classes { of, names: classes.to_vec() })
            }
            Answers::Values { width, mut values, .. } if classes.is_empty() => {
                let wanted = self.outputs()?;
                if width != wanted {
                    let counts = format!("{width} values a sample, this network gives {wanted}");
                    return Err(self.broken(counts));
                }
                let scales = match self.learned.target_scales() {
                    [] => vec![Scale::NONE; width],
                    scales => scales.to_vec(),
                };
                for row in values.chunks_exact_mut(width) {
                    row.iter_mut().zip(&scales).for_each(|(x, scale)| *x = scale.apply(*x));
                }
                Ok(Answers::Values { width, values, scales })
            }
            Answers::Classes { .. } => Err(self.broken("it holds classes, and this network gives values")),
            Answers::Values { .. } => Err(self
                .broken(format!("it holds values, and this network tells {} classes apart", classes.len()))),
        }
    }

    /// The class of this name; a name that is a number may also be the place of the class.
    fn class(&self, name: &str) -> Result<u32, Error> {
        let classes = self.learned.classes();
        let named = classes.iter().position(|class| class == name);
        let numbered = || name.parse::<usize>().ok().filter(|number| *number < classes.len());
        named.or_else(numbered).map(|place| place as u32).ok_or_else(|| {
            let known: Vec<&str> = classes.iter().take(20).map(String::as_str).collect();
            let more = if classes.len() > 20 { ", …" } else { "" };
            self.broken(format!("class '{name}' is none of this network's: {}{more}", known.join(", ")))
        })
    }

    /// The network's token numbers for the characters of another set.
    fn tokens(&self, others: &[String]) -> Result<Vec<usize>, Error> {
        let known = self.learned.tokens();
        let place = |letter: &String| {
            known.iter().position(|own| own == letter).ok_or_else(|| {
                self.broken(format!(
                    "the character {letter:?} is none of the {} that this network knows",
                    known.len()
                ))
            })
        };
        others.iter().map(place).collect()
    }

    /// How many values the network gives for a sample.
    fn outputs(&self) -> Result<usize, Error> {
        let mut batch = Batch::default();
        if self.learned.is_empty() {
            return Ok(0);
        }
        self.learned.fill(&[0], &mut batch)?;
        Ok(match batch.targets {
            Targets::Values(values) => values.len(),
            Targets::Classes(_) => 0,
        })
    }
}
