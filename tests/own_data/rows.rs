//! Rows of a table whose label is missing or broken, and rows that count more than others where nothing is predicted.

use std::fmt::Write;

use crate::program::{Desk, noise};

/// Rows of two numbers and a class that the first one tells.
fn rows(count: usize) -> String {
    let random = noise(1).step_by(2).zip(noise(7));
    let mut text = String::new();
    for (a, b) in random.take(count) {
        writeln!(text, "{a:.4},{b:.4},{}", u8::from(a > 0.5)).expect("memory");
    }
    text
}

/// A number that is missing among labels, or is none among values, is no class: the row is broken.
#[test]
fn a_label_that_is_missing_in_words_breaks_its_row() {
    let desk = Desk::new();
    let classes: Vec<String> = rows(120).lines().map(str::to_string).collect();
    let values: Vec<String> = classes.iter().map(|line| format!("{},{}", line, &line[..4])).collect();
    for (lines, task, broken) in [
        (&classes, "", ["0.1,0.2,nan", "0.1,0.2,<NA>", "0.1,0.2,NaN"]),
        (
            &values,
            ", label: \"v\", columns: [\"a\", \"b\"]",
            ["0.1,0.2,1,#N/A", "0.1,0.2,1,oops", "0.1,0.2,1,"],
        ),
    ] {
        let head = if task.is_empty() { "a,b,y" } else { "a,b,y,v" };
        let table = |keeps: bool| {
            let mut all: Vec<&str> = Vec::new();
            for (row, line) in lines.iter().enumerate() {
                let broken = [7, 50, 90].iter().position(|place| *place == row).map(|place| broken[place]);
                all.extend(if broken.is_some() && !keeps { None } else { broken.or(Some(line)) });
            }
            format!("{head}\n{}\n", all.join("\n"))
        };
        desk.put("broken.csv", table(true));
        desk.put("whole.csv", table(false));
        let last = if task.is_empty() { "Dense(units: 2, activation: softmax)" } else { "Dense(units: 1)" };
        let loss = if task.is_empty() { "categorical_crossentropy" } else { "mean_squared_error" };
        let preset = |file: &str, more: &str| {
            desk.preset_text(&format!(
                "(name: \"own\", title: \"\", data: (source: csv(file: \"{file}\"{task}{more})), layers: [{last}],
                  loss: {loss}, optimizer: Adam(), train: (epochs: 2, batch_size: 8))"
            ));
        };
        preset("broken.csv", "");
        let (told, code) = desk.failure(&["train", "own.ron"]);
        let wanted = "says that the label is missing; task: classes takes it for a class";
        assert!(told.contains("broken.csv: line 9, column ") && told.contains(wanted), "{told}");
        assert_eq!(code, Some(1));
        let trained = |file: &str, more: &str| {
            preset(file, more);
            let output = desk.run(&["train", "own.ron"], b"");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{said}");
            (said, desk.lines(&["eval", "last", "--json"], b"")[0]["loss"].clone())
        };
        let (_, wanted) = trained("whole.csv", "");
        let (said, loss) = trained("broken.csv", ", skip_broken: true");
        assert!(said.contains("3 rows are left out because they are broken"), "{said}");
        assert_eq!(loss, wanted);
        let all =
            |file: &str| desk.lines(&["eval", "last", "--data", file, "--json"], b"")[0]["samples"].clone();
        assert_eq!((all("broken.csv"), all("whole.csv")), (117.into(), 117.into()));
        let label = if task.is_empty() { "y" } else { "v" };
        let report = desk.run(&["data", "check", "broken.csv", "--label", label], b"");
        let report = String::from_utf8_lossy(&report.stdout).into_owned();
        assert!(report.contains("says that the label is missing"), "{report}");
    }
}

#[test]
fn rows_of_a_table_of_files_that_lack_a_path_or_a_class_are_left_out_when_told() {
    let desk = Desk::new();
    let texts: String =
        (0..40).map(|row| format!("{} {row},{}\n", ["good", "bad"][row % 2], row % 2)).collect();
    desk.put("texts.csv", format!("text,label\n{texts}lost,\n,1\n"));
    let preset = |more: &str| {
        desk.preset_text(&format!(
            "(name: \"own\", title: \"\", data: (source: file_table(table: \"texts.csv\", holds: texts, length: 10{more}), labels: integer),
              layers: [Embedding(input_dim: 40, output_dim: 4), Flatten, Dense(units: 2, activation: softmax)],
              loss: sparse_categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 8))"
        ));
    };
    preset("");
    let (told, _) = desk.failure(&["train", "own.ron"]);
    assert!(told.contains("texts.csv: line 42, column 2 ('label'): the class is missing"), "{told}");
    preset(", skip_broken: true");
    let output = desk.run(&["train", "own.ron"], b"");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success() && told.contains("2 rows are left out because they are broken"),
        "{told}"
    );
}

#[test]
fn init_leaves_out_a_few_broken_rows_and_refuses_a_label_that_is_always_the_same() {
    let desk = Desk::new();
    desk.put("mixed.csv", format!("a,b,y\n{}unknown,0.5,1\n", rows(80)));
    let run = |words: &[&str]| {
        let output = desk.run(words, b"");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{words:?}: {said}");
        said
    };
    run(&["init", "mixed.csv"]);
    let made = std::fs::read_to_string(desk.path("mixed.ron")).expect("a preset");
    assert!(
        made.contains("line 82, column 1 ('a'): 'unknown' is not a number")
            && made.contains("skip_broken: true")
    );
    assert!(
        run(&["train", "mixed.ron", "--set", "train.epochs=1"])
            .contains("a row is left out because it is broken")
    );
    let many: String = (0..20).map(|row| format!("{},0.5,{}\n", ["1", "x"][row % 2], row % 2)).collect();
    desk.put("many.csv", format!("a,b,y\n{many}"));
    let told = run(&["init", "many.csv", "-o", "-"]);
    assert!(told.contains("'a' is a number, and 10 cells count as missing: 'x'"), "{told}");

    desk.put("same.csv", "a,b,y\n1,2,yes\n2,3,yes\n4,4,yes\n");
    let (told, code) = desk.failure(&["init", "same.csv"]);
    assert!(told.contains("all rows have the label 'yes', so that there is nothing to tell apart"), "{told}");
    assert_eq!(code, Some(1));
    desk.preset("csv(file: \"same.csv\")", "");
    let (told, code) = desk.failure(&["train", "own.ron"]);
    assert!(told.contains("all samples are of one class, 'yes'") && code == Some(2), "{told}");
}

/// A preset that names thousands of columns is longer than most, and its run longer still; both are read again.
#[test]
fn a_table_of_ten_thousand_columns_has_a_run_that_can_be_asked() {
    let desk = Desk::new();
    let names: Vec<String> = (0..10_000).map(|column| format!("measured {column}")).collect();
    let mut table = names.join(",") + ",y\n";
    let mut random = noise(5);
    for row in 0..24 {
        for _ in &names {
            write!(table, "{:.3},", random.next().expect("endless")).expect("memory");
        }
        writeln!(table, "{}", row % 2).expect("memory");
    }
    desk.put("wide.csv", &table);
    for words in [
        &["init", "wide.csv"][..],
        &["train", "wide.ron", "--quiet", "--set", "train.epochs=1"],
        &["eval", "last", "--json"],
        &["resume", "last", "--epochs", "+1", "--quiet"],
        &["runs"],
    ] {
        let output = desk.run(words, b"");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(desk.classes("wide.csv", b"").len(), 24);
}

/// The gradient of a loss that counts twice is twice the gradient, to the last bit: of a code's divergence as of what is rebuilt,
/// and of what a Boltzmann machine sees as of what it dreams.
#[test]
fn weights_of_rows_count_where_inputs_are_learned() {
    let desk = Desk::new();
    let with = |weight: &str| {
        let lines = rows(96);
        format!("w,a,b,y\n{}", lines.lines().map(|line| format!("{weight},{line}\n")).collect::<String>())
    };
    desk.put("two.csv", with("2"));
    desk.put("one.csv", with("1"));
    let loss = |file: &str, weights: &str, layers: &str, rate: &str, procedure: &str| {
        desk.preset_text(&format!(
            "(name: \"own\", title: \"\", data: (source: csv(file: \"{file}\"{weights}, columns: [\"a\", \"b\"]), test: 0.25),
              layers: [{layers}], loss: mean_squared_error, optimizer: SGD(learning_rate: {rate}),
              train: (epochs: 3, batch_size: 8), procedure: {procedure})"
        ));
        let output = desk.run(&["train", "own.ron", "--quiet"], b"");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        desk.lines(&["eval", "last", "--json"], b"")[0]["loss"].clone()
    };
    let weighed = ", weights: \"w\"";
    let variational = |file: &str, weights: &str, rate: &str| {
        let decoder = "variational(decoder: [Dense(units: 2)])";
        loss(file, weights, "Dense(units: 4, activation: tanh), Dense(units: 2)", rate, decoder)
    };
    let plain = variational("one.csv", "", "0.0625");
    assert_eq!(variational("one.csv", weighed, "0.0625"), plain);
    assert_eq!(variational("two.csv", weighed, "0.03125"), plain);
    assert_ne!(variational("two.csv", weighed, "0.0625"), plain);
    let stack = |file: &str, weights: &str, rate: &str| {
        let machines = format!(
            "pretraining(method: rbm(visible: gaussian), epochs: 2, learning_rate: {rate}, weight_decay: 0)"
        );
        loss(file, weights, "Dense(units: 4, activation: sigmoid), Dense(units: 1)", rate, &machines)
    };
    let plain = stack("one.csv", "", "0.0625");
    assert_eq!(stack("two.csv", weighed, "0.03125"), plain);
    assert_ne!(stack("two.csv", weighed, "0.0625"), plain);
}

/// The row of a prediction is that of the file, rows that were left out before it included.
#[test]
fn predictions_name_rows_of_the_file_also_where_broken_ones_are_left_out() {
    let desk = Desk::new();
    // The label is twice the row's number.
    let lines = (1..=60).map(|row| match row {
        3 | 20 | 41 => "0.5,\n".to_string(),
        _ => format!("{},{}\n", f64::from(row) / 60.0, 2 * row),
    });
    desk.put("t.csv", format!("x,y\n{}", lines.collect::<String>()));
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: csv(file: \"t.csv\", task: values, skip_broken: true), test: 0.3),
          layers: [Dense(units: 1)], loss: mean_squared_error, optimizer: Adam(), train: (epochs: 1, batch_size: 8))",
    );
    let done = |words: &[&str]| assert!(desk.run(words, b"").status.success(), "{words:?}");
    done(&["train", "own.ron", "--quiet"]);
    for more in [&[][..], &["--data", "t.csv"]] {
        done(&[&["eval", "last", "--predictions", "rows.csv"], more].concat());
        let mut table = csv::Reader::from_path(desk.path("rows.csv")).expect("a table");
        let rows: Vec<csv::StringRecord> = table.records().map(|row| row.expect("a row")).collect();
        assert!(rows.len() >= 15, "{more:?}");
        for row in rows {
            let number = |place: usize| row[place].parse::<f64>().expect("a number");
            assert!((number(1) - 2.0 * number(0)).abs() < 1e-3, "{more:?}: {row:?}");
        }
    }
}

#[test]
fn texts_are_numbered_as_in_their_file() {
    let desk = Desk::new();
    let class = |row: usize| ["ham", "spam"][row % 2];
    desk.put("mails.tsv", (1..=40).map(|row| format!("{}\t{row}\n", class(row))).collect::<String>());
    // The second row has no class.
    let row = |row: usize| format!("{row},{}\n", if row == 2 { "" } else { class(row) });
    desk.put("mails.csv", format!("text,kind\n{}", (1..=40).map(row).collect::<String>()));
    let sources = [
        "labelled_text(file: \"mails.tsv\", length: 4)",
        "file_table(table: \"mails.csv\", holds: texts, length: 4, skip_broken: true)",
    ];
    for source in sources {
        desk.preset(source, "Embedding(input_dim: 20, output_dim: 4), Flatten,");
        desk.trained();
        assert!(desk.run(&["eval", "last", "--predictions", "rows.csv"], b"").status.success());
        let mut table = csv::Reader::from_path(desk.path("rows.csv")).expect("a table");
        assert_eq!(table.headers().expect("a head").iter().take(2).collect::<Vec<_>>(), ["row", "sample"]);
        let rows: Vec<csv::StringRecord> = table.records().map(|row| row.expect("a row")).collect();
        // Each text is its row's number.
        assert!(rows.len() >= 9 && rows.iter().all(|row| row[0] == row[1]), "{source}: {rows:?}");
    }
    let asked = &desk.lines(&["predict", "last", "mails.csv", "--json"], b"")[6];
    assert_eq!((&asked["row"], &asked["line"], &asked["sample"]), (&7.into(), &8.into(), &"7".into()));
}
