//! Which runs are in the table, and in which order.

use std::cmp::Ordering;

use crate::run::watch::{Row, RunId};

/// What the table is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The name, numbers in it by their size.
    #[default]
    Name,
    /// The newest value first.
    Newest,
    /// The smallest value first.
    Smallest,
    /// The largest value first.
    Largest,
    /// The most steps first.
    Steps,
}

impl Sort {
    /// The next order, wrapping around.
    pub fn next(self) -> Sort {
        match self {
            Sort::Name => Sort::Newest,
            Sort::Newest => Sort::Smallest,
            Sort::Smallest => Sort::Largest,
            Sort::Largest => Sort::Steps,
            Sort::Steps => Sort::Name,
        }
    }

    /// The words in the frame of the table.
    pub fn title(self) -> &'static str {
        match self {
            Sort::Name => "by name",
            Sort::Newest => "newest first",
            Sort::Smallest => "smallest value first",
            Sort::Largest => "largest value first",
            Sort::Steps => "most steps first",
        }
    }
}

/// The runs whose name or hyperparameters contain every word of `filter`, whatever the case, in order.
pub fn order(rows: &[Row], filter: &str, sort: Sort) -> Vec<RunId> {
    let words: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
    let holds = |row: &Row| {
        words.is_empty() || {
            let text = format!("{} {}", row.name, row.hparams).to_lowercase();
            words.iter().all(|word| text.contains(word))
        }
    };
    let mut runs: Vec<RunId> = (0..).zip(rows).filter(|(_, row)| holds(row)).map(|(id, _)| id).collect();
    let row = |id: &RunId| &rows[*id as usize];
    let by_name = |a: &RunId, b: &RunId| natural(&row(a).name, &row(b).name);
    // A run without a value comes last in either direction.
    let value = |id: &RunId, missing: f64| row(id).value.filter(|value| !value.is_nan()).unwrap_or(missing);
    runs.sort_by(|a, b| {
        let first = match sort {
            Sort::Name => Ordering::Equal,
            Sort::Newest => row(b).time.unwrap_or(f64::MIN).total_cmp(&row(a).time.unwrap_or(f64::MIN)),
            Sort::Smallest => value(a, f64::INFINITY).total_cmp(&value(b, f64::INFINITY)),
            Sort::Largest => value(b, f64::NEG_INFINITY).total_cmp(&value(a, f64::NEG_INFINITY)),
            Sort::Steps => row(b).step.cmp(&row(a).step),
        };
        first.then_with(|| by_name(a, b))
    });
    runs
}

/// Names as a person sorts them: `run2` before `run10`.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    loop {
        match (digits(a), digits(b)) {
            (0, _) | (_, 0) => match (a.split_first(), b.split_first()) {
                (Some((x, rest_a)), Some((y, rest_b))) => {
                    if x != y {
                        return x.cmp(y);
                    }
                    (a, b) = (rest_a, rest_b);
                }
                (x, y) => return x.is_some().cmp(&y.is_some()),
            },
            (m, n) => {
                let ((x, rest_a), (y, rest_b)) = (a.split_at(m), b.split_at(n));
                let strip = |number: &[u8]| number.iter().take_while(|byte| **byte == b'0').count();
                let (x, y) = (&x[strip(x)..], &y[strip(y)..]);
                let compared = x.len().cmp(&y.len()).then_with(|| x.cmp(y));
                if compared != Ordering::Equal {
                    return compared;
                }
                (a, b) = (rest_a, rest_b);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, value: Option<f64>) -> Row {
        Row {
            name: name.into(),
            step: None,
            time: None,
            value,
            hparams: "lr=0.1".into(),
            bytes: 0,
            damaged: 0,
            is_read: true,
        }
    }

    #[test]
    fn numbers_in_names_are_sorted_by_their_size() {
        let rows = ["run10", "run2", "run", "run02b", "a/9", "a/10"].map(|name| row(name, None));
        let names: Vec<&str> =
            order(&rows, "", Sort::Name).into_iter().map(|id| &*rows[id as usize].name).collect();
        assert_eq!(names, ["a/9", "a/10", "run", "run2", "run02b", "run10"]);
    }

    #[test]
    fn every_word_must_be_in_name_or_hyperparameters() {
        let rows = ["Alpha 1", "beta", "alpha 2"].map(|name| row(name, None));
        assert_eq!(order(&rows, "ALPHA lr=0.1", Sort::Name), [0, 2]);
        assert!(order(&rows, "alpha lr=0.2", Sort::Name).is_empty());
    }

    #[test]
    fn runs_without_a_value_come_last() {
        let rows = [("a", None), ("b", Some(2.0)), ("c", Some(f64::NAN)), ("d", Some(1.0))];
        let rows = rows.map(|(name, value)| row(name, value));
        assert_eq!(order(&rows, "", Sort::Smallest), [3, 1, 0, 2]);
        assert_eq!(order(&rows, "", Sort::Largest), [1, 3, 0, 2]);
    }
}
