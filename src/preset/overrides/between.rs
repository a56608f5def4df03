//! The changes that make one text of a preset another, as `--set` takes them.

use std::collections::BTreeMap;

use super::apply_all;
use crate::preset::edit::default_at;
use crate::preset::form::{Row, RowKind, rows};
use crate::preset::outline::{Node, Outline};
use crate::preset::parse::parse;
use crate::preset::path::Path;

/// The changes that make of the preset `before` the same preset as `after`, as few and as short as can be found; `None` where no
/// such changes are known. The texts may differ afterwards, by their comments and by how they write the same.
pub fn between(before: &str, after: &str) -> Option<Vec<String>> {
    let wanted = parse(after, "").ok()?;
    let makes_it = |changes: &Vec<String>| {
        apply_all(before, changes).and_then(|text| parse(&text, "")).is_ok_and(|made| made == wanted)
    };
    let by_value = || changes(before, after, usize::MAX);
    let by_field = || changes(before, after, 0);
    [Vec::new(), by_value(), by_field()].into_iter().find(makes_it)
}

/// The changes of fields down to this depth; what differs further in is set with all that is around it.
fn changes(before: &str, after: &str, deepest: usize) -> Vec<String> {
    let old: BTreeMap<Path, Row> = rows(before).into_iter().map(|row| (row.path.clone(), row)).collect();
    let texts = [before, after].map(|text| Text { text, outline: Outline::of(text) });
    let mut changes = Vec::new();
    let mut whole: Option<Path> = None;
    for row in rows(after) {
        if whole.as_ref().is_some_and(|whole| row.path.0.starts_with(&whole.0)) {
            continue;
        }
        let differs = match old.get(&row.path) {
            None => true,
            Some(old) if row.depth < deepest && row.is_group() => {
                let counts = texts.each_ref().map(|text| text.items(&row));
                old.value != row.value || old.is_off != row.is_off || counts[0] != counts[1]
            }
            Some(old) => {
                let values = [&texts[0].value(old), &texts[1].value(&row)].map(|value| one_line(value));
                old.is_off != row.is_off || values[0] != values[1]
            }
        };
        if differs {
            let value = if row.is_off { "None".into() } else { one_line(&texts[1].value(&row)) };
            changes.push(format!("{}={value}", row.path));
        }
        if differs || !row.is_group() || row.depth >= deepest {
            whole = Some(row.path);
        }
    }
    changes
}

/// A text and the places of its values.
struct Text<'a> {
    text: &'a str,
    outline: Outline,
}

impl Text<'_> {
    /// The whole value of a row, as the text has it; where it leaves it out, as it means it.
    fn value(&self, row: &Row) -> String {
        let written = self.outline.node(&row.path).map(|node| self.text[node.value().span()].to_owned());
        let default = || default_at(self.text, &row.path).filter(|_| row.is_group());
        written.or_else(default).unwrap_or_else(|| row.value.clone())
    }

    /// How many items or names stand in a list.
    fn items(&self, row: &Row) -> usize {
        match row.kind {
            RowKind::List(_) | RowKind::ByName(_) => {
                self.outline.node(&row.path).map(Node::value).map_or(0, |node| node.parts().len())
            }
            RowKind::Value(_) | RowKind::Group(_) | RowKind::Variant(_) | RowKind::Item(_) => 0,
        }
    }
}

/// A value on one line, without comments; texts within it stay as they are.
fn one_line(value: &str) -> String {
    let mut line = String::with_capacity(value.len());
    let mut rest = value.trim();
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '"' => quoted(rest, '"'),
            '\'' => quoted(rest, '\''),
            'r' if rest[1..].trim_start_matches('#').starts_with('"') && !line.ends_with(is_of_name) => {
                raw(rest)
            }
            '/' if rest.starts_with("//") => {
                rest = rest.find('\n').map_or("", |end| &rest[end..]);
                continue;
            }
            '/' if rest.starts_with("/*") => {
                rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
                continue;
            }
            letter if letter.is_whitespace() => {
                if !line.ends_with(['(', '[', '{', ' ']) {
                    line.push(' ');
                }
                rest = rest.trim_start();
                continue;
            }
            ')' | ']' | '}' => {
                let end = line.trim_end().trim_end_matches(',').len();
                line.truncate(end);
                1
            }
            letter => letter.len_utf8(),
        };
        line.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    line
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The bytes of a text in quotes, with these.
fn quoted(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    let end = text.char_indices().skip(1).find(|(_, letter)| {
        let ends = *letter == quote && !is_escaped;
        is_escaped = *letter == '\\' && !is_escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

/// The bytes of a raw text: `r#"…"#`.
fn raw(text: &str) -> usize {
    let signs = text[1..].chars().take_while(|letter| *letter == '#').count();
    let end = format!("\"{}", "#".repeat(signs));
    let start = signs + 2;
    text[start..].find(&end).map_or(text.len(), |at| start + at + end.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CNN: &str = include_str!("../../../presets/mnist-cnn.ron");

    #[test]
    fn a_value_goes_on_one_line_and_texts_in_it_stay() {
        let value = "Dense( // as many as classes\n    units: 10, /* more */ name: \"a  // b\",\n    sign: ' ', raw: r#\"x \"  y\"#,\n)";
        assert_eq!(one_line(value), r##"Dense(units: 10, name: "a  // b", sign: ' ', raw: r#"x "  y"#)"##);
    }

    #[test]
    fn values_layers_and_variants_are_told_shortly_and_make_the_same_preset() {
        let set = |text: &str, changes: &[&str]| {
            apply_all(text, &changes.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap()
        };
        for changes in [
            &["train.epochs=2", "optimizer.learning_rate=0.01"][..],
            &["layers[0].filters=8"],
            &["train.early_stopping=(patience: 3)"],
            &["optimizer=SGD(momentum: 0.9)"],
            &["data.train_samples=1000", "seed=7"],
        ] {
            assert_eq!(between(CNN, &set(CNN, changes)).unwrap().len(), changes.len(), "{changes:?}");
        }
        assert_eq!(between(CNN, &set(CNN, &["train.epochs=2"])).unwrap(), ["train.epochs=2"]);
        assert_eq!(between(CNN, &CNN.replace("name:", "// a comment\n    name:")), Some(Vec::new()));
        let without = crate::preset::edit::remove(CNN, &Path::to("layers").index(1));
        let changes = between(CNN, &without).unwrap();
        assert!(changes.len() == 1 && changes[0].starts_with("layers=[Conv2D("), "{changes:?}");
        assert!(!changes[0].contains('\n'));
    }

    #[test]
    fn whatever_one_built_in_preset_is_becomes_another_or_no_changes_are_known() {
        let texts: Vec<String> = crate::preset::library::list().into_iter().map(|entry| entry.text).collect();
        let mut known = 0;
        for after in &texts {
            let Some(changes) = between(CNN, after) else { continue };
            known += 1;
            let made = apply_all(CNN, &changes).unwrap();
            assert_eq!(parse(&made, "").unwrap(), parse(after, "").unwrap(), "{changes:?}");
        }
        assert!(known * 2 > texts.len(), "{known} of {}", texts.len());
    }
}
