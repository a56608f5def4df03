//! IDX, MNIST's format: magic (0, 0, type, axes), the axes' lengths as big-endian u32, then the numbers.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use super::gzip::{self, DEFLATES_BEST, Gunzip};
use super::limits::Limits;
use super::rows::{Bytes, Kind, Number, Stored, width};
use crate::data::Error;
use crate::system::files;

/// An IDX file of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idx {
    /// The axes' lengths.
    pub shape: Vec<usize>,
    /// The numbers, row-major.
    pub bytes: Vec<u8>,
}

/// What the first bytes of a file say.
struct Header {
    number: Number,
    shape: Vec<usize>,
    /// Bytes before the numbers.
    length: usize,
    /// Bytes of the numbers.
    numbers: u64,
}

/// Reads the header from a file's first bytes, of which there should be `4 + 4 * axes`.
fn header(file: &[u8], broken: &dyn Fn(String) -> Error) -> Result<Header, Error> {
    let &[0, 0, kind, axes] = file.first_chunk::<4>().ok_or_else(|| {
        broken(format!("{} bytes are too few for an IDX file: its magic number alone takes 4", file.len()))
    })?
    else {
        return Err(broken("byte 1: an IDX file begins with two zero bytes".into()));
    };
    let kind = match kind {
        0x08 => Kind::U8,
        0x09 => Kind::I8,
        0x0b => Kind::I16,
        0x0c => Kind::I32,
        0x0d => Kind::F32,
        0x0e => Kind::F64,
        other => {
            return Err(broken(format!(
                "byte 3: there is no type 0x{other:02x}, only 0x08 (bytes), 0x09, 0x0b, 0x0c (integers), 0x0d, 0x0e (floats)"
            )));
        }
    };
    let number = Number { kind, is_big_endian: true };
    let length = 4 + 4 * usize::from(axes);
    let lengths = file.get(4..length).ok_or_else(|| {
        broken(format!("the file ends at byte {} in the lengths of its {axes} axes", file.len()))
    })?;
    let shape: Vec<usize> = lengths
        .chunks_exact(4)
        .map(|length| length.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte)))
        .collect();
    let numbers = shape
        .iter()
        .try_fold(number.size() as u64, |product, &length| product.checked_mul(length as u64))
        .ok_or_else(|| broken(format!("the axes {shape:?} are too long to be true")))?;
    Ok(Header { number, shape, length, numbers })
}

/// Reads an IDX file of unsigned bytes; `origin` names it in errors.
///
/// # Errors
/// When the magic, the type or the size is not what it should be.
pub fn parse(mut file: Vec<u8>, origin: &str) -> Result<Idx, Error> {
    let broken = |problem: String| Error::Broken { origin: origin.to_string(), problem };
    let Header { number, shape, length, numbers } = header(&file, &broken)?;
    if number.kind != Kind::U8 {
        return Err(broken("byte 3: only unsigned bytes (0x08) are read here".into()));
    }
    check_size(&shape, length, numbers, (file.len() - length) as u64, &broken)?;
    file.drain(..length);
    Ok(Idx { shape, bytes: file })
}

fn check_size(
    shape: &[usize],
    length: usize,
    wanted: u64,
    held: u64,
    broken: &dyn Fn(String) -> Error,
) -> Result<(), Error> {
    if held == wanted {
        return Ok(());
    }
    Err(broken(format!("the axes {shape:?} ask for {wanted} bytes after byte {length}, the file has {held}")))
}

/// Opens an IDX file, plain or gzipped, with a row for each step along its first axis; returns the shape of a row with
/// it. Beyond `limits.in_memory` bytes it stays on disk; a gzipped one has to fit into the free memory.
///
/// # Errors
/// When it cannot be read, or is not what it should be.
pub fn open(path: &Path, limits: &Limits) -> Result<(Stored, Vec<usize>), Error> {
    let origin = path.to_string_lossy().into_owned();
    let broken = |problem: String| Error::Broken { origin: origin.clone(), problem };
    let unread = |error: std::io::Error| broken(error.to_string());
    let (mut file, size) = files::open_sized(path).map_err(|error| broken(error.to_string()))?;
    let mut start = Vec::new();
    Read::by_ref(&mut file).take(4 + 4 * 255).read_to_end(&mut start).map_err(unread)?;
    let (header, bytes, first) = if start.starts_with(&gzip::MAGIC) {
        file.rewind().map_err(unread)?;
        let (header, bytes) = unpack(file, size, limits, &origin)?;
        (header, bytes, 0)
    } else {
        let header = self::header(&start, &broken)?;
        let held = size.saturating_sub(header.length as u64);
        check_size(&header.shape, header.length, header.numbers, held, &broken)?;
        let first = header.length as u64;
        (header, Bytes::of(file, size, limits.in_memory).map_err(unread)?, first)
    };
    let [count, row @ ..] = &header.shape[..] else {
        return Err(broken("it has no axes, so no samples".into()));
    };
    let (count, row) = (*count, row.to_vec());
    let width = width(&row).ok_or_else(|| broken(format!("samples of shape {row:?} cannot be")))?;
    Ok((Stored { bytes, first, number: header.number, width, count, origin: origin.clone() }, row))
}

/// The numbers of a gzipped file: never more of them than its header asks for, nor more than it can hold.
fn unpack(file: File, size: u64, limits: &Limits, origin: &str) -> Result<(Header, Bytes), Error> {
    let broken = &|problem: String| Error::Broken { origin: origin.into(), problem };
    let mut stream = Gunzip::new(std::io::BufReader::new(file));
    let damaged = |error: std::io::Error| broken(error.to_string());
    let mut start = vec![0; 4];
    stream.read_exact(&mut start).map_err(damaged)?;
    start.resize(4 + 4 * usize::from(start[3]), 0);
    stream.read_exact(&mut start[4..]).map_err(damaged)?;
    let header = header(&start, broken)?;
    if header.numbers > size.saturating_mul(DEFLATES_BEST) {
        return Err(broken(format!(
            "the axes {:?} ask for {} bytes, more than {size} compressed bytes can hold",
            header.shape, header.numbers
        )));
    }
    limits.check(header.numbers, "unpacked, it takes", origin)?;
    let (bytes, held) = Bytes::of_stream(&mut stream, header.numbers, limits.in_memory).map_err(damaged)?;
    check_size(&header.shape, header.length, header.numbers, held, broken)?;
    match stream.read(&mut [0; 1]).map_err(damaged)? {
        0 => Ok((header, bytes)),
        _ => Err(broken(format!("it goes on after the {} bytes that its axes ask for", header.numbers))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::Rows;
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    fn in_memory(in_memory: u64) -> Limits {
        Limits { in_memory, ..Limits::of_machine() }
    }

    const WHOLE: [u8; 18] = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];

    #[test]
    fn a_whole_file_is_read() {
        assert_eq!(
            parse(WHOLE.to_vec(), "x").unwrap(),
            Idx { shape: vec![2, 3], bytes: vec![1, 2, 3, 4, 5, 6] }
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let problem = |file: &[u8]| parse(file.to_vec(), "labels.idx").unwrap_err().to_string();
        assert!(problem(&[0, 0]).starts_with("labels.idx: 2 bytes are too few"));
        assert!(problem(&[1, 0, 8, 1, 0, 0, 0, 0]).contains("byte 1"));
        assert!(problem(&[0, 0, 7, 1, 0, 0, 0, 0]).contains("type 0x07"));
        assert!(
            problem(&[0, 0, 8, 1, 0, 0, 0, 5, 1, 2]).contains("ask for 5 bytes after byte 8, the file has 2")
        );
        assert!(
            problem(&[0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255])
                .contains("too long")
        );
    }

    fn put(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn plain_and_gzipped_files_give_the_same_rows_from_memory_and_from_disk() {
        let floats = [vec![0, 0, 0x0d, 1, 0, 0, 0, 1], 2.5_f32.to_be_bytes().to_vec()].concat();
        for bytes in [WHOLE.to_vec(), gzipped(&WHOLE)] {
            for limits in [in_memory(1000), in_memory(2)] {
                let file = put(&bytes);
                let (rows, shape) = open(file.path(), &limits).unwrap();
                let mut row = [0.0; 3];
                rows.read(1, &mut row).unwrap();
                assert_eq!((rows.count, shape, row), (2, vec![3], [4.0, 5.0, 6.0]));
            }
        }
        let file = put(&floats);
        let (rows, _) = open(file.path(), &in_memory(1000)).unwrap();
        let mut row = [0.0];
        rows.read(0, &mut row).unwrap();
        assert_eq!(row, [2.5]);
    }

    #[test]
    fn a_bomb_is_refused_before_it_goes_off() {
        let problem = |bytes: &[u8]| open(put(bytes).path(), &in_memory(1000)).unwrap_err().to_string();
        let greedy = [vec![0, 0, 8, 2, 0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff], vec![0; 100]].concat();
        assert!(problem(&gzipped(&greedy)).contains("more than"));
        let longer = [WHOLE.to_vec(), vec![0; 100_000]].concat();
        assert!(problem(&gzipped(&longer)).contains("goes on after the 6 bytes"));
        assert!(problem(&gzipped(&WHOLE)[..20]).contains("does not unpack"));
        // Two million numbers in two thousand bytes are told before the first of them is unpacked.
        let honest =
            gzipped(&[vec![0, 0, 8, 2, 0, 0, 0x07, 0xd0, 0, 0, 0x03, 0xe8], vec![0; 2_000_000]].concat());
        let limits = Limits { memory: 1 << 20, ..in_memory(1000) };
        let refused = open(put(&honest).path(), &limits).unwrap_err().to_string();
        assert!(refused.contains("unpacked, it takes 1.91 MB of memory, and 1.00 MB are free"), "{refused}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = parse(bytes, "x");
        }

        #[test]
        fn a_damaged_file_is_refused_or_read_without_a_panic(at in 0usize..60, byte: u8, cut in 0usize..60, zip: bool) {
            let mut bytes = if zip { gzipped(&WHOLE) } else { WHOLE.to_vec() };
            if let Some(old) = bytes.get_mut(at) {
                *old = byte;
            }
            bytes.truncate(cut.max(1));
            let _ = open(put(&bytes).path(), &in_memory(8));
        }
    }
}
