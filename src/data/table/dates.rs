//! Dates in the cells of a table: recognised, and taken apart.

mod usual;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

mod column;
mod forms;
mod reader;

use super::cell::Numbers;
use crate::preset::{CellForm, DatePart};

pub use column::{Compact, Dates};
pub use reader::DateReader;

/// The parts of a date that are tried as inputs, beside the time that has passed.
const PARTS: [DatePart; 7] = [
    DatePart::Year,
    DatePart::Month,
    DatePart::Day,
    DatePart::Weekday,
    DatePart::Hour,
    DatePart::Minute,
    DatePart::Second,
];

/// The date that a cell is, with its time of day: as ISO 8601 and RFC 2822 write it, with slashes, dots or the month's name, of a
/// month or a week the first day. A time in another zone becomes that of Greenwich.
pub fn parse(cell: &str, day_first: bool) -> Option<NaiveDateTime> {
    read(cell, day_first).filter(is_usual)
}

/// Whether a date is none that stands for something else.
fn is_usual(date: &NaiveDateTime) -> bool {
    (1000..3000).contains(&date.year())
}

/// Whether a cell is a date of the first or the last year, with which tables say that something has no beginning or no end. It is a
/// missing date, as pandas reads it where errors are to be missing.
pub fn is_no_end(cell: &str, form: Option<&CellForm>) -> bool {
    let is_one = |date: NaiveDateTime| matches!(date.year(), 1 | 9999);
    if !cell.contains("9999") && !cell.contains("0001") {
        return false;
    }
    let in_form = match form {
        Some(CellForm::Date(format)) => format.parse(cell).is_some_and(is_one),
        _ => false,
    };
    in_form || [false, true].into_iter().any(|day_first| read(cell, day_first).is_some_and(is_one))
}

fn read(cell: &str, day_first: bool) -> Option<NaiveDateTime> {
    let cell = &*usual::usual(cell);
    let could_be = (6..=40).contains(&cell.len()) && cell.bytes().filter(u8::is_ascii_digit).count() >= 3;
    if !could_be || !cell.contains(['-', '/', '.', ' ']) {
        return None;
    }
    if let Some(moment) = with_zone(cell) {
        return Some(moment.naive_utc());
    }
    let Some(colon) = cell.find(':') else { return Some(day(cell, day_first)?.and_time(NaiveTime::MIN)) };
    if cell.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && let Ok(moment) = NaiveDateTime::parse_from_str(cell, "%a %b %e %H:%M:%S %Y")
    {
        return Some(moment);
    }
    let split = cell[..colon].rfind(['T', ' '])?;
    let time = cell[split + 1..].trim();
    Some(day(cell[..split].trim_end_matches([' ', ',']), day_first)?.and_time(clock(time)?))
}

/// The moment that a cell is which tells its zone: `2024-02-03 06:05:06+02:00`, `Sat, 03 Feb 2024 06:05:06 +0200`.
fn with_zone(cell: &str) -> Option<DateTime<FixedOffset>> {
    let cell = &*usual::usual(cell);
    let colon = cell.find(':')?;
    if let Ok(moment) = DateTime::parse_from_rfc3339(cell) {
        return Some(moment);
    }
    if cell[..colon].bytes().filter(u8::is_ascii_alphabetic).count() >= 3 {
        return DateTime::parse_from_rfc2822(cell).ok();
    }
    let has_offset = cell[colon..].contains(['+', '-']);
    let forms = [
        "%Y-%m-%d %H:%M:%S%.f%#z",
        "%Y-%m-%dT%H:%M:%S%.f%#z",
        "%Y-%m-%d %H:%M:%S%.f %#z",
        "%Y-%m-%d %H:%M%#z",
        "%Y/%m/%d %H:%M:%S %#z",
        "%Y/%m/%d %I:%M:%S %p %#z",
    ];
    has_offset.then(|| forms.iter().find_map(|form| DateTime::parse_from_str(cell, form).ok())).flatten()
}

/// The time of day that a cell is, on the first day of 1970: `13:45`, `13:45:10.5`, `1:45 PM`.
pub fn parse_time(cell: &str) -> Option<NaiveDateTime> {
    let could_be = (4..=20).contains(&cell.len()) && cell.contains(':');
    if !could_be || !cell.starts_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    Some(NaiveDate::from_ymd_opt(1970, 1, 1)?.and_time(clock(cell)?))
}

/// The moment that a cell is whose column says how its dates are written.
pub fn parse_in(cell: &str, form: &CellForm, numbers: Numbers) -> Option<NaiveDateTime> {
    match form {
        CellForm::Date(format) => format.parse(cell).filter(is_usual),
        CellForm::Unix(unit) => {
            let microseconds = numbers.parse(cell)? / unit.of_second() * 1e6;
            // Beyond, there is no calendar.
            let is_near = microseconds.abs() < 1e17;
            DateTime::from_timestamp_micros(is_near.then(|| microseconds.round() as i64)?)
                .map(|moment| moment.naive_utc())
        }
        CellForm::Unit(_) | CellForm::Duration => None,
    }
}

/// The moment that a cell of a column with these parts is: a time of day where these are parts of one, else a date.
pub fn parse_as(cell: &str, day_first: bool, parts: &[DatePart]) -> Option<NaiveDateTime> {
    if DatePart::are_of_time(parts) { parse_time(cell) } else { parse(cell, day_first) }
}

/// A time of day as [`parse_time`] reads it.
pub fn written(time: NaiveTime) -> String {
    time.format("%H:%M:%S%.f").to_string()
}

/// Forms of days. A year of two digits is one from 1969 to 2068, as POSIX says; where `%Y` stands, it has four.
const NAMED: &[&str] = &[
    "%d %B %Y",
    "%d-%B-%Y",
    "%B %d, %Y",
    "%B %d %Y",
    "%d. %B %Y",
    "%d/%B/%Y",
    "%a, %d %B %Y",
    "%A, %d %B %Y",
    "%A, %B %d, %Y",
];
const NAMED_SHORT: &[&str] = &["%d-%B-%y", "%d %B %y", "%d/%B/%y", "%B %d, %y"];
const YEAR_FIRST: &[&str] = &["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"];
const DAY_FIRST: &[&str] = &["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"];
const DAY_FIRST_SHORT: &[&str] = &["%d/%m/%y", "%d.%m.%y", "%d-%m-%y"];
const MONTH_FIRST: &[&str] = &["%m/%d/%Y", "%m.%d.%Y", "%m-%d-%Y"];
const MONTH_FIRST_SHORT: &[&str] = &["%m/%d/%y", "%m.%d.%y", "%m-%d-%y"];

fn day(cell: &str, day_first: bool) -> Option<NaiveDate> {
    let digits = cell.bytes().take_while(u8::is_ascii_digit).count();
    let has_letters = cell.bytes().any(|byte| byte.is_ascii_alphabetic());
    let last = cell.bytes().rev().take_while(u8::is_ascii_digit).count();
    if digits != 4 && last == 2 {
        let forms = match (has_letters, day_first) {
            (true, _) => NAMED_SHORT,
            (false, true) => DAY_FIRST_SHORT,
            (false, false) => MONTH_FIRST_SHORT,
        };
        let date = forms.iter().find_map(|form| NaiveDate::parse_from_str(cell, form).ok())?;
        return if date.year() == 2069 { date.with_year(1969) } else { Some(date) };
    }
    if digits != 4 && last != 4 {
        return None;
    }
    let forms = match (has_letters, digits, day_first) {
        (true, 4, _) => return week(cell),
        (true, ..) => NAMED,
        (false, 4, _) => YEAR_FIRST,
        (false, _, true) => DAY_FIRST,
        (false, _, false) => MONTH_FIRST,
    };
    let (least, most) = if cell.contains("0001") { (1, 1) } else { (1000, 9999) };
    let is_whole = |date: &NaiveDate| (least..=most).contains(&date.year());
    let read = |form: &&str| NaiveDate::parse_from_str(cell, form).ok().filter(is_whole);
    forms.iter().find_map(read).or_else(|| month(cell))
}

/// The first day of the month that a cell is: `2020-01`, `01/2020`, `Jan 2020`.
fn month(cell: &str) -> Option<NaiveDate> {
    if cell.len() > 14 {
        return None;
    }
    let first = format!("1 {cell}");
    let forms =
        ["%d %Y-%m", "%d %Y/%m", "%d %m/%Y", "%d %m-%Y", "%d %m.%Y", "%d %B %Y", "%d %B-%Y", "%d %B, %Y"];
    // A blank in a form may stand for none, and a year begin with a minus.
    let is_near = |date: &NaiveDate| (1800..2200).contains(&date.year());
    forms.iter().find_map(|form| NaiveDate::parse_from_str(&first, form).ok().filter(is_near))
}

/// The day of the week of ISO 8601 that a cell is, Monday where it says none: `2020-W05`, `2020-W05-3`.
fn week(cell: &str) -> Option<NaiveDate> {
    let (_, week) = cell.split_once("-W")?;
    let whole = if week.len() == 2 { format!("{cell}-1") } else { cell.to_string() };
    NaiveDate::parse_from_str(&whole, "%G-W%V-%u").ok()
}

/// Whether a date has a year of four digits.
fn has_long_year(cell: &str) -> bool {
    cell.as_bytes().windows(4).any(|part| part.iter().all(u8::is_ascii_digit))
}

fn clock(time: &str) -> Option<NaiveTime> {
    let time = time.trim_end_matches('Z');
    ["%H:%M", "%H:%M:%S", "%H:%M:%S%.f", "%I:%M %p", "%I:%M:%S %p"]
        .iter()
        .find_map(|form| NaiveTime::parse_from_str(time, form).ok())
}

/// The part of a date as a number.
pub fn part(date: NaiveDateTime, part: DatePart) -> f64 {
    match part {
        DatePart::Year => f64::from(date.year()),
        DatePart::Month => f64::from(date.month()),
        DatePart::Day => f64::from(date.day()),
        DatePart::Weekday => f64::from(date.weekday().number_from_monday()),
        DatePart::Hour => f64::from(date.hour()),
        DatePart::Minute => f64::from(date.minute()),
        DatePart::Second => f64::from(date.second()),
        DatePart::TimeOfDay => {
            let time = date.time();
            let nanoseconds = f64::from(time.nanosecond()) / 1e9;
            (f64::from(time.num_seconds_from_midnight()) + nanoseconds) / 86_400.0
        }
        DatePart::Elapsed => {
            const MILLISECONDS_OF_A_DAY: f64 = 86_400_000.0;
            date.and_utc().timestamp_millis() as f64 / MILLISECONDS_OF_A_DAY
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_the_usual_forms() {
        let moment = |cell: &str, day_first| parse(cell, day_first).map(|date| date.to_string());
        for cell in [
            "2024-02-03",
            "2024/2/3",
            "2024.02.03",
            "02/03/2024",
            "2-3-2024",
            "3 Feb 2024",
            "03-Feb-2024",
            "February 3, 2024",
            "Feb 3 2024",
            "02/03/24",
            "3-Feb-24",
            "Sat, 03 Feb 2024",
            "Saturday, February 3, 2024",
            "2024-W05-6",
        ] {
            assert_eq!(moment(cell, false).as_deref(), Some("2024-02-03 00:00:00"), "{cell}");
        }
        for cell in ["03/02/2024", "3.2.2024", "03-02-2024", "2024-02-03"] {
            assert_eq!(moment(cell, true).as_deref(), Some("2024-02-03 00:00:00"), "{cell}");
        }
        for cell in ["2024-02", "02/2024", "Feb 2024", "February 2024", "Feb-2024"] {
            assert_eq!(moment(cell, false).as_deref(), Some("2024-02-01 00:00:00"), "{cell}");
        }
        assert_eq!(moment("2020-W05", false).as_deref(), Some("2020-01-27 00:00:00"));
        // As POSIX and Python's `strptime` read years of two digits.
        for (cell, date) in
            [("31.12.68", "2068-12-31"), ("31.12.69", "1969-12-31"), ("01/02/99", "1999-02-01")]
        {
            assert_eq!(moment(cell, true), Some(format!("{date} 00:00:00")), "{cell}");
        }
        for cell in ["9999-12-31", "31.12.9999", "0001-01-01 00:00:00", "12/31/9999"] {
            assert!(is_no_end(cell, None) && parse(cell, false).or(parse(cell, true)).is_none(), "{cell}");
        }
        assert!(!is_no_end("2024-02-03", None) && !is_no_end("99990001", None));
        for (cell, time) in [
            ("Sat, 03 Feb 2024 06:05:06 +0200", "04:05:06"),
            ("Sat, 03 Feb 2024 04:05:06 GMT", "04:05:06"),
            ("Sat Feb  3 04:05:06 2024", "04:05:06"),
            ("2024-02-03T04:05:06Z", "04:05:06"),
            ("2024-02-03 04:05", "04:05:00"),
            ("2024-02-03T06:05:06+02:00", "04:05:06"),
            ("2024-02-03 04:05:06.250", "04:05:06.250"),
            ("2/3/2024 4:05 AM", "04:05:00"),
            ("Feb 3, 2024, 16:05:06", "16:05:06"),
        ] {
            assert_eq!(moment(cell, false), Some(format!("2024-02-03 {time}")), "{cell}");
        }
        for cell in
            ["2024-13-01", "1.5.2", "12-34", "2024", "v1.2.3-4", "Room 101 A", "10:30", "192.168.1.10"]
        {
            assert_eq!((moment(cell, false), moment(cell, true)), (None, None), "{cell}");
        }
    }

    #[test]
    fn a_date_is_taken_apart() {
        let date = parse("1970-01-05T12:30:15", false).unwrap();
        let parts = PARTS.map(|wanted| part(date, wanted));
        // A Monday, four and a half days after the beginning of 1970, and 30 minutes and 15 seconds.
        assert_eq!(parts, [1970.0, 1.0, 5.0, 1.0, 12.0, 30.0, 15.0]);
        assert!((part(date, DatePart::Elapsed) - (4.5 + 1815.0 / 86_400.0)).abs() < 1e-9);
    }

    #[test]
    fn times_of_day_are_taken_apart_and_are_no_dates() {
        for (cell, time) in [
            ("13:45:10", "13:45:10"),
            ("9:05", "09:05:00"),
            ("1:45 PM", "13:45:00"),
            ("13:45:10.250", "13:45:10.250"),
            ("00:00:00", "00:00:00"),
        ] {
            assert_eq!(parse_time(cell).map(|time| written(time.time())).as_deref(), Some(time), "{cell}");
            assert_eq!(parse(cell, false), None, "{cell}");
        }
        for cell in ["24:00:00", "36:10:05", "12:60", "2024-01-01 13:45", "12", "a:b", "1:2:3:4", "::"] {
            assert_eq!(parse_time(cell), None, "{cell}");
        }
    }
}
