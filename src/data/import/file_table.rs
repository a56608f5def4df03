//! Tables that name files, or hold texts, with a class or values each.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use super::LONGEST_CLASS;
use super::class_column::called;
use super::classes::{Classes, too_many_classes};
use super::folders::{Classed, Values};
use super::limits::Limits;
use super::named_files::find;
use crate::data::Error;
use crate::data::answers::MOST_LIKELY_CLASSES;
use crate::data::table::classes::is_padded;
use crate::data::table::columns::the_one;
use crate::data::table::{self, InRow, Place, Problem, Row, RowNumbers, RowProblem, Sink, cell, columns};
use crate::preset::{Csv, Holds};

/// The two columns, by name or number from 1; `None`: the first one, the last one of the others.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a> {
    /// That of the files or texts.
    pub path: Option<&'a str>,
    /// That of the classes or values, or several of values; none: the last one of the others.
    pub labels: &'a [String],
}

/// What the tables hold.
#[derive(Debug, Default)]
pub struct Listed {
    /// The paths or texts, as they stand there.
    pub cells: Vec<String>,
    /// The class of each, or where they have values the number of its row of these.
    pub of: Vec<u32>,
    /// The classes' names: numbers by their value, then words; empty where there are values.
    pub names: Vec<String>,
    /// The values of each, where its labels are no classes.
    pub values: Option<Values>,
    /// The first row of the second table.
    pub first_test: Option<usize>,
    /// The number of each row in its table, where rows are left out.
    pub numbers: RowNumbers,
    /// What a person should know of how the tables are written: a sentence each.
    pub told: Vec<String>,
}

/// Labels as they come, which may be classes as well as values.
#[derive(Default)]
struct Labels {
    classes: Classes,
    /// The number of each row's class, as long as there are not too many.
    of: Vec<u32>,
    are_too_many: bool,
    /// The number that each row's label is, as long as all are numbers; or the numbers of each row, where it has several.
    numbers: Vec<f64>,
    /// Whether a label is no number, or has digits that say that it is a code.
    has_words: bool,
    /// What is wrong where they are classes: one that is in the second table only.
    late: Option<Error>,
}

impl Labels {
    /// Takes the label of a row, which is of the second table where `is_late`. `broken` says where the row is.
    ///
    /// # Errors
    /// When they are classes, and there are more than can be learned, or one of the second table is not in the first.
    fn push(
        &mut self,
        (label, number): (&str, Option<f64>),
        is_late: bool,
        broken: &dyn Fn(String) -> Error,
    ) -> Result<(), Error> {
        match number {
            Some(number) if !is_padded(label) && !self.has_words => self.numbers.push(number),
            _ => (self.has_words, self.numbers) = (true, Vec::new()),
        }
        let known = self.classes.count();
        match self.classes.number(label) {
            Some(number) => self.of.push(number),
            None => self.are_too_many = true,
        }
        if is_late && self.late.is_none() && self.classes.count() > known {
            self.late = Some(broken(format!("no training sample is of the class '{label}'")));
        }
        match (self.has_words, self.are_too_many) {
            (true, true) => Err(broken(too_many_classes())),
            (true, false) => self.late.take().map_or(Ok(()), Err),
            (false, _) => Ok(()),
        }
    }

    /// Whether they are numbers, and too many different ones to be likely classes.
    fn are_values(&self) -> bool {
        !self.has_words && (self.are_too_many || self.classes.count() > MOST_LIKELY_CLASSES)
    }
}

/// Reads one table, or a second one as the test set. A row that lacks its path or class, or cannot be read, is a problem for `sink`.
///
/// # Errors
/// What `sink` gives back; when a table cannot be read, has not these columns, or a class is only in the second table.
pub fn read(files: &[&Path], columns: Columns, limits: &Limits, sink: Sink) -> Result<Listed, Error> {
    let (mut listed, mut labels, mut names) = (Listed::default(), Labels::default(), Vec::new());
    let mut bytes = 0;
    for (table, file) in files.iter().enumerate() {
        if table == 1 {
            listed.first_test = Some(listed.cells.len());
        }
        let origin = file.to_string_lossy();
        let (kept, mut left_out) = (Cell::new(listed.cells.len()), RowNumbers::default());
        std::mem::swap(&mut left_out, &mut listed.numbers);
        let mut leave_out = |problem| {
            left_out.leave_out(kept.get(), table == 0);
            sink(problem)
        };
        let (told, here) = rows(file, columns, limits, &mut leave_out, &mut |at, cell, answer| {
            let broken = |problem: String| Error::Broken {
                origin: origin.clone().into_owned(),
                problem: format!("{at}: {problem}"),
            };
            match answer {
                Answer::Class(class, _) if class.len() > LONGEST_CLASS => {
                    return Err(broken(format!("its class is longer than {LONGEST_CLASS} bytes")));
                }
                Answer::Class(class, number) => labels.push((class, number), table == 1, &broken)?,
                Answer::Values(values) => labels.numbers.extend_from_slice(values),
            }
            bytes += (cell.len() + size_of::<(String, u32, usize)>()) as u64;
            limits.check(bytes, "its rows take", &origin)?;
            listed.cells.push(cell.to_string());
            kept.set(listed.cells.len());
            Ok(())
        })?;
        listed.numbers = left_out;
        listed.told.extend(told);
        if table == 0 {
            names = here;
        }
    }
    if names.len() > 1 || labels.are_values() {
        let values = Some(Values { names, rows: labels.numbers });
        return Ok(Listed { of: (0..listed.cells.len() as u32).collect(), values, ..listed });
    }
    if let Some(late) = labels.late {
        return Err(late);
    }
    let (names, places) = labels.classes.sorted().map_err(|problem| {
        let origin = files.first().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default();
        Error::Broken { origin, problem }
    })?;
    let of = labels.of.into_iter().map(|class| places[class as usize]).collect();
    Ok(Listed { names, of, ..listed })
}

/// The folder that the paths of a table are in, as seen from the table's folder, and what the files are; `None`: it is not known.
pub type Where<'a> = (Option<&'a str>, Option<Holds>);

/// The files that a table names. Rows that lack their path or class name none.
///
/// # Errors
/// When the table cannot be read, or has not these columns.
pub fn files(
    table: &Path,
    columns: Columns,
    (folder, holds): Where,
    limits: &Limits,
) -> Result<Vec<PathBuf>, Error> {
    let mut cells = Vec::new();
    rows(table, columns, limits, &mut |_| Ok(()), &mut |_, cell, _| {
        cells.push(cell.to_string());
        Ok(())
    })?;
    Ok(find(table, folder, holds, cells.iter().map(String::as_str)).files)
}

/// What a row of a table of texts holds: its text, or why it has none.
pub type TextOfRow = Result<String, String>;

/// The texts or paths of a table that people ask about, with their places: those of the column `path`, by name or number from 1;
/// `None`: the first one. A table may have no other column here. `of` is what they are: a text, a path.
///
/// # Errors
/// When the table cannot be read or has not this column.
pub fn texts(
    file: &Path,
    path: Option<&str>,
    of: &str,
    limits: &Limits,
) -> Result<Vec<(Place, TextOfRow)>, Error> {
    let broken = |problem: String| Error::Broken { origin: file.to_string_lossy().into_owned(), problem };
    let table = Csv::of(file.to_string_lossy().into_owned());
    let mut reader = table::open(file, &table, limits).map_err(|error| broken(error.to_string()))?.reader;
    let (mut row, mut found, mut texts, mut bytes) = (Row::default(), None, Vec::new(), 0);
    loop {
        let unread = match reader.next(&mut row) {
            Ok(false) => return Ok(texts),
            Ok(true) => None,
            Err(Problem { what, is_of_row: true }) if found.is_some() => Some(what),
            Err(problem) => return Err(broken(problem.at(row.at))),
        };
        let Some((column, name)) = &found else {
            let names: Vec<String> = row.cells().map(str::to_string).collect();
            let column =
                place(&names, path, 0).map_err(|problem| broken(format!("{}: {problem}", row.at)))?;
            found = Some((column, names.get(column).cloned().unwrap_or_default()));
            continue;
        };
        let text = match (unread, cell::at(&row.cells, *column)) {
            (Some(what), _) => Err(format!(": {what}")),
            (None, "") => {
                let column = Some((column + 1, name.clone()));
                let missing = InRow { column, cell: None, what: format!("the {of} is missing") };
                Err(missing.to_string())
            }
            (None, text) => Ok(text.to_string()),
        };
        let length = text.as_ref().map_or(0, String::len);
        bytes += (length + size_of::<(Place, TextOfRow)>()) as u64;
        limits.check(bytes, "its rows take", &file.to_string_lossy())?;
        texts.push((row.at, text));
    }
}

/// The place of a column that a person names, or numbers from 1; `usual` where nobody does.
fn place(names: &[String], wanted: Option<&str>, usual: usize) -> Result<usize, String> {
    let Some(wanted) = wanted else { return Ok(usual) };
    the_one(names, wanted)?.ok_or_else(|| {
        let all = names.iter().take(30).map(String::as_str).collect::<Vec<_>>().join(", ");
        format!("there is no column '{wanted}'; there are: {all}")
    })
}

impl Listed {
    /// The files. Where they are not where their table says goes to `told`, a sentence each.
    ///
    /// # Errors
    /// When none of the files of a table is there.
    pub fn files(
        &self,
        tables: &[&Path],
        (folder, holds): Where,
        told: &mut Vec<String>,
    ) -> Result<Classed, Error> {
        let Listed { cells, of, names, values, first_test, .. } = self;
        let (first, second) = cells.split_at(first_test.unwrap_or(cells.len()));
        let mut files = Vec::with_capacity(cells.len());
        for (table, cells) in tables.iter().zip([first, second]) {
            let named = find(table, folder, holds, cells.iter().map(String::as_str));
            let origin = table.to_string_lossy().into_owned();
            if let (0, Some(problem)) = (named.found(), named.missing()) {
                return Err(Error::Broken {
                    origin,
                    problem: format!("{problem}; folder: \"…\" says where they are, as seen from the table"),
                });
            }
            told.extend(named.told().into_iter().map(|sentence| format!("{origin}: {sentence}")));
            files.extend(named.files);
        }
        Ok(Classed {
            files,
            of: of.clone(),
            names: names.clone(),
            values: values.clone(),
            first_test: *first_test,
            ..Classed::default()
        })
    }
}

/// What a row is to be answered with.
#[derive(Clone, Copy)]
enum Answer<'a> {
    /// The cell of its label, and the number that it is.
    Class(&'a str, Option<f64>),
    /// The numbers of several labels.
    Values(&'a [f64]),
}

/// Takes a row: where it is, its path or text, its class or values.
type TakeRow<'a> = &'a mut dyn FnMut(Place, &str, Answer) -> Result<(), Error>;

/// Hands all rows to `take`. Gives what is unusual about the table, a sentence each, and the names of its labels.
fn rows(
    file: &Path,
    columns: Columns,
    limits: &Limits,
    sink: Sink,
    take: TakeRow,
) -> Result<(Vec<String>, Vec<String>), Error> {
    let origin = file.to_string_lossy().into_owned();
    let broken = |problem: String| Error::Broken { origin: origin.clone(), problem };
    let table = Csv::of(file.to_string_lossy().into_owned());
    let opened = table::open(file, &table, limits).map_err(|error| broken(error.to_string()))?;
    let table::Opened { mut reader, unusual, numbers, .. } = opened;
    let mut values = Vec::new();
    let (mut row, mut found, mut count) = (Row::default(), None, 0);
    let mut names: Vec<String> = Vec::new();
    let (mut left_out, mut without_class, mut lack) = (0, 0, None);
    loop {
        let problem = match reader.next(&mut row) {
            Ok(false) => break,
            Ok(true) => None,
            // Without its first line a table is none.
            Err(Problem { what, is_of_row: true }) if found.is_some() => {
                Some(InRow { column: None, cell: None, what })
            }
            Err(problem) => return Err(broken(problem.at(row.at))),
        };
        let at = row.at;
        let Some((path, labels)) = &found else {
            found = Some(columns.among(&row).map_err(|problem| broken(format!("{at}: {problem}")))?);
            names = row.cells().map(str::to_string).collect();
            continue;
        };
        let missing = |place: usize, what: &str| InRow {
            column: Some((place + 1, names.get(place).cloned().unwrap_or_default())),
            cell: None,
            what: format!("{what} is missing"),
        };
        let of_label = |place: usize, cell: &str, what: &str| InRow {
            column: Some((place + 1, names.get(place).cloned().unwrap_or_default())),
            cell: Some(cell::shown(cell)),
            what: what.into(),
        };
        let named = cell::at(&row.cells, *path);
        values.clear();
        let mut wrong = None;
        for &label in labels {
            let cell = cell::at(&row.cells, label);
            if cell.is_empty() {
                wrong = wrong.or(Some((missing(label, "the class"), true)));
            } else if labels.len() > 1 {
                match table::number_of_several(cell, numbers, None, true) {
                    Ok(number) => values.push(number),
                    Err(what) => wrong = wrong.or(Some((of_label(label, cell, what), false))),
                }
            }
        }
        let problem = match (problem, named, wrong) {
            (Some(problem), ..) => problem,
            (None, "", _) => missing(*path, "the path or text"),
            (None, _, Some((problem, is_lack))) => {
                without_class += usize::from(is_lack);
                problem
            }
            (None, named, None) => {
                if let Some(error) = lack.take() {
                    return Err(error);
                }
                let answer = match labels[..] {
                    [alone] => {
                        let cell = cell::at(&row.cells, alone);
                        Answer::Class(cell, numbers.parse(cell).filter(|number| number.is_finite()))
                    }
                    _ => Answer::Values(&values),
                };
                take(at, named, answer)?;
                count += 1;
                continue;
            }
        };
        left_out += 1;
        // Whether all rows lack their class is known at the end.
        let is_first_lack = count == 0 && left_out == without_class;
        match (sink(RowProblem { origin: origin.clone(), at, in_row: problem }), is_first_lack) {
            (Err(error), true) => lack = lack.or(Some(error)),
            (Err(error), false) => return Err(lack.unwrap_or(error)),
            (Ok(()), _) => {}
        }
    }
    if let (0, 1, Some(error)) = (count, left_out, lack.take()) {
        return Err(error);
    }
    if count == 0 && left_out > 0 && left_out == without_class {
        let first = found.as_ref().and_then(|(_, labels)| labels.first().copied());
        let name = first.map(|label| columns::in_words(&names[label], label)).unwrap_or_default();
        return Err(broken(format!("none of its {left_out} rows has a class in {name}")));
    }
    if count == 0 {
        return Err(broken("it has no rows".into()));
    }
    let unusual = (!unusual.is_empty()).then(|| unusual.join(", "));
    let told = unusual.into_iter().chain(reader.told()).map(|sentence| format!("{origin}: {sentence}"));
    let labels = found.map(|(_, labels)| labels).unwrap_or_default();
    Ok((told.collect(), labels.iter().map(|&label| called(&names, label)).collect()))
}

impl Columns<'_> {
    /// The places of the columns among those that a table's first line names.
    fn among(&self, header: &Row) -> Result<(usize, Vec<usize>), String> {
        let names: Vec<String> = header.cells().map(str::to_string).collect();
        let Some(last) = names.len().checked_sub(1).filter(|last| *last > 0) else {
            let alone = names.first().map(String::as_str).unwrap_or_default();
            return Err(match self.labels {
                [label, ..] => {
                    format!("there is no column '{label}' with the classes; its only column is '{alone}'")
                }
                [] => format!(
                    "its only column is '{alone}', and there has to be one with a class for each; is another separator used?"
                ),
            });
        };
        let path = place(&names, self.path, 0)?;
        // The last column that can be it.
        let usual = if path == last { last - 1 } else { last };
        let labels = match self.labels {
            [] => vec![usual],
            labels => {
                labels.iter().map(|label| place(&names, Some(label), usual)).collect::<Result<Vec<_>, _>>()?
            }
        };
        match labels.contains(&path) {
            true => Err(format!("column '{}' is both the path and the class", names[path])),
            false => Ok((path, labels)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(folder: &Path, name: &str, text: &str) -> PathBuf {
        std::fs::write(folder.join(name), text).unwrap();
        folder.join(name)
    }

    const USUAL: Columns = Columns { path: None, labels: &[] };

    #[test]
    fn files_are_found_from_the_folder_of_their_table_and_classes_are_in_one_order() {
        let folder = tempfile::tempdir().unwrap();
        let first =
            put(folder.path(), "a.csv", "n,File,kind\n1,x/1.png,10\n2,/abs.png,b\n3,x/2.png,9\n4,c.png,b\n");
        std::fs::create_dir(folder.path().join("test")).unwrap();
        let second = put(&folder.path().join("test"), "b.tsv", "kind\tn\tfile\n9\t1\t1.png\n");
        let tables = [first.as_path(), second.as_path()];
        for name in ["x/1.png", "x/2.png", "c.png", "test/1.png"] {
            std::fs::create_dir_all(folder.path().join("x")).unwrap();
            put(folder.path(), name, "");
        }
        let kind = ["kind".to_string()];
        let named = Columns { path: Some("file"), labels: &kind };
        let listed = read(&tables, named, &Limits::of_machine(), &mut table::refuse).unwrap();
        assert_eq!(
            (&listed.names[..], &listed.of[..]),
            (&["9", "10", "b"].map(String::from)[..], &[1, 2, 0, 2, 0][..])
        );
        let mut told = Vec::new();
        let classed = listed.files(&tables, (None, None), &mut told).unwrap();
        let at = |name: &str| folder.path().join(name);
        assert_eq!(
            classed.files,
            [at("x/1.png"), "/abs.png".into(), at("x/2.png"), at("c.png"), at("test/1.png")]
        );
        assert_eq!(classed.first_test, Some(4));
        assert!(told.len() == 1 && told[0].contains("1 of 4 names is that of no file in '"), "{told:?}");
        std::fs::remove_file(folder.path().join("test/1.png")).unwrap();
        let refused = listed.files(&tables, (None, None), &mut told).unwrap_err().to_string();
        assert!(refused.contains("b.tsv: 1 of 1 name is that of no file in '"), "{refused}");
    }

    #[test]
    fn how_a_table_is_written_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let table = put(folder.path(), "a.csv", "# names\nfile;kind\n1.png;a\n2.png;b\n");
        let listed = read(&[&table], USUAL, &Limits::of_machine(), &mut table::refuse).unwrap();
        let wanted = "a.csv: cells separated by ';', comments after '#' before the first row";
        assert!(listed.told.len() == 1 && listed.told[0].ends_with(wanted), "{:?}", listed.told);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let kind = ["kind".to_string()];
        let named = Columns { path: Some("file"), labels: &kind };
        let problem = |text: &str, columns: Columns| {
            let file = put(folder.path(), "a.csv", text);
            read(&[&file], columns, &Limits::of_machine(), &mut table::refuse).unwrap_err().to_string()
        };
        assert!(
            problem("file,kind\na,1\n,2\n", USUAL)
                .contains("line 3, column 1 ('file'): the path or text is missing")
        );
        assert!(
            problem("file,kind\na,1\nb\n", USUAL).contains("line 3, column 2 ('kind'): the class is missing")
        );
        assert!(
            problem("file,what\na,1\n", named)
                .contains("line 1: there is no column 'kind'; there are: file, what")
        );
        assert!(problem("file\na\n", USUAL).contains("line 1: its only column is 'file', and there has to be one with a class for each; is another separator used?"));
        assert!(problem("file,kind\n", USUAL).contains("it has no rows"));
        assert!(problem("file,kind\na,1\nb,1\n", USUAL).contains("1 classes; 2 to 1000 can be learned"));
        let twice = Columns { path: Some("2"), labels: &kind };
        assert!(problem("file,kind\na,1\n", twice).contains("column 'kind' is both the path and the class"));
        let (first, second) =
            (put(folder.path(), "a.csv", "f,k\na,1\nb,2\n"), put(folder.path(), "b.csv", "f,k\na,3\n"));
        let refused = read(&[&first, &second], USUAL, &Limits::of_machine(), &mut table::refuse)
            .unwrap_err()
            .to_string();
        assert!(refused.contains("b.csv: line 2: no training sample is of the class '3'"), "{refused}");
    }
}
