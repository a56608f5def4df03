//! Tables in other formats than text, tables in several files, rows that count more than others, and rows that are broken.

use std::fmt::Write;

use serde_json::Value;

use crate::program::{Desk, noise};

const FORMATS: [&str; 6] = [
    "passengers.csv",
    "passengers_snappy.parquet",
    "passengers_zstd.parquet",
    "passengers_gzip.parquet",
    "passengers.xlsx",
    "passengers.ods",
];

/// What `train` says of a source, and the loss of its test.
fn trained(desk: &Desk, source: &str) -> (String, Value) {
    desk.preset(source, "");
    let output = desk.run(&["train", "own.ron"], b"");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{source}: {said}");
    (said, desk.lines(&["eval", "last", "--json"], b"")[0]["loss"].clone())
}

fn said(desk: &Desk, words: &[&str]) -> String {
    let output = desk.run(words, b"");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_table_trains_and_is_asked_the_same_in_every_format() {
    let desk = Desk::with("formats");
    let source =
        |file: &str, more: &str| format!("csv(file: \"{file}\", label: \"survived\", missing: median{more})");
    let (_, loss) = trained(&desk, &source("passengers.csv", ""));
    let answers = |file: &str| {
        let lines = desk.lines(&["predict", "last", file, "--json"], b"");
        lines.into_iter().map(|line| line["output"].clone()).collect::<Vec<_>>()
    };
    let scores = |file: &str| desk.lines(&["eval", "last", "--data", file, "--json"], b"")[0]["loss"].clone();
    let (wanted, scored) = (answers("passengers.csv"), scores("passengers.csv"));
    assert_eq!(wanted.len(), 80);
    for file in FORMATS {
        assert_eq!((answers(file), scores(file)), (wanted.clone(), scored.clone()), "{file}");
    }
    for file in &FORMATS[1..] {
        assert_eq!(trained(&desk, &source(file, "")).1, loss, "{file}");
    }
    let of_sheet = source("sheets.xlsx", ", sheet: \"Passengers\"");
    assert_eq!(trained(&desk, &of_sheet).1, loss);
    // The run is asked with the same sheet.
    assert_eq!(answers("sheets.xlsx"), wanted);
}

#[test]
fn init_and_check_take_every_format() {
    let desk = Desk::with("formats");
    for file in FORMATS {
        let report = said(&desk, &["data", "check", file]);
        let age =
            report.lines().find(|line| line.trim().starts_with("age ")).expect("a line for each column");
        assert!(age.contains("9 missing") && report.contains("'boarded' is a date"), "{file}: {report}");
        let preset = format!("{}.ron", file.replace('.', "_"));
        said(&desk, &["init", file, "-o", &preset]);
        said(&desk, &["train", &preset, "--quiet", "--no-save", "--set", "train.epochs=2"]);
    }
}

#[test]
fn what_is_wrong_in_other_formats_is_told_with_its_place() {
    let desk = Desk::with("formats");
    let refused = |source: &str| {
        desk.preset(source, "");
        desk.failure(&["train", "own.ron"]).0
    };
    let wrong = "columns: {\"city\": number}, label: \"survived\"";
    let said = refused(&format!("csv(file: \"passengers_zstd.parquet\", {wrong})"));
    assert!(said.contains("passengers_zstd.parquet: row 1, column 1 ('age'): the cell is empty"), "{said}");
    let said = refused(&format!("csv(file: \"passengers.xlsx\", missing: mean, {wrong})"));
    assert!(
        said.contains(
            "passengers.xlsx, sheet 'Passengers': row 2, column 3 ('city'): 'Oslo' is not a number"
        ),
        "{said}"
    );
    let said = refused("csv(file: \"passengers.xlsx\", sheet: \"Crew\")");
    assert!(said.contains("there is no sheet 'Crew'; there are: Passengers"), "{said}");
    let said = refused("csv(file: \"passengers_zstd.parquet\", separator: ';')");
    assert!(said.contains("separator does not apply to Parquet: leave it out"), "{said}");
    let said = refused("csv(file: \"passengers_zstd.parquet\", label: \"gone\")");
    assert!(said.contains("schema: there is no column 'gone'; there are: age, rooms"), "{said}");
    let whole = std::fs::read(desk.path("passengers_snappy.parquet")).expect("a fixture");
    desk.put("cut.parquet", &whole[..whole.len() - 100]);
    assert!(refused("csv(file: \"cut.parquet\")").contains("cut.parquet: it is no whole Parquet file"));
}

/// Rows of two numbers and a class that the first one tells, from this row on.
fn rows(from: usize, count: usize) -> String {
    let random = noise(from as u32 + 1).step_by(2).zip(noise(7)).skip(from);
    let mut text = String::new();
    for (a, b) in random.take(count) {
        writeln!(text, "{a},{b},{}", if a > 0.5 { "yes" } else { "no" }).expect("memory");
    }
    text
}

#[test]
fn files_whose_names_fit_a_pattern_are_one_table() {
    let desk = Desk::new();
    let (parts, mut whole) = ([1, 2, 10], String::from("a,b,y\n"));
    for part in parts {
        let text = rows(part * 40, 40);
        whole.push_str(&text);
        desk.put(&format!("part-{part}.csv"), format!("a,b,y\n{text}"));
    }
    desk.put("whole.csv", &whole);
    let (_, loss) = trained(&desk, "csv(file: \"whole.csv\")");
    let (told, of_parts) = trained(&desk, "csv(file: \"part-*.csv\")");
    assert_eq!(of_parts, loss);
    assert!(told.contains("part-*.csv: 3 files in order, part-1.csv to part-10.csv"), "{told}");
    let scores = |data: &str| desk.lines(&["eval", "last", "--data", data, "--json"], b"")[0]["loss"].clone();
    assert_eq!(scores("part-*.csv"), scores("whole.csv"));
    let report = said(&desk, &["data", "check", "part-*.csv"]);
    assert!(report.lines().any(|line| line.trim().starts_with("rows") && line.ends_with("120")), "{report}");
    said(&desk, &["init", "part-*.csv", "-o", "parts.ron"]);
    said(&desk, &["train", "parts.ron", "--quiet", "--no-save", "--set", "train.epochs=1"]);

    // One more file is a change.
    desk.put("part-11.csv", format!("b,y,a\n{}", "0.5,no,0.1\n".repeat(20)));
    let (told, code) = desk.failure(&["resume", "last", "--epochs", "+1"]);
    assert!(told.contains("it held 3 files and holds 4") && code == Some(1), "{told}");
    desk.put("part-11.csv", "a,c,y\n1,2,no\n");
    let (told, _) = desk.failure(&["train", "own.ron"]);
    let wanted = "part-11.csv: line 1: its columns are not those of the first file: it has no 'b'";
    assert!(told.contains(wanted), "{told}");
    desk.preset("csv(file: \"none-*.csv\")", "");
    let (told, _) = desk.failure(&["train", "own.ron"]);
    assert!(told.contains("none-*.csv: there is no file whose name fits this pattern"), "{told}");
}

#[test]
fn files_in_a_list_are_one_table_in_its_order() {
    let desk = Desk::new();
    let (first, second, third) = (rows(0, 40), rows(40, 40), rows(80, 40));
    desk.put("whole.csv", format!("a,b,y\n{first}{second}{third}"));
    desk.put("z.csv", format!("a,b,y\n{first}"));
    desk.put("part-1.csv", format!("a,b,y\n{second}"));
    desk.put("part-2.csv", format!("a,b,y\n{third}"));
    let (_, loss) = trained(&desk, "csv(file: \"whole.csv\")");
    let list = "csv(file: [\"z.csv\", \"part-*.csv\"])";
    let (told, of_list) = trained(&desk, list);
    assert_eq!(of_list, loss);
    assert!(told.contains("z.csv and 1 more: 3 files in order, z.csv to part-2.csv"), "{told}");
    // All of it is scored by a list, and a list may be typed.
    let scores = |data: &str| desk.lines(&["eval", "last", "--data", data, "--json"], b"")[0]["loss"].clone();
    assert_eq!(scores(list), scores("whole.csv"));
    let typed = "data.source.file=[\"z.csv\",\"part-1.csv\",\"part-2.csv\"]";
    said(&desk, &["train", "own.ron", "--quiet", "--set", typed, "--set", "train.epochs=1"]);

    said(&desk, &["init", "z.csv", "part-1.csv", "part-2.csv", "-o", "made.ron"]);
    let made = std::fs::read_to_string(desk.path("made.ron")).expect("a preset");
    assert!(made.contains("file: [\"z.csv\", \"part-1.csv\", \"part-2.csv\"],"), "{made}");
    said(&desk, &["train", "made.ron", "--quiet", "--no-save", "--set", "train.epochs=1"]);
    let (told, code) = desk.failure(&["init", "z.csv", "own.txt"]);
    let wanted = "own.txt: several files are taken as one table, and this is no table";
    assert!(told.contains(wanted) && code == Some(1), "{told}");
    let report = said(&desk, &["data", "check", "--together", "z.csv", "part-*.csv"]);
    assert!(report.lines().any(|line| line.trim().starts_with("rows") && line.ends_with("120")), "{report}");

    // A file of the list that changes is a change, and is named.
    desk.put("part-2.csv", format!("a,b,y\n{third}0.5,0.5,no\n"));
    let (told, code) = desk.failure(&["resume", "last", "--epochs", "+1"]);
    assert!(
        told.contains("part-2.csv has changed since the run learned from it") && code == Some(1),
        "{told}"
    );
    let refused = |source: &str| {
        desk.preset(source, "");
        desk.failure(&["train", "own.ron"]).0
    };
    desk.put("other.csv", "a,c,y\n1,2,no\n");
    let told = refused("csv(file: [\"z.csv\", \"other.csv\"])");
    let wanted = "other.csv: line 1: its columns are not those of the first file: it has no 'b'";
    assert!(told.contains(wanted), "{told}");
    let told = refused("csv(file: [\"part-*.csv\", \"part-1.csv\"])");
    assert!(told.contains("part-1.csv: it is named twice; each file is read once"), "{told}");
    assert!(refused("csv(file: [])").contains("the list of files is empty"));
}

/// An array in NumPy's format, version 1.0: `descr` and shape as its header has them.
fn array(kind: &str, shape: &str, numbers: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    let padded = format!("{header:117}\n");
    [&b"\x93NUMPY\x01\x00\x76\x00"[..], padded.as_bytes(), numbers].concat()
}

#[test]
fn arrays_in_several_files_are_one() {
    let desk = Desk::new();
    let numbers: Vec<f32> = noise(3).take(240).collect();
    let bytes = |numbers: &[f32]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let classes: Vec<u8> = numbers.chunks(2).map(|row| u8::from(row[0] > 0.5)).collect();
    desk.put("x.npy", array("<f4", "(120, 2)", &bytes(&numbers)));
    desk.put("y.npy", array("|u1", "(120,)", &classes));
    for (part, rows) in [(1, 0..50), (2, 50..80), (10, 80..120)] {
        let count = rows.len();
        let here = &numbers[2 * rows.start..2 * rows.end];
        desk.put(&format!("x-{part}.npy"), array("<f4", &format!("({count}, 2)"), &bytes(here)));
        desk.put(&format!("y-{part}.npy"), array("|u1", &format!("({count},)"), &classes[rows]));
    }
    let (_, loss) = trained(&desk, "npy(inputs: \"x.npy\", targets: \"y.npy\")");
    let (told, of_parts) = trained(&desk, "npy(inputs: \"x-*.npy\", targets: \"y-*.npy\")");
    assert_eq!(of_parts, loss);
    assert!(told.contains("x-*.npy: 3 files in order, x-1.npy to x-10.npy"), "{told}");
    let list = "npy(inputs: [\"x-1.npy\", \"x-2.npy\", \"x-10.npy\"], targets: \"y.npy\")";
    assert_eq!(trained(&desk, list).1, loss);
    let report = said(&desk, &["data", "check", "x-*.npy"]);
    assert_eq!(report.matches("shape of one").count(), 3, "{report}");

    desk.put("x-11.npy", array("<f4", "(1, 2)", &bytes(&[0.5, 0.5])));
    desk.preset("npy(inputs: \"x-*.npy\", targets: \"y-*.npy\")", "");
    let (told, _) = desk.failure(&["train", "own.ron"]);
    assert!(
        told.contains("x-1.npy and 3 more: 121 samples, and y-1.npy and 2 more has 120 answers"),
        "{told}"
    );
    let swapped = "npy(inputs: [\"x-1.npy\", \"x-2.npy\"], targets: [\"y-2.npy\", \"y-1.npy\"])";
    desk.preset(swapped, "");
    let (told, _) = desk.failure(&["train", "own.ron"]);
    let wanted = "x-1.npy: 50 samples, and y-2.npy has 30 answers; there has to be one for each";
    assert!(told.contains(wanted), "{told}");
    desk.put("x-11.npy", array("<f4", "(1, 3)", &bytes(&[0.5; 3])));
    desk.preset("npy(inputs: \"x-*.npy\", targets: \"y-*.npy\")", "");
    let (told, _) = desk.failure(&["train", "own.ron"]);
    assert!(told.contains("x-11.npy: rows of shape [3], those in ") && told.contains(" have [2]"), "{told}");
}

#[test]
fn the_weight_of_a_row_multiplies_its_loss() {
    let desk = Desk::new();
    let with_weights = |weight: &dyn Fn(usize) -> &'static str| {
        let lines = rows(0, 120);
        let lines = lines.lines().enumerate().map(|(row, line)| format!("{},{line}\n", weight(row)));
        format!("w,a,b,y\n{}", lines.collect::<String>())
    };
    desk.put("two.csv", with_weights(&|_| "2"));
    desk.put("none.csv", with_weights(&|_| "1"));
    desk.put("half.csv", with_weights(&|row| ["1", "0"][row % 2]));
    desk.put("wrong.csv", with_weights(&|row| if row == 7 { "-1" } else { "1" }));
    desk.put("gap.csv", with_weights(&|row| if row == 7 { "" } else { "1" }));
    let loss = |file: &str, weights: &str, rate: &str| {
        desk.preset_text(&format!(
            "(name: \"own\", title: \"\", data: (source: csv(file: \"{file}\"{weights}, columns: [\"a\", \"b\"]), test: 0.25),
              layers: [Dense(units: 4, activation: tanh), Dense(units: 2, activation: softmax)],
              loss: categorical_crossentropy, optimizer: SGD(learning_rate: {rate}), train: (epochs: 4, batch_size: 8))"
        ));
        let output = desk.run(&["train", "own.ron"], b"");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        let scores = desk.lines(&["eval", "last", "--json"], b"");
        (said, scores[0]["loss"].clone())
    };
    // The gradient of a loss that counts twice is twice the gradient, to the last bit; the test's loss is without weights.
    let (said, doubled) = loss("two.csv", ", weights: \"w\"", "0.25");
    assert!(said.contains("a training row's loss counts as its 'w' says, 2 to 2"), "{said}");
    assert_eq!(doubled, loss("none.csv", "", "0.5").1);
    assert_eq!(loss("none.csv", ", weights: \"w\"", "0.5").1, doubled);
    assert_ne!(loss("half.csv", ", weights: \"w\"", "0.5").1, doubled);
    // What is resumed is weighed as before.
    let resumed = desk.run(&["resume", "last", "--epochs", "+1", "--quiet"], b"");
    assert!(resumed.status.success(), "{}", String::from_utf8_lossy(&resumed.stderr));

    for (file, problem) in [
        ("wrong.csv", "wrong.csv: line 9, column 1 ('w'): '-1' is not a weight: a number, 0 or above"),
        ("gap.csv", "gap.csv: line 9, column 1 ('w'): the weight is missing"),
    ] {
        desk.preset(&format!("csv(file: \"{file}\", weights: \"w\")"), "");
        let (said, _) = desk.failure(&["train", "own.ron"]);
        assert!(said.contains(problem), "{said}");
    }
    desk.preset("csv(file: \"two.csv\", weights: \"y\")", "");
    let (said, _) = desk.failure(&["train", "own.ron"]);
    assert!(said.contains("'no' is not a weight") || said.contains("'yes' is not a weight"), "{said}");
    desk.preset("csv(file: \"two.csv\", weights: \"w\", label: \"w\")", "");
    let (said, _) = desk.failure(&["train", "own.ron"]);
    assert!(said.contains("column 'w' is both the label and the weight"), "{said}");
}

#[test]
fn broken_rows_are_refused_or_left_out_and_counted() {
    let desk = Desk::new();
    let lines: Vec<String> = rows(0, 120).lines().map(str::to_string).collect();
    let with = |broken: &[(usize, &str)]| {
        let mut lines = lines.clone();
        broken.iter().for_each(|(place, text)| lines[*place] = (*text).to_string());
        format!("a,b,y\n{}\n", lines.join("\n"))
    };
    desk.put("broken.csv", with(&[(5, "0.1,oops,no"), (9, "0.1,0.2"), (20, "0.3,0.4,")]));
    let kept: Vec<&String> =
        lines.iter().enumerate().filter(|(row, _)| ![5, 9, 20].contains(row)).map(|(_, line)| line).collect();
    desk.put(
        "whole.csv",
        format!("a,b,y\n{}\n", kept.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n")),
    );
    desk.preset("csv(file: \"broken.csv\")", "");
    let (said, _) = desk.failure(&["train", "own.ron"]);
    assert!(said.contains("broken.csv: line 7, column 2 ('b'): 'oops' is not a number"), "{said}");
    let (_, loss) = trained(&desk, "csv(file: \"whole.csv\")");
    let (said, skipped) = trained(&desk, "csv(file: \"broken.csv\", skip_broken: true)");
    let wanted = "3 rows are left out because they are broken; the first: broken.csv: line 7, column 2 ('b'): 'oops' is not";
    assert!(said.contains(wanted), "{said}");
    assert_eq!(skipped, loss);
    // What is scored is read in the same way, and told.
    let output = desk.run(&["eval", "last", "--data", "broken.csv"], b"");
    let said =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("3 rows are left out"), "{said}");
}

#[test]
fn a_column_without_a_value_is_left_out_and_refused_where_it_is_asked_for() {
    let desk = Desk::new();
    let text: String = rows(0, 80).lines().map(|line| format!(",{line}\n")).collect();
    desk.put("empty.csv", format!("e,a,b,y\n{text}"));
    let (said, _) = trained(&desk, "csv(file: \"empty.csv\", missing: mean)");
    assert!(said.contains("'e' is left out: no cell of it has a value"), "{said}");
    desk.preset("csv(file: \"empty.csv\", missing: mean, columns: {\"e\": number})", "");
    let (said, _) = desk.failure(&["train", "own.ron"]);
    assert!(said.contains("column 'e' has nothing to learn from: no cell of it has a value"), "{said}");
}

#[test]
fn data_that_is_accepted_as_it_is_now_is_the_runs_data_from_then_on() {
    let desk = Desk::new();
    desk.put("t.csv", format!("a,b,y\n{}", rows(0, 80)));
    trained(&desk, "csv(file: \"t.csv\")");
    desk.put("t.csv", format!("a,b,y\n{}", rows(0, 88)));
    assert!(desk.failure(&["resume", "last", "--epochs", "+1"]).0.contains("--accept-changed-data"));
    let resume = |more: &[&str]| {
        let output = desk.run(&[&["resume", "last", "--epochs", "+1"], more].concat(), b"");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    resume(&["--accept-changed-data"]);
    resume(&[]);
    desk.put("t.csv", format!("a,b,y\n{}", rows(0, 90)));
    assert!(desk.failure(&["resume", "last", "--epochs", "+1"]).0.contains("has changed"));
}

#[test]
fn rows_are_told_by_their_line_behind_blank_lines_and_comments() {
    let desk = Desk::new();
    let text: String = rows(0, 80).lines().map(|line| format!("\n{line}\n")).collect();
    desk.put("blank.csv", format!("# made by hand\n\na,b,y\n{text}"));
    trained(&desk, "csv(file: \"blank.csv\")");
    desk.put("asked.csv", "a,b\n\n0.1,0.2\n\n\n\"0.3\",0.4");
    let lines: Vec<(u64, u64)> = desk
        .lines(&["predict", "last", "asked.csv", "--json"], b"")
        .iter()
        .map(|answer| ["row", "line"].map(|name| answer[name].as_u64().expect("a number")).into())
        .collect();
    assert_eq!(lines, [(1, 3), (2, 6)]);
    desk.put("asked.csv", "a,b\n\n0.1,0.2\n\n\nx,0.4\n");
    assert!(
        desk.failure(&["predict", "last", "asked.csv"])
            .0
            .contains("line 6, column 1 ('a'): 'x' is not a number")
    );
}
