//! The columns of a table in a line each.

use std::collections::HashSet;

use super::report::{ColumnFact, ROWS};
use crate::data::Error;
use crate::data::far::moment;
use crate::data::import::rows::Rows;
use crate::data::table::{Choice, Table};
use crate::preset::{DatePart, InputColumn, InputKind, counted, is_usual, written};

/// A column in a line.
pub(super) struct Summary {
    /// Its name.
    pub name: String,
    /// What it is and what is in it.
    pub text: String,
    /// The same as data.
    pub fact: ColumnFact,
}

/// Different numbers that are counted.
const MOST_COUNTED: usize = 10_000;
/// Bars of a histogram.
const BARS: usize = 10;
/// The most words of a category that are named.
const NAMED: usize = 4;

/// What is seen of one of a table's inputs.
#[derive(Clone)]
struct Seen {
    least: f64,
    greatest: f64,
    sum: f64,
    known: usize,
    different: HashSet<u64>,
    /// How many different ones there are by their digits, where double precision runs some together.
    by_digits: u64,
    bars: [usize; BARS],
}

impl Default for Seen {
    fn default() -> Self {
        Seen {
            least: f64::INFINITY,
            greatest: f64::NEG_INFINITY,
            sum: 0.0,
            known: 0,
            different: HashSet::new(),
            by_digits: 0,
            bars: [0; BARS],
        }
    }
}

impl Seen {
    fn add(&mut self, x: f64) {
        if x.is_nan() {
            return;
        }
        (self.least, self.greatest) = (self.least.min(x), self.greatest.max(x));
        (self.sum, self.known) = (self.sum + x, self.known + 1);
        if self.different.len() < MOST_COUNTED {
            self.different.insert((x + 0.0).to_bits());
        }
    }

    fn add_to_bars(&mut self, x: f64) {
        let share = (x - self.least) / (self.greatest - self.least);
        if share.is_finite() {
            self.bars[((share * BARS as f64) as usize).min(BARS - 1)] += 1;
        }
    }

    /// A bar for each tenth of the range, the highest for the fullest.
    fn histogram(&self) -> String {
        const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
        let fullest = self.bars.iter().copied().max().unwrap_or_default().max(1);
        let level = |&count: &usize| match count {
            0 => ' ',
            _ => LEVELS[(count * LEVELS.len()).div_ceil(fullest).clamp(1, LEVELS.len()) - 1],
        };
        self.bars.iter().map(level).collect()
    }

    /// How many different numbers there are.
    fn count(&self) -> u64 {
        self.by_digits.max(self.different.len() as u64)
    }

    /// As data, of so many rows.
    fn fact(&self, rows: usize) -> ColumnFact {
        let is_known = self.known > 0;
        ColumnFact {
            missing: Some((rows - self.known) as u64),
            different: Some(self.count()),
            is_more: self.different.len() == MOST_COUNTED,
            least: is_known.then_some(self.least),
            greatest: is_known.then_some(self.greatest),
            mean: is_known.then_some(self.sum / self.known as f64),
            histogram: self.bars.to_vec(),
            ..ColumnFact::default()
        }
    }

    /// How many different ones there are, in words.
    fn different_in_words(&self) -> String {
        let more = if self.different.len() == MOST_COUNTED { " or more" } else { "" };
        format!("{}{more} different", self.count())
    }

    fn in_words(&self, rows: usize) -> String {
        let missing = rows - self.known;
        let gaps = if missing > 0 { format!(", {missing} missing") } else { String::new() };
        if self.known == 0 {
            return "no number in any row".into();
        }
        if self.least == self.greatest && self.by_digits > 1 {
            return format!(
                "{} different, which are all {} in double precision{gaps}",
                self.by_digits,
                written(self.least)
            );
        }
        if self.least == self.greatest {
            return format!("always {}: a constant teaches nothing{gaps}", written(self.least));
        }
        let mean = self.sum / self.known as f64;
        let mean = if is_usual(mean) { format!("{mean:.4}") } else { format!("{mean:.4e}") };
        format!(
            "{} to {}, mean {mean}, {}{gaps}  {}",
            written(self.least),
            written(self.greatest),
            self.different_in_words(),
            self.histogram()
        )
    }
}

/// The first and the last of dates, or of times of day; with the time where one of them has some.
fn ends_of_dates(seen: &Seen, is_time: bool) -> Option<(String, String)> {
    if seen.known == 0 {
        return None;
    }
    let [first, last] = [seen.least, seen.greatest].map(moment);
    let form = match is_time {
        true => "%H:%M:%S",
        false if seen.least.fract() == 0.0 && seen.greatest.fract() == 0.0 => "%Y-%m-%d",
        false => "%Y-%m-%d %H:%M:%S",
    };
    Some((first?.format(form).to_string(), last?.format(form).to_string()))
}

/// A line for each column that is an input.
///
/// # Errors
/// When the rows cannot be read any more.
pub(super) fn summaries(table: &Table) -> Result<Vec<Summary>, Error> {
    let (rows, schema) = (&table.rows, &table.schema);
    let embedded = schema.embedded();
    let mut of_words: Vec<Vec<usize>> = embedded.iter().map(|column| vec![0; column.words]).collect();
    let mut seen = vec![Seen::default(); schema.width()];
    let mut row = vec![0.0; seen.len()];
    for number in 0..rows.count {
        rows.read(number, &mut row)?;
        seen.iter_mut().zip(&row).for_each(|(seen, &x)| seen.add(x));
        for (counts, column) in of_words.iter_mut().zip(&embedded) {
            counts[row[column.place] as usize] += 1;
        }
    }
    for number in 0..rows.count {
        rows.read(number, &mut row)?;
        seen.iter_mut().zip(&row).for_each(|(seen, &x)| seen.add_to_bars(x));
    }
    let mut place = 0;
    for (number, input) in schema.inputs.iter().enumerate() {
        let found = table.by_digits.iter().find(|(input, _)| *input == number);
        found.into_iter().for_each(|&(_, different)| seen[place].by_digits = different);
        place += input.width();
    }
    let (mut first, mut of_words) = (0, of_words.into_iter());
    let mut summary = |(number, input): (usize, &InputColumn)| {
        let lacking = table.choices.iter().find(|choice| choice.input == number).map(Choice::missing);
        let of_column = &seen[first..][..input.width()];
        first += input.width();
        let missing = |seen: &Seen| Some((rows.count - seen.known) as u64);
        let (text, fact) = match &input.kind {
            InputKind::Number(_) => {
                let form = input.form.as_ref().map(|form| format!(" {}", form.in_words()));
                let fact = ColumnFact { holds: "number", ..of_column[0].fact(rows.count) };
                (format!("number{}, {}", form.unwrap_or_default(), of_column[0].in_words(rows.count)), fact)
            }
            InputKind::Boolean(_) => {
                let (yes, known) = (of_column[0].sum as usize, of_column[0].known);
                let gaps = if known < rows.count {
                    format!(", {} missing", rows.count - known)
                } else {
                    String::new()
                };
                let words = vec![("yes".into(), yes as u64), ("no".into(), (known - yes) as u64)];
                let fact = ColumnFact {
                    holds: "boolean",
                    missing: missing(&of_column[0]),
                    words,
                    ..ColumnFact::default()
                };
                (format!("yes or no, {yes} yes and {} no{gaps}", known - yes), fact)
            }
            InputKind::Category(words) => {
                let counts = of_column.iter().map(|seen| seen.sum as usize).collect();
                category(words, counts, None)
            }
            InputKind::Embedding { words, size } => {
                category(words, of_words.next().unwrap_or_default(), Some(*size))
            }
            InputKind::Date { parts, .. } => {
                let is_time = DatePart::are_of_time(parts);
                let parts: Vec<&'static str> = parts.iter().map(|part| part.name()).collect();
                let gaps = rows.count - of_column[0].known;
                let gaps = if gaps > 0 { format!(", {gaps} missing") } else { String::new() };
                let what = if is_time { "time of day" } else { "date" };
                let form =
                    input.form.as_ref().map(|form| format!(" {}", form.in_words())).unwrap_or_default();
                // The time that has passed is the last part.
                let seen = &of_column[parts.len() - 1];
                let ends = ends_of_dates(seen, is_time);
                let range = match &ends {
                    None => String::new(),
                    Some((first, last)) if first == last => format!(", always {first}"),
                    Some((first, last)) => format!(", {first} to {last}, {}", seen.different_in_words()),
                };
                let bars = if seen.least < seen.greatest {
                    format!("  {}", seen.histogram())
                } else {
                    String::new()
                };
                let text = format!("{what}{form}{range}{gaps}, as {}{bars}", parts.join(", "));
                let (earliest, latest) = ends.unzip();
                let fact = ColumnFact {
                    holds: "date",
                    parts,
                    earliest,
                    latest,
                    least: None,
                    greatest: None,
                    mean: None,
                    ..seen.fact(rows.count)
                };
                (text, fact)
            }
        };
        let missing = fact.missing.or(lacking);
        let gaps = match (fact.missing, lacking) {
            (None, Some(lacking)) if lacking > 0 => {
                format!(", {lacking} missing, which is a word of its own")
            }
            _ => String::new(),
        };
        let text = text + &gaps;
        let fact = ColumnFact { column: schema.columns[input.place].clone(), missing, ..fact };
        Summary { name: schema.shown(input.place), text, fact }
    };
    Ok(schema.inputs.iter().enumerate().map(&mut summary).collect())
}

/// The words of a category by their number of rows; `rows` are those of each, and of all others. `size` is that of their vectors.
fn category(words: &[String], rows: Vec<usize>, size: Option<usize>) -> (String, ColumnFact) {
    let mut counts: Vec<(Option<&String>, usize)> =
        words.iter().map(Some).chain([None]).zip(rows).filter(|(_, count)| *count > 0).collect();
    // The most frequent first; those that are as frequent stay in the order of their names.
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let shown = |word: &Option<&String>| word.map_or("(other)".to_string(), |word| format!("'{word}'"));
    let named: Vec<String> =
        counts.iter().take(NAMED).map(|(word, count)| format!("{} {count}", shown(word))).collect();
    let more = if counts.len() > NAMED { ", …" } else { "" };
    let vectors = size.map(|size| format!(", as vectors of {size}")).unwrap_or_default();
    let text = format!("category, {}: {}{more}{vectors}", counted(words.len(), "word"), named.join(", "));
    let bare = |word: Option<&String>| word.map_or("(other)".to_string(), Clone::clone);
    let fact = ColumnFact {
        holds: "category",
        different: Some(words.len() as u64),
        words: counts.into_iter().take(ROWS).map(|(word, count)| (bare(word), count as u64)).collect(),
        ..ColumnFact::default()
    };
    (text, fact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_has_a_bar_for_each_tenth_of_the_range() {
        let mut seen = Seen::default();
        let numbers: Vec<f64> = (0..100).map(f64::from).chain([99.5; 70]).collect();
        numbers.iter().for_each(|&x| seen.add(x));
        numbers.iter().for_each(|&x| seen.add_to_bars(x));
        assert_eq!(seen.bars, [10, 10, 10, 10, 10, 10, 10, 10, 10, 80]);
        assert_eq!(seen.histogram(), "▁▁▁▁▁▁▁▁▁█");
        assert!(seen.in_words(200).starts_with("0 to 99.5, mean 70.0882, 101 different, 30 missing"));
        assert_eq!(Seen::default().in_words(3), "no number in any row");
    }
}
