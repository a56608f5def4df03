//! What comes out of a run: its scores on a test set, and its answers to files.

use std::path::Path;

use super::own_data::on_own_data;
use super::unit::{Predicted, Unit};
pub use crate::data::table::Names;
use crate::data::{self, asked};
use crate::nn::buffer::Buffer;
use crate::preset::{DeviceChoice, Experiment, Learned, Preparation, Procedure, Source, Sp500};
use crate::run::{Checkpoint, RunDirectory};
use crate::train::assessment::{Comparison, compare};
use crate::train::evaluation::{CHUNK, largest};
use crate::train::transfer::Loaded;
use crate::train::{self, Metric, Scores, Training, Writing};

/// The network of a run, trained.
pub struct Trained {
    training: Box<dyn Training>,
    /// What a person should know of the data that it is scored on.
    notices: Vec<String>,
    /// How samples are prepared for it.
    preparation: Preparation,
}

/// What the network says to one sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Which sample of the file: a row's number, a word; empty for a file that is one sample.
    pub of: String,
    /// The class and its name, where it tells classes apart.
    pub class: Option<(usize, String)>,
    /// The output in other words, where that helps: a volatility in percent.
    pub meaning: Option<String>,
    /// Its output: a probability a class, or values in the data's own unit.
    pub output: Vec<f64>,
}

impl Prediction {
    /// Its output with a number for each of [`Answers::names`]: one output that tells two classes apart is the second one's
    /// probability.
    pub fn by_name(&self) -> Vec<f64> {
        match (&self.class, &self.output[..]) {
            (Some(_), [second]) => vec![1.0 - second, *second],
            _ => self.output.clone(),
        }
    }
}

/// What the network says to a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// What the numbers of [`Prediction::by_name`] stand for: the classes, or the column that is predicted; empty where they
    /// have no names.
    pub names: Vec<String>,
    /// Sample by sample.
    pub predictions: Vec<Prediction>,
    /// The names of a table's columns that are neither inputs nor what the network predicts.
    pub left_out: Vec<String>,
    /// Characters of its texts that the network does not know, and so does not see.
    pub unknown_characters: usize,
    /// What a person should know of how the file was read: a sentence each.
    pub told: Vec<String>,
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
    /// Its network does not predict what its samples have.
    #[error(
        "this network predicts no classes and no values of its samples, so that there is nothing to compare one by one"
    )]
    NoTruth,
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
    /// The network of `experiment` with the weights of a checkpoint, without data: `learned` is what its run learned of that.
    /// Only for a run that did not keep it the data is opened. `device` is where the network answers.
    ///
    /// # Errors
    /// When there is no such device, the checkpoint or the data is broken, or they do not fit together.
    pub fn load(
        run: &RunDirectory,
        step: u64,
        experiment: &Experiment,
        learned: Option<&Learned>,
        device: DeviceChoice,
    ) -> Result<Self, Unusable> {
        let checkpoint = run.checkpoint(step)?;
        let training = match learned {
            Some(learned) => train::prepare_without_data(experiment, &learned.preparation, device)?,
            None => train::prepare(experiment, device)?.training,
        };
        Self::with_weights(training, learned, checkpoint)
    }

    /// As [`load`](Trained::load), with the run's own data, from which the test set is taken. Where `learned` is `None`, the
    /// data is that of `experiment`.
    ///
    /// # Errors
    /// As [`load`](Trained::load); and when the data does not hold what the run learned.
    pub fn load_with_data(
        run: &RunDirectory,
        step: u64,
        experiment: &Experiment,
        learned: Option<&Learned>,
        device: DeviceChoice,
    ) -> Result<Self, Unusable> {
        let checkpoint = run.checkpoint(step)?;
        let prepared = match learned {
            Some(learned) => {
                let experiment = on_own_data(experiment, learned);
                train::prepare_as_learned(&experiment, &learned.preparation, device)?
            }
            None => train::prepare(experiment, device)?,
        };
        Self::with_weights(prepared.training, learned, checkpoint)
    }

    fn with_weights(
        mut training: Box<dyn Training>,
        learned: Option<&Learned>,
        checkpoint: Checkpoint,
    ) -> Result<Self, Unusable> {
        let preparation = match learned {
            Some(learned) => learned.preparation.clone(),
            None => data::preparation(&*training.splits().test),
        };
        let Loaded { missing, other_shape, .. } = training.load(checkpoint.weights)?;
        let misfit = missing.into_iter().chain(other_shape.into_iter().map(|(path, ..)| path)).next();
        match misfit {
            Some(path) => {
                Err(train::Error::Checkpoint(format!("it has no {path} of the shape that this data needs"))
                    .into())
            }
            None => Ok(Trained { notices: training.splits().notices.clone(), training, preparation }),
        }
    }

    /// Takes everything in a file or folder for its test set from now on; `names` says where a table has the names of its columns.
    ///
    /// # Errors
    /// When it is broken, or does not hold what the network takes and tells.
    pub fn test_on(&mut self, path: &Path, names: Names) -> Result<(), Unusable> {
        let preset = self.training.preset();
        let test = data::own::test_set(path, &preset.data, &preset.reading(), &self.preparation, names)
            .map_err(train::Error::from)?;
        self.set_test(test);
        Ok(())
    }

    /// Takes everything in the files of a source for its test set from now on.
    ///
    /// # Errors
    /// As [`test_on`](Trained::test_on).
    pub fn test_on_source(&mut self, source: &Source) -> Result<(), Unusable> {
        let preset = self.training.preset();
        let test = data::own::test_set_of(source, &preset.data, &preset.reading(), &self.preparation)
            .map_err(train::Error::from)?;
        self.set_test(test);
        Ok(())
    }

    fn set_test(&mut self, (test, notices): data::own::TestSet) {
        self.training.set_test(test);
        self.notices = notices;
    }

    /// What a person should know of the data that it is scored on, a sentence each.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// The unit of the errors among the scores, where somebody knows it.
    pub fn unit_of(&self, scores: &Scores) -> Option<Unit> {
        let has_errors =
            scores.metrics.iter().any(|(metric, _)| matches!(metric, Metric::Mae | Metric::Rmse));
        let test = &self.training.splits().test;
        let predicted = Predicted {
            label: self.preparation.label.as_deref(),
            columns: &self.preparation.columns,
            are_classes: !test.classes().is_empty(),
            is_scaled: !test.target_scales().is_empty(),
        };
        Unit::of(self.training.preset(), predicted).filter(|_| has_errors)
    }

    /// The scores on the test set, and its samples.
    ///
    /// # Errors
    /// When the device fails.
    pub fn evaluate(&mut self) -> Result<(Scores, usize), Unusable> {
        let samples = self.training.splits().test.len();
        Ok((self.training.evaluate_test()?, samples))
    }

    /// What it says to the samples of its test set, beside what is true.
    ///
    /// # Errors
    /// When it does not predict what a sample has, as a generator does not; or when the device fails.
    pub fn answer_test(&mut self) -> Result<Comparison, Unusable> {
        let preset = self.training.preset().clone();
        match preset.procedure {
            Procedure::Supervised | Procedure::Pretraining(_) => {}
            Procedure::Autoencoder(_)
            | Procedure::Variational(_)
            | Procedure::Adversarial(_)
            | Procedure::Language(_) => return Err(Unusable::NoTruth),
        }
        let test = self.training.splits().test.clone();
        let (model, _) = self.training.model_and_splits();
        Ok(compare(model, &preset, &*test)?)
    }

    /// Those of a folder's files that are of a kind which it takes, and what is said of the others: a sentence each.
    ///
    /// # Errors
    /// When the machine, not a file, keeps it from being looked into.
    pub fn askable(&self, files: Vec<String>) -> Result<(Vec<String>, Vec<String>), Unusable> {
        asked::askable(&self.training.preset().data, files)
            .map_err(|data::Error::Broken { origin, problem }| Unusable::File { file: origin, problem })
    }

    /// What it says to a file: an image, a sound, a table, arrays, words or days, as the run's data has it. `name` is what a
    /// person calls the file.
    ///
    /// # Errors
    /// When the file is damaged, or not of a kind that this network takes.
    pub fn predict(&mut self, name: &str, file: &Path, names: Names) -> Result<Answers, Unusable> {
        let refused = |problem: String| Unusable::File { file: name.to_string(), problem };
        let config = self.training.preset().data.clone();
        // The file may be a copy of standard input, which has another name.
        let asked::Asked { names, inputs, left_out, unknown_characters, told } =
            asked::read(&config, &self.preparation, file, names)
                .map_err(|data::Error::Broken { problem, .. }| refused(problem))?;
        let (model, _) = self.training.model_and_splits();
        let width = model.input_len().max(1);
        if names.len() * width != inputs.len() {
            return Err(refused("this network does not take its data's inputs as they are".into()));
        }
        if let Some(place) = inputs.iter().position(|x| !x.is_finite()) {
            let of = &names[place / width];
            let sample = if of.is_empty() { String::new() } else { format!("sample {of}: ") };
            return Err(refused(format!("{sample}a number is too large for a network")));
        }
        let mut output = Vec::new();
        for rows in inputs.chunks(CHUNK * width) {
            output.extend(
                model.predict(Buffer::copy_of(rows), rows.len() / width).map_err(train::Error::from)?,
            );
        }
        let Preparation { classes, target_scales, .. } = &self.preparation;
        // A code is not in the unit of the targets.
        let scales = if self.training.preset().predicts() { &target_scales[..] } else { &[] };
        let width = (output.len() / names.len().max(1)).max(1);
        let answers = names.into_iter().zip(output.chunks_exact(width)).map(|(of, row)| {
            let output: Vec<f64> = row
                .iter()
                .enumerate()
                .map(|(place, &x)| scales.get(place).map_or(f64::from(x), |scale| scale.restore(x)))
                .collect();
            Prediction {
                of,
                class: class_of(row, classes),
                meaning: meaning(&config.source, &output),
                output,
            }
        });
        Ok(Answers {
            names: self.names_of(width),
            predictions: answers.collect(),
            left_out,
            unknown_characters,
            told,
        })
    }

    /// What the numbers of an output of this width stand for, where they have names.
    fn names_of(&self, width: usize) -> Vec<String> {
        let Preparation { classes, label, columns, .. } = &self.preparation;
        let preset = self.training.preset();
        match (width, classes.len()) {
            (width, _) if preset.predicts() && !preset.gives_targets() => {
                if columns.len() == width {
                    columns.clone()
                } else {
                    Vec::new()
                }
            }
            (1, 2) => classes.clone(),
            (width, count) if width == count => classes.clone(),
            (1, _) if preset.gives_targets() => label.iter().cloned().collect(),
            _ => Vec::new(),
        }
    }

    /// Characters of a text that it does not know.
    pub fn unknown_characters(&self, text: &str) -> usize {
        let is_known = |letter: char| self.preparation.tokens.iter().any(|token| token.chars().eq([letter]));
        text.chars().filter(|&letter| !is_known(letter)).count()
    }

    /// Whether it is a language model, which answers a text with its continuation.
    pub fn writes(&self) -> bool {
        matches!(self.training.preset().procedure, Procedure::Language(_))
    }

    /// How a language model goes on from a text. Returns the text as far as its characters are known, and the continuation.
    ///
    /// # Errors
    /// When it is no language model, or the device fails.
    pub fn write(&mut self, name: &str, prompt: &str, how: Writing) -> Result<(String, String), Unusable> {
        self.training.write(prompt, how)?.ok_or_else(|| Unusable::File {
            file: name.to_string(),
            problem: "this run is no language model, and writes nothing".into(),
        })
    }
}

/// What an output in the data's unit comes to, where that takes a formula.
fn meaning(source: &Source, output: &[f64]) -> Option<String> {
    match (source, output) {
        (Source::Sp500(Sp500 { horizon, .. }), [log]) => {
            let days = if *horizon == 1 { "day".into() } else { format!("{horizon} days") };
            Some(format!("a volatility of {:.2}% a day over the next {days}", 100.0 * log.exp()))
        }
        _ => None,
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
