//! The program in a folder with files of one's own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder to put files in; the program runs there, with a home of its own.
pub struct Desk {
    folder: TempDir,
}

impl Desk {
    pub fn new() -> Self {
        Desk { folder: TempDir::new().expect("a folder for the test") }
    }

    /// A folder with the files of `tests/fixtures/NAME`.
    pub fn with(name: &str) -> Self {
        let desk = Desk::new();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
        copy(&fixtures, desk.folder.path());
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder for a file");
        path
    }

    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).expect("a file");
    }

    /// A preset over a source, with these layers, for two classes.
    pub fn preset(&self, source: &str, layers: &str) {
        self.preset_text(&format!(
            "(name: \"own\", title: \"\", data: (source: {source}, test: 0.25),
              layers: [{layers} Dense(units: 8, activation: relu), Dense(units: 2, activation: softmax)],
              loss: categorical_crossentropy, optimizer: Adam(learning_rate: 0.02),
              train: (epochs: 25, batch_size: 8))"
        ));
    }

    pub fn preset_text(&self, text: &str) {
        self.put("own.ron", text);
    }

    pub fn run(&self, words: &[&str], input: &[u8]) -> Output {
        self.run_in("", words, input)
    }

    /// Runs the program in a folder below.
    pub fn run_in(&self, folder: &str, words: &[&str], input: &[u8]) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_trainyard"))
            .args(words)
            .current_dir(self.folder.path().join(folder))
            .env("TRAINYARD_HOME", self.folder.path().join("home"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // It may end without reading all of it.
        let _ = child.stdin.take().expect("it is piped").write_all(input);
        child.wait_with_output().expect("the program ends")
    }

    /// What a shell is offered for the last of these words, as bash asks for it.
    pub fn completions(&self, words: &[&str]) -> Vec<u8> {
        let output = Command::new(env!("CARGO_BIN_EXE_trainyard"))
            .arg("--")
            .args(words)
            .current_dir(self.folder.path())
            .env("TRAINYARD_HOME", self.folder.path().join("home"))
            .env("TRAINYARD_COMPLETE", "bash")
            .env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string())
            .env("_CLAP_IFS", "\n")
            .output()
            .expect("the program starts");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// What it printed, a JSON object a line.
    pub fn lines(&self, words: &[&str], input: &[u8]) -> Vec<Value> {
        let output = self.run(words, input);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("it prints text");
        text.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect()
    }

    /// Trains the preset; the accuracy on its test set, as `eval` finds it.
    pub fn trained(&self) -> f64 {
        let output = self.run(&["train", "own.ron", "--quiet"], b"");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.lines(&["eval", "last", "--json"], b"")[0]["accuracy"].as_f64().expect("an accuracy")
    }

    /// What a training of a small regression over this source says, and the loss of its test set. The network has so many hidden units
    /// and is trained for so many epochs.
    pub fn regression(&self, source: &str, (units, epochs): (u32, u32)) -> (String, Value) {
        self.preset_text(&format!(
            "(name: \"own\", title: \"\", data: (source: csv({source}), test: 0.25),
              layers: [Dense(units: {units}, activation: relu), Dense(units: 1)], loss: mean_squared_error,
              optimizer: Adam(learning_rate: 0.02), train: (epochs: {epochs}, batch_size: 8))"
        ));
        let (told, is_done) = said(self, &["train", "own.ron"]);
        assert!(is_done, "{source}: {told}");
        (told, self.lines(&["eval", "last", "--json"], b"")[0]["loss"].clone())
    }

    /// The classes of a file's samples, as `predict` names them.
    pub fn classes(&self, file: &str, input: &[u8]) -> Vec<String> {
        let answers = self.lines(&["predict", "last", file, "--json"], input);
        answers.iter().map(|answer| answer["class"].as_str().unwrap_or("none").to_string()).collect()
    }

    /// What it says when it fails, and its exit code.
    pub fn failure(&self, words: &[&str]) -> (String, Option<i32>) {
        let output = self.run(words, b"");
        assert!(!output.status.success(), "{words:?} succeeded");
        (String::from_utf8(output.stderr).expect("it prints text"), output.status.code())
    }
}

/// What it prints on both streams, and whether it ends well.
pub fn said(desk: &Desk, words: &[&str]) -> (String, bool) {
    let output = desk.run(words, b"");
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).expect("it prints text"), output.status.success())
}

/// What it prints on both streams; it ends well.
pub fn done(desk: &Desk, words: &[&str]) -> String {
    let (told, is_done) = said(desk, words);
    assert!(is_done, "{words:?}: {told}");
    told
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder of fixtures").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// Numbers from 0 to below 1 that look random, the same in every run.
pub fn noise(seed: u32) -> impl Iterator<Item = f32> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32
    })
}

/// An IDX file of bytes.
pub fn idx(shape: &[u32], bytes: &[u8]) -> Vec<u8> {
    let axes = shape.iter().flat_map(|axis| axis.to_be_bytes());
    [0, 0, 8, shape.len() as u8].into_iter().chain(axes).chain(bytes.iter().copied()).collect()
}

pub fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory takes all")
}

/// A `.npy` file of numbers of a type, as NumPy writes it.
pub fn npy(descr: &str, shape: &str, bytes: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    let header = format!("{header:<117}\n");
    [b"\x93NUMPY\x01\x00\x76\x00", header.as_bytes(), bytes].concat()
}

/// NumPy's file of this name under `tests/reference`.
pub fn numpy(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
    std::fs::read(folder.join(name)).expect("a file that tests/reference/numpy_arrays.py wrote")
}
