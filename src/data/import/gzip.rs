//! Files that may be gzipped, read as what is in them.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::GzDecoder;

use crate::system::encoding::Decoded;
use crate::system::files;

/// What a gzipped file begins with.
pub const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The most that a compressed byte can become, by deflate's own limit: a header that asks for more lies.
pub const DEFLATES_BEST: u64 = 1032;

/// Unpacks gzip: its members one after another, as `cat a.gz b.gz` makes them, and no more at zero bytes that fill the file
/// up at its end, as tape drives and block devices leave them.
#[derive(Debug)]
pub struct Gunzip<R: BufRead> {
    /// The member in progress; `None` at the end.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Gunzip<R> {
    /// What is packed in `inner`.
    pub fn new(inner: R) -> Self {
        Gunzip { member: Some(GzDecoder::new(inner)) }
    }
}

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member
                .read(out)
                .map_err(|error| io::Error::new(error.kind(), format!("it does not unpack: {error}")))?;
            if count > 0 || out.is_empty() {
                return Ok(count);
            }
            // The member has ended, and its checksum is right.
            let Some(ended) = self.member.take() else { break };
            let mut inner = ended.into_inner();
            self.member = next_byte_that_is_not_zero(&mut inner)?.then(|| GzDecoder::new(inner));
        }
        Ok(0)
    }
}

/// Passes over zero bytes; whether anything follows.
fn next_byte_that_is_not_zero(inner: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let held = inner.fill_buf()?;
        if held.is_empty() {
            return Ok(false);
        }
        let zeros = held.iter().take_while(|&&byte| byte == 0).count();
        let is_other = zeros < held.len();
        inner.consume(zeros);
        if is_other {
            return Ok(true);
        }
    }
}

/// The bytes of a file, unpacked where it is gzipped.
pub type Unpacked = Box<dyn Read + Send>;

/// Opens a file; its content, not its name, says whether it is gzipped.
///
/// # Errors
/// When it is no regular file, or the system refuses.
pub fn open(path: &Path) -> Result<Unpacked, files::Error> {
    let mut file: BufReader<File> = BufReader::with_capacity(1 << 16, files::open(path)?);
    Ok(match file.fill_buf()?.starts_with(&MAGIC) {
        true => Box::new(Gunzip::new(file)),
        false => Box::new(file),
    })
}

/// Opens a text, gzipped or not: UTF-8 without a byte order mark.
///
/// # Errors
/// As [`open`].
pub fn open_text(path: &Path) -> Result<Decoded<Unpacked>, files::Error> {
    Ok(Decoded::new(open(path)?))
}

/// The first bytes of a file, at most `most`, unpacked where it is gzipped; and whether it is.
///
/// # Errors
/// As [`open`], and when it does not unpack.
pub fn start(path: &Path, most: u64) -> Result<(Vec<u8>, bool), files::Error> {
    let mut start = Vec::new();
    files::open(path)?.take(MAGIC.len() as u64).read_to_end(&mut start)?;
    let is_gzipped = start == MAGIC;
    start.clear();
    open(path)?.take(most).read_to_end(&mut start)?;
    Ok((start, is_gzipped))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn unpacked(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), bytes)?;
        let mut all = Vec::new();
        open(file.path()).unwrap().read_to_end(&mut all).map(|_| all)
    }

    #[test]
    fn all_members_are_read_and_zero_bytes_at_the_end_are_none() {
        let (one, two) = (gzipped(b"one "), gzipped(b"two"));
        assert_eq!(unpacked(b"plain").unwrap(), b"plain");
        assert_eq!(unpacked(&[&one[..], &two].concat()).unwrap(), b"one two");
        assert_eq!(unpacked(&[&one[..], &gzipped(b""), &two].concat()).unwrap(), b"one two");
        assert_eq!(unpacked(&[&one[..], &vec![0; 100_000]].concat()).unwrap(), b"one ");
        assert_eq!(unpacked(&[&one[..], &[0; 500], &two, &[0; 12]].concat()).unwrap(), b"one two");
    }

    #[test]
    fn what_is_cut_short_damaged_or_followed_by_something_else_is_refused() {
        let one = gzipped(b"one");
        assert!(unpacked(&one[..one.len() - 1]).is_err());
        assert!(unpacked(&[&one[..], b"and no gzip"].concat()).is_err());
        let mut other = one.clone();
        other[one.len() - 5] ^= 1;
        assert!(unpacked(&other).is_err());
    }
}
