//! Where frames go: gathered, so that a frame is one write, and in the escape sequences that the terminal knows.

use std::io::{self, Write};
use std::sync::Arc;

use super::thrift;
use super::writer::Writer;

/// Standard output of one terminal. Frames are handed to the writer's thread, so nothing waits here.
#[derive(Debug)]
pub struct Output {
    frame: Vec<u8>,
    /// The terminal knows 16 colours, and those by their old names.
    sixteen: bool,
    writer: Arc<Writer>,
}

impl Output {
    /// For a terminal with no more than 16 colours, or with more.
    pub fn new(sixteen: bool, writer: Arc<Writer>) -> Self {
        Output { frame: Vec::with_capacity(1 << 16), sixteen, writer }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.frame.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let shortened = thrift::shortened(&self.frame);
        let frame = if self.sixteen { in_sixteen_colours(&shortened) } else { shortened };
        let written = self.writer.hand_over(&frame);
        // A frame that could not be written is not tried again: the next one may not fit what was cut off.
        self.frame.clear();
        written
    }
}

/// crossterm names the 16 colours by their place in xterm's table of 256 (`38;5;1`), which terminals of 16 colours
/// need not know. This is the frame with their own codes (`31`).
fn in_sixteen_colours(frame: &[u8]) -> Vec<u8> {
    let mut translated = Vec::with_capacity(frame.len());
    let mut rest = frame;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\x1b[") {
        let (before, sequence) = rest.split_at(at + 2);
        translated.extend_from_slice(before);
        let end = sequence.iter().position(|byte| (0x40..0x7f).contains(byte)).unwrap_or(sequence.len());
        let (parameters, after) = sequence.split_at(end);
        match std::str::from_utf8(parameters) {
            Ok(text) if after.first() == Some(&b'm') => translated.extend(codes(text).into_bytes()),
            _ => translated.extend_from_slice(parameters),
        }
        rest = after;
    }
    translated.extend_from_slice(rest);
    translated
}

/// The parameters of one colour sequence, translated.
fn codes(parameters: &str) -> String {
    let mut translated = Vec::new();
    let mut rest = parameters.split(';').peekable();
    while let Some(code) = rest.next() {
        let base = match code {
            "38" => 30,
            "48" => 40,
            _ => {
                translated.push(code.to_owned());
                continue;
            }
        };
        let kind = rest.next();
        match (kind, rest.next().and_then(|place| place.parse::<u32>().ok())) {
            (Some("5"), Some(place @ 0..8)) => translated.push((base + place).to_string()),
            (Some("5"), Some(place @ 8..16)) => translated.push((base + 60 + place - 8).to_string()),
            // Not one of the 16: the terminal's own colour.
            _ => translated.push((base + 9).to_string()),
        }
    }
    translated.join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixteen_colours_get_their_own_codes_and_nothing_else_changes() {
        let frame = b"\x1b[2;5H\x1b[38;5;1;48;5;12m\xe2\x96\x80\x1b[1;39;49m38;5;1m\x1b[0m\x1b[?25l\x1b[";
        let expected = b"\x1b[2;5H\x1b[31;104m\xe2\x96\x80\x1b[1;39;49m38;5;1m\x1b[0m\x1b[?25l\x1b[";
        assert_eq!(in_sixteen_colours(frame), expected);
        assert_eq!(codes("0;38;5;15;4"), "0;97;4");
    }
}
