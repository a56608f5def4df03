//! The encoding of texts that others wrote: UTF-8 with or without a byte order mark, and UTF-16 with one, as editors and
//! spreadsheets on Windows save them. What is read is UTF-8 without a mark. UTF-32, whose mark begins as that of UTF-16, is refused.

use std::io::{self, Read};

/// UTF-8's byte order mark.
const UTF_8: [u8; 3] = [0xef, 0xbb, 0xbf];
/// UTF-16's, the less significant byte first.
const UTF_16_LE: [u8; 2] = [0xff, 0xfe];
/// UTF-16's, the more significant byte first.
const UTF_16_BE: [u8; 2] = [0xfe, 0xff];
/// UTF-32's, the least significant byte first, and the most significant byte first.
const UTF_32: [[u8; 4]; 2] = [[0xff, 0xfe, 0, 0], [0, 0, 0xfe, 0xff]];
/// What is said of a text in UTF-32.
pub const IS_UTF_32: &str =
    "it is UTF-32 text, which is not read; iconv -f UTF-32 -t UTF-8 FILE > NEW writes it as UTF-8, which is";

/// Bytes that are taken from UTF-16 at once.
const PIECE: usize = 1 << 13;

/// Whether a file that begins so is UTF-32: its mark says it, or each of its first units of four bytes is a character, of which most
/// are among the first 65,536, which as UTF-16 would have a zero beside each.
pub fn is_utf_32(start: &[u8]) -> bool {
    let units = start.as_chunks::<4>().0;
    let are_characters = |number: fn([u8; 4]) -> u32| {
        let is_one = |unit: &[u8; 4]| {
            let number = number(*unit);
            // No text has the controls before the tab.
            number > 8 && char::from_u32(number).is_some()
        };
        let is_early = |unit: &&[u8; 4]| number(**unit) < 1 << 16;
        units.len() > 1 && units.iter().all(is_one) && units.iter().filter(is_early).count() * 2 > units.len()
    };
    UTF_32.iter().any(|mark| start.starts_with(mark))
        || are_characters(u32::from_le_bytes)
        || are_characters(u32::from_be_bytes)
}

/// A text's bytes as UTF-8 without a byte order mark. A text without a mark passes as it is, valid or not.
#[derive(Debug)]
pub struct Decoded<R> {
    inner: R,
    form: Form,
}

#[derive(Debug)]
enum Form {
    /// Nothing has been read yet.
    Unknown,
    /// UTF-8: bytes that were read to look for a mark, and how many of them have been handed on.
    Plain {
        start: Vec<u8>,
        done: usize,
    },
    Utf16(Utf16),
}

#[derive(Debug)]
struct Utf16 {
    is_big_endian: bool,
    /// Bytes of a unit, or the first unit of a pair, whose rest is still to be read.
    rest: Vec<u8>,
    /// What has been decoded, and how much of it has been handed on.
    text: Vec<u8>,
    done: usize,
}

impl<R: Read> Decoded<R> {
    /// The text in `inner`, of which nothing has been read.
    pub fn new(inner: R) -> Self {
        Decoded { inner, form: Form::Unknown }
    }

    /// Looks for a mark.
    fn begin(&mut self) -> io::Result<Form> {
        let mut start = Vec::new();
        self.inner.by_ref().take(UTF_32[0].len() as u64).read_to_end(&mut start)?;
        if UTF_32.iter().any(|mark| start == mark) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, IS_UTF_32));
        }
        if start.starts_with(&UTF_8) {
            start.drain(..UTF_8.len());
        }
        let mark =
            [(UTF_16_LE, false), (UTF_16_BE, true)].into_iter().find(|(mark, _)| start.starts_with(mark));
        Ok(match mark {
            Some((mark, is_big_endian)) => {
                let rest = start.split_off(mark.len());
                Form::Utf16(Utf16 { is_big_endian, rest, text: Vec::new(), done: 0 })
            }
            None => Form::Plain { start, done: 0 },
        })
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if matches!(self.form, Form::Unknown) {
            self.form = self.begin()?;
        }
        match &mut self.form {
            Form::Plain { start, done } if *done < start.len() => Ok(hand_on(start, done, out)),
            Form::Utf16(text) => {
                while text.done == text.text.len() && text.read_piece(&mut self.inner)? {}
                Ok(hand_on(&text.text, &mut text.done, out))
            }
            Form::Unknown | Form::Plain { .. } => self.inner.read(out),
        }
    }
}

fn hand_on(text: &[u8], done: &mut usize, out: &mut [u8]) -> usize {
    let count = out.len().min(text.len() - *done);
    out[..count].copy_from_slice(&text[*done..][..count]);
    *done += count;
    count
}

impl Utf16 {
    /// Decodes the next piece; false at the end.
    fn read_piece(&mut self, inner: &mut impl Read) -> io::Result<bool> {
        let damaged = |problem: &str| io::Error::new(io::ErrorKind::InvalidData, problem.to_string());
        let read = inner.by_ref().take(PIECE as u64).read_to_end(&mut self.rest)?;
        let unit = |bytes: &[u8; 2]| match self.is_big_endian {
            true => u16::from_be_bytes(*bytes),
            false => u16::from_le_bytes(*bytes),
        };
        let mut units: Vec<u16> = self.rest.as_chunks().0.iter().map(unit).collect();
        let is_half = |unit: &u16| (0xd800..0xdc00).contains(unit);
        if read > 0 && units.last().is_some_and(is_half) {
            units.pop();
        }
        self.rest.drain(..2 * units.len());
        if read == 0 && !self.rest.is_empty() {
            return Err(damaged("the text is UTF-16 and ends within a character"));
        }
        (self.text, self.done) = (Vec::with_capacity(2 * units.len()), 0);
        for character in char::decode_utf16(units) {
            let character =
                character.map_err(|_| damaged("the text is UTF-16 with half a surrogate pair"))?;
            self.text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Ok(read > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads a few bytes at once.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let count = out.len().min(3);
            self.0.read(&mut out[..count])
        }
    }

    fn decoded(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        Decoded::new(Slow(bytes)).read_to_end(&mut all).map(|_| all)
    }

    fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes).collect()
    }

    proptest! {
        #[test]
        fn a_text_is_the_same_in_every_encoding(text in "\\PC{0,40}") {
            let text = text.trim_start_matches('\u{feff}');
            prop_assert_eq!(decoded(text.as_bytes()).unwrap(), text.as_bytes());
            prop_assert_eq!(decoded(format!("\u{feff}{text}").as_bytes()).unwrap(), text.as_bytes());
            prop_assert_eq!(decoded(&utf_16(text, u16::to_le_bytes)).unwrap(), text.as_bytes());
            prop_assert_eq!(decoded(&utf_16(text, u16::to_be_bytes)).unwrap(), text.as_bytes());
        }

        #[test]
        fn any_bytes_are_decoded_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60), mark in 0usize..3) {
            let marks: [&[u8]; 3] = [&[], &UTF_16_LE, &UTF_16_BE];
            drop(decoded(&[marks[mark], &bytes].concat()));
        }
    }

    #[test]
    fn utf_32_is_told_from_utf_16_with_and_without_its_mark() {
        for text in ["a,b\n1,ä\n", "𝄞,é\n1,2\n", "名前,v\n東京,1\n", "1\n2\n3\n"] {
            for bytes in [u32::to_le_bytes, u32::to_be_bytes] {
                let bare: Vec<u8> = text.chars().map(u32::from).flat_map(bytes).collect();
                let marked: Vec<u8> = std::iter::once(0xfeff).flat_map(bytes).chain(bare.clone()).collect();
                assert!(is_utf_32(&bare) && is_utf_32(&marked), "{text}");
                assert_eq!(decoded(&marked).unwrap_err().to_string(), IS_UTF_32);
            }
            let others =
                [text.as_bytes().to_vec(), utf_16(text, u16::to_le_bytes), utf_16(text, u16::to_be_bytes)];
            assert!(!others.iter().any(|bytes| is_utf_32(bytes) || is_utf_32(&bytes[2..])), "{text}");
        }
    }

    #[test]
    fn a_pair_is_put_together_wherever_it_is_cut_and_half_of_one_is_refused() {
        for before in PIECE / 2 - 4..PIECE / 2 + 2 {
            let text = "x".repeat(before) + "𝄞é";
            assert_eq!(decoded(&utf_16(&text, u16::to_le_bytes)).unwrap(), text.as_bytes());
        }
        let refused = |bytes: &[u8]| decoded(bytes).unwrap_err().to_string();
        assert_eq!(refused(&[0xff, 0xfe, b'a', 0, b'b']), "the text is UTF-16 and ends within a character");
        assert_eq!(refused(&[0xfe, 0xff, 0xd8, 0]), "the text is UTF-16 with half a surrogate pair");
        assert_eq!(refused(&[0xfe, 0xff, 0xdc, 0, 0, b'a']), "the text is UTF-16 with half a surrogate pair");
    }
}
