//! Text from files and folders, made safe for a terminal.

use unicode_width::UnicodeWidthStr;

use super::Error;
use crate::run::text::{steers, without_codes};
pub use crate::tui::format::bytes;

/// The longest line that is printed of text from outside, in characters.
const LONGEST: usize = 10_000;

/// One line without anything that steers a terminal: control characters (escape sequences begin with one, line
/// breaks are some) and the marks that reorder text become U+FFFD; codes of the system's errors are left out. What is too long ends
/// with `…`.
pub fn plain(text: &str) -> String {
    let text = without_codes(text);
    let mut letters = text.chars();
    let mut line: String = letters
        .by_ref()
        .take(LONGEST)
        .map(|letter| if steers(letter) { '\u{fffd}' } else { letter })
        .collect();
    if letters.next().is_some() {
        line.push('…');
    }
    line
}

/// Rows as lines whose columns stand below each other, each as wide as its widest cell.
pub fn columns(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    let written = rows.iter().map(|row| {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    });
    written.collect()
}

/// A value as JSON in one line, in which what steers a terminal is escaped: JSON itself asks that only of some.
///
/// # Errors
/// When it has no form in JSON.
pub fn json(value: &impl serde::Serialize) -> Result<String, Error> {
    let line = serde_json::to_string(value).map_err(|error| Error::Failed(error.to_string()))?;
    let line = without_codes(&line).into_owned();
    if !line.contains(steers) {
        return Ok(line);
    }
    // Such characters stand in texts only.
    let escaped = line.chars().map(|letter| {
        let mut units = [0; 2];
        match steers(letter) {
            true => letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
            false => String::from(letter),
        }
    });
    Ok(escaped.collect())
}

/// A number that a network or a score gave, without the digits that single precision does not have, or that only rounding in double
/// precision left: 0.6 for the nearest number to it of either, and 0.3 for 0.30000000000000004.
pub fn tidy(number: f64) -> f64 {
    /// Below it all whole numbers have fewer digits than are kept.
    const LARGEST: f64 = 1e15;
    // Up to here single precision has every whole number.
    const WHOLE: f64 = 16_777_216.0;
    let single = number as f32;
    let text = match number.abs() {
        size if f64::from(single) == number && size < WHOLE => single.to_string(),
        size if size < LARGEST => format!("{number:.14e}"),
        _ => return number,
    };
    text.parse().unwrap_or(number)
}

/// A value whose numbers are [`tidy`].
pub fn tidied(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Number(number) if number.is_f64() => {
            number.as_f64().map_or(Value::Null, |number| tidy(number).into())
        }
        Value::Array(all) => all.into_iter().map(tidied).collect(),
        Value::Object(all) => {
            Value::Object(all.into_iter().map(|(key, value)| (key, tidied(value))).collect())
        }
        other => other,
    }
}

/// Several lines, each made [`plain`].
pub fn lines(text: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join("\n")
}

/// What clap says against a command line, in a line and without its advice on how to call the program.
pub(super) fn of_clap(error: &clap::Error) -> String {
    let said = error.to_string();
    let lines = said.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with("tip:")).collect();
    lines.join(" ").trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_digits_that_they_do_not_mean() {
        for (number, wanted) in [
            (f64::from(0.6_f32), 0.6),
            (0.1 + 0.2, 0.3),
            (1.0 / 3.0, 0.333_333_333_333_333),
            (f64::from(0.512_273_43_f32), 0.512_273_43),
            (123_456_792.0, 123_456_792.0),
            (1_700_000_000.25, 1_700_000_000.25),
            (9_007_199_254_740_993.0, 9_007_199_254_740_993.0),
            (-0.0, 0.0),
            (1e300, 1e300),
        ] {
            assert_eq!(tidy(number), wanted, "{number}");
        }
        assert!(tidy(f64::NAN).is_nan() && tidy(f64::INFINITY) == f64::INFINITY);
        let value = serde_json::json!({ "a": [0.1 + 0.2, 7], "b": null });
        assert_eq!(tidied(value).to_string(), "{\"a\":[0.3,7],\"b\":null}");
    }

    #[test]
    fn json_says_the_same_without_steering() {
        let text = "a\u{9b}31m\u{202e}b\u{e0001}é\"\n";
        let line = json(&text).unwrap();
        assert_eq!(line, r#""a\u009b31m\u202eb\udb40\udc01é\"\n""#);
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }

    #[test]
    fn nothing_that_steers_a_terminal_gets_through() {
        assert_eq!(
            plain("a\u{1b}[2Jb\nc\u{202e}d\u{9b}1m é漢"),
            "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d\u{fffd}1m é漢"
        );
    }

    #[test]
    fn bytes_are_rounded_as_people_read_them() {
        let shown = [0, 999, 1000, 3_449_000, 999_949, 999_950, 2_000_000_000_000_000].map(bytes);
        assert_eq!(shown, ["0 B", "999 B", "1.0 kB", "3.4 MB", "999.9 kB", "1.0 MB", "2000.0 TB"]);
    }
}
