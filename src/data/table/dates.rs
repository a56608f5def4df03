//! Dates in the cells of a table: recognised, and taken apart.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

use super::cell::Numbers;
use crate::preset::{CellForm, DatePart};

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

/// Words beyond which a column without a single date is not tried any further.
const TRIED: u64 = 20;

/// The date that a cell is, with its time of day: as ISO 8601 writes it, with slashes, dots or the month's name. A time in
/// another zone becomes that of Greenwich.
pub fn parse(cell: &str, day_first: bool) -> Option<NaiveDateTime> {
    let could_be = (6..=40).contains(&cell.len()) && cell.bytes().filter(u8::is_ascii_digit).count() >= 3;
    if !could_be || !cell.contains(['-', '/', '.', ' ']) {
        return None;
    }
    if let Some(moment) = with_zone(cell) {
        return Some(moment.naive_utc());
    }
    let Some(colon) = cell.find(':') else { return Some(day(cell, day_first)?.and_time(NaiveTime::MIN)) };
    let split = cell[..colon].rfind(['T', ' '])?;
    let time = cell[split + 1..].trim();
    Some(day(cell[..split].trim_end_matches([' ', ',']), day_first)?.and_time(clock(time)?))
}

/// The moment that a cell is which tells its zone: `2024-02-03 06:05:06+02:00`.
fn with_zone(cell: &str) -> Option<DateTime<FixedOffset>> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(cell) {
        return Some(moment);
    }
    let has_offset = cell.find(':').is_some_and(|colon| cell[colon..].contains(['+', '-']));
    let forms = [
        "%Y-%m-%d %H:%M:%S%.f%#z",
        "%Y-%m-%dT%H:%M:%S%.f%#z",
        "%Y-%m-%d %H:%M:%S%.f %#z",
        "%Y-%m-%d %H:%M%#z",
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
        CellForm::Date(format) => format.parse(cell),
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

fn day(cell: &str, day_first: bool) -> Option<NaiveDate> {
    let digits = cell.bytes().take_while(u8::is_ascii_digit).count();
    let has_letters = cell.bytes().any(|byte| byte.is_ascii_alphabetic());
    let forms: &[&str] = match (has_letters, digits, day_first) {
        (true, ..) => &["%d %B %Y", "%d-%B-%Y", "%B %d, %Y", "%B %d %Y", "%d. %B %Y", "%d-%B-%y"],
        (false, 4, _) => &["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"],
        (false, _, true) => &["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"],
        (false, _, false) => &["%m/%d/%Y", "%m.%d.%Y", "%m-%d-%Y"],
    };
    let read = |form: &&str| NaiveDate::parse_from_str(cell, form).ok();
    // A year of two digits would be read as one of the first century.
    forms.iter().find_map(read).filter(|date| (1000..3000).contains(&date.year()))
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

/// What the words of a column come to as dates, read in one order of day and month.
#[derive(Clone, Debug)]
struct InOrder {
    day_first: bool,
    count: u64,
    first: Option<[f64; PARTS.len()]>,
    varies: [bool; PARTS.len()],
}

/// What the words of a column come to as dates.
#[derive(Clone, Debug)]
pub struct Dates {
    words: u64,
    orders: [InOrder; 2],
    /// What they come to as times of day.
    times: InOrder,
    /// Dates that the two orders read differently.
    differing: u64,
    /// Whether the first of them has dots, as where the day comes first.
    has_dots: bool,
    /// Dates with a time in another zone than Greenwich's.
    zoned: u64,
}

impl Default for Dates {
    fn default() -> Self {
        let order = |day_first| InOrder { day_first, count: 0, first: None, varies: [false; PARTS.len()] };
        let orders = [order(false), order(true)];
        Dates { words: 0, orders, times: order(false), differing: 0, has_dots: false, zoned: 0 }
    }
}

impl InOrder {
    fn add(&mut self, date: NaiveDateTime) {
        self.count += 1;
        let parts = PARTS.map(|wanted| part(date, wanted));
        let first = self.first.get_or_insert(parts);
        self.varies.iter_mut().enumerate().for_each(|(at, varies)| *varies |= parts[at] != first[at]);
    }

    fn parts(&self) -> Vec<DatePart> {
        PARTS.into_iter().zip(self.varies).filter_map(|(part, varies)| varies.then_some(part)).collect()
    }
}

impl Dates {
    /// Counts a date of a column that says how its dates are written.
    pub fn add_moment(&mut self, date: NaiveDateTime) {
        self.words += 1;
        self.orders.iter_mut().for_each(|order| order.add(date));
    }

    /// Counts a word.
    pub fn add(&mut self, cell: &str) {
        let has_none = self.times.count == 0 && self.orders.iter().all(|order| order.count == 0);
        if self.words >= TRIED && has_none {
            return;
        }
        self.words += 1;
        if let Some(time) = parse_time(cell) {
            self.times.add(time);
            return;
        }
        let read = [false, true].map(|day_first| parse(cell, day_first));
        for (order, date) in self.orders.iter_mut().zip(read) {
            date.into_iter().for_each(|date| order.add(date));
        }
        let is_elsewhere = || with_zone(cell).is_some_and(|moment| moment.offset().local_minus_utc() != 0);
        self.zoned += u64::from(read[0].is_some() && cell.contains(':') && is_elsewhere());
        if read[0] != read[1] {
            self.has_dots |= self.differing == 0 && cell.contains('.');
            self.differing += 1;
        }
    }

    /// The number of words that are dates, in the order that fits more of them; whether the day comes first in it; and
    /// whether the other order fits as many, though it means other days.
    pub fn best(&self) -> (u64, bool, bool) {
        let [month_first, day_first] = [self.orders[0].count, self.orders[1].count];
        let is_open = month_first == day_first && self.differing > 0;
        let takes_day_first = if is_open { self.has_dots } else { day_first > month_first };
        (month_first.max(day_first), takes_day_first, is_open)
    }

    /// How many of the dates have a time in another zone than Greenwich's, which is read as that of Greenwich.
    pub fn zoned(&self) -> u64 {
        self.zoned
    }

    /// Whether more of the words are times of day than dates, and how many are.
    pub fn times(&self) -> (bool, u64) {
        (self.times.count > self.best().0, self.times.count)
    }

    /// The parts that differ from date to date, and the time that has passed; of times of day, since midnight.
    pub fn parts(&self, day_first: bool) -> Vec<DatePart> {
        if self.times().0 {
            let mut parts = self.times.parts();
            parts.push(DatePart::TimeOfDay);
            return parts;
        }
        let order = self.orders.iter().find(|order| order.day_first == day_first);
        let mut parts: Vec<DatePart> = order.map(InOrder::parts).unwrap_or_default();
        parts.push(DatePart::Elapsed);
        parts
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
        ] {
            assert_eq!(moment(cell, false).as_deref(), Some("2024-02-03 00:00:00"), "{cell}");
        }
        for cell in ["03/02/2024", "3.2.2024", "03-02-2024", "2024-02-03"] {
            assert_eq!(moment(cell, true).as_deref(), Some("2024-02-03 00:00:00"), "{cell}");
        }
        for (cell, time) in [
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
    fn the_order_of_day_and_month_is_the_one_that_fits_all_rows() {
        let best = |cells: &[&str]| {
            let mut dates = Dates::default();
            cells.iter().for_each(|cell| dates.add(cell));
            dates.best()
        };
        assert_eq!(best(&["01/02/2024", "13/02/2024"]), (2, true, false));
        assert_eq!(best(&["01/02/2024", "02/13/2024"]), (2, false, false));
        assert_eq!(best(&["01/02/2024", "02/03/2024"]), (2, false, true));
        assert_eq!(best(&["01.02.2024", "02.03.2024"]), (2, true, true));
        assert_eq!(best(&["2024-01-02", "2024-01-02"]), (2, false, false));
        let mut dates = Dates::default();
        ["2024-01-01", "2024-01-09 10:00"].iter().for_each(|cell| dates.add(cell));
        let parts = [DatePart::Day, DatePart::Weekday, DatePart::Hour, DatePart::Elapsed];
        assert_eq!(dates.parts(false), parts);
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
        let mut times = Dates::default();
        ["06:00:00", "18:30:00"].iter().for_each(|cell| times.add(cell));
        assert_eq!((times.times(), times.best().0), ((true, 2), 0));
        let parts = times.parts(false);
        assert_eq!(parts, [DatePart::Hour, DatePart::Minute, DatePart::TimeOfDay]);
        let evening = parse_as("18:30:00", false, &parts).unwrap();
        let numbers: Vec<f64> = parts.iter().map(|wanted| part(evening, *wanted)).collect();
        assert_eq!(numbers, [18.0, 30.0, 18.5 / 24.0]);
        assert_eq!(parse_as("2024-01-01", false, &parts), None);
    }
}
