//! NumPy's formats: an array in a `.npy` file (magic, version, a Python dictionary in text, the numbers), several of them in
//! a zip archive, `.npz`.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::rows::{Bytes, Kind, Number, Stored, width};
use crate::data::Error;

/// The largest array that is unpacked from an archive.
const LARGEST_UNPACKED: u64 = 1 << 30;
/// A header is a line of text.
const LARGEST_HEADER: usize = 1 << 16;

struct Header {
    number: Number,
    shape: Vec<usize>,
    /// Bytes before the numbers.
    length: usize,
}

/// Reads the header from a file's first bytes.
fn header(file: &[u8], broken: &dyn Fn(String) -> Error) -> Result<Header, Error> {
    let rest = file
        .strip_prefix(b"\x93NUMPY")
        .ok_or_else(|| broken("byte 1: a NumPy file begins with \\x93NUMPY".into()))?;
    let (size, before) = match rest {
        [1, _, a, b, ..] => (usize::from(u16::from_le_bytes([*a, *b])), 10),
        [2 | 3, _, a, b, c, d, ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, 12),
        [version, _, ..] => {
            return Err(broken(format!("byte 7: version {version} of the format is not known")));
        }
        _ => return Err(broken("the file ends in its first 8 bytes".into())),
    };
    if size > LARGEST_HEADER {
        return Err(broken(format!("a header of {size} bytes is too long to be true")));
    }
    let text = file
        .get(before..before + size)
        .map(String::from_utf8_lossy)
        .ok_or_else(|| broken(format!("the file ends at byte {} in its header", file.len())))?;
    let value = |key: &str| {
        let after = text.split_once(&format!("'{key}'")).map(|(_, after)| after.trim_start());
        let after = after.and_then(|after| after.strip_prefix(':')).map(str::trim_start);
        after.ok_or_else(|| broken(format!("its header has no '{key}'")))
    };
    let kind = value("descr")?;
    let kind: String = kind.strip_prefix('\'').unwrap_or(kind).chars().take_while(|&c| c != '\'').collect();
    let number = number(&kind).ok_or_else(|| {
        broken(format!("numbers of type '{kind}' cannot be learned from; save floats or integers"))
    })?;
    let shape = value("shape")?;
    let inside = shape
        .strip_prefix('(')
        .and_then(|rest| rest.split_once(')'))
        .map(|(inside, _)| inside)
        .ok_or_else(|| broken("its header's shape is not in parentheses".into()))?;
    let shape: Vec<usize> = inside
        .split(',')
        .map(str::trim)
        .filter(|length| !length.is_empty())
        .map(str::parse)
        .collect::<Result<_, _>>()
        .map_err(|_| broken(format!("its header's shape ({inside}) is not whole numbers")))?;
    if value("fortran_order")?.starts_with("True") && shape.len() > 1 {
        return Err(broken("it is stored column by column; save numpy.ascontiguousarray(x)".into()));
    }
    Ok(Header { number, shape, length: before + size })
}

fn number(kind: &str) -> Option<Number> {
    let (order, kind) = kind.split_at_checked(1)?;
    let is_big_endian = match order {
        "<" | "|" | "=" => false,
        ">" => true,
        _ => return None,
    };
    let kind = match kind {
        "u1" | "b1" => Kind::U8,
        "i1" => Kind::I8,
        "u2" => Kind::U16,
        "i2" => Kind::I16,
        "u4" => Kind::U32,
        "i4" => Kind::I32,
        "u8" => Kind::U64,
        "i8" => Kind::I64,
        "f4" => Kind::F32,
        "f8" => Kind::F64,
        _ => return None,
    };
    Some(Number { kind, is_big_endian })
}

/// The array as rows along its first axis, with the shape of one, once its size is known to fit.
fn stored(header: Header, bytes: Bytes, size: u64, origin: &str) -> Result<(Stored, Vec<usize>), Error> {
    let broken = |problem: String| Error::Broken { origin: origin.into(), problem };
    let Header { number, shape, length } = header;
    let [count, row @ ..] = &shape[..] else {
        return Err(broken("it is a single number, not an array of samples".into()));
    };
    let wanted =
        shape.iter().try_fold(number.size() as u64, |product, &axis| product.checked_mul(axis as u64));
    let held = size.saturating_sub(length as u64);
    if wanted != Some(held) {
        let wanted = wanted.map_or("more than can be".to_string(), |wanted| wanted.to_string());
        return Err(broken(format!(
            "the shape {shape:?} asks for {wanted} bytes after byte {length}, the file has {held}"
        )));
    }
    let width = width(row).ok_or_else(|| broken(format!("samples of shape {row:?} cannot be")))?;
    let stored = Stored { bytes, first: length as u64, number, width, count: *count, origin: origin.into() };
    Ok((stored, row.to_vec()))
}

/// Opens a `.npy` file, with a row for each step along its first axis; returns the shape of a row with it. Beyond
/// `in_memory` bytes it stays on disk.
///
/// # Errors
/// When it cannot be read, or is not what it should be.
pub fn open(path: &Path, in_memory: u64) -> Result<(Stored, Vec<usize>), Error> {
    let origin = path.to_string_lossy().into_owned();
    let broken = |problem: String| Error::Broken { origin: origin.clone(), problem };
    let unread = |error: std::io::Error| broken(error.to_string());
    let mut file = File::open(path).map_err(unread)?;
    let size = file.metadata().map_err(unread)?.len();
    let mut start = Vec::new();
    file.by_ref().take(LARGEST_HEADER as u64 + 12).read_to_end(&mut start).map_err(unread)?;
    let header = header(&start, &broken)?;
    let bytes = Bytes::of(file, size, in_memory).map_err(unread)?;
    stored(header, bytes, size, &origin)
}

/// The names of the arrays in an archive.
///
/// # Errors
/// When it cannot be read.
pub fn names(path: &Path) -> Result<Vec<String>, Error> {
    let archive = archive(path)?;
    let names = archive.file_names().filter_map(Result::ok);
    Ok(names.filter_map(|name| name.strip_suffix(".npy").map(str::to_string)).collect())
}

fn archive(path: &Path) -> Result<zip::ZipArchive<std::io::BufReader<File>>, Error> {
    let broken = |problem: String| Error::Broken { origin: path.to_string_lossy().into_owned(), problem };
    let file = File::open(path).map_err(|error| broken(error.to_string()))?;
    zip::ZipArchive::new(std::io::BufReader::new(file))
        .map_err(|error| broken(format!("it is no archive of arrays: {error}")))
}

/// Opens one array of a `.npz` archive.
///
/// # Errors
/// When there is none of that name, or it is not what it should be.
pub fn open_in(path: &Path, name: &str) -> Result<(Stored, Vec<usize>), Error> {
    let origin = format!("{}, array '{name}'", path.to_string_lossy());
    let broken = |problem: String| Error::Broken { origin: origin.clone(), problem };
    let mut archive = archive(path)?;
    let Ok(entry) = archive.by_name(&format!("{name}.npy")) else {
        return Err(broken(format!("there is none; there are: {}", names(path)?.join(", "))));
    };
    let claimed = entry.size();
    if claimed > LARGEST_UNPACKED {
        return Err(broken(format!(
            "{claimed} bytes are too many to unpack; save it as .npy, which is not unpacked"
        )));
    }
    let mut bytes = Vec::new();
    entry
        .take(claimed.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| broken(format!("it does not unpack: {error}")))?;
    let size = bytes.len() as u64;
    let header = header(&bytes, &broken)?;
    stored(header, Bytes::Memory(bytes), size, &origin)
}

#[cfg(test)]
mod tests {
    use super::super::rows::Rows;
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    /// `numpy.save` of `numpy.array([[1, 2, 3], [4, 5, 6]], "<f4")`, byte for byte but for the padding.
    fn array(header: &str, numbers: &[u8]) -> Vec<u8> {
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend((header.len() as u16).to_le_bytes());
        file.extend(header.as_bytes());
        file.extend(numbers);
        file
    }

    fn whole() -> Vec<u8> {
        let numbers: Vec<u8> = (1..=6).flat_map(|x| (x as f32).to_le_bytes()).collect();
        array("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", &numbers)
    }

    fn put(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn an_array_is_read_from_memory_from_disk_and_from_an_archive() {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("x.npy", zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&whole()).unwrap();
        let archive = put(&zip.finish().unwrap().into_inner());
        let file = put(&whole());
        for (rows, shape) in [
            open(file.path(), 1000).unwrap(),
            open(file.path(), 10).unwrap(),
            open_in(archive.path(), "x").unwrap(),
        ] {
            let mut row = [0.0; 3];
            rows.read(1, &mut row).unwrap();
            assert_eq!((rows.count, shape, row), (2, vec![3], [4.0, 5.0, 6.0]));
        }
        let shown = open_in(archive.path(), "y").unwrap_err().to_string();
        assert!(shown.contains("there are: x"), "{shown}");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let problem = |bytes: &[u8]| open(put(bytes).path(), 1000).unwrap_err().to_string();
        assert!(problem(b"PK").contains("begins with"));
        assert!(problem(&whole()[..30]).contains("in its header"));
        assert!(problem(&whole()[..80]).contains("asks for 24 bytes"));
        let head = |from: &str, to: &str| {
            let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".replace(from, to);
            problem(&array(&text, &[0; 24]))
        };
        assert!(head("<f4", "|O").contains("type '|O'"));
        assert!(head("False", "True").contains("column by column"));
        assert!(head("(2, 3)", "()").contains("single number"));
        assert!(head("(2, 3)", "(-2, 3)").contains("not whole numbers"));
        assert!(head("(2, 3)", "(9999999999, 9999999999)").contains("more than can be"));
        let nan = array(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }",
            &[0, 0, 0, 0, 0, 0, 0xc0, 0x7f],
        );
        let (rows, _) = open(put(&nan).path(), 1000).unwrap();
        assert!(rows.check_finite().unwrap_err().to_string().contains("row 1, column 2: NaN"));
    }

    proptest! {
        #[test]
        fn a_damaged_file_is_refused_or_read_without_a_panic(at in 0usize..100, byte: u8, cut in 1usize..110) {
            let mut bytes = whole();
            if let Some(old) = bytes.get_mut(at) {
                *old = byte;
            }
            bytes.truncate(cut);
            let file = put(&bytes);
            let _ = open(file.path(), 8).and_then(|(rows, _)| rows.check_finite());
            let _ = open_in(file.path(), "x");
        }
    }
}
