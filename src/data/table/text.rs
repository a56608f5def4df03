//! A table's file as text: unpacked where it is gzipped, and in UTF-8 whatever its encoding.

use std::io::{self, Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use encoding_rs_io::DecodeReaderBytesBuilder;

use crate::data::import::gzip;
use crate::data::import::newlines::Newlines;
use crate::preset::{Encoding, counted_with};
use crate::system::encoding::{IS_UTF_32, is_utf_32};
use crate::system::files;

/// Bytes that are looked at to tell how a table is written.
const SAMPLE: u64 = 1 << 16;

/// A text, and its beginning.
pub struct Text {
    /// All of it, from its beginning, every line with one sign at its end.
    pub reader: Box<dyn io::Read + Send>,
    /// Its first lines, whole ones where they end.
    pub sample: String,
    /// What is unusual about how its bytes are letters: a few words.
    pub unusual: Option<String>,
}

/// Opens a text. Where nobody says how its bytes are letters, its first bytes may, and else it is read once from beginning
/// to end: it is UTF-8, or Windows-1252 where it has bytes that are not and look like its letters.
///
/// # Errors
/// When it is no regular file, the system refuses, or it is no text, or one that is neither.
pub fn open(path: &Path, encoding: Option<Encoding>) -> Result<Text, files::Error> {
    let mut start = Vec::new();
    gzip::open(path)?.take(SAMPLE).read_to_end(&mut start)?;
    let invalid = |problem: String| io::Error::new(io::ErrorKind::InvalidData, problem);
    if is_utf_32(&start) {
        return Err(invalid(IS_UTF_32.into()).into());
    }
    let found = marked(&start).or_else(|| unmarked_utf_16(&start));
    let mut unusual = None;
    let letters = match (encoding, found) {
        (Some(Encoding::Utf16) | None, Some(found)) if found != UTF_8 => found,
        (Some(Encoding::Utf16), _) => UTF_16LE,
        (Some(Encoding::Latin1), _) => {
            unusual = Some("Latin-1 text".into());
            WINDOWS_1252
        }
        (given, _) => {
            if start.contains(&0) {
                return Err(invalid("it is no text: it has zero bytes".into()).into());
            }
            match (given, others_than_utf_8(path)?) {
                (_, None) => UTF_8,
                (Some(_), Some(Others { line, .. })) => {
                    let problem =
                        format!("line {line} is not UTF-8 text; encoding: latin_1 or utf_16 reads others");
                    return Err(invalid(problem).into());
                }
                (None, Some(others)) => {
                    others.check().map_err(invalid)?;
                    let Others { line, at, byte, .. } = others;
                    unusual = Some(format!(
                        "Latin-1 text, as byte {at} of line {line}, 0x{byte:02X}, is not UTF-8"
                    ));
                    WINDOWS_1252
                }
            }
        }
    };
    let decoded: Box<dyn io::Read + Send> = match letters == UTF_8 && !start.starts_with(b"\xef\xbb\xbf") {
        true => gzip::open(path)?,
        false => Box::new(
            DecodeReaderBytesBuilder::new()
                .encoding(Some(letters))
                .strip_bom(true)
                .bom_override(true)
                .build(gzip::open(path)?),
        ),
    };
    let (mut reader, mut start) = (Newlines::new(decoded), Vec::new());
    reader.by_ref().take(SAMPLE).read_to_end(&mut start)?;
    let is_whole = (start.len() as u64) < SAMPLE;
    let valid = std::str::from_utf8(&start).map_or_else(|error| error.valid_up_to(), str::len);
    let mut sample = String::from_utf8_lossy(&start[..valid]).into_owned();
    if !is_whole && let Some(end) = sample.rfind('\n') {
        sample.truncate(end + 1);
    }
    Ok(Text { reader: Box::new(Cursor::new(start).chain(reader)), sample, unusual })
}

/// The encoding that a mark at the beginning names.
fn marked(start: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    encoding_rs::Encoding::for_bom(start).map(|(encoding, _)| encoding)
}

/// UTF-16 without a mark: every other byte of most characters is zero.
fn unmarked_utf_16(start: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let zeros = |from: usize| start.iter().skip(from).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd, most) = (zeros(0), zeros(1), start.len() / 4);
    match (even > most.max(1), odd > most.max(1)) {
        (true, false) => Some(UTF_16BE),
        (false, true) => Some(UTF_16LE),
        _ => None,
    }
}

/// Files from this size on are remembered, in bytes.
const LARGE: u64 = 1 << 20;
/// So many files are.
const REMEMBERED: usize = 64;

/// What a text has beside UTF-8, and how much of that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Others {
    /// The line of the first byte that is no UTF-8, from 1; its place in that line, from 1; and itself.
    line: u64,
    at: u64,
    byte: u8,
    /// Bytes that are no UTF-8.
    bad: u64,
    /// Characters beyond ASCII that are UTF-8.
    good: u64,
    /// Bytes from 0x80 on; those of them that lie among three or more; and those that Windows-1252 has no character for.
    high: u64,
    in_rows: u64,
    undefined: u64,
    /// Such bytes right before the next one.
    row: u64,
}

impl Others {
    /// Looks at bytes that come next, as they are in the file.
    fn look(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match byte < 0x80 {
                true => self.end_row(),
                false => {
                    (self.high, self.row) = (self.high + 1, self.row + 1);
                    self.undefined += u64::from(matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d));
                }
            }
        }
    }

    fn end_row(&mut self) {
        let row = std::mem::take(&mut self.row);
        self.in_rows += if row > 2 { row } else { 0 };
    }

    /// Checks that these may be Windows-1252: in the languages that are written in it letters beyond ASCII stand alone.
    ///
    /// # Errors
    /// Where the first byte is that is no UTF-8, what the text seems to be, and how it is written as UTF-8.
    fn check(&self) -> Result<(), String> {
        let Others { line, at, byte, bad, good, high, in_rows, undefined, .. } = *self;
        let place = format!("byte {at} of line {line}, 0x{byte:02X}, is not UTF-8");
        if good > 0 && good >= bad {
            let bytes = counted_with(bad, "byte", ("is", "are"));
            let characters = counted_with(good, "other character", ("is", "are"));
            return Err(format!(
                "{place}: {bytes} not, while {characters}, so that it seems to be damaged; mend it there, or iconv -f UTF-8 -t UTF-8 -c \
                 FILE > NEW leaves such bytes out; encoding: latin_1 in a preset takes each byte for a letter"
            ));
        }
        if undefined > 0 || in_rows * 2 > high {
            return Err(format!(
                "{place}, and its bytes do not look like Latin-1 either, as of Cyrillic or Japanese letters: iconv -f CP1251 -t UTF-8 FILE > \
                 NEW, or -f SHIFT_JIS and so on, writes it as UTF-8; encoding: latin_1 in a preset reads it all the same"
            ));
        }
        Ok(())
    }
}

/// A large file that was read to tell its encoding, by what is seen that nobody has written to it, and what it has beside UTF-8.
struct Looked {
    state: (PathBuf, u64, SystemTime),
    others: Option<Others>,
}

static LOOKED: Mutex<Vec<Looked>> = Mutex::new(Vec::new());

/// What a file has beside UTF-8. A large file is read for that once: a table is opened several times before all is known of it.
fn others_than_utf_8(path: &Path) -> Result<Option<Others>, files::Error> {
    let found = std::fs::metadata(path)?;
    let state = found.modified().ok().map(|modified| (path.to_path_buf(), found.len(), modified));
    let state = state.filter(|_| found.len() >= LARGE);
    let looked = || LOOKED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = looked().iter().find(|known| Some(&known.state) == state.as_ref()) {
        return Ok(known.others);
    }
    let others = others_in(gzip::open(path)?)?;
    if let Some(state) = state {
        let mut looked = looked();
        if looked.len() == REMEMBERED {
            looked.remove(0);
        }
        looked.push(Looked { state, others });
    }
    Ok(others)
}

/// What a text has beside UTF-8.
fn others_in(mut text: impl io::Read) -> io::Result<Option<Others>> {
    let (mut piece, mut held, mut lines, mut before) = (vec![0; 1 << 16], 0, 1, 0);
    let mut others = Others::default();
    loop {
        let count = text.read(&mut piece[held..])?;
        let filled = held + count;
        let mut done = 0;
        loop {
            let rest = &piece[done..filled];
            let (valid, bad) = match std::str::from_utf8(rest) {
                Ok(_) => (rest.len(), 0),
                // The last character goes on in the next piece.
                Err(error) if error.error_len().is_none() && count > 0 => (error.valid_up_to(), 0),
                Err(error) => {
                    let valid = error.valid_up_to();
                    (valid, error.error_len().unwrap_or(rest.len() - valid))
                }
            };
            let (good, wrong) = rest[..valid + bad].split_at(valid);
            others.good += good.iter().filter(|&&byte| byte >= 0xc0).count() as u64;
            match good.iter().rposition(|&byte| byte == b'\n') {
                Some(end) => before = (valid - end - 1) as u64,
                None => before += valid as u64,
            }
            lines += good.iter().filter(|&&byte| byte == b'\n').count() as u64;
            if let (Some(&byte), 0) = (wrong.first(), others.bad) {
                (others.line, others.at, others.byte) = (lines, before + 1, byte);
            }
            others.bad += bad as u64;
            others.look(&rest[..valid + bad]);
            (done, before) = (done + valid + bad, before + bad as u64);
            if bad == 0 {
                break;
            }
        }
        if count == 0 {
            others.end_row();
            return Ok((others.bad > 0).then_some(others));
        }
        piece.copy_within(done..filled, 0);
        held = filled - done;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(bytes: &[u8], encoding: Option<Encoding>) -> Result<(String, bool), String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let mut text = open(file.path(), encoding).map_err(|error| error.to_string())?;
        let mut all = String::new();
        text.reader.read_to_string(&mut all).unwrap();
        assert!(all.starts_with(&text.sample));
        Ok((all, text.unusual.is_some()))
    }

    #[test]
    fn a_text_is_the_same_in_every_encoding() {
        let text = "größe,y\n1,ä\n";
        let utf_16 = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
            [mark.to_vec(), text.encode_utf16().flat_map(bytes).collect()].concat()
        };
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            (["\u{feff}", text].concat().into_bytes(), Encoding::Utf8),
            (utf_16(&[0xff, 0xfe], u16::to_le_bytes), Encoding::Utf16),
            (utf_16(&[0xfe, 0xff], u16::to_be_bytes), Encoding::Utf16),
            (utf_16(&[], u16::to_le_bytes), Encoding::Utf16),
            (utf_16(&[], u16::to_be_bytes), Encoding::Utf16),
            (text.chars().map(|letter| letter as u8).collect(), Encoding::Latin1),
        ] {
            let wanted = (text.to_string(), encoding == Encoding::Latin1);
            assert_eq!(opened(&bytes, None), Ok(wanted.clone()), "{bytes:?}");
            assert_eq!(opened(&bytes, Some(encoding)), Ok(wanted.clone()), "{bytes:?}");
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            io::Write::write_all(&mut packed, &bytes).unwrap();
            assert_eq!(opened(&packed.finish().unwrap(), None), Ok(wanted));
        }
    }

    #[test]
    fn a_large_file_that_is_written_anew_is_looked_at_again() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = "1,2\n".repeat(LARGE as usize / 4);
        std::fs::write(file.path(), &text).unwrap();
        let is_latin_1 = || open(file.path(), None).unwrap().unusual.is_some();
        assert_eq!((is_latin_1(), is_latin_1()), (false, false));
        std::fs::write(file.path(), [text.as_bytes(), b"\xff,1\n"].concat()).unwrap();
        assert_eq!((is_latin_1(), is_latin_1()), (true, true));
    }

    /// The bytes are those that Python's `str.encode` gives.
    #[test]
    fn what_is_neither_utf_8_nor_latin_1_is_refused_with_its_place() {
        let damaged = ["name,y\nGröße,1\nx".as_bytes(), b"\xe9,2\n"].concat();
        let refused = opened(&damaged, None).unwrap_err();
        assert!(
            refused.starts_with(
                "byte 2 of line 3, 0xE9, is not UTF-8: 1 byte is not, while 2 other characters are"
            ),
            "{refused}"
        );
        assert!(opened(&damaged, Some(Encoding::Latin1)).unwrap().0.ends_with("xé,2\n"));
        let cyrillic = b"\xe8\xec\xff,y\n\xcc\xee\xf1\xea\xe2\xe0,1\n";
        let japanese = b"\x96\xbc\x91O,y\n\x93\x8c\x8b\x9e,1\n";
        for bytes in [&cyrillic[..], japanese] {
            let refused = opened(bytes, None).unwrap_err();
            assert!(
                refused.starts_with("byte 1 of line 1, 0x") && refused.contains("iconv -f CP1251"),
                "{refused}"
            );
        }
        let utf_32: Vec<u8> = "a,b\n1,2\n".chars().map(u32::from).flat_map(u32::to_le_bytes).collect();
        assert_eq!(opened(&utf_32, None).unwrap_err(), IS_UTF_32);
        // One letter in a text of ASCII is Latin-1, and said so with its place.
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"a,b\nx,caf\xe9\n").unwrap();
        let unusual = open(file.path(), None).unwrap().unusual;
        assert_eq!(unusual.as_deref(), Some("Latin-1 text, as byte 6 of line 2, 0xE9, is not UTF-8"));
    }

    #[test]
    fn what_is_no_text_is_refused_and_a_wrong_encoding_with_its_line() {
        assert!(opened(b"a,b\n\0\x01\x02,1\n", None).unwrap_err().contains("no text"));
        let refused = opened(b"a,b\n1,2\n1,\xff\n", Some(Encoding::Utf8)).unwrap_err();
        assert!(refused.starts_with("line 3 is not UTF-8 text"), "{refused}");
        // A character lies on the border of two pieces.
        let long = "x".repeat((1 << 16) - 1) + "é\n";
        assert!(!opened(long.as_bytes(), None).unwrap().1);
    }
}
