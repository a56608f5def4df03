//! What stands in for missing numbers: found out from the training samples.

use crate::data::Error;
use crate::data::import::rows::Rows;
use crate::preset::Missing;

/// The most numbers of a feature of which medians and most frequent numbers are taken; of more, those of samples that are spread evenly over them.
const MOST_NUMBERS: usize = 1 << 20;

/// What stands in for a missing number of each feature, one of the numbers on the last axis of a sample, by what `missing` says of it.
/// `means` are their means over the samples `train`.
///
/// # Errors
/// When the rows cannot be read any more.
pub fn fills(
    rows: &dyn Rows,
    train: &[u32],
    missing: &[Missing],
    means: Vec<f64>,
) -> Result<Vec<f64>, Error> {
    let is_searched = |missing: &Missing| matches!(missing, Missing::Median | Missing::MostFrequent);
    let wanted: Vec<(usize, Missing)> =
        missing.iter().copied().enumerate().filter(|(_, missing)| is_searched(missing)).collect();
    let mut fills = means;
    let zeros = fills.iter_mut().zip(missing).filter(|(_, missing)| **missing == Missing::Zero);
    zeros.for_each(|(fill, _)| *fill = 0.0);
    if wanted.is_empty() {
        return Ok(fills);
    }
    let mut known: Vec<Vec<f64>> = vec![Vec::new(); wanted.len()];
    let features = missing.len().max(1);
    let step = (train.len() * (rows.width() / features).max(1)).div_ceil(MOST_NUMBERS).max(1);
    let looked_at: Vec<u32> = train.iter().copied().step_by(step).collect();
    rows.each(&looked_at, &mut |_, first, cells| {
        for ((place, _), known) in wanted.iter().zip(&mut known) {
            let before = (place + features - first % features) % features;
            known.extend(cells.iter().skip(before).step_by(features).filter(|x| !x.is_nan()));
        }
        Ok(())
    })?;
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

    #[test]
    fn medians_and_most_frequent_numbers_are_those_of_the_training_samples() {
        let kinds = [Missing::Mean, Missing::Median, Missing::MostFrequent, Missing::MostFrequent];
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
        let found = fills(&rows, &[0, 1, 2, 3], &kinds, vec![5.0; 4]).unwrap();
        assert_eq!(found, [5.0, 2.0, 1.0, 0.0]);
        // Two steps of two features a sample.
        let found = fills(&rows, &[0, 4], &[Missing::Median, Missing::Zero], vec![5.0; 2]).unwrap();
        assert_eq!(found, [1.5, 0.0]);
        assert_eq!((median(&[1.0, 2.0, 4.0, 9.0]), median(&[])), (Some(3.0), None));
    }
}
