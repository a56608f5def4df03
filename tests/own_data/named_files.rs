//! Tables that name images which are not beside them, as downloads from Kaggle have `labels.csv` beside `images/`.

use crate::program::{Desk, done, said};

/// An image of one colour, dark or light by its number.
fn put_image(desk: &Desk, name: &str, number: usize) {
    let level = [20, 200][number % 2];
    let image = image::GrayImage::from_pixel(6, 6, image::Luma([level + number as u8]));
    image.save(desk.path(name)).expect("an image");
}

/// A table `labels.csv` with the name and class of each of 24 images.
fn put_table(desk: &Desk, table: &str, name: impl Fn(usize) -> String) {
    let row = |n: usize| format!("{},{}\n", name(n), ["dark", "light"][n % 2]);
    desk.put(table, "image,label\n".to_string() + &(0..24).map(row).collect::<String>());
}

/// Trains a small network on the table, whose files are found; gives what it says, and checks that it has learned the classes.
fn learned(desk: &Desk, source: &str) -> String {
    desk.preset_text(&format!(
        "(name: \"own\", title: \"\", data: (source: file_table({source}, size: (4, 4), colour: grey), test: 0.25),
          layers: [Flatten, Dense(units: 2, activation: softmax)], loss: categorical_crossentropy,
          optimizer: Adam(learning_rate: 0.05), train: (epochs: 12, batch_size: 4))"
    ));
    let told = done(desk, &["train", "own.ron"]);
    let accuracy = desk.lines(&["eval", "last", "--json"], b"")[0]["accuracy"].as_f64();
    assert_eq!(accuracy, Some(1.0), "{told}");
    told
}

#[test]
fn images_in_a_folder_beside_the_table_are_found_and_told() {
    let desk = Desk::new();
    (0..24).for_each(|n| put_image(&desk, &format!("images/{n}.png"), n));
    put_table(&desk, "labels.csv", |n| format!("{n}.png"));
    let told = done(&desk, &["init", "labels.csv"]);
    assert!(told.contains("data: 24 of 24 files are found in 'images'"), "{told}");
    let preset = std::fs::read_to_string(desk.path("labels.ron")).expect("a preset");
    assert!(preset.contains("path: \"image\",\n            folder: \"images\","), "{preset}");
    let checked = done(&desk, &["data", "check", "labels.csv"]);
    assert!(checked.contains("24 of 24 files are found in 'images'"), "{checked}");
    let told = learned(&desk, "table: \"labels.csv\"");
    assert!(told.contains("labels.csv: 24 of 24 files are found in 'images'"), "{told}");
    assert!(!learned(&desk, "table: \"labels.csv\", folder: \"images\"").contains("are found"));
    assert_eq!(desk.classes("labels.csv", b"")[..3], ["dark", "light", "dark"]);
    let scored = done(&desk, &["eval", "last", "--data", "labels.csv", "--json"]);
    assert!(scored.contains("\"samples\":24"), "{scored}");
    // What is in a file that was found belongs to the data.
    put_image(&desk, "images/0.png", 1);
    assert!(desk.failure(&["eval", "last"]).0.contains("labels.csv has changed"));
}

#[test]
fn names_without_an_ending_and_images_in_several_folders_are_found() {
    let desk = Desk::new();
    (0..24).for_each(|n| put_image(&desk, &format!("part_{}/ISIC_{n:04}.jpg", n / 12), n));
    put_table(&desk, "labels.csv", |n| format!("ISIC_{n:04}"));
    let told = done(&desk, &["init", "labels.csv"]);
    assert!(
        told.contains("24 of 24 files are found in 'part_0', in 'part_1', with .jpg behind the names"),
        "{told}"
    );
    learned(&desk, "table: \"labels.csv\"");
    // Paths of another machine, by their ends; two folders down.
    (0..24)
        .for_each(|n| put_image(&desk, &format!("set/train/{}/{}.png", ["dark", "light"][n % 2], n / 2), n));
    put_table(&desk, "windows.csv", |n| format!("D:\\pics\\{}\\{}.png", ["dark", "light"][n % 2], n / 2));
    assert!(learned(&desk, "table: \"windows.csv\", folder: \"set\"").contains("'set/train/dark'"));
}

#[test]
fn images_that_are_missing_are_refused_or_skipped_and_all_are_named_as_what_they_are() {
    let desk = Desk::new();
    (0..24).for_each(|n| put_image(&desk, &format!("images/{n}.png"), n));
    put_table(&desk, "labels.csv", |n| if n < 3 { format!("gone{n}.png") } else { format!("{n}.png") });
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: file_table(table: \"labels.csv\", size: (4, 4)), test: 0.25),
          layers: [Flatten, Dense(units: 2, activation: softmax)], loss: categorical_crossentropy,
          optimizer: Adam(), train: (epochs: 1, batch_size: 4))",
    );
    let (told, is_done) = said(&desk, &["train", "own.ron"]);
    assert!(!is_done && told.contains("gone0.png: No such file"), "{told}");
    assert!(told.contains("3 of 24 files are broken, and skip_broken: true leaves such files out"), "{told}");
    let told = done(&desk, &["train", "own.ron", "--set", "data.source.skip_broken=true"]);
    assert!(told.contains("3 of 24 names are those of no file in "), "{told}");
    assert!(told.contains("broken files left out: 3 of 24"), "{told}");

    // None is there: numbers with an ending are no amounts with a unit.
    put_table(&desk, "away/labels.csv", |n| format!("{n}.png"));
    let (told, is_done) = said(&desk, &["init", "away/labels.csv"]);
    assert!(!is_done && told.contains("its cells are names of files, such as '0.png'"), "{told}");
    assert!(told.contains(
        "'image' has names of files, such as '0.png', and most are those of no file beside the table"
    ));
    let told = desk.failure(&["train", "own.ron", "--set", "data.source.table=away/labels.csv"]).0;
    assert!(told.contains("24 of 24 names are those of no file in '"), "{told}");
    assert!(told.contains("folder: \"…\" says where they are"), "{told}");
    // Beside columns to learn from they are left out.
    let row = |n: usize| format!("{n}.png,{},{}\n", n % 7, ["dark", "light"][n % 2]);
    desk.put("away/more.csv", "image,size,label\n".to_string() + &(0..40).map(row).collect::<String>());
    let told = done(&desk, &["init", "away/more.csv", "-o", "more.ron"]);
    assert!(
        told.contains("'image' has names of files, such as '0.png', and most are those of no file"),
        "{told}"
    );
    let checked = done(&desk, &["data", "check", "away/more.csv"]);
    assert!(checked.contains("left out: its cells are names of files, such as '0.png'"), "{checked}");
    let told = done(&desk, &["train", "more.ron", "--epochs", "1"]);
    assert!(!told.contains("with '.png' behind"), "{told}");
}

#[test]
fn of_train_and_test_the_folder_that_is_called_as_the_table_is_taken() {
    let desk = Desk::new();
    for n in 0..24 {
        put_image(&desk, &format!("train/{n}.png"), n);
        put_image(&desk, &format!("test/{n}.png"), n + 1);
    }
    put_table(&desk, "train.csv", |n| format!("{n}.png"));
    let told = learned(&desk, "table: \"train.csv\"");
    assert!(told.contains("24 of 24 files are found in 'train'"), "{told}");
    assert!(told.contains("24 names fit other files as well, such as 'test/0.png'; folder: "), "{told}");
    assert_eq!(desk.classes("test/0.png", b""), ["light"]);
    // Numbers of a table are no names of images although they would fit, where there is more to learn from.
    let row = |n: usize| format!("{n},{},{},{},{}\n", n * 2, n % 5, n % 3, ["a", "b"][n % 2]);
    desk.put("plain.csv", "id,a,b,c,label\n".to_string() + &(0..24).map(row).collect::<String>());
    let checked = done(&desk, &["data", "check", "plain.csv"]);
    assert!(checked.contains("table: csv("), "{checked}");
}

#[test]
fn a_column_that_is_called_a_label_is_the_label() {
    let desk = Desk::new();
    let row = |n: usize| format!("{n},{},{}.5,{}\n", ["M", "B"][n % 2], n % 7, n % 11);
    desk.put(
        "cells.csv",
        "id,diagnosis,radius,smoothness\n".to_string() + &(0..60).map(row).collect::<String>(),
    );
    let told = done(&desk, &["init", "cells.csv"]);
    assert!(told.contains("the label is 'diagnosis', as its name says: 2 classes to tell apart"), "{told}");
    assert!(told.contains("--target names another: "), "{told}");
    let preset = std::fs::read_to_string(desk.path("cells.ron")).expect("a preset");
    assert!(preset.contains("Its name says that it is the label: --target names another."), "{preset}");
    let checked = done(&desk, &["data", "check", "cells.csv"]);
    assert!(
        checked.contains("the label is 'diagnosis', as its name says") && checked.contains("30 (50.0%)"),
        "{checked}"
    );
    let told = done(&desk, &["init", "cells.csv", "--target", "radius", "-o", "other.ron"]);
    assert!(!told.contains("as its name says"), "{told}");
    // A number of the row is none, whatever it is called; then the last column is.
    let row = |n: usize| format!("{n},{},{}\n", n % 7, ["x", "y"][n % 2]);
    desk.put("rows.csv", "label,a,kind\n".to_string() + &(0..60).map(row).collect::<String>());
    let told = done(&desk, &["init", "rows.csv"]);
    assert!(told.contains("the label is 'kind', the last column that can be one"), "{told}");
}

#[test]
fn folders_called_train_val_and_test_are_the_parts_of_a_set() {
    let desk = Desk::new();
    for (part, count) in [("train", 24), ("val", 6), ("test", 8)] {
        for n in 0..count {
            put_image(&desk, &format!("pets/{part}/{}/{n}.png", ["dark", "light"][n % 2]), n);
        }
    }
    let told = done(&desk, &["init", "pets"]);
    let said = "the folders are the parts of a set: 'pets/train' is trained on, 'pets/val' is the validation set, 'pets/test' is the test set";
    assert!(told.contains(said), "{told}");
    let preset = std::fs::read_to_string(desk.path("pets.ron")).expect("a preset");
    let named =
        "image_folder(folder: \"pets/train\", validation_folder: \"pets/val\", test_folder: \"pets/test\"";
    assert!(preset.contains(named), "{preset}");
    // Of the training set's folder the others beside it are found.
    let told = done(&desk, &["init", "pets/train", "-o", "of_train.ron"]);
    assert!(told.contains("pets/val' is the validation set"), "{told}");
    let checked = done(&desk, &["data", "check", "pets"]);
    assert!(checked.contains(said) && checked.contains("19 (50.0%)"), "{checked}");
    // A preset that names the folder alone means the same.
    for source in [
        "folder: \"pets\"",
        "folder: \"pets/train\", validation_folder: \"pets/val\", test_folder: \"pets/test\"",
    ] {
        desk.preset(&format!("image_folder({source}, size: (4, 4), colour: grey)"), "Flatten,");
        let told = done(&desk, &["train", "own.ron"]);
        assert!(told.contains("24 training, 6 validation and 8 test samples"), "{told}");
        assert_eq!(told.contains("is trained on, "), source.len() < 20, "{told}");
        let scored = desk.lines(&["eval", "last", "--json"], b"");
        assert_eq!((scored[0]["accuracy"].as_f64(), scored[0]["samples"].as_u64()), (Some(1.0), Some(8)));
    }
    // A test set without classes, as it is given for a competition, is not read.
    for n in 0..8 {
        put_image(&desk, &format!("contest/test/{n}.png"), n);
        put_image(&desk, &format!("contest/train/{}/{n}.png", ["dark", "light"][n % 2]), n);
    }
    let told = done(&desk, &["init", "contest"]);
    assert!(
        told.contains("'contest/test' is not read, since it has no folders of the same classes"),
        "{told}"
    );
}

#[test]
fn sounds_beside_the_folder_of_their_table_are_found_and_the_category_is_the_label() {
    let desk = Desk::with("sounds");
    let sound = std::fs::read(desk.path("pcm_16.wav")).expect("a fixture");
    // As ESC-50 and UrbanSound8K keep them.
    let row = |n: usize| {
        format!("1-{n}-A.wav,{},{},{},{}\n", n % 5, n % 2 * 7, ["rain", "dog"][n % 2], ["A", "B", "C"][n % 3])
    };
    (0..24).for_each(|n| desk.put(&format!("audio/fold{}/1-{n}-A.wav", n % 5), &sound));
    desk.put(
        "meta/esc.csv",
        "filename,fold,number,category,take\n".to_string() + &(0..24).map(row).collect::<String>(),
    );
    let told = done(&desk, &["init", "meta/esc.csv"]);
    assert!(told.contains("24 of 24 files are found in '../audio/fold0', in '../audio/fold1'"), "{told}");
    assert!(told.contains("the label is 'category', as its name says: 2 classes to tell apart"), "{told}");
    let preset = std::fs::read_to_string(desk.path("esc.ron")).expect("a preset");
    assert!(preset.contains("folder: \"../audio\"") && preset.contains("holds: sounds"), "{preset}");
    desk.preset(
        "file_table(table: \"meta/esc.csv\", path: \"filename\", label: \"category\", holds: sounds, seconds: 0.1)",
        "Flatten,",
    );
    let told = done(&desk, &["train", "own.ron", "--epochs", "1"]);
    assert!(told.contains("24 of 24 files are found in '../audio/fold0'"), "{told}");
}

#[test]
fn a_search_judges_its_trials_by_a_validation_folder() {
    let desk = Desk::new();
    for (part, count) in [("train", 24), ("val", 6)] {
        for n in 0..count {
            put_image(&desk, &format!("pets/{part}/{}/{n}.png", ["dark", "light"][n % 2]), n);
        }
    }
    let source =
        "image_folder(folder: \"pets/train\", validation_folder: \"pets/val\", size: (4, 4), colour: grey)";
    desk.preset_text(&format!(
        "(name: \"own\", title: \"\", data: (source: {source}, test: 0.25), layers: [Flatten, Dense(units: 2, activation: softmax)],
          loss: categorical_crossentropy, optimizer: Adam(learning_rate: 0.05), train: (epochs: 2, batch_size: 8))"
    ));
    desk.put(
        "s.ron",
        "(preset: \"own.ron\", search: (space: {\"optimizer.learning_rate\": log(1e-4, 1e-1)}, method: random, objective: val_accuracy, trials: 3))",
    );
    done(&desk, &["search", "s.ron", "--quiet"]);
    let shown = desk.lines(&["search", "show", "s", "--json"], b"");
    let text = shown.iter().map(ToString::to_string).collect::<String>();
    let values: Vec<f64> = text
        .split("\"val_accuracy\":")
        .skip(1)
        .filter_map(|rest| rest.split([',', '}']).next()?.parse().ok())
        .collect();
    assert!(values.len() >= 3, "{text}");
    // Of six samples, each is right or wrong.
    assert!(values.iter().all(|value| (value * 6.0 - (value * 6.0).round()).abs() < 1e-5), "{values:?}");
    let told = done(&desk, &["train", "own.ron"]);
    assert!(told.contains("18 training, 6 validation and 6 test samples"), "{told}");
}

#[test]
fn images_of_sixteen_bits_are_those_of_eight_bits_with_finer_shades() {
    let desk = Desk::new();
    (0..24).for_each(|n| put_image(&desk, &format!("eight/{}/{n}.png", ["dark", "light"][n % 2]), n));
    desk.preset("image_folder(folder: \"eight\", size: (6, 6), colour: grey)", "Flatten,");
    desk.trained();
    let outputs = |file: &str| desk.lines(&["predict", "last", file, "--json"], b"")[0]["output"].clone();
    for n in [0, 1, 7] {
        let level = [20, 200][n % 2] + n as u16;
        // 65535 is white as 255 is: 257 times as much.
        let deep = image::ImageBuffer::<image::Luma<u16>, _>::from_pixel(6, 6, image::Luma([level * 257]));
        deep.save(desk.path("deep.png")).expect("an image");
        assert_eq!(outputs("deep.png"), outputs(&format!("eight/{}/{n}.png", ["dark", "light"][n % 2])));
    }
    let told = done(&desk, &["data", "check", "deep.png"]);
    assert!(!told.is_empty(), "it is looked at");
}

#[test]
fn a_column_of_numbers_is_no_column_of_images_that_are_called_by_numbers() {
    let desk = Desk::new();
    (0..90).for_each(|n| put_image(&desk, &format!("images/{n}.png"), n % 50));
    let row = |n: usize| format!("{},{},{}\n", ["no", "yes"][n % 2], 18 + n * 7 % 60, n * 13 % 31);
    desk.put("people.csv", "target,age,visits\n".to_string() + &(0..120).map(row).collect::<String>());
    let told = done(&desk, &["init", "people.csv"]);
    let preset = std::fs::read_to_string(desk.path("people.ron")).expect("a preset");
    assert!(preset.contains("source: csv(") && preset.contains("\"age\": number"), "{told}{preset}");
    // A number for each image is one.
    let row = |n: usize| format!("{n},{}\n", ["dark", "light"][n % 2]);
    desk.put("labels.csv", "id,kind\n".to_string() + &(0..90).map(row).collect::<String>());
    let told = done(&desk, &["init", "labels.csv"]);
    assert!(told.contains("90 of 90 files are found in 'images'"), "{told}");
}
