//! Looks over all rows of the tables to learn from, to find out what their columns are.

use super::amount;
use super::cell;
use super::columns::{self, called, places};
use super::files::Files;
use super::first_row::FirstRow;
use super::gathered::{Beside, Gathered, Label, Named};
use super::identifier;
use super::infer::{self, Inferred};
use super::label_cells::{LabelCells, LabelLook};
use super::left_out::LeftOut;
use super::profile::Profile;
use super::reader::{Place, Row};
use super::said;
use super::source::Source;
use super::sums::{SumsOfFile, Unread};
use super::title::title;
use crate::data::Error;
use crate::data::import::limits::Limits;
use crate::preset::{CellForm, ColumnKind, Csv, Filling, InputKind, LabelNames, OrAlone, TableSchema, Task};

/// What a look found out.
pub(super) struct Looked {
    pub inferred: Inferred,
    /// What a label may be.
    pub cells: LabelCells,
    /// What the label is, where the preset says it.
    pub task: Task,
    /// What a person should know of it: a sentence each.
    pub told: Vec<String>,
    /// The rows, where all their inputs are plain numbers, so that they need not be read again.
    pub rows: Option<Gathered>,
}

/// The columns that a preset chooses, by their places.
struct Chosen {
    inputs: Vec<usize>,
    labels: Vec<usize>,
    weight: Option<usize>,
}

/// The place of a column that a person names, or numbers from 1.
fn place(names: &[String], wanted: &str, by_name: Option<usize>, at: Place) -> Result<usize, String> {
    let by_number = || wanted.parse::<usize>().ok()?.checked_sub(1).filter(|&place| place < names.len());
    by_name.or_else(by_number).ok_or_else(|| no_column(names, wanted, at))
}

/// What is said of a column that is not there.
pub(super) fn no_column(names: &[String], wanted: &str, at: Place) -> String {
    let all = columns::listed(names);
    let several = columns::cut_at_commas(wanted, names).and_then(LabelNames::listed);
    let help = several.map(|names| format!("; label: {} names several", names.in_preset()));
    let help = help.unwrap_or_default();
    format!("{at}: there is no column '{wanted}'; there are: {all}{help}")
}

/// The place of one column that a person names, or numbers from 1.
pub(super) fn place_of(names: &[String], wanted: &str, at: Place) -> Result<usize, String> {
    let found = columns::the_one(names, wanted).map_err(|problem| format!("{at}: {problem}"))?;
    place(names, wanted, found, at)
}

/// The columns that a preset chooses among those whose names are at this place. `index` are those of an index of pandas.
/// `empty` are the places of those of which no row seen has a value.
fn chosen(
    names: &[String],
    table: &Csv,
    at: Place,
    (index, empty): (&[String], &[usize]),
) -> Result<Chosen, String> {
    let weight = table.weights.as_ref().map(|wanted| place_of(names, wanted, at)).transpose()?;
    let labels: Vec<usize> = match &table.label {
        _ if table.task == Task::NoLabel => Vec::new(),
        Some(wanted) => {
            let places = wanted.as_slice().iter().map(|label| place_of(names, label, at));
            places.collect::<Result<_, _>>()?
        }
        // The last column that can be one.
        None => {
            let may_be = |place: &usize| Some(*place) != weight && !index.contains(&names[*place]);
            let has_value = |place: &usize| may_be(place) && !empty.contains(place);
            let last = (0..names.len()).rev().find(has_value);
            let last = last.or_else(|| (0..names.len()).rev().find(may_be));
            vec![last.ok_or_else(|| format!("{at}: no column is left for the label"))?]
        }
    };
    if let Some(at_twice) = (1..labels.len()).find(|&one| labels[..one].contains(&labels[one])) {
        return Err(format!("{at}: the column '{}' is named twice as a label", names[labels[at_twice]]));
    }
    let inputs: Vec<usize> = match table.columns.chosen() {
        [] => {
            let is_other = |column: usize| !labels.contains(&column) && Some(column) != weight;
            (0..names.len()).filter(|&column| is_other(column)).collect()
        }
        wanted => {
            let times = |name: &String, among: &[String]| among.iter().filter(|other| *other == name).count();
            let twice = wanted.iter().find(|name| times(name, wanted) > times(name, names).max(1));
            if let Some(name) = twice {
                let times = times(name, wanted);
                return Err(format!("columns names '{name}' {times} times; name each column once"));
            }
            let found = wanted.iter().zip(places(wanted, names));
            found.map(|(wanted, found)| place(names, wanted, found, at)).collect::<Result<_, _>>()?
        }
    };
    let both = |column: usize, what: &str| Err(format!("{at}: column '{}' is both {what}", names[column]));
    match (labels.iter().find(|label| inputs.contains(label)), weight) {
        (Some(&label), _) => both(label, "an input and the label"),
        (None, Some(weight)) if labels.contains(&weight) => both(weight, "the label and the weight"),
        (None, Some(weight)) if inputs.contains(&weight) => both(weight, "an input and the weight"),
        _ if inputs.is_empty() => {
            Err(format!("{at}: every column is a label, and none is left to learn from"))
        }
        _ => Ok(Chosen { inputs, labels, weight }),
    }
}

/// The place of each column of the first file in another one, which has to have the same: by their names, or by their order
/// where they have none.
pub(super) fn same_columns(first: &[String], here: &[String], has_names: bool) -> Result<Vec<usize>, String> {
    let misfit = |what: String| Err(format!("its columns are not those of the first file: {what}"));
    if !has_names {
        return match first.len() == here.len() {
            true => Ok((0..first.len()).collect()),
            false => misfit(format!("there are {}, not {}", here.len(), first.len())),
        };
    }
    let found = places(first, here);
    let quoted =
        |names: &[&String]| names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
    let missing: Vec<&String> =
        first.iter().zip(&found).filter_map(|(name, place)| place.is_none().then_some(name)).collect();
    if !missing.is_empty() {
        return misfit(format!("it has no {}", quoted(&missing)));
    }
    let found: Vec<usize> = found.into_iter().flatten().collect();
    let more: Vec<&String> = here
        .iter()
        .enumerate()
        .filter_map(|(place, name)| (!found.contains(&place)).then_some(name))
        .collect();
    if more.is_empty() { Ok(found) } else { misfit(format!("it has {} as well", quoted(&more))) }
}

/// How the preset says that the dates of its inputs are written.
///
/// # Errors
/// When it says two forms of a column.
fn forms(chosen: &Chosen, names: &[String], table: &Csv) -> Result<Vec<Option<CellForm>>, String> {
    let form = |&place: &usize| match table.columns.kind_of(&names[place]) {
        Some(ColumnKind::Date(OrAlone(options))) => {
            options.form().map_err(|problem| format!("columns says of '{}' {problem}", names[place]))
        }
        _ => Ok(None),
    };
    chosen.inputs.iter().map(form).collect()
}

/// Looks at the tables to learn from.
///
/// Rows that are `left_out` already, and sums of others, say nothing of the columns.
///
/// # Errors
/// When a file cannot be read, the files differ in their columns, or no column is left to learn from.
pub(super) fn look(files: &Files, table: &Csv, limits: &Limits, left_out: &LeftOut) -> Result<Looked, Error> {
    let mut told: Vec<String> = files.in_words(table).into_iter().collect();
    let mut begun: Option<(Vec<String>, Chosen, Profile, String)> = None;
    let (mut task, mut empty) = (table.task, Vec::new());
    let (mut rows, mut index, mut categories) = (None, Vec::new(), Vec::new());
    let (mut labels, mut unread) = (Vec::<LabelLook>::new(), Unread::default());
    let mut of_row = Vec::new();
    // How numbers are written, as the first file says that shows it.
    let mut numbers_shown = None;
    for (file, path) in files.paths[..files.trained].iter().enumerate() {
        let mut source = Source::open(path, table, numbers_shown, limits)?;
        let mut row = Row::default();
        let names = source.names(&mut row)?;
        let empty_columns = match (&names, &begun) {
            (Some(names), None) => source.empty_columns(names.len()),
            _ => Vec::new(),
        };
        let first = match (&names, &begun) {
            (Some(names), None) => source.first_row(&row, names),
            _ => FirstRow::Names,
        };
        if !source.opened.unusual.is_empty() {
            let origin = &source.origin;
            told.push(format!("{origin}: {}", source.opened.unusual.join(", ")));
        }
        numbers_shown = numbers_shown.or(source.opened.shown);
        let names = match names {
            Some(names) => names,
            None => {
                empty.push(source.origin);
                continue;
            }
        };
        let here = match &begun {
            Some((first, ..)) => same_columns(first, &names, table.header),
            None => Ok((0..names.len()).collect()),
        };
        let here = match here {
            Ok(here) => here,
            Err(problem) => return Err(source.broken_names(format!("{}: {problem}", row.at), &row, &names)),
        };
        let origin = &source.origin;
        if begun.is_none() {
            index.clone_from(&source.opened.index);
            categories.clone_from(&source.opened.categories);
            let unnamed = names.iter().filter(|name| name.is_empty()).count();
            if table.header
                && unnamed * 2 >= names.len()
                && let Some(title) = title(path, table, limits)
            {
                return Err(source.broken(title.in_words()));
            }
            match first {
                FirstRow::Values(problem) => return Err(source.broken(format!("{}: {problem}", row.at))),
                FirstRow::MayBeValues(sentence) => told.push(format!("{origin}: {}: {sentence}", row.at)),
                FirstRow::Names => {}
            }
            let chosen = chosen(&names, table, row.at, (&index, &empty_columns))
                .map_err(|problem| source.broken(problem))?;
            if let (None, &[label]) = (&table.label, &chosen.labels[..]) {
                let why = match empty_columns.last() {
                    Some(last) if label < *last => "as the columns behind it have no value",
                    _ => "the last column, as nobody names one",
                };
                let label = columns::shown(&names[label], label);
                told.push(format!(
                    "{origin}: the label is {label}, {why}; label: \"…\" in a preset names another"
                ));
            }
            let said = |problem: String| source.broken(format!("{}: {problem}", row.at));
            match chosen.labels[..] {
                [] => {}
                [place] => {
                    task = said::task(&names[place], table).map_err(said)?;
                    if task == Task::Auto && categories.contains(&names[place]) {
                        task = Task::Classes;
                    }
                }
                ref several => {
                    let named = several.iter().map(|&place| &names[place][..]);
                    task = said::task_of_several(named, table).map_err(said)?;
                }
            }
            labels.resize_with(chosen.labels.len(), LabelLook::default);
            if let Some(place) = chosen.weight {
                said::check_weights(&names[place], table).map_err(said)?;
            }
            let profile =
                Profile::new(chosen.inputs.len()).with_forms(forms(&chosen, &names, table).map_err(said)?);
            let is_category = |&place: &usize| {
                matches!(table.columns.kind_of(&names[place]), Some(ColumnKind::Category(_)))
            };
            let profile = profile.with_categories(chosen.inputs.iter().map(is_category));
            let profile = profile.with_missing_words(&table.missing_words);
            let is_read = |place: &usize| {
                let place = Some(*place);
                chosen.inputs.iter().any(|&input| Some(input) == place)
                    || chosen.labels.iter().any(|&label| Some(label) == place)
                    || chosen.weight == place
            };
            unread = Unread::at((0..names.len()).filter(|place| !is_read(place)));
            rows = Some(Gathered::new(origin, limits.in_memory));
            begun = Some((names.clone(), chosen, profile, origin.clone()));
        }
        let Some((_, chosen, profile, _)) = &mut begun else { continue };
        profile.begin_file();
        unread.begin_file();
        let inputs: Vec<usize> = chosen.inputs.iter().map(|&place| here[place]).collect();
        let labels_here: Vec<usize> = chosen.labels.iter().map(|&place| here[place]).collect();
        let mut beside = Beside {
            labels: Label::all(&labels_here, &names, &TableSchema::default()),
            // What it may be is known once all have been seen.
            cells: LabelCells::AnyWord,
            weight: chosen.weight.map(|place| Named::at(here[place], &names)),
            values: Vec::new(),
        };
        let first_label = labels_here.first().copied();
        let mut sums = SumsOfFile::new(path, table, numbers_shown, first_label, limits);
        let left_out = left_out.of_file(&source.origin);
        // Rows that cannot be used are told when they are to be used.
        let mut is_whole = true;
        let rows_here = source.rows(
            Some(row),
            names.len(),
            &mut |_| {
                is_whole = false;
                Ok(())
            },
            &mut |row, numbers| {
                if left_out.has(row.at) || sums.problem(row).is_some() {
                    rows = None;
                    return Ok(Ok(()));
                }
                profile.add(&row.cells, &inputs, numbers, &mut of_row);
                unread.add(&row.cells, &here, numbers);
                for (look, &label) in labels.iter_mut().zip(&labels_here) {
                    let cell = cell::at(&row.cells, label);
                    look.add(cell, numbers);
                    // A column is an identifier by its length where all its rows are so long.
                    if of_row.iter().any(|&number| number >= identifier::LONG)
                        && let Some(number) = amount::any(cell, numbers)
                    {
                        profile.compare(&of_row, number);
                    }
                }
                if let Some(gathered) = &mut rows {
                    match beside.of(row, numbers) {
                        Ok(beside) if of_row.iter().all(|x| x.is_finite()) => {
                            gathered.push((file, row), &of_row, beside, numbers)?;
                        }
                        _ => rows = None,
                    }
                }
                Ok(Ok(()))
            },
        )?;
        told.extend(source.told());
        told.extend(sums.told().map(|sentence| format!("{}: {sentence}", source.origin)));
        if !is_whole {
            rows = None;
        }
        if rows_here == 0 {
            empty.push(source.origin);
        }
    }
    if empty.len() < files.trained {
        told.extend(
            empty.iter().map(|origin| format!("{origin}: it has no rows, so nothing is learned from it")),
        );
    } else {
        begun = None;
    }
    let Some((names, chosen, profile, origin)) = begun else {
        return Err(Error::Broken {
            origin: empty.into_iter().next().unwrap_or_else(|| table.file.to_string()),
            problem: if files.trained > 1 {
                "it has no rows, nor has any other of the files"
            } else {
                "it has no rows"
            }
            .into(),
        });
    };
    let first_label = chosen.labels.first().copied();
    let inferred = infer::infer(&names, first_label, &chosen.inputs, &profile, table, (&index, &categories));
    let mut inferred = inferred.map_err(|problem| Error::Broken { origin: origin.clone(), problem })?;
    inferred.schema.numbers = numbers_shown;
    inferred.totals.extend(unread.sums());
    inferred.schema.row_names.extend(unread.row_names());
    told.extend(inferred.taken.iter().map(|sentence| format!("{origin}: {sentence}")));
    let no_inputs = inferred.left_out.iter();
    told.extend(
        no_inputs.map(|(name, why)| format!("{origin}: {} is left out: {why}", called(&names, name))),
    );
    let are_plain = inferred.totals.is_empty()
        && inferred.schema.inputs.len() == chosen.inputs.len()
        && inferred
            .schema
            .inputs
            .iter()
            .all(|input| matches!(input.kind, InputKind::Number(Filling { flag: false, .. })));
    let cells = match &labels[..] {
        [alone] => alone.cells(task),
        [] => LabelCells::AnyWord,
        _ => LabelCells::Value,
    };
    let mut are_plain = are_plain && !labels.iter().any(|label| label.has_broken(cells));
    if let [_, _, ..] = labels[..] {
        for (label, &place) in labels.iter().zip(&chosen.labels) {
            let name = &names[place];
            let column = label.of_several(name, place);
            let column = column.map_err(|problem| Error::Broken { origin: origin.clone(), problem })?;
            are_plain &= column.form.is_none();
            inferred.schema.labels.push(column);
            let missing = label.missing_in_words(cells, name);
            told.extend(missing.map(|sentence| format!("{origin}: {sentence}")));
        }
    }
    if let (&[place], [labels]) = (&chosen.labels[..], &labels[..]) {
        let form = labels.form(task);
        let shown = columns::shown(&names[place], place);
        told.extend(
            form.iter().map(|form| format!("{origin}: the label {shown} is a number {}", form.in_words())),
        );
        are_plain &= form.is_none();
        inferred.schema.label_form = form;
        let mixed = labels.mixed_in_words(cells, task, &names[place]);
        let mixed = mixed.or_else(|| labels.classes_in_words(cells, task, &names[place]));
        let missing = labels.missing_in_words(cells, &names[place]);
        told.extend(mixed.into_iter().chain(missing).map(|sentence| format!("{origin}: {sentence}")));
    }
    let rows = rows.filter(|_| are_plain).map(|rows| Gathered { trained: rows.labels.count(), ..rows });
    Ok(Looked { inferred, cells, task, told, rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_string).collect()
    }

    #[test]
    fn files_of_one_set_have_the_same_columns_in_any_order() {
        let same = |here: &str, has_names| same_columns(&names("a b y"), &names(here), has_names);
        assert_eq!(same("y A b", true), Ok(vec![1, 2, 0]));
        let problem = |here: &str| same(here, true).unwrap_err();
        assert_eq!(problem("a y"), "its columns are not those of the first file: it has no 'b'");
        assert_eq!(
            problem("a b y c d"),
            "its columns are not those of the first file: it has 'c', 'd' as well"
        );
        assert_eq!(same("1 2 3", false), Ok(vec![0, 1, 2]));
        assert!(same("1 2", false).unwrap_err().ends_with("there are 2, not 3"));
    }

    #[test]
    fn a_column_of_weights_is_neither_an_input_nor_the_label() {
        let of = |label: Option<&str>, weights: &str| {
            let (label, weights) = (label.map(LabelNames::from), Some(weights.to_string()));
            chosen(
                &names("a b w"),
                &Csv { label, weights, ..Csv::of(String::new()) },
                Place::Line(1),
                (&[], &[]),
            )
        };
        let found = of(None, "w").unwrap();
        assert_eq!((found.inputs, found.labels, found.weight), (vec![0], vec![1], Some(2)));
        let found = of(Some("a"), "2").unwrap();
        assert_eq!((found.inputs, found.labels, found.weight), (vec![2], vec![0], Some(1)));
        let none = Csv { task: Task::NoLabel, weights: Some("w".into()), ..Csv::of("t.csv") };
        let found = chosen(&names("a b w"), &none, Place::Line(1), (&[], &[])).unwrap();
        assert_eq!((found.inputs, found.labels, found.weight), (vec![0, 1], Vec::new(), Some(2)));
        assert_eq!(of(Some("w"), "w").err().unwrap(), "line 1: column 'w' is both the label and the weight");
        assert_eq!(of(None, "v").err().unwrap(), "line 1: there is no column 'v'; there are: a, b, w");
    }
}
