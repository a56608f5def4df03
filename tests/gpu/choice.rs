//! Where a training runs: who says so, what `auto` comes to, and what a run keeps of it.

use super::program::{Program, Said};

const XOR: &str = "train xor --set train.epochs=2 --seed 5";

/// The device that a training names when it begins.
fn device(said: &Said) -> &str {
    let begun = said.lines("test samples, on ");
    begun[0].split("test samples, on ").nth(1).unwrap().split(',').next().unwrap()
}

fn loss(said: &Said) -> &str {
    said.lines("test loss")[0].split_whitespace().nth(2).unwrap()
}

#[test]
fn the_command_line_goes_before_the_environment_and_that_before_the_preset() {
    let Some(program) = Program::new() else { return };
    let on = |line: &str, variable: &str| {
        let said = program.run(line, &[("TRAINYARD_DEVICE", variable)]).ok();
        device(&said).to_owned()
    };
    let preset = format!("{XOR} --set device=cuda");
    assert_eq!(on(&preset, ""), "cuda:0");
    assert_eq!(on(&preset, "cpu"), "cpu");
    assert_eq!(on(&format!("{preset} --device cuda"), "cpu"), "cuda:0");
    assert_eq!(on(&format!("{XOR} --device cpu"), "cuda"), "cpu");
}

#[test]
fn a_device_that_is_none_is_a_mistake_of_whoever_named_it() {
    let Some(program) = Program::new() else { return };
    let wrong = program.run(&format!("{XOR} --device gpu"), &[]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.err.contains("there is no device 'gpu'; valid: auto, cpu, cuda, cuda:N"), "{}", wrong.err);
    program
        .run(XOR, &[("TRAINYARD_DEVICE", "gpu")])
        .failed(2, &["TRAINYARD_DEVICE: there is no device 'gpu'"]);
    let wrong = program.run(&format!("{XOR} --set device=gpu"), &[]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.err.contains("--set device=gpu") && wrong.err.contains("auto, cpu, cuda"), "{}", wrong.err);
}

#[test]
fn auto_measures_both_devices_and_says_what_it_found() {
    let Some(program) = Program::new() else { return };
    let measured = program.run(XOR, &[]).ok();
    let told = measured.lines("an epoch takes about");
    assert_eq!(told.len(), 1, "{}", measured.err);
    assert!(told[0].contains(" on cuda:0 and ") && told[0].contains(" on the CPU: "), "{}", told[0]);
    let chosen = if told[0].ends_with("cuda:0 trains") { "cuda:0" } else { "cpu" };
    assert_eq!(device(&measured), chosen);
    // The steps that were measured leave no trace.
    let plain = program.run(&format!("{XOR} --device {chosen}"), &[]).ok();
    assert_eq!(loss(&measured), loss(&plain));
}

#[test]
fn a_machine_without_a_driver_trains_on_the_cpu_without_a_word() {
    let Some(program) = Program::new() else { return };
    let silent = program.without_gpu(XOR).ok();
    assert_eq!(device(&silent), "cpu");
    assert!(silent.lines("GPU").is_empty() && silent.lines("an epoch takes").is_empty(), "{}", silent.err);
    let line = format!("{XOR} --device cuda");
    program.without_gpu(&line).failed(1, &["there is no NVIDIA driver", "--device cpu trains"]);
}

#[test]
fn auto_says_in_one_line_why_it_takes_no_gpu_that_is_there() {
    let Some(program) = Program::new() else { return };
    let too_old = program.run(XOR, &[("FAKE_CUDA_VERSION", "11020")]).ok();
    assert_eq!(device(&too_old), "cpu");
    assert_eq!(too_old.lines("no GPU is used: the NVIDIA driver is too old").len(), 1, "{}", too_old.err);
    let full = program
        .run(
            "train mnist-mlp --set train.epochs=1 --set data.train_samples=500",
            &[("FAKE_CUDA_MEMORY", "36000000")],
        )
        .ok();
    assert_eq!(full.lines("no GPU is used: training would take").len(), 1, "{}", full.err);
}

#[test]
fn a_run_goes_on_where_it_was_and_keeps_each_device() {
    let Some(program) = Program::new() else { return };
    let resume = |line: &str| program.run(&format!("resume last {line}"), &[]).ok();
    program.run(&format!("{XOR} --device cuda"), &[]).ok();
    let same = resume("--epochs +2");
    assert_eq!(device(&same), "cuda:0");
    assert!(same.lines("the run was on").is_empty());
    let moved = resume("--epochs +2 --device cpu");
    assert_eq!(device(&moved), "cpu");
    assert_eq!(
        moved.lines("the run was on cuda:0, Test double, 8 GiB and goes on with cpu").len(),
        1,
        "{}",
        moved.err
    );
    assert_eq!(device(&resume("--epochs +2")), "cpu");
    let back = resume("--epochs +2 --device cuda");
    assert_eq!(device(&back), "cuda:0");
    // Where its card is gone, it goes on all the same.
    let lost = program.without_gpu("resume last --epochs +2").ok();
    assert_eq!(device(&lost), "cpu");
    assert_eq!(lost.lines("cuda:0, where it was, cannot be used: there is no NVIDIA driver").len(), 1);
    let shown = program.run("runs show last --json", &[]).ok();
    let shown: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
    let before: Vec<_> =
        shown["moves"].as_array().unwrap().iter().map(|at| at["from"].as_str().unwrap()).collect();
    let short: Vec<_> = before.iter().map(|device| device.split(',').next().unwrap()).collect();
    assert_eq!(short, ["cuda:0", "cpu", "cuda:0"]);
    assert!(shown["device"].as_str().unwrap().starts_with("cpu,"));
    assert_eq!(shown["device_asked"], "cuda:0");
}

#[test]
fn a_run_is_evaluated_and_asked_on_either_device_to_the_same_answers() {
    let Some(program) = Program::new() else { return };
    program.run(&format!("{XOR} --device cuda"), &[]).ok();
    let eval = |line: &str| program.run(&format!("eval last {line}"), &[("FAKE_CUDA_COUNT", "1")]).ok();
    let used = |said: &Said| !said.lines("cuLaunchKernel").is_empty();
    let (card, cpu, auto) = (eval("--device cuda"), eval("--device cpu"), eval(""));
    assert!(used(&card) && !used(&cpu) && used(&auto), "{}", cpu.err);
    assert_eq!(card.out, auto.out);
    let accuracy = |said: &Said| said.out.split("accuracy ").nth(1).unwrap()[..6].to_owned();
    assert_eq!(accuracy(&card), accuracy(&cpu));
    let data = program.home().join("points.csv");
    std::fs::write(&data, "x,y\n0.5,0.5\n-0.5,0.5\n").unwrap();
    let predict = |line: &str| {
        let line = format!("predict last {} {line}", data.display());
        program.run(&line, &[]).ok().out
    };
    assert_eq!(predict("--device cuda"), predict("--device cpu"));
    // A run of the CPU is not taken to a GPU that nobody asked for.
    program.run(&format!("{XOR} --device cpu"), &[]).ok();
    assert!(!used(&eval("")));
    program.without_gpu("eval last --device cuda").failed(1, &["no NVIDIA driver"]);
}

/// The loss of every epoch of the newest run.
fn losses(program: &Program) -> Vec<f64> {
    let table = program.run("export last --to csv -o -", &[]).ok().out;
    let of_epochs = table.lines().filter(|line| line.starts_with("loss/epoch,"));
    of_epochs.map(|line| line.split(',').nth(3).unwrap().parse().unwrap()).collect()
}

#[test]
fn a_run_that_moves_from_the_cpu_to_a_gpu_and_back_learns_as_on_the_cpu() {
    let Some(program) = Program::new() else { return };
    let line = "train mnist-mlp --seed 3 --set data.train_samples=1000 --set train.schedule=constant";
    program.run(&format!("{line} --epochs 3 --device cpu"), &[]).ok();
    let whole = losses(&program);
    program.run(&format!("{line} --epochs 1 --device cpu"), &[]).ok();
    program.run("resume last --epochs +1 --device cuda", &[]).ok();
    program.run("resume last --epochs +1 --device cpu", &[]).ok();
    let moved = losses(&program);
    assert_eq!((whole.len(), moved.len()), (3, 3));
    assert_eq!(whole[0].to_bits(), moved[0].to_bits());
    for (whole, moved) in whole.iter().zip(&moved) {
        assert!((whole - moved).abs() < 1e-3, "{whole} is not {moved}");
    }
}

/// Some minutes: `cargo test --release --test gpu half_a_point -- --ignored`.
#[test]
#[ignore = "minutes on the double"]
fn mnist_cnn_on_two_thousand_images_ends_within_half_a_point_of_the_cpu() {
    let Some(program) = Program::new() else { return };
    let accuracy = |device: &str| {
        let line = "train mnist-cnn --seed 3 --set data.train_samples=2000 --epochs 1 --device";
        let said = program.run(&format!("{line} {device}"), &[]).ok();
        said.out.split("accuracy ").nth(1).unwrap().split_whitespace().next().unwrap().parse::<f64>().unwrap()
    };
    let (card, cpu) = (accuracy("cuda"), accuracy("cpu"));
    assert!((card - cpu).abs() <= 0.005, "{card} on the double, {cpu} on the CPU");
}
