//! A table's file as text: unpacked where it is gzipped, and in UTF-8 whatever its encoding.

use std::io::{self, Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use encoding_rs_io::DecodeReaderBytesBuilder;

use crate::data::import::gzip;
use crate::data::import::newlines::Newlines;
use crate::preset::Encoding;
use crate::system::files;

/// Bytes that are looked at to tell how a table is written.
const SAMPLE: u64 = 1 << 16;

/// A text, and its beginning.
pub struct Text {
    /// All of it, from its beginning, every line with one sign at its end.
    pub reader: Box<dyn io::Read + Send>,
    /// Its first lines, whole ones where they end.
    pub sample: String,
    /// How its bytes are letters.
    pub encoding: Encoding,
}

/// Opens a text. Where nobody says how its bytes are letters, its first bytes may, and else it is read once from beginning
/// to end: it is UTF-8, or Windows-1252 where it has bytes that are not.
///
/// # Errors
/// When it is no regular file, the system refuses, or it is no text.
pub fn open(path: &Path, encoding: Option<Encoding>) -> Result<Text, files::Error> {
    let mut start = Vec::new();
    gzip::open(path)?.take(SAMPLE).read_to_end(&mut start)?;
    let found = marked(&start).or_else(|| unmarked_utf_16(&start));
    let (letters, encoding) = match (encoding, found) {
        (Some(Encoding::Utf16) | None, Some(found)) if found != UTF_8 => (found, Encoding::Utf16),
        (Some(Encoding::Utf16), _) => (UTF_16LE, Encoding::Utf16),
        (Some(Encoding::Latin1), _) => (WINDOWS_1252, Encoding::Latin1),
        (given, _) => {
            if start.contains(&0) {
                return Err(
                    io::Error::new(io::ErrorKind::InvalidData, "it is no text: it has zero bytes").into()
                );
            }
            match (given, line_not_utf_8(path)?) {
                (_, None) => (UTF_8, Encoding::Utf8),
                (Some(_), Some(line)) => {
                    let problem =
                        format!("line {line} is not UTF-8 text; encoding: latin_1 or utf_16 reads others");
                    return Err(io::Error::new(io::ErrorKind::InvalidData, problem).into());
                }
                (None, Some(_)) => (WINDOWS_1252, Encoding::Latin1),
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
    Ok(Text { reader: Box::new(Cursor::new(start).chain(reader)), sample, encoding })
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

/// A large file that was read to tell its encoding, by what is seen that nobody has written to it, and its first line that is not UTF-8.
struct Looked {
    state: (PathBuf, u64, SystemTime),
    line_not_utf_8: Option<u64>,
}

static LOOKED: Mutex<Vec<Looked>> = Mutex::new(Vec::new());

/// The first line of a file with bytes that are not UTF-8. A large file is read for that once: a table is opened several times
/// before all is known of it.
fn line_not_utf_8(path: &Path) -> Result<Option<u64>, files::Error> {
    let found = std::fs::metadata(path)?;
    let state = found.modified().ok().map(|modified| (path.to_path_buf(), found.len(), modified));
    let state = state.filter(|_| found.len() >= LARGE);
    let looked = || LOOKED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = looked().iter().find(|known| Some(&known.state) == state.as_ref()) {
        return Ok(known.line_not_utf_8);
    }
    let line_not_utf_8 = first_line_not_utf_8(gzip::open(path)?)?;
    if let Some(state) = state {
        let mut looked = looked();
        if looked.len() == REMEMBERED {
            looked.remove(0);
        }
        looked.push(Looked { state, line_not_utf_8 });
    }
    Ok(line_not_utf_8)
}

/// The first line with bytes that are not UTF-8.
fn first_line_not_utf_8(mut text: impl io::Read) -> io::Result<Option<u64>> {
    let (mut piece, mut held, mut lines) = (vec![0; 1 << 16], 0, 1);
    loop {
        let count = text.read(&mut piece[held..])?;
        let filled = held + count;
        let valid = match std::str::from_utf8(&piece[..filled]) {
            Ok(_) => filled,
            // The last character goes on in the next piece.
            Err(error) if error.error_len().is_none() && count > 0 => error.valid_up_to(),
            Err(error) => {
                let before = piece[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
                return Ok(Some(lines + before as u64));
            }
        };
        if count == 0 {
            return Ok(None);
        }
        lines += piece[..valid].iter().filter(|&&byte| byte == b'\n').count() as u64;
        piece.copy_within(valid..filled, 0);
        held = filled - valid;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(bytes: &[u8], encoding: Option<Encoding>) -> Result<(String, Encoding), String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let mut text = open(file.path(), encoding).map_err(|error| error.to_string())?;
        let mut all = String::new();
        text.reader.read_to_string(&mut all).unwrap();
        assert!(all.starts_with(&text.sample));
        Ok((all, text.encoding))
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
            assert_eq!(opened(&bytes, None), Ok((text.to_string(), encoding)), "{bytes:?}");
            assert_eq!(opened(&bytes, Some(encoding)), Ok((text.to_string(), encoding)), "{bytes:?}");
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            io::Write::write_all(&mut packed, &bytes).unwrap();
            assert_eq!(opened(&packed.finish().unwrap(), None), Ok((text.to_string(), encoding)));
        }
    }

    #[test]
    fn a_large_file_that_is_written_anew_is_looked_at_again() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = "1,2\n".repeat(LARGE as usize / 4);
        std::fs::write(file.path(), &text).unwrap();
        let encoding = || open(file.path(), None).unwrap().encoding;
        assert_eq!((encoding(), encoding()), (Encoding::Utf8, Encoding::Utf8));
        std::fs::write(file.path(), [text.as_bytes(), b"\xff,1\n"].concat()).unwrap();
        assert_eq!((encoding(), encoding()), (Encoding::Latin1, Encoding::Latin1));
    }

    #[test]
    fn what_is_no_text_is_refused_and_a_wrong_encoding_with_its_line() {
        assert!(opened(b"a,b\n\0\x01\x02,1\n", None).unwrap_err().contains("no text"));
        let refused = opened(b"a,b\n1,2\n1,\xff\n", Some(Encoding::Utf8)).unwrap_err();
        assert!(refused.starts_with("line 3 is not UTF-8 text"), "{refused}");
        // A character lies on the border of two pieces.
        let long = "x".repeat((1 << 16) - 1) + "é\n";
        assert_eq!(opened(long.as_bytes(), None).unwrap().1, Encoding::Utf8);
    }
}
