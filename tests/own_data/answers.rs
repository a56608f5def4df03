//! Answers that people can use: predictions of whole folders as tables, reports beside scores, fold by fold.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::Desk;

/// A folder with two classes that are easy to tell apart, and a preset that learns them.
fn desk_with_classes() -> Desk {
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

fn done(desk: &Desk, words: &[&str]) -> (String, String) {
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
    assert_eq!((head.join("|"), rows), ("file|sample|class|cat|dog, large".to_string(), 3));

    done(&desk, &["predict", "last", "ask/1.csv", "ask/below", "-o", "said.json"]);
    let said: Value =
        serde_json::from_slice(&fs::read(desk.path("said.json")).expect("a file")).expect("JSON");
    assert_eq!(said.as_array().map(Vec::len), Some(3));
    assert_eq!(said[1]["class"], "dog, large");
    let shares =
        [&said[1]["values"]["cat"], &said[1]["values"]["dog, large"]].map(|p| p.as_f64().unwrap_or(2.0));
    assert!((shares[0] + shares[1] - 1.0).abs() < 1e-6 && shares[1] > 0.5, "{shares:?}");

    // Nothing that can be answered: the file that is there stays.
    desk.failure(&["predict", "last", "ask/3.csv", "--output", "said.csv"]);
    assert_eq!(head_of(&desk.path("said.csv")).1, 3);
    for (words, why) in [
        (&["--output", "said.xlsx"][..], "must end with .csv or .json"),
        (&["--output", "no-such/said.csv"], "no-such: no such folder"),
    ] {
        let (said, code) = desk.failure(&[&["predict", "last", "ask/1.csv"], words].concat());
        assert!(said.contains(why) && code == Some(2), "{said}");
    }
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
    assert!(out.contains("2 folds:  loss ") && out.contains(" ± "), "{out}");
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
