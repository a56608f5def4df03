//! The program with a home of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use trainyard::run::tensors::NamedTensor;
use trainyard::run::{Checkpoint, RunDirectory};

/// A training of a second or two, with something of everything to remember.
pub const PRESET: &str = r#"(name: "small", title: "", data: (source: mnist, train_samples: Some(5000), validation: 0.02),
    layers: [Flatten, Dense(units: 24, activation: relu), Dropout(rate: 0.2), Dense(units: 10, activation: softmax)],
    loss: categorical_crossentropy, optimizer: Adam(learning_rate: 0.003),
    train: (epochs: 40, batch_size: 32, schedule: reduce_on_plateau(factor: 0.5, patience: 2),
            early_stopping: Some((patience: 40))))"#;

/// A home with the preset in it.
pub struct Home {
    pub folder: PathBuf,
    _own: Option<TempDir>,
}

impl Home {
    pub fn new() -> Self {
        let own = TempDir::new().expect("a folder for the test");
        let home = Home::at(own.path());
        Home { _own: Some(own), ..home }
    }

    pub fn at(folder: &Path) -> Self {
        let presets = folder.join("presets");
        std::fs::create_dir_all(&presets).expect("a folder of presets");
        std::fs::write(presets.join("small.ron"), PRESET).expect("a preset");
        Home { folder: folder.to_path_buf(), _own: None }
    }

    /// The program with these words after it.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trainyard"));
        command.args(words).env("TRAINYARD_HOME", &self.folder).stdin(Stdio::null());
        command
    }

    /// Starts it; what it prints comes line by line.
    pub fn start(&self, words: &[&str]) -> (Child, Receiver<Value>) {
        let mut command = self.command(words);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            for value in lines.map_while(Result::ok).filter_map(|line| serde_json::from_str(&line).ok()) {
                if sender.send(value).is_err() {
                    break;
                }
            }
        });
        (child, receiver)
    }

    /// Starts it with everything that it prints going to a file.
    pub fn start_into(&self, command: &mut Command, file: &Path) -> Child {
        let output = std::fs::File::create(file).expect("a file");
        let errors = output.try_clone().expect("a descriptor");
        command.env("TRAINYARD_HOME", &self.folder).stdin(Stdio::null());
        command.stdout(output).stderr(errors).spawn().expect("it starts")
    }

    /// Its only run.
    pub fn run(&self) -> RunDirectory {
        self.runs().pop().expect("a run")
    }

    pub fn runs(&self) -> Vec<RunDirectory> {
        RunDirectory::list(&self.folder.join("runs")).expect("a folder of runs")
    }
}

/// The newest checkpoint of a run, which must be readable, as must all others.
pub fn newest(run: &RunDirectory) -> Option<Checkpoint> {
    let all: Vec<Checkpoint> = run
        .checkpoints()
        .expect("a list")
        .into_iter()
        .map(|step| Checkpoint::load(&run.checkpoint_path(step)).expect("every checkpoint is whole"))
        .collect();
    all.into_iter().last()
}

/// The bits of tensors.
pub fn bits(tensors: &[NamedTensor]) -> Vec<u32> {
    tensors.iter().flat_map(|tensor| tensor.values.iter().map(|x| x.to_bits())).collect()
}

/// The weights and the optimizer's memory at the end of the preset's training that nothing interrupted.
pub fn uninterrupted() -> [Vec<u32>; 2] {
    let home = Home::new();
    let status = home.command(&["train", "small", "--quiet"]).stdout(Stdio::null()).status();
    assert!(status.expect("the program starts").success());
    let checkpoint = newest(&home.run()).expect("a checkpoint of its end");
    [bits(&checkpoint.weights), bits(&checkpoint.optimizer)]
}

/// The lines of JSON in a file that is being written.
pub fn events_in(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).expect("a file");
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Waits for an event of this name in a file.
pub fn wait_for(file: &Path, name: &str) {
    let since = Instant::now();
    while !events_in(file).iter().any(|event| event["event"] == name) {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        assert!(since.elapsed() < Duration::from_secs(60), "no event {name}: {text}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
