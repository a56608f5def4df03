//! `steer` and `branch`: a training is changed while it goes on, from another terminal.

use std::process::Stdio;

use serde_json::Value;

use crate::program::{Home, newest};

fn output(home: &Home, words: &[&str]) -> (bool, String) {
    let output = home.command(words).stderr(Stdio::piped()).output().expect("it starts");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn a_training_in_the_background_is_steered_shown_and_branched() {
    let home = Home::new();
    // Long enough that it is still there when it is steered.
    let (begun, said) = output(
        &home,
        &["train", "small", "--epochs", "4000", "--set", "train.early_stopping=None", "--detach"],
    );
    assert!(begun, "{said}");
    let (refused, why) = output(&home, &["steer", "last", "layers[2].rate=2"]);
    assert!(!refused && why.contains("layers[2].rate takes a number from 0 to below 1"), "{why}");
    let (nothing, why) = output(&home, &["steer", "last"]);
    assert!(!nothing && why.contains("nothing to change"), "{why}");
    let changes = ["layers[2].rate=0.5", "train.batch_size=64"];
    let (steered, said) = output(&home, &["steer", "last", changes[0], changes[1], "--save", "--json"]);
    assert!(steered, "{said}");
    let lines: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let told: Vec<_> = lines.iter().map(|line| (line["path"].as_str(), line["value"].as_str())).collect();
    assert_eq!(told, [(Some("layers[2].rate"), Some("0.5")), (Some("train.batch_size"), Some("64"))]);
    let (_, said) = output(&home, &["steer", "last", "--back", "99999999"]);
    assert!(said.contains("there is no checkpoint of step 99999999"), "{said}");
    let (stopped, said) = output(&home, &["stop", "last"]);
    assert!(stopped, "{said}");

    let (_, shown) = output(&home, &["runs", "show", "last"]);
    assert!(shown.contains("layers[2].rate 0.5 (was 0.2) from step"), "{shown}");
    let end = newest(&home.run()).expect("a checkpoint of its end").step;
    let (branched, said) = output(
        &home,
        &["branch", "last", "--step", &end.to_string(), "--set", "optimizer.learning_rate=0.01", "--detach"],
    );
    assert!(branched, "{said}");
    let (stopped, said) = output(&home, &["stop", "last"]);
    assert!(stopped, "{said}");
    assert_eq!(home.runs().len(), 2);
    let (_, shown) = output(&home, &["runs", "show", "last"]);
    let lineage = format!("at step {end}: optimizer.learning_rate=0.01");
    assert!(shown.contains("branched from") && shown.contains(&lineage), "{shown}");
    // The changed settings are those of the new run.
    assert!(shown.contains("train.batch_size") && shown.contains("64"), "{shown}");
    let gone = output(&home, &["steer", "last", "train.epochs=5"]);
    assert!(!gone.0 && gone.1.contains("is not being trained"), "{}", gone.1);
}
