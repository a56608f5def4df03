//! What the cells of a label may be, by the looks of all of them: what is none of that breaks its row.

use std::collections::HashSet;

use super::amount::Amounts;
use super::cell::{self, Cell, Numbers};
use super::classes;
use super::columns;
use super::dates::Dates;
use super::durations::Durations;
use super::labels::MOST_CLASSES;
use super::suspects::Suspects;
use crate::preset::{CellForm, LabelColumn, Task};

/// What a label's cell may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelCells {
    /// Anything: the name of a class.
    AnyWord,
    /// The name of a class, of which all are numbers: what says that a number is missing is none.
    ClassNumber,
    /// A value.
    Value,
}

/// What is wrong with a row whose label is empty.
pub(super) const NO_LABEL: &str = "the label is missing";
/// What is wrong with a label's cell.
pub(super) const GAP: &str = "says that the label is missing; task: classes takes it for a class";
pub(super) const NO_VALUE: &str = "is not a number";
/// What is wrong with a cell of one of several labels.
pub(super) const GAP_OF_SEVERAL: &str =
    "says that this label is missing, and of several labels a row needs all";
pub(super) const NO_VALUE_OF_SEVERAL: &str = "is not a number, as each of several labels is";
/// What `columns` does with labels of which some are no numbers.
pub(super) const FOR_CLASSES: &str = "takes the label for classes";

/// The number of a cell of one of several labels, written in this form where it is no plain number; where `may_be_boolean`, yes and no are
/// 1 and 0.
///
/// # Errors
/// What is wrong with it, behind the cell.
pub fn number_of_several(
    cell: &str,
    numbers: Numbers,
    form: Option<&CellForm>,
    may_be_boolean: bool,
) -> Result<f64, &'static str> {
    match numbers.read_as(cell, form) {
        Cell::Number(value) if value.is_finite() => Ok(value),
        Cell::Missing => Err(GAP_OF_SEVERAL),
        Cell::Number(_) | Cell::Word => cell::boolean(cell)
            .filter(|_| may_be_boolean)
            .map(|is| f64::from(u8::from(is)))
            .ok_or(NO_VALUE_OF_SEVERAL),
    }
}

impl LabelCells {
    /// Checks a cell, which is written in this form where it is a value.
    ///
    /// # Errors
    /// What is wrong with it, behind the cell.
    pub fn check(self, cell: &str, numbers: Numbers, form: Option<&CellForm>) -> Result<(), &'static str> {
        match self {
            LabelCells::AnyWord => Ok(()),
            LabelCells::ClassNumber if cell::is_missing(cell) => Err(GAP),
            LabelCells::ClassNumber => Ok(()),
            LabelCells::Value => match numbers.read_as(cell, form) {
                Cell::Number(value) if value.is_finite() => Ok(()),
                Cell::Missing => Err(GAP),
                Cell::Number(_) | Cell::Word => Err(NO_VALUE),
            },
        }
    }

    /// What the labels of a network's classes may be.
    pub fn of_classes(names: &[String]) -> Self {
        let are_numbers = names.iter().all(|name| name.trim().parse::<f64>().is_ok_and(|x| !x.is_nan()));
        if are_numbers && !names.is_empty() { LabelCells::ClassNumber } else { LabelCells::AnyWord }
    }
}

/// What the labels of the rows to learn from look like.
#[derive(Default)]
pub struct LabelLook {
    numbers: u64,
    gaps: u64,
    words: u64,
    /// Those of the words that say yes or no.
    booleans: u64,
    amounts: Amounts,
    dates: Dates,
    durations: Durations,
    suspects: Suspects,
    has_fraction: bool,
    /// Whether some begin with a zero that no number needs, as codes do.
    has_codes: bool,
    /// The different labels, up to one more than there may be classes.
    names: HashSet<Box<str>>,
    /// The different numbers, up to one more than there may be classes.
    different: HashSet<u64>,
}

impl LabelLook {
    /// Looks at a cell.
    pub fn add(&mut self, cell: &str, numbers: Numbers) {
        let word = numbers.word(cell);
        if self.names.len() <= MOST_CLASSES && !self.names.contains(word) {
            self.names.insert(word.into());
        }
        match numbers.read(cell) {
            Cell::Number(value) if value.is_finite() => {
                self.numbers += 1;
                self.amounts.add_plain(value);
                self.suspects.add(cell, value);
                self.has_codes |= classes::is_padded(cell);
                self.has_fraction |= value.fract() != 0.0;
                if self.different.len() <= MOST_CLASSES {
                    self.different.insert(value.to_bits());
                }
            }
            Cell::Missing => self.gaps += 1,
            Cell::Number(_) => self.words += 1,
            Cell::Word => {
                self.words += 1;
                self.booleans += u64::from(cell::boolean(cell).is_some());
                self.amounts.add(cell, numbers);
                self.dates.add(cell);
                self.durations.add(cell);
            }
        }
    }

    /// How the cells are written, where `task` lets them be values and they are no plain numbers.
    pub fn form(&self, task: Task) -> Option<CellForm> {
        match task {
            Task::Values | Task::Auto
                if self.durations.are_taken(self.numbers + self.words, task == Task::Values) =>
            {
                Some(CellForm::Duration)
            }
            Task::Values | Task::Auto => self.amounts.unit(self.words).map(CellForm::Unit),
            Task::Classes | Task::NoLabel => None,
        }
    }

    /// Whether the cells say yes or no, in words such as these, or in 1 and 0 beside them.
    pub fn is_boolean(&self) -> bool {
        let are_bits = self.different.iter().all(|bits| matches!(f64::from_bits(*bits), 0.0 | 1.0));
        self.booleans > 0 && self.booleans == self.words && are_bits
    }

    /// The column at `place`, called `name`, as one of several labels, of which each row has a number.
    ///
    /// # Errors
    /// When most of its cells are neither numbers nor yes and no.
    pub fn of_several(&self, name: &str, place: usize) -> Result<LabelColumn, String> {
        let (form, is_boolean) = (self.form(Task::Values), self.is_boolean());
        if form.is_none() && !is_boolean && self.words > self.numbers {
            return Err(format!(
                "the label {} has words: several labels are numbers each, or yes and no; a column of classes is a label by itself, so \
                 make a preset for it, or a column with 1 and 0 for each class, as pandas.get_dummies does",
                columns::shown(name, place)
            ));
        }
        Ok(LabelColumn { place, form, is_boolean })
    }

    /// What the cells may be, where `task` says what the label is. A label is what most of its cells are, as any column: among
    /// fractions, or more numbers than there may be classes, a word is a mistake.
    pub fn cells(&self, task: Task) -> LabelCells {
        let are_values = !self.has_codes && (self.has_fraction || self.different.len() > MOST_CLASSES);
        match task {
            Task::Values => LabelCells::Value,
            Task::Classes | Task::NoLabel => LabelCells::AnyWord,
            Task::Auto if self.form(task).is_some() => LabelCells::Value,
            Task::Auto if are_values && self.numbers >= self.words => LabelCells::Value,
            Task::Auto if self.words == 0 && self.numbers > 0 => LabelCells::ClassNumber,
            Task::Auto => LabelCells::AnyWord,
        }
    }

    /// What is said of labels that are classes, of which some are numbers and some are words: `name` is their column.
    pub fn mixed_in_words(&self, cells: LabelCells, task: Task, name: &str) -> Option<String> {
        let is_mixed =
            self.numbers > 0 && self.words > 0 && cells == LabelCells::AnyWord && task == Task::Auto;
        is_mixed.then(|| {
            format!(
                "{} is a number in {} rows and a word in {}, so each number is a class; {} makes it a value, and breaks the rows \
                 with words; {} says that it is classes",
                columns::label(name),
                self.numbers,
                self.words,
                columns::as_kind(name, "number"),
                columns::as_kind(name, "category")
            )
        })
    }

    /// What is said of labels that become classes although a person may mean something else by them: dates, numbers with different
    /// units, codes; `name` is their column.
    pub fn classes_in_words(&self, cells: LabelCells, task: Task, name: &str) -> Option<String> {
        if task != Task::Auto || cells == LabelCells::Value {
            return None;
        }
        let label = columns::label(name);
        let known = (self.numbers + self.words).max(1);
        let are = |count: u64| count * 10 >= known * 9;
        let each = |what: &str| match self.names.len() {
            1 => format!("it is a class of its own as one {what}"),
            count => format!("each of its {count} {what}s is a class"),
        };
        let said = format!("{} says that it is meant so", columns::as_kind(name, "category"));
        if are(self.dates.best().0) {
            let help = "a number of days since some day would be a value to predict";
            return Some(format!("{label} holds dates; {}: {help}; {said}", each("day")));
        }
        if are(self.dates.times().1) {
            let help = "task: values takes them for durations, in seconds";
            return Some(format!("{label} holds times of day; {}: {help}; {said}", each("time")));
        }
        if let Some(units) = self.amounts.mixed(self.words) {
            return Some(format!(
                "{label} holds numbers with different units, {units}; {}: with one unit they are values to predict; {said}",
                each("word")
            ));
        }
        self.has_codes.then(|| {
            format!(
                "{label} holds codes, of which some begin with a zero; {}: {} makes them values; {said}",
                each("code"),
                columns::as_kind(name, "number")
            )
        })
    }

    /// What is said of values of which some may say that the value is missing; `name` is their column.
    pub fn missing_in_words(&self, cells: LabelCells, name: &str) -> Option<String> {
        let are_values = cells == LabelCells::Value;
        self.suspects.missing_in_words(&columns::label(name), true).filter(|_| are_values)
    }

    /// Whether some cells are not what they may be.
    pub fn has_broken(&self, cells: LabelCells) -> bool {
        match cells {
            LabelCells::AnyWord => false,
            LabelCells::ClassNumber => self.gaps > 0,
            LabelCells::Value => self.gaps + self.words > 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(labels: &[&str], task: Task) -> LabelCells {
        let mut look = LabelLook::default();
        labels.iter().for_each(|label| look.add(label, Numbers::default()));
        look.cells(task)
    }

    #[test]
    fn labels_are_what_most_of_them_are() {
        assert_eq!(cells(&["0", "1", "nan"], Task::Auto), LabelCells::ClassNumber);
        assert_eq!(cells(&["0", "1", "none of them"], Task::Auto), LabelCells::AnyWord);
        assert_eq!(cells(&["cat", "None"], Task::Auto), LabelCells::AnyWord);
        assert_eq!(cells(&["0.5", "oops", "1"], Task::Auto), LabelCells::Value);
        assert_eq!(cells(&["0.5", "a", "b"], Task::Auto), LabelCells::AnyWord);
        assert_eq!(
            (cells(&["a"], Task::Values), cells(&["1"], Task::Classes)),
            (LabelCells::Value, LabelCells::AnyWord)
        );
        let many: Vec<String> = (0..=MOST_CLASSES).map(|number| number.to_string()).collect();
        let mut many: Vec<&str> = many.iter().map(String::as_str).collect();
        many.push("oops");
        assert_eq!(cells(&many, Task::Auto), LabelCells::Value);
    }

    #[test]
    fn classes_of_which_some_are_numbers_are_told_unless_the_preset_says_that_they_are_classes() {
        let mut look = LabelLook::default();
        ["1", "2", "low"].iter().for_each(|label| look.add(label, Numbers::default()));
        let said = |task| look.mixed_in_words(look.cells(task), task, "y");
        let sentence = said(Task::Auto).unwrap();
        assert!(sentence.starts_with("the label 'y' is a number in 2 rows and a word in 1"), "{sentence}");
        assert_eq!((said(Task::Classes), said(Task::Values)), (None, None));
    }

    #[test]
    fn a_cell_that_may_not_be_is_refused() {
        let check = |cells: LabelCells, cell| cells.check(cell, Numbers::default(), None);
        assert_eq!(
            (check(LabelCells::AnyWord, "nan"), check(LabelCells::ClassNumber, "x")),
            (Ok(()), Ok(()))
        );
        assert_eq!(
            (check(LabelCells::ClassNumber, "<NA>"), check(LabelCells::Value, "NaN")),
            (Err(GAP), Err(GAP))
        );
        assert_eq!(
            (check(LabelCells::Value, "inf"), check(LabelCells::Value, "1e3")),
            (Err(NO_VALUE), Ok(()))
        );
        let of = |names: &[&str]| {
            LabelCells::of_classes(&names.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!((of(&["0", "1"]), of(&["0", "nan"])), (LabelCells::ClassNumber, LabelCells::AnyWord));
    }
}
