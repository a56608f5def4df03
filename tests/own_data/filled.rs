//! What stands in for missing numbers is told wherever a network is asked or scored, and not of a run's own data. The right scores are
//! those of the same rows with the numbers written in.

use crate::program::{Desk, done, said};

fn rows(rows: usize, age: &dyn Fn(usize) -> String) -> String {
    let row = |n: usize| format!("{},{}.5,{}\n", age(n), n * 7 % 31, n * 5 % 23);
    format!("age,size,y\n{}", (0..rows).map(row).collect::<String>())
}

#[test]
fn rows_that_are_scored_tell_what_stands_in_for_missing_numbers() {
    let desk = Desk::new();
    // The training rows are all there, so that their mean is known: that of 20, 21, 22 is 21.
    desk.put("t.csv", rows(60, &|n| (20 + n % 3).to_string()));
    let gaps = |n: usize| if n % 10 == 3 { String::new() } else { (20 + n % 3).to_string() };
    desk.put("gaps.csv", rows(40, &gaps));
    desk.put("none.csv", rows(40, &|_| String::new()));
    desk.put(
        "gaps_filled.csv",
        rows(40, &|n| Some(gaps(n)).filter(|age| !age.is_empty()).unwrap_or("21".into())),
    );
    desk.put("none_filled.csv", rows(40, &|_| "21".into()));
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: csv(file: \"t.csv\", missing: mean), validation: 0.0, test: 0.0),
          layers: [Dense(units: 4, activation: relu), Dense(units: 1)], loss: mean_squared_error,
          optimizer: Adam(learning_rate: 0.02), train: (epochs: 2, batch_size: 8))",
    );
    done(&desk, &["train", "own.ron", "--quiet"]);
    let some = "gaps.csv: 'age': 4 rows have no number; the mean of the training rows stands in for it";
    let all = "none.csv: 'age' is empty: not one of the 40 rows has a number, and the mean of the training rows stands in for all of them";
    let loss = |file: &str| desk.lines(&["eval", "last", "--data", file, "--json"], b"")[0]["loss"].clone();
    for (file, told, filled) in [("gaps.csv", some, "gaps_filled.csv"), ("none.csv", all, "none_filled.csv")]
    {
        assert_eq!(done(&desk, &["eval", "last", "--data", file]).matches(told).count(), 1, "{file}");
        assert_eq!(loss(file), loss(filled), "{file}");
        let told = told.split_once(": ").expect("the file's name").1;
        assert!(done(&desk, &["predict", "last", file]).contains(told), "{file}");
    }
    assert!(!done(&desk, &["eval", "last", "--data", "t.csv"]).contains("stands in"));
    // Of a test file the training tells it, and the run's own evaluation does not repeat it.
    let source = "file: \"gaps.csv\", test_file: \"none.csv\", missing: mean";
    let (told, _) = desk.regression(source, (4, 2));
    assert_eq!(told.matches(all).count(), 1, "{told}");
    assert!(!told.contains("gaps.csv: 'age': 4 rows"), "{told}");
    let (told, is_done) = said(&desk, &["eval", "last"]);
    assert!(is_done && !told.contains("stands in"), "{told}");
}
