//! The labels of a table's rows: classes or values.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::cell::{self, Cell, Numbers, shown};
use super::classes;
use super::columns;
use super::digits;
use super::identifier::is_called_identifier;
use super::reader::Place;
use crate::data::Error;
use crate::data::answers::MOST_LIKELY_CLASSES;
use crate::preset::{CellForm, Task, written};

/// A table's labels.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
    /// A class a row, and the classes' names in order.
    Classes(Vec<u32>, Vec<String>),
    /// A value a row.
    Values(Vec<f64>),
    /// So many values a row, row after row.
    Several(usize, Vec<f64>),
    /// So many rows have none.
    Nothing(usize),
}

impl Labels {
    /// What is said of a label that differs in every row, as what names the rows does; `name` is its column.
    pub fn name_rows(&self, name: &str) -> Option<String> {
        /// In fewer rows it is a chance.
        const FEWEST: usize = 12;
        let called = columns::label(name);
        match self {
            Labels::Classes(of, names) if of.len() >= FEWEST && names.len() == of.len() => Some(format!(
                "{called} is another class in each of {} rows, as what names rows is: of a class with one row nothing can be \
                 learned",
                of.len()
            )),
            Labels::Values(values) if values.len() >= FEWEST => {
                let ends = |(least, most): (f64, f64), &x: &f64| (least.min(x), most.max(x));
                let (least, most) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), ends);
                // Each number of its range once: from 1 to the number of rows, say.
                let counts = most - least + 1.0 == values.len() as f64;
                let are_whole = values.iter().all(|x| x.fract() == 0.0);
                if !are_whole || !(counts || is_called_identifier(name)) {
                    return None;
                }
                let different: HashSet<u64> = values.iter().map(|x| x.to_bits()).collect();
                (different.len() == values.len()).then(|| {
                    format!(
                        "{called} is another whole number in each of {} rows, as a number of the row is: there is nothing in it \
                         to predict",
                        values.len()
                    )
                })
            }
            Labels::Classes(..) | Labels::Values(_) | Labels::Several(..) | Labels::Nothing(_) => None,
        }
    }

    /// Labels of whole numbers, which may be classes as well as values, where nobody says what they are: which they are taken for, why,
    /// and that the other is meant by `other`, such as `task: values`; `name` is their column. `None` where they are hardly the other.
    pub fn either_in_words(&self, name: &str, other: impl Fn(Task) -> String) -> Option<String> {
        let called = columns::label(name);
        let (count, least, most, taken) = match self {
            Labels::Classes(_, names) => {
                let (least, most) = counts(names)?;
                (names.len(), least, most, Task::Classes)
            }
            Labels::Values(values) => {
                if !values.iter().all(|x| x.fract() == 0.0) {
                    return None;
                }
                let different: BTreeSet<i64> = values.iter().map(|&x| x as i64).collect();
                // Where most rows have one of their own, they are measured.
                let may_be = different.len() <= MOST_CLASSES && different.len() * 2 <= values.len();
                let ends = (*different.first()?, *different.last()?);
                may_be.then_some((different.len(), ends.0 as f64, ends.1 as f64, Task::Values))?
            }
            Labels::Several(..) | Labels::Nothing(_) => return None,
        };
        let numbers = format!("{count} different whole numbers, {} to {}", written(least), written(most));
        Some(match taken {
            Task::Classes => format!(
                "{called} has {numbers}, and up to {MOST_LIKELY_CLASSES} are taken for classes, of which none is more than another; \
                 {} takes them for values",
                other(Task::Values)
            ),
            _ => format!(
                "{called} has {numbers}, and more than {MOST_LIKELY_CLASSES} are taken for values, of which one is more than another; \
                 {} takes them for classes",
                other(Task::Classes)
            ),
        })
    }

    /// A class whose name says that something is missing, and how many rows it has.
    pub(super) fn class_like_a_gap(&self) -> Option<(&str, usize)> {
        let Labels::Classes(of, names) = self else { return None };
        let place = names.iter().position(|name| cell::is_missing(name))?;
        Some((&names[place], of.iter().filter(|&&class| class as usize == place).count()))
    }
}

/// The ends of classes that are whole numbers, so that they may be meant as values; two are yes and no, and codes are none.
fn counts(names: &[String]) -> Option<(f64, f64)> {
    let numbers: Vec<i64> = names.iter().map(|name| name.parse().ok()).collect::<Option<_>>()?;
    let are_plain = names.len() > 2 && names.iter().all(|name| !classes::is_padded(name));
    are_plain.then_some((*numbers.iter().min()? as f64, *numbers.iter().max()? as f64))
}

/// What a training says of a label of whole numbers, of which nobody says what they are, that it learns as classes, as its loss or their
/// looks have it; `name` is their column. `None` where they are hardly values.
pub fn learned_as_classes(name: &str, classes: &[String]) -> Option<String> {
    let (least, most) = counts(classes)?;
    Some(format!(
        "{} has {} different whole numbers, {} to {}, which are learned as classes, of which none is more than another; task: values, a \
         last layer of one unit and mean_squared_error learn them as values, and task: classes says that they are classes",
        columns::label(name),
        classes.len(),
        written(least),
        written(most)
    ))
}

/// Most classes.
pub(super) const MOST_CLASSES: usize = 1000;

/// Where a label is: its file among those that are read, and its row.
type Seen = (usize, Place);

/// Labels as they come.
#[derive(Default)]
pub struct Collected {
    /// How they are written, where they are values and no plain numbers.
    pub form: Option<CellForm>,
    count: usize,
    /// The number of each row's name in order of appearance; dropped when there are too many different ones.
    names_of_rows: Vec<u32>,
    numbers: HashMap<String, u32>,
    /// Where each name is first seen.
    first_seen: Vec<Seen>,
    too_many: bool,
    /// Their values, as long as all are numbers.
    values: Vec<f64>,
    /// The first label that is not a number, and the first that says that a number is not known.
    no_number: Option<(Seen, String)>,
    unknown: Option<(Seen, String)>,
    has_fraction: bool,
    /// Whether some begin with a zero that no number needs, as codes do.
    has_codes: bool,
    /// The values of all rows, where each has several, and how many a row has.
    several: (usize, Vec<f64>),
}

impl Collected {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// What is said of values of which double precision runs some together; `name` is their column.
    pub fn lost_digits(&self, name: &str) -> Option<String> {
        let (different, seen) = digits::run_together(self.numbers.keys().map(String::as_str))?;
        let more = if self.too_many { " or more" } else { "" };
        Some(format!(
            "{} has {different}{more} different numbers, of which a network sees {seen}: the others differ in digits that \
             double precision does not have; subtract the least from all of them, or {} makes up to {MOST_CLASSES} of them classes",
            columns::label(name),
            columns::as_kind(name, "category")
        ))
    }

    /// Takes the label of a row.
    pub fn push(&mut self, cell: &str, numbers: Numbers, place: Seen) {
        self.count += 1;
        let read = numbers.read_as(cell, self.form.as_ref());
        // The class of `10%` is that of 10.
        let plain = match (&self.form, read) {
            (Some(_), Cell::Number(value)) => Some(value.to_string()),
            _ => None,
        };
        match read {
            Cell::Number(value) if value.is_finite() => {
                self.has_fraction |= value.fract() != 0.0;
                self.has_codes |= classes::is_padded(cell);
                if self.no_number.is_none() && self.unknown.is_none() {
                    self.values.push(value);
                }
            }
            Cell::Missing => {
                self.unknown.get_or_insert_with(|| (place, shown(cell)));
                self.values = Vec::new();
            }
            Cell::Number(_) | Cell::Word => {
                self.no_number.get_or_insert_with(|| (place, shown(cell)));
                self.values = Vec::new();
            }
        }
        if self.too_many {
            return;
        }
        let cell = plain.as_deref().unwrap_or(cell);
        let next = self.numbers.len() as u32;
        let name = match self.numbers.get(cell) {
            Some(&name) => name,
            None => {
                self.numbers.insert(cell.to_string(), next);
                self.first_seen.push(place);
                next
            }
        };
        self.names_of_rows.push(name);
        if self.numbers.len() > MOST_CLASSES {
            (self.too_many, self.names_of_rows) = (true, Vec::new());
        }
    }

    /// Takes the values of a row that has several labels.
    pub fn push_several(&mut self, values: &[f64]) {
        self.count += 1;
        self.several.0 = values.len();
        self.several.1.extend_from_slice(values);
    }

    /// The labels of all rows. `origins` are the names of the files, of which the first `trained` are not the test set's.
    ///
    /// # Errors
    /// When they are no such labels as `task` asks for, or a class occurs in the test set only.
    pub fn sorted(self, task: Task, origins: &[String], trained: usize) -> Result<Labels, Error> {
        let broken = |file: usize, problem: String| Error::Broken {
            origin: origins.get(file).cloned().unwrap_or_default(),
            problem,
        };
        if task == Task::NoLabel {
            return Ok(Labels::Nothing(self.count));
        }
        if self.several.0 > 0 {
            return Ok(Labels::Several(self.several.0, self.several.1));
        }
        let are_numbers = self.no_number.is_none();
        let are_many = self.has_fraction || self.numbers.len() > MOST_LIKELY_CLASSES;
        let likely = are_numbers && !self.has_codes && (are_many || self.form.is_some());
        // A word among words is the name of a class; among numbers it says that one is missing.
        let lacks_numbers = are_numbers && self.unknown.is_some() && self.numbers.len() > 1;
        if task == Task::Values || task == Task::Auto && (likely || lacks_numbers) {
            return match (self.no_number, self.unknown) {
                (None, None) => Ok(Labels::Values(self.values)),
                (Some(((file, at), text)), _) => {
                    Err(broken(file, format!("{at}: the label {text} is not a number")))
                }
                (None, Some(((file, at), text))) => {
                    let help = "task: classes takes it for a class";
                    Err(broken(file, format!("{at}: the label is missing: {text}; {help}")))
                }
            };
        }
        if self.too_many {
            let problem = format!("the label has more than {MOST_CLASSES} classes; is it the right column?");
            return Err(broken(0, problem));
        }
        let mut names = vec![""; self.numbers.len()];
        self.numbers.iter().for_each(|(name, &number)| names[number as usize] = name);
        let (classes, class_of) = classes::sorted(&names);
        let mut first_seen: Vec<Option<Seen>> = vec![None; classes.len()];
        for (&class, &place) in class_of.iter().zip(&self.first_seen) {
            let first = &mut first_seen[class as usize];
            *first = Some(first.map_or(place, |first| first.min(place)));
        }
        let late = first_seen.iter().zip(&classes).find_map(|(&first, class)| {
            let (file, at) = first.filter(|&(file, _)| file >= trained)?;
            Some((file, format!("{at}: no training sample is of the class {}", shown(class))))
        });
        if let Some((file, problem)) = late {
            return Err(broken(file, problem));
        }
        let of = self.names_of_rows.into_iter().map(|name| class_of[name as usize]).collect();
        Ok(Labels::Classes(of, classes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(cells: &[&str], task: Task) -> Result<Labels, String> {
        let mut collected = Collected::default();
        for (cell, line) in cells.iter().zip(2..) {
            collected.push(cell, Numbers::default(), (0, Place::Line(line)));
        }
        collected.sorted(task, &["t.csv".into()], 1).map_err(|error| error.to_string())
    }

    #[test]
    fn a_spelling_of_a_missing_number_is_a_class_among_words_and_a_gap_among_numbers() {
        let words = labels(&["cat", "None", "dog", "cat"], Task::Auto).unwrap();
        assert_eq!(words.class_like_a_gap(), Some(("None", 1)));
        let names = ["None", "cat", "dog"].map(str::to_string).to_vec();
        assert_eq!(words, Labels::Classes(vec![1, 0, 2, 1], names));
        let gap = "t.csv: line 3: the label is missing: 'nan'; task: classes takes it for a class";
        assert_eq!(labels(&["0", "nan", "1"], Task::Auto).unwrap_err(), gap);
        assert_eq!(labels(&["0.5", "nan", "1"], Task::Values).unwrap_err(), gap);
        let names = ["0", "1", "nan"].map(str::to_string).to_vec();
        assert_eq!(labels(&["0", "nan", "1"], Task::Classes).unwrap(), Labels::Classes(vec![0, 2, 1], names));
    }

    #[test]
    fn whole_numbers_say_what_they_are_taken_for_and_how_they_are_the_other() {
        let said = |cells: &[String]| {
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            labels(&cells, Task::Auto)
                .unwrap()
                .either_in_words("rings", |task| format!("task: {}", task.name()))
        };
        let counts = |different: usize| {
            (0..different * 4).map(|row| (row % different).to_string()).collect::<Vec<_>>()
        };
        let classes = "the label 'rings' has 13 different whole numbers, 0 to 12, and up to 20 are taken for classes, of which none is \
                       more than another; task: values takes them for values";
        assert_eq!(said(&counts(13)).as_deref(), Some(classes));
        let values = "the label 'rings' has 28 different whole numbers, 0 to 27, and more than 20 are taken for values, of which one is \
                      more than another; task: classes takes them for classes";
        assert_eq!(said(&counts(28)).as_deref(), Some(values));
        // Yes and no, words, codes and measurements are nothing else.
        let codes: Vec<String> = ["007", "012", "100", "007"].map(str::to_string).to_vec();
        let measured: Vec<String> = (0..50).map(|row| (row * 37).to_string()).collect();
        for other in [counts(2), ["a", "b", "3"].map(str::to_string).to_vec(), codes, measured] {
            assert_eq!(said(&other), None, "{other:?}");
        }
    }

    #[test]
    fn a_training_says_that_it_learns_counts_as_classes() {
        let said = |classes: &[&str]| {
            learned_as_classes("rings", &classes.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        let sentence = said(&["0", "1", "2", "7"]).unwrap();
        assert!(
            sentence.starts_with(
                "the label 'rings' has 4 different whole numbers, 0 to 7, which are learned as classes"
            ),
            "{sentence}"
        );
        for others in [&["0", "1"][..], &["a", "b", "3"], &["007", "012", "100"], &["0.5", "1", "2"]] {
            assert_eq!(said(others), None, "{others:?}");
        }
    }

    #[test]
    fn fractions_and_many_numbers_are_values_and_a_time_in_seconds_keeps_its_digits() {
        let times = labels(&["1700000001.25", "1700000002.5"], Task::Auto).unwrap();
        assert_eq!(times, Labels::Values(vec![1_700_000_001.25, 1_700_000_002.5]));
        let many: Vec<String> = (0..30).map(|number| number.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(matches!(labels(&many, Task::Auto), Ok(Labels::Values(values)) if values.len() == 30));
        assert!(matches!(labels(&many, Task::Classes), Ok(Labels::Classes(_, names)) if names[29] == "29"));
    }
}
