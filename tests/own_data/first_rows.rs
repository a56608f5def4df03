//! Tables without a line of names: no row is lost, and no line of names becomes a row. What is right is the same table with names
//! above it.

use std::fmt::Write as _;

use crate::program::{Desk, done, said};

/// Rows as those of adult.data: numbers and words, a class last.
fn adult(rows: usize) -> String {
    let words = |words: &[&'static str], n: usize| words[n * 7919 % 1009 % words.len()];
    (0..rows).fold(String::new(), |mut text, n| {
        let work = words(&["State-gov", "Private", "?", "Private"], n);
        let (school, sex) =
            (words(&["Bachelors", "HS-grad", "11th"], n + 5), words(&["Male", "Female"], n + 9));
        let age = 39 + n * 31 % 40;
        let class = if age > 55 && school != "11th" { ">50K" } else { "<=50K" };
        let _ = writeln!(
            text,
            "{age}, {work}, {}, {school}, {sex}, {}, {class}",
            77_516 + n * 373 % 9001,
            n * 13 % 50
        );
        text
    })
}

const NAMES: &str = "age,workclass,weight,education,sex,hours,income\n";

fn preset(desk: &Desk, source: &str) {
    desk.preset_text(&format!(
        "(name: \"own\", title: \"\", data: (source: csv({source}), test: 0.25),
          layers: [Dense(units: 4, activation: relu), Dense(units: 2, activation: softmax)],
          loss: categorical_crossentropy, optimizer: Adam(learning_rate: 0.02), train: (epochs: 2, batch_size: 32))"
    ));
}

#[test]
fn a_table_of_words_and_numbers_without_names_keeps_its_first_row() {
    let desk = Desk::new();
    desk.put("adult.data", adult(300));
    desk.put("named.csv", NAMES.to_string() + &adult(300));
    let told = done(&desk, &["init", "adult.data", "-o", "own.ron"]);
    assert!(
        told.contains("the first line is a row of values, so the columns are called by their numbers"),
        "{told}"
    );
    let told = done(&desk, &["data", "check", "adult.data"]);
    let rows =
        |text: &str| text.lines().find(|line| line.trim_start().starts_with("rows ")).map(str::to_string);
    assert!(told.contains("the first line is a row of values"), "{told}");
    assert_eq!(rows(&told), rows(&done(&desk, &["data", "check", "named.csv"])));
    done(&desk, &["train", "own.ron", "--epochs", "1"]);
    assert_eq!(desk.classes("adult.data", b"").len(), 300);
    // A preset of one's own that says nothing is refused with what to write, and not trained without the row.
    preset(&desk, "file: \"adult.data\"");
    let (told, _) = desk.failure(&["train", "own.ron"]);
    assert!(
        told.contains("line 1: it should name the columns and is a row of values: 'State-gov', "),
        "{told}"
    );
    assert!(told.contains("header: false in a preset takes it for a row"), "{told}");
}

#[test]
fn the_same_rows_with_and_without_names_are_the_same_to_a_run() {
    let desk = Desk::new();
    desk.put("adult.data", adult(300));
    desk.put("named.csv", NAMES.to_string() + &adult(300));
    preset(&desk, "file: \"adult.data\", header: false");
    done(&desk, &["train", "own.ron", "--quiet"]);
    let loss = |words: &[&str]| desk.lines(words, b"")[0]["loss"].clone();
    let (plain, named) = (
        loss(&["eval", "last", "--data", "adult.data", "--json"]),
        loss(&["eval", "last", "--data", "named.csv", "--json"]),
    );
    assert_eq!(plain, named);
    let told = done(&desk, &["eval", "last", "--data", "named.csv"]);
    assert!(
        told.contains(
            "named.csv: line 1: it names the columns, which the table to learn from does not: it is left out"
        ),
        "{told}"
    );
    assert_eq!(
        (desk.classes("adult.data", b""), 300),
        (desk.classes("named.csv", b""), desk.classes("named.csv", b"").len())
    );
    let (told, _) = said(&desk, &["predict", "last", "named.csv"]);
    assert!(told.contains("line 1 is taken for the names of the columns"), "{told}");
    // A row alone, and one with a word that is not known, are rows.
    for row in
        ["39, State-gov, 77516, Bachelors, Male, 40, <=50K\n", "39, Never-worked, 77516, Diploma, Male, 40\n"]
    {
        desk.put("row.csv", row);
        assert_eq!(desk.classes("row.csv", b"").len(), 1, "{row}");
    }
    // And the other way round.
    preset(&desk, "file: \"named.csv\", test_file: \"adult.data\"");
    let (told, _) = desk.failure(&["train", "own.ron"]);
    assert!(
        told.contains("adult.data") && told.contains("its first row is one of values, not of names"),
        "{told}"
    );
    preset(&desk, "file: \"named.csv\", header: false");
    let (told, _) = desk.failure(&["train", "own.ron"]);
    assert!(told.contains("leave header: false out of the preset"), "{told}");
}

/// Mushrooms, votes, boards: every cell is a word.
#[test]
fn a_table_of_words_alone_without_names_keeps_its_first_row() {
    let desk = Desk::new();
    let row = |n: usize| {
        let word =
            |salt: usize, words: &'static str| &words[(n * 31 + salt * n / 7 + salt) % words.len()..][..1];
        format!(
            "{},{},{},{}\n",
            word(1, "xo"),
            word(2, "xob"),
            word(3, "ox"),
            ["positive", "negative"][n * 31 % 2]
        )
    };
    let rows: String = (0..400).map(row).collect();
    desk.put("tic-tac-toe.data", &rows);
    desk.put("named.csv", format!("left,middle,right,class\n{rows}"));
    let told = done(&desk, &["init", "tic-tac-toe.data", "-o", "own.ron"]);
    assert!(told.contains("the first line is a row of values"), "{told}");
    done(&desk, &["train", "own.ron", "--epochs", "1"]);
    assert_eq!(desk.classes("tic-tac-toe.data", b"").len(), 400);
    let told = done(&desk, &["predict", "last", "named.csv"]);
    assert!(told.contains("line 1 is taken for the names of the columns"), "{told}");
    assert_eq!(desk.classes("named.csv", b""), desk.classes("tic-tac-toe.data", b""));
    // Names of such columns stay names.
    let told = done(&desk, &["init", "named.csv", "-o", "named.ron"]);
    assert!(!told.contains("row of values"), "{told}");
    assert!(
        std::fs::read_to_string(desk.path("named.ron")).expect("the preset").contains("label: \"class\"")
    );
}
