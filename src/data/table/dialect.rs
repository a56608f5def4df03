//! How a table of separated cells is written. What a preset does not say is told from the table's first lines.

use std::borrow::Cow;
use std::io::Cursor;

use super::amount::{self, Amount};
use super::blanks;
use super::cell::{self, Numbers, is_grouped, is_other_mark};
use super::rules;
use super::trailing::without_last;
use crate::preset::Csv;

/// How a table is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// What stands between two cells; a blank stands for any number of blanks and tabs.
    pub separator: u8,
    /// What stands around a cell that holds separators.
    pub quote: u8,
    /// What begins a line that is a comment, wherever it is: where the preset says so.
    pub comment: Option<u8>,
    /// The lines before the first row.
    pub before: Before,
    /// How numbers are written.
    pub numbers: Numbers,
    /// Whether the first rows or the preset show how.
    pub shows_numbers: bool,
    /// What is said of a point that may begin a fraction or group digits.
    open_point: Option<String>,
    /// The names of the columns, where they stand in the last of the comments before the first row.
    pub header: Option<Vec<String>>,
    /// The cells of a row without the empty one that a separator at its end makes, where rows or the names have one too many.
    pub width: Option<usize>,
    /// Whether the rows have a cell more than there are names, in front: the name of the row, as R writes it.
    pub names_rows: bool,
    /// Whether each row begins and ends with a separator.
    pub is_boxed: bool,
}

/// The lines that are no rows at a text's beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// Their bytes.
    pub bytes: usize,
    /// How many there are.
    pub lines: u64,
    /// Whether some are comments, which begin with `#`.
    are_comments: bool,
    /// What separates two cells, where the first line says it, as `sep=;`, which Excel reads.
    separator: Option<u8>,
}

/// Rows that are looked at.
const ROWS: usize = 500;

impl Dialect {
    /// The dialect of a table that begins with `sample`. `usual` is the separator that the file's name suggests,
    /// `of_run` how numbers are written in tables that were read before it.
    ///
    /// # Errors
    /// When the preset asks for a sign that takes more than a byte.
    pub fn of(sample: &str, table: &Csv, usual: u8, of_run: Option<Numbers>) -> Result<Self, String> {
        let comment = table.comment.map(|sign| byte(sign, "begins no comment")).transpose()?;
        let skipped = Before::skipped(sample, table.skip_rows.unwrap_or_default())?;
        let said = Before::said(&sample[skipped.bytes..]);
        let (mut before, guessed) =
            (Before { bytes: said.bytes + skipped.bytes, lines: said.lines + skipped.lines, ..said }, b'#');
        let said = sample.split_at(before.bytes).1;
        let is_comment =
            |line: &&str| line.as_bytes().first().is_some_and(|&first| first == comment.unwrap_or(guessed));
        let comments: Vec<&str> = said.split_inclusive('\n').take_while(is_comment).collect();
        let length = comments.iter().map(|line| line.len()).sum();
        let body = said.split_at(length).1;
        let rows: String = match comment {
            Some(_) => said.split_inclusive('\n').filter(|line| !is_comment(line)).collect(),
            None => body.to_string(),
        };
        let quote = match table.quote {
            Some(sign) => byte(sign, "is no quotation mark")?,
            None => quote(&rows),
        };
        let separator = match (table.separator, before.separator) {
            (Some(sign), _) => byte(sign, "separates no cells")?,
            (None, Some(sign)) => sign,
            (None, None) if are_blanks(&rows, usual, quote) => b' ',
            (None, None) => separator(&rows, usual, quote),
        };
        let width = cells(&rows, separator, quote).next().map_or(0, |row| row.len());
        // A row may begin with `#` as well: a colour. A comment has a blank behind it, or is cut into other cells.
        let is_row = |line: &&&str| {
            let is_word = !line[1..].starts_with([' ', '\t', '#', '!', '\n']);
            let width_of = cells(line, separator, quote).next().map_or(0, |row| row.len());
            is_word && width > 1 && width_of == width
        };
        let are_rows =
            comment.is_none() && comments.iter().filter(is_row).count() > usize::from(table.header);
        let (comments, rows) = if are_rows { (Vec::new(), said.to_string()) } else { (comments, rows) };
        let (comment, is_beyond) = match comment {
            None if !comments.is_empty() && body.is_empty() => (Some(guessed), true),
            comment => (comment, false),
        };
        if comment.is_none() && !comments.is_empty() {
            before.bytes += length;
            before.lines += comments.len() as u64;
        }
        before.are_comments = is_beyond || table.comment.is_none() && !comments.is_empty();
        // NumPy's `savetxt` writes the header as a comment.
        let last = comments.last().filter(|_| table.header);
        let header = last.and_then(|line| cells(line.get(1..)?, separator, quote).next());
        let header = header.filter(|names| names.len() == width && width > 1);
        let named = header.is_none() && table.header;
        let names_rows = separator == b' ' && named && lacks_first_name(&rows, quote);
        let width = without_last(&cells(&rows, separator, quote).collect::<Vec<_>>(), named);
        let (mut numbers, mut shows_numbers, mut open_point) = (Numbers::default(), true, None);
        if table.decimal.is_none() && table.thousands.is_none() {
            let names = header.clone().or_else(|| cells(&rows, separator, quote).next());
            let seen = Seen::of(cells(&rows, separator, quote), names.filter(|_| table.header), separator);
            (numbers, open_point) = seen.numbers(separator, of_run);
            shows_numbers = seen.is_something();
        } else {
            numbers.decimal = table.decimal.unwrap_or(if table.thousands == Some('.') { ',' } else { '.' });
            numbers.thousands = table.thousands;
        }
        if numbers.thousands == Some(numbers.decimal) {
            return Err(format!("'{}' cannot both group digits and begin a fraction", numbers.decimal));
        }
        Ok(Dialect {
            separator,
            quote,
            comment,
            before,
            numbers,
            shows_numbers,
            open_point,
            header,
            width,
            names_rows,
            is_boxed: separator == b'|' && is_boxed(&rows, quote),
        })
    }

    /// The first rows of a text that is written so, its names among them.
    pub fn rows(&self, sample: &str) -> Vec<Vec<String>> {
        let body = sample.get(self.before.bytes..).unwrap_or_default();
        self.header.iter().cloned().chain(cells(body, self.separator, self.quote)).collect()
    }

    /// What is unusual about it, in words.
    pub fn in_words(&self, usual: u8) -> Vec<String> {
        let mut words = Vec::new();
        if self.separator != usual {
            words.push(match self.separator {
                b'\t' => "cells separated by tabs".into(),
                b' ' => "cells separated by blanks".into(),
                sign => format!("cells separated by '{}'", sign as char),
            });
        }
        if self.quote != b'"' {
            words.push(format!("cells quoted by {}", self.quote as char));
        }
        match &self.open_point {
            Some(said) => words.push(said.clone()),
            None => {
                if self.numbers.decimal != '.' {
                    words.push(format!("fractions after '{}'", self.numbers.decimal));
                }
                words.extend(self.numbers.thousands.map(|mark| format!("digits grouped by '{mark}'")));
            }
        }
        if self.names_rows {
            words.push("a first column without a name, which names the rows".into());
        }
        if self.width.is_some() {
            words.push("a separator too many at the end of rows, behind which nothing is read".into());
        }
        match self.comment {
            Some(sign) => words.push(format!("comments after '{}'", sign as char)),
            None if self.before.are_comments => words.push("comments after '#' before the first row".into()),
            None => {}
        }
        words
    }
}

impl Before {
    /// So many lines, which a preset leaves out.
    fn skipped(sample: &str, lines: usize) -> Result<Self, String> {
        let bytes: usize = sample.split_inclusive('\n').take(lines).map(str::len).sum();
        let count = sample.split_inclusive('\n').take(lines).count();
        if count < lines {
            return Err(format!("skip_rows: {lines} leaves out more lines than are looked at, {count}"));
        }
        Ok(Before { bytes, lines: lines as u64, ..Before::default() })
    }

    /// The first line, where it says what separates cells.
    fn said(sample: &str) -> Self {
        let line = sample.split_inclusive('\n').next().unwrap_or_default();
        let said = line.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']).trim_matches('"');
        let sign = match said.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")) {
            Some(_) => said.as_bytes().get(4..).filter(|sign| sign.len() == 1),
            None => None,
        };
        match sign {
            Some(sign) => {
                let separator = Some(sign[0]);
                Before { bytes: line.len(), lines: 1, are_comments: false, separator }
            }
            None => Before::default(),
        }
    }
}

fn byte(sign: char, problem: &str) -> Result<u8, String> {
    u8::try_from(sign).ok().filter(u8::is_ascii).ok_or_else(|| format!("'{sign}' {problem}"))
}

/// Whether the rows of a text, cut by `|`, begin and end with it.
fn is_boxed(rows: &str, quote: u8) -> bool {
    let rows: Vec<Vec<String>> =
        uncut(rows, b'|', quote).filter(|row| !rules::are_none(row.iter().map(String::as_str))).collect();
    rules::are_boxed(&rows)
}

/// The first rows of a text as a sign cuts them.
fn uncut(text: &str, separator: u8, quote: u8) -> impl Iterator<Item = Vec<String>> {
    let text = if separator == b' ' { Cow::Owned(blanks::joined(text, quote)) } else { Cow::Borrowed(text) };
    let text = text.into_owned();
    let rows = csv::ReaderBuilder::new()
        .delimiter(separator)
        .quote(quote)
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(Cursor::new(text))
        .into_records();
    rows.map_while(Result::ok).take(ROWS).map(|row| row.iter().map(str::to_string).collect())
}

/// The first rows of a text, cell by cell; without the lines that are drawn between and around them.
fn cells(text: &str, separator: u8, quote: u8) -> impl Iterator<Item = Vec<String>> {
    let rows = uncut(text, separator, quote);
    let is_row = |row: &Vec<String>| separator != b'|' || !rules::are_none(row.iter().map(String::as_str));
    let mut rows: Vec<Vec<String>> = rows.filter(is_row).collect();
    if separator == b'|' && rules::are_boxed(&rows) {
        rows.iter_mut().for_each(|row| *row = row[1..row.len() - 1].to_vec());
    }
    rows.into_iter()
}

/// Double quotes, unless most lines have cells in single ones and none has the others.
fn quote(rows: &str) -> u8 {
    let quoted = |line: &&str| {
        line.starts_with('\'') || [",'", ";'", "\t'", "|'", ", '"].iter().any(|start| line.contains(start))
    };
    let ends =
        |line: &&str| line.ends_with('\'') || ["',", "';", "'\t", "'|"].iter().any(|end| line.contains(end));
    let lines = rows.lines().count();
    let single = rows.lines().filter(quoted).filter(ends).count();
    if !rows.contains('"') && single * 2 > lines { b'\'' } else { b'"' }
}

/// Whether blanks separate the cells of these rows, and no other sign does as well.
fn are_blanks(rows: &str, usual: u8, quote: u8) -> bool {
    let lines = || rows.lines().filter(|line| !line.trim().is_empty());
    let sign = separator(rows, usual, quote);
    let by_sign: Vec<Vec<String>> = cells(rows, sign, quote).collect();
    let alike = by_sign.iter().filter(|row| row.len() > 1 && row.len() == by_sign[0].len()).count();
    // A tab may stand before the last cell, where blanks bring the others below each other.
    let has_runs = |line: &&str| line.trim().contains("  ");
    let may_be =
        alike * 2 < by_sign.len() || sign == b'\t' && lines().filter(has_runs).count() * 2 > lines().count();
    let is_number = |cell: &str| amount::any(cell, Numbers::default()).is_some() || cell::is_missing(cell);
    let by_blanks: Vec<Vec<String>> = if may_be { cells(rows, b' ', quote).collect() } else { Vec::new() };
    let width = by_sign.iter().map(Vec::len).max().unwrap_or_default();
    let is_wider = by_blanks.last().is_some_and(|row| row.len() > width || alike == 0);
    is_wider && blanks::separate(by_blanks.iter().map(Vec::as_slice), is_number)
}

/// Whether all rows but the first, which has the names, have a cell more than that.
fn lacks_first_name(rows: &str, quote: u8) -> bool {
    let widths: Vec<usize> = cells(rows, b' ', quote).map(|row| row.len()).collect();
    widths
        .split_first()
        .is_some_and(|(first, below)| !below.is_empty() && below.iter().all(|width| *width == first + 1))
}

/// The sign that cuts most rows into as many cells as the first; of several, the usual one, else the one with most cells.
fn separator(rows: &str, usual: u8, quote: u8) -> u8 {
    let score = |sign: u8| {
        let widths: Vec<usize> = cells(rows, sign, quote).map(|row| row.len()).collect();
        let first = widths.first().copied().unwrap_or_default();
        let alike = widths.iter().filter(|&&width| width == first && width > 1).count();
        (alike, sign == usual, first)
    };
    let best = [usual, b',', b';', b'\t', b'|'].into_iter().max_by_key(|&sign| score(sign)).unwrap_or(usual);
    // A colon stands in times as well: it separates cells where nothing else does, and in all rows alike.
    let are_cut = || {
        let widths: Vec<usize> = cells(rows, b':', quote).map(|row| row.len()).collect();
        widths.len() > 2 && widths.iter().all(|&width| width == widths[0] && width > 1)
    };
    if score(best).0 == 0 && are_cut() { b':' } else { best }
}

/// What the cells of a table show of how its numbers are written.
#[derive(Default)]
struct Seen {
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
    /// The first number such as `1.234`, in which a point may begin a fraction or group digits.
    open: Option<String>,
    /// Whether numbers have no point and up to three digits, as those below a thousand have; and whether some have more.
    has_short: bool,
    has_long: bool,
}

impl Seen {
    /// What rows show; the columns have these names.
    fn of(rows: impl Iterator<Item = Vec<String>>, names: Option<Vec<String>>, separator: u8) -> Self {
        let mut seen = Seen { names: names.unwrap_or_default(), ..Seen::default() };
        for row in rows {
            if seen.columns.len() < row.len() {
                seen.columns.resize(row.len(), Whole::default());
            }
            row.iter().enumerate().for_each(|(place, cell)| seen.add(place, cell));
        }
        // Between commas a point begins a fraction, unless a comma does so elsewhere.
        if separator != b';' && seen.commas == 0 {
            seen.columns.clear();
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

    fn add(&mut self, place: usize, cell: &str) {
        let is_sign = |letter: char| matches!(letter, ',' | '.') || is_other_mark(letter);
        let cell = Amount::of(cell).map_or(cell, |amount| amount.number);
        let digits = cell.trim_start_matches(['+', '-', '\u{2212}', '\u{2013}']);
        let is_number = digits.starts_with(|letter: char| letter.is_ascii_digit())
            && digits.ends_with(|letter: char| letter.is_ascii_digit())
            && digits.chars().all(|letter| letter.is_ascii_digit() || is_sign(letter));
        if !is_number {
            return;
        }
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
            (1, 0) if is_grouped(digits, ',') => self.open_comma += 1,
            (1, 0) => self.commas += 1,
            (0, 1) if is_grouped(digits, '.') => {
                self.columns[place].open.get_or_insert_with(|| cell.to_string());
            }
            (0, 1) => self.points += 1,
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
        if let Some(of_run) = of_run {
            let is_comma = of_run.decimal == ',';
            let (points, commas) = (self.points + self.grouped_by_comma, self.commas + self.grouped_by_point);
            let open_commas = if of_run.thousands == Some(',') { 0 } else { self.open_comma };
            // A cell that is written in another way breaks its row, and not all others.
            let is_other = match is_comma {
                true => points > commas + self.open_comma,
                false => commas > points || points == 0 && open_commas > 0,
            };
            if !is_other {
                let mark = (is_comma && (has_open || self.grouped_by_point > 0)).then_some('.');
                let has_groups = self.grouped_by_comma > 0 || points > 0 && self.open_comma > 0;
                let mark = mark.or((!is_comma && has_groups).then_some(','));
                return (Numbers { thousands: of_run.thousands.or(mark).or(self.other), ..of_run }, None);
            }
        }
        let is_comma = !has_points && (has_commas || self.open_comma > 0 && separator == b';');
        if let (false, false, Some((place, open))) =
            (is_comma, has_points || self.open_comma > 0, self.open())
        {
            return self.by_looks(place, open);
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
        (numbers, None)
    }

    /// How numbers are written where all points stand before three digits, as in `open` in the column at this place. They group digits
    /// where numbers below a thousand have none, and none above has none.
    fn by_looks(&self, place: usize, open: &str) -> (Numbers, Option<String>) {
        let mut columns = self.columns.iter().filter(|column| column.open.is_some());
        let groups = columns.clone().any(|column| column.has_short) && !columns.any(|column| column.has_long);
        let name = self.names.get(place).filter(|name| !name.is_empty());
        let name = name.map_or_else(|| format!("column {}", place + 1), |name| format!("'{name}'"));
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
    use proptest::prelude::*;

    fn dialect(sample: &str) -> Dialect {
        Dialect::of(sample, &Csv::of(String::new()), b',', None).unwrap()
    }

    #[test]
    fn the_separator_is_what_cuts_the_rows_into_equal_numbers_of_cells() {
        for (sample, separator) in [
            ("a,b\n1,2\n", b','),
            ("a;b\n1,5;2,5\n3,5;4\n", b';'),
            ("height, cm;b\n1;2\n3;4\n", b';'),
            ("a\tb c\n1\t2, 3\n", b'\t'),
            ("a|b|c\n1|2|3\n", b'|'),
            ("a,b,k\n1,2,x\n3,y\n5,6,y\n", b','),
            ("a\n1\n", b','),
            ("", b','),
            ("  1.0   2 x\n 13.5  21 y\n", b' '),
            ("a b c\n1 2 3\n4 5 6\n", b' '),
            ("1.0   ? 3\t\"a b\"\n2.0  45 3\t\"c\"\n", b' '),
            ("\"a\" \"b\"\n\"1\" 5 6\n\"2\" 7 8\n", b' '),
            // Words, dates with times, and cells that another sign cuts.
            ("words\nto be or\nnot to be\n", b','),
            ("when\n2024-01-01 12:00\n2024-01-02 13:00\n", b','),
            ("a\tb\n1\t2 3\n4\t5 6\n", b'\t'),
            ("a, b\n1, 2\n3, 4\n", b','),
        ] {
            assert_eq!(dialect(sample).separator as char, separator as char, "{sample}");
        }
        let tabs = Dialect::of("a,b\tc\n1,5\t2\n", &Csv::of(String::new()), b'\t', None).unwrap();
        assert_eq!(tabs.separator, b'\t');
        let wrong = Csv { separator: Some('→'), ..Csv::of(String::new()) };
        assert_eq!(Dialect::of("a", &wrong, b',', None).unwrap_err(), "'→' separates no cells");
    }

    #[test]
    fn numbers_are_written_as_the_first_rows_show() {
        let numbers = |sample: &str| {
            let Numbers { decimal, thousands } = dialect(sample).numbers;
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
        assert_eq!(numbers("a,b\n12.345,x\n901,y\n"), ('.', None));
        // Dates, addresses and versions are no numbers.
        assert_eq!(numbers("a,b\n01.02.2024,192.168.1.10\n"), ('.', None));
        let given = Csv { decimal: Some(','), ..Csv::of(String::new()) };
        assert_eq!(Dialect::of("a;b\n1;2\n", &given, b',', None).unwrap().numbers.decimal, ',');
    }

    #[test]
    fn a_point_that_may_be_either_is_told_with_the_option_that_says_otherwise() {
        let words = |sample: &str| dialect(sample).in_words(b';');
        let grouped = "digits grouped by '.': 12.345 in 'Umsatz' is read as 12345; decimal: '.' in a preset makes it a fraction";
        assert_eq!(words("Umsatz;k\n12.345;3\n901;4\n"), [grouped]);
        let open = "fractions after '.': 12.345 in 'Umsatz' is no whole number; thousands: '.' in a preset makes it 12345";
        assert_eq!(words("Umsatz;k\n12.345;3\n"), [open]);
        assert!(words("Umsatz;k\n12.345;3.5\n").is_empty());
    }

    #[test]
    fn a_table_is_read_as_that_of_the_run_unless_it_shows_otherwise() {
        let asked = |sample: &str, decimal, thousands| {
            let of_run = Some(Numbers { decimal, thousands });
            let table = Csv::of(String::new());
            let Numbers { decimal, thousands } = Dialect::of(sample, &table, b',', of_run).unwrap().numbers;
            (decimal, thousands)
        };
        assert_eq!(asked("a;b\n12.345;1\n", ',', Some('.')), (',', Some('.')));
        assert_eq!(asked("a;b\n12.345;1\n", ',', None), (',', Some('.')));
        assert_eq!(asked("a;b\n12.345;1\n901;2\n", '.', None), ('.', None));
        assert_eq!(asked("a,b\n12.5,1\n", ',', Some('.')), ('.', None));
        assert_eq!(asked("a,b\n\"1,234\",1\n", '.', None), ('.', Some(',')));
        // One cell that is written in another way breaks its row alone.
        assert_eq!(asked("a;b\n1,5;1\n2.5;1\n3,5;2\n", ',', None), (',', None));
        assert_eq!(asked("a,b\n1.5,1\n\"1.234,5\",1\n2.5,2\n", '.', None), ('.', None));
    }

    #[test]
    fn comments_and_the_header_that_numpy_writes_as_one_are_told_apart() {
        let plain = dialect("# made on Monday\na,b\n1,2\n");
        assert_eq!((plain.comment, plain.before.lines, plain.before.bytes), (None, 1, 17));
        assert_eq!(plain.header, None);
        let numpy = dialect("# x\n# a,b\n1,2\n");
        assert_eq!(numpy.header, Some(vec!["a".to_string(), "b".to_string()]));
        assert_eq!(dialect("a,b\n#1,2\n").comment, None);
        let words = dialect("# a\na;b\n1,5;2\n").in_words(b',');
        let comments = "comments after '#' before the first row";
        assert_eq!(words, ["cells separated by ';'", "fractions after ','", comments]);
        // Rows may begin with such a sign as well: only one of these lines can be the header.
        let colours = dialect("#c,a\n#ff0000,1\n#00ff00,2\nblue,3\n");
        assert_eq!((colours.before.lines, colours.header), (0, None));
        let no_header = Csv { header: false, ..Csv::of(String::new()) };
        assert_eq!(Dialect::of("#ff0000,1\nblue,3\n", &no_header, b',', None).unwrap().before.lines, 0);
        assert_eq!(Dialect::of("# x,y\n1,2\n", &no_header, b',', None).unwrap().before.lines, 1);
        let given = Csv { comment: Some('%'), ..Csv::of(String::new()) };
        let given = Dialect::of("% x\na,b\n%1,2\n", &given, b',', None).unwrap();
        assert_eq!((given.comment, given.before), (Some(b'%'), Before::default()));
    }

    #[test]
    fn the_line_that_excel_reads_says_what_separates_cells() {
        for first in ["sep=;", "\"sep=;\"", "SEP=;"] {
            let said = dialect(&format!("{first}\na;b\n1,5;2\n"));
            assert_eq!((said.separator, said.before.lines, said.numbers.decimal), (b';', 1, ','), "{first}");
        }
        assert_eq!(dialect("sep=\t\na\tb\n1\t2\n").separator, b'\t');
        assert_eq!(dialect("sep=;x\na,b\n1,2\n").before.lines, 0);
    }

    #[test]
    fn single_quotes_stand_around_cells_where_most_lines_have_them() {
        assert_eq!(dialect("'a','b'\n'1','x, y'\n").quote, b'\'');
        assert_eq!(dialect("a,b\n1,it's\n2,o'clock\n").quote, b'"');
        assert_eq!(dialect("a,b\n\"1\",'x'\n").quote, b'"');
    }

    proptest! {
        #[test]
        fn any_text_has_a_dialect(sample in "[a1#,;.'\" \\n\\t|-]{0,80}", usual in "[,\t]") {
            let _ = Dialect::of(&sample, &Csv::of(String::new()), usual.as_bytes()[0], None);
        }
    }
}
