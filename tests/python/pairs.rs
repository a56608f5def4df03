//! Networks over pairs of words, in onnxruntime and in `predict`.

use serde_json::{Value, json};

use super::{number, python, trainyard};

/// Senators and roll calls go into the exported network by their names, also such as it does not know; what `predict` says of them
/// comes out.
#[test]
#[ignore = "needs Python with onnx and onnxruntime (tests/python/set_up.sh)"]
fn onnxruntime_takes_pairs_of_names_and_says_what_predict_says() {
    for preset in ["senate-votes", "senate-deep"] {
        let home = tempfile::tempdir().expect("a folder");
        let run = |words: &[&str]| {
            let output = trainyard(home.path(), words);
            assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).expect("text")
        };
        run(&["train", preset, "--epochs", "2", "--quiet"]);
        let of = |side: &str, word: &str, other: &str| -> Vec<String> {
            let said = run(&["predict", "last", side, word, "--top", "600", "--json"]);
            let row = |line: &str| serde_json::from_str::<Value>(line).expect("an object a line");
            // From the highest to the lowest.
            said.lines()
                .step_by(25)
                .map(|line| row(line)[other].as_str().expect("a name").to_string())
                .collect()
        };
        let roll_calls = of("--user", "BUSH (R USA)", "roll call");
        let senators = of("--item", &roll_calls[0], "senator");
        let mut pairs: Vec<(String, String)> = senators.into_iter().cycle().zip(roll_calls).collect();
        pairs.push(("NOBODY (R XX)".into(), pairs[0].1.clone()));
        let quoted = |word: &str| format!("\"{}\"", word.replace('"', "\"\""));
        let rows: String = pairs.iter().map(|(a, b)| format!("{},{}\n", quoted(a), quoted(b))).collect();
        std::fs::write(home.path().join("q.csv"), format!("senator,roll call\n{rows}"))
            .expect("it is written");
        let answers = run(&["predict", "last", "q.csv", "--json"]);
        let answer = |line: &str| serde_json::from_str::<Value>(line).expect("an object a line");
        let said: Vec<f64> = answers.lines().map(|line| number(&answer(line)["output"][0])).collect();
        assert_eq!(said.len(), pairs.len());
        let folder = home.path().join("onnx");
        std::fs::create_dir_all(&folder).expect("a folder");
        run(&["export", "last", "--to", "onnx", "-o", "onnx/model.onnx"]);
        let (senators, roll_calls): (Vec<String>, Vec<String>) = pairs.into_iter().unzip();
        let cells = json!({ "senator": senators, "roll call": roll_calls });
        std::fs::write(folder.join("inputs.json"), cells.to_string()).expect("it is written");
        python("run_onnx.py", &[folder.as_os_str()]);
        let bytes = std::fs::read(folder.join("output.f32")).expect("onnxruntime's output");
        let found = bytes.as_chunks().0.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes)));
        let largest = found.zip(&said).map(|(found, said)| (found - said).abs()).fold(0.0, f64::max);
        println!("{preset}: largest difference {largest:.1e}");
        assert!(bytes.len() == 4 * said.len() && largest < 1e-5, "{preset}: {largest}");
        // They differ from each other, so that the comparison shows something.
        assert!(said.iter().any(|p| (p - said[0]).abs() > 0.01), "{said:?}");
    }
}
