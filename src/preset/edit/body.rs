//! What stands in brackets, piece by piece, so that pieces can be added, removed and moved.

use std::ops::Range;

use crate::preset::outline::Node;

/// A field or an item, with the text around it that goes with it.
#[derive(Clone, Debug)]
struct Piece {
    /// Blanks and comments before it, from the end of the piece before it.
    before: String,
    /// The field or the item.
    content: String,
    /// Its comma, if it has one, and what follows in the same line if that is blanks or a comment, the end of the line
    /// included.
    behind: String,
}

impl Piece {
    fn has_comma(&self) -> bool {
        self.behind.starts_with(',')
    }

    fn set_comma(&mut self, has: bool) {
        match (self.has_comma(), has) {
            (false, true) => self.behind.insert(0, ','),
            (true, false) => drop(self.behind.remove(0)),
            (true, true) | (false, false) => {}
        }
    }
}

/// The content of a pair of brackets.
#[derive(Debug)]
pub(super) struct Body {
    /// Where it stands in the text.
    place: Range<usize>,
    /// What follows the opening bracket in its line.
    open: String,
    pieces: Vec<Piece>,
    /// What stands before the closing bracket.
    close: String,
    /// Whether the last piece has a comma.
    ends_with_comma: bool,
    /// The blanks with which the line of the opening bracket begins.
    margin: String,
}

/// The blanks and comment up to the end of the line, with that; empty where something else follows in the line.
fn rest_of_line(text: &str) -> usize {
    let Some(end) = text.find('\n') else { return 0 };
    let line = text[..end].trim();
    if line.is_empty() || line.starts_with("//") { end + 1 } else { 0 }
}

/// Where the comma is in blanks and comments.
fn comma_in(gap: &str) -> Option<usize> {
    let (mut at, bytes) = (0, gap.as_bytes());
    while at < bytes.len() {
        let rest = &gap[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += rest.find("*/").map_or(rest.len(), |end| end + 2);
        } else if bytes[at] == b',' {
            return Some(at);
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    None
}

impl Body {
    /// The content of a value's brackets; `None` where it has none.
    pub fn of(text: &str, node: &Node) -> Option<Self> {
        let place = node.inside()?;
        let first = node.parts().first().map_or(place.end, |part| part.start);
        let mut at = place.start + rest_of_line(&text[place.start..first]);
        let open = text[place.start..at].to_owned();
        let mut pieces = Vec::with_capacity(node.parts().len());
        for (index, part) in node.parts().iter().enumerate() {
            let end = part.node.span().end;
            let next = node.parts().get(index + 1).map_or(place.end, |next| next.start);
            let gap = &text[end..next];
            // A comma is put right behind its piece, also where a comment stood between them.
            let (comma, rest) = match comma_in(gap) {
                Some(comma) => (",", format!("{}{}", &gap[..comma], &gap[comma + 1..])),
                None => ("", gap.to_owned()),
            };
            let line = rest_of_line(&rest);
            pieces.push(Piece {
                before: text[at..part.start].to_owned(),
                content: text[part.start..end].to_owned(),
                behind: format!("{comma}{}", &rest[..line]),
            });
            at = end + comma.len() + line;
        }
        let line = text[..place.start].rfind('\n').map_or(0, |end| end + 1);
        let margin = text[line..].chars().take_while(|letter| *letter == ' ').collect();
        let ends_with_comma = pieces.last().is_some_and(Piece::has_comma);
        Some(Body { close: text[at..place.end].to_owned(), place, open, pieces, ends_with_comma, margin })
    }

    /// Adds a piece, in a line of its own where the others are.
    pub fn insert(&mut self, place: usize, content: &str) {
        let place = place.min(self.pieces.len());
        let is_on_its_own = self.begins_line(place);
        if self.pieces.is_empty() {
            self.ends_with_comma = is_on_its_own;
        }
        let behind = if is_on_its_own { ",\n" } else { "," };
        let piece = Piece { before: String::new(), content: content.into(), behind: behind.into() };
        self.pieces.insert(place, piece);
    }

    /// The same for a list that has a line for each item: an empty one is opened up.
    pub fn insert_line(&mut self, place: usize, content: &str) {
        if self.pieces.is_empty() && !self.open.ends_with('\n') {
            self.open.push('\n');
            self.close = format!("{}{}", self.close.trim_start(), self.margin);
        }
        self.insert(place, content);
    }

    /// Takes a piece out.
    pub fn remove(&mut self, place: usize) {
        if place < self.pieces.len() {
            self.pieces.remove(place);
        }
    }

    /// Moves a piece; false where one of the places is not there.
    pub fn shift(&mut self, from: usize, to: usize) -> bool {
        if from.max(to) >= self.pieces.len() {
            return false;
        }
        let piece = self.pieces.remove(from);
        self.pieces.insert(to, piece);
        true
    }

    /// Whether a piece at this place begins a line.
    fn begins_line(&self, place: usize) -> bool {
        let before = place.checked_sub(1).map_or(&self.open, |last| &self.pieces[last].behind);
        before.ends_with('\n')
    }

    /// The blanks with which the lines of pieces begin.
    fn indent(&self) -> String {
        let in_lines = (0..self.pieces.len()).filter(|place| self.begins_line(*place));
        let mut indents = in_lines.map(|place| {
            let before = &self.pieces[place].before;
            before[before.rfind('\n').map_or(0, |end| end + 1)..].to_owned()
        });
        indents.find(|indent| indent.len() > 1).unwrap_or_else(|| format!("{}    ", self.margin))
    }

    /// The text with this content.
    pub fn put_back(mut self, text: &str) -> String {
        let (indent, last) = (self.indent(), self.pieces.len().saturating_sub(1));
        for place in 0..self.pieces.len() {
            let begins_line = self.begins_line(place);
            let piece = &mut self.pieces[place];
            piece.set_comma(place < last || self.ends_with_comma);
            let is_blank = piece.before.trim().is_empty();
            // The blanks of a piece that came from elsewhere are those of its new neighbours.
            match (begins_line, is_blank) {
                (true, true) if piece.before.len() < indent.len() => piece.before.clone_from(&indent),
                (false, true) => piece.before = if place == 0 { "" } else { " " }.into(),
                (true | false, _) => {}
            }
        }
        let body: String =
            self.pieces.iter().map(|p| format!("{}{}{}", p.before, p.content, p.behind)).collect();
        let Range { start, end } = self.place;
        format!("{}{}{body}{}{}", &text[..start], self.open, self.close, &text[end..])
    }
}
