//! What is imported, brought to the form of what a network learned from: classes, characters and columns are matched by
//! their names, numbers are scaled as the network's own were.

use std::sync::Arc;

use super::set::{Fitted, Imported};
use crate::data::Error;
use crate::data::dataset::Scale;
use crate::data::samples::{Answers, Samples};
use crate::data::text::Text;
use crate::preset::{Csv, DataConfig, Missing, Preparation, Source, TargetChoice, Task};

/// What a set has to fit.
pub(super) struct Fit<'a> {
    /// The file or folder that is read, for messages.
    pub origin: String,
    /// How the network's own data was prepared.
    pub config: &'a DataConfig,
    /// What the network learned of it.
    pub learned: &'a Preparation,
}

impl Fit<'_> {
    pub(super) fn broken(&self, problem: impl Into<String>) -> Error {
        Error::Broken { origin: self.origin.clone(), problem: problem.into() }
    }

    /// The source with a table's columns by the names that the network's own have, wherever they stand. Columns that the
    /// source itself chooses stay.
    pub(super) fn by_name(&self, source: &Source) -> Source {
        match source {
            Source::Csv(table) => self.table(table).into(),
            other => other.clone(),
        }
    }

    /// As [`by_name`](Fit::by_name), for a table.
    pub(super) fn table(&self, own: &Csv) -> Csv {
        let Preparation { columns, label, classes, .. } = self.learned;
        let task = match self.config.targets {
            // What the label is does not matter to who learns the inputs.
            TargetChoice::Input => own.task,
            TargetChoice::Labels if classes.is_empty() => Task::Values,
            TargetChoice::Labels => Task::Classes,
        };
        // The names of a built-in set's columns are not those that a person gives them.
        let has_names = matches!(&self.config.source, Source::Csv(learned) if learned.header);
        if !own.header || !has_names {
            return Csv { task, ..own.clone() };
        }
        let columns = if own.columns.is_empty() { columns } else { &own.columns };
        Csv { columns: columns.clone(), label: own.label.clone().or(label.clone()), task, ..own.clone() }
    }

    /// Inputs that may stay on disk, and how they are scaled. Their real-valued targets are scaled here.
    pub(super) fn rows(&self, mut set: Imported, source: &Source) -> Result<(Imported, Fitted), Error> {
        self.check_shape(&set.shape)?;
        set.shape = self.learned.input_shape.clone();
        set.answers = self.answers(set.answers)?;
        let fills = self.learned.fills.clone();
        if fills.is_empty() && matches!(source, Source::Csv(Csv { missing: Missing::Mean, .. })) {
            return Err(self.broken("the network's own data had no means for empty cells"));
        }
        let scales = self.scales(set.are_pixels);
        Ok((set, Fitted { scales, fills }))
    }

    /// A set that is in memory, scaled.
    pub(super) fn samples(&self, mut samples: Samples) -> Result<Samples, Error> {
        self.check_shape(&samples.shape)?;
        samples.shape = self.learned.input_shape.clone();
        samples.answers = self.answers(samples.answers)?;
        if samples.tokens.is_empty() {
            samples.scale_as(self.scales(false));
        } else {
            let numbers = self.tokens(&samples.tokens)?;
            samples.inputs.iter_mut().for_each(|token| *token = numbers[*token as usize] as f32);
            samples.tokens = self.learned.tokens.clone();
        }
        Ok(samples)
    }

    /// A text in the network's characters.
    pub(super) fn text(&self, text: &Text) -> Result<Text, Error> {
        let numbers = self.tokens(&text.vocabulary)?;
        let tokens: Vec<u16> = text.tokens.iter().map(|&token| numbers[usize::from(token)] as u16).collect();
        Ok(Text { tokens: Arc::new(tokens), vocabulary: self.learned.tokens[..].into() })
    }

    /// Shapes fit when they differ only in axes of length 1: a grey image may lack the axis of colours.
    fn check_shape(&self, shape: &[usize]) -> Result<(), Error> {
        let takes = &self.learned.input_shape[..];
        let long = |shape: &[usize]| shape.iter().copied().filter(|axis| *axis != 1).collect::<Vec<_>>();
        if long(shape) == long(takes) {
            return Ok(());
        }
        Err(self.broken(format!("its samples have the shape {shape:?}, this network takes {takes:?}")))
    }

    /// How the inputs are scaled, where they have the unit of the network's own data; empty: not scaled.
    fn scales(&self, are_pixels: bool) -> Vec<Scale> {
        let scales = &self.learned.input_scales;
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
            _ => scales.clone(),
        }
    }

    /// The answers as the network gives them.
    fn answers(&self, answers: Answers) -> Result<Answers, Error> {
        if self.config.targets == TargetChoice::Input {
            return Ok(answers);
        }
        let classes = &self.learned.classes;
        match answers {
            Answers::Classes { of, names } if !classes.is_empty() => {
                let places = names.iter().map(|name| self.class(name)).collect::<Result<Vec<u32>, _>>()?;
                let of = of.into_iter().map(|class| places[class as usize]).collect();
                Ok(Answers::Classes { of, names: classes.clone() })
            }
            Answers::Values { width, mut values, .. } if classes.is_empty() => {
                let scales = self.learned.target_scales.clone();
                if width != scales.len() {
                    let counts = format!("{width} values a sample, this network gives {}", scales.len());
                    return Err(self.broken(counts));
                }
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

    /// The class of this name. Where the network's classes have words for names, a number is the place of one of them.
    fn class(&self, name: &str) -> Result<u32, Error> {
        let classes = &self.learned.classes;
        let named = classes.iter().position(|class| class == name);
        let are_words = || classes.iter().all(|class| class.parse::<f64>().is_err());
        let numbered = || name.parse::<usize>().ok().filter(|number| *number < classes.len() && are_words());
        named.or_else(numbered).map(|place| place as u32).ok_or_else(|| {
            let known: Vec<&str> = classes.iter().take(20).map(String::as_str).collect();
            let more = if classes.len() > 20 { ", …" } else { "" };
            self.broken(format!("class '{name}' is none of this network's: {}{more}", known.join(", ")))
        })
    }

    /// The network's token numbers for the characters of another set.
    fn tokens(&self, others: &[String]) -> Result<Vec<usize>, Error> {
        let known = &self.learned.tokens;
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
}
