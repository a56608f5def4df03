//! The tables of a preset as rows of numbers with labels.

use super::by_looks::begins_with_names;
use super::choice::Choice;
use super::columns::the_one;
use super::encode::{Encoder, is_number_or_missing};
use super::encoded::ToEncode;
use super::files::Files;
use super::gathered::Gathered;
use super::infer::{Inferred, Wordy};
use super::label_cells::LabelCells;
use super::labels::Labels;
use super::layout::Layout;
use super::left_out::LeftOut;
use super::look::{Looked, look, no_column, same_columns};
use super::problem::{RowProblem, Sink};
use super::reader::Row;
use super::row_numbers::RowNumbers;
use super::source::{Opened, open};
use super::title::title;
use crate::data::Error;
use crate::data::import::limits::Limits;
use crate::data::import::rows::Stored;
use crate::preset::{Csv, TableSchema, Task};

/// Rows of a file that are looked at for the order of their dates.
pub const ROWS_AHEAD: usize = 1000;
/// What is told of a table that cannot be read without its line of names.
const HAS_NAMES: &str =
    ". Its first line looks like the names of the columns: leave header: false out of the preset";

/// The rows of one set of tables, and behind them those of its test set.
#[derive(Debug)]
pub struct Table {
    /// The inputs; NaN where a missing number is to be filled with one that is found out from the others.
    pub rows: Stored,
    /// Its columns.
    pub schema: TableSchema,
    /// The name of the label's column, where the columns have names.
    pub label: Option<String>,
    /// What the label is, where the preset says it.
    pub task: Task,
    /// The label of each row.
    pub labels: Labels,
    /// How much each row counts in the loss of a training; empty: all count the same.
    pub weights: Vec<f32>,
    /// Rows to learn from; those behind them are the test set.
    pub trained: usize,
    /// The number of each in its tables.
    pub numbers: RowNumbers,
    /// Cells of inputs that are missing numbers or dates.
    pub missing: u64,
    /// The words of its columns of words, where they are still to be chosen.
    pub choices: Vec<Choice>,
    /// The columns that are no inputs although nobody said so, and why.
    pub left_out: Vec<(String, String)>,
    /// Of each of those how many rows lack the value, and how many different ones there are, where they were counted.
    pub left_out_have: Vec<(u64, Option<u64>)>,
    /// The columns of numbers, by what most or many of their cells are, with words in them.
    pub wordy: Vec<Wordy>,
    /// The inputs, by their places among them, with numbers that double precision runs together, and how many different ones each has.
    pub by_digits: Vec<(usize, u64)>,
    /// What a person should know of how the table was read: a sentence each.
    pub told: Vec<String>,
    /// The same of missing values that something stands in for, in files that the columns were not learned from.
    pub filled: Vec<String>,
    /// The same of files whose dates have another order of day and month than their columns.
    pub of_orders: Vec<String>,
}

/// Reads the tables of a preset, and finds out what their columns are.
///
/// # Errors
/// What `sink` gives back; and when a file cannot be opened, has not the columns asked for, or has none to learn from.
pub fn read(files: &Files, table: &Csv, limits: &Limits, sink: Sink) -> Result<Table, Error> {
    read_named(files, table, limits, sink).map_err(|error| with_cause(error, files, table, limits))
}

/// An error of a table, or what in its first rows is the cause of whatever is wrong below.
fn with_cause(error: Error, files: &Files, table: &Csv, limits: &Limits) -> Error {
    let Some(first) = files.paths.first() else { return error };
    if let Some(title) = title(first, table, limits) {
        return Error::Broken { origin: first.to_string_lossy().into_owned(), problem: title.in_words() };
    }
    if let Ok(Opened { formulas: Some(formulas), .. }) = open(first, table, limits) {
        let Error::Broken { origin, problem } = error;
        return Error::Broken { origin, problem: format!("{problem}. Its {formulas}") };
    }
    match error {
        Error::Broken { origin, problem } if !table.header && begins_with_names(first, table, limits) => {
            Error::Broken { origin, problem: problem + HAS_NAMES }
        }
        error => error,
    }
}

/// The columns of numbers with words in them, and the names of all columns: of a table that cannot be read because of them.
///
/// # Errors
/// As [`read`].
pub fn words_among_numbers(
    files: &Files,
    table: &Csv,
    limits: &Limits,
) -> Result<(Vec<Wordy>, Vec<String>), Error> {
    look(files, table, limits, &LeftOut::default())
        .map(|looked| (looked.inferred.wordy, looked.inferred.schema.columns))
}

/// Rows that turn out to be left out say nothing of what the columns are: where some are, the tables are looked at once more
/// without them.
fn read_named(files: &Files, table: &Csv, limits: &Limits, sink: Sink) -> Result<Table, Error> {
    let mut left_out = LeftOut::default();
    let mut looked = look(files, table, limits, &left_out)?;
    let told = std::mem::take(&mut looked.told);
    // Rows that break because of a word say which words there are.
    let wordy = std::mem::take(&mut looked.inferred.wordy);
    let with_told = |told: Vec<String>, orders: Vec<String>, read: Table| Table {
        told: [told, read.told, orders, read.filled].concat(),
        of_orders: Vec::new(),
        filled: Vec::new(),
        wordy: wordy.clone(),
        ..read
    };
    let (first, is_plain) = ((looked.inferred.clone(), looked.cells, looked.task), looked.rows.is_some());
    let mut noting = |problem: RowProblem| {
        sink(problem.clone())?;
        left_out.add(&problem);
        Ok(())
    };
    let mut read = read_looked(files, table, looked, &LeftOut::default(), limits, &mut noting)?;
    let orders = std::mem::take(&mut read.of_orders);
    if left_out.is_nothing() || is_plain {
        return Ok(with_told(told, orders, read));
    }
    let mut again = look(files, table, limits, &left_out)?;
    let told = std::mem::take(&mut again.told);
    again.inferred.wordy.clear();
    if (&again.inferred, again.cells, again.task) == (&first.0, first.1, first.2) {
        return Ok(with_told(told, orders, read));
    }
    // What has been told of them is not told again.
    let mut others = |problem: RowProblem| if left_out.has(&problem) { Ok(()) } else { sink(problem) };
    Ok(with_told(told, orders, read_looked(files, table, again, &left_out, limits, &mut others)?))
}

fn read_looked(
    files: &Files,
    table: &Csv,
    looked: Looked,
    is_out: &LeftOut,
    limits: &Limits,
    sink: Sink,
) -> Result<Table, Error> {
    let Looked {
        inferred: Inferred { schema, left_out, left_out_have, choices, totals, wordy, by_digits, .. },
        cells,
        task,
        rows,
        ..
    } = looked;
    let table = &Csv { task, ..table.clone() };
    let inputs = schema.names();
    let labels: Vec<String> =
        schema.label_places().into_iter().map(|place| schema.columns[place].clone()).collect();
    let layout = |at: usize, names: &[String], row: &Row| {
        if at < files.trained {
            let here = same_columns(&schema.columns, names, table.header)
                .map_err(|problem| format!("{}: {problem}", row.at))?;
            let inputs = schema.inputs.iter().map(|input| here[input.place]).collect();
            let labels = schema.label_places().into_iter().map(|place| here[place]).collect();
            let totals = totals.iter().map(|&place| here[place]).collect();
            return Ok(Layout { width: names.len(), inputs, labels, others: Vec::new(), totals });
        }
        if !table.header && names.len() == schema.columns.len() {
            let inputs = schema.inputs.iter().map(|input| input.place).collect();
            return Ok(Layout {
                width: names.len(),
                inputs,
                labels: schema.label_places(),
                others: Vec::new(),
                totals: schema.row_names.clone(),
            });
        }
        let misfit = || "its columns are not those of the table to learn from".to_string();
        let layout = Layout::named(names, &inputs, &labels, &schema).map_err(|missing| {
            format!("{}: it has none that is called '{}'", misfit(), missing.join("', '"))
        })?;
        match layout.labels.len() < labels.len() {
            true => {
                let missing = labels.iter().find(|label| !names.iter().any(|name| same(name, label)));
                let missing = missing.unwrap_or(&labels[0]);
                Err(format!("{}: it has no '{missing}'", misfit()))
            }
            false => Ok(layout.with_row_names(&schema, names)),
        }
    };
    let from = if rows.is_some() { files.trained } else { 0 };
    let origin = || files.origins().into_iter().next().unwrap_or_default();
    let begun = rows.unwrap_or_else(|| Gathered::new(&origin(), limits.in_memory));
    let begun = Some(Gathered { choices, ..begun });
    let encoder = Encoder::new(&schema).of_preset();
    let layout_of = &layout;
    let to_encode = ToEncode { files, from, table, encoder, cells, layout_of, left_out: is_out, limits };
    let read = to_encode.rows(begun, sink)?;
    Ok(Table { left_out, left_out_have, wordy, by_digits, ..read })
}

/// The columns of tables by their names: those of the inputs, and that of the label.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The names of the inputs, in the order of the schema.
    pub inputs: &'a [String],
    /// The names of the labels; none: the last column. They are not looked for where the table's options say that there is none.
    pub labels: &'a [String],
}

/// As [`read`], for tables whose columns are known: those of a run. `wanted` are the names that they have in these tables;
/// without names they are taken in order. `cells` says what a label may be.
///
/// # Errors
/// As [`read`].
pub fn read_as(
    files: &Files,
    table: &Csv,
    schema: &TableSchema,
    wanted: Option<Wanted>,
    cells: LabelCells,
    limits: &Limits,
    sink: Sink,
) -> Result<Table, Error> {
    let has_label = table.task != Task::NoLabel;
    let layout = |_: usize, names: &[String], row: &Row| {
        let at = row.at;
        let Some(Wanted { inputs, labels }) = wanted else {
            let layout = Layout::in_order(schema, names.len());
            let layout = layout.filter(|layout| !layout.labels.is_empty() || !has_label);
            return layout.ok_or_else(|| format!("{at}: {}", Layout::misfit(schema, names.len())));
        };
        let labels = match labels {
            _ if !has_label => &[],
            [] => &names[names.len() - 1..],
            labels => labels,
        };
        // A preset may number them.
        let called = |label: &String| match the_one(names, label) {
            Ok(Some(place)) => names[place].clone(),
            _ => label.clone(),
        };
        let labels: Vec<String> = labels.iter().map(called).collect();
        match Layout::named(names, inputs, &labels, schema) {
            Ok(layout) if layout.labels.len() < labels.len() => {
                let missing = labels.iter().find(|label| !names.iter().any(|name| same(name, label)));
                Err(no_column(names, missing.unwrap_or(&labels[0]), at))
            }
            Ok(layout) => Ok(layout.with_row_names(schema, names)),
            Err(_)
                if Layout::in_order(schema, names.len()).is_none() && names.len() < schema.columns.len() =>
            {
                Err(format!("{at}: {}", Layout::misfit(schema, names.len())))
            }
            Err(_) if row.cells().all(is_number_or_missing) => Err(format!(
                "{at} does not name the columns; --no-header takes them in the order of the training: {}",
                schema.columns.join(", ")
            )),
            Err(missing) => Err(format!(
                "{}; a table without a line of names is taken with --no-header",
                no_column(names, &missing[0], at)
            )),
        }
    };
    let nothing = LeftOut::default();
    let encoder = Encoder::new(schema);
    let layout_of = &layout;
    let to_encode = ToEncode { files, from: 0, table, encoder, cells, layout_of, left_out: &nothing, limits };
    let read = to_encode.rows(None, sink)?;
    Ok(Table { told: [read.told, read.of_orders].concat(), of_orders: Vec::new(), ..read })
}

/// Whether two names are one whatever the case of their letters.
fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
