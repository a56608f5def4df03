//! Folders that are classes.

use std::path::{Path, PathBuf};

use crate::data::Error;

/// Files with a class each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classed {
    /// The files, class after class, by name.
    pub files: Vec<PathBuf>,
    /// The class of each.
    pub of: Vec<u32>,
    /// The folders' names, in order.
    pub names: Vec<String>,
}

/// The files with one of these endings (in lower case) in the folders of a folder; hidden ones are left out.
///
/// # Errors
/// When there are none, or the system refuses.
pub fn list(folder: &Path, endings: &[&str]) -> Result<Classed, Error> {
    let broken = |problem: String| Error::Broken { origin: folder.to_string_lossy().into_owned(), problem };
    let mut found = Classed { files: Vec::new(), of: Vec::new(), names: Vec::new() };
    for class in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        let is_wanted = |path: &PathBuf| {
            let ending = path.extension().map(|end| end.to_string_lossy().to_lowercase());
            ending.is_some_and(|end| endings.contains(&&end[..])) && path.is_file()
        };
        let files: Vec<PathBuf> = entries(&class)?.into_iter().filter(is_wanted).collect();
        if files.is_empty() {
            continue;
        }
        found.of.extend(files.iter().map(|_| found.names.len() as u32));
        let name = class.file_name().and_then(|name| name.to_str()).ok_or_else(|| {
            broken(format!("the name of its folder '{}' is not UTF-8; rename it", class.to_string_lossy()))
        })?;
        found.names.push(name.to_string());
        found.files.extend(files);
    }
    match found.names.len() {
        0 => Err(broken(format!("no folder in it holds a file that ends in {}", endings.join(", ")))),
        1 => Err(broken("only one folder in it holds files, and a class alone cannot be learned".into())),
        _ => Ok(found),
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let read = || -> std::io::Result<Vec<PathBuf>> {
        let all = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
        all.collect::<std::io::Result<_>>()
    };
    let mut all = read().map_err(|error| Error::Broken {
        origin: folder.to_string_lossy().into_owned(),
        problem: error.to_string(),
    })?;
    all.retain(|path| path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.')));
    all.sort();
    Ok(all)
}

impl Classed {
    /// These files and then others, of the same classes.
    ///
    /// # Errors
    /// When the others have a class that these have not.
    pub fn joined(mut self, others: Classed, folder: &Path) -> Result<Classed, Error> {
        let place = |name: &String| {
            self.names.iter().position(|own| own == name).map(|place| place as u32).ok_or_else(|| {
                Error::Broken {
                    origin: folder.join(name).to_string_lossy().into_owned(),
                    problem: "no training sample is of this class".into(),
                }
            })
        };
        let places: Vec<u32> = others.names.iter().map(place).collect::<Result<_, _>>()?;
        self.of.extend(others.of.iter().map(|&class| places[class as usize]));
        self.files.extend(others.files);
        Ok(self)
    }
}
