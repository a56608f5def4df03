//! The columns of a table, as a run learned them: how a row of cells becomes the numbers that a network gets.

use serde::{Deserialize, Serialize};

use super::cell_form::CellForm;
use super::date_forms::DateForms;
use super::layers::{EmbeddedColumn, RowColumn};
use super::sources::Missing;
use super::variants::variants;

/// The columns of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TableSchema {
    /// The names of all columns in the table's order, those that are no inputs included; numbers from 1 where the table has
    /// no header.
    pub columns: Vec<String>,
    /// The place of the column that is predicted, the first one where they are several; the one behind all columns where there is none.
    pub label: usize,
    /// The columns that are predicted, in their order, where they are several; empty otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<LabelColumn>,
    /// The columns that are inputs, in the order in which the network gets them.
    pub inputs: Vec<InputColumn>,
    /// How its numbers are written, where its rows show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<Numbers>,
    /// How the cells of the column that is predicted are written, where they are no plain numbers and are values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_form: Option<CellForm>,
    /// The places of columns that are no inputs because they name the rows: `Total` there says that a row is a sum of the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub row_names: Vec<usize>,
    /// Words that say in a column of numbers or dates that the value is missing, beside those that always do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing_words: Vec<String>,
}

/// One of several columns that are predicted together: each row has a number in each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelColumn {
    /// Its place among the table's columns.
    pub place: usize,
    /// How its cells are written, where they are no plain numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<CellForm>,
    /// Whether words such as yes and no are 1 and 0 in it.
    #[serde(default)]
    pub is_boolean: bool,
}

/// How the numbers of a table are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
    /// What stands before the fraction.
    pub decimal: char,
    /// What groups the digits before the fraction by three.
    pub thousands: Option<char>,
}

impl Default for Numbers {
    fn default() -> Self {
        Numbers { decimal: '.', thousands: None }
    }
}

/// A column that is an input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputColumn {
    /// Its place among the table's columns.
    pub place: usize,
    /// How its cells become numbers.
    pub kind: InputKind,
    /// What is beside its words, where it is a column of words.
    #[serde(default, skip_serializing_if = "Rest::is_usual")]
    pub rest: Rest,
    /// How its cells are written, where they are no plain numbers and no dates in a usual form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<CellForm>,
    /// What the dates have from which the run learned, where it is a column of dates in usual forms; a run of before does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dates: Option<DateForms>,
}

/// What a column of words has beside the words that are told apart: those are chosen from the rows that are trained on, and the
/// number of inputs from all rows, so that it does not depend on which rows are held out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    /// The places among the inputs, or vectors, that no word has, in order. A word keeps its place whichever rows are held out.
    pub unused: Vec<usize>,
    /// Whether rows that were trained on have other words. Where none has, a word that is not known is 0 in all inputs: the
    /// weights of the input for other words are as they were before the training.
    pub is_taught: bool,
}

impl Default for Rest {
    fn default() -> Self {
        Rest { unused: Vec::new(), is_taught: true }
    }
}

impl Rest {
    fn is_usual(&self) -> bool {
        *self == Rest::default()
    }
}

impl InputColumn {
    /// The column at this place of the table, of this kind.
    pub fn new(place: usize, kind: InputKind) -> Self {
        InputColumn { place, kind, rest: Rest::default(), form: None, dates: None }
    }

    /// The number of the network's inputs that the column becomes.
    pub fn width(&self) -> usize {
        let unused = if matches!(self.kind, InputKind::Category(_)) { self.rest.unused.len() } else { 0 };
        self.kind.width() + unused
    }

    /// The place of each of its words among the inputs or vectors; none for a column of something else.
    pub fn places_of_words(&self) -> Vec<usize> {
        let last = self.other_word().unwrap_or(0);
        (0..last).filter(|place| !self.rest.unused.contains(place)).collect()
    }

    /// The number of a word that is none of those that are told apart; `None` for a column of something else.
    pub fn other_word(&self) -> Option<usize> {
        match &self.kind {
            InputKind::Category(words) | InputKind::Embedding { words, .. } => {
                Some(words.len() + self.rest.unused.len())
            }
            InputKind::Number(_) | InputKind::Boolean(_) | InputKind::Date { .. } => None,
        }
    }

    /// Whether each of its inputs was 0 in all rows that were trained on, because no word has it.
    fn are_idle(&self) -> impl Iterator<Item = bool> {
        let (is_one_hot, last) = (matches!(self.kind, InputKind::Category(_)), self.width() - 1);
        let is_idle =
            move |place: &usize| self.rest.unused.contains(place) || *place == last && !self.rest.is_taught;
        (0..self.width()).map(move |place| is_one_hot && is_idle(&place))
    }

    /// What its inputs are called, where the column has this name.
    fn features(&self, name: &str) -> Vec<String> {
        let mut features = self.kind.features(name);
        if matches!(self.kind, InputKind::Category(_)) {
            let unused = self.rest.unused.iter().zip(1..);
            unused.for_each(|(&place, number)| features.insert(place, format!("{name} = (unused {number})")));
        }
        features
    }
}

/// How the cells of a column become numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum InputKind {
    /// The number itself.
    Number(Filling),
    /// 1 for words such as yes and true, 0 for no and false.
    Boolean(Filling),
    /// An input for each of these words, which is 1 where the cell has it, and one more for all other words.
    Category(Vec<String>),
    /// The number of the word among these, and one more number for all other words: the network learns a vector for each.
    Embedding {
        /// The words.
        words: Vec<String>,
        /// Numbers of a word's vector.
        size: usize,
    },
    /// An input for each part of the date.
    Date {
        /// Whether the day comes before the month in dates such as 01/02/2024.
        day_first: bool,
        /// The parts.
        parts: Vec<DatePart>,
        /// What becomes of a missing date.
        filling: Filling,
    },
}

/// What becomes of a missing value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filling {
    /// What stands in for it.
    pub missing: Missing,
    /// Whether one more input is 1 where the value is missing, and 0 elsewhere.
    pub flag: bool,
}

variants! {
    /// A part of a date.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum DatePart {
        /// The year.
        Year = "year",
        /// The month, from 1.
        Month = "month",
        /// The day of the month, from 1.
        Day = "day",
        /// The day of the week, from Monday, which is 1, to Sunday, which is 7.
        Weekday = "weekday",
        /// The hour, 0 to 23.
        Hour = "hour",
        /// The minute.
        Minute = "minute",
        /// The second.
        Second = "second",
        /// The days since the beginning of 1970, with the time of day as a fraction.
        Elapsed = "elapsed",
        /// The time of day as a fraction of a day. Only a column of times without a date has this part.
        TimeOfDay = "time_of_day",
    }
}

impl DatePart {
    /// Whether a column with these parts has times of day, not dates.
    pub fn are_of_time(parts: &[DatePart]) -> bool {
        parts.contains(&DatePart::TimeOfDay)
    }
}

/// The code that a word is: of a whole number the same whether it is written as `1` or as `1.0`, as pandas does where a column
/// lacks a number. Zeros at its beginning belong to a code: `007` is not `7`. Any other word is itself. A fraction follows `decimal`.
pub fn code(word: &str, decimal: char) -> &str {
    let Some((whole, fraction)) = word.split_once(decimal) else { return word };
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let begins_with_zero = digits.len() > 1 && digits.starts_with('0');
    let are_zeros = !fraction.is_empty() && fraction.bytes().all(|byte| byte == b'0');
    if is_whole && !begins_with_zero && are_zeros { whole } else { word }
}

impl TableSchema {
    /// The schema of a table of numbers: these columns, and the label behind them.
    pub fn of_numbers(columns: &[String], label: Option<&str>, missing: Missing) -> Self {
        let kind = InputKind::Number(Filling { missing, flag: false });
        TableSchema {
            columns: columns.iter().map(String::as_str).chain(label).map(str::to_string).collect(),
            label: columns.len(),
            inputs: (0..columns.len()).map(|place| InputColumn::new(place, kind.clone())).collect(),
            ..TableSchema::default()
        }
    }

    /// The place of the column that is predicted, where there is one.
    pub fn label_place(&self) -> Option<usize> {
        (self.label < self.columns.len()).then_some(self.label)
    }

    /// The places of all columns that are predicted, in their order.
    pub fn label_places(&self) -> Vec<usize> {
        match &self.labels[..] {
            [] => self.label_place().into_iter().collect(),
            several => several.iter().map(|label| label.place).collect(),
        }
    }

    /// What answers and reports call the columns that are predicted, where they are several; empty otherwise.
    pub fn label_names(&self) -> Vec<String> {
        self.labels.iter().map(|label| self.shown(label.place)).collect()
    }

    /// How the cells of the columns that are predicted are written, each with its place.
    pub fn label_forms(&self) -> Vec<(usize, &Option<CellForm>)> {
        match &self.labels[..] {
            [] => self.label_place().map(|place| (place, &self.label_form)).into_iter().collect(),
            several => several.iter().map(|label| (label.place, &label.form)).collect(),
        }
    }

    /// The names of the columns that are inputs, in their order.
    pub fn names(&self) -> Vec<String> {
        self.inputs.iter().map(|input| self.columns[input.place].clone()).collect()
    }

    /// What the network's inputs are called, one after the other; a column without a name by its place.
    pub fn features(&self) -> Vec<String> {
        self.inputs.iter().flat_map(|input| input.features(&self.shown(input.place))).collect()
    }

    /// What answers and reports call the column at this place: its name, or `column 3` where it has none.
    pub fn shown(&self, place: usize) -> String {
        match self.columns[place].trim() {
            "" => format!("column {}", place + 1),
            _ => self.columns[place].clone(),
        }
    }

    /// The number of the network's inputs.
    pub fn width(&self) -> usize {
        self.inputs.iter().map(InputColumn::width).sum()
    }

    /// Whether each of the network's inputs was 0 in all rows that were trained on, because no word of its column has it.
    pub fn are_idle(&self) -> impl Iterator<Item = bool> {
        self.inputs.iter().flat_map(InputColumn::are_idle)
    }

    /// Whether each of the network's inputs is a quantity that is scaled. What is 1 or 0 for a word or for a missing value is
    /// left as it is.
    pub fn are_quantities(&self) -> impl Iterator<Item = bool> {
        self.inputs.iter().flat_map(|input| {
            let kind = &input.kind;
            let quantities = match kind {
                InputKind::Category(_) | InputKind::Embedding { .. } => 0,
                InputKind::Number(_) | InputKind::Boolean(_) | InputKind::Date { .. } => {
                    kind.width() - kind.flags()
                }
            };
            (0..input.width()).map(move |place| place < quantities)
        })
    }

    /// What stands in for a missing value of each of the network's inputs.
    pub fn missing(&self) -> impl Iterator<Item = Missing> {
        self.inputs.iter().flat_map(|input| {
            let missing = input.kind.filling().map_or(Missing::Refuse, |filling| filling.missing);
            std::iter::repeat_n(missing, input.width())
        })
    }

    /// The word that each of the network's inputs stands for in this row, where it is the number of one; empty where it is a number
    /// of its own.
    pub fn words_of(&self, row: &[f32]) -> Vec<String> {
        let mut words = vec![String::new(); row.len()];
        let mut next = 0;
        for input in &self.inputs {
            if let (InputKind::Embedding { words: known, .. }, Some(number)) = (&input.kind, row.get(next)) {
                let place = input.places_of_words().iter().position(|place| *place as f32 == *number);
                words[next] = place.map_or_else(|| "(another word)".into(), |place| known[place].clone());
            }
            next += input.width();
        }
        words
    }

    /// The inputs that are numbers of words, for which the network learns vectors.
    pub fn embedded(&self) -> Vec<EmbeddedColumn> {
        let mut next = 0;
        let column = |input: &InputColumn| {
            let place = next;
            next += input.width();
            match &input.kind {
                InputKind::Embedding { words, size } => Some(EmbeddedColumn {
                    place,
                    words: words.len() + input.rest.unused.len() + 1,
                    size: *size,
                }),
                InputKind::Number(_)
                | InputKind::Boolean(_)
                | InputKind::Category(_)
                | InputKind::Date { .. } => None,
            }
        };
        self.inputs.iter().filter_map(column).collect()
    }

    /// The numbers that say in a column of numbers that the value is missing; infinite ones may be among them.
    pub fn missing_numbers(&self) -> impl Iterator<Item = f64> {
        self.missing_words.iter().filter_map(|word| word.parse().ok()).filter(|number: &f64| !number.is_nan())
    }

    /// The columns as a network's layers get them, behind the vectors of words.
    pub fn row(&self) -> Vec<RowColumn> {
        let column = |input: &InputColumn| RowColumn {
            name: self.shown(input.place),
            width: match input.kind {
                InputKind::Embedding { size, .. } => size,
                InputKind::Number(_)
                | InputKind::Boolean(_)
                | InputKind::Category(_)
                | InputKind::Date { .. } => input.width(),
            },
        };
        self.inputs.iter().map(column).collect()
    }

    /// Whether every input is a number as it stands in the table.
    pub fn is_numbers(&self) -> bool {
        self.missing_numbers().next().is_none()
            && self
                .inputs
                .iter()
                .all(|input| matches!(input.kind, InputKind::Number(Filling { flag: false, .. })))
    }
}

impl InputKind {
    fn width(&self) -> usize {
        match self {
            InputKind::Number(_) | InputKind::Boolean(_) => 1 + self.flags(),
            InputKind::Category(words) => words.len() + 1,
            InputKind::Embedding { .. } => 1,
            InputKind::Date { parts, .. } => parts.len() + self.flags(),
        }
    }

    /// What becomes of a missing value; `None` for words, of which the empty one is one.
    pub fn filling(&self) -> Option<Filling> {
        match self {
            InputKind::Number(filling) | InputKind::Boolean(filling) | InputKind::Date { filling, .. } => {
                Some(*filling)
            }
            InputKind::Category(_) | InputKind::Embedding { .. } => None,
        }
    }

    fn flags(&self) -> usize {
        usize::from(self.filling().is_some_and(|filling| filling.flag))
    }

    /// What the inputs are called that a column of this name becomes.
    fn features(&self, name: &str) -> Vec<String> {
        let mut features = match self {
            InputKind::Number(_) | InputKind::Boolean(_) | InputKind::Embedding { .. } => {
                vec![name.to_string()]
            }
            InputKind::Category(words) => {
                let words = words.iter().map(String::as_str).chain(["(other)"]);
                return words.map(|word| format!("{name} = {word}")).collect();
            }
            InputKind::Date { parts, .. } => {
                parts.iter().map(|part| format!("{name}: {}", part.name())).collect()
            }
        };
        features.extend((self.flags() > 0).then(|| format!("{name} is missing")));
        features
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_a_networks_inputs_has_a_name_and_says_whether_it_is_a_quantity() {
        let filling = Filling { missing: Missing::Median, flag: true };
        let kinds = [
            InputKind::Number(filling),
            InputKind::Category(vec!["Oslo".into(), "Rome".into()]),
            InputKind::Date { day_first: false, parts: vec![DatePart::Year, DatePart::Elapsed], filling },
            InputKind::Embedding { words: vec!["a".into(), "b".into()], size: 3 },
        ];
        let inputs =
            kinds.into_iter().enumerate().map(|(place, kind)| InputColumn::new(place, kind)).collect();
        let columns = ["age", "city", "when", "code", "y"].map(str::to_string).to_vec();
        let schema = TableSchema { columns, label: 4, inputs, ..TableSchema::default() };
        let features = [
            "age",
            "age is missing",
            "city = Oslo",
            "city = Rome",
            "city = (other)",
            "when: year",
            "when: elapsed",
            "when is missing",
            "code",
        ];
        assert_eq!((schema.features(), schema.width()), (features.map(str::to_string).to_vec(), 9));
        let quantities: Vec<usize> =
            schema.are_quantities().enumerate().filter(|(_, is)| *is).map(|(place, _)| place).collect();
        assert_eq!(quantities, [0, 5, 6]);
        let filled = schema.missing().filter(|missing| *missing == Missing::Median).count();
        assert_eq!(
            (filled, schema.names()),
            (5, ["age", "city", "when", "code"].map(str::to_string).to_vec())
        );
        let row: Vec<_> = schema.row().into_iter().map(|column| (column.name, column.width)).collect();
        let expected = [("age", 2), ("city", 3), ("when", 3), ("code", 3)];
        assert_eq!(row, expected.map(|(name, width)| (name.to_string(), width)));
        assert!(!schema.is_numbers());
        assert_eq!(schema.embedded(), [EmbeddedColumn { place: 8, words: 3, size: 3 }]);
        assert_eq!(ron::from_str::<TableSchema>(&ron::to_string(&schema).unwrap()).unwrap(), schema);
    }

    #[test]
    fn inputs_that_no_word_has_keep_their_places_and_are_known_to_be_idle() {
        let words = || vec!["Oslo".to_string(), "Rome".into()];
        let rest = Rest { unused: vec![1], is_taught: false };
        let city = InputColumn { rest: rest.clone(), ..InputColumn::new(0, InputKind::Category(words())) };
        let code =
            InputColumn { rest, ..InputColumn::new(1, InputKind::Embedding { words: words(), size: 3 }) };
        let columns = ["city", "code", "y"].map(str::to_string).to_vec();
        let schema = TableSchema { columns, label: 2, inputs: vec![city, code], ..TableSchema::default() };
        let features = ["city = Oslo", "city = (unused 1)", "city = Rome", "city = (other)", "code"];
        assert_eq!(schema.features(), features);
        assert_eq!(schema.are_idle().collect::<Vec<_>>(), [false, true, false, true, false]);
        assert_eq!((schema.width(), schema.inputs[0].other_word()), (5, Some(3)));
        assert_eq!(schema.inputs[1].places_of_words(), [0, 2]);
        assert_eq!(schema.embedded(), [EmbeddedColumn { place: 4, words: 4, size: 3 }]);
        let words = |code: f32| schema.words_of(&[1.0, 0.0, 0.0, 0.0, code])[4].clone();
        assert_eq!([words(0.0), words(2.0), words(3.0)], ["Oslo", "Rome", "(another word)"]);
        let written = ron::to_string(&schema).unwrap();
        assert_eq!(ron::from_str::<TableSchema>(&written).unwrap(), schema);
        // A run of before says nothing of it.
        let usual = TableSchema::of_numbers(&["a".into()], None, Missing::Mean);
        assert!(!ron::to_string(&usual).unwrap().contains("rest"));
    }

    #[test]
    fn a_table_of_numbers_has_an_input_for_each_column() {
        let schema = TableSchema::of_numbers(&["a".into(), "b".into()], Some("y"), Missing::Mean);
        assert_eq!((schema.columns.len(), schema.label, schema.width()), (3, 2, 2));
        assert!(schema.is_numbers() && schema.are_quantities().all(|is| is));
    }
}
