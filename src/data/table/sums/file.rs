//! The rows of a file that are sums of others. They are looked for once the first row is met that may be one: few tables have any.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::block::{self, Blocks};
use super::cube::{self, Seen};
use super::evidence::{self, Group, Perhaps};
use super::words::SumWord;
use crate::data::Error;
use crate::data::import::limits::Limits;
use crate::data::table::amount;
use crate::data::table::cell::{self, Numbers, shown};
use crate::data::table::identifier::Identity;
use crate::data::table::problem::{InRow, NONE_OF_ITS_OWN};
use crate::data::table::reader::{Place, Row};
use crate::data::table::source::Source;
use crate::preset::{Csv, counted};

/// The columns that are looked at, and the most numbers of rows that may be sums. In more rows a word names a kind of row.
const COLUMNS: usize = 256;
const MOST: usize = 1 << 18;
/// Different cells of a column that are counted; beyond, their number is estimated.
const COUNTED: usize = 1000;

/// The rows of a file that are sums of others.
pub struct SumsOfFile<'a> {
    path: &'a Path,
    table: &'a Csv,
    of_run: Option<Numbers>,
    /// Where the label is: a class may be called as a sum is.
    label: Option<usize>,
    limits: &'a Limits,
    found: Option<Found>,
    /// Whether all of the file was looked over, or it is so large that only words say which rows are sums.
    is_whole: bool,
}

#[derive(Default)]
struct Found {
    names: Vec<String>,
    /// The column that says it, and what the row is, by the number of the row.
    sums: HashMap<u64, (usize, SumKind)>,
    /// The first row that only says so, and how many do.
    suspect: Option<(Place, usize, String)>,
    suspects: u64,
    rows: u64,
}

/// What a row is of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::data::table) enum SumKind {
    Sum,
    Mean,
    /// One of several rows of statistics.
    Statistic,
}

impl SumKind {
    fn of(is_mean: bool) -> Self {
        if is_mean { SumKind::Mean } else { SumKind::Sum }
    }
}

/// A row that may be a sum.
struct Candidate {
    at: Place,
    column: usize,
    word: SumWord,
    cell: String,
    numbers: Vec<f64>,
    /// The columns in which it has nothing.
    empty: Vec<bool>,
}

/// What the cells of a column are, in rows that are no candidates.
#[derive(Clone, Default)]
struct Cells {
    numbers: u64,
    words: u64,
    identity: Identity,
}

impl<'a> SumsOfFile<'a> {
    /// Those of the file at this path, read with these options; `of_run` is how numbers are written in tables read before it, `label`
    /// the place of the label.
    pub fn new(
        path: &'a Path,
        table: &'a Csv,
        of_run: Option<Numbers>,
        label: Option<usize>,
        limits: &'a Limits,
    ) -> Self {
        SumsOfFile { path, table, of_run, label, limits, found: None, is_whole: false }
    }

    /// What is wrong with a row that is a sum of others.
    pub fn problem(&mut self, row: &Row) -> Option<InRow> {
        let says = |cell: &str| SumWord::of(cell).is_some() || block::is_statistic(cell);
        // Databases leave the cells of a cube empty that they sum over.
        let lacks = |cell: &str| {
            matches!(cell, "" | "NULL" | "null" | "NaN" | "nan" | "None" | "(null)" | "<NA>" | "NA")
        };
        let is_first = self.found.is_none();
        // Most cells are numbers, which say nothing of it.
        let cells = || row.cells.iter().filter(|cell| !cell::begins_as_number(cell)).map(str::trim);
        let is_asked = |is: &dyn Fn(&str) -> bool| cells().any(is);
        if !self.is_whole && is_asked(&says) {
            self.scan(true);
        } else if is_first && is_asked(&lacks) {
            self.scan(false);
        }
        let found = self.found.as_ref()?;
        let &(column, of) = found.sums.get(&row.at.number())?;
        let name = found.names.get(column).map_or(String::new(), |name| name.trim().to_string());
        Some(in_words(&row.cells, column, &name, of))
    }

    /// Looks over the file; where it `is_long` all the same.
    fn scan(&mut self, is_long: bool) {
        let found = scan(self.path, self.table, self.of_run, (self.label, is_long), self.limits);
        self.is_whole = is_long || found.is_some();
        self.found = Some(found.unwrap_or_default());
    }

    /// What is said of rows that say that they are sums, where nothing else does.
    pub fn told(&self) -> Option<String> {
        let Found { names, suspect, suspects, rows, .. } = self.found.as_ref()?;
        let (at, column, cell) = suspect.as_ref()?;
        // A kind that many rows have is none of sums.
        if *suspects > 1 && suspects * 10 > *rows {
            return None;
        }
        let name = names.get(*column).map_or("", |name| name.trim());
        let column = if name.is_empty() {
            format!("column {}", column + 1)
        } else {
            format!("column {} ('{name}')", column + 1)
        };
        let more = match suspects - 1 {
            0 => String::new(),
            more => format!(", and so may {}", counted(more, "more row")),
        };
        Some(format!(
            "{at}, {column}: {} may say that the row is a sum of others{more}; its numbers are not their sums, so it is read as any other \
             row: remove it if it is one",
            shown(cell)
        ))
    }
}

/// What is wrong with a row that the cell of a column calls a sum, a mean or a statistic.
pub(in crate::data::table) fn in_words(
    cells: &csv::StringRecord,
    column: usize,
    name: &str,
    of: SumKind,
) -> InRow {
    let what = match of {
        SumKind::Sum => "sum",
        SumKind::Mean => "mean",
        SumKind::Statistic => "statistic",
    };
    let cell = cell::at(cells, column);
    let (cell, what) = match cell::is_missing(cell) {
        false => (Some(shown(cell)), format!("says that the row is a {what}{NONE_OF_ITS_OWN}")),
        true => (
            None,
            format!(
                "the cell is empty and the numbers beside it are {what}s, so the row is a {what}{NONE_OF_ITS_OWN}"
            ),
        ),
    };
    InRow { column: Some((column + 1, name.into())), cell, what }
}

/// Looks over a file for rows that are sums; `None` where it cannot be read, which whoever reads it says, or where it is long and
/// that is not wanted.
fn scan(
    path: &Path,
    table: &Csv,
    of_run: Option<Numbers>,
    (label, is_long): (Option<usize>, bool),
    limits: &Limits,
) -> Option<Found> {
    let mut source = Source::open(path, table, of_run, limits).ok()?;
    let mut row = Row::default();
    let names = source.names(&mut row).ok()??;
    let width = names.len();
    let columns = width.min(COLUMNS);
    let (mut candidates, mut groups) = (Vec::<Candidate>::new(), vec![Group::new()]);
    let mut cells = vec![Cells::default(); columns];
    let (mut count, mut are_many) = (0, false);
    // Whether rows of their own came before the candidates, and behind them.
    let mut numbers_of_row = vec![f64::NAN; columns];
    let mut before = Vec::new();
    let (mut blocks, mut seen, mut bytes) = (Blocks::default(), Some(Vec::<Seen>::new()), 0);
    let read = source.rows(Some(row), width, &mut |_| Ok(()), &mut |row, numbers| {
        let of = |column: usize| cell::at(&row.cells, column);
        (0..columns).for_each(|column| {
            numbers_of_row[column] =
                amount::any(of(column), numbers).filter(|x| x.is_finite()).unwrap_or(f64::NAN);
        });
        blocks.add(row.at.number(), (0..columns).map(of));
        bytes += row.cells.as_slice().len();
        let is_short =
            |seen: &Vec<Seen>| (seen.len() + 1) * width <= cube::MOST_CELLS && bytes <= cube::MOST_BYTES;
        seen = seen.take().filter(is_short);
        match &mut seen {
            Some(seen) => seen.push(Seen {
                number: row.at.number(),
                cells: row.cells.clone(),
                numbers: numbers_of_row.clone(),
            }),
            None if !is_long => {
                return Err(Error::Broken { origin: String::new(), problem: "it is long".into() });
            }
            None => {}
        }
        let word = |column: usize| {
            let word = SumWord::of(of(column)).filter(|_| numbers_of_row[column].is_nan())?;
            Some((column, word))
        };
        let found = (0..columns).filter_map(word).max_by_key(|(column, word)| (word.is_sure, width - column));
        let Some((column, word)) = found.filter(|_| !are_many) else {
            count += 1;
            evidence::add(groups.last_mut().unwrap_or(&mut Group::new()), &numbers_of_row);
            for (column, cells) in cells.iter_mut().enumerate() {
                let read = numbers.read(of(column));
                cells.numbers += u64::from(!numbers_of_row[column].is_nan());
                cells.words += u64::from(read == cell::Cell::Word && numbers_of_row[column].is_nan());
                cells.identity.add(of(column), read, COUNTED);
            }
            return Ok(Ok(()));
        };
        are_many = (candidates.len() + 1) * columns > MOST;
        candidates.push(Candidate {
            at: row.at,
            column,
            word,
            cell: of(column).into(),
            numbers: numbers_of_row.clone(),
            empty: (0..columns).map(|column| cell::is_missing(of(column))).collect(),
        });
        before.push(count);
        groups.push(Group::new());
        Ok(Ok(()))
    });
    read.ok()?;
    let mut found = Found { names, rows: count + candidates.len() as u64, ..Found::default() };
    let in_blocks = blocks.found();
    let are_others: HashSet<u64> = in_blocks.iter().map(|(number, _)| *number).collect();
    for (number, column, is_mean) in cube::sums(&seen.unwrap_or_default(), label, &are_others) {
        found.sums.insert(number, (column, SumKind::of(is_mean)));
    }
    found.sums.extend(in_blocks.into_iter().map(|(number, column)| (number, (column, SumKind::Statistic))));
    if are_many {
        return Some(found);
    }
    let mut kinds: HashMap<(usize, String), usize> = HashMap::new();
    let rows: Vec<Perhaps> = candidates
        .iter()
        .map(|candidate| {
            let next = kinds.len();
            let kind = *kinds.entry((candidate.column, candidate.cell.to_lowercase())).or_insert(next);
            Perhaps { row: &candidate.numbers, is_mean: candidate.word.is_mean, kind }
        })
        .collect();
    let are_sums = evidence::sums(&rows, groups);
    // Columns of words that nearly every row has.
    let is_category = |column: usize| cells[column].words * 10 >= count * 9 && count > 1;
    for ((candidate, is_sum), before) in candidates.iter().zip(are_sums).zip(before) {
        let Candidate { column, word, empty, .. } = candidate;
        let is_label = label == Some(*column);
        let mut others = (0..columns).filter(|other| other != column && is_category(*other)).peekable();
        let lacks_all = others.peek().is_some() && others.all(|other| empty[other]);
        let of_column = &cells[*column];
        let names_rows = of_column.numbers * 10 >= count * 9 || of_column.identity.differs_in_each();
        let is_at_end = before == count || before == 0;
        let is_sure = word.is_sure && !is_label && count > 2 && (lacks_all || names_rows && is_at_end);
        if is_sum || is_sure || found.sums.contains_key(&candidate.at.number()) {
            found.sums.entry(candidate.at.number()).or_insert((*column, SumKind::of(word.is_mean)));
        } else if word.is_sure && !is_label {
            found.suspects += 1;
            found.suspect.get_or_insert_with(|| (candidate.at, *column, candidate.cell.clone()));
        }
    }
    Some(found)
}
