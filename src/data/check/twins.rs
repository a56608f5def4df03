//! Files, texts and samples of arrays that are there twice: what is trained on may be tested on, too; with different answers they
//! contradict each other.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::report::{DataReport, Known};
use crate::data::Error;
use crate::data::answers::Answers;
use crate::data::import::limits::Limits;
use crate::data::import::rows::{Rows, for_all};
use crate::data::own;
use crate::data::table::{MOST_COMPARED, RowPrint, fingerprint};
use crate::preset::{Source, counted_with};

/// The most numbers that the samples of an array have which are compared: a gigabyte in double precision.
const MOST_NUMBERS: usize = 1 << 27;
/// The most pairs that are named.
const NAMED: usize = 3;

/// What is the same of several: how many there are, and the first of them with the one that each is like.
#[derive(Default)]
struct Pairs {
    count: u64,
    first: Vec<(usize, usize)>,
}

impl Pairs {
    fn add(&mut self, pair: (usize, usize)) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(pair);
        }
    }

    fn named(&self, name: &dyn Fn(usize) -> String) -> String {
        let pair = |(before, again): &(usize, usize)| format!("{} and {}", name(*before), name(*again));
        let more = if self.count > self.first.len() as u64 { "; …" } else { "" };
        self.first.iter().map(pair).collect::<Vec<_>>().join("; ") + more
    }
}

/// A number that bytes share, in practice, only with the same bytes.
pub(super) fn key(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// A number that samples with the same answers share; 0 where there are none.
pub(super) fn key_of(answers: &Answers, place: usize) -> u64 {
    let class = answers.class(place).map(u64::from);
    class.or_else(|| answers.values_of(place).map(fingerprint)).unwrap_or_default()
}

/// Tells which of these are there twice: by the key of each, none where it could not be read. `answer` tells their answers apart, where
/// they have some; `noun` is what one is, and `name` is what a person calls it.
pub(super) fn tell(
    report: &mut DataReport,
    noun: &str,
    keys: &[Option<u64>],
    answer: Option<&dyn Fn(usize) -> u64>,
    name: &dyn Fn(usize) -> String,
) {
    if keys.len() > MOST_COMPARED {
        return;
    }
    let mut first: HashMap<u64, usize> = HashMap::with_capacity(keys.len());
    let (mut whole, mut contradicting) = (Pairs::default(), Pairs::default());
    for (place, key) in keys.iter().enumerate().filter_map(|(place, key)| Some((place, (*key)?))) {
        let before = *first.entry(key).or_insert(place);
        if before == place {
            continue;
        }
        match answer.is_some_and(|answer| answer(before) != answer(place)) {
            true => contradicting.add((before, place)),
            false => whole.add((before, place)),
        }
    }
    let mut note = |about, pairs: Pairs, sentence: String| {
        if pairs.count > 0 {
            let known = Known::Note { about: Some(about), columns: Vec::new(), count: Some(pairs.count) };
            report.known("note", sentence, known);
        }
    };
    let sentence = format!(
        "{} another: what is trained on may be tested on, too: {}",
        counted_with(whole.count, noun, ("repeats", "repeat")),
        whole.named(name)
    );
    note("repeated_rows", whole, sentence);
    let same = ("is the same as another and has", "are the same as another and have");
    let sentence = format!(
        "{} another answer, so that one of the two is wrong: {}",
        counted_with(contradicting.count, noun, same),
        contradicting.named(name)
    );
    note("contradicting_rows", contradicting, sentence);
}

/// The same of files with these answers.
pub(super) fn of_files(
    report: &mut DataReport,
    files: &[std::path::PathBuf],
    keys: &[Option<u64>],
    answers: &Answers,
) {
    let name = |place: usize| files.get(place).map(|file| file.display().to_string()).unwrap_or_default();
    tell(report, "file", keys, Some(&|place| key_of(answers, place)), &name);
}

/// The key of each sample of an array.
pub(super) fn of_rows(rows: &dyn Rows) -> Result<Vec<Option<u64>>, Error> {
    let numbers = rows.count().saturating_mul(rows.width());
    if rows.count() > MOST_COMPARED || numbers > MOST_NUMBERS {
        return Ok(Vec::new());
    }
    // A row may be longer than memory, and a file may hold less than it says.
    let (mut keys, mut print) = (Vec::new(), RowPrint::default());
    for_all(rows, &mut |_, first, cells| {
        if first == 0 {
            print = RowPrint::default();
        }
        print.add(cells);
        if first + cells.len() == rows.width() {
            keys.push(Some(print.number()));
        }
        Ok(())
    })?;
    Ok(keys)
}

/// Samples of a source's arrays that are there twice, by their numbers from 1.
pub(super) fn of_arrays(report: &mut DataReport, source: &Source) -> Result<(), Error> {
    let Some((rows, answers)) = own::rows_with_answers(source, &Limits::of_machine())? else { return Ok(()) };
    if rows.width() == 1 {
        return Ok(());
    }
    let keys = of_rows(&*rows)?;
    tell(report, "sample", &keys, Some(&|place| key_of(&answers, place)), &|place| {
        format!("sample {}", place + 1)
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_twice_is_named_and_told_from_what_contradicts_itself() {
        let mut report = DataReport::of("t");
        let keys = [Some(1), Some(2), Some(1), None, Some(2), None, Some(1)];
        let classes = [0, 0, 0, 0, 1, 1, 0];
        tell(&mut report, "file", &keys, Some(&|place| classes[place]), &|place| format!("f{place}"));
        let said: Vec<&str> = report.facts.iter().map(|fact| &fact.text[..]).collect();
        let wanted = [
            "2 files repeat another: what is trained on may be tested on, too: f0 and f2; f0 and f6",
            "1 file is the same as another and has another answer, so that one of the two is wrong: f1 and f4",
        ];
        assert_eq!(said, wanted);
        let mut none = DataReport::of("t");
        tell(&mut none, "file", &[Some(1), None, None], None, &|_| String::new());
        assert!(none.facts.is_empty());
    }
}
