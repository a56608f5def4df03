//! The doctor on the test double, and where there is nothing to examine.

use serde_json::Value;

use super::program::{Program, Said};

fn report(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {}", said.out))
}

#[test]
fn the_doctor_names_driver_card_and_libraries_and_compares_every_kernel_with_the_cpu() {
    let Some(program) = Program::new() else { return };
    let found = report(&program.run("doctor --json", &[]).ok());
    assert_eq!(found["gpu"]["driver"]["cuda"], "13.0");
    assert_eq!(found["gpu"]["driver"]["version"], "999.1 (double)");
    let library = found["gpu"]["driver"]["library"].as_str().unwrap();
    assert!(library.ends_with("/libcuda.so.1"), "{library}");
    let card = &found["gpu"]["cards"][0];
    assert_eq!((&card["device"], &card["model"]), (&"cuda:0".into(), &"Test double".into()));
    assert_eq!((&card["compute_capability"], &card["memory"]), (&"9.0".into(), &(8_u64 << 30).into()));
    for library in found["gpu"]["libraries"].as_array().unwrap() {
        assert!(library["problem"].is_null() && library["file"].is_string(), "{library}");
    }
    let families = found["self_test"]["families"].as_array().unwrap();
    assert!(families.len() > 20);
    for family in families {
        assert_eq!(family["is_good"], true, "{family}");
        assert!(family["largest_difference"].as_f64() <= family["allowed"].as_f64(), "{family}");
    }
    assert!(found["cpu"]["usable"].as_u64() >= Some(1) && found["home"]["problem"].is_null());
    assert_eq!(found["problems"], Value::Array(Vec::new()));
    let page = program.run("doctor", &[]).ok();
    for part in
        ["CUDA 13.0", "cuda:0", "Test double", "ok     dense", "can be written", "What was asked for works."]
    {
        assert!(page.out.contains(part), "no '{part}' in {}", page.out);
    }
}

#[test]
fn a_machine_without_a_gpu_is_well_unless_one_is_asked_for() {
    let Some(program) = Program::new() else { return };
    let well = program.without_gpu("doctor").ok();
    assert!(
        well.out.contains("there is no NVIDIA driver") && well.out.contains("install the driver"),
        "{}",
        well.out
    );
    assert!(!well.out.contains("against the CPU"), "{}", well.out);
    program
        .without_gpu("doctor --device cuda")
        .failed(1, &["cuda:0 cannot be used: there is no NVIDIA driver"]);
    let asked = [("TRAINYARD_DEVICE", "cuda")];
    let found = program.with_libraries("/nonexistent".as_ref(), "doctor --json", &asked);
    assert_eq!(found.code, Some(1));
    assert_eq!(report(&found)["problems"].as_array().unwrap().len(), 1);
    program.run("doctor", &[("TRAINYARD_DEVICE", "gpu")]).failed(2, &["there is no device 'gpu'"]);
}

#[test]
fn what_is_wrong_with_a_card_is_told_and_fails_only_where_the_card_is_asked_for() {
    let Some(program) = Program::new() else { return };
    for (setting, said) in [
        (("FAKE_CUDA_VERSION", "11020"), "the NVIDIA driver is too old"),
        (("FAKE_CUDA_OLD_CARD", "1"), "the GPU is too old"),
        (("FAKE_CUDA_NO_DEVICE", "1"), "the driver finds no GPU"),
    ] {
        let well = program.run("doctor", &[setting]).ok();
        assert!(well.out.contains(said), "{said}: {}", well.out);
        program.run("doctor --device cuda", &[setting]).failed(1, &["cuda:0 cannot be used", said]);
    }
}

#[test]
fn a_card_that_is_lost_in_the_middle_of_the_test_is_a_problem_of_the_families_behind() {
    let Some(program) = Program::new() else { return };
    let found = program.run("doctor --json", &[("FAKE_CUDA_FAIL_AT", "1200")]);
    assert_eq!(found.code, Some(1), "{}", found.err);
    let report = report(&found);
    let families = report["self_test"]["families"].as_array().unwrap();
    let good = families.iter().filter(|family| family["is_good"] == true).count();
    assert!(good > 0 && good < families.len(), "{good} of {}", families.len());
    assert!(report["problems"][0].as_str().unwrap().contains("does not compute what the CPU computes"));
}
