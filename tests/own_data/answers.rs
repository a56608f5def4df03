//! Answers that people can use: predictions of whole folders as tables, reports beside scores, fold by fold.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::Desk;

/// A folder with two classes that are easy to tell apart, and a preset that learns them.
pub(super) fn desk_with_classes() -> Desk {
    let desk = Desk::new();
    let rows = (0..120).map(|row| {
        let (x, y) = (row % 11, row % 7);
        format!("{x},{y},{}\n", if 3 * x > 5 * y { "\"dog, large\"" } else { "cat" })
    });
    desk.put("pets.csv", format!("x,y,kind\n{}", rows.collect::<String>()));
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: csv(file: \"pets.csv\"), test: 0.25),
          layers: [Dense(units: 8, activation: relu), Dense(units: 2, activation: softmax)],
          loss: categorical_crossentropy, optimizer: Adam(learning_rate: 0.03),
          train: (epochs: 12, batch_size: 16))",
    );
    desk
}

pub(super) fn done(desk: &Desk, words: &[&str]) -> (String, String) {
    let output = desk.run(words, b"");
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).expect("it prints text"));
    assert!(output.status.success(), "{words:?}: {said:?}");
    let [out, error] = said;
    (out, error)
}

/// Whether the rows of a table have all the same width, and its head.
fn head_of(table: &Path) -> (Vec<String>, usize) {
    let mut reader = csv::Reader::from_path(table).expect("a table");
    let head = reader.headers().expect("a head").iter().map(String::from).collect();
    let rows = reader.records().collect::<Result<Vec<_>, _>>().expect("rows of one width");
    (head, rows.len())
}

#[test]
fn a_folder_is_answered_as_a_table_and_a_bad_file_in_it_is_told() {
    let desk = desk_with_classes();
    done(&desk, &["train", "own.ron", "--quiet"]);
    desk.put("ask/1.csv", "x,y\n1,5\n9,1\n");
    desk.put("ask/below/2.csv", "y,x\n5,1\n");
    desk.put("ask/.hidden", "not asked");
    let (lines, _) = done(&desk, &["predict", "last", "ask"]);
    assert_eq!(lines.lines().count(), 3, "{lines}");

    desk.put("ask/3.csv", "x,z\n1,1\n");
    let (said, code) = desk.failure(&["predict", "last", "ask", "no-such.csv", "--output", "said.csv"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("3.csv: ") && said.contains("none that is called 'y'"), "{said}");
    assert!(said.contains("no-such.csv: ") && said.contains("2 of 4 files are not answered"), "{said}");
    let output = desk.run(&["predict", "last", "ask", "--json"], b"");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let told = said.lines().filter(|line| line.contains(r#""error":"#) && line.contains("3.csv: ")).count();
    assert_eq!((told, said.lines().count()), (1, 4), "{said}");
    let (head, rows) = head_of(&desk.path("said.csv"));
    // Two files without an answer have a row as well.
    assert_eq!((head.join("|"), rows), ("file|row|prediction|cat|dog, large|error".to_string(), 5));

    done(&desk, &["predict", "last", "ask/1.csv", "ask/below", "-o", "said.json"]);
    let said: Value =
        serde_json::from_slice(&fs::read(desk.path("said.json")).expect("a file")).expect("JSON");
    assert_eq!(said.as_array().map(Vec::len), Some(3));
    assert_eq!(said[1]["class"], "dog, large");
    let shares =
        [&said[1]["values"]["cat"], &said[1]["values"]["dog, large"]].map(|p| p.as_f64().unwrap_or(2.0));
    assert!((shares[0] + shares[1] - 1.0).abs() < 1e-6 && shares[1] > 0.5, "{shares:?}");

    // Nothing that can be answered: the file says why, and no answers of before stay in it.
    desk.failure(&["predict", "last", "ask/3.csv", "--output", "said.csv"]);
    assert_eq!(head_of(&desk.path("said.csv")).1, 1);
    for (words, why) in [
        (&["--output", "said.xlsx"][..], "must end with .csv or .json"),
        (&["--output", "no-such/said.csv"], "there is no folder no-such"),
    ] {
        let (said, code) = desk.failure(&[&["predict", "last", "ask/1.csv"], words].concat());
        assert!(said.contains(why) && code == Some(2), "{said}");
    }
}

/// A table of answers, row by row.
fn rows_of(table: &Path) -> Vec<csv::StringRecord> {
    let mut reader = csv::Reader::from_path(table).expect("a table");
    reader.records().map(|row| row.expect("a row")).collect()
}

#[test]
fn bad_rows_of_a_table_are_named_and_all_others_answered_at_their_places() {
    let desk = desk_with_classes();
    done(&desk, &["train", "own.ron", "--quiet"]);
    let good = "x,y\n1,5\n9,1\n3,2\n";
    desk.put("good.csv", good);
    desk.put("bad.csv", "x,y\n1,5\noops,2\n\n9,1\n7\n3,2\n,4\n");
    let of_good: Vec<Value> = desk.lines(&["predict", "last", "good.csv", "--json"], b"");

    let output = desk.run(&["predict", "last", "bad.csv", "--json"], b"");
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    for wanted in [
        "bad.csv: row 2, line 3, column 1 ('x'): 'oops' is not a number",
        "bad.csv: row 4, line 6: 1 cell, and there are 2 columns",
        "bad.csv: row 6, line 8, column 1 ('x'): the cell is empty, and the run learned nothing that stands in",
        "3 of 6 rows are not answered",
    ] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
    let lines = String::from_utf8(output.stdout).expect("text");
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let rows: Vec<u64> = lines.iter().map(|line| line["row"].as_u64().expect("a row")).collect();
    assert_eq!(rows, [1, 2, 3, 4, 5, 6], "a place never shifts");
    let answered: Vec<&Value> = lines.iter().filter(|line| line["error"].is_null()).collect();
    let values = |line: &Value| line["values"].clone();
    assert_eq!(
        answered.iter().map(|line| values(line)).collect::<Vec<_>>(),
        of_good.iter().map(values).collect::<Vec<_>>()
    );
    assert_eq!(lines[5]["line"], 8);

    let (_, code) = desk.failure(&["predict", "last", "bad.csv", "--output", "said.csv"]);
    assert_eq!(code, Some(1));
    let (head, _) = head_of(&desk.path("said.csv"));
    assert_eq!(head.join("|"), "file|row|prediction|cat|dog, large|error");
    let said = rows_of(&desk.path("said.csv"));
    assert_eq!((&said[2][1], &said[2][2], &said[1][2]), ("3", "dog, large", ""));
    assert!(said[1][5].contains("'oops' is not a number"), "{:?}", said[1]);
}

#[test]
fn what_eval_and_predict_say_of_the_same_rows_is_the_same() {
    let desk = desk_with_classes();
    done(&desk, &["train", "own.ron", "--quiet"]);
    done(&desk, &["eval", "last", "--data", "pets.csv", "--predictions", "eval.csv"]);
    done(&desk, &["predict", "last", "pets.csv", "--output", "predict.csv"]);
    let (of_eval, of_predict) = (head_of(&desk.path("eval.csv")).0, head_of(&desk.path("predict.csv")).0);
    assert_eq!(of_eval.join("|"), "row|truth|prediction|cat|dog, large");
    assert_eq!(of_predict.join("|"), "file|row|prediction|cat|dog, large");
    let (judged, asked) = (rows_of(&desk.path("eval.csv")), rows_of(&desk.path("predict.csv")));
    let same = |judged: &csv::StringRecord, asked: &csv::StringRecord| {
        judged[0] == asked[1] && judged.iter().skip(2).eq(asked.iter().skip(2))
    };
    assert!(judged.len() == 120 && judged.iter().zip(&asked).all(|(judged, asked)| same(judged, asked)));
}

#[test]
fn a_squared_error_on_classes_gives_numbers_and_no_percentages() {
    let desk = desk_with_classes();
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: csv(file: \"pets.csv\"), test: 0.25),
          layers: [Dense(units: 2)], loss: mean_squared_error, optimizer: Adam(learning_rate: 0.03),
          train: (epochs: 12, batch_size: 16))",
    );
    done(&desk, &["train", "own.ron", "--quiet"]);
    desk.put("far.csv", "x,y\n100,1\n");
    let (said, _) = done(&desk, &["predict", "last", "far.csv"]);
    assert!(said.starts_with("far.csv  row 1  dog, large  output ") && !said.contains('%'), "{said}");

    // A code of two numbers says nothing of two classes.
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: csv(file: \"pets.csv\"), test: 0.25),
          procedure: autoencoder(decoder: [Dense(units: 2)]), layers: [Dense(units: 2)],
          loss: mean_squared_error, optimizer: Adam(learning_rate: 0.03), train: (epochs: 2, batch_size: 16))",
    );
    done(&desk, &["train", "own.ron", "--quiet"]);
    let (said, _) = done(&desk, &["predict", "last", "far.csv"]);
    assert!(said.starts_with("far.csv  row 1  code 1 "), "{said}");
}

#[test]
fn a_pattern_that_no_shell_has_replaced_names_files() {
    let desk = desk_with_classes();
    done(&desk, &["train", "own.ron", "--quiet"]);
    for number in [10, 2] {
        desk.put(&format!("part-{number}.csv"), "x,y\n1,5\n");
    }
    let (said, _) = done(&desk, &["predict", "last", "part-*.csv"]);
    let files: Vec<&str> =
        said.lines().filter_map(|line| line.split_once("  ")).map(|(file, _)| file).collect();
    assert_eq!(files, ["part-2.csv", "part-10.csv"]);
    // eval takes a table in several files, and one file of any kind.
    let scored = |file: &str| desk.lines(&["eval", "last", "--data", file, "--json"], b"").remove(0);
    assert_eq!(scored("pe*.csv")["samples"], 120);
    desk.put("a.npz", "");
    desk.put("b.npz", "");
    let (said, code) = desk.failure(&["eval", "last", "--data", "./*.npz"]);
    assert!(said.contains("2 files have such a name; only tables may be in several files"), "{said}");
    assert_eq!(code, Some(2));
    let (said, code) = desk.failure(&["predict", "last", "none-*.csv"]);
    assert!(said.contains("none-*.csv: there is no file whose name fits this pattern"), "{said}");
    assert_eq!(code, Some(1));
    // Answers are not written over a file that a pattern names.
    let (said, code) = desk.failure(&["predict", "last", "part-*.csv", "--output", "part-2.csv"]);
    assert!(said.contains("is data that is read") && code == Some(2), "{said}");
}

#[test]
fn answers_about_files_name_the_files_as_their_folder_or_table_does() {
    let desk = Desk::new();
    let mut table = String::from("file,kind\n");
    for number in 0..16_u8 {
        let (class, level) = [("dark", 20), ("light", 200)][usize::from(number % 2)];
        let name = format!("{class}/{number}.png");
        image::GrayImage::from_pixel(4, 4, image::Luma([level + number]))
            .save(desk.path(&format!("pets/{name}")))
            .expect("an image");
        table += &format!("{name},{class}\n");
    }
    desk.put("pets/table.csv", table);
    let sources = [
        "image_folder(folder: \"pets\", size: (4, 4))",
        "file_table(table: \"pets/table.csv\", size: (4, 4))",
    ];
    for source in sources {
        desk.preset(source, "Flatten,");
        done(&desk, &["train", "own.ron", "--quiet"]);
        done(&desk, &["eval", "last", "--predictions", "rows.csv"]);
        assert_eq!(head_of(&desk.path("rows.csv")).0.join("|"), "file|truth|prediction|dark|light");
        let rows = rows_of(&desk.path("rows.csv"));
        let is_named = |row: &csv::StringRecord| {
            row[0].starts_with(&format!("{}/", &row[1])) && desk.path(&format!("pets/{}", &row[0])).is_file()
        };
        assert!(rows.len() == 4 && rows.iter().all(is_named), "{source}: {rows:?}");
    }
    done(&desk, &["predict", "last", "pets/dark", "--output", "said.csv"]);
    assert_eq!(head_of(&desk.path("said.csv")).0.join("|"), "file|prediction|dark|light");
    assert_eq!(&rows_of(&desk.path("said.csv"))[0][0], "pets/dark/0.png");
}

#[test]
fn a_report_tells_what_a_score_hides_and_its_predictions_add_up_to_it() {
    let desk = desk_with_classes();
    done(&desk, &["train", "own.ron", "--quiet"]);
    let words = ["eval", "last", "--report", "--predictions", "rows.csv"];
    let (page, _) = done(&desk, &words);
    for wanted in
        ["precision", "dog, large", "macro average", "weighted average", "Brier score", "confusion: a row"]
    {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert!(page.lines().skip(1).all(|line| line.chars().count() <= 80), "{page}");
    let scores = desk.lines(&[&words[..], &["--json"]].concat(), b"").remove(0);
    let report = &scores["report"];
    assert_eq!(report["task"], "classes");
    assert!((report["accuracy"].as_f64().unwrap() - scores["accuracy"].as_f64().unwrap()).abs() < 1e-12);
    let support = |class: usize| report["classes"][class]["support"].as_u64().unwrap();
    assert_eq!(Some(support(0) + support(1)), scores["samples"].as_u64());

    let mut table = csv::Reader::from_path(desk.path("rows.csv")).expect("a table");
    let head: Vec<String> = table.headers().expect("a head").iter().map(String::from).collect();
    assert_eq!(head, ["row", "truth", "prediction", "cat", "dog, large"]);
    let rows: Vec<csv::StringRecord> = table.records().map(|row| row.expect("a row")).collect();
    let right = rows.iter().filter(|row| row[1] == row[2]).count() as f64 / rows.len() as f64;
    assert!((right - scores["accuracy"].as_f64().unwrap()).abs() < 1e-12);
}

#[test]
fn errors_of_a_regression_are_reported_in_the_tables_unit() {
    let desk = Desk::new();
    let rows = (0..100).map(|row| {
        format!("{},{},{}\n", row % 10, row / 10, 100_000 + 2_000 * (row % 10) - 500 * (row / 10))
    });
    desk.put("homes.csv", format!("rooms,age,price\n{}", rows.collect::<String>()));
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: csv(file: \"homes.csv\", task: values), test: 0.2), layers: [Dense(units: 1)],
          loss: mean_squared_error, optimizer: Adam(learning_rate: 0.05), train: (epochs: 60, batch_size: 16))",
    );
    done(&desk, &["train", "own.ron", "--quiet"]);
    let scores =
        desk.lines(&["eval", "last", "--report", "--json", "--predictions", "rows.csv"], b"").remove(0);
    let all = &scores["report"]["all"];
    assert_eq!(all["name"], "price");
    let number = |name: &str| all[name].as_f64().unwrap();
    assert!(
        (number("rmse") - scores["metrics"]["rmse"].as_f64().unwrap()).abs() < 0.01 * number("rmse"),
        "{scores}"
    );
    assert!(number("r_squared") > 0.9 && number("median_error") <= number("largest_error"), "{all}");
    let (head, rows) = head_of(&desk.path("rows.csv"));
    assert_eq!((head.join(","), rows), ("row,truth,prediction".to_string(), 20));
    let (page, _) = done(&desk, &["eval", "last", "--report"]);
    assert!(page.contains("price") && page.contains("the largest errors"), "{page}");
}

#[test]
fn folds_are_trained_one_after_the_other_and_their_spread_is_told() {
    let desk = desk_with_classes();
    let events = desk.lines(&["train", "own.ron", "--folds", "3", "--epochs", "4", "--json"], b"");
    let of = |kind: &str| events.iter().filter(|event| event["event"] == kind).collect::<Vec<_>>();
    let finished = of("finished");
    assert_eq!((of("fold").len(), of("run").len(), finished.len()), (3, 3, 3));
    let spread = &of("folds")[0]["scores"]["accuracy"];
    let each: Vec<f64> = finished.iter().map(|end| end["test_accuracy"].as_f64().unwrap()).collect();
    assert_eq!(spread["values"], serde_json::json!(each));
    let mean = each.iter().sum::<f64>() / 3.0;
    let deviation = (each.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 2.0).sqrt();
    assert!((spread["mean"].as_f64().unwrap() - mean).abs() < 1e-12);
    assert!((spread["standard_deviation"].as_f64().unwrap() - deviation).abs() < 1e-12);
    // Every sample is tested on once.
    let tested: u64 = of("started").iter().map(|start| start["test_samples"].as_u64().unwrap()).sum();
    assert_eq!(tested, 120);
    let runs = desk.path("home/runs");
    let kept: Vec<String> = fs::read_dir(runs)
        .expect("runs")
        .flatten()
        .map(|run| fs::read_to_string(run.path().join("run.ron")).expect("a manifest"))
        .collect();
    for k in 1..=3 {
        let fold =
            |text: &&String| text.split_whitespace().collect::<String>().contains(&format!("k:{k},of:3"));
        assert_eq!(kept.iter().filter(fold).count(), 1, "fold {k}");
    }

    let (out, _) = done(&desk, &["train", "own.ron", "--folds", "2", "--epochs", "2", "--no-save"]);
    let table: Vec<&str> = out.lines().skip_while(|line| *line != "2 folds").collect();
    assert!(table.len() > 3 && table[1].starts_with("SCORE") && table[2].starts_with("loss "), "{out}");
    let (said, code) = desk.failure(&["train", "mnist-mlp", "--folds", "5"]);
    assert!(said.contains("--folds 5: this set has a test set of its own") && code == Some(2), "{said}");
    let (said, code) = desk.failure(&["train", "own.ron", "--folds", "121"]);
    assert!(said.contains("--folds 121: there are 120 samples") && code == Some(2), "{said}");
}

#[test]
fn any_number_of_threads_comes_to_the_same_answers() {
    let desk = desk_with_classes();
    let scored = ["1", "2"].map(|threads| {
        done(&desk, &["train", "own.ron", "--quiet", "--epochs", "3", "--threads", threads]);
        desk.lines(&["eval", "last", "--json", "--threads", threads], b"").remove(0)["loss"].to_string()
    });
    assert_eq!(scored[0], scored[1]);
    done(&desk, &["train", "own.ron", "--detach", "--epochs", "1000000", "--threads", "1"]);
    let (said, _) = done(&desk, &["stop", "last", "--json"]);
    assert!(said.contains("\"stopped\":true"), "{said}");
    let (said, code) = desk.failure(&["train", "own.ron", "--threads", "-2"]);
    assert!(said.contains("-2 is not in 1..=1024") && code == Some(2), "{said}");
}

#[test]
fn what_a_script_reads_is_json() {
    let desk = desk_with_classes();
    let presets = desk.lines(&["presets", "--json"], b"");
    assert!(presets.iter().any(|preset| preset["preset"] == "mnist-cnn" && preset["file"].is_null()));
    let shown = desk.lines(&["presets", "show", "mnist-mlp", "--json"], b"").remove(0);
    assert_eq!(shown["networks"][0]["parameters"]["total"], 101_770);
    let layers = desk.lines(&["summary", "mnist-mlp", "--json"], b"").remove(0);
    assert_eq!(layers["layers"][1]["output_shape"], serde_json::json!([128]));
    desk.put("bad.ron", "(name: \"bad\",\n oops: 3)");
    let checked = desk.run(&["presets", "check", "own.ron", "bad.ron", "--json"], b"");
    assert_eq!(checked.status.code(), Some(1));
    let checked = String::from_utf8(checked.stdout).expect("it prints text");
    let checked: Vec<Value> = checked.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((&checked[0]["valid"], &checked[1]["valid"]), (&Value::from(true), &Value::from(false)));
    assert_eq!(checked[1]["problem"]["line"], 2);
    let sets = desk.lines(&["data", "--json"], b"");
    assert!(sets.iter().any(|set| set["source"] == "iris" && set["train_samples"] == 120));
    let looked = desk.lines(&["data", "check", "pets.csv", "--json"], b"").remove(0);
    assert_eq!((&looked["path"], &looked["problems"]), (&Value::from("pets.csv"), &serde_json::json!([])));
}

#[test]
fn a_shell_is_offered_runs_and_presets() {
    let desk = desk_with_classes();
    done(&desk, &["train", "own.ron", "--quiet", "--epochs", "1"]);
    let (script, _) = done(&desk, &["completions", "bash"]);
    assert!(script.contains("TRAINYARD_COMPLETE") && script.contains("complete "), "{script}");
    let offered = |words: &[&str]| {
        let output = desk.completions(words);
        String::from_utf8(output).expect("it prints text")
    };
    let runs = offered(&["trainyard", "eval", ""]);
    assert!(runs.starts_with("last") && runs.contains("-own-"), "{runs}");
    let presets = offered(&["trainyard", "train", "mnist-c"]);
    assert!(presets.contains("mnist-cnn") && !presets.contains("xor"), "{presets}");
    assert!(offered(&["trainyard", "train", "ow"]).contains("own.ron"));
    assert!(offered(&["trainyard", "resume", "last", "--ep"]).contains("--epochs"));
}

#[test]
fn answers_are_not_written_over_the_data_that_they_are_about() {
    let desk = Desk::new();
    let rows: String = (0..60).map(|row| format!("{},{}\n", row % 7, 3 * (row % 7))).collect();
    let text = format!("x,y\n{rows}");
    for name in ["own.csv", "ask.csv"] {
        desk.put(name, text.clone());
    }
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: csv(file: \"own.csv\", task: values), test: 0.2),
          layers: [Dense(units: 1)], loss: mean_squared_error, optimizer: Adam(), train: (epochs: 1, batch_size: 8))",
    );
    done(&desk, &["train", "own.ron", "--quiet"]);
    for words in [
        &["eval", "last", "--predictions", "own.csv"][..],
        &["eval", "last", "--data", "ask.csv", "--predictions", "./ask.csv"],
        &["predict", "last", "ask.csv", "--output", "ask.csv"],
        &["predict", "last", "ask.csv", "--output", "own.csv"],
    ] {
        let (said, code) = desk.failure(words);
        assert!(said.contains("is data that is read") && code == Some(2), "{words:?}: {said}");
    }
    for name in ["own.csv", "ask.csv"] {
        assert_eq!(fs::read_to_string(desk.path(name)).expect("it is there"), text);
    }
    done(&desk, &["predict", "last", "ask.csv", "--output", "answers.csv"]);
    // Answers may be written again.
    done(&desk, &["predict", "last", "ask.csv", "--output", "answers.csv"]);
}
