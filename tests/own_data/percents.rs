//! Percents mean the same in a spreadsheet, whose cells say by their format that a share is shown as percents, and in text; shares
//! beside percents are told. `rates.xlsx`, `rates.ods` and `rates.csv` are written by `tests/reference/percent_tables.py` with openpyxl and
//! odfpy.

use crate::program::{Desk, said};

/// The same table with shares of 1.
fn shares(desk: &Desk) -> String {
    let text = std::fs::read_to_string(desk.path("rates.csv")).expect("the fixture");
    let mut lines = text.lines();
    let names = lines.next().expect("names").to_string();
    let share = |line: &str| {
        let (rate, rest) = line.split_once("%,").expect("percents");
        format!("{},{rest}\n", rate.parse::<f64>().expect("a number") / 100.0)
    };
    names + "\n" + &lines.map(share).collect::<String>()
}

#[test]
fn a_run_learned_from_text_is_asked_with_a_spreadsheet_and_the_other_way_round() {
    let desk = Desk::with("formats");
    let mut losses = Vec::new();
    for (learned, asked) in [
        ("rates.csv", "rates.xlsx"),
        ("rates.xlsx", "rates.csv"),
        ("rates.ods", "rates.csv"),
        ("rates.csv", "rates.ods"),
    ] {
        desk.preset(&format!("csv(file: \"{learned}\")"), "");
        let (told, is_done) = said(&desk, &["train", "own.ron"]);
        assert!(is_done && told.contains("'rate' is a number with '%' behind, so that 29% is 29"), "{told}");
        let scored =
            |file: &str| desk.lines(&["eval", "last", "--data", file, "--json"], b"")[0]["loss"].clone();
        assert_eq!(scored(asked), scored(learned));
        assert_eq!(desk.classes(asked, b""), desk.classes(learned, b""));
        losses.push(scored(asked));
    }
    assert!(losses.iter().all(|loss| *loss == losses[0]), "{losses:?}");
}

#[test]
fn shares_for_percents_and_percents_for_numbers_are_refused() {
    let desk = Desk::with("formats");
    desk.put("shares.csv", shares(&desk));
    desk.preset("csv(file: \"rates.csv\")", "");
    assert!(said(&desk, &["train", "own.ron", "--quiet"]).1);
    let wanted = "'0.045' is not a number with '%' behind, so that 29% is 29: it may be a share of 1 or percents, so write 4.5% or 0.045%";
    for words in [&["predict", "last", "shares.csv"][..], &["eval", "last", "--data", "shares.csv"]] {
        let (told, is_done) = said(&desk, words);
        assert!(!is_done && told.contains(wanted), "{told}");
    }
    // Percents without the sign are told.
    desk.put(
        "bare.csv",
        std::fs::read_to_string(desk.path("rates.csv")).expect("the fixture").replace('%', ""),
    );
    let wanted = "have a number without '%', such as 4.5, which is read as 4.5%";
    assert!(said(&desk, &["predict", "last", "bare.csv"]).0.contains(wanted));
    desk.preset("csv(file: \"shares.csv\")", "");
    assert!(said(&desk, &["train", "own.ron", "--quiet"]).1);
    let (told, is_done) = said(&desk, &["predict", "last", "rates.xlsx"]);
    assert!(
        !is_done && told.contains("'4.5%' is not a number, for the column has numbers without '%'"),
        "{told}"
    );
    // A few shares among percents of the training are told as well.
    let text = std::fs::read_to_string(desk.path("rates.csv")).expect("the fixture");
    desk.put("mixed.csv", text.replacen("4.5%", "0.045", 1));
    desk.preset("csv(file: \"mixed.csv\")", "");
    let (told, _) = said(&desk, &["train", "own.ron", "--epochs", "1"]);
    assert!(told.contains("'rate': 1 row has a number without '%', such as 0.045"), "{told}");
}
