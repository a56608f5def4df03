//! Data that was refused and can be learned, and refusals that say what is wrong and end with the right code.

use crate::program::{Desk, done, npy, said};

#[test]
fn a_text_that_init_takes_is_asked_for_its_continuation() {
    let desk = Desk::new();
    desk.put("prose.txt", "The quick brown fox jumps over the lazy dog. ".repeat(60));
    done(&desk, &["init", "prose.txt"]);
    let preset = std::fs::read_to_string(desk.path("prose.ron")).expect("a preset");
    assert!(preset.contains("procedure: language(prompt: \"The quick \")"), "{preset}");
    done(&desk, &["train", "prose.ron", "--quiet", "--epochs", "1", "--set", "layers.1.units=8"]);
    desk.put("begin.txt", "The quick ");
    let answer = &desk.lines(&["predict", "last", "begin.txt", "--json"], b"")[0];
    assert!(answer["text"].as_str().is_some_and(|text| !text.is_empty()), "{answer}");
}

#[test]
fn targets_of_tens_are_as_many_classes_as_there_are() {
    let desk = Desk::new();
    let numbers: Vec<u8> = (0..120).flat_map(|at| (at as f32).to_le_bytes()).collect();
    let tens: Vec<u8> = (0..40_i64).flat_map(|at| (10 * (1 + at % 4)).to_le_bytes()).collect();
    desk.put("x.npy", npy("<f4", "(40, 3)", &numbers));
    desk.put("y.npy", npy("<i8", "(40,)", &tens));
    done(&desk, &["init", "x.npy", "y.npy", "-o", "t.ron"]);
    let preset = std::fs::read_to_string(desk.path("t.ron")).expect("a preset");
    assert!(preset.contains("The targets are whole numbers: 4 classes."), "{preset}");
    done(&desk, &["train", "t.ron", "--quiet", "--epochs", "1"]);
    assert!(desk.classes("x.npy", b"").iter().all(|class| ["10", "20", "30", "40"].contains(&&class[..])));
    // A table has a column more than a run of arrays takes: which one is not read is said.
    desk.put("t.csv", "1,2,3,40\n");
    let told = done(&desk, &["predict", "last", "t.csv"]);
    assert!(told.contains("the first 3 are the inputs; column 4 (no name) is left out"), "{told}");
}

#[test]
fn small_images_keep_their_size() {
    let desk = Desk::with("image-kinds");
    done(&desk, &["init", "ext", "-o", "e.ron"]);
    let preset = std::fs::read_to_string(desk.path("e.ron")).expect("a preset");
    assert!(!preset.contains("size: (64, 64)"), "{preset}");
    done(&desk, &["train", "e.ron", "--quiet", "--epochs", "1"]);
}

/// What is typed wrongly ends with 2, and what is wrong with data with 1.
#[test]
fn mistakes_of_the_command_line_end_with_2() {
    let desk = Desk::new();
    let rows: String = (0..40).map(|at| format!("{at},{},{}\n", at % 7, at % 2)).collect();
    desk.put("t.csv", format!("age,size,y\n{rows}"));
    desk.preset("csv(file: \"t.csv\", label: \"y\")", "");
    for (words, part) in [
        (
            &["train", "own.ron", "--freeze", "9"][..],
            "--freeze 9 leaves nothing to train: all layers with weights are frozen (dense, dense_1)",
        ),
        (&["train", "own.ron", "--set", "data.source.columns.agee=number"], "there is no column 'agee'"),
        (
            &["train", "own.ron", "--set", "data.source.label=nope"],
            "there is no column 'nope'; there are: age, size, y",
        ),
        (
            &["train", "own.ron", "--set", "data.test=0.999"],
            "test: 0.999 of 40 samples leaves none to train on",
        ),
        (
            &["train", "own.ron", "--set", "data.validation=0.999"],
            "validation: 0.999 of 30 samples leaves none to train on",
        ),
        (&["init", "t.csv", "--target", "nope"], "there is no column 'nope'"),
        (
            &["train", "own.ron", "--set", "layers.Dense.units=3"],
            "layers is a list, whose parts are named by their places, from 0, and not 'Dense'",
        ),
        (&["train", "own.ron", "--set", "train..epochs=3"], "a name is missing between its points"),
    ] {
        let (told, code) = desk.failure(words);
        assert!(told.contains(part) && code == Some(2), "{words:?}: {code:?} {told}");
    }
    let (told, _) = desk.failure(&["train", "own.ron", "--set", "layers.Dense.units=3"]);
    assert!(told.contains("the first Dense is layers[0].units"), "{told}");
    desk.put("t.csv", "age,size,y\n1,2\n");
    assert_eq!(desk.failure(&["train", "own.ron"]).1, Some(1));
}

#[test]
fn refusals_name_what_is_wrong_and_no_inner_workings() {
    let desk = Desk::with("image-kinds");
    let source = "image_folder(folder: \"ext\", size: (8, 8))";
    desk.preset_text(&format!(
        "(name: \"own\", title: \"\", data: (source: {source}, test: 0.25),
          layers: [Flatten, Dense(units: 4, activation: softmax)], loss: categorical_crossentropy,
          optimizer: Adam(), train: (epochs: 1, batch_size: 8))"
    ));
    done(&desk, &["train", "own.ron", "--quiet"]);
    desk.put("junk.png", "no picture");
    let (told, _) = desk.failure(&["predict", "last", "junk.png"]);
    assert!(told.contains("it is called as images are, and does not begin as one"), "{told}");
    let mut bytes = std::fs::read(desk.path("ext/cat/0.png")).expect("an image");
    let data = bytes.windows(4).position(|four| four == b"IDAT").expect("its data");
    bytes[data + 6] ^= 0xff;
    desk.put("damaged.png", bytes);
    let (told, _) = desk.failure(&["predict", "last", "damaged.png"]);
    assert!(
        told.contains("it does not decode") && !told.contains("ChunkType") && !told.contains("0x"),
        "{told}"
    );
    // Columns without a name, one of which is the index that pandas writes.
    let row = |at: usize| format!("{at},{},{},{}\n", at % 5, at % 7, ["yes", "no"][at % 2]);
    desk.put("t.csv", format!(",a,,y\n{}", (0..60).map(row).collect::<String>()));
    let (told, _) = desk.failure(&["init", "t.csv", "--target", "nope"]);
    assert!(told.contains("there are: a, y, and 2 without a name"), "{told}");
    done(&desk, &["init", "t.csv"]);
    done(&desk, &["train", "t.ron", "--quiet", "--epochs", "1"]);
    let told = done(&desk, &["predict", "last", "t.csv"]);
    assert!(
        told.contains("not taken into account: 1 column without a name") && !told.contains("far outside"),
        "{told}"
    );
    desk.put("blank.csv", "a,place,y\n1.5, \"Oslo, N\",yes\n2.5, \"Rome, I\",no\n");
    let told = said(&desk, &["data", "check", "blank.csv"]).0;
    assert!(told.contains("4 cells, and there are 3 columns; a blank stands before a quote"), "{told}");
}
