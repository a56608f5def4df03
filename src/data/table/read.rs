//! The tables of a preset as rows of numbers with labels.

use std::path::Path;

use super::cell::Numbers;
use super::columns::places;
use super::encode::{Encoder, is_number_or_missing};
use super::infer::{self, Inferred};
use super::labels::{Collected, Labels};
use super::layout::Layout;
use super::problem::{InRow, RowProblem, Sink};
use super::profile::Profile;
use super::reader::{Problem, Row, RowReader};
use super::separated;
use crate::data::Error;
use crate::data::import::LONGEST_CLASS;
use crate::data::import::limits::Limits;
use crate::data::import::rows::{Spool, Stored};
use crate::preset::{Csv, Encoding, TableSchema};
use crate::system::files;

/// A table, or two with the same columns one after another.
#[derive(Debug)]
pub struct Table {
    /// The inputs; NaN where a missing number is to be filled with one that is found out from the others.
    pub rows: Stored,
    /// Its columns.
    pub schema: TableSchema,
    /// The name of the label's column, where the columns have names.
    pub label: Option<String>,
    /// The label of each row.
    pub labels: Labels,
    /// Rows of the first table.
    pub first_rows: usize,
    /// Cells of inputs that are missing numbers or dates.
    pub missing: u64,
    /// The columns that are no inputs although nobody said so, and why.
    pub left_out: Vec<(String, String)>,
    /// What a person should know of how the table was read: a sentence each.
    pub told: Vec<String>,
}

const MOST_COLUMNS: usize = 100_000;

/// A table's file, open.
pub struct Opened {
    /// Its rows; the first one names the columns, where it has a header.
    pub reader: Box<dyn RowReader>,
    /// How its numbers are written.
    pub numbers: Numbers,
    /// What is unusual about how it is written: `cells separated by ';'`.
    pub unusual: Vec<String>,
}

/// Opens the file of a table with the options that `table` has.
///
/// # Errors
/// When it is no regular file or no table, or the system refuses.
pub fn open(path: &Path, table: &Csv, limits: &Limits) -> Result<Opened, files::Error> {
    let (reader, dialect, encoding) = separated::open(path, table, limits)?;
    let mut unusual = dialect.in_words(separated::usual_separator(path));
    match encoding {
        // Their bytes leave no doubt.
        Encoding::Utf8 | Encoding::Utf16 => {}
        Encoding::Latin1 => unusual.push("Latin-1 text".into()),
    }
    Ok(Opened { reader: Box::new(reader), numbers: dialect.numbers, unusual })
}

/// A file that is being read.
struct Source<'a> {
    origin: String,
    opened: Opened,
    table: &'a Csv,
}

impl<'a> Source<'a> {
    fn open(path: &Path, table: &'a Csv, limits: &Limits) -> Result<Self, Error> {
        let origin = path.to_string_lossy().into_owned();
        match open(path, table, limits) {
            Ok(opened) => Ok(Source { origin, opened, table }),
            Err(error) => Err(Error::Broken { origin, problem: error.to_string() }),
        }
    }

    fn broken(&self, problem: String) -> Error {
        Error::Broken { origin: self.origin.clone(), problem }
    }

    /// The names of the columns, which the first row has or shows the number of; `None` for an empty file. Where it is a row of
    /// cells, it stays in `row`.
    fn names(&mut self, row: &mut Row) -> Result<Option<Vec<String>>, Error> {
        if !self.opened.reader.next(row).map_err(|problem| self.broken(problem.at(row.line)))? {
            return Ok(None);
        }
        let count = row.cells.len();
        if !(2..=MOST_COLUMNS).contains(&count) {
            let line = row.line;
            return Err(self.broken(format!("line {line}: {count} columns; is another separator used?")));
        }
        Ok(Some(match self.table.header {
            true => row.cells.iter().map(|cell| cell.trim_start_matches('\u{feff}').to_string()).collect(),
            false => (1..=count).map(|number| number.to_string()).collect(),
        }))
    }

    /// Hands all rows of cells to `take`, the one that is in `row` first where the table has no header. Rows that cannot be used
    /// are problems for `sink`.
    fn rows(
        &mut self,
        mut row: Row,
        width: usize,
        sink: Sink,
        take: &mut dyn FnMut(&Row, Numbers) -> Result<Result<(), InRow>, Error>,
    ) -> Result<(), Error> {
        let mut is_read = !self.table.header;
        loop {
            if !std::mem::take(&mut is_read) {
                match self.opened.reader.next(&mut row) {
                    Ok(false) => return Ok(()),
                    Ok(true) => {}
                    Err(Problem { what, is_of_row: false }) => return Err(self.broken(what)),
                    Err(Problem { what, is_of_row: true }) => {
                        let in_row = InRow { column: None, cell: None, what };
                        sink(RowProblem { origin: self.origin.clone(), line: row.line, in_row })?;
                        continue;
                    }
                }
            }
            let problem = match row.cells.len() == width {
                true => take(&row, self.opened.numbers)?.err(),
                false => Some(InRow {
                    column: None,
                    cell: None,
                    what: format!("{} cells, and there are {width} columns", row.cells.len()),
                }),
            };
            if let Some(in_row) = problem {
                sink(RowProblem { origin: self.origin.clone(), line: row.line, in_row })?;
            }
        }
    }
}

/// The place of a column that a person names, or numbers from 1.
fn place(names: &[String], wanted: &str, by_name: Option<usize>) -> Result<usize, String> {
    let by_number = || wanted.parse::<usize>().ok()?.checked_sub(1).filter(|&place| place < names.len());
    by_name.or_else(by_number).ok_or_else(|| {
        let all = names.iter().take(30).map(String::as_str).collect::<Vec<_>>().join(", ");
        format!("line 1: there is no column '{wanted}'; there are: {all}")
    })
}

/// The places of the inputs and of the label that a preset chooses.
fn chosen(names: &[String], table: &Csv) -> Result<(Vec<usize>, usize), String> {
    let all_places = |wanted: &[String]| -> Result<Vec<usize>, String> {
        wanted.iter().zip(places(wanted, names)).map(|(wanted, found)| place(names, wanted, found)).collect()
    };
    let label = match &table.label {
        Some(label) => all_places(std::slice::from_ref(label))?[0],
        None => names.len() - 1,
    };
    let inputs: Vec<usize> = match table.columns.chosen() {
        [] => (0..names.len()).filter(|&column| column != label).collect(),
        wanted => all_places(wanted)?,
    };
    match inputs.contains(&label) {
        true => Err(format!("line 1: column '{}' is both an input and the label", names[label])),
        false => Ok((inputs, label)),
    }
}

/// Looks at the first table of a preset to find out what its columns are.
fn look(path: &Path, table: &Csv, limits: &Limits) -> Result<(Inferred, Vec<String>), Error> {
    let mut source = Source::open(path, table, limits)?;
    let mut row = Row::default();
    let names = source.names(&mut row)?.ok_or_else(|| source.broken("it has no rows".into()))?;
    let (inputs, label) = chosen(&names, table).map_err(|problem| source.broken(problem))?;
    let mut profile = Profile::new(inputs.len());
    // Rows that cannot be used are told when they are to be used.
    source.rows(row, names.len(), &mut |_| Ok(()), &mut |row, numbers| {
        profile.add(&row.cells, &inputs, numbers);
        Ok(Ok(()))
    })?;
    let inferred = infer::infer(&names, label, &inputs, &profile, table);
    let inferred = inferred.map_err(|problem| source.broken(problem))?;
    let mut told = Vec::new();
    let origin = &source.origin;
    if !source.opened.unusual.is_empty() {
        told.push(format!("{origin}: {}", source.opened.unusual.join(", ")));
    }
    told.extend(inferred.taken.iter().map(|sentence| format!("{origin}: {sentence}")));
    let left_out = inferred.left_out.iter();
    told.extend(left_out.map(|(name, why)| format!("{origin}: '{name}' is left out: {why}")));
    Ok((inferred, told))
}

/// Reads a table, or two of which the second is the test set, with the options of `table`; and finds out what the columns are.
///
/// # Errors
/// What `sink` gives back; and when a file cannot be opened, has not the columns asked for, or has none to learn from.
pub fn read(files: &[&Path], table: &Csv, limits: &Limits, sink: Sink) -> Result<Table, Error> {
    let first = files.first().copied().unwrap_or(Path::new(&table.file));
    let (Inferred { schema, left_out, .. }, told) = look(first, table, limits)?;
    let (inputs, label) = (schema.names(), schema.columns[schema.label].clone());
    let layout = |at: usize, names: &[String], _: &Row| {
        if at == 0 || !table.header && names.len() == schema.columns.len() {
            let places = schema.inputs.iter().map(|input| input.place).collect();
            let width = schema.columns.len();
            return Ok(Layout { width, inputs: places, label: Some(schema.label), others: Vec::new() });
        }
        let misfit = || "its columns are not those of the table to learn from".to_string();
        let layout = Layout::named(names, &inputs, Some(&label)).map_err(|missing| {
            format!("{}: it has none that is called '{}'", misfit(), missing.join("', '"))
        })?;
        if layout.label.is_some() { Ok(layout) } else { Err(format!("{}: it has no '{label}'", misfit())) }
    };
    let read = encoded(files, table, Encoder::new(&schema).of_preset(), &layout, limits, sink)?;
    Ok(Table { told: [told, read.told].concat(), left_out, ..read })
}

/// As [`read`], for tables whose columns are known: those of a run. `inputs` and `label` are the names that they have in
/// these tables; without names they are taken in order.
///
/// # Errors
/// As [`read`].
pub fn read_as(
    files: &[&Path],
    table: &Csv,
    schema: &TableSchema,
    wanted: Option<(&[String], Option<&str>)>,
    limits: &Limits,
    sink: Sink,
) -> Result<Table, Error> {
    let layout = |_: usize, names: &[String], row: &Row| {
        let Some((inputs, label)) = wanted else {
            let layout = Layout::in_order(schema, names.len()).filter(|layout| layout.label.is_some());
            return layout
                .ok_or_else(|| format!("line {}: {}", row.line, Layout::misfit(schema, names.len())));
        };
        let label = label.unwrap_or(&names[names.len() - 1]);
        let line = row.line;
        match Layout::named(names, inputs, Some(label)) {
            Ok(layout) if layout.label.is_some() => Ok(layout),
            Ok(_) => Err(place(names, label, None).err().unwrap_or_default()),
            Err(_)
                if Layout::in_order(schema, names.len()).is_none() && names.len() < schema.columns.len() =>
            {
                Err(format!("line {line}: {}", Layout::misfit(schema, names.len())))
            }
            Err(_) if row.cells.iter().all(is_number_or_missing) => Err(format!(
                "line {line} does not name the columns; --no-header takes them in the order of the training: {}",
                schema.columns.join(", ")
            )),
            Err(missing) => Err(format!(
                "{}; a table without a line of names is taken with --no-header",
                place(names, &missing[0], None).err().unwrap_or_default()
            )),
        }
    };
    encoded(files, table, Encoder::new(schema), &layout, limits, sink)
}

type LayoutOf<'a> = &'a dyn Fn(usize, &[String], &Row) -> Result<Layout, String>;

/// All rows of the tables, encoded. `layout_of` says where the columns are in each file.
fn encoded(
    files: &[&Path],
    table: &Csv,
    mut encoder: Encoder,
    layout_of: LayoutOf,
    limits: &Limits,
    sink: Sink,
) -> Result<Table, Error> {
    let schema = encoder.schema();
    let origins: Vec<String> = files.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let origin = origins.first().cloned().unwrap_or_default();
    let mut spool = Spool::new(&origin, limits.in_memory);
    let mut labels = Collected::default();
    let (mut first_rows, mut missing, mut numbers_of_row) = (0, 0, Vec::new());
    for (at, path) in files.iter().enumerate() {
        let mut source = Source::open(path, table, limits)?;
        let mut row = Row::default();
        if let Some(names) = source.names(&mut row)? {
            let layout = layout_of(at, &names, &row).map_err(|problem| source.broken(problem))?;
            source.rows(row, layout.width, sink, &mut |row, numbers| {
                let label = layout.label.unwrap_or_default();
                let cell = row.cells.get(label).unwrap_or_default();
                let problem = match cell.len() {
                    0 => "the label is missing".into(),
                    1..=LONGEST_CLASS => {
                        match encoder.encode(&row.cells, &layout.inputs, numbers, &mut numbers_of_row) {
                            Ok(cells) => {
                                missing += cells;
                                labels.push(cell, numbers, (at, row.line));
                                spool.push(&numbers_of_row)?;
                                return Ok(Ok(()));
                            }
                            Err(problem) => return Ok(Err(problem)),
                        }
                    }
                    _ => format!("the label is longer than {LONGEST_CLASS} bytes"),
                };
                Ok(Err(InRow { column: Some((label + 1, names[label].clone())), cell: None, what: problem }))
            })?;
        }
        if at == 0 {
            first_rows = labels.count();
        }
    }
    if labels.count() == 0 {
        return Err(Error::Broken { origin, problem: "it has no rows that can be used".into() });
    }
    let labels = labels.sorted(table.task, &origins)?;
    let told = encoder.unknown_words().into_iter().map(|sentence| format!("{origin}: {sentence}")).collect();
    let label = table.header.then(|| schema.columns.get(schema.label).cloned()).flatten();
    let rows = spool.rows(schema.width())?;
    Ok(Table { rows, schema: schema.clone(), label, labels, first_rows, missing, left_out: Vec::new(), told })
}
