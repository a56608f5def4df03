//! A network's answers as columns of a table: the same for `eval --predictions` and `predict --output`.

use super::text::tidy;

/// The columns of what is predicted: of classes `prediction`, and each class's number; of one value `prediction`; of several values
/// `prediction NAME` for each.
pub(super) fn predicted(tells_classes: bool, names: &[String]) -> Vec<String> {
    let mut head = of_values("prediction", tells_classes, names);
    if tells_classes {
        let column = |name: &String| match is_taken(name) {
            true => format!("class {name}"),
            false => name.clone(),
        };
        head.extend(names.iter().map(column));
    }
    head
}

/// Whether a class is called as another column of these tables is, in any case of its letters: its own column then says `class`
/// before its name, so that no table has two columns of one name.
fn is_taken(class: &str) -> bool {
    ["file", "row", "sample", "truth", "prediction", "error"]
        .iter()
        .any(|column| column.eq_ignore_ascii_case(class))
}

/// The columns of what is true.
pub(super) fn truth(tells_classes: bool, names: &[String]) -> Vec<String> {
    of_values("truth", tells_classes, names)
}

fn of_values(what: &str, tells_classes: bool, names: &[String]) -> Vec<String> {
    match names {
        names if tells_classes || names.len() == 1 => vec![what.to_string()],
        names => names.iter().map(|name| format!("{what} {name}")).collect(),
    }
}

/// The cells below [`predicted`], of a row with a number for each name.
pub(super) fn cells(class: Option<usize>, names: &[String], row: &[f64]) -> Vec<String> {
    let class = class.map(|class| names.get(class).cloned().unwrap_or_default());
    class.into_iter().chain(row.iter().map(|&number| tidy(number).to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_class_has_the_column_of_something_else() {
        let names = ["truth", "Prediction", "cat", "row"].map(String::from);
        let head: Vec<String> = truth(true, &names).into_iter().chain(predicted(true, &names)).collect();
        assert_eq!(head, ["truth", "prediction", "class truth", "class Prediction", "cat", "class row"]);
    }
}
