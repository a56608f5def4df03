//! What the cells of a column come to as dates.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::forms::Form;
use super::{PARTS, parse, parse_time, part};
use crate::preset::{CellForm, DateFormat, DateForms, DatePart};

/// Numbers of eight digits are days where there are so many.
const FEWEST_COMPACT: u64 = 3;
/// Words beyond which a column without a single date is not tried any further.
const TRIED: u64 = 20;

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
    /// Dates whose years have two digits.
    short_years: u64,
    /// What they come to with the year of two digits in front.
    years_first: YearsFirst,
    forms: DateForms,
}

impl Default for Dates {
    fn default() -> Self {
        let order = |day_first| InOrder { day_first, count: 0, first: None, varies: [false; PARTS.len()] };
        let orders = [order(false), order(true)];
        Dates {
            words: 0,
            orders,
            times: order(false),
            differing: 0,
            has_dots: false,
            zoned: 0,
            short_years: 0,
            years_first: YearsFirst { order: order(false), sign: None, are_others: false },
            forms: DateForms::default(),
        }
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
        let has_none = self.times.count + self.years_first.order.count == 0
            && self.orders.iter().all(|order| order.count == 0);
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
        self.years_first.add(cell);
        let is_date = read.iter().any(Option::is_some);
        if is_date {
            let form = Form::of(cell, read);
            self.zoned += u64::from(matches!(form.zone, Some(Some(minutes)) if minutes != 0));
            self.short_years += u64::from(form.has_short_year);
            form.add_to(&mut self.forms);
        }
        if read[0] != read[1] {
            self.has_dots |= self.differing == 0 && cell.contains('.');
            self.differing += 1;
        }
    }

    /// The number of words that are dates, in the order that fits more of them; whether the day comes first in it; and
    /// whether the other order fits as many, though it means other days.
    pub fn best(&self) -> (u64, bool, bool) {
        if self.begin_with_years() {
            return (self.words, false, false);
        }
        self.best_order()
    }

    fn best_order(&self) -> (u64, bool, bool) {
        let [month_first, day_first] = [self.orders[0].count, self.orders[1].count];
        let is_open = month_first == day_first && self.differing > 0;
        let takes_day_first = if is_open { self.has_dots } else { day_first > month_first };
        (month_first.max(day_first), takes_day_first, is_open)
    }

    /// Whether they fit as `98-12-31` only, with the year in front.
    fn begin_with_years(&self) -> bool {
        self.may_begin_with_years() && self.best_order().0 < self.words
    }

    /// Whether all of them fit as `98-12-31`, with the year in front.
    fn may_begin_with_years(&self) -> bool {
        !self.years_first.are_others && self.years_first.order.count == self.words && self.words > 0
    }

    /// The form in which a preset writes them with the year of two digits in front, where all fit so; and whether they fit only so.
    pub fn years_first(&self) -> Option<(DateFormat, bool)> {
        let sign = self.years_first.sign.filter(|_| self.may_begin_with_years())?;
        Some((DateFormat::of(&format!("%y{sign}%m{sign}%d")).ok()?, self.begin_with_years()))
    }

    /// How they are written, where no usual way fits.
    pub fn form(&self) -> Option<CellForm> {
        self.years_first().filter(|(_, is_only)| *is_only).map(|(format, _)| CellForm::Date(format))
    }

    /// What they have that others may lack, and the other way round.
    pub fn forms(&self) -> &DateForms {
        &self.forms
    }

    /// How many of the dates have a time in another zone than Greenwich's, which is read as that of Greenwich.
    pub fn zoned(&self) -> u64 {
        self.zoned
    }

    /// How many of the dates have a year of two digits.
    pub fn short_years(&self) -> u64 {
        self.short_years
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
        if self.begin_with_years() {
            let mut parts = self.years_first.order.parts();
            parts.push(DatePart::Elapsed);
            return parts;
        }
        let order = self.orders.iter().find(|order| order.day_first == day_first);
        let mut parts: Vec<DatePart> = order.map(InOrder::parts).unwrap_or_default();
        parts.push(DatePart::Elapsed);
        parts
    }
}

/// What dates of three numbers of two digits come to with the year in front.
#[derive(Clone, Debug)]
struct YearsFirst {
    order: InOrder,
    /// What stands between the numbers.
    sign: Option<char>,
    /// Whether some have another sign there.
    are_others: bool,
}

impl YearsFirst {
    fn add(&mut self, cell: &str) {
        let bytes = cell.as_bytes();
        let sign = match bytes {
            [_, _, sign @ (b'-' | b'/' | b'.'), _, _, other, _, _] if sign == other => char::from(*sign),
            _ => return,
        };
        let format = format!("%y{sign}%m{sign}%d");
        if let Ok(day) = NaiveDate::parse_from_str(cell, &format) {
            self.are_others |= *self.sign.get_or_insert(sign) != sign;
            self.order.add(day.and_time(NaiveTime::MIN));
        }
    }
}

/// Days as numbers of eight digits: `20240203`.
#[derive(Clone, Debug, Default)]
pub struct Compact {
    dates: Dates,
    are_others: bool,
}

impl Compact {
    /// Counts a number.
    pub fn add(&mut self, cell: &str, number: f64) {
        if self.are_others {
            return;
        }
        let day = (19_000_101.0..=21_001_231.0).contains(&number) && cell.len() == 8;
        match NaiveDate::parse_from_str(cell, "%Y%m%d").ok().filter(|_| day) {
            Some(day) => self.dates.add_moment(day.and_time(NaiveTime::MIN)),
            None => self.are_others = true,
        }
    }

    /// What the days come to, where all numbers are some, and not all the same.
    pub fn dates(&self) -> Option<&Dates> {
        let varies = self.dates.orders[0].varies.contains(&true);
        (!self.are_others && self.dates.words >= FEWEST_COMPACT && varies).then_some(&self.dates)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::table::dates::parse_as;

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
    fn times_of_day_have_their_own_parts() {
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
