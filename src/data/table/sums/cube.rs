//! Rows that are sums of others which stand anywhere in a table: the totals of a cube, those of each of several columns of words, and
//! those of groups at a table's end.

use std::collections::{HashMap, HashSet};

use super::evidence::{self, Fit, Group};
use super::words::SumWord;
use crate::data::table::cell;

/// The most cells of a table that is looked at.
pub const MOST_CELLS: usize = 1 << 19;
/// The most bytes of its cells.
pub const MOST_BYTES: usize = 1 << 26;
/// The most kinds of totals, each with other columns that are summed over.
const KINDS: usize = 64;
/// Rows that are few enough for a number to be their sum by chance.
const FEW_ROWS: usize = 8;

/// A row of the table.
pub struct Seen {
    /// Its number.
    pub number: u64,
    /// Its cells.
    pub cells: csv::StringRecord,
    /// Their numbers; NaN where there is none.
    pub numbers: Vec<f64>,
}

impl Seen {
    fn cell(&self, column: usize) -> &str {
        cell::at(&self.cells, column)
    }

    fn lacks(&self, column: usize) -> bool {
        cell::is_missing(self.cell(column))
    }
}

/// A row that may be a total.
struct Total<'a> {
    row: &'a Seen,
    /// The columns that it is summed over, by their places among those of words.
    over: u64,
    /// The first of them in the table.
    column: usize,
    /// The group that it names.
    group: Option<&'a str>,
    /// Whether a word says that it is one, and that it is a mean.
    word: Option<bool>,
}

/// A row that is a sum, the column that says so, and whether it is a mean.
pub type Found = (u64, usize, bool);

/// The columns of words, by which rows are grouped: those that have words in most rows, or numbers and words of sums.
fn groups(rows: &[Seen], columns: usize, label: Option<usize>) -> Vec<usize> {
    let is_one = |&column: &usize| {
        let is_word = |row: &&Seen| row.numbers[column].is_nan() && !row.lacks(column);
        let is_sum = |row: &Seen| SumWord::of(row.cell(column)).is_some();
        let words = rows.iter().filter(is_word).count();
        let sums = || rows.iter().filter(is_word).filter(|row| is_sum(row)).count();
        words * 2 >= rows.len() || words > 0 && sums() == words
    };
    (0..columns).filter(|&column| Some(column) != label).filter(is_one).take(KINDS).collect()
}

/// The rows that are totals. `label` is the place of the label, `are_others` are the numbers of rows that are known to be none of the
/// table's own.
pub fn sums(rows: &[Seen], label: Option<usize>, are_others: &HashSet<u64>) -> Vec<Found> {
    let columns = rows.first().map_or(0, |row| row.numbers.len());
    let of_words = groups(rows, columns, label);
    let (mut own, mut totals) = (Vec::new(), Vec::new());
    for row in rows.iter().filter(|row| !are_others.contains(&row.number)) {
        let words: Vec<Option<SumWord>> =
            of_words.iter().map(|&column| SumWord::of(row.cell(column))).collect();
        let is_over = |place: &usize| words[*place].is_some() || row.lacks(of_words[*place]);
        let over = (0..of_words.len()).filter(is_over).fold(0, |over, place| over | 1 << place);
        match (0..of_words.len()).find(is_over) {
            None => own.push(row),
            Some(first) => {
                let first_word = words.iter().position(Option::is_some);
                let column = of_words[first_word.unwrap_or(first)];
                let word = first_word.and_then(|place| words[place]).map(|word| word.is_mean);
                let group = SumWord::group(row.cell(column)).filter(|_| word.is_some());
                totals.push(Total { row, over, column, group, word });
            }
        }
    }
    let mut found: Vec<Found> = of_numbers_alone(rows, &own, label, are_others).into_iter().collect();
    let kinds: HashSet<(u64, Option<bool>)> = totals.iter().map(|total| (total.over, total.word)).collect();
    if kinds.len() > KINDS || own.is_empty() {
        return found;
    }
    for kind in kinds {
        found.extend(of_kind(&totals, kind, &own, &of_words));
    }
    found
}

/// The numbers of a row that may be sums.
fn numbers(row: &Seen, of_words: &[usize]) -> Vec<f64> {
    let number =
        |(column, &number): (usize, &f64)| if of_words.contains(&column) { f64::NAN } else { number };
    row.numbers.iter().enumerate().map(number).collect()
}

/// Those of the totals over the same columns that are sums.
fn of_kind(
    totals: &[Total],
    (over, word): (u64, Option<bool>),
    own: &[&Seen],
    of_words: &[usize],
) -> Vec<Found> {
    let key = |row: &Seen| -> Vec<String> {
        let is_kept = |place: &usize| over >> place & 1 == 0;
        (0..of_words.len()).filter(is_kept).map(|place| row.cell(of_words[place]).to_lowercase()).collect()
    };
    let mut groups: HashMap<Vec<String>, Group> = HashMap::new();
    own.iter().for_each(|row| evidence::add(groups.entry(key(row)).or_default(), &row.numbers));
    // Those that a word of the row names, in whichever column it is.
    let mut named: HashMap<String, Group> = totals
        .iter()
        .filter(|total| (total.over, total.word) == (over, word))
        .filter_map(|total| Some((total.group?.to_lowercase(), Group::new())))
        .collect();
    if !named.is_empty() {
        for row in own {
            let names: HashSet<String> =
                of_words.iter().map(|&column| row.cell(column).to_lowercase()).collect();
            for name in names {
                if let Some(group) = named.get_mut(&name) {
                    evidence::add(group, &row.numbers);
                }
            }
        }
    }
    let (is_mean, is_silent) = (word.unwrap_or(false), word.is_none());
    let fits: Vec<(&Total, Fit, usize)> = totals
        .iter()
        .filter(|total| (total.over, total.word) == (over, word))
        .filter_map(|total| {
            let group = total
                .group
                .and_then(|name| named.get(&name.to_lowercase()))
                .filter(|group| !group.is_empty());
            let group = group.or_else(|| groups.get(&key(total.row)))?;
            let numbers = numbers(total.row, of_words);
            let count = numbers.iter().filter(|number| number.is_finite()).count();
            Some((total, evidence::fit(&numbers, group, is_mean, is_silent), count))
        })
        .collect();
    let count = |wanted: Fit| fits.iter().filter(|(_, fit, _)| *fit == wanted).count();
    let (are, others) = (count(Fit::Is), count(Fit::No));
    let compared: usize = fits.iter().filter(|(_, fit, _)| *fit == Fit::Is).map(|(.., count)| count).sum();
    // Where nothing but the numbers says it, they may be so by chance.
    let is_kind = match is_silent {
        true => are > 0 && others == 0 && compared > 1 && own.len() > 2,
        false => are > 0 && (are >= others || are + others < 3),
    };
    let is_sum = |(total, fit, _): &(&Total, Fit, usize)| {
        (is_kind && *fit != Fit::No).then_some((total.row.number, total.column, is_mean))
    };
    fits.iter().filter_map(is_sum).collect()
}

/// The last row, where it lacks what all others have, and its numbers are the sums of theirs.
fn of_numbers_alone(
    rows: &[Seen],
    own: &[&Seen],
    label: Option<usize>,
    are_others: &HashSet<u64>,
) -> Option<Found> {
    let last = rows.iter().rfind(|row| !are_others.contains(&row.number))?;
    let above: Vec<&&Seen> = own.iter().filter(|row| row.number != last.number).collect();
    let columns = last.numbers.len();
    let is_lacked = |&column: &usize| last.lacks(column) && above.iter().all(|row| !row.lacks(column));
    let column = (0..columns).filter(|&column| Some(column) != label).find(is_lacked)?;
    let has_words = (0..columns).any(|column| last.numbers[column].is_nan() && !last.lacks(column));
    let count = last.numbers.iter().filter(|number| number.is_finite()).count();
    let are_enough = above.len() >= FEW_ROWS || count > 1 && above.len() * 2 >= FEW_ROWS;
    let mut group = Group::new();
    above.iter().for_each(|row| evidence::add(&mut group, &row.numbers));
    let is_sum = are_enough && !has_words && evidence::fit(&last.numbers, &group, false, true) == Fit::Is;
    is_sum.then_some((last.number, column, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of the rows that are sums, from 1.
    fn found(text: &str) -> Vec<u64> {
        let rows: Vec<Seen> = text
            .lines()
            .zip(1..)
            .map(|(line, number)| {
                let cells: csv::StringRecord = line.split(' ').map(|cell| cell.trim_matches('_')).collect();
                let numbers = cells.iter().map(|cell| cell.parse().unwrap_or(f64::NAN)).collect();
                Seen { number, cells, numbers }
            })
            .collect();
        let mut found: Vec<u64> =
            sums(&rows, None, &HashSet::new()).into_iter().map(|(number, ..)| number).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    const OWN: &str = "n a 1\nn b 2\nn c 4\ns a 8\ns b 16\ns c 32\n";

    #[test]
    fn totals_of_a_cube_are_found_with_words_and_without() {
        for word in ["All", "Total", "_"] {
            let totals = [
                ("n", word, 7),
                ("s", word, 56),
                (word, "a", 9),
                (word, "b", 18),
                (word, "c", 36),
                (word, word, 63),
            ];
            let rows: String = totals.iter().map(|(one, two, sum)| format!("{one} {two} {sum}\n")).collect();
            let wanted = if word == "_" { 7..=11 } else { 7..=12 };
            let seen = found(&format!("{OWN}{rows}"));
            assert!(wanted.clone().all(|row| seen.contains(&row)) && !seen.contains(&6), "{word}: {seen:?}");
        }
        // Rows without a word that are no sums.
        assert_eq!(found(&format!("{OWN}n _ 5\ns _ 6\n_ a 7\n")), Vec::<u64>::new());
        assert_eq!(found(&format!("{OWN}n All 5\ns All 6\n")), Vec::<u64>::new());
    }

    #[test]
    fn totals_of_groups_may_stand_apart() {
        let rows = "n 1\ns 2\nn 4\ns 8\nn 16\n";
        assert_eq!(found(&format!("{rows}Total\u{a0}n 21\nTotal\u{a0}s 10\n")), [6, 7]);
    }

    #[test]
    fn a_last_row_without_a_name_is_the_sum_where_all_its_numbers_are() {
        let rows: String = (1..=9).map(|row| format!("{row} {} {}\n", row * row, 2 * row)).collect();
        assert_eq!(found(&format!("{rows}_ 285 90\n")), [10]);
        assert_eq!(found(&format!("{rows}_ 285 91\n")), Vec::<u64>::new());
        assert_eq!(found(&format!("{rows}10 285 90\n")), Vec::<u64>::new());
    }
}
