//! Small promises: what is offered helps, what is typed works, and what is refused is told in a sentence that says what to do.

use serde_json::Value;

use crate::program::Desk;

/// Images of two classes, each in a folder of its own, 12 of each.
fn pets(desk: &Desk) {
    for number in 0..24_u8 {
        let (class, level) = [("dark", 20), ("light", 200)][usize::from(number % 2)];
        let image = image::GrayImage::from_pixel(4, 4, image::Luma([level + number]));
        image.save(desk.path(&format!("pets/{class}/{number}.png"))).expect("an image");
    }
}

/// A table of two classes; `separator` stands between its cells.
fn table(separator: &str) -> String {
    let row = |n: usize| {
        let class = ["no", "yes"][usize::from(n % 40 > 19)];
        [n.to_string(), (n % 40).to_string(), class.to_string()].join(separator) + "\n"
    };
    ["n", "age", "y"].join(separator) + "\n" + &(0..80).map(row).collect::<String>()
}

fn ok(desk: &Desk, words: &[&str]) -> (String, String) {
    let output = desk.run(words, b"");
    let [out, err] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("it prints text"));
    assert!(output.status.success(), "{words:?}: {err}");
    (out, err)
}

#[test]
fn init_names_files_that_are_broken_and_its_preset_trains_at_once() {
    let desk = Desk::new();
    pets(&desk);
    let whole = std::fs::read(desk.path("pets/dark/0.png")).expect("an image");
    desk.put("pets/dark/cut.png", &whole[..40]);
    let mut listed = String::from("file,kind\n");
    (0..24).for_each(|n| listed.push_str(&format!("pets/{0}/{n}.png,{0}\n", ["dark", "light"][n % 2])));
    desk.put("listed.csv", listed + "pets/dark/cut.png,dark\n");
    for (data, preset) in [("pets", "pets.ron"), ("listed.csv", "listed.ron")] {
        let (_, told) = ok(&desk, &["init", data]);
        assert!(
            told.contains("broken files left out: 1 of 25: pets/dark/cut.png: it does not decode"),
            "{told}"
        );
        let text = std::fs::read_to_string(desk.path(preset)).expect("a preset");
        assert!(
            text.contains("// broken files left out: 1 of 25: ") && text.contains("skip_broken: true"),
            "{text}"
        );
        assert!(text.contains("24 "), "the good ones are counted: {text}");
        let (_, told) = ok(&desk, &["train", preset, "--epochs", "1", "--no-save"]);
        assert!(!told.contains("cannot"), "{told}");
    }
    // Where all can be read, nothing is to be left out.
    std::fs::remove_file(desk.path("pets/dark/cut.png")).expect("it was there");
    let (text, told) = ok(&desk, &["init", "pets", "-o", "-"]);
    assert!(!text.contains("skip_broken") && told.is_empty(), "{told}{text}");
}

#[test]
fn init_tells_a_script_what_it_recognised_and_wrote_and_why() {
    let desk = Desk::new();
    desk.put("t.csv", table(","));
    let (out, _) = ok(&desk, &["init", "t.csv", "--json"]);
    let said: Value = serde_json::from_str(&out).expect("one object");
    assert_eq!(
        (&said["file"], &said["source"], &said["label"]),
        (&"t.ron".into(), &"csv".into(), &"y".into())
    );
    assert!(desk.path("t.ron").is_file());
    let columns = said["columns"].as_array().expect("columns");
    assert!(columns.contains(&serde_json::json!({ "column": "age", "kind": "number" })), "{said}");
    let reasons = said["reasons"].as_array().expect("reasons");
    let of_label = reasons.iter().find(|reason| reason["about"] == "label").expect("one on the label");
    assert!(of_label["reason"].as_str().expect("a text").contains("2 classes to tell apart"), "{of_label}");
    let (out, _) = ok(&desk, &["init", "t.csv", "--json", "-o", "-"]);
    let said: Value = serde_json::from_str(&out).expect("one object");
    assert!(said["file"].is_null() && said["text"].as_str().is_some_and(|text| text.contains("name: \"t\"")));
}

#[test]
fn a_checked_table_is_told_to_scripts_as_data() {
    let desk = Desk::new();
    desk.put("t.csv", table(",") + "3,,no\n");
    let output = desk.run(&["data", "check", "t.csv", "--json"], b"");
    let said: Value = serde_json::from_slice(&output.stdout).expect("one object");
    let facts = said["facts"].as_array().expect("facts");
    let of = |label: &str| {
        facts.iter().find(|fact| fact["label"] == label).unwrap_or_else(|| panic!("{label}: {said}"))
    };
    assert_eq!((&of("rows")["kind"], &of("rows")["count"]), (&"count".into(), &81.into()));
    // As pandas has it: df.age.describe(), of 0 to 39 twice.
    let age = of("age");
    assert_eq!(
        (&age["kind"], &age["holds"], &age["missing"]),
        (&"column".into(), &"number".into(), &1.into())
    );
    assert_eq!((&age["least"], &age["greatest"], &age["mean"]), (&0.0.into(), &39.0.into(), &19.5.into()));
    assert_eq!((&age["different"], &age["is_more"]), (&40.into(), &false.into()));
    assert!(age["sentence"].as_str().expect("a text").starts_with("number, 0 to 39, mean 19.5"), "{age}");
    let no = of("no");
    assert_eq!((&no["kind"], &no["count"]), (&"class".into(), &41.into()));
    assert!((no["share"].as_f64().expect("a number") - 41.0 / 81.0).abs() < 1e-12);
}

#[test]
fn what_a_shell_leaves_of_a_change_works() {
    let desk = Desk::new();
    desk.put("t.csv", table(";"));
    ok(&desk, &["init", "t.csv"]);
    for change in [
        "data.source.separator=;",
        "data.source.separator=';'",
        "data.source.separator=\";\"",
        "name=abc",
        "data.source.label=y",
    ] {
        ok(&desk, &["train", "t.ron", "--no-save", "--quiet", "--epochs", "1", "--set", change]);
    }
    let refused = |change: &str, wanted: &str| {
        let (told, code) = desk.failure(&["train", "t.ron", "--no-save", "--epochs", "1", "--set", change]);
        assert!(told.starts_with(&format!("trainyard: --set {change}: ")) && told.contains(wanted), "{told}");
        assert_eq!(code, Some(2));
    };
    refused("train.epochs=many", "for example --set train.epochs=1");
    refused("train.epochs=", "no value stands behind the '='");
    refused("data.source.columns=age", "'age' is not such a value");
    let (told, _) = desk.failure(&["train", "t.ron", "--epochs", "2.5"]);
    assert!(told.contains("--epochs takes a whole number from 1; for example --epochs 1"), "{told}");
    let (fields, _) = ok(&desk, &["presets", "fields", "csv.separator"]);
    assert!(fields.contains("one sign in quotes, as in ';'"), "{fields}");
    // A preset takes either kind of quotes.
    let text = std::fs::read_to_string(desk.path("t.ron")).expect("a preset");
    desk.put("u.ron", text.replace("file: \"t.csv\",", "file: \"t.csv\", separator: \";\","));
    ok(&desk, &["presets", "check", "u.ron"]);
}

#[test]
fn data_that_is_checked_as_a_preset_is_told_to_be_data() {
    let desk = Desk::new();
    desk.put("t.csv", table(","));
    pets(&desk);
    for (data, wanted) in [
        (
            "t.csv",
            "`trainyard init t.csv` writes one, and `trainyard data check t.csv` says what the data holds",
        ),
        ("pets", "`trainyard init pets` writes one"),
    ] {
        let output = desk.run(&["presets", "check", data], b"");
        let told = String::from_utf8(output.stdout).expect("it prints text");
        assert!(told.contains("this is data, and a preset is needed") && told.contains(wanted), "{told}");
        assert_eq!(output.status.code(), Some(1));
        let (told, _) = desk.failure(&["presets", "show", data]);
        assert!(told.contains(wanted), "{told}");
    }
}

#[test]
fn skip_broken_is_offered_where_it_helps_and_nowhere_else() {
    let desk = Desk::new();
    desk.put("t.csv", table(","));
    ok(&desk, &["init", "t.csv"]);
    let text = std::fs::read_to_string(desk.path("t.ron")).expect("a preset");
    desk.put("t.csv", table(",") + "4,old,no\n");
    desk.put("t.ron", text.replace("skip_broken: true,", ""));
    let (told, _) = desk.failure(&["train", "t.ron"]);
    assert!(told.contains("'old' is not a number;"), "{told}");
    assert!(told.contains("skip_broken: true leaves such rows out"), "{told}");
    ok(&desk, &["train", "t.ron", "--quiet", "--epochs", "1", "--set", "data.source.skip_broken=true"]);
    // One column is another separator, and no row that could be left out.
    desk.put("one.csv", "a\n1\n2\n");
    let (told, _) = desk.failure(&["train", "t.ron", "--set", "data.source.file=one.csv"]);
    assert!(!told.contains("skip_broken"), "{told}");
    let output = desk.run(&["predict", "last", "-"], b"n,age\n1,old\n2,7\n");
    let told = String::from_utf8(output.stderr).expect("it prints text");
    assert!(told.contains("'old' is not a number") && !told.contains("skip_broken"), "{told}");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stdout).lines().count()), (Some(1), 1));
}

#[test]
fn files_that_are_no_images_are_told_each_in_a_line_and_the_others_are_answered() {
    let desk = Desk::new();
    pets(&desk);
    desk.preset("image_folder(folder: \"pets\", size: (4, 4))", "Flatten,");
    ok(&desk, &["train", "own.ron", "--quiet", "--epochs", "1"]);
    desk.put("n.txt", "hello\n");
    desk.put("x.heic", b"\0\0\0\x18ftypheic");
    desk.put("bad.jpg", b"\xff\xd8\xff\xe0junk");
    std::fs::copy(desk.path("pets/dark/0.png"), desk.path("in/deep/a.png")).expect("a copy");
    let output = desk.run(&["predict", "last", "n.txt", "x.heic", "bad.jpg", "in", "pets/light/1.png"], b"");
    let [out, told] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("it prints text"));
    let none = "it is none of the images that are read (PNG, JPEG, BMP, GIF, WebP or TIFF)";
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0].starts_with(&format!("trainyard: n.txt: {none}")), "{told}");
    assert!(lines[1].starts_with(&format!("trainyard: x.heic: {none}")), "{told}");
    assert!(
        lines[2].starts_with("trainyard: bad.jpg: it does not decode") && !told.contains('\u{fffd}'),
        "{told}"
    );
    assert_eq!(lines[3..], ["trainyard: 3 of 5 files are not answered"], "{told}");
    assert_eq!((out.lines().count(), output.status.code()), (2, Some(1)));
}

#[test]
fn labels_in_other_words_are_refused_with_what_they_likely_mean() {
    let desk = Desk::new();
    let written = |names: [&str; 2]| {
        let text = table(",").replace(",no\n", &format!(",{}\n", names[0]));
        text.replace(",yes\n", &format!(",{}\n", names[1]))
    };
    for (name, names) in [("words", ["No", "Yes"]), ("numbers", ["0", "1"])] {
        desk.put(&format!("{name}.csv"), written(names));
        ok(&desk, &["init", &format!("{name}.csv")]);
    }
    for (run, other, wanted) in [
        (
            "words",
            "numbers",
            "class '0' is none of this network's: No, Yes; likely 0 is 'No' and 1 is 'Yes': if so, write that into the \
                              label's column first, with pandas by .map({0: 'No', 1: 'Yes'})",
        ),
        (
            "numbers",
            "words",
            "class 'No' is none of this network's: 0, 1; likely 'No' is 0 and 'Yes' is 1: if so, write that into the \
                              label's column first, with pandas by .map({'No': 0, 'Yes': 1})",
        ),
    ] {
        ok(&desk, &["train", &format!("{run}.ron"), "--quiet", "--epochs", "1"]);
        let (told, code) = desk.failure(&["eval", "last", "--data", &format!("{other}.csv")]);
        assert!(told.contains(wanted), "{told}");
        assert_eq!(code, Some(1));
        ok(&desk, &["eval", "last", "--data", &format!("{run}.csv")]);
    }
}

#[test]
fn numbers_far_from_those_of_the_training_are_told_once_a_column_with_a_count() {
    let desk = Desk::new();
    desk.put("t.csv", table(","));
    ok(&desk, &["init", "t.csv"]);
    ok(&desk, &["train", "t.ron", "--quiet", "--epochs", "1"]);
    // 0 to 39: mean 19.5, standard deviation 11.5; 150 is 11.3 deviations above, 130 is 9.6.
    desk.put("ask.csv", "n,age\n1,7\n2,3e9\n3,-150\n4,130\n");
    let (out, told) = ok(&desk, &["predict", "last", "ask.csv"]);
    let wanted =
        "ask.csv: 'age': 2 rows have a number far outside those of the training (-150 to 3000000000;";
    assert!(told.contains(wanted) && told.matches("far outside").count() == 1, "{told}");
    assert_eq!(out.lines().count(), 4);
    let lines = desk.lines(&["predict", "last", "ask.csv", "--json"], b"");
    assert!(lines[0]["notices"].to_string().contains("far outside"), "{}", lines[0]);
    ok(&desk, &["predict", "last", "ask.csv", "-o", "answers.csv"]);
    let table = std::fs::read_to_string(desk.path("answers.csv")).expect("a table");
    assert!(table.lines().count() == 5 && !table.contains("far outside"), "{table}");
    let (_, told) = ok(&desk, &["predict", "last", "t.csv"]);
    assert!(!told.contains("far outside"), "{told}");
}

#[test]
fn counts_that_nobody_waits_for_are_refused_with_the_range_and_nothing_is_written() {
    let desk = Desk::new();
    desk.put("t.csv", table(","));
    ok(&desk, &["init", "t.csv"]);
    let runs = |desk: &Desk| {
        std::fs::read_dir(desk.path("home/runs/x").parent().expect("a folder")).map_or(0, Iterator::count)
    };
    for (words, wanted) in [
        (&["--epochs", "4294967295"][..], "use 1 or more and at most 1000000000"),
        (
            &["--epochs", "99999999999999999999"],
            "--epochs takes a whole number, 1 or more and at most 1000000000; for example --epochs 1",
        ),
        (&["--set", "train.epochs=4294967295"], "use 1 or more and at most 1000000000"),
        (&["--checkpoint-seconds", "-1"], "use 0 to 1000000000 seconds"),
        (&["--checkpoint-seconds", "NaN"], "use 0 to 1000000000 seconds"),
        (&["--folds", "4294967295"], "2..=1000"),
    ] {
        let (told, code) = desk.failure(&[&["train", "t.ron"], words].concat());
        assert!(told.contains(wanted) && code == Some(2), "{words:?}: {told}");
    }
    assert_eq!(runs(&desk), 0);
    ok(&desk, &["train", "t.ron", "--quiet", "--epochs", "1"]);
    let manifest = || {
        let run = std::fs::read_dir(desk.path("home/runs/x").parent().expect("a folder"))
            .expect("runs")
            .next()
            .expect("a run");
        let mut names: Vec<_> = walkdir(&run.expect("a run").path());
        names.sort();
        names
    };
    let before = manifest();
    for epochs in ["4294967295", "+4294967295", "99999999999"] {
        for command in ["resume", "branch"] {
            let (told, code) = desk.failure(&[command, "last", "--epochs", epochs]);
            assert!(told.contains("1000000000") && code == Some(2), "{command} {epochs}: {told}");
        }
    }
    assert_eq!(manifest(), before);
}

/// The files in a folder and below, with what they hold.
fn walkdir(folder: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => walkdir(&path),
            false => vec![(path.display().to_string(), std::fs::read(&path).expect("a file"))],
        })
        .collect()
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_takes_no_file_is_named_with_the_file_that_was_to_be_written() {
    let desk = Desk::new();
    desk.put("t.csv", table(","));
    ok(&desk, &["init", "t.csv"]);
    ok(&desk, &["train", "t.ron", "--quiet", "--epochs", "1"]);
    // The system's own folder takes no file of anybody, whoever asks.
    for words in [
        &["export", "last", "--to", "onnx", "-o", "/proc/net.onnx"][..],
        &["predict", "last", "t.csv", "-o", "/proc/net.csv"],
        &["eval", "last", "--predictions", "/proc/net.csv"],
        &["init", "t.csv", "-o", "/proc/net.ron"],
    ] {
        let (told, code) = desk.failure(words);
        let file = words.last().expect("a file");
        assert!(told.contains(&format!("{file}: no file can be made in the folder /proc: ")), "{told}");
        assert!(!told.contains(".writing") && !told.contains(".tmp"), "{told}");
        assert_eq!((told.lines().count(), code), (1, Some(1)));
    }
}

#[test]
fn a_shell_is_offered_the_runs_that_what_was_typed_fits() {
    let desk = Desk::new();
    desk.put("t.csv", table(","));
    ok(&desk, &["init", "t.csv"]);
    ok(&desk, &["train", "t.ron", "--quiet", "--epochs", "1"]);
    ok(&desk, &["train", "xor", "--quiet", "--epochs", "1"]);
    let runs = desk.path("home/runs/x");
    let runs = runs.parent().expect("a folder");
    let of = |part: &str| {
        let mut names = std::fs::read_dir(runs).expect("runs").map(|run| run.expect("a run").file_name());
        names.find(|name| name.to_string_lossy().contains(part)).expect("it is there")
    };
    std::fs::remove_dir_all(runs.join(of("-xor-")).join("checkpoints")).expect("it is there");
    let offered = |words: &[&str]| String::from_utf8(desk.completions(words)).expect("it prints text");
    let (t, xor) = (offered(&["trainyard", "eval", "-t-"]), offered(&["trainyard", "eval", "xor"]));
    assert!(t.contains("-t-") && !t.contains("-xor-") && !t.contains("last"), "{t}");
    assert!(xor.contains("-xor-") && !xor.contains("-t-"), "{xor}");
    for command in ["resume", "branch"] {
        // One without a checkpoint cannot be trained on.
        let all = offered(&["trainyard", command, ""]);
        assert!(all.contains("-t-") && !all.contains("-xor-"), "{all}");
        assert!(!offered(&["trainyard", command, "xo"]).contains("-xor-"));
    }
}

#[test]
fn a_label_that_numbers_the_rows_is_no_label() {
    let desk = Desk::new();
    let rows: String =
        (0..60).map(|n| format!("{},{},{}\n", n * 7 % 11, ["a", "b"][n % 2], 1000 + n * 17 % 60)).collect();
    desk.put("t.csv", format!("age,kind,number\n{rows}"));
    let (told, code) = desk.failure(&["init", "t.csv"]);
    assert!(told.contains("the label 'number' is another whole number in each of 60 rows"), "{told}");
    assert!(told.contains("--target names another: 'age', 'kind'") && code == Some(1), "{told}");
    let (checked, _) = ok(&desk, &["data", "check", "t.csv"]);
    assert!(checked.contains("the label 'number' is another whole number in each of 60 rows"), "{checked}");
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: csv(file: \"t.csv\", task: classes), test: 0.2),
          layers: [Dense(units: 60, activation: softmax)], loss: categorical_crossentropy, optimizer: Adam(),
          train: (epochs: 1, batch_size: 8))",
    );
    let (out, err) = ok(&desk, &["train", "own.ron", "--no-save"]);
    let told = out + &err;
    assert!(told.contains("the label 'number' is another class in each of 60 rows"), "{told}");
    // Prices may all differ.
    let prices: String =
        (0..60).map(|n| format!("{},{},{}\n", n * 7 % 11, ["a", "b"][n % 2], 1000 + n * n)).collect();
    desk.put("p.csv", format!("age,kind,price\n{prices}"));
    ok(&desk, &["init", "p.csv"]);
}

#[test]
fn one_is_counted_in_the_singular() {
    let desk = Desk::new();
    desk.put("t.csv", table(","));
    ok(&desk, &["init", "t.csv"]);
    ok(&desk, &["train", "t.ron", "--quiet", "--epochs", "1", "--batch-size", "1000"]);
    let (told, _) = desk.failure(&["resume", "last"]);
    assert!(told.contains("is finished after 1 step: "), "{told}");
    let (told, _) = desk.failure(&["resume", "last", "--epochs", "1"]);
    assert!(told.contains("has done 1 epoch, "), "{told}");
    let output = desk.run(&["predict", "last", "-"], b"n,age\nold,7\n");
    let told = String::from_utf8(output.stderr).expect("it prints text");
    assert!(told.contains("1 of 1 row is not answered"), "{told}");
    let output = desk.run(&["predict", "last", "-"], b"n,age\n1\n2,3\n");
    let told = String::from_utf8(output.stderr).expect("it prints text");
    assert!(told.contains("1 cell, and there are 2 columns"), "{told}");
}
