//! What methods propose, and which trials go on.

mod estimators;

use super::super::plan::read;
use super::super::trial::{Reached, Trial};
use super::*;

fn plan(text: &str) -> Plan {
    read(&format!("(search: ({text}))"), "s.ron").unwrap()
}

const SPACE: &str = r#"space: {"a": uniform(-5, 5), "b": int(0, 9), "c": [x, y, z]}"#;

/// The settings of the first trials, each with a result that `value` says.
fn trials(plan: &Plan, count: u32, value: impl Fn(&[Assignment]) -> f64) -> Vec<Trial> {
    let mut trials = Vec::new();
    for number in 1..=count {
        let Some(settings) = propose(plan, number, &trials) else { break };
        let mut trial = Trial::new(number, settings, std::iter::once(1));
        let values = vec![value(&trial.settings)];
        trial.runs[0].reached.push(Reached { epochs: 1, values, seconds: 1.0 });
        trials.push(trial);
    }
    trials
}

fn number(settings: &[Assignment], path: &str) -> f64 {
    settings.iter().find(|one| one.path == path).unwrap().value.parse().unwrap()
}

/// Least at a = 1, b = 7, c = y.
fn bowl(settings: &[Assignment]) -> f64 {
    let c = &settings.iter().find(|one| one.path == "c").unwrap().value;
    (number(settings, "a") - 1.0).powi(2)
        + (number(settings, "b") - 7.0).abs()
        + if c == "y" { 0.0 } else { 3.0 }
}

fn best(trials: &[Trial]) -> f64 {
    trials.iter().filter_map(Trial::values).map(|values| values[0]).fold(f64::INFINITY, f64::min)
}

#[test]
fn the_same_seed_proposes_the_same_trials_and_no_combination_twice() {
    for method in ["random", "sobol", "tpe", "grid(points: 4)"] {
        let with_seed = |seed: u32| plan(&format!("{SPACE}, method: {method}, seed: {seed}"));
        let settings =
            |plan: &Plan| trials(plan, 40, bowl).into_iter().map(|trial| trial.settings).collect::<Vec<_>>();
        let first = settings(&with_seed(1));
        assert_eq!(first, settings(&with_seed(1)), "{method}");
        assert!(method.starts_with("grid") || first != settings(&with_seed(2)), "{method}");
        let distinct: HashSet<_> = first.iter().collect();
        assert_eq!(distinct.len(), 40, "{method}");
    }
}

#[test]
fn a_space_whose_combinations_have_all_been_tried_gives_no_more() {
    for method in ["random", "sobol", "tpe(startup: 2)", "grid"] {
        let small = plan(&format!(r#"space: {{"b": int(1, 3), "c": [x, y]}}, method: {method}, trials: 50"#));
        assert_eq!(trials(&small, 50, |_| 1.0).len(), 6, "{method}");
    }
}

#[test]
fn a_grid_has_every_combination_once_also_where_settings_depend_on_others() {
    let grid = plan(
        r#"space: {"optimizer": [Adam(), SGD()], "optimizer.momentum": when("optimizer", SGD, uniform(0, 0.9)), "b": int(1, 2)},
           method: grid(points: 3)"#,
    );
    let words: Vec<String> = trials(&grid, 100, |_| 1.0)
        .iter()
        .map(|trial| trial.settings.iter().map(|one| one.value.as_str()).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        words,
        [
            "Adam() 1",
            "Adam() 2",
            "SGD() 0 1",
            "SGD() 0 2",
            "SGD() 0.45 1",
            "SGD() 0.45 2",
            "SGD() 0.9 1",
            "SGD() 0.9 2"
        ]
    );
}

#[test]
fn sobol_points_fill_every_tenth_of_a_range_before_random_ones_do() {
    let tenths = |method: &str| {
        let plan = plan(&format!("{SPACE}, method: {method}"));
        let of = |trial: Trial| (number(&trial.settings, "a") + 5.0).floor() as i64;
        trials(&plan, 16, bowl).into_iter().map(of).collect::<HashSet<_>>().len()
    };
    assert_eq!(tenths("sobol"), 10);
}

/// A trial with the results of the rungs that it has come to.
fn at(number: u32, results: &[f64]) -> Trial {
    let mut trial = Trial::new(number, Vec::new(), std::iter::once(1));
    let reached = results.iter().map(|value| Reached { epochs: 1, values: vec![*value], seconds: 1.0 });
    trial.runs[0].reached.extend(reached);
    trial.rung = results.len().saturating_sub(1);
    trial
}

#[test]
fn a_trial_goes_on_as_soon_as_it_is_in_the_best_third_of_those_that_have_come_as_far() {
    let plan = plan(&format!("{SPACE}, method: asha(min_epochs: 2, factor: 3), trials: 20"));
    assert_eq!(plan.method.rungs(20), [Some(2), Some(6), Some(18), None]);
    let mut trials = vec![at(1, &[0.5]), at(2, &[0.4])];
    assert_eq!(promoted(&plan, 4, &trials), None);
    trials.push(at(3, &[0.6]));
    assert_eq!(promoted(&plan, 4, &trials), Some(1));
    trials[1].promote();
    assert_eq!(promoted(&plan, 4, &trials), None);
    // A better one that comes later goes on as well; those of a higher rung go first.
    trials.extend([at(4, &[0.3]), at(5, &[0.7]), at(6, &[0.8])]);
    assert_eq!(promoted(&plan, 4, &trials), Some(3));
    let higher = vec![at(1, &[0.5, 0.5]), at(2, &[0.4, 0.4]), at(3, &[0.3, 0.6]), at(4, &[0.1])];
    assert_eq!(promoted(&plan, 4, &higher), Some(1));
}

#[test]
fn the_best_trial_goes_on_to_its_end_once_no_other_comes() {
    let plan = plan(&format!("{SPACE}, method: asha(min_epochs: 2, factor: 3), trials: 4"));
    let mut trials = vec![at(1, &[0.5]), at(2, &[0.4]), at(3, &[0.6])];
    trials[1].promote();
    trials[1].runs[0].reached.push(Reached { epochs: 6, values: vec![0.3], seconds: 1.0 });
    assert_eq!(promoted(&plan, 4, &trials), None, "one more comes");
    trials.push(at(4, &[0.7]));
    let mut gone_on = Vec::new();
    while let Some(place) = promoted(&plan, 4, &trials) {
        trials[place].promote();
        assert_eq!(promoted(&plan, 4, &trials), None, "it is being trained");
        trials[place].runs[0].reached.push(Reached { epochs: 20, values: vec![0.2], seconds: 1.0 });
        gone_on.push((trials[place].number, trials[place].rung));
    }
    assert_eq!(gone_on, [(2, 2), (2, 3)]);
}

#[test]
fn successive_halving_waits_for_all_and_keeps_a_third() {
    let plan = plan(&format!("{SPACE}, method: successive_halving(factor: 3), trials: 9"));
    let mut trials: Vec<Trial> = (1..=8).map(|number| at(number, &[f64::from(number)])).collect();
    assert_eq!(promoted(&plan, 3, &trials), None);
    trials.push(at(9, &[0.5]));
    let mut gone_on = Vec::new();
    while let Some(place) = promoted(&plan, 3, &trials) {
        trials[place].promote();
        gone_on.push(trials[place].number);
    }
    assert_eq!(gone_on, [9, 1, 2]);
    for (place, value) in [(8, 0.4), (0, 0.1)] {
        trials[place].runs[0].reached.push(Reached { epochs: 3, values: vec![value], seconds: 1.0 });
    }
    assert_eq!(promoted(&plan, 3, &trials), None, "one of the second rung is still being trained");
    trials[1].runs[0].failed = Some("NaN".into());
    assert_eq!(promoted(&plan, 3, &trials), Some(0));
}
