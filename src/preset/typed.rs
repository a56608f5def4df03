//! What a person types for a field on a command line, as a preset writes it: a shell has taken away the quotes that a preset needs.

use super::edit::quoted;
use super::field::FieldKind;
use super::nesting::Inside;
use super::path::{Key, Path};

/// What a preset writes for `typed` as a value of this kind. What cannot be meant so stays as it is.
pub fn written(kind: &FieldKind, typed: &str) -> String {
    let as_typed = || typed.to_owned();
    match kind {
        FieldKind::Text => text(typed).unwrap_or_else(as_typed),
        FieldKind::Sign => sign(typed).unwrap_or_else(as_typed),
        FieldKind::Paths | FieldKind::Names if !typed.starts_with('[') => {
            text(typed).unwrap_or_else(as_typed)
        }
        FieldKind::Paths | FieldKind::Names | FieldKind::Texts => texts(typed).unwrap_or_else(as_typed),
        FieldKind::Choice(words) => {
            let bare = typed.trim_matches(['"', '\'']);
            if words.contain(bare) { bare.to_owned() } else { as_typed() }
        }
        FieldKind::Nested(described) => match described.inside() {
            Inside::ByName(_) => names(typed).unwrap_or_else(as_typed),
            Inside::Fields(_) | Inside::Variants(_) | Inside::List(_) => as_typed(),
        },
        FieldKind::Integer(_)
        | FieldKind::Number(_)
        | FieldKind::Pair(_)
        | FieldKind::Integers(_)
        | FieldKind::NumbersOr(..)
        | FieldKind::Switch
        | FieldKind::Choices(_) => as_typed(),
    }
}

/// A text in quotes; `None` where one quote opens it and none closes it.
fn text(typed: &str) -> Option<String> {
    if FieldKind::Text.takes(typed) {
        return Some(typed.into());
    }
    let within = typed.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    (!typed.starts_with('"')).then(|| quoted(within.unwrap_or(typed), 0))
}

fn sign(typed: &str) -> Option<String> {
    if FieldKind::Sign.takes(typed) {
        return Some(typed.into());
    }
    let mut letters = typed.chars();
    match (letters.next()?, letters.next(), letters.next()) {
        (sign, None, _) => Some(format!("{sign:?}")),
        ('\\', Some('t'), None) => Some("'\\t'".into()),
        _ => None,
    }
}

/// Texts in brackets.
fn texts(typed: &str) -> Option<String> {
    let within = typed.strip_prefix('[')?.strip_suffix(']')?;
    let each: Option<Vec<String>> = pieces(within).into_iter().map(text).collect();
    Some(format!("[{}]", each?.join(", ")))
}

/// Names in brackets, or names with what each is in braces.
fn names(typed: &str) -> Option<String> {
    let Some(within) = typed.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        return texts(typed);
    };
    let named = |piece: &str| {
        // A name in quotes may have a colon in it; it is as a preset writes it already.
        let (name, kind) = piece.split_once(':').filter(|_| !piece.starts_with('"')).unzip();
        match (name, kind) {
            (Some(name), Some(kind)) => Some(format!("{}: {}", text(name.trim())?, kind.trim())),
            _ => Some(piece.to_owned()),
        }
    };
    let each: Option<Vec<String>> = pieces(within).into_iter().map(named).collect();
    Some(format!("{{{}}}", each?.join(", ")))
}

/// What stands between the commas that are in no brackets and no quotes.
fn pieces(within: &str) -> Vec<&str> {
    let (mut pieces, mut start, mut depth, mut is_quoted) = (Vec::new(), 0, 0_i32, false);
    for (at, letter) in within.char_indices() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '(' | '[' | '{' if !is_quoted => depth += 1,
            ')' | ']' | '}' if !is_quoted => depth -= 1,
            ',' if !is_quoted && depth == 0 => {
                pieces.push(within[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(within[start..].trim());
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// What keeps a text from being one value: a bracket or a quote that is not closed, or something behind the value. `None` where
/// it is one, whatever it says.
pub(super) fn why_not_one_value(text: &str) -> Option<String> {
    let mut open: Vec<char> = Vec::new();
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => {
                let mut is_escaped = false;
                let is_end = |letter: char| {
                    let ends = letter == '"' && !is_escaped;
                    is_escaped = letter == '\\' && !is_escaped;
                    ends
                };
                if !letters.by_ref().map(|(_, letter)| letter).any(is_end) {
                    return Some(format!("a quote is not closed: {}", &text[at..]));
                }
            }
            // A single sign, which may be a quote or a bracket.
            '\'' => {
                let is_escaped = letters.next().is_some_and(|(_, letter)| letter == '\\');
                if is_escaped {
                    letters.next();
                }
                if !letters.by_ref().any(|(_, letter)| letter == '\'') {
                    return Some(format!("a quote is not closed: {}", &text[at..]));
                }
            }
            '/' if letters.peek().is_some_and(|(_, next)| matches!(next, '/' | '*')) => {
                return Some(format!("a comment is no part of a value: {}", &text[at..]));
            }
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' => match open.pop() {
                Some(wanted) if wanted == letter => {
                    let rest = text[at + 1..].trim();
                    if open.is_empty() && !rest.is_empty() {
                        return Some(format!("behind the value stands '{rest}'"));
                    }
                }
                _ => return Some(format!("this '{letter}' closes nothing: {}", &text[at..])),
            },
            ',' | ':' if open.is_empty() => {
                return Some(format!("behind the value stands '{}'", text[at..].trim()));
            }
            _ => {}
        }
    }
    open.pop().map(|wanted| format!("a '{wanted}' is missing at its end"))
}

/// A change as a person types it in a shell: `--set train.epochs=16`.
pub(super) fn change(path: &Path, value: &str) -> String {
    let keys: Vec<String> = path
        .0
        .iter()
        .map(|key| match key {
            Key::Field(name) => name.clone(),
            Key::Index(place) => place.to_string(),
        })
        .collect();
    let change = format!("{}={value}", keys.join("."));
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./+,:@%=".contains(letter);
    if change.chars().all(is_plain) { format!("--set {change}") } else { format!("--set '{change}'") }
}

/// A value of this kind for an example, as a person types it.
pub(super) fn example(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Text | FieldKind::Names => "\"a text\"".into(),
        FieldKind::Sign => ";".into(),
        FieldKind::Paths => "data.csv".into(),
        FieldKind::Texts => "[\"a\", \"b\"]".into(),
        FieldKind::Integers(_) => "[4, 4]".into(),
        FieldKind::NumbersOr(_, words) => words.first().map_or("[1.0, 2.0]".into(), ToString::to_string),
        FieldKind::Choices(words) => format!("[{}]", words.names.first().copied().unwrap_or_default()),
        FieldKind::Nested(described) => match described.inside() {
            Inside::ByName(_) => "{\"age\": number}".into(),
            Inside::List(each) => format!("[{}]", FieldKind::Nested(each).sample()),
            Inside::Fields(group) => match (&group.shortest(|_| None)[..], group.fields.first()) {
                ("()", Some(first)) => format!("({}: {})", first.name, example(&first.kind)),
                (shortest, _) => shortest.into(),
            },
            Inside::Variants(_) => kind.sample(),
        },
        FieldKind::Integer(_)
        | FieldKind::Number(_)
        | FieldKind::Pair(_)
        | FieldKind::Switch
        | FieldKind::Choice(_) => kind.sample(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_may_have_taken_the_quotes_away() {
        let of = |kind: FieldKind, typed: &str| written(&kind, typed);
        assert_eq!(of(FieldKind::Text, "abc"), "\"abc\"");
        assert_eq!(of(FieldKind::Text, "'it is'"), "\"it is\"");
        assert_eq!(of(FieldKind::Text, "a \"b\" \\c"), "\"a \\\"b\\\" \\\\c\"");
        assert_eq!(
            (of(FieldKind::Text, "\"abc\""), of(FieldKind::Text, "\"abc")),
            ("\"abc\"".into(), "\"abc".into())
        );
        assert_eq!((of(FieldKind::Sign, ";"), of(FieldKind::Sign, "\";\"")), ("';'".into(), "\";\"".into()));
        assert_eq!((of(FieldKind::Sign, "\\t"), of(FieldKind::Sign, "'")), ("'\\t'".into(), "'\\''".into()));
        assert_eq!(of(FieldKind::Sign, ";;"), ";;");
        assert_eq!(of(FieldKind::Paths, "b.csv"), "\"b.csv\"");
        assert_eq!(of(FieldKind::Names, "y"), "\"y\"");
        assert_eq!(of(FieldKind::Names, "[Y1, \"a b\"]"), "[\"Y1\", \"a b\"]");
        assert_eq!(of(FieldKind::Paths, "[b.csv, \"c,d.csv\"]"), "[\"b.csv\", \"c,d.csv\"]");
        assert_eq!(of(FieldKind::Integer(crate::preset::field::Range::COUNT), "abc"), "abc");
    }

    #[test]
    fn names_of_columns_get_their_quotes_back() {
        let columns = crate::preset::nesting::inside::<crate::preset::Columns>();
        assert_eq!(written(&columns, "[age, the town]"), "[\"age\", \"the town\"]");
        assert_eq!(
            written(&columns, "{age: number, town: category(embed: 8, limit: 9)}"),
            "{\"age\": number, \"town\": category(embed: 8, limit: 9)}"
        );
        assert_eq!(written(&columns, "{\"a:b\": number}"), "{\"a:b\": number}");
    }

    #[test]
    fn what_is_not_one_value_is_told_from_what_is() {
        for one in [
            "7",
            "-1.5",
            "Adam(rate: 0.1)",
            "[a, b]",
            "{\"a)\": b}",
            "'('",
            "'\\''",
            "\"a\\\"b\"",
            "(1, (2))",
        ] {
            assert_eq!(why_not_one_value(one), None, "{one}");
        }
        for (text, problem) in [
            ("Adam(", "a ')' is missing at its end"),
            ("Adam()junk", "behind the value stands 'junk'"),
            ("2, seed: 5", "behind the value stands ', seed: 5'"),
            ("x)", "this ')' closes nothing: )"),
            ("\"abc", "a quote is not closed: \"abc"),
            ("';", "a quote is not closed: ';"),
            ("1 // one", "a comment is no part of a value: // one"),
        ] {
            assert_eq!(why_not_one_value(text).as_deref(), Some(problem), "{text}");
        }
    }
}
