//! A table's file that is being read.

use std::io;
use std::path::{Path, PathBuf};

use super::cell::{self, Numbers};
use super::first_row::{FirstRow, are_names, first_row, rows_seen};
use super::format::Format;
use super::peeked::Peeked;
use super::problem::{InRow, RowProblem, Sink, of_cells};
use super::reader::{Place, Row, RowReader};
use super::second_table::{self, SecondTable};
use super::sheets::{SheetSeen, sheets};
use super::{ahead, parquet, separated, spreadsheet};
use crate::data::Error;
use crate::data::import::foreign;
use crate::data::import::limits::Limits;
use crate::preset::counted;
use crate::preset::{Csv, Task};
use crate::system::files;

const MOST_COLUMNS: usize = 100_000;

/// A table's file, open.
pub struct Opened {
    /// Its rows; the first one names the columns, where it has a header.
    pub reader: Peeked,
    /// How the numbers of its cells are written.
    pub numbers: Numbers,
    /// How they are written in the file, where its first rows or its options show it, so that another table of its kind is to be read
    /// likewise. The cells of a spreadsheet that are texts are rewritten.
    pub shown: Option<Numbers>,
    /// What is unusual about how it is written: `cells separated by ';'`.
    pub unusual: Vec<String>,
    /// What is said of cells that have no value because their formulas were never calculated.
    pub formulas: Option<String>,
    /// The names of the columns that are the index of a table of pandas.
    pub index: Vec<String>,
    /// The names of the columns that are categories by what the file says.
    pub categories: Vec<String>,
    /// The part of the file that is the table, for messages: `, sheet 'Data'`.
    pub part: String,
}

/// Opens the file of a table with the options that `table` has.
///
/// # Errors
/// When it is no regular file or no table, an option does not fit its format, or the system refuses.
pub fn open(path: &Path, table: &Csv, limits: &Limits) -> Result<Opened, files::Error> {
    open_as(path, table, None, limits)
}

/// As [`open`]; `of_run` is how numbers are written in a run's own table: this one is read likewise, unless it shows otherwise.
///
/// # Errors
/// As [`open`].
pub fn open_as(
    path: &Path,
    table: &Csv,
    of_run: Option<Numbers>,
    limits: &Limits,
) -> Result<Opened, files::Error> {
    let format = Format::of(path)?;
    if let (Format::Text, Some(problem)) = (format, foreign::problem_of_table(path)) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, problem).into());
    }
    format.check_options(table)?;
    let plain = |reader: Box<dyn RowReader>| Opened {
        reader: Peeked::new(reader),
        numbers: Numbers::default(),
        shown: None,
        unusual: Vec::new(),
        formulas: None,
        index: Vec::new(),
        categories: Vec::new(),
        part: String::new(),
    };
    match format {
        Format::Parquet => {
            let reader = parquet::open(path, table.header)?;
            let (index, categories) = (reader.index(), reader.categories());
            let invalid = |problem: String| io::Error::new(io::ErrorKind::InvalidInput, problem);
            let (reader, shown) = parquet::WithTexts::of(reader, table, of_run).map_err(invalid)?;
            Ok(Opened { index, categories, shown, ..plain(Box::new(reader)) })
        }
        Format::Spreadsheet(kind) => {
            let (reader, sheet) = spreadsheet::open(path, kind, table, of_run, limits)?;
            let (unusual, shown, formulas) = (reader.unusual.clone(), reader.shown, reader.formulas.clone());
            let part = format!(", sheet '{sheet}'");
            Ok(Opened { part, unusual, shown, formulas, ..plain(Box::new(reader)) })
        }
        // The options of the old format have been refused with it.
        Format::Text | Format::OldExcel => {
            let (reader, dialect, letters) = separated::open(path, table, of_run, limits)?;
            let mut unusual = dialect.in_words(separated::usual_separator(path));
            unusual.extend(letters);
            let numbers = dialect.written.numbers;
            let shown = dialect.written.is_shown.then_some(numbers);
            Ok(Opened { numbers, shown, unusual, ..plain(Box::new(reader)) })
        }
    }
}

/// A file that is being read for a preset.
pub(super) struct Source<'a> {
    /// What to call it in messages.
    pub origin: String,
    pub opened: Opened,
    /// Rows without a single cell that has a value, and the first of them.
    empty: (u64, Place),
    second: SecondTable,
    /// The names of the columns, where the first row has them.
    header: Vec<String>,
    table: &'a Csv,
    path: PathBuf,
    limits: Limits,
}

impl<'a> Source<'a> {
    /// Opens a file; `of_run` is how numbers are written in tables that were read before it.
    pub fn open(
        path: &Path,
        table: &'a Csv,
        of_run: Option<Numbers>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let origin = path.to_string_lossy().into_owned();
        match open_as(path, table, of_run, limits) {
            Ok(opened) => {
                let (path, limits) = (path.to_path_buf(), *limits);
                let empty = (0, Place::default());
                let (second, header) = (SecondTable::default(), Vec::new());
                let origin = origin + &opened.part;
                Ok(Source { origin, opened, empty, second, header, table, path, limits })
            }
            Err(error) => Err(Error::Broken { origin, problem: error.to_string() }),
        }
    }

    pub fn broken(&self, problem: String) -> Error {
        Error::Broken { origin: self.origin.clone(), problem }
    }

    /// What its reader tells of what it has read: a sentence each.
    pub fn told(&self) -> impl Iterator<Item = String> {
        let (count, first) = self.empty;
        let empty = (count > 0).then(|| match count {
            1 => format!("{first} is left out, as none of its cells has a value"),
            count => format!(
                "{count} rows, the first of them {first}, are left out, as none of their cells has a value"
            ),
        });
        self.opened
            .reader
            .told()
            .into_iter()
            .chain(empty)
            .chain(self.second.told())
            .map(|sentence| format!("{}: {sentence}", self.origin))
    }

    /// The names of the columns, which the first row has or shows the number of; `None` for an empty file. Where it is a row of
    /// cells, it stays in `row`.
    pub fn names(&mut self, row: &mut Row) -> Result<Option<Vec<String>>, Error> {
        if !self.opened.reader.next(row).map_err(|problem| self.broken(problem.at(row.at)))? {
            return Ok(None);
        }
        let (at, count) = (row.at, row.cells.len());
        // A label needs an input beside it.
        let fewest = if self.table.task == Task::NoLabel { 1 } else { 2 };
        if !(fewest..=MOST_COLUMNS).contains(&count) {
            let help = match at {
                Place::Line(_) => "; is another separator used?",
                Place::Row(_) => "; are there lines of a title above the names of the columns?",
                Place::Schema => "",
            };
            let columns = counted(count, "column");
            // A cover, or a text, in front of the sheet that is the table.
            let all: Vec<String> = sheets(&self.path, &self.limits).iter().map(SheetSeen::in_words).collect();
            let others = match (all.len() > 1, self.table.sheet.is_none()) {
                (true, true) => format!(
                    "; its sheets are {}: --sheet, or sheet: \"…\" in a preset, names one",
                    all.join(", ")
                ),
                _ => String::new(),
            };
            let help = format!("{help}{others}");
            return Err(self.broken(format!("{at}: {columns}{help}")));
        }
        Ok(Some(match self.table.header {
            true => {
                self.header =
                    row.cells().map(|cell| cell.trim_start_matches('\u{feff}').to_string()).collect();
                self.header.clone()
            }
            false => (1..=count).map(|number| number.to_string()).collect(),
        }))
    }

    /// What the first row is, which has these cells, by the rows below it. Where the options say that it is a row, it is doubtful where it has
    /// names without a doubt.
    pub fn first_row(&mut self, first: &Row, names: &[String]) -> FirstRow {
        if first.at == Place::Schema {
            return FirstRow::Names;
        }
        let Opened { reader, numbers, .. } = &mut self.opened;
        let below = reader.peek(rows_seen(names.len()));
        if self.table.header {
            return first_row(names, &below, *numbers);
        }
        let cells: Vec<String> = first.cells().map(str::to_string).collect();
        match are_names(&cells, &below, *numbers) {
            true => FirstRow::MayBeValues(
                "it is read as a row, and looks like the names of the columns: where it has them, leave header: false out".into(),
            ),
            false => FirstRow::Names,
        }
    }

    /// The places of columns of which no row that is looked at has a value, among so many.
    pub fn empty_columns(&mut self, width: usize) -> Vec<usize> {
        let below = self.opened.reader.peek(rows_seen(width));
        let is_empty = |place: &usize| below.iter().all(|row| cell::is_missing(cell::at(row, *place)));
        (0..width).filter(|place| !below.is_empty() && is_empty(place)).collect()
    }

    /// An error of the names that the first row has, which may be values.
    pub fn broken_names(&mut self, problem: String, first: &Row, names: &[String]) -> Error {
        match self.table.header && matches!(self.first_row(first, names), FirstRow::Values(_)) {
            true => self.broken(format!(
                "{problem}; its first row is one of values, not of names: write a line with the names of the columns above it"
            )),
            false => self.broken(problem),
        }
    }

    /// Hands all rows of cells to `take`, the `first` one before the others where the table has no header. Rows that cannot be used
    /// are problems for `sink`. Gives how many rows there are, those with problems included.
    pub fn rows(
        &mut self,
        first: Option<Row>,
        width: usize,
        sink: Sink,
        take: &mut dyn FnMut(&Row, Numbers) -> Result<Result<(), InRow>, Error>,
    ) -> Result<u64, Error> {
        let mut rows = 0;
        let Source { origin, opened: Opened { reader, numbers, .. }, table, empty, second, header, .. } =
            self;
        let mut take = |row: &Row, problem: Option<String>| {
            let of_row = |what: String| InRow { column: None, cell: None, what };
            let count = row.cells.len();
            let may_be_second = second.may_begin(row, header);
            if problem.is_none() && count > 1 && row.cells().all(str::is_empty) {
                if empty.0 == 0 {
                    empty.1 = row.at;
                }
                empty.0 += 1;
                return Ok(());
            }
            rows += 1;
            let problem = match problem {
                Some(what) => Some(of_row(what)),
                None if count == width => take(row, *numbers)?.err(),
                None => Some(of_row(of_cells(row.cells.iter(), width))),
            };
            match problem {
                Some(in_row) if may_be_second => {
                    let what = format!(
                        "{}; does another table begin here? If so, {}",
                        in_row.what,
                        second_table::HELP
                    );
                    sink(RowProblem { origin: origin.clone(), at: row.at, in_row: InRow { what, ..in_row } })
                }
                Some(in_row) => sink(RowProblem { origin: origin.clone(), at: row.at, in_row }),
                None => Ok(()),
            }
        };
        if let (false, Some(first)) = (table.header, first) {
            take(&first, None)?;
        }
        let end = ahead::each_row(reader, &mut take)?;
        end.map_err(|problem| Error::Broken { origin: origin.clone(), problem })?;
        Ok(rows)
    }
}
