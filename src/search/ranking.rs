//! Which trials are the better ones.

use std::cmp::Ordering;

use super::plan::Objective;
use super::trial::Trial;

/// The trials from the best to the worst, as places in `trials`. Those that have come further come first; at the same rung the
/// objective decides. Of two objectives, those that fewer others beat in both come first (Fonseca and Fleming, 1993), and among
/// equals the first objective decides. Trials without any value come last, in the order of their numbers.
pub fn ranked(objectives: &[Objective], trials: &[Trial]) -> Vec<usize> {
    let costs: Vec<Option<(usize, Vec<f64>)>> = trials.iter().map(|trial| costs(objectives, trial)).collect();
    let beaten: Vec<usize> = match objectives.len() {
        1 => vec![0; trials.len()],
        2 => beaten_by_two(&costs),
        _ => costs.iter().map(|one| costs.iter().filter(|other| beats(other, one)).count()).collect(),
    };
    let mut order: Vec<usize> = (0..trials.len()).collect();
    order.sort_by(|&a, &b| match (&costs[a], &costs[b]) {
        (Some((rungs, cost)), Some((other_rungs, other))) => other_rungs
            .cmp(rungs)
            .then(beaten[a].cmp(&beaten[b]))
            .then_with(|| by_first(cost, other))
            .then(trials[a].number.cmp(&trials[b].number)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => trials[a].number.cmp(&trials[b].number),
    });
    order
}

/// The trials that no other one beats in all objectives, as places in `trials`: the Pareto front. Of one objective it is the best
/// trial.
pub fn front(objectives: &[Objective], trials: &[Trial]) -> Vec<usize> {
    let order = ranked(objectives, trials);
    if objectives.len() == 1 {
        return order
            .into_iter()
            .take(1)
            .filter(|&place| costs(objectives, &trials[place]).is_some())
            .collect();
    }
    let costs: Vec<Option<(usize, Vec<f64>)>> = trials.iter().map(|trial| costs(objectives, trial)).collect();
    order
        .into_iter()
        .filter(|&place| costs[place].is_some() && !costs.iter().any(|other| beats(other, &costs[place])))
        .collect()
}

/// How many rungs a trial has come to, and its values there as numbers of which smaller ones are better. A trial that failed
/// has none: what it reached before cannot be used.
fn costs(objectives: &[Objective], trial: &Trial) -> Option<(usize, Vec<f64>)> {
    if trial.failure().is_some() {
        return None;
    }
    let values = trial.values()?;
    let costs = objectives.iter().zip(values).map(|(objective, value)| objective.cost(value)).collect();
    Some((trial.rungs_reached(), costs))
}

/// Whether one is at least as good in all objectives and better in one, and has come as far.
fn beats(one: &Option<(usize, Vec<f64>)>, other: &Option<(usize, Vec<f64>)>) -> bool {
    let (Some((rungs, one)), Some((other_rungs, other))) = (one, other) else { return one.is_some() };
    let pairs = || one.iter().zip(other);
    rungs > other_rungs
        || (rungs == other_rungs && pairs().all(|(a, b)| a <= b) && pairs().any(|(a, b)| a < b))
}

/// By how many others each trial is beaten where there are two costs, in a time that grows little faster than the trials: they are gone
/// through by the first cost, and a binary indexed tree (Fenwick, 1994) counts those before by the second.
fn beaten_by_two(costs: &[Option<(usize, Vec<f64>)>]) -> Vec<usize> {
    let known = costs.iter().flatten().count();
    // Those without any value are beaten by all that have one.
    let mut beaten = vec![known; costs.len()];
    let mut order: Vec<(usize, [f64; 2], usize)> = (0..)
        .zip(costs)
        .filter_map(|(place, one)| one.as_ref().map(|(rungs, cost)| (*rungs, [cost[0], cost[1]], place)))
        .collect();
    let by_cost = |a: &[f64; 2], b: &[f64; 2]| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1]));
    order.sort_by(|a, b| b.0.cmp(&a.0).then(by_cost(&a.1, &b.1)));
    let mut further = 0;
    for rung in order.chunk_by(|a, b| a.0 == b.0) {
        let mut seconds: Vec<f64> = rung.iter().map(|one| one.1[1]).collect();
        seconds.sort_by(f64::total_cmp);
        let mut counts = vec![0; rung.len() + 1];
        for equal in rung.chunk_by(|a, b| a.1 == b.1) {
            let mut upto = seconds.partition_point(|second| second.total_cmp(&equal[0].1[1]).is_le());
            let (first, mut before) = (upto, 0);
            while upto > 0 {
                before += counts[upto];
                upto &= upto - 1;
            }
            for (_, _, place) in equal {
                beaten[*place] = further + before;
                let mut at = first;
                while at < counts.len() {
                    counts[at] += 1;
                    at += at & at.wrapping_neg();
                }
            }
        }
        further += rung.len();
    }
    beaten
}

fn by_first(one: &[f64], other: &[f64]) -> Ordering {
    let first = |costs: &[f64]| costs.first().copied().unwrap_or(f64::INFINITY);
    first(one).total_cmp(&first(other))
}

#[cfg(test)]
mod tests {
    use super::super::trial::{Reached, TrialRun};
    use super::*;

    fn trial(number: u32, of_rungs: &[&[f64]]) -> Trial {
        let reached =
            of_rungs.iter().map(|values| Reached { epochs: 1, values: values.to_vec(), seconds: 1.0 });
        let run = TrialRun { reached: reached.collect(), ..TrialRun::default() };
        Trial { number, settings: Vec::new(), rung: 0, runs: vec![run], refused: None }
    }

    fn objectives(names: &[&str]) -> Vec<Objective> {
        names.iter().map(|name| Objective::named(name, None).unwrap()).collect()
    }

    #[test]
    fn a_trial_that_has_come_further_is_the_better_one_and_a_failed_one_the_last() {
        let mut failed = trial(4, &[&[0.1]]);
        failed.runs[0].failed = Some("NaN".into());
        let trials =
            [trial(1, &[&[0.2]]), trial(2, &[&[0.5], &[0.4]]), trial(3, &[&[0.1]]), failed, trial(5, &[])];
        assert_eq!(ranked(&objectives(&["val_loss"]), &trials), [1, 2, 0, 3, 4]);
        let accurate = [trial(1, &[&[0.2]]), trial(2, &[&[0.9]])];
        assert_eq!(ranked(&objectives(&["val_accuracy"]), &accurate), [1, 0]);
    }

    #[test]
    fn of_two_objectives_those_come_first_that_no_other_beats_in_both() {
        let of = objectives(&["val_loss", "parameters"]);
        let trials = [
            trial(1, &[&[0.3, 100.0]]),
            trial(2, &[&[0.1, 900.0]]),
            // Beaten by the first one.
            trial(3, &[&[0.4, 200.0]]),
            trial(4, &[&[0.2, 400.0]]),
        ];
        assert_eq!(ranked(&of, &trials), [1, 3, 0, 2]);
        assert_eq!(front(&of, &trials), [1, 3, 0]);
        assert_eq!(front(&of[..1], &trials), [1]);
        assert!(front(&of, &[trial(1, &[])]).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn of_two_objectives_as_many_beat_a_trial_as_are_counted_one_by_one(
            drawn in proptest::collection::vec((1..3_usize, 0..5_i32, 0..5_i32, 0..9_u8), 0..40)
        ) {
            let cost = |(rungs, a, b, none): &(usize, i32, i32, u8)| {
                (*none > 0).then(|| (*rungs, vec![f64::from(*a), f64::from(*b)]))
            };
            let costs: Vec<_> = drawn.iter().map(cost).collect();
            let one_by_one: Vec<usize> =
                costs.iter().map(|one| costs.iter().filter(|other| beats(other, one)).count()).collect();
            proptest::prop_assert_eq!(beaten_by_two(&costs), one_by_one);
        }
    }
}
