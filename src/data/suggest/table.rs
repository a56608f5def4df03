//! Presets for tables.

use std::path::Path;

use super::answers;
use super::comment::comment;
use super::found::{Found, Target};
use super::label;
use super::network::{Network, split};
use super::ratings;
use super::words::{Read, Said, WithoutWords, without_words};
use crate::data::Error;
use crate::data::check::leaks;
use crate::data::import::limits::Limits;
use crate::data::import::main_input::long_texts;
use crate::data::import::named_label::named_before_last;
use crate::data::import::rows::Rows;
use crate::data::import::seen::{Seen, seen, seen_as};
use crate::data::table::{self, Files, Labels, Repeated, Table, shown_column};
use crate::preset::{
    CellForm, Csv, DatePart, InputKind, LabelNames, Missing, Paths, TargetKind, Task, counted_of,
    counted_with, written,
};

/// What is said of a table whose first line is a row.
const NO_NAMES: &str =
    "The first line is a row of values, so the columns are called by their numbers, from 1.";
/// Parts of what is said of numbers that may stand for something else.
const MAY_BE_MISSING: &str = "may stand for a missing value";
const MAY_BE_DATES: &str = "has numbers that may be dates";
const NO_VALUES_BEHIND: &str = "as the columns behind it have no value";
const ARE_ALIKE: &str = "differ in capital letters or blanks only";
const ARE_EMPTY: &str = "cells has a value";
const ARE_FORMULAS: &str = "never calculated, in ";
const OPEN_POINT: &str = "in a preset makes it";
const ARE_NAMES_ALTHOUGH: &str = "it names the columns, although";
const ARE_ONE_NUMBER: &str = "which are one number";
/// The most words of a category that a comment names.
const NAMED: usize = 6;

/// Looks at a table of which the columns `wanted` are to be predicted; none: the one that is likely.
pub(super) fn look(
    files: &Paths,
    (wanted, task): (&[String], Task),
    sheet: Option<&str>,
    limits: &Limits,
) -> Result<Found, Error> {
    if let (None, [file]) = (sheet, files.as_slice())
        && task != Task::Classes
        && let Some(found) = ratings::look(file, wanted)?
    {
        return Ok(found);
    }
    let (label, sheet) = (LabelNames::listed(wanted.to_vec()), sheet.map(str::to_string));
    let options =
        Csv { label, sheet, task, missing: Missing::Median, flag_missing: true, ..Csv::of(files.clone()) };
    let title = Files::of(&options)?.paths.first().and_then(|path| table::title(path, &options, limits));
    let options = Csv { skip_rows: title.as_ref().map(|title| title.rows), ..options };
    let above = title.as_ref().map(table::Title::in_words);
    let first = Files::of(&options)?.paths.into_iter().next();
    let has_names = first
        .as_ref()
        .is_none_or(|first| title.is_some() || !table::begins_with_values(first, &options, limits));
    let options = Csv { header: has_names, ..options };
    if let (None, None, [file]) = (&title, &options.sheet, files.as_slice())
        && let Some(Seen { names, .. }) = seen(Path::new(file), limits)
        && let [alone] = &names[..]
    {
        let problem = format!(
            "it has one column, {}, and a table needs what is to be predicted and an input beside it. Where cells are cut by something \
             else than a comma, tab or semicolon, a preset says it: csv(file: …, separator: '|'). Lines of text (.txt) are learned \
             character by character",
            shown_column(&comment(alone), 0)
        );
        return Err(Error::Broken { origin: files.to_string(), problem });
    }
    let looked = match (wanted, has_names, &first) {
        ([], true, Some(first)) => seen_as(first, &options, limits),
        _ => None,
    };
    let by_name = looked.as_ref().and_then(named_before_last);
    let options =
        Csv { label: options.label.clone().or_else(|| by_name.as_deref().map(LabelNames::from)), ..options };
    let WithoutWords { options, read: Read { table, broken, without_label }, said } =
        without_words(options, limits)?;
    label::check(&table, &files.to_string())?;
    let places = table.schema.label_places();
    let names: Vec<String> =
        places.iter().map(|&place| named_or_numbered(&table, &table.schema.columns[place], place)).collect();
    let embedded = table.schema.embedded();
    let vectors: usize = embedded.iter().map(|column| column.size).sum();
    let (samples, features) = (table.rows.count, table.schema.width() - embedded.len() + vectors);
    if let Labels::Classes(_, names) = &table.labels
        && let [alone] = &names[..]
    {
        let problem = format!(
            "all rows have the label '{alone}', so that there is nothing to tell apart; --target names another"
        );
        return Err(Error::Broken { origin: files.to_string(), problem });
    }
    let (end, kind, taken_for) = answers::end(&table.labels, &names);
    let network = Network::dense(features, samples, end);
    let label = LabelNames::listed(names.clone()).map(|names| names.in_preset()).unwrap_or_default();
    let either = match task {
        Task::Auto => table.labels.either_in_words(names.first().map_or("", String::as_str), |task| {
            format!("init --task {}", task.name())
        }),
        Task::Classes | Task::Values | Task::NoLabel => None,
    };
    let chosen = match (wanted, &by_name) {
        ([_, ..], _) => "",
        ([], Some(_)) => " Its name says that it is the label: --target names another.",
        ([], None) => " The last column: --target names another.",
    };
    let mut data = vec![
        "source: csv(".into(),
        format!("    file: {},", in_preset(files)),
        options.sheet.as_ref().map(|sheet| format!("    sheet: {sheet:?},")).unwrap_or_default(),
        title.as_ref().map(|title| format!("    // {}", comment(&title.in_words()))).unwrap_or_default(),
        title.as_ref().map(|title| format!("    skip_rows: {},", title.rows)).unwrap_or_default(),
        if has_names { String::new() } else { format!("    // {}", comment(NO_NAMES)) },
        if has_names { String::new() } else { "    header: false,".into() },
        format!("    // {}{chosen}", answers::in_words(&table.labels, &names)),
        taken_for.map(|what| format!("    // {what}")).unwrap_or_default(),
        format!("    label: {label},"),
        either.iter().map(|sentence| format!("    // {}.", comment(sentence))).collect(),
        match task {
            Task::Classes | Task::Values => format!("    task: {},", task.name()),
            Task::Auto | Task::NoLabel => String::new(),
        },
        "    // What the columns are, by the looks of all rows.".into(),
        "    columns: {".into(),
    ];
    let seen = ends(&table)?;
    let columns = columns(&table, &said, &seen);
    for column in &columns {
        data.push(match is_a_name(&table, &column.name) {
            true => format!("        {}", column.line()),
            false => format!("        // {}", column.without_name()),
        });
    }
    data.push("    },".into());
    if let (true, [file], TargetKind::Classes(_)) =
        (!table.left_out.is_empty() && options.sheet.is_none(), files.as_slice(), &kind)
        && let Some(text) = long_texts(file, limits)
        && table.left_out.iter().any(|(name, _)| *name == text)
    {
        data.push(format!(
            "    // The texts in {text:?} are left out. To learn from them instead of the other columns:"
        ));
        data.push(format!(
            "    // source: file_table(table: {file:?}, path: {text:?}, label: {label}, holds: texts), with an Embedding and an LSTM."
        ));
    }
    if table.missing > 0 {
        let reason =
            "the median of the training rows stands in for each, and a second input tells that it does.";
        data.push(format!(
            "    // {} missing: {reason}",
            counted_with(table.missing, "number", ("is", "are"))
        ));
        data.push("    missing: median, flag_missing: true,".into());
    }
    if !options.missing_words.is_empty() {
        let words =
            options.missing_words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ");
        data.push("    // These words in a column of numbers say that a number is missing.".into());
        data.push(format!("    missing_words: [{words}],"));
    }
    let lack = (without_label > 0).then(|| {
        let of = samples as u64 + without_label + broken.count();
        let have = counted_of(without_label, of, "row", ("has", "have"));
        match without_label {
            1 => format!("{have} no label; it is left out, and predict answers it"),
            _ => format!("{have} no label; they are left out, and predict answers them"),
        }
    });
    data.extend(lack.iter().map(|lack| format!("    // {lack}.")));
    data.extend(broken.in_words().iter().map(|sentence| format!("    // {}", comment(sentence))));
    if without_label > 0 || broken.count() > 0 {
        data.push("    skip_broken: true,".into());
    }
    // What may be meant otherwise: labels of numbers and words, codes that are read as numbers, numbers that count the rows, a
    // first line of values, a point in a number.
    let open = [
        ": the label '",
        "has numbers with different units",
        "like a code",
        "like codes",
        "the other way would fit",
        "read as UTC",
        "as a number of the row",
        "differ in digits that",
        ARE_NAMES_ALTHOUGH,
        OPEN_POINT,
        "grouped by",
        "may say that the row is a sum",
        "takes it for a number",
        "of the year 9999 or 1",
        "a number without '%'",
        "may be read wrongly",
        "fractions after",
        "in front would fit too",
        MAY_BE_MISSING,
        MAY_BE_DATES,
        ARE_ONE_NUMBER,
    ];
    let mixed = table.told.iter().filter(|sentence| open.iter().any(|part| sentence.contains(part)));
    data.extend(mixed.map(|sentence| format!("    // {}", comment(sentence))));
    data.push("),".into());
    data.extend(split(samples));
    if let Some(name) = in_order_of_time(&table)? {
        data.push(format!(
            "// The rows are in the order of {}. Those held out at random lie between the others; how well later rows are predicted, \
             a test_file of such rows says.",
            comment(&name)
        ));
    }
    data.push(network.end.labels.into());
    let title = comment(&format!("{}, from the {samples} rows of a table", names.join(", ")));
    let targets = [answers::targets(&table.labels, &names), others(&table, columns)].concat();
    let mut told: Vec<String> = above.into_iter().collect();
    if !has_names {
        told.push(
            "the first line is a row of values, so the columns are called by their numbers, from 1 (header: false in the preset); write a \
             line with names above, and they have names"
                .into(),
        );
    }
    told.extend(either);
    told.extend(lack);
    told.extend(broken.in_words());
    told.extend(unused(&table, &seen)?);
    told.extend(said.into_iter().map(|Said { sentence, .. }| sentence));
    if let Labels::Classes(_, names) = &table.labels {
        let alike = table::classes::alike_in_words(names.iter().map(String::as_str));
        told.extend(alike.map(|alike| format!("the classes {alike}")));
    }
    let repeated = Repeated::of(&table)?;
    told.extend(repeated.whole_in_words().into_iter().chain(repeated.contradicting_in_words()));
    let doubtful = [
        ARE_NAMES_ALTHOUGH,
        OPEN_POINT,
        NO_VALUES_BEHIND,
        ARE_ALIKE,
        ARE_EMPTY,
        ARE_FORMULAS,
        MAY_BE_MISSING,
        MAY_BE_DATES,
        ARE_ONE_NUMBER,
        "in front would fit too",
    ];
    told.extend(table.told.iter().filter(|told| doubtful.iter().any(|part| told.contains(part))).cloned());
    let why = if by_name.is_some() { "as its name says" } else { "the last column that can be one" };
    let reason = wanted.is_empty().then(|| answers::reason_for(why, &table.labels, &targets));
    Ok(Found { title, data, network, targets, reason, told })
}

/// What a person should know of columns: those that are left out, those that teach nothing, and those that tell the label alone.
fn unused(table: &Table, seen: &[Ends]) -> Result<Vec<String>, Error> {
    let called = |name: &String| {
        let place = table.schema.columns.iter().position(|known| known == name).unwrap_or_default();
        shown_column(name, place)
    };
    let named: Vec<String> =
        table.left_out.iter().take(NAMED).map(|(name, why)| format!("{} ({why})", called(name))).collect();
    let more = if table.left_out.len() > NAMED { ", …" } else { "" };
    let left_out = counted_with(table.left_out.len(), "column", ("is", "are"));
    let left_out = (!named.is_empty()).then(|| format!("{left_out} left out: {}{more}", named.join(", ")));
    let mut told: Vec<String> = left_out.into_iter().collect();
    told.extend(
        constant(table, seen)
            .into_iter()
            .map(|name| format!("{name} has the same number in all rows, so that it teaches nothing")),
    );
    told.extend(leaks(table)?);
    Ok(told)
}

/// The columns of numbers in which all rows have the same.
fn constant(table: &Table, seen: &[Ends]) -> Vec<String> {
    let mut first = 0;
    let mut found = Vec::new();
    for input in &table.schema.inputs {
        let (least, most, missing) = seen[first];
        first += input.width();
        if matches!(input.kind, InputKind::Number(_)) && least == most && missing == 0 {
            found.push(shown_column(&table.schema.columns[input.place], input.place));
        }
    }
    found
}

/// The least and the greatest number of a place, and how many are missing.
type Ends = (f64, f64, usize);

/// The same of each of a row's numbers.
fn ends(table: &Table) -> Result<Vec<Ends>, Error> {
    let mut seen = vec![(f64::INFINITY, f64::NEG_INFINITY, 0_usize); table.schema.width()];
    let mut row = vec![0.0; seen.len()];
    for number in 0..table.rows.count {
        table.rows.read(number, &mut row)?;
        for ((least, most, missing), &x) in seen.iter_mut().zip(&row) {
            (*least, *most, *missing) = (least.min(x), most.max(x), *missing + usize::from(x.is_nan()));
        }
    }
    Ok(seen)
}

/// The files as a preset writes them.
fn in_preset(files: &Paths) -> String {
    match files.as_slice() {
        [alone] => format!("{alone:?}"),
        several => format!("{several:?}"),
    }
}

/// A column that is an input, or is left out.
struct Column {
    name: String,
    /// Its place in the table.
    place: usize,
    /// Its kind, as a preset writes it.
    kind: String,
    /// What was seen of it.
    what: String,
}

impl Column {
    /// What is said of a column that the preset cannot name: it is read as it looks.
    fn without_name(&self) -> String {
        let Column { name, place, kind, what } = self;
        let called = match name.is_empty() {
            true => shown_column(name, *place),
            false => format!("column {}, one of several called {name:?}", place + 1),
        };
        format!("{called}: {kind}, {what}. With a name of its own a preset can say what it is.")
    }

    /// Its line in a preset.
    fn line(&self) -> String {
        format!("{:?}: {}, // {}", self.name, self.kind, self.what)
    }
}

/// Whether a name says which column is meant: it is no empty one, and no other column has it.
fn is_a_name(table: &Table, name: &str) -> bool {
    !name.is_empty() && table.schema.columns.iter().filter(|known| *known == name).count() == 1
}

/// The columns that could be predicted as well, in the table's order.
fn others(table: &Table, mut columns: Vec<Column>) -> Vec<Target> {
    columns.sort_by_key(|column| column.place);
    let other = |Column { name, place, kind, what }| Target {
        name: named_or_numbered(table, &name, place),
        what: format!("{kind}: {what}"),
    };
    columns.into_iter().map(other).collect()
}

/// How a preset calls the column at this place: by its name, or else by its number.
fn named_or_numbered(table: &Table, name: &str, place: usize) -> String {
    if is_a_name(table, name) { name.to_string() } else { (place + 1).to_string() }
}

/// The column of dates in the order of which the rows are, without a gap; `None` where there is none.
fn in_order_of_time(table: &Table) -> Result<Option<String>, Error> {
    let mut first = 0;
    let elapsed = |part: &DatePart| *part == DatePart::Elapsed;
    for input in &table.schema.inputs {
        let place = match &input.kind {
            InputKind::Date { parts, .. } => parts.iter().position(elapsed).map(|part| first + part),
            _ => None,
        };
        first += input.width();
        let Some(place) = place else { continue };
        let (mut row, mut before, mut is_ordered) =
            (vec![0.0; table.schema.width()], f64::NEG_INFINITY, true);
        for number in 0..table.rows.count {
            table.rows.read(number, &mut row)?;
            is_ordered &= row[place] >= before;
            before = row[place];
        }
        if is_ordered {
            return Ok(Some(shown_column(&table.schema.columns[input.place], input.place)));
        }
    }
    Ok(None)
}

/// The columns that are inputs, then those that are left out.
fn columns(table: &Table, said: &[Said], seen: &[Ends]) -> Vec<Column> {
    let mut columns = Vec::new();
    let mut first = 0;
    for input in &table.schema.inputs {
        let (least, most, missing) = seen[first];
        first += input.width();
        let gaps = if missing > 0 { format!(", {missing} missing") } else { String::new() };
        let (kind, what): (String, String) = match &input.kind {
            InputKind::Number(_) => {
                let form = input.form.as_ref().map(|form| format!("{}, ", form.in_words()));
                (
                    "number".into(),
                    comment(&format!(
                        "{}{} to {}{gaps}",
                        form.unwrap_or_default(),
                        written(least),
                        written(most)
                    )),
                )
            }
            InputKind::Boolean(_) => ("boolean".into(), format!("yes or no{gaps}")),
            InputKind::Category(words) => {
                let named: Vec<String> =
                    words.iter().take(NAMED).map(|word| format!("'{}'", comment(word))).collect();
                let more = if words.len() > NAMED { ", …" } else { "" };
                ("category".into(), format!("{} words: {}{more}", words.len(), named.join(", ")))
            }
            InputKind::Embedding { words, size } => (
                format!("category(embed: {size})"),
                format!("{} words, too many for an input each: a vector is learned for each", words.len()),
            ),
            InputKind::Date { day_first, parts, .. } => {
                let parts: Vec<&str> = parts.iter().map(|part| part.name()).collect();
                let kind = match &input.form {
                    Some(CellForm::Date(format)) => format!("date(format: {:?})", format.text()),
                    _ if *day_first => "date(day_first: true)".into(),
                    _ => "date".into(),
                };
                (kind, format!("{}{gaps}", parts.join(", ")))
            }
        };
        let (name, place) = (table.schema.columns[input.place].clone(), input.place);
        columns.push(Column { name, place, kind, what });
    }
    let left_out = table.left_out.iter().map(|(name, why)| Column {
        name: name.clone(),
        place: table.schema.columns.iter().position(|known| known == name).unwrap_or_default(),
        kind: "ignore".into(),
        what: comment(why),
    });
    columns.extend(left_out);
    let ignored = said.iter().filter(|said| said.is_ignored).map(|said| Column {
        name: table.schema.columns[said.place].clone(),
        place: said.place,
        kind: "ignore".into(),
        what: comment(&said.reason),
    });
    columns.extend(ignored);
    columns
}
