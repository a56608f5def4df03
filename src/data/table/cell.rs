//! What a single cell of a table says.

use super::durations;
pub use crate::preset::Numbers;
use crate::preset::{CellForm, code};

/// The cell at a place of a row, without the blanks around it; empty where there is none.
pub fn at(row: &csv::StringRecord, place: usize) -> &str {
    trimmed(row.get(place).unwrap_or_default())
}

/// A cell without the blanks around it. Nearly all have none, which their first and last bytes say.
pub fn trimmed(cell: &str) -> &str {
    match cell.as_bytes() {
        [b'!'..=b'~', .., b'!'..=b'~'] => cell,
        _ => cell.trim(),
    }
}

/// Whether a cell begins as numbers do, and words do not.
pub fn begins_as_number(cell: &str) -> bool {
    cell.bytes().next().is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
}

/// What a cell says, read as a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    /// A number; it may be infinite.
    Number(f64),
    /// That a number is not known.
    Missing,
    /// Something else.
    Word,
}

impl Numbers {
    /// Reads a cell.
    pub fn read(self, cell: &str) -> Cell {
        match self.parse(cell) {
            Some(number) => Cell::Number(number),
            None if is_missing(cell) => Cell::Missing,
            None => Cell::Word,
        }
    }

    /// The same of a column whose cells are written in this form.
    pub fn read_as(self, cell: &str, form: Option<&CellForm>) -> Cell {
        match self.parse_as(cell, form) {
            Some(number) => Cell::Number(number),
            None if is_missing(cell) => Cell::Missing,
            None => Cell::Word,
        }
    }

    /// The number that a cell is in a column whose cells are written in this form.
    pub fn parse_as(self, cell: &str, form: Option<&CellForm>) -> Option<f64> {
        match form {
            None => self.parse(cell),
            Some(CellForm::Unit(unit)) => self.parse_with(cell, unit),
            Some(CellForm::Duration) => self.parse(cell).or_else(|| durations::parse(cell)),
            // These are dates.
            Some(CellForm::Date(_) | CellForm::Unix(_)) => None,
        }
    }

    /// The number that a cell is.
    pub fn parse(self, cell: &str) -> Option<f64> {
        // The minus of typography, and the dash that word processors make of a minus.
        if let Some(rest) = cell.strip_prefix(['\u{2212}', '\u{2013}']) {
            return if rest.starts_with(['-', '+']) { None } else { self.parse(rest).map(|number| -number) };
        }
        let is_plain = self.decimal == '.' && self.thousands.is_none_or(|mark| !has_mark(cell, mark));
        let number: f64 = match is_plain {
            true => cell.parse().ok().or_else(|| in_fortran(cell))?,
            false => self.plain(cell)?.parse().ok()?,
        };
        (!number.is_nan()).then_some(number)
    }

    /// The word that a cell is as the name of a category: its [`code`].
    pub fn word(self, cell: &str) -> &str {
        code(cell, self.decimal)
    }

    /// The number as Rust writes it, where its digits are grouped as they should be.
    pub fn plain(self, cell: &str) -> Option<String> {
        let (whole, fraction) = match cell.split_once(self.decimal) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (cell, None),
        };
        let mark = self.thousands.filter(|&mark| has_mark(whole, mark));
        let mut plain = match mark {
            Some(mark) if is_grouped(whole, mark) => whole.replace(|letter| is_mark(letter, mark), ""),
            Some(_) => return None,
            None => whole.to_string(),
        };
        // The other sign of a fraction means nothing here.
        if plain.contains('.') || fraction.is_some_and(|fraction| fraction.contains('.')) {
            return None;
        }
        fraction.into_iter().for_each(|fraction| plain = format!("{plain}.{fraction}"));
        Some(plain)
    }
}

/// Blanks that group digits: the plain one, that which breaks no line, the narrow, the thin and that of a digit's width.
const BLANKS: [char; 5] = [' ', '\u{a0}', '\u{202f}', '\u{2009}', '\u{2007}'];
/// Apostrophes that group digits.
const APOSTROPHES: [char; 2] = ['\'', '\u{2019}'];

/// Whether a letter groups digits where `mark` does: any blank is as good as another.
fn is_mark(letter: char, mark: char) -> bool {
    let are_both = |kind: &[char]| kind.contains(&mark) && kind.contains(&letter);
    letter == mark || are_both(&BLANKS) || are_both(&APOSTROPHES)
}

fn has_mark(cell: &str, mark: char) -> bool {
    cell.chars().any(|letter| is_mark(letter, mark))
}

/// Whether a sign groups digits, and is neither a point nor a comma.
pub fn is_other_mark(letter: char) -> bool {
    BLANKS.contains(&letter) || APOSTROPHES.contains(&letter)
}

/// Whether digits stand in groups of three: `1,234,567`; with commas also as India writes them, the last three and pairs before them:
/// `12,34,567`.
pub fn is_grouped(whole: &str, mark: char) -> bool {
    let digits = whole.trim_start_matches(['+', '-', '\u{2212}', '\u{2013}']);
    let mut groups = digits.split(|letter| is_mark(letter, mark));
    let is_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    // A group of zero alone begins no large number.
    let is_first = (1..=3).contains(&first.len()) && is_digits(first) && first != "0";
    let is_usual = || groups.clone().all(|group| group.len() == 3 && is_digits(group));
    let is_indian = || {
        let mut from_last = groups.clone().rev();
        let last = from_last.next().is_some_and(|group| group.len() == 3 && is_digits(group));
        mark == ',' && last && first.len() < 3 && from_last.all(|group| group.len() == 2 && is_digits(group))
    };
    is_first && (is_usual() || is_indian())
}

/// Whether a cell that is no number is one where fractions begin with the other sign, or digits are grouped by any: `5.696,00`, `1'234`.
pub fn is_in_another_writing(cell: &str) -> bool {
    let forms = [(',', '.'), ('.', ','), (',', ' '), ('.', ' '), (',', '\''), ('.', '\'')];
    let parse = |(decimal, mark)| Numbers { decimal, thousands: Some(mark) }.parse(cell);
    // `inf` is the same in each.
    forms.into_iter().any(|form| parse(form).is_some_and(f64::is_finite))
}

/// The number that a cell is as Fortran writes double precision: a fraction and an exponent with its sign, `0.15D+04`.
fn in_fortran(cell: &str) -> Option<f64> {
    let (digits, exponent) = cell.split_once(['D', 'd'])?;
    let is_one = exponent.starts_with(['+', '-']) && digits.contains('.');
    is_one.then(|| format!("{digits}e{exponent}").parse().ok()).flatten()
}

/// Whether a cell stands for a number that is not known, as pandas, R, spreadsheets and archives write it.
pub fn is_missing(cell: &str) -> bool {
    const SPELLINGS: &[&str] = &[
        "?", "-", "\u{2013}", "\u{2014}", ".", "na", "n.a.", "n/a", "nan", "-nan", "+nan", "<na>", "#na",
        "#n/a", "#n/a n/a", "nat", "nil", "none", "null", "missing", "1.#ind", "-1.#ind", "1.#qnan",
        "-1.#qnan", "#div/0!", "#value!", "#ref!", "#num!", "#name?", "#null!",
    ];
    cell.is_empty() || cell.len() <= 8 && SPELLINGS.iter().any(|known| cell.eq_ignore_ascii_case(known))
}

/// What a word says that answers a question with yes or no.
pub fn boolean(cell: &str) -> Option<bool> {
    let is_one_of = |words: &[&str]| words.iter().any(|word| cell.eq_ignore_ascii_case(word));
    match cell.len() {
        1..=5 if is_one_of(&["true", "yes", "t", "y", "on"]) => Some(true),
        1..=5 if is_one_of(&["false", "no", "f", "n", "off"]) => Some(false),
        _ => None,
    }
}

/// The cell in quotes, cut where it is long.
pub fn shown(cell: &str) -> String {
    let start: String = cell.chars().take(40).collect();
    if start.len() < cell.len() { format!("'{start}…'") } else { format!("'{start}'") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn missing_numbers_have_many_spellings() {
        let plain = Numbers::default();
        for cell in [
            "", "nan", "NaN", "NAN", "<NA>", "#N/A", "NULL", "null", "None", "n/a", "NA", "?", "-", "-nan",
            "N/A", "missing", ".", "n.a.", "\u{2013}", "#DIV/0!", "#VALUE!",
        ] {
            assert_eq!(plain.read(cell), Cell::Missing, "{cell:?}");
        }
        for cell in ["0x1F", "1_000", "1d3", "1.5D3", "7D+1", "5%", "$5", "1,234", "naan", "--"] {
            assert_eq!(plain.read(cell), Cell::Word, "{cell:?}");
        }
        for (cell, number) in [
            ("+5", 5.0),
            ("\u{2212}5", -5.0),
            ("\u{2013}5.5", -5.5),
            (".5", 0.5),
            ("5.", 5.0),
            ("1E3", 1000.0),
            ("1e400", f64::INFINITY),
            // Fortran's `es12.3e2` and `d12.3`.
            ("1.500D+03", 1500.0),
            ("-0.25d-01", -0.025),
        ] {
            assert_eq!(plain.read(cell), Cell::Number(number), "{cell:?}");
        }
    }

    #[test]
    fn a_cell_is_trimmed_as_any_text() {
        for cell in ["", " ", "a", " a", "a ", "ab", "\u{a0}ab", "ab\u{2009}", "a b", "é a", "a é", "\tab\n"]
        {
            assert_eq!(trimmed(cell), cell.trim(), "{cell:?}");
        }
    }

    #[test]
    fn numbers_are_read_as_their_country_writes_them() {
        let german = Numbers { decimal: ',', thousands: Some('.') };
        let read = |numbers: Numbers, cell| numbers.parse(cell);
        assert_eq!(read(german, "1.234.567,5"), Some(1_234_567.5));
        assert_eq!((read(german, "-0,25"), read(german, "7")), (Some(-0.25), Some(7.0)));
        // A point that groups no digits is not taken for one that does.
        assert_eq!((read(german, "1.5"), read(german, "0.250"), read(german, "1,2.3")), (None, None, None));
        let english = Numbers { decimal: '.', thousands: Some(',') };
        assert_eq!((read(english, "12,345.75"), read(english, "1,23")), (Some(12_345.75), None));
        let french = Numbers { decimal: ',', thousands: Some('\u{202f}') };
        // Any blank groups digits where one does.
        for cell in ["12\u{202f}345,5", "12\u{a0}345,5", "12 345,5", "12\u{2009}345,5"] {
            assert_eq!(read(french, cell), Some(12_345.5), "{cell}");
        }
        let swiss = Numbers { decimal: '.', thousands: Some('\'') };
        assert_eq!((read(swiss, "1'234.5"), read(swiss, "1\u{2019}234.5")), (Some(1234.5), Some(1234.5)));
        for (cell, number) in
            [("12,34,567.5", 1_234_567.5), ("1,23,456", 123_456.0), ("1,00,00,000", 10_000_000.0)]
        {
            assert_eq!(read(english, cell), Some(number), "{cell}");
        }
        for cell in ["123,45,678", "1,234,56", "12,34,56", "1,2,345"] {
            assert_eq!(read(english, cell), None, "{cell}");
        }
    }

    #[test]
    fn numbers_of_another_country_are_told_from_words() {
        for cell in ["5.696,00", "3,5", "1,234.5", "1'234", "1 234,5", "-0,25"] {
            assert!(is_in_another_writing(cell), "{cell}");
        }
        for cell in ["13.01.2020", "1.2.3", "n.d.", "<5", "5 kg", "1-2", "1,2,3", ""] {
            assert!(!is_in_another_writing(cell), "{cell}");
        }
    }

    #[test]
    fn a_whole_number_is_one_code_with_and_without_its_fraction_of_zeros() {
        let plain = Numbers::default();
        for (cell, word) in [("1.0", "1"), ("10115.00", "10115"), ("-3.0", "-3"), ("0.0", "0"), ("1", "1")] {
            assert_eq!(plain.word(cell), word, "{cell}");
        }
        for cell in ["007", "007.0", "1.5", "1.", ".0", "v1.0", "1.0.0", "1e1", "1,0", "", "-", "1.0 "] {
            assert_eq!(plain.word(cell), cell, "{cell}");
        }
        let german = Numbers { decimal: ',', thousands: None };
        assert_eq!((german.word("1,0"), german.word("1.0")), ("1", "1.0"));
    }

    proptest! {
        #[test]
        fn any_cell_is_read_without_a_panic(cell in ".{0,12}", decimal in "[.,]", mark in "[., ']") {
            let numbers = Numbers { decimal: decimal.chars().next().unwrap(), thousands: mark.chars().next() };
            numbers.read(&cell);
            let word = numbers.word(&cell);
            prop_assert!(cell.starts_with(word) && numbers.word(word) == word);
            boolean(&cell);
        }
    }
}
