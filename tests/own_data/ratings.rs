//! Ratings: who gave what how many stars, as MovieLens has them. `tests/reference/surprise_ratings.py` makes the same ratings.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::program::{Desk, done, said};

const USERS: f64 = 300.0;
const ITEMS: f64 = 400.0;
const RATINGS: usize = 20_000;

/// User, item and stars: tastes of three numbers each, how generous a user is, how liked an item is, and noise.
fn made() -> Vec<(u32, u32, f64)> {
    let (mut state, mut seen, mut rows) = (1_u64, BTreeSet::new(), Vec::new());
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 31)
    };
    while rows.len() < RATINGS {
        let (user, item) = ((USERS * draw().powf(1.5)) as u32, (ITEMS * draw().powi(2)) as u32);
        let noise = draw() + draw() + draw() - 1.5;
        if !seen.insert((user, item)) {
            continue;
        }
        let (u, i) = (f64::from(user), f64::from(item));
        let taste = |k: f64| (1.3 * u + 2.1 * k * u).sin() * (0.7 * i + 1.9 * k * i).cos();
        let taste: f64 = [0.0, 1.0, 2.0].into_iter().map(taste).sum();
        let stars = 3.3 + 0.5 * (5.1 * u).sin() + 0.6 * (3.7 * i).cos() + 0.6 * taste + 1.2 * noise;
        rows.push((user, item, ((2.0 * stars).round() / 2.0).clamp(0.5, 5.0)));
    }
    rows
}

/// As `ratings.csv` of MovieLens; every fifth row is the test set.
fn tables() -> [String; 2] {
    let head = "userId,movieId,rating,timestamp\n";
    let mut tables = [head.to_string(), head.to_string()];
    for (place, (user, item, stars)) in made().into_iter().enumerate() {
        tables[usize::from(place % 5 == 0)] +=
            &format!("{user},{item},{stars:.1},{}\n", 1_260_759_144 + place);
    }
    tables
}

fn reference() -> Value {
    serde_json::from_str(include_str!("../reference/surprise_ratings.json")).expect("a reference")
}

#[test]
fn ratings_are_learned_as_well_as_by_surprise_and_what_is_not_known_is_recommended() {
    let (desk, reference) = (Desk::new(), reference());
    let first: Vec<(u32, u32, f64)> =
        serde_json::from_value(reference["first"].clone()).expect("three ratings");
    assert_eq!(made()[..3], first, "they are the reference's");
    let [train, test] = tables();
    desk.put("ratings.csv", &train);
    desk.put("test.csv", &test);
    let made = done(&desk, &["init", "ratings.csv"]);
    assert!(made.contains("a table of ratings: 'rating' is predicted from 'userId' and 'movieId'"), "{made}");
    let trained = ["train", "ratings.ron", "--quiet", "--json", "--set", "data.source.test_file=test.csv"];
    let events = desk.lines(&trained, b"");
    let end = events.iter().rev().find(|event| event["event"] == "finished").expect("it ends");
    let rmse = end["test_metrics"]["rmse"].as_f64().expect("an error");
    // Biased matrix factorisation with as many factors, the best of twelve settings by its error on the very same rows.
    let theirs = reference["best_by_factors"]["16"]["rmse"].as_f64().expect("an error");
    assert!(rmse < 1.01 * theirs, "{rmse} {theirs}");

    // A user's ten: none that the data has, the best first.
    let known: BTreeSet<String> = [&train, &test]
        .into_iter()
        .flat_map(|table| table.lines().skip(1))
        .filter_map(|line| line.strip_prefix("7,")?.split(',').next().map(str::to_string))
        .collect();
    let ten = desk.lines(&["predict", "last", "--user", "7", "--json"], b"");
    assert_eq!(ten.len(), 10);
    let values: Vec<f64> = ten.iter().map(|row| row["rating"].as_f64().expect("a rating")).collect();
    assert!(values.is_sorted_by(|a, b| a >= b) && values[0] > 3.0, "{values:?}");
    for row in &ten {
        let item = row["movieId"].as_str().expect("a movie");
        assert!(row["userId"] == "7" && !known.contains(item), "{row}");
    }
    // The same number as for the pair in a file.
    let best = ten[0]["movieId"].as_str().expect("a movie");
    let asked =
        desk.lines(&["predict", "last", "-", "--json"], format!("userId,movieId\n7,{best}\n").as_bytes());
    let alone = asked[0]["output"][0].as_f64().expect("a rating");
    assert!((alone - values[0]).abs() < 1e-5, "{alone} {values:?}");
    done(&desk, &["predict", "last", "--item", best, "--top", "3", "--output", "users.csv"]);
    let users = std::fs::read_to_string(desk.path("users.csv")).expect("a table");
    assert!(users.starts_with("movieId,userId,rating\n") && users.lines().count() == 4, "{users}");
    let (text, ended) = said(&desk, &["predict", "last", "--user", "nobody"]);
    assert!(!ended && text.contains("the column 'userId' has no 'nobody'"), "{text}");

    // Lists for each user are judged.
    let report = desk.lines(&["eval", "last", "--report", "--json"], b"");
    let ranking = &report[0]["report"]["ranking"];
    let share = |name: &str| ranking[name].as_f64().expect("a share");
    assert!(ranking["of"] == "userId" && ranking["k"] == 10 && share("ndcg") > 0.9, "{ranking}");
    assert!(share("precision") > 0.5 && share("recall") > 0.5, "{ranking}");

    // Without the data, nothing is left out, and that is told.
    std::fs::remove_file(desk.path("ratings.csv")).expect("it goes");
    let (text, ended) = said(&desk, &["predict", "last", "--user", "7"]);
    assert!(ended && text.contains("what the run's data knows already is not left out"), "{text}");
}

#[test]
fn movielens_files_without_names_are_read_as_they_are() {
    for (file, cut, names) in [("u.data", "\t", ["1", "2"]), ("ratings.dat", "::", ["1", "3"])] {
        let desk = Desk::new();
        let row = |(user, item, stars): &(u32, u32, f64)| {
            [user.to_string(), item.to_string(), stars.round().to_string(), "881250949\n".into()].join(cut)
        };
        desk.put(file, made().iter().take(5000).map(row).collect::<String>());
        done(&desk, &["init", file, "--output", "own.ron"]);
        let trained = done(&desk, &["train", "own.ron", "--epochs", "2", "--quiet"]);
        assert!(trained.contains("RMSE"), "{trained}");
        let ten = desk.lines(&["predict", "last", "--user", "7", "--json"], b"");
        assert!(
            ten.len() == 10 && ten.iter().all(|row| names.iter().all(|name| row[name].is_string())),
            "{ten:?}"
        );
    }
}

#[test]
fn hidden_votes_of_senators_are_told_more_often_than_by_surprise() {
    let desk = Desk::new();
    let events = desk.lines(&["train", "senate-votes", "--quiet", "--json"], b"");
    let end = events.iter().rev().find(|event| event["event"] == "finished").expect("it ends");
    let reference: Value =
        serde_json::from_str(include_str!("../reference/surprise_senate.json")).expect("a reference");
    // The mean of five splits, with as many factors and with the best of four numbers of them.
    let by_factors = reference["accuracy_by_factors"].as_object().expect("accuracies");
    let best = by_factors.values().filter_map(|of| of["mean"].as_f64()).fold(0.0, f64::max);
    let accuracy = end["test_accuracy"].as_f64().expect("an accuracy");
    assert!(accuracy > best, "{accuracy} {best}");
    // The case of a name does not matter.
    let said = desk.lines(&["predict", "last", "--user", "mccain (r az)", "--top", "3", "--json"], b"");
    assert!(
        said.iter().all(|row| row["senator"] == "MCCAIN (R AZ)" && row["yea"].as_f64() > Some(0.9)),
        "{said:?}"
    );
}
