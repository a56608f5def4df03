//! What stands in for the missing numbers of a table: found out from its training samples.

use crate::data::Error;
use crate::data::import::rows::Rows;
use crate::preset::{Missing, TableSchema};

/// The most samples of which medians and most frequent numbers are taken; of more, so many that are spread evenly over them.
const MOST_SAMPLES: usize = 1 << 20;

/// What stands in for a missing number of each feature. `means` are their means over the samples `train`.
///
/// # Errors
/// When the rows cannot be read any more.
pub fn fills(
    rows: &dyn Rows,
    train: &[u32],
    schema: &TableSchema,
    means: Vec<f64>,
) -> Result<Vec<f64>, Error> {
    let wanted: Vec<(usize, Missing)> = schema
        .missing()
        .enumerate()
        .filter(|(_, missing)| matches!(missing, Missing::Median | Missing::MostFrequent))
        .collect();
    let mut fills = means;
    if wanted.is_empty() {
        return Ok(fills);
    }
    let mut known: Vec<Vec<f64>> = vec![Vec::new(); wanted.len()];
    let mut row = vec![0.0; rows.width()];
    let step = train.len().div_ceil(MOST_SAMPLES).max(1);
    for &sample in train.iter().step_by(step) {
        rows.read(sample as usize, &mut row)?;
        for ((place, _), known) in wanted.iter().zip(&mut known) {
            known.extend(Some(row[*place]).filter(|x| !x.is_nan()));
        }
    }
    for ((place, missing), mut known) in wanted.into_iter().zip(known) {
        known.sort_unstable_by(f64::total_cmp);
        let found = if missing == Missing::Median { median(&known) } else { most_frequent(&known) };
        fills[place] = found.unwrap_or(0.0);
    }
    Ok(fills)
}

/// The middle of sorted numbers, or the mean of the two in the middle.
fn median(sorted: &[f64]) -> Option<f64> {
    let half = sorted.len() / 2;
    let upper = *sorted.get(half)?;
    Some(if sorted.len() % 2 == 1 { upper } else { f64::midpoint(sorted[half - 1], upper) })
}

/// The most frequent of sorted numbers; of several, the smallest.
fn most_frequent(sorted: &[f64]) -> Option<f64> {
    let runs = sorted.chunk_by(|a, b| a == b);
    // The first of the longest, where `max_by_key` gives the last.
    runs.rev().max_by_key(|run| run.len())?.first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::import::rows::Spool;
    use crate::preset::{Filling, InputColumn, InputKind};

    #[test]
    fn medians_and_most_frequent_numbers_are_those_of_the_training_samples() {
        let kinds = [Missing::Mean, Missing::Median, Missing::MostFrequent, Missing::MostFrequent];
        let input =
            |(place, missing)| InputColumn::new(place, InputKind::Number(Filling { missing, flag: false }));
        let schema = TableSchema {
            columns: ["a", "b", "c", "d", "y"].map(str::to_string).to_vec(),
            label: 4,
            inputs: kinds.into_iter().enumerate().map(input).collect(),
            ..TableSchema::default()
        };
        let mut spool = Spool::new("t", 1000);
        for row in [
            [1., 1., 2., f64::NAN],
            [1., 9., 2., f64::NAN],
            [1., 2., 1., f64::NAN],
            [1., f64::NAN, 1., f64::NAN],
            [1., 4., 9., 1.],
        ] {
            spool.push(&row).unwrap();
        }
        let rows = spool.rows(4).unwrap();
        // The last row is not trained on.
        let found = fills(&rows, &[0, 1, 2, 3], &schema, vec![5.0; 4]).unwrap();
        assert_eq!(found, [5.0, 2.0, 1.0, 0.0]);
        assert_eq!((median(&[1.0, 2.0, 4.0, 9.0]), median(&[])), (Some(3.0), None));
    }
}
