//! Files of kinds that are not read, told apart by their first bytes to say what they are and what to do with them.

use std::fmt::Display;
use std::io::BufReader;
use std::path::Path;

use super::gzip;
use crate::data::table::Format;
use crate::system::files;

/// Bytes that are looked at.
const START: u64 = 1024;

/// What a file is that no reader takes, and what to do with it: `it is a PDF …: …`. `None` for all that may be read.
pub fn problem(path: &Path) -> Option<String> {
    let (start, _) = gzip::start(path, START).ok()?;
    binary(&start).map(str::to_string).or_else(|| archive(path, &start))
}

/// As [`problem`], of a file that is to be a table: it is no page of the web either, nor JSON.
pub fn problem_of_table(path: &Path) -> Option<String> {
    let (start, _) = gzip::start(path, START).ok()?;
    binary(&start).or_else(|| text(&start)).map(str::to_string).or_else(|| archive(path, &start))
}

/// What is said of a zip archive that is neither one of arrays nor a spreadsheet.
fn archive(path: &Path, start: &[u8]) -> Option<String> {
    let is_other = start.starts_with(b"PK\x03\x04") && Format::of_start(start) == Format::Text;
    let file = Some(path).filter(|_| is_other).and_then(|path| files::open(path).ok())?;
    let zip = zip::ZipArchive::new(BufReader::new(file)).ok()?;
    let names = || zip.file_names().filter_map(Result::ok);
    (!names().any(|name| name.ends_with(".npy"))).then(|| zipped(names()))
}

/// What a zip archive of other things than arrays is, by the names of what is in it.
pub fn zipped(names: impl Iterator<Item = impl Display>) -> String {
    const NAMED: usize = 3;
    let names: Vec<String> = names.take(NAMED + 1).map(|name| format!("'{name}'")).collect();
    let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = if names.len() > NAMED { ", …" } else { "" };
    match names.is_empty() {
        true => "it is an empty zip archive".into(),
        false => format!("it is a zip archive with {shown}{more} in it: unpack it, and name what is in it"),
    }
}

/// Files that are no texts.
fn binary(start: &[u8]) -> Option<&'static str> {
    const KINDS: &[(&[u8], &str)] = &[
        (
            b"%PDF-",
            "it is a PDF, which holds pages and no rows: export the table from where it was made, as CSV or .xlsx",
        ),
        (
            b"SQLite format 3\0",
            "it is an SQLite database: write one of its tables as CSV, as sqlite3 -header -csv FILE \"select * from NAME\" does",
        ),
        (b"\xfd7zXZ\0", "it is packed with xz, and gzip is read: unpack it with unxz"),
        (b"\x28\xb5\x2f\xfd", "it is packed with Zstandard, and gzip is read: unpack it with unzstd"),
        (b"7z\xbc\xaf\x27\x1c", "it is a 7-Zip archive: unpack it, and name what is in it"),
        (b"Rar!\x1a\x07", "it is a RAR archive: unpack it, and name what is in it"),
        (
            b"\x89HDF\r\n\x1a\n",
            "it is an HDF5 file (.h5, or .mat of MATLAB 7.3): write the arrays as .npy or .npz, as h5py and numpy.savez do",
        ),
        (
            b"MATLAB 5.0 MAT-file",
            "it is a MATLAB file: write its arrays as .npz, as scipy.io.loadmat and numpy.savez do",
        ),
        (
            b"ARROW1",
            "it is an Arrow (Feather) file: write it as Parquet, as pandas does: read_feather(…).to_parquet(…)",
        ),
        (b"FEA1", "it is a Feather file: write it as Parquet, as pandas does: read_feather(…).to_parquet(…)"),
        (b"ORC", "it is an ORC file: write it as Parquet, as pandas does: read_orc(…).to_parquet(…)"),
        (b"Obj\x01", "it is an Avro file: write it as CSV or Parquet"),
        (
            b"<stata_dta>",
            "it is a Stata file: write it as Parquet, as pandas does: read_stata(…).to_parquet(…)",
        ),
        (b"$FL2", "it is an SPSS file: write it as Parquet, as pandas does: read_spss(…).to_parquet(…)"),
        (b"RDX2\n", RDATA),
        (b"RDX3\n", RDATA),
        (b"X\n\0\0\0", RDATA),
    ];
    let kind = KINDS.iter().find(|(magic, _)| start.starts_with(magic));
    kind.map(|(_, problem)| *problem).or(match start {
        [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', b'Y', b'&', b'S', b'Y', ..] => {
            Some("it is packed with bzip2, and gzip is read: unpack it with bunzip2")
        }
        // The protocol, and a frame or the beginning of an object.
        [0x80, 4 | 5, 0x95, ..] | [0x80, 2 | 3, b'}' | b']' | b'c' | b'(' | b'X' | b'q', ..] => Some(
            "it is a pickle of Python, which can run any program when it is read: write a table as Parquet, as pandas does \
             (read_pickle(…).to_parquet(…)), and arrays as .npz",
        ),
        _ => None,
    })
}

const RDATA: &str =
    "it is a file of R's own: write the table as CSV, as write.csv(…, row.names = FALSE) does";

/// Texts that are no tables.
fn text(start: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start)).to_lowercase();
    let text = text.trim_start();
    let begins = |with: &[&str]| with.iter().any(|tag| text.starts_with(tag));
    if begins(&["<!doctype html", "<html", "<table", "<head", "<body", "<meta", "<div"]) {
        return Some(
            "it is a page of the web (HTML), as some programs save under the name of a table: open it with a spreadsheet and save it as \
             .xlsx or CSV, or write it so with pandas: read_html(…)[0].to_csv(…, index=False)",
        );
    }
    if begins(&["<?xml"]) {
        return Some(
            "it is XML, as some programs save under the name of a table: open it with a spreadsheet and save it as .xlsx or CSV",
        );
    }
    let mut lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['%', '#']));
    let first_line = lines.next().unwrap_or_default();
    if first_line.starts_with("@relation") {
        return Some(
            "it is ARFF, Weka's form of a table: write it as CSV, as SciPy and pandas do: \
             DataFrame(scipy.io.arff.loadarff(…)[0]).to_csv(…, index=False)",
        );
    }
    if is_sparse(first_line) && lines.next().is_none_or(is_sparse) {
        return Some(
            "it is LIBSVM's form of sparse rows: write it as arrays, as scikit-learn and NumPy do: \
             x, y = load_svmlight_file(…), then numpy.savez(…, x=x.toarray(), y=y)",
        );
    }
    // Behind its first sign JSON goes on with another group, a name, or nothing.
    let inside = |open: char| text.strip_prefix(open).map(str::trim_start);
    let is_list = inside('[').is_some_and(|rest| rest.starts_with(['{', '[']));
    let is_object = inside('{').is_some_and(|rest| rest.starts_with('"'));
    let is_by_lines = is_object && text.lines().nth(1).is_some_and(|line| line.starts_with('{'));
    match (is_list || is_object, is_by_lines) {
        (_, true) => Some(
            "it is JSON, an object a line: write it as a table, as pandas does: read_json(…, lines=True).to_csv(…, index=False)",
        ),
        (true, false) => {
            Some("it is JSON: write it as a table, as pandas does: read_json(…).to_csv(…, index=False)")
        }
        (false, false) => None,
    }
}

/// Whether a line is one of LIBSVM's: a label, then numbers with their places in rising order, such as `1 3:0.5 17:2`.
fn is_sparse(line: &str) -> bool {
    let mut words = line.split('#').next().unwrap_or_default().split_ascii_whitespace();
    if words.next().is_none_or(|label| label.parse::<f64>().is_err()) {
        return false;
    }
    let (mut last, mut are_times) = (None, true);
    for word in words {
        let Some((place, value)) = word.split_once(':') else { return false };
        let Ok(place) = place.parse::<u32>() else { return false };
        if value.parse::<f64>().is_err() || last.is_some_and(|last| place <= last) {
            return false;
        }
        last = Some(place);
        are_times &= value.len() == 2 && value.bytes().all(|digit| digit.is_ascii_digit());
    }
    last.is_some() && !are_times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_other_kinds_are_told_by_their_first_bytes() {
        for (start, what) in [
            (&b"%PDF-1.7\n"[..], "a PDF"),
            (b"SQLite format 3\0\x10", "an SQLite database"),
            (b"BZh91AY&SY", "bzip2"),
            (b"\x80\x04\x95\x10", "a pickle"),
            (b"MATLAB 5.0 MAT-file, Platform: GLNXA64", "a MATLAB file"),
            (b"  <!DOCTYPE html>\n<html>", "HTML"),
            (b"\xef\xbb\xbf<table border=1>", "HTML"),
            (b"<?xml version=\"1.0\"?>", "XML"),
            (b"[{\"a\": 1}]", "JSON:"),
            (b"{\n  \"a\": [1]}", "JSON:"),
            (b"{\"a\": 1}\n{\"a\": 2}\n", "lines=True"),
            (b"% Iris\n%\n@RELATION iris\n\n@ATTRIBUTE w REAL\n", "ARFF"),
            (b"+1 1:0.7 3:1 # first\n-1 2:4\n", "LIBSVM"),
            (b"3 153:3 154:18\n", "LIBSVM"),
        ] {
            let found = binary(start).or_else(|| text(start));
            assert!(found.is_some_and(|found| found.contains(what)), "{what}: {found:?}");
        }
        for table in [
            "a,b\n1,2\n",
            "[mg],b\n1,2\n",
            "{x},y\n1,2\n",
            "<5,y\n",
            "BZh,y\n1,2\n",
            "1 10:30 11:45\n2 09:10 10:20\n",
            "1 2\n",
            "",
            "\"a\",\"b\"\n",
        ] {
            assert_eq!(binary(table.as_bytes()).or_else(|| text(table.as_bytes())), None, "{table}");
        }
    }
}
