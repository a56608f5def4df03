//! NumPy's formats: an array in a `.npy` file (magic, version, a Python dictionary in text, the numbers), several of them in
//! a zip archive, `.npz`.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use super::column_order::by_rows;
use super::foreign;
use super::gzip::{self, DEFLATES_BEST, Gunzip};
use super::limits::Limits;
use super::rows::{Bytes, Kind, Number, Stored, width};
use crate::data::Error;
use crate::preset::summary::in_bytes;
use crate::system::files;

/// A header is a line of text.
const LARGEST_HEADER: usize = 1 << 16;
/// Bytes of the longest header with what stands before it.
const LARGEST_START: u64 = LARGEST_HEADER as u64 + 12;

struct Header {
    number: Number,
    shape: Vec<usize>,
    /// Whether the first axis runs fastest, as in Fortran.
    by_columns: bool,
    /// Bytes before the numbers.
    length: usize,
}

impl Header {
    /// Bytes of the numbers; none where they are too many to count.
    fn numbers(&self) -> Option<u64> {
        let size = self.number.size() as u64;
        self.shape.iter().try_fold(size, |product, &axis| product.checked_mul(axis as u64))
    }
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
    let (number, letters) = element(&kind).ok_or_else(|| broken(refusal(&kind)))?;
    let shape = value("shape")?;
    let inside = shape
        .strip_prefix('(')
        .and_then(|rest| rest.split_once(')'))
        .map(|(inside, _)| inside)
        .ok_or_else(|| broken("its header's shape is not in parentheses".into()))?;
    let mut shape: Vec<usize> = inside
        .split(',')
        .map(str::trim)
        .filter(|length| !length.is_empty())
        .map(str::parse)
        .collect::<Result<_, _>>()
        .map_err(|_| broken(format!("its header's shape ({inside}) is not whole numbers")))?;
    let by_columns = value("fortran_order")?.starts_with("True") && shape.len() > 1;
    if let (Some(_), true) = (letters, by_columns) {
        return Err(broken("it has texts in the order of Fortran; save numpy.ascontiguousarray(x)".into()));
    }
    shape.extend(letters);
    Ok(Header { number, shape, by_columns, length: before + size })
}

/// What is said of elements that are neither numbers nor texts.
fn refusal(kind: &str) -> String {
    let (what, help) = match kind.trim_start_matches(['<', '>', '|', '=']).chars().next() {
        Some('O') => (
            "Python objects (dtype object), which only Python can read",
            "save numbers with x.astype(\"float32\"), and names of classes with y.astype(str)",
        ),
        Some('M' | 'm') => {
            ("dates or times", "save a table with them, as a .csv, and its columns are read as dates")
        }
        Some('c') => ("complex numbers", "save x.real and x.imag as columns of their own"),
        Some('[' | '(' | 'V') => (
            "rows of several types (a structured array)",
            "save them as a table: pandas.DataFrame(x).to_csv(\"x.csv\", index=False)",
        ),
        _ => ("of a type that is not known here", "save floats or integers"),
    };
    format!("its elements ('{kind}') are {what}; {help}")
}

/// How an element is written; with the letters of each, where it is a text.
fn element(kind: &str) -> Option<(Number, Option<usize>)> {
    if let Some(number) = number(kind) {
        return Some((number, None));
    }
    let (order, kind) = kind.split_at_checked(1)?;
    let (letter, count) = kind.split_at_checked(1)?;
    let kind = match letter {
        "S" | "a" => Kind::Letter,
        "U" => Kind::WideLetter,
        _ => return None,
    };
    // Texts that are all empty have no letter.
    let count = count.parse().ok().filter(|count| *count > 0)?;
    Some((Number { kind, is_big_endian: order == ">" }, Some(count)))
}

fn number(kind: &str) -> Option<Number> {
    let (order, kind) = kind.split_at_checked(1)?;
    let is_big_endian = match order {
        "<" | "|" | "=" => false,
        ">" => true,
        _ => return None,
    };
    let kind = match kind {
        "b1" => Kind::Bool,
        "u1" => Kind::U8,
        "i1" => Kind::I8,
        "u2" => Kind::U16,
        "i2" => Kind::I16,
        "u4" => Kind::U32,
        "i4" => Kind::I32,
        "u8" => Kind::U64,
        "i8" => Kind::I64,
        "f2" => Kind::F16,
        "f4" => Kind::F32,
        "f8" => Kind::F64,
        _ => return None,
    };
    Some(Number { kind, is_big_endian })
}

/// The array as rows along its first axis, with the shape of one, once its size is known to fit.
fn stored(
    header: Header,
    bytes: Bytes,
    size: u64,
    limits: &Limits,
    origin: &str,
) -> Result<(Stored, Vec<usize>), Error> {
    let broken = |problem: String| Error::Broken { origin: origin.into(), problem };
    let wanted = header.numbers();
    let Header { number, shape, by_columns, length } = header;
    let [count, row @ ..] = &shape[..] else {
        return Err(broken("it is a single number, not an array of samples".into()));
    };
    let held = size.saturating_sub(length as u64);
    if wanted != Some(held) {
        let wanted = wanted.map_or("more than can be".to_string(), |wanted| wanted.to_string());
        return Err(broken(format!(
            "the shape {shape:?} asks for {wanted} bytes after byte {length}, the file has {held}"
        )));
    }
    let width = width(row).ok_or_else(|| broken(format!("samples of shape {row:?} cannot be")))?;
    let (bytes, first) = match by_columns {
        true => {
            limits.check(held, "stored column by column, it takes", origin)?;
            let unread = |error: std::io::Error| broken(error.to_string());
            (by_rows(&bytes, length as u64, &shape, number, limits.in_memory).map_err(unread)?, 0)
        }
        false => (bytes, length as u64),
    };
    let stored = Stored { bytes, first, number, width, count: *count, origin: origin.into() };
    Ok((stored, row.to_vec()))
}

/// Opens a `.npy` file, plain or gzipped, with a row for each step along its first axis; returns the shape of a row with it.
/// Beyond `limits.in_memory` bytes it stays on disk; one that is gzipped, or stored column by column, has to fit into the free
/// memory.
///
/// # Errors
/// When it cannot be read, or is not what it should be.
pub fn open(path: &Path, limits: &Limits) -> Result<(Stored, Vec<usize>), Error> {
    let origin = path.to_string_lossy().into_owned();
    let broken = |problem: String| Error::Broken { origin: origin.clone(), problem };
    let unread = |error: std::io::Error| broken(error.to_string());
    let (mut file, size) = files::open_sized(path).map_err(|error| broken(error.to_string()))?;
    let mut start = Vec::new();
    file.by_ref().take(LARGEST_START).read_to_end(&mut start).map_err(unread)?;
    if start.starts_with(&gzip::MAGIC) {
        file.rewind().map_err(unread)?;
        return unpack(file, size, limits, &origin);
    }
    let header = header(&start, &broken)?;
    let bytes = Bytes::of(file, size, limits.in_memory).map_err(unread)?;
    stored(header, bytes, size, limits, &origin)
}

/// The array in a gzipped file: never more bytes than its header asks for, nor more than it can hold.
fn unpack(file: File, size: u64, limits: &Limits, origin: &str) -> Result<(Stored, Vec<usize>), Error> {
    let broken = |problem: String| Error::Broken { origin: origin.into(), problem };
    let unread = |error: std::io::Error| broken(error.to_string());
    let mut stream = Gunzip::new(std::io::BufReader::new(file));
    let mut start = Vec::new();
    stream.by_ref().take(LARGEST_START).read_to_end(&mut start).map_err(unread)?;
    let header = header(&start, &broken)?;
    let whole = header.numbers().and_then(|numbers| numbers.checked_add(header.length as u64));
    let whole = whole.filter(|whole| *whole <= size.saturating_mul(DEFLATES_BEST)).ok_or_else(|| {
        broken(format!("its shape {:?} asks for more than {size} compressed bytes can hold", header.shape))
    })?;
    limits.check(whole, "unpacked, it takes", origin)?;
    // A byte more than there should be shows that it goes on.
    let all = std::io::Cursor::new(start).chain(stream);
    let (bytes, held) = Bytes::of_stream(all, whole + 1, limits.in_memory).map_err(unread)?;
    stored(header, bytes, held, limits, origin)
}

/// A `.npz` archive: its list of arrays, from which they are unpacked one by one.
pub struct Archive {
    zip: zip::ZipArchive<std::io::BufReader<File>>,
    path: String,
    limits: Limits,
}

impl Archive {
    /// Opens an archive. An array that is unpacked has to fit into the free memory; beyond `limits.in_memory` bytes it is
    /// put into a temporary file.
    ///
    /// # Errors
    /// When it is no archive, or its arrays would be larger than its bytes can hold.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, Error> {
        let path_shown = path.to_string_lossy().into_owned();
        let broken = |problem: String| Error::Broken { origin: path_shown.clone(), problem };
        let (file, size) = files::open_sized(path).map_err(|error| broken(error.to_string()))?;
        let zip = zip::ZipArchive::new(std::io::BufReader::new(file))
            .map_err(|error| broken(format!("it is no archive of arrays: {error}")))?;
        let names = || zip.file_names().filter_map(Result::ok);
        if !names().any(|name| name.ends_with(".npy")) {
            return Err(broken(foreign::zipped(names())));
        }
        // Entries may lie over each other, so that few bytes are unpacked many times.
        let claimed = zip.decompressed_size().unwrap_or(u128::MAX);
        if claimed > u128::from(size.saturating_mul(DEFLATES_BEST)) {
            return Err(broken(format!(
                "its arrays ask for {}, more than {size} bytes can hold",
                in_bytes(u64::try_from(claimed).unwrap_or(u64::MAX))
            )));
        }
        Ok(Archive { zip, path: path_shown, limits: *limits })
    }

    /// The names of its arrays.
    pub fn names(&self) -> Vec<String> {
        let names = self.zip.file_names().filter_map(Result::ok);
        names.filter_map(|name| name.strip_suffix(".npy").map(str::to_string)).collect()
    }

    /// Unpacks an array, as rows along its first axis; returns the shape of a row with it.
    ///
    /// # Errors
    /// When there is none of that name, it is not what it should be, or there is no room for it.
    pub fn array(&mut self, name: &str) -> Result<(Stored, Vec<usize>), Error> {
        let origin = format!("{}, array '{name}'", self.path);
        let broken = |problem: String| Error::Broken { origin: origin.clone(), problem };
        let damaged = |error: std::io::Error| broken(format!("it does not unpack: {error}"));
        let limits = self.limits;
        let Ok(entry) = self.zip.by_name(&format!("{name}.npy")) else {
            let names: Vec<String> = self.names().into_iter().take(30).collect();
            return Err(broken(format!("there is none; there are: {}", names.join(", "))));
        };
        let claimed = entry.size();
        if claimed > entry.compressed_size().saturating_mul(DEFLATES_BEST) {
            let packed = entry.compressed_size();
            return Err(broken(format!("{packed} compressed bytes cannot hold {claimed}")));
        }
        limits.check(claimed, "unpacked, it takes", &origin)?;
        // A byte more than there should be shows that it goes on.
        let most = claimed.saturating_add(1);
        let (bytes, size) = Bytes::of_stream(entry, most, limits.in_memory).map_err(damaged)?;
        let start = bytes.start(size, LARGEST_START).map_err(damaged)?;
        let header = header(&start, &broken)?;
        stored(header, bytes, size, &limits, &origin)
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

    fn open_in(path: &Path, name: &str, limits: &Limits) -> Result<(Stored, Vec<usize>), Error> {
        Archive::open(path, limits)?.array(name)
    }

    fn zipped(arrays: &[(&str, &[u8])]) -> tempfile::NamedTempFile {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, bytes) in arrays {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        put(&zip.finish().unwrap().into_inner())
    }

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
        let archive = zipped(&[("x.npy", &whole())]);
        let file = put(&whole());
        for (rows, shape) in [
            open(file.path(), &in_memory(1000)).unwrap(),
            open(file.path(), &in_memory(10)).unwrap(),
            open_in(archive.path(), "x", &in_memory(1000)).unwrap(),
            open_in(archive.path(), "x", &in_memory(10)).unwrap(),
        ] {
            let mut row = [0.0; 3];
            rows.read(1, &mut row).unwrap();
            assert_eq!((rows.count, shape, row), (2, vec![3], [4.0, 5.0, 6.0]));
        }
        let shown = open_in(archive.path(), "y", &in_memory(10)).unwrap_err().to_string();
        assert!(shown.contains("there are: x"), "{shown}");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let problem = |bytes: &[u8]| open(put(bytes).path(), &in_memory(1000)).unwrap_err().to_string();
        assert!(problem(b"PK").contains("begins with"));
        assert!(problem(&whole()[..30]).contains("in its header"));
        assert!(problem(&whole()[..80]).contains("asks for 24 bytes"));
        let head = |from: &str, to: &str| {
            let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".replace(from, to);
            problem(&array(&text, &[0; 24]))
        };
        assert!(
            head("<f4", "|O").contains("'|O') are Python objects (dtype object), which only Python can read")
        );
        assert!(head("'<f4'", "[('a', '<f4')]").contains("a structured array"));
        assert!(head("(2, 3)", "()").contains("single number"));
        assert!(head("(2, 3)", "(-2, 3)").contains("not whole numbers"));
        assert!(head("(2, 3)", "(9999999999, 9999999999)").contains("more than can be"));
        let nan = array(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }",
            &[0, 0, 0, 0, 0, 0, 0xc0, 0x7f],
        );
        let (rows, _) = open(put(&nan).path(), &in_memory(1000)).unwrap();
        assert!(rows.check_finite().unwrap_err().to_string().contains("row 1, column 2: NaN"));
    }

    #[test]
    fn arrays_by_columns_gzipped_and_in_other_kinds_of_numbers_are_what_numpy_says() {
        // `numpy.arange(24).reshape(2, 3, 4)`, by columns: `numpy.asfortranarray(x).tobytes("F")`.
        let order = [0, 12, 4, 16, 8, 20, 1, 13, 5, 17, 9, 21, 2, 14, 6, 18, 10, 22, 3, 15, 7, 19, 11, 23];
        let by_columns = array("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }\n", &order);
        let halves: Vec<u8> = (0..24).flat_map(|x| half::f16::from_f32(x as f32).to_be_bytes()).collect();
        let halves = array("{'descr': '>f2', 'fortran_order': False, 'shape': (2, 3, 4), }\n", &halves);
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&by_columns).unwrap();
        let gzipped = [encoder.finish().unwrap(), vec![0; 100]].concat();
        for bytes in [by_columns, halves, gzipped] {
            for limits in [in_memory(1000), in_memory(10)] {
                let (rows, shape) = open(put(&bytes).path(), &limits).unwrap();
                let mut row = [0.0; 12];
                rows.read(1, &mut row).unwrap();
                assert_eq!((rows.count, shape), (2, vec![3, 4]));
                assert_eq!(row, [12., 13., 14., 15., 16., 17., 18., 19., 20., 21., 22., 23.]);
            }
        }
    }

    #[test]
    fn an_array_that_would_grow_beyond_what_its_bytes_can_hold_is_refused() {
        let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (9000000, 100), }\n";
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&array(header, &[0; 1000])).unwrap();
        let shown = open(put(&encoder.finish().unwrap()).path(), &in_memory(1000)).unwrap_err().to_string();
        assert!(shown.contains("its shape [9000000, 100] asks for more than"), "{shown}");
    }

    #[test]
    fn an_array_without_room_is_refused_before_it_is_unpacked() {
        let zeros =
            array("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1000000), }\n", &[0; 2_000_000]);
        let archive = zipped(&[("x.npy", &zeros)]);
        let limits = Limits { memory: 1 << 20, ..in_memory(1000) };
        let refused = open_in(archive.path(), "x", &limits).unwrap_err().to_string();
        assert!(
            refused.contains("array 'x': unpacked, it takes 1.91 MB of memory, and 1.00 MB are free"),
            "{refused}"
        );
        assert!(open_in(archive.path(), "x", &in_memory(1000)).is_ok());
    }

    #[test]
    fn an_archive_whose_entries_claim_more_than_it_can_hold_is_refused() {
        let archive = zipped(&[("x.npy", &[0; 1000])]);
        let mut bytes = std::fs::read(archive.path()).unwrap();
        // The size stands 24 bytes behind the signature of the entry in the list at the end.
        let entry = bytes.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
        bytes[entry + 24..entry + 28].copy_from_slice(&0xf000_0000_u32.to_le_bytes());
        let refused = Archive::open(put(&bytes).path(), &in_memory(10)).map(|_| ()).unwrap_err().to_string();
        assert!(refused.contains("its arrays ask for 3.75 GB, more than"), "{refused}");
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
            let _ = open(file.path(), &in_memory(8)).and_then(|(rows, _)| rows.check_finite());
            let _ = open_in(file.path(), "x", &in_memory(8));
        }
    }
}
