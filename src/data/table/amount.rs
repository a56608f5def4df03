//! Numbers with a sign or a unit beside them: `$1,234.50`, `62.25%`, `187 kg`, `(1,200)`.

use super::cell::{Numbers, is_grouped, is_other_mark};
use crate::data::file_names;
use crate::preset::Unit;

/// A number with something beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount<'a> {
    before: &'a str,
    /// The number without its sign.
    pub number: &'a str,
    behind: &'a str,
    is_negative: bool,
    /// Whether it is a whole number with a minus alone behind it, `134-`, as SAP writes it; `2-` is a mark at school as well.
    is_open: bool,
}

/// Signs of currencies, and what is written with them.
const SIGNS: &str = "$€£¥₹₽₩₺₫₪₴₦₱₵฿¢ƒ";
/// What is written in front of an amount of money beside the signs; letters in front of a number are mostly a code.
const CURRENCIES: &[&str] = &[
    "AED", "ARS", "AUD", "BGN", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EUR", "Fr", "Fr.",
    "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JPY", "KES", "KRW", "Kč", "MXN", "MYR", "NGN", "NOK",
    "NZD", "PHP", "PKR", "PLN", "RMB", "RON", "RUB", "Rp", "Rs", "Rs.", "SAR", "SEK", "SGD", "THB", "TRY",
    "TWD", "UAH", "USD", "VND", "ZAR", "kr", "kr.", "zł",
];
/// What stands behind a number and makes a time or a place in an order of it.
const NO_UNITS: &[&str] = &["am", "pm", "a.m.", "p.m.", "st", "nd", "rd", "th"];
/// The longest unit, in letters.
const LONGEST: usize = 16;
/// Of so many cells one with a unit makes no column of numbers with units.
const FEW: u64 = 20;
/// Different units of a column that are counted.
const COUNTED: usize = 5;
/// No scale of marks goes so far that has marks with a minus behind.
const ABOVE_MARKS: f64 = 20.0;
/// Cells beyond which a column without a single amount is not tried any further.
const TRIED: u64 = 20;

impl<'a> Amount<'a> {
    /// The amount that a cell is; `None` for plain numbers, whatever is no number, and words with one in them.
    pub fn of(cell: &'a str) -> Option<Self> {
        let (inner, is_in_parentheses) = match cell.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))
        {
            Some(inner) => (inner.trim(), true),
            None => (cell, false),
        };
        let start = inner.find(|letter: char| letter.is_ascii_digit())?;
        // A fraction may begin with its point, as in `$.50`; in `Rs.5` it ends a word.
        let begins_with_point =
            inner[..start].strip_suffix('.').is_some_and(|before| !before.ends_with(char::is_alphabetic));
        let start = start - usize::from(begins_with_point);
        let (before, rest) = inner.split_at(start);
        let is_of_number =
            |letter: char| letter.is_ascii_digit() || ".,".contains(letter) || is_other_mark(letter);
        let end = rest.find(|letter| !is_of_number(letter)).unwrap_or(rest.len());
        let last = rest[..end].rfind(|letter: char| letter.is_ascii_digit())?;
        let (number, behind) = rest.split_at(last + 1);
        let (before, is_negative) = without_sign(before.trim());
        let (before, opens) = match before.strip_suffix('(') {
            // `$(3)`
            Some(before) if behind.ends_with(')') && !is_in_parentheses => (before.trim(), true),
            _ => (before, false),
        };
        let behind = if opens { behind.strip_suffix(')').unwrap_or(behind) } else { behind };
        let (behind, ends_with_minus) = match behind.strip_prefix('-') {
            Some(rest) if rest.is_empty() || rest.starts_with(' ') => (rest, true),
            _ => (behind, false),
        };
        let behind = behind.trim();
        let minuses = [is_negative, is_in_parentheses || opens, ends_with_minus];
        if minuses.iter().filter(|&&is| is).count() > 1 || !is_before(before) || !is_behind(behind) {
            return None;
        }
        let is_negative = minuses.contains(&true);
        let is_open =
            ends_with_minus && !number.contains(['.', ',']) && before.is_empty() && behind.is_empty();
        let is_amount = is_negative || !before.is_empty() || !behind.is_empty();
        is_amount.then_some(Amount { before, number, behind, is_negative, is_open })
    }

    /// What stands beside its number.
    pub fn unit(&self) -> Unit {
        Unit { before: self.before.into(), behind: self.behind.into() }
    }

    /// Its number, where it is written as `numbers` are, or with commas between thousands where they say nothing of it.
    pub fn value(&self, numbers: Numbers) -> Option<f64> {
        let grouped = || {
            let is_silent = numbers == Numbers::default();
            let whole = self.number.split_once('.').map_or(self.number, |(whole, _)| whole);
            let english = Numbers { thousands: Some(','), ..numbers };
            (is_silent && is_grouped(whole, ',')).then(|| english.parse(self.number)).flatten()
        };
        let number = numbers.parse(self.number).or_else(grouped)?;
        Some(if self.is_negative { -number } else { number })
    }
}

/// What is in front of a number without its plus or minus, and whether it is a minus.
fn without_sign(before: &str) -> (&str, bool) {
    let signs = ['-', '+', '\u{2212}', '\u{2013}'];
    let is_negative = |sign: &str| sign != "+";
    if let Some(rest) = before.strip_prefix(signs) {
        return (rest.trim(), is_negative(&before[..before.len() - rest.len()]));
    }
    match before.strip_suffix(signs) {
        Some(rest) => (rest.trim(), is_negative(&before[rest.len()..])),
        None => (before, false),
    }
}

/// Whether a number may have this in front: nothing, or the sign or name of a currency.
fn is_before(text: &str) -> bool {
    // `US$`, `A$`.
    let is_sign = |text: &str| {
        let rest = text.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
        text.len() - rest.len() <= 2 && rest.chars().count() == 1 && SIGNS.contains(rest)
    };
    text.is_empty() || is_sign(text) || CURRENCIES.contains(&text)
}

/// Whether a number may have this behind: nothing, a sign, or a unit of one or two words.
fn is_behind(text: &str) -> bool {
    let is_sign = |letter: char| SIGNS.contains(letter) || "%‰°µΩ/²³·.".contains(letter);
    let words = text.split_whitespace().count();
    let unit = text.trim_end_matches(['2', '3']);
    // `m2`, but no `-20`.
    let is_power =
        unit.len() == text.len() || unit.ends_with(char::is_alphabetic) && text.len() - unit.len() == 1;
    let is_unit = unit.chars().all(|letter| letter.is_alphabetic() || letter == ' ' || is_sign(letter));
    let is_known = !text.chars().all(|letter| letter == '.') || text.is_empty();
    // `0.jpg`
    let is_file = text.strip_prefix('.').is_some_and(file_names::is_ending);
    let is_place = NO_UNITS.iter().any(|known| text.eq_ignore_ascii_case(known));
    !is_file && words <= 2 && text.chars().count() <= LONGEST && is_unit && is_power && is_known && !is_place
}

/// The number in a cell, whatever is beside it.
pub fn any(cell: &str, numbers: Numbers) -> Option<f64> {
    numbers.parse(cell).or_else(|| Amount::of(cell)?.value(numbers))
}

impl Numbers {
    /// The number that a cell is in a column with this unit; it may lack the unit.
    pub fn parse_with(self, cell: &str, unit: &Unit) -> Option<f64> {
        self.parse(cell).or_else(|| {
            let amount = Amount::of(cell)?;
            let own = amount.unit();
            (own.is_none() || own.is_same(unit)).then(|| amount.value(self)).flatten()
        })
    }
}

/// What the words of a column come to as amounts.
#[derive(Clone, Debug, Default)]
pub struct Amounts {
    words: u64,
    /// Plain numbers, and those of them that are 0.
    plain: u64,
    zeros: u64,
    count: u64,
    /// Those below 0 without a sign beside them: in parentheses, or before a minus.
    bare: u64,
    /// Whole numbers before a minus, and the largest number of all.
    open: u64,
    largest: f64,
    /// The units, and in how many cells each is.
    units: Vec<(Unit, u64)>,
    has_more: bool,
}

impl Amounts {
    /// Counts a plain number.
    pub fn add_plain(&mut self, number: f64) {
        self.plain += 1;
        self.zeros += u64::from(number == 0.0);
        self.largest = self.largest.max(number.abs());
    }

    /// Counts a word.
    pub fn add(&mut self, cell: &str, numbers: Numbers) {
        if self.has_more || self.words >= TRIED && self.count == 0 {
            return;
        }
        self.words += 1;
        let Some((amount, value)) =
            Amount::of(cell).and_then(|amount| Some((amount, amount.value(numbers)?)))
        else {
            return;
        };
        self.count += 1;
        self.open += u64::from(amount.is_open);
        self.largest = self.largest.max(value.abs());
        let unit = amount.unit();
        if unit.is_none() {
            self.bare += 1;
        } else if let Some((_, count)) = self.units.iter_mut().find(|(known, _)| known.is_same(&unit)) {
            *count += 1;
        } else if self.units.len() < COUNTED {
            self.units.push((unit, 1));
        } else {
            self.has_more = true;
        }
    }

    /// The unit of nearly all cells, of which so many are words; a zero may lack it.
    pub fn unit(&self, words: u64) -> Option<Unit> {
        let are_nearly_all = |count: u64| count * 10 >= (self.plain + words) * 9;
        match &self.units[..] {
            _ if self.count == 0 || self.has_more => None,
            _ if self.open > 0 && self.largest <= ABOVE_MARKS => None,
            [] => are_nearly_all(self.plain + self.bare).then(Unit::default),
            [(unit, _)] => are_nearly_all(self.count + self.zeros).then(|| unit.clone()),
            _ => None,
        }
    }

    /// Whether letters from the beginning of the alphabet stand behind the numbers, as those of school classes and houses: `7a`, `7b`.
    fn are_letters(&self) -> bool {
        let letter = |unit: &Unit| match unit.behind.as_bytes() {
            [letter] if unit.before.is_empty() => Some(letter.to_ascii_lowercase()),
            _ => None,
        };
        let letters: Option<Vec<u8>> = self.units.iter().map(|(unit, _)| letter(unit)).collect();
        letters.is_some_and(|letters| letters.contains(&b'b') || letters == [b'a'])
    }

    /// The different units of nearly all cells, of which so many are words, with their counts: `'kg' in 40 rows, 'lb' in 3, none in 2`.
    pub fn mixed(&self, words: u64) -> Option<String> {
        // A few are mistakes of a column that is something else.
        if self.count * FEW < self.plain + words {
            return None;
        }
        let without = self.plain - self.zeros;
        let are_nearly_all = (self.plain + self.count) * 10 >= (self.plain + words) * 9;
        let kinds = self.units.len() + usize::from(without > 0);
        if self.units.is_empty()
            || self.are_letters()
            || kinds < 2
            || self.has_more
            || !are_nearly_all
            || self.unit(words).is_some()
        {
            return None;
        }
        let mut units: Vec<&(Unit, u64)> = self.units.iter().collect();
        units.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let named = |(place, (unit, count)): (usize, &&(Unit, u64))| match (place, count) {
            (0, 1) => format!("'{}' in 1 row", unit.name()),
            (0, count) => format!("'{}' in {count} rows", unit.name()),
            (_, count) => format!("'{}' in {count}", unit.name()),
        };
        let named = units.iter().enumerate().map(named);
        let rest = (without > 0).then(|| format!("none in {without}"));
        Some(named.chain(rest).collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(cell: &str, numbers: Numbers) -> Option<(String, f64)> {
        let amount = Amount::of(cell)?;
        Some((amount.unit().name(), amount.value(numbers)?))
    }

    #[test]
    fn a_number_may_have_a_sign_or_a_unit_beside_it() {
        let english = Numbers { decimal: '.', thousands: Some(',') };
        for (cell, unit, value) in [
            ("$1,234.50", "$", 1234.5),
            ("-$3", "$", -3.0),
            ("$-3", "$", -3.0),
            ("\u{2212}$3", "$", -3.0),
            ("($3.50)", "$", -3.5),
            ("$(3)", "$", -3.0),
            ("$.50", "$", 0.5),
            ("US$ 12", "US$", 12.0),
            ("USD 12", "USD", 12.0),
            ("Rs.500", "Rs.", 500.0),
            ("29%", "%", 29.0),
            ("-0.5 %", "%", -0.5),
            ("187 kg", "kg", 187.0),
            ("1.37kg", "kg", 1.37),
            ("8GB", "GB", 8.0),
            ("1,200 USD", "USD", 1200.0),
            ("50 m2", "m2", 50.0),
            ("50m²", "m²", 50.0),
            ("5 sq ft", "sq ft", 5.0),
            ("21 °C", "°C", 21.0),
            ("$12/month", "$ … /month", 12.0),
            ("(1,200)", "", -1200.0),
            ("123.45-", "", -123.45),
            ("134-", "", -134.0),
            ("1,234- EUR", "EUR", -1234.0),
            ("\u{2013}3 kg", "kg", -3.0),
        ] {
            assert_eq!(read(cell, english), Some((unit.into(), value)), "{cell}");
        }
        let german = Numbers { decimal: ',', thousands: Some('.') };
        assert_eq!(read("€ 1.234,50", german), Some(("€".into(), 1234.5)));
        assert_eq!(read("12,50 €", german), Some(("€".into(), 12.5)));
        // Cells of a spreadsheet say nothing of how numbers are written.
        assert_eq!(read("$1,234.50", Numbers::default()), Some(("$".into(), 1234.5)));
    }

    #[test]
    fn words_with_a_number_in_them_are_no_amounts() {
        for cell in [
            "A12",
            "12-14",
            "12/14",
            "3 PM",
            "1st",
            "2nd",
            "5'11\"",
            "v1.2",
            "#5",
            "<5",
            "~5",
            "2024-02-03",
            "13:45",
            "5 Main Street North",
            "No 2",
            "row 1",
            "12.",
            "5 - 6",
            "$",
            "",
            "kg",
            "7",
            "2.5.1",
            "1 days 02:03:04",
            "0x1F",
            "(-5)",
            "1.5-2.5",
            "-1.5-",
            "(1.5-)",
            "12 Jan 2024",
        ] {
            assert_eq!(read(cell, Numbers::default()), None, "{cell}");
        }
    }

    #[test]
    fn a_column_has_a_unit_where_nearly_all_cells_have_the_same() {
        let seen = |cells: &[&str]| {
            let (mut amounts, mut words) = (Amounts::default(), 0);
            for cell in cells {
                match Numbers::default().parse(cell) {
                    Some(number) => amounts.add_plain(number),
                    None => {
                        words += 1;
                        amounts.add(cell, Numbers::default());
                    }
                }
            }
            (amounts.unit(words).map(|unit| unit.name()), amounts.mixed(words))
        };
        assert_eq!(seen(&["$5", "0", "($3)", "$1"]), (Some("$".into()), None));
        assert_eq!(seen(&["5 kg", "5 KG", "3kg"]), (Some("kg".into()), None));
        assert_eq!(seen(&["1200", "(300)"]), (Some(String::new()), None));
        assert_eq!(seen(&["(1)", "(2)"]), (Some(String::new()), None));
        assert_eq!(seen(&["1.50-", "2.00", "3.25-"]), (Some(String::new()), None));
        assert_eq!(seen(&["134-", "2", "7-"]), (Some(String::new()), None));
        // Marks at school, and classes.
        for words in [&["2-", "3", "1-"][..], &["7a", "7b", "8a"], &["12a", "12", "14"]] {
            assert_eq!(seen(words), (None, None), "{words:?}");
        }
        assert_eq!(seen(&["5 kg", "3 lb", "4 kg"]), (None, Some("'kg' in 2 rows, 'lb' in 1".into())));
        assert_eq!(seen(&["$5", "on request", "$4"]), (None, None));
        // A share and a percentage are not the same.
        assert_eq!(seen(&["5%", "0.07", "9%"]), (None, Some("'%' in 2 rows, none in 1".into())));
    }

    proptest! {
        #[test]
        fn any_cell_is_read_without_a_panic(cell in "[-+($€ a-zé0-9.,)%−]{0,12}") {
            if let Some(amount) = Amount::of(&cell) {
                amount.value(Numbers::default());
                prop_assert!(amount.number.starts_with(|letter: char| letter.is_ascii_digit() || letter == '.'));
            }
        }
    }
}
