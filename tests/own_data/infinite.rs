//! `inf` in a column of numbers, as pandas writes a division by zero: training, checks, evaluation and predictions agree about it.

use crate::program::{Desk, done, said};

/// A table in which every so manieth row has an infinite ratio.
fn table(every: usize) -> String {
    let mut text = "a,ratio,y\n".to_string();
    for row in 0..120 {
        let ratio = match row % every {
            3 if row % 2 == 0 => "-inf".to_string(),
            3 => "inf".to_string(),
            _ => format!("{:.2}", (row * 7 % 30) as f64 / 10.0),
        };
        text += &format!("{},{ratio},{:.1}\n", row % 10, (row % 10) as f64 * 1.5);
    }
    text
}

#[test]
fn a_table_with_a_few_leaves_their_rows_out_and_says_what_to_do() {
    let desk = Desk::new();
    desk.put("few.csv", table(60));
    let advice = "inf is not a number to learn from; missing_words: [\"inf\", \"-inf\"] in the preset, and missing: median, take such for \
                  missing numbers";
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: csv(file: \"few.csv\")), layers: [Dense(units: 1)],
          loss: mean_squared_error, optimizer: Adam(), train: (epochs: 1, batch_size: 8))",
    );
    let refused = desk.failure(&["train", "own.ron"]).0;
    assert!(refused.contains("line 5, column 2 ('ratio')") && refused.contains(advice), "{refused}");
    let (checked, is_good) = said(&desk, &["data", "check", "few.csv"]);
    assert!(!is_good && checked.contains(advice), "{checked}");
    assert!(
        checked.contains("'ratio': 2 cells are infinite; missing_words: [\"inf\"] in a preset"),
        "{checked}"
    );
    done(&desk, &["init", "few.csv"]);
    done(&desk, &["train", "few.ron", "--set", "train.epochs=2", "--quiet"]);
    // What the training left out, a prediction does not make up.
    let (answers, is_whole) = said(&desk, &["predict", "last", "few.csv"]);
    assert!(!is_whole && answers.contains("2 of 120 rows are not answered"), "{answers}");
    assert!(answers.contains("row 4, line 5, column 2 ('ratio'): inf is not a number"), "{answers}");
    let told = done(&desk, &["eval", "last", "--data", "few.csv"]);
    assert!(told.contains("on 118 samples"), "{told}");
}

#[test]
fn a_table_with_many_has_them_for_missing_numbers_everywhere() {
    let desk = Desk::new();
    desk.put("many.csv", table(5));
    let told = done(&desk, &["init", "many.csv"]);
    assert!(told.contains("'ratio' is a number, and 24 cells count as missing: '-inf', 'inf'"), "{told}");
    done(&desk, &["train", "many.ron", "--set", "train.epochs=2", "--quiet"]);
    let answers = desk.lines(&["predict", "last", "many.csv", "--json"], b"");
    assert_eq!(answers.len(), 120);
    assert!(answers.iter().all(|answer| answer["output"][0].is_f64()), "{:?}", answers[3]);
    let told = done(&desk, &["eval", "last", "--data", "many.csv"]);
    assert!(told.contains("on 120 samples"), "{told}");
}
