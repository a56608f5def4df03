//! The rows of a table as a network's inputs, before scaling.

use std::path::Path;

use crate::data::Error;
use crate::data::import::columns::places;
use crate::data::import::csv::is_empty;
use crate::data::import::limits::Limits;
use crate::data::import::separated;
use crate::preset::{Csv, DataConfig, Missing, Preparation, Source};

/// What was read.
pub struct Read {
    /// Each row's line in the file.
    pub names: Vec<String>,
    /// Row after row, without NaN.
    pub numbers: Vec<f64>,
    /// The names of columns that are neither inputs nor what the network predicts.
    pub left_out: Vec<String>,
}

/// Where a table's columns are.
struct Layout<'a> {
    /// The place of each input in a row.
    places: Vec<usize>,
    /// Their names, for errors; empty where they have none.
    names: &'a [String],
    /// The names of the other columns, where the first line names them.
    others: Vec<String>,
}

impl<'a> Layout<'a> {
    /// The columns by the names in the first line, or the names that are missing there.
    fn named(record: &csv::StringRecord, names: &'a [String]) -> Result<Self, Vec<&'a str>> {
        let bare = |cell: &str| cell.trim_start_matches('\u{feff}').to_string();
        let here: Vec<String> = record.iter().map(bare).collect();
        let found = places(names, &here);
        let missing: Vec<&str> = names
            .iter()
            .zip(&found)
            .filter(|(_, place)| place.is_none())
            .map(|(name, _)| &name[..])
            .collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let places: Vec<usize> = found.into_iter().flatten().collect();
        let others = here.into_iter().enumerate().filter(|(place, _)| !places.contains(place));
        let others = others.map(|(_, name)| name).collect();
        Ok(Layout { places, names, others })
    }

    /// The columns by their order: the inputs, perhaps followed by the answer. The columns of a table without names are
    /// `numbered`; a row that has all of these numbers has the form of that table.
    fn ordered(cells: usize, width: usize, names: &'a [String], numbered: bool) -> Option<Self> {
        if (width..=width + 1).contains(&cells) && !(numbered && cells > width) {
            return Some(Layout { places: (0..width).collect(), names, others: Vec::new() });
        }
        let places: Option<Vec<usize>> = names
            .iter()
            .map(|name| name.parse::<usize>().ok()?.checked_sub(1).filter(|&place| place < cells))
            .collect();
        let fits = places.filter(|places| numbered && places.len() == width);
        fits.map(|places| Layout { places, names, others: Vec::new() })
    }
}

/// Rows of as many numbers as the network takes. A first line of names says where they are, where the network's own table has
/// names; without one they are in order, with or without the answer after them.
///
/// # Errors
/// The names that the first line does not have; the first row that is not of that form, with its line and column.
pub fn read(config: &DataConfig, learned: &Preparation, file: &Path, limits: &Limits) -> Result<Read, Error> {
    let broken = |problem: String| Error::Broken { origin: file.to_string_lossy().into_owned(), problem };
    let width: usize = learned.input_shape.iter().product();
    let (separator, missing, has_names) = match config.source {
        Source::Csv(Csv { separator, missing, header, .. }) => (separator, missing, header),
        _ => (None, Missing::Refuse, true),
    };
    // The names of a built-in set's columns are not those that a person gives them.
    let needs_names = has_names && matches!(config.source, Source::Csv(_));
    let separator = separator.unwrap_or_else(|| separated::usual_separator(file));
    let separator =
        u8::try_from(separator).map_err(|_| broken(format!("'{separator}' separates no cells")))?;
    let mut reader = separated::open(file, separator, limits).map_err(|error| broken(error.to_string()))?;
    let mut record = csv::StringRecord::new();
    let mut layout: Option<Layout> = None;
    let (mut names, mut numbers) = (Vec::new(), Vec::new());
    let mut is_first = true;
    loop {
        let line = reader.position().line();
        match separated::next(&mut reader, &mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                return Err(broken(match error.kind() {
                    csv::ErrorKind::Utf8 { .. } => {
                        format!("line {line}: neither a table nor a file known here")
                    }
                    _ => format!("line {line}: {error}"),
                }));
            }
        }
        let line = record.position().map_or(line, csv::Position::line);
        if std::mem::take(&mut is_first) {
            let is_number = |cell: &str| cell.parse::<f64>().is_ok() || is_empty(cell);
            let is_header = !record.iter().take(width).all(is_number);
            if !learned.columns.is_empty() {
                match Layout::named(&record, &learned.columns) {
                    Ok(named) => layout = Some(named),
                    Err(missing) if is_header && needs_names => {
                        let missing = missing.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>();
                        return Err(broken(format!(
                            "line {line} names the columns, and has none that is called {}; without a line of \
                             names, columns are taken in the order of the training",
                            missing.join(", ")
                        )));
                    }
                    Err(_) => {}
                }
            }
            if layout.is_some() || is_header {
                continue;
            }
        }
        if layout.is_none() {
            layout = Layout::ordered(record.len(), width, &learned.columns, !has_names);
        }
        let Some(Layout { places, names: called, .. }) = &layout else {
            return Err(broken(format!("line {line} has {} columns, not {width}", record.len())));
        };
        for (input, &place) in places.iter().enumerate() {
            let name = called.get(input).map(|name| format!(" ('{name}')")).unwrap_or_default();
            let at = format!("line {line}, column {}{name}", place + 1);
            let cell = record.get(place).ok_or_else(|| {
                broken(format!("line {line} has {} columns, and ends before {at}", record.len()))
            })?;
            let mean = || {
                let known = learned.fills.get(input % learned.fills.len().max(1)).copied();
                known.ok_or_else(|| {
                    broken(format!("{at}: the cell is empty, and the run learned no mean for it"))
                })
            };
            numbers.push(match (is_empty(cell), missing) {
                (true, Missing::Refuse) => return Err(broken(format!("{at}: the cell is empty"))),
                (true, Missing::Zero) => 0.0,
                (true, Missing::Mean) => mean()?,
                (false, _) => match cell.parse::<f64>() {
                    Ok(number) if number.is_finite() => number,
                    _ => {
                        let shown: String = cell.chars().take(40).collect();
                        return Err(broken(format!("{at}: '{shown}' is not a number")));
                    }
                },
            });
        }
        names.push(line.to_string());
    }
    if names.is_empty() {
        return Err(broken("it holds no rows".into()));
    }
    let mut left_out = layout.map(|layout| layout.others).unwrap_or_default();
    let is_label =
        |name: &str| learned.label.as_ref().is_some_and(|label| label.to_lowercase() == name.to_lowercase());
    left_out.retain(|name| !is_label(name));
    Ok(Read { names, numbers, left_out })
}
