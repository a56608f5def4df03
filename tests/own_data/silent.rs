//! What is not said is wrong: targets between 0 and 1, bytes of other encodings, rows and columns that are left out, numbers that are far,
//! rows that are there twice.

use crate::program::{Desk, done, noise, npy, said};

/// A preset over a source, with these layers and this loss.
fn preset(source: &str, layers: &str, loss: &str) -> String {
    format!(
        "(name: \"own\", title: \"\", data: (source: {source}, test: 0.25), layers: [{layers}], loss: {loss},
          optimizer: Adam(learning_rate: 0.05), train: (epochs: 3, batch_size: 8))"
    )
}

/// Pairs of random numbers, -1 to 1.
fn pairs(count: usize) -> Vec<(f32, f32)> {
    let mut random = noise(11).map(|number| number * 2.0 - 1.0);
    (0..count).map(|_| (random.next().unwrap_or(0.0), random.next().unwrap_or(0.0))).collect()
}

fn table(head: &str, row: impl Fn(usize, f32, f32) -> String) -> String {
    let rows: String = pairs(80).into_iter().enumerate().map(|(at, (a, b))| row(at, a, b) + "\n").collect();
    format!("{head}\n{rows}")
}

/// Probabilities are what they are: neither the truth nor the answer is a class, and scores are those of values.
#[test]
fn targets_between_0_and_1_stay_numbers() {
    let desk = Desk::new();
    let probability = |a: f32, b: f32| 1.0 / (1.0 + (b - 2.0 * a).exp());
    desk.put("one.csv", table("a,b,p", |_, a, b| format!("{a:.4},{b:.4},{:.4}", probability(a, b))));
    desk.put(
        "two.csv",
        table("a,b,p,q", |_, a, b| {
            format!("{a:.4},{b:.4},{:.4},{:.4}", probability(a, b), probability(b, a))
        }),
    );
    for (file, label, units) in [("one.csv", "\"p\"", 1), ("two.csv", "[\"p\", \"q\"]", 2)] {
        let source = format!("csv(file: \"{file}\", label: {label})");
        let layers = format!("Dense(units: {units}, activation: sigmoid)");
        desk.preset_text(&preset(&source, &layers, "binary_crossentropy"));
        done(&desk, &["train", "own.ron", "--quiet"]);
        let scored = &desk.lines(&["eval", "last", "--report", "--json", "--predictions", "out.csv"], b"")[0];
        assert_eq!(scored["report"]["task"], "values", "{scored}");
        assert!(scored["accuracy"].is_null() && scored["metrics"]["rmse"].is_f64(), "{scored}");
        let written = std::fs::read_to_string(desk.path("out.csv")).expect("a table");
        let rows: Vec<Vec<&str>> = written.lines().skip(1).map(|line| line.split(',').collect()).collect();
        let data = std::fs::read_to_string(desk.path(file)).expect("the data");
        let data: Vec<&str> = data.lines().skip(1).collect();
        for row in rows {
            let number: usize = row[0].parse().expect("a row");
            let truth: Vec<&str> = data[number - 1].split(',').skip(2).collect();
            let shown: Vec<f64> = row[1..=units].iter().map(|cell| cell.parse().expect("a number")).collect();
            let wanted: Vec<f64> = truth.iter().map(|cell| cell.parse().expect("a number")).collect();
            assert_eq!(shown, wanted, "{written}");
        }
        let answer = &desk.lines(&["predict", "last", file, "--json"], b"")[0];
        assert!(answer["class"].is_null() && answer["values"]["p"].is_f64(), "{answer}");
    }
}

#[test]
fn a_training_that_learns_counts_as_classes_says_so() {
    let desk = Desk::new();
    desk.put("t.csv", table("a,b,rings", |at, a, b| format!("{a:.3},{b:.3},{}", at % 5)));
    let source = "csv(file: \"t.csv\", label: \"rings\")";
    desk.preset_text(&preset(source, "Dense(units: 5, activation: softmax)", "categorical_crossentropy"));
    let sentence = "the label 'rings' has 5 different whole numbers, 0 to 4, which are learned as classes";
    assert!(done(&desk, &["train", "own.ron"]).contains(sentence));
    // Who says it, or learns values, is not told.
    let meant = "csv(file: \"t.csv\", label: \"rings\", task: classes)";
    desk.preset_text(&preset(meant, "Dense(units: 5, activation: softmax)", "categorical_crossentropy"));
    assert!(!done(&desk, &["train", "own.ron"]).contains("learned as classes"));
    desk.preset_text(&preset(source, "Dense(units: 1)", "mean_squared_error"));
    assert!(!done(&desk, &["train", "own.ron"]).contains("learned as classes"));
}

#[test]
fn init_tells_on_the_terminal_what_its_preset_leaves_out_and_what_tells_the_label() {
    let desk = Desk::new();
    desk.put(
        "t.csv",
        table("a,same,three,leak,y", |at, a, b| {
            let (kind, label) = if a > 0.0 { (7, "yes") } else { (3, "no") };
            match at {
                5 => format!("{a:.3},x,oops,{kind},{label}"),
                9 => format!("{a:.3},x,3.5,{kind},"),
                _ => format!("{b:.3},x,3.5,{kind},{label}"),
            }
        }),
    );
    let told = done(&desk, &["init", "t.csv"]);
    for part in [
        "1 column is left out: 'same' (all rows have the same word)",
        "'three' has the same number in all rows, so that it teaches nothing",
        "'leak' tells the label by itself",
        "1 of 80 rows has no label; it is left out",
        "line 7, column 3 ('three'): 'oops' is not a number",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
}

#[test]
fn lines_of_text_keep_their_numbers_and_what_is_not_read_of_them_is_told() {
    let desk = Desk::new();
    let line = |at: usize| format!("{0}\t{0} film about cats {at}\n", ["good", "bad"][at % 2]);
    desk.put("t.txt", (0..60).map(line).collect::<String>() + "\n\ngood\tgood film\n");
    let layers = "Embedding(input_dim: 40, output_dim: 4), GlobalAveragePooling1D, Dense(units: 2, activation: softmax)";
    desk.preset_text(&preset(
        "labelled_text(file: \"t.txt\", length: 30)",
        layers,
        "categorical_crossentropy",
    ));
    let told = done(&desk, &["train", "own.ron"]);
    assert!(told.contains("t.txt: 2 empty lines are left out"), "{told}");
    desk.put("ask.txt", format!("good film\n\n{}\n\n", "bad film ".repeat(9)));
    let output = desk.run(&["predict", "last", "ask.txt", "--json"], b"");
    assert!(output.status.success());
    let told = String::from_utf8(output.stderr).expect("text");
    assert!(told.contains("1 text of 2 has more than 30 characters: only the last 30 are read"), "{told}");
    assert!(told.contains("2 empty lines are left out; rows are numbered by their lines"), "{told}");
    let rows: Vec<serde_json::Value> = String::from_utf8(output.stdout)
        .expect("text")
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object"))
        .collect();
    let numbers: Vec<u64> = rows.iter().filter_map(|row| row["row"].as_u64()).collect();
    assert_eq!(numbers, [1, 3]);
}

fn floats(numbers: impl IntoIterator<Item = f32>) -> Vec<u8> {
    numbers.into_iter().flat_map(f32::to_le_bytes).collect()
}

#[test]
fn numbers_far_outside_the_training_are_told_whatever_the_shape_and_the_scaling() {
    let desk = Desk::new();
    let images = |factor: f32| {
        let mut random = noise(3);
        floats((0..40 * 64).map(|at| (random.next().unwrap_or(0.0) + (at / 64 % 2) as f32) * factor))
    };
    let labels: Vec<u8> = (0..40_i64).flat_map(|at| (at % 2).to_le_bytes()).collect();
    desk.put("x.npy", npy("<f4", "(40, 8, 8)", &images(1.0)));
    desk.put("far.npy", npy("<f4", "(40, 8, 8)", &images(1000.0)));
    desk.put("none.npy", npy("<f4", "(0, 8, 8)", b""));
    desk.put("y.npy", npy("<i8", "(40,)", &labels));
    let source = "npy(inputs: \"x.npy\", targets: \"y.npy\")";
    for normalize in ["", ", normalize: false"] {
        let text =
            preset(source, "Flatten, Dense(units: 2, activation: softmax)", "categorical_crossentropy");
        desk.preset_text(&text.replace("test: 0.25", &format!("test: 0.25{normalize}")));
        done(&desk, &["train", "own.ron", "--quiet"]);
        let far = "40 samples have numbers far outside those of the training";
        assert!(done(&desk, &["predict", "last", "far.npy"]).contains(far));
        assert!(!done(&desk, &["predict", "last", "x.npy"]).contains("far outside"));
        let other = ["eval", "last", "--data", "npy(inputs: \"far.npy\", targets: \"y.npy\")"];
        assert!(done(&desk, &other).contains(far));
    }
    let (told, code) = desk.failure(&["predict", "last", "none.npy"]);
    assert!(told.contains("none.npy: it holds no samples") && code == Some(1), "{told}");
}

#[test]
fn samples_files_and_texts_that_are_there_twice_are_counted_and_named() {
    let desk = Desk::new();
    let mut numbers: Vec<f32> = noise(5).take(120).collect();
    numbers.copy_within(6..9, 21);
    numbers.copy_within(9..12, 27);
    let mut labels: Vec<i64> = (0..40).map(|at| at % 2).collect();
    (labels[7], labels[9]) = (labels[2], 1 - labels[3]);
    desk.put("x.npy", npy("<f4", "(40, 3)", &floats(numbers)));
    desk.put(
        "y.npy",
        npy("<i8", "(40,)", &labels.iter().flat_map(|label| label.to_le_bytes()).collect::<Vec<u8>>()),
    );
    desk.preset("npy(inputs: \"x.npy\", targets: \"y.npy\")", "");
    let checked = done(&desk, &["data", "check", "own.ron"]);
    assert!(
        checked.contains("1 sample repeats another") && checked.contains("sample 3 and sample 8"),
        "{checked}"
    );
    let contradiction = "1 sample is the same as another and has another answer, so that one of the two is wrong: sample 4 and sample 10";
    assert!(checked.contains(contradiction), "{checked}");
    let alone = done(&desk, &["data", "check", "x.npy"]);
    assert!(alone.contains("2 samples repeat another") && !alone.contains("another answer"), "{alone}");
    // Files in folders, and in a table.
    let pictures = Desk::with("image-kinds");
    let copy = |from: &str, to: &str| {
        std::fs::copy(pictures.path(from), pictures.path(to)).expect("a copy");
    };
    copy("ext/cat/0.png", "ext/cat/again.png");
    copy("ext/cat/1.png", "ext/rat/wrong.png");
    let checked = done(&pictures, &["data", "check", "ext"]);
    assert!(checked.contains("1 file repeats another") && checked.contains("cat/again.png"), "{checked}");
    assert!(checked.contains(
        "has another answer, so that one of the two is wrong: ext/cat/1.png and ext/rat/wrong.png"
    ));
    pictures.put("files.csv", "path,kind\next/cat/0.png,cat\next/cat/again.png,cat\next/cat/2.png,cat\next/rat/0.bmp,rat\next/rat/1.bmp,rat\n");
    let checked = done(&pictures, &["data", "check", "files.csv"]);
    assert!(checked.contains("1 file repeats another") && !checked.contains("another answer"), "{checked}");
}

#[test]
fn what_skip_broken_leaves_out_is_no_problem_of_a_preset() {
    let desk = Desk::new();
    desk.put(
        "t.csv",
        table("a,b,y", |at, a, b| {
            format!("{a:.3},{},{}", if at == 4 { "oops".into() } else { b.to_string() }, at % 2)
        }),
    );
    desk.preset("csv(file: \"t.csv\", label: \"y\", skip_broken: true)", "");
    let checked = done(&desk, &["data", "check", "own.ron"]);
    assert!(
        checked.contains("1 row is left out, as skip_broken: true says")
            && checked.contains("line 6, column 2"),
        "{checked}"
    );
    desk.preset("csv(file: \"t.csv\", label: \"y\")", "");
    let (_, code) = desk.failure(&["data", "check", "own.ron"]);
    assert_eq!(code, Some(1));
    let pictures = Desk::with("image-kinds");
    pictures.put("ext/cat/junk.png", "no picture");
    let source = "image_folder(folder: \"ext\", size: (8, 8), skip_broken: true)";
    pictures.preset(source, "Flatten,");
    let checked = done(&pictures, &["data", "check", "own.ron"]);
    assert!(checked.contains("1 file is left out, as skip_broken: true says"), "{checked}");
    pictures.preset(&source.replace(", skip_broken: true", ""), "Flatten,");
    assert!(!said(&pictures, &["data", "check", "own.ron"]).1);
}
