//! Names and text that others wrote, made fit to be shown: the same for the dashboard, `watch` and the command line.

use std::borrow::Cow;

pub use crate::system::words::without_codes;

/// At most `longest` characters of `text` on one line. What steers a terminal or reorders text is left out: control
/// characters (escape sequences begin with one), marks of direction, characters without width. Line breaks and tabs
/// become spaces; codes of the system's errors are left out; what is cut off ends with `…`.
pub fn shown(text: &str, longest: usize) -> String {
    // A text of nothing but such characters is not searched to its end for one that is shown.
    let searched = longest.saturating_mul(16).saturating_add(64);
    let mut letters = text.chars();
    let mut kept = letters.by_ref().take(searched).filter_map(|letter| match letter {
        '\n' | '\t' | '\r' | '\u{2028}' | '\u{2029}' => Some(' '),
        letter if steers(letter) => None,
        letter => Some(letter),
    });
    let mut shown: String = kept.by_ref().take(longest).collect();
    let is_full = kept.next().is_some();
    if is_full {
        shown.pop();
    }
    if is_full || letters.next().is_some() {
        shown.push('…');
    }
    match without_codes(&shown) {
        Cow::Borrowed(_) => shown,
        Cow::Owned(shorter) => shorter,
    }
}

/// So much of a name or a message is shown where nothing else bounds it.
const LONGEST: usize = 2000;

/// [`shown`], with room for any message.
pub fn clean(text: &str) -> String {
    shown(text, LONGEST)
}

/// Lines of a longer text, each [`shown`].
pub fn lines(text: &str, longest: usize, most: usize) -> Vec<String> {
    text.lines().take(most).map(|line| shown(line, longest)).collect()
}

/// A score or a value with digits that say something, whatever the unit of the data, in at most ten characters.
pub fn figure(value: f64) -> String {
    match value.abs() {
        0.0 => "0.0000".into(),
        size if !(1e-3..1e9).contains(&size) => format!("{value:.3e}"),
        size if size >= 1e5 => format!("{value:.0}"),
        size if size >= 1e3 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

/// A word as a shell takes it.
pub fn in_shell(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./+,:@%=".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        // Only NUL cannot be quoted, which no command line has.
        shlex::try_quote(word).map_or_else(|_| word.replace('\0', ""), std::borrow::Cow::into_owned)
    }
}

/// Whether a terminal would not show this character but do something: move, colour, reorder.
pub fn steers(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_a_quoted_word_as_it_was() {
        let words =
            ["train", "a=3", "layers=[Dense(units: 2)]", "it's", "", "~/a", "$HOME", "`x`", "a\nb", "é*"];
        for word in words {
            let line = format!("printf %s {}", in_shell(word));
            let said = std::process::Command::new("sh").args(["-c", &line]).output().unwrap();
            assert_eq!(String::from_utf8(said.stdout).unwrap(), word, "{line}");
        }
        assert_eq!((in_shell("a=3"), in_shell("~/a")), ("a=3".into(), "'~/a'".into()));
    }

    #[test]
    fn nothing_that_steers_a_terminal_is_shown_and_length_is_bounded() {
        assert_eq!(shown("a\u{1b}[2Jb\nc\u{202e}d\u{9b}1m é漢", 50), "a[2Jb cd1m é漢");
        let long = "x\u{200b}".repeat(5 << 20);
        assert_eq!(shown(&long, 5), "xxxx…");
        assert_eq!((shown(&"\u{1b}".repeat(10 << 20), 5), shown("\u{1b}", 5)), ("…".into(), String::new()));
        assert_eq!((shown("abcde", 5), shown("abcdef", 5)), ("abcde".into(), "abcd…".into()));
        assert_eq!(lines("a\tb\nc\nd", 50, 2), ["a b", "c"]);
        assert_eq!(clean(&long).chars().count(), LONGEST);
    }
}
