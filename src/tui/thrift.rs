//! The same frame in fewer bytes: over a slow line, a screen full of colours takes a quarter of a second otherwise.
//!
//! Colours and attributes are sent only where they change what is printed, runs of blanks as one sequence (ECH), and a place in
//! the row where the cursor is as a column (CHA).

/// What text is printed with: the parameters of SGR for its colours, and which attributes are on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pen {
    text: String,
    ground: String,
    attributes: u16,
}

impl Pen {
    /// A terminal's own colours, no attributes: how every frame begins and ends.
    fn plain() -> Self {
        Pen { text: "39".into(), ground: "49".into(), attributes: 0 }
    }

    fn is_on(&self, attribute: u8) -> bool {
        self.attributes & 1 << attribute != 0
    }

    /// Whether a blank shows only the ground: nothing underlines it, crosses it out or swaps the colours.
    fn blanks_show_the_ground_only(&self) -> bool {
        ![UNDERLINED, REVERSED, CROSSED_OUT].into_iter().any(|attribute| self.is_on(attribute))
    }

    /// Takes in the parameters of one SGR sequence. Returns whether all of them are known.
    fn take(&mut self, parameters: &str) -> bool {
        let mut codes = parameters.split(';');
        while let Some(code) = codes.next() {
            let Ok(number) = (if code.is_empty() { Ok(0) } else { code.parse::<u8>() }) else { return false };
            match number {
                0 => *self = Pen::plain(),
                1..=9 => self.attributes |= 1 << number,
                22 => self.attributes &= !(1 << BOLD | 1 << DIM),
                // 21 is an underline in some terminals.
                23..=29 => self.attributes &= !(1 << (number - 20)),
                30..=37 | 39 | 90..=97 => self.text = code.to_owned(),
                40..=47 | 49 | 100..=107 => self.ground = code.to_owned(),
                38 | 48 => {
                    let count = match codes.clone().next() {
                        Some("5") => 2,
                        Some("2") => 4,
                        _ => return false,
                    };
                    let rest: Vec<&str> = codes.by_ref().take(count).collect();
                    if rest.len() < count {
                        return false;
                    }
                    let colour = format!("{code};{}", rest.join(";"));
                    *(if number == 38 { &mut self.text } else { &mut self.ground }) = colour;
                }
                _ => return false,
            }
        }
        true
    }

    /// The sequence that makes a terminal with this pen print with another; empty where they are alike.
    fn change_to(&self, other: &Pen) -> String {
        if self == other {
            return String::new();
        }
        if *other == Pen::plain() {
            return "\x1b[m".into();
        }
        let mut codes: Vec<String> = Vec::new();
        let mut kept = self.attributes;
        let gone = self.attributes & !other.attributes;
        for attribute in (BOLD..=CROSSED_OUT).filter(|attribute| gone & 1 << attribute != 0) {
            // One code ends bold and dim.
            let (code, ended) = match attribute {
                BOLD | DIM => (22, 1 << BOLD | 1 << DIM),
                _ => (20 + attribute, 1 << attribute),
            };
            if kept & ended != 0 {
                codes.push(code.to_string());
            }
            kept &= !ended;
        }
        let begun = other.attributes & !kept;
        codes.extend((BOLD..=CROSSED_OUT).filter(|bit| begun & 1 << bit != 0).map(|bit| bit.to_string()));
        for (mine, wanted) in [(&self.text, &other.text), (&self.ground, &other.ground)] {
            if mine != wanted {
                codes.push(wanted.clone());
            }
        }
        format!("\x1b[{}m", codes.join(";"))
    }
}

const BOLD: u8 = 1;
const DIM: u8 = 2;
const UNDERLINED: u8 = 4;
const REVERSED: u8 = 7;
const CROSSED_OUT: u8 = 9;

/// From so many blanks on, two sequences are shorter.
const BLANKS: usize = 10;

/// The frame, drawn by fewer bytes. It begins and ends with a plain pen, as frames of ratatui do.
pub(super) fn shortened(frame: &[u8]) -> Vec<u8> {
    let mut out = Shortened {
        bytes: Vec::with_capacity(frame.len()),
        actual: Pen::plain(),
        wanted: Pen::plain(),
        row: None,
    };
    let mut rest = frame;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\x1b[") {
        out.print(&rest[..at]);
        let sequence = &rest[at + 2..];
        let end = sequence.iter().position(|byte| (0x40..0x7f).contains(byte));
        let Some(end) = end else {
            // Cut off: it is not ours to mend.
            rest = &rest[at..];
            break;
        };
        out.sequence(&sequence[..end], sequence[end]);
        rest = &sequence[end + 1..];
    }
    out.print(rest);
    out.settle();
    out.bytes
}

struct Shortened {
    bytes: Vec<u8>,
    /// The terminal's pen.
    actual: Pen,
    /// The pen of what comes next.
    wanted: Pen,
    /// The row in which the cursor is, where that is known.
    row: Option<Vec<u8>>,
}

impl Shortened {
    /// Makes the terminal's pen the wanted one.
    fn settle(&mut self) {
        let change = self.actual.change_to(&self.wanted);
        self.bytes.extend_from_slice(change.as_bytes());
        self.actual = self.wanted.clone();
    }

    fn sequence(&mut self, parameters: &[u8], end: u8) {
        let text = std::str::from_utf8(parameters).unwrap_or("?");
        match end {
            b'm' if self.wanted.clone().take(text) => {
                self.wanted.take(text);
            }
            b'H' if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b';') => {
                let mut places = text.split(';');
                let (row, column) = (places.next().unwrap_or_default(), places.next().unwrap_or_default());
                if self.row.as_deref() == Some(row.as_bytes()) {
                    self.bytes.extend_from_slice(format!("\x1b[{column}G").as_bytes());
                } else {
                    self.bytes.extend_from_slice(format!("\x1b[{text}H").as_bytes());
                    self.row = Some(row.as_bytes().to_vec());
                }
            }
            _ => {
                // Not known here: the terminal gets everything that comes before it, and forgets nothing.
                self.settle();
                self.row = None;
                self.bytes.extend_from_slice(b"\x1b[");
                self.bytes.extend_from_slice(parameters);
                self.bytes.push(end);
            }
        }
    }

    fn print(&mut self, mut text: &[u8]) {
        while let Some(&first) = text.first() {
            let blanks = text.iter().take_while(|byte| **byte == b' ').count();
            if blanks == 0 {
                let length = text.iter().take_while(|byte| **byte != b' ').count();
                self.settle();
                self.bytes.extend_from_slice(&text[..length]);
                // A control character may move the cursor.
                if first < b' ' || text[..length].iter().any(|byte| *byte < b' ') {
                    self.row = None;
                }
                text = &text[length..];
                continue;
            }
            self.print_blanks(blanks);
            text = &text[blanks..];
        }
    }

    /// Blanks do not show the text's colour, so that it need not be changed for them.
    fn print_blanks(&mut self, count: usize) {
        let both = self.wanted.blanks_show_the_ground_only() && self.actual.blanks_show_the_ground_only();
        if !both {
            self.settle();
        } else if self.actual.ground != self.wanted.ground {
            let mut pen = self.actual.clone();
            pen.ground.clone_from(&self.wanted.ground);
            // A plain pen is the shortest.
            let pen = if self.wanted == Pen::plain() { Pen::plain() } else { pen };
            self.bytes.extend_from_slice(self.actual.change_to(&pen).as_bytes());
            self.actual = pen;
        }
        // Terminals differ in what is erased to on another ground.
        if both && count >= BLANKS && self.wanted.ground == "49" {
            // The last one is printed: it may stand on the first half of a wide letter, of which some terminals erase that
            // half alone and keep the other.
            let erased = count - 1;
            self.bytes.extend_from_slice(format!("\x1b[{erased}X\x1b[{erased}C ").as_bytes());
        } else {
            self.bytes.extend(std::iter::repeat_n(b' ', count));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::io::Write;
    use std::num::NonZero;
    use std::rc::Rc;

    use proptest::prelude::*;
    use ratatui::backend::CrosstermBackend;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Modifier, Style};
    use ratatui::{Terminal, TerminalOptions, Viewport};

    use super::*;

    const SIZE: Rect = Rect { x: 0, y: 0, width: 30, height: 4 };

    /// Where a frame is written.
    #[derive(Clone, Default)]
    struct Line(Rc<RefCell<Vec<u8>>>);

    impl Write for Line {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What ratatui sends a terminal for these frames, one after the other.
    fn sent(frames: &[Buffer]) -> Vec<Vec<u8>> {
        let options = TerminalOptions { viewport: Viewport::Fixed(SIZE) };
        let line = Line::default();
        let mut terminal = Terminal::with_options(CrosstermBackend::new(line.clone()), options).unwrap();
        let frames = frames.iter().map(|frame| {
            terminal.draw(|drawn| drawn.buffer_mut().clone_from(frame)).unwrap();
            line.0.take()
        });
        frames.collect()
    }

    /// How a terminal looks after these bytes.
    fn seen(frames: impl IntoIterator<Item = Vec<u8>>) -> Vec<String> {
        let cells = |count| NonZero::new(count).unwrap();
        let mut parser = vt100::Parser::new(cells(SIZE.height), cells(SIZE.width), 0);
        frames.into_iter().for_each(|frame| parser.process(&frame));
        let cell = |row, column| {
            let cell = parser.screen().cell(row, column).unwrap();
            // A cell that nothing was written into looks like a blank; a blank shows no text colour.
            let symbol = if cell.has_contents() { cell.contents() } else { " " };
            let is_seen = symbol != " " || cell.inverse() || cell.underline();
            let color = if is_seen { format!("{:?}", cell.fgcolor()) } else { String::new() };
            let bold = is_seen && cell.bold();
            let dim = is_seen && cell.dim();
            format!("{symbol}{color}{:?}{bold}{dim}{}{}", cell.bgcolor(), cell.inverse(), cell.underline())
        };
        (0..SIZE.height)
            .flat_map(|row| (0..SIZE.width).map(move |column| (row, column)))
            .map(|(r, c)| cell(r, c))
            .collect()
    }

    fn any_frame() -> impl Strategy<Value = Buffer> {
        let color = prop::sample::select(vec![
            Color::Reset,
            Color::Red,
            Color::LightBlue,
            Color::Indexed(200),
            Color::Rgb(1, 20, 255),
        ]);
        let modifier = prop::sample::select(vec![
            Modifier::empty(),
            Modifier::BOLD,
            Modifier::DIM,
            Modifier::BOLD.union(Modifier::UNDERLINED),
            Modifier::REVERSED,
        ]);
        let symbol = prop::sample::select(vec!["a", "é", "⣿", " ", " ", " "]);
        let pieces = (symbol, 1..25_usize, color.clone(), color, modifier);
        prop::collection::vec(pieces, 0..30).prop_map(|pieces| {
            let mut frame = Buffer::empty(SIZE);
            let mut place = 0;
            for (symbol, count, text, ground, modifier) in pieces {
                for _ in 0..count {
                    let Some(cell) = frame.content.get_mut(place) else { break };
                    let style = Style::new().fg(text).bg(ground).add_modifier(modifier);
                    cell.set_symbol(symbol).set_style(style);
                    place += 1;
                }
            }
            frame
        })
    }

    proptest! {
        #[test]
        fn a_terminal_shows_the_same(frames in prop::collection::vec(any_frame(), 1..4)) {
            let sent = sent(&frames);
            let shorter: Vec<Vec<u8>> = sent.iter().map(|frame| shortened(frame)).collect();
            for (short, long) in shorter.iter().zip(&sent) {
                prop_assert!(short.len() <= long.len());
            }
            prop_assert_eq!(seen(shorter), seen(sent));
        }
    }

    /// tmux keeps the second half of a wide letter whose first half is erased, and its row is then a column short.
    #[test]
    fn a_run_of_blanks_ends_with_a_printed_one_so_that_no_wide_letter_is_erased_by_half() {
        for count in BLANKS..60 {
            let frame = format!("\x1b[2;3H{}", " ".repeat(count));
            let short = String::from_utf8(shortened(frame.as_bytes())).unwrap();
            assert_eq!(short, format!("\x1b[2;3H\x1b[{0}X\x1b[{0}C ", count - 1));
        }
    }

    #[test]
    fn blanks_columns_and_colours_are_short() {
        let frame = b"\x1b[2;3H\x1b[1m\x1b[38;2;9;9;9;49mab\x1b[39;49m \x1b[38;2;9;9;9;49mc\x1b[2;20H              \x1b[0m";
        let short = String::from_utf8(shortened(frame)).unwrap();
        assert_eq!(short, "\x1b[2;3H\x1b[1;38;2;9;9;9mab c\x1b[20G\x1b[13X\x1b[13C \x1b[m");
        assert_eq!(shortened(b"\x1b[?25l\x1b[38"), b"\x1b[?25l\x1b[38", "what is not known is passed on");
    }
}
