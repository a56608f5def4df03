//! Reads the dates of a column that is known, and keeps what a person should know of those in other forms.

use chrono::NaiveDateTime;

use super::forms::Form;
use super::{parse, parse_as, parse_in};
use crate::data::table::cell::{Numbers, shown};
use crate::data::table::columns::as_kind;
use crate::preset::{DateForms, DatePart, InputColumn, InputKind, counted_with};

/// Dates of a form that the training's have not: how many rows have one, and the first of them.
type Others = (u64, String);

/// What dates may have that those of the training have not, and how they are read then.
const OTHERS: [(&str, &str); 5] = [
    ("a date whose year has two digits", "years of two digits are those from 1969 to 2068"),
    ("a month without a day", "it is read as its first day"),
    ("a date without a time of day", "it is read as midnight"),
    ("a time in another zone", "it is read as UTC"),
    ("a time without a zone", "it is read as UTC"),
];

/// What the cells of a column of dates show, in the file that is being read.
#[derive(Clone, Debug, Default)]
pub struct DateReader {
    /// Whether a date fits only the order in which the column is read.
    is_shown: bool,
    /// Those that fit only the other one.
    of_other_order: Others,
    /// Those that fit both, in a column of which nothing says which is right.
    open: Others,
    /// Whether the day comes first in this file, where that of the training does not say it and some of its dates fit one order only.
    of_file: Option<bool>,
    /// The dates that are read in that order.
    by_file: Others,
    others: [Others; OTHERS.len()],
}

fn count((count, first): &mut Others, cell: &str) {
    if *count == 0 {
        *first = shown(cell);
    }
    *count += 1;
}

/// What comes first in a column's order, and in the other one.
fn orders(day_first: bool) -> (&'static str, &'static str) {
    if day_first { ("day", "month") } else { ("month", "day") }
}

impl DateReader {
    /// Looks at dates of the file before they are read, in a column whose training shows no order: where some fit one order only, and
    /// none the other one only, it is that of the file.
    pub fn look_ahead<'a>(&mut self, cells: impl Iterator<Item = &'a str>) {
        let (mut day_first, mut month_first) = (false, false);
        for cell in cells {
            match [true, false].map(|day_first| parse(cell, day_first)) {
                [Some(_), None] => day_first = true,
                [None, Some(_)] => month_first = true,
                _ => {}
            }
        }
        self.of_file = (day_first != month_first).then_some(day_first);
    }

    /// The date that a cell of the column `input` is, which has this name; `is_of_preset`: its table is that of a preset.
    ///
    /// # Errors
    /// What the cell is not: `date with the month first, …`.
    pub fn read(
        &mut self,
        cell: &str,
        (input, name): (&InputColumn, &str),
        numbers: Numbers,
        is_of_preset: bool,
    ) -> Result<NaiveDateTime, String> {
        let InputKind::Date { day_first, parts, .. } = &input.kind else { return Err("date".into()) };
        if let Some(form) = &input.form {
            return parse_in(cell, form, numbers).ok_or_else(|| format!("date {}", form.in_words()));
        }
        if DatePart::are_of_time(parts) {
            return parse_as(cell, *day_first, parts).ok_or_else(|| "time of day".into());
        }
        let own = parse(cell, *day_first);
        // A year in front leaves no doubt.
        let has_year_first = cell.bytes().take_while(u8::is_ascii_digit).count() == 4;
        let other = if has_year_first { own } else { parse(cell, !*day_first) };
        if own.is_none() && other.is_none() {
            return Err("date".into());
        }
        let form = Form::of(cell, [own, other]);
        if form.has_order
            && let Some(learned) = input.dates.as_ref().filter(|learned| !learned.have_order)
        {
            let by_order = |first: bool| if first == *day_first { own } else { other };
            let date = match (self.of_file, own, other) {
                (Some(first), ..) => by_order(first),
                // It is a date in one order only.
                (None, own, None) => own,
                (None, None, other) => other,
                (None, Some(_), Some(_)) => None,
            };
            let date = date.ok_or_else(|| without_order(name, is_of_preset))?;
            if own.is_some() && other.is_some() {
                count(&mut self.by_file, cell);
            }
            self.compare(cell, form, learned);
            return Ok(date);
        }
        let Some(date) = own else {
            count(&mut self.of_other_order, cell);
            return Err(of_other_order(name, *day_first, is_of_preset));
        };
        self.is_shown |= other.is_none();
        match &input.dates {
            Some(learned) => self.compare(cell, form, learned),
            None if form.has_order && other.is_some() => count(&mut self.open, cell),
            None => {}
        }
        Ok(date)
    }

    /// Counts what a date has that none of the training's has.
    fn compare(&mut self, cell: &str, form: Form, learned: &DateForms) {
        let is_in_new_zone = form.zone.is_some_and(|zone| !learned.zones.contains(&zone));
        let has_zone = matches!(form.zone, Some(Some(_)));
        let knows_zones = learned.zones.iter().any(Option::is_some);
        let are_new = [
            form.has_short_year && !learned.have_short_years,
            form.is_month && !learned.have_months,
            form.zone.is_none() && !learned.have_days && !form.is_month,
            is_in_new_zone && has_zone,
            // Days alone are midnights of whatever zone.
            is_in_new_zone && !has_zone && knows_zones,
        ];
        for (other, _) in self.others.iter_mut().zip(are_new).filter(|(_, is_new)| *is_new) {
            count(other, cell);
        }
    }

    /// What is to be known of the dates that have been read of the column that messages call `name`: a sentence each.
    pub fn in_words(&self, name: &str, day_first: bool) -> Vec<String> {
        let rows = |count: u64| counted_with(count, "row", ("has", "have"));
        let (own, other) = orders(day_first);
        let (of_other, first) = &self.of_other_order;
        let of_order = (*of_other > 0 && !self.is_shown).then(|| {
            format!(
                "{name}: {} a date with the {other} first, such as {first}, and none here shows that the {own} comes first, as the column is \
                 read: the dates that fit both ways may be read wrongly; write all of them as 2024-12-31",
                rows(*of_other)
            )
        });
        let (open, first) = &self.open;
        let open = (*open > 0 && !self.is_shown).then(|| {
            format!(
                "{name}: {} a date such as {first}, which is read with the {own} first although the other way would fit too",
                rows(*open)
            )
        });
        let (by_file, first) = &self.by_file;
        let order = self.of_file.filter(|_| *by_file > 0).map(|day_first| {
            format!(
                "{name}: {} a date such as {first}, which is read with the {} first, as others in this file fit no other order",
                rows(*by_file),
                orders(day_first).0
            )
        });
        let others = self.others.iter().zip(OTHERS).filter(|((count, _), _)| *count > 0);
        let others = others.map(|((count, first), (what, how))| {
            format!("{name}: {} {what} as no row of the training has, such as {first}; {how}", rows(*count))
        });
        of_order.into_iter().chain(open).chain(order).chain(others).collect()
    }
}

/// What a date is not that is one in the other order only.
fn of_other_order(name: &str, day_first: bool, is_of_preset: bool) -> String {
    let (own, other) = orders(day_first);
    let help = match is_of_preset {
        true => {
            format!("; {} reads all of them so", as_kind(name, format!("date(day_first: {})", !day_first)))
        }
        false => ", as the run learned it".into(),
    };
    format!(
        "date with the {own} first, but one with the {other} first: the column has one order in all files{help}"
    )
}

/// What a date is not of which one has to know the order, in a column of which none of the training's needs one.
fn without_order(name: &str, is_of_preset: bool) -> String {
    let help = match is_of_preset {
        true => format!(", or {} says that the day comes first", as_kind(name, "date(day_first: true)")),
        false => String::new(),
    };
    format!(
        "date that leaves no doubt which number is the day and which the month, as those of the training are: write it as 2024-12-31{help}"
    )
}
