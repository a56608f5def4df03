//! Forms of dates that programs and languages have of their own, brought to the usual ones.

use std::borrow::Cow;

/// A cell as it is where it may be a date in one of the usual forms; a date as BigQuery, Python's logging, SAS, ISO 8601 without signs,
/// Google Forms or English write it in the usual form: `2021-05-02 21:34:38 UTC`, `21:34:38,123`, `02MAY2021:21:34:38`,
/// `20210502T213438Z`, `9:34:38 PM GMT+2`, `2nd May 2021`.
pub(super) fn usual(cell: &str) -> Cow<'_, str> {
    let is_open = |byte: u8| byte.is_ascii_alphabetic() || byte == b',' || !byte.is_ascii();
    if !cell.bytes().any(is_open) || !(6..=40).contains(&cell.len()) {
        return Cow::Borrowed(cell);
    }
    if let Some(usual) = without_signs(cell).or_else(|| of_sas(cell)) {
        return Cow::Owned(usual);
    }
    let mut usual = Cow::Borrowed(cell);
    // English puts a narrow blank before PM.
    if usual.contains(['\u{202f}', '\u{a0}']) {
        usual = Cow::Owned(usual.replace(['\u{202f}', '\u{a0}'], " "));
    }
    for (dotted, plain) in [("a.m.", "AM"), ("p.m.", "PM")] {
        if usual.contains(dotted) {
            usual = Cow::Owned(usual.replacen(dotted, plain, 1));
        }
    }
    for change in [with_point, with_offset, without_ordinal] {
        if let Some(changed) = change(&usual) {
            usual = Cow::Owned(changed);
        }
    }
    usual
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `20210502T213438Z`, also without seconds: as `2021-05-02T21:34:38Z`.
fn without_signs(cell: &str) -> Option<String> {
    let (day, rest) = cell.split_once('T').filter(|(day, _)| day.len() == 8 && are_digits(day))?;
    let length = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    let (clock, behind) = rest.split_at(length);
    let seconds = match clock.len() {
        6 => &clock[4..],
        4 => "00",
        _ => return None,
    };
    let (year, month, of_month) = (&day[..4], &day[4..6], &day[6..]);
    Some(format!("{year}-{month}-{of_month}T{}:{}:{seconds}{behind}", &clock[..2], &clock[2..4]))
}

/// `02MAY2021`, `02MAY2021:21:34:38`: as `02-MAY-2021 21:34:38`.
fn of_sas(cell: &str) -> Option<String> {
    let (date, time) = cell.split_once(':').map_or((cell, None), |(date, time)| (date, Some(time)));
    let day = date.find(|letter: char| !letter.is_ascii_digit()).filter(|day| (1..=2).contains(day))?;
    let (month, year) = date.get(day..).and_then(|rest| rest.split_at_checked(3))?;
    let is_one = month.bytes().all(|byte| byte.is_ascii_alphabetic())
        && matches!(year.len(), 2 | 4)
        && are_digits(year);
    let time = time.map_or(String::new(), |time| format!(" {time}"));
    is_one.then(|| format!("{}-{month}-{year}{time}", &date[..day]))
}

/// A comma before the fraction of a second as a point: `21:34:38,123`.
fn with_point(cell: &str) -> Option<String> {
    let colon = cell.rfind(':')?;
    let comma = colon + cell[colon..].find(',')?;
    let digits = cell[comma + 1..].bytes().take_while(u8::is_ascii_digit).count();
    let is_fraction = digits > 0 && are_digits(&cell[colon + 1..comma]);
    is_fraction.then(|| format!("{}.{}", &cell[..comma], &cell[comma + 1..]))
}

/// The name of a zone as hours and minutes: `UTC` as `+00:00`, `GMT+2` as `+02:00`.
fn with_offset(cell: &str) -> Option<String> {
    if !cell.starts_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let at = cell.rfind("UTC").or_else(|| cell.rfind("GMT"))?;
    let (moment, zone) = (cell[..at].trim_end(), cell[at + 3..].trim());
    let is_clock = |letter: char| letter.is_ascii_digit() || letter == 'M' || letter == 'm';
    if !moment.contains(':') || !moment.ends_with(is_clock) {
        return None;
    }
    if zone.is_empty() {
        // A zone that is Greenwich's changes nothing.
        return Some(if moment.as_bytes().get(4) == Some(&b'-') {
            format!("{moment}+00:00")
        } else {
            moment.into()
        });
    }
    let (sign, digits) = (zone.get(..1).filter(|sign| matches!(*sign, "+" | "-"))?, zone.get(1..)?);
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "00"),
    };
    let is_zone = are_digits(hours) && are_digits(minutes) && hours.len() <= 2 && minutes.len() == 2;
    is_zone.then(|| format!("{moment} {sign}{hours:0>2}:{minutes}"))
}

/// `2nd May 2021` and `May 2nd, 2021` as `2 May 2021` and `May 2, 2021`.
fn without_ordinal(cell: &str) -> Option<String> {
    let bytes = cell.as_bytes();
    let at = (1..bytes.len().saturating_sub(1)).find(|&at| {
        let ending = cell.get(at..at + 2).unwrap_or_default();
        bytes[at - 1].is_ascii_digit()
            && ["st", "nd", "rd", "th"].iter().any(|known| ending.eq_ignore_ascii_case(known))
            && bytes.get(at + 2).is_none_or(|next| !next.is_ascii_alphanumeric())
    })?;
    // `2nd of May 2021`.
    let rest = &cell[at + 2..];
    Some(format!("{}{}", &cell[..at], rest.strip_prefix(" of").unwrap_or(rest)))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use proptest::prelude::*;

    /// The right values are pandas', `to_datetime(…, utc=True)` with the format of each, of the ordinals those of `dateutil`.
    #[test]
    fn dates_are_read_as_programs_of_all_kinds_write_them() {
        let moment = |cell: &str| parse(cell, false).map(|date| date.to_string());
        for (cell, wanted) in [
            ("2021-05-02 21:34:38 UTC", "21:34:38"),
            ("2021-05-02 21:34:38.123456 UTC", "21:34:38.123456"),
            ("2021-05-02 21:34:38,123", "21:34:38.123"),
            ("20210502T213438Z", "21:34:38"),
            ("20210502T233438+0200", "21:34:38"),
            ("20210502T2134", "21:34:00"),
            ("02MAY2021:21:34:38", "21:34:38"),
            ("02MAY2021:21:34:38.25", "21:34:38.250"),
            ("02MAY2021", "00:00:00"),
            ("2may21", "00:00:00"),
            ("2nd May 2021", "00:00:00"),
            ("2nd of May 2021", "00:00:00"),
            ("May 2nd, 2021", "00:00:00"),
            ("May 2, 2021 9:34 PM", "21:34:00"),
            ("May 2, 2021, 9:34:38\u{202f}PM", "21:34:38"),
            ("5/2/2021 9:34 p.m.", "21:34:00"),
            ("2021/05/02 11:34:38 PM GMT+2", "21:34:38"),
            ("2021/05/02 4:04:38 PM GMT-5:30", "21:34:38"),
            ("2021-05-02 23:34:38 UTC+02:00", "21:34:38"),
            ("5/2/2021 21:34:38", "21:34:38"),
        ] {
            assert_eq!(moment(cell), Some(format!("2021-05-02 {wanted}")), "{cell}");
        }
        for cell in [
            "2nd place 2021",
            "12th Street 2021",
            "20210502T21",
            "02XYZ2021",
            "5TH2021",
            "UTC 21:34:38",
            "1,5:2,3",
        ] {
            assert_eq!(moment(cell), None, "{cell}");
        }
    }

    proptest! {
        #[test]
        fn any_cell_is_looked_at_without_a_panic(cell in "[0-9T:,.+ MAYPUTCGé\u{202f}ndst-]{0,20}") {
            usual(&cell);
        }
    }
}
