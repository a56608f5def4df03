//! The rows of tables, encoded by a schema.

use std::cell::Cell;

use super::cell;
use super::columns;
use super::encode::Encoder;
use super::files::Files;
use super::first_row::FirstRow;
use super::gathered::{Beside, Gathered, Label, Named};
use super::known_words::unless_learned;
use super::label_cells::LabelCells;
use super::labels::Labels;
use super::layout::Layout;
use super::left_out::LeftOut;
use super::look::place_of;
use super::problem::{InRow, RowProblem, Sink};
use super::read::{ROWS_AHEAD, Table};
use super::reader::Row;
use super::row_numbers::RowNumbers;
use super::source::Source;
use super::sums::SumsOfFile;
use crate::data::Error;
use crate::data::import::limits::Limits;
use crate::preset::{Csv, Task, counted};

/// What is told of a table whose columns are known by their order.
const NAMES_LEFT_OUT: &str = "it names the columns, which the table to learn from does not: it is left out";

/// Where the columns are in a file, by its number among the files, the names of its columns and its first row.
pub(super) type LayoutOf<'a> = &'a dyn Fn(usize, &[String], &Row) -> Result<Layout, String>;

/// Tables whose rows are encoded.
pub(super) struct ToEncode<'a> {
    pub files: &'a Files,
    /// The number of the first file that is read; the rows of those before it have been gathered.
    pub from: usize,
    pub table: &'a Csv,
    pub encoder: Encoder<'a>,
    /// What a label may be, where it is one.
    pub cells: LabelCells,
    pub layout_of: LayoutOf<'a>,
    /// The rows that are left out already.
    pub left_out: &'a LeftOut,
    pub limits: &'a Limits,
}

impl ToEncode<'_> {
    /// All rows of the tables: those that have been gathered, and behind them those of the other files. Rows that cannot be used go to
    /// `sink`.
    ///
    /// # Errors
    /// What `sink` gives back; and when a file cannot be opened, has not the columns asked for, or no row can be used.
    pub fn rows(self, gathered: Option<Gathered>, sink: Sink) -> Result<Table, Error> {
        let ToEncode { files, from, table, mut encoder, cells, layout_of, left_out: is_out, limits } = self;
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
                let mut beside = Beside {
                    labels: Label::all(&layout.labels, &names, schema),
                    cells,
                    values: Vec::new(),
                    weight: weight
                        .map_err(|problem| source.broken(problem))?
                        .map(|place| Named::at(place, &names)),
                };
                let totals: Vec<Named> =
                    layout.totals.iter().map(|&place| Named::at(place, &names)).collect();
                let mut sums =
                    SumsOfFile::new(path, table, schema.numbers, layout.labels.first().copied(), limits);
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
                    let answer = match beside.of(row, numbers) {
                        Ok(answer) => answer,
                        Err(problem) => return Ok(Err(problem)),
                    };
                    if let Some(error) = lack.take() {
                        return Err(error);
                    }
                    match encoder.encode(&row.cells, &layout.inputs, numbers, &mut of_row) {
                        Ok(missing) => gathered.missing += missing,
                        Err(problem) => return Ok(Err(problem)),
                    }
                    gathered.push((file, row), &of_row, answer, numbers)?;
                    for choice in &mut gathered.choices {
                        choice.push(numbers.word(cell::at(&row.cells, layout.inputs[choice.input])));
                    }
                    kept.set(gathered.labels.count());
                    Ok(Ok(()))
                })?;
                let sentences = encoder.filled((gathered.labels.count() - count_before) as u64);
                if !is_trained || !is_looked_at {
                    filled.extend(
                        sentences.into_iter().map(|sentence| format!("{}: {sentence}", source.origin)),
                    );
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
            let (least, most) = range.fold((f32::INFINITY, 0.0_f32), |(least, most), &weight| {
                (least.min(weight), most.max(weight))
            });
            told.push(format!(
                "{origin}: a training row's loss counts as its '{column}' says, {least} to {most}; losses of validation and test \
                 are without"
            ));
        }
        let has_one = schema.labels.is_empty() && table.header && task != Task::NoLabel;
        let label = schema.label_place().filter(|_| has_one);
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
}
