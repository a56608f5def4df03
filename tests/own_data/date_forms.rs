//! Dates in another form than those of the training: what has to be guessed is refused, what is read by a rule is told. What is right is
//! the same table with dates as ISO 8601 writes them, as pandas' `to_datetime` reads each with the `format` in question.

use serde_json::Value;

use crate::program::{Desk, said};

fn trained(desk: &Desk, source: &str) -> (String, Value) {
    desk.regression(source, (4, 2))
}

/// A table of 60 days, each written by `cell` of its row, year, month and day.
fn put(desk: &Desk, name: &str, cell: &dyn Fn(u32, u32, u32, u32) -> String) {
    let row = |row: u32| {
        let (year, month, day) = (1995 + row % 9, 1 + row * 5 % 12, 1 + row * 7 % 28);
        format!("{},{}.5,{}.25\n", cell(row, year, month, day), row * 7 % 31, month * 2)
    };
    desk.put(name, format!("when,a,y\n{}", (0..60).map(row).collect::<String>()));
}

#[test]
fn an_order_of_day_and_month_that_no_row_of_the_training_needs_is_refused() {
    let desk = Desk::new();
    put(&desk, "iso.csv", &|_, year, month, day| format!("{year}-{month:02}-{day:02}"));
    put(&desk, "dots.csv", &|_, year, month, day| format!("{day:02}.{month:02}.{year}"));
    // All of these days could be months.
    put(&desk, "open.csv", &|_, year, month, day| format!("{:02}.{month:02}.{year}", day % 12 + 1));
    let (_, right) = trained(&desk, "file: \"iso.csv\"");
    let whole = desk.lines(&["predict", "last", "iso.csv", "--json"], b"");
    let wanted = "is not a date that leaves no doubt which number is the day and which the month";
    let (told, is_done) = said(&desk, &["predict", "last", "open.csv"]);
    assert!(!is_done && told.contains(&format!("'09.06.1996' {wanted}")), "{told}");
    let (told, code) = desk.failure(&["eval", "last", "--data", "open.csv"]);
    assert!(told.contains(wanted) && code == Some(1), "{told}");
    // Where some days of a file are no months, it leaves no doubt; nor does such a day alone.
    let by_file = "'when': 25 rows have a date such as '08.06.1996', which is read with the day first, as others in this file fit no other order";
    for words in [&["predict", "last", "dots.csv"][..], &["eval", "last", "--data", "dots.csv"]] {
        let (told, is_done) = said(&desk, words);
        assert!(is_done && told.contains(by_file), "{told}");
    }
    let of = |lines: &[Value]| lines.iter().map(|line| line["output"].clone()).collect::<Vec<_>>();
    assert_eq!(of(&desk.lines(&["predict", "last", "dots.csv", "--json"], b"")), of(&whole));
    desk.put("iso_day.csv", "when,a\n2020-01-13,2.5\n");
    let iso_day = desk.lines(&["predict", "last", "iso_day.csv", "--json"], b"");
    for day in ["13.01.2020", "01/13/2020", "13/01/2020"] {
        desk.put("day.csv", format!("when,a\n{day},2.5\n"));
        assert_eq!(of(&desk.lines(&["predict", "last", "day.csv", "--json"], b"")), of(&iso_day), "{day}");
    }
    // As the test set of a preset it is refused with the option that says the order, which a run keeps.
    let preset = |option: &str| {
        desk.preset_text(&format!(
            "(name: \"own\", title: \"\", data: (source: csv(file: \"iso.csv\", test_file: \"open.csv\"{option})),
              layers: [Dense(units: 1)], loss: mean_squared_error, optimizer: Adam(learning_rate: 0.02),
              train: (epochs: 1, batch_size: 8))"
        ));
    };
    preset("");
    let (told, _) = desk.failure(&["train", "own.ron"]);
    assert!(
        told.contains("columns: {\"when\": date(day_first: true)} says that the day comes first"),
        "{told}"
    );
    preset(", columns: {\"when\": date(day_first: true)}");
    let (told, is_done) = said(&desk, &["train", "own.ron"]);
    assert!(is_done, "{told}");
    let (dots, iso) = (
        desk.lines(&["predict", "last", "dots.csv", "--json"], b""),
        desk.lines(&["predict", "last", "iso.csv", "--json"], b""),
    );
    assert!(dots.len() == 60 && dots.iter().zip(&iso).all(|(one, other)| one["output"] == other["output"]));
    // A run that learned the order reads dates that need none.
    let (_, loss) = trained(&desk, "file: \"dots.csv\"");
    assert_eq!(loss, right);
    let again = desk.lines(&["predict", "last", "iso.csv", "--json"], b"");
    assert!(again.iter().zip(&whole).all(|(one, other)| one["output"] == other["output"]));
}

#[test]
fn times_in_zones_that_no_row_of_the_training_has_are_told() {
    let desk = Desk::new();
    let put_zone = |name: &str, zone: &'static str| {
        put(&desk, name, &move |row, year, month, day| {
            format!("{year}-{month:02}-{day:02} {:02}:30:00{zone}", row % 24)
        });
    };
    put_zone("utc.csv", "+00:00");
    put_zone("berlin.csv", "+01:00");
    put_zone("india.csv", "+05:30");
    put_zone("plain.csv", "");
    put(&desk, "days.csv", &|_, year, month, day| format!("{year}-{month:02}-{day:02}"));
    let (other, none) = ("60 rows have a time in another zone", "60 rows have a time without a zone");
    let midnight = "60 rows have a date without a time of day";
    for (learned, asked) in [
        ("plain.csv", &[("berlin.csv", other), ("plain.csv", ""), ("days.csv", midnight)][..]),
        ("berlin.csv", &[("berlin.csv", ""), ("india.csv", other), ("plain.csv", none)]),
        ("days.csv", &[("plain.csv", ""), ("india.csv", other)]),
    ] {
        let (told, _) = trained(&desk, &format!("file: {learned:?}"));
        assert_eq!(
            told.contains("have a time in another zone, which is read as UTC"),
            learned == "berlin.csv",
            "{told}"
        );
        for (file, wanted) in asked {
            for words in [&["predict", "last", file][..], &["eval", "last", "--data", file]] {
                let (told, is_done) = said(&desk, words);
                let is_told = told.contains("as no row of the training has");
                assert!(
                    is_done && told.contains(wanted) && is_told != wanted.is_empty(),
                    "{learned} {file}: {told}"
                );
            }
        }
    }
    // They are the moments that they are.
    trained(&desk, "file: \"utc.csv\"");
    desk.put("one.csv", "when,a\n2001-05-06 04:30:00+05:30,1\n2001-05-05 23:00:00+00:00,1\n");
    let answers = desk.lines(&["predict", "last", "one.csv", "--json"], b"");
    assert_eq!(answers[0]["output"], answers[1]["output"]);
}

#[test]
fn a_year_of_two_digits_in_front_is_read_where_nothing_else_fits_and_told_where_something_does() {
    let desk = Desk::new();
    put(&desk, "iso.csv", &|_, year, month, day| format!("{year}-{month:02}-{day:02}"));
    let (_, right) = trained(&desk, "file: \"iso.csv\"");
    let short = |_: u32, year: u32, month: u32, day: u32| format!("{:02}-{month:02}-{day:02}", year % 100);
    put(&desk, "t.csv", &short);
    let (told, loss) = trained(&desk, "file: \"t.csv\"");
    assert!(told.contains("written as '%y-%m-%d'"), "{told}");
    assert_eq!(loss, right);
    // No day is 95 to 99, and some here are 1 to 12.
    desk.put(
        "open.csv",
        "when,a,y\n21-05-02,1,1\n21-06-03,2,2\n22-07-04,3,3\n21-08-05,1,4\n22-09-06,2,5\n21-10-07,3,6\n",
    );
    let (told, _) = trained(&desk, "file: \"open.csv\"");
    let guess = "read with the day first and the year last although the year in front would fit too: columns: {\"when\": \
                 date(format: \"%y-%m-%d\")} reads it so";
    assert!(told.contains(guess), "{told}");
    let (told, _) = trained(&desk, "file: \"open.csv\", columns: {\"when\": date(day_first: true)}");
    assert!(!told.contains("in front would fit"), "{told}");
    let (told, is_done) = said(&desk, &["init", "open.csv", "-o", "new.ron"]);
    assert!(is_done && told.contains("in front would fit too"), "{told}");
}
