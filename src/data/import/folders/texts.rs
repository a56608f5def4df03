//! Folders of texts, which no source reads: they are learned from a table that names them.

use std::path::{Path, PathBuf};

use super::kind::Kind;
use super::kind::ending;
use super::left_out::is_of_the_system;
use super::listing::list;
use crate::data::table::is_ending_of_table;
use crate::data::{Error, file_names};

const TEXTS: Kind = Kind { many: "texts", formats: "a text", endings: file_names::TEXTS, is_one: |_| false };

/// Why a folder is not read, with the way out where it holds a table, or its folders hold tables or texts.
pub fn or_of_texts(folder: &Path, problem: Error) -> Error {
    if let Some(way_out) = of_tables(folder) {
        let Error::Broken { origin, problem } = problem;
        return Error::Broken { origin, problem: format!("{problem}. {way_out}") };
    }
    if list(folder, &TEXTS).is_err() {
        return problem;
    }
    Error::Broken {
        origin: folder.to_string_lossy().into_owned(),
        problem: "its folders hold texts (.txt), which are learned from a table that names them: a .csv in this folder with a line for each, \
                  such as pos/1.txt,pos, below a first line path,class; trainyard init takes that table"
            .into(),
    }
}

/// What to do with a folder that has a table in it, or one in each of its folders, as a table in parts has.
fn of_tables(folder: &Path) -> Option<String> {
    let entries = |folder: &Path| -> Vec<PathBuf> {
        let found = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> =
            found.map(|entry| entry.path()).filter(|path| !is_of_the_system(path)).collect();
        paths.sort();
        paths
    };
    let table = |folder: &Path| {
        entries(folder).into_iter().find(|path| path.is_file() && is_ending_of_table(&ending(path)))
    };
    if let Some(table) = table(folder) {
        return Some(format!(
            "{0} is a table: trainyard init {0} takes it, and the files too where its rows name them",
            table.display()
        ));
    }
    let parts: Vec<PathBuf> = entries(folder).into_iter().filter(|path| path.is_dir()).collect();
    let first = parts.iter().find_map(|part| table(part))?;
    let pattern = folder.join("*").join(format!("*.{}", ending(&first)));
    // As Hive and Spark write parts: a folder for each value of a column, `year=2020`.
    let named: Vec<&str> = parts
        .iter()
        .filter_map(|part| part.file_name()?.to_str()?.split_once('='))
        .map(|(key, _)| key)
        .collect();
    let lost = match named.first() {
        Some(key) if named.len() == parts.len() => {
            format!(
                "; '{key}', which stands in the folders' names, is no column of it: write it into the files to learn from it"
            )
        }
        _ => String::new(),
    };
    Some(format!(
        "Its folders hold tables: trainyard init {:?} takes them as one{lost}",
        pattern.display().to_string()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_tables_in_it_says_how_they_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        let refused = || Error::Broken { origin: "f".into(), problem: "no images".into() };
        let said = || or_of_texts(folder.path(), refused()).to_string();
        assert_eq!(said(), "f: no images");
        for part in ["year=2020", "year=2021"] {
            std::fs::create_dir(folder.path().join(part)).unwrap();
            std::fs::write(folder.path().join(part).join("part.csv"), "a,b\n1,2\n").unwrap();
        }
        let parts = said();
        assert!(
            parts.contains("/*/*.csv\" takes them as one; 'year', which stands in the folders' names"),
            "{parts}"
        );
        std::fs::write(folder.path().join("labels.csv"), "file,kind\n1.png,a\n").unwrap();
        assert!(said().contains("labels.csv is a table: trainyard init "), "{}", said());
    }
}
