//! The table that was read last to check a preset, kept for the training that follows in the same process: a large table
//! takes minutes to read.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use super::set::Imported;
use crate::data::table::Files;
use crate::preset::Csv;

/// By what is seen that no file of a table has been written to: its path, its size, and the time of its last change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State(Vec<(PathBuf, u64, SystemTime)>);

impl State {
    /// The state of a table's files now; `None` where they cannot be looked at.
    pub fn of(table: &Csv) -> Option<Self> {
        let of_file = |path: PathBuf| {
            let found = std::fs::metadata(&path).ok()?;
            Some((path, found.len(), found.modified().ok()?))
        };
        Files::of(table).ok()?.paths.into_iter().map(of_file).collect::<Option<Vec<_>>>().map(State)
    }
}

/// A table as it was read.
struct Recent {
    table: Csv,
    /// The state of its files before they were read.
    state: State,
    set: Imported,
    notices: Vec<String>,
}

static RECENT: Mutex<Option<Recent>> = Mutex::new(None);

/// Keeps a table in the place of the one before.
pub(super) fn keep(table: &Csv, state: State, set: Imported, notices: Vec<String>) {
    let recent = Recent { table: table.clone(), state, set, notices };
    *RECENT.lock().unwrap_or_else(PoisonError::into_inner) = Some(recent);
}

/// What is told of the table with these options, where it is kept, which it stays.
pub(super) fn told(table: &Csv) -> Vec<String> {
    let kept = RECENT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.as_ref().filter(|kept| kept.table == *table).map(|kept| kept.notices.clone()).unwrap_or_default()
}

/// The table with these options and what is told of it, where it is kept and its files are as they were. It is not kept any
/// longer; nor is any other.
pub(super) fn take(table: &Csv) -> Option<(Imported, Vec<String>)> {
    let kept = RECENT.lock().unwrap_or_else(PoisonError::into_inner).take()?;
    let is_as_it_was = kept.table == *table && State::of(table).as_ref() == Some(&kept.state);
    is_as_it_was.then_some((kept.set, kept.notices))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::import::limits::Limits;
    use crate::data::own::{Import, Opened};

    #[test]
    fn a_table_is_given_once_and_only_as_long_as_its_file_is_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("t.csv");
        std::fs::write(&file, "a,y\n1,0\n2,1\n").unwrap();
        let table = Csv::of(file.to_str().unwrap());
        let put = || {
            let state = State::of(&table).unwrap();
            let Opened::Rows(set) = table.open(&Limits::of_machine(), &mut Vec::new()).unwrap() else {
                panic!("it is a table")
            };
            keep(&table, state, set, vec!["told".into()]);
        };
        put();
        assert_eq!(told(&table), ["told"]);
        assert_eq!(take(&table).map(|(set, told)| (set.rows.count(), told)), Some((2, vec!["told".into()])));
        assert!(take(&table).is_none() && told(&table).is_empty());
        put();
        assert!(take(&Csv { skip_broken: true, ..table.clone() }).is_none());
        put();
        std::fs::write(&file, "a,y\n1,0\n2,1\n3,1\n").unwrap();
        assert!(take(&table).is_none());
    }
}
