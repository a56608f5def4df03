//! Archives and arrays with a test set of their own, as Keras, scikit-learn's users and MedMNIST save them.

use std::io::{Cursor, Write};

use crate::program::{Desk, done, npy};

/// So many images of 8 by 8 bytes and the class of each, 0 or 1: dark or bright.
fn images(count: usize, first: usize) -> (Vec<u8>, Vec<u8>) {
    let mut random = crate::program::noise(5 + first as u32);
    let classes: Vec<u8> = (0..count).map(|at| ((at + first) % 2) as u8).collect();
    let pixels = classes.iter().flat_map(|class| vec![*class; 64]);
    let bytes = pixels.map(|class| class * 150 + (random.next().unwrap_or(0.0).abs() * 40.0) as u8).collect();
    (bytes, classes)
}

/// An archive with these arrays, as `numpy.savez_compressed` writes one.
fn npz(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in arrays {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(format!("{name}.npy"), options).expect("an entry");
        zip.write_all(bytes).expect("its bytes");
    }
    zip.finish().expect("an archive").into_inner()
}

fn of_images(count: usize, first: usize) -> [Vec<u8>; 2] {
    let (pixels, classes) = images(count, first);
    [npy("|u1", &format!("({count}, 8, 8)"), &pixels), npy("|u1", &format!("({count},)"), &classes)]
}

/// `keras.datasets.mnist` in small: `x_train`, `y_train`, `x_test`, `y_test`.
fn keras() -> Vec<u8> {
    let ([x_train, y_train], [x_test, y_test]) = (of_images(40, 0), of_images(14, 1));
    npz(&[("x_test", x_test), ("x_train", x_train), ("y_train", y_train), ("y_test", y_test)])
}

#[test]
fn init_takes_the_test_arrays_of_an_archive_for_the_test_set() {
    let desk = Desk::new();
    desk.put("mnist.npz", keras());
    let told = done(&desk, &["init", "mnist.npz"]);
    let said = "x_train and y_train are samples and their targets, x_test and y_test the test set, as their names say";
    assert!(told.contains(said), "{told}");
    let preset = std::fs::read_to_string(desk.path("mnist.ron")).expect("a preset");
    assert!(
        preset.contains(
            "npz(file: \"mnist.npz\", inputs: \"x_train\", targets: \"y_train\", test_inputs: \"x_test\", test_targets: \"y_test\")"
        ),
        "{preset}"
    );
    assert!(preset.contains("validation: 0.2,") && !preset.contains("test: 0.2"), "{preset}");
    let checked = done(&desk, &["data", "check", "mnist.npz"]);
    assert!(checked.contains(said), "{checked}");
    // 14 samples, and none of the 40, are the test.
    done(&desk, &["train", "mnist.ron", "--set", "train.epochs=8", "--quiet"]);
    let scored = &desk.lines(&["eval", "last", "--json"], b"")[0];
    assert_eq!((scored["samples"].as_u64(), scored["accuracy"].as_f64()), (Some(14), Some(1.0)));
    // The same of another archive of that kind, also where it has nothing but a test set, or x and y.
    let [x, y] = of_images(9, 0);
    desk.put("other.npz", npz(&[("x_test", x.clone()), ("y_test", y.clone())]));
    desk.put("plain.npz", npz(&[("y", y), ("x", x)]));
    for (file, count) in [("mnist.npz", 14), ("other.npz", 9), ("plain.npz", 9)] {
        let scored = &desk.lines(&["eval", "last", "--data", file, "--json"], b"")[0];
        assert_eq!(
            (scored["samples"].as_u64(), scored["accuracy"].as_f64()),
            (Some(count), Some(1.0)),
            "{file}"
        );
    }
    // A preset that names none of them is told which there are.
    desk.preset("npz(file: \"mnist.npz\")", "Flatten,");
    let said = desk.failure(&["train", "own.ron"]).0;
    let likely = "likely npz(file: …, inputs: \"x_train\", targets: \"y_train\", test_inputs: \"x_test\", test_targets: \"y_test\")";
    assert!(said.contains(likely), "{said}");
    let told = done(&desk, &["eval", "last", "--data", "mnist.npz"]);
    assert!(told.contains("mnist.npz: its arrays x_test and y_test are scored"), "{told}");
    // Targets are no samples, whichever stands first.
    assert_eq!(desk.classes("plain.npz", b"").len(), 9);
    assert_eq!(desk.classes("other.npz", b"")[..3], ["0", "1", "0"]);
}

#[test]
fn an_archive_of_medmnist_has_a_validation_set_of_its_own_as_well() {
    let desk = Desk::new();
    let column = |[x, _]: [Vec<u8>; 2], count: usize, first: usize| {
        let classes = images(count, first).1;
        (x, npy("|u1", &format!("({count}, 1)"), &classes))
    };
    let (train, val, test) =
        (column(of_images(40, 0), 40, 0), column(of_images(10, 0), 10, 0), column(of_images(6, 0), 6, 0));
    desk.put(
        "med.npz",
        npz(&[
            ("train_images", train.0),
            ("val_images", val.0),
            ("test_images", test.0),
            ("train_labels", train.1),
            ("val_labels", val.1),
            ("test_labels", test.1),
        ]),
    );
    done(&desk, &["init", "med.npz"]);
    let preset = std::fs::read_to_string(desk.path("med.ron")).expect("a preset");
    assert!(
        preset.contains("validation_inputs: \"val_images\", validation_targets: \"val_labels\""),
        "{preset}"
    );
    assert!(preset.contains("test_inputs: \"test_images\", test_targets: \"test_labels\""), "{preset}");
    assert!(!preset.contains("validation: 0") && !preset.contains("test: 0"), "{preset}");
    let lines = desk.lines(&["train", "med.ron", "--set", "train.epochs=8", "--json"], b"");
    let counted = format!("{lines:?}");
    assert!(counted.contains("\"train_samples\": Number(40)"), "{counted}");
    let scored = &desk.lines(&["eval", "last", "--json"], b"")[0];
    assert_eq!((scored["samples"].as_u64(), scored["accuracy"].as_f64()), (Some(6), Some(1.0)));
}

#[test]
fn files_of_arrays_have_a_test_set_of_their_own_too() {
    let desk = Desk::new();
    let ([x, y], [x_test, y_test]) = (of_images(40, 0), of_images(14, 1));
    for (name, bytes) in [("x.npy", &x), ("y.npy", &y), ("xt.npy", &x_test), ("yt.npy", &y_test)] {
        desk.put(name, bytes);
    }
    done(&desk, &["init", "x.npy", "y.npy", "xt.npy", "yt.npy", "-o", "four.ron"]);
    done(&desk, &["train", "four.ron", "--set", "train.epochs=8", "--quiet"]);
    let scored = &desk.lines(&["eval", "last", "--json"], b"")[0];
    assert_eq!((scored["samples"].as_u64(), scored["accuracy"].as_f64()), (Some(14), Some(1.0)));
    // What does not belong together is refused with its name.
    let said = desk.failure(&["init", "x.npy", "y.npy", "xt.npy", "y.npy", "-o", "no.ron"]).0;
    assert!(said.contains("xt.npy: 14 samples, and y.npy has 40 answers"), "{said}");
    desk.preset("npy(inputs: \"x.npy\", targets: \"y.npy\", test_inputs: \"xt.npy\")", "Flatten,");
    let said = desk.failure(&["train", "own.ron"]).0;
    assert!(said.contains("test_inputs needs test_targets beside it"), "{said}");
    let said = desk.failure(&["init", "x.npy", "y.npy", "xt.npy"]).0;
    assert!(said.contains("or four, with those of the test set behind them"), "{said}");
}
