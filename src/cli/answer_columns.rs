//! A network's answers as columns of a table: the same for `eval --predictions` and `predict --output`.

/// The columns of what is predicted: of classes `prediction`, and each class's number; of one value `prediction`; of several values
/// `prediction NAME` for each.
pub(super) fn predicted(tells_classes: bool, names: &[String]) -> Vec<String> {
    let mut head = of_values("prediction", tells_classes, names);
    if tells_classes {
        head.extend(names.iter().cloned());
    }
    head
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
    class.into_iter().chain(row.iter().map(ToString::to_string)).collect()
}
