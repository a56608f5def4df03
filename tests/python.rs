//! What a run leaves on disk, opened by the programs that people have: TensorBoard and PyTorch.
//!
//! They need Python with `tensorboard`, `safetensors` and `torch`: `tests/python/set_up.sh FOLDER` makes one, and
//! `TRAINYARD_PYTHON=FOLDER/bin/python cargo test --test python -- --ignored` uses it.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use trainyard::run::NamedTensor;
use trainyard::run::checkpoint::save_tensors;
use trainyard::run::tensorboard::Writer;

/// Runs a script of `tests/python` and parses the JSON that it prints.
fn python(script: &str, arguments: &[&OsStr]) -> Value {
    let python = std::env::var_os("TRAINYARD_PYTHON").unwrap_or_else(|| "python3".into());
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python"));
    let output =
        Command::new(python).arg(folder.join(script)).args(arguments).output().expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the script prints JSON")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

#[test]
#[ignore = "needs Python with tensorboard (tests/python/set_up.sh)"]
fn tensorboard_reads_our_event_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::create(folder.path()).expect("an event file");
    for step in 1..=50_u64 {
        let loss = 1.0 / step as f64;
        writer.scalars(step, &[("loss/train", loss), ("accuracy/train", 1.0 - loss)]).expect("it is written");
    }
    let values: Vec<f32> = (0..1000).map(|i| (i as f32 * 0.37).sin() * 2.0 + 0.25).collect();
    writer.histogram(50, "weights/dense/kernel", &values).expect("it is written");
    let pixels: Vec<u8> = (0..12).map(|i| i * 20).collect();
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, 4, 3);
    encoder.set_color(png::ColorType::Grayscale);
    encoder
        .write_header()
        .expect("a vector takes all")
        .write_image_data(&pixels)
        .expect("a vector takes all");
    writer.image(50, "samples", 4, 3, 1, png).expect("it is written");
    writer.flush().expect("it is written");

    let read = python("read_events.py", &[folder.path().as_os_str()]);
    let scalars = read["scalars"].as_object().expect("scalars by tag");
    assert_eq!(scalars.len(), 2);
    for (tag, expected) in [("loss/train", 0.0), ("accuracy/train", 1.0)] {
        let points = scalars[tag].as_array().expect("points");
        assert_eq!(points.len(), 50);
        for (step, point) in (1..).zip(points) {
            let loss = 1.0 / f64::from(step);
            let value = if expected == 0.0 { loss } else { 1.0 - loss };
            assert_eq!((number(&point[0]), number(&point[1])), (f64::from(step), f64::from(value as f32)));
        }
    }
    let histogram = &read["histograms"]["weights/dense/kernel"];
    let exact = values.iter().copied().map(f64::from);
    let close =
        |value: &Value, expected: f64| (number(value) - expected).abs() <= 1e-9 * expected.abs().max(1.0);
    assert!(close(&histogram["num"], 1000.0) && close(&histogram["counted"], 1000.0), "{histogram}");
    assert!(close(&histogram["sum"], exact.clone().sum()), "{histogram}");
    assert!(close(&histogram["squares"], exact.clone().map(|x| x * x).sum()), "{histogram}");
    assert!(close(&histogram["min"], exact.clone().fold(f64::INFINITY, f64::min)), "{histogram}");
    assert!(close(&histogram["last_limit"], exact.fold(f64::NEG_INFINITY, f64::max)), "{histogram}");
    let image = &read["images"]["samples"];
    assert_eq!(image["size"], serde_json::json!([4, 3]));
    assert_eq!(image["pixels"], serde_json::json!(pixels));
}

#[test]
#[ignore = "needs Python with torch and safetensors (tests/python/set_up.sh)"]
fn pytorch_loads_our_weights_bit_for_bit() {
    let tensor = |name: &str, shape: &[usize], from: f32| NamedTensor {
        name: name.into(),
        shape: shape.to_vec(),
        values: (0..shape.iter().product()).map(|i: usize| from + i as f32 * 0.1).collect(),
    };
    let mut tensors = [
        tensor("conv2d/kernel", &[3, 3, 1, 2], -1.0),
        tensor("dense/bias", &[5], 1e-40),
        tensor("scale", &[], 7.5),
    ];
    tensors[1].values[1] = -0.0;
    tensors[1].values[2] = f32::NEG_INFINITY;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("weights.safetensors");
    save_tensors(&path, &tensors).expect("it is written");
    let read = python("read_weights.py", &[path.as_os_str()]);
    assert_eq!(read.as_object().map(|names| names.len()), Some(3));
    for tensor in &tensors {
        let bits: Vec<u32> = tensor.values.iter().map(|x| x.to_bits()).collect();
        assert_eq!(read[&tensor.name]["shape"], serde_json::json!(tensor.shape), "{}", tensor.name);
        assert_eq!(read[&tensor.name]["bits"], serde_json::json!(bits), "{}", tensor.name);
    }
}
