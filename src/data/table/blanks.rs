//! Tables whose cells are separated by blanks, however many: brought to one blank between two cells.

use std::io::{self, Read};

/// A text with one blank for each run of blanks and tabs, and none at the ends of its lines. Within quotes that open where a cell begins
/// all stay.
#[derive(Debug)]
pub struct Joined<R> {
    inner: R,
    quote: u8,
    is_quoted: bool,
    /// Whether a blank is to be written before the next letter of the line.
    is_owed: bool,
    is_line_start: bool,
    is_cell_start: bool,
}

impl<R> Joined<R> {
    /// The text of `inner`.
    pub fn new(inner: R, quote: u8) -> Self {
        Joined { inner, quote, is_quoted: false, is_owed: false, is_line_start: true, is_cell_start: true }
    }

    /// Brings the first `count` bytes to their new form, in place; gives how many they are then.
    fn join(&mut self, bytes: &mut [u8], count: usize, spare: &mut Vec<u8>) {
        spare.clear();
        for &byte in &bytes[..count] {
            match byte {
                b' ' | b'\t' if !self.is_quoted => {
                    self.is_owed = !self.is_line_start;
                    self.is_cell_start = true;
                    continue;
                }
                b'\n' if !self.is_quoted => {
                    (self.is_owed, self.is_line_start, self.is_cell_start) = (false, true, true);
                    spare.push(byte);
                    continue;
                }
                _ => {}
            }
            if std::mem::take(&mut self.is_owed) {
                spare.push(b' ');
            }
            // A quote that closes may be the first of two, which stand for one: the second opens it again.
            let is_quote = byte == self.quote;
            self.is_quoted = if self.is_quoted { !is_quote } else { is_quote && self.is_cell_start };
            self.is_cell_start = is_quote && !self.is_quoted;
            self.is_line_start = false;
            spare.push(byte);
        }
    }
}

impl<R: Read> Read for Joined<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        // A blank that is owed makes one byte more than is read.
        let most = out.len().saturating_sub(1);
        if most == 0 {
            return Ok(0);
        }
        let mut spare = Vec::with_capacity(out.len());
        loop {
            let count = self.inner.read(&mut out[..most])?;
            if count == 0 {
                return Ok(0);
            }
            self.join(out, count, &mut spare);
            if !spare.is_empty() {
                out[..spare.len()].copy_from_slice(&spare);
                return Ok(spare.len());
            }
        }
    }
}

/// The same of a text.
pub fn joined(text: &str, quote: u8) -> String {
    let (mut bytes, mut out) = (text.as_bytes().to_vec(), Vec::new());
    let count = bytes.len();
    Joined::new(io::empty(), quote).join(&mut bytes, count, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// Rows, and words in each, that are no prose where each has as many.
const ROWS_OF_NO_PROSE: usize = 10;
const WORDS_OF_NO_PROSE: usize = 5;

/// Whether blanks separate the cells of these rows, which begin a table: all rows have as many, and most are numbers, or there are many.
pub fn separate<'a>(rows: impl Iterator<Item = &'a [String]>, is_number: impl Fn(&str) -> bool) -> bool {
    let rows: Vec<&[String]> = rows.collect();
    let Some(width) = rows.last().map(|row| row.len()).filter(|&width| width > 1) else { return false };
    // The first row may be the names of the columns, of which that of the rows' own names has none.
    let is_first = rows[0].len() == width || rows[0].len() + 1 == width && rows.len() > 2;
    let below = &rows[1..];
    let cells = || below.iter().flat_map(|row| row.iter());
    let (numbers, all) = (cells().filter(|cell| is_number(cell)).count(), cells().count());
    let is_no_prose = width >= WORDS_OF_NO_PROSE && below.len() >= ROWS_OF_NO_PROSE && numbers * 5 >= all;
    let are_cells = numbers * 2 >= all || is_no_prose;
    rows.len() > 1 && is_first && below.iter().all(|row| row.len() == width) && are_cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn runs_of_blanks_become_one_but_within_quotes() {
        for (text, wanted) in [
            ("  1.0   2\t3  \n4  5 6\n", "1.0 2 3\n4 5 6\n"),
            ("18.0   8 \t\"chevrolet  chevelle\"\n", "18.0 8 \"chevrolet  chevelle\"\n"),
            ("a 5\"  b\n", "a 5\" b\n"),
            ("\"a \"\" b\"  c\n", "\"a \"\" b\" c\n"),
            ("\n\n1 2", "\n\n1 2"),
        ] {
            assert_eq!(joined(text, b'"'), wanted, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_text_is_the_same_in_pieces_of_any_size(text in "[a1 \t\n\"é]{0,60}", size in 2..9_usize) {
            let mut reader = Joined::new(text.as_bytes(), b'"');
            let (mut out, mut piece) = (Vec::new(), vec![0; size]);
            while let count @ 1.. = reader.read(&mut piece).unwrap() {
                out.extend_from_slice(&piece[..count]);
            }
            prop_assert_eq!(String::from_utf8(out).unwrap(), joined(&text, b'"'));
        }
    }
}
