//! The column whose name says that it is to be predicted.

use super::seen::Seen;
use crate::data::table::{Column, Look, is_called_amount, look};

/// What columns are called that are to be predicted and nothing else, the likelier ones first; in lower case, without what stands
/// between letters and digits.
const SURE: &[&str] = &[
    "label",
    "labels",
    "target",
    "targets",
    "classlabel",
    "targetclass",
    "targetlabel",
    "targetvariable",
    "groundtruth",
    "ytrue",
    "survived",
    "outcome",
    "diagnosis",
    "churn",
    "churned",
    "exited",
    "attrition",
    "isfraud",
    "iscanceled",
    "heartdisease",
    "readmitted",
    "saleprice",
    "medianhousevalue",
    "dx",
];
/// What they are called that may be inputs as well: not where the last column is an amount, such as a price.
const LIKELY: &[&str] = &["y", "class", "classes", "species"];

/// The place of the column whose name says that it is to be predicted, where its cells can be; `None`: no name says it.
pub fn named_label(seen: &Seen) -> Option<usize> {
    let Seen { names, profile, .. } = seen;
    let plain: Vec<String> = names.iter().map(|name| plain(name)).collect();
    let can_be = |place: usize| can_be(&names[place], &profile.columns[place], profile.rows);
    let is_point = || plain.len() > 2 && plain.iter().any(|name| name == "x");
    let ends_in_amount = || names.last().is_some_and(|last| is_called_amount(last));
    place_called(seen, SURE, can_be).or_else(|| {
        // Between others `y` is a place, or one of many letters.
        let is_at_an_end = |place: usize| place == 0 || place + 1 == names.len();
        let may_be = |place: usize| plain[place] != "y" || is_at_an_end(place) && !is_point();
        place_called(seen, LIKELY, |place| may_be(place) && can_be(place)).filter(|_| !ends_in_amount())
    })
}

/// The place of the column that has the first of these names, in lower case without what stands between letters, and that `can_be` takes.
pub(super) fn place_called(seen: &Seen, words: &[&str], can_be: impl Fn(usize) -> bool) -> Option<usize> {
    let plain: Vec<String> = seen.names.iter().map(|name| plain(name)).collect();
    let place_of = |word: &&str| {
        let mut places = (0..plain.len()).filter(|&place| plain[place] == **word);
        // Of several columns of one name, none is meant.
        places.next().filter(|_| places.next().is_none())
    };
    words.iter().filter_map(place_of).find(|&place| can_be(place))
}

/// The name of that column where it is not the last one, which is the label without being called so.
pub fn named_before_last(seen: &Seen) -> Option<String> {
    let place = named_label(seen).filter(|place| place + 1 < seen.names.len())?;
    Some(seen.names[place].clone())
}

/// A name in lower case, without what stands between letters and digits.
fn plain(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a column of so many rows has something to predict: it differs, and does not name or number the rows.
fn can_be(name: &str, column: &Column, rows: u64) -> bool {
    let differs = column.words.are_many || column.different() > 1;
    let is_read =
        matches!(look(name, column, (rows, 1), false), Look::Number | Look::Boolean | Look::Category);
    differs && is_read && !(column.counts_rows() && column.missing == 0)
}

#[cfg(test)]
mod tests {
    use super::super::limits::Limits;
    use super::super::seen::seen;
    use super::*;

    /// The label of a table with these names, whose cells are as many different ones as these numbers say.
    fn of(columns: &[(&str, usize)]) -> Option<&'static str> {
        let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let cell = |row: usize, &(_, different): &(&str, usize)| format!("{}.5", (row * 7) % different);
        let row = |row: usize| columns.iter().map(|column| cell(row, column)).collect::<Vec<_>>().join(",");
        let rows: Vec<String> = (0..40).map(row).collect();
        std::fs::write(file.path(), format!("{}\n{}\n", names.join(","), rows.join("\n"))).unwrap();
        let seen = seen(file.path(), &Limits::of_machine()).unwrap();
        named_label(&seen).map(|place| Box::leak(seen.names[place].clone().into_boxed_str()) as &str)
    }

    #[test]
    fn a_column_that_is_called_a_label_is_one() {
        assert_eq!(of(&[("label", 2), ("a", 5)]), Some("label"));
        assert_eq!(of(&[("id", 40), ("diagnosis", 2), ("radius", 9)]), Some("diagnosis"));
        assert_eq!(
            of(&[("PassengerId", 40), ("Survived", 2), ("Pclass", 3), ("Embarked", 3)]),
            Some("Survived")
        );
        assert_eq!(of(&[("survived", 2), ("pclass", 3), ("class", 3), ("alone", 2)]), Some("survived"));
        assert_eq!(of(&[("Target Class", 2), ("b", 5)]), Some("Target Class"));
        assert_eq!(of(&[("class", 3), ("Alcohol", 9)]), Some("class"));
        assert_eq!(of(&[("y", 2), ("a", 5), ("b", 5)]), Some("y"));
        assert_eq!(of(&[("x", 9), ("y", 9)]), Some("y"));
    }

    #[test]
    fn a_column_that_may_be_an_input_or_has_nothing_to_predict_is_none() {
        // Points on a map, diamonds, flights, mtcars.
        assert_eq!(of(&[("x", 9), ("y", 9), ("zinc", 9)]), None);
        assert_eq!(of(&[("class", 2), ("duration", 9), ("price", 9)]), None);
        assert_eq!(of(&[("label", 1), ("a", 5), ("b", 2)]), None);
        assert_eq!(of(&[("mpg", 9), ("cyl", 3), ("carb", 6)]), None);
        assert_eq!(of(&[("a", 9), ("y", 3), ("v", 6)]), None);
        assert_eq!(of(&[("label", 2), ("label", 2), ("b", 2)]), None);
    }
}
