use std::fmt::Write as _;

use super::*;
use crate::preset::parse;

fn named(path: &Path) -> Paths {
    Paths::from(path.to_str().unwrap())
}

/// The columns that are to be predicted.
fn wanted(target: Option<&str>) -> Vec<String> {
    target.map(str::to_string).into_iter().collect()
}

/// The preset that is made for a file of these bytes; it is read and checked against its data.
fn suggested(name: &str, bytes: &[u8], target: Option<&str>) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let Suggestion { name, text, .. } =
        suggest(&named(&path), &wanted(target), Task::Auto, None, |_| false).unwrap();
    let preset = parse::parse(&text, "made.ron").unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(preset.name, name);
    let offers = crate::data::offers(&preset.data.source).unwrap();
    preset.validate(&offers, "made.ron", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    text
}

fn table(label: impl Fn(usize) -> String) -> Vec<u8> {
    let mut text = String::from("id,who \"x\",age,town,alive\n");
    for row in 0..60 {
        let age = if row % 9 == 0 { String::new() } else { (20 + row).to_string() };
        writeln!(text, "{row},Person Nr {row},{age},{},{}", ["Rome", "Oslo"][row % 2], label(row)).unwrap();
    }
    text.into_bytes()
}

#[test]
fn a_preset_is_made_for_a_table_with_its_reasons() {
    let text = suggested("My people.csv", &table(|row| ["yes", "no"][row % 2].into()), None);
    for part in [
        "name: \"my-people\"",
        "label: \"alive\"",
        "2 classes to tell apart: no (50.0%), yes (50.0%). The last column: --target names another.",
        "\"age\": number, // 21 to 79, 7 missing",
        "\"town\": category, // 2 words: 'Oslo', 'Rome'",
        "\"id\": ignore, // it numbers the rows",
        "\"who \\\"x\\\"\": ignore, // all its 60 texts are different",
        "7 numbers are missing",
        "labels: binary",
        "activation: sigmoid",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let values = suggested("t.csv", &table(|row| format!("{row}.5")), Some("alive"));
    assert!(
        values.contains("A value to predict, from 0.5 to 59.5.\n") && values.contains("mean_squared_error"),
        "{values}"
    );
    let three = suggested("t.csv", &table(|row| ["a", "b", "c"][row % 3].into()), None);
    assert!(three.contains("units: 3, activation: softmax") && three.contains("labels: integer"), "{three}");
}

#[test]
fn a_preset_is_made_for_texts_and_folders() {
    let lines: String = (0..40).map(|n| format!("{}\ttext {n}\n", ["good", "bad"][n % 2])).collect();
    assert!(suggested("mails.txt", lines.as_bytes(), None).contains("labelled_text"));
    let book = "to be or not to be, that is the question. ".repeat(200);
    assert!(suggested("book.txt", book.as_bytes(), None).contains("text_file"));
    let folder = tempfile::tempdir().unwrap();
    for (class, grey) in [("cats", 0), ("dogs", 255)] {
        for number in 0..4 {
            let path = folder.path().join(format!("pets/{class}/{number}.png"));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            image::GrayImage::from_pixel(5, 5, image::Luma([grey])).save(path).unwrap();
        }
    }
    let Suggestion { text, .. } =
        suggest(&named(&folder.path().join("pets")), &[], Task::Auto, None, |_| false).unwrap();
    let preset = parse::parse(&text, "made.ron").unwrap_or_else(|error| panic!("{error}\n{text}"));
    let offers = crate::data::offers(&preset.data.source).unwrap();
    preset.validate(&offers, "made.ron", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert!(text.contains("8 files of 2 classes: cats, dogs"), "{text}");
    assert!(
        suggest(&named(Path::new("/no/such/thing.csv")), &[], Task::Auto, None, |_| false)
            .unwrap_err()
            .to_string()
            .contains("thing.csv")
    );
    assert!(suggest(&named(folder.path()), &[], Task::Auto, None, |_| false).is_err());
}

#[test]
fn a_table_can_be_asked_for_any_column_and_a_name_that_is_taken_gets_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.csv");
    std::fs::write(&path, table(|row| ["yes", "no"][row % 2].into())).unwrap();
    let taken = |name: &str| ["people", "people-2"].contains(&name);
    let Suggestion { name, text, targets, .. } =
        suggest(&named(&path), &[], Task::Auto, None, taken).unwrap();
    assert!(name == "people-3" && text.contains("name: \"people-3\""), "{text}");
    let shown: Vec<(&str, &str)> =
        targets.iter().map(|target| (&target.name[..], &target.what[..])).collect();
    assert_eq!(
        shown,
        [
            ("alive", "2 classes to tell apart: no (50.0%), yes (50.0%)."),
            ("id", "ignore: it numbers the rows"),
            ("who \"x\"", "ignore: all its 60 texts are different"),
            ("age", "number: 21 to 79, 7 missing"),
            ("town", "category: 2 words: 'Oslo', 'Rome'"),
        ]
    );
    let other = suggest(&named(&path), &["town".into()], Task::Auto, None, taken).unwrap();
    assert_eq!(other.targets[0].name, "town");
}

/// A NumPy file of 60 rows of `width` numbers, as `numpy.save` writes floats.
fn array(width: usize, value: impl Fn(usize, usize) -> f32) -> Vec<u8> {
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': (60, {width}), }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    let cells = (0..60).flat_map(|row| (0..width).map(move |column| (row, column)));
    bytes.extend(cells.flat_map(|(row, column)| value(row, column).to_le_bytes()));
    bytes
}

/// The preset for samples with these targets.
fn of_targets(targets: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_string()
    };
    let files = vec![put("x.npy", &array(4, |row, column| (row * column % 7) as f32)), put("y.npy", targets)];
    let Suggestion { text, .. } =
        suggest(&Paths::listed(files).unwrap(), &[], Task::Auto, None, |_| false).unwrap();
    let preset = parse::parse(&text, "made.ron").unwrap_or_else(|error| panic!("{error}\n{text}"));
    let offers = crate::data::offers(&preset.data.source).unwrap();
    preset.validate(&offers, "made.ron", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    text
}

#[test]
fn targets_of_arrays_are_labels_classes_shares_or_values_whatever_type_they_are_saved_in() {
    let has = |text: &str, parts: &[&str]| {
        parts.iter().for_each(|part| assert!(text.contains(part), "{part}\n{text}"));
    };
    let labels = of_targets(&array(3, |row, column| (row >> column & 1) as f32));
    has(&labels, &["3 labels a sample", "Dense(units: 3, activation: sigmoid)", "loss: binary_crossentropy"]);
    let one_hot = of_targets(&array(3, |row, column| f32::from(row % 3 == column)));
    has(&one_hot, &["rows with a single 1: 3 classes", "softmax", "sparse_categorical_crossentropy"]);
    let classes = of_targets(&array(1, |row, _| (row % 4) as f32));
    has(&classes, &["saved as floats: 4 classes", "units: 4, activation: softmax"]);
    let two = of_targets(&array(1, |row, _| (row % 2) as f32));
    has(&two, &["saved as floats: 2 classes", "Dense(units: 1, activation: sigmoid)", "labels: binary"]);
    let shares = of_targets(&array(2, |row, column| [row as f32 / 60.0, 1.0 - row as f32 / 60.0][column]));
    has(&shares, &["2 shares a sample", "softmax", "loss: categorical_crossentropy"]);
    let values = of_targets(&array(2, |row, column| (row + column) as f32 / 7.0));
    has(&values, &["values, 2 a sample", "Dense(units: 2)", "mean_squared_error"]);
    let counts = of_targets(&array(1, |row, _| (row * 10) as f32));
    has(&counts, &["values, one a sample", "Dense(units: 1)", "mean_squared_error"]);
}

/// What `init` says of a table beside 60 files, whose rows are written by `row`.
fn of_files(header: &str, row: impl Fn(usize) -> String, target: Option<&str>) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let mut text = format!("file,{header}\n");
    for number in 0..60 {
        let grey = image::Luma([(number % 2 * 200) as u8]);
        image::GrayImage::from_pixel(5, 5, grey).save(folder.path().join(format!("{number}.png"))).unwrap();
        writeln!(text, "{number}.png,{}", row(number)).unwrap();
    }
    let path = folder.path().join("files.csv");
    std::fs::write(&path, text).unwrap();
    let suggestion = suggest(&named(&path), &wanted(target), Task::Auto, None, |_| false)
        .map_err(|error| error.to_string())?;
    let preset = parse::parse(&suggestion.text, "made.ron").unwrap();
    let offers = crate::data::offers(&preset.data.source).unwrap();
    preset.validate(&offers, "made.ron", &suggestion.text).unwrap();
    Ok(suggestion.text)
}

#[test]
fn dates_names_and_measurements_beside_files_are_no_classes() {
    let row = |n: usize| format!("{},2024-01-{:02},Nr {n},{n}.5", ["cat", "dog"][n % 2], n % 28 + 1);
    let text = of_files("kind,taken,who,weight", row, None).unwrap();
    for part in [
        "label: \"kind\"",
        "No classes: 'taken' (dates), 'who' (nearly every row has another word, as names have), 'weight' (numbers that are values).",
        "60 images of 2 classes: cat, dog",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let refused = of_files("kind,taken,who,weight", row, Some("taken")).unwrap_err();
    assert!(refused.contains("column 'taken' has none (dates); --target takes one of: 'kind'"), "{refused}");
    let none = of_files("taken", |n| format!("2024-01-{:02}", n % 28 + 1), None).unwrap_err();
    assert!(none.contains("none of its others has classes: 'taken' (dates). Add one"), "{none}");
    // Values are predicted where a person names them, or there is nothing else.
    for (header, target) in [("kind,taken,who,weight", Some("weight")), ("weight", None)] {
        let row = |n: usize| if header == "weight" { format!("{n}.5") } else { row(n) };
        let text = of_files(header, row, target).unwrap();
        for part in ["label: \"weight\"", "The column with the values to predict.", "mean_squared_error"] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }
    let gaps = of_files("kind", |n| ["cat", "dog", ""][n % 3].into(), None).unwrap();
    assert!(
        gaps.contains("20 rows have no class: left out.") && gaps.contains("skip_broken: true"),
        "{gaps}"
    );
}

/// A sentence that differs from row to row.
fn sentence(row: usize) -> String {
    format!("the film number {row} was {} and its end came late", ["bad", "good"][row % 2])
}

#[test]
fn texts_beside_a_class_are_read_letter_by_letter_and_lines_of_class_and_text_have_no_header() {
    let rows = |row: &dyn Fn(usize) -> String| (0..60).map(|n| row(n) + "\n").collect::<String>();
    let class = |n: usize| ["no", "yes"][n % 2];
    let texts = format!("review,liked\n{}", rows(&|n| format!("{},{}", sentence(n), class(n))));
    let text = suggested("reviews.csv", texts.as_bytes(), None);
    for part in ["holds: texts", "path: \"review\"", "label: \"liked\"", "Bidirectional(LSTM"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let main = format!(
        "id,stars,review,liked\n{}",
        rows(&|n| format!("{n},{},{},{}", n % 5, sentence(n), class(n)))
    );
    let text = suggested("main.csv", main.as_bytes(), None);
    assert!(text.contains("Only the texts are read; 'stars' would be inputs of a table"), "{text}");
    // Beside several other columns a text is left out, with the way to learn from it.
    let columns = format!(
        "a,b,c,review,liked\n{}",
        rows(&|n| format!("{n}.5,{},{}.25,{},{}", n % 7, n % 9, sentence(n), class(n)))
    );
    let text = suggested("table.csv", columns.as_bytes(), None);
    assert!(
        text.contains("csv(") && text.contains("path: \"review\", label: \"liked\", holds: texts)"),
        "{text}"
    );
    let lines = rows(&|n| format!("{}\t{}", class(n), sentence(n)));
    assert!(suggested("lines.tsv", lines.as_bytes(), None).contains("source: labelled_text("));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    std::fs::write(&path, rows(&|n| format!("{},{}", sentence(n), class(n)))).unwrap();
    let refused = suggest(&named(&path), &[], Task::Auto, None, |_| false).unwrap_err().to_string();
    assert!(refused.contains("its first row is a text and a class already; write a first line"), "{refused}");
}

#[test]
fn rows_without_a_label_are_left_out_and_counted_and_a_column_without_any_is_named() {
    let label =
        |row: usize| if row.is_multiple_of(3) { String::new() } else { ["yes", "no"][row % 2].into() };
    let text = suggested("some.csv", &table(label), None);
    assert!(
        text.contains("20 of 60 rows have no label; they are left out, and predict answers them."),
        "{text}"
    );
    assert!(text.contains("skip_broken: true"), "{text}");
    let refused = |bytes: &[u8]| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, bytes).unwrap();
        suggest(&named(&path), &["alive".into()], Task::Auto, None, |_| false).unwrap_err().to_string()
    };
    let none = refused(&table(|_| String::new()));
    assert!(none.ends_with("none of its 60 rows has a label in column 'alive'"), "{none}");
    let without = suggested("none.csv", &table(|_| String::new()), None);
    assert!(without.contains("label: \"town\"") && without.contains("\"alive\": ignore"), "{without}");
    let half = table(|row| if row % 2 == 0 { format!("{row}.5") } else { "low".into() });
    let half = suggested("half.csv", &half, None);
    assert!(half.contains("30 rows are left out because they are broken"), "{half}");
    assert!(
        half.contains("'low' is not a number; columns: {\"alive\": category} takes the label for classes"),
        "{half}"
    );
    let mixed = suggested("mixed.csv", &table(|row| ["1", "2", "low"][row % 3].into()), None);
    assert!(mixed.contains("the label 'alive' is a number in 40 rows and a word in 20"), "{mixed}");
}

#[test]
fn codes_and_rows_in_the_order_of_time_are_told_in_the_preset() {
    let rows: String = (0..60)
        .map(|row| {
            format!("0{},2024-0{}-{:02},{}.5\n", 1001 + row % 4, 1 + row / 28, 1 + row % 28, row * row % 17)
        })
        .collect();
    let text = suggested("t.csv", format!("zip,day,price\n{rows}").as_bytes(), None);
    assert!(text.contains("'zip' looks like a code and is read as a number"), "{text}");
    assert!(text.contains("columns: {\"zip\": category} tells words apart"), "{text}");
    assert!(text.contains("// The rows are in the order of 'day'"), "{text}");
    let mixed: String = rows.lines().rev().chain(rows.lines()).map(|line| format!("{line}\n")).collect();
    let text = suggested("t.csv", format!("zip,day,price\n{mixed}").as_bytes(), None);
    assert!(!text.contains("in the order of"), "{text}");
}

#[test]
fn folders_of_parts_are_no_classes_and_texts_have_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    for (part, count) in [("train", 4), ("test", 2), ("val", 1)] {
        for (class, grey) in [("cats", 0), ("dogs", 255)] {
            for number in 0..count {
                let path = folder.path().join(format!("pets/{part}/{class}/{number}.png"));
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                image::GrayImage::from_pixel(5, 5, image::Luma([grey])).save(path).unwrap();
            }
        }
    }
    let Suggestion { text, .. } =
        suggest(&named(&folder.path().join("pets")), &[], Task::Auto, None, |_| false).unwrap();
    let preset = parse::parse(&text, "made.ron").unwrap_or_else(|error| panic!("{error}\n{text}"));
    let offers = crate::data::offers(&preset.data.source).unwrap();
    preset.validate(&offers, "made.ron", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    // Those to train on and those of the validation set.
    assert_eq!((offers.samples, offers.validation, offers.test), (10, Some(2), Some(4)));
    assert!(text.contains("10 files of 2 classes: cats, dogs"), "{text}");
    assert!(text.contains("pets/val' is the validation set"), "{text}");
    for class in ["pos", "neg"] {
        let path = folder.path().join(format!("mails/{class}/1.txt"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "words").unwrap();
    }
    let refused = suggest(&named(&folder.path().join("mails")), &[], Task::Auto, None, |_| false)
        .unwrap_err()
        .to_string();
    assert!(refused.contains("learned from a table that names them"), "{refused}");
}

#[test]
fn columns_without_a_name_of_their_own_are_told_by_their_place() {
    let rows: String =
        (0..40).map(|row| format!("{}.5,{}.25,{}\n", row, row * 7 % 11, ["x", "y"][row % 2])).collect();
    let text = suggested("t.csv", format!("v,v,kind\n{rows}").as_bytes(), None);
    assert!(text.contains("// column 1, one of several called \"v\": number, 0.5 to 39.5."), "{text}");
    let text = suggested("t.csv", format!(",b,\n{rows}").as_bytes(), None);
    assert!(text.contains("label: \"3\"") && text.contains("// column 1 (no name): number"), "{text}");
    assert!(text.contains("\"b\": number, // 0.25 to 10.25"), "{text}");
}
