//! What a person types to narrow a list: words, globs, or a regular expression.

use regex_lite::{Regex, RegexBuilder};

/// What a line has to match.
pub struct Pattern {
    /// All of these.
    parts: Vec<Regex>,
}

impl Pattern {
    /// Reads what was typed: words that all occur, `*` and `?` in them standing for any letters and any letter, `[a-c]` for one
    /// of these and `[!a-c]` for any other; or, after a `/`, a regular expression. Upper and lower case are the same. A regular expression that is not finished yet is taken
    /// for a word.
    pub fn new(typed: &str) -> Self {
        let regex =
            |source: &str| RegexBuilder::new(source).case_insensitive(true).size_limit(1 << 20).build();
        let whole = typed.trim().strip_prefix('/').map(|source| source.strip_suffix('/').unwrap_or(source));
        if let Some(Ok(whole)) = whole.map(regex) {
            return Pattern { parts: vec![whole] };
        }
        let part = |word: &str| {
            let mut source = String::new();
            let mut rest = word;
            while let Some(letter) = rest.chars().next() {
                let (part, taken) = class(rest).unwrap_or_else(|| match letter {
                    '*' => (r"\S*".to_owned(), 1),
                    '?' => (r"\S".to_owned(), 1),
                    other => (regex_lite::escape(&other.to_string()), other.len_utf8()),
                });
                source += &part;
                rest = &rest[taken..];
            }
            regex(&source).ok()
        };
        Pattern { parts: typed.split_whitespace().filter_map(part).collect() }
    }

    /// Why a regular expression was taken for words; `None` where it is one, or none was typed.
    pub fn problem(typed: &str) -> Option<String> {
        let source = typed.trim().strip_prefix('/')?;
        let error = Regex::new(source.strip_suffix('/').unwrap_or(source)).err()?;
        Some(format!("no regular expression: {error}"))
    }

    /// Whether a line matches.
    pub fn matches(&self, line: &str) -> bool {
        self.parts.iter().all(|part| part.is_match(line))
    }
}

/// A class of letters at the beginning of a glob, `[01]`, `[a-c]` or `[!0-9]`, as a regular expression, and how many bytes it takes; a
/// bracket that nothing closes is a letter as any other.
fn class(glob: &str) -> Option<(String, usize)> {
    let inside = glob.strip_prefix('[')?;
    let (not, letters) = inside.strip_prefix(['!', '^']).map_or(("", inside), |rest| ("^", rest));
    // A bracket that comes first is one of the letters.
    let end = letters.char_indices().skip(1).find(|(_, letter)| *letter == ']')?.0;
    let letters = &letters[..end];
    let one = |letter: char| {
        if letter.is_alphanumeric() || letter == '-' { letter.into() } else { format!("\\{letter}") }
    };
    let escaped: String = letters.chars().map(one).collect();
    let taken = 1 + not.len() + end + 1;
    Some((format!("[{not}{escaped}]"), taken)).filter(|(source, _)| Regex::new(source).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_globs_and_regular_expressions_narrow_a_list() {
        let line = "2026-11-21T09-30-00-mnist-cnn-1b2c finished #paper warm-up";
        for typed in [
            "",
            "cnn",
            "PAPER mnist",
            "mn*cnn",
            "mnist-c?n",
            "mnist-[bc]nn",
            "mnist-c[a-z]n-[0-9]b[12][!d-z]",
            "/mnist-(cnn|mlp)-/",
            "/^2026.*finished",
            "#paper",
        ] {
            assert!(Pattern::new(typed).matches(line), "{typed}");
        }
        for typed in [
            "mlp",
            "cnn failed",
            "mnist-?-cnn",
            "/^mnist/",
            "c.n",
            "mnist-[ab]nn",
            "mnist-[!c]nn",
            "mnist-[c",
        ] {
            assert!(!Pattern::new(typed).matches(line), "{typed}");
        }
        assert_eq!(Pattern::problem("/mnist-(cnn|mlp)-/").or(Pattern::problem("mnist-[")), None);
        let problem = Pattern::problem("/mnist-[/").unwrap();
        assert!(problem.starts_with("no regular expression: ") && problem.len() > 30, "{problem}");
        // While a person is still typing it.
        assert!(!Pattern::new("/mnist-(cnn").matches(line));
    }
}
