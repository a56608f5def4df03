//! What is imported, brought to the form of what a network learned from: classes, characters and columns are matched by
//! their names, numbers are scaled as the network's own were.

use std::sync::Arc;

use super::fitted::{Fitted, ends};
use super::set::Imported;
use super::table::imported;
use super::{Opened, named};
use crate::data::Error;
use crate::data::answers::{Answers, Numbering};
use crate::data::beyond;
use crate::data::dataset::Scale;
use crate::data::import::limits::Limits;
use crate::data::pixels::{AskedInputs, Pixels, scales_of_inputs};
use crate::data::samples::Samples;
use crate::data::table::cell;
use crate::data::table::classes::Same;
use crate::data::table::{self, Files, LabelCells, LearnedTable, Skipped, Wanted};
use crate::data::text::Text;
use crate::data::tokens;
use crate::preset::shapes::only_long_axes;
use crate::preset::{
    Csv, DataConfig, LabelNames, Missing, Preparation, Reading, Source, TableSchema, TargetChoice, Task,
    TextTokens,
};

/// What a set has to fit.
pub(super) struct Fit<'a> {
    /// The file or folder that is read, for messages.
    pub origin: String,
    /// The source that is read, where it may have a test set of its own: messages then name the part that is wrong.
    pub source: Option<&'a Source>,
    /// How the network's own data was prepared.
    pub config: &'a DataConfig,
    /// How its training reads it.
    pub reading: &'a Reading,
    /// What the network learned of it.
    pub learned: &'a Preparation,
}

impl Fit<'_> {
    pub(super) fn broken(&self, problem: impl Into<String>) -> Error {
        Error::Broken { origin: self.origin.clone(), problem: problem.into() }
    }

    /// What is wrong with this sample, of which the test set's are those from `first_test` on.
    fn broken_in(&self, sample: Option<usize>, first_test: Option<usize>, problem: String) -> Error {
        match (self.source, sample, first_test) {
            (Some(source), Some(sample), Some(first)) => {
                Error::Broken { origin: source.paths_of(sample >= first).join(", "), problem }
            }
            _ => self.broken(problem),
        }
    }

    /// Opens the files of a source. A table's columns are found by the names that the network's own have, wherever they stand,
    /// unless the source itself chooses others. What a person should know of them goes to `notices`.
    ///
    /// # Errors
    /// As the source itself, and when columns are missing.
    pub(super) fn open(
        &self,
        source: &Source,
        limits: &Limits,
        notices: &mut Vec<String>,
    ) -> Result<Opened, Error> {
        match source {
            Source::Csv(table) => self.table(table, limits, notices).map(Opened::Rows),
            other => named(other)?.open(limits, notices),
        }
    }

    fn table(&self, own: &Csv, limits: &Limits, notices: &mut Vec<String>) -> Result<Imported, Error> {
        let task = match self.config.targets {
            _ if own.task == Task::NoLabel => Task::NoLabel,
            // What the label is does not matter to who learns the inputs.
            TargetChoice::Input => own.task,
            TargetChoice::Labels if self.learned.classes.is_empty() => Task::Values,
            TargetChoice::Labels => Task::Classes,
        };
        let own = Csv { task, ..own.clone() };
        let learned = LearnedTable::of(self.config, self.learned);
        let chosen = own.columns.chosen();
        let names = if chosen.is_empty() { learned.schema.names() } else { chosen.to_vec() };
        let labels = own.label.as_ref().map_or(&learned.labels[..], LabelNames::as_slice);
        let wanted = (own.header && learned.has_names).then_some(Wanted { inputs: &names, labels });
        let cells = match task {
            Task::Values => LabelCells::Value,
            Task::Classes => LabelCells::of_classes(&self.learned.classes),
            Task::Auto | Task::NoLabel => LabelCells::AnyWord,
        };
        let (files, mut skipped) = (Files::of(&own)?, Skipped::default());
        let mut sink = |problem| skipped.take(problem, own.skip_broken);
        let table = table::read_as(&files, &own, &learned.schema, wanted, cells, limits, &mut sink)?;
        notices.extend(skipped.in_words());
        // The training has told it of its own data.
        if self.source != Some(&self.config.source) {
            notices.extend(table.filled.iter().cloned());
        }
        imported(&own, table, notices)
    }

    /// Inputs that may stay on disk, and how they are scaled. Their real-valued targets are scaled here.
    pub(super) fn rows(&self, mut set: Imported) -> Result<(Imported, Fitted), Error> {
        if let Some(problem) = table::why_no_array(self.learned).filter(|_| set.table.is_none()) {
            return Err(self.broken(problem));
        }
        self.check_shape(&set.shape)?;
        set.shape = self.learned.input_shape.clone();
        let numbering = set.numbering();
        let may_number = set.table.is_none();
        set.answers = self.answers(set.answers, numbering, set.first_test, may_number)?;
        let fills = self.learned.fills.clone();
        let needs_fills = |table: &TableSchema| {
            table.missing().any(|missing| !matches!(missing, Missing::Refuse | Missing::Zero))
        };
        if fills.is_empty() && set.table.as_ref().is_some_and(needs_fills) {
            return Err(self.broken("the network's own data had no means for empty cells"));
        }
        let scales = self.scales(&set)?;
        Ok((set, Fitted { scales, fills, range: self.learned.input_range, recoded: Vec::new() }))
    }

    /// A set that is in memory, scaled.
    pub(super) fn samples(&self, mut samples: Samples, first_test: Option<usize>) -> Result<Samples, Error> {
        self.check_shape(&samples.shape)?;
        samples.shape = self.learned.input_shape.clone();
        let numbering = samples.numbering();
        samples.answers = self.answers(samples.answers, numbering, first_test, false)?;
        if samples.tokens.is_empty() {
            samples.scale_as(self.learned.input_scales.clone());
        } else {
            let known = &self.learned.tokens;
            match self.config.source.text_form().filter(|form| form.tokens == TextTokens::Words) {
                // The set's own words are not those that the network knows.
                Some(form) => {
                    samples.inputs =
                        samples.captions.iter().flat_map(|text| tokens::encode(text, &form, known)).collect();
                }
                None => {
                    let numbers = self.tokens(&samples.tokens)?;
                    samples.inputs.iter_mut().for_each(|token| *token = numbers[*token as usize] as f32);
                }
            }
            samples.tokens = known.clone();
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
        if only_long_axes(shape) == only_long_axes(takes) {
            return Ok(());
        }
        Err(self.broken(format!("its samples have the shape {shape:?}, this network takes {takes:?}")))
    }

    /// How the inputs are scaled; empty: not scaled. Numbers have the unit of the network's own data, but that pixels may be
    /// bytes as well as shares of full brightness.
    fn scales(&self, set: &Imported) -> Result<Vec<Scale>, Error> {
        let asked = match set.are_pixels {
            true => AskedInputs::Bytes,
            false if self.learned.columns.is_empty() || Pixels::of(self.config, self.learned).is_some() => {
                let (least, greatest) = ends(&*set.rows)?;
                AskedInputs::Numbers(least, greatest)
            }
            false => AskedInputs::AsLearned,
        };
        scales_of_inputs(self.config, self.learned, asked).map_err(|problem| self.broken(problem))
    }

    /// The answers as the network gives them. `may_number`: the set is an array, in which numbers are places of classes.
    fn answers(
        &self,
        answers: Answers,
        numbering: Numbering,
        first_test: Option<usize>,
        may_number: bool,
    ) -> Result<Answers, Error> {
        let is_of_no_use = !self.reading.needs_targets && matches!(answers, Answers::Nothing { .. });
        if self.config.targets == TargetChoice::Input || is_of_no_use {
            return Ok(answers);
        }
        let gives_classes = !self.learned.classes.is_empty();
        let is_other = gives_classes != matches!(answers, Answers::Classes { .. });
        let other = if is_other { answers.other(numbering) } else { None };
        match other.unwrap_or(answers) {
            Answers::Classes { of, names } if gives_classes => {
                let place = |(number, name): (usize, &String)| {
                    let sample = || of.iter().position(|&class| class as usize == number);
                    self.class(name, may_number).map_err(|problem| {
                        let likely =
                            likely_names(&names, &self.learned.classes).map(|map| format!("; {map}"));
                        let problem = problem + &likely.unwrap_or_default();
                        self.broken_in(sample(), first_test, problem)
                    })
                };
                let places = names.iter().enumerate().map(place).collect::<Result<Vec<u32>, _>>()?;
                let of = of.into_iter().map(|class| places[class as usize]).collect();
                Ok(Answers::Classes { of, names: self.learned.classes.clone() })
            }
            Answers::Values { width, values, names, .. } if !gives_classes => {
                let scales = self.learned.target_scales.clone();
                if width != scales.len() {
                    let counts = format!("{width} values a sample, this network gives {}", scales.len());
                    return Err(self.broken(counts));
                }
                let answers = Answers::Values { width, values, scales, names };
                beyond::check_targets(&answers, self.reading.target_scaling)
                    .map_err(|problem| self.broken(problem.to_string()))?;
                Ok(answers)
            }
            Answers::Nothing { .. } => Err(self.broken("it has no label, and this network predicts one")),
            Answers::Classes { .. } => Err(self.broken("it holds classes, and this network gives values")),
            Answers::Values { .. } => Err(self.broken(format!(
                "it holds values, and this network tells {} classes apart",
                self.learned.classes.len()
            ))),
        }
    }

    /// The class of this name, or of the same number: `0.0` is `0`. Where the network's classes have words for names, and
    /// `may_number`, a number is the place of one of them.
    fn class(&self, name: &str, may_number: bool) -> Result<u32, String> {
        let classes = &self.learned.classes;
        let named = classes.iter().position(|class| class == name);
        let same = Same::among(classes.iter().map(String::as_str));
        let named = named.or_else(|| classes.iter().position(|class| same.are(class, name)));
        let are_words = || classes.iter().all(|class| class.parse::<f64>().is_err());
        let numbered = || {
            name.parse::<usize>().ok().filter(|number| may_number && *number < classes.len() && are_words())
        };
        named.or_else(numbered).map(|place| place as u32).ok_or_else(|| {
            let known: Vec<&str> = classes.iter().take(20).map(String::as_str).collect();
            let more = if classes.len() > 20 { ", …" } else { "" };
            format!("class '{name}' is none of this network's: {}{more}", known.join(", "))
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

/// What the classes of a table, of which a network knows none by its name, are likely called there, and how to bring that about;
/// `None` where nothing is likely. It is for a person to say whether it is so.
fn likely_names(here: &[String], known: &[String]) -> Option<String> {
    if here.len() > known.len() || here.len() > 20 {
        return None;
    }
    let number = |name: &String| name.parse::<f64>().ok().filter(|x| x.fract() == 0.0 && *x >= 0.0);
    let are_numbers = |names: &[String]| names.iter().all(|name| number(name).is_some());
    let place = |name: &String| match cell::boolean(name) {
        Some(is) if known.len() == 2 => Some(usize::from(is)),
        // As scikit-learn's LabelEncoder numbers words: in their order.
        _ if here.len() == known.len() => here.iter().position(|other| other == name),
        _ => None,
    };
    let mut pairs: Vec<(&String, &String)> = Vec::new();
    for name in here {
        let to = match (are_numbers(here), are_numbers(known)) {
            // Numbers are places of words, from 0.
            (true, false) => number(name).map(|number| number as usize),
            (false, true) => place(name).filter(|place| known[*place].parse() == Ok(*place as f64)),
            _ => None,
        }?;
        pairs.push((name, known.get(to)?));
    }
    let quoted = |name: &String| match number(name) {
        Some(_) => name.clone(),
        None => format!("'{name}'"),
    };
    let said: Vec<String> =
        pairs.iter().map(|(from, to)| format!("{} is {}", quoted(from), quoted(to))).collect();
    let map: Vec<String> =
        pairs.iter().map(|(from, to)| format!("{}: {}", quoted(from), quoted(to))).collect();
    // pandas reads a column of these as truths, which words do not fit.
    if pairs.iter().all(|(from, _)| matches!(&from[..], "True" | "False" | "true" | "false")) {
        let number = if are_numbers(known) { ".astype(int)" } else { ".astype(str)" };
        let then = if are_numbers(known) { String::new() } else { format!(".map({{{}}})", map.join(", ")) };
        return Some(format!(
            "likely {}: if so, write that into the label's column first, with pandas by {number}{then}",
            said.join(" and ")
        ));
    }
    Some(format!(
        "likely {}: if so, write that into the label's column first, with pandas by .map({{{}}})",
        said.join(" and "),
        map.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::likely_names;

    #[test]
    fn what_classes_are_likely_called_is_said_and_nothing_else_is() {
        let said = |here: &[&str], known: &[&str]| {
            let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
            likely_names(&names(here), &names(known))
        };
        let wanted = "likely 0 is 'No' and 1 is 'Yes': if so, write that into the label's column first, with pandas by \
                      .map({0: 'No', 1: 'Yes'})";
        assert_eq!(said(&["0", "1"], &["No", "Yes"]).as_deref(), Some(wanted));
        assert!(said(&["no", "yes"], &["0", "1"]).unwrap().starts_with("likely 'no' is 0 and 'yes' is 1: "));
        let truth = said(&["False", "True"], &["0", "1"]).unwrap();
        assert!(
            truth.starts_with("likely 'False' is 0 and 'True' is 1: ") && truth.ends_with("by .astype(int)")
        );
        assert!(
            said(&["cat", "dog"], &["0", "1"]).unwrap().starts_with("likely 'cat' is 0 and 'dog' is 1: ")
        );
        for (here, known) in [(["3", "4"], ["No", "Yes"]), (["a", "b"], ["c", "d"]), (["a", "b"], ["7", "9"])]
        {
            assert_eq!(said(&here, &known), None);
        }
    }
}
