//! Arrays of NumPy as people save them: names of classes, gaps, channels in front, labels in a column, switches.

use crate::program::{Desk, done, said};

/// Two kinds of samples, of which each number is low or high; 40 of them with so many numbers.
fn samples(width: usize) -> Vec<f32> {
    let mut random = crate::program::noise(9);
    (0..40 * width).map(|at| (at / width % 2) as f32 * 2.0 + random.next().unwrap_or(0.0)).collect()
}

fn floats(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// Texts of five letters, as NumPy's `<U5`.
fn wide(words: &[&str]) -> Vec<u8> {
    let letters = |word: &&str| {
        let mut letters: Vec<u32> = word.chars().map(u32::from).collect();
        letters.resize(5, 0);
        letters
    };
    words.iter().flat_map(letters).flat_map(u32::to_le_bytes).collect()
}

fn put(desk: &Desk, name: &str, descr: &str, shape: &str, bytes: &[u8]) {
    desk.put(name, crate::program::npy(descr, shape, bytes));
}

const SOURCE: &str = "npy(inputs: \"x.npy\", targets: \"y.npy\")";

#[test]
fn texts_are_names_of_classes() {
    let desk = Desk::new();
    put(&desk, "x.npy", "<f4", "(40, 3)", &floats(&samples(3)));
    let words: Vec<&str> = (0..40).map(|n| ["setos", "möwe"][n % 2]).collect();
    put(&desk, "y.npy", "<U5", "(40,)", &wide(&words));
    desk.preset(SOURCE, "");
    assert_eq!(desk.trained(), 1.0);
    let classes = desk.classes("x.npy", b"");
    assert_eq!(classes[..4], ["setos", "möwe", "setos", "möwe"]);
    let checked = done(&desk, &["data", "check", "y.npy"]);
    assert!(
        checked.contains("names of classes") && checked.contains("möwe") && checked.contains("20 (50.0%)"),
        "{checked}"
    );
    let told = done(&desk, &["init", "x.npy", "y.npy", "-o", "i.ron"]);
    assert!(told.contains("look at it"), "{told}");
    assert!(
        std::fs::read_to_string(desk.path("i.ron"))
            .expect("a preset")
            .contains("The targets are words: 2 classes.")
    );
    // As bytes, in a column of their own.
    let bytes: Vec<u8> = (0..40).flat_map(|n| *[b"no\0", b"yes"][n % 2]).collect();
    put(&desk, "y.npy", "|S3", "(40, 1)", &bytes);
    assert_eq!(desk.trained(), 1.0);
    assert_eq!(desk.classes("x.npy", b"")[..2], ["no", "yes"]);
    // They are no inputs, nor may one be missing.
    put(&desk, "x.npy", "<U5", "(40,)", &wide(&words));
    let told = desk.failure(&["train", "own.ron"]).0;
    assert!(told.contains("its elements are texts, which may be targets and no inputs"), "{told}");
    put(&desk, "x.npy", "<f4", "(40, 3)", &floats(&samples(3)));
    put(&desk, "y.npy", "<U5", "(40,)", &wide(&[&words[..39], &[""]].concat()));
    assert!(desk.failure(&["train", "own.ron"]).0.contains("label 40 is empty"));
}

#[test]
fn what_no_network_learns_from_is_refused_with_a_way_out() {
    let desk = Desk::new();
    desk.preset(SOURCE, "");
    let labels: Vec<u8> = (0..40_i64).flat_map(|n| (n % 2).to_le_bytes()).collect();
    put(&desk, "y.npy", "<i8", "(40,)", &labels);
    let mut gaps = samples(3);
    (gaps[7], gaps[8], gaps[100]) = (f32::NAN, f32::NAN, f32::INFINITY);
    put(&desk, "x.npy", "<f4", "(40, 3)", &floats(&gaps));
    let told = desk.failure(&["train", "own.ron"]).0;
    assert!(told.contains("row 3, column 2: NaN is not a number to learn from; 3 numbers are NaN or infinite, in 2 of 40 rows."), "{told}");
    assert!(told.contains("missing: median in the preset's npz(…) or npy(…)"), "{told}");
    put(&desk, "x.npy", "<f4", "(40, 3)", &floats(&samples(3)));
    let values: Vec<f32> = (0..40).map(|n| if n == 5 { f32::NAN } else { n as f32 / 3.0 }).collect();
    put(&desk, "y.npy", "<f4", "(40,)", &floats(&values));
    let told = desk.failure(&["train", "own.ron"]).0;
    assert!(
        told.contains(
            "row 6, column 1: NaN is not a number to learn from. In NumPy, keep = numpy.isfinite(y)"
        ),
        "{told}"
    );
    // What Python alone can read.
    put(&desk, "y.npy", "|O", "(40,)", b"\x80\x04");
    let told = desk.failure(&["train", "own.ron"]).0;
    assert!(told.contains("are Python objects (dtype object), which only Python can read; save numbers with x.astype(\"float32\"), and names of classes with y.astype(str)"), "{told}");
    let (told, _) = said(&desk, &["data", "check", "y.npy"]);
    assert!(told.contains("are Python objects"), "{told}");
}

#[test]
fn channels_in_front_are_put_last_where_the_preset_says_it() {
    let desk = Desk::new();
    // One colour tells the classes: of 3 planes of 8 by 8, the red one is low or high.
    let image = |n: usize| {
        (0..192).map(move |at| if at < 64 { 200 * (n as u8 % 2) + 20 } else { (at * 7 + n * 13) as u8 })
    };
    let planes: Vec<u8> = (0..40).flat_map(image).collect();
    put(&desk, "x.npy", "|u1", "(40, 3, 8, 8)", &planes);
    let labels: Vec<u8> = (0..40_i64).flat_map(|n| (n % 2).to_le_bytes()).collect();
    put(&desk, "y.npy", "<i8", "(40, 1)", &labels);
    let told = done(&desk, &["init", "x.npy", "y.npy", "-o", "i.ron"]);
    assert!(
        told.contains("samples of the shape [3, 8, 8] are taken for images whose channels come first"),
        "{told}"
    );
    let preset = std::fs::read_to_string(desk.path("i.ron")).expect("a preset");
    assert!(preset.contains("channels_first: true") && preset.contains("Conv2D"), "{preset}");
    let told = done(&desk, &["summary", "i.ron"]);
    assert!(
        told.contains("conv2d (Conv2D)                 │ (None, 8, 8, 16)       │           448 │"),
        "{told}"
    );

    desk.preset(SOURCE, "Flatten,");
    let told = done(&desk, &["train", "own.ron", "--epochs", "1"]);
    assert!(
        told.contains("look like images whose channels come first; channels_first: true in the preset"),
        "{told}"
    );
    desk.preset(
        "npy(inputs: \"x.npy\", targets: \"y.npy\", channels_first: true)",
        "GlobalAveragePooling2D,",
    );
    assert_eq!(desk.trained(), 1.0);
    assert_eq!(desk.classes("x.npy", b"")[..4], ["0", "1", "0", "1"]);
    // The same image with its channels last has the same answer.
    let last: Vec<u8> = (0..64).flat_map(|at| [planes[at], planes[64 + at], planes[128 + at]]).collect();
    put(&desk, "last.npy", "|u1", "(1, 8, 8, 3)", &last);
    put(&desk, "first.npy", "|u1", "(3, 8, 8)", &planes[..192]);
    let answers = |file: &str| desk.lines(&["predict", "last", file, "--json"], b"")[0]["output"].clone();
    assert_eq!(answers("last.npy"), answers("first.npy"));
    put(&desk, "x.npy", "|u1", "(40, 192)", &planes);
    assert!(
        desk.failure(&["train", "own.ron"])
            .0
            .contains("channels_first: true is for images of the shape [channels, height, width]")
    );
}

/// What stands in for NaN is what NumPy's `nanmedian` and `nanmean` of the training samples are: all of them here.
#[test]
fn something_stands_in_for_nan_where_an_option_says_so() {
    let desk = Desk::new();
    let mut numbers = samples(3);
    let known: Vec<f32> = (0..40).filter(|row| row % 5 != 0).map(|row| numbers[row * 3 + 1]).collect();
    (0..40).filter(|row| row % 5 == 0).for_each(|row| numbers[row * 3 + 1] = f32::NAN);
    put(&desk, "x.npy", "<f4", "(40, 3)", &floats(&numbers));
    let labels: Vec<u8> = (0..40_i64).flat_map(|n| (n % 2).to_le_bytes()).collect();
    put(&desk, "y.npy", "<i8", "(40,)", &labels);
    let mut sorted = known.clone();
    sorted.sort_unstable_by(f32::total_cmp);
    let middle = f64::midpoint(f64::from(sorted[15]), f64::from(sorted[16]));
    let mean = known.iter().map(|x| f64::from(*x)).sum::<f64>() / 32.0;
    for (missing, stand_in) in [("median", middle), ("mean", mean), ("zero", 0.0)] {
        desk.preset_text(&format!(
            "(name: \"own\", title: \"\", data: (source: npy(inputs: \"x.npy\", targets: \"y.npy\", missing: {missing}), validation: 0.0, test: 0.0),
              layers: [Dense(units: 2, activation: softmax)], loss: categorical_crossentropy, optimizer: SGD(learning_rate: 0.1),
              train: (epochs: 2, batch_size: 8))"
        ));
        let told = done(&desk, &["train", "own.ron"]);
        assert!(told.contains("x.npy: 8 numbers are NaN, in 8 of 40 rows; "), "{told}");
        let filled: Vec<f64> =
            numbers.iter().map(|x| if x.is_nan() { stand_in } else { f64::from(*x) }).collect();
        let bytes: Vec<u8> = filled.iter().flat_map(|x| x.to_le_bytes()).collect();
        put(&desk, "filled.npy", "<f8", "(40, 3)", &bytes);
        let outputs = |file: &str| -> Vec<f64> {
            let lines = desk.lines(&["predict", "last", file, "--json"], b"");
            lines.iter().filter_map(|line| line["output"][0].as_f64()).collect()
        };
        let (gaps, right) = (outputs("x.npy"), outputs("filled.npy"));
        assert_eq!(gaps.len(), 40);
        assert!(gaps.iter().zip(&right).all(|(a, b)| (a - b).abs() < 1e-6), "{missing}: {gaps:?} {right:?}");
        let told = done(&desk, &["predict", "last", "x.npy"]);
        assert!(told.contains("8 numbers are NaN, in 8 of 40 rows"), "{told}");
        let scored = |inputs: &str| {
            let source = format!("npy(inputs: \"{inputs}\", targets: \"y.npy\", missing: {missing})");
            desk.lines(&["eval", "last", "--data", &source, "--json"], b"")[0]["loss"].clone()
        };
        assert_eq!(scored("x.npy"), scored("filled.npy"));
    }
    // Infinity is no gap. `init` writes the option.
    let told = done(&desk, &["init", "x.npy", "y.npy", "-o", "i.ron"]);
    assert!(told.contains("missing: median in the preset"), "{told}");
    done(&desk, &["train", "i.ron", "--epochs", "1", "--quiet"]);
    numbers[0] = f32::INFINITY;
    put(&desk, "x.npy", "<f4", "(40, 3)", &floats(&numbers));
    assert!(desk.failure(&["train", "i.ron"]).0.contains("inf is not a number to learn from"));
}

#[test]
fn floats_without_a_channel_axis_are_images_where_an_option_says_so() {
    let desk = Desk::new();
    let pixels: Vec<f32> = (0..40)
        .flat_map(|n| (0..256).map(move |at| if (at % 16 < 8) == (n % 2 == 0) { 0.9 } else { 0.1 }))
        .collect();
    put(&desk, "x.npy", "<f4", "(40, 16, 16)", &floats(&pixels));
    put(&desk, "with.npy", "<f4", "(40, 16, 16, 1)", &floats(&pixels));
    let labels: Vec<u8> = (0..40_i64).flat_map(|n| (n % 2).to_le_bytes()).collect();
    put(&desk, "y.npy", "<i8", "(40,)", &labels);
    let losses = |source: &str| {
        desk.preset(source, "Conv2D(filters: 2, kernel_size: 3), Flatten,");
        desk.trained();
        desk.lines(&["eval", "last", "--json"], b"")[0]["loss"].clone()
    };
    let own = losses("npy(inputs: \"x.npy\", targets: \"y.npy\", grey_images: true)");
    assert_eq!(own, losses("npy(inputs: \"with.npy\", targets: \"y.npy\")"));
    assert_eq!(desk.classes("x.npy", b"")[..2], ["0", "1"]);
    let told = done(&desk, &["init", "x.npy", "y.npy", "-o", "i.ron"]);
    assert!(told.contains("taken for grey images, as both sides are equal"), "{told}");
    let preset = std::fs::read_to_string(desk.path("i.ron")).expect("a preset");
    assert!(preset.contains("grey_images: true") && preset.contains("Conv2D"), "{preset}");
    // Rows of numbers stay rows, and the option is named.
    put(&desk, "x.npy", "<f4", "(40, 8, 32)", &floats(&pixels));
    let told = done(&desk, &["init", "x.npy", "y.npy", "-o", "j.ron"]);
    assert!(told.contains("taken as 8 rows of 32 numbers each; grey_images: true in the preset"), "{told}");
    put(&desk, "x.npy", "<f4", "(40, 256)", &floats(&pixels));
    let told = desk.failure(&["train", "i.ron"]).0;
    assert!(told.contains("grey_images: true is for samples of the shape [height, width]"), "{told}");
}

#[test]
fn true_and_false_are_ones_and_zeros() {
    let desk = Desk::new();
    // As images: white where it is true, which no byte of 255 has to say.
    let pixels: Vec<u8> = (0..40).flat_map(|n| (0..64).map(move |at| u8::from(at % 2 == n % 2))).collect();
    put(&desk, "x.npy", "|b1", "(40, 8, 8)", &pixels);
    let labels: Vec<u8> = (0..40).map(|n| n % 2).collect();
    put(&desk, "y.npy", "|b1", "(40,)", &labels);
    desk.preset(SOURCE, "Flatten,");
    assert_eq!(desk.trained(), 1.0);
    assert_eq!(desk.classes("x.npy", b"")[..2], ["0", "1"]);
    let checked = done(&desk, &["data", "check", "x.npy"]);
    assert!(checked.contains("0 to 1, mean 0.5"), "{checked}");
}

#[test]
fn labels_as_rows_with_a_single_one_are_classes() {
    let desk = Desk::new();
    put(&desk, "x.npy", "<f4", "(40, 3)", &floats(&samples(3)));
    let rows: Vec<u8> = (0..40)
        .flat_map(|n| (0..2).map(move |at| f64::from(u8::from(at == n % 2))))
        .flat_map(f64::to_le_bytes)
        .collect();
    put(&desk, "y.npy", "<f8", "(40, 2)", &rows);
    desk.preset(SOURCE, "");
    assert_eq!(desk.trained(), 1.0);
    assert_eq!(desk.classes("x.npy", b"")[..2], ["0", "1"]);
}

/// Dark and bright pictures: 0.2 and 0.8 of full brightness.
#[test]
fn pictures_are_asked_about_as_shares_and_as_bytes_and_what_is_neither_is_refused() {
    let desk = Desk::new();
    let bytes: Vec<u8> = (0..40).flat_map(|n| [if n % 2 == 0 { 51 } else { 204 }; 64]).collect();
    let shares: Vec<u8> = bytes.iter().flat_map(|&byte| (f32::from(byte) / 255.0).to_le_bytes()).collect();
    let wide: Vec<u8> = bytes.iter().flat_map(|&byte| (u16::from(byte) * 257).to_le_bytes()).collect();
    let labels: Vec<u8> = (0..40).map(|n| n % 2).collect();
    put(&desk, "y.npy", "|u1", "(40,)", &labels);
    put(&desk, "bytes.npy", "|u1", "(40, 8, 8, 1)", &bytes);
    put(&desk, "shares.npy", "<f4", "(40, 8, 8, 1)", &shares);
    put(&desk, "wide.npy", "<u2", "(40, 8, 8, 1)", &wide);
    for (kind, shape) in [("|u1", &bytes), ("<f4", &shares)] {
        put(&desk, "x.npy", kind, "(40, 8, 8, 1)", shape);
        desk.preset(SOURCE, "Flatten,");
        assert_eq!(desk.trained(), 1.0);
        for asked in ["bytes.npy", "shares.npy"] {
            assert_eq!(desk.classes(asked, b"")[..4], ["0", "1", "0", "1"], "{kind} {asked}");
        }
    }
    put(&desk, "x.npy", "|u1", "(40, 8, 8, 1)", &bytes);
    assert_eq!(desk.trained(), 1.0);
    let refused = desk.failure(&["predict", "last", "wide.npy"]).0;
    assert!(
        refused.contains("its numbers go from 13107 to 52428") && refused.contains("from 0 to 255"),
        "{refused}"
    );
    put(&desk, "x.npy", "<u2", "(40, 8, 8, 1)", &wide);
    assert_eq!(desk.trained(), 1.0);
    let refused = desk.failure(&["predict", "last", "bytes.npy"]).0;
    assert!(refused.contains("its pixels are bytes, 0 to 255"), "{refused}");
}
