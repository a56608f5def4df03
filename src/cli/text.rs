//! Text from files and folders, made safe for a terminal.

use super::Error;
use crate::run::text::steers;
pub use crate::tui::format::bytes;

/// The longest line that is printed of text from outside, in characters.
const LONGEST: usize = 10_000;

/// One line without anything that steers a terminal: control characters (escape sequences begin with one, line
/// breaks are some) and the marks that reorder text become U+FFFD. What is too long ends with `…`.
pub fn plain(text: &str) -> String {
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

/// A value as JSON in one line, in which what steers a terminal is escaped: JSON itself asks that only of some.
///
/// # Errors
/// When it has no form in JSON.
pub fn json(value: &impl serde::Serialize) -> Result<String, Error> {
    let line = serde_json::to_string(value).map_err(|error| Error::Failed(error.to_string()))?;
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
