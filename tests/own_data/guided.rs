//! What is refused, or answered by a guess, comes with what it is and what to do.

use serde_json::Value;

use crate::program::Desk;

/// A table with a number, a word, a yes or no, and a date, three of them with gaps.
fn people() -> String {
    let row = |row: usize| {
        let age = if row.is_multiple_of(9) { String::new() } else { (20 + row % 40).to_string() };
        let city = ["Oslo", "Rome", "Bern"][row % 3];
        let paid = if row.is_multiple_of(11) { "" } else { ["yes", "no"][row % 2] };
        let when =
            if row.is_multiple_of(13) { String::new() } else { format!("2024-03-{:02}", row % 28 + 1) };
        format!("{age},{city},{paid},{when},{}\n", ["p", "q"][row / 2 % 2])
    };
    "age,city,paid,when,y\n".to_string() + &(0..160).map(row).collect::<String>()
}

fn trained() -> Desk {
    let desk = Desk::new();
    desk.put("t.csv", people());
    for words in [&["init", "t.csv"][..], &["train", "t.ron", "--epochs", "2", "--quiet"]] {
        let output = desk.run(words, b"");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    desk
}

/// A `.npy` of this many rows and columns.
fn array(rows: usize, columns: usize) -> Vec<u8> {
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({rows}, {columns}), }}\n");
    let numbers = vec![0.5_f64.to_le_bytes(); rows * columns].concat();
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), &numbers].concat()
}

#[test]
fn an_empty_row_has_no_answer_and_what_stands_in_for_gaps_is_told() {
    let desk = trained();
    desk.put("q.csv", "age,city,paid,when\n31,Oslo,yes,2024-02-01\n,,,\n,Rome,,\nNA,Bern,no,\n , , , \n");
    let output = desk.run(&["predict", "last", "q.csv", "--json"], b"");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for said in [
        "'age': 2 rows have no number; the median of the training rows stands in for it",
        "'paid': 1 row has no yes or no; ",
        "'when': 2 rows have no date; ",
        "row 2, line 3: all its cells are empty",
        // Spreadsheet programs leave empty rows behind the last one.
        "1 empty row at the end is left out",
    ] {
        assert_eq!(told.matches(said).count(), 1, "{said}: {told}");
    }
    let answered = String::from_utf8_lossy(&output.stdout);
    let answers = answered.lines().map(|line| serde_json::from_str::<Value>(line).expect("an object"));
    let rows: Vec<u64> = answers
        .filter(|answer| answer["class"].is_string())
        .filter_map(|answer| answer["row"].as_u64())
        .collect();
    assert_eq!(rows, [1, 3, 4], "{answered}");
}

#[test]
fn a_table_with_words_takes_no_array_however_long_its_rows_are() {
    let desk = trained();
    // The width of the network's inputs is among these.
    for columns in 3..20 {
        desk.put("q.npy", array(2, columns));
        let (told, code) = desk.failure(&["predict", "last", "q.npy"]);
        assert!(
            told.contains("takes a table with these columns: age, city, paid, when"),
            "{columns}: {told}"
        );
        assert_eq!(code, Some(1));
    }
}

#[test]
fn a_branch_that_would_train_nothing_is_refused_and_leaves_no_run() {
    let desk = trained();
    let runs = || desk.lines(&["runs", "--json"], b"").len();
    let newest = desk.lines(&["runs", "--json"], b"")[0]["steps"].to_string();
    let (told, code) = desk.failure(&["branch", "last", "--step", &newest]);
    assert!(told.contains("would train nothing; --epochs +5 adds epochs"), "{told}");
    assert_eq!((code, runs()), (Some(2), 1));
    let output = desk.run(&["branch", "last", "--step", &newest, "--epochs", "+1", "--quiet"], b"");
    assert!(output.status.success() && runs() == 2, "{}", String::from_utf8_lossy(&output.stderr));
    // A run that was stopped early trains on only where something is changed.
    let stopping = "train.early_stopping=(patience: 1, min_delta: 1000.0)";
    let output = desk.run(&["train", "t.ron", "--epochs", "9", "--set", stopping, "--quiet"], b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let all = desk.lines(&["runs", "--json"], b"");
    let newest = all.iter().filter_map(|run| run["steps"].as_u64()).next_back().expect("steps").to_string();
    let (told, code) = desk.failure(&["branch", "last", "--step", &newest]);
    assert!(told.contains("was stopped early at step"), "{told}");
    assert_eq!((code, runs()), (Some(2), 3));
}

#[test]
fn an_error_speaks_of_the_option_that_was_typed() {
    let desk = Desk::new();
    for (option, value, help) in [
        ("--epochs", "-1", "--epochs takes a whole number, 1 or more"),
        ("--epochs", "0", "use 1 or more"),
        ("--lr", "abc", "--lr takes a number above 0"),
        ("--seed", "x", "--seed takes a whole number from 0"),
        ("--batch-size", "many", "--batch-size takes a whole number"),
    ] {
        let (told, code) = desk.failure(&["train", "xor", option, value]);
        assert!(told.contains(&format!("{option} {value}: ")) && told.contains(help), "{told}");
        assert!(!told.contains("--set"), "{told}");
        assert_eq!(code, Some(2));
    }
}

#[test]
fn a_folder_that_is_not_there_is_told_before_anything_is_worked_out() {
    let desk = trained();
    desk.put("q.csv", "age,city,paid,when\n31,Oslo,yes,2024-02-01\n");
    for words in [
        &["export", "last", "--to", "onnx", "-o", "none/x"][..],
        &["eval", "last", "--predictions", "none/x.csv"],
        &["predict", "last", "q.csv", "-o", "none/x.csv"],
        &["init", "t.csv", "-o", "none/x.ron"],
    ] {
        let (told, code) = desk.failure(words);
        assert!(told.contains("there is no folder none") && !told.contains("writing-"), "{words:?}: {told}");
        assert_eq!(code, Some(2), "{words:?}");
    }
}

#[test]
fn data_that_has_moved_is_told_with_what_to_do() {
    let desk = trained();
    std::fs::rename(desk.path("t.csv"), desk.path("moved.csv")).expect("it is moved");
    let (told, code) = desk.failure(&["eval", "last"]);
    assert!(told.contains("put it back") && told.contains("--data FILE"), "{told}");
    assert_eq!(code, Some(1));
    assert!(desk.run(&["eval", "last", "--data", "moved.csv"], b"").status.success());
    for words in [&["resume", "last", "--epochs", "+1"][..], &["branch", "last", "--epochs", "+1"]] {
        let (told, _) = desk.failure(words);
        assert!(told.contains("put it back") && told.contains("--init-from RUN"), "{told}");
    }
}

#[test]
fn data_in_the_place_of_a_preset_is_told_how_to_get_one() {
    let desk = Desk::new();
    desk.put("t.csv", people());
    desk.put("two words.csv", people());
    for command in ["train", "lr-range", "summary"] {
        for (file, wanted) in [
            ("t.csv", "`trainyard init t.csv` writes one"),
            ("./t.csv", "`trainyard init ./t.csv` writes one"),
            ("two words.csv", "`trainyard init 'two words.csv'` writes one"),
            ("gone.csv", "there is no such file"),
        ] {
            let (told, code) = desk.failure(&[command, file]);
            assert!(told.contains(wanted) && told.contains("a preset is needed"), "{command} {file}: {told}");
            assert!(!told.contains("mnist"), "{told}");
            assert_eq!(code, Some(2));
        }
    }
}
