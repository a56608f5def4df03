//! How the numbers of a table are written, by its cells: what begins a fraction, and what groups digits.

use crate::data::table::amount::Amount;
use crate::data::table::cell::{Numbers, is_grouped, is_other_mark};
use crate::preset::Csv;

/// Numbers such as `1.234`, by which a point groups digits where cells are not separated by semicolons.
const ENOUGH: usize = 2;

/// The same in a column without any other number.
const ENOUGH_ALONE: usize = 8;

/// How the numbers of a table are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The signs.
    pub numbers: Numbers,
    /// Whether its cells or the preset show them.
    pub is_shown: bool,
    /// What is said of a point that may begin a fraction or group digits.
    open_point: Option<String>,
}

impl Written {
    /// How numbers are written by the options of a table; else as these cells show, which stand between such separators. `of_run` is how
    /// they are written in tables that were read before it.
    ///
    /// # Errors
    /// When one sign is said to do both.
    pub fn of(seen: &Seen, table: &Csv, separator: u8, of_run: Option<Numbers>) -> Result<Self, String> {
        let (decimal, thousands) = (table.decimal, table.thousands);
        if decimal.is_none() && thousands.is_none() {
            let (numbers, open_point) = seen.numbers(separator, of_run);
            return Ok(Written { numbers, is_shown: seen.is_something(), open_point });
        }
        let decimal = decimal.unwrap_or(if thousands == Some('.') { ',' } else { '.' });
        if thousands == Some(decimal) {
            return Err(format!("'{decimal}' cannot both group digits and begin a fraction"));
        }
        Ok(Written { numbers: Numbers { decimal, thousands }, is_shown: true, open_point: None })
    }

    /// A number with what stands beside it, written plainly; `None` where it is no number, or is so already.
    pub fn plain(&self, cell: &str) -> Option<String> {
        digits_of(cell).filter(|digits| digits.len() > 1)?;
        let number = Amount::of(cell).map_or(cell, |amount| amount.number);
        let plain = self.numbers.plain(number).filter(|plain| plain.as_str() != number)?;
        Some(cell.replacen(number, &plain, 1))
    }

    /// What is unusual about them, in words.
    pub fn in_words(&self) -> Vec<String> {
        if let Some(said) = &self.open_point {
            return vec![said.clone()];
        }
        let decimal = self.numbers.decimal;
        let fractions = (decimal != '.').then(|| format!("fractions after '{decimal}'"));
        let groups =
            self.numbers.thousands.map(|mark| format!("digits grouped by '{mark}' (1{mark}234 is 1234)"));
        fractions.into_iter().chain(groups).collect()
    }
}

/// The digits of a cell that may be a number, with the signs between them: without its own sign, and what stands beside it.
pub fn digits_of(cell: &str) -> Option<&str> {
    let is_sign = |letter: char| matches!(letter, ',' | '.') || is_other_mark(letter);
    let cell = Amount::of(cell).map_or(cell, |amount| amount.number);
    let digits = cell.trim_start_matches(['+', '-', '\u{2212}', '\u{2013}']);
    let is_number = digits.starts_with(|letter: char| letter.is_ascii_digit())
        && digits.ends_with(|letter: char| letter.is_ascii_digit())
        && digits.chars().all(|letter| letter.is_ascii_digit() || is_sign(letter));
    is_number.then_some(digits)
}

/// What the cells of a table show of how its numbers are written.
#[derive(Default)]
pub struct Seen {
    /// Fractions after a point, and after a comma.
    points: usize,
    commas: usize,
    /// Digits that a point or a comma groups.
    grouped_by_point: usize,
    grouped_by_comma: usize,
    /// Numbers such as `1,234`, which may be either.
    open_comma: usize,
    /// Digits that another sign groups.
    other: Option<char>,
    /// Column by column.
    columns: Vec<Whole>,
    names: Vec<String>,
}

/// What the cells of a column show of a point, where each has three digits behind it or none has one.
#[derive(Clone, Default)]
struct Whole {
    /// The first number such as `1.234`, in which a point may begin a fraction or group digits, and how many there are.
    open: Option<String>,
    opens: usize,
    /// Whether others have a fraction behind a point.
    has_fraction: bool,
    /// Whether numbers have no point and up to three digits, as those below a thousand have; and whether some have more.
    has_short: bool,
    has_long: bool,
    /// Whether some of those such as `1.234` end in 0, which a program that writes numbers as short as they are leaves out.
    ends_in_zero: bool,
    /// Numbers such as `1,234`.
    open_commas: usize,
    /// Numbers that are none of text, in a sheet: whether some are whole and beyond a thousand, and some have a fraction.
    has_own_thousand: bool,
    has_own_fraction: bool,
}

impl Whole {
    /// Whether a point or a comma groups digits by its looks: numbers below a thousand have none, and none above has none; or where some
    /// are numbers of the sheet, these are whole and beyond a thousand.
    fn groups(&self) -> bool {
        let is_beside_own = self.has_own_thousand && !self.has_own_fraction;
        (self.has_short || is_beside_own) && !self.has_long
    }
}

impl Seen {
    /// What rows show; the columns have these names.
    pub fn of(rows: impl Iterator<Item = Vec<String>>, names: Option<Vec<String>>) -> Self {
        let mut seen = Seen { names: names.unwrap_or_default(), ..Seen::default() };
        for row in rows {
            row.iter().enumerate().for_each(|(place, cell)| seen.add(place, cell));
        }
        seen
    }

    /// Whether they show how numbers are written.
    fn is_something(&self) -> bool {
        let counts =
            [self.points, self.commas, self.grouped_by_point, self.grouped_by_comma, self.open_comma];
        counts.iter().any(|&count| count > 0) || self.other.is_some() || self.open().is_some()
    }

    /// The first column with a number in which a point may be either.
    fn open(&self) -> Option<(usize, &str)> {
        self.columns.iter().enumerate().find_map(|(place, column)| Some((place, column.open.as_deref()?)))
    }

    /// Looks at a number of a column that is none of text, which shows nothing of how those are written.
    pub fn add_own(&mut self, place: usize, number: f64) {
        if let Some(column) = self.columns.get_mut(place) {
            column.has_own_fraction |= number.fract() != 0.0;
            column.has_own_thousand |= number.fract() == 0.0 && number.abs() >= 1000.0;
        }
    }

    /// Looks at the cell of a column.
    pub fn add(&mut self, place: usize, cell: &str) {
        let is_sign = |letter: char| matches!(letter, ',' | '.') || is_other_mark(letter);
        if self.columns.len() <= place {
            self.columns.resize(place + 1, Whole::default());
        }
        let Some(digits) = digits_of(cell) else { return };
        if !digits.contains(is_sign) {
            let is_short = digits.len() <= 3;
            self.columns[place].has_short |= is_short;
            self.columns[place].has_long |= !is_short;
            return;
        }
        let (mark, is_other) = match digits.find(is_other_mark) {
            Some(at) => (digits[at..].chars().next(), true),
            None => (None, false),
        };
        let split = |decimal: char| digits.split_once(decimal).filter(|(_, rest)| !rest.contains(is_sign));
        if is_other {
            let whole = split('.').or_else(|| split(',')).map_or(digits, |(whole, _)| whole);
            if mark.is_some_and(|mark| is_grouped(whole, mark)) {
                self.other = mark;
                self.points += usize::from(split('.').is_some());
                self.commas += usize::from(split(',').is_some());
            }
            return;
        }
        match (digits.matches(',').count(), digits.matches('.').count()) {
            (1, 0) if is_grouped(digits, ',') => {
                self.open_comma += 1;
                self.columns[place].open_commas += 1;
            }
            (1, 0) => self.commas += 1,
            (0, 1) if is_grouped(digits, '.') => {
                let column = &mut self.columns[place];
                column.open.get_or_insert_with(|| digits.to_string());
                column.opens += 1;
                column.ends_in_zero |= digits.ends_with('0');
            }
            (0, 1) => {
                self.points += 1;
                self.columns[place].has_fraction = true;
            }
            (0, _) => self.grouped_by_point += usize::from(is_grouped(digits, '.')),
            (_, 0) => self.grouped_by_comma += usize::from(is_grouped(digits, ',')),
            (1, _) if split(',').is_some_and(|(whole, _)| is_grouped(whole, '.')) => {
                self.commas += 1;
                self.grouped_by_point += 1;
            }
            (_, 1) if split('.').is_some_and(|(whole, _)| is_grouped(whole, ',')) => {
                self.points += 1;
                self.grouped_by_comma += 1;
            }
            _ => {}
        }
    }
}

impl Seen {
    /// How the cells' numbers are written, and what is said of it where nothing but a column's looks tell. A number such as `1,234`
    /// is read as a fraction where cells are separated by semicolons, as where fractions begin with a comma, and else as a thousand
    /// and more. `of_run` is how a run's own table is written: this one is read likewise, unless it shows otherwise.
    fn numbers(&self, separator: u8, of_run: Option<Numbers>) -> (Numbers, Option<String>) {
        let has_points = self.points > 0 || self.grouped_by_comma > 0;
        let has_commas = self.commas > 0 || self.grouped_by_point > 0;
        let has_open = self.open().is_some();
        let commas_group = !has_points
            && !has_commas
            && self.columns.iter().any(|column| column.open_commas >= ENOUGH && column.groups());
        if let Some(of_run) = of_run {
            let is_comma = of_run.decimal == ',';
            let (points, commas) = (self.points + self.grouped_by_comma, self.commas + self.grouped_by_point);
            let open_commas = if of_run.thousands == Some(',') { 0 } else { self.open_comma };
            // A cell that is written in another way breaks its row, and not all others.
            let is_other = match is_comma {
                true => commas_group || points > commas + self.open_comma,
                false => commas > points || points == 0 && open_commas > 0,
            };
            if !is_other {
                let mark = (is_comma && (has_open || self.grouped_by_point > 0)).then_some('.');
                let has_groups = self.grouped_by_comma > 0 || points > 0 && self.open_comma > 0;
                let mark = mark.or((!is_comma && has_groups).then_some(','));
                return (Numbers { thousands: of_run.thousands.or(mark).or(self.other), ..of_run }, None);
            }
        }
        let is_open_fraction = self.open_comma > 0 && separator == b';' && !commas_group;
        let is_comma = !has_points && (has_commas || is_open_fraction);
        if let (false, false, Some((place, open))) =
            (is_comma, has_points || self.open_comma > 0, self.open())
        {
            return self.by_looks(place, open, separator);
        }
        let groups = match is_comma {
            true => self.grouped_by_point > 0 || has_open,
            false => self.grouped_by_comma + self.open_comma > 0,
        };
        let mark = if is_comma { '.' } else { ',' };
        let numbers = Numbers {
            decimal: if is_comma { ',' } else { '.' },
            thousands: groups.then_some(mark).or(self.other),
        };
        (numbers, if is_comma { None } else { self.unlike_others() })
    }

    /// What is said of a column in which a point looks as if it groups digits, where other columns have fractions behind one.
    fn unlike_others(&self) -> Option<String> {
        // In a column that has groups only, some end in 0, and where a program writes all fractions as short as they are, none does.
        let are_all = |column: &Whole| {
            column.opens >= ENOUGH_ALONE && column.ends_in_zero && !column.has_long && !column.has_short
        };
        let is_one = |column: &Whole| {
            (column.opens > ENOUGH && column.groups() || are_all(column)) && !column.has_fraction
        };
        let (place, column) = self.columns.iter().enumerate().find(|(_, column)| is_one(column))?;
        let open = column.open.as_ref()?;
        Some(format!(
            "fractions after '.': {open} in {} is no whole number, although {}, as where it groups digits; write it as {} where it does",
            self.name(place),
            if column.has_short {
                "others there have no point and up to three digits"
            } else {
                "all there have three digits behind it, with zeros at the end"
            },
            open.replace('.', "")
        ))
    }

    /// What a column is called.
    fn name(&self, place: usize) -> String {
        let name = self.names.get(place).filter(|name| !name.is_empty());
        name.map_or_else(|| format!("column {}", place + 1), |name| format!("'{name}'"))
    }

    /// How numbers are written where all points stand before three digits, as in `open` in the column at this place. They group digits
    /// where numbers below a thousand have none, and none above has none; and where not semicolons separate cells, in several numbers.
    fn by_looks(&self, place: usize, open: &str, separator: u8) -> (Numbers, Option<String>) {
        let open_columns = || self.columns.iter().filter(|column| column.open.is_some());
        let is_many = |column: &Whole| separator == b';' || column.opens >= ENOUGH;
        let groups = open_columns().any(|column| column.groups() && is_many(column))
            && !open_columns().any(|column| column.has_long || column.has_own_fraction);
        let name = self.name(place);
        let whole = open.replace('.', "");
        match groups {
            true => {
                let said = format!(
                    "digits grouped by '.': {open} in {name} is read as {whole}; decimal: '.' in a preset makes it a fraction"
                );
                (Numbers { decimal: ',', thousands: Some('.') }, Some(said))
            }
            false => {
                let said = format!(
                    "fractions after '.': {open} in {name} is no whole number; thousands: '.' in a preset makes it {whole}"
                );
                (Numbers { thousands: self.other, ..Numbers::default() }, Some(said))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::table::dialect::Dialect;
    use crate::preset::Csv;

    fn dialect(sample: &str) -> Dialect {
        Dialect::of(sample, &Csv::of(String::new()), b',', None).unwrap()
    }

    #[test]
    fn numbers_are_written_as_the_first_rows_show() {
        let numbers = |sample: &str| {
            let Numbers { decimal, thousands } = dialect(sample).written.numbers;
            (decimal, thousands)
        };
        assert_eq!(numbers("a,b\n1.5,x\n1234.5,y\n"), ('.', None));
        assert_eq!(numbers("a;b\n1,5;x\n0,25;y\n"), (',', None));
        assert_eq!(numbers("a;b\n1.234,5;x\n"), (',', Some('.')));
        assert_eq!(numbers("a;b\n1.234.567;x\n"), (',', Some('.')));
        assert_eq!(numbers("a,b\n\"1,234\",x\n"), ('.', Some(',')));
        assert_eq!(numbers("a;b\n1,234;x\n"), (',', None));
        assert_eq!(numbers("a;b\n1,234;2.5\n"), ('.', Some(',')));
        assert_eq!(numbers("a,b\n\"12,345.5\",x\n"), ('.', Some(',')));
        assert_eq!(numbers("a,b\n\"3,5\",x\n"), (',', None));
        assert_eq!(numbers("a;b\n1 234,5;x\n"), (',', Some(' ')));
        assert_eq!(numbers("a;b\n1\u{2009}234 567,5;x\n"), (',', Some('\u{2009}')));
        assert_eq!(numbers("a,b\n\"12,34,567.5\",x\n"), ('.', Some(',')));
        // Numbers below a thousand have no point, and others have three digits behind it; or a column has decimal commas.
        assert_eq!(numbers("a;b\n12.345;x\n901;y\n"), (',', Some('.')));
        assert_eq!(numbers("a;b\n12.345;0,5\n13.000;1,5\n"), (',', Some('.')));
        assert_eq!(numbers("a,b\n12.345,\"0,5\"\n"), (',', Some('.')));
        // A thousand without a point, a fraction elsewhere, or a zero before the point: it begins a fraction.
        for fractions in
            ["12.345;x\n1901;y\n", "12.345;2.5\n901;1.5\n", "12.345;x\n0.901;y\n901;z\n", "12.345;x\n"]
        {
            assert_eq!(numbers(&format!("a;b\n{fractions}")), ('.', None), "{fractions}");
        }
        assert_eq!(numbers("a;b\n1,234;x\n12,500;x\n901;x\n"), ('.', Some(',')));
        assert_eq!(numbers("a,b\n12.345,x\n901,y\n"), ('.', None));
        assert_eq!(numbers("a,b\n12.345,x\n6.694,z\n901,y\n"), (',', Some('.')));
        assert_eq!(numbers("a,b\n1.234.567,x\n6.694,z\n"), (',', Some('.')));
        for fractions in
            ["12.345,x\n6.694,z\n", "12.345,x\n6.694,z\n1901,y\n", "12.345,0.5\n6.694,1.5\n901,2.5\n"]
        {
            assert_eq!(numbers(&format!("a,b\n{fractions}")), ('.', None), "{fractions}");
        }
        // Dates, addresses and versions are no numbers.
        assert_eq!(numbers("a,b\n01.02.2024,192.168.1.10\n"), ('.', None));
        let given = Csv { decimal: Some(','), ..Csv::of(String::new()) };
        assert_eq!(Dialect::of("a;b\n1;2\n", &given, b',', None).unwrap().written.numbers.decimal, ',');
    }

    #[test]
    fn a_point_that_may_be_either_is_told_with_the_option_that_says_otherwise() {
        let words = |sample: &str| dialect(sample).in_words(b';');
        let grouped = "digits grouped by '.': 12.345 in 'Umsatz' is read as 12345; decimal: '.' in a preset makes it a fraction";
        assert_eq!(words("Umsatz;k\n12.345;3\n901;4\n"), [grouped]);
        let open = "fractions after '.': 12.345 in 'Umsatz' is no whole number; thousands: '.' in a preset makes it 12345";
        assert_eq!(words("Umsatz;k\n12.345;3\n"), [open]);
        assert!(words("Umsatz;k\n12.345;3.5\n").is_empty());
        let words = |sample: &str| dialect(sample).in_words(b',');
        assert_eq!(words("Umsatz,k\n12.345,3\n901,4\n6.694,4\n"), [grouped]);
        assert_eq!(words("Umsatz,k\n12.345,3\n6.694,4\n"), [open]);
        assert!(words("Umsatz,k\n12.345,0.5\n6.694,1.5\n").is_empty());
        let unlike = "fractions after '.': 12.345 in 'Umsatz' is no whole number, although others there have no point and up to three \
                      digits, as where it groups digits; write it as 12345 where it does";
        assert_eq!(words("Umsatz,k\n12.345,0.5\n6.694,1.5\n901,2.5\n7.001,2.5\n"), [unlike]);
        let alone = |cells: &[&str]| {
            let rows: String = cells.iter().map(|cell| format!("{cell},0.5\n")).collect();
            words(&format!("Umsatz,k\n{rows}"))
        };
        let all = ["12.345", "6.690", "1.200", "7.001", "8.300", "2.500", "3.141", "9.990"];
        assert_eq!(alone(&all).len(), 1);
        assert!(alone(&all)[0].contains("all there have three digits behind it, with zeros at the end"));
        // Fractions that are written as short as they are, or are below one; few of them.
        assert!(alone(&all.map(|cell| cell.trim_end_matches('0'))).is_empty());
        assert!(alone(&[&all[..], &["0.120"]].concat()).is_empty() && alone(&all[..4]).is_empty());
    }

    #[test]
    fn a_table_is_read_as_that_of_the_run_unless_it_shows_otherwise() {
        let asked = |sample: &str, decimal, thousands| {
            let of_run = Some(Numbers { decimal, thousands });
            let table = Csv::of(String::new());
            let Numbers { decimal, thousands } =
                Dialect::of(sample, &table, b',', of_run).unwrap().written.numbers;
            (decimal, thousands)
        };
        assert_eq!(asked("a;b\n12.345;1\n", ',', Some('.')), (',', Some('.')));
        assert_eq!(asked("a;b\n12.345;1\n", ',', None), (',', Some('.')));
        assert_eq!(asked("a;b\n12.345;1\n901;2\n", '.', None), ('.', None));
        assert_eq!(asked("a,b\n12.5,1\n", ',', Some('.')), ('.', None));
        assert_eq!(asked("a,b\n\"1,234\",1\n", '.', None), ('.', Some(',')));
        assert_eq!(asked("a,b\n\"1,234\",1\n\"12,500\",1\n901,2\n", ',', Some('.')), ('.', Some(',')));
        // One cell that is written in another way breaks its row alone.
        assert_eq!(asked("a;b\n1,5;1\n2.5;1\n3,5;2\n", ',', None), (',', None));
        assert_eq!(asked("a,b\n1.5,1\n\"1.234,5\",1\n2.5,2\n", '.', None), ('.', None));
    }
}
