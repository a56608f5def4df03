//! The rows of a table as a network's inputs, before scaling.

use std::path::Path;

use crate::data::Error;
use crate::data::import::limits::Limits;
use crate::data::table::encode::{Encoder, is_number_or_missing};
use crate::data::table::{self, Layout, LearnedTable, Names, Row};
use crate::preset::{Csv, DataConfig, Preparation};

/// What was read.
pub struct Read {
    /// Each row's line in the file; its number where the file has no lines.
    pub names: Vec<String>,
    /// Row after row, without NaN.
    pub numbers: Vec<f64>,
    /// The names of columns that are neither inputs nor what the network predicts.
    pub left_out: Vec<String>,
    /// What a person should know of how the rows were read: a sentence each.
    pub told: Vec<String>,
}

/// Where the columns are, by the first line; and whether that is a line of names.
fn layout(learned: &LearnedTable, names: Names, first: &Row) -> Result<(Layout, bool), String> {
    let (at, width) = (first.at, first.cells.len());
    let schema = &learned.schema;
    let in_order = Layout::in_order(schema, width);
    let are_cells = first.cells().all(is_number_or_missing);
    let misfit = || format!("{at} has {width} columns, not {}", schema.inputs.len());
    if !learned.has_names || names == Names::Nowhere {
        // Where the network's own data has no names, those that another table may have say nothing.
        return Ok((in_order.ok_or_else(misfit)?, names == Names::InFirstLine && !are_cells));
    }
    let here: Vec<String> =
        first.cells().map(|cell| cell.trim_start_matches('\u{feff}').to_string()).collect();
    let order = schema.names().join(", ");
    match Layout::named(&here, &schema.names(), learned.label.as_deref()) {
        Ok(layout) => Ok((layout, true)),
        Err(_) if are_cells && in_order.is_none() => Err(misfit()),
        Err(_) if are_cells => Err(format!(
            "{at} does not name the columns; --no-header takes them in the order of the training: {order}"
        )),
        Err(missing) => Err(format!(
            "{at} names the columns, and has none that is called '{}'; a table without a line of names is taken \
             with --no-header, in the order of the training: {order}",
            missing.join("', '")
        )),
    }
}

/// The rows of a table, as a network takes them. Where the network's own table has names, those in the first line say where the
/// columns are; `names` says where there is no such line, and the columns are in the order of the training.
///
/// # Errors
/// The names that the first line does not have; the first row that is not of that form, with its line and column.
pub fn read(
    config: &DataConfig,
    learned: &Preparation,
    file: &Path,
    names: Names,
    limits: &Limits,
) -> Result<Read, Error> {
    let origin = file.to_string_lossy().into_owned();
    let broken = |problem: String| Error::Broken { origin: origin.clone(), problem };
    let own = LearnedTable::of(config, learned);
    let options = LearnedTable::options(config, origin.clone());
    let header = own.has_names && names == Names::InFirstLine;
    let mut opened = table::open(file, &Csv { header, ..options }, limits)
        .map_err(|error| broken(format!("neither a table nor a file known here: {error}")))?;
    let mut encoder = Encoder::new(&own.schema);
    let (mut row, mut of_row, mut found): (Row, Vec<f64>, Option<Layout>) = Default::default();
    let (mut lines, mut numbers) = (Vec::new(), Vec::new());
    while opened.reader.next(&mut row).map_err(|problem| broken(problem.at(row.at)))? {
        let layout = match &found {
            Some(layout) => layout,
            None => {
                let (layout, is_line_of_names) = layout(&own, names, &row).map_err(broken)?;
                let layout = found.insert(layout);
                if is_line_of_names {
                    continue;
                }
                layout
            }
        };
        let (at, count) = (row.at, row.cells.len());
        if count != layout.width {
            let problem = format!("{at}: {count} cells, and there are {} columns", layout.width);
            return Err(broken(problem));
        }
        encoder
            .encode(&row.cells, &layout.inputs, opened.numbers, &mut of_row)
            .map_err(|problem| broken(format!("{at}{problem}")))?;
        for (input, x) in of_row.iter_mut().enumerate().filter(|(_, x)| x.is_nan()) {
            let known = learned.fills.get(input % learned.fills.len().max(1)).copied();
            *x = known.ok_or_else(|| {
                broken(format!("{at}: a number is missing, and the run learned none that stands in for it"))
            })?;
        }
        numbers.extend_from_slice(&of_row);
        lines.push(at.number().to_string());
    }
    if lines.is_empty() {
        return Err(broken("it holds no rows".into()));
    }
    let left_out = found.map(|layout| layout.others).unwrap_or_default();
    Ok(Read { names: lines, numbers, left_out, told: encoder.unknown_words() })
}
