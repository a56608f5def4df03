//! `train --repeat` and `--folds`: killed and called again, they go on where they were.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::program::Home;

/// What a call prints, event by event.
fn events(home: &Home, words: &[&str]) -> Vec<Value> {
    let output = home.command(words).output().expect("the program starts");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// The values of the loss on the test sets, by place.
fn losses(events: &[Value]) -> Vec<f64> {
    let last = events.last().expect("its end is told");
    let values = last["scores"]["loss"]["values"].as_array().expect("values");
    values.iter().map(|value| value.as_f64().expect("a number")).collect()
}

#[test]
fn a_call_that_was_killed_goes_on_where_it_was_and_trains_no_seed_twice() {
    for (option, event) in [("--repeat", "repeats"), ("--folds", "folds")] {
        let words = |epochs| ["train", "breast-cancer", option, "3", "--epochs", epochs, "--json"];
        let whole = losses(&events(&Home::new(), &words("150")));
        let home = Home::new();
        let (mut child, lines) = home.start(&words("150"));
        let mut lines = lines.iter();
        // In the middle of the second one.
        for what in ["finished", "epoch"] {
            lines.find(|line| line["event"] == what).expect("it is told");
        }
        kill_process(Pid::from_child(&child), Signal::KILL).expect("it lives");
        child.wait().expect("it is our child");
        assert_eq!(home.runs().len(), 2, "{option}");
        let told = events(&home, &words("150"));
        let finished: Vec<&Value> = told.iter().filter(|line| line["event"] == "finished").collect();
        assert_eq!(finished.len(), 3, "{told:?}");
        assert!(finished[0]["already"] == true && finished[1]["already"].is_null(), "{finished:?}");
        assert_eq!((told.last().unwrap()["event"].as_str(), losses(&told)), (Some(event), whole.clone()));
        let runs = home.runs();
        assert_eq!(runs.len(), 3, "{option}");
        // One that came to its end begins anew, and so does one with other settings.
        assert_eq!(losses(&events(&home, &words("150"))), whole, "{option}");
        assert_eq!(home.runs().len(), 6, "{option}");
        events(&home, &words("2"));
        assert_eq!(home.runs().len(), 9, "{option}");
    }
}

#[test]
fn a_persons_command_is_run_once_at_the_end_of_all_and_its_failure_is_told() {
    let home = Home::new();
    let file = home.folder.join("told");
    let command =
        format!("echo \"$TRAINYARD_OUTCOME $TRAINYARD_PRESET $TRAINYARD_RUN\" >> '{}'", file.display());
    let words = |command: &str| {
        ["train", "xor", "--repeat", "2", "--epochs", "2", "--quiet", "--on-end", command].map(str::to_owned)
    };
    let run = |command: &str| {
        let words = words(command);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = home.command(&words).output().expect("the program starts");
        assert!(output.status.success());
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (table, _) = run(&command);
    assert!(table.contains("\nSCORE") && table.contains("\naccuracy "), "a row for each score: {table}");
    let names: Vec<String> = home.runs().iter().map(trainyard::run::RunDirectory::name).collect();
    let told = std::fs::read_to_string(&file).expect("the command was run");
    assert_eq!(told, format!("finished xor {}\n", names.join(" ")));
    let (_, said) = run("echo no mail here; exit 7");
    assert!(said.contains("the command on_end failed: exit status: 7: no mail here"), "{said}");
    // That of a single training is told as well, also where only the result is, and stands in the run's log.
    let words = ["train", "xor", "--epochs", "2", "--quiet", "--on-end", "echo no mail here; exit 7"];
    let output = home.command(&words).output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("exit status: 7: no mail here"), "{said}");
    let log = std::fs::read_to_string(home.runs().last().unwrap().path().join("log.txt")).unwrap();
    assert!(log.lines().last().unwrap().ends_with("exit status: 7: no mail here"), "{log}");
}
