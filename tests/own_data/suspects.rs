//! Numbers that may stand for something else are told, never replaced; yes and no beside 1 and 0 are one thing; labels of -1 and 1 are
//! classes in arrays as in tables. What is right is the same table with plain numbers, or with gaps.

use serde_json::Value;

use crate::program::{Desk, npy, said};

fn trained(desk: &Desk, source: &str) -> (String, Value) {
    desk.regression(source, (4, 2))
}

fn put(desk: &Desk, name: &str, cell: &dyn Fn(usize) -> String) {
    let rows: String = (0..60).map(|n| format!("{},{}.5,{}\n", cell(n), n * 7 % 31, n * 5 % 23)).collect();
    desk.put(name, format!("t,a,y\n{rows}"));
}

#[test]
fn numbers_by_which_archives_say_that_a_value_is_missing_are_told_and_may_be_said_to_be() {
    let desk = Desk::new();
    let cell = |gap: &'static str| {
        move |n: usize| if n.is_multiple_of(7) { gap.into() } else { format!("{}.25", n * 11 % 29) }
    };
    put(&desk, "gaps.csv", &cell(""));
    let (_, right) = trained(&desk, "file: \"gaps.csv\", missing: mean");
    let answers = desk.lines(&["predict", "last", "gaps.csv", "--json"], b"");
    for gap in ["-999", "-9999.0", "9999"] {
        put(&desk, "t.csv", &cell(gap));
        let word = gap.trim_end_matches(".0");
        let wanted =
            format!("'t': 9 rows have {word}, far from all others, which may stand for a missing value");
        for words in [&["data", "check", "t.csv"][..], &["init", "t.csv", "-o", "new.ron"]] {
            let (told, is_done) = said(&desk, words);
            assert!(is_done && told.contains(&wanted), "{words:?}: {told}");
        }
        std::fs::remove_file(desk.path("new.ron")).expect("the preset");
        let (told, loss) = trained(&desk, "file: \"t.csv\"");
        // It is never replaced by itself.
        assert!(told.matches(&wanted).count() == 1 && loss != right, "{told}");
        let (told, loss) =
            trained(&desk, &format!("file: \"t.csv\", missing: mean, missing_words: [{word:?}]"));
        assert!(!told.contains("may stand for"), "{told}");
        assert_eq!(loss, right, "{gap}");
        let said = desk.lines(&["predict", "last", "t.csv", "--json"], b"");
        assert!(said.iter().zip(&answers).all(|(one, other)| one["output"] == other["output"]), "{gap}");
    }
}

#[test]
fn dates_in_digits_alone_are_told_with_the_option_that_reads_them() {
    let desk = Desk::new();
    let day = |n: usize| (2019 + n % 3, 1 + n * 5 % 12, 1 + n * 7 % 28);
    put(&desk, "iso.csv", &|n| {
        let (year, month, day) = day(n);
        format!("{year}-{month:02}-{day:02}")
    });
    put(&desk, "months.csv", &|n| format!("{}-{:02}", day(n).0, day(n).1));
    let (_, right) = trained(&desk, "file: \"iso.csv\"");
    let (_, right_months) = trained(&desk, "file: \"months.csv\"");
    type Cell<'a> = &'a dyn Fn(usize) -> String;
    let forms: [(&str, Cell, &Value); 3] = [
        ("format: \"%d%m%Y\"", &|n| format!("{:02}{:02}{}", day(n).2, day(n).1, day(n).0), &right),
        (
            "format: \"%Y%m%d%H%M%S\"",
            &|n| format!("{}{:02}{:02}000000", day(n).0, day(n).1, day(n).2),
            &right,
        ),
        ("format: \"%Y%m\"", &|n| format!("{}{:02}", day(n).0, day(n).1), &right_months),
    ];
    for (form, cell, right) in forms {
        put(&desk, "t.csv", cell);
        let (told, _) = trained(&desk, "file: \"t.csv\"");
        let wanted = format!("columns: {{\"t\": date({form})}} reads them so");
        assert!(told.contains("'t' has numbers that may be dates") && told.contains(&wanted), "{told}");
        assert!(said(&desk, &["data", "check", "t.csv"]).0.contains(&wanted));
        let (told, loss) = trained(&desk, &format!("file: \"t.csv\", columns: {{\"t\": date({form})}}"));
        assert!(!told.contains("may be dates"), "{told}");
        assert_eq!(loss, *right, "{form}");
    }
    put(&desk, "t.csv", &|n| (1_600_000_000 + n * 86_400 * 3).to_string());
    assert!(
        trained(&desk, "file: \"t.csv\"").0.contains("columns: {\"t\": date(unix: seconds)} reads them so")
    );
}

#[test]
fn versions_that_are_one_number_are_told() {
    let desk = Desk::new();
    put(&desk, "t.csv", &|n| ["1.1", "1.10", "1.9"][n % 3].into());
    let wanted = "'t' has 1.1 and 1.10, which are one number: columns: {\"t\": category} tells them apart";
    assert!(trained(&desk, "file: \"t.csv\"").0.contains(wanted));
    assert!(said(&desk, &["init", "t.csv", "-o", "new.ron"]).0.contains(wanted));
    let (told, _) = trained(&desk, "file: \"t.csv\", columns: {\"t\": category}");
    assert!(told.contains("'t' is a category of 3 words") && !told.contains("one number"), "{told}");
}

#[test]
fn yes_and_no_may_stand_beside_1_and_0() {
    let desk = Desk::new();
    put(&desk, "plain.csv", &|n| ["False", "True"][n % 2].into());
    let (_, right) = trained(&desk, "file: \"plain.csv\"");
    for (words, count) in
        [(["0", "1", "false", "true"], 30), (["no", "true", "0", "1.0"], 30), (["0", "yes", "0", "1"], 45)]
    {
        put(&desk, "t.csv", &|n| words[n % 4].into());
        let (told, loss) = trained(&desk, "file: \"t.csv\"");
        assert!(
            told.contains(&format!("'t' is yes or no, of which {count} rows have 1 for yes or 0 for no")),
            "{told}"
        );
        assert_eq!(loss, right, "{words:?}");
    }
    // A file of 1 and 0 is one of yes and no to a run that learned from these, and the other way round it is refused with the way out.
    put(&desk, "bits.csv", &|n| (n % 2).to_string());
    trained(&desk, "file: \"plain.csv\"");
    let outputs = |file: &str| -> Vec<Value> {
        desk.lines(&["predict", "last", file, "--json"], b"")
            .into_iter()
            .map(|answer| answer["output"].clone())
            .collect()
    };
    assert_eq!(outputs("bits.csv"), outputs("plain.csv"));
    trained(&desk, "file: \"bits.csv\"");
    let (told, is_done) = said(&desk, &["predict", "last", "plain.csv"]);
    assert!(
        !is_done && told.contains("'True' is not a number: where the column's numbers are 1 for yes"),
        "{told}"
    );
}

#[test]
fn labels_below_0_are_classes_in_arrays_as_in_tables() {
    let desk = Desk::new();
    let x: Vec<f32> = (0..120).map(|n| (n * 37 % 41) as f32 / 41.0).collect();
    let y: Vec<i64> = (0..60).map(|n| if x[2 * n] > 0.5 { 1 } else { -1 }).collect();
    let bytes = |numbers: &[f32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    desk.put("x.npy", npy("<f4", "(60, 2)", &bytes(&x)));
    desk.put(
        "y.npy",
        npy("<i8", "(60,)", &y.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>()),
    );
    let rows: String = (0..60).map(|n| format!("{},{},{}\n", x[2 * n], x[2 * n + 1], y[n])).collect();
    desk.put("t.csv", format!("a,b,y\n{rows}"));
    let loss =
        |text: &str| text.lines().find(|line| line.trim_start().starts_with("loss:")).map(str::to_string);
    let of_array = said(&desk, &["init", "x.npy", "y.npy", "-o", "-"]).0;
    let of_table = said(&desk, &["init", "t.csv", "-o", "-"]).0;
    assert!(of_array.contains("2 classes") && of_table.contains("2 classes"), "{of_array}");
    assert!(loss(&of_array).is_some() && loss(&of_array) == loss(&of_table), "{of_array}");
    assert!(said(&desk, &["init", "x.npy", "y.npy", "-o", "own.ron"]).1);
    assert!(said(&desk, &["train", "own.ron", "--epochs", "2"]).1);
    let classes = desk.classes("x.npy", b"");
    assert!(
        classes.len() == 60 && classes.iter().all(|class| ["-1", "1"].contains(&&class[..])),
        "{classes:?}"
    );
    // Many are values, as in a table.
    let many: Vec<u8> = (0..60_i64).flat_map(|n| (n * 7 - 100).to_le_bytes()).collect();
    desk.put("y.npy", npy("<i8", "(60,)", &many));
    assert!(said(&desk, &["init", "x.npy", "y.npy", "-o", "-"]).0.contains("loss: mean_squared_error"));
}
