//! Folders whose folders are the parts of a set, such as `train/`, `val/` and `test/`, and not its classes.

use std::path::Path;

use super::listing::Classed;
use crate::data::Error;

/// The folders of the parts of a set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetParts {
    /// The folder of the training set, with its path.
    pub train: String,
    /// That of the validation set.
    pub validation: Option<String>,
    /// That of the test set; of the validation set where there is no other.
    pub test: Option<String>,
    /// Those that are not read, and why: they have no folders of the same classes, or more.
    pub unread: Vec<String>,
}

const TRAIN: [&str; 3] = ["train", "training", "trainset"];
const TEST: [&str; 3] = ["test", "testing", "testset"];
const VALIDATION: [&str; 5] = ["val", "valid", "validation", "dev", "eval"];

/// Why a part is not read beside a training set of these classes, which has its path before them; `None` where it is.
fn why_unread(path: &str, (train, known): (&str, &[String]), list: List) -> Option<String> {
    let Ok(Classed { names, .. }) = list(Path::new(path)) else {
        return Some(format!("'{path}' is not read, since it has no folders of the same classes"));
    };
    let others: Vec<String> =
        names.iter().filter(|name| !known.contains(name)).map(|name| format!("'{name}'")).collect();
    match others.len() {
        0 => None,
        all if all == names.len() => {
            Some(format!("'{path}' is not read, since it has no folders of the same classes"))
        }
        1 => Some(format!(
            "'{path}' is not read, since '{train}' has no class {}: move that folder out of it, and it is",
            others[0]
        )),
        _ => Some(format!(
            "'{path}' is not read, since '{train}' has no classes {}: move these folders out of it, and it is",
            others.join(", ")
        )),
    }
}

/// Lists a folder with a folder for each class.
type List<'a> = &'a dyn Fn(&Path) -> Result<Classed, Error>;

fn is(name: &str, words: &[&str]) -> bool {
    words.iter().any(|word| name.eq_ignore_ascii_case(word))
}

impl SetParts {
    /// The parts, where all these folders, which have files in them, are called so; `None` where one is called otherwise.
    pub fn of(folder: &str, names: &[String]) -> Option<SetParts> {
        let all = [&TRAIN[..], &TEST, &VALIDATION];
        let are_parts = names.iter().all(|name| all.iter().any(|words| is(name, words)));
        let path = |words: &[&str]| {
            let name = names.iter().find(|name| is(name, words));
            name.map(|name| Path::new(folder).join(name).to_string_lossy().into_owned())
        };
        let (train, test, validation) = (path(&TRAIN)?, path(&TEST), path(&VALIDATION));
        if !are_parts || test.is_none() && validation.is_none() {
            return None;
        }
        let (validation, test) = if test.is_some() { (validation, test) } else { (None, validation) };
        Some(SetParts { train, validation, test, unread: Vec::new() })
    }

    /// The same, where the training set has a folder for each class. Other parts that have not are not read.
    pub fn with_classes(folder: &str, names: &[String], list: List) -> Option<SetParts> {
        let SetParts { train, mut validation, mut test, mut unread } = SetParts::of(folder, names)?;
        let known = list(Path::new(&train)).ok()?.names;
        for part in [&mut validation, &mut test] {
            let Some(why) = part.as_ref().and_then(|path| why_unread(path, (&train, &known), list)) else {
                continue;
            };
            part.take();
            unread.push(why);
        }
        Some(SetParts { train, validation, test, unread })
    }

    /// The parts of the set of which `folder` is the training set, by its name and those of the folders beside it.
    pub fn beside(folder: &str, list: List) -> Option<SetParts> {
        let path = Path::new(folder);
        let name = path.file_name()?.to_string_lossy().into_owned();
        let parent = path.parent()?;
        let around = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        let entries = std::fs::read_dir(around).ok()?.flatten().filter(|entry| entry.path().is_dir());
        let others = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let others = others.filter(|name| is(name, &TEST) || is(name, &VALIDATION));
        let mut names: Vec<String> =
            std::iter::once(name).filter(|name| is(name, &TRAIN)).chain(others).collect();
        names.sort();
        let parts = SetParts::with_classes(&parent.to_string_lossy(), &names, list)?;
        (parts.validation.is_some() || parts.test.is_some()).then_some(parts)
    }

    /// The files of all parts, those of the training set first.
    ///
    /// # Errors
    /// When a part cannot be listed, or has a class that the training set has not.
    pub fn listed(&self, list: List) -> Result<Classed, Error> {
        let mut all = list(Path::new(&self.train))?;
        if let Some(folder) = self.validation.as_deref().map(Path::new) {
            all = all.joined(list(folder)?, folder)?;
            all.first_validation = all.first_test.take();
        }
        match self.test.as_deref().map(Path::new) {
            Some(folder) => all.joined(list(folder)?, folder),
            None => Ok(all),
        }
    }

    /// What each folder is taken for.
    pub fn in_words(&self) -> String {
        let SetParts { train, validation, test, unread } = self;
        let of = |path: &Option<String>, what: &str| path.as_ref().map(|path| format!("'{path}' is {what}"));
        let parts = [of(validation, "the validation set"), of(test, "the test set")];
        let parts: String = parts.into_iter().flatten().map(|part| format!(", {part}")).collect();
        let unread = match &unread[..] {
            [] => String::new(),
            unread => format!("; {}", unread.join("; ")),
        };
        format!("the folders are the parts of a set: '{train}' is trained on{parts}{unread}")
    }

    /// What is said where these folders are taken for classes; `kind` is the source that names them.
    pub fn taken_for_classes(&self, kind: &str) -> String {
        let SetParts { train, test, .. } = self;
        format!(
            "the classes are called as the parts of a set are; {kind}(folder: {train:?}, test_folder: {:?}) takes the folders in these \
             for classes",
            test.as_deref().unwrap_or_default()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_called_train_and_test_are_the_parts_of_a_set() {
        let parts = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            SetParts::of("pics", &names).map(|parts| (parts.train, parts.validation, parts.test))
        };
        let path = |name: &str| format!("pics/{name}");
        assert_eq!(parts(&["test", "train"]), Some((path("train"), None, Some(path("test")))));
        let three = parts(&["Test", "Train", "Val"]);
        assert_eq!(three, Some((path("Train"), Some(path("Val")), Some(path("Test")))));
        assert_eq!(parts(&["train", "valid"]), Some((path("train"), None, Some(path("valid")))));
        for names in [&["cat", "dog"][..], &["train", "test", "plane"], &["test", "val"], &["train"]] {
            assert_eq!(parts(names), None, "{names:?}");
        }
    }

    #[test]
    fn parts_without_folders_of_the_same_classes_are_not_read() {
        let names = ["train", "val", "test"].map(String::from);
        let list = |folder: &Path| {
            let classes: &[&str] = match folder.to_string_lossy().as_ref() {
                "p/train" => &["a", "b", "c"],
                "p/val" => &["a", "b"],
                _ => return Err(Error::Broken { origin: "p".into(), problem: "none".into() }),
            };
            let names = classes.iter().map(ToString::to_string).collect();
            let (files, of) = (
                (0..classes.len()).map(|n| folder.join(n.to_string())).collect(),
                (0..).take(classes.len()).collect(),
            );
            Ok(Classed { files, of, names, ..Classed::default() })
        };
        let parts = SetParts::with_classes("p", &names, &list).unwrap();
        let said = "the folders are the parts of a set: 'p/train' is trained on, 'p/val' is the validation set; 'p/test' is not read, since it \
                    has no folders of the same classes";
        assert_eq!(parts.in_words(), said);
        // A class more is another reason, with what to do.
        let more = |folder: &Path| {
            let classes: &[&str] = if folder.ends_with("train") { &["a", "b"] } else { &["a", "b", "owl"] };
            let names = classes.iter().map(ToString::to_string).collect();
            Ok(Classed { names, ..Classed::default() })
        };
        let said = SetParts::with_classes("p", &names[..2], &more).unwrap().in_words();
        let wanted =
            "'p/val' is not read, since 'p/train' has no class 'owl': move that folder out of it, and it is";
        assert!(said.ends_with(wanted), "{said}");
        let listed = parts.listed(&list).unwrap();
        assert_eq!((listed.first_validation, listed.first_test, listed.files.len()), (Some(3), None, 5));
    }
}
