//! What somebody who does not know the program tried first, and was told too little about.

use std::fmt::Write;

use crate::program::{Desk, noise};

const PRESET: &str = "(name: \"own\", title: \"\", data: (source: SOURCE),
    layers: [Dense(units: 8, activation: relu), LAST], loss: mean_squared_error,
    optimizer: Adam(), train: (epochs: 2, batch_size: 16))";

/// A table of two numbers and a price that is `base` and up to `spread` more.
fn prices(base: f64, spread: f64) -> String {
    let mut random = noise(5);
    let mut table = String::from("a,b,price\n");
    for _ in 0..160 {
        let (a, b) = (f64::from(random.next().expect("a number")), random.next().expect("a number"));
        writeln!(table, "{a},{b},{}", base + spread * a).expect("memory");
    }
    table
}

fn desk(base: f64, spread: f64, last: &str) -> Desk {
    let desk = Desk::new();
    desk.put("p.csv", prices(base, spread));
    desk.preset_text(&PRESET.replace("SOURCE", "csv(file: \"p.csv\")").replace("LAST", last));
    desk
}

fn said(desk: &Desk, words: &[&str]) -> String {
    let output = desk.run(words, b"");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[test]
fn the_order_of_changes_does_not_matter() {
    let desk = desk(300.0, 100.0, "Dense(units: 1)");
    for order in [["data.fold.k=1", "data.fold.of=4"], ["data.fold.of=4", "data.fold.k=1"]] {
        said(&desk, &["summary", "own.ron", "--set", order[0], "--set", order[1]]);
    }
    let refused = |words: &[&str]| desk.failure(&[&["summary", "own.ron"], words].concat()).0;
    let shown = refused(&["--set", "train.epochs=3", "--set", "data.fold.k=1"]);
    assert!(shown.contains("--set data.fold.k=1"), "{shown}");
    let shown = refused(&["--set", "layers.-1.units=3"]);
    assert!(shown.contains("count list places from 0"), "{shown}");
    let shown = refused(&["--set", "seed=-1"]);
    assert!(shown.contains("seed takes a whole number, 0 or more"), "{shown}");
}

#[test]
fn targets_of_which_scaling_leaves_nothing_are_told() {
    for (base, spread, last, wanted) in [
        (1.7e9, 1e6, "Dense(units: 1, activation: relu)", "far from 0 beside their differences"),
        (1e-9, 1e-10, "Dense(units: 1, activation: tanh)", "within the range of the last activation"),
        (1e-9, 1e-10, "Dense(units: 1, activation: sigmoid)", "within the range of the last activation"),
    ] {
        let told = said(&desk(base, spread, last), &["train", "own.ron", "--no-save"]);
        assert!(told.contains(wanted) && told.contains("the targets of 'price' go from"), "{last}: {told}");
    }
    for (base, spread, last) in [
        (1.7e9, 1e6, "Dense(units: 1)"),
        (1.7e9, 1e6, "Dense(units: 1, activation: tanh)"),
        (0.0, 100.0, "Dense(units: 1, activation: relu)"),
        (0.2, 0.6, "Dense(units: 1, activation: sigmoid)"),
    ] {
        let told = said(&desk(base, spread, last), &["train", "own.ron", "--no-save"]);
        assert!(!told.contains("the targets of"), "{last}: {told}");
    }
}

#[test]
fn errors_say_their_unit_and_have_digits_that_say_something() {
    let desk = desk(1.7e9, 1e6, "Dense(units: 1)");
    let told = said(&desk, &["train", "own.ron"]);
    assert!(told.contains("MAE and RMSE are in the unit of 'price'"), "{told}");
    let report = said(&desk, &["eval", "last", "--report", "--predictions", "answers.csv"]);
    let (table, answers): (String, String) = ["p.csv", "answers.csv"]
        .map(|file| std::fs::read_to_string(desk.path(file)).expect("a table"))
        .into();
    for line in answers.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let row: usize = cells[0].parse().expect("a row");
        let truth: f64 = cells[1].parse().expect("what is true");
        let of_data = table.lines().nth(row).expect("a row of the data");
        assert!(of_data.ends_with(&format!(",{truth}")), "row {row}: {truth}, not {of_data}");
    }
    let largest = report.split("the largest errors").nth(1).expect("they are told");
    let row = largest.lines().nth(2).expect("a row").split_whitespace().collect::<Vec<_>>();
    let numbers: Vec<f64> = row[2..].iter().map(|cell| cell.parse().expect("a number")).collect();
    assert!((numbers[1] - numbers[0] - numbers[2]).abs() <= 1.0 && numbers[2].abs() > 1000.0, "{largest}");
    let small = self::desk(0.0, 1e-9, "Dense(units: 1)");
    let told = said(&small, &["train", "own.ron"]);
    assert!(!told.contains("MAE 0.0000") && told.contains("e-10"), "{told}");
    let told = said(
        &desk,
        &["train", "own.ron", "--no-save", "--set", "data.targets=input", "--set", "layers[1].units=2"],
    );
    assert!(told.contains("MAE and RMSE are in each column's own unit, averaged over the columns"), "{told}");
}

#[test]
fn folds_say_that_they_choose_their_test_sets_themselves() {
    let desk = desk(300.0, 100.0, "Dense(units: 1)");
    let told = said(&desk, &["train", "own.ron", "--folds", "2", "--no-save", "--set", "data.test=0.4"]);
    assert!(
        told.contains("each fold is tested on one of 2 parts of all samples; data.test: 0.4 is not used"),
        "{told}"
    );
    assert!(!said(&desk, &["train", "own.ron", "--folds", "2", "--no-save"]).contains("is not used"));
}

#[test]
fn a_name_or_an_ending_that_means_something_else_is_refused() {
    let desk = desk(300.0, 100.0, "Dense(units: 1)");
    let (shown, _) = desk.failure(&["train", "own.ron", "--set", "name=\"last\""]);
    assert!(shown.contains("commands take 'last' for the newest run"), "{shown}");
    said(&desk, &["train", "own.ron", "--quiet"]);
    let (shown, code) = desk.failure(&["eval", "last", "--predictions", "answers.pdf"]);
    assert!(shown.contains("must end with .csv") && code == Some(2), "{shown}");
    desk.put("last.csv", prices(300.0, 100.0));
    assert!(said(&desk, &["init", "last.csv"]).contains("own-data.ron"));
}

#[test]
fn one_output_for_two_classes_is_told_how() {
    let desk = Desk::new();
    desk.put(
        "y.csv",
        (0..60).fold("a,y\n".to_string(), |table, row| table + &format!("{row},{}.0\n", row % 2)),
    );
    let last = "Dense(units: 1, activation: sigmoid)";
    desk.preset_text(&PRESET.replace("SOURCE", "csv(file: \"y.csv\")").replace("LAST", last));
    let (shown, _) = desk.failure(&["train", "own.ron"]);
    assert!(shown.contains("set data.labels: binary"), "{shown}");
}

#[test]
fn a_column_without_a_name_is_seen() {
    let desk = Desk::new();
    let rows: String = (0..60).map(|row| format!("{row},{},{}\n", row % 7, row % 2)).collect();
    desk.put("y.csv", format!(",a,y\n{rows}"));
    desk.preset("csv(file: \"y.csv\")", "");
    let told = said(&desk, &["train", "own.ron", "--no-save"]);
    assert!(told.contains("column 1 (no name) is left out"), "{told}");
    let checked = said(&desk, &["data", "check", "y.csv"]);
    assert!(checked.contains("  column 1  ") && checked.contains("it numbers the rows"), "{checked}");
}

#[test]
fn a_network_of_texts_takes_a_table_of_texts() {
    let desk = Desk::new();
    let rows: String = (0..80).map(|row| ["\"good, very\",yes\n", "bad,no\n"][row % 2]).collect();
    desk.put("texts.csv", format!("text,kind\n{rows}"));
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: file_table(table: \"texts.csv\", holds: texts, length: 10), labels: integer),
          layers: [Embedding(input_dim: 12, output_dim: 4), GlobalAveragePooling1D, Dense(units: 2, activation: softmax)],
          loss: sparse_categorical_crossentropy, optimizer: Adam(learning_rate: 0.05), train: (epochs: 20, batch_size: 8))",
    );
    said(&desk, &["train", "own.ron", "--quiet", "--set", "layers[0].input_dim=40"]);
    desk.put("ask.csv", "text\n\"good, very\"\nbad\n");
    assert_eq!(desk.classes("ask.csv", b""), ["yes", "no"]);
    desk.put("ask.txt", "good, very\nbad\n");
    assert_eq!(desk.classes("ask.txt", b""), ["yes", "no"]);
}

#[test]
fn shares_of_brightness_are_refused_by_a_network_that_learned_from_numbers_up_to_255() {
    let desk = Desk::new();
    let array = |scale: f64| {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        let mut head = "{'descr': '<f8', 'fortran_order': False, 'shape': (40, 4), }".to_string();
        head += &" ".repeat(117 - head.len());
        head.push('\n');
        bytes.extend((head.len() as u16).to_le_bytes());
        bytes.extend(head.as_bytes());
        let numbers = (0..160).map(|number| f64::from(number % 256) * 255.0 / 159.0 * scale);
        bytes.extend(numbers.flat_map(f64::to_le_bytes));
        bytes
    };
    desk.put("x.npy", array(1.0));
    desk.put("y.npy", array(0.01));
    desk.put("shares.npy", array(1.0 / 255.0));
    desk.preset_text(
        &PRESET
            .replace("SOURCE", "npy(inputs: \"x.npy\", targets: \"y.npy\")")
            .replace("LAST", "Dense(units: 4)"),
    );
    said(&desk, &["train", "own.ron", "--quiet"]);
    said(&desk, &["predict", "last", "x.npy"]);
    let (shown, _) = desk.failure(&["predict", "last", "shares.npy"]);
    assert!(shown.contains("multiply shares of full brightness by 255"), "{shown}");
}

/// A table of 24 pictures with their kinds, and a network that has learned them.
fn pictures() -> Desk {
    let desk = Desk::new();
    let mut table = String::from("file,kind\n");
    for number in 0..24_u8 {
        let (kind, level) = [("dark", 20), ("light", 200)][usize::from(number % 2)];
        let image = image::GrayImage::from_pixel(4, 4, image::Luma([level + number]));
        image.save(desk.path(&format!("imgs/{number}.png"))).expect("an image");
        writeln!(table, "imgs/{number}.png,{kind}").expect("memory");
    }
    desk.put("files.csv", table);
    let source = "file_table(table: \"files.csv\", path: \"file\", label: \"kind\", size: (4, 4))";
    desk.preset(source, "Flatten,");
    said(&desk, &["train", "own.ron", "--quiet"]);
    desk
}

#[test]
fn a_table_of_files_is_asked_about_as_it_was_learned() {
    let desk = pictures();
    assert_eq!(desk.classes("files.csv", b"")[..4], ["dark", "light", "dark", "light"]);
    desk.put("ask/new.csv", "n,file\n1,../imgs/3.png\n2,\n3,../imgs/4.png\n");
    let output = desk.run(&["predict", "last", "ask/new.csv"], b"");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1));
    assert!(out.contains("imgs/3.png  light") && out.contains("imgs/4.png  dark"), "{out}");
    assert!(err.contains("ask/new.csv: line 3, column 2 ('file'): the path is missing"), "{err}");
    desk.put("other.csv", "a,b,c,d\n1,2,3,4\n");
    let (said, _) = desk.failure(&["predict", "last", "other.csv"]);
    let wanted = "other.csv: line 1: there is no column 'file'; there are: a, b, c, d; of a table this network is asked about the files";
    assert!(said.contains(wanted), "{said}");
}

#[test]
fn data_without_any_label_is_told_as_such_and_a_column_that_is_not_there_by_its_name() {
    let desk = pictures();
    let failure = |table: &str| {
        desk.put("other.csv", table);
        desk.failure(&["eval", "last", "--data", "other.csv"]).0
    };
    let none = failure("file,kind\nimgs/1.png,\nimgs/2.png,\n");
    assert!(none.contains("none of its 2 rows has a class in column 'kind'"), "{none}");
    let first = failure("file,kind\nimgs/1.png,\nimgs/2.png,dark\n");
    assert!(first.contains("line 2, column 2 ('kind'): the class is missing"), "{first}");
    let alone = failure("file\nimgs/1.png\n");
    assert!(
        alone.contains("there is no column 'kind' with the classes; its only column is 'file'"),
        "{alone}"
    );

    desk.put("t.csv", "a,y\n".to_string() + &"1,p\n2,q\n".repeat(20));
    desk.preset("csv(file: \"t.csv\", label: \"y\")", "");
    said(&desk, &["train", "own.ron", "--quiet"]);
    let none = failure("a,y\n1,\n2,\n");
    assert!(none.contains("none of its 2 rows has a label in column 'y'"), "{none}");
    let first = failure("a,y\n1,\n2,p\n");
    assert!(first.contains("line 2, column 2 ('y'): the label is missing"), "{first}");
    let lacks = failure("a,b\n1,2\n");
    assert!(lacks.contains("there is no column 'y'; there are: a, b"), "{lacks}");
}

#[test]
fn scores_of_two_classes_say_which_class_they_are_about() {
    let desk = Desk::new();
    desk.put("t.csv", "a,y\n".to_string() + &"1,ill\n2,well\n".repeat(20));
    desk.preset("csv(file: \"t.csv\", label: \"y\")", "");
    let end = desk.lines(&["train", "own.ron", "--json"], b"").pop().expect("an event");
    assert_eq!((&end["event"], &end["positive_class"]), (&"finished".into(), &"well".into()), "{end}");
    assert!(said(&desk, &["train", "own.ron"]).contains(" of 'well'  after "));
    assert!(said(&desk, &["eval", "last"]).contains(" of 'well'  on "));
    assert_eq!(desk.lines(&["eval", "last", "--json"], b"")[0]["positive_class"], "well");
}
