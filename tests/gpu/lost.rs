//! A GPU that is lost in the middle of a training: the double refuses the k-th call of the driver and all later ones.

use std::path::Path;
use std::process::{Command, Output};

use super::double;

/// Trains a small network on the double; `setting` is one of its variables.
fn train(folder: &Path, home: &Path, setting: (&str, &str)) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trainyard"))
        .args(["train", "xor", "--device", "cuda", "--set", "train.epochs=2"])
        .env("TRAINYARD_HOME", home)
        .env("LD_LIBRARY_PATH", folder)
        .env(setting.0, setting.1)
        .output()
        .unwrap()
}

/// How many calls of the driver a training makes.
fn calls(folder: &Path) -> usize {
    let home = tempfile::tempdir().unwrap();
    let output = train(folder, home.path(), ("FAKE_CUDA_COUNT", "1"));
    let report = String::from_utf8(output.stderr).unwrap();
    let count = report.lines().find_map(|line| line.strip_prefix("fake cuda: ")?.strip_suffix(" calls"));
    count.unwrap_or_else(|| panic!("{report}")).parse().unwrap()
}

#[test]
fn a_gpu_that_is_lost_at_any_call_is_one_error_and_the_run_goes_on_without_it() {
    let Some(folder) = double::folder() else { return };
    let calls = calls(folder);
    assert!(calls > 500, "{calls} calls");
    let mut resumed = 0;
    // Every call of the opening would be as good as another; of the steps, too.
    for k in (1..=calls).step_by(calls / 40) {
        let home = tempfile::tempdir().unwrap();
        let output = train(folder, home.path(), ("FAKE_CUDA_FAIL_AT", &k.to_string()));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked"), "call {k}: {said}");
        // The last calls only give things back: the training is done before.
        if output.status.success() {
            continue;
        }
        assert_eq!(output.status.code(), Some(1), "call {k}: {said}");
        let errors = said.lines().filter(|line| line.starts_with("trainyard: ")).count();
        assert_eq!(errors, 1, "call {k}: {said}");
        let has_checkpoint = walkdir::WalkDir::new(home.path())
            .into_iter()
            .filter_map(Result::ok)
            .any(|entry| entry.file_name() == "weights.safetensors");
        if has_checkpoint {
            let onward = Command::new(env!("CARGO_BIN_EXE_trainyard"))
                .args(["resume", "last"])
                .env("TRAINYARD_HOME", home.path())
                .output()
                .unwrap();
            assert!(onward.status.success(), "call {k}: {}", String::from_utf8_lossy(&onward.stderr));
            resumed += 1;
        }
    }
    assert!(resumed > 3, "{resumed} runs went on without the GPU");
}
