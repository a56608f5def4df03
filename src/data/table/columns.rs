//! A table's columns, found by their names.

use std::collections::{HashMap, VecDeque};

/// What messages call a column: its name in quotes, or its number where it has none.
pub fn shown(name: &str, place: usize) -> String {
    if name.is_empty() { format!("column {} (no name)", place + 1) } else { format!("'{name}'") }
}

/// The same for the first column of this name among all `names` of a table.
pub fn called(names: &[String], name: &str) -> String {
    shown(name, names.iter().position(|known| known == name).unwrap_or_default())
}

/// The place of each wanted column among the names `here`: the column of that name or, where there is none, one whose name
/// differs in upper and lower case only. No column is found twice: of columns with one name, the first is the one that is wanted
/// first. `None`: there is no such column.
pub fn places(wanted: &[String], here: &[String]) -> Vec<Option<usize>> {
    let mut found = vec![None; wanted.len()];
    let mut is_taken = vec![false; here.len()];
    let folded = |names: &[String]| names.iter().map(|name| name.to_lowercase()).collect::<Vec<_>>();
    find(wanted, here, &mut found, &mut is_taken);
    find(&folded(wanted), &folded(here), &mut found, &mut is_taken);
    found
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
    }
}
