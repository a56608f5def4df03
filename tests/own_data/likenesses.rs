//! Columns whose names differ in their case only, and columns of one name: none is taken for another.

use crate::program::{Desk, said};

fn preset(desk: &Desk, source: &str) {
    desk.preset_text(&format!(
        "(name: \"own\", title: \"\", data: (source: csv({source}), test: 0.25), layers: [Dense(units: 1)],
          loss: mean_squared_error, optimizer: Adam(learning_rate: 0.05), train: (epochs: 3, batch_size: 8))"
    ));
    let (told, is_done) = said(desk, &["train", "own.ron"]);
    assert!(is_done, "{told}");
}

/// A table of these columns; the numbers of each are their own.
fn put(desk: &Desk, name: &str, columns: &[&str], of: &dyn Fn(usize, usize) -> usize) {
    let row =
        |n: usize| (0..columns.len()).map(|column| of(n, column).to_string()).collect::<Vec<_>>().join(",");
    let rows: String = (0..40).map(|n| row(n) + "\n").collect();
    desk.put(name, format!("{}\n{rows}", columns.join(",")));
}

#[test]
fn a_column_is_never_taken_for_one_that_differs_in_case() {
    let desk = Desk::new();
    let number = |n: usize, name: &str| match name {
        "h" => n * 7 % 23,
        "H" => 500 + n * 11 % 31,
        _ => 2 * (n * 7 % 23),
    };
    let put =
        |file: &str, columns: &[&str]| put(&desk, file, columns, &|n, column| number(n, columns[column]));
    put("t.csv", &["h", "H", "y"]);
    put("turned.csv", &["H", "y", "h"]);
    put("other.csv", &["H", "y"]);
    put("alone.csv", &["h", "y"]);
    let outputs = |file: &str| -> Vec<_> {
        let answers = desk.lines(&["predict", "last", file, "--json"], b"");
        answers.into_iter().map(|answer| answer["output"].clone()).collect()
    };
    for source in
        ["file: \"t.csv\"", "file: \"t.csv\", columns: {\"H\": ignore}", "file: \"t.csv\", columns: [\"h\"]"]
    {
        preset(&desk, source);
        assert_eq!(outputs("t.csv"), outputs("turned.csv"), "{source}");
        for words in [&["predict", "last", "other.csv"][..], &["eval", "last", "--data", "other.csv"]] {
            let (told, is_done) = said(&desk, words);
            assert!(!is_done && told.contains("'h'"), "{source}: {told}");
        }
    }
    // What the table does not have otherwise is found whatever its case.
    preset(&desk, "file: \"alone.csv\"");
    desk.put("upper.csv", "H,Y\n3,6\n5,10\n");
    desk.put("lower.csv", "h,y\n3,6\n5,10\n");
    assert_eq!(outputs("upper.csv"), outputs("lower.csv"));
}

#[test]
fn a_label_of_whose_name_there_are_several_columns_is_named_by_its_number() {
    let desk = Desk::new();
    // The first is to be predicted from the others; the last is far from it.
    put(&desk, "t.csv", &["y", "a", "y"], &|n, column| [2 * (n % 13), n % 13, 300 + n * 7 % 23][column]);
    let wanted = "2 columns are called 'y': name the one that is meant by its number, one of 1, 3";
    for words in [
        &["init", "t.csv", "--target", "y", "-o", "new.ron"][..],
        &["init", "t.csv", "--target", "Y", "-o", "new.ron"],
        &["data", "check", "t.csv", "--label", "y"],
    ] {
        let (told, is_done) = said(&desk, words);
        let wanted = wanted.replace("'y'", &format!("'{}'", if words.contains(&"Y") { "Y" } else { "y" }));
        assert!(!is_done && told.contains(&wanted), "{words:?}: {told}");
    }
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: csv(file: \"t.csv\", label: \"y\")), layers: [Dense(units: 1)],
          loss: mean_squared_error, optimizer: Adam(learning_rate: 0.05), train: (epochs: 1, batch_size: 8))",
    );
    assert!(desk.failure(&["train", "own.ron"]).0.contains(wanted));
    // Of either label, the other column stays an input where the run is asked.
    for (label, inputs) in [("1", "a,y"), ("3", "y,a")] {
        preset(&desk, &format!("file: \"t.csv\", label: {label:?}, task: values"));
        let whole = desk.lines(&["predict", "last", "t.csv", "--json"], b"");
        let text = std::fs::read_to_string(desk.path("t.csv")).expect("the table");
        let rows: String = text
            .lines()
            .skip(1)
            .map(|line| {
                let cells: Vec<&str> = line.split(',').collect();
                format!(
                    "{},{}\n",
                    cells[if label == "1" { 1 } else { 0 }],
                    cells[if label == "1" { 2 } else { 1 }]
                )
            })
            .collect();
        desk.put("inputs.csv", format!("{inputs}\n{rows}"));
        let alone = desk.lines(&["predict", "last", "inputs.csv", "--json"], b"");
        assert!(whole.iter().zip(&alone).all(|(one, other)| one["output"] == other["output"]), "{label}");
        // The label that is compared is the one that was learned.
        let score = |words: &[&str]| desk.lines(words, b"")[0]["loss"].as_f64().expect("a loss");
        let (of_all, of_test) =
            (score(&["eval", "last", "--data", "t.csv", "--json"]), score(&["eval", "last", "--json"]));
        assert!((of_all / of_test - 1.0).abs() < 0.9, "{label}: {of_all} {of_test}");
    }
}
