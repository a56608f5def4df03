//! The tables of a preset as rows of numbers with labels.

use std::cell::Cell;

use super::by_looks::begins_with_names;
use super::cell;
use super::choice::Choice;
use super::columns::{self, the_one};
use super::encode::{Encoder, is_number_or_missing};
use super::files::Files;
use super::first_row::FirstRow;
use super::gathered::{Beside, Gathered, Named};
use super::infer::{Inferred, Wordy};
use super::known_words::unless_learned;
use super::label_cells::LabelCells;
use super::labels::Labels;
use super::layout::Layout;
use super::left_out::LeftOut;
use super::look::{Looked, look, no_column, place_of, same_columns};
use super::problem::{InRow, RowProblem, Sink};
use super::reader::Row;
use super::row_numbers::RowNumbers;
use super::source::{Opened, Source, open};
use super::sums::SumsOfFile;
use super::title::title;
use crate::data::Error;
use crate::data::import::limits::Limits;
use crate::data::import::rows::Stored;
use crate::preset::counted;
use crate::preset::{Csv, TableSchema, Task};

/// Rows of a file that are looked at for the order of their dates.
pub const ROWS_AHEAD: usize = 1000;
/// What is told of a line of names in a table whose columns are known by their order.
const NAMES_LEFT_OUT: &str = "it names the columns, which the table to learn from does not: it is left out";

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
    let label = schema.label_place().map(|place| &schema.columns[place]);
    let layout = |at: usize, names: &[String], row: &Row| {
        if at < files.trained {
            let here = same_columns(&schema.columns, names, table.header)
                .map_err(|problem| format!("{}: {problem}", row.at))?;
            let inputs = schema.inputs.iter().map(|input| here[input.place]).collect();
            let label = schema.label_place().map(|place| here[place]);
            let totals = totals.iter().map(|&place| here[place]).collect();
            return Ok(Layout { width: names.len(), inputs, label, others: Vec::new(), totals });
        }
        if !table.header && names.len() == schema.columns.len() {
            let inputs = schema.inputs.iter().map(|input| input.place).collect();
            let label = schema.label_place();
            return Ok(Layout {
                width: names.len(),
                inputs,
                label,
                others: Vec::new(),
                totals: schema.row_names.clone(),
            });
        }
        let misfit = || "its columns are not those of the table to learn from".to_string();
        let layout =
            Layout::named(names, &inputs, label.map(String::as_str), &schema).map_err(|missing| {
                format!("{}: it has none that is called '{}'", misfit(), missing.join("', '"))
            })?;
        match (label, layout.label) {
            (Some(label), None) => Err(format!("{}: it has no '{label}'", misfit())),
            (Some(_), Some(_)) | (None, _) => Ok(layout.with_row_names(&schema, names)),
        }
    };
    let from = if rows.is_some() { files.trained } else { 0 };
    let origin = || files.origins().into_iter().next().unwrap_or_default();
    let begun = rows.unwrap_or_else(|| Gathered::new(&origin(), limits.in_memory));
    let begun = Some(Gathered { choices, ..begun });
    let read = encoded(
        files,
        (from, begun),
        table,
        Encoder::new(&schema).of_preset(),
        cells,
        &layout,
        is_out,
        limits,
        sink,
    )?;
    Ok(Table { left_out, left_out_have, wordy, by_digits, ..read })
}

/// The columns of tables by their names: those of the inputs, and that of the label.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The names of the inputs, in the order of the schema.
    pub inputs: &'a [String],
    /// The name of the label; `None`: the last column. It is not looked for where the table's options say that there is none.
    pub label: Option<&'a str>,
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
        let Some(Wanted { inputs, label }) = wanted else {
            let layout = Layout::in_order(schema, names.len());
            let layout = layout.filter(|layout| layout.label.is_some() || !has_label);
            return layout.ok_or_else(|| format!("{at}: {}", Layout::misfit(schema, names.len())));
        };
        let label = has_label.then(|| label.unwrap_or(&names[names.len() - 1]));
        // A preset may number it.
        let label = label.map(|label| match the_one(names, label) {
            Ok(Some(place)) => &names[place],
            _ => label,
        });
        match (Layout::named(names, inputs, label, schema), label) {
            (Ok(Layout { label: None, .. }), Some(label)) => Err(no_column(names, label, at)),
            (Ok(layout), _) => Ok(layout.with_row_names(schema, names)),
            (Err(_), _)
                if Layout::in_order(schema, names.len()).is_none() && names.len() < schema.columns.len() =>
            {
                Err(format!("{at}: {}", Layout::misfit(schema, names.len())))
            }
            (Err(_), _) if row.cells().all(is_number_or_missing) => Err(format!(
                "{at} does not name the columns; --no-header takes them in the order of the training: {}",
                schema.columns.join(", ")
            )),
            (Err(missing), _) => Err(format!(
                "{}; a table without a line of names is taken with --no-header",
                no_column(names, &missing[0], at)
            )),
        }
    };
    let nothing = LeftOut::default();
    let read =
        encoded(files, (0, None), table, Encoder::new(schema), cells, &layout, &nothing, limits, sink)?;
    Ok(Table { told: [read.told, read.of_orders].concat(), of_orders: Vec::new(), ..read })
}

type LayoutOf<'a> = &'a dyn Fn(usize, &[String], &Row) -> Result<Layout, String>;

/// All rows of the tables: those that have been gathered, and behind them the files after the first `from`, encoded.
/// `layout_of` says where the columns are in each file.
fn encoded(
    files: &Files,
    (from, gathered): (usize, Option<Gathered>),
    table: &Csv,
    mut encoder: Encoder,
    cells: LabelCells,
    layout_of: LayoutOf,
    is_out: &LeftOut,
    limits: &Limits,
    sink: Sink,
) -> Result<Table, Error> {
    let (schema, task) = (encoder.schema(), table.task);
    let origins = files.origins();
    let origin = origins.first().cloned().unwrap_or_default();
    let mut gathered = gathered.unwrap_or_else(|| Gathered::new(&origin, limits.in_memory));
    gathered.labels.form.clone_from(&schema.label_form);
    let (mut of_row, is_looked_at) = (Vec::new(), encoder.is_of_preset());
    let (mut row_numbers, mut told, mut of_orders) = (RowNumbers::default(), Vec::new(), Vec::new());
    let mut filled = Vec::new();
    let (mut left_out, mut without_label, mut first) = (0_u64, 0_u64, None);
    // What the first row without a label is refused with, as long as no row has one.
    let lack: Cell<Option<Error>> = Cell::new(None);
    for (file, path) in files.paths.iter().enumerate().skip(from) {
        let mut source = Source::open(path, table, schema.numbers, limits)?;
        let mut row = Row::default();
        let is_trained = file < files.trained;
        let mut rows_here = 0;
        if let Some(names) = source.names(&mut row)? {
            let layout = match layout_of(file, &names, &row) {
                Ok(layout) => layout,
                Err(problem) => return Err(source.broken_names(problem, &row, &names)),
            };
            let at = row.at;
            // A run whose own table has no names may be asked about one that has them.
            let first_row = match table.header {
                false if !is_looked_at || !is_trained => match source.first_row(&row, &names) {
                    FirstRow::MayBeValues(_) => {
                        told.push(format!("{}: {}: {}", source.origin, row.at, NAMES_LEFT_OUT));
                        None
                    }
                    _ => Some(row),
                },
                _ => Some(row),
            };
            // What is not learned from counts as it is.
            let weight = table.weights.as_ref().filter(|_| is_trained);
            let weight = weight.map(|wanted| place_of(&names, wanted, at)).transpose();
            let beside = Beside {
                label: layout.label.map(|place| Named::at(place, &names)),
                cells,
                form: schema.label_form.clone(),
                weight: weight
                    .map_err(|problem| source.broken(problem))?
                    .map(|place| Named::at(place, &names)),
            };
            let totals: Vec<Named> = layout.totals.iter().map(|&place| Named::at(place, &names)).collect();
            let mut sums = SumsOfFile::new(path, table, schema.numbers, layout.label, limits);
            let is_out = is_out.of_file(&source.origin);
            encoder.look_ahead(&source.opened.reader.peek(ROWS_AHEAD), &layout.inputs);
            let count_before = gathered.labels.count();
            let kept = Cell::new(count_before);
            let mut leave_out = |problem: RowProblem| {
                row_numbers.leave_out(kept.get(), is_trained);
                (left_out, without_label) =
                    (left_out + 1, without_label + u64::from(problem.in_row.is_lack_of_label()));
                if first.is_none() {
                    first = Some(problem.to_string());
                }
                // Whether all rows lack it is known at the end.
                let is_first_lack =
                    problem.in_row.is_lack_of_label() && left_out == without_label && kept.get() == 0;
                if !is_first_lack && let Some(error) = lack.take() {
                    return Err(error);
                }
                match sink(problem) {
                    Err(error) if is_first_lack => {
                        let first = lack.take().unwrap_or(error);
                        lack.set(Some(first));
                        Ok(())
                    }
                    other => other,
                }
            };
            rows_here = source.rows(first_row, layout.width, &mut leave_out, &mut |row, numbers| {
                if is_out.has(row.at) {
                    return Ok(Err(InRow { column: None, cell: None, what: "it is left out".into() }));
                }
                let total = totals.iter().find_map(|column| column.total(row));
                let sum = sums.problem(row).and_then(|problem| match is_looked_at {
                    true => Some(problem),
                    false => unless_learned(problem, schema, &layout.inputs, &row.cells, numbers),
                });
                if let Some(problem) = total.or(sum) {
                    return Ok(Err(problem));
                }
                let beside = match beside.of(row, numbers) {
                    Ok(beside) => beside,
                    Err(problem) => return Ok(Err(problem)),
                };
                if let Some(error) = lack.take() {
                    return Err(error);
                }
                match encoder.encode(&row.cells, &layout.inputs, numbers, &mut of_row) {
                    Ok(missing) => gathered.missing += missing,
                    Err(problem) => return Ok(Err(problem)),
                }
                gathered.push((file, row), &of_row, beside, numbers)?;
                for choice in &mut gathered.choices {
                    choice.push(numbers.word(cell::at(&row.cells, layout.inputs[choice.input])));
                }
                kept.set(gathered.labels.count());
                Ok(Ok(()))
            })?;
            let sentences = encoder.filled((gathered.labels.count() - count_before) as u64);
            if !is_trained || !is_looked_at {
                filled.extend(sentences.into_iter().map(|sentence| format!("{}: {sentence}", source.origin)));
            }
            let orders = encoder.of_dates().into_iter();
            of_orders.extend(orders.map(|sentence| format!("{}: {sentence}", source.origin)));
            if !is_trained || !is_looked_at {
                told.extend(sums.told().map(|sentence| format!("{}: {sentence}", source.origin)));
            }
        }
        // Those of the training have been told when they were looked at.
        if !is_trained || !is_looked_at {
            let unusual = Some(source.opened.unusual.join(", ")).filter(|unusual| !unusual.is_empty());
            told.extend(unusual.map(|unusual| format!("{}: {unusual}", source.origin)));
            told.extend(source.told());
            if rows_here == 0 {
                told.push(format!("{}: it has no rows", source.origin));
            }
        }
        if is_trained {
            gathered.trained = gathered.labels.count();
        }
    }
    let Gathered { numbers, labels, weights, trained, missing, choices } = gathered;
    let broken = |problem: &str| Error::Broken { origin: origin.clone(), problem: problem.into() };
    if labels.count() == 0 {
        if let (1, Some(error)) = (left_out, lack.take()) {
            return Err(error);
        }
        if left_out > 0 && left_out == without_label {
            let name = schema
                .label_place()
                .map_or("the label".into(), |place| columns::in_words(&schema.columns[place], place));
            return Err(broken(&format!("none of its {left_out} rows has a label in {name}")));
        }
        let first = first.map(|problem| format!("; the first is refused: {problem}")).unwrap_or_default();
        return Err(broken(&format!("it has no rows that can be used{first}")));
    }
    if trained > 0
        && weights.get(..trained).is_some_and(|weights| weights.iter().all(|&weight| weight == 0.0))
    {
        return Err(broken("all weights are 0, so no row counts"));
    }
    let name = schema.label_place().map(|place| &schema.columns[place][..]).unwrap_or_default();
    let lost = labels.lost_digits(name).filter(|_| is_looked_at);
    let labels = labels.sorted(task, &origins, files.trained)?;
    if let (Some(sentence), Labels::Values(_)) = (lost, &labels) {
        told.push(format!("{origin}: {sentence}"));
    }
    if let Some(sentence) = labels.name_rows(name).filter(|_| is_looked_at) {
        told.push(format!("{origin}: {sentence}; `label` names another column"));
    }
    let gap_class = if is_looked_at && task == Task::Auto { labels.class_like_a_gap() } else { None };
    let of_encoder = encoder.unknown_words().into_iter().chain(encoder.without_sign());
    told.extend(of_encoder.map(|sentence| format!("{origin}: {sentence}")));
    if let Some((class, rows)) = gap_class {
        let rows = counted(rows, "row");
        told.push(format!(
            "{origin}: the label '{class}' is a class of its own ({rows}), although a missing label is written so; \
             task: classes says that it is one"
        ));
    }
    if let Some(column) = table.weights.as_ref().filter(|_| files.trained > 0) {
        let range = weights.get(..trained).unwrap_or(&[1.0]).iter();
        let (least, most) = range
            .fold((f32::INFINITY, 0.0_f32), |(least, most), &weight| (least.min(weight), most.max(weight)));
        told.push(format!(
            "{origin}: a training row's loss counts as its '{column}' says, {least} to {most}; losses of validation and test \
             are without"
        ));
    }
    let label = schema.label_place().filter(|_| table.header && task != Task::NoLabel);
    let label = label.map(|place| schema.columns[place].clone());
    let rows = numbers.rows(schema.width())?;
    let schema = schema.clone();
    Ok(Table {
        rows,
        schema,
        label,
        task,
        labels,
        weights,
        trained,
        numbers: row_numbers,
        missing,
        choices,
        left_out: Vec::new(),
        left_out_have: Vec::new(),
        wordy: Vec::new(),
        by_digits: Vec::new(),
        told,
        filled,
        of_orders,
    })
}
