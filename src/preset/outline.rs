//! Where the values of a RON text stand, so that an error about `layers[2].units` can point at its line.

use std::ops::Range;

use super::path::{Key, Path};

/// The deepest nesting that is read; deeper text is skipped.
const DEEPEST: usize = 64;

/// A value with its place in the text and what is in it.
#[derive(Debug)]
struct Node {
    span: Range<usize>,
    /// It is written `Some(…)`, and stands for what is in there.
    is_some: bool,
    fields: Vec<(String, Node)>,
    items: Vec<Node>,
}

/// The places of a text's values.
#[derive(Debug)]
pub struct Outline(Node);

impl Outline {
    /// Reads the outline of any text; text that is not RON gives an outline with little in it.
    pub fn of(text: &str) -> Self {
        let mut scanner = Scanner { text: text.as_bytes(), at: 0 };
        Outline(scanner.value(0))
    }

    /// Where the value at `path` stands, or else the innermost value around it that is in the text.
    pub fn find(&self, path: &Path) -> Range<usize> {
        let mut node = &self.0;
        for key in &path.0 {
            match child(node, key) {
                Some(inner) => node = inner,
                None => break,
            }
        }
        node.span.clone()
    }

    /// The word with which the value at `path` begins, if it is written in the text: a variant's name.
    pub fn word_at<'a>(&self, text: &'a str, path: &Path) -> Option<&'a str> {
        let value = &text[self.find_exactly(path)?];
        let end = value.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
        Some(&value[..end.unwrap_or(value.len())])
    }

    /// Where the value at `path` stands, if it is written in the text.
    pub fn find_exactly(&self, path: &Path) -> Option<Range<usize>> {
        path.0.iter().try_fold(&self.0, child).map(|node| node.span.clone())
    }
}

fn child<'a>(node: &'a Node, key: &Key) -> Option<&'a Node> {
    let node = node.items.first().filter(|_| node.is_some).unwrap_or(node);
    match key {
        Key::Field(name) => node.fields.iter().find(|(field, _)| field == name).map(|(_, node)| node),
        Key::Index(place) => node.items.get(*place),
    }
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while let Some(byte) = self.peek() {
            let rest = &self.text[self.at..];
            if byte.is_ascii_whitespace() {
                self.at += 1;
            } else if rest.starts_with(b"//") {
                self.at += rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
            } else if rest.starts_with(b"/*") {
                self.at += rest.windows(2).position(|w| w == b"*/").map_or(rest.len(), |end| end + 2);
            } else {
                return;
            }
        }
    }

    fn word(&mut self) -> Range<usize> {
        let first = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_alphanumeric() || b"_.+-#".contains(&b) || b >= 128) {
            self.at += 1;
        }
        first..self.at
    }

    /// The name of a field; in braces it is a string.
    fn name(&mut self, close: u8) -> Range<usize> {
        if close != b'}' || self.peek() != Some(b'"') {
            return self.word();
        }
        let first = self.at + 1;
        self.string();
        first..(self.at - 1).max(first)
    }

    fn string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        self.at = self.at.min(self.text.len());
    }

    /// A single letter in quotes, such as `','`.
    fn letter(&mut self) {
        let after = self.at + if self.text.get(self.at + 1) == Some(&b'\\') { 3 } else { 2 };
        let rest = self.text.get(after..).unwrap_or_default();
        self.at = rest.iter().position(|&byte| byte == b'\'').map_or(self.text.len(), |end| after + end + 1);
    }

    fn value(&mut self, depth: usize) -> Node {
        self.skip_blanks();
        let first = self.at;
        let mut node = Node { span: first..first, is_some: false, fields: Vec::new(), items: Vec::new() };
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'\'') => self.letter(),
            Some(b'[') => self.inside(b']', depth, &mut node),
            Some(b'{') => self.inside(b'}', depth, &mut node),
            Some(b'(') => self.inside(b')', depth, &mut node),
            _ => {
                self.word();
                let end = self.at;
                self.skip_blanks();
                if self.peek() == Some(b'(') && end > first {
                    node.is_some = &self.text[first..end] == b"Some";
                    self.inside(b')', depth, &mut node);
                } else {
                    self.at = end;
                }
            }
        }
        node.span.end = self.at;
        node
    }

    fn inside(&mut self, close: u8, depth: usize, node: &mut Node) {
        self.at += 1;
        if depth >= DEEPEST {
            self.at = self.text.len();
            return;
        }
        loop {
            self.skip_blanks();
            let before = self.at;
            match self.peek() {
                None => return,
                Some(byte) if byte == close => {
                    self.at += 1;
                    return;
                }
                Some(b',') => self.at += 1,
                Some(_) => {
                    let name = self.name(close);
                    self.skip_blanks();
                    if self.peek() == Some(b':') && !name.is_empty() {
                        self.at += 1;
                        let name = String::from_utf8_lossy(&self.text[name]).into_owned();
                        let inner = self.value(depth + 1);
                        node.fields.push((name, inner));
                    } else {
                        self.at = before;
                        let inner = self.value(depth + 1);
                        node.items.push(inner);
                    }
                    if self.at == before {
                        self.at += 1;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_found_where_they_stand() {
        let text = r#"( // a comment with ) in it
            name: "a (b) \" c", layers: [Flatten, Dense(units: 10, /* x */ activation: relu)], train: (epochs: 5))"#;
        let outline = Outline::of(text);
        let at = |path: Path| &text[outline.find(&path)];
        assert_eq!(at(Path::to("name")), r#""a (b) \" c""#);
        assert_eq!(at(Path::to("layers").index(1).field("units")), "10");
        assert_eq!(
            at(Path::to("layers").index(1).field("use_bias")),
            "Dense(units: 10, /* x */ activation: relu)"
        );
        assert_eq!(at(Path::to("train").field("epochs")), "5");
        assert!(outline.find_exactly(&Path::to("seed")).is_none());
        let text = r#"(columns: {"a: b": number(flag: true), "c" : ignore}, header: false)"#;
        let outline = Outline::of(text);
        let at = |path: Path| &text[outline.find(&path)];
        assert_eq!(at(Path::to("columns").field("a: b").field("flag")), "true");
        assert_eq!(at(Path::to("columns").field("c")), "ignore");
        assert_eq!(at(Path::to("header")), "false");
        let text = r#"(separator: ')', quote: '"', decimal: '\'', comment: 'é', header: true)"#;
        let outline = Outline::of(text);
        let at = |name: &str| &text[outline.find(&Path::to(name))];
        assert_eq!(["separator", "quote", "decimal", "comment"].map(at), ["')'", "'\"'", "'\\''", "'é'"]);
        assert_eq!(at("header"), "true");
    }

    proptest! {
        #[test]
        fn any_text_has_an_outline(text in ".{0,200}") {
            let outline = Outline::of(&text);
            prop_assert!(text.get(outline.find(&Path::top())).is_some() || !text.is_ascii());
        }

        #[test]
        fn brackets_of_any_depth_end(text in "[\\[({,:})\\]a\" ]{0,400}") {
            Outline::of(&text);
        }
    }
}
