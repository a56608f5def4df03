//! Durations in the cells of a table, as numbers of seconds.

use super::dates;

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3600.0;
const DAY: f64 = 86_400.0;

/// The seconds that a cell tells, as pandas, Python, spreadsheets and ISO 8601 write a duration: `1 days 02:03:04`, `1 day, 2:03:04`,
/// `26:03:04`, `P1DT2H3M4S`; of two parts, `59:30`, they are minutes and seconds. A time of day is one as well.
pub fn parse(cell: &str) -> Option<f64> {
    let (cell, sign) = match cell.strip_prefix('-') {
        // pandas writes a negative one as days before, and what comes after them: `-1 days +23:59:59`.
        Some(rest) if !rest.contains("day") => (rest, -1.0),
        _ => (cell, 1.0),
    };
    if let Some(rest) = cell.strip_prefix('P') {
        return Some(sign * iso(rest)?);
    }
    match cell.split_once(" day") {
        Some((days, rest)) => {
            let days: i32 = days.parse().ok()?;
            let rest = rest.strip_prefix('s').unwrap_or(rest).trim_start_matches(',').trim();
            let clock = if rest.is_empty() { 0.0 } else { clock(rest.strip_prefix('+').unwrap_or(rest))? };
            Some(f64::from(days) * DAY + clock)
        }
        None => Some(sign * clock(cell)?),
    }
}

/// Hours, minutes and seconds, however many hours they are; or minutes and seconds, however many minutes.
fn clock(text: &str) -> Option<f64> {
    let parts: Vec<&str> = text.split(':').collect();
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (hours, minutes, seconds) = match parts[..] {
        [hours, minutes, seconds] if minutes.len() == 2 => (hours, minutes, seconds),
        [minutes, seconds] if are_digits(minutes) => {
            let whole = clock(&format!("0:00:{seconds}"))?;
            return Some(f64::from(minutes.parse::<u32>().ok()?) * MINUTE + whole);
        }
        _ => return None,
    };
    let is_clock = seconds.len() >= 2 && seconds.as_bytes()[1] != b'.';
    if !is_clock
        || !are_digits(hours)
        || !are_digits(minutes)
        || !seconds.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        return None;
    }
    let (hours, minutes, seconds): (u32, u32, f64) =
        (hours.parse().ok()?, minutes.parse().ok()?, seconds.parse().ok()?);
    (minutes < 60 && seconds < 60.0)
        .then_some(f64::from(hours) * HOUR + f64::from(minutes) * MINUTE + seconds)
}

/// What is behind the `P` of ISO 8601: days, and behind a `T` hours, minutes and seconds.
fn iso(text: &str) -> Option<f64> {
    let (mut seconds, mut number, mut is_time, mut has_any) = (0.0, String::new(), false, false);
    for letter in text.chars() {
        let unit = match (letter, is_time) {
            ('0'..='9' | '.', _) => {
                number.push(letter);
                continue;
            }
            ('T', false) if number.is_empty() => {
                is_time = true;
                continue;
            }
            ('W', false) => 7.0 * DAY,
            ('D', false) => DAY,
            ('H', true) => HOUR,
            ('M', true) => MINUTE,
            ('S', true) => 1.0,
            // Years and months have no length of their own.
            _ => return None,
        };
        seconds += std::mem::take(&mut number).parse::<f64>().ok()? * unit;
        has_any = true;
    }
    (has_any && number.is_empty()).then_some(seconds)
}

/// So many billionths of a second as pandas writes them: `1 days 02:03:04.5`.
pub fn written(nanoseconds: i128) -> String {
    const SECOND: i128 = 1_000_000_000;
    let (days, rest) = (nanoseconds.div_euclid(86_400 * SECOND), nanoseconds.rem_euclid(86_400 * SECOND));
    let (seconds, fraction) = (rest / SECOND, rest % SECOND);
    let sign = if days < 0 { "+" } else { "" };
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let mut text = format!("{days} days {sign}{hours:02}:{minutes:02}:{:02}", seconds % 60);
    if fraction > 0 {
        text += format!(".{fraction:09}").trim_end_matches('0');
    }
    text
}

/// What the words of a column come to as durations.
#[derive(Clone, Copy, Debug, Default)]
pub struct Durations {
    words: u64,
    count: u64,
    /// Those that are no time of day.
    certain: u64,
    /// Those that are none and have two parts, as a time of day with a mistake in it has as well.
    certain_of_two: u64,
    /// Those that are a time of day as well, and one between two minutes.
    between_minutes: u64,
}

/// Words beyond which a column without a single duration is not tried any further.
const TRIED: u64 = 20;

/// Of so many times of day one may have a mistake in it.
const MOST_MISTAKES: u64 = 20;

impl Durations {
    /// Counts a word.
    pub fn add(&mut self, cell: &str) {
        if self.words >= TRIED && self.count == 0 {
            return;
        }
        self.words += 1;
        if let Some(seconds) = parse(cell) {
            self.count += 1;
            let is_of_two = cell.matches(':').count() == 1;
            self.between_minutes += u64::from(!is_of_two && seconds % MINUTE != 0.0);
            if dates::parse_time(cell).is_none() {
                *(if is_of_two { &mut self.certain_of_two } else { &mut self.certain }) += 1;
            }
        }
    }

    /// Whether most of the cells, of which so many are known, are durations.
    pub fn are_most(&self, known: u64) -> bool {
        let are_certain = self.certain > 0 || self.certain_of_two * MOST_MISTAKES >= self.count.max(1);
        are_certain && self.are_half(known)
    }

    /// Whether a label whose cells these are, of which so many are known, is a time that was taken, as in a race, and not the hour at
    /// which something begins: most have seconds. `is_value`: a person says that they are values.
    pub fn are_taken(&self, known: u64, is_value: bool) -> bool {
        self.are_most(known) || self.are_half(known) && (is_value || self.between_minutes * 2 >= self.count)
    }

    fn are_half(&self, known: u64) -> bool {
        self.count > 0 && self.count * 2 >= known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The right values are those of `pandas.Timedelta(…).total_seconds()`.
    #[test]
    fn durations_are_seconds_however_they_are_written() {
        for (cell, seconds) in [
            ("1 days 02:03:04", 93_784.0),
            ("0 days 00:00:00.250000", 0.25),
            ("-1 days +23:59:59", -1.0),
            ("1 day, 2:03:04", 93_784.0),
            ("-1 day, 23:59:59", -1.0),
            ("3 days", 259_200.0),
            ("26:03:04", 93_784.0),
            ("-26:03:04.5", -93_784.5),
            ("100:00:00", 360_000.0),
            ("P1DT2H3M4S", 93_784.0),
            ("PT0.5S", 0.5),
            // `pandas.Timedelta("00:" + …)`.
            ("59:30", 3570.0),
            ("95:07.25", 5707.25),
            ("-01:30", -90.0),
            ("-PT1M", -60.0),
            ("P2W", 1_209_600.0),
        ] {
            assert_eq!(parse(cell), Some(seconds), "{cell}");
        }
        for cell in [
            "1 May",
            "26:60",
            ":30",
            "1:2:3",
            "12:60:00",
            "P",
            "P1M",
            "PT",
            "P1",
            "days",
            "today",
            "2024-01-01",
            "",
            "1:02:3.5",
        ] {
            assert_eq!(parse(cell), None, "{cell}");
        }
        for (nanoseconds, text) in [
            (93_784_500_000_000, "1 days 02:03:04.5"),
            (-1_000_000_000, "-1 days +23:59:59"),
            (0, "0 days 00:00:00"),
        ] {
            assert_eq!(written(nanoseconds), text);
            assert_eq!(parse(text), Some(nanoseconds as f64 / 1e9));
        }
    }
    #[test]
    fn times_with_seconds_are_times_that_were_taken_and_hours_are_not() {
        let are = |cells: &[&str], is_value| {
            let mut durations = Durations::default();
            cells.iter().for_each(|cell| durations.add(cell));
            durations.are_taken(cells.len() as u64, is_value)
        };
        let hours = ["08:00:00", "12:30:00", "14:00:00"];
        assert_eq!((are(&hours, false), are(&hours, true)), (false, true));
        assert_eq!((are(&["08:00", "12:30"], false), are(&["08:00", "12:30"], true)), (false, true));
        assert!(are(&["1:02:03", "0:59:07", "1:10:00"], false) && are(&["12:34.5", "11:02.0"], false));
        assert!(!are(&["a", "b"], true));
    }
}
