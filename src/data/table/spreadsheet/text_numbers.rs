//! Cells of a spreadsheet that are texts and say a number as people write it: `3,5`, `1.234,50 €`, `1'234`.

use std::collections::HashSet;

use super::cells::Cells;
use crate::data::table::cell::Numbers;
use crate::data::table::dialect::{Seen, Written};
use crate::preset::Csv;

/// Writes the numbers of texts as those of other cells are: without groups, fractions after a point. `texts` are the rows, by their
/// numbers, and columns of cells that are texts. How they are written is found out as in a text whose cells are separated by commas. Gives
/// that, and what is told of it.
///
/// # Errors
/// When the options contradict each other.
pub(super) fn rewrite(
    rows: &mut [Cells],
    texts: &[(u64, usize)],
    table: &Csv,
    of_run: Option<Numbers>,
) -> Result<(Written, Option<String>), String> {
    let names = rows.first().map(|row| row.cells.clone()).filter(|_| table.header);
    let above = rows.first().map_or(0, |row| row.number - u64::from(!table.header));
    let mut seen = Seen::of(std::iter::empty(), names);
    for &(number, column) in texts.iter().filter(|(number, _)| *number > above) {
        if let Some(cell) = cell(rows, number, column) {
            seen.add(column, cell);
        }
    }
    let of_text: HashSet<(u64, usize)> = texts.iter().copied().collect();
    for row in rows.iter().filter(|row| row.number > above && !of_text.is_empty()) {
        let others =
            row.cells.iter().enumerate().filter(|(column, _)| !of_text.contains(&(row.number, *column)));
        for (column, cell) in others {
            if let Some(number) = Numbers::default().parse(cell) {
                seen.add_own(column, number);
            }
        }
    }
    let written = Written::of(&seen, table, b',', of_run)?;
    let (mut count, is_plain) = (0, written.numbers == Numbers::default());
    if !is_plain {
        for &(number, column) in texts.iter().filter(|(number, _)| *number > above) {
            if let Some(cell) = cell(rows, number, column)
                && let Some(plain) = written.plain(cell)
            {
                *cell = plain;
                count += 1;
            }
        }
    }
    let words = written.in_words().join(", ");
    let is_told = !words.is_empty() && (is_plain || count > 0);
    Ok((written, is_told.then(|| format!("numbers in cells of text have {words}"))))
}

fn cell(rows: &mut [Cells], number: u64, column: usize) -> Option<&mut String> {
    let at = rows.binary_search_by_key(&number, |row| row.number).ok()?;
    rows[at].cells.get_mut(column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cells: &[&str], table: &Csv, of_run: Option<Numbers>) -> (Vec<String>, Option<String>) {
        let row =
            |(place, cell): (usize, &&str)| Cells { number: place as u64 + 1, cells: vec![cell.to_string()] };
        let mut rows: Vec<Cells> = cells.iter().enumerate().map(row).collect();
        let texts: Vec<(u64, usize)> = (1..=cells.len() as u64).map(|number| (number, 0)).collect();
        let (_, told) = rewrite(&mut rows, &texts, table, of_run).unwrap();
        (rows.into_iter().skip(1).map(|mut row| row.cells.remove(0)).collect(), told)
    }

    #[test]
    fn texts_become_the_numbers_that_they_say() {
        let usual = Csv::of(String::new());
        let read = |cells: &[&str]| super::tests::read(&[&["a"], cells].concat(), &usual, None).0;
        assert_eq!(read(&["3,5", "-0,25", "7"]), ["3.5", "-0.25", "7"]);
        assert_eq!(read(&["1.234,50 €", "6.694", "(2,5)"]), ["1234.50 €", "6694", "(2.5)"]);
        assert_eq!(read(&["1,234.5", "12,345", "901"]), ["1234.5", "12345", "901"]);
        assert_eq!(read(&["1'234", "12’345.5", "901"]), ["1234", "12345.5", "901"]);
        assert_eq!(read(&["1 234,5", "901"]), ["1234.5", "901"]);
        assert_eq!(read(&["1.234.567", "6.694"]), ["1234567", "6694"]);
        assert_eq!(read(&["6.694", "12.345", "901"]), ["6694", "12345", "901"]);
        // Dates, addresses, versions and words stay.
        let others = ["13.01.2020", "1.2.3", "3,5", "a 3,5 b", "2,5-3,5", "7"];
        assert_eq!(read(&others), ["13.01.2020", "1.2.3", "3.5", "a 3,5 b", "2,5-3,5", "7"]);
        assert_eq!(read(&["6.5", "1.25"]), ["6.5", "1.25"]);
    }

    #[test]
    fn what_was_taken_is_told_and_options_and_the_run_decide() {
        let usual = Csv::of(String::new());
        let (cells, told) = read(&["Umsatz", "6.694", "12.345"], &usual, None);
        let open = "numbers in cells of text have fractions after '.': 6.694 in 'Umsatz' is no whole number; thousands: '.' in a preset \
                    makes it 6694";
        assert_eq!((&cells[..], told.as_deref()), (&["6.694".to_string(), "12.345".into()][..], Some(open)));
        let thousands = Csv { thousands: Some('.'), ..usual.clone() };
        assert_eq!(read(&["Umsatz", "6.694"], &thousands, None).0, ["6694"]);
        let of_run = Some(Numbers { decimal: ',', thousands: Some('.') });
        assert_eq!(read(&["Umsatz", "6.694"], &usual, of_run).0, ["6694"]);
        assert_eq!(read(&["Umsatz", "6.5"], &usual, None).1, None);
    }
}
