//! Tables of comma- or tab-separated values.

use std::collections::HashMap;
use std::path::Path;

use super::LONGEST_CLASS;
use super::columns::places;
use super::limits::Limits;
use super::rows::{Spool, Stored};
use super::separated;
use crate::data::Error;
use crate::preset::{Missing, Task};

/// How a table is to be read.
#[derive(Clone, Debug)]
pub struct Options {
    /// The label's column, by name or number from 1; `None`: the last column.
    pub label: Option<String>,
    /// The inputs' columns, by name or number; empty: all but the label.
    pub columns: Vec<String>,
    /// What the label is.
    pub task: Task,
    /// What stands between cells; `None`: a tab for `.tsv`, else a comma.
    pub separator: Option<char>,
    /// Whether the first line names the columns.
    pub header: bool,
    /// What becomes of empty cells.
    pub missing: Missing,
    /// What reading it may take.
    pub limits: Limits,
}

/// With a header, the last column as the label, whatever it is; a missing value is refused.
impl Default for Options {
    fn default() -> Self {
        Options {
            label: None,
            columns: Vec::new(),
            task: Task::Auto,
            separator: None,
            header: true,
            missing: Missing::Refuse,
            limits: Limits::of_machine(),
        }
    }
}

/// A table's labels.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
    /// A class a row, and the classes' names in order.
    Classes(Vec<u32>, Vec<String>),
    /// A value a row.
    Values(Vec<f64>),
}

/// A table, or two with the same columns one after another.
#[derive(Debug)]
pub struct Table {
    /// The inputs; empty cells are NaN where they are to become the mean.
    pub rows: Stored,
    /// The inputs' columns.
    pub columns: Vec<String>,
    /// The name of the label's column, where the columns have names.
    pub label: Option<String>,
    /// The label of each row.
    pub labels: Labels,
    /// Rows of the first table.
    pub first_rows: usize,
    /// Empty cells that were filled.
    pub filled: usize,
}

/// Takes a problem: to go on without the row, or to end with it.
pub type Sink<'a> = &'a mut dyn FnMut(Error) -> Result<(), Error>;

/// Most classes.
const MOST_CLASSES: usize = 1000;
/// More different whole numbers than this are values, where the preset does not say.
const MOST_LIKELY_CLASSES: usize = 20;
const MOST_COLUMNS: usize = 100_000;

/// Reads one table, or two of the same columns.
///
/// # Errors
/// What `sink` gives back; and when a file cannot be opened, or has not the columns asked for.
pub fn read(files: &[&Path], options: &Options, sink: Sink) -> Result<Table, Error> {
    let name = |path: &Path| path.to_string_lossy().into_owned();
    let origin = files.first().map(|path| name(path)).unwrap_or_default();
    let mut spool = Spool::new(&origin, options.limits.in_memory);
    let mut labels = Collected::default();
    let mut chosen: Option<Chosen> = None;
    let (mut first_rows, mut filled) = (0, 0);
    for (number, path) in files.iter().enumerate() {
        let origin = name(path);
        let broken = |problem: String| Error::Broken { origin: origin.clone(), problem };
        let separator = options.separator.unwrap_or_else(|| separated::usual_separator(path));
        let separator =
            u8::try_from(separator).map_err(|_| broken(format!("'{separator}' separates no cells")))?;
        let mut reader =
            separated::open(path, separator, &options.limits).map_err(|error| broken(error.to_string()))?;
        // Rows of another length are told here, with their line.
        let mut record = csv::StringRecord::new();
        let mut is_header = options.header;
        let mut inputs = Vec::new();
        loop {
            let line = reader.position().line();
            match separated::next(&mut reader, &mut record) {
                Ok(false) => break,
                Ok(true) => {}
                Err(error) if error.is_io_error() => return Err(broken(format!("line {line}: {error}"))),
                Err(error) => {
                    sink(broken(format!("line {line}: {}", plain(&error))))?;
                    continue;
                }
            }
            let line = record.position().map_or(line, csv::Position::line);
            if chosen.is_none() || is_header {
                let here = Chosen::of(&record, options, &broken)?;
                if chosen.as_ref().is_some_and(|first| first.names != here.names) {
                    return Err(broken("its columns are not those of the table to learn from".into()));
                }
                chosen.get_or_insert(here);
            }
            if std::mem::take(&mut is_header) {
                continue;
            }
            let Some(columns) = &chosen else { continue };
            match columns.read(&record, options.missing, &mut inputs) {
                Ok(cells) => {
                    labels.push(record.get(columns.label).unwrap_or_default(), number, line);
                    spool.push(&inputs)?;
                    filled += cells;
                }
                Err(problem) => sink(broken(format!("line {line}{problem}")))?,
            }
        }
        if number == 0 {
            first_rows = labels.count;
        }
    }
    let broken = |problem: String| Error::Broken { origin: origin.clone(), problem };
    let columns = chosen.ok_or_else(|| broken("it has no rows".into()))?;
    if labels.count == 0 {
        return Err(broken("it has no rows that can be used".into()));
    }
    let labels = labels.sorted(options.task, files)?;
    let rows = spool.rows(columns.inputs.len())?;
    let names = columns.inputs.iter().map(|&place| columns.names[place].clone()).collect();
    let label = options.header.then(|| columns.names[columns.label].clone());
    Ok(Table { rows, columns: names, label, labels, first_rows, filled })
}

/// One line of what the csv crate says.
fn plain(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { err, .. } => format!("cell {} is not UTF-8 text", err.field() + 1),
        _ => error.to_string(),
    }
}

/// Which columns are for what.
struct Chosen {
    names: Vec<String>,
    label: usize,
    inputs: Vec<usize>,
}

impl Chosen {
    fn of(
        record: &csv::StringRecord,
        options: &Options,
        broken: &dyn Fn(String) -> Error,
    ) -> Result<Self, Error> {
        if record.len() < 2 || record.len() > MOST_COLUMNS {
            return Err(broken(format!("line 1: {} columns; is another separator used?", record.len())));
        }
        let bare = |cell: &str| cell.trim_start_matches('\u{feff}').to_string();
        let names: Vec<String> = match options.header {
            true => record.iter().map(bare).collect(),
            false => (1..=record.len()).map(|number| number.to_string()).collect(),
        };
        let place = |(wanted, by_name): (&String, Option<usize>)| {
            let by_number =
                || wanted.parse::<usize>().ok()?.checked_sub(1).filter(|&place| place < names.len());
            by_name.or_else(by_number).ok_or_else(|| {
                let all = names.iter().take(30).map(String::as_str).collect::<Vec<_>>().join(", ");
                broken(format!("line 1: there is no column '{wanted}'; there are: {all}"))
            })
        };
        let all_places = |wanted: &[String]| -> Result<Vec<usize>, Error> {
            wanted.iter().zip(places(wanted, &names)).map(place).collect()
        };
        let label = match &options.label {
            Some(label) => all_places(std::slice::from_ref(label))?[0],
            None => names.len() - 1,
        };
        let inputs: Vec<usize> = match options.columns.is_empty() {
            true => (0..names.len()).filter(|&column| column != label).collect(),
            false => all_places(&options.columns)?,
        };
        if inputs.contains(&label) {
            return Err(broken(format!("line 1: column '{}' is both an input and the label", names[label])));
        }
        Ok(Chosen { names, label, inputs })
    }

    /// A row's inputs, and how many of them were empty; the problem goes after "line 7".
    fn read(
        &self,
        record: &csv::StringRecord,
        missing: Missing,
        out: &mut Vec<f64>,
    ) -> Result<usize, String> {
        if record.len() != self.names.len() {
            return Err(format!(": {} cells, and there are {} columns", record.len(), self.names.len()));
        }
        let at = |place: usize| format!(", column {} ('{}')", place + 1, self.names[place]);
        if is_empty(record.get(self.label).unwrap_or_default()) {
            return Err(format!("{}: the label is missing", at(self.label)));
        }
        if record.get(self.label).is_some_and(|label| label.len() > LONGEST_CLASS) {
            return Err(format!("{}: the label is longer than {LONGEST_CLASS} bytes", at(self.label)));
        }
        out.clear();
        let mut filled = 0;
        for &place in &self.inputs {
            let cell = record.get(place).unwrap_or_default();
            out.push(match (is_empty(cell), missing) {
                (true, Missing::Refuse) => {
                    return Err(format!("{}: the cell is empty; missing: mean or zero fills it", at(place)));
                }
                (true, Missing::Mean) => f64::NAN,
                (true, Missing::Zero) => 0.0,
                (false, _) => match cell.parse::<f64>() {
                    Ok(number) if number.is_finite() => number,
                    Ok(number) => {
                        return Err(format!("{}: {number} is not a number to learn from", at(place)));
                    }
                    Err(_) => {
                        let shown: String = cell.chars().take(40).collect();
                        return Err(format!("{}: '{shown}' is not a number", at(place)));
                    }
                },
            });
            filled += usize::from(is_empty(cell));
        }
        Ok(filled)
    }
}

/// Whether a cell stands for a number that is not known.
pub fn is_empty(cell: &str) -> bool {
    matches!(cell, "" | "?" | "-" | "NA" | "N/A" | "na" | "n/a" | "null" | "NULL" | "None")
}

/// Labels as they come.
#[derive(Default)]
struct Collected {
    count: usize,
    /// Their numbers in order of appearance; dropped when there are too many different ones.
    classes: Vec<u32>,
    numbers: HashMap<String, u32>,
    /// File and line of each class's first row.
    first_seen: Vec<(usize, u64)>,
    too_many: bool,
    /// Their values, as long as all are numbers.
    values: Vec<f64>,
    /// The first label that is not a number: file, line, text.
    no_number: Option<(usize, u64, String)>,
    has_fraction: bool,
}

impl Collected {
    fn push(&mut self, cell: &str, file: usize, line: u64) {
        self.count += 1;
        match cell.parse::<f64>() {
            Ok(value) if value.is_finite() && self.no_number.is_none() => {
                self.has_fraction |= value.fract() != 0.0;
                self.values.push(value);
            }
            _ => {
                self.no_number.get_or_insert_with(|| (file, line, cell.chars().take(40).collect()));
                self.values = Vec::new();
            }
        }
        if !self.too_many {
            let next = self.numbers.len() as u32;
            let class = match self.numbers.get(cell) {
                Some(&class) => class,
                None => {
                    self.numbers.insert(cell.to_string(), next);
                    self.first_seen.push((file, line));
                    next
                }
            };
            self.classes.push(class);
            if self.numbers.len() > MOST_CLASSES {
                (self.too_many, self.classes) = (true, Vec::new());
            }
        }
    }

    fn sorted(self, task: Task, files: &[&Path]) -> Result<Labels, Error> {
        let broken = |file: usize, problem: String| Error::Broken {
            origin: files.get(file).map(|path| path.to_string_lossy().into_owned()).unwrap_or_default(),
            problem,
        };
        let likely =
            self.no_number.is_none() && (self.has_fraction || self.numbers.len() > MOST_LIKELY_CLASSES);
        if task == Task::Values || task == Task::Auto && likely {
            return match self.no_number {
                None => Ok(Labels::Values(self.values)),
                Some((file, line, text)) => {
                    Err(broken(file, format!("line {line}: the label '{text}' is not a number")))
                }
            };
        }
        if self.too_many {
            return Err(broken(
                0,
                format!("the label has more than {MOST_CLASSES} classes; is it the right column?"),
            ));
        }
        if let Some(class) = self.first_seen.iter().position(|&(file, _)| file > 0) {
            let (file, line) = self.first_seen[class];
            let name =
                self.numbers.iter().find(|&(_, &number)| number as usize == class).map(|(name, _)| name);
            let name: String = name.map(String::as_str).unwrap_or_default().chars().take(40).collect();
            return Err(broken(file, format!("line {line}: no training sample is of the class '{name}'")));
        }
        let mut names: Vec<(String, u32)> = self.numbers.into_iter().collect();
        let value = |name: &str| name.parse::<f64>().ok();
        names.sort_by(|(a, _), (b, _)| match (value(a), value(b)) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => a.cmp(b),
        });
        let mut place = vec![0; names.len()];
        names.iter().enumerate().for_each(|(new, &(_, old))| place[old as usize] = new as u32);
        let classes = self.classes.into_iter().map(|old| place[old as usize]).collect();
        Ok(Labels::Classes(classes, names.into_iter().map(|(name, _)| name).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::Rows;
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    fn put(text: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text).unwrap();
        file
    }

    fn table(text: &str, options: &Options) -> Result<Table, Error> {
        read(&[put(text.as_bytes()).path()], options, &mut Err)
    }

    fn rows(table: &Table) -> Vec<Vec<f64>> {
        let mut row = vec![0.0; table.columns.len()];
        let read = |number| table.rows.read(number, &mut row).map(|()| row.clone());
        (0..table.rows.count).map(read).collect::<Result<_, _>>().unwrap()
    }

    const FLOWERS: &str = "a,b,kind\n1,2.5,rose\n-3,\"4\",iris\n5e1,6,rose\n";

    #[test]
    fn a_table_is_read_with_its_classes_in_order() {
        for in_memory in [1000, 8] {
            let limits = Limits { in_memory, ..Limits::of_machine() };
            let table = table(FLOWERS, &Options { limits, ..Options::default() }).unwrap();
            assert_eq!(table.columns, ["a", "b"]);
            assert_eq!(rows(&table), [[1.0, 2.5], [-3.0, 4.0], [50.0, 6.0]]);
            assert_eq!(table.labels, Labels::Classes(vec![1, 0, 1], vec!["iris".into(), "rose".into()]));
        }
    }

    #[test]
    fn columns_are_chosen_by_name_or_number_and_a_fraction_makes_values() {
        let chosen = Options { label: Some("b".into()), columns: vec!["a".into()], ..Options::default() };
        let table = table(FLOWERS, &chosen).unwrap();
        assert_eq!(
            (rows(&table), table.labels),
            (vec![vec![1.0], vec![-3.0], vec![50.0]], Labels::Values(vec![2.5, 4.0, 6.0]))
        );
        let bare =
            Options { header: false, separator: Some(';'), label: Some("1".into()), ..Options::default() };
        let table = self::table("2;7\n10;8\n", &bare).unwrap();
        assert_eq!(table.labels, Labels::Classes(vec![0, 1], vec!["2".into(), "10".into()]));
        assert_eq!(table.columns, ["2"]);
    }

    #[test]
    fn what_is_wrong_is_said_with_line_and_column() {
        let problem = |text: &str| table(text, &Options::default()).unwrap_err().to_string();
        assert!(problem("a,b,k\n1,2,x\n1,y,x\n").contains(": line 3, column 2 ('b'): 'y' is not a number"));
        assert!(problem("a,b,k\n1,2,x\n1,x\n").contains(": line 3: 2 cells, and there are 3 columns"));
        assert!(problem("a,b,k\n1,,x\n").contains("line 2, column 2 ('b'): the cell is empty"));
        assert!(
            problem("a,b,k\n1,NaN,x\n").contains("line 2, column 2 ('b'): NaN is not a number to learn from")
        );
        assert!(problem("a,b,k\n1,2,\n").contains("line 2, column 3 ('k'): the label is missing"));
        assert!(problem("a;b\n1;2\n").contains("is another separator used?"));
        assert!(problem("a,b\n").contains("no rows"));
        assert!(problem("").contains("no rows"));
        let wrong = Options { label: Some("z".into()), ..Options::default() };
        let shown = table(FLOWERS, &wrong).unwrap_err().to_string();
        assert!(shown.contains("no column 'z'; there are: a, b, kind"), "{shown}");
        let shown =
            table(FLOWERS, &Options { task: Task::Values, ..Options::default() }).unwrap_err().to_string();
        assert!(shown.contains("line 2: the label 'rose' is not a number"), "{shown}");
        let bytes = put(b"a,b,k\n1,2,x\n1,\xff,x\n");
        let shown = read(&[bytes.path()], &Options::default(), &mut Err).unwrap_err().to_string();
        assert!(shown.contains("line 3: cell 2 is not UTF-8"), "{shown}");
    }

    #[test]
    fn a_row_that_does_not_end_is_refused_at_its_line() {
        let limits = Limits { longest_row: 100_000, ..Limits::of_machine() };
        let options = Options { limits, ..Options::default() };
        let problem = |cell: &str| {
            let text = format!("a,b,k\n1,2,x\n1,{cell},x\n{}", "1,2,y\n".repeat(100_000));
            table(&text, &options).unwrap_err().to_string()
        };
        let refused = ": line 3: the row does not end within 100000 bytes";
        assert!(problem(&"9".repeat(300_000)).contains(refused));
        // A quote that is not closed makes one row of all that follows.
        assert!(problem("\"9").contains(refused));
        // A row may be as long as the limit, wherever it lies in what is read ahead.
        let text = format!("a,b,k\n1,2,x\n1,{}2,x\n", "0".repeat(99_994));
        assert_eq!(rows(&table(&text, &options).unwrap())[1], [1.0, 2.0]);
        let long = format!("a,b,k\n1,2,x\n1,2,{}\n", "x".repeat(LONGEST_CLASS + 1));
        let refused = table(&long, &options).unwrap_err().to_string();
        assert!(refused.contains("line 3, column 3 ('k'): the label is longer than 1000 bytes"), "{refused}");
    }

    #[test]
    fn empty_cells_are_filled_where_that_is_asked_for_and_problems_can_be_collected() {
        let text = "a,b,k\n1,,x\n,3,y\nq,1,y\n";
        let mut problems = Vec::new();
        let zero = Options { missing: Missing::Zero, ..Options::default() };
        let file = put(text.as_bytes());
        let table = read(&[file.path()], &zero, &mut |problem| {
            problems.push(problem.to_string());
            Ok(())
        });
        let table = table.unwrap();
        assert_eq!((rows(&table), table.filled), (vec![vec![1.0, 0.0], vec![0.0, 3.0]], 2));
        assert!(problems.len() == 1 && problems[0].contains("line 4, column 1"), "{problems:?}");
    }

    #[test]
    fn a_test_table_has_the_same_columns_and_no_class_of_its_own() {
        let (first, second) = (put(FLOWERS.as_bytes()), put(b"a,b,kind\n1,1,iris\n"));
        let table = read(&[first.path(), second.path()], &Options::default(), &mut Err).unwrap();
        assert_eq!((table.first_rows, table.rows.count), (3, 4));
        let other = put(b"a,b,kind\n1,1,iris\n2,2,tulip\n");
        let shown =
            read(&[first.path(), other.path()], &Options::default(), &mut Err).unwrap_err().to_string();
        assert!(shown.contains("line 3: no training sample is of the class 'tulip'"), "{shown}");
        let other = put(b"b,a,kind\n1,1,iris\n");
        assert!(read(&[first.path(), other.path()], &Options::default(), &mut Err).is_err());
    }

    proptest! {
        #[test]
        fn a_damaged_table_is_refused_or_read_without_a_panic(
            at in 0..FLOWERS.len(), junk in prop::collection::vec(any::<u8>(), 0..4), header: bool,
        ) {
            let bytes = [&FLOWERS.as_bytes()[..at], &junk, &FLOWERS.as_bytes()[at..]].concat();
            let file = put(&bytes);
            let _ = read(&[file.path()], &Options { header, ..Options::default() }, &mut |_| Ok(()));
        }
    }
}
