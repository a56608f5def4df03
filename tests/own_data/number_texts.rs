//! Numbers in cells of text, as countries write them: in sheets as in text. The workbooks are `tests/reference/sheet_texts.py`'s, written
//! by openpyxl; what is right is the same table with plain numbers.

use crate::program::{Desk, done, said};

/// What `data check` says of the columns and the label, without their forms.
fn summary(desk: &Desk, file: &str) -> Vec<String> {
    let told = done(desk, &["data", "check", file]);
    let of_columns = told.lines().filter(|line| !line.contains("note") && !line.contains(file));
    of_columns.map(|line| line.replace("number with '€' behind", "number")).collect()
}

#[test]
fn texts_of_a_sheet_that_are_numbers_are_the_numbers_that_they_say() {
    let desk = Desk::with("sheet_texts");
    let plain = summary(&desk, "plain.csv");
    for (file, told) in [
        ("german.xlsx", "fractions after ',', digits grouped by '.'"),
        ("german_groups.xlsx", "digits grouped by '.'"),
        ("euro.xlsx", "fractions after ',', digits grouped by '.'"),
        ("decimal.xlsx", "fractions after ','"),
        ("english.xlsx", "digits grouped by ','"),
        ("english_fractions.xlsx", "digits grouped by ','"),
        ("swiss.xlsx", "digits grouped by '''"),
        ("french.xlsx", "fractions after ',', digits grouped by '\u{202f}'"),
        ("some.xlsx", "digits grouped by '.'"),
    ] {
        assert_eq!(summary(&desk, file), plain, "{file}");
        let checked = done(&desk, &["data", "check", file]);
        assert!(
            checked.contains("numbers in cells of text have") && checked.contains(told),
            "{file}: {checked}"
        );
    }
}

#[test]
fn texts_of_parquet_that_are_numbers_are_the_numbers_that_they_say() {
    let desk = Desk::with("sheet_texts");
    let plain = summary(&desk, "plain.csv");
    for (file, told) in [
        ("german.parquet", "numbers in texts have fractions after ',', digits grouped by '.'"),
        ("english.parquet", "numbers in texts have digits grouped by ','"),
    ] {
        assert_eq!(summary(&desk, file), plain, "{file}");
        let checked = done(&desk, &["data", "check", file]);
        assert!(checked.contains(told), "{file}: {checked}");
    }
    // A run reads them whatever its own table is.
    let (_, _) = desk.regression("file: \"german.parquet\"", (4, 2));
    let outputs = |file: &str| -> Vec<_> {
        let lines = desk.lines(&["predict", "last", file, "--json"], b"");
        lines.iter().map(|line| line["output"].clone()).collect()
    };
    assert_eq!(outputs("german.parquet"), outputs("plain.csv"));
    assert_eq!(outputs("english.parquet"), outputs("plain.csv"));
    let told = done(&desk, &["init", "german.parquet", "--target", "y", "-o", "new.ron"]);
    assert!(told.contains("look at it"), "{told}");
}

#[test]
fn a_run_reads_other_sheets_as_its_own() {
    let desk = Desk::with("sheet_texts");
    let (told, _) = desk.regression("file: \"german_groups.xlsx\"", (4, 2));
    assert!(told.contains("digits grouped by '.'"), "{told}");
    let outputs = |file: &str| -> Vec<_> {
        desk.lines(&["predict", "last", file, "--json"], b"")
            .iter()
            .map(|line| line["output"].clone())
            .collect()
    };
    let right = outputs("plain.csv");
    assert_eq!(right.len(), 40);
    for file in ["german_groups.xlsx", "english.xlsx", "some.xlsx"] {
        assert_eq!(outputs(file), right, "{file}");
    }
    // One number alone shows nothing: it is read as those of the training.
    desk.put("one.csv", "sales;a\n6.694;1,5\n");
    desk.put("same.csv", "sales,a\n6694,1.5\n");
    assert_eq!(outputs("one.csv"), outputs("same.csv"));
}

#[test]
fn points_that_group_digits_between_commas_are_read_so_or_told() {
    let desk = Desk::new();
    let rows = |number: &dyn Fn(usize) -> usize, is_plain: bool| {
        let cell = |n: usize| match (number(n), is_plain) {
            (number @ 1000.., false) => format!("{}.{:03}", number / 1000, number % 1000),
            (number, _) => number.to_string(),
        };
        format!(
            "sales,a,y\n{}",
            (0..60).map(|n| format!("{},{},{}\n", cell(n), n % 7, n * 5 % 23)).collect::<String>()
        )
    };
    let (some_below, all_above) = (|n: usize| 37 + n * 7919 % 9973, |n: usize| 1037 + n * 7919 % 9973);
    desk.put("plain.csv", rows(&some_below, true));
    desk.put("grouped.csv", rows(&some_below, false));
    let right = desk.regression("file: \"plain.csv\"", (4, 2)).1;
    let (told, loss) = desk.regression("file: \"grouped.csv\"", (4, 2));
    assert!(
        told.contains("digits grouped by '.': ")
            && told.contains("decimal: '.' in a preset makes it a fraction"),
        "{told}"
    );
    assert_eq!(loss, right);
    // Where all have a point it may be either: it is told, also by init, and the option decides.
    desk.put("plain.csv", rows(&all_above, true));
    desk.put("open.csv", rows(&all_above, false));
    let wanted =
        "fractions after '.': 1.037 in 'sales' is no whole number; thousands: '.' in a preset makes it 1037";
    for words in [&["init", "open.csv", "-o", "new.ron"][..], &["data", "check", "open.csv"]] {
        assert!(done(&desk, words).contains(wanted), "{words:?}");
    }
    // The scale of a column does not matter to a loss: the same numbers without points have the same answers, or others.
    let answers = |file: &str| -> Vec<_> {
        desk.lines(&["predict", "last", file, "--json"], b"")
            .iter()
            .map(|line| line["output"].clone())
            .collect()
    };
    let (told, _) = desk.regression("file: \"open.csv\"", (4, 2));
    assert!(told.matches(wanted).count() == 1 && answers("open.csv") != answers("plain.csv"), "{told}");
    let (told, _) = desk.regression("file: \"open.csv\", thousands: '.'", (4, 2));
    assert!(!told.contains(wanted), "{told}");
    assert_eq!(answers("open.csv"), answers("plain.csv"));
}

#[test]
fn numbers_in_two_writings_are_no_missing_words() {
    let desk = Desk::new();
    let cell =
        |n: usize| if n % 9 == 2 { format!("\"{}.696,00\"", n % 7 + 1) } else { format!("{}.5", n * 7 % 31) };
    let rows: String = (0..60).map(|n| format!("{},{}.25,{}\n", cell(n), n % 5, n * 5 % 23)).collect();
    desk.put("t.csv", format!("sales,a,y\n{rows}"));
    let wanted = "some of its numbers are written in another way than the others, such as '";
    for words in [&["init", "t.csv", "-o", "new.ron"][..], &["data", "check", "t.csv"]] {
        let (told, _) = said(&desk, words);
        assert!(told.contains(wanted) && !told.contains("missing_words"), "{told}");
    }
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: csv(file: \"t.csv\"), test: 0.25), layers: [Dense(units: 1)],
          loss: mean_squared_error, optimizer: Adam(learning_rate: 0.02), train: (epochs: 1, batch_size: 8))",
    );
    let (told, _) = desk.failure(&["train", "own.ron"]);
    assert!(told.contains("decimal and thousands in a preset say how numbers are written"), "{told}");
}
