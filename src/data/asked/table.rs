//! The rows of a table as a network's inputs, before scaling.

use std::path::Path;

use super::Which;
use super::bad::{self, BadRow};
use crate::data::Error;
use crate::data::import::limits::Limits;
use crate::data::table::encode::{Encoder, is_number_or_missing};
use crate::data::table::{self, Layout, LearnedTable, Names, Problem, Row, SumsOfFile};
use crate::preset::{Csv, DataConfig, Numbers, Preparation, Source, counted, counted_with};

/// What was read.
pub struct Read {
    /// The rows that are samples.
    pub samples: Vec<Which>,
    /// Row after row, without NaN.
    pub numbers: Vec<f64>,
    /// The rows that are not.
    pub bad: Vec<BadRow>,
    /// The names of columns that are neither inputs nor what the network predicts.
    pub left_out: Vec<String>,
    /// What a person should know of how the rows were read: a sentence each.
    pub told: Vec<String>,
}

/// Where the columns are, by the first line; and whether that is a line of names.
fn layout(
    (learned, classes): (&LearnedTable, &[String]),
    names: Names,
    first: &Row,
    numbers: Numbers,
) -> Result<(Layout, bool), String> {
    let (at, width) = (first.at, first.cells.len());
    let schema = &learned.schema;
    let in_order = Layout::in_order(schema, width);
    let are_cells = first.cells().all(is_number_or_missing);
    let misfit = || format!("{at} has {}, not {}", counted(width, "column"), schema.inputs.len());
    if !learned.has_names || names == Names::Nowhere {
        // Where the network's own data has no names, those that another table may have say nothing.
        let layout = in_order.ok_or_else(misfit)?;
        let is_open = !learned.has_names && names == Names::InFirstLine;
        let is_names = is_open && table::names_columns(&first.cells, &layout, (schema, classes), numbers);
        return Ok((layout, is_names));
    }
    let here: Vec<String> =
        first.cells().map(|cell| cell.trim_start_matches('\u{feff}').to_string()).collect();
    let order = table::listed(&schema.names());
    match Layout::named(&here, &schema.names(), &learned.labels, schema) {
        Ok(layout) => Ok((layout.with_row_names(schema, &here), true)),
        Err(_) if are_cells && in_order.is_none() => Err(misfit()),
        Err(_) if are_cells => Err(format!(
            "{at} does not name the columns; --no-header takes them in the order of the training: {order}"
        )),
        Err(missing) => Err(format!(
            "{at} names the columns, and has {}; a table without a line of names is taken with --no-header, in the order of the \
             training: {order}",
            table::none_called(&missing)
        )),
    }
}

/// The rows of a table, as a network takes them. Where the network's own table has names, those in the first line say where the
/// columns are; `names` says where there is no such line, and the columns are in the order of the training. Rows that are not of
/// that form are told beside the others. `sheet` is that of a spreadsheet.
///
/// # Errors
/// The names that the first line does not have; what ends the reading of the file.
pub fn read(
    config: &DataConfig,
    learned: &Preparation,
    file: &Path,
    (names, sheet): (Names, Option<&str>),
    limits: &Limits,
) -> Result<Read, Error> {
    let origin = file.to_string_lossy().into_owned();
    let broken = |problem: String| Error::Broken { origin: origin.clone(), problem };
    let own = LearnedTable::of(config, learned);
    let options = own.options(config, origin.clone(), names, sheet);
    let of_sheet = own.sheet_in_words(config, &options, sheet);
    let own_rows = match &config.source {
        Source::Csv(own) => own.skip_rows,
        _ => None,
    };
    let skipped = options.skip_rows.filter(|_| own_rows.is_none()).map(|rows| {
        format!(
            "{} above the names of the columns, as a title is, and left out",
            counted_with(rows, "line", ("is", "are"))
        )
    });
    let header = own.has_names && names == Names::InFirstLine;
    let options = Csv { header, ..options };
    let mut opened = table::open_as(file, &options, own.schema.numbers, limits)
        .map_err(|error| broken(format!("neither a table nor a file known here: {error}")))?;
    let mut encoder = Encoder::new(&own.schema).of_run();
    let (mut row, mut of_row, mut found): (Row, Vec<f64>, Option<Layout>) = Default::default();
    let (mut samples, mut numbers, mut bad) = (Vec::new(), Vec::new(), Vec::new());
    // Empty rows at the end, as spreadsheet programs write them.
    let mut empty = Vec::new();
    let mut sums = SumsOfFile::new(file, &options, own.schema.numbers, None, limits);
    let mut names_told = None;
    // What the first line calls the columns.
    let mut called = csv::StringRecord::new();
    loop {
        let unread = match opened.reader.next(&mut row) {
            Ok(false) => break,
            Ok(true) => None,
            // Without its first line a table is none.
            Err(Problem { what, is_of_row: true }) if found.is_some() => Some(what),
            Err(problem) => return Err(broken(problem.at(row.at))),
        };
        let layout = match &found {
            Some(layout) => layout,
            None => {
                let (layout, is_line_of_names) =
                    layout((&own, &learned.classes), names, &row, opened.numbers).map_err(broken)?;
                let layout = found.insert(layout);
                encoder.look_ahead(&opened.reader.peek(table::ROWS_AHEAD), &layout.inputs);
                if is_line_of_names {
                    if !own.has_names {
                        names_told = Some(format!(
                            "{} is taken for the names of the columns, which the run's own table does not have: --no-header takes it \
                             for a row",
                            row.at
                        ));
                    }
                    called = row.cells.clone();
                    continue;
                }
                layout
            }
        };
        let (count, unread_is_none) = (row.cells.len(), unread.is_none());
        let encoded = || match unread {
            Some(what) => Err(format!(": {what}")),
            None if count != layout.width => {
                Err(format!(": {}", table::of_cells(row.cells.iter(), layout.width)))
            }
            None if row.cells().all(str::is_empty) => {
                Err(": all its cells are empty, so there is nothing to answer".into())
            }
            None => {
                let total = |&place: &usize| {
                    let own = own.schema.columns.get(place).map_or("", String::as_str);
                    table::total(&row, place, called.get(place).map_or(own, str::trim))
                };
                let total = layout.totals.iter().find_map(total);
                let unless_learned = |problem| {
                    table::unless_learned(problem, &own.schema, &layout.inputs, &row.cells, opened.numbers)
                };
                let sum = sums.problem(&row).and_then(unless_learned);
                if let Some(problem) = total.or(sum) {
                    return Err(problem.to_string());
                }
                let read = encoder.encode(&row.cells, &layout.inputs, opened.numbers, &mut of_row);
                read.map_err(|problem| problem.to_string())?;
                fill(&mut of_row, learned)
            }
        };
        let of = Which::row(samples.len() + bad.len() + empty.len() + 1, Some(row.at));
        if unread_is_none && count > 1 && row.cells().all(str::is_empty) {
            let problem = format!("{of}: all its cells are empty, so there is nothing to answer");
            bad::push(&mut empty, BadRow { of, problem }).map_err(broken)?;
            continue;
        }
        // Those between others are rows that are not answered.
        bad.append(&mut empty);
        match encoded() {
            Ok(()) => {
                numbers.extend_from_slice(&of_row);
                samples.push(of);
            }
            Err(problem) => {
                let problem = format!("{of}{problem}");
                bad::push(&mut bad, BadRow { of, problem }).map_err(broken)?;
            }
        }
    }
    let empty_told = (!empty.is_empty() && !samples.is_empty()).then(|| {
        format!("{} left out", counted_with(empty.len(), "empty row", ("at the end is", "at the end are")))
    });
    if samples.is_empty() {
        bad.append(&mut empty);
    }
    if samples.is_empty() && bad.is_empty() {
        return Err(broken("it holds no rows".into()));
    }
    let by_order = found.as_ref().filter(|layout| !own.has_names && !layout.labels.is_empty());
    // A table without names has its label where the run's own has it.
    let by_order = by_order.filter(|_| !matches!(config.source, Source::Csv(_))).map(|layout| {
        let labels: Vec<String> = layout
            .labels
            .iter()
            .map(|&place| table::shown_column(called.get(place).map_or("", str::trim), place))
            .collect();
        format!(
            "the columns are taken by their order, as the run's own data has no names: the first {} are the inputs; {} left out, as the \
             place of what is predicted",
            layout.inputs.len(),
            counted_names(&labels)
        )
    });
    let left_out = found.map(|layout| layout.others).unwrap_or_default();
    let written = (!opened.unusual.is_empty()).then(|| opened.unusual.join(", "));
    let told = skipped
        .into_iter()
        .chain(names_told)
        .chain(by_order)
        .chain(empty_told)
        .chain(of_sheet)
        .chain(written)
        .chain(opened.reader.told())
        .chain(sums.told());
    let told = told.chain(encoder.unknown_words()).chain(encoder.without_sign());
    let told = told.chain(encoder.of_dates()).chain(encoder.filled(samples.len() as u64)).collect();
    Ok(Read { samples, numbers, bad, left_out, told })
}

/// Names with their verb.
fn counted_names(names: &[String]) -> String {
    format!("{} {}", names.join(", "), if names.len() == 1 { "is" } else { "are" })
}

/// Puts what the run learned in the place of missing numbers, which are NaN.
///
/// # Errors
/// What goes behind the row's place, where it learned nothing that stands in for one.
fn fill(of_row: &mut [f64], learned: &Preparation) -> Result<(), String> {
    let fills = &learned.fills;
    for (input, x) in of_row.iter_mut().enumerate().filter(|(_, x)| x.is_nan()) {
        *x = fills.get(input % fills.len().max(1)).copied().ok_or_else(|| {
            let column = learned.columns.get(input).map(|name| format!(", column '{name}'"));
            let column = column.unwrap_or_default();
            format!("{column}: a number is missing, and the run learned none that stands in for it")
        })?;
    }
    Ok(())
}
