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
}
