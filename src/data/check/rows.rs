//! What is odd about the rows of a table: rows that are there twice, and columns that tell the label by themselves.

use crate::data::Error;
use crate::data::import::rows::Rows;
use crate::data::table::{Labels, Repeated, Table, as_kind, shown_column};
use crate::preset::InputKind;

/// Rows below which a column that tells the label is a chance.
const FEWEST: usize = 30;
/// Parts of a column's range that are looked at by themselves.
const PARTS: usize = 64;

/// Something odd.
pub(super) struct Oddity {
    /// What it is.
    pub about: &'static str,
    /// The column that it is about.
    pub column: Option<String>,
    /// The rows that it is about.
    pub count: Option<u64>,
    /// The same in a sentence.
    pub sentence: String,
}

impl Oddity {
    fn of_rows(about: &'static str, count: u64, sentence: String) -> Self {
        Oddity { about, column: None, count: Some(count), sentence }
    }
}

/// The columns that tell the label by themselves, a sentence each.
///
/// # Errors
/// When the rows cannot be read any more.
pub fn leaks_in_words(table: &Table) -> Result<Vec<String>, Error> {
    Ok(leaks(table)?.into_iter().map(|leak| leak.sentence).collect())
}

/// What is odd.
///
/// # Errors
/// When the rows cannot be read any more.
pub(super) fn oddities(table: &Table) -> Result<Vec<Oddity>, Error> {
    let mut told = repeated(table)?;
    told.extend(leaks(table)?);
    Ok(told)
}

fn repeated(table: &Table) -> Result<Vec<Oddity>, Error> {
    // Those of a test set of its own are compared by themselves.
    let found = Repeated::of(table)?;
    let of = |about, count, sentence: Option<String>| {
        sentence.map(|sentence| Oddity::of_rows(about, count, sentence))
    };
    let whole = of("repeated_rows", found.whole, found.whole_in_words());
    let others = of("contradicting_rows", found.contradicting, found.contradicting_in_words());
    Ok(whole.into_iter().chain(others).collect())
}

/// The columns that tell the label by themselves.
fn leaks(table: &Table) -> Result<Vec<Oddity>, Error> {
    let (rows, schema) = (&table.rows, &table.schema);
    if rows.count < FEWEST {
        return Ok(Vec::new());
    }
    let mut told = Vec::new();
    let mut first = 0;
    for input in &schema.inputs {
        let width = input.width();
        let numbers = column(table, first, &input.kind)?;
        first += width;
        let leaks = match &table.labels {
            Labels::Classes(of, names) => tells_classes(&numbers, of, names.len()),
            Labels::Values(values) => matches!(input.kind, InputKind::Number(_)) && follows(&numbers, values),
            Labels::Several(width, values) => {
                let of_label =
                    |place| values.iter().skip(place).step_by(*width).copied().collect::<Vec<f64>>();
                matches!(input.kind, InputKind::Number(_))
                    && (0..*width).any(|place| follows(&numbers, &of_label(place)))
            }
            Labels::Nothing(_) => false,
        };
        if leaks {
            let name = &schema.columns[input.place];
            let sentence = format!(
                "{} tells the label by itself: is it known before the label is? {} leaves it out",
                shown_column(name, input.place),
                as_kind(name, "ignore")
            );
            told.push(Oddity { about: "leak", column: Some(name.clone()), count: None, sentence });
        }
    }
    Ok(told)
}

/// A number for each row: of a quantity itself, of a category the place of the word.
fn column(table: &Table, first: usize, kind: &InputKind) -> Result<Vec<f64>, Error> {
    let mut row = vec![0.0; table.rows.width];
    let of_row = |number| {
        table.rows.read(number, &mut row)?;
        Ok(match kind {
            InputKind::Category(words) => {
                let places = &row[first..=first + words.len()];
                places.iter().position(|&x| x == 1.0).unwrap_or_default() as f64
            }
            InputKind::Date { parts, .. } => row[first + parts.len() - 1],
            InputKind::Number(_) | InputKind::Boolean(_) | InputKind::Embedding { .. } => row[first],
        })
    };
    (0..table.rows.count).map(of_row).collect()
}

/// Whether nearly all rows of each part of the column's range are of one class, as they are not as a whole.
fn tells_classes(numbers: &[f64], of: &[u32], classes: usize) -> bool {
    let (least, greatest) = numbers
        .iter()
        .filter(|x| !x.is_nan())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &x| (a.min(x), b.max(x)));
    let part = |x: f64| match (x - least) / (greatest - least) {
        share if share.is_finite() => ((share * PARTS as f64) as usize).min(PARTS - 1),
        // Missing numbers are a part of their own.
        _ => PARTS,
    };
    let mut counts = vec![vec![0_usize; classes]; PARTS + 1];
    let mut all = vec![0_usize; classes];
    for (&x, &class) in numbers.iter().zip(of) {
        counts[part(x)][class as usize] += 1;
        all[class as usize] += 1;
    }
    let most = |counts: &Vec<usize>| counts.iter().copied().max().unwrap_or_default();
    let used = counts.iter().filter(|counts| most(counts) > 0).count();
    let right: usize = counts.iter().map(most).sum();
    let (wrong, wrong_alone) = (numbers.len() - right, numbers.len() - most(&all));
    // A part for each row or two would tell anything.
    used * 3 <= numbers.len() && wrong_alone > 0 && wrong * 20 <= wrong_alone
}

/// Whether the values lie on a line over the numbers: their correlation is above 0.999.
fn follows(numbers: &[f64], values: &[f64]) -> bool {
    let pairs: Vec<(f64, f64)> =
        numbers.iter().copied().zip(values.iter().copied()).filter(|(x, _)| !x.is_nan()).collect();
    let count = pairs.len().max(1) as f64;
    let mean = pairs.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / count, b + y / count));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        let (x, y) = (x - mean.0, y - mean.1);
        (xx, yy, xy) = (xx + x * x, yy + y * y, xy + x * y);
    }
    xx > 0.0 && yy > 0.0 && xy * xy > 0.999 * 0.999 * xx * yy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_tells_the_label_is_found_and_others_are_not() {
        let numbers: Vec<f64> = (0..200).map(f64::from).collect();
        let halves: Vec<u32> = (0..200).map(|row| u32::from(row >= 100)).collect();
        let mixed: Vec<u32> = (0..200).map(|row| row % 2).collect();
        assert!(tells_classes(&numbers, &halves, 2) && !tells_classes(&numbers, &mixed, 2));
        assert!(!tells_classes(&numbers, &[0; 200], 2), "one class alone is told by nothing");
        let line: Vec<f64> = numbers.iter().map(|x| 3.0 * x + 1.0).collect();
        let bent: Vec<f64> = numbers.iter().map(|x| (x - 100.0).abs()).collect();
        assert!(follows(&numbers, &line) && !follows(&numbers, &bent));
    }
}
