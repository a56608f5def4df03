//! A run owns what it learned of its data: its answers stay when the data is changed, moved or gone, and what needs the data
//! again says what has changed. Made after public reports on other tools, which are named with their numbers.

use std::fs;

use crate::program::Desk;

/// Trains a preset of the folder; what its network says to `asked`.
fn answers_after(desk: &Desk, preset: &str, asked: &[&str]) -> String {
    let output = desk.run(&["train", preset, "--quiet"], b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    answers(desk, asked)
}

fn answers(desk: &Desk, asked: &[&str]) -> String {
    let output = desk.run(&[&["predict", "last"], asked].concat(), b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it prints text")
}

fn accuracy(desk: &Desk, words: &[&str]) -> f64 {
    let words = [&["eval", "last", "--json"], words].concat();
    desk.lines(&words, b"")[0]["accuracy"].as_f64().expect("an accuracy")
}

/// Rows far from all others, which shift every mean (keras #12862).
fn append_rows(desk: &Desk) {
    let rows = fs::read_to_string(desk.path("d.csv")).expect("the table");
    desk.put("d.csv", rows + &"500,3,cat\n".repeat(5));
}

#[test]
fn answers_stay_when_rows_are_appended_to_the_training_table() {
    let desk = Desk::with("owns-preparation");
    let before = answers_after(&desk, "m.ron", &["q.csv"]);
    assert_eq!(before.lines().count(), 10);
    append_rows(&desk);
    assert_eq!(answers(&desk, &["q.csv"]), before);
}

#[test]
fn evaluation_and_resumption_say_what_has_changed_and_take_it_only_when_told() {
    let desk = Desk::with("owns-preparation");
    answers_after(&desk, "m.ron", &["q.csv"]);
    let before = accuracy(&desk, &[]);
    append_rows(&desk);
    let (said, code) = desk.failure(&["eval", "last"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("d.csv has changed since the run learned from it: it had"), "{said}");
    assert!(said.contains("--accept-changed-data takes the data as it is now"), "{said}");
    // Scaled by the means that were learned, the rows that were there are told apart as before.
    let output = desk.run(&["eval", "last", "--accept-changed-data", "--json"], b"");
    let (line, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let scores: serde_json::Value = serde_json::from_str(&line).expect("a JSON object");
    assert!(scores["accuracy"].as_f64().is_some_and(|now| now > before - 0.1), "{before} then, {line}");
    assert!(said.contains("d.csv has changed") && said.contains("cut anew"), "{said}");
    let changed = scores["changed_data"][0].as_str().expect("a script is told as well");
    assert!(changed.contains("d.csv has changed"), "{line}");

    fs::remove_file(desk.path("d.csv")).expect("it is there");
    let (said, code) = desk.failure(&["eval", "last", "--accept-changed-data"]);
    assert!(said.contains("the run's data cannot be read") && said.contains("d.csv"), "{said}");
    assert_eq!(code, Some(1));
}

#[test]
fn a_stopped_run_goes_on_from_another_folder_and_not_on_changed_data() {
    let desk = Desk::with("owns-preparation");
    let long = ["train", "m.ron", "--set", "train.epochs=1000000", "--detach"];
    for words in [&long[..], &["stop", "last"]] {
        let output = desk.run(words, b"");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    // The run has its paths; this folder has no d.csv.
    desk.put("elsewhere/note.txt", "");
    let resume = ["resume", "last", "--detach"];
    let output = desk.run_in("elsewhere", &resume, b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(desk.run(&["stop", "last"], b"").status.success());

    append_rows(&desk);
    for words in [&resume[..2], &resume[..]] {
        let (said, code) = desk.failure(words);
        assert!(said.contains("d.csv has changed since the run learned from it"), "{said}");
        assert_eq!(code, Some(1));
    }
    let output = desk.run(&[&resume[..], &["--accept-changed-data"]].concat(), b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(desk.run(&["stop", "last"], b"").status.success());
}

#[test]
fn classes_keep_the_names_that_were_learned() {
    let desk = Desk::with("owns-preparation");
    let before = answers_after(&desk, "m.ron", &["q.csv"]);
    assert!(before.contains("  cat  ") && before.contains("  dog  "), "{before}");
    // The order of the classes would be another one (keras #6075).
    let rows = fs::read_to_string(desk.path("d.csv")).expect("the table");
    desk.put("d.csv", rows.replace("dog", "ant"));
    assert_eq!(answers(&desk, &["q.csv"]), before);
    let (said, code) = desk.failure(&["eval", "last", "--accept-changed-data"]);
    assert!(said.contains("class 'ant' is none of this network's: cat, dog"), "{said}");
    assert_eq!(code, Some(1));

    let asked = ["imgs/dog/0.png", "imgs/dog/1.png"];
    let before = answers_after(&desk, "im.ron", &asked);
    assert_eq!(before.matches("  dog  ").count(), 2, "{before}");
    fs::rename(desk.path("imgs/cat"), desk.path("imgs/zebra")).expect("another name");
    assert_eq!(answers(&desk, &asked), before);
    let (said, _) = desk.failure(&["eval", "last"]);
    assert!(said.contains("imgs has changed") && said.contains("other content or another name"), "{said}");
}

#[test]
fn a_run_is_used_without_its_data_and_from_any_folder() {
    let desk = Desk::with("owns-preparation");
    let before = answers_after(&desk, "m.ron", &["q.csv"]);
    let all = accuracy(&desk, &["--data", "d.csv"]);
    desk.put("elsewhere/good.onnx", "an older file");
    fs::rename(desk.path("d.csv"), desk.path("elsewhere/rows.csv")).expect("another place");
    assert_eq!(answers(&desk, &["q.csv"]), before);
    assert_eq!(accuracy(&desk, &["--data", "elsewhere/rows.csv"]).to_bits(), all.to_bits());
    let source = "csv(file: \"elsewhere/rows.csv\")";
    assert_eq!(accuracy(&desk, &["--data", source]).to_bits(), all.to_bits(), "a source is scored whole");

    let output = desk.run_in("elsewhere", &["predict", "last", "../q.csv"], b"");
    assert_eq!(String::from_utf8_lossy(&output.stdout), before.replace("q.csv", "../q.csv"));
    let output = desk.run_in("elsewhere", &["export", "last", "--to", "onnx", "-o", "good.onnx"], b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(fs::metadata(desk.path("elsewhere/good.onnx")).is_ok_and(|file| file.len() > 100));
}

/// A preset's paths are seen from its own folder, wherever the program is started; a path that is typed, from here.
#[test]
fn paths_are_seen_from_the_presets_folder() {
    let desk = Desk::with("units");
    let table = fs::read(desk.path("reg.csv")).expect("the table");
    let preset = fs::read(desk.path("reg.ron")).expect("the preset");
    desk.put("deep/reg.ron", &preset);
    desk.put("deep/reg.csv", &table);
    fs::remove_file(desk.path("reg.csv")).expect("the other table goes");
    desk.lines(&["train", "deep/reg.ron", "--json", "--no-save"], b"");
    assert!(desk.run(&["presets", "check", "deep/reg.ron"], b"").status.success());
    desk.put("typed.csv", &table);
    let typed = ["train", "deep/reg.ron", "--json", "--no-save", "--set", "data.source.file=\"typed.csv\""];
    desk.lines(&typed, b"");
    let variable = ["train", "deep/reg.ron", "--set", "data.source.file=\"$NO_SUCH_VARIABLE/t.csv\""];
    let (refused, code) = desk.failure(&variable);
    assert!(
        code == Some(2) && refused.contains("the variable NO_SUCH_VARIABLE, which is not set"),
        "{refused}"
    );
}

#[test]
fn a_run_of_before_reads_its_data_as_it_did() {
    let desk = Desk::with("owns-preparation");
    let before = answers_after(&desk, "m.ron", &["q.csv"]);
    let scored = accuracy(&desk, &[]);
    let runs = fs::read_dir(desk.path("home/runs")).expect("runs");
    let run = runs.flatten().next().expect("a run").path();
    fs::remove_file(run.join("data.ron")).expect("what it learned");
    assert_eq!(answers(&desk, &["q.csv"]), before);
    assert_eq!(accuracy(&desk, &[]).to_bits(), scored.to_bits());
    fs::remove_file(desk.path("d.csv")).expect("it is there");
    let (said, code) = desk.failure(&["predict", "last", "q.csv"]);
    assert!(said.contains("d.csv") && code == Some(1), "{said}");
}

#[test]
fn columns_are_found_by_their_names() {
    let desk = Desk::with("columns-by-name");
    let bare = |text: String| -> Vec<String> {
        text.lines()
            .map(|line| line.split_once("  ").expect("a file, then the answer").1.to_string())
            .collect()
    };
    let same = bare(answers_after(&desk, "abc.ron", &["pred_same.csv"]));
    // Another order and another case; a column more (scikit-learn #7242, #12936).
    assert_eq!(bare(answers(&desk, &["pred_reorder_case.csv"])), same);
    assert_eq!(bare(answers(&desk, &["pred_extra_first.csv"])), same);
    let output = desk.run(&["predict", "last", "pred_extra_first.csv"], b"");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said, "trainyard: pred_extra_first.csv: not taken into account: id\n");
    let output = desk.run(&["predict", "last", "pred_extra_first.csv", "--json"], b"");
    assert!(String::from_utf8_lossy(&output.stdout).contains(r#""left_out":["id"]"#), "{output:?}");
    desk.put("missing.csv", "a,b,d\n1,2,3\n");
    let (said, code) = desk.failure(&["predict", "last", "missing.csv"]);
    assert!(
        said.contains("missing.csv: line 1 names the columns, and has none that is called 'c'"),
        "{said}"
    );
    assert_eq!(code, Some(1));
    // The same rows with their label first.
    let rows = fs::read_to_string(desk.path("trainabc.csv")).expect("the table");
    let turned = |line: &str| line.rsplit_once(',').map(|(rest, label)| format!("{label},{rest}\n"));
    desk.put("turned.csv", rows.lines().filter_map(turned).collect::<String>());
    let scored = ["trainabc.csv", "turned.csv"].map(|file| accuracy(&desk, &["--data", file]).to_bits());
    assert_eq!(scored[0], scored[1]);
}

#[test]
fn columns_of_one_name_are_told_apart_by_their_order() {
    // pandas #7160
    let desk = Desk::with("columns-by-name");
    answers_after(&desk, "dup.ron", &["traindup.csv"]);
    let scored = accuracy(&desk, &["--data", "traindup.csv"]);
    assert!(scored > 0.95, "{scored}");
}

#[test]
fn a_label_that_was_not_learned_is_refused_and_never_taken_for_a_place() {
    // scikit-learn #19830
    let desk = Desk::with("columns-by-name");
    answers_after(&desk, "123.ron", &["pred_same.csv"]);
    let (said, code) = desk.failure(&["eval", "last", "--data", "evalunk.csv"]);
    assert!(said.contains("class '0' is none of this network's: 1, 2, 3"), "{said}");
    assert_eq!(code, Some(1));
}

#[test]
fn the_part_of_a_set_that_has_changed_is_named() {
    let desk = Desk::new();
    let rows = |class: &str| format!("1,2,x\n3,9,{class}\n").repeat(20);
    desk.put("old.csv", format!("a,b,kind\n{}", rows("y")));
    desk.put("new.csv", format!("a,b,kind\n{}", rows("y")));
    desk.preset("csv(file: \"old.csv\", test_file: \"new.csv\")", "");
    desk.trained();
    let changed = |part: &str, file: &str| {
        let (said, code) = desk.failure(&["eval", "last"]);
        let named = format!("trainyard: the {part} file {}", desk.path(file).display());
        assert!(said.starts_with(&format!("{named} has changed")) && code == Some(1), "{said}");
        assert_eq!(said.matches("has changed").count(), 1, "{said}");
        assert_eq!(desk.failure(&["resume", "last", "--epochs", "+1"]).0, said);
        let output = desk.run(&["eval", "last", "--accept-changed-data"], b"");
        String::from_utf8(output.stderr).expect("text")
    };
    desk.put("new.csv", format!("a,b,kind\n1,2,x\n{}", rows("y")));
    let said = changed("test", "new.csv");
    assert!(!said.contains("cut anew"), "the training rows are as they were: {said}");
    desk.put("new.csv", format!("a,b,kind\n{}", rows("y")));
    desk.put("old.csv", format!("a,b,kind\n4,4,z\n{}", rows("y")));
    let said = changed("training", "old.csv");
    let wrong = format!("trainyard: {}: class 'z' is none of this network's", desk.path("old.csv").display());
    assert!(said.contains("cut anew") && said.contains(&wrong), "{said}");
}
