//! Text broken or cut to a width.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::tui::state::clean;

/// The text's own lines. Lines that are too long are broken at wide gaps, as they part formulas, else between words; what follows a
/// break is indented like its line. Control characters are left out.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    wrap_most(text, width, usize::MAX)
}

/// The first of these lines, about `most` of them: for a long text of which only a part is shown.
pub fn wrap_most(text: &str, width: usize, most: usize) -> Vec<String> {
    let width = width.max(8);
    let mut wrapped = Vec::new();
    let lines = text.trim().lines().take(most).map(|line| clean(line.trim_end()));
    for line in lines.flat_map(|line| at_gaps(line, width)) {
        if wrapped.len() >= most {
            break;
        }
        if line.width() <= width {
            wrapped.push(line);
            continue;
        }
        let indent: String = line.chars().take_while(|c| *c == ' ').take(width / 2).collect();
        let mut row = indent.clone();
        for word in line.split_whitespace() {
            let gap = usize::from(row.len() > indent.len());
            if gap == 1 && row.width() + gap + word.width() > width {
                wrapped.push(std::mem::replace(&mut row, indent.clone()));
            } else if gap == 1 {
                row.push(' ');
            }
            // A word longer than a row is cut where the row ends.
            for letter in word.chars() {
                if row.width() + letter.width().unwrap_or(0) > width {
                    wrapped.push(std::mem::replace(&mut row, indent.clone()));
                    if wrapped.len() >= most {
                        return wrapped;
                    }
                }
                row.push(letter);
            }
        }
        wrapped.push(row);
    }
    wrapped
}

/// What parts the formulas of a line.
const GAP: &str = "   ";

/// A line that is too long as several, broken at its wide gaps, as many parts in each as fit.
fn at_gaps(line: String, width: usize) -> Vec<String> {
    if line.width() <= width || !line.trim_start().contains(GAP) {
        return vec![line];
    }
    let indent: String = line.chars().take_while(|c| *c == ' ').collect();
    let mut rows: Vec<String> = Vec::new();
    for part in line.split(GAP).map(str::trim).filter(|part| !part.is_empty()) {
        match rows.last_mut().filter(|row| row.width() + GAP.len() + part.width() <= width) {
            Some(row) => *row = format!("{row}{GAP}{part}"),
            None => rows.push(format!("{indent}{part}")),
        }
    }
    rows
}

/// The columns from which on a line that ends within a sentence was broken by its writer's editor.
const BROKEN: usize = 80;

/// The text without the breaks that its writer's editor made within sentences, so that it is broken once only, by
/// [`wrap`]. Short lines, as those of formulas, and lines that end a sentence stay lines.
pub fn reflow(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        joined.push_str(line);
        let goes_on = lines.peek().is_some_and(|next| !next.trim().is_empty() && !next.starts_with(' '));
        let ends = line.trim_end().ends_with(['.', ':', '!', '?']);
        if lines.peek().is_some() {
            joined.push(if goes_on && !ends && line.width() >= BROKEN { ' ' } else { '\n' });
        }
    }
    joined
}

/// The text, at most `width` columns wide; `…` marks where it is cut off.
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    if width == 0 { String::new() } else { beginning(text, width - 1) + "…" }
}

/// As many whole words as fit; `…` stands for the others, so that no number is cut to another.
pub fn cut_words(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let ends = text.match_indices(' ').map(|(at, _)| &text[..at]);
    let fitting = ends.take_while(|beginning| beginning.width() + 2 <= width).last();
    match fitting.map(str::trim_end).filter(|beginning| !beginning.is_empty()) {
        Some(beginning) => format!("{beginning} …"),
        None => cut("…", width),
    }
}

/// The text, at most `width` columns wide, cut in its middle: of a command beginning and end say most.
pub fn cut_middle(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let end = end_of(text, width.div_ceil(2));
    beginning(text, width.saturating_sub(end.width())) + &end
}

/// As much of the beginning as fits.
fn beginning(text: &str, width: usize) -> String {
    let mut kept = String::new();
    for letter in text.chars() {
        if kept.width() + letter.width().unwrap_or(0) > width {
            break;
        }
        kept.push(letter);
    }
    kept
}

/// The text, at most `width` columns wide, cut at its beginning: names of runs, for one, differ at the end.
pub fn end_of(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for letter in text.chars().rev() {
        kept.insert(0, letter);
        if kept.width() >= width {
            kept.remove(0);
            break;
        }
    }
    if width == 0 { String::new() } else { format!("…{kept}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_side_by_side_are_broken_between_them() {
        let formulas = "  h1 = tanh(x W1 + b1)   h2 = tanh(h1 W2 + b2)   p = sigmoid(h2 v + c)";
        assert_eq!(
            wrap(&format!("net:\n{formulas}"), 54),
            ["net:", "  h1 = tanh(x W1 + b1)   h2 = tanh(h1 W2 + b2)", "  p = sigmoid(h2 v + c)"]
        );
        assert_eq!(wrap(&format!("net:\n{formulas}"), 80)[1], formulas, "where there is room it stays");
        let narrow = wrap("a b   c d e f g", 8);
        assert_eq!(narrow, ["a b", "c d e f", "g"], "a part that is too long is broken between words");
    }

    #[test]
    fn a_line_of_settings_is_cut_between_them() {
        let text = "layers=3 lr=0.03 optimizer=Adam";
        let cuts = [40, 30, 18, 17, 10, 9, 1, 0].map(|width| cut_words(text, width));
        let expected =
            [text, "layers=3 lr=0.03 …", "layers=3 lr=0.03 …", "layers=3 …", "layers=3 …", "…", "…", ""];
        assert_eq!(cuts, expected);
    }

    #[test]
    fn lines_are_kept_and_long_ones_are_broken_between_words() {
        let text = "one\n\n  a = b    c\n  h = relu(W x + b)    hidden\na line that is longer than the width";
        let expected = [
            "one",
            "",
            "  a = b    c",
            "  h = relu(W x + b)",
            "  hidden",
            "a line that is longer than",
            "the width",
        ];
        assert_eq!(wrap(text, 26), expected);
    }

    #[test]
    fn a_sentence_that_was_broken_already_is_broken_once_only() {
        let long = "training accuracy passes 95% within the first epoch; the validation loss flattens after";
        let text = format!("{long}\nthe third.\ny = f(x)\nh = g(y)\n\nTry: {long}\n  indented");
        let expected = format!("{long} the third.\ny = f(x)\nh = g(y)\n\nTry: {long}\n  indented");
        assert_eq!(reflow(&text), expected);
        assert_eq!(wrap(&reflow(&format!("{long}\nthe third.")), 60).len(), 2);
    }

    #[test]
    fn what_is_cut_off_is_marked() {
        assert_eq!(
            (cut("abc", 3), cut("abcd", 3), cut("漢字漢", 4)),
            ("abc".into(), "ab…".into(), "漢…".into())
        );
        assert_eq!(cut("abc", 0), "");
    }

    #[test]
    fn beginning_and_end_of_a_command_are_kept() {
        assert_eq!(cut_middle("train mnist-cnn --epochs 20", 27), "train mnist-cnn --epochs 20");
        assert_eq!(cut_middle("train mnist-cnn --epochs 20", 16), "train mn…ochs 20");
        assert_eq!(cut_middle("漢字漢字漢字", 7).width(), 7);
        assert_eq!((cut_middle("abc", 1), cut_middle("abc", 0)), ("…".to_owned(), String::new()));
    }

    #[test]
    fn nothing_is_wider_than_asked_and_control_characters_are_gone() {
        for text in ["ä".repeat(100), "漢字".repeat(30), format!("    {}\u{1b}[2J", "x".repeat(60))] {
            assert!(wrap(&text, 20).iter().all(|line| line.width() <= 20 && !line.contains('\u{1b}')));
        }
    }

    #[test]
    fn the_end_of_a_name_is_kept() {
        assert_eq!(end_of("lr=0.1/run_7", 20), "lr=0.1/run_7");
        assert_eq!(end_of("lr=0.1/run_7", 6), "…run_7");
        assert_eq!(end_of("漢字漢字", 4).width(), 3);
        assert_eq!((end_of("abc", 1), end_of("abc", 0)), ("…".to_owned(), String::new()));
    }
}
