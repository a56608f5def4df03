//! Ended by signals and by `trainyard stop`.

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use trainyard::preset::parse::parse;
use trainyard::run::Status;
use trainyard::worker::{self, TrainRequest};

use crate::program::{Home, bits, events_in, newest, uninterrupted, wait_for};

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status();
    assert!(status.expect("kill is there").success());
}

/// A training with its run made.
fn begun(home: &Home) -> (Child, std::sync::mpsc::Receiver<serde_json::Value>) {
    let (child, lines) = home.start(&["train", "small", "--json"]);
    while lines.recv_timeout(Duration::from_secs(60)).expect("it begins")["event"] != "run" {}
    (child, lines)
}

#[test]
fn a_signal_leaves_a_checkpoint_from_which_the_run_comes_to_the_same_weights() {
    let expected = uninterrupted();
    for (name, code) in [("TERM", 143), ("INT", 130)] {
        let home = Home::new();
        let (mut child, _lines) = begun(&home);
        std::thread::sleep(Duration::from_millis(150));
        signal(&child, name);
        assert_eq!(child.wait().expect("it is our child").code(), Some(code));
        let stopped = newest(&home.run()).expect("a checkpoint");
        assert_eq!(home.run().manifest().unwrap().status, Status::Stopped { steps: stopped.step });
        let resumed = home.command(&["resume", "last", "--quiet"]).output().expect("it starts");
        assert!(resumed.status.success(), "{}", String::from_utf8_lossy(&resumed.stderr));
        let end = newest(&home.run()).expect("a checkpoint");
        assert!([bits(&end.weights), bits(&end.optimizer)] == expected);
        let again = home.command(&["resume", "last"]).output().expect("it starts");
        assert!(String::from_utf8_lossy(&again.stderr).contains("nothing is left to do"));
    }
}

#[test]
fn a_signal_ends_a_fold_and_what_is_complete_is_told() {
    let home = Home::new();
    let (mut child, lines) =
        home.start(&["train", "breast-cancer", "--folds", "3", "--epochs", "100", "--json"]);
    let until = |event: &str| {
        let mut lines = lines.iter();
        lines.find(|line| line["event"] == event).expect("it is told")
    };
    until("finished");
    until("started");
    signal(&child, "INT");
    let told = until("folds");
    assert_eq!((told["folds"].as_u64(), told["complete"].as_u64()), (Some(3), Some(1)), "{told}");
    assert!(told["scores"]["loss"]["standard_deviation"].is_null(), "{told}");
    assert_eq!(child.wait().expect("it is our child").code(), Some(130));
    assert!(matches!(home.run().manifest().unwrap().status, Status::Stopped { .. }));
}

#[test]
fn the_first_signal_ends_a_training_in_the_middle_of_a_step_without_an_end() {
    for procedure in [
        "pretraining(method: rbm(gibbs_steps: 1000000000))",
        "adversarial(latent: 3, discriminator_steps: 1000000000,
                     discriminator: [Flatten, Dense(units: 1, activation: sigmoid)])",
    ] {
        let home = Home::new();
        let (layers, loss) = match procedure.starts_with("adversarial") {
            true => ("Dense(units: 784, activation: sigmoid)", "binary_crossentropy"),
            false => (
                "Flatten, Dense(units: 16, activation: sigmoid), Dense(units: 10, activation: softmax)",
                "categorical_crossentropy",
            ),
        };
        let preset = format!(
            r#"(name: "endless", title: "", data: (source: mnist, train_samples: Some(200), validation: 0),
                layers: [{layers}], loss: {loss}, optimizer: Adam(),
                train: (epochs: 1, batch_size: 50), procedure: {procedure})"#
        );
        std::fs::write(home.folder.join("presets/endless.ron"), preset).expect("a preset");
        let (mut child, lines) = home.start(&["train", "endless", "--json"]);
        while lines.recv_timeout(Duration::from_secs(60)).expect("it begins")["event"] != "run" {}
        std::thread::sleep(Duration::from_millis(300));
        signal(&child, "TERM");
        let since = std::time::Instant::now();
        assert_eq!(child.wait().expect("it is our child").code(), Some(143));
        assert!(since.elapsed() < Duration::from_secs(20), "{procedure}: {:?}", since.elapsed());
        assert_eq!(home.run().manifest().unwrap().status, Status::Stopped { steps: 0 });
    }
}

#[test]
fn a_run_is_stopped_from_elsewhere_and_written_by_one_process_only() {
    let home = Home::new();
    let (mut child, _lines) = begun(&home);
    let second = home.command(&["resume", "last"]).output().expect("it starts");
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains(&format!("process {} is writing", child.id())), "{said}");
    let stopped = home.command(&["stop", "last"]).output().expect("it starts");
    assert!(stopped.status.success(), "{}", String::from_utf8_lossy(&stopped.stderr));
    assert!(
        child.try_wait().expect("it is our child").is_some(),
        "its process has gone when it is said to have"
    );
    assert_eq!(child.wait().expect("it is our child").code(), Some(143));
    assert!(matches!(home.run().manifest().unwrap().status, Status::Stopped { .. }));
}

/// As `timeout 60 trainyard train …` sends them: to the process, and to its group.
#[test]
fn two_signals_at_the_same_moment_are_one_and_leave_a_checkpoint() {
    let home = Home::new();
    let (mut child, lines) = home.start(&["train", "mnist-mlp", "--json"]);
    while lines.recv_timeout(Duration::from_secs(60)).expect("it begins")["event"] != "run" {}
    let pid = child.id().to_string();
    let both = std::process::Command::new("kill").args(["-TERM", &pid, &pid]).status();
    assert!(both.expect("kill is there").success());
    assert_eq!(child.wait().expect("it is our child").code(), Some(143));
    assert!(matches!(home.run().manifest().unwrap().status, Status::Stopped { .. }));
    assert!(!home.run().checkpoints().unwrap().is_empty());
}

/// A network of which one step takes many seconds.
const HEAVY: &str = r#"(name: "heavy", title: "", data: (source: mnist, train_samples: Some(4000), validation: 0.0),
    layers: [Flatten, Dense(units: 4096, activation: relu), Dense(units: 4096, activation: relu),
             Dense(units: 4096, activation: relu), Dense(units: 10, activation: softmax)],
    loss: categorical_crossentropy, optimizer: SGD(), train: (epochs: 1000, batch_size: 4000))"#;

#[test]
fn a_second_signal_of_either_kind_ends_the_process_within_a_second_in_the_middle_of_a_step() {
    for (first, second, code) in [("INT", "TERM", 143), ("TERM", "TERM", 143), ("TERM", "INT", 130)] {
        let home = Home::new();
        std::fs::write(home.folder.join("presets/heavy.ron"), HEAVY).expect("a preset");
        let (mut child, lines) = home.start(&["train", "heavy", "--json"]);
        while lines.recv_timeout(Duration::from_secs(60)).expect("it begins")["event"] != "run" {}
        signal(&child, first);
        std::thread::sleep(Duration::from_millis(200));
        assert!(child.try_wait().expect("it is our child").is_none(), "a step takes longer");
        let since = Instant::now();
        signal(&child, second);
        assert_eq!(child.wait().expect("it is our child").code(), Some(code), "{first}, {second}");
        assert!(since.elapsed() < Duration::from_secs(1), "{:?}", since.elapsed());
    }
}

#[test]
fn a_signal_ends_a_process_without_a_terminal_while_it_still_reads_its_data() {
    let home = Home::new();
    let table = home.folder.join("large.csv");
    std::fs::write(&table, format!("a,b,kind\n{}", "1,2,low\n3,4,high\n".repeat(10))).expect("a table");
    let preset = format!(
        r#"(name: "large", title: "", data: (source: csv(file: {table:?}, label: "kind")),
            layers: [Dense(units: 2, activation: softmax)], loss: categorical_crossentropy, optimizer: SGD(),
            train: (epochs: 1, batch_size: 4))"#
    );
    let preset = parse(&preset, "large.ron").expect("a preset");
    let experiment = worker::check(preset, "large.ron", "").expect("it fits");
    let begin = worker::Command::Train(Box::new(TrainRequest::new(experiment)));
    // So large that looking at it takes long; it takes no room on the disk.
    let file = std::fs::OpenOptions::new().write(true).open(&table).expect("a file");
    file.set_len(200 << 30).expect("a sparse file");
    let mut child = home
        .command(&["serve"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let text = ron::to_string(&begin).expect("it has a form in RON");
    child.stdin.take().expect("it is piped").write_all(text.as_bytes()).expect("it listens");
    std::thread::sleep(Duration::from_millis(700));
    assert!(child.try_wait().expect("it is our child").is_none(), "reading takes longer");
    signal(&child, "TERM");
    let since = Instant::now();
    let output = child.wait_with_output().expect("it is our child");
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    assert_eq!(output.status.code(), Some(143));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("ended by signal 15 before the training began"), "{said}");
    assert!(home.runs().is_empty(), "no run has begun");
}

#[test]
fn what_goes_to_a_file_is_written_to_its_end_though_the_terminal_hangs_up() {
    for nohup in [false, true] {
        let home = Home::new();
        let told = home.folder.join("told");
        let words = ["train", "small", "--json"];
        let mut command = home.command(&words);
        if nohup {
            let program = command.get_program().to_owned();
            command = Command::new("nohup");
            command.arg(program).args(words);
        }
        let mut child = home.start_into(&mut command, &told);
        wait_for(&told, "run");
        signal(&child, "HUP");
        assert!(child.wait().expect("it is our child").success(), "nohup: {nohup}");
        let events = events_in(&told);
        assert_eq!(events.last().map(|last| last["event"] == "finished"), Some(true), "nohup: {nohup}");
        assert_eq!(events.iter().filter(|event| event["event"] == "epoch").count(), 40, "nohup: {nohup}");
    }
}
