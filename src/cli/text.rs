//! Text from files and folders, made safe for a terminal.

/// One line without anything that steers a terminal: control characters (escape sequences begin with one, line
/// breaks are some) and the marks that reorder text become U+FFFD.
pub fn plain(text: &str) -> String {
    text.chars().map(|letter| if steers(letter) { '\u{fffd}' } else { letter }).collect()
}

/// Several lines, each made [`plain`].
pub fn lines(text: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join("\n")
}

fn steers(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Bytes for a person: `812 B`, `3.4 MB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if count < 1000 {
        return format!("{count} B");
    }
    let mut size = count as f64 / 1000.0;
    let mut unit = 0;
    // 999.95 would be printed as 1000.0.
    while size >= 999.95 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

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
