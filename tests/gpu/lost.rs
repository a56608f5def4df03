//! A GPU that is lost in the middle of a training: the double refuses the k-th call of the driver and all later ones.

use super::program::{Program, Said};

/// Trains a small network on the double; `setting` is one of its variables.
fn train(program: &Program, setting: (&str, &str)) -> Said {
    program.run("train xor --device cuda --set train.epochs=2", &[setting])
}

/// How many calls of the driver a training makes.
fn calls() -> Option<usize> {
    let said = train(&Program::new()?, ("FAKE_CUDA_COUNT", "1"));
    let count = said.err.lines().find_map(|line| line.strip_prefix("fake cuda: ")?.strip_suffix(" calls"));
    Some(count.unwrap_or_else(|| panic!("{}", said.err)).parse().unwrap())
}

/// Loses the GPU at the k-th call of a training. True where the run, which had a checkpoint, went on without the GPU.
fn lose(k: usize) -> bool {
    let Some(program) = Program::new() else { return false };
    let said = train(&program, ("FAKE_CUDA_FAIL_AT", &k.to_string()));
    assert!(!said.err.contains("panicked"), "call {k}: {}", said.err);
    // The last calls only give things back: the training is done before.
    if said.code == Some(0) {
        return false;
    }
    let errors = said.err.lines().filter(|line| line.starts_with("trainyard: ")).count();
    assert_eq!((said.code, errors), (Some(1), 1), "call {k}: {}", said.err);
    let has_checkpoint = walkdir::WalkDir::new(program.home())
        .into_iter()
        .filter_map(Result::ok)
        .any(|entry| entry.file_name() == "weights.safetensors");
    if has_checkpoint {
        let onward = program.without_gpu("resume last");
        assert_eq!(onward.code, Some(0), "call {k}: {}", onward.err);
    }
    has_checkpoint
}

#[test]
fn a_gpu_that_is_lost_is_one_error_and_the_run_goes_on_without_it() {
    let Some(calls) = calls() else { return };
    assert!(calls > 500, "{calls} calls");
    // Every call of the opening would be as good as another; of the steps, too.
    let resumed = (1..=calls).step_by(calls / 40).filter(|k| lose(*k)).count();
    assert!(resumed > 3, "{resumed} runs went on without the GPU");
}

/// A quarter of an hour: `cargo test --test gpu every_call -- --ignored`.
#[test]
#[ignore = "a quarter of an hour"]
fn a_gpu_that_is_lost_at_every_call_is_one_error_and_the_run_goes_on_without_it() {
    let Some(calls) = calls() else { return };
    let resumed = (1..=calls).filter(|k| lose(*k)).count();
    assert!(resumed > calls / 4, "{resumed} of {calls} runs went on without the GPU");
}
