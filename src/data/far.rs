//! Numbers and dates far outside those that a network was trained on.

use chrono::{DateTime, NaiveDateTime};

use super::dataset::Scale;
use super::table::columns;
use crate::preset::{
    DataConfig, DatePart, InputColumn, InputKind, Preparation, TableSchema, counted_with, written,
};

/// So many standard deviations from the mean, or widths of the range where numbers are brought to one, are far.
const FAR: f32 = 10.0;

/// What is far, column by column.
pub(super) struct Far {
    columns: Vec<Column>,
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
    /// What is far from what a run learned; of sequences and pixels nothing is.
    pub fn from(config: &DataConfig, learned: &Preparation) -> Self {
        let scales = learned.scales(config);
        let width = match learned.input_shape[..] {
            [width] if width > 0 && scales.len() == width => width,
            _ => return Far { columns: Vec::new() },
        };
        let columns = names(learned, width).into_iter().map(|(place, name, is_date)| {
            let (least, greatest) = (f64::INFINITY, f64::NEG_INFINITY);
            Column { place, name, is_date, scale: scales[place], count: 0, least, greatest }
        });
        Far { columns: columns.collect() }
    }

    /// Whether nothing can be.
    pub fn is_nothing(&self) -> bool {
        self.columns.is_empty()
    }

    /// Looks at the inputs of a row from its `first` on, before they are scaled.
    pub fn add(&mut self, first: usize, inputs: &[f64]) {
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
        self.columns.iter().filter(|column| column.count > 0).map(sentence).collect()
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
