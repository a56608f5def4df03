//! How the cells of a table's column are written, where they are no plain numbers and no dates in a usual form.

use chrono::format::{Fixed, Item, Numeric, StrftimeItems};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::field::other_values;
use super::variants::variants;

/// How the cells of a column are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CellForm {
    /// Numbers with this beside them.
    Unit(Unit),
    /// Durations, which are numbers of seconds.
    Duration,
    /// Dates in this form.
    Date(DateFormat),
    /// Moments, as numbers since the beginning of 1970.
    Unix(UnixTime),
}

variants! {
    /// What is counted since the beginning of 1970 in Greenwich.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum UnixTime {
        /// Seconds.
        Seconds = "seconds",
        /// Milliseconds.
        Milliseconds = "milliseconds",
        /// Microseconds.
        Microseconds = "microseconds",
        /// Nanoseconds, as pandas counts.
        Nanoseconds = "nanoseconds",
    }
}

impl UnixTime {
    /// How many are a second.
    pub fn of_second(self) -> f64 {
        match self {
            UnixTime::Seconds => 1.0,
            UnixTime::Milliseconds => 1e3,
            UnixTime::Microseconds => 1e6,
            UnixTime::Nanoseconds => 1e9,
        }
    }
}

/// How dates are written, in the signs of `strftime`: `%d.%m.%y`. It says year, month and day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct DateFormat(String);

impl DateFormat {
    /// The form that a text says.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of(text: &str) -> Result<Self, String> {
        let help = "write it as strftime does, such as \"%d.%m.%y\", \"%Y%m%d\" or \"%m/%d/%Y %H:%M\"";
        if StrftimeItems::new(text).any(|item| matches!(item, Item::Error)) {
            return Err(format!("'{text}' has a sign behind a % that stands for no part of a date; {help}"));
        }
        let format = DateFormat(text.into());
        // Each part has another value here.
        let day = NaiveDate::from_ymd_opt(2022, 11, 23).and_then(|day| day.and_hms_opt(14, 45, 56));
        let moment = day.map(|day| day.and_utc());
        let is_read = moment.is_some_and(|moment| {
            let read = format.parse(&moment.format(text).to_string());
            let day = moment.date_naive();
            let day = if format.is_of_months() { day.with_day(1).unwrap_or(day) } else { day };
            read.is_some_and(|read| read.date() == day)
        });
        match is_read {
            true => Ok(format),
            false => Err(format!("'{text}' does not say year, month and day; {help}")),
        }
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The moment that a cell is; one that tells its zone becomes Greenwich's.
    pub fn parse(&self, cell: &str) -> Option<NaiveDateTime> {
        let zoned = || DateTime::parse_from_str(cell, &self.0).ok().map(|moment| moment.naive_utc());
        let day = || match self.is_of_months() {
            // The first of the month.
            true => NaiveDate::parse_from_str(&format!("1 {cell}"), &format!("%d {}", self.0)).ok(),
            false => NaiveDate::parse_from_str(cell, &self.0).ok(),
        };
        let day = || day().map(|day| day.and_time(NaiveTime::MIN));
        let moment = NaiveDateTime::parse_from_str(cell, &self.0)
            .ok()
            .filter(|_| !self.has_zone())
            .or_else(zoned)
            .or_else(day)?;
        // POSIX begins with 1969 where a year has two digits, and the reader with 1970.
        let is_first = moment.year() == 2069 && self.has_short_year();
        let moment = if is_first { moment.with_year(1969)? } else { moment };
        // The reader takes `%Y` for one to four digits, so that 20 would be a year of the first century.
        (1000..10_000).contains(&moment.year()).then_some(moment)
    }

    /// Whether all that it says of the year are its last two digits.
    fn has_short_year(&self) -> bool {
        let has = |wanted: Numeric| {
            StrftimeItems::new(&self.0).any(|item| matches!(item, Item::Numeric(part, _) if part == wanted))
        };
        has(Numeric::YearMod100) && !has(Numeric::Year) && !has(Numeric::YearDiv100)
    }

    /// Whether it says month and year, and no day.
    fn is_of_months(&self) -> bool {
        let (mut has_month, mut has_day) = (false, false);
        for item in StrftimeItems::new(&self.0) {
            match item {
                Item::Numeric(Numeric::Month, _)
                | Item::Fixed(Fixed::ShortMonthName | Fixed::LongMonthName) => has_month = true,
                Item::Numeric(Numeric::Day | Numeric::Ordinal | Numeric::Timestamp, _)
                | Item::Fixed(Fixed::RFC2822 | Fixed::RFC3339) => {
                    has_day = true;
                }
                _ => {}
            }
        }
        has_month && !has_day
    }

    fn has_zone(&self) -> bool {
        ["%z", "%:z", "%#z", "%+"].iter().any(|sign| self.0.contains(sign))
    }
}

impl<'de> Deserialize<'de> for DateFormat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        DateFormat::of(&text).map_err(D::Error::custom)
    }
}

other_values!(DateFormat);

/// What stands beside the numbers of a column, the same in all its cells: `$1,234.50`, `62.25%`, `187 kg`. A cell may as well lack it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// In front of the number.
    pub before: String,
    /// Behind it.
    pub behind: String,
}

impl Unit {
    /// Whether there is nothing beside the numbers, of which some are then in parentheses, or before a minus, and below zero: `(1,200)`, `1.50-`.
    pub fn is_none(&self) -> bool {
        self.before.is_empty() && self.behind.is_empty()
    }

    /// Whether it is the same as another; of words of several letters the case does not matter.
    pub fn is_same(&self, other: &Unit) -> bool {
        let are_same = |a: &str, b: &str| a == b || a.chars().count() > 1 && a.eq_ignore_ascii_case(b);
        are_same(&self.before, &other.before) && are_same(&self.behind, &other.behind)
    }

    /// What a person calls it: `$`, `kg`.
    pub fn name(&self) -> String {
        match (&self.before[..], &self.behind[..]) {
            ("", behind) => behind.into(),
            (before, "") => before.into(),
            (before, behind) => format!("{before} … {behind}"),
        }
    }

    /// Where it stands: `with '$' in front`.
    pub fn in_words(&self) -> String {
        match (&self.before[..], &self.behind[..]) {
            ("", "") => "below 0 where it stands in parentheses or has a minus behind it".into(),
            ("", "%") => "with '%' behind, so that 29% is 29".into(),
            ("", behind) => format!("with '{behind}' behind"),
            (before, "") => format!("with '{before}' in front"),
            (before, behind) => format!("with '{before}' in front and '{behind}' behind"),
        }
    }
}

impl CellForm {
    /// What of it a graph does not take: `without '$'`.
    pub fn without(&self) -> String {
        match self {
            CellForm::Unit(unit) if unit.is_none() => "with a minus below 0".into(),
            CellForm::Unit(unit) => format!("without '{}'", unit.name()),
            CellForm::Duration => "of seconds".into(),
            CellForm::Date(_) | CellForm::Unix(_) => "whatever the form of the dates".into(),
        }
    }

    /// What the numbers are: `with '$' in front`.
    pub fn in_words(&self) -> String {
        match self {
            CellForm::Unit(unit) => unit.in_words(),
            CellForm::Duration => {
                "of seconds, read from durations such as 26:03:04, or 59:30 in minutes and seconds".into()
            }
            CellForm::Date(format) => format!("written as '{}'", format.text()),
            CellForm::Unix(unit) => format!("in {} since 1970", unit.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The right dates are those of Python's `datetime.strptime`.
    #[test]
    fn a_form_of_dates_says_year_month_and_day_and_reads_what_is_written_so() {
        for (format, cell, date) in [
            ("%d.%m.%y", "22.12.22", "2022-12-22 00:00:00"),
            ("%d.%m.%y", "1.2.69", "1969-02-01 00:00:00"),
            ("%Y%m%d", "20221222", "2022-12-22 00:00:00"),
            ("%m/%d/%Y %H:%M", "12/22/2022 13:45", "2022-12-22 13:45:00"),
            ("%d-%b-%Y", "22-Dec-2022", "2022-12-22 00:00:00"),
            ("%Y-%m", "2022-12", "2022-12-01 00:00:00"),
            ("%b %y", "Dec 22", "2022-12-01 00:00:00"),
            ("%Y-%m-%dT%H:%M:%S%z", "2022-12-22T13:45:00+0200", "2022-12-22 11:45:00"),
        ] {
            let read = DateFormat::of(format).unwrap().parse(cell);
            assert_eq!(read.map(|date| date.to_string()).as_deref(), Some(date), "{format}");
        }
        assert_eq!(DateFormat::of("%d.%m.%y").unwrap().parse("22/12/22"), None);
        // `strptime` takes four digits for `%Y`.
        for (format, cell) in [("%d.%m.%Y", "22.12.22"), ("%Y-%m-%d", "24-01-02"), ("%d.%m.%Y", "22.12.202")]
        {
            assert_eq!(DateFormat::of(format).unwrap().parse(cell), None, "{format} {cell}");
        }
        let far = DateFormat::of("%F").unwrap().parse("2069-05-06").map(|moment| moment.year());
        assert_eq!(far, Some(2069));
        for (format, wanted) in [
            ("%d.%m", "does not say year, month and day"),
            ("%H:%M", "does not say year, month and day"),
            ("dd.mm.yy", "does not say year, month and day"),
            ("", "does not say year, month and day"),
            ("%d.%Q.%Y", "has a sign behind a % that stands for no part of a date"),
        ] {
            assert!(DateFormat::of(format).unwrap_err().contains(wanted), "{format}");
        }
        let form = CellForm::Date(DateFormat::of("%Y%m%d").unwrap());
        assert_eq!(ron::from_str::<CellForm>(&ron::to_string(&form).unwrap()).unwrap(), form);
    }
}
