//! Networks that learn the inputs themselves, from tables that have nothing else.

use std::fmt::Write;

use serde_json::Value;

use crate::program::{Desk, noise};

/// Ages and incomes that belong together, and no label.
fn people(rows: usize) -> String {
    let mut text = String::from("age,income,height\n");
    let mut random = noise(11);
    for _ in 0..rows {
        let [age, more, height] =
            [random.next(), random.next(), random.next()].map(|x| f64::from(x.expect("endless")));
        let (age, height) = (20.0 + 40.0 * age, 1.6 + 0.3 * height);
        writeln!(text, "{age},{},{height}", 1000.0 * age + 2000.0 * more).expect("memory");
    }
    text
}

fn desk(task: &str, layers: &str, more: &str) -> Desk {
    let desk = Desk::new();
    desk.put("people.csv", people(200));
    desk.preset_text(&format!(
        "(name: \"own\", title: \"\", data: (source: csv(file: \"people.csv\"{task}){more}),
          layers: [{layers}], loss: mean_squared_error, optimizer: Adam(learning_rate: 0.01),
          train: (epochs: 30, batch_size: 16))"
    ));
    desk
}

const CODE: &str = "Dense(units: 8, activation: tanh), Dense(units: 2), Dense(units: 3)";

fn said(desk: &Desk, words: &[&str]) -> String {
    let output = desk.run(words, b"");
    let text =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{words:?}: {text}");
    text
}

/// The numbers of a row of a table.
fn numbers(line: &str) -> Vec<f64> {
    line.split(',').map(|cell| cell.parse().expect("a number")).collect()
}

#[test]
fn a_table_without_a_label_is_rebuilt_and_errors_are_in_the_units_of_its_columns() {
    let desk = desk(", task: none", CODE, ", targets: input");
    let told = said(&desk, &["train", "own.ron"]);
    assert!(told.contains("MAE and RMSE are in each column's own unit, averaged over the columns"), "{told}");
    let scores = &desk.lines(&["eval", "last", "--json", "--report"], b"")[0];
    assert_eq!(scores["unit"], "each column's own unit, averaged over the columns");
    let metric = |name: &str| scores["metrics"][name].as_f64().expect("it is told");
    // By column the report tells more.
    let outputs = scores["report"]["outputs"].as_array().expect("one for each column");
    let names: Vec<&Value> = outputs.iter().map(|output| &output["name"]).collect();
    assert_eq!(names, ["age", "income", "height"]);
    let mae = |place: usize| outputs[place]["mae"].as_f64().expect("a number");
    assert!(mae(0) < 10.0 && mae(1) > 100.0 && mae(2) < 0.2, "{scores}");

    // The same by hand, from what is true and what is predicted.
    said(&desk, &["eval", "last", "--predictions", "answers.csv"]);
    let answers = std::fs::read_to_string(desk.path("answers.csv")).expect("a table");
    let head = "row,truth age,truth income,truth height,prediction age,prediction income,prediction height";
    assert_eq!(answers.lines().next(), Some(head));
    let rows: Vec<Vec<f64>> = answers.lines().skip(1).map(numbers).collect();
    let errors: Vec<f64> = rows.iter().flat_map(|row| (1..4).map(|at| row[at] - row[at + 3])).collect();
    let count = errors.len() as f64;
    let by_hand = errors.iter().map(|error| error.abs()).sum::<f64>() / count;
    assert!((metric("mae") / by_hand - 1.0).abs() < 1e-4, "{by_hand}: {scores}");
    // The mean of the columns' RMSE, as scikit-learn's root_mean_squared_error.
    let of_column = |at: usize| {
        let squares: f64 = rows.iter().map(|row| (row[at] - row[at + 3]).powi(2)).sum();
        (squares / rows.len() as f64).sqrt()
    };
    let by_hand = (1..4).map(of_column).sum::<f64>() / 3.0;
    assert!((metric("rmse") / by_hand - 1.0).abs() < 1e-4, "{by_hand}: {scores}");
    let all = &scores["report"]["all"];
    assert!((all["rmse"].as_f64().expect("a number") / by_hand - 1.0).abs() < 1e-4, "{by_hand}: {all}");
    assert_eq!(
        (&all["name"], &scores["report"]["averaged_over"]),
        (&"mean over 3 outputs".into(), &3.into())
    );

    // Who asks gets the columns back as they are.
    desk.put("one.csv", "height,age,income\n1.75,40,41000\n");
    said(&desk, &["predict", "last", "one.csv", "--output", "rebuilt.csv"]);
    let rebuilt = std::fs::read_to_string(desk.path("rebuilt.csv")).expect("a table");
    assert!(
        rebuilt
            .lines()
            .next()
            .is_some_and(|head| head.ends_with("prediction age,prediction income,prediction height")),
        "{rebuilt}"
    );
    let row = rebuilt.lines().nth(1).expect("a row").split(',').rev().take(3).map(str::to_string);
    let row: Vec<f64> = row.map(|cell| cell.parse().expect("a number")).collect();
    assert!((1.0..2.5).contains(&row[0]) && row[1] > 30_000.0 && (30.0..50.0).contains(&row[2]), "{rebuilt}");

    // Other data needs no label either, and the run goes on.
    desk.put("more.csv", people(50).replace("age", "AGE"));
    assert_eq!(desk.lines(&["eval", "last", "--data", "more.csv", "--json"], b"")[0]["samples"], 50);
    said(&desk, &["resume", "last", "--epochs", "+1"]);
    said(&desk, &["export", "last", "--to", "onnx"]);
}

/// The decoder's columns are judged as those of a network that learns its inputs.
#[test]
fn autoencoders_report_the_errors_of_each_column() {
    let procedures = [
        ("autoencoder(decoder: [Dense(units: 8, activation: tanh), Dense(units: 3)])", "Dense(units: 2)"),
        ("variational(decoder: [Dense(units: 8, activation: tanh), Dense(units: 3)])", "Dense(units: 4)"),
    ];
    for (procedure, code) in procedures {
        let desk = desk(", task: none", &format!("Dense(units: 8, activation: tanh), {code}"), "");
        said(&desk, &["train", "own.ron", "--set", &format!("procedure={procedure}")]);
        let words = ["eval", "last", "--report", "--predictions", "rows.csv"];
        let scores = &desk.lines(&[&words[..], &["--json"]].concat(), b"")[0];
        let outputs = scores["report"]["outputs"].as_array().expect("one for each column");
        let names: Vec<&Value> = outputs.iter().map(|output| &output["name"]).collect();
        assert_eq!(names, ["age", "income", "height"]);
        let table = std::fs::read_to_string(desk.path("rows.csv")).expect("a table");
        let head =
            "row,truth age,truth income,truth height,prediction age,prediction income,prediction height";
        assert_eq!(table.lines().next(), Some(head));
        let rows: Vec<Vec<f64>> = table.lines().skip(1).map(numbers).collect();
        assert_eq!(Some(rows.len() as u64), scores["samples"].as_u64());
        // The truth is the person's own, in the person's units.
        assert!(rows.iter().all(|row| (20.0..60.0).contains(&row[1]) && (1.5..2.0).contains(&row[3])));
        for (at, output) in (1..4).zip(outputs) {
            let errors: Vec<f64> = rows.iter().map(|row| row[at] - row[at + 3]).collect();
            let count = errors.len() as f64;
            let mae = errors.iter().map(|error| error.abs()).sum::<f64>() / count;
            let rmse = (errors.iter().map(|error| error * error).sum::<f64>() / count).sqrt();
            for (name, by_hand) in [("mae", mae), ("rmse", rmse)] {
                let told = output[name].as_f64().expect("a number");
                assert!((told / by_hand - 1.0).abs() < 1e-6, "{name}: {told}, not {by_hand}");
            }
        }
        let page = said(&desk, &words);
        assert!(page.contains("income") && page.contains("mean over 3 outputs"), "{page}");
        assert_eq!(procedure.starts_with("variational"), page.contains("the means of their codes"), "{page}");
        // What the network itself gives is a code.
        let code = &desk.lines(&["predict", "last", "people.csv", "--json"], b"")[0]["values"];
        let first = if procedure.starts_with("variational") { "mean 1" } else { "code 1" };
        assert!(code[first].is_number(), "{code}");
    }
}

#[test]
fn what_learns_no_label_says_which_column_it_took_for_one_and_scores_tables_without() {
    let desk = desk("", "Dense(units: 1)", "");
    let decoder = "procedure=autoencoder(decoder: [Dense(units: 2)])";
    let told = said(&desk, &["train", "own.ron", "--set", decoder]);
    let taken =
        "the last column, 'height', is taken for the label, so that it is no input; task: none makes it one";
    assert!(told.contains(taken), "{told}");
    desk.put("more.csv", "income,age\n40000,38\n30000,29\n");
    assert_eq!(desk.lines(&["eval", "last", "--data", "more.csv", "--json"], b"")[0]["samples"], 2);
    let named = said(
        &desk,
        &["train", "own.ron", "--no-save", "--set", decoder, "--set", "data.source.label=\"height\""],
    );
    assert!(!named.contains("is taken for the label"), "{named}");
    // A stack of Boltzmann machines learns without labels, and then to rebuild.
    let stack = "procedure=pretraining(method: rbm(visible: gaussian), epochs: 2)";
    let all = [
        "data.source.task=none",
        "data.targets=input",
        "layers=[Dense(units: 4, activation: sigmoid), Dense(units: 3)]",
    ];
    let mut words = vec!["train", "own.ron", "--no-save", "--set", stack];
    all.iter().for_each(|change| words.extend(["--set", change]));
    said(&desk, &words);
}

#[test]
fn a_label_that_is_to_be_predicted_has_to_be_there() {
    let desk = desk(", task: none", "Dense(units: 1)", "");
    let (told, code) = desk.failure(&["train", "own.ron"]);
    assert!(told.contains("a table without a label has nothing to predict"), "{told}");
    assert!(told.contains("data.source.task") || told.contains("own.ron:1:"), "{told}");
    assert_eq!(code, Some(2));
    let (told, _) = desk.failure(&["train", "own.ron", "--set", "data.source.label=\"age\""]);
    assert!(told.contains("task: none says that there is no label"), "{told}");
    said(&desk, &["train", "own.ron", "--quiet", "--set", "data.source.task=auto"]);
    let (told, _) = desk.failure(&["eval", "last", "--data", "csv(file: \"people.csv\", task: none)"]);
    assert!(told.contains("it has no label, and this network predicts one"), "{told}");
}
