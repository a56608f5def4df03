//! From the cells of a row to the numbers that a network gets, by a table's schema.

use std::collections::HashMap;

use super::cell::{self, Cell, Numbers, boolean, is_missing, shown};
use super::columns;
use super::dates::{self, DateReader};
use super::percents::percent;
use super::problem::InRow;
use super::profile::is_said;
use crate::preset::{
    CellForm, DatePart, Filling, InputColumn, InputKind, Missing, Rest, TableSchema, counted_with,
};

/// Encodes rows.
pub struct Encoder<'a> {
    schema: &'a TableSchema,
    /// The place of each word of each input column, where it is a category.
    words: Vec<HashMap<&'a str, usize>>,
    /// What is said of a missing number that nothing stands in for, behind its place.
    help: &'static str,
    is_of_preset: bool,
    /// The words of each input column that are not known: how many rows have one, and the first of them.
    unknown: Vec<(u64, String)>,
    /// In how many rows something stands in for a missing value of each input column.
    filled: Vec<u64>,
    /// The input columns of which the row that is being encoded lacks the value.
    lacking: Vec<usize>,
    /// Those that read the dates of each input column, in the file that is being read.
    dates: Vec<DateReader>,
    /// How many numbers of each input column of percents lack the sign, and the first of them.
    without_sign: Vec<(u64, String)>,
}

/// What is wrong with a yes or no among numbers, behind what it is not.
const NO_BITS: &str = ": where the column's numbers are 1 for yes and 0 for no, write it so";
/// What is wrong with a percentage among plain numbers, behind what it is not.
const NO_PERCENTS: &str = ", for the column has numbers without '%': write it as they are";

/// What to do with an infinite number.
const INFINITE: &str =
    "; missing_words: [\"inf\", \"-inf\"] in the preset, and missing: median, take such for missing numbers";

/// What is wrong with a number that may be a share of 1 or percents.
fn either(share: f64) -> String {
    format!(": it may be a share of 1 or percents, so write {} or {share}%", percent(share))
}

/// What a cell is where it should be a number.
enum Read {
    Number(f64),
    /// It is missing, and this stands in for it; not a number where that is found out later.
    Filled(f64),
}

impl<'a> Encoder<'a> {
    /// An encoder of rows of tables with this schema.
    pub fn new(schema: &'a TableSchema) -> Self {
        let words = |input: &'a InputColumn| match &input.kind {
            InputKind::Category(words) | InputKind::Embedding { words, .. } => {
                let known = words.iter().map(|word| &word[..]).zip(input.places_of_words());
                let plain = Numbers::default();
                // A run of before may know a code as `1.0`.
                let coded = known.clone().map(|(word, place)| (plain.word(word), place));
                coded.chain(known).collect()
            }
            InputKind::Number(_) | InputKind::Boolean(_) | InputKind::Date { .. } => HashMap::new(),
        };
        Encoder {
            schema,
            words: schema.inputs.iter().map(words).collect(),
            help: "",
            is_of_preset: false,
            unknown: vec![(0, String::new()); schema.inputs.len()],
            filled: vec![0; schema.inputs.len()],
            lacking: Vec::new(),
            dates: vec![DateReader::default(); schema.inputs.len()],
            without_sign: vec![(0, String::new()); schema.inputs.len()],
        }
    }

    /// The schema.
    pub fn schema(&self) -> &'a TableSchema {
        self.schema
    }

    /// The same, for the table of a preset, which can say what stands in for a missing number.
    #[must_use]
    pub fn of_preset(self) -> Self {
        let help = "; missing: mean, median, most_frequent or zero fills it";
        Encoder { help, is_of_preset: true, ..self }
    }

    /// The same, for a table that people ask a run's network about.
    #[must_use]
    pub fn of_run(self) -> Self {
        Encoder { help: ", and the run learned nothing that stands in for it", ..self }
    }

    /// Whether it is the table of a preset, which nothing has been trained on.
    pub fn is_of_preset(&self) -> bool {
        self.is_of_preset
    }

    /// Writes the numbers of a row into `out`, and gives the number of cells that are missing. `places` says where in the row
    /// each input is. A missing number that has to be found out from other rows is NaN.
    ///
    /// # Errors
    /// The first cell that is not what its column is.
    pub fn encode(
        &mut self,
        row: &csv::StringRecord,
        places: &[usize],
        numbers: Numbers,
        out: &mut Vec<f64>,
    ) -> Result<u64, InRow> {
        out.clear();
        self.lacking.clear();
        let (mut missing, help) = (0, self.help);
        let words = &self.schema.missing_words;
        for (at, (input, &place)) in self.schema.inputs.iter().zip(places).enumerate() {
            let missing_before = missing;
            let name = &self.schema.columns[input.place];
            let cell = cell::at(row, place);
            let is_said = is_said(words, cell, numbers);
            let problem = |cell: Option<String>, what: String| InRow {
                column: Some((place + 1, name.clone())),
                cell,
                what,
            };
            let is_no_end = || {
                matches!(input.kind, InputKind::Date { .. }) && dates::is_no_end(cell, input.form.as_ref())
            };
            let number = |filling: &Filling, read: Option<f64>, kind: &str| match read {
                Some(number) if number.is_finite() => Ok(Read::Number(number)),
                Some(number) => {
                    // A cell that says so, or one whose number is beyond double precision.
                    let (shown, what) = match cell.bytes().any(|byte| byte.is_ascii_digit()) {
                        true => (shown(cell), "is too large for a number, of which 1.8e308 is the largest"),
                        false => (number.to_string(), "is not a number to learn from"),
                    };
                    let help = match (self.is_of_preset, shown.starts_with('\'')) {
                        (false, _) => String::new(),
                        (true, false) => INFINITE.to_string(),
                        (true, true) => format!(
                            "; missing_words: [{cell:?}] in the preset, and missing: median, take it for a missing number"
                        ),
                    };
                    Err(problem(Some(shown), format!("{what}{help}")))
                }
                None if is_missing(cell) || is_said || is_no_end() => match fill(*filling) {
                    Some(number) => Ok(Read::Filled(number)),
                    None if cell.is_empty() => Err(problem(None, format!("the cell is empty{help}"))),
                    None if !is_missing(cell) && !is_said => Err(problem(
                        Some(shown(cell)),
                        format!("says that there is no end, so the date is missing{help}"),
                    )),
                    None => Err(problem(Some(shown(cell)), format!("says that the cell is missing{help}"))),
                },
                None => Err(problem(Some(shown(cell)), format!("is not a {kind}"))),
            };
            let form = input.form.as_ref();
            match &input.kind {
                InputKind::Number(filling) => {
                    let what = match form {
                        None => "number".to_string(),
                        Some(form) => format!("number {}", form.in_words()),
                    };
                    let parsed = numbers.parse_as(cell, form).filter(|_| !is_said);
                    let is_of_percents = matches!(form, Some(CellForm::Unit(unit)) if unit.behind == "%");
                    let plain = numbers.parse(cell).filter(|plain| is_of_percents && *plain != 0.0);
                    // A network that is asked would answer another question; what is learned from is told.
                    let is_open = |plain: &f64| plain.fract() != 0.0 && plain.abs() < 1.0;
                    let open = plain.filter(|plain| !self.is_of_preset && is_open(plain));
                    let parsed = parsed.filter(|_| open.is_none());
                    let what = match form {
                        Some(_) => open.map_or(what.clone(), |share| what.clone() + &either(share)),
                        None if parsed.is_none() && cell.ends_with('%') => format!("{what}{NO_PERCENTS}"),
                        None if parsed.is_none() && boolean(cell).is_some() => format!("{what}{NO_BITS}"),
                        _ => what,
                    };
                    let read = number(filling, parsed, &what)?;
                    missing += push(out, &read, *filling);
                    if let Some(plain) = plain {
                        let (count, first) = &mut self.without_sign[at];
                        if *count == 0 {
                            *first = plain.to_string();
                        }
                        *count += 1;
                    }
                }
                InputKind::Boolean(filling) => {
                    let read =
                        Some(cell).filter(|_| !is_said).and_then(boolean).map(|is| f64::from(u8::from(is)));
                    let read =
                        read.or_else(|| numbers.parse(cell).filter(|x| !is_said && matches!(x, 0.0 | 1.0)));
                    missing += push(out, &number(filling, read, "yes or no")?, *filling);
                }
                InputKind::Category(_) => {
                    // The place of a word that training did not have is behind all inputs.
                    let nowhere = (!input.rest.is_taught).then(|| input.width());
                    let place = self.word(at, cell, numbers).or(nowhere).or(input.other_word());
                    out.extend((0..input.width()).map(|word| f64::from(u8::from(Some(word) == place))));
                }
                InputKind::Embedding { .. } => {
                    let word = self.word(at, cell, numbers).or(input.other_word());
                    out.push(word.unwrap_or_default() as f64);
                }
                InputKind::Date { parts, filling, .. } => {
                    let read = self.dates[at].read(cell, (input, name), numbers, self.is_of_preset);
                    let (date, what) = match read {
                        Ok(date) if !is_said => (Some(date), String::new()),
                        Ok(_) => (None, String::new()),
                        Err(what) => (None, what),
                    };
                    match date {
                        Some(date) => out.extend(parts.iter().map(|part| dates::part(date, *part))),
                        None => {
                            let Read::Filled(value) = number(filling, None, &what)? else { continue };
                            out.extend(parts.iter().map(|_| value));
                            missing += 1;
                        }
                    }
                    out.extend(filling.flag.then(|| f64::from(u8::from(date.is_none()))));
                }
            }
            if missing > missing_before {
                self.lacking.push(at);
            }
        }
        // A row that is refused is not counted.
        self.lacking.iter().for_each(|&at| self.filled[at] += 1);
        Ok(missing)
    }

    /// Looks at the first rows of a file, whose inputs are at these places, for the order of day and month in columns whose training
    /// shows none.
    pub fn look_ahead(&mut self, rows: &[&csv::StringRecord], places: &[usize]) {
        for ((input, &place), dates) in self.schema.inputs.iter().zip(places).zip(&mut self.dates) {
            if input.form.is_none() && input.dates.as_ref().is_some_and(|learned| !learned.have_order) {
                dates.look_ahead(rows.iter().map(|row| cell::at(row, place)));
            }
        }
    }

    /// What is to be known of the dates of the file that has been read, such as that they fit another order only: a sentence each.
    /// What is read next is another file.
    pub fn of_dates(&mut self) -> Vec<String> {
        let dates = self.dates.iter_mut().map(std::mem::take);
        let sentences = |(input, dates): (&InputColumn, DateReader)| {
            let InputKind::Date { day_first, .. } = &input.kind else { return Vec::new() };
            dates.in_words(&columns::shown(&self.schema.columns[input.place], input.place), *day_first)
        };
        self.schema.inputs.iter().zip(dates).flat_map(sentences).collect()
    }

    /// A sentence for each column of percents of which some numbers lack the sign.
    pub fn without_sign(&self) -> Vec<String> {
        let inputs = self.schema.inputs.iter().zip(&self.without_sign).filter(|(_, (count, _))| *count > 0);
        inputs
            .map(|(input, (count, first))| {
                let name = columns::shown(&self.schema.columns[input.place], input.place);
                let rows = counted_with(*count, "row", ("has", "have"));
                format!(
                    "{name}: {rows} a number without '%', such as {first}, which is read as {first}%: where it is a share of 1, write it in \
                     percents"
                )
            })
            .collect()
    }

    /// The place of a cell's word among those of the input `at`; `None` for a word that is not known.
    fn word(&mut self, at: usize, cell: &str, numbers: Numbers) -> Option<usize> {
        let known = &self.words[at];
        let place = known.get(cell).or_else(|| known.get(numbers.word(cell))).copied();
        if place.is_none() {
            let (count, first) = &mut self.unknown[at];
            if *count == 0 {
                *first = shown(cell);
            }
            *count += 1;
        }
        place
    }

    /// A sentence for each column of which rows lack the value: how many of so many, and what stands in for it. What is encoded next
    /// is another file.
    pub fn filled(&mut self, rows: u64) -> Vec<String> {
        let counts = std::mem::take(&mut self.filled);
        self.filled = vec![0; counts.len()];
        let inputs = self.schema.inputs.iter().zip(counts).filter(|(_, count)| *count > 0);
        inputs
            .map(|(input, count)| {
                let name = columns::shown(&self.schema.columns[input.place], input.place);
                let what = match &input.kind {
                    InputKind::Boolean(_) => "yes or no",
                    InputKind::Date { parts, .. } if DatePart::are_of_time(parts) => "time of day",
                    InputKind::Date { .. } => "date",
                    InputKind::Number(_) | InputKind::Category(_) | InputKind::Embedding { .. } => "number",
                };
                let filling = input.kind.filling().unwrap_or_default();
                let filler = filling.missing.stands_in();
                let flag = if filling.flag { ", and the network sees that it is missing" } else { "" };
                if count == rows && rows > 1 {
                    return format!(
                        "{name} is empty: not one of the {rows} rows has a {what}, and {filler} stands in for all of them{flag}"
                    );
                }
                let rows = counted_with(count, "row", ("has", "have"));
                format!("{name}: {rows} no {what}; {filler} stands in for it{flag}")
            })
            .collect()
    }

    /// A sentence for each column with words that the schema does not know. Before a training, which decides what it knows, there
    /// is none.
    pub fn unknown_words(&self) -> Vec<String> {
        if self.is_of_preset() {
            return Vec::new();
        }
        let inputs = self.schema.inputs.iter().zip(&self.unknown).filter(|(_, (count, _))| *count > 0);
        inputs
            .map(|(input, (count, first))| {
                let name = columns::shown(&self.schema.columns[input.place], input.place);
                let rows = counted_with(*count, "row", ("has", "have"));
                let counts = counts_as(&input.rest);
                // Words that were too rare to be told apart are not kept.
                let how = if input.rest.is_taught { "had rarely or never" } else { "did not know" };
                format!("{name}: {rows} a word that training {how}, such as {first}; {counts}")
            })
            .collect()
    }
}

/// What is said of a word that a network does not know.
pub(super) fn counts_as(rest: &Rest) -> &'static str {
    match rest.is_taught {
        true => "it counts as (other)",
        false => "it counts as none of the known words",
    }
}

/// What stands in for a missing number; NaN where other rows say it, and `None` where nothing does.
fn fill(filling: Filling) -> Option<f64> {
    match filling.missing {
        Missing::Refuse => None,
        Missing::Zero => Some(0.0),
        Missing::Mean | Missing::Median | Missing::MostFrequent => Some(f64::NAN),
    }
}

/// Writes a number and its flag; 1 where it was missing.
fn push(out: &mut Vec<f64>, read: &Read, filling: Filling) -> u64 {
    let (number, is_missing) = match *read {
        Read::Number(number) => (number, false),
        Read::Filled(number) => (number, true),
    };
    out.push(number);
    out.extend(filling.flag.then(|| f64::from(u8::from(is_missing))));
    u64::from(is_missing)
}

/// Whether a cell is what a row of numbers may have.
pub fn is_number_or_missing(cell: &str) -> bool {
    Numbers::default().read(cell) != Cell::Word
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::DatePart;

    fn schema(missing: Missing) -> TableSchema {
        let filling = Filling { missing, flag: true };
        let kinds = [
            InputKind::Number(filling),
            InputKind::Boolean(Filling { missing, flag: false }),
            InputKind::Category(vec![String::new(), "Rome".into()]),
            InputKind::Date { day_first: true, parts: vec![DatePart::Month], filling },
        ];
        TableSchema {
            columns: ["age", "alive", "city", "when", "y"].map(str::to_string).to_vec(),
            label: 4,
            inputs: kinds
                .into_iter()
                .enumerate()
                .map(|(place, kind)| InputColumn::new(place, kind))
                .collect(),
            ..TableSchema::default()
        }
    }

    #[test]
    fn a_word_that_no_trained_row_has_is_no_input_that_was_never_taught() {
        let mut schema = schema(Missing::Zero);
        schema.inputs[2].rest = Rest { unused: vec![1], is_taught: false };
        let (mut encoder, mut out) = (Encoder::new(&schema), Vec::new());
        let row = csv::StringRecord::from(vec!["1", "yes", "Oslo", "3.2.2024"]);
        encoder.encode(&row, &[0, 1, 2, 3], Numbers::default(), &mut out).unwrap();
        assert_eq!(out[3..7], [0.0; 4]);
        let told = "'city': 1 row has a word that training did not know, such as 'Oslo'; it counts as none of the known words";
        assert_eq!(encoder.unknown_words(), [told]);
    }

    fn encoded(missing: Missing, cells: [&str; 4]) -> Result<(Vec<f64>, u64, Vec<String>), String> {
        let schema = schema(missing);
        let (mut encoder, mut out) = (Encoder::new(&schema), Vec::new());
        let row = csv::StringRecord::from(cells.to_vec());
        let missing = encoder.encode(&row, &[0, 1, 2, 3], Numbers::default(), &mut out);
        let of_preset = Encoder::new(&schema).of_preset().encode(
            &row,
            &[0, 1, 2, 3],
            Numbers::default(),
            &mut Vec::new(),
        );
        let missing = of_preset.and(missing).map_err(|problem| problem.to_string())?;
        Ok((out, missing, encoder.unknown_words()))
    }

    #[test]
    fn a_row_becomes_numbers_flags_and_places_of_words() {
        let (row, missing, told) =
            encoded(Missing::Refuse, ["1700000000.25", "True", "Rome", "03/02/2024"]).unwrap();
        assert_eq!(row, [1_700_000_000.25, 0.0, 1.0, 0.0, 1.0, 0.0, 2.0, 0.0]);
        assert_eq!((missing, told.len()), (0, 0));
        let (row, missing, told) = encoded(Missing::Zero, ["NaN", "0", "Oslo", "?"]).unwrap();
        assert_eq!((row, missing), (vec![0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0], 2));
        let sentence = "'city': 1 row has a word that training had rarely or never, such as 'Oslo'; it counts as (other)";
        assert_eq!(told, [sentence]);
        let (row, ..) = encoded(Missing::Median, ["", "n", "", "1.2.2024"]).unwrap();
        assert!(row[0].is_nan() && row[1..] == [1.0, 0.0, 1.0, 0.0, 0.0, 2.0, 0.0], "{row:?}");
    }

    #[test]
    fn what_stands_in_for_missing_values_is_told_with_the_number_of_rows_that_are_taken() {
        let schema = schema(Missing::Median);
        let (mut encoder, mut out) = (Encoder::new(&schema), Vec::new());
        let rows = [
            ["", "yes", "Rome", "3.2.2024"],
            ["NA", "", "Rome", ""],
            ["1", "yes", "Rome", "3.2.2024"],
            // This one is refused: what it lacks is not filled.
            ["", "maybe", "Rome", "3.2.2024"],
        ];
        let mut encode = |cells: [&str; 4]| {
            let row = csv::StringRecord::from(cells.to_vec());
            encoder.encode(&row, &[0, 1, 2, 3], Numbers::default(), &mut out).is_ok()
        };
        assert_eq!(rows.map(&mut encode), [true, true, true, false]);
        let told = [
            "'age': 2 rows have no number; the median of the training rows stands in for it, and the network sees that it is missing",
            "'alive': 1 row has no yes or no; the median of the training rows stands in for it",
            "'when': 1 row has no date; the median of the training rows stands in for it, and the network sees that it is missing",
        ];
        assert_eq!(encoder.filled(3), told);
        assert!(encoder.filled(3).is_empty(), "what comes next is another file");
    }

    #[test]
    fn a_column_that_is_empty_in_all_rows_is_told_as_such() {
        let schema = schema(Missing::Mean);
        let (mut encoder, mut out) = (Encoder::new(&schema), Vec::new());
        for _ in 0..2 {
            let row = csv::StringRecord::from(vec!["", "yes", "Rome", "3.2.2024"]);
            encoder.encode(&row, &[0, 1, 2, 3], Numbers::default(), &mut out).unwrap();
        }
        let told = "'age' is empty: not one of the 2 rows has a number, and the mean of the training rows stands in for all of them, and \
                    the network sees that it is missing";
        assert_eq!(encoder.filled(2), [told]);
    }

    #[test]
    fn a_cell_that_is_not_what_its_column_is_is_refused_with_its_place() {
        let problem = |cells| encoded(Missing::Refuse, cells).unwrap_err();
        let whole = ["1", "yes", "", "3.2.2024"];
        assert_eq!(problem(["x", whole[1], "", whole[3]]), ", column 1 ('age'): 'x' is not a number");
        let beyond = problem(["1e400", whole[1], "", whole[3]]);
        assert!(beyond.starts_with(", column 1 ('age'): '1e400' is too large for a number"), "{beyond}");
        let infinite = problem(["inf", whole[1], "", whole[3]]);
        assert_eq!(infinite, format!(", column 1 ('age'): inf is not a number to learn from{INFINITE}"));
        assert!(
            problem(["", whole[1], "", whole[3]])
                .starts_with(", column 1 ('age'): the cell is empty; missing:")
        );
        assert!(problem(["1", "NA", "", whole[3]]).contains("('alive'): 'NA' says that the cell is missing"));
        assert!(problem(["1", "2", "", whole[3]]).contains("'2' is not a yes or no"));
        assert!(problem(["1", "yes", "", "2024-02-30"]).contains("'2024-02-30' is not a date"));
    }
}
