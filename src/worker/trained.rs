//! What comes out of a run: its scores on a test set, and its answers to files.

use std::path::Path;

use super::own_data::on_own_data;
use super::unit::{Predicted, Unit};
pub use crate::data::asked::{BadRow, Which};
pub use crate::data::table::Names;
use crate::data::{self, asked};
use crate::nn::buffer::Buffer;
use crate::preset::{DeviceChoice, Experiment, Learned, Preparation, Procedure, Source, Sp500};
use crate::run::{Checkpoint, RunDirectory};
use crate::train::assessment::{Comparison, Outputs, compare};
use crate::train::evaluation::CHUNK;
use crate::train::transfer::Loaded;
use crate::train::{self, Metric, Scores, Training, Writing};

/// The network of a run, trained.
pub struct Trained {
    pub(super) training: Box<dyn Training>,
    /// What a person should know of the data that it is scored on.
    notices: Vec<String>,
    /// How samples are prepared for it.
    pub(super) preparation: Preparation,
}

/// What the network says to one sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Which sample of the file.
    pub of: Which,
    /// The class among [`Answers::names`], where it tells classes apart.
    pub class: Option<usize>,
    /// The output in other words, where that helps: a volatility in percent.
    pub meaning: Option<String>,
    /// Its output: a number a class, or values in the data's own unit.
    pub output: Vec<f64>,
    /// The same with a number for each of [`Answers::names`]: one output that tells two classes apart is the second one's
    /// probability.
    pub by_name: Vec<f64>,
}

/// What the network says to a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// What the numbers of [`Prediction::by_name`] stand for: the classes, the column that is predicted, the numbers of a code; else
    /// their numbers.
    pub names: Vec<String>,
    /// Whether the numbers are probabilities of classes.
    pub are_probabilities: bool,
    /// Sample by sample.
    pub predictions: Vec<Prediction>,
    /// The rows that are not answered, and why.
    pub unanswered: Vec<BadRow>,
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
        "this network predicts no classes and no values of its samples, and does not rebuild them, so that there is nothing to compare one by one"
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

    /// Takes everything in a file or folder for its test set from now on; `names` says where a table has the names of its columns,
    /// and `sheet` names the sheet of a spreadsheet.
    ///
    /// # Errors
    /// When it is broken, or does not hold what the network takes and tells.
    pub fn test_on(&mut self, path: &Path, names: Names, sheet: Option<&str>) -> Result<(), Unusable> {
        let preset = self.training.preset();
        let test =
            data::own::test_set(path, &preset.data, &preset.reading(), &self.preparation, (names, sheet))
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

    /// The classes that it is scored on; empty where it predicts none.
    pub fn classes(&self) -> &[String] {
        self.training.splits().test.classes()
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
            scaled: test.target_scales().len(),
            are_pixels: test.are_pixels(),
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

    /// What it says to the samples of its test set, beside what is true; of an autoencoder, the samples as it rebuilds them.
    ///
    /// # Errors
    /// When it does not predict what a sample has, as a generator does not; or when the device fails.
    pub fn answer_test(&mut self) -> Result<Comparison, Unusable> {
        match self.training.preset().procedure {
            Procedure::Supervised
            | Procedure::Pretraining(_)
            | Procedure::Autoencoder(_)
            | Procedure::Variational(_) => {}
            Procedure::Adversarial(_) | Procedure::Language(_) => return Err(Unusable::NoTruth),
        }
        if matches!(self.training.preset().procedure, Procedure::Variational(_)) {
            let told = "samples are compared with what the means of their codes give; the reconstruction among the scores is that \
                        of codes that are drawn";
            self.notices.push(told.into());
        }
        Ok(compare(&mut *self.training)?)
    }

    /// Those of a folder's files that are of a kind which it takes, and what is said of the others: a sentence each.
    ///
    /// # Errors
    /// When the machine, not a file, keeps it from being looked into.
    pub fn askable(&self, files: Vec<String>) -> Result<(Vec<String>, Vec<String>), Unusable> {
        asked::askable(&self.training.preset().data, files)
            .map_err(|data::Error::Broken { origin, problem }| Unusable::File { file: origin, problem })
    }

    /// The files that a table names, or why a row names none, where the run learned from a table of files; `None` where it takes
    /// the table itself.
    ///
    /// # Errors
    /// When the table cannot be read, or lacks the column with the paths.
    pub fn files_of_table(&self, table: &str) -> Result<Option<asked::OfTable>, Unusable> {
        asked::files_of_table(&self.training.preset().data, table)
            .map_err(|data::Error::Broken { origin, problem }| Unusable::File { file: origin, problem })
    }

    /// What it says to a file: an image, a sound, a table, arrays, words or days, as the run's data has it. `name` is what a
    /// person calls the file; `sheet` names the sheet of a spreadsheet.
    ///
    /// # Errors
    /// When the file is damaged as a whole, or not of a kind that this network takes.
    pub fn predict(
        &mut self,
        name: &str,
        file: &Path,
        names: Names,
        sheet: Option<&str>,
    ) -> Result<Answers, Unusable> {
        let refused = |problem: String| Unusable::File { file: name.to_string(), problem };
        let preset = self.training.preset().clone();
        // The file may be a copy of standard input, which has another name.
        let asked = asked::read(&preset.data, &self.preparation, file, names, sheet)
            .map_err(|data::Error::Broken { problem, .. }| refused(problem))?;
        let (model, _) = self.training.model_and_splits();
        let (width, output_width) = (model.input_len().max(1), model.output_width().max(1));
        if asked.samples.len() * width != asked.inputs.len() {
            return Err(refused("this network does not take its data's inputs as they are".into()));
        }
        let asked::Asked { samples, inputs, bad, left_out, unknown_characters, told } =
            asked.without_too_large(width, &self.preparation.columns);
        // No file says anything of the next one.
        model.reset_prediction_state();
        let mut output = Vec::new();
        for rows in inputs.chunks(CHUNK * width) {
            output.extend(
                model.predict(Buffer::copy_of(rows), rows.len() / width).map_err(train::Error::from)?,
            );
        }
        // A layer may give an output for each of several steps.
        let width = output.len().checked_div(samples.len()).unwrap_or(output_width).max(1);
        let outputs = Outputs::of(&preset, &*self.training.splits().test, width);
        let answers = samples.into_iter().zip(output.chunks_exact(width)).map(|(of, row)| {
            let (output, by_name) = (outputs.in_unit(row), outputs.row(row));
            let meaning = meaning(&preset.data.source, &output);
            Prediction { of, class: outputs.class(&by_name), meaning, output, by_name }
        });
        Ok(Answers {
            predictions: answers.collect(),
            are_probabilities: preset.gives_probabilities(width),
            names: outputs.names,
            unanswered: bad,
            left_out,
            unknown_characters,
            told,
        })
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
