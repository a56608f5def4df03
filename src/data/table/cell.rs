//! What a single cell of a table says.

use super::durations;
pub use crate::preset::Numbers;
use crate::preset::{CellForm, code};

/// The cell at a place of a row, without the blanks around it; empty where there is none.
pub fn at(row: &csv::StringRecord, place: usize) -> &str {
    row.get(place).unwrap_or_default().trim()
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
        let is_plain = self.decimal == '.' && self.thousands.is_none_or(|mark| !cell.contains(mark));
        let number: f64 = match is_plain {
            true => cell.parse().ok()?,
            false => self.plain(cell)?.parse().ok()?,
        };
        (!number.is_nan()).then_some(number)
    }

    /// The word that a cell is as the name of a category: its [`code`].
    pub fn word(self, cell: &str) -> &str {
        code(cell, self.decimal)
    }

    /// The number as Rust writes it, where its digits are grouped as they should be.
    fn plain(self, cell: &str) -> Option<String> {
        let (whole, fraction) = match cell.split_once(self.decimal) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (cell, None),
        };
        let mark = self.thousands.filter(|&mark| whole.contains(mark));
        let mut plain = match mark {
            Some(mark) if is_grouped(whole, mark) => whole.replace(mark, ""),
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

/// Whether digits stand in groups of three: `1,234,567`.
pub fn is_grouped(whole: &str, mark: char) -> bool {
    let mut groups = whole.trim_start_matches(['+', '-', '\u{2212}', '\u{2013}']).split(mark);
    let is_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    // A group of zero alone begins no large number.
    let is_first = (1..=3).contains(&first.len()) && is_digits(first) && first != "0";
    is_first && groups.all(|group| group.len() == 3 && is_digits(group))
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
        for cell in ["0x1F", "1_000", "1d3", "5%", "$5", "1,234", "naan", "--"] {
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
        ] {
            assert_eq!(plain.read(cell), Cell::Number(number), "{cell:?}");
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
        assert_eq!(read(french, "12\u{202f}345,5"), Some(12_345.5));
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
