//! Which pictures the terminal shows, and what changes them.

use super::{Cell, Picture, Protocol, encode, taking};

/// The pictures on the screen of a terminal that shows some.
pub struct Shown {
    protocol: Protocol,
    cell: Cell,
    pictures: Vec<Picture>,
    /// Pictures may be left that are not known.
    has_others: bool,
}

impl Shown {
    /// None yet, in a terminal of such cells.
    pub fn new(protocol: Protocol, cell: Cell) -> Self {
        Shown { protocol, cell, pictures: Vec::new(), has_others: false }
    }

    /// The screen was cleared, or others have written on it.
    pub fn forget(&mut self) {
        self.pictures.clear();
        self.has_others = true;
    }

    /// The window or the font have another size: the screen is cleared.
    pub fn resized(&mut self, cell: Option<Cell>) {
        self.cell = cell.unwrap_or(self.cell);
        self.forget();
    }

    /// Draws a frame, with pictures unless something lies over them. Returns what is to be sent after it.
    pub fn draw(&mut self, is_covered: bool, draw: impl FnOnce()) -> Vec<u8> {
        let pictures = match is_covered {
            true => {
                draw();
                Vec::new()
            }
            false => taking(self.cell, draw),
        };
        let has_others = std::mem::take(&mut self.has_others);
        if pictures == self.pictures && !has_others {
            return Vec::new();
        }
        // Text covers the others; Kitty's pictures stay until they are deleted, with their data.
        let mut bytes = match self.protocol {
            Protocol::Kitty if has_others || !self.pictures.is_empty() => DELETE_ALL.to_vec(),
            Protocol::Kitty | Protocol::Iterm2 | Protocol::Sixel => Vec::new(),
        };
        pictures.iter().for_each(|picture| bytes.extend(encode::drawn(self.protocol, picture)));
        self.pictures = pictures;
        bytes
    }
}

/// Deletes all pictures that Kitty shows.
const DELETE_ALL: &[u8] = b"\x1b_Ga=d,d=A,q=2\x1b\\";

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    use super::super::offer;
    use super::*;

    #[test]
    fn a_picture_is_sent_once_and_goes_when_it_is_covered_or_another_comes() {
        let mut shown = Shown::new(Protocol::Kitty, (8, 16));
        let frame = |shade: u8| {
            move || {
                let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 4));
                offer(Rect::new(0, 0, 2, 2), (2, 2), &mut buffer, |_, _| [shade; 3]);
            }
        };
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let first = text(shown.draw(false, frame(9)));
        assert!(first.starts_with("\x1b7\x1b[1;1H\x1b_Ga=T") && !first.contains("a=d"), "{first}");
        assert_eq!(shown.draw(false, frame(9)), b"", "nothing has changed");
        let other = text(shown.draw(false, frame(10)));
        assert!(other.starts_with("\x1b_Ga=d,d=A,q=2\x1b\\\x1b7") && other.contains("a=T"), "{other}");
        assert_eq!(shown.draw(true, frame(10)), DELETE_ALL, "a popup lies over it");
        assert!(text(shown.draw(false, frame(10))).contains("a=T"));
    }
}
