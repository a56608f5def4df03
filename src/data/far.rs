//! Numbers and dates far outside those that a network was trained on.

use chrono::{DateTime, NaiveDateTime};

use super::dataset::Scale;
use super::own::repeated;
use super::pixels::Pixels;
use super::table::columns;
use crate::preset::{
    DataConfig, DatePart, InputColumn, InputKind, Preparation, TableSchema, counted_with, written,
};

/// So many standard deviations from the mean, or widths of the range where numbers are brought to one, are far.
const FAR: f32 = 10.0;

/// What is far, column by column.
#[derive(Default)]
pub(super) struct Far {
    columns: Vec<Column>,
    /// Of samples that are no rows of columns, or whose columns were not scaled: of all their numbers.
    all: Option<All>,
}

/// The numbers of samples of any shape.
struct All {
    /// How far they are from those of the training: repeated along a sample.
    scales: Vec<Scale>,
    /// Samples that have a number which is far.
    count: u64,
    /// Whether the one that is being looked at is counted.
    is_counted: bool,
    least: f64,
    greatest: f64,
}

/// A column of numbers or dates.
struct Column {
    /// The place of its number among the inputs.
    place: usize,
    name: String,
    is_date: bool,
    scale: Scale,
    count: u64,
    least: f64,
    greatest: f64,
}

impl Far {
    /// What is far from what a run learned; of tokens and pixels nothing is.
    pub fn from(config: &DataConfig, learned: &Preparation) -> Self {
        let scales = learned.scales(config);
        let width = match learned.input_shape[..] {
            _ if !learned.tokens.is_empty() || Pixels::of(config, learned).is_some() => {
                return Far::default();
            }
            [width] if width > 0 && scales.len() == width => width,
            _ => return Far { all: All::from(learned, scales), ..Far::default() },
        };
        let columns = names(learned, width).into_iter().map(|(place, name, is_date)| {
            let (least, greatest) = (f64::INFINITY, f64::NEG_INFINITY);
            Column { place, name, is_date, scale: scales[place], count: 0, least, greatest }
        });
        Far { columns: columns.collect(), all: None }
    }

    /// Whether nothing can be.
    pub fn is_nothing(&self) -> bool {
        self.columns.is_empty() && self.all.is_none()
    }

    /// Looks at the inputs of a row from its `first` on, before they are scaled.
    pub fn add(&mut self, first: usize, inputs: &[f64]) {
        if let Some(all) = &mut self.all {
            all.add(first, inputs);
        }
        for column in &mut self.columns {
            let place = column.place.checked_sub(first);
            let Some(&number) = place.and_then(|place| inputs.get(place)) else { continue };
            if column.scale.apply_uncut(number).abs() > FAR {
                column.count += 1;
                (column.least, column.greatest) = (column.least.min(number), column.greatest.max(number));
            }
        }
    }

    /// Looks at rows that lie one behind the other.
    pub fn of_rows(mut self, numbers: &[f64], width: usize) -> Self {
        numbers.chunks_exact(width.max(1)).for_each(|row| self.add(0, row));
        self
    }

    /// What is said of them: a sentence for each column; `so` is what comes of it.
    pub fn in_words(&self, so: &str) -> Vec<String> {
        let sentence = |column: &Column| {
            let Column { name, is_date, count, least, greatest, .. } = column;
            let shown = |number: f64| match is_date {
                true => day(number).unwrap_or_else(|| written(number)),
                false => written(number),
            };
            let which = if least == greatest {
                shown(*least)
            } else {
                format!("{} to {}", shown(*least), shown(*greatest))
            };
            let have = counted_with(*count, "row", ("has", "have"));
            let what = if *is_date { "date" } else { "number" };
            format!(
                "{name}: {have} a {what} far outside those of the training ({which}; more than {FAR} standard deviations or widths \
                 of the range away), so {so}"
            )
        };
        let of_all = self.all.iter().filter(|all| all.count > 0).map(|all| all.in_words(so));
        self.columns.iter().filter(|column| column.count > 0).map(sentence).chain(of_all).collect()
    }
}

impl All {
    /// By the scales of the training, or where numbers are not scaled by the range that they had.
    fn from(learned: &Preparation, scales: Vec<Scale>) -> Option<Self> {
        let by_range = || {
            let (least, greatest) = learned.input_range.filter(|(least, greatest)| least < greatest)?;
            Some(vec![Scale::of((least + greatest) / 2.0, greatest - least)])
        };
        let scales = if scales.is_empty() { by_range()? } else { scales };
        let (least, greatest) = (f64::INFINITY, f64::NEG_INFINITY);
        Some(All { scales, count: 0, is_counted: false, least, greatest })
    }

    fn add(&mut self, first: usize, inputs: &[f64]) {
        self.is_counted &= first > 0;
        for (&number, scale) in inputs.iter().zip(repeated(&self.scales, first)) {
            if scale.apply_uncut(number).abs() > FAR {
                (self.least, self.greatest) = (self.least.min(number), self.greatest.max(number));
                self.count += u64::from(!self.is_counted);
                self.is_counted = true;
            }
        }
    }

    fn in_words(&self, so: &str) -> String {
        let (least, greatest) = (written(self.least), written(self.greatest));
        let which = if least == greatest { least } else { format!("{least} to {greatest}") };
        let have = counted_with(self.count, "sample", ("has", "have"));
        format!(
            "{have} numbers far outside those of the training ({which}; more than {FAR} standard deviations or widths of the range \
             away), so {so}"
        )
    }
}

/// The date that is so many days behind the beginning of 1970, with its time where it has one.
pub(super) fn moment(days: f64) -> Option<NaiveDateTime> {
    const SECONDS_OF_A_DAY: f64 = 86_400.0;
    let is_near = days.abs() < 1e7;
    let seconds = is_near.then(|| (days * SECONDS_OF_A_DAY).round() as i64)?;
    DateTime::from_timestamp(seconds, 0).map(|moment| moment.naive_utc())
}

/// The day that is so many days behind the beginning of 1970.
pub(super) fn day(days: f64) -> Option<String> {
    moment(days.floor()).map(|moment| moment.format("%Y-%m-%d").to_string())
}

/// The inputs that are numbers or dates of a person's own: the place of each, its name, and whether it is a date.
fn names(learned: &Preparation, width: usize) -> Vec<(usize, String, bool)> {
    match &learned.table {
        Some(schema @ TableSchema { columns: of_table, inputs, .. }) if schema.width() == width => {
            let mut first = 0;
            let of_input = |input: &InputColumn| {
                let place = first;
                first += input.width();
                let name = columns::shown(&of_table[input.place], input.place);
                match &input.kind {
                    InputKind::Number(_) => Some((place, name, false)),
                    InputKind::Date { parts, .. } => {
                        let elapsed = parts.iter().position(|part| *part == DatePart::Elapsed)?;
                        Some((place + elapsed, name, true))
                    }
                    InputKind::Boolean(_) | InputKind::Category(_) | InputKind::Embedding { .. } => None,
                }
            };
            inputs.iter().filter_map(of_input).collect()
        }
        Some(_) => Vec::new(),
        None if learned.columns.len() == width => learned
            .columns
            .iter()
            .enumerate()
            .map(|(place, name)| (place, format!("'{name}'"), false))
            .collect(),
        None => (0..width).map(|place| (place, format!("column {}", place + 1), false)).collect(),
    }
}
