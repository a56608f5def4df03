//! How much each setting matters: how much of the variance of the trials' ranks it explains alone.
//!
//! The rule is simpler than functional analysis of variance (Hutter, Hoos and Leyton-Brown, 2014), which grows a forest of trees
//! first. The trials that have the setting are ranked by their result, ties at the mean of their ranks, and put into groups: those
//! with the same choice, or of numbers as many bins of equal count as the cube root of the number of trials, two to eight, where
//! equal numbers stay together. The share of the ranks' variance that lies between the groups (eta squared, the square of
//! the correlation ratio) is what they explain; as many groups explain `(groups - 1) / (trials - 1)` on average by chance, and epsilon squared
//! (Kelley, 1935) is how much of the rest is explained beyond that. What two settings do only together is not seen.

/// The fewest trials of which something can be said.
const FEWEST: usize = 8;
/// The most bins of numbers.
const MOST_BINS: usize = 8;

/// The value of a setting in a trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting {
    /// One of several choices, by its place.
    Choice(usize),
    /// A number, or its place in its range.
    Number(f64),
}

/// Epsilon squared of one setting, from 0 (no more than chance) to 1. A pair is the value of the setting in a trial and the trial's cost, of
/// which a smaller one is better; costs that are not finite are the worst. `None` for fewer than eight trials, or where all have the
/// same value or the same cost.
pub fn importance(trials: &[(Setting, f64)]) -> Option<f64> {
    let count = trials.len();
    if count < FEWEST {
        return None;
    }
    let costs: Vec<f64> =
        trials.iter().map(|(_, cost)| if cost.is_nan() { f64::INFINITY } else { *cost }).collect();
    let ranks = mean_ranks(&costs);
    let groups = groups(trials);
    let mut sums: Vec<(f64, f64)> = Vec::new();
    for (group, rank) in groups.iter().zip(&ranks) {
        sums.resize(sums.len().max(group + 1), (0.0, 0.0));
        sums[*group].0 += rank;
        sums[*group].1 += 1.0;
    }
    sums.retain(|(_, members)| *members > 0.0);
    let mean = (count as f64 - 1.0) / 2.0;
    let total: f64 = ranks.iter().map(|rank| (rank - mean).powi(2)).sum();
    if sums.len() < 2 || sums.len() >= count || total == 0.0 {
        return None;
    }
    let between: f64 = sums.iter().map(|(sum, members)| members * (sum / members - mean).powi(2)).sum();
    let by_chance = (sums.len() as f64 - 1.0) / (count as f64 - 1.0);
    Some(((between / total - by_chance) / (1.0 - by_chance)).clamp(0.0, 1.0))
}

/// The rank of each value, from 0; equal ones have the mean of their ranks.
fn mean_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for equal in order.chunk_by(|&a, &b| values[a] == values[b]) {
        for &place in equal {
            ranks[place] = first as f64 + (equal.len() as f64 - 1.0) / 2.0;
        }
        first += equal.len();
    }
    ranks
}

/// The group of each trial.
fn groups(trials: &[(Setting, f64)]) -> Vec<usize> {
    let numbers: Vec<f64> = trials
        .iter()
        .map(|(setting, _)| match setting {
            Setting::Number(number) => *number,
            Setting::Choice(place) => *place as f64,
        })
        .collect();
    if let Some((Setting::Choice(_), _)) = trials.first() {
        return numbers.into_iter().map(|place| place as usize).collect();
    }
    let count = trials.len() as f64;
    let bins = (count.cbrt().round() as usize).clamp(2, MOST_BINS);
    let place = |rank: f64| (((rank + 0.5) * bins as f64 / count) as usize).min(bins - 1);
    mean_ranks(&numbers).into_iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn numbers(values: &[f64], costs: &[f64]) -> Vec<(Setting, f64)> {
        values.iter().map(|value| Setting::Number(*value)).zip(costs.iter().copied()).collect()
    }

    /// scipy 1.17.1: H = 3.2421052631578977 of `scipy.stats.kruskal` for the three groups below; eta squared of the ranks is
    /// H / (n - 1), epsilon squared is (H - k + 1) / (n - k).
    #[test]
    fn choices_explain_what_the_statistic_of_kruskal_and_wallis_says() {
        let costs = [[0.31, 0.52, 0.44, 0.44], [0.61, 0.48, 0.70, 0.55], [0.33, 0.58, 0.29, 0.62]];
        let trials: Vec<(Setting, f64)> = costs
            .iter()
            .enumerate()
            .flat_map(|(group, costs)| costs.iter().map(move |cost| (Setting::Choice(group), *cost)))
            .collect();
        let statistic = KRUSKAL;
        let expected = (statistic - 2.0) / 9.0;
        assert!((importance(&trials).unwrap() - expected).abs() < 1e-12, "{:?}", importance(&trials));
    }

    const KRUSKAL: f64 = 3.242_105_263_157_897_7;

    #[test]
    fn a_number_that_decides_all_explains_what_its_bins_can_and_one_that_decides_nothing_none() {
        // Of 27 trials in three bins of nine: eta squared is 1 - 3 (9^3 - 9) / (27^3 - 27), by the sums of squares of ranks.
        let values: Vec<f64> = (0..27).map(f64::from).collect();
        let eta: f64 = 1.0 - 3.0 * (729.0 - 9.0) / (19683.0 - 27.0);
        let expected = 1.0 - (1.0 - eta) * 26.0 / 24.0;
        assert!((importance(&numbers(&values, &values)).unwrap() - expected).abs() < 1e-12);
        // Any growing function of either has the same ranks.
        let curved: Vec<f64> = values.iter().map(|x| (x / 5.0).exp()).collect();
        assert_eq!(importance(&numbers(&curved, &values)), importance(&numbers(&values, &values)));
        // In each bin the same costs.
        let costs: Vec<f64> = values.iter().map(|x| x % 9.0).collect();
        assert_eq!(importance(&numbers(&values, &costs)), Some(0.0));
    }

    #[test]
    fn nothing_is_said_of_few_trials_or_of_a_setting_or_result_that_never_changes() {
        let values: Vec<f64> = (0..10).map(f64::from).collect();
        assert_eq!(importance(&numbers(&values[..7], &values[..7])), None);
        assert_eq!(importance(&numbers(&[3.0; 10], &values)), None);
        assert_eq!(importance(&numbers(&values, &[0.5; 10])), None);
        assert_eq!(importance(&[]), None);
    }

    #[test]
    fn a_result_that_is_not_finite_is_the_worst() {
        let values: Vec<f64> = (0..12).map(f64::from).collect();
        let with = |last: f64| {
            let costs: Vec<f64> = values.iter().map(|x| if *x > 10.0 { last } else { *x }).collect();
            importance(&numbers(&values, &costs))
        };
        assert_eq!(with(f64::NAN), with(1e9));
        assert_eq!(with(f64::INFINITY), with(11.0));
    }

    proptest! {
        #[test]
        fn it_is_a_share_whatever_the_trials_are(
            values in prop::collection::vec((any::<f64>(), any::<f64>(), 0..4_usize), 0..60)
        ) {
            let finite = |x: f64| if x.is_finite() { x } else { 0.0 };
            let of_numbers: Vec<_> = values.iter().map(|(x, y, _)| (Setting::Number(finite(*x)), *y)).collect();
            let of_choices: Vec<_> = values.iter().map(|(_, y, k)| (Setting::Choice(*k), *y)).collect();
            for share in [importance(&of_numbers), importance(&of_choices)].into_iter().flatten() {
                prop_assert!((0.0..=1.0).contains(&share));
            }
        }
    }
}
