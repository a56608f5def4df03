//! Dates in the forms that people use, without an option: what is right is the same table with dates as ISO 8601 writes them, which
//! pandas' `to_datetime` makes of each (of a month the first day, of a week its Monday, and of the year 9999 a missing date).

use serde_json::Value;

use crate::program::{Desk, said};

fn trained(desk: &Desk, source: &str) -> (String, Value) {
    desk.regression(source, (6, 3))
}

/// Year, month and day of some days.
fn days() -> Vec<(u32, u32, u32)> {
    (0..60).map(|row| (2022 + row % 2, 1 + row * 5 % 12, 1 + row * 7 % 28)).collect()
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn put(desk: &Desk, name: &str, cell: &dyn Fn(usize, u32, u32, u32) -> String) {
    let days = days();
    let row = |(row, &(year, month, day)): (usize, &(u32, u32, u32))| {
        format!("\"{}\",{}.5,{}.25\n", cell(row, year, month, day), row * 7 % 31, month * 2)
    };
    desk.put(name, format!("when,a,y\n{}", days.iter().enumerate().map(row).collect::<String>()));
}

fn iso(year: u32, month: u32, day: u32) -> String {
    format!("{year}-{month:02}-{day:02}")
}

#[test]
fn dates_are_read_in_the_forms_that_people_use() {
    let desk = Desk::new();
    put(&desk, "iso.csv", &|_, year, month, day| iso(year, month, day));
    let (_, right) = trained(&desk, "file: \"iso.csv\"");
    let short = |month: u32| &MONTHS[month as usize - 1][..3];
    let long = |month: u32| MONTHS[month as usize - 1];
    type Form<'a> = &'a dyn Fn(usize, u32, u32, u32) -> String;
    let two_digits = "years of two digits are those from 1969 to 2068";
    let forms: [(&str, Form, &str); 9] = [
        ("%m/%d/%y", &|_, year, month, day| format!("{month:02}/{day:02}/{}", year % 100), two_digits),
        ("%d-%b-%y", &|_, year, month, day| format!("{day:02}-{}-{}", short(month), year % 100), two_digits),
        ("%d.%m.%y", &|_, year, month, day| format!("{day:02}.{month:02}.{}", year % 100), two_digits),
        ("%b %d, %Y", &|_, year, month, day| format!("{} {day}, {year}", short(month)), "is a date"),
        ("%d %B %Y", &|_, year, month, day| format!("{day} {} {year}", long(month)), "is a date"),
        (
            "%d %b %Y %T %z",
            &|_, year, month, day| format!("{day:02} {} {year} 02:00:00 +0200", short(month)),
            "read as UTC",
        ),
        (
            "%Y%m%d",
            &|_, year, month, day| format!("{year}{month:02}{day:02}"),
            "columns: {\"when\": number} takes it for a number",
        ),
        ("%Y/%m/%d", &|_, year, month, day| format!("{year}/{month}/{day}"), "is a date"),
        ("%d/%m/%Y", &|_, year, month, day| format!("{day}/{month}/{year}"), "is a date"),
    ];
    for (form, cell, wanted) in forms {
        put(&desk, "t.csv", cell);
        let (told, loss) = trained(&desk, "file: \"t.csv\"");
        assert!(
            told.contains("'when' is a date (year, month, day, weekday, elapsed)") && told.contains(wanted),
            "{form}: {told}"
        );
        assert_eq!(loss, right, "{form}");
    }
    // What `init` writes reads them likewise.
    put(&desk, "t.csv", &|_, year, month, day| format!("{year}{month:02}{day:02}"));
    assert!(said(&desk, &["init", "t.csv", "-o", "new.ron"]).1);
    let preset = std::fs::read_to_string(desk.path("new.ron")).expect("a preset");
    assert!(preset.contains("\"when\": date(format: \"%Y%m%d\")"), "{preset}");
}

#[test]
fn months_and_weeks_are_their_first_days() {
    let desk = Desk::new();
    put(&desk, "iso.csv", &|_, year, month, _| iso(year, month, 1));
    let (_, right) = trained(&desk, "file: \"iso.csv\"");
    put(&desk, "t.csv", &|_, year, month, _| format!("{year}-{month:02}"));
    for source in ["file: \"t.csv\"", "file: \"t.csv\", columns: {\"when\": date(format: \"%Y-%m\")}"] {
        let (told, loss) = trained(&desk, source);
        assert!(told.contains("'when' is a date"), "{told}");
        assert_eq!(loss, right, "{source}");
    }
    put(&desk, "t.csv", &|_, year, month, _| format!("{} {year}", &MONTHS[month as usize - 1][..3]));
    assert_eq!(trained(&desk, "file: \"t.csv\"").1, right);
    // The Monday of the fifth week of 2020, as Python's `date.fromisocalendar(2020, 5, 1)` says.
    put(&desk, "t.csv", &|row, _, _, _| format!("2020-W{:02}", 5 + row % 2));
    put(&desk, "iso.csv", &|row, _, _, _| ["2020-01-27", "2020-02-03"][row % 2].into());
    assert_eq!(trained(&desk, "file: \"t.csv\"").1, trained(&desk, "file: \"iso.csv\"").1);
}

#[test]
fn a_date_without_an_end_is_a_missing_one_and_told() {
    let desk = Desk::new();
    let dates = |gap: &'static str| {
        move |row: usize, year, month, day| {
            if row.is_multiple_of(5) { gap.to_string() } else { iso(year, month, day) }
        }
    };
    put(&desk, "gaps.csv", &dates(""));
    let (_, right) = trained(&desk, "file: \"gaps.csv\", missing: mean");
    for gap in ["9999-12-31", "0001-01-01", "9999-12-31 23:59:59"] {
        put(&desk, "t.csv", &dates(gap));
        let (told, loss) = trained(&desk, "file: \"t.csv\", missing: mean");
        assert!(told.contains("12 dates of the year 9999 or 1"), "{gap}: {told}");
        assert_eq!(loss, right, "{gap}");
        let (told, _) = said(&desk, &["predict", "last", "t.csv"]);
        assert!(
            told.contains("12 rows have no date; the mean of the training rows stands in for it"),
            "{gap}: {told}"
        );
    }
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: csv(file: \"t.csv\")), layers: [Dense(units: 1)],
          loss: mean_squared_error, optimizer: Adam(learning_rate: 0.02), train: (epochs: 1, batch_size: 8))",
    );
    let (refused, code) = desk.failure(&["train", "own.ron"]);
    assert!(
        refused.contains("line 2, column 1 ('when'): '9999-12-31 23:59:59' says that there is no end"),
        "{refused}"
    );
    assert_eq!(code, Some(1));
}

#[test]
fn the_day_and_the_month_have_one_order_in_all_files() {
    let desk = Desk::new();
    put(&desk, "days.csv", &|_, year, month, day| format!("{day:02}/{month:02}/{year}"));
    put(&desk, "months.csv", &|_, year, month, day| format!("{month:02}/{day:02}/{year}"));
    // Of the 60 days, so many are of the 13th or later, and read in one order only.
    let late = days().iter().filter(|(.., day)| *day > 12).count();
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: csv(file: \"days.csv\", test_file: \"months.csv\")), layers: [Dense(units: 1)],
          loss: mean_squared_error, optimizer: Adam(learning_rate: 0.02), train: (epochs: 1, batch_size: 8))",
    );
    let (refused, _) = desk.failure(&["train", "own.ron"]);
    // The first day that is beyond the 12th is the third one, the 15th of November.
    let wanted = "months.csv: line 4, column 1 ('when'): '11/15/2022' is not a date with the day first, but one with the month first";
    assert!(refused.contains(wanted), "{refused}");
    let told_of =
        format!("months.csv: 'when': {late} rows have a date with the month first, such as '11/15/2022'");
    let (told, _) = trained(&desk, "file: \"days.csv\", test_file: \"months.csv\", skip_broken: true");
    assert!(told.contains(&told_of) && told.contains(&format!("{late} rows are left out")), "{told}");
    // Which of two files of one set is right, nobody knows; it is told all the same.
    let (told, _) = trained(&desk, "file: [\"days.csv\", \"months.csv\"], skip_broken: true");
    assert!(
        told.contains(&format!("{late} rows are left out")) && told.contains("may be read wrongly"),
        "{told}"
    );
    trained(&desk, "file: \"days.csv\"");
    let (told, is_done) = said(&desk, &["predict", "last", "months.csv"]);
    assert!(
        !is_done && told.contains(&told_of) && told.contains(&format!("{late} of 60 rows are not answered")),
        "{told}"
    );
    let (told, is_done) = said(&desk, &["eval", "last", "--data", "months.csv"]);
    assert!(!is_done && told.contains("'11/15/2022' is not a date with the day first"), "{told}");
    // What fits both ways is a guess, also where the preset says that it is a date.
    put(&desk, "open.csv", &|_, year, month, day| format!("{:02}/{month:02}/{year}", 1 + day % 12));
    for source in ["file: \"open.csv\"", "file: \"open.csv\", columns: {\"when\": date}"] {
        let (told, _) = trained(&desk, source);
        assert_eq!(
            told.matches("read with the month first although the other way would fit too").count(),
            1,
            "{told}"
        );
    }
    let (told, _) = trained(&desk, "file: \"open.csv\", columns: {\"when\": date(day_first: true)}");
    assert!(!told.contains("the other way would fit"), "{told}");
}

#[test]
fn dates_far_outside_those_of_the_training_are_told() {
    let desk = Desk::new();
    put(&desk, "t.csv", &|_, year, month, day| iso(year, month, day));
    trained(&desk, "file: \"t.csv\"");
    put(&desk, "far.csv", &|row, year, month, day| iso(if row < 2 { year + 100 } else { year }, month, day));
    let wanted = "'when': 2 rows have a date far outside those of the training (2122-01-01 to 2123-06-08;";
    for words in [&["predict", "last", "far.csv"][..], &["eval", "last", "--data", "far.csv"]] {
        let (told, is_done) = said(&desk, words);
        assert!(is_done && told.matches(wanted).count() == 1, "{told}");
    }
    let (told, _) = said(&desk, &["eval", "last", "--data", "t.csv"]);
    assert!(!told.contains("far outside"), "{told}");
}

/// What is right is counted here.
#[test]
fn data_check_knows_the_range_of_dates_and_what_is_missing() {
    let desk = Desk::new();
    put(&desk, "t.csv", &|row, year, month, day| if row < 3 { String::new() } else { iso(year, month, day) });
    let text = std::fs::read_to_string(desk.path("t.csv")).expect("the table");
    let town = |(row, line): (usize, &str)| {
        let town = if row == 0 { "town" } else { ["Oslo", "Rome", "", "Rome"][row % 4] };
        let note = if row == 0 {
            "note".into()
        } else if row < 6 {
            String::new()
        } else {
            format!("it is the row {row} of them")
        };
        format!("{town},{note},{line}\n")
    };
    desk.put("t.csv", text.lines().enumerate().map(town).collect::<String>());
    let known: Vec<String> = days().iter().skip(3).map(|&(year, month, day)| iso(year, month, day)).collect();
    let (first, last) = (known.iter().min().expect("days"), known.iter().max().expect("days"));
    let mut different = known.clone();
    different.sort();
    different.dedup();
    let report = &desk.lines(&["data", "check", "t.csv", "--json"], b"")[0];
    let fact = |column: &str| {
        let facts = report["facts"].as_array().expect("facts");
        facts
            .iter()
            .find(|fact| fact["column"] == column)
            .unwrap_or_else(|| panic!("no {column}: {report}"))
            .clone()
    };
    let when = fact("when");
    assert_eq!(
        (&when["earliest"], &when["latest"]),
        (&Value::from(first.clone()), &Value::from(last.clone()))
    );
    assert_eq!(
        (when["different"].as_u64(), when["missing"].as_u64()),
        (Some(different.len() as u64), Some(3))
    );
    let bars: u64 = when["histogram"].as_array().expect("bars").iter().filter_map(Value::as_u64).sum();
    assert_eq!(bars, 57);
    assert_eq!((fact("town")["missing"].as_u64(), fact("town")["different"].as_u64()), (Some(15), Some(3)));
    assert_eq!(
        (fact("note")["kind"].as_str(), fact("note")["missing"].as_u64()),
        (Some("left_out"), Some(5))
    );
    let (told, _) = said(&desk, &["data", "check", "t.csv"]);
    assert!(
        told.contains(&format!("date, {first} to {last}, {} different, 3 missing", different.len())),
        "{told}"
    );
}
