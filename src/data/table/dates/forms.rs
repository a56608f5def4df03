//! What the form of a date leaves to be known: the order of its numbers, its century, its zone.

use chrono::NaiveDateTime;

use super::{has_long_year, with_zone};
use crate::preset::DateForms;

/// Different zones that are kept.
const ZONES: usize = 32;

/// The form of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// Whether one has to know if the day or the month comes first.
    pub has_order: bool,
    /// Whether its year has two digits.
    pub has_short_year: bool,
    /// Whether it is a month.
    pub is_month: bool,
    /// The zone of its time, in minutes; `None` within for a time without one, outside for a date without a time.
    pub zone: Option<Option<i32>>,
}

impl Form {
    /// That of a cell, which these dates are with the month and with the day first.
    pub fn of(cell: &str, [month_first, day_first]: [Option<NaiveDateTime>; 2]) -> Self {
        let zone = || with_zone(cell).map(|moment| moment.offset().local_minus_utc() / 60);
        Form {
            has_order: month_first != day_first,
            has_short_year: !has_long_year(cell),
            is_month: parts(cell) == 2,
            zone: cell.contains(':').then(zone),
        }
    }

    /// Adds it to those that a column has.
    pub fn add_to(self, forms: &mut DateForms) {
        forms.have_order |= self.has_order;
        forms.have_short_years |= self.has_short_year;
        forms.have_months |= self.is_month;
        match self.zone {
            None => forms.have_days = true,
            Some(zone) if forms.zones.len() < ZONES && !forms.zones.contains(&zone) => forms.zones.push(zone),
            Some(_) => {}
        }
    }
}

/// The numbers and words of a cell.
fn parts(cell: &str) -> usize {
    let kind = |byte: u8| (byte.is_ascii_digit(), byte.is_ascii_alphabetic());
    let pairs = std::iter::once(b' ').chain(cell.bytes()).zip(cell.bytes());
    pairs.filter(|&(before, byte)| byte.is_ascii_alphanumeric() && kind(before) != kind(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::table::dates::parse;

    #[test]
    fn a_date_says_what_has_to_be_known_to_read_it() {
        let form = |cell: &str| {
            let Form { has_order, has_short_year, is_month, zone } =
                Form::of(cell, [false, true].map(|day_first| parse(cell, day_first)));
            (has_order, has_short_year, is_month, zone)
        };
        assert_eq!(form("2021-03-07"), (false, false, false, None));
        assert_eq!(form("03.07.2022"), (true, false, false, None));
        assert_eq!(form("25.12.2022"), (true, false, false, None));
        // Here the order does not matter.
        assert_eq!(form("03.03.2022"), (false, false, false, None));
        assert_eq!(form("7-Mar-21"), (false, true, false, None));
        assert_eq!(form("2021-03"), (false, false, true, None));
        assert_eq!(form("2021-03-07 10:00"), (false, false, false, Some(None)));
        assert_eq!(form("2021-03-07T10:00:00Z"), (false, false, false, Some(Some(0))));
        assert_eq!(form("2021-03-07 10:00:00+05:30"), (false, false, false, Some(Some(330))));
    }
}
