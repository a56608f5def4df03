//! Ends of lines, all made the same.

use std::io::{self, Read};

/// A text in which every line ends in a line feed: a carriage return, and one with a line feed behind it, become one. So a
/// line counts once, whoever wrote it.
#[derive(Debug)]
pub struct Newlines<R> {
    inner: R,
    /// The last byte was a carriage return, which has been handed on as a line feed.
    after_return: bool,
}

impl<R: Read> Newlines<R> {
    /// The text in `inner`.
    pub fn new(inner: R) -> Self {
        Newlines { inner, after_return: false }
    }
}

impl<R: Read> Read for Newlines<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.inner.read(out)?;
            if count == 0 || (!self.after_return && !out[..count].contains(&b'\r')) {
                return Ok(count);
            }
            let mut kept = 0;
            for at in 0..count {
                let byte = out[at];
                let is_second = byte == b'\n' && self.after_return;
                self.after_return = byte == b'\r';
                if !is_second {
                    out[kept] = if self.after_return { b'\n' } else { byte };
                    kept += 1;
                }
            }
            // A line feed alone may be all that was read; no byte at all would be taken for the end.
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_of_a_line_is_one_line_feed_wherever_a_read_ends() {
        let text = b"a\r\nb\rc\n\r\n\r\rd\n";
        for size in 1..text.len() {
            let (mut newlines, mut all, mut piece) = (Newlines::new(&text[..]), Vec::new(), vec![0; size]);
            loop {
                match newlines.read(&mut piece).unwrap() {
                    0 => break,
                    count => all.extend_from_slice(&piece[..count]),
                }
            }
            assert_eq!(all, b"a\nb\nc\n\n\n\nd\n", "{size}");
        }
    }
}
