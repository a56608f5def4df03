//! The files of a table: one, or several that are one set.

use std::path::{Path, PathBuf};

use crate::data::Error;
use crate::preset::{Csv, FileSource};

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
    /// When no file has a name of a pattern.
    pub fn of(table: &Csv) -> Result<Self, Error> {
        let sets = table.paths().into_iter().map(expanded).collect::<Result<Vec<_>, Error>>()?;
        Ok(Files { trained: sets.first().map_or(0, Vec::len), paths: sets.concat() })
    }

    /// The files' names, for messages.
    pub fn origins(&self) -> Vec<String> {
        self.paths.iter().map(|path| path.to_string_lossy().into_owned()).collect()
    }

    /// What is said of several files that are one set.
    pub fn in_words(&self, table: &Csv) -> Option<String> {
        let [first, .., last] = &self.paths[..self.trained] else { return None };
        let name = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let count = self.trained;
        Some(format!("{}: {count} files in order, {} to {}", table.file, name(first), name(last)))
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
}
