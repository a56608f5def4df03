//! Lists folders that are classes.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::kind::Kind;
use super::left_out::{LeftOut, is_of_the_system};
use super::parts::SetParts;
use crate::data::Error;
use crate::data::answers::Answers;

/// Files with a class each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Classed {
    /// The files, class after class, by path.
    pub files: Vec<PathBuf>,
    /// The class of each.
    pub of: Vec<u32>,
    /// The folders' names, in order; empty where files have values.
    pub names: Vec<String>,
    /// What files have that are of no class: the class of each is the number of its row here.
    pub values: Option<Values>,
    /// The first file of the validation set, where that is a folder of its own.
    pub first_validation: Option<usize>,
    /// The first file of the test set, where that is a folder of its own.
    pub first_test: Option<usize>,
    /// What is in the folder and not among the files.
    pub left_out: LeftOut,
    /// The parts of the set, where the folder has a folder for each.
    pub parts: Option<SetParts>,
}

/// Rows of values, one for each of some names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    /// What each of a row is called.
    pub names: Vec<String>,
    /// Row after row.
    pub rows: Vec<f64>,
}

/// The files of a kind in the folders of a folder, each a class with all that is below it, as Keras's
/// `image_dataset_from_directory` walks them. Hidden files and those of the system are left out.
///
/// # Errors
/// When there are none, or the system refuses.
pub fn list(folder: &Path, kind: &Kind) -> Result<Classed, Error> {
    let mut found = Classed::default();
    for class in entries(folder)? {
        if is_of_the_system(&class) {
            found.left_out.of_the_system += 1;
        } else if class.is_dir() && leads_to(&class, folder) {
            found.left_out.loops += 1;
        } else if class.is_dir() {
            found.add_class(folder, &class, kind)?;
        } else {
            match takes(kind, &class)? {
                true => found.left_out.without_class += 1,
                false => found.left_out.add_other(&class),
            }
        }
    }
    let Kind { many, formats, .. } = kind;
    let more = found.left_out.sentences(kind).iter().map(|line| format!("; {line}")).collect::<String>();
    match found.names.len() {
        0 => Err(broken(folder, format!("no folder in it holds {many} ({formats}){more}"))),
        1 => Err(broken(
            folder,
            format!("only one folder in it holds {many}, and a class alone cannot be learned{more}"),
        )),
        _ => Ok(found),
    }
}

fn broken(folder: &Path, problem: String) -> Error {
    Error::Broken { origin: folder.to_string_lossy().into_owned(), problem }
}

/// Whether a folder's entry is a link to the folder itself, or to one that it is in.
fn leads_to(entry: &Path, folder: &Path) -> bool {
    let target = entry.is_symlink().then(|| entry.canonicalize().ok()).flatten();
    target.is_some_and(|target| folder.canonicalize().is_ok_and(|folder| folder.starts_with(target)))
}

fn takes(kind: &Kind, file: &Path) -> Result<bool, Error> {
    kind.takes(file).map_err(|error| broken(file, error.to_string()))
}

/// What is in a folder, by name.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let read = || -> std::io::Result<Vec<PathBuf>> {
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect()
    };
    let mut all = read().map_err(|error| broken(folder, error.to_string()))?;
    all.sort_unstable();
    Ok(all)
}

impl Values {
    /// The rows of these numbers as what samples are to be answered with.
    pub fn answers(&self, of: &[u32]) -> Answers {
        let width = self.names.len();
        let rows = of.iter().flat_map(|&row| &self.rows[row as usize * width..][..width]);
        Answers::values(width, rows.copied().collect()).called(self.names.clone())
    }
}

impl Classed {
    /// What the files are to be answered with.
    pub fn answers(&self) -> Answers {
        match &self.values {
            Some(values) => values.answers(&self.of),
            None => Answers::Classes { of: self.of.clone(), names: self.names.clone() },
        }
    }

    /// Adds a class's folder: the files of the kind in it and in the folders below it.
    fn add_class(&mut self, folder: &Path, class: &Path, kind: &Kind) -> Result<(), Error> {
        let name = class.file_name().and_then(|name| name.to_str()).ok_or_else(|| {
            let shown = class.to_string_lossy();
            broken(folder, format!("the name of its folder '{shown}' is not UTF-8; rename it"))
        })?;
        let mut files = Vec::new();
        let mut walk = WalkDir::new(class).follow_links(true).into_iter();
        while let Some(entry) = walk.next() {
            let path = match entry {
                Ok(entry) if entry.depth() > 0 && is_of_the_system(entry.path()) => {
                    self.left_out.of_the_system += 1;
                    if entry.file_type().is_dir() {
                        walk.skip_current_dir();
                    }
                    continue;
                }
                Ok(entry) if entry.file_type().is_dir() => continue,
                Ok(entry) => entry.into_path(),
                // A link to a folder that it is in: what is there has been found, or will be.
                Err(error) if error.loop_ancestor().is_some() => {
                    self.left_out.loops += 1;
                    continue;
                }
                // A link that leads nowhere is a file that cannot be read, as whoever reads it will say.
                Err(error) => match error.path().filter(|path| path.is_symlink() && !path.exists()) {
                    Some(path) => path.to_path_buf(),
                    None => return Err(broken(class, error.to_string())),
                },
            };
            if takes(kind, &path)? {
                files.push(path);
            } else {
                self.left_out.add_other(&path);
            }
        }
        if files.is_empty() {
            self.left_out.empty.push(name.to_string());
            return Ok(());
        }
        files.sort_unstable();
        self.of.extend(files.iter().map(|_| self.names.len() as u32));
        self.names.push(name.to_string());
        self.files.extend(files);
        Ok(())
    }

    /// The files as the first of these folders that they are in names them; else with their whole paths.
    pub fn named_in(&self, folders: &[&Path]) -> Vec<String> {
        let named = |file: &PathBuf| {
            let within = folders.iter().find_map(|folder| file.strip_prefix(folder).ok());
            within.unwrap_or(file).to_string_lossy().into_owned()
        };
        self.files.iter().map(named).collect()
    }

    /// These files and then those of a test set, of the same classes.
    ///
    /// # Errors
    /// When the others have a class that these have not.
    pub fn joined(mut self, others: Classed, folder: &Path) -> Result<Classed, Error> {
        let place = |name: &String| {
            self.names
                .iter()
                .position(|own| own == name)
                .map(|place| place as u32)
                .ok_or_else(|| broken(&folder.join(name), "no training sample is of this class".into()))
        };
        let places: Vec<u32> = others.names.iter().map(place).collect::<Result<_, _>>()?;
        self.first_test = Some(self.files.len());
        self.of.extend(others.of.iter().map(|&class| places[class as usize]));
        self.files.extend(others.files);
        self.left_out.add(others.left_out);
        Ok(self)
    }
}

#[cfg(test)]
mod tests;
