//! In which order runs are listed.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::run::Overview;
use crate::run::watch::Row;

/// By what the list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortBy {
    /// The newest first.
    #[default]
    Started,
    /// The name of the preset.
    Preset,
    /// How it stands.
    Status,
    /// The most steps first.
    Steps,
    /// The smallest loss first.
    Loss,
    /// The largest accuracy first.
    Accuracy,
    /// The largest on disk first.
    Size,
}

impl SortBy {
    const ALL: [SortBy; 7] = [
        SortBy::Started,
        SortBy::Preset,
        SortBy::Status,
        SortBy::Steps,
        SortBy::Loss,
        SortBy::Accuracy,
        SortBy::Size,
    ];

    /// The one that the key chooses next.
    pub fn next(self) -> Self {
        let place = Self::ALL.iter().position(|by| *by == self).unwrap_or(0);
        Self::ALL[(place + 1) % Self::ALL.len()]
    }

    /// In words, of runs of event files.
    pub fn in_words_of_watched(self) -> &'static str {
        match self {
            SortBy::Started => "the newest value first",
            SortBy::Preset => "by name",
            SortBy::Status => "by hyperparameters",
            SortBy::Steps => "the most steps first",
            SortBy::Loss => "the smallest value first",
            SortBy::Accuracy => "the largest value first",
            SortBy::Size => "the largest on disk first",
        }
    }

    /// In words.
    pub fn in_words(self) -> &'static str {
        match self {
            SortBy::Started => "the newest first",
            SortBy::Preset => "by preset",
            SortBy::Status => "by status",
            SortBy::Steps => "the most steps first",
            SortBy::Loss => "the smallest loss first",
            SortBy::Accuracy => "the largest accuracy first",
            SortBy::Size => "the largest on disk first",
        }
    }

    /// The order of two runs of event files; those without a value come last, and what is equal goes by name.
    pub(super) fn compare_watched(self, a: &Row, b: &Row) -> Ordering {
        let value = |row: &Row, missing: f64| row.value.filter(|value| !value.is_nan()).unwrap_or(missing);
        let time = |row: &Row| row.time.unwrap_or(f64::MIN);
        let first = match self {
            SortBy::Started => time(b).total_cmp(&time(a)),
            SortBy::Preset => Ordering::Equal,
            SortBy::Status => {
                a.hparams.is_empty().cmp(&b.hparams.is_empty()).then_with(|| natural(&a.hparams, &b.hparams))
            }
            SortBy::Steps => b.step.cmp(&a.step),
            SortBy::Loss => value(a, f64::INFINITY).total_cmp(&value(b, f64::INFINITY)),
            SortBy::Accuracy => value(b, f64::NEG_INFINITY).total_cmp(&value(a, f64::NEG_INFINITY)),
            SortBy::Size => b.bytes.cmp(&a.bytes),
        };
        first.then_with(|| natural(&a.name, &b.name))
    }

    /// The order of two runs; those without a value come last, whatever the order of the others.
    pub(super) fn compare(self, a: &Overview, b: &Overview) -> Ordering {
        let value = |figure: &str, run: &Overview| run.newest(figure).map(|(_, value)| value);
        let rising = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        let falling = |a: Option<f64>, b: Option<f64>| rising(a.map(|a| -a), b.map(|b| -b));
        let preset = |run: &Overview| run.manifest.as_ref().ok().map(|manifest| manifest.preset.name.clone());
        match self {
            SortBy::Started => Ordering::Equal,
            SortBy::Preset => preset(a).cmp(&preset(b)),
            SortBy::Status => a.standing().word().cmp(b.standing().word()),
            SortBy::Steps => b.steps().cmp(&a.steps()),
            SortBy::Loss => rising(value("loss", a), value("loss", b)),
            SortBy::Accuracy => falling(value("accuracy", a), value("accuracy", b)),
            SortBy::Size => b.disk_bytes.cmp(&a.disk_bytes),
        }
    }
}

/// The value of a setting, in the order in which a list shows it: numbers by their size, then words, then runs without it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Setting {
    Number(f64),
    Word(String),
    None,
}

impl Setting {
    pub(super) fn new(value: Option<String>) -> Self {
        match value {
            Some(value) => value.parse().map_or(Setting::Word(value), Setting::Number),
            None => Setting::None,
        }
    }
}

impl Eq for Setting {}

impl PartialOrd for Setting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Setting {
    fn cmp(&self, other: &Self) -> Ordering {
        let kind = |setting: &Setting| match setting {
            Setting::Number(_) => 0,
            Setting::Word(_) => 1,
            Setting::None => 2,
        };
        match (self, other) {
            (Setting::Number(a), Setting::Number(b)) => a.total_cmp(b),
            (Setting::Word(a), Setting::Word(b)) => natural(a, b),
            (a, b) => kind(a).cmp(&kind(b)),
        }
    }
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
        Row { value, ..Row::unread(name.into(), std::path::Path::new("/").into()) }
    }

    fn names(mut rows: Vec<Row>, by: SortBy) -> Vec<String> {
        rows.sort_by(|a, b| by.compare_watched(a, b));
        rows.iter().map(|row| row.name.to_string()).collect()
    }

    #[test]
    fn numbers_in_names_are_sorted_by_their_size() {
        let rows = ["run10", "run2", "run", "run02b", "a/9", "a/10"].map(|name| row(name, None));
        assert_eq!(names(rows.into(), SortBy::Preset), ["a/9", "a/10", "run", "run2", "run02b", "run10"]);
    }

    #[test]
    fn settings_are_sorted_as_numbers_where_they_are() {
        let mut values = [Some("adam"), Some("0.1"), None, Some("1e-3"), Some("10")]
            .map(|value| Setting::new(value.map(str::to_owned)));
        values.sort_unstable();
        let numbers = [0.001, 0.1, 10.0].map(Setting::Number);
        assert_eq!(values[..3], numbers);
        assert_eq!(values[3..], [Setting::Word("adam".into()), Setting::None]);
    }

    #[test]
    fn runs_without_a_value_come_last() {
        let rows = || {
            [("a", None), ("b", Some(2.0)), ("c", Some(f64::NAN)), ("d", Some(1.0))]
                .map(|(name, value)| row(name, value))
                .to_vec()
        };
        assert_eq!(names(rows(), SortBy::Loss), ["d", "b", "a", "c"]);
        assert_eq!(names(rows(), SortBy::Accuracy), ["b", "d", "a", "c"]);
    }
}
