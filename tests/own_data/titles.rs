//! Tables with rows above the names of their columns, and with separators at the end of rows.

use crate::program::{Desk, done};

const NETWORK: &str =
    "layers: [Dense(units: 6, activation: relu), Dense(units: 1)], loss: mean_squared_error,
    optimizer: Adam(learning_rate: 0.02), train: (epochs: 4, batch_size: 8)";

fn put_preset(desk: &Desk, source: &str) {
    desk.preset_text(&format!("(name: \"own\", title: \"\", data: (source: csv({source})), {NETWORK})"));
}

fn rows(end: &str) -> String {
    (0..60).map(|row| format!("{}.5,{},{}.25{end}\n", row * 7 % 31, row % 5, row * 11 % 17)).collect()
}

#[test]
fn a_title_above_the_names_is_named_with_the_option_that_leaves_it_out() {
    let desk = Desk::new();
    desk.put("t.csv", format!("Report of 2024\n\na,b,y\n{}", rows("")));
    let wanted =
        "the table begins in line 3, below a title, 'Report of 2024': skip_rows: 2 in a preset leaves out";
    put_preset(&desk, "file: \"t.csv\"");
    let (refused, code) = desk.failure(&["train", "own.ron"]);
    assert!(refused.contains(wanted) && code == Some(1), "{refused}");
    let checked = done(&desk, &["data", "check", "t.csv"]);
    assert!(checked.contains(wanted) && checked.contains("rows             60"), "{checked}");
    done(&desk, &["init", "t.csv"]);
    let preset = std::fs::read_to_string(desk.path("t.ron")).expect("the preset");
    assert!(preset.contains(wanted) && preset.contains("            skip_rows: 2,\n"), "{preset}");
    done(&desk, &["train", "t.ron", "--epochs", "2"]);
    // Tables that people ask about may have a title, another one, or none.
    let answers = |head: &str| {
        desk.put("asked.csv", format!("{head}a,b\n1.5,2\n3.5,4\n"));
        let lines = desk.lines(&["predict", "last", "asked.csv", "--json"], b"");
        lines.iter().map(|line| line["output"].clone()).collect::<Vec<_>>()
    };
    let plain = answers("");
    assert_eq!(
        (plain.len(), answers("Asked\n\n"), answers("Asked\nby me\n\n\n")),
        (2, plain.clone(), plain.clone())
    );
    desk.put("scored.csv", format!("a,b,y\n{}", rows("")));
    let scores = |file: &str| desk.lines(&["eval", "last", "--data", file, "--json"], b"")[0]["mae"].clone();
    assert_eq!(scores("t.csv"), scores("scored.csv"));
}

/// As pandas reads them with `index_col=False`.
#[test]
fn a_separator_at_the_end_of_rows_is_told_and_makes_no_column() {
    let desk = Desk::new();
    desk.put("plain.csv", format!("a,b,y\n{}", rows("")));
    let scores = |file: &str| {
        put_preset(&desk, &format!("file: \"{file}\""));
        let told = done(&desk, &["train", "own.ron"]);
        (desk.lines(&["eval", "last", "--json"], b"")[0]["loss"].clone(), told)
    };
    let (right, _) = scores("plain.csv");
    for (header, end) in [("a,b,y", ","), ("a,b,y,", ""), ("a,b,y,", ",")] {
        desk.put("t.csv", format!("{header}\n{}", rows(end)));
        let (loss, told) = scores("t.csv");
        assert_eq!(loss, right, "{header} {end}");
        assert_eq!(told.matches("separators at the end of rows").count(), 1, "{told}");
        assert_eq!(desk.lines(&["predict", "last", "t.csv", "--json"], b"").len(), 60);
    }
}
