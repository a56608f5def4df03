//! What a run leaves on disk, opened by the programs that people have: TensorBoard, PyTorch, onnxruntime.
//!
//! Where PyTorch is missing (`.ci/run` does without its gigabytes), weights are read by safetensors and NumPy.
//! They need Python with these and `safetensors`: `tests/python/set_up.sh FOLDER` makes one, and
//! `TRAINYARD_PYTHON=FOLDER/bin/python cargo test --test python -- --ignored` uses it.

#[path = "python/missing.rs"]
mod missing;
#[path = "python/pairs.rs"]
mod pairs;

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use dfdx::tensor::Cpu;
use serde_json::Value;
use trainyard::nn::model::Model;
use trainyard::preset::layers::{ColumnEmbedding, Embedding, RowColumn, of_row};
use trainyard::preset::{Layer, Loss};
use trainyard::run::export::onnx::{self, Surroundings};
use trainyard::run::tensorboard::Writer;
use trainyard::run::tensors::save_tensors;
use trainyard::run::{Checkpoint, Histogram, NamedTensor, RunDirectory};

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
    writer.histogram(50, "weights/dense/kernel", &Histogram::of(&values)).expect("it is written");
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
            assert_eq!((number(&point[0]), number(&point[1]) as f32), (f64::from(step), value as f32));
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

/// Numbers that look random, from -1 to 1.
fn noise(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// Layers of every kind that the engine builds, in small networks: their inputs' shape and the layers.
const NETWORKS: [(&str, &[usize], &str); 19] = [
    (
        "dense",
        &[7],
        "[Dense(units: 5, activation: relu), Dense(units: 4, use_bias: false, activation: gelu), Dense(units: 3, activation: softmax)]",
    ),
    (
        "activations",
        &[6],
        "[Dense(units: 6, activation: tanh), Dense(units: 6, activation: sigmoid), Dense(units: 6, activation: leaky_relu), Dense(units: 6, activation: elu), Dense(units: 6, activation: silu), Dense(units: 6, activation: softplus)]",
    ),
    (
        "images",
        &[9, 8, 2],
        "[Conv2D(filters: 4, kernel_size: (3, 2), padding: same, strides: (2, 1), activation: relu), MaxPooling2D(), Flatten, Dense(units: 3)]",
    ),
    (
        "dilated groups",
        &[9, 8, 4],
        "[Conv2D(filters: 6, kernel_size: 3, dilation_rate: 2, groups: 2), AveragePooling2D(pool_size: (2, 3), strides: 1, padding: same), GlobalAveragePooling2D]",
    ),
    (
        "normalised",
        &[6, 6, 3],
        "[Conv2D(filters: 4, kernel_size: 3), BatchNormalization(), Activation(relu), Dropout(rate: 0.5), MaxPooling2D(padding: same, pool_size: 3), Flatten, Dense(units: 2, activation: sigmoid)]",
    ),
    (
        "normalised in groups",
        &[6, 5, 3],
        "[Conv2D(filters: 6, kernel_size: 3), GroupNormalization(groups: 3), Activation(relu), Reshape(target_shape: [12, 6]), GroupNormalization(groups: -1), Flatten, GroupNormalization(groups: 8), Dense(units: 2)]",
    ),
    (
        "upwards",
        &[5],
        "[Dense(units: 24), Reshape(target_shape: [3, 4, 2]), UpSampling2D(), Conv2DTranspose(filters: 3, kernel_size: 4, strides: 2, padding: same, activation: relu), Conv2DTranspose(filters: 2, kernel_size: 3, strides: 2), Conv2DTranspose(filters: 1, kernel_size: 2, strides: 3, padding: same)]",
    ),
    (
        "sequence convolution",
        &[11, 3],
        "[Conv1D(filters: 4, kernel_size: 3, padding: same, activation: relu), MaxPooling1D(), Flatten, Dense(units: 2)]",
    ),
    (
        "recurrent",
        &[6, 3],
        "[SimpleRNN(units: 4, return_sequences: true), LSTM(units: 5, return_sequences: true, go_backwards: true), GRU(units: 3, return_sequences: true), LSTM(units: 2)]",
    ),
    (
        "bidirectional",
        &[6, 3],
        "[Bidirectional(LSTM(units: 4, return_sequences: true)), Bidirectional(GRU(units: 3)), Dense(units: 2)]",
    ),
    (
        "attention",
        &[6, 8],
        "[PositionEmbedding, LayerNormalization(), MultiHeadAttention(num_heads: 2, key_dim: 3), Residual(layers: [MultiHeadAttention(num_heads: 1, key_dim: 4, causal: true)]), GlobalAveragePooling1D]",
    ),
    (
        "transformer",
        &[5, 8],
        "[TransformerEncoder(num_heads: 2, key_dim: 4, ff_dim: 12), TransformerEncoder(num_heads: 1, key_dim: 3, ff_dim: 6, causal: true), Flatten, Dense(units: 3)]",
    ),
    (
        "tokens",
        &[7],
        "[Embedding(input_dim: 11, output_dim: 4), GRU(units: 3, go_backwards: true), Dense(units: 2)]",
    ),
    (
        "words of columns",
        &[6],
        "[ColumnEmbedding(columns: [(place: 0, words: 4, size: 3), (place: 3, words: 9, size: 2)]), Dense(units: 2)]",
    ),
    (
        "branches",
        &[6, 8, 3],
        "[Conv2D(filters: 4, kernel_size: 3, padding: same), Branches(merge: concatenate, branches: [[], [MaxPooling2D(), UpSampling2D()], [Branches(merge: add, branches: [[Conv2D(filters: 4, kernel_size: 1)], [], []])]]), Branches(merge: average, branches: [[], [Activation(tanh)], [Conv2D(filters: 12, kernel_size: 1)]]), Branches(merge: multiply, branches: [[Activation(sigmoid)], []])]",
    ),
    (
        "towers",
        &[6],
        "[Branches(merge: dot, branches: [[Input(columns: [\"1\", \"2\"]), Dense(units: 4)], [Input(columns: [\"5\", \"0\"]), Dense(units: 4)]]), Activation(sigmoid)]",
    ),
    (
        "depthwise",
        &[9, 8, 3],
        "[ZeroPadding2D(padding: (2, 1), end: (0, 3)), SeparableConv2D(filters: 5, kernel_size: 3, depth_multiplier: 2, strides: 2, padding: same, activation: relu), Cropping2D(cropping: (1, 0), end: (0, 2)), LeakyReLU(), DepthwiseConv2D(kernel_size: (2, 3), depth_multiplier: 2, padding: same, activation: tanh), PReLU(shared_axes: [1, 2]), SpatialDropout2D(rate: 0.5), RMSNormalization(epsilon: 0.01), GlobalMaxPooling2D]",
    ),
    (
        "repeated",
        &[5],
        "[GaussianNoise(stddev: 1.0), PReLU(), RepeatVector(n: 4), SpatialDropout1D(rate: 0.5), LSTM(units: 3, return_sequences: true), PReLU(shared_axes: [1]), GlobalMaxPooling1D]",
    ),
    ("columns", &[5], "[Input(columns: [\"3\", \"1\", \"2\"])]"),
];

/// A network with weights as of nowhere, what it makes of some inputs, and its ONNX file in `folder`.
fn prepare(folder: &Path, layers: &[Layer], input: &[usize], seed: u32) -> Option<Vec<f32>> {
    let device = Cpu::default();
    // A layer that the engine does not build yet has nothing to be compared with.
    let mut model = Model::build(&device, layers, input, Loss::MeanSquaredError, 1).ok()?;
    let mut weights = Vec::new();
    let mut place = seed;
    model.visit_mut(&mut |path, param| {
        place += 1;
        let mut values = noise(param.len(), place);
        values.iter_mut().for_each(|value| *value *= 0.5);
        if path.ends_with("variance") {
            values.iter_mut().for_each(|value| *value = value.abs() + 0.1);
        }
        param.values_mut().copy_from_slice(&values);
        weights.push(NamedTensor { name: path, shape: param.shape.clone(), values });
    });
    let rows = 5;
    let mut inputs = noise(rows * model.input_len(), 77);
    if let Some(Layer::Embedding(Embedding { input_dim, .. })) = layers.first() {
        inputs.iter_mut().for_each(|input| *input = ((*input + 1.0) / 2.0 * *input_dim as f32).floor());
    }
    if let Some(Layer::ColumnEmbedding(ColumnEmbedding { columns })) = layers.first() {
        for column in columns {
            let of_column = inputs.iter_mut().skip(column.place).step_by(input[0]);
            of_column.for_each(|input| *input = ((*input + 1.0) / 2.0 * column.words as f32).floor());
        }
    }
    let predicted = model.predict(inputs.clone().into(), rows).expect("the network runs");
    let mut file = Vec::new();
    let exported =
        onnx::model("test", layers, input, &weights, "", &Surroundings::default()).expect("it is exported");
    exported.write(&mut file).expect("there is memory");
    write_case(folder, &file, rows, input, &inputs);
    Some(predicted)
}

fn write_case(folder: &Path, model: &[u8], rows: usize, input: &[usize], inputs: &[f32]) {
    std::fs::create_dir_all(folder).expect("a folder");
    std::fs::write(folder.join("model.onnx"), model).expect("it is written");
    let bytes: Vec<u8> = inputs.iter().flat_map(|value| value.to_le_bytes()).collect();
    std::fs::write(folder.join("input.f32"), bytes).expect("it is written");
    let shape = [&[rows], input].concat();
    std::fs::write(folder.join("input.json"), serde_json::to_vec(&shape).expect("a shape"))
        .expect("it is written");
}

/// The largest difference between what onnxruntime found and what we did.
fn difference(folder: &Path, predicted: &[f32]) -> f32 {
    let bytes = std::fs::read(folder.join("output.f32")).expect("onnxruntime's output");
    let found: Vec<f32> = bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    assert_eq!(found.len(), predicted.len());
    found.iter().zip(predicted).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
#[ignore = "needs Python with onnx and onnxruntime (tests/python/set_up.sh)"]
fn onnxruntime_finds_what_we_find_for_every_kind_of_layer() {
    let root = tempfile::tempdir().expect("a folder");
    let mut cases = Vec::new();
    for (place, (name, input, layers)) in NETWORKS.iter().enumerate() {
        let layers: Vec<Layer> = ron::from_str(&format!("#![enable(implicit_some)]\n{layers}"))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        // Where the input is a row, its columns are called by their numbers.
        let columns = if input.len() == 1 { input[0] } else { 0 };
        let row: Vec<_> = (0..columns).map(|place| RowColumn { name: place.to_string(), width: 1 }).collect();
        let layers = of_row(&layers, &row);
        let folder = root.path().join(place.to_string());
        match prepare(&folder, &layers, input, 100 * place as u32) {
            Some(predicted) => cases.push((name, folder, predicted)),
            None => println!("{name}: not built by the engine yet"),
        }
    }
    assert!(cases.len() >= 6);
    let folders: Vec<&OsStr> = cases.iter().map(|(_, folder, _)| folder.as_os_str()).collect();
    python("run_onnx.py", &folders);
    for (name, folder, predicted) in &cases {
        let difference = difference(folder, predicted);
        println!("{name}: largest difference {difference:.1e} of {} outputs", predicted.len());
        assert!(difference < 1e-4, "{name}: {difference}");
    }
}

/// Raw rows go into the exported network, with gaps and times in seconds, and what `predict` says of them comes out.
#[test]
#[ignore = "needs Python with onnx and onnxruntime (tests/python/set_up.sh)"]
fn onnxruntime_takes_raw_rows_and_says_what_predict_says() {
    let difference = between_onnxruntime_and_predict(|price| price);
    println!("prices around 300: largest difference {difference:.1e}");
    assert!(difference < 1e-3, "{difference}");
    // Single precision has every 128th of such numbers.
    let difference = between_onnxruntime_and_predict(|price| 1.7e9 + 1e5 * price);
    println!("seconds since 1970: largest difference {difference:.1e}");
    assert!(difference < 16.0, "{difference}");
}

/// The largest difference between what onnxruntime and `predict` say of rows whose target is made of a price by `target`.
fn between_onnxruntime_and_predict(target: fn(f64) -> f64) -> f64 {
    let home = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &str| std::fs::write(home.path().join(name), text).expect("it is written");
    let rows: Vec<[f64; 4]> = (0..90_u32)
        .map(|row| {
            let (a, b) = (f64::from(row % 10), f64::from(row % 7) * 1000.0);
            [
                1.7e9 + f64::from(row),
                a,
                if row % 8 == 3 { f64::NAN } else { b },
                target(200.0 + 30.0 * a - b / 50.0),
            ]
        })
        .collect();
    let cell = |x: &f64| if x.is_nan() { String::new() } else { x.to_string() };
    let table = |columns: usize, rows: &[[f64; 4]]| -> String {
        let row = |row: &[f64; 4]| row[..columns].iter().map(cell).collect::<Vec<_>>().join(",") + "\n";
        rows.iter().map(row).collect()
    };
    put("t.csv", &format!("time,a,b,price\n{}", table(4, &rows)));
    put("q.csv", &format!("time,a,b\n{}", table(3, &rows[..20])));
    put(
        "own.ron",
        "(name: \"own\", title: \"\", data: (source: csv(file: \"t.csv\", label: \"price\", missing: mean)),
          layers: [Dense(units: 8, activation: tanh), Dense(units: 1)], loss: mean_squared_error,
          optimizer: Adam(learning_rate: 0.02), train: (epochs: 30, batch_size: 8))",
    );
    let run = |words: &[&str]| {
        let output = trainyard(home.path(), words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    run(&["train", "own.ron", "--quiet"]);
    let said: Vec<f64> = run(&["predict", "last", "q.csv", "--json"])
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a JSON object a line"))
        .map(|answer| number(&answer["output"][0]))
        .collect();
    assert_eq!(said.len(), 20);

    let folder = home.path().join("onnx");
    write_case(&folder, &[], 20, &[3], &[]);
    let raw: Vec<u8> = rows[..20].iter().flat_map(|row| &row[..3]).flat_map(|x| x.to_le_bytes()).collect();
    std::fs::write(folder.join("input.f64"), raw).expect("it is written");
    std::fs::write(folder.join("input.f32"), vec![0; 4 * 60]).expect("it is written");
    run(&["export", "last", "--to", "onnx", "-o", "onnx/model.onnx"]);
    let metadata = &python("run_onnx.py", &[folder.as_os_str()])["metadata"];
    assert_eq!(metadata["columns"], "[\"time\",\"a\",\"b\"]");
    assert_eq!(metadata["label"], "price");
    let bytes = std::fs::read(folder.join("output.f64")).expect("onnxruntime's output");
    let found = bytes.chunks_exact(8).map(|bytes| f64::from_le_bytes(bytes.try_into().expect("eight")));
    let differences = found.zip(&said).map(|(found, said)| (found - said).abs());
    differences.fold(
        0.0,
        |most, difference| if difference > most || difference.is_nan() { difference } else { most },
    )
}

/// The rows of a table with words, dates and gaps go into the exported network as they are, and what `predict` says of them comes
/// out.
#[test]
#[ignore = "needs Python with onnx and onnxruntime (tests/python/set_up.sh)"]
fn onnxruntime_takes_words_and_dates_and_says_what_predict_says() {
    const DAY: i64 = 86_400;
    let home = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &str| std::fs::write(home.path().join(name), text).expect("it is written");
    let run = |words: &[&str]| {
        let output = trainyard(home.path(), words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        (
            String::from_utf8(output.stdout).expect("text"),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    // Moments from 1950 to 2099, some of them in the last days of February.
    let moment = |row: i64| {
        let seconds = (row * 9_999_991) % (54_000 * DAY) - 7300 * DAY + row * 13;
        match row % 5 {
            0 => 951_782_400 + DAY * (row % 3 - 1),
            _ => seconds,
        }
    };
    let when = |row: i64| {
        let date = chrono::DateTime::from_timestamp(moment(row), 0).expect("a date");
        date.format("%Y-%m-%d %H:%M:%S").to_string()
    };
    let age = |row: i64| (row % 7 != 3).then_some(20.0 + (row % 50) as f64 + 0.25);
    let paid = |row: i64| ["True", "no", "y", "", "False"][row as usize % 5];
    let job = |row: i64| ["clerk", "", "Köchin", "judge, retired"][row as usize % 4];
    let city = |row: i64| format!("City {}", row * 31 % 60);
    let row = |row: i64| {
        let age = age(row).map(|age| age.to_string()).unwrap_or_default();
        let when = if row % 11 == 4 { String::new() } else { when(row) };
        format!("{age},{},\"{}\",{},{when}", paid(row), job(row), city(row))
    };
    let table: String = (0..600)
        .map(|i| format!("{},{}\n", row(i), (i * 31 % 60 + i % 4) as f64 * 10.0 + i as f64 * 0.37))
        .collect();
    put("t.csv", &format!("age,paid,job,city,when,price\n{table}"));
    let asked: Vec<i64> = (0..50).collect();
    let rows: String = asked.iter().map(|&i| row(i) + "\n").collect();
    // As people write yes, no and words, and as other programs do.
    let spellings = ["tRUE", " yes", "No ", "1", "1.00", "0.0", "oFF", "fALSE", " T "];
    let spelled: String =
        spellings.iter().map(|yes| format!("41.5,{yes}, clerk,City 31 ,2000-02-29 23:59:59\n")).collect();
    put(
        "q.csv",
        &format!("age,paid,job,city,when\n{rows}41.5,yes,pilot,Atlantis,2000-02-29 23:59:59\n{spelled}"),
    );
    run(&["init", "t.csv"]);
    let preset = std::fs::read_to_string(home.path().join("t.ron")).expect("the preset that init wrote");
    assert!(
        preset.contains("category(embed:") && preset.contains("date") && preset.contains("boolean"),
        "{preset}"
    );
    run(&["train", "t.ron", "--epochs", "3", "--quiet"]);
    let said: Vec<f32> = run(&["predict", "last", "q.csv", "--json"])
        .0
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a JSON object a line"))
        .map(|answer| number(&answer["output"][0]) as f32)
        .collect();
    assert_eq!(said.len(), 60);

    let folder = home.path().join("onnx");
    std::fs::create_dir_all(&folder).expect("a folder");
    let (_, told) = run(&["export", "last", "--to", "onnx", "-o", "onnx/model.onnx"]);
    assert!(told.contains("'when' (seconds since 1970-01-01)") && told.contains("'city' (word)"), "{told}");
    let time = |&i: &i64| (i % 11 != 4).then(|| moment(i));
    let end = moment(5 * 2) + DAY - 1;
    let cells = serde_json::json!({
        "age": asked.iter().map(|&i| age(i)).chain([Some(41.5); 10]).collect::<Vec<_>>(),
        "paid": asked.iter().map(|&i| paid(i)).chain(["yes"]).chain(spellings).collect::<Vec<_>>(),
        "job": asked.iter().map(|&i| job(i)).chain(["pilot"]).chain([" clerk"; 9]).collect::<Vec<_>>(),
        "city": asked.iter().map(|&i| city(i)).chain(["Atlantis".into()]).chain(vec!["City 31 ".into(); 9]).collect::<Vec<_>>(),
        "when": asked.iter().map(time).chain([Some(end); 10]).collect::<Vec<_>>(),
    });
    assert_eq!(
        chrono::DateTime::from_timestamp(end, 0).map(|date| date.to_string()).as_deref(),
        Some("2000-02-29 23:59:59 UTC")
    );
    std::fs::write(folder.join("inputs.json"), cells.to_string()).expect("it is written");
    let metadata = &python("run_onnx.py", &[folder.as_os_str()])["metadata"];
    assert_eq!(metadata["columns"], "[\"age\",\"paid\",\"job\",\"city\",\"when\"]");
    assert!(
        metadata["inputs"].as_str().is_some_and(|inputs| inputs.contains("\"paid\":\"yes or no\"")),
        "{metadata}"
    );
    let difference = difference(&folder, &said);
    println!("prices around 300: largest difference {difference:.1e}");
    assert!(difference < 1e-2, "{difference}");
}

/// Trains the case study's network for an epoch on some of MNIST, and gives the home that its run is in.
fn trained() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    let trained = trainyard(
        home.path(),
        &["train", "mnist-cnn", "--set", "train.epochs=1", "--set", "data.train_samples=6000", "--json"],
    );
    assert!(trained.status.success(), "{}", String::from_utf8_lossy(&trained.stderr));
    home
}

fn trainyard(home: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainyard"));
    command
        .env("TRAINYARD_HOME", home)
        .current_dir(home)
        .args(arguments)
        .output()
        .expect("the program starts")
}

#[test]
#[ignore = "needs Python with tensorboard (tests/python/set_up.sh)"]
fn tensorboard_shows_what_generators_and_autoencoders_make() {
    let home = tempfile::tempdir().expect("a folder");
    // Fifty samples, or ten inputs above ten reconstructions, of 28x28, ten in a row.
    for (preset, tag, size) in
        [("mnist-gan", "samples", [289, 144]), ("mnist-autoencoder", "reconstructions", [289, 57])]
    {
        let trained = trainyard(
            home.path(),
            &["train", preset, "--set", "train.epochs=1", "--set", "data.train_samples=640", "--json"],
        );
        assert!(trained.status.success(), "{}", String::from_utf8_lossy(&trained.stderr));
        let run = RunDirectory::find(&home.path().join("runs"), "last").expect("the run");
        let image = &python("read_events.py", &[run.path().as_os_str()])["images"][tag];
        assert_eq!(
            (&image["size"], &image["mode"]),
            (&serde_json::json!(size), &serde_json::json!("L")),
            "{preset}"
        );
        let bright =
            image["pixels"].as_array().expect("pixels").iter().filter(|x| x.as_u64() > Some(100)).count();
        assert!(bright > 100, "{preset}: {bright} bright pixels");
    }
}

#[test]
#[ignore = "needs Python with onnx, onnxruntime, tensorboard, torch (tests/python/set_up.sh)"]
fn a_run_is_opened_by_tensorboard_pytorch_and_onnxruntime() {
    let home = trained();
    let runs = home.path().join("runs");
    let run = RunDirectory::find(&runs, "last").expect("the run");
    let step = *run.checkpoints().expect("a list").last().expect("a checkpoint");

    // TensorBoard reads its figures.
    let events = python("read_events.py", &[run.path().as_os_str()]);
    let scalars = events["scalars"].as_object().expect("scalars");
    assert!(scalars.keys().any(|tag| tag.contains("loss")), "{scalars:?}");
    assert!(scalars.values().all(|points| points.as_array().is_some_and(|points| !points.is_empty())));
    // And its pictures: 32 filters of 3x3, six in a row with a line between, coloured by sign.
    let filters = &events["images"]["first-layer"];
    assert_eq!(
        (&filters["size"], &filters["mode"]),
        (&serde_json::json!([23, 23]), &serde_json::json!("RGB"))
    );
    assert_eq!(filters["steps"], serde_json::json!([step]));
    let pixels = filters["pixels"].as_array().expect("pixels");
    assert!(pixels.iter().any(|pixel| *pixel != pixels[0]), "{pixels:?}");

    // PyTorch reads its weights, and those of the exported file are the same.
    let exported =
        trainyard(home.path(), &["export", "last", "--to", "safetensors", "--newest", "-o", "w.safetensors"]);
    assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
    let weights = run.checkpoint_path(step).join("weights.safetensors");
    let read = python("read_weights.py", &[weights.as_os_str()]);
    assert_eq!(read["conv2d/kernel"]["shape"], serde_json::json!([3, 3, 1, 32]));
    assert_eq!(read, python("read_weights.py", &[home.path().join("w.safetensors").as_os_str()]));

    // Every figure is in the CSV.
    let csv = trainyard(home.path(), &["export", "last", "--to", "csv", "-o", "-"]);
    let lines = String::from_utf8(csv.stdout).expect("text").lines().count();
    let points: usize = scalars.values().filter_map(|points| points.as_array()).map(Vec::len).sum();
    assert_eq!(lines, points + 1);

    // onnxruntime makes the same of all 10,000 test images.
    let folder = home.path().join("onnx");
    let preset = run.manifest().expect("its manifest").preset;
    let checkpoint = Checkpoint::load(&run.checkpoint_path(step)).expect("the checkpoint");
    let images = &trainyard::data::mnist::load().expect("MNIST").test.images;
    let inputs: Vec<f32> = images.iter().map(|pixel| f32::from(*pixel) / 255.0).collect();
    let mut model =
        Model::build(&Cpu::default(), &preset.layers, &[28, 28, 1], preset.loss, 0).expect("the network");
    model.visit_mut(&mut |path, param| {
        let tensor = checkpoint.weights.iter().find(|tensor| tensor.name == path).expect("a weight");
        param.values_mut().copy_from_slice(&tensor.values);
    });
    let predicted = model.predict(inputs.into(), 10_000).expect("the network runs");
    let raw: Vec<f32> = images.iter().map(|pixel| f32::from(*pixel)).collect();
    write_case(&folder, &[], 10_000, &[28, 28, 1], &raw);
    let exported =
        trainyard(home.path(), &["export", "last", "--to", "onnx", "--newest", "-o", "onnx/model.onnx"]);
    assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
    python("run_onnx.py", &[folder.as_os_str()]);
    let difference = difference(&folder, &predicted);
    println!("MNIST test set: largest difference in probability {difference:.1e}");
    assert!(difference < 1e-4, "{difference}");
}
