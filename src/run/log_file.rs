//! A run's log: what happened, line by line, in two files of bounded length.

use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use time::{Date, Month, Time};

use super::append::Appender;
use super::{Error, disk};
use crate::system::files;

/// The log's file in a run's folder.
pub const LOG: &str = "log.txt";
/// Its older part, once it has become long.
pub const OLDER: &str = "log.older.txt";
/// The length in bytes at which the log becomes the older part, replacing the one before, and a new log is begun.
const LONGEST: u64 = 8 << 20;

/// Opens the log in `folder` to add lines to it. A long one becomes the older part first.
///
/// # Errors
/// When the system refuses.
pub(super) fn open(folder: &Path) -> Result<Appender, Error> {
    let path = folder.join(LOG);
    if fs::metadata(&path).is_ok_and(|log| log.len() >= LONGEST) {
        disk::rename(&path, &folder.join(OLDER))?;
    }
    Appender::open(&path, false)
}

/// Adds a line to the log of a run that nobody trains any more, as after its end.
///
/// # Errors
/// When the system refuses.
pub fn add(folder: &Path, line: &str) -> Result<(), Error> {
    open(folder)?.append(format!("{}\n", stamped(line)).as_bytes())
}

/// A line with the time in front of it, as logs have it.
pub fn stamped(line: &str) -> String {
    let time = time::OffsetDateTime::now_utc();
    let form = time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    // One line a record, whatever the text holds.
    format!("{} {}", time.format(&form).unwrap_or_default(), line.replace(['\n', '\r'], " "))
}

/// How many bytes of the log's end are read.
const TAIL: u64 = 256 << 10;

/// A line of a log.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedLine {
    /// When it was written, in seconds since 1970.
    pub time: f64,
    /// What it says.
    pub text: String,
}

/// The newest lines of a run's log, `most` at most, oldest first. What cannot be read is left out.
pub fn newest(folder: &Path, most: usize) -> Vec<LoggedLine> {
    let tail = |name: &str| {
        let (mut file, size) = files::open_sized(&folder.join(name)).ok()?;
        let skipped = size.saturating_sub(TAIL);
        file.seek(SeekFrom::Start(skipped)).ok()?;
        let mut bytes = Vec::new();
        file.take(TAIL).read_to_end(&mut bytes).ok()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        // The first line is cut where what stands before it was skipped.
        Some(if skipped > 0 { text.split_once('\n').map_or("", |(_, rest)| rest).to_owned() } else { text })
    };
    let mut lines: Vec<LoggedLine> = Vec::new();
    for name in [OLDER, LOG] {
        let text = tail(name).unwrap_or_default();
        lines.extend(text.lines().filter_map(line));
    }
    lines.split_off(lines.len().saturating_sub(most))
}

/// `2026-11-30T22:37:14Z what happened`
fn line(line: &str) -> Option<LoggedLine> {
    let (time, text) = line.split_once(' ')?;
    let parts: Vec<&str> = time.strip_suffix('Z')?.split(['-', 'T', ':']).collect();
    let [year, month, day, hour, minute, second] = parts[..] else { return None };
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let date = Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()?;
    let clock = Time::from_hms(hour.parse().ok()?, minute.parse().ok()?, second.parse().ok()?).ok()?;
    let time = date.with_time(clock).assume_utc().unix_timestamp() as f64;
    Some(LoggedLine { time, text: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_lines_come_back_with_their_times() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(newest(folder.path(), 10), []);
        fs::write(folder.path().join(OLDER), "1970-01-01T00:00:07Z older\n").unwrap();
        let lines: String = (0..9).map(|n| format!("1970-01-01T00:01:0{n}Z line {n}\n")).collect();
        fs::write(folder.path().join(LOG), lines + "a line without a time\n1970-01-01T00:02").unwrap();
        let read = newest(folder.path(), 10);
        let told: Vec<(f64, &str)> = read.iter().map(|line| (line.time, line.text.as_str())).collect();
        assert_eq!((told.len(), told[0], told[9]), (10, (7.0, "older"), (68.0, "line 8")));
        assert_eq!(newest(folder.path(), 2)[0].text, "line 7");
        // Of a long one only whole lines of its end.
        let long = "1970-01-01T00:00:01Z a line that is repeated\n".repeat(20_000);
        fs::write(folder.path().join(LOG), long).unwrap();
        assert!(
            newest(folder.path(), usize::MAX)
                .iter()
                .skip(1)
                .all(|line| line.text == "a line that is repeated")
        );
    }

    #[test]
    fn a_log_that_never_ends_is_two_files_of_which_the_older_part_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let lines = "a line of the log\n".repeat(100_000);
        for _ in 0..20 {
            open(folder.path()).unwrap().append(lines.as_bytes()).unwrap();
        }
        for file in [LOG, OLDER] {
            let text = fs::read_to_string(folder.path().join(file)).unwrap();
            assert!(text.len() as u64 <= LONGEST + lines.len() as u64, "{file}: {}", text.len());
            assert!(text.starts_with("a line") && text.ends_with("log\n"));
        }
    }
}
