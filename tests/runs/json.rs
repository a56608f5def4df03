//! What a script hears: everything that a person is told, and at the end the result or why there is none.

use serde_json::Value;

use crate::program::Home;

/// A linear network whose loss grows at every step with a rate like this one, until it is not finite.
fn steep(home: &Home, rate: f64, on_nan: &str) {
    let preset = format!(
        r#"(name: "steep", title: "", data: (source: diabetes, validation: 0.1),
            layers: [Dense(units: 8), Dense(units: 1)], loss: mean_squared_error,
            optimizer: SGD(learning_rate: {rate}), train: (epochs: 12, batch_size: 32, on_nan: {on_nan}))"#
    );
    std::fs::write(home.folder.join("presets/steep.ron"), preset).expect("a preset");
}

/// The exit code and the events of the program with these words.
fn heard(home: &Home, words: &[&str]) -> (Option<i32>, Vec<Value>) {
    let output = home.command(words).output().expect("the program starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let events =
        text.lines().map(|line| serde_json::from_str(line).expect("one JSON object a line")).collect();
    (output.status.code(), events)
}

/// The lines of the log among events.
fn lines(events: &[Value]) -> Vec<&str> {
    events.iter().filter(|event| event["event"] == "log").filter_map(|event| event["line"].as_str()).collect()
}

#[test]
fn a_training_that_fails_says_why_in_its_last_event() {
    let home = Home::new();
    steep(&home, 20.0, "stop");
    for (words, code, why) in [
        (&["train", "steep", "--json"][..], 1, "the loss became"),
        (&["train", "steep", "--json", "--no-save"], 1, "the loss became"),
        (&["resume", "last", "--json"], 1, "--learning-rate"),
        (&["resume", "none", "--json"], 2, "no run matches"),
        (&["train", "steep", "--json", "--lr", "-1"], 2, "--lr -1"),
        (
            &["train", "steep", "--json", "--detach", "--init-from", "/no/such.safetensors"],
            1,
            "such.safetensors",
        ),
        (&["train", "nothing", "--json"], 2, "nothing"),
    ] {
        let (exit, events) = heard(&home, words);
        let last = events.last().unwrap_or(&Value::Null);
        assert_eq!((exit, &last["event"]), (Some(code), &Value::from("failed")), "{words:?}: {events:?}");
        assert!(last["reason"].as_str().is_some_and(|reason| reason.contains(why)), "{words:?}: {last}");
    }
}

#[test]
fn what_a_person_reads_in_the_log_is_an_event_as_well() {
    let home = Home::new();
    steep(&home, 20.0, "halve_rate");
    let (exit, events) = heard(&home, &["train", "steep", "--json", "--freeze", "1"]);
    assert_eq!((exit, &events[events.len() - 1]["event"]), (Some(0), &Value::from("finished")), "{events:?}");
    let said = lines(&events);
    for words in ["not trained: ", "the loss became", "back to step 0 with learning rate"] {
        assert!(said.iter().any(|line| line.contains(words)), "{words}: {said:?}");
    }
}
