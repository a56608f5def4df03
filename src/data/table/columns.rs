//! A table's columns, found by their names.

use std::collections::{HashMap, VecDeque};
use std::fmt;

use crate::preset::counted;

/// What messages call a column: its name in quotes, or its number where it has none.
pub fn shown(name: &str, place: usize) -> String {
    if name.is_empty() { format!("column {} (no name)", place + 1) } else { format!("'{name}'") }
}

/// The same with the word in front: `column 'age'`, `column 3 (no name)`.
pub fn in_words(name: &str, place: usize) -> String {
    let shown = shown(name, place);
    if name.is_empty() { shown } else { format!("column {shown}") }
}

/// How a preset says that the column of this name is of this kind: `columns: {"age": number}`. A column without a name has to have
/// one first.
pub fn as_kind(name: &str, kind: impl fmt::Display) -> String {
    match name {
        "" => format!("columns: {{\"name\": {kind}}}, once the column has a name,"),
        name => format!("columns: {{{name:?}: {kind}}}"),
    }
}

/// The columns of these names, the first of many, as a message lists them: `a, b, and 2 without a name`.
pub fn listed(names: &[String]) -> String {
    const NAMED: usize = 30;
    let named: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    let more = if named.len() > NAMED { ", …" } else { "" };
    let first = named[..named.len().min(NAMED)].join(", ");
    match (names.len() - named.len(), first.is_empty()) {
        (0, _) => first + more,
        (without, true) => format!("{} without a name", counted(without, "column")),
        (without, false) => format!("{first}{more}, and {without} without a name"),
    }
}

/// What is said of a table that has no columns of these names, behind what has none.
pub fn none_called(names: &[String]) -> String {
    let named: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    match named.is_empty() {
        true => "too few without a name".into(),
        false => format!("none that is called '{}'", named.join("', '")),
    }
}

/// What messages call the label of this name.
pub fn label(name: &str) -> String {
    if name.is_empty() { "the label".into() } else { format!("the label '{name}'") }
}

/// The same for the first column of this name among all `names` of a table.
pub fn called(names: &[String], name: &str) -> String {
    shown(name, names.iter().position(|known| known == name).unwrap_or_default())
}

/// The place of each wanted column among the names `here`: the column of that name or, where there is none, one whose name
/// differs in upper and lower case only. No column is found twice: of columns with one name, the first is the one that is wanted
/// first. `None`: there is no such column.
pub fn places(wanted: &[String], here: &[String]) -> Vec<Option<usize>> {
    places_among(&[], wanted, here)
}

/// The same for columns of a table that has `known` columns: one whose very name is that of another of these is not taken for one that
/// differs in case only, so that `H` is never read as `h`.
pub fn places_among(known: &[String], wanted: &[String], here: &[String]) -> Vec<Option<usize>> {
    let mut found = vec![None; wanted.len()];
    let mut is_taken = vec![false; here.len()];
    let folded = |names: &[String]| names.iter().map(|name| name.to_lowercase()).collect::<Vec<_>>();
    find(wanted, here, &mut found, &mut is_taken);
    find_numbered(wanted, here, &mut found, &mut is_taken);
    is_taken.iter_mut().zip(here).for_each(|(is_taken, name)| *is_taken |= known.contains(name));
    find(&folded(wanted), &folded(here), &mut found, &mut is_taken);
    found
}

/// Finds those of several columns of one name that pandas has numbered in one of the tables: `h`, `h.1` are `h`, `h`.
fn find_numbered(wanted: &[String], here: &[String], found: &mut [Option<usize>], is_taken: &mut [bool]) {
    for (at, name) in wanted.iter().enumerate().filter(|(at, _)| found[*at].is_none()).collect::<Vec<_>>() {
        let before = wanted[..at].iter().filter(|other| *other == name).count();
        let numbered =
            name.rsplit_once('.').and_then(|(of, number)| Some((of, number.parse::<usize>().ok()?)));
        let place = match numbered {
            _ if before > 0 => here.iter().position(|other| *other == format!("{name}.{before}")),
            Some((of, number)) => {
                here.iter().enumerate().filter(|(_, other)| *other == of).nth(number).map(|(place, _)| place)
            }
            None => None,
        };
        if let Some(place) = place.filter(|place| !is_taken[*place]) {
            (found[at], is_taken[place]) = (Some(place), true);
        }
    }
}

/// The place of the one column that a person names, whatever its case, or numbers from 1; `None`: there is none.
///
/// # Errors
/// When several columns have the name.
pub fn the_one(names: &[String], wanted: &str) -> Result<Option<usize>, String> {
    let called = |is: &dyn Fn(&str) -> bool| -> Vec<usize> {
        names.iter().enumerate().filter_map(|(place, name)| is(name).then_some(place)).collect()
    };
    let mut found = called(&|name| name == wanted);
    if found.is_empty() {
        let folded = wanted.to_lowercase();
        found = called(&|name| name.to_lowercase() == folded);
    }
    match found[..] {
        [] => Ok(wanted
            .parse::<usize>()
            .ok()
            .and_then(|number| number.checked_sub(1))
            .filter(|place| *place < names.len())),
        [place] => Ok(Some(place)),
        _ => {
            let numbers: Vec<String> = found.iter().map(|place| (place + 1).to_string()).collect();
            Err(format!(
                "{} columns are called '{wanted}': name the one that is meant by its number, one of {}",
                found.len(),
                numbers.join(", ")
            ))
        }
    }
}

/// The columns that a text names which is none itself: those between its commas; `None` where one of them is no column.
pub fn cut_at_commas(text: &str, names: &[String]) -> Option<Vec<String>> {
    let is_one = |wanted: &str| matches!(the_one(names, wanted), Ok(Some(_)));
    let parts: Vec<String> = text.split(',').map(|part| part.trim().to_string()).collect();
    (parts.len() > 1 && !is_one(text) && parts.iter().all(|part| is_one(part))).then_some(parts)
}

/// Finds those that have not been found yet among the columns that are not taken.
fn find(wanted: &[String], here: &[String], found: &mut [Option<usize>], is_taken: &mut [bool]) {
    let mut by_name: HashMap<&str, VecDeque<usize>> = HashMap::new();
    for (place, name) in here.iter().enumerate().filter(|(place, _)| !is_taken[*place]) {
        by_name.entry(name).or_default().push_back(place);
    }
    for (name, found) in wanted.iter().zip(found).filter(|(_, found)| found.is_none()) {
        *found = by_name.get_mut(&name[..]).and_then(VecDeque::pop_front);
        found.iter().for_each(|place| is_taken[*place] = true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_without_a_name_are_counted_in_lists() {
        let of = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(listed(&of(&["", "a", "", "y"])), "a, y, and 2 without a name");
        assert_eq!(
            (listed(&of(&["a", "b"])), listed(&of(&[""]))),
            ("a, b".into(), "1 column without a name".into())
        );
        assert_eq!(none_called(&of(&["a", "", "b"])), "none that is called 'a', 'b'");
        assert_eq!(none_called(&of(&[""])), "too few without a name");
    }

    fn found(wanted: &str, here: &str) -> Vec<Option<usize>> {
        let names = |text: &str| text.split(' ').map(str::to_string).collect::<Vec<_>>();
        places(&names(wanted), &names(here))
    }

    #[test]
    fn columns_are_found_by_name_then_without_regard_to_case_and_those_of_one_name_in_order() {
        assert_eq!(found("a b", "c b a"), [Some(2), Some(1)]);
        assert_eq!(found("a b", "id B A"), [Some(2), Some(1)]);
        assert_eq!(found("a A", "A a"), [Some(1), Some(0)]);
        assert_eq!(found("v v w", "w v v"), [Some(1), Some(2), Some(0)]);
        assert_eq!(found("v v w", "V w v"), [Some(2), Some(0), Some(1)]);
        assert_eq!(found("v v", "w v"), [Some(1), None]);
        assert_eq!(found("é x", "É y"), [Some(0), None]);
        // As `pandas.read_csv` renames columns of one name.
        assert_eq!(found("h h y", "y h h.1"), [Some(1), Some(2), Some(0)]);
        assert_eq!(found("h h.1 h.2", "h h h"), [Some(0), Some(1), Some(2)]);
        assert_eq!(found("h.1", "h h"), [Some(1)]);
        assert_eq!(found("h.1 h.2", "h h"), [Some(1), None]);
        assert_eq!(found("v.1 h", "h v"), [None, Some(0)]);
    }

    #[test]
    fn a_column_is_never_taken_for_another_one_that_the_table_is_known_to_have() {
        let names = |text: &str| text.split(' ').map(str::to_string).collect::<Vec<_>>();
        let among = |here: &str| places_among(&names("h H y"), &names("h"), &names(here));
        assert_eq!(
            (among("H y"), among("H h y"), among("y h H")),
            (vec![None], vec![Some(1)], vec![Some(1)])
        );
        assert_eq!(places_among(&names("h y"), &names("h"), &names("y H")), [Some(1)]);
    }

    #[test]
    fn a_name_that_several_columns_have_is_refused_with_their_numbers() {
        let names: Vec<String> = ["y", "a", "y", "B", "b"].map(str::to_string).to_vec();
        assert_eq!((the_one(&names, "a"), the_one(&names, "A")), (Ok(Some(1)), Ok(Some(1))));
        assert_eq!(
            (the_one(&names, "b"), the_one(&names, "3"), the_one(&names, "z")),
            (Ok(Some(4)), Ok(Some(2)), Ok(None))
        );
        let refused = the_one(&names, "y").unwrap_err();
        assert_eq!(
            refused,
            "2 columns are called 'y': name the one that is meant by its number, one of 1, 3"
        );
        assert!(the_one(&names, "Y").is_err());
    }
}
