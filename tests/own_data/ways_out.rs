//! Tables with words among their numbers, numbers written in other ways, and files of other kinds: each is read, told, or refused with what
//! to do.

use std::fmt::Write;

use crate::program::{Desk, done};

/// What `init` says of a table, and the preset that it writes, which trains.
fn guided(desk: &Desk, file: &str, more: &[&str]) -> (String, String) {
    let told = done(desk, &[&["init", file, "-o", "own.ron"], more].concat());
    let preset = std::fs::read_to_string(desk.path("own.ron")).expect("the preset");
    done(desk, &["train", "own.ron", "--epochs", "1", "--quiet"]);
    std::fs::remove_file(desk.path("own.ron")).expect("a preset to remove");
    (told, preset)
}

/// A table of a number, a cell that `cell` makes of its row, and a class.
fn table(rows: usize, cell: impl Fn(usize) -> String) -> String {
    let mut text = "a,v,y\n".to_string();
    for row in 0..rows {
        writeln!(text, "{},{},{}", row * 7 % 31, cell(row), ["no", "yes"][row / 2 % 2]).expect("memory");
    }
    text
}

#[test]
fn words_among_numbers_are_missing_numbers_where_they_are_few_and_told() {
    let desk = Desk::new();
    let number = |row: usize| format!("{}.5", row * 13 % 89);
    for (words, wanted) in [
        (&["unknown"][..], "missing_words: [\"unknown\"]"),
        (&["<5"], "missing_words: [\"<5\"]"),
        (&["ND", "not measured"], "missing_words: [\"ND\", \"not measured\"]"),
    ] {
        desk.put(
            "t.csv",
            table(
                120,
                |row| if row.is_multiple_of(3) { words[row / 3 % words.len()].into() } else { number(row) },
            ),
        );
        let (told, preset) = guided(&desk, "t.csv", &[]);
        assert!(told.contains("'v' is a number, and 40 cells count as missing: "), "{told}");
        assert!(preset.contains(wanted) && preset.contains("40 missing"), "{preset}");
        assert!(!preset.contains("skip_broken"), "{preset}");
    }
    // The run knows the words, and no others.
    desk.put("q.csv", "a,v\n3,ND\n4,1.5\n5,low\n");
    let output = desk.run(&["predict", "last", "q.csv"], b"");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("'v': 1 row has no number"), "{told}");
    assert!(told.contains("row 3, line 4, column 2 ('v'): 'low' is not a number"), "{told}");
    assert!(told.contains("1 of 3 rows is not answered"), "{told}");
    // Words in all rows of one of many columns do not end it either; too many different ones leave the column out.
    desk.put("t.csv", table(120, |row| if row % 5 < 2 { format!("<{row}") } else { number(row) }));
    let (told, preset) = guided(&desk, "t.csv", &[]);
    assert!(told.contains("'v' is left out: 48 cells are no numbers, such as '<0'"), "{told}");
    assert!(preset.contains("\"v\": ignore, // 48 cells are no numbers"), "{preset}");
    // Most are words, of which there is one: it is a number all the same.
    desk.put("t.csv", table(200, |row| if row % 5 < 3 { "low".into() } else { number(row) }));
    let (told, preset) = guided(&desk, "t.csv", &[]);
    assert!(told.contains("120 cells count as missing: 'low'"), "{told}");
    assert!(preset.contains("\"v\": number, // ") && preset.contains("120 missing"), "{preset}");
    // A few mistakes are rows that are left out, as before.
    desk.put("t.csv", table(120, |row| if row == 7 { "oops".into() } else { number(row) }));
    let (_, preset) = guided(&desk, "t.csv", &[]);
    assert!(preset.contains("skip_broken: true") && !preset.contains("missing_words"), "{preset}");
}

#[test]
fn a_word_for_a_label_among_numbers_leaves_its_row_out() {
    let desk = Desk::new();
    let text: String = (0..120)
        .map(|row| match row % 3 {
            0 => format!("{row},unknown\n"),
            _ => format!("{row},{}.25\n", row * 3),
        })
        .collect();
    desk.put("t.csv", format!("size,price\n{text}"));
    let (_, preset) = guided(&desk, "t.csv", &[]);
    assert!(preset.contains("A value to predict, from 3.25 to 357.25"), "{preset}");
    assert!(preset.contains("40 rows are left out because they are broken"), "{preset}");
}

/// What is right is the same table with plain numbers.
#[test]
fn minuses_of_all_kinds_and_minutes_are_numbers() {
    let desk = Desk::new();
    let amount = |row: usize| format!("{}.25", 1 + row * 13 % 89);
    let is_below = |row: usize| row.is_multiple_of(3);
    let plain = |row: usize| if is_below(row) { format!("-{}", amount(row)) } else { amount(row) };
    let range = |file: &str| {
        let told = done(&desk, &["data", "check", file]);
        let line = told.lines().find(|line| line.trim_start().starts_with("v  ")).map(str::to_string);
        let line = line.unwrap_or_else(|| panic!("{told}"));
        line.split_once(if line.contains("59:30") { "seconds, " } else { ", " })
            .map(|(_, rest)| rest.to_string())
            .unwrap_or_default()
    };
    desk.put("plain.csv", table(90, plain));
    let right = range("plain.csv");
    assert!(right.starts_with("-86.25 to 89.25"), "{right}");
    for (name, minus) in [
        ("sap", ("", "-")),
        ("typographic", ("\u{2212}", "")),
        ("dash", ("\u{2013}", "")),
        ("parentheses", ("(", ")")),
    ] {
        let file = format!("{name}.csv");
        desk.put(
            &file,
            table(90, |row| {
                if is_below(row) { format!("{}{}{}", minus.0, amount(row), minus.1) } else { amount(row) }
            }),
        );
        assert_eq!(range(&file), right, "{name}");
    }
    let told = done(&desk, &["data", "check", "typographic.csv"]);
    assert!(!told.contains("parentheses"), "{told}");
    // All below 0.
    desk.put("all.csv", table(90, |row| format!("({})", row + 1)));
    assert!(range("all.csv").starts_with("-90 to -1"), "{}", range("all.csv"));
    // `pandas.to_timedelta("00:" + …)`.
    desk.put("minutes.csv", table(90, |row| format!("{}:{:02}", row, row % 60)));
    assert!(range("minutes.csv").ends_with("90 different  █████▇████"), "{}", range("minutes.csv"));
    assert!(done(&desk, &["data", "check", "minutes.csv"]).contains(" 0 to 5369, mean 2694.5000, "));
}

#[test]
fn numbers_of_which_some_have_a_unit_are_left_out_with_the_reason() {
    let desk = Desk::new();
    for part in [4, 2] {
        desk.put(
            "t.csv",
            table(120, |row| if row % part == 0 { format!("{row}") } else { format!("{row} kg") }),
        );
        let (_, preset) = guided(&desk, "t.csv", &[]);
        let without = 120 / part - 1;
        assert!(preset.contains("\"v\": ignore, // its numbers have different units, 'kg' in "), "{preset}");
        assert!(preset.contains(&format!("none in {without}: write one unit")), "{preset}");
    }
}

#[test]
fn one_number_that_is_written_otherwise_breaks_its_row_alone() {
    let desk = Desk::new();
    let table = |cell: &dyn Fn(usize) -> String| {
        let rows = (0..60).map(|row| format!("{};{};{}\n", row % 9, cell(row), ["x", "y"][row % 2]));
        "a;v;y\n".to_string() + &rows.collect::<String>()
    };
    for (name, cell, odd) in [
        ("comma", &(|row| format!("{row},5")) as &dyn Fn(usize) -> String, "1.234.5"),
        ("comma", &|row| format!("{row},5"), "7.5"),
        ("point", &|row| format!("{row}.5"), "1.234,5"),
        ("point", &|row| format!("{row}.5"), "12 kg"),
        ("point", &|row| format!("{row}.5"), "(5)"),
    ] {
        desk.put("t.csv", table(cell));
        done(&desk, &["init", "t.csv", "-o", "own.ron"]);
        done(&desk, &["train", "own.ron", "--epochs", "1", "--quiet"]);
        std::fs::remove_file(desk.path("own.ron")).expect("a preset to remove");
        desk.put("q.csv", format!("a;v\n1;{}\n2;{odd}\n3;{}\n", cell(7), cell(8)));
        let output = desk.run(&["predict", "last", "q.csv"], b"");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let answered = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(
            (output.status.code(), answered.lines().count()),
            (Some(1), 2),
            "{name} {odd}: {told}{answered}"
        );
        assert!(told.contains(&format!("row 2, line 3, column 2 ('v'): '{odd}' is not a number")), "{told}");
    }
}

#[test]
fn cells_may_be_separated_by_blanks_as_numpy_and_r_write_them() {
    let desk = Desk::new();
    // numpy.savetxt(…, fmt="%8.3f %4d"), and UCI's auto-mpg: a tab before names in quotes, `?` for a missing number.
    let savetxt: String =
        (0..60).map(|row| format!("{:8.3} {:4}   {}\n", f64::from(row) / 7.0, row % 9, row % 2)).collect();
    let cars: String = (0..60)
        .map(|row| {
            let power = if row % 10 == 3 { "?".to_string() } else { format!("{}.0", 60 + row) };
            format!(
                "{:4.1}   8   {power:10} 70  {}\t\"chevrolet chevelle {}\"\n",
                9.5 + f64::from(row),
                row % 3 + 1,
                row % 5
            )
        })
        .collect();
    let r: String = (0..60)
        .map(|row| format!("\"{}\" {} \"{}\"\n", row + 1, row * 3 % 17, ["a", "b"][row % 2]))
        .collect();
    let r = format!("\"x\" \"y\"\n{r}");
    for (file, text) in [("w.dat", &savetxt), ("w.txt", &savetxt), ("auto-mpg.data", &cars), ("r.txt", &r)] {
        desk.put(file, text);
        let target = if file == "auto-mpg.data" { &["--target", "1"][..] } else { &[] };
        let (told, preset) = guided(&desk, file, target);
        assert!(preset.contains("source: csv("), "{file}: {preset}");
        let told_row = "the first line is a row of values, so the columns are called by their numbers";
        assert_eq!(told.contains(told_row), file != "r.txt", "{told}");
        let checked = done(&desk, &["data", "check", file]);
        assert!(checked.contains("cells separated by blanks"), "{checked}");
        let is_count = |line: &str| line.split_whitespace().eq(["rows", "60"]);
        assert!(checked.lines().any(is_count), "{checked}");
        if file == "auto-mpg.data" {
            assert!(preset.contains("6 missing") && preset.contains("\"6\": category"), "{preset}");
        }
    }
    // Asked for.
    desk.put("own.ron", "(name: \"own\", title: \"\", data: (source: csv(file: \"w.dat\", separator: ' ', header: false)), layers: [Dense(units: 1, activation: sigmoid)], loss: binary_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 8))");
    done(&desk, &["train", "own.ron", "--quiet"]);
    // Prose stays a text.
    desk.put("p.txt", "It was the best of times\nit was the worst of times\nit was an age\n".repeat(20));
    let told = done(&desk, &["data", "check", "p.txt"]);
    assert!(told.contains("text_file("), "{told}");
}

#[test]
fn files_of_other_kinds_are_called_what_they_are_whatever_their_names() {
    let desk = Desk::new();
    for (name, bytes, what) in [
        ("web.csv", &b"<html><body><table><tr><td>1</td></tr></table></body></html>"[..], "it is a page of the web (HTML)"),
        ("web.xls", b"<!DOCTYPE html>\n<table></table>", "it is a page of the web (HTML)"),
        ("web.xlsx", b"<table></table>", "it is a page of the web (HTML)"),
        ("p.csv", b"%PDF-1.4\nx", "it is a PDF"),
        ("d.csv", b"SQLite format 3\0\x10\0", "it is an SQLite database"),
        ("d.db", b"SQLite format 3\0\x10\0", "it is an SQLite database"),
        ("t.json", b"[{\"a\": 1, \"y\": 2}]", "it is JSON"),
        ("t.csv", b"{\"a\": 1}\n{\"a\": 2}\n", "lines=True"),
        ("t.csv.bz2", b"BZh91AY&SY\x01", "it is packed with bzip2"),
        ("t.csv.xz", b"\xfd7zXZ\0\0", "it is packed with xz"),
        ("t.csv.zst", b"\x28\xb5\x2f\xfd\x04", "it is packed with Zstandard"),
        ("t.pkl", b"\x80\x04\x95\x10\0\0\0", "it is a pickle of Python"),
        ("t.mat", b"MATLAB 5.0 MAT-file, Platform: GLNXA64", "it is a MATLAB file"),
        ("t.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "format of before 2007"),
        // An archive of zip with an empty file `a.csv`.
        (
            "t.zip",
            b"PK\x03\x04\x14\0\0\0\0\0\0\0\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0a.csvPK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\0\0\0\0\x80\x01\0\0\0\0a.csvPK\x05\x06\0\0\0\0\x01\0\x01\0\x33\0\0\0\x23\0\0\0\0\0",
            "it is a zip archive with 'a.csv' in it: unpack it",
        ),
    ] {
        desk.put(name, bytes);
        for words in [&["init", name][..], &["data", "check", name]] {
            let output = desk.run(words, b"");
            let told = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            assert_eq!(output.status.code(), Some(1), "{words:?}: {told}");
            assert!(told.contains(what), "{words:?}: {told}");
        }
    }
}

#[test]
fn numbers_of_many_digits_are_written_with_an_exponent() {
    let desk = Desk::new();
    let text: String = (0..60).map(|row| format!("{row},{}e300,{}.5e300\n", row % 9 + 1, row + 1)).collect();
    desk.put("t.csv", format!("a,v,y\n{text}"));
    let told = done(&desk, &["init", "t.csv", "-o", "-"]) + &done(&desk, &["data", "check", "t.csv"]);
    assert!(told.contains("from 1.5e300 to 6.05e301") && told.contains("1e300 to 9e300"), "{told}");
    assert!(!told.contains("00000000"), "{told}");
}

#[test]
fn the_label_that_nobody_named_is_told_with_the_others() {
    let desk = Desk::new();
    let text: String = (0..60)
        .map(|row| format!("{},{}.5,{}\n", ["A", "B", "C"][row % 3], row * 7 % 11, row * 5 % 37))
        .collect();
    desk.put("t.csv", format!("city,size,visits\n{text}"));
    let (told, _) = guided(&desk, "t.csv", &[]);
    let wanted = "the label is 'visits', the last column that can be one: a value to predict, from 0 to 36, whole numbers as counts are; \
                  --target names another: 'city', 'size'";
    assert!(told.contains(wanted), "{told}");
    let (told, preset) = guided(&desk, "t.csv", &["--target", "size"]);
    assert!(!told.contains("the label is") && preset.contains("label: \"size\""), "{told}{preset}");
}

#[test]
fn a_title_above_a_table_that_is_asked_about_is_left_out_and_told() {
    let desk = Desk::new();
    desk.put("t.csv", table(60, |row| row.to_string()));
    done(&desk, &["init", "t.csv"]);
    done(&desk, &["train", "t.ron", "--epochs", "1", "--quiet"]);
    desk.put("q.csv", "New ones,,\n,,\na,v,y\n3,4,no\n5,6,yes\n7,8,no\n");
    let told = done(&desk, &["predict", "last", "q.csv"]);
    assert!(told.contains("2 lines are above the names of the columns"), "{told}");
    assert!(told.contains("row 3") && !told.contains("--no-header"), "{told}");
}
