//! Which arrays of a NumPy archive are samples, which are their targets, and which are of a validation or test set, by the names
//! that people give them: `x` and `y`, `x_train` and `y_test` as Keras has them, `train_images` and `val_labels` as MedMNIST.

use crate::preset::Npz;

/// Names by which people save samples and their targets. The first pair of which an archive has both counts.
const PAIRS: [(&str, &str); 7] = [
    ("x", "y"),
    ("inputs", "targets"),
    ("data", "target"),
    ("data", "targets"),
    ("features", "labels"),
    ("images", "labels"),
    ("data", "labels"),
];

/// What the parts of a set are called in such names, in front or at the end.
const TRAINING: [&str; 2] = ["train", "training"];
const VALIDATION: [&str; 5] = ["val", "valid", "validation", "dev", "eval"];
const TEST: [&str; 2] = ["test", "testing"];

/// The names of an array of samples and of that of their targets.
pub type Pair = (String, String);

/// The arrays of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Those to train on.
    pub train: Pair,
    /// Those of the validation set, where there are such.
    pub validation: Option<Pair>,
    /// Those of the test set, where there are such.
    pub test: Option<Pair>,
}

impl Named {
    /// The arrays of a set among those with these names; `None` where no two are samples and targets to train on.
    pub fn among(names: &[String]) -> Option<Self> {
        let train = pair(names, &TRAINING).or_else(|| pair(names, &[""]))?;
        Some(Named { train, validation: pair(names, &VALIDATION), test: test_pair(names) })
    }

    /// The source that reads these arrays of an archive.
    pub fn source(&self, file: String) -> Npz {
        let Named { train: (inputs, targets), validation, test } = self.clone();
        let (validation_inputs, validation_targets) = validation.unzip();
        let (test_inputs, test_targets) = test.unzip();
        let whole = Npz { inputs, targets, ..Npz::of(file) };
        Npz { validation_inputs, validation_targets, test_inputs, test_targets, ..whole }
    }

    /// Which arrays are taken for what: a sentence.
    pub fn in_words(&self) -> String {
        let part = |what: &str, pair: &Option<Pair>| {
            let said = |(inputs, targets): &Pair| format!(", {inputs} and {targets} the {what} set");
            pair.as_ref().map(said).unwrap_or_default()
        };
        let (inputs, targets) = &self.train;
        format!(
            "{inputs} and {targets} are samples and their targets{}{}, as their names say",
            part("validation", &self.validation),
            part("test", &self.test)
        )
    }

    /// Whether an array is one of them.
    pub fn has(&self, name: &str) -> bool {
        let all = std::iter::once(&self.train).chain(&self.validation).chain(&self.test);
        all.flat_map(|(inputs, targets)| [inputs, targets]).any(|known| known == name)
    }
}

/// The arrays of a test set among those with these names.
pub fn test_pair(names: &[String]) -> Option<Pair> {
    pair(names, &TEST)
}

/// Samples and targets of a part that is called so.
fn pair(names: &[String], parts: &[&str]) -> Option<Pair> {
    let parts = || parts.iter();
    PAIRS.iter().find_map(|(inputs, targets)| {
        parts().find_map(|part| Some((named(names, inputs, part)?, named(names, targets, part)?)))
    })
}

/// The array that is called so, whatever the case of its letters and what stands between the words: `x_train`, `trainX`.
fn named(names: &[String], what: &str, part: &str) -> Option<String> {
    let wanted = [format!("{what}{part}"), format!("{part}{what}")];
    let bare = |name: &str| -> String {
        name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    names.iter().find(|name| wanted.contains(&bare(name))).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_known_by_the_names_that_people_give_them() {
        let found = |names: &str| {
            let names: Vec<String> = names.split(' ').map(str::to_string).collect();
            Named::among(&names).map(|named| {
                let shown = |pair: Option<Pair>| pair.map_or("-".into(), |(x, y)| format!("{x} {y}"));
                let Named { train, validation, test } = named;
                [shown(Some(train)), shown(validation), shown(test)].join(", ")
            })
        };
        for (names, wanted) in [
            ("y_test x_train x_test y_train", "x_train y_train, -, x_test y_test"),
            (
                "train_images val_images test_images train_labels val_labels test_labels",
                "train_images train_labels, val_images val_labels, test_images test_labels",
            ),
            ("X_train y_train X_valid y_valid", "X_train y_train, X_valid y_valid, -"),
            ("trainX trainY testX testY", "trainX trainY, -, testX testY"),
            ("x y", "x y, -, -"),
            ("x y x_test y_test", "x y, -, x_test y_test"),
            // A test set without its targets is none.
            ("x_train y_train x_test", "x_train y_train, -, -"),
            ("data target", "data target, -, -"),
        ] {
            assert_eq!(found(names).as_deref(), Some(wanted));
        }
        assert_eq!(found("x_test y_test"), None);
        assert_eq!(found("arr_0 arr_1"), None);
    }
}
