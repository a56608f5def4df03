//! A table: its columns one by one, what is odd about its rows, and its problems by kind.

use std::collections::BTreeMap;
use std::path::Path;

use super::AsTable;
use super::columns::{Summary, summaries};
use super::report::{DataReport, Known, ROWS};
use super::rows::{Oddity, oddities};
use crate::data::Error;
use crate::data::import::limits::Limits;
use crate::data::import::named_label::named_before_last;
use crate::data::import::seen::{named_labels, seen_as};
use crate::data::table::{self, Files, Labels, RowProblem, Table, all_expanded};
use crate::preset::{Csv, LabelNames, Missing, Paths, counted, counted_with};

/// The problems of one kind: the same of the same column.
struct OfKind {
    count: u64,
    first: RowProblem,
}

/// Problems by column and by what is wrong.
type ByKind = BTreeMap<(Option<usize>, String), OfKind>;

/// Looks at a table.
///
/// # Errors
/// When it cannot be read at all; everything else is in the report.
pub(super) fn check(path: &Path, as_table: AsTable, limits: &Limits) -> Result<DataReport, Error> {
    let file = path.to_string_lossy();
    // A path that is no text cannot be a pattern.
    match table::is_pattern(&file) {
        true => check_named(&Paths::from(file.into_owned()), as_table, limits),
        false => {
            let test = as_table.test.map(|test| all_expanded(&test.into())).transpose()?;
            let paths = std::iter::once(path.into()).chain(test.into_iter().flatten()).collect();
            let files = Files { paths, trained: 1 };
            check_files(&files, &Paths::from(file.into_owned()), as_table, limits)
        }
    }
}

/// Looks at the files that are named as one table.
///
/// # Errors
/// As [`check`].
pub(super) fn check_named(named: &Paths, as_table: AsTable, limits: &Limits) -> Result<DataReport, Error> {
    check_files(&Files::of(&options(named, as_table, limits))?, named, as_table, limits)
}

/// How the table is read.
fn options(named: &Paths, as_table: AsTable, limits: &Limits) -> Csv {
    let AsTable { labels, sheet, test } = as_table;
    let first = all_expanded(named).ok().and_then(|files| files.into_iter().next());
    let labels = first.map_or_else(|| labels.to_vec(), |first| named_labels(&first, labels, sheet, limits));
    Csv {
        label: LabelNames::listed(labels),
        sheet: sheet.map(str::to_string),
        test_file: test.map(Paths::from),
        missing: Missing::Mean,
        ..Csv::of(named.clone())
    }
}

/// Looks at the table that a preset names, with its options.
///
/// # Errors
/// As [`check`].
pub(super) fn check_own(own: &Csv, limits: &Limits) -> Result<DataReport, Error> {
    let mut report = DataReport { skips: own.skip_broken, ..DataReport::of("table") };
    // What the label is taken for, the preset says.
    rows(&mut report, &Files::of(own)?, (own, true), limits)?;
    Ok(report)
}

fn check_files(
    files: &Files,
    named: &Paths,
    as_table: AsTable,
    limits: &Limits,
) -> Result<DataReport, Error> {
    let mut report = DataReport::of("table: csv(file: \"…\", label: \"…\")");
    let options = options(named, as_table, limits);
    let title = files.paths.first().and_then(|path| table::title(path, &options, limits));
    let options = Csv { skip_rows: title.as_ref().map(|title| title.rows), ..options };
    if let Some(title) = title {
        report.fact("note", title.in_words());
    }
    let is_row = |path: &std::path::PathBuf| {
        options.skip_rows.is_none() && table::begins_with_values(path, &options, limits)
    };
    let header = !files.paths.first().is_some_and(is_row);
    if !header {
        report.fact(
            "note",
            "the first line is a row of values, so the columns are called by their numbers: header: false in a preset, or a line with names",
        );
    }
    let options = Csv { header, ..options };
    let looked = match (&options.label, header, files.paths.first()) {
        (None, true, Some(first)) => seen_as(first, &options, limits),
        _ => None,
    };
    let by_name = looked.as_ref().and_then(named_before_last);
    if let Some(name) = &by_name {
        report.fact("note", format!("the label is '{name}', as its name says; --label names another"));
    }
    let options =
        Csv { label: options.label.clone().or(by_name.as_deref().map(LabelNames::from)), ..options };
    if let Some(table) = rows(&mut report, files, (&options, false), limits)?
        && let Some(sentence) = either(&table)
    {
        let known = Known::Note { about: None, columns: table.label.iter().cloned().collect(), count: None };
        report.known("note", sentence, known);
    }
    Ok(report)
}

/// What is said of a label of whole numbers, which may be classes as well as values.
fn either(table: &Table) -> Option<String> {
    let name = table.label.as_deref().unwrap_or_default();
    table.labels.either_in_words(name, |task| format!("task: {} in a preset", task.name()))
}

/// Reads a table; gives it where it could be read. What is in it and what is wrong with it goes into the report. `is_of_preset`: a
/// preset has these options.
///
/// # Errors
/// When it cannot be read at all, for something else than its rows.
fn rows(
    report: &mut DataReport,
    files: &Files,
    (options, is_of_preset): (&Csv, bool),
    limits: &Limits,
) -> Result<Option<Table>, Error> {
    let mut kinds = ByKind::new();
    let read = table::read(files, options, limits, &mut |problem| {
        let column = problem.in_row.column.as_ref().map(|(place, _)| *place);
        let key = (column, problem.in_row.what.clone());
        kinds.entry(key).or_insert_with(|| OfKind { count: 0, first: problem }).count += 1;
        Ok(())
    });
    let table = match read {
        Ok(table) => {
            described(report, &table, is_of_preset)?;
            for table::Wordy { place, words, count, units, .. } in
                table.wordy.iter().filter(|column| !column.words.is_empty() || column.units.is_some())
            {
                let name = table::shown_column(&table.schema.columns[*place], *place);
                if let Some(units) = units {
                    report.fact("note", format!("{name}: {units}"));
                    continue;
                }
                let is_infinite = |word: &String| word.parse().is_ok_and(f64::is_infinite);
                let are = match words.iter().all(is_infinite) {
                    true => ("is infinite", "are infinite"),
                    false => ("is a word", "are words"),
                };
                let cells = counted_with(*count, "cell", are);
                let words = words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ");
                report.fact(
                    "note",
                    format!(
                        "{name}: {cells}; missing_words: [{words}] in a preset takes them for missing numbers"
                    ),
                );
            }
            if let Some(test) = &options.test_file {
                of_test(report, &table, &test.to_string())?;
            }
            Some(table)
        }
        // The problems of the rows say more than the error that no row is left.
        Err(error) if kinds.is_empty() => return Err(error),
        Err(error) => {
            report.problem(&error);
            None
        }
    };
    let mut kinds: Vec<OfKind> = kinds.into_values().collect();
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
    for OfKind { count, first } in kinds {
        let more = match count {
            1 => String::new(),
            _ => format!("; and {} of this kind", counted(count - 1, "more row")),
        };
        let problem = format!("{first}{more}");
        report.broken(&Error::Broken { origin: first.origin, problem }, count);
    }
    report.end_of_left_out("row");
    Ok(table)
}

/// What is told of the rows of the test set beside those to learn from.
fn of_test(report: &mut DataReport, table: &Table, test: &str) -> Result<(), Error> {
    let count = table.rows.count - table.trained;
    let twins = table::in_both(table)?;
    if twins > 0 {
        report.fact("note", table::twins_in_words(test, twins, count));
    }
    let rows = |rows: std::ops::Range<usize>| rows.map(|row| row as u32).collect::<Vec<u32>>();
    let (trained, tested) = (rows(0..table.trained), rows(table.trained..table.rows.count));
    for choice in &table.choices {
        let column = &table.schema.inputs[choice.input];
        let name = table::shown_column(&table.schema.columns[column.place], column.place);
        let strangers = choice.strangers(&trained, &tested, &name, &column.rest);
        strangers.into_iter().for_each(|sentence| report.fact("note", sentence));
    }
    Ok(())
}

fn described(report: &mut DataReport, table: &Table, is_of_preset: bool) -> Result<(), Error> {
    let summaries = summaries(table)?;
    report.fact("rows", table.trained);
    let tested = table.rows.count - table.trained;
    if tested > 0 {
        report.fact("rows of the test set", format!("{tested}; columns and classes are those of all rows"));
    }
    report.fact("input columns", table.schema.inputs.len());
    let missing = match table.missing {
        0 => "none".to_string(),
        count if is_of_preset => format!("{count}, for which the preset has something to stand in"),
        count => format!("{count}: refused unless missing: mean, median, most_frequent or zero"),
    };
    report.known("missing numbers", missing, Known::Count { count: table.missing });
    for Summary { name, text, fact } in summaries.iter().take(ROWS) {
        report.known(&format!("  {name}"), text, Known::Column(Box::new(fact.clone())));
    }
    if summaries.len() > ROWS {
        report.fact("", format!("and {}", counted(summaries.len() - ROWS, "more column")));
    }
    for ((name, why), &(missing, different)) in table.left_out.iter().zip(&table.left_out_have) {
        let place = table.schema.columns.iter().position(|known| known == name).unwrap_or_default();
        let known = Known::LeftOut { column: name.clone(), why: why.to_string(), missing, different };
        let gaps = if missing > 0 { format!("; {missing} missing") } else { String::new() };
        report.known(&format!("  {}", table.schema.shown(place)), format!("left out: {why}{gaps}"), known);
    }
    match &table.labels {
        Labels::Nothing(_) => {}
        Labels::Classes(of, names) => report.balance(of, names),
        Labels::Values(values) => report.range("label", values.iter().copied()),
        Labels::Several(width, values) => {
            for (place, name) in table.schema.label_names().iter().enumerate() {
                report.values(&format!("label '{name}'"), values.iter().skip(place).step_by(*width).copied());
            }
        }
    }
    let columns_in = |sentence: &str| {
        let names = table.schema.columns.iter().chain(&table.label);
        let is_named = |name: &&String| !name.is_empty() && sentence.contains(&format!("'{name}'"));
        names.filter(is_named).cloned().collect::<Vec<String>>()
    };
    for sentence in table.told.iter().filter(|told| !told.contains("is left out")) {
        let known = Known::Note { about: None, columns: columns_in(sentence), count: None };
        report.known("note", sentence, known);
    }
    for Oddity { about, column, count, sentence } in oddities(table)? {
        let known = Known::Note { about: Some(about), columns: column.into_iter().collect(), count };
        report.known("note", sentence, known);
    }
    Ok(())
}
