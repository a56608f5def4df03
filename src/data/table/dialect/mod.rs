//! How a table of separated cells is written. What a preset does not say is told from the table's first lines.

mod before;
mod cells;
mod numbers;

pub use before::Before;
pub use numbers::{Seen, Written, digits_of};

use super::cell::Numbers;
use super::trailing::without_last;
use crate::preset::Csv;
use cells::{are_blanks, cells, is_boxed, lacks_first_name, quote, separator};

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
    pub written: Written,
    /// The names of the columns, where they stand in the last of the comments before the first row.
    pub header: Option<Vec<String>>,
    /// The cells of a row without the empty ones that separators at its end make, where rows or the names have some too many.
    pub width: Option<usize>,
    /// Whether the rows have a cell more than there are names, in front: the name of the row, as R writes it.
    pub names_rows: bool,
    /// Whether each row begins and ends with a separator.
    pub is_boxed: bool,
}

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
        let names = header.clone().or_else(|| cells(&rows, separator, quote).next());
        let seen = Seen::of(cells(&rows, separator, quote), names.filter(|_| table.header));
        let written = Written::of(&seen, table, separator, of_run)?;
        Ok(Dialect {
            separator,
            quote,
            comment,
            before,
            written,
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
        words.extend(self.written.in_words());
        if self.names_rows {
            words.push("a first column without a name, which names the rows".into());
        }
        if self.width.is_some() {
            words.push("separators at the end of rows, behind which nothing stands".into());
        }
        match self.comment {
            Some(sign) => words.push(format!("comments after '{}'", sign as char)),
            None if self.before.are_comments => words.push("comments after '#' before the first row".into()),
            None => {}
        }
        words
    }
}

fn byte(sign: char, problem: &str) -> Result<u8, String> {
    u8::try_from(sign).ok().filter(u8::is_ascii).ok_or_else(|| format!("'{sign}' {problem}"))
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
            assert_eq!(
                (said.separator, said.before.lines, said.written.numbers.decimal),
                (b';', 1, ','),
                "{first}"
            );
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
