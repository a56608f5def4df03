//! The files of a table: one, or several that are one set.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::data::Error;
use crate::preset::{Csv, Paths};

/// The files of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The files to learn from, then those of the test set.
    pub paths: Vec<PathBuf>,
    /// How many are to learn from.
    pub trained: usize,
}

impl Files {
    /// The files that a preset names.
    ///
    /// # Errors
    /// When no file has a name of a pattern, or a set has a file twice.
    pub fn of(table: &Csv) -> Result<Self, Error> {
        let mut paths = all_expanded(&table.file)?;
        let trained = paths.len();
        if let Some(test) = &table.test_file {
            paths.extend(all_expanded(test)?);
        }
        Ok(Files { paths, trained })
    }

    /// The files' names, for messages.
    pub fn origins(&self) -> Vec<String> {
        self.paths.iter().map(|path| path.to_string_lossy().into_owned()).collect()
    }

    /// What is said of several files that are one set.
    pub fn in_words(&self, table: &Csv) -> Option<String> {
        in_order(&table.file, &self.paths[..self.trained])
    }
}

/// What is said of several files that are one table or array.
pub fn in_order(named: &Paths, files: &[PathBuf]) -> Option<String> {
    let [first, .., last] = files else { return None };
    let name = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Some(format!("{named}: {} files in order, {} to {}", files.len(), name(first), name(last)))
}

/// The files that paths and patterns name together, in their order.
///
/// # Errors
/// As [`expanded`]; and when a file is named twice, whose rows would count twice.
pub fn all_expanded(paths: &Paths) -> Result<Vec<PathBuf>, Error> {
    let each = paths.as_slice().iter().map(|path| expanded(path)).collect::<Result<Vec<_>, Error>>()?;
    let files = each.concat();
    let mut known = HashSet::new();
    // The same file may be called by other names: `./a.csv`, a link. What is not there is told when it is read.
    let itself = |file: &PathBuf| file.canonicalize().unwrap_or_else(|_| file.clone());
    match files.iter().find(|file| !known.insert(itself(file))) {
        None => Ok(files),
        Some(twice) => Err(Error::Broken {
            origin: twice.to_string_lossy().into_owned(),
            problem: "it is named twice; each file is read once".into(),
        }),
    }
}

/// Whether a path is a pattern, such as `part-*.csv`, and not the name of a file that has such signs in it.
pub fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '[']) && !Path::new(path).exists()
}

/// The files that a path names: itself, or, where it is a pattern, all whose names fit, numbers in them by their value. Hidden
/// files are left out.
///
/// # Errors
/// When there are none, or the pattern is none.
pub fn expanded(path: &str) -> Result<Vec<PathBuf>, Error> {
    if !is_pattern(path) {
        return Ok(vec![path.into()]);
    }
    let broken = |problem: String| Error::Broken { origin: path.into(), problem };
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::new() };
    let found =
        glob::glob_with(path, options).map_err(|error| broken(format!("no such pattern: {error}")))?;
    let mut files = found
        .collect::<Result<Vec<PathBuf>, _>>()
        .map_err(|error| broken(format!("{} cannot be read: {}", error.path().display(), error.error())))?;
    files.retain(|file| file.is_file());
    if files.is_empty() {
        return Err(broken("there is no file whose name fits this pattern".into()));
    }
    alphanumeric_sort::sort_path_slice(&mut files);
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_names_the_files_that_fit_it_and_numbers_in_names_count() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
        for name in ["part-10.csv", "part-2.csv", "part-1.csv", ".part-3.csv", "part-4.txt", "odd[1].csv"] {
            std::fs::write(at(name), "").unwrap();
        }
        std::fs::create_dir(at("part-5.csv")).unwrap();
        let found = |pattern: &str| expanded(&at(pattern)).map_err(|error| error.to_string());
        let wanted: Vec<PathBuf> =
            ["part-1.csv", "part-2.csv", "part-10.csv"].map(|name| at(name).into()).into();
        assert_eq!(found("part-*.csv"), Ok(wanted));
        assert_eq!(found("odd[1].csv"), Ok(vec![at("odd[1].csv").into()]), "a file of this very name");
        assert_eq!(found("missing.csv"), Ok(vec![at("missing.csv").into()]), "whoever opens it will say so");
        assert!(found("none-*.csv").unwrap_err().ends_with("there is no file whose name fits this pattern"));
        assert!(found("part-[").unwrap_err().contains("no such pattern"));
    }

    #[test]
    fn a_list_names_files_and_patterns_in_its_order_and_none_twice() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
        for name in ["p-2.csv", "p-1.csv", "a.csv"] {
            std::fs::write(at(name), "").unwrap();
        }
        let found = |names: &[&str]| {
            let paths = Paths::listed(names.iter().map(|name| at(name)).collect()).unwrap();
            all_expanded(&paths).map_err(|error| error.to_string())
        };
        let wanted: Vec<PathBuf> = ["p-1.csv", "p-2.csv", "a.csv"].map(|name| at(name).into()).into();
        assert_eq!(found(&["p-*.csv", "a.csv"]), Ok(wanted));
        let refused = format!("{}: it is named twice; each file is read once", at("p-1.csv"));
        assert_eq!(found(&["p-*.csv", "p-1.csv"]), Err(refused));
        let roundabout = format!("{}: it is named twice; each file is read once", at("./a.csv"));
        assert_eq!(found(&["a.csv", "./a.csv"]), Err(roundabout));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at("a.csv"), at("link.csv")).unwrap();
            assert!(found(&["link.csv", "a.csv"]).is_err());
        }
    }
}
