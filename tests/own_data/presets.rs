//! `data check PRESET.ron` looks at the data that the preset names, as the preset reads it.

use crate::program::{Desk, done, said};

fn preset(desk: &Desk, source: &str, end: &str) {
    desk.preset_text(&format!(
        "// A comment first.\n(name: \"own\", title: \"\", data: (source: {source}, test: 0.25),
          layers: [{end}, optimizer: Adam(), train: (epochs: 2, batch_size: 8))"
    ));
}

const VALUE: &str = "Dense(units: 1)], loss: mean_squared_error";

#[test]
fn the_table_of_a_preset_is_checked_with_its_own_options() {
    let desk = Desk::new();
    let row = |n: usize| format!("{};{},5;{};{}\n", n, n % 7, ["x", "y"][n % 2], n % 5);
    let rows = |from: usize| (from..from + 30).map(row).collect::<String>();
    desk.put("data/train.csv", format!("id;price;kind;stars\n{}", rows(0)));
    desk.put("data/test.csv", format!("id;price;kind;stars\n{}", rows(25)));
    preset(
        &desk,
        "csv(file: \"data/train.csv\", test_file: \"data/test.csv\", label: \"price\", columns: {\"id\": ignore})",
        VALUE,
    );
    let checked = done(&desk, &["data", "check", "own.ron"]);
    for part in [
        "own.ron: table",
        "rows of the test set",
        "30; columns",
        "values from 0.5 to 6.5",
        "category, 2 words",
    ] {
        assert!(checked.contains(part), "{part}: {checked}");
    }
    // The loss says that the stars are values.
    preset(&desk, "csv(file: \"data/train.csv\", label: \"stars\")", VALUE);
    let checked = done(&desk, &["data", "check", "own.ron"]);
    assert!(checked.contains("values from 0 to 4") && !checked.contains("classes"), "{checked}");
    // What is wrong is what `train` says.
    desk.put("data/train.csv", format!("id;price;kind;stars\n{}7;none;x;1\n", rows(0)));
    preset(&desk, "csv(file: \"data/train.csv\", label: \"price\")", VALUE);
    let (checked, is_good) = said(&desk, &["data", "check", "own.ron"]);
    let refused = desk.failure(&["train", "own.ron"]).0;
    let problem = "line 32, column 2 ('price'): 'none' says that the label is missing";
    assert!(!is_good && checked.contains(problem) && refused.contains(problem), "{checked}\n{refused}");
}

#[test]
fn a_preset_that_is_none_or_names_no_data_says_so() {
    let desk = Desk::new();
    desk.put("own.ron", "(name: 7)");
    let (checked, is_good) = said(&desk, &["data", "check", "own.ron"]);
    assert!(!is_good && checked.contains("own.ron:1:7"), "{checked}");
    preset(&desk, "iris", "Dense(units: 3, activation: softmax)], loss: categorical_crossentropy");
    let checked = done(&desk, &["data", "check", "own.ron"]);
    assert!(checked.contains("built in: Fisher's iris flowers") && checked.contains("150"), "{checked}");
    preset(&desk, "csv(file: \"none.csv\")", VALUE);
    let (checked, is_good) = said(&desk, &["data", "check", "own.ron"]);
    assert!(!is_good && checked.contains("none.csv") && !checked.contains("os error"), "{checked}");
    let (checked, is_good) = said(&desk, &["data", "check", "own.ron", "--label", "a"]);
    assert!(!is_good && checked.contains("--label is for data, and this is a preset"), "{checked}");
}
