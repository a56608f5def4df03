//! Where the files are that a table names: as seen from its folder, or else in that folder and the folders below it, as downloads
//! have `labels.csv` beside `train/`, or `meta/labels.csv` beside `audio/`. A name may lack its ending, and may have been written on another machine, with folders that
//! are not here.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::folders::{ending, is_of_the_system};
use crate::data::file_names::{self, stem};
use crate::preset::{Holds, counted, counted_of, counted_with};

/// Folders below that of the table, one in the other, in which files are looked for.
const LEVELS: usize = 2;
/// Files and folders that are looked at; where there are more, the others are not found.
const LOOKED_AT: usize = 1_000_000;
/// Folders, endings and names that a sentence has.
const NAMED: usize = 3;

/// The files that cells name.
#[derive(Debug, Default)]
pub struct NamedFiles {
    /// The file of each cell; what the cell says, as seen from the folder, where there is none.
    pub files: Vec<PathBuf>,
    /// Whether each is there.
    pub are_there: Vec<bool>,
    /// Those whose names have an ending that the cells lack.
    pub completed: Vec<bool>,
    /// The folder from which the cells are seen.
    base: PathBuf,
    /// The same, as seen from the table's folder.
    place: PathBuf,
    /// The folders, as seen from there, of files that are elsewhere than the cells say, and how many of them are in each.
    elsewhere: BTreeMap<PathBuf, usize>,
    /// What was put behind names.
    endings: BTreeSet<String>,
    /// Cells that several files fit, and one that was not taken.
    doubtful: (usize, Option<PathBuf>),
}

/// A file that may be the one that a cell names.
struct Candidate {
    path: PathBuf,
    /// The folder below the base that it is in.
    folder: PathBuf,
}

/// Looks for the files that these cells of a table name. `folder` is where they are, as seen from the table's folder; `None`: in
/// that folder, or below it. `holds` is what the files are, where that is known.
pub fn find<'a>(
    table: &Path,
    folder: Option<&str>,
    holds: Option<Holds>,
    cells: impl ExactSizeIterator<Item = &'a str> + Clone,
) -> NamedFiles {
    let base = table.parent().unwrap_or(Path::new("")).join(folder.unwrap_or_default());
    let count = cells.len();
    let place = PathBuf::from(folder.unwrap_or_default());
    let mut named = NamedFiles { completed: vec![false; count], base, place, ..NamedFiles::default() };
    named.files = cells.clone().map(|cell| named.base.join(cell)).collect();
    let is_there = |(file, cell): (&PathBuf, &str)| !cell.is_empty() && file.is_file();
    named.are_there = named.files.iter().zip(cells.clone()).map(is_there).collect();
    let missing: Vec<(usize, &str)> =
        cells.enumerate().filter(|(at, cell)| !named.are_there[*at] && !cell.is_empty()).collect();
    if !missing.is_empty() {
        named.look_around(table, holds, &missing);
    }
    named
}

/// The parts of a path, whichever slashes it is written with.
fn parts(cell: &str) -> impl Iterator<Item = &str> {
    cell.rsplit(['/', '\\']).filter(|part| !part.is_empty() && *part != ".")
}

/// The name of a file in a cell, in lower case.
fn name_in(cell: &str) -> String {
    parts(cell).next().unwrap_or_default().to_lowercase()
}

impl NamedFiles {
    /// Looks for the files of these cells, which have their places, in the base and below it.
    fn look_around(&mut self, table: &Path, holds: Option<Holds>, missing: &[(usize, &str)]) {
        let mut wanted: HashMap<String, Vec<Candidate>> =
            missing.iter().map(|(_, cell)| (name_in(cell), Vec::new())).collect();
        self.walk(&mut wanted, Path::new(""));
        if wanted.values().any(Vec::is_empty) && is_for_tables(&self.base) {
            self.walk(&mut wanted, Path::new(".."));
        }
        // How many cells each folder has files for.
        let mut fitting: HashMap<&Path, usize> = HashMap::new();
        for (_, cell) in missing {
            let folders: BTreeSet<&Path> = wanted[&name_in(cell)].iter().map(|one| &*one.folder).collect();
            folders.into_iter().for_each(|folder| *fitting.entry(folder).or_default() += 1);
        }
        let endings = match holds {
            Some(Holds::Images) | None => file_names::IMAGES,
            Some(Holds::Sounds) => file_names::SOUNDS,
            Some(Holds::TextFiles | Holds::Texts) => file_names::TEXTS,
        };
        let is_held = |file: &Path| endings.contains(&&ending(file)[..]);
        let of_table =
            table.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
        for &(at, cell) in missing {
            let candidates = &wanted[&name_in(cell)];
            // The more of a path is the same the better; then an ending is none of another's.
            let likeness = |one: &&Candidate| (same_parts(cell, &one.path), has_name(cell, &one.path));
            let Some(most) = candidates.iter().map(|one| likeness(&one)).max() else { continue };
            let best = candidates.iter().filter(|one| likeness(one) == most);
            let rank = |one: &Candidate| {
                let top = one.folder.iter().next().map(|top| top.to_string_lossy().to_lowercase());
                let is_alike = top.is_some_and(|top| of_table.contains(&top));
                (is_held(&one.path), fitting[&*one.folder], is_alike)
            };
            let mut best: Vec<&Candidate> = best.collect();
            best.sort_by(|a, b| rank(b).cmp(&rank(a)).then_with(|| a.path.cmp(&b.path)));
            let Some((taken, others)) = best.split_first() else { continue };
            if let Some(other) = others.first() {
                self.doubtful.0 += 1;
                let other = other.path.strip_prefix(&self.base).unwrap_or(&other.path);
                self.doubtful.1.get_or_insert_with(|| other.to_path_buf());
            }
            if !has_name(cell, &taken.path) {
                self.completed[at] = true;
                let ending = taken.path.extension().map(|ending| ending.to_string_lossy().into_owned());
                self.endings.extend(ending);
            }
            *self.elsewhere.entry(taken.folder.clone()).or_default() += 1;
            self.files[at] = taken.path.clone();
            self.are_there[at] = true;
        }
    }

    /// Gathers the files whose names are wanted and have not been found, in a folder as seen from the base and below it.
    fn walk(&self, wanted: &mut HashMap<String, Vec<Candidate>>, from: &Path) {
        let is_open: HashSet<String> =
            wanted.iter().filter(|(_, found)| found.is_empty()).map(|(name, _)| name.clone()).collect();
        let place = self.base.join(from);
        let base = if place.as_os_str().is_empty() { Path::new(".") } else { &place };
        let walk = WalkDir::new(base).max_depth(LEVELS + 1).follow_links(true).into_iter();
        let seen = walk.filter_entry(|entry| entry.depth() == 0 || !is_of_the_system(entry.path()));
        // What cannot be looked into has no files.
        for entry in seen.take(LOOKED_AT).flatten().filter(|entry| entry.file_type().is_file()) {
            let name = entry.file_name().to_string_lossy().to_lowercase();
            let named = [Some(&name[..]), stem(&name)].into_iter().flatten();
            for name in named {
                let Some(candidates) = wanted.get_mut(name).filter(|_| is_open.contains(name)) else {
                    continue;
                };
                let below = from.join(entry.path().strip_prefix(base).unwrap_or(entry.path()));
                let folder = below.parent().unwrap_or(Path::new("")).to_path_buf();
                candidates.push(Candidate { path: self.base.join(below), folder });
            }
        }
    }

    /// Cells whose files are there.
    pub fn found(&self) -> usize {
        self.are_there.iter().filter(|is_there| **is_there).count()
    }

    /// The folder, as seen from that of the table, in which all files are that were looked for, where it is another.
    pub fn folder(&self) -> Option<String> {
        let looked_for: usize = self.elsewhere.values().sum();
        let mut folders = self.elsewhere.keys();
        let first = folders.next().filter(|_| looked_for == self.found())?;
        let common = folders.fold(first.clone(), |common, folder| {
            common.iter().zip(folder).take_while(|(a, b)| a == b).map(|(part, _)| part).collect()
        });
        (!common.as_os_str().is_empty()).then(|| common.to_string_lossy().into_owned())
    }

    /// What a person should know of where the files are, a sentence each.
    pub fn told(&self) -> Vec<String> {
        let mut told = Vec::new();
        let count = self.files.len();
        let looked_for: usize = self.elsewhere.values().sum();
        if looked_for > 0 {
            let shown = |folder: &PathBuf| {
                let folder = self.place.join(folder);
                match folder.as_os_str().is_empty() {
                    true => "beside the table".to_string(),
                    // A path that is joined with nothing ends in a slash.
                    false => format!("in '{}'", folder.components().collect::<PathBuf>().to_string_lossy()),
                }
            };
            let mut folders: Vec<(&PathBuf, &usize)> = self.elsewhere.iter().collect();
            folders.sort_by_key(|(_, count)| Reverse(**count));
            let named: Vec<String> = folders.iter().take(NAMED).map(|(folder, _)| shown(folder)).collect();
            let more = match folders.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {}", counted(more, "more folder")),
            };
            let endings: Vec<String> =
                self.endings.iter().take(NAMED).map(|ending| format!(".{ending}")).collect();
            let endings = match endings.is_empty() {
                true => String::new(),
                false => format!(", with {} behind the names", endings.join(" or ")),
            };
            told.push(format!(
                "{} found {}{more}{endings}",
                counted_of(looked_for, count, "file", ("is", "are")),
                named.join(", ")
            ));
        }
        if let (doubtful @ 1.., Some(other)) = &self.doubtful {
            told.push(format!(
                "{} other files as well, such as '{}'; folder: \"…\" in file_table(…) says where the files are",
                counted_with(*doubtful, "name", ("fits", "fit")),
                other.to_string_lossy()
            ));
        }
        told.extend(self.missing());
        told
    }

    /// What is said of cells that name no file.
    pub fn missing(&self) -> Option<String> {
        let (count, missing) = (self.files.len(), self.files.len() - self.found());
        let first = self.are_there.iter().position(|is_there| !is_there)?;
        let first = self.files[first].strip_prefix(&self.base).unwrap_or(&self.files[first]);
        Some(format!(
            "{} no file in {} or the folders below it, such as '{}'",
            counted_of(missing, count, "name", ("is that of", "are those of")),
            self.place(),
            first.to_string_lossy()
        ))
    }

    /// The folder from which the cells are seen, in words.
    fn place(&self) -> String {
        match self.base.as_os_str().is_empty() {
            true => "the table's folder".into(),
            false => format!("'{}'", self.base.to_string_lossy()),
        }
    }
}

/// Whether a folder is called as one that has the tables of a set, and not its files: those are beside it.
fn is_for_tables(folder: &Path) -> bool {
    const CALLED: &[&str] = &[
        "annotation",
        "annotations",
        "csv",
        "doc",
        "docs",
        "info",
        "label",
        "labels",
        "list",
        "lists",
        "meta",
        "metadata",
        "split",
        "splits",
        "table",
        "tables",
        "target",
        "targets",
    ];
    let folder = std::path::absolute(folder).unwrap_or_default();
    let name = folder.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    CALLED.contains(&&name[..])
}

/// How many parts of a path, from its end, are those of a cell.
fn same_parts(cell: &str, path: &Path) -> usize {
    let path = path.to_string_lossy();
    // The name itself may lack its ending.
    parts(cell).skip(1).zip(parts(&path).skip(1)).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
}

/// Whether a file has the very name of a cell, in whatever case.
fn has_name(cell: &str, path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().to_lowercase() == name_in(cell))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(folder: &Path, names: &[&str]) {
        for name in names {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
    }

    fn found(files: &[&str], folder: Option<&str>, cells: &[&str]) -> (Vec<Option<String>>, NamedFiles) {
        let place = tempfile::tempdir().unwrap();
        put(place.path(), files);
        let named = find(&place.path().join("train_labels.csv"), folder, None, cells.iter().copied());
        let below = |file: &PathBuf| file.strip_prefix(place.path()).unwrap().to_string_lossy().into_owned();
        let files = named.files.iter().zip(&named.are_there);
        (files.map(|(file, is_there)| is_there.then(|| below(file))).collect(), named)
    }

    fn names(found: &[Option<String>]) -> Vec<&str> {
        found.iter().map(|name| name.as_deref().unwrap_or("none")).collect()
    }

    #[test]
    fn files_are_found_beside_the_table_and_two_folders_below() {
        let files = ["a.jpg", "images/b.jpg", "x/y/c.PNG", "x/y/z/d.jpg", ".hidden/e.jpg"];
        let cells = ["a.jpg", "b.jpg", "c.png", "d.jpg", "e.jpg", ""];
        let (files, named) = found(&files, None, &cells);
        assert_eq!(names(&files), ["a.jpg", "images/b.jpg", "x/y/c.PNG", "none", "none", "none"]);
        assert_eq!((named.found(), named.folder()), (3, None));
        let told = named.told();
        assert_eq!(told[0], "2 of 6 files are found in 'images', in 'x/y'");
        assert!(told[1].starts_with("3 of 6 names are those of no file in '"), "{told:?}");
        assert!(told[1].ends_with("' or the folders below it, such as 'd.jpg'"), "{told:?}");
    }

    #[test]
    fn names_without_an_ending_or_with_folders_of_another_machine_are_found() {
        let files = ["train/7f.jpg", "train/7g.JPG", "labels/7f.txt", "train/cat/1.png", "train/dog/1.png"];
        let cells = ["7f", "7g", "C:\\pics\\cat\\1.png", "/kaggle/input/dog/1.png"];
        let (files, named) = found(&files, None, &cells);
        assert_eq!(names(&files), ["train/7f.jpg", "train/7g.JPG", "train/cat/1.png", "train/dog/1.png"]);
        assert_eq!(
            (named.folder(), &named.completed[..]),
            (Some("train".into()), &[true, true, false, false][..])
        );
        assert!(named.told()[0].ends_with("with .JPG or .jpg behind the names"), "{:?}", named.told());
    }

    #[test]
    fn files_are_found_beside_a_folder_of_tables() {
        let place = tempfile::tempdir().unwrap();
        put(place.path(), &["audio/fold1/1.wav", "audio/fold2/2.wav", "meta/3.wav", "deep/a/b/4.wav"]);
        let look = |table: &str| {
            let cells = ["1.wav", "2.wav", "3.wav", "4.wav"];
            let named = find(&place.path().join(table), None, Some(Holds::Sounds), cells.into_iter());
            (named.are_there.clone(), named.folder(), named.told())
        };
        let (are_there, _, told) = look("meta/set.csv");
        assert_eq!(are_there, [true, true, true, false]);
        assert_eq!(told[0], "2 of 4 files are found in '../audio/fold1', in '../audio/fold2'");
        assert_eq!(look("other/set.csv").0, [false; 4]);
        std::fs::remove_file(place.path().join("meta/3.wav")).unwrap();
        assert_eq!(look("meta/set.csv").1.as_deref(), Some("../audio"));
    }

    #[test]
    fn of_two_folders_the_fuller_one_and_then_the_one_called_as_the_table_is_taken() {
        let files = ["test/0.jpg", "test/1.jpg", "train/0.jpg", "train/1.jpg"];
        let (of_train, named) = found(&files, None, &["0.jpg", "1.jpg"]);
        assert_eq!(names(&of_train), ["train/0.jpg", "train/1.jpg"]);
        assert!(
            named.told()[1].starts_with("2 names fit other files as well, such as 'test/0.jpg'; folder:")
        );
        let (fuller, _) = found(&[&files[..], &["test/2.jpg"]].concat(), None, &["0.jpg", "1.jpg", "2.jpg"]);
        assert_eq!(names(&fuller), ["test/0.jpg", "test/1.jpg", "test/2.jpg"]);
        let (said, named) = found(&files, Some("test"), &["0.jpg", "1"]);
        assert_eq!((names(&said), named.folder()), (vec!["test/0.jpg", "test/1.jpg"], None));
    }
}
