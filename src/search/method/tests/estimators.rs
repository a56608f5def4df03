//! What the estimators propose.

use super::*;

/// Branin's function, whose least value is 0.397887 at three places (Surjanovic and Bingham's library).
fn branin(settings: &[Assignment]) -> f64 {
    let (x, y) = (number(settings, "x"), number(settings, "y"));
    let pi = std::f64::consts::PI;
    let parabola = y - 5.1 / (4.0 * pi * pi) * x * x + 5.0 / pi * x - 6.0;
    parabola * parabola + 10.0 * (1.0 - 1.0 / (8.0 * pi)) * x.cos() + 10.0
}

/// Hartmann's function of six numbers, whose least value is -3.32237 (Surjanovic and Bingham's library).
fn hartmann(settings: &[Assignment]) -> f64 {
    const HEIGHTS: [f64; 4] = [1.0, 1.2, 3.0, 3.2];
    const STEEP: [[f64; 6]; 4] = [
        [10.0, 3.0, 17.0, 3.5, 1.7, 8.0],
        [0.05, 10.0, 17.0, 0.1, 8.0, 14.0],
        [3.0, 3.5, 1.7, 10.0, 17.0, 8.0],
        [17.0, 8.0, 0.05, 10.0, 0.1, 14.0],
    ];
    const PLACES: [[f64; 6]; 4] = [
        [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
        [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
        [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
        [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ];
    let at: Vec<f64> = ["a", "b", "c", "d", "e", "f"].map(|name| number(settings, name)).to_vec();
    let hill = |hill: usize| {
        let away = (0..6).map(|i| STEEP[hill][i] * (at[i] - PLACES[hill][i]).powi(2)).sum::<f64>();
        HEIGHTS[hill] * (-away).exp()
    };
    -(0..4).map(hill).sum::<f64>()
}

/// The median over twenty seeds of the best of so many trials.
fn median(space: &str, method: &str, count: u32, value: fn(&[Assignment]) -> f64) -> f64 {
    let best_of =
        |seed: u32| best(&trials(&plan(&format!("{space}, method: {method}, seed: {seed}")), count, value));
    let mut all: Vec<f64> = (0..20).map(best_of).collect();
    all.sort_by(f64::total_cmp);
    (all[9] + all[10]) / 2.0
}

#[test]
fn half_as_many_trials_as_at_random_come_nearer_to_the_optimum_of_two_and_of_six_numbers() {
    let two = r#"space: {"x": uniform(-5, 10), "y": uniform(0, 15)}"#;
    let six = r#"space: {"a": uniform(0, 1), "b": uniform(0, 1), "c": uniform(0, 1), "d": uniform(0, 1),
        "e": uniform(0, 1), "f": uniform(0, 1)}"#;
    let functions: [(&str, u32, fn(&[Assignment]) -> f64, f64); 2] =
        [(two, 30, branin, 0.397_887), (six, 50, hartmann, -3.322_37)];
    for (space, count, function, least) in functions {
        let above = |method: &str, count: u32| median(space, method, count, function) - least;
        let (tpe, random) = (above("tpe", count), above("random", 2 * count));
        assert!(tpe > -1e-5 && tpe < 0.5 * random, "{space}: {tpe} {random}");
    }
}

#[test]
fn numbers_and_choices_together_come_nearer_than_by_chance() {
    let (tpe, random) = (median(SPACE, "tpe", 50, bowl), median(SPACE, "random", 50, bowl));
    assert!(tpe < 0.5 * random, "{tpe} {random}");
}

/// A trial with these settings and this result.
fn with_result(number: u32, settings: &[(&str, &str)], result: Option<f64>) -> Trial {
    let assigned = |(path, value): &(&str, &str)| Assignment { path: (*path).into(), value: (*value).into() };
    let mut trial = Trial::new(number, settings.iter().map(assigned).collect(), std::iter::once(1));
    let reached = result.map(|result| Reached { epochs: 1, values: vec![result], seconds: 1.0 });
    trial.runs[0].reached.extend(reached);
    trial
}

/// Estimators of each setting by itself would put half of the proposals where values are that do not go together.
#[test]
fn values_that_are_good_together_are_proposed_together() {
    let known: Vec<Trial> = (1..=40_u32)
        .map(|number| {
            let far = f64::from(number % 5) * 0.02;
            let (kind, place) = [("p", 0.16), ("q", 0.76), ("p", 0.76), ("q", 0.16)][number as usize % 4];
            let (result, place) =
                (if number % 4 < 2 { far } else { 1.0 + far }, format!("{:.2}", place + far));
            with_result(number, &[("kind", kind), ("x", &place)], Some(result))
        })
        .collect();
    let goes_together = |seed: u32| {
        let plan =
            plan(&format!(r#"space: {{"kind": [p, q], "x": uniform(0, 1)}}, method: tpe, seed: {seed}"#));
        let settings = propose(&plan, 41, &known).unwrap();
        (settings[0].value == "p") == (number(&settings, "x") < 0.5)
    };
    let together = (0..100).filter(|seed| goes_together(*seed)).count();
    assert!(together >= 90, "{together} of 100");
}

#[test]
fn a_setting_that_only_some_trials_have_is_estimated_from_those() {
    let space = r#"space: {"optimizer": [Adam(), RMSprop(), SGD()], "rate": log(1e-5, 1),
        "optimizer.momentum": when("optimizer", SGD, uniform(0, 1))"#;
    // The best is far from most: SGD with momentum 0.9 and rate 0.1.
    let value = |settings: &[Assignment]| {
        let away = |best: f64| (number(settings, "rate").log10() - best).abs() / 5.0;
        match settings[0].value.as_str() {
            "SGD()" => away(-1.0) + (number(settings, "optimizer.momentum") - 0.9).abs(),
            _ => 0.3 + away(-3.0),
        }
    };
    let mut found = 0;
    for seed in 0..10 {
        let all = trials(&plan(&format!("{space}}}, method: tpe, seed: {seed}")), 50, value);
        for trial in &all {
            let has_momentum = trial.settings.iter().any(|one| one.path == "optimizer.momentum");
            assert_eq!(has_momentum, trial.settings[0].value == "SGD()");
        }
        found += usize::from(best(&all) < 0.1);
    }
    assert!(found >= 8, "{found} of 10");
}

#[test]
fn what_is_proposed_beside_a_trial_that_still_trains_is_not_its_neighbour() {
    let known: Vec<Trial> = (1..=20_u32)
        .map(|number| {
            let place = f64::from(number) / 21.0;
            with_result(number, &[("x", &format!("{place:.4}"))], Some((place - 0.4).abs()))
        })
        .collect();
    let plan = |seed: u32| plan(&format!(r#"space: {{"x": uniform(0, 1)}}, method: tpe, seed: {seed}"#));
    let apart = |is_training: bool| {
        let of = |seed: u32| {
            let mut all = known.clone();
            let first = propose(&plan(seed), 21, &all).unwrap();
            if is_training {
                all.push(with_result(21, &[("x", &first[0].value)], None));
            }
            (number(&first, "x") - number(&propose(&plan(seed), 22, &all).unwrap(), "x")).abs()
        };
        (0..100).map(of).sum::<f64>() / 100.0
    };
    let (together, alone) = (apart(true), apart(false));
    assert!(together > 1.25 * alone, "{together} {alone}");
}

#[test]
fn trials_that_are_read_again_lead_to_the_same_proposals() {
    let plan = plan(&format!("{SPACE}, method: tpe, seed: 5"));
    let all = trials(&plan, 30, |settings| bowl(settings) / 7.0);
    let text = ron::to_string(&all[..29]).unwrap();
    let read: Vec<Trial> = ron::from_str(&text).unwrap();
    assert_eq!(propose(&plan, 30, &read), Some(all[29].settings.clone()));
}
