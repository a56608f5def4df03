//! Folders whose folders are the parts of a set, such as `train/` and `test/`, and not its classes.

use std::path::Path;

/// The parts of a set in a folder, by the names of the folders in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetParts {
    /// The folder of the training set, with its path.
    pub train: String,
    /// That of the test set; of the validation set where there is no other.
    pub test: String,
    /// That of a validation set beside a test set, which no preset names.
    pub unused: Option<String>,
}

const TRAIN: [&str; 3] = ["train", "training", "trainset"];
const TEST: [&str; 3] = ["test", "testing", "testset"];
const VALIDATION: [&str; 5] = ["val", "valid", "validation", "dev", "eval"];

impl SetParts {
    /// The parts, where all these folders, which have files in them, are called so; `None` where one is called otherwise.
    pub fn of(folder: &str, names: &[String]) -> Option<SetParts> {
        let is = |name: &String, words: &[&str]| words.iter().any(|word| name.eq_ignore_ascii_case(word));
        let all = [&TRAIN[..], &TEST, &VALIDATION];
        let are_parts = names.iter().all(|name| all.iter().any(|words| is(name, words)));
        let path = |words: &[&str]| {
            let name = names.iter().find(|name| is(name, words));
            name.map(|name| Path::new(folder).join(name).to_string_lossy().into_owned())
        };
        let (train, test, validation) = (path(&TRAIN)?, path(&TEST), path(&VALIDATION));
        if !are_parts {
            return None;
        }
        let unused = test.as_ref().and(validation.clone());
        Some(SetParts { train, test: test.or(validation)?, unused })
    }

    /// What is said where these folders are taken for classes; `kind` is the source that names them.
    pub fn taken_for_classes(&self, kind: &str) -> String {
        let SetParts { train, test, .. } = self;
        format!(
            "the classes are called as the parts of a set are; {kind}(folder: {train:?}, test_folder: {test:?}) takes the folders in these \
             for classes"
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
            SetParts::of("pics", &names).map(|parts| (parts.train, parts.test, parts.unused))
        };
        let path = |name: &str| format!("pics/{name}");
        assert_eq!(parts(&["test", "train"]), Some((path("train"), path("test"), None)));
        let three = parts(&["Test", "Train", "Val"]);
        assert_eq!(three, Some((path("Train"), path("Test"), Some(path("Val")))));
        assert_eq!(parts(&["train", "valid"]), Some((path("train"), path("valid"), None)));
        for names in [&["cat", "dog"][..], &["train", "test", "plane"], &["test", "val"], &["train"]] {
            assert_eq!(parts(names), None, "{names:?}");
        }
    }
}
