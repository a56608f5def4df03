//! Numbers, times and words as programs and countries write them. What is right is the same table with plain numbers.

use crate::program::Desk;

fn said(desk: &Desk, words: &[&str]) -> String {
    let output = desk.run(words, b"");
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{words:?}: {text}");
    text
}

/// A table of so many rows: the column v, a number and a label, cut by semicolons.
fn table(rows: usize, cell: impl Fn(usize) -> String) -> String {
    let lines = (0..rows).map(|row| format!("{};{};{}\n", cell(row), row % 7, row % 2));
    "v;x;y\n".to_string() + &lines.collect::<String>()
}

/// What is said of the column v.
fn of_column(desk: &Desk, cell: impl Fn(usize) -> String) -> String {
    desk.put("t.csv", table(90, cell));
    let told = said(desk, &["data", "check", "t.csv"]);
    told.lines().find(|line| line.starts_with("    v ")).expect("the column").to_string()
}

/// Its range, mean, and histogram as a column of numbers.
fn range_of(desk: &Desk, cell: impl Fn(usize) -> String) -> String {
    let line = of_column(desk, cell);
    let (_, of_numbers) = line.split_once("number").unwrap_or_else(|| panic!("{line}"));
    let from = of_numbers.find(|letter: char| letter.is_ascii_digit() || letter == '-').expect("a range");
    of_numbers[from..].to_string()
}

#[test]
fn numbers_are_read_however_a_program_or_country_writes_them() {
    let desk = Desk::new();
    let value = |row: usize| row * 61_813 + 1000;
    let right = range_of(&desk, |row| format!("{}.5", value(row)));
    assert!(right.starts_with("1000.5 to 5502357.5, mean "), "{right}");
    let grouped = |row: usize, mark: &str| {
        let whole = value(row).to_string();
        let digits: Vec<char> = whole.chars().collect();
        let place = |at: usize| if at > 0 && (digits.len() - at).is_multiple_of(3) { mark } else { "" };
        digits.iter().enumerate().map(|(at, digit)| format!("{}{digit}", place(at))).collect::<String>()
    };
    // Python's `locale` for en_IN: the last three digits, and pairs before them.
    let indian = |row: usize| {
        let whole = value(row).to_string();
        let (mut pairs, mut rest) = (vec![whole[whole.len() - 3..].to_string()], &whole[..whole.len() - 3]);
        while !rest.is_empty() {
            let at = rest.len().saturating_sub(2);
            pairs.insert(0, rest[at..].to_string());
            rest = &rest[..at];
        }
        pairs.join(",")
    };
    assert_eq!((indian(89), indian(0)), ("55,02,357".into(), "1,000".into()));
    assert_eq!(range_of(&desk, |row| format!("{}.5", indian(row))), right);
    for mark in [" ", "\u{a0}", "\u{202f}", "\u{2009}", "'", "\u{2019}"] {
        assert_eq!(range_of(&desk, |row| format!("{},5", grouped(row, mark))), right, "{mark:?}");
    }
    // Fortran's `write (*, '(d14.7)')`.
    let fortran = |row: usize| format!("{:.8}D+07", (value(row) as f64 + 0.5) / 1e7);
    assert_eq!(range_of(&desk, fortran), right);
}

#[test]
fn a_minus_behind_whole_numbers_is_one_and_behind_marks_at_school_is_a_word() {
    let desk = Desk::new();
    let sign = |row: usize| row % 4 == 1;
    let right = range_of(&desk, |row| format!("{}{}", if sign(row) { "-" } else { "" }, row + 50));
    let sap = range_of(&desk, |row| format!("{}{}", row + 50, if sign(row) { "-" } else { "" }));
    assert!(right.starts_with("-139 to 138") && sap.ends_with(&right), "{sap} {right}");
    let marks = |row: usize| ["1", "2-", "2", "3-"][row % 4].to_string();
    assert!(of_column(&desk, marks).contains("category, 4 words"));
    for classes in [["7a", "7b", "8a", "8b"], ["12a", "12", "14b", "14"]] {
        assert!(of_column(&desk, |row| classes[row % 4].to_string()).contains("category, 4 words"));
        assert!(!said(&desk, &["data", "check", "t.csv"]).contains("unit"), "{classes:?}");
    }
}

#[test]
fn cells_of_two_numbers_are_told_with_what_to_do() {
    let desk = Desk::new();
    let help = "two numbers each, such as '90/60': a column for each number would be inputs";
    let told = of_column(&desk, |row| format!("{}/{}", 90 + row, 60 + row));
    let told = told.replace("'100/70'", "'90/60'");
    assert!(told.contains(&format!("left out: its cells are {help}")), "{told}");
    desk.put("t.csv", table(90, |row| format!("{}/60", 90 + row % 3)));
    let told = said(&desk, &["data", "check", "t.csv"]);
    assert!(told.contains("'v' is read as words: its cells are two numbers each"), "{told}");
}

/// The right seconds are those of `pandas.to_timedelta(…).total_seconds()`.
#[test]
fn race_times_are_a_label_of_seconds() {
    let desk = Desk::new();
    let time = |row: usize| 3600 + row * 17;
    let lines = (0..90).map(|row| {
        let seconds = time(row);
        format!("{},{},{}:{:02}:{:02}\n", row, row % 7, seconds / 3600, seconds / 60 % 60, seconds % 60)
    });
    desk.put("race.csv", "x,z,time\n".to_string() + &lines.collect::<String>());
    let told = said(&desk, &["data", "check", "race.csv"]);
    assert!(told.contains("label            values from 3600 to 5113"), "{told}");
    assert!(told.contains("the label 'time' is a number of seconds"), "{told}");
    said(&desk, &["init", "race.csv", "--target", "time", "-o", "own.ron"]);
    said(&desk, &["train", "own.ron", "--epochs", "1", "--quiet"]);
    // Hours at which something begins are classes, unless a person says otherwise.
    let lines = (0..90).map(|row| format!("{},{},{:02}:30:00\n", row, row % 7, 8 + row % 4));
    desk.put("hours.csv", "x,z,time\n".to_string() + &lines.collect::<String>());
    let told = said(&desk, &["data", "check", "hours.csv"]);
    assert!(told.contains("classes          4"), "{told}");
}

/// As pandas' `to_datetime` reads each with its format.
#[test]
fn dates_are_read_as_programs_write_them() {
    let desk = Desk::new();
    let day = |row: usize| (2020 + row % 3, row % 12 + 1, row % 28 + 1);
    let name = |month: usize| {
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month - 1]
    };
    let of = |form: &dyn Fn(usize, usize, usize, String) -> String| {
        let line = of_column(&desk, |row| {
            let (year, month, of_month) = day(row);
            form(year, month, of_month, format!("{:02}:{:02}:38", row % 24, row % 60))
        });
        line.split_once("date, ").unwrap_or_else(|| panic!("{line}")).1.to_string()
    };
    let right = of(&|y, m, d, t| format!("{y}-{m:02}-{d:02} {t}"));
    assert!(right.starts_with("2020-01-01 00:00:38 to 2022-12-28 11:23:38, 90 different"), "{right}");
    assert_eq!(of(&|y, m, d, t| format!("{y}-{m:02}-{d:02} {t} UTC")), right);
    assert_eq!(of(&|y, m, d, t| format!("{y}-{m:02}-{d:02} {t},000")), right);
    assert_eq!(of(&|y, m, d, t| format!("{y}{m:02}{d:02}T{}Z", t.replace(':', ""))), right);
    assert_eq!(of(&|y, m, d, t| format!("{d:02}{}{y}:{t}", name(m).to_uppercase())), right);
    assert_eq!(of(&|y, m, d, t| format!("{m}/{d}/{y} {t}")), right);
    let days = of(&|y, m, d, _| format!("{y}-{m:02}-{d:02}"));
    assert_eq!(of(&|y, m, d, _| format!("{d:02}{}{y}", name(m).to_uppercase())), days);
    let ordinal = |d: usize| match (d % 10, d / 10) {
        (1, 0 | 2) => format!("{d}st"),
        (2, 0 | 2) => format!("{d}nd"),
        (3, 0 | 2) => format!("{d}rd"),
        _ => format!("{d}th"),
    };
    assert_eq!(of(&|y, m, d, _| format!("{} {} {y}", ordinal(d), name(m))), days);
}

#[test]
fn columns_of_one_name_are_those_that_pandas_numbers() {
    let desk = Desk::new();
    let rows: String = (0..60).map(|row| format!("{},{},{}\n", row % 7, row * 5 % 11, row % 7 * 2)).collect();
    desk.put("same.csv", format!("h,h,y\n{rows}"));
    desk.put("numbered.csv", format!("h,h.1,y\n{rows}"));
    let loss = |file: &str| desk.lines(&["eval", "last", "--data", file, "--json"], b"")[0]["loss"].clone();
    for file in ["same.csv", "numbered.csv"] {
        let preset = format!("{file}.ron");
        said(&desk, &["init", file, "--target", "y", "-o", &preset]);
        said(&desk, &["train", &preset, "--epochs", "1", "--quiet"]);
        assert_eq!(loss("same.csv"), loss("numbered.csv"));
        let outputs = |file: &str| {
            let lines = desk.lines(&["predict", "last", file, "--json"], b"");
            lines.iter().map(|line| line["output"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(outputs("same.csv"), outputs("numbered.csv"));
    }
}

#[test]
fn a_kind_of_row_that_was_learned_is_a_word_whatever_it_says() {
    let desk = Desk::new();
    let lines = (0..90).map(|row| {
        let kind = ["Total", "Partial", "None"][row * 7 % 3];
        format!("{kind},{},{},{}\n", row % 7, row * 13 % 11, ["yes", "no"][row % 2])
    });
    desk.put("t.csv", "kind,a,b,y\n".to_string() + &lines.collect::<String>());
    said(&desk, &["init", "t.csv", "--target", "y", "-o", "own.ron"]);
    said(&desk, &["train", "own.ron", "--epochs", "1", "--quiet"]);
    // 1 + 2 = 3, 2 + 3 = 5.
    desk.put("q.csv", "kind,a,b\nPartial,1,2\nPartial,2,3\nTotal,3,5\n");
    assert_eq!(desk.classes("q.csv", b"").len(), 3);
    desk.put("scored.csv", "kind,a,b,y\nPartial,1,2,yes\nPartial,2,3,no\nTotal,3,5,yes\n");
    assert_eq!(desk.lines(&["eval", "last", "--data", "scored.csv", "--json"], b"")[0]["samples"], 3);
    // A word that was none is one of sums.
    desk.put("q.csv", "kind,a,b\nPartial,1,2\nPartial,2,3\nGrand total,3,5\n");
    assert!(desk.failure(&["predict", "last", "q.csv"]).0.contains("says that the row is a sum"));
}

/// As scikit-learn's `LabelEncoder` has them: each number that occurs.
#[test]
fn codes_in_an_array_are_classes_as_in_a_table() {
    let desk = Desk::new();
    let inputs: Vec<f64> = (0..90).flat_map(|row| [f64::from(row % 3), f64::from(row % 7)]).collect();
    let targets: Vec<i64> = (0..90).map(|row| [1000, 2000, 40_000][row % 3]).collect();
    let npy = |shape: &str, kind: &str, bytes: Vec<u8>| {
        let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
        let header = format!("{header:<117}\n");
        let size = u16::try_from(header.len()).expect("a short header").to_le_bytes();
        [&b"\x93NUMPY\x01\x00"[..], &size, header.as_bytes(), &bytes].concat()
    };
    desk.put("x.npy", npy("(90, 2)", "<f8", inputs.iter().flat_map(|x| x.to_le_bytes()).collect()));
    desk.put("y.npy", npy("(90,)", "<i8", targets.iter().flat_map(|y| y.to_le_bytes()).collect()));
    said(&desk, &["init", "x.npy", "y.npy", "-o", "own.ron"]);
    let preset = std::fs::read_to_string(desk.path("own.ron")).expect("a preset");
    assert!(preset.contains("The targets are whole numbers: 3 classes."), "{preset}");
    assert!(desk.trained() > 0.9);
    let classes = desk.classes("x.npy", b"");
    assert!(
        classes.iter().zip(&targets).filter(|(class, target)| **class == target.to_string()).count() > 80
    );
}
