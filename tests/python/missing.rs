//! Numbers that say that a value is missing, in onnxruntime and in `predict`.

use serde_json::{Value, json};

use super::{number, python, trainyard};

/// Rows in which -999 and -9.9 stand for a missing number go into the exported network as they are, and what `predict` says of them
/// comes out; with a flag for what is missing and without.
#[test]
#[ignore = "needs Python with onnx and onnxruntime (tests/python/set_up.sh)"]
fn onnxruntime_takes_numbers_that_say_that_a_value_is_missing() {
    for (way, flag) in [("mean", false), ("median", true), ("zero", false)] {
        let home = tempfile::tempdir().expect("a folder");
        let put =
            |name: &str, text: &str| std::fs::write(home.path().join(name), text).expect("it is written");
        let run = |words: &[&str]| {
            let output = trainyard(home.path(), words);
            assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).expect("text")
        };
        let a = |n: usize| if n % 8 == 3 { "-999".to_string() } else { format!("{}", n % 10) };
        // The same number in other digits is missing as well.
        let b = |n: usize| match n % 9 {
            4 => "-9.9".to_string(),
            5 => "-9.90".to_string(),
            _ => format!("{}.25", n * 7 % 50),
        };
        let row = |n: usize| format!("{},{}", a(n), b(n));
        let table: String = (0..120).map(|n| format!("{},{}\n", row(n), n % 10 * 3 + n * 7 % 50)).collect();
        put("t.csv", &format!("a,b,price\n{table}"));
        let asked: String = (0..40).map(|n| row(n) + "\n").collect();
        put("q.csv", &format!("a,b\n{asked}"));
        put(
            "own.ron",
            &format!(
                "(name: \"own\", title: \"\", data: (source: csv(file: \"t.csv\", label: \"price\", missing: {way}, flag_missing: {flag},
                      missing_words: [\"-999\", \"-9.9\"])),
                  layers: [Dense(units: 8, activation: tanh), Dense(units: 1)], loss: mean_squared_error,
                  optimizer: Adam(learning_rate: 0.02), train: (epochs: 20, batch_size: 8))"
            ),
        );
        run(&["train", "own.ron", "--quiet"]);
        let answers = run(&["predict", "last", "q.csv", "--json"]);
        let answers =
            answers.lines().map(|line| serde_json::from_str::<Value>(line).expect("an object a line"));
        let said: Vec<f64> = answers.map(|answer| number(&answer["output"][0])).collect();
        assert_eq!(said.len(), 40);
        // What is missing changes the answer, so that the comparison shows something.
        put(
            "other.csv",
            &format!(
                "a,b\n{}",
                asked.replace("-999", "-998").replace("-9.90", "-9.8").replace("-9.9", "-9.8")
            ),
        );
        let other = run(&["predict", "last", "other.csv", "--json"]);
        assert_ne!(other.lines().nth(3).map(|line| line.contains(&said[3].to_string())), Some(true));

        let folder = home.path().join("onnx");
        std::fs::create_dir_all(&folder).expect("a folder");
        run(&["export", "last", "--to", "onnx", "-o", "onnx/model.onnx"]);
        let numbers = |column: &dyn Fn(usize) -> String| {
            (0..40).map(|n| column(n).parse::<f64>().expect("a number")).collect::<Vec<f64>>()
        };
        std::fs::write(folder.join("inputs.json"), json!({ "a": numbers(&a), "b": numbers(&b) }).to_string())
            .expect("it is written");
        python("run_onnx.py", &[folder.as_os_str()]);
        let bytes = std::fs::read(folder.join("output.f32")).expect("onnxruntime's output");
        let found = bytes.as_chunks().0.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes)));
        let differences: Vec<f64> = found.zip(&said).map(|(found, said)| (found - said).abs()).collect();
        assert_eq!(differences.len(), 40);
        let largest = differences.iter().fold(0.0, |most: f64, difference| most.max(*difference));
        println!("{way}: largest difference {largest:.1e}");
        assert!(
            largest < 1e-3 && differences.iter().all(|difference| difference.is_finite()),
            "{way}: {differences:?}"
        );
    }
}
