//! Which words of a column are told apart: those of the rows that are trained on, as for everything that a network learns of its
//! data. Which rows these are is known once all have been read; so each row's word is kept until then.

use std::collections::{HashMap, HashSet};

use super::cell::{is_missing, shown};
use super::classes;
use super::encode::counts_as;
use crate::preset::{InputColumn, InputKind, Rest};

/// A column of words is one of categories up to so many different ones; beyond, only if each occurs twice on average.
pub(super) const FEW_WORDS: usize = 20;

/// The words of a column, and the one of each row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The place of the column among the inputs.
    pub input: usize,
    words: Vec<String>,
    numbers: HashMap<String, u16>,
    /// Of more than a few words, one in fewer rows is not told apart.
    fewest: u64,
    /// The most words that are told apart.
    most: usize,
    /// The number of each row's word.
    of_rows: Vec<u16>,
    /// The first word that is in no row of the files to learn from.
    stranger: Option<String>,
}

/// The number of a word that no row of the files to learn from has. So many words of a column are not counted.
const STRANGER: u16 = u16::MAX;

/// How the rows are brought to the words that have been chosen.
#[derive(Clone, Debug)]
pub struct Recoded {
    /// The first of the column's inputs, and how many follow it that are 0 but for the one of the word; `None`: the input is the
    /// number of the word.
    first: usize,
    one_hot: Option<usize>,
    /// The place of each word, by its number; those of strangers and others.
    places: Vec<usize>,
    other: usize,
    of_rows: Vec<u16>,
}

/// The words that are told apart, in order: the most frequent, and where there are more than a few none that is in fewer than
/// `fewest` rows.
pub(super) fn chosen<'a>(
    counts: impl Iterator<Item = (&'a str, u64)>,
    fewest: u64,
    most: usize,
) -> Vec<String> {
    let mut words: Vec<(&str, u64)> = counts.filter(|(_, count)| *count > 0).collect();
    if words.len() > FEW_WORDS {
        words.retain(|&(_, count)| count >= fewest);
    }
    words.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| classes::order(a.0, b.0)));
    words.truncate(most);
    words.sort_by(|a, b| classes::order(a.0, b.0));
    words.into_iter().map(|(word, _)| word.to_string()).collect()
}

impl Choice {
    /// A choice among these words of the input at this place.
    pub(super) fn new<'a>(
        input: usize,
        words: impl Iterator<Item = &'a str>,
        fewest: u64,
        most: usize,
    ) -> Self {
        let mut words: Vec<String> = words.map(str::to_string).collect();
        words.sort();
        let numbers = words.iter().cloned().zip(0..).collect();
        Choice { input, words, numbers, fewest, most, of_rows: Vec::new(), stranger: None }
    }

    /// Takes the cell of the next row.
    pub(super) fn push(&mut self, cell: &str) {
        let number = self.numbers.get(cell).copied().unwrap_or(STRANGER);
        if number == STRANGER && self.stranger.is_none() {
            self.stranger = Some(cell.to_string());
        }
        self.of_rows.push(number);
    }

    /// How many rows have a word that says that it is missing, or none.
    pub fn missing(&self) -> u64 {
        let are_gaps: Vec<bool> = self.words.iter().map(|word| is_missing(word)).collect();
        let is_gap = |number: &&u16| are_gaps.get(usize::from(**number)).is_some_and(|is| *is);
        self.of_rows.iter().filter(is_gap).count() as u64
    }

    fn counts(&self, rows: &[u32]) -> Vec<u64> {
        let mut counts = vec![0; self.words.len()];
        for &row in rows {
            let number = usize::from(self.of_rows[row as usize]);
            counts.get_mut(number).into_iter().for_each(|count| *count += 1);
        }
        counts
    }

    /// Chooses the words of the column by the rows `train`, and says so in the column. Gives what brings rows to them, where
    /// they are others than by all rows. `first` is the first of the column's inputs.
    pub fn choose(&self, train: &[u32], column: &mut InputColumn, first: usize) -> Option<Recoded> {
        let counts = self.counts(train);
        let words = self.words.iter().map(String::as_str).zip(counts);
        let words = chosen(words, self.fewest, self.most);
        let (is_one_hot, before) = match &mut column.kind {
            InputKind::Category(before) => (true, before),
            InputKind::Embedding { words: before, .. } => (false, before),
            InputKind::Number(_) | InputKind::Boolean(_) | InputKind::Date { .. } => return None,
        };
        // Both are in the same order: those that all rows would choose keep their places, where there are no others.
        let (new, old): (HashSet<&String>, HashSet<&String>) =
            (words.iter().collect(), before.iter().collect());
        let unused: Vec<usize> = match new.is_subset(&old) {
            true => (0..self.most).filter(|&place| !new.contains(&before[place])).collect(),
            false => (words.len()..self.most).collect(),
        };
        let free = (0..self.most).filter(|place| !unused.contains(place));
        let own: HashMap<&str, usize> = words.iter().map(String::as_str).zip(free).collect();
        let place = |number: u16| self.words.get(usize::from(number)).and_then(|word| own.get(&word[..]));
        let is_taught = train.iter().any(|&row| place(self.of_rows[row as usize]).is_none());
        let is_as_before = *before == words && (is_taught || !is_one_hot);
        // Behind the words that are not told apart; a word of which nothing was taught is behind all inputs.
        let other = if is_taught || !is_one_hot { self.most } else { self.most + 1 };
        let places = self.words.iter().map(|word| own.get(&word[..]).copied().unwrap_or(other)).collect();
        before.clone_from(&words);
        column.rest = Rest { unused, is_taught };
        let one_hot = is_one_hot.then_some(self.most);
        (!is_as_before).then(|| Recoded { first, one_hot, places, other, of_rows: self.of_rows.clone() })
    }

    /// What is said of the rows `held_out` whose word is in none of the rows `train`; `name` is that of the column in messages.
    pub fn strangers(&self, train: &[u32], held_out: &[u32], name: &str, rest: &Rest) -> Option<String> {
        let counts = self.counts(train);
        let is_strange = |row: &&u32| {
            counts.get(usize::from(self.of_rows[**row as usize])).is_none_or(|&count| count == 0)
        };
        let first = held_out.iter().find(is_strange)?;
        let count = held_out.iter().filter(is_strange).count();
        let word = self.words.get(usize::from(self.of_rows[*first as usize])).or(self.stranger.as_ref());
        let rows = if count == 1 { "1 row that is".into() } else { format!("{count} rows that are") };
        let has = if count == 1 { "has" } else { "have" };
        Some(format!(
            "{name}: {rows} held out {has} a word that no training row has, such as {}; {}",
            shown(word.map_or("", String::as_str)),
            counts_as(rest)
        ))
    }
}

impl Recoded {
    /// Writes the word of a row into its inputs.
    pub fn apply(&self, row: usize, inputs: &mut [f32]) {
        let number = usize::from(self.of_rows[row]);
        let place = self.places.get(number).copied().unwrap_or(self.other);
        match self.one_hot {
            None => inputs[self.first] = place as f32,
            Some(last) => {
                let inputs = &mut inputs[self.first..][..=last];
                inputs.fill(0.0);
                inputs.get_mut(place).into_iter().for_each(|input| *input = 1.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(words: &[&str], cells: &[&str]) -> (Choice, InputColumn) {
        let mut choice = Choice::new(0, words.iter().copied(), 2, words.len());
        cells.iter().for_each(|cell| choice.push(cell));
        let words = words.iter().map(ToString::to_string).collect();
        (choice, InputColumn::new(0, InputKind::Category(words)))
    }

    fn inputs(recoded: &Recoded, row: usize) -> Vec<f32> {
        let mut inputs = vec![9.0; 5];
        recoded.apply(row, &mut inputs);
        inputs
    }

    #[test]
    fn a_word_that_only_held_out_rows_have_is_no_word_that_is_known() {
        let (choice, mut city) = column(&["Lima", "Oslo", "Rome"], &["Oslo", "Rome", "Lima", "Bonn", "Oslo"]);
        let recoded = choice.choose(&[0, 1, 4], &mut city, 1).expect("Lima is not known");
        assert_eq!(city.kind, InputKind::Category(vec!["Oslo".into(), "Rome".into()]));
        assert_eq!(city.rest, Rest { unused: vec![0], is_taught: false });
        // Each keeps its place, whether Lima is known or not. The first input belongs to another column.
        assert_eq!(inputs(&recoded, 0), [9.0, 0.0, 1.0, 0.0, 0.0]);
        assert_eq!(inputs(&recoded, 1), [9.0, 0.0, 0.0, 1.0, 0.0]);
        assert_eq!(
            (inputs(&recoded, 2), inputs(&recoded, 3)),
            (vec![9.0, 0.0, 0.0, 0.0, 0.0], inputs(&recoded, 2))
        );
        let told = choice.strangers(&[0, 1, 4], &[2, 3], "'city'", &city.rest).unwrap();
        let wanted = "'city': 2 rows that are held out have a word that no training row has, such as 'Lima'; it counts as none \
                      of the known words";
        assert_eq!(told, wanted);
    }

    #[test]
    fn a_word_that_is_not_known_counts_as_the_other_words_where_training_had_some() {
        let cells = ["Oslo", "Oslo", "Rome", "Bonn", "Lima"];
        let (mut choice, mut city) = column(&["Lima", "Oslo", "Rome"], &cells);
        // Bonn, a stranger among the training rows, teaches what other words mean.
        choice.most = 2;
        city.kind = InputKind::Category(vec!["Lima".into(), "Oslo".into()]);
        let recoded = choice.choose(&[0, 1, 2, 3], &mut city, 0).expect("Rome takes the place of Lima");
        assert_eq!(
            (&city.kind, &city.rest),
            (&InputKind::Category(vec!["Oslo".into(), "Rome".into()]), &Rest::default())
        );
        assert_eq!(inputs(&recoded, 4)[..3], [0.0, 0.0, 1.0]);
        assert_eq!(choice.strangers(&[0, 1, 2, 3, 4], &[0], "'city'", &city.rest), None);
        // Words that all rows would choose need nothing.
        let (choice, mut city) = column(&["Oslo", "Rome"], &["Oslo", "Rome", "Bonn"]);
        assert!(choice.choose(&[0, 1, 2], &mut city, 0).is_none());
    }

    #[test]
    fn the_number_of_a_word_takes_the_place_of_an_embedded_one() {
        let (choice, _) = column(&["Lima", "Oslo", "Rome"], &["Oslo", "Lima"]);
        let words = ["Lima", "Oslo", "Rome"].map(str::to_string).to_vec();
        let mut city = InputColumn::new(0, InputKind::Embedding { words, size: 2 });
        let recoded = choice.choose(&[0], &mut city, 2).expect("Lima is not known");
        assert_eq!((inputs(&recoded, 0)[2], inputs(&recoded, 1)[2]), (1.0, 3.0));
        assert_eq!(city.other_word(), Some(3));
    }
}
