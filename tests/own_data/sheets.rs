//! Workbooks as people keep them: merged cells, several tables in a sheet, a cover before the table. They are written by
//! `tests/reference/sheet_tables.py` with openpyxl and `ods_tables.py` with odfpy; what is right is the same table in text, and pandas' `ffill()` of the merged column.

use crate::program::Desk;

fn said(desk: &Desk, words: &[&str]) -> String {
    let output = desk.run(words, b"");
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{words:?}: {text}");
    text
}

/// What `data check` says of the columns and the label.
fn summary(desk: &Desk, file: &str) -> Vec<String> {
    let told = said(desk, &["data", "check", file]);
    let of_columns = told.lines().filter(|line| !line.contains("note") && !line.contains(file));
    of_columns.map(str::to_string).collect()
}

#[test]
fn a_merged_cell_is_the_value_of_all_its_rows() {
    let desk = Desk::with("sheets");
    for file in ["merged.xlsx", "merged.ods"] {
        let told = said(&desk, &["data", "check", file]);
        assert!(told.contains("category, 2 words: 'North' 20, 'South' 20\n"), "{told}");
        assert!(told.contains("38 rows of merged cells in 'region' have the value of the first"), "{told}");
    }
}

#[test]
fn of_several_tables_in_a_sheet_the_first_is_read_and_the_others_are_told() {
    let desk = Desk::with("sheets");
    let plain = summary(&desk, "plain.csv");
    for (file, wanted) in [
        ("below.xlsx", "rows 43 to 53 are another table, of name, town, size, and are not read"),
        ("beside.xlsx", "columns 5 to 6 are another table, of name, size, and are not read"),
    ] {
        assert_eq!(summary(&desk, file), plain, "{file}");
        let preset = format!("{file}.ron");
        said(&desk, &["init", file, "--target", "y", "-o", &preset]);
        let told = said(&desk, &["train", &preset, "--epochs", "1"]);
        assert!(told.contains(wanted), "{told}");
    }
}

#[test]
fn the_sheet_that_has_the_columns_is_asked_behind_a_cover() {
    let desk = Desk::with("sheets");
    said(&desk, &["init", "plain.csv", "--target", "y", "-o", "own.ron"]);
    said(&desk, &["train", "own.ron", "--epochs", "1", "--quiet"]);
    let outputs = |file: &str, more: &[&str]| {
        let words = [&["predict", "last", file, "--json"], more].concat();
        desk.lines(&words, b"").iter().map(|line| line["output"].clone()).collect::<Vec<_>>()
    };
    let right = outputs("plain.csv", &[]);
    assert_eq!(outputs("cover.xlsx", &[]), right);
    assert_eq!(outputs("cover.xlsx", &["--sheet", "Data"]), right);
    let loss = |file: &str| desk.lines(&["eval", "last", "--data", file, "--json"], b"")[0]["loss"].clone();
    assert_eq!(loss("cover.xlsx"), loss("plain.csv"));
    let wanted = "the sheet 'Data' is read, because the first one does not have the columns";
    for words in [&["predict", "last", "cover.xlsx"][..], &["eval", "last", "--data", "cover.xlsx"]] {
        assert!(said(&desk, words).contains(wanted), "{words:?}");
    }
    // A run of the sheet of a workbook takes one whose sheet is called otherwise.
    std::fs::remove_file(desk.path("own.ron")).expect("a preset to remove");
    said(&desk, &["init", "cover.xlsx", "--target", "y", "-o", "own.ron"]);
    said(&desk, &["train", "own.ron", "--epochs", "1", "--quiet"]);
    assert_eq!(outputs("below.xlsx", &[]).len(), right.len());
}

#[test]
fn a_column_that_names_groups_in_their_first_rows_is_told() {
    let desk = Desk::new();
    let row = |row: usize| {
        let region = if row.is_multiple_of(20) { ["North", "South", "East"][row / 20] } else { "" };
        format!("{region},{},{}\n", row % 7, row * 5 % 11)
    };
    desk.put("t.csv", "region,a,y\n".to_string() + &(0..60).map(row).collect::<String>());
    let told = said(&desk, &["data", "check", "t.csv"]);
    assert!(told.contains("'region' has a word in few rows and none in 57 others"), "{told}");
}
