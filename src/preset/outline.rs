//! Where the values of a RON text stand, so that an error about `layers[2].units` can point at its line.

use std::ops::Range;

use super::path::{Key, Path};

/// The deepest nesting that is read; deeper text is skipped.
const DEEPEST: usize = 64;

/// A value with its place in the text and what is in it.
#[derive(Debug)]
pub struct Node {
    span: Range<usize>,
    /// It is written `Some(…)`, and stands for what is in there.
    is_some: bool,
    /// Between its brackets, where it has any.
    inside: Option<Range<usize>>,
    parts: Vec<Part>,
}

/// What stands in a value's brackets: a field with its name, or an item of a list.
#[derive(Debug)]
pub struct Part {
    /// The field's name; `None` for an item.
    pub name: Option<String>,
    /// Where it begins: its name, or the value itself.
    pub start: usize,
    /// Its value.
    pub node: Node,
}

impl Node {
    /// Where it stands.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The value itself, or what is in it where it is written `Some(…)`.
    pub fn value(&self) -> &Node {
        self.parts.first().filter(|_| self.is_some).map_or(self, |part| &part.node)
    }

    /// Between its brackets, where it has any.
    pub fn inside(&self) -> Option<Range<usize>> {
        self.inside.clone()
    }

    /// What stands in its brackets, in the order of the text.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The value of the field of this name, if it is written in the text.
    pub fn field(&self, name: &str) -> Option<&Node> {
        let is_it = |part: &&Part| part.name.as_deref() == Some(name);
        self.parts.iter().find(is_it).map(|part| &part.node)
    }

    /// The values without a name.
    pub fn items(&self) -> impl Iterator<Item = &Node> {
        self.parts.iter().filter(|part| part.name.is_none()).map(|part| &part.node)
    }

    /// The word with which it begins: a variant's name.
    pub fn word<'a>(&self, text: &'a str) -> &'a str {
        let value = &text[self.span()];
        let end = value.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
        &value[..end.unwrap_or(value.len())]
    }

    fn child(&self, key: &Key) -> Option<&Node> {
        match key {
            Key::Field(name) => self.value().field(name),
            Key::Index(place) => self.value().items().nth(*place),
        }
    }
}

/// The places of a text's values.
#[derive(Debug)]
pub struct Outline(Node);

impl Outline {
    /// Reads the outline of any text; text that is not RON gives an outline with little in it.
    pub fn of(text: &str) -> Self {
        let mut scanner = Scanner { text: text.as_bytes(), at: 0 };
        scanner.skip_attributes();
        Outline(scanner.value(0))
    }

    /// The whole value.
    pub fn root(&self) -> &Node {
        &self.0
    }

    /// Where the value at `path` stands, or else the innermost value around it that is in the text.
    pub fn find(&self, path: &Path) -> Range<usize> {
        let mut node = &self.0;
        for key in &path.0 {
            match node.child(key) {
                Some(inner) => node = inner,
                None => break,
            }
        }
        node.span()
    }

    /// The word with which the value at `path` begins, if it is written in the text: a variant's name.
    pub fn word_at<'a>(&self, text: &'a str, path: &Path) -> Option<&'a str> {
        Some(self.node(path)?.word(text))
    }

    /// The value at `path`, if it is written in the text.
    pub fn node(&self, path: &Path) -> Option<&Node> {
        path.0.iter().try_fold(&self.0, Node::child)
    }

    /// Where the name of the field at `path` stands, if it is written in the text.
    pub fn name(&self, path: &Path) -> Option<usize> {
        let (Key::Field(name), above) = path.0.split_last()? else { return None };
        let holder = above.iter().try_fold(&self.0, Node::child)?;
        let is_it = |part: &&Part| part.name.as_ref() == Some(name);
        holder.parts.iter().find(is_it).map(|part| part.start)
    }

    /// Where the value at `path` stands, if it is written in the text.
    pub fn find_exactly(&self, path: &Path) -> Option<Range<usize>> {
        self.node(path).map(Node::span)
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

    /// Skips `#![enable(…)]` at the beginning of a file.
    fn skip_attributes(&mut self) {
        self.skip_blanks();
        while self.text[self.at..].starts_with(b"#!") {
            let rest = &self.text[self.at..];
            self.at += rest.iter().position(|&byte| byte == b']').map_or(rest.len(), |end| end + 1);
            self.skip_blanks();
        }
    }

    fn word(&mut self) -> Range<usize> {
        let first = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_alphanumeric() || b"_.+-#".contains(&b) || b >= 128) {
            self.at += 1;
        }
        first..self.at
    }

    /// A word, or a path such as `layers[0].filters`, which names a setting.
    fn path(&mut self) -> Range<usize> {
        let first = self.word().start;
        while self.at > first && self.peek() == Some(b'[') {
            let inside = &self.text[self.at + 1..];
            let digits = inside.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 || inside.get(digits) != Some(&b']') {
                break;
            }
            self.at += digits + 2;
            self.word();
        }
        first..self.at
    }

    /// The name of a field; in braces it is a string.
    fn name(&mut self, close: u8) -> Range<usize> {
        if close != b'}' || self.peek() != Some(b'"') {
            return self.path();
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

    /// A string such as `r#"…"#`, in which nothing is escaped. Returns whether there is one.
    fn raw_string(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let signs = rest.iter().skip(1).take_while(|&&byte| byte == b'#').count();
        if rest.first() != Some(&b'r') || rest.get(1 + signs) != Some(&b'"') {
            return false;
        }
        let end = [&b"\""[..], &b"#".repeat(signs)].concat();
        let content = &rest[2 + signs..];
        let found = content.windows(end.len()).position(|window| window == end);
        self.at += found.map_or(rest.len(), |length| 2 + signs + length + end.len());
        true
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
        let mut node = Node { span: first..first, is_some: false, inside: None, parts: Vec::new() };
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'r') if self.raw_string() => {}
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
        let first = self.at;
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
                    node.inside = Some(first..self.at);
                    self.at += 1;
                    return;
                }
                Some(b',') => self.at += 1,
                Some(_) => {
                    let name = self.name(close);
                    // A string of nothing is a name: that of a table's column without one.
                    let has_name = self.at > before;
                    self.skip_blanks();
                    if self.peek() == Some(b':') && has_name {
                        self.at += 1;
                        let name = String::from_utf8_lossy(&self.text[name]).into_owned();
                        let inner = self.value(depth + 1);
                        node.parts.push(Part { name: Some(name), start: before, node: inner });
                    } else {
                        self.at = before;
                        let inner = self.value(depth + 1);
                        node.parts.push(Part { name: None, start: inner.span.start, node: inner });
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

    #[test]
    fn raw_strings_and_attributes_are_read_as_ron_reads_them() {
        let text = r###"#![enable(implicit_some)]
            (name: r"a) \", title: r#"b "quoted" (c"#, seed: 3)"###;
        let outline = Outline::of(text);
        let at = |name: &str| &text[outline.find(&Path::to(name))];
        assert_eq!([at("name"), at("title"), at("seed")], [r#"r"a) \""#, r###"r#"b "quoted" (c"#"###, "3"]);
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
