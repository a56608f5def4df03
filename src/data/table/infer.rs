//! From what the columns of a table look like to what they are.

use super::cell::{is_missing, shown};
use super::choice::{Choice, chosen};
use super::classes::alike_in_words;
use super::columns;
use super::digits;
use super::looks::{Look, in_units, look};
use super::profile::{Column, Profile};
use super::suspects;
use super::taken::{codes_in_words, in_words};
use super::word_reasons::{in_pairs, names_groups, written_otherwise};
use super::words_as::is_two_numbers;
use crate::preset::{
    CategoryColumn, CellForm, ColumnKind, Columns, Csv, DateColumn, DateFormat, DateForms, Filling,
    InputColumn, InputKind, MOST_WORDS, NumberColumn, OrAlone, TableSchema,
};

/// What was found out about a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Inferred {
    /// Its columns.
    pub schema: TableSchema,
    /// The columns that are no inputs, and why.
    pub left_out: Vec<(String, String)>,
    /// Of each of those how many rows lack the value, and how many different ones there are, where they were counted.
    pub left_out_have: Vec<(u64, Option<u64>)>,
    /// The words that each column of words has, in the order of the inputs.
    pub choices: Vec<Choice>,
    /// What the inputs are taken for, where they are not plain numbers: a sentence for each.
    pub taken: Vec<String>,
    /// The places of columns that are no inputs and whose last cell says that its row is a sum of the others.
    pub totals: Vec<usize>,
    /// The columns of numbers, by what most or many of their cells are, with words in them.
    pub wordy: Vec<Wordy>,
    /// The inputs, by their places among them, with numbers that double precision runs together, and how many different ones each has.
    pub by_digits: Vec<(usize, u64)>,
}

/// A column of numbers with words among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wordy {
    /// Its place in the table.
    pub place: usize,
    /// The words, the most frequent first; none where they are many.
    pub words: Vec<String>,
    /// That they are numbers with different units, or written in different ways.
    pub units: Option<String>,
    /// The first of them.
    pub first: String,
    /// How many cells have one.
    pub count: u64,
    /// Whether it is read as numbers, so that the words break their rows.
    pub is_number: bool,
}

/// A word in fewer rows has no learned vector of its own: it teaches the one of unknown words what a rare word is like. Rows that
/// are held out teach nothing, so that a vector learned from one or two rows would often not be learned at all.
const ROWS_TO_LEARN: u64 = 5;
/// Of more than a few words, one in fewer rows has no input of its own.
const OFTEN: u64 = 2;

/// The columns of a table whose inputs are at `places` and look as in `profile`; `label` is the place of what is predicted, `index` are
/// the names of those that are the index of a table of pandas, `categories` of those that its file says are categories.
///
/// # Errors
/// When no input is left, or the preset speaks of a column that is not there.
pub fn infer(
    columns: &[String],
    label: Option<usize>,
    places: &[usize],
    profile: &Profile,
    table: &Csv,
    (index, categories): (&[String], &[String]),
) -> Result<Inferred, String> {
    if let Columns::Described(kinds) = &table.columns {
        let unknown = kinds.iter().find(|(name, _)| !columns.contains(name));
        if let Some((name, _)) = unknown {
            let all = columns::listed(columns);
            return Err(format!("there is no column '{name}', of which columns speaks; there are: {all}"));
        }
    }
    let (mut inputs, mut left_out, mut taken) = (Vec::new(), Vec::new(), Vec::new());
    let (mut choices, mut totals, mut codes) = (Vec::new(), Vec::new(), Vec::new());
    let (mut row_names, mut by_digits, mut left_out_have) = (Vec::new(), Vec::new(), Vec::new());
    let mut wordy = Vec::new();
    for (&place, column) in places.iter().zip(&profile.columns) {
        let name = &columns[place];
        let is_wanted = match table.columns.kind_of(name) {
            Some(ColumnKind::Ignore) => false,
            Some(_) => true,
            None => !table.columns.chosen().is_empty(),
        };
        if is_wanted && profile.rows > 0 && column.missing == profile.rows {
            return Err(format!("column '{name}' has nothing to learn from: no cell of it has a value"));
        }
        let looks = match () {
            // Of several levels, as those of a panel, none names the rows alone.
            _ if index.len() == 1 && index.contains(name) => {
                Look::LeftOut("it is the index of the table in pandas, which names its rows".into())
            }
            _ => match look(name, column, (profile.rows, profile.files), place == 0) {
                Look::Number if categories.contains(name) && !column.words.are_many => Look::Category,
                looks => looks,
            },
        };
        if looks == Look::Number && table.columns.kind_of(name).is_none() && table.columns.chosen().is_empty()
        {
            let shown = columns::shown(name, place);
            if column.identity.are_codes(name) {
                codes.push((name.clone(), column.identity.are_few()));
            } else if column.identity.may_count() && places.len() > 1 {
                taken.push(format!(
                    "{shown} has each number up to {} once, as a number of the row: {} leaves it out",
                    profile.rows,
                    columns::as_kind(name, "ignore")
                ));
            }
        }
        let filling = |missing: Option<_>, flag: Option<bool>| Filling {
            missing: missing.unwrap_or(table.missing),
            flag: flag.unwrap_or(table.flag_missing && column.missing > 0),
        };
        let usual = filling(None, None);
        let of_column = |options: &NumberColumn| filling(options.missing, options.flag);
        let date = |options: &DateColumn| {
            let day_first = options.day_first.unwrap_or(column.dates.best().1);
            let parts = column.as_dates().parts(day_first);
            InputKind::Date { day_first, parts, filling: filling(options.missing, options.flag) }
        };
        let kind = match (table.columns.kind_of(name), &looks) {
            (Some(ColumnKind::Ignore), _) => None,
            (Some(ColumnKind::Number(OrAlone(options))), _) => Some(InputKind::Number(of_column(options))),
            (Some(ColumnKind::Boolean(OrAlone(options))), _) => Some(InputKind::Boolean(of_column(options))),
            (Some(ColumnKind::Category(OrAlone(options))), _) => Some(category(name, column, options)?),
            (Some(ColumnKind::Date(OrAlone(options))), _) => Some(date(options)),
            (None, Look::Number) => Some(InputKind::Number(usual)),
            (None, Look::Boolean) => Some(InputKind::Boolean(usual)),
            (None, Look::Date { .. }) => Some(date(&DateColumn::default())),
            (None, Look::Category) => Some(category(name, column, &CategoryColumn::default())?),
            // Whoever lists a column wants it.
            (None, Look::LeftOut(_)) if !table.columns.chosen().is_empty() => {
                let is_number = column.numbers * 2 >= profile.rows - column.missing;
                Some(match is_number {
                    true => InputKind::Number(usual),
                    false => category(name, column, &CategoryColumn::default())?,
                })
            }
            (None, Look::LeftOut(why)) => {
                left_out.push((name.clone(), why.clone()));
                let different = (!column.words.are_many).then(|| column.different());
                left_out_have.push((column.missing, different));
                None
            }
        };
        let is_number = matches!(kind, Some(InputKind::Number(_)));
        let may_be = is_number
            || column.numbers * 2 < profile.rows - column.missing && column.identity.reason(name).is_none();
        if let (Some((words, count)), None, true) =
            (column.words_among_numbers(), table.columns.kind_of(name), may_be)
        {
            let units = column.mixed_units().map(|units| in_units(&units));
            let units = units
                .or_else(|| written_otherwise(words.iter().map(String::as_str).chain([&*column.first_odd])));
            wordy.push(Wordy { place, words, units, first: shown(&column.first_odd), count, is_number });
        }
        if kind.is_none() {
            let is_told = column.sums.are_told(&column.identity);
            totals.extend(is_told.then_some(place));
            row_names.extend((is_told || column.identity.differs_in_each()).then_some(place));
        }
        if let Some(kind) = kind {
            let said = match table.columns.kind_of(name) {
                Some(ColumnKind::Date(OrAlone(options))) => {
                    Some((options.form().unwrap_or_default(), options.day_first))
                }
                _ => None,
            };
            // Who says that the column is a date has not said which comes first.
            let is_said =
                said.as_ref().is_some_and(|(form, day_first)| form.is_some() || day_first.is_some());
            let is_open = column.dates.best().2 && !is_said;
            let dates = matches!(kind, InputKind::Date { .. }).then(|| DateForms {
                have_order: column.dates.forms().have_order || is_said,
                ..column.dates.forms().clone()
            });
            let form = match (&kind, said) {
                (InputKind::Number(_), _) => column.form(),
                (InputKind::Date { .. }, Some((Some(form), _))) => Some(form),
                (InputKind::Date { .. }, _) if column.compact_dates().is_some() => {
                    DateFormat::of("%Y%m%d").ok().map(CellForm::Date)
                }
                (InputKind::Date { .. }, None | Some((None, None))) => column.dates.form(),
                _ => None,
            };
            let shown = columns::shown(name, place);
            let years_first = column.dates.years_first().filter(|(_, is_only)| !is_only && !is_said);
            let years_first = years_first.map(|(format, _)| format);
            taken.extend(in_words(
                &shown,
                name,
                &kind,
                form.as_ref(),
                column,
                (is_open, years_first.as_ref()),
            ));
            if let (InputKind::Category(_), Some(alike)) =
                (&kind, alike_in_words(column.words.counts.keys().map(|word| &**word)))
            {
                taken.push(format!("{shown}: {alike}"));
            }
            if let (Look::Category, None, Some(units)) =
                (&looks, table.columns.kind_of(name), column.mixed_units())
            {
                taken.push(format!(
                    "{shown} has numbers with different units, {units}, so they are read as words: write one unit, and they are numbers"
                ));
            }
            let word = || column.words.counts.keys().map(|word| &**word).find(|word| !is_missing(word));
            if let (Look::Category, None, Some(such)) = (&looks, table.columns.kind_of(name), word())
                && column.words.counts.keys().all(|word| is_missing(word) || is_two_numbers(word))
            {
                taken.push(format!("{shown} is read as words: {}", in_pairs(such)));
            }
            if looks == Look::Category && names_groups(column, profile.rows) {
                taken.push(format!(
                    "{shown} has a word in few rows and none in {} others, as where it names the rows below it: in that case fill it \
                     down before, as pandas does with ffill()",
                    column.missing
                ));
            }
            if let (InputKind::Number(_), Some((different, seen))) =
                (&kind, digits::run_together(column.words.counts.keys().map(|word| &**word)))
            {
                by_digits.push((inputs.len(), different));
                taken.push(format!(
                    "{shown} has {different} different numbers, of which a network sees {seen}: the others differ in digits that \
                     double precision does not have; {} tells them apart",
                    columns::as_kind(name, "category")
                ));
            }
            if let (InputKind::Number(_), None) = (&kind, &form) {
                let words = || column.words.counts.keys().map(|word| &**word);
                let is_open = table.columns.kind_of(name).is_none();
                taken.extend(column.suspects.missing_in_words(&shown, false));
                taken.extend(column.suspects.dates_in_words(&shown, name).filter(|_| is_open));
                taken.extend(suspects::versions_in_words(&shown, name, words()).filter(|_| is_open));
            }
            let choice = match &kind {
                InputKind::Category(words) => Some((OFTEN, words.len())),
                InputKind::Embedding { words, .. } => Some((ROWS_TO_LEARN, words.len())),
                InputKind::Number(_) | InputKind::Boolean(_) | InputKind::Date { .. } => None,
            };
            let choice = choice.map(|(fewest, most)| {
                Choice::new(inputs.len(), column.words.counts.keys().map(|word| &**word), fewest, most)
            });
            choices.extend(choice);
            let dates = dates.filter(|_| form.is_none() && !column.dates.times().0);
            inputs.push(InputColumn { form, dates, ..InputColumn::new(place, kind) });
        }
    }
    if inputs.is_empty() {
        let why = left_out
            .iter()
            .map(|(name, why)| format!("{}: {why}", columns::called(columns, name)))
            .collect::<Vec<_>>()
            .join("; ");
        let help = "columns: {\"name\": category} makes a column an input";
        return Err(format!("no column is left to learn from ({why}); {help}"));
    }
    taken.extend(codes_in_words(&codes));
    let label = label.unwrap_or(columns.len());
    Ok(Inferred {
        schema: TableSchema {
            columns: columns.to_vec(),
            label,
            inputs,
            row_names,
            missing_words: table.missing_words.clone(),
            ..TableSchema::default()
        },
        left_out,
        left_out_have,
        choices,
        taken,
        totals,
        wordy,
        by_digits,
    })
}

/// A column of words: an input for each of a few, or a vector that is learned for each of many.
fn category(name: &str, column: &Column, options: &CategoryColumn) -> Result<InputKind, String> {
    if column.words.counts.is_empty() {
        return Err(format!(
            "column '{name}' is no category: it has too many different words, or too long ones"
        ));
    }
    let taught = words(column, ROWS_TO_LEARN, usize::MAX);
    let is_by_itself = options.limit.is_none() && taught.len() > MOST_WORDS;
    let none =
        |rows: u64| format!("column '{name}' is no category: none of its words is in {rows} rows or more");
    match options.embed.or_else(|| is_by_itself.then(|| usual_size(taught.len()))) {
        Some(_) if taught.is_empty() => Err(none(ROWS_TO_LEARN)),
        Some(size) => {
            let words = words(column, ROWS_TO_LEARN, options.limit.unwrap_or(usize::MAX));
            Ok(InputKind::Embedding { words, size })
        }
        None => match words(column, OFTEN, options.limit.unwrap_or(MOST_WORDS)) {
            words if words.is_empty() => Err(none(OFTEN)),
            words => Ok(InputKind::Category(words)),
        },
    }
}

/// The words of a column that are told apart, by all rows.
fn words(column: &Column, fewest: u64, most: usize) -> Vec<String> {
    chosen(column.words.counts.iter().map(|(word, &count)| (&**word, count)), fewest, most)
}

/// Numbers of a word's vector where a preset does not say, by the rule of Wang, Fu, Fu and Wang (2017, Deep & Cross Network for
/// Ad Click Predictions).
fn usual_size(words: usize) -> usize {
    (6.0 * (words as f64).powf(0.25)).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::table::cell::Numbers;
    use crate::preset::{DatePart, Missing};

    /// What is inferred of a table with a label behind these columns.
    fn inferred(columns: &[(&str, &[&str])], table: &Csv) -> Result<Inferred, String> {
        let places: Vec<usize> = (0..columns.len()).collect();
        let mut profile = Profile::new(columns.len());
        for row in 0..columns[0].1.len() {
            let cells: Vec<&str> = columns.iter().map(|(_, cells)| cells[row]).collect();
            profile.add(&csv::StringRecord::from(cells), &places, Numbers::default(), &mut Vec::new());
        }
        let names: Vec<String> =
            columns.iter().map(|(name, _)| *name).chain(["y"]).map(str::to_string).collect();
        infer(&names, Some(columns.len()), &places, &profile, table, (&[], &[]))
    }

    fn csv(columns: Columns) -> Csv {
        Csv { columns, ..Csv::of("t.csv") }
    }

    #[test]
    fn every_column_is_what_most_of_its_cells_are() {
        let found = inferred(
            &[
                ("age", &["22", "", "35", "x"]),
                ("sex", &["male", "female", "male", "male"]),
                ("alive", &["True", "no", "", "yes"]),
                ("when", &["2024-01-01", "2024-01-02", "", "2024-03-02"]),
                ("name", &["Ann Lee", "Bo Ek", "Cy Day", "Di Roe"]),
                ("same", &["a", "a", "a", "a"]),
                ("PassengerId", &["1", "2", "3", "4"]),
            ],
            &Csv { missing: Missing::Median, flag_missing: true, ..csv(Columns::default()) },
        )
        .unwrap();
        let filling = Filling { missing: Missing::Median, flag: true };
        let parts = vec![DatePart::Month, DatePart::Day, DatePart::Weekday, DatePart::Elapsed];
        let kinds: Vec<&InputKind> = found.schema.inputs.iter().map(|input| &input.kind).collect();
        assert_eq!(
            kinds,
            [
                &InputKind::Number(filling),
                &InputKind::Category(vec!["female".into(), "male".into()]),
                &InputKind::Boolean(filling),
                &InputKind::Date { day_first: false, parts, filling },
            ]
        );
        let left_out: Vec<&str> = found.left_out.iter().map(|(name, _)| &name[..]).collect();
        assert_eq!(left_out, ["name", "same", "PassengerId"]);
        assert!(found.left_out[0].1.contains("all its 4 texts are different"), "{:?}", found.left_out);
        assert_eq!(found.taken.len(), 3);
    }

    #[test]
    fn the_index_that_pandas_writes_is_no_input_and_other_counting_columns_are() {
        let counts: &[&str] = &["0", "1", "2", "3"];
        let found = inferred(&[("", counts), ("t", counts)], &csv(Columns::default())).unwrap();
        assert_eq!((found.schema.inputs.len(), &found.left_out[0].0[..]), (1, ""));
        let kept = Columns::Described(vec![(String::new(), ColumnKind::Number(OrAlone::default()))]);
        assert_eq!(inferred(&[("", counts), ("t", counts)], &csv(kept)).unwrap().schema.inputs.len(), 2);
    }

    #[test]
    fn what_a_preset_says_goes_before_looks() {
        let words: &[&str] = &["3", "1", "3", "2"];
        let kinds = vec![
            (
                "code".to_string(),
                ColumnKind::Category(OrAlone(CategoryColumn { limit: Some(2), embed: None })),
            ),
            ("x".to_string(), ColumnKind::Ignore),
        ];
        let found = inferred(&[("code", words), ("x", words)], &csv(Columns::Described(kinds))).unwrap();
        assert_eq!(found.schema.inputs.len(), 1);
        assert_eq!(found.schema.inputs[0].kind, InputKind::Category(vec!["1".into(), "3".into()]));
        let unknown = Columns::Described(vec![("z".to_string(), ColumnKind::Ignore)]);
        let refused = inferred(&[("x", words)], &csv(unknown)).unwrap_err();
        assert_eq!(refused, "there is no column 'z', of which columns speaks; there are: x, y");
        let all = Columns::Described(vec![("x".to_string(), ColumnKind::Ignore)]);
        assert!(inferred(&[("x", words)], &csv(all)).unwrap_err().contains("no column is left"));
    }

    #[test]
    fn many_words_are_embedded_and_rare_ones_teach_what_an_unknown_one_is() {
        let cells: Vec<String> = (0..600).map(|row| format!("w{}", row % 60)).collect();
        let cells: Vec<&str> = cells.iter().map(String::as_str).chain(["rare"; 4]).collect();
        let city = |options: CategoryColumn| {
            let kinds = vec![("city".to_string(), ColumnKind::Category(OrAlone(options)))];
            inferred(&[("city", &cells)], &csv(Columns::Described(kinds)))
                .map(|found| found.schema.inputs[0].kind.clone())
        };
        let of = |limit, embed| CategoryColumn { limit, embed };
        let found = inferred(&[("city", &cells)], &csv(Columns::default())).unwrap();
        let InputKind::Embedding { words, size } = &found.schema.inputs[0].kind else {
            panic!("it is embedded")
        };
        assert_eq!((words.len(), *size, words.contains(&"rare".to_string())), (60, 17, false));
        assert!(
            found.taken[0].contains("17 numbers for 60 of its 61 words, and one for all others"),
            "{:?}",
            found.taken
        );
        assert!(matches!(city(of(Some(70), None)), Ok(InputKind::Category(words)) if words.len() == 61));
        assert!(
            matches!(city(of(Some(9), Some(4))), Ok(InputKind::Embedding { words, size: 4 }) if words.len() == 9)
        );
        let once: Vec<String> = (0..30).map(|row| format!("w{row}")).collect();
        let once: Vec<&str> = once.iter().map(String::as_str).collect();
        let kinds = vec![("city".to_string(), ColumnKind::Category(OrAlone(of(None, Some(4)))))];
        let refused = inferred(&[("city", &once)], &csv(Columns::Described(kinds))).unwrap_err();
        assert_eq!(refused, "column 'city' is no category: none of its words is in 5 rows or more");
    }

    #[test]
    fn rare_words_share_an_input() {
        let cells: Vec<String> =
            (0..200).map(|row| format!("w{}", row % 60)).chain(["once".into()]).collect();
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let found = inferred(&[("city", &cells)], &csv(Columns::default())).unwrap();
        let InputKind::Category(words) = &found.schema.inputs[0].kind else { panic!("it is a category") };
        assert_eq!((words.len(), words.contains(&"once".to_string())), (MOST_WORDS, false));
        // Those that are as frequent come in the order of their names, 20 of them once more than the others.
        assert!(words.contains(&"w0".to_string()) && words.contains(&"w19".to_string()));
        assert!(found.taken[0].contains("50 of its 61 words have an input each"), "{:?}", found.taken);
    }
}
