//! What of a table cannot be predicted, and what could be instead.

use crate::data::Error;
use crate::data::table::{Labels, Table, WordsAs, label_called, shown_column};
use crate::preset::InputKind;

/// Up to so many classes each may have few rows.
const FEW_CLASSES: usize = 8;
/// The most columns that are named.
const NAMED: usize = 12;

/// Refuses a label of words that nearly all differ: each would be a class of one row.
///
/// # Errors
/// What the words are, and the columns that could be labels.
pub(super) fn check(table: &Table, origin: &str) -> Result<(), Error> {
    let name = table.label.as_deref().unwrap_or_default();
    let names_rows = table.labels.name_rows(name);
    if let (Some(sentence), Labels::Values(_)) = (&names_rows, &table.labels) {
        let problem = format!("{sentence}; {}", others(table));
        return Err(Error::Broken { origin: origin.into(), problem });
    }
    let Labels::Classes(of, names) = &table.labels else { return Ok(()) };
    let are_numbers = names.iter().all(|name| name.parse::<f64>().is_ok());
    if let (Some(sentence), true) = (names_rows, are_numbers) {
        let problem = format!("{sentence}; {}", others(table));
        return Err(Error::Broken { origin: origin.into(), problem });
    }
    if are_numbers || names.len() <= FEW_CLASSES || names.len() * 2 <= of.len() {
        return Ok(());
    }
    let what = match WordsAs::of(names.iter().map(String::as_str)) {
        Some(kind @ WordsAs::Amounts) => {
            format!("{}; write one unit or none, and they are values to predict", kind.name())
        }
        Some(kind @ WordsAs::Times) => {
            format!(
                "{}, which are no classes; --task values takes them for durations, in seconds",
                kind.name()
            )
        }
        Some(kind) => format!("{}, which are no classes", kind.name()),
        None => "words that nearly all differ, as names do".into(),
    };
    let help = others(table);
    let problem = format!(
        "{} has {} different words in {} rows, such as '{}': {what}; {help}",
        label_called(name),
        names.len(),
        of.len(),
        names[0]
    );
    Err(Error::Broken { origin: origin.into(), problem })
}

/// The other columns that could be the label.
fn others(table: &Table) -> String {
    let could_be = |kind: &InputKind| match kind {
        InputKind::Number(_) | InputKind::Boolean(_) | InputKind::Category(_) => true,
        InputKind::Embedding { .. } | InputKind::Date { .. } => false,
    };
    let others: Vec<String> = table
        .schema
        .inputs
        .iter()
        .filter(|input| could_be(&input.kind))
        .map(|input| shown_column(&table.schema.columns[input.place], input.place))
        .collect();
    let more = if others.len() > NAMED { ", …" } else { "" };
    match others.len() {
        0 => "no other column could be the label".to_string(),
        count => format!("--target names another: {}{more}", others[..count.min(NAMED)].join(", ")),
    }
}
