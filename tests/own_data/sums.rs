//! A row that is a sum of the others is none to learn from, whether the preset reads the column that says so or not; answers that
//! cannot be given leave no old ones behind.

use crate::program::{Desk, said};

/// 60 rows in which y is three times x, with what names them in front, and below them their sum.
fn with_sum(column: &str, name: impl Fn(usize) -> String) -> String {
    let row = |n: usize| format!("{},{}.5,{}.5\n", name(n), n % 23, 3 * (n % 23) + 1);
    format!("{column},x,y\n{}Total,690.5,2070.5\n", (0..60).map(row).collect::<String>())
}

const WANTED: &str = "'Total' says that the row is a sum of the others";

#[test]
fn what_init_writes_trains_on_the_rows_that_it_counts_and_never_on_their_sum() {
    let desk = Desk::new();
    for (column, name) in [("name", "Person"), ("order_no", "10")] {
        desk.put("t.csv", with_sum(column, |n| format!("{name}{n:02}")));
        let file = format!("{column}.ron");
        assert!(said(&desk, &["init", "t.csv", "-o", &file]).1);
        let preset = std::fs::read_to_string(desk.path(&file)).expect("a preset");
        assert!(preset.contains("60 rows") && preset.contains(&format!("\"{column}\": ignore")), "{preset}");
        let (text, is_done) = said(&desk, &["train", &file, "--epochs", "1"]);
        assert!(is_done && text.matches(WANTED).count() == 1, "{text}");
        // Of 60 a fifth is tested, and a fifth of the others says when to stop.
        assert!(text.contains("38 training, 10 validation and 12 test samples"), "{text}");
        let (text, is_done) = said(&desk, &["predict", "last", "t.csv"]);
        assert!(!is_done && text.contains(WANTED) && text.contains("1 of 61 rows"), "{text}");
        let text = said(&desk, &["eval", "last", "--data", "t.csv"]).0;
        assert!(text.contains(WANTED), "{text}");
    }
}

/// A preset of values over a source.
fn preset(desk: &Desk, source: &str) {
    desk.preset_text(&format!(
        "(name: \"own\", title: \"\", data: (source: csv({source}), test: 0.25), layers: [Dense(units: 1)],
          loss: mean_squared_error, optimizer: Adam(learning_rate: 0.01), train: (epochs: 1, batch_size: 8))"
    ));
}

#[test]
fn a_column_that_a_preset_does_not_choose_says_where_a_row_is_a_sum() {
    let desk = Desk::new();
    let text = with_sum("name", |n| format!("Person {n}"));
    desk.put("t.csv", &text);
    let rows = text.strip_suffix("Total,690.5,2070.5\n").expect("the sum is last");
    desk.put("rows.csv", rows);
    for source in [
        "file: \"t.csv\", columns: [\"x\"]",
        "file: \"t.csv\", columns: {\"name\": ignore}",
        "file: \"rows.csv\", test_file: \"t.csv\", columns: [\"x\"]",
        "file: \"rows.csv\", test_file: \"t.csv\", columns: {\"name\": ignore}",
    ] {
        preset(&desk, source);
        let (text, is_done) = said(&desk, &["train", "own.ron"]);
        assert!(
            !is_done && text.contains(&format!("line 62, column 1 ('name'): {WANTED}")),
            "{source}: {text}"
        );
    }
    preset(&desk, "file: \"rows.csv\", columns: [\"x\"]");
    assert!(said(&desk, &["train", "own.ron"]).1);
    assert!(said(&desk, &["predict", "last", "t.csv"]).0.contains(WANTED));
    // A kind that many rows have is no sum.
    let kinds = with_sum("kind", |n| ["Part", "Total"][n % 2].into());
    desk.put("t.csv", kinds);
    preset(&desk, "file: \"t.csv\", columns: [\"x\"]");
    let (text, is_done) = said(&desk, &["train", "own.ron"]);
    assert!(is_done && !text.contains("is a sum"), "{text}");
}

#[test]
fn answers_of_before_do_not_stay_where_no_row_can_be_answered() {
    let desk = Desk::new();
    let text = with_sum("name", |n| format!("Person {n}"));
    desk.put("rows.csv", text.strip_suffix("Total,690.5,2070.5\n").expect("the sum is last"));
    preset(&desk, "file: \"rows.csv\", columns: [\"x\"]");
    assert!(said(&desk, &["train", "own.ron"]).1);
    desk.put("bad.csv", "x\noops\nworse\n");
    desk.put("other.csv", "a,b\n1,2\n");
    for (asked, rows, why) in [("bad.csv", 2, "'worse'"), ("other.csv", 1, "none that is called 'x'")] {
        for file in ["said.csv", "said.json"] {
            assert!(said(&desk, &["predict", "last", "rows.csv", "-o", file]).1);
            let (_, code) = desk.failure(&["predict", "last", asked, "-o", file]);
            assert_eq!(code, Some(1));
            let text = std::fs::read_to_string(desk.path(file)).expect("the answers");
            assert!(text.contains(why) && !text.contains("rows.csv"), "{text}");
            let lines = text.lines().count();
            assert_eq!(lines, rows + [1, 2][usize::from(file.ends_with("json"))], "{text}");
        }
    }
}
