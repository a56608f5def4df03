//! What numbers of a column may stand for, by their looks: a missing value, a date, a version. It is told, and they stay numbers.

use std::collections::HashMap;

use super::columns;
use crate::preset::{DateFormat, counted_with};

/// Numbers by which programs and archives say that a value is missing.
const SENTINELS: [f64; 10] =
    [-99.0, -999.0, -9999.0, -99999.0, -999.9, -9999.9, 999.0, 9999.0, 99999.0, 999_999.0];
/// None of them is nearer to 0.
const LEAST_SENTINEL: f64 = 99.0;
/// Forms of dates in digits alone.
const FORMS: [&str; 5] = ["%d%m%Y", "%m%d%Y", "%Y%m%d%H%M%S", "%Y%m%d%H%M", "%Y%m"];
/// Seconds and milliseconds since 1970, from 2001 to 2038.
const UNIX: [(f64, f64, &str); 2] = [(1e9, 2.15e9, "seconds"), (1e12, 2.15e12, "milliseconds")];
/// Numbers from which it is no chance that all are dates.
const FEWEST: u64 = 3;

/// What the numbers of a column may stand for.
#[derive(Clone, Debug)]
pub struct Suspects {
    count: u64,
    /// How often each of the sentinels occurs.
    sentinels: [u64; SENTINELS.len()],
    /// The least and the greatest of the other numbers, and how many there are.
    others: (f64, f64, u64),
    forms: [bool; FORMS.len()],
    unix: [bool; UNIX.len()],
    first: Option<Box<str>>,
    varies: bool,
}

impl Default for Suspects {
    fn default() -> Self {
        Suspects {
            count: 0,
            sentinels: Default::default(),
            others: (f64::INFINITY, f64::NEG_INFINITY, 0),
            forms: [true; FORMS.len()],
            unix: [true; UNIX.len()],
            first: None,
            varies: false,
        }
    }
}

impl Suspects {
    /// Looks at a number and the cell that has it.
    pub fn add(&mut self, cell: &str, number: f64) {
        self.count += 1;
        let place = match number.abs() < LEAST_SENTINEL {
            true => None,
            false => SENTINELS.iter().position(|&sentinel| sentinel == number),
        };
        match place {
            Some(place) => self.sentinels[place] += 1,
            None => {
                let (least, greatest, count) = self.others;
                self.others = (least.min(number), greatest.max(number), count + 1);
            }
        }
        if self.forms.contains(&true) || self.unix.contains(&true) {
            self.add_date(cell, number);
        }
    }

    fn add_date(&mut self, cell: &str, number: f64) {
        self.varies |= **self.first.get_or_insert_with(|| cell.into()) != *cell;
        let digits = if cell.bytes().all(|byte| byte.is_ascii_digit()) { cell.len() } else { 0 };
        for (form, is) in FORMS.iter().zip(&mut self.forms).filter(|(_, is)| **is) {
            let length = match *form {
                "%Y%m" => 6,
                "%Y%m%d%H%M" => 12,
                "%Y%m%d%H%M%S" => 14,
                _ => 8,
            };
            let year = |from: usize| cell.get(from..from + 4).and_then(|year| year.parse().ok()).unwrap_or(0);
            let year: u32 = if form.starts_with("%Y") { year(0) } else { year(4) };
            *is = digits == length
                && (1900..2100).contains(&year)
                && DateFormat::of(form).is_ok_and(|form| form.parse(cell).is_some());
        }
        for ((least, greatest, _), is) in UNIX.iter().zip(&mut self.unix) {
            *is &= (*least..*greatest).contains(&number) && number.fract() == 0.0;
        }
    }

    /// The numbers that say that a value is missing, it seems, and how often each occurs. They lie by themselves: far from all others,
    /// or below 0 where no other is.
    fn sentinels(&self) -> Vec<(f64, u64)> {
        let (least, greatest, count) = self.others;
        let is_one = |(sentinel, times): &(f64, u64)| {
            let range = greatest - least;
            let is_far = *sentinel < least - 2.0 * range || *sentinel > greatest + 2.0 * range;
            *times > 0
                && range > 0.0
                && (is_far && *times > 1 || *sentinel <= -999.0 && (least >= 0.0 || is_far))
        };
        let all = SENTINELS.into_iter().zip(self.sentinels).filter(is_one);
        if count > 1 { all.collect() } else { Vec::new() }
    }

    /// What is said of the numbers that may say that a value is missing; `shown` is what messages call the column, which `is_label` or an
    /// input.
    pub fn missing_in_words(&self, shown: &str, is_label: bool) -> Option<String> {
        let sentinels = self.sentinels();
        let cells: u64 = sentinels.iter().map(|(_, times)| times).sum();
        let named = |open: &str| {
            let all: Vec<String> =
                sentinels.iter().map(|(sentinel, _)| format!("{open}{sentinel}{open}")).collect();
            all.join(", ")
        };
        (!sentinels.is_empty()).then(|| {
            format!(
                "{shown}: {} {}, far from all others, which may stand for a missing value and is read as a number: {}",
                counted_with(cells, "row", ("has", "have")),
                named(""),
                match is_label {
                    true => "where it does, leave these rows out, for there is nothing to learn from them".to_string(),
                    false => format!("missing_words: [{}] in a preset takes it for missing", named("\"")),
                }
            )
        })
    }

    /// What is said of numbers that may be dates; `shown` is what messages call the column, `name` what a preset calls it.
    pub fn dates_in_words(&self, shown: &str, name: &str) -> Option<String> {
        if self.count < FEWEST || !self.varies {
            return None;
        }
        let first = self.first.as_deref().unwrap_or_default();
        let forms =
            FORMS.iter().zip(self.forms).filter(|(_, is)| *is).map(|(form, _)| format!("format: {form:?}"));
        let unix =
            UNIX.iter().zip(self.unix).filter(|(_, is)| *is).map(|((.., unit), _)| format!("unix: {unit}"));
        let all: Vec<String> =
            forms.chain(unix).map(|form| columns::as_kind(name, format!("date({form})"))).collect();
        let (what, how) = match all.len() {
            0 => return None,
            1 => ("dates", "reads them so"),
            _ => ("dates in one of several forms", "read them so"),
        };
        Some(format!(
            "{shown} has numbers that may be {what}, such as {first}, and is read as a number: {} {how}",
            all.join(" or ")
        ))
    }
}

/// What is said of numbers that are the same and are written with more and with fewer digits, as versions are; `words` are the
/// different cells of the column.
pub fn versions_in_words<'a>(
    shown: &str,
    name: &str,
    words: impl Iterator<Item = &'a str>,
) -> Option<String> {
    let is_short =
        |word: &&str| word.split_once('.').is_some_and(|(whole, rest)| !whole.is_empty() && rest.len() < 4);
    let mut known: HashMap<&str, &str> = HashMap::new();
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for word in words.filter(is_short) {
        let bare = word.trim_end_matches('0');
        // `2.0` is how a program writes 2.
        if bare.ends_with('.') {
            continue;
        }
        if let Some(other) = known.insert(bare, word).filter(|other| *other != word) {
            pairs.push(if other.len() < word.len() { (other, word) } else { (word, other) });
        }
    }
    let (short, long) = pairs.into_iter().min()?;
    Some(format!(
        "{shown} has {short} and {long}, which are one number: {} tells them apart, as versions are",
        columns::as_kind(name, "category")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(cells: &[&str]) -> Suspects {
        let mut seen = Suspects::default();
        cells.iter().for_each(|cell| seen.add(cell, cell.parse().unwrap()));
        seen
    }

    #[test]
    fn numbers_that_lie_by_themselves_may_stand_for_missing_values() {
        let said = |cells: &[&str]| seen(cells).missing_in_words("'t'", false);
        let sentence = said(&["1.5", "-999", "2.5", "-999.0"]).unwrap();
        assert!(sentence.starts_with("'t': 2 rows have -999, far from all others"), "{sentence}");
        assert!(sentence.contains("missing_words: [\"-999\"]"), "{sentence}");
        for cells in [&["0.5", "3000", "-9999"][..], &["20", "35", "999", "999"], &["-5", "4", "-99", "-99"]]
        {
            assert!(said(cells).is_some(), "{cells:?}");
        }
        for cells in [
            &["900", "999", "999", "1100"][..],
            &["-2000", "-999", "500"],
            &["1", "2", "999"],
            &["-999", "-999"],
            &["0", "1", "2"],
            &["-100", "-99", "-98", "-99"],
        ] {
            assert_eq!(said(cells), None, "{cells:?}");
        }
    }

    /// The right forms are those with which Python's `strftime` wrote the cells.
    #[test]
    fn numbers_may_be_dates() {
        let said = |cells: &[&str]| seen(cells).dates_in_words("'t'", "t");
        for (cells, form) in [
            (["25122021", "03072021", "14022022"], "date(format: \"%d%m%Y\")"),
            (["12252021", "07032021", "02142022"], "date(format: \"%m%d%Y\")"),
            (["20210502213438", "20210601000000", "20211231235959"], "date(format: \"%Y%m%d%H%M%S\")"),
            (["202105021834", "202106010000", "202112312359"], "date(format: \"%Y%m%d%H%M\")"),
            (["202105", "202106", "202112"], "date(format: \"%Y%m\")"),
            (["1620000000", "1620086400", "1700000001"], "date(unix: seconds)"),
            (["1620000000000", "1620086400123", "1700000001000"], "date(unix: milliseconds)"),
        ] {
            let sentence = said(&cells).unwrap_or_default();
            assert!(
                sentence.contains(&format!("columns: {{\"t\": {form}}} reads them so")),
                "{cells:?}: {sentence}"
            );
        }
        assert!(said(&["01022021", "03042021", "05062021"]).unwrap().contains("one of several forms"));
        for cells in [
            &["25122021", "3072021", "14022022"][..],
            &["202113", "202105", "202106"],
            &["1620000000", "5", "7"],
            &["202105", "202105", "202105"],
            &["100000", "150000", "200000"],
        ] {
            assert_eq!(said(cells), None, "{cells:?}");
        }
    }

    #[test]
    fn numbers_with_and_without_a_zero_behind_them_may_be_versions() {
        let said = |cells: &[&str]| versions_in_words("'v'", "v", cells.iter().copied());
        let sentence = said(&["1.1", "1.2", "1.10", "2.0"]).unwrap();
        assert!(sentence.starts_with("'v' has 1.1 and 1.10, which are one number"), "{sentence}");
        for cells in [&["1.10", "1.20", "2.00"][..], &["2", "2.0"], &["1.5", "2.0"], &["0.5", "10.5"]] {
            assert_eq!(said(cells), None, "{cells:?}");
        }
    }
}
