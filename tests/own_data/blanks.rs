//! What spreadsheet programs leave in tables beside values: empty rows and columns, formulas that were never calculated; and labels that
//! differ in capital letters. The workbooks are `tests/reference/sheet_blanks.py`'s; what is right is the same table without all that.

use serde_json::Value;

use crate::program::{Desk, done};

/// What `data check` says of the columns and the label.
fn summary(desk: &Desk, file: &str) -> Vec<String> {
    let told = done(desk, &["data", "check", file]);
    let of_columns = told.lines().filter(|line| !line.contains("note") && !line.contains(file));
    of_columns.filter(|line| !line.contains("left out")).map(str::to_string).collect()
}

#[test]
fn empty_rows_and_columns_are_left_out_and_told() {
    let desk = Desk::with("sheet_blanks");
    let plain = std::fs::read_to_string(desk.path("plain.csv")).expect("a table");
    let with = |end: &str| plain.lines().map(|line| format!("{line}{end}\n")).collect::<String>();
    desk.put("rows.csv", plain.clone() + &",,\n".repeat(40));
    desk.put("between.csv", plain.replace("\n1.0,", "\n,,\n1.0,"));
    desk.put("columns.csv", with(",,,,"));
    desk.put("both.csv", with(",,,") + &",,,,,\n".repeat(30));
    desk.put("semicolons.csv", (with(";;;") + ";;;;;\n;;;;;\n").replace(',', ";"));
    let right = summary(&desk, "plain.csv");
    let rows = "rows, the first of them line 62, are left out, as none of their cells has a value";
    let columns = "separators at the end of rows, behind which nothing stands";
    for (file, told) in [
        ("rows.csv", rows),
        ("columns.csv", columns),
        ("both.csv", rows),
        ("both.csv", columns),
        ("semicolons.csv", rows),
        ("between.csv", "left out, as none of "),
        ("formatted.xlsx", ""),
    ] {
        assert_eq!(summary(&desk, file), right, "{file}");
        let checked = done(&desk, &["data", "check", file]);
        assert!(checked.contains(told) && !checked.contains("label is missing"), "{file}: {checked}");
    }
    // A training with all of its rows, and answers for them.
    let (_, loss) = desk.regression("file: \"plain.csv\"", (4, 2));
    let outputs = |file: &str| -> Vec<Value> {
        desk.lines(&["predict", "last", file, "--json"], b"")
            .iter()
            .map(|line| line["output"].clone())
            .collect()
    };
    let answers = outputs("plain.csv");
    for file in ["rows.csv", "both.csv", "formatted.xlsx"] {
        assert_eq!(outputs(file), answers, "{file}");
        let (told, same) = desk.regression(&format!("file: {file:?}"), (4, 2));
        assert_eq!(same, loss, "{file}: {told}");
    }
}

#[test]
fn a_last_column_without_a_value_is_no_label() {
    let desk = Desk::with("sheet_blanks");
    let plain = std::fs::read_to_string(desk.path("plain.csv")).expect("a table");
    let named = plain.lines().map(|line| format!("{line},\n")).collect::<String>();
    desk.put("t.csv", named.replacen("y,\n", "outcome7,Unnamed: 3\n", 1));
    let told = done(&desk, &["init", "t.csv", "-o", "new.ron"]);
    assert!(told.contains("the label is 'outcome7'"), "{told}");
    assert!(std::fs::read_to_string(desk.path("new.ron")).expect("a preset").contains("label: \"outcome7\""));
    let (told, _) = desk.regression("file: \"t.csv\"", (4, 2));
    assert!(
        told.contains("t.csv: the label is 'outcome7', as the columns behind it have no value"),
        "{told}"
    );
}

#[test]
fn formulas_that_were_never_calculated_are_told() {
    let desk = Desk::with("sheet_blanks");
    let wanted = "60 cells have formulas that were never calculated, in 'total', and so no value";
    for words in [&["data", "check", "formulas.xlsx"][..], &["init", "formulas.xlsx", "-o", "new.ron"]] {
        let told = done(&desk, words);
        assert!(told.contains(wanted), "{told}");
    }
    let told = done(&desk, &["data", "check", "formulas.ods"]);
    assert!(
        told.contains("40 cells have formulas that were never calculated, in 'total', and so no value"),
        "{told}"
    );
    done(&desk, &["init", "formulas.ods", "--target", "y", "-o", "ods.ron"]);
    let preset = std::fs::read_to_string(desk.path("ods.ron")).expect("a preset");
    assert!(preset.contains("\"total\": ignore, // no cell of it has a value"), "{preset}");
    done(&desk, &["train", "ods.ron", "--epochs", "1"]);
    let (told, _) = desk.failure(&["init", "formula_labels.xlsx", "--target", "y", "-o", "other.ron"]);
    assert!(
        told.contains("60 cells have formulas that were never calculated, in 'y', and so no value"),
        "{told}"
    );
    assert!(told.contains("open the file in a spreadsheet program and save it"), "{told}");
}

#[test]
fn labels_and_words_that_differ_in_capital_letters_only_are_told_as_are_rows_that_repeat_others() {
    let desk = Desk::new();
    let row = |n: usize| {
        let label = ["Yes", "no", "yes ", "no"][n % 4];
        format!("{},{},{label}\n", ["Rome", "rome", "Oslo"][n % 3], n * 7 % 31)
    };
    let rows: String = (0..60).map(row).collect();
    desk.put("t.csv", format!("town,a,answer\n{rows}{}", row(0).repeat(3)));
    let classes = "the classes 'Yes', 'yes' differ in capital letters or blanks only: where they mean the same, write them alike";
    let words = "'town': 'Rome', 'rome' differ in capital letters or blanks only";
    let repeated = "3 rows repeat another, label included";
    for words_of in [&["data", "check", "t.csv"][..], &["init", "t.csv", "-o", "own.ron"]] {
        let told = done(&desk, words_of);
        for wanted in [classes, words, repeated] {
            assert!(told.contains(wanted), "{words_of:?}: {told}");
        }
    }
    let told = done(&desk, &["train", "own.ron", "--epochs", "1"]);
    assert!(told.contains(classes) && told.contains(words), "{told}");
}
