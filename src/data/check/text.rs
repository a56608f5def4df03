//! A text, plain or with a class a line, in memory that does not grow with it.

use std::path::Path;

use super::report::{DataReport, LISTED};
use crate::data::Error;
use crate::data::alphabet::{Alphabet, LARGEST_VOCABULARY};
use crate::data::import::classes::{Classes, too_many_classes};
use crate::data::import::limits::Limits;
use crate::data::import::text::{Lines, class_and_text, pieces};
use crate::data::tokens;
use crate::preset::counted;

/// What the whole text comes to.
#[derive(Default)]
struct Plain {
    characters: u64,
    alphabet: Alphabet,
}

/// What its lines come to as texts with a class each.
#[derive(Default)]
struct Labelled {
    /// Lines that are not empty.
    filled: u64,
    /// Those of them with a tab.
    tabbed: u64,
    texts: u64,
    longest: usize,
    /// Words of the text that has most.
    most_words: usize,
    alphabet: Alphabet,
    classes: Classes,
    /// Texts of each class, by its number.
    counts: Vec<u64>,
    has_too_many_classes: bool,
    problems: Vec<String>,
    more: usize,
}

impl Labelled {
    fn line(&mut self, number: usize, line: Option<&str>, limits: &Limits) {
        let is_filled = line.is_none_or(|line| !line.trim().is_empty());
        self.filled += u64::from(is_filled);
        self.tabbed += u64::from(is_filled && line.is_some_and(|line| line.contains('\t')));
        match class_and_text(line, limits) {
            Ok(None) => {}
            Ok(Some((class, text))) => {
                let Some(class) = self.classes.number(class) else {
                    self.has_too_many_classes = true;
                    return;
                };
                self.counts.resize(self.counts.len().max(class as usize + 1), 0);
                self.counts[class as usize] += 1;
                self.texts += 1;
                let length = text.chars().inspect(|&letter| self.alphabet.add(letter)).count();
                self.longest = self.longest.max(length);
                self.most_words = self.most_words.max(tokens::words(text));
            }
            Err(problem) if self.problems.len() < LISTED => {
                self.problems.push(format!("line {number}: {problem}"));
            }
            Err(_) => self.more += 1,
        }
    }

    fn report(self, path: &Path) -> Result<DataReport, Error> {
        let broken = |problem: String| Error::Broken { origin: path.to_string_lossy().into_owned(), problem };
        let mut report = DataReport::of("labelled texts, a line each: labelled_text(file: \"…\")");
        self.problems.into_iter().for_each(|problem| report.problem(&broken(problem)));
        report.more = self.more;
        if self.has_too_many_classes {
            return Err(broken(too_many_classes()));
        }
        let (names, places) = self.classes.sorted().map_err(broken)?;
        let different = self.alphabet.count();
        if different > LARGEST_VOCABULARY {
            return Err(broken(format!("{different} different characters, at most {LARGEST_VOCABULARY}")));
        }
        report.fact("texts", self.texts);
        report.fact("characters", different);
        report.fact("longest", longest(self.longest, self.most_words));
        let mut counts = vec![0; names.len()];
        places.iter().zip(self.counts).for_each(|(&place, count)| counts[place as usize] = count);
        report.counted(&counts, &names);
        Ok(report)
    }
}

/// How long the longest text is, in both kinds of tokens.
pub(super) fn longest(characters: usize, words: usize) -> String {
    format!("{} ({})", counted(characters, "character"), counted(words, "word"))
}

/// Looks at a text.
///
/// # Errors
/// When it cannot be read at all, or learned in neither way.
pub(super) fn check(path: &Path, limits: &Limits) -> Result<DataReport, Error> {
    let (mut plain, mut labelled) = (Plain::default(), Labelled::default());
    let mut lines = Lines::new(limits.longest_row);
    let mut line = |number: usize, line: Option<&str>| {
        labelled.line(number, line, limits);
        Ok(())
    };
    pieces(path, &mut |piece| {
        plain.characters += piece.chars().inspect(|&letter| plain.alphabet.add(letter)).count() as u64;
        lines.push(piece, &mut line)
    })?;
    let count = lines.end(&mut line)?;
    if labelled.tabbed * 2 > labelled.filled {
        return labelled.report(path);
    }
    let mut report = DataReport::of("text: text_file(file: \"…\")");
    let different = plain.alphabet.count();
    if different > LARGEST_VOCABULARY {
        let problem =
            format!("{different} different characters, at most {LARGEST_VOCABULARY} can be learned");
        return Err(Error::Broken { origin: path.to_string_lossy().into_owned(), problem });
    }
    report.fact("characters", plain.characters);
    report.fact("different ones", different);
    report.fact("lines", count);
    Ok(report)
}
