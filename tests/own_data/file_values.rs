//! A table that names images beside numbers to predict: where something is in an image, what it shows.

use crate::program::{Desk, done};

/// Where the bright square of an image is.
fn place(number: usize) -> (usize, usize) {
    (2 + number * 5 % 12, 2 + number * 7 % 11)
}

/// Images of 16 by 16 with a bright square, and tables that say where it is.
fn desk() -> Desk {
    let desk = Desk::new();
    let mut tables = [String::new(), String::new()];
    for number in 0..160 {
        let (x, y) = place(number);
        let image = image::GrayImage::from_fn(16, 16, |column, row| {
            let is_near = column.abs_diff(x as u32) < 2 && row.abs_diff(y as u32) < 2;
            image::Luma([if is_near { 240 } else { 10 }])
        });
        image.save(desk.path(&format!("images/{number}.png"))).expect("an image");
        tables[usize::from(number >= 120)] += &format!(
            "images/{number}.png,{x}.5,{y}.5,{},{}\n",
            u8::from(x > 7),
            ["no", "yes"][usize::from(y > 7)]
        );
    }
    for (name, rows) in ["train.csv", "test.csv"].iter().zip(&tables) {
        desk.put(name, format!("file,px,py,right,low\n{rows}"));
    }
    desk
}

fn preset(desk: &Desk, label: &str, end: &str) {
    desk.preset_text(&format!(
        "(name: \"own\", title: \"\",
          data: (source: file_table(table: \"train.csv\", test_table: \"test.csv\", path: \"file\", label: {label},
                                    size: (16, 16), colour: grey), validation: 0.1),
          layers: [Flatten, Dense(units: 48, activation: relu), {end}, optimizer: Adam(learning_rate: 0.005),
          train: (epochs: 40, batch_size: 16))"
    ));
}

#[test]
fn several_numbers_are_predicted_from_an_image() {
    let desk = desk();
    preset(&desk, "[\"px\", \"py\"]", "Dense(units: 2)], loss: mean_squared_error");
    let checked = done(&desk, &["data", "check", "own.ron"]);
    assert!(checked.contains("label 'px'") && checked.contains("values from 2.5 to 13.5"), "{checked}");
    done(&desk, &["train", "own.ron", "--quiet"]);
    let scored = &desk.lines(&["eval", "last", "--json"], b"")[0];
    assert_eq!(scored["samples"].as_u64(), Some(40));
    assert!(scored["metrics"]["mae"].as_f64().expect("an MAE in pixels") < 1.5, "{scored}");
    let answers = desk.lines(&["predict", "last", "images/5.png", "images/9.png", "--json"], b"");
    for (answer, number) in answers.iter().zip([5, 9]) {
        let (x, y) = place(number);
        let far = |name: &str, at: usize| {
            (answer["values"][name].as_f64().expect("a value") - at as f64 - 0.5).abs()
        };
        assert!(far("px", x) < 1.5 && far("py", y) < 1.5, "{answer}");
    }
    let scored = &desk.lines(&["eval", "last", "--data", "test.csv", "--json"], b"")[0];
    assert_eq!(scored["samples"].as_u64(), Some(40));
    done(&desk, &["export", "last", "--to", "onnx", "-o", "own.onnx"]);
    // The names of what it predicts are in the file.
    let exported = std::fs::read(desk.path("own.onnx")).expect("a file");
    assert!(exported.windows(11).any(|bytes| bytes == b"[\"px\",\"py\"]"));
    // One of them alone, which is no class although there are few.
    preset(&desk, "\"px\"", "Dense(units: 1)], loss: mean_squared_error");
    done(&desk, &["train", "own.ron", "--quiet"]);
    assert!(
        desk.lines(&["eval", "last", "--json"], b"")[0]["metrics"]["mae"].as_f64().expect("an MAE") < 1.5
    );
}

#[test]
fn an_image_has_several_labels_or_none() {
    let desk = desk();
    let end = "Dense(units: 2, activation: sigmoid)], loss: binary_crossentropy";
    preset(&desk, "[\"right\", \"low\"]", end);
    done(&desk, &["train", "own.ron", "--quiet"]);
    let scored = &desk.lines(&["eval", "last", "--json"], b"")[0];
    assert!(scored["accuracy"].as_f64().expect("an accuracy") > 0.9, "{scored}");
    let answer = &desk.lines(&["predict", "last", "images/5.png", "--json"], b"")[0];
    let (x, y) = place(5);
    for (name, is) in [("right", x > 7), ("low", y > 7)] {
        assert_eq!(answer["values"][name].as_f64().expect("a probability") > 0.5, is, "{name}: {answer}");
    }
    // A word among them is a mistake with its place.
    preset(&desk, "[\"right\", \"file\"]", end);
    assert!(desk.failure(&["train", "own.ron"]).0.contains("column 'file' is both the path and the class"));
    desk.put("train.csv", "file,right,low\nimages/1.png,1,0\nimages/2.png,1,maybe\n");
    preset(&desk, "[\"right\", \"low\"]", end);
    let said = desk.failure(&["train", "own.ron"]).0;
    assert!(
        said.contains("line 3, column 3 ('low'): 'maybe' is not a number, as each of several labels is"),
        "{said}"
    );
}

#[test]
fn init_predicts_the_numbers_beside_files() {
    let desk = desk();
    done(&desk, &["init", "train.csv", "--target", "px,py", "-o", "two.ron"]);
    let preset = std::fs::read_to_string(desk.path("two.ron")).expect("a preset");
    for part in ["label: [\"px\", \"py\"],", "Dense(units: 2),", "loss: mean_squared_error"] {
        assert!(preset.contains(part), "{part}: {preset}");
    }
    done(&desk, &["presets", "check", "two.ron"]);
    done(&desk, &["init", "train.csv", "--target", "px", "-o", "one.ron"]);
    let preset = std::fs::read_to_string(desk.path("one.ron")).expect("a preset");
    assert!(
        preset.contains("The column with the values to predict.") && preset.contains("Dense(units: 1),"),
        "{preset}"
    );
    let checked = done(&desk, &["data", "check", "train.csv", "--label", "px,py"]);
    assert!(checked.contains("label 'py'") && checked.contains("that decode  120"), "{checked}");
}
