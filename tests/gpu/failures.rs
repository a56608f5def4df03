//! What can be wrong with a card, its driver or its memory: one clear error each, and no lost checkpoint.

use super::program::Program;

const ON_CARD: &str = "train xor --device cuda --set train.epochs=2";

#[test]
fn a_driver_or_a_card_that_cannot_be_used_is_one_clear_error() {
    let Some(program) = Program::new() else { return };
    for (setting, said) in [
        (
            ("FAKE_CUDA_VERSION", "11020"),
            "the NVIDIA driver is too old: it supports CUDA 11.2, and 11.8 is needed",
        ),
        (("FAKE_CUDA_OLD_CARD", "1"), "the GPU is too old: its compute capability is 6.0"),
        (("FAKE_CUDA_NO_DEVICE", "1"), "the driver finds no GPU"),
    ] {
        program.run(ON_CARD, &[setting]).failed(1, &[said, "--device cpu trains on the processors"]);
    }
    program.run("train xor --device cuda:3", &[]).failed(1, &["there is 1 GPU", "no cuda:3"]);
}

#[test]
fn a_broken_library_of_the_driver_is_one_clear_error_and_auto_says_it_once() {
    let Some(program) = Program::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("libcuda.so.1");
    std::fs::write(&library, "this is no library").unwrap();
    let run = |line: &str| program.with_libraries(folder.path(), line, &[]);
    run(ON_CARD).failed(1, &["the NVIDIA driver's library does not open", "libcuda.so.1"]);
    let auto = run("train xor --set train.epochs=2").ok();
    assert_eq!(
        auto.lines("no GPU is used: the NVIDIA driver's library does not open").len(),
        1,
        "{}",
        auto.err
    );
    // A library that is none of NVIDIA's.
    let source = folder.path().join("empty.cpp");
    std::fs::write(&source, "int nothing;").unwrap();
    let compiler = std::process::Command::new("c++");
    let built = { compiler }.args(["-shared", "-fPIC", "-o"]).args([&library, &source]).status().unwrap();
    assert!(built.success());
    run(ON_CARD).failed(1, &["libcuda.so has no cuInit"]);
}

#[test]
fn a_training_that_does_not_fit_into_the_card_is_refused_with_its_parts() {
    let Some(program) = Program::new() else { return };
    let line = "train mnist-mlp --device cuda --set data.train_samples=500 --set train.epochs=1";
    let parts =
        ["of the memory of cuda:0, Test double", "parameters", "activations", "are free", "--device cpu"];
    program.run(line, &[("FAKE_CUDA_MEMORY", "36000000")]).failed(1, &parts);
    let wide = format!("{line} --batch-size 50000");
    program.run(&wide, &[("FAKE_CUDA_MEMORY", "200000000")]).failed(1, &["train.batch_size ", " would fit"]);
}

#[test]
fn a_kernel_that_hangs_ends_the_training_and_the_run_goes_on_without_the_card() {
    let Some(program) = Program::new() else { return };
    let said = program.run(
        "train xor --device cuda --set train.epochs=3 --checkpoint-seconds 0",
        &[("FAKE_CUDA_HANG_AT", "1500"), ("TRAINYARD_GPU_PATIENCE", "0.5")],
    );
    said.failed(1, &["the GPU has not answered for", "`trainyard resume ", " --device cpu` goes on"]);
    let onward = program.run("resume last --device cpu", &[]).ok();
    assert_eq!(onward.lines("the run was on cuda:0").len(), 1, "{}", onward.err);
}
